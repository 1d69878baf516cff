"""A site that keeps all of its posts, and gives them by any of the ways that there are: a test says which it has."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape

from conftest import Reply, ScriptedSite

FEED = "application/rss+xml"
FRONT = 10
"""Posts that the feed gives."""
NEWEST = datetime(2026, 1, 14, 8, tzinfo=UTC)
AUTHORS = ("Ann Lee", "Bo O’Hara", "Cléo D")
CATEGORIES = ("China/Russia", "Science & Tech", "Europe")


@dataclass(frozen=True)
class Post:
    """One post; the higher its number, the older it is."""

    number: int

    @property
    def title(self) -> str:
        return f"Post {self.number} & more"

    @property
    def path(self) -> str:
        return f"/2025/post-{self.number}-of-this-site/"

    @property
    def date(self) -> datetime:
        return NEWEST - timedelta(days=self.number)

    @property
    def author(self) -> str:
        return AUTHORS[self.number % 3]

    @property
    def categories(self) -> list[str]:
        return [CATEGORIES[self.number % 3], *(["Long reads"] if self.number % 4 == 0 else [])]

    @property
    def html(self) -> str:
        line = f"Paragraph {{}} of post {self.number} has as many words as an article needs to be taken for one."
        return "".join(f"<p>{line.format(at)}</p>" for at in range(5))


def item(url: str, post: Post, *, named: bool = True) -> str:
    names = "".join(f"<category>{escape(name)}</category>" for name in post.categories)
    return (
        f"<item><title>{escape(post.title)}</title><link>{url}{post.path}</link>"
        f'<guid isPermaLink="false">{url}/?p={post.number}</guid><pubDate>{format_datetime(post.date)}</pubDate>'
        + (f"<dc:creator>{post.author}</dc:creator>{names}" if named else "")
        + f"<description>{escape(post.html)}</description></item>"
    )


def feed(url: str, posts: list[Post], extra: str = "", *, wordpress: bool = True, named: bool = True) -> Reply:
    generator = "<generator>https://wordpress.org/?v=6.7</generator>" if wordpress else ""
    return Reply(
        '<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0"><channel>'
        f"<title>The Site</title><link>{url}/</link>{generator}{extra}"
        + "".join(item(url, post, named=named) for post in posts)
        + "</channel></rss>",
        content_type=FEED,
    )


def post_row(url: str, post: Post) -> dict[str, object]:
    """A post as the API gives it, with what is embedded."""
    terms = [{"taxonomy": "category", "name": escape(name)} for name in post.categories]
    return {
        "id": post.number,
        "date_gmt": f"{post.date:%Y-%m-%dT%H:%M:%S}",
        "modified_gmt": f"{post.date:%Y-%m-%dT%H:%M:%S}",
        "guid": {"rendered": f"{url}/?p={post.number}"},
        "link": f"{url}{post.path}",
        "title": {"rendered": escape(post.title)},
        "content": {"rendered": post.html, "protected": False},
        "excerpt": {"rendered": "<p>Short.</p>", "protected": False},
        "_embedded": {"author": [{"name": post.author}], "wp:term": [terms, []]},
    }


def posts_path(page: int, *, plain: bool = False) -> str:
    route = "/?rest_route=/wp/v2/posts&" if plain else "/wp-json/wp/v2/posts?"
    return f"{route}per_page=100&_embed=1&page={page}"


def give_posts(site: ScriptedSite, posts: list[Post], *, plain: bool = False, size: int = 100) -> None:
    """Put up the API of WordPress."""
    pages = -(-len(posts) // size)
    for page in range(1, pages + 1):
        rows = [post_row(site.url, post) for post in posts[(page - 1) * size : page * size]]
        headers = {"X-WP-Total": str(len(posts)), "X-WP-TotalPages": str(pages)}
        path = posts_path(page, plain=plain)
        site.pages[path] = Reply(json.dumps(rows), content_type="application/json", headers=headers)


def give_paged(site: ScriptedSite, posts: list[Post]) -> None:
    """Put up numbered pages of the feed."""
    for page in range(2, -(-len(posts) // FRONT) + 1):
        site.pages[f"/feed/?paged={page}"] = feed(site.url, posts[(page - 1) * FRONT : page * FRONT])


def give_archived(site: ScriptedSite, posts: list[Post], rel: str = "prev-archive") -> None:
    """Put up a feed whose pages name each other."""
    groups = [posts[at : at + FRONT] for at in range(0, len(posts), FRONT)]
    for number, group in enumerate(groups):
        path = "/feed/" if not number else f"/archive/{number}"
        older = f'<atom:link rel="{rel}" href="{site.url}/archive/{number + 1}"/>' if number + 1 < len(groups) else ""
        site.pages[path] = feed(site.url, group, older, wordpress=False)


def page_of(post: Post) -> Reply:
    """The page of a post, with what stands around it."""
    return Reply(
        f"<!doctype html><html><head><title>{escape(post.title)} – The Site</title>"
        '<meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="{post.date.isoformat()}">'
        f'<meta name="author" content="{escape(post.author)}"></head><body><nav><a href="/">Home</a></nav>'
        f"<article><h1>{escape(post.title)}</h1>{post.html}</article><footer>All rights reserved</footer></body></html>"
    )


def give_pages(site: ScriptedSite, posts: list[Post]) -> None:
    """Put up the page of each post."""
    for post in posts:
        site.pages[post.path] = page_of(post)


def sitemap(*entries: tuple[str, datetime | None], kind: str = "url") -> str:
    """A sitemap, or with `kind` "sitemap" an index of such."""
    dated = "".join(
        f"<{kind}><loc>{escape(url)}</loc>{f'<lastmod>{date.isoformat()}</lastmod>' if date else ''}</{kind}>"
        for url, date in entries
    )
    root = "urlset" if kind == "url" else "sitemapindex"
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return f'<?xml version="1.0" encoding="UTF-8"?><{root} xmlns="{namespace}">{dated}</{root}>'
