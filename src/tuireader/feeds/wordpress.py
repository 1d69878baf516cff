"""Posts from WordPress's REST API (https://developer.wordpress.org/rest-api/reference/posts/).

The API gives everything that a site has published, with authors, categories and tags.
"""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tuireader.errors import NotAFeedError
from tuireader.feeds.entries import identity, parse_date, with_unique_guids
from tuireader.model.fetched import ParsedEntry, ParsedFeed
from tuireader.text.bounded_json import field, items, loads
from tuireader.text.bylines import categories, people
from tuireader.text.printable import line, unescape
from tuireader.urls.hosts import absolute

PAGE_SIZE = 100
"""Posts a page, the maximum of the API."""
_MARKS = re.compile(rb"wordpress\.(?:org|com)|/wp-content/|/wp-includes/|[?&]p=\d{1,12}\b", re.IGNORECASE)
_OF_ALL = re.compile(r"/feed(?:/(?:rss2?|rdf|atom))?/?$|/(?:wp-)?(?:rss2?|rdf|atom)\.(?:php|xml)$", re.IGNORECASE)
_COMMENTS = re.compile(r"/comments/feed(?:/|$)", re.IGNORECASE)
_FILED = re.compile(r"category|tag|author|topics?|type|search|\d{4}")
"""Folders in the addresses of feeds for a part of a site; the API would give the whole site."""
_PARTS = frozenset(
    {"cat", "category_name", "tag", "author", "author_name", "s", "m", "year", "post_type", "p", "page_id"}
)
_NAMED_TAXONOMIES = ("category", "post_tag")


def looks_like_wordpress(content: bytes) -> bool:
    return _MARKS.search(content[:200_000]) is not None


def _is_filed(path: str) -> bool:
    folders = f"{path.lower()}/".rpartition("/feed/")[0].split("/")
    return any(map(_FILED.fullmatch, folders))


def posts_addresses(feed_url: str) -> list[str]:
    """API addresses for the posts of a feed, newest first; none for a feed of a part of the site."""
    try:
        parts = urlsplit(feed_url)
    except ValueError:
        return []
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if _COMMENTS.search(parts.path) or _is_filed(parts.path) or _PARTS & query.keys():
        return []
    if "feed" in query:
        base = parts.path
    elif found := _OF_ALL.search(parts.path):
        base = parts.path[: found.start()]
    else:
        return []
    base = base.removesuffix("/index.php").rstrip("/") + "/"
    asked = [("per_page", str(PAGE_SIZE)), ("_embed", "1"), ("page", "1")]
    pretty = urlunsplit((parts.scheme, parts.netloc, f"{base}wp-json/wp/v2/posts", urlencode(asked), ""))
    plain = urlencode([("rest_route", "/wp/v2/posts"), *asked], safe="/")
    return [pretty, urlunsplit((parts.scheme, parts.netloc, base, plain, ""))]


def looks_like_posts(text: str) -> bool:
    return text.startswith("[{") and all(f'"{name}"' in text[:200_000] for name in ("link", "rendered", "date_gmt"))


def parse_posts(text: str, url: str) -> ParsedFeed:
    """Parse the posts in an API response; raises NotAFeedError."""
    try:
        posts = loads(text)
    except ValueError:
        posts = None
    if not isinstance(posts, list) or (posts and not any(_is_post(each) for each in posts)):
        raise NotAFeedError("No WordPress posts at this address.")
    entries = [_entry(each, url) for each in posts if _is_post(each)]
    return ParsedFeed("", "", with_unique_guids(entries), skipped=len(posts) - len(entries))


def _is_post(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("id"), int) and isinstance(value.get("link"), str)


def _entry(post: dict[str, Any], base: str) -> ParsedEntry:
    link = absolute(post.get("link"), base)
    body, excerpt = _rendered(post, "content"), _rendered(post, "excerpt")
    is_whole = bool(body.strip()) and not field(post, "content").get("protected")
    return ParsedEntry(
        guid=identity(unescape(_rendered(post, "guid"))) or link,
        title=line(_plain(_rendered(post, "title"))),
        link=link,
        authors=_authors(post),
        categories=_terms(post),
        published=parse_date(_utc(post.get("date_gmt"))) or parse_date(post.get("date")),
        updated=parse_date(_utc(post.get("modified_gmt"))),
        html=body if is_whole else excerpt,
        summary=not is_whole,
    )


def _plain(text: str) -> str:
    return unescape(re.sub("<[^<>]*>", "", text))


def _utc(value: object) -> str:
    return f"{value}Z" if isinstance(value, str) and not value.endswith("Z") else ""


def _authors(post: dict[str, Any]) -> tuple[str, ...]:
    named = _embedded(post, "author")
    return people(unescape(each["name"]) for each in named if isinstance(each.get("name"), str))


def _terms(post: dict[str, Any]) -> tuple[str, ...]:
    found = [
        each
        for group in items(field(post, "_embedded"), "wp:term")
        for each in (group if isinstance(group, list) else ())
        if isinstance(each, dict) and each.get("taxonomy") in _NAMED_TAXONOMIES and isinstance(each.get("name"), str)
    ]
    return categories(unescape(each["name"]) for each in found)


def _embedded(post: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [each for each in items(field(post, "_embedded"), name) if isinstance(each, dict)]


def _rendered(post: dict[str, Any], name: str) -> str:
    value = field(post, name).get("rendered")
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


Says = Literal["complete", "archived", "paged", ""]
"""How complete a feed declares itself: complete, with an archive, with pages, or not declared."""

_COMPLETE = re.compile(rb"<(?:[\w.-]{1,20}:)?complete\s{0,9}/?>(?:\s{0,9}</)?", re.IGNORECASE)
_HISTORY = b"http://purl.org/syndication/history/1.0"
_ARCHIVED = re.compile(rb"""\brel\s{0,9}=\s{0,9}["']prev-archive["']""", re.IGNORECASE)
_SEARCHED_MAX = 100_000


def says(content: bytes, older: str | None) -> Says:
    """How complete a feed declares itself; `older` is the address that it gives for older entries."""
    start = content[:_SEARCHED_MAX]
    if _HISTORY in start and _COMPLETE.search(start):
        return "complete"
    if older is None:
        return ""
    return "archived" if _ARCHIVED.search(content) else "paged"


def page_address(url: str, number: int, name: str = "paged") -> str:
    """The address of a page of a list, replacing an existing page parameter."""
    parts = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != name]
    return urlunsplit(parts._replace(query=urlencode([*query, (name, str(number))], safe="/"), fragment=""))
