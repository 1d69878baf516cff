"""The articles and pages of the demo site."""

from __future__ import annotations

import json
import re
import unicodedata
import zlib
from collections.abc import Sequence
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


_STYLE = (
    "body{font:1.1rem/1.6 Georgia,serif;max-width:64rem;margin:auto;padding:1rem;color:#222;background:#fdfcf8}"
    ".columns{display:flex;gap:3rem}main{flex:1;max-width:38rem}aside{flex:0 0 14rem;font-size:.9rem}"
    "nav li{display:inline;margin-right:1rem}img{max-width:100%;height:auto}"
    "pre{overflow:auto;background:#f2efe6;padding:1rem}"
    "td,th{padding:.2rem .8rem}blockquote{border-left:3px solid #c96;padding-left:1rem;margin-left:0}"
)


def listing(base: str, heading: str, posts: Sequence[Post], *, path: str, page: int, pages: int) -> str:
    """A page of teasers: the home page, a category, an author."""
    teasers = "\n".join(_teaser(post, base) for post in posts)
    turns = [
        f'<a class="{kind} page-numbers" href="{base}{path}{f"page/{number}/" if number > 1 else ""}">{words}</a>'
        for kind, number, words in (("prev", page - 1, "Newer posts"), ("next", page + 1, "Older posts"))
        if 1 <= number <= pages
    ]
    main = f'<h1>{escape(heading)}</h1>\n{teasers}\n<nav class="pagination">{" ".join(turns)}</nav>'
    return _frame(base, title=heading if path != "/" else f"{TITLE} – {TAGLINE}", main=main, canonical=base + path)


def article(base: str, post: Post) -> str:
    """The page of one article: byline, text, share bar, neighbours, comments and a form."""
    by = f'By <span class="author vcard">{author_links(post, base)}</span> | ' if post.authors else ""
    main = f"""<article id="post-{post.id}" class="post type-post hentry">
<header class="entry-header"><h1 class="entry-title">{texturised(post.title)}</h1>
<p class="entry-meta">{by}{category_links(post, base)} |
<time class="entry-date published" datetime="{post.published:%Y-%m-%dT%H:%M:%S+00:00}">{_day(post)}</time></p></header>
<div class="entry-content">
{absolute(post.html, base)}</div>
<div class="sharedaddy"><h3 class="sd-title">Share this:</h3><ul>
<li><a class="share-email" href="mailto:?subject=Read%20this">Email</a></li>
<li><a class="share-print" href="{base}{post.path}#print">Print</a></li></ul></div>
</article>
{_neighbours(base, post)}
{_comments(base, post)}"""
    head = f"""{_feed_link(f"{TITLE} &raquo; {texturised(post.title)} Comments Feed", f"{base}{post.path}feed/")}
<link rel="shortlink" href="{base}/?p={post.id}">
<meta name="description" content="{escape(post.excerpt)}">
<meta property="og:type" content="article">
<meta property="og:title" content="{escape(post.title)}">
<meta property="article:published_time" content="{post.published:%Y-%m-%dT%H:%M:%S+00:00}">
{_linked_data(base, post)}"""
    return _frame(base, title=f"{post.title} – {TITLE}", main=main, canonical=base + post.path, head=head)


def not_found(base: str) -> str:
    main = "<h1>Nothing here</h1><p>That page cannot be found. It may have moved, or never have been.</p>"
    return _frame(base, title=f"Page not found – {TITLE}", main=main, canonical=base + "/")


def _frame(base: str, *, title: str, main: str, canonical: str, head: str = "") -> str:
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="canonical" href="{canonical}">
{_feed_link(f"{TITLE} &raquo; Feed", f"{base}/feed/")}
{_feed_link(f"{TITLE} &raquo; Comments Feed", f"{base}/comments/feed/")}
{head}
<meta property="og:site_name" content="{TITLE}">
<style>{_STYLE}</style>
</head>
<body>
<a class="skip-link" href="#content">Skip to content</a>
<header class="site-header"><p class="site-title"><a href="{base}/" rel="home">{TITLE}</a></p>
<p class="site-description">{TAGLINE}</p>
<nav class="main-navigation" aria-label="Primary"><ul><li><a href="{base}/">Home</a></li>
{_category_items(base)}</ul></nav></header>
<div class="columns">
<main id="content">
{main}
</main>
{_sidebar(base)}
</div>
<footer class="site-footer"><p>{TITLE} is set in patience. Proudly served from this very machine.</p></footer>
</body>
</html>
"""


def _feed_link(title: str, address: str) -> str:
    return f'<link rel="alternate" type="application/rss+xml" title="{title}" href="{address}">'


def _category_items(base: str) -> str:
    names = sorted({name for post in load_posts() for name in post.categories})
    return "\n".join(f'<li><a href="{base}{category_path(name)}">{escape(name)}</a></li>' for name in names)


def _sidebar(base: str) -> str:
    recent = "".join(f'<li><a href="{base}{post.path}">{texturised(post.title)}</a></li>' for post in load_posts()[:5])
    names = sorted({name for post in load_posts() for name in post.authors})
    authors = "".join(f'<li><a href="{base}{author_path(name)}">{escape(name)}</a></li>' for name in names)
    return f"""<aside class="widget-area" aria-label="Sidebar">
