"""The magazine's posts and comments from the files in this package."""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from html import escape, unescape  # noqa: TID251 - the demo's own words
from importlib.resources import files
from urllib.parse import quote

_MORE = "<!--more-->"
_EXCERPT_WORDS = 55


@dataclass(frozen=True, slots=True)
class Post:
    """One article of the magazine."""

    id: int
    slug: str
    published: datetime
    title: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    html: str
    """The body; links and pictures are relative to the site's root."""
    cut: bool = False
    """Whether feeds contain only the text before `<!--more-->`."""

    @property
    def path(self) -> str:
        return f"/{self.published:%Y/%m}/{quote(self.slug).lower()}/"

    @property
    def teaser(self) -> str:
        return self.html.partition(_MORE)[0]

    @property
    def excerpt(self) -> str:
        """The first words as plain text, ending in […] if there are more."""
        words = unescape(re.sub(r"<[^>]+>", " ", self.html)).split()
        if len(words) <= _EXCERPT_WORDS:
            return " ".join(words)
        return " ".join(words[:_EXCERPT_WORDS]) + " […]"


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on an article."""

    slug: str
    author: str
    date: datetime
    text: str


COMMENTS = (
    Comment(
        "how-wide-is-a-character",
        "Odalys",
        datetime(2026, 11, 19, 7, 12, tzinfo=UTC),
        "I kept a sticky note with the flag sequence on my monitor for a year. Now I can throw it away.",
    ),
    Comment(
        "the-polite-poller",
        "H. Brandt",
        datetime(2026, 11, 6, 20, 41, tzinfo=UTC),
        "Our server log agrees: two thirds of all feed requests could have been a 304 and were not.",
    ),
    Comment(
        "what-the-measure-is-for",
        "Ines",
        datetime(2026, 10, 2, 9, 5, tzinfo=UTC),
        "Set my terminal to 68 columns after reading this. I have not gone back.",
    ),
)


def slugify(name: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if unicodedata.category(c) != "Mn")
    return re.sub(r"[\W_]+", "-", plain).strip("-").lower()


@cache
def load_posts() -> tuple[Post, ...]:
    """All articles of the package, newest first."""
    folder = files(__package__) / "articles"
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".html"))
    posts = [
        parse_post(name, (folder / name).read_text(encoding="utf-8"), number)
        for number, name in enumerate(names, start=1)
    ]
    return tuple(sorted(posts, key=lambda post: post.published, reverse=True))


def parse_post(name: str, text: str, number: int) -> Post:
    """Parse an article file: `Name: value` lines, a blank line, the body; raises ValueError without a title."""
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    lines = (line.partition(":") for line in head.split("\n"))
    fields = {key.strip().lower(): value.strip() for key, _, value in lines}
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)-(.+)\.html", name)
    if match is None or not fields.get("title"):
        raise ValueError(f"{name} needs a name like 2026-01-31-some-slug.html and a first line “Title: …”")
    year, month, day, slug = match.groups()
    # Nothing says at what hour an article appeared; its slug gives it one that stays the same.
    at_work = timedelta(minutes=6 * 60 + zlib.crc32(slug.encode()) % (12 * 60))
    return Post(
        id=4 + 7 * number,
        slug=slug,
        published=datetime(int(year), int(month), int(day), tzinfo=UTC) + at_work,
        title=fields["title"],
        authors=_several(fields.get("authors", "")),
        categories=_several(fields.get("categories", "")),
        html=body.strip() + "\n",
        cut=fields.get("excerpt", "").lower() == "yes",
    )


def _several(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(";") if part.strip())


def load_picture(name: str) -> bytes | None:
    """The picture of this name; None if there is none."""
    if not re.fullmatch(r"[\w-]+\.png", name, re.ASCII):
        return None
    picture = files(__package__) / "pictures" / name
    return picture.read_bytes() if picture.is_file() else None


TITLE = "The Slow Terminal"
TAGLINE = "Terminals, feeds, letters, and reading without a network"


def texturised(title: str) -> str:
    """A title as WordPress escapes it: punctuation as numeric references, `&` as &#038;."""
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
