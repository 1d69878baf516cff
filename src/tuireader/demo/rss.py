"""The magazine's RSS 2.0 feeds, as WordPress gives them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from tuireader.demo.posts import COMMENTS, TAGLINE, TITLE, Comment, Post, absolute, load_posts, texturised

_NAMESPACES = """
\txmlns:content="http://purl.org/rss/1.0/modules/content/"
\txmlns:wfw="http://wellformedweb.org/CommentAPI/"
\txmlns:dc="http://purl.org/dc/elements/1.1/"
\txmlns:atom="http://www.w3.org/2005/Atom"
\txmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
\txmlns:slash="http://purl.org/rss/1.0/modules/slash/"
"""


def feed(base: str, title: str, posts: Sequence[Post], *, link: str, address: str) -> str:
    """A feed of posts with their whole text; `link` is the page it belongs to, `address` its own."""
    return _channel(title, link=link, address=address, items=[_item(base, post) for post in posts], built=newest(posts))


def comments(base: str, post: Post | None = None) -> str:
    """The feed of all comments, or of those below one post."""
    posts = {each.slug: each for each in load_posts()}
    said = [each for each in COMMENTS if each.slug in posts and (post is None or each.slug == post.slug)]
    path = post.path if post else "/"
    title = f"Comments on: {post.title}" if post else f"Comments for {TITLE}"
    return _channel(
        title,
        link=base + path,
        address=f"{base}{path}feed/" if post else f"{base}/comments/feed/",
        items=[_comment(base, each, posts[each.slug]) for each in said],
        built=max((each.date for each in said), default=None),
    )


def newest(posts: Sequence[Post]) -> datetime | None:
    return max((post.published for post in posts), default=None)


def _channel(title: str, *, link: str, address: str, items: Sequence[str], built: datetime | None) -> str:
    build_date = f"\t<lastBuildDate>{format_datetime(built)}</lastBuildDate>\n" if built else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"{_NAMESPACES}\t>

<channel>
\t<title>{texturised(title)}</title>
\t<atom:link href="{escape(address)}" rel="self" type="application/rss+xml" />
\t<link>{escape(link)}</link>
\t<description>{escape(TAGLINE, quote=False)}</description>
{build_date}\t<language>en-GB</language>
\t<sy:updatePeriod>
\thourly\t</sy:updatePeriod>
\t<sy:updateFrequency>
\t1\t</sy:updateFrequency>
\t<generator>https://wordpress.org/?v=6.8.1</generator>
{"".join(items)}</channel>
</rss>
"""


def _item(base: str, post: Post) -> str:
    link = base + post.path
    creators = "".join(f"\t\t<dc:creator>{_cdata(name)}</dc:creator>\n" for name in post.authors)
    categories = "".join(f"\t\t<category>{_cdata(escape(name, quote=False))}</category>\n" for name in post.categories)
    appeared = (
        f'<p>The post <a href="{link}">{texturised(post.title)}</a> appeared first on <a href="{base}">{TITLE}</a>.</p>'
    )
    body = absolute(post.teaser if post.cut else post.html, base)
    if post.cut:
        body += f'<p><a href="{link}#more-{post.id}" class="more-link">Read more</a></p>\n'
    said = sum(comment.slug == post.slug for comment in COMMENTS)
    return f"""\t<item>
\t\t<title>{texturised(post.title)}</title>
\t\t<link>{link}</link>
\t\t<comments>{link}#respond</comments>
{creators}\t\t<pubDate>{format_datetime(post.published)}</pubDate>
{categories}\t\t<guid isPermaLink="false">{base}/?p={post.id}</guid>
\t\t<description>{_cdata(f"<p>{escape(post.excerpt, quote=False)}</p>{chr(10)}{appeared}")}</description>
\t\t<content:encoded>{_cdata(body + appeared)}</content:encoded>
\t\t<wfw:commentRss>{link}feed/</wfw:commentRss>
\t\t<slash:comments>{said}</slash:comments>
\t</item>
"""


def _comment(base: str, comment: Comment, post: Post) -> str:
    number = COMMENTS.index(comment) + 1
    return f"""\t<item>
\t\t<title>Comment on {texturised(post.title)} by {escape(comment.author, quote=False)}</title>
\t\t<link>{base}{post.path}#comment-{number}</link>
\t\t<dc:creator>{_cdata(comment.author)}</dc:creator>
\t\t<pubDate>{format_datetime(comment.date)}</pubDate>
\t\t<guid isPermaLink="false">{base}/?p={post.id}#comment-{number}</guid>
\t\t<description>{_cdata(escape(comment.text, quote=False))}</description>
\t</item>
"""


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"