<section class="widget"><h2>Recent Posts</h2><ul>{recent}</ul></section>
<section class="widget"><h2>Writers</h2><ul>{authors}</ul></section>
<section class="widget"><h2>Subscribe</h2><ul><li><a href="{base}/feed/">Entries feed</a></li>
<li><a href="{base}/comments/feed/">Comments feed</a></li></ul></section>
</aside>"""


def _teaser(post: Post, base: str) -> str:
    by = f"By {author_links(post, base)} | " if post.authors else ""
    return f"""<article class="post hentry">
<h2 class="entry-title"><a href="{base}{post.path}" rel="bookmark">{texturised(post.title)}</a></h2>
<p class="entry-meta">{by}{category_links(post, base)} | {_day(post)}</p>
<p>{escape(post.excerpt)} <a class="more-link" href="{base}{post.path}">Continue reading</a></p></article>"""


def _neighbours(base: str, post: Post) -> str:
    posts = load_posts()
    place = posts.index(post)
    links = [
        f'<a href="{base}{posts[at].path}" rel="{rel}">{word}: {texturised(posts[at].title)}</a>'
        for at, rel, word in ((place + 1, "prev", "Previous"), (place - 1, "next", "Next"))
        if 0 <= at < len(posts)
    ]
    return f'<nav class="post-navigation" aria-label="Posts">{" ".join(links)}</nav>'


def _comments(base: str, post: Post) -> str:
    said = [comment for comment in COMMENTS if comment.slug == post.slug]
    items = "".join(_comment(comment) for comment in said)
    heading = '<h2 class="comments-title">Thoughts on this article</h2>'
    thread = f'{heading}<ol class="comment-list">{items}</ol>' if said else ""
    return f"""<div id="comments" class="comments-area">{thread}
<div id="respond" class="comment-respond"><h3 id="reply-title" class="comment-reply-title">Leave a Reply</h3>
<form action="{base}/wp-comments-post.php" method="post" id="commentform" class="comment-form">
<p class="comment-notes">Your email address will not be published. Required fields are marked *</p>
<p><label for="comment">Comment *</label><textarea id="comment" name="comment" required></textarea></p>
<p><label for="author">Name *</label><input id="author" name="author" required></p>
<p><label for="email">Email *</label><input id="email" name="email" type="email" required></p>
<p><input name="submit" type="submit" value="Post Comment"></p></form></div>
<p class="akismet_comment_form_privacy_notice">This site uses Akismet to reduce spam.
<a href="{base}/privacy/" rel="nofollow">What becomes of what you write in a comment is explained here.</a></p></div>"""


def _comment(comment: Comment) -> str:
    name = f'<b class="fn">{escape(comment.author)}</b>'
    return f'<li class="comment"><p>{name} says:</p><p>{escape(comment.text)}</p></li>'


def _day(post: Post) -> str:
    return f"{post.published.day} {post.published:%B %Y}"


def _linked_data(base: str, post: Post) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": post.title,
        "url": base + post.path,
        "datePublished": f"{post.published:%Y-%m-%dT%H:%M:%S+00:00}",
        "articleSection": list(post.categories),
        "author": [{"@type": "Person", "name": name} for name in post.authors],
        "publisher": {"@type": "Organization", "name": TITLE},
    }
    if not post.authors:
        del data["author"]
    # "</script>" in a title would end the element.
    text = json.dumps(data, ensure_ascii=False).replace("<", r"\u003c")
    return f'<script type="application/ld+json">{text}</script>'
