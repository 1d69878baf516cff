"""Finding feed addresses on a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from urllib.parse import unquote, urlsplit

from tuireader.feeds.decode import decode, find_root
from tuireader.feeds.sitemap import lists_news
from tuireader.feeds.wordpress import looks_like_posts
from tuireader.model.fetched import FeedLink
from tuireader.text.printable import line, unescape
from tuireader.urls.hosts import absolute, host_of, join
from tuireader.urls.identity import front_of, same_site

_SEARCHED_MAX = 1_000_000
"""Maximum characters of a page that are searched; feeds are linked in its head."""
_CANDIDATES_MAX = 50
_TAGS_MAX = 5_000
"""Maximum links of a page that are looked at."""
_USUAL_PATHS = ("feed/", "rss", "rss.xml", "atom.xml", "index.xml", "feed.xml", "feed.json")

_TAG = re.compile(r"<(link|a|base)(?=[\s/])([^<>]{1,4000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,20})\s{0,9}=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_HIDDEN = tuple(
    re.compile(rf"{start}.*?(?={end}|\Z)", re.IGNORECASE | re.DOTALL)
    for start, end in (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"), ("<template", "</template"))
)
_MARKUP = re.compile(r"<[^<>]{0,2000}>")

_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/x.atom+xml",
    }
)
_MAYBE_TYPES = frozenset({"application/xml", "text/xml", "application/json", "application/rss", "application/atom", ""})
_LOOKS_LIKE_FEED = re.compile(
    r"(?:^|/)(?:feeds?|rss2?|atom|rdf)/?$|[/.?=_-](?:rss2?|atom|rdf)(?:\.xml|\.php)?$|(?:^|/)(?:index|feeds?|rss|atom|blog)"
    r"\.(?:xml|rss|rdf|atom|json)$|[?&]feed=(?:rss2?|atom|rdf)|feeds?\.(?:feedburner|feedblitz|feedpress|transistor)\.",
    re.IGNORECASE,
)
_FEED_HOSTS = re.compile(r"(?:^|\.)(?:feedburner\.com|feedpress\.me|feedblitz\.com|rsshub\.app)$")
_TITLE = re.compile(r"<title\b[^<>]{0,200}>([^<>]{1,500})</title", re.IGNORECASE)
_API = "https://api.w.org/"
"""The link relation of WordPress's API."""
_POSTS = "wp/v2/posts?per_page=20&_embed=1"
_FEED_WORDS = re.compile(
    r"(?:rss|atom|json|web)?[\s-]*(?:rss|atom|feed|rss feed|abonnieren|subscribe via rss|rss-feed)\W*", re.IGNORECASE
)
_COMMENTS = re.compile(
    r"comment|kommentar|commentaire|comentario|commenti|coment[aá]rio|reacties|комментар|コメント|评论|評論|댓글",
    re.IGNORECASE,
)


def is_feed(content: bytes, content_type: str = "") -> bool:
    """Whether `content` starts like a feed; it may still be broken."""
    text = decode(content[:200_000], content_type).lstrip(" \t\r\n\0\ufeff")
    if looks_like_posts(text) or lists_news(text):
        return True
    if text.startswith("{"):
        media_type = content_type.partition(";")[0].strip().lower()
        return b"jsonfeed.org" in content or media_type == "application/feed+json"
    return find_root(text) is not None


def find_feeds(content: bytes, url: str, content_type: str = "") -> list[FeedLink]:
    """The feeds of a page, best first: those announced by `link` elements, then those linked in the text.

    Comment feeds come last. If the page is a feed itself, that is the only one.
    """
    if is_feed(content, content_type):
        return [FeedLink(address)] if (address := absolute(url, url)) else []
    page = _visible(decode(content, content_type)[:_SEARCHED_MAX])
    base = _base(page, url)
    found: dict[str, FeedLink] = {}
    for link in chain(_announced(page, base), _linked(page, base)):
        if link.url.partition("#")[0] != url.partition("#")[0]:
            found.setdefault(link.url, link)
        if len(found) == _CANDIDATES_MAX:
            break
    return sorted(found.values(), key=lambda link: says_comments(link) or _is_below(link, url))


