"""A small WordPress-like site for tests: a home page, article pages with everything around them, a feed."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from conftest import Reply, ScriptedSite


@dataclass(frozen=True)
class Post:
    """One article of the site."""

    title: str
    body: str
    slug: str
    author: str = "A. Author"
    categories: tuple[str, ...] = ("China/Russia",)
    date: str = "Fri, 30 Jun 2017 12:00:00 +0000"


BORDER = Post(
    title="China and Russia: A Worrying Relationship",
    body=(
        "<p>Although “historic rivals”, the two countries aren’t what they were – or are they?</p>"
        "<p>The second paragraph says more, and says it plainly.</p>"
    ),
    slug="china-russia",
)
TRADE = Post(
    title="Science & Trade",
    body="<p>Trade follows science, and science follows whoever pays for the ships.</p>",
    slug="science-trade",
    author="B. Writer",
    categories=("Science & Tech", "Europe"),
    date="Thu, 29 Jun 2017 12:00:00 +0000",
)


def publish(site: ScriptedSite, *posts: Post, title: str = "The Example Review") -> None:
    """Put the site's pages up: home, one page a post, and the feed with an ETag."""
    site.pages["/"] = Reply(
        f"<html><head><title>{title}</title>"
        f'<link rel="alternate" type="application/rss+xml" title="{title} » Comments" href="/comments/feed/">'
        f'<link rel="alternate" type="application/rss+xml" title="{title}" href="/feed/">'
        "</head><body><nav>Home About</nav></body></html>"
    )
    for post in posts:
        site.pages[f"/2017/06/{post.slug}/"] = Reply(_page(post, title))
    body = feed(site.url, posts, title)
    site.pages["/feed/"] = Reply(body, content_type="application/rss+xml; charset=UTF-8", etag=f'"{hash(body):x}"')


def feed(url: str, posts: tuple[Post, ...], title: str) -> str:
    """Write the RSS of posts as WordPress does."""
    items = "".join(_item(url, post, title) for post in posts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>{escape(title)}</title><link>{url}/</link><description>Reviews</description>{items}</channel></rss>"
    )


def _item(url: str, post: Post, title: str) -> str:
    link = f"{url}/2017/06/{post.slug}/"
    appeared = f'<p>The post <a href="{link}">{post.title}</a> appeared first on <a href="{url}">{title}</a>.</p>'
    return (
        f"<item><title>{escape(post.title)}</title><link>{link}</link><pubDate>{post.date}</pubDate>"
        f"<dc:creator><![CDATA[{post.author}]]></dc:creator>"
        + "".join(f"<category><![CDATA[{escape(name)}]]></category>" for name in post.categories)
        + f'<guid isPermaLink="false">{url}/?slug={post.slug}</guid>'
        f"<description><![CDATA[{post.body[:80]}]]></description>"
        f"<content:encoded><![CDATA[{post.body}{appeared}]]></content:encoded></item>"
    )


def _page(post: Post, title: str) -> str:
    return (
        f"<html><head><title>{post.title} – {title}</title>"
        f'<link rel="alternate" type="application/rss+xml" title="{title}" href="/feed/"></head><body>'
        f'<nav><a href="/">Home</a></nav><article><h1 class="entry-title">{post.title}</h1>'
        f'<p class="byline">By {post.author} | <a rel="category tag" href="/category/1/">{post.categories[0]}</a></p>'
        f'<div class="entry-content">{post.body * 4}</div></article>'
        '<div id="respond"><h3>Leave a Reply</h3>'
        '<form action="/wp-comments-post.php"><label>Comment</label></form></div>'
        '<p class="akismet_comment_form_privacy_notice">This site uses Akismet to reduce spam.</p></body></html>'
    )
