"""Small pieces of markup that the pages, the feeds and the JSON of the magazine share."""

from __future__ import annotations

import re
from html import escape

from tuireader.demo.posts import Post, slugify

TITLE = "The Slow Terminal"
TAGLINE = "Terminals, feeds, letters, and reading without a network"


def texturised(title: str) -> str:
    """A title as WordPress writes it everywhere: punctuation as numeric references, `&` as &#038;."""
    escaped = escape(title, quote=False).replace("&amp;", "&#038;")
    return re.sub("[\u2010-\u2027]", lambda match: f"&#{ord(match[0])};", escaped)


def absolute(html: str, base: str) -> str:
    return re.sub(r'\b(href|src)="/(?!/)', rf'\1="{base}/', html)


def category_path(name: str) -> str:
    return f"/category/{_encoded(slugify(name))}/"


def author_path(name: str) -> str:
    return f"/author/{_encoded(slugify(name))}/"


def _encoded(slug: str) -> str:
    return "".join(c if c.isascii() else "".join(f"%{byte:02x}" for byte in c.encode()) for c in slug)


def category_links(post: Post, base: str) -> str:
    """The categories of a post as links, as below a WordPress title."""
    return ", ".join(
        f'<a href="{base}{category_path(name)}" rel="category tag">{escape(name)}</a>' for name in post.categories
    )


def author_links(post: Post, base: str) -> str:
    """The authors of a post as links."""
    return ", ".join(
        f'<a class="url fn n" href="{base}{author_path(name)}" rel="author">{escape(name)}</a>' for name in post.authors
    )