def says_comments(link: FeedLink) -> bool:
    parts = urlsplit(link.url)
    return _COMMENTS.search(f"{link.title} {unquote(parts.path)} {parts.query}") is not None


def usual_feed_urls(url: str) -> list[str]:
    """Usual feed addresses of a site, the likeliest first.

    At the root of the site; before that in the first folder, if it is the whole path or a home directory ("/~jane/").
    """
    parts = urlsplit(url)
    root = front_of(url)
    folders = [folder for folder in parts.path.split("/") if folder]
    bases = [root]
    if folders and ((len(folders) == 1 and "." not in folders[0]) or folders[0].startswith("~")):
        bases.insert(0, f"{root}{folders[0]}/")
    return [base + path for base in bases for path in _USUAL_PATHS]


def find_api(content: bytes, url: str, content_type: str = "") -> FeedLink | None:
    """The API address of WordPress's posts, as announced by a page; None if there is none."""
    page = _visible(decode(content, content_type)[:_SEARCHED_MAX])
    for attributes, _ in _tags(page, "link"):
        if attributes.get("rel", "").strip() == _API and (base := absolute(attributes.get("href"), url)):
            posts = f"{base}{_POSTS.replace('?', '&')}" if "rest_route=" in base else f"{base.rstrip('/')}/{_POSTS}"
            return FeedLink(posts, page_title(page))
    return None


def page_title(page: str) -> str:
    found = _TITLE.search(page)
    return line(unescape(found[1])) if found else ""


def _is_below(link: FeedLink, url: str) -> bool:
    path, page_path = urlsplit(link.url).path, urlsplit(url).path.rstrip("/")
    return page_path.count("/") > 1 and path.startswith(f"{page_path}/")


def _visible(page: str) -> str:
    """A page without comments, scripts, styles and templates."""
    for hidden in _HIDDEN:
        page = hidden.sub("", page)
    return page


def _tags(page: str, name: str) -> Iterator[tuple[dict[str, str], int]]:
    """Yield the attributes of each tag of a name, and the end of the tag."""
    for match in islice(_TAG.finditer(page), _TAGS_MAX):
        if match[1].lower() == name:
            found = _ATTRIBUTE.findall(match[2])
            yield {key.lower(): unescape(a or b or c) for key, a, b, c in reversed(found)}, match.end()


def _base(page: str, url: str) -> str:
    for attributes, _ in _tags(page, "base"):
        try:
            return join(url, attributes.get("href", ""))
        except ValueError:
            break
    return url


def _announced(page: str, base: str) -> Iterator[FeedLink]:
    for attributes, _ in _tags(page, "link"):
        relations = attributes.get("rel", "").lower().split()
        address = absolute(attributes.get("href"), base)
        if not address or not {"alternate", "feed"} & set(relations) or "stylesheet" in relations:
            continue
        kind = attributes.get("type", "").partition(";")[0].strip().lower()
        named = "feed" in relations or _LOOKS_LIKE_FEED.search(address.partition("#")[0]) is not None
        if kind in _FEED_TYPES or (kind in _MAYBE_TYPES and named):
            yield FeedLink(address, line(attributes.get("title", "")))


def _linked(page: str, base: str) -> Iterator[FeedLink]:
    for attributes, end in _tags(page, "a"):
        address = absolute(attributes.get("href"), base)
        if not address:
            continue
        text = line(_MARKUP.sub(" ", page[end : end + 500].partition("</a")[0]), markup=False) or attributes.get(
            "title", ""
        )
        here = same_site(address, base)
        looks = _LOOKS_LIKE_FEED.search(address.partition("#")[0]) is not None
        called = _FEED_WORDS.fullmatch(text) is not None
        if (looks and (here or called)) or _FEED_HOSTS.search(host_of(address)):
            yield FeedLink(address, line(text))
