"""Parsing feeds: XML, and JSON Feed (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from tuireader.errors import NotAFeedError
from tuireader.feeds import xmlfeed
from tuireader.feeds.decode import decode, find_root, is_whole
from tuireader.feeds.entries import as_html, attachments, from_tuple, identity, parse_date, with_unique_guids
from tuireader.feeds.fast_rss import RawFeed, read_usual
from tuireader.feeds.sitemap import lists_news, parse_news
from tuireader.feeds.wordpress import looks_like_posts, parse_posts
from tuireader.model.fetched import ParsedEntry, ParsedFeed
from tuireader.text.bounded_json import items, loads
from tuireader.text.bylines import categories, people
from tuireader.text.language_and_hyphenation import language_tag
from tuireader.text.printable import line, unescape
from tuireader.urls.hosts import absolute, join, short_host

_HALF_PAIR = re.compile("[\ud800-\udfff]")
_FRESH_MAX = 86_400
_SUMMARY_MAX = 2000
"""Maximum characters of a summary."""
_FEED_AUTHORS = 20
"""Maximum authors of a feed, which are also those of each entry without authors."""
_HUGO_WORDS = (60, 250)
_PERIODS = {"hourly": 3600, "daily": 86_400, "weekly": 7 * 86_400, "monthly": 30 * 86_400, "yearly": 365 * 86_400}
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_ESCAPED = re.compile(r"&(?:nbsp|amp|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
# Words in angle brackets are no markup; one of these is, whatever the feed calls it.
_CLEARLY_HTML = re.compile(r"</(?:p|a|div|ul|ol|li|em|strong|blockquote|h[1-6]|span)>|<br\s{0,3}/?>", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_RELATIVE = re.compile(r"""(\s(?:href|src)\s{0,3}=\s{0,3})(["'])(?![a-zA-Z][\w+.-]{0,20}:|#)([^"'<>]{1,2000})\2""")
# Not what the entry is about: the kind of an entry at Blogger, the iTunes and Media RSS shelves and search words.
_NO_TOPIC = ("http://schemas.google.com/g/2005#kind", "http://www.itunes.com/", "http://search.yahoo.com/mrss")


def parse_json_feed(text: str, url: str) -> ParsedFeed:
    """Parse a JSON feed; raises NotAFeedError."""
    try:
        feed = loads(text)
    except ValueError:
        raise NotAFeedError("Invalid JSON feed.") from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise NotAFeedError("Not a feed: JSON data.")
    site = absolute(feed.get("home_page_url"), url) or absolute("/", url)
    authors = _authors(feed)[:_FEED_AUTHORS]
    entries = [_jsonfeed_entry(item, site or url, authors) for item in feed["items"]]
    found = [entry for entry in entries if entry is not None]
    return ParsedFeed(
        title=line(_text(feed.get("title"))) or short_host(url),
        site=site,
        entries=with_unique_guids(found),
        skipped=len(entries) - len(found),
        older=absolute(feed.get("next_url"), url) or None,
        language=language_tag(_text(feed.get("language"))),
    )


def _jsonfeed_entry(item: object, base: str, feed_authors: tuple[str, ...]) -> ParsedEntry | None:
    if not isinstance(item, dict):
        return None
    link = absolute(item.get("url"), base) or absolute(item.get("external_url"), base)
    guid = identity(item.get("id"))
    title = line(_text(item.get("title")))
    body = _jsonfeed_body(item, absolute(item.get("url"), base) or base)
    if not (link or guid or title or body):
        return None
    return ParsedEntry(
        guid=guid,
        title=title,
        link=link or absolute(item.get("id"), ""),
        authors=_authors(item) or feed_authors,
        categories=categories(map(_text, items(item, "tags"))),
        published=parse_date(item.get("date_published")),
        updated=parse_date(item.get("date_modified")),
        html=body,
        summary=bool(link and body)
        and not (_text(item.get("content_html")) or _text(item.get("content_text")))
        and not item.get("attachments"),
    )


def _jsonfeed_body(item: dict[str, Any], base: str) -> str:
    body = _text(item.get("content_html"))
    plain = _text(item.get("content_text")) or _text(item.get("summary"))
    body = body if body.strip() else as_html(plain)
    picture = absolute(item.get("image") or item.get("banner_image"), base)
    if picture and "<img" not in body:
        body = f'<p><img src="{html.escape(picture)}" alt=""></p>{body}'
    return body + attachments(map(_attachment, items(item, "attachments")), body, base)


def _attachment(value: object) -> tuple[str, str, str]:
    fields = value if isinstance(value, dict) else {}
    return _text(fields.get("url")), _text(fields.get("mime_type")), _text(fields.get("title"))


def _authors(where: dict[str, Any]) -> tuple[str, ...]:
    listed = [*items(where, "authors"), where.get("author")]
    return people(_text(each.get("name")) if isinstance(each, dict) else _text(each) for each in listed)


def _text(value: object) -> str:
    """A string with lone surrogates replaced by U+FFFD, since they cannot be stored; "" for any other value."""
    return _HALF_PAIR.sub("\ufffd", value) if isinstance(value, str) else ""


def parse_feed(content: bytes, url: str, content_type: str = "") -> ParsedFeed:
    """Parse RSS, RDF, Atom, JSON Feed, WordPress posts or a news sitemap from `url`.

    Text is made printable, links absolute; bodies stay as they are. Unreadable entries are skipped and counted. Raises
    NotAFeedError.
    """
    text = decode(content, content_type)
    text = text.lstrip(" \t\r\n\0\ufeff")
    if not text:
        raise NotAFeedError("Empty page.")
    if looks_like_posts(text):
        return parse_posts(text, url)
    if text.startswith(("{", "[")):
        return parse_json_feed(text, url)
    if lists_news(text):
        return parse_news(text, url)
    root = find_root(text)
    if root is None:
        kind = "a web page" if "<html" in text[:5000].lower() else "unknown format"
        raise NotAFeedError(f"Not a feed: {kind}.")
    raw = read_usual(text[root:]) or _read_xml(text, root)
    if not (raw.entries or raw.feed.get("title") or raw.version not in {"", "atom"}):
        raise NotAFeedError("Not a feed: other XML.")
    return replace(_feed(raw, url), whole=is_whole(text, root))


def _read_xml(text: str, root: int) -> RawFeed:
    """Parse with feedparser, which is loaded only when needed."""
    return xmlfeed.read_xml(text, root)


def _feed(raw: RawFeed, url: str) -> ParsedFeed:
    feed = raw.feed
    site = absolute(_plain(feed, "link"), url) or absolute("/", url)
    authors = people(_names(feed))[:_FEED_AUTHORS]
    rss = not raw.version.startswith("atom")
    hugo = _plain(feed, "generator").startswith("Hugo")
    entries = [_entry(each, site or url, authors, rss=rss, hugo=hugo) for each in raw.entries]
    found = [entry for entry in entries if entry is not None]
    return ParsedFeed(
        title=_title(feed) or short_host(url),
        site=site,
        entries=with_unique_guids(found),
        skipped=len(entries) - len(found),
        fresh_for=_fresh_for(feed),
        older=_older(feed, url),
        language=language_tag(_plain(feed, "language")),
    )


def _entry(
    raw: dict[str, Any], base: str, feed_authors: tuple[str, ...], *, rss: bool, hugo: bool
) -> ParsedEntry | None:
    link = _link(raw, base)
    published, updated = _date(raw, "published", "created"), _date(raw, "updated")
    if rss and published is None:  # dc:date, which is the only one that RSS 1.0 has
        published, updated = updated, None
    entry = ParsedEntry(
        guid=identity(_plain(raw, "id")),
        title=_title(raw),
        link=link,
        authors=people(_names(raw)) or people(_names(_dict(raw, "source"))) or feed_authors,
        categories=categories(_topics(raw)),
        published=published,
        updated=updated,
        html=_body(raw, link or base),
        summary=bool(link) and _is_summary(raw, rss=rss, hugo=hugo),
    )
    return entry if entry.guid or entry.title or entry.link or entry.html else None


def _title(raw: dict[str, Any]) -> str:
    kind = _dict(raw, "title_detail").get("type", "text/html")
    return line(_plain(raw, "title"), markup=kind in _HTML_TYPES)


def _link(raw: dict[str, Any], base: str) -> str:
    """The entry's address: the original of a proxied link, the link, an address as guid, or the enclosure."""
    link, guid = _plain(raw, "link"), _plain(raw, "id")
    if link == guid and "://" not in link:  # a guid taken for an address because the feed did not say that it is none
        link = ""
    choices = [_plain(raw, "feedburner_origlink"), link, guid if "://" in guid else ""]
    links = _dicts(raw, "links")
    choices += [each.get("href") or "" for each in links if each.get("rel") in {"alternate", "enclosure"}]
    return next(filter(None, (absolute(choice, base) for choice in choices if choice)), "")


def _date(raw: dict[str, Any], *names: str) -> datetime | None:
    for name in names:
        text = _plain(raw, name).strip()
        parsed = dict.get(raw, f"{name}_parsed")
        # feedparser takes unknown zones for UTC; of a bare number it makes a date of the Middle Ages
        moment = parse_date(text)
        if moment is None and isinstance(parsed, tuple) and not text.isdecimal():
            moment = from_tuple(parsed)
        if moment:
            return moment.replace(microsecond=0)
    return None


def _names(raw: dict[str, Any]) -> Iterator[str]:
    for each in _dicts(raw, "authors"):
        yield each.get("name") or each.get("text") or each.get("email") or ""


def _topics(raw: dict[str, Any]) -> Iterator[str]:
    for tag in _dicts(raw, "tags"):
        name = tag.get("label") or tag.get("term") or ""
        if not (tag.get("scheme") or "").startswith(_NO_TOPIC):
            yield name


def _body(raw: dict[str, Any], base: str) -> str:
    """The longest body, with links to audio and video; pictures if there is nothing else."""
    contents = [*_dicts(raw, "content"), {**_dict(raw, "summary_detail"), "value": _plain(raw, "summary")}]
    body = max(map(_as_html, contents), key=len, default="")
    media = list(_media(raw))
    if not body:
        pictures = (absolute(address, base) for address, kind, _ in media if kind.startswith("image"))
        body = "".join(f'<p><img src="{html.escape(each)}" alt=""></p>' for each in dict.fromkeys(pictures) if each)
    return body + attachments(media, body, base)


def _is_summary(raw: dict[str, Any], *, rss: bool, hugo: bool) -> bool:
    """Whether an entry has only a summary, and neither content nor media.

    In Atom, any text up to `_SUMMARY_MAX`; in RSS, such a text without markup, or Hugo's automatic summary of some
    seventy words.
    """
    if any(each.get("value") for each in _dicts(raw, "content")) or any(_media(raw)):
        return False
    text = _plain(raw, "summary").strip()
    if not rss or not _TAG.search(text):
        return 0 < len(text) <= _SUMMARY_MAX
    return hugo and _HUGO_WORDS[0] <= len(_TAG.sub(" ", text).split()) <= _HUGO_WORDS[1]


def _as_html(content: dict[str, Any]) -> str:
    value, kind = content.get("value") or "", content.get("type") or "text/html"
    if kind not in _HTML_TYPES and not kind.startswith("text/"):
        return ""
    if kind in _HTML_TYPES and not _TAG.search(value):
        value, kind = unescape(value), "text/plain"
        if _ESCAPED.search(value):  # twice, as Blogger writes summaries
            value = unescape(value)
    if kind not in _HTML_TYPES and not _CLEARLY_HTML.search(value):
        return as_html(value)
    base = content.get("base") or ""
    return _RELATIVE.sub(lambda found: _joined(found, base), value) if "://" in base else value


def _joined(found: re.Match[str], base: str) -> str:
    try:
        return f"{found[1]}{found[2]}{join(base, found[3])}{found[2]}"
    except ValueError:
        return found[0]


def _media(raw: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for each in _dicts(raw, "links"):
        if each.get("rel") == "enclosure":
            yield each.get("href") or "", each.get("type") or "", each.get("title") or ""
    for each in _dicts(raw, "media_content"):
        yield each.get("url") or "", each.get("type") or each.get("medium") or "", ""


def _fresh_for(feed: dict[str, Any]) -> int | None:
    """Seconds that the feed asks to wait between requests; None if it does not say."""
    waits = []
    if (ttl := _number(_plain(feed, "ttl"))) is not None:
        waits.append(ttl * 60)
    if period := _PERIODS.get(_plain(feed, "sy_updateperiod").strip().lower()):
        waits.append(period / max(_number(_plain(feed, "sy_updatefrequency")) or 1, 1))
    return min(_FRESH_MAX, max(0, round(max(waits)))) if waits else None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\s*\d{1,9}(?:\.\d{1,9})?\s*", text) else None


def _older(feed: dict[str, Any], url: str) -> str | None:
    links = _dicts(feed, "links")
    for rel in ("prev-archive", "next"):
        for each in links:
            if each.get("rel") == rel and (address := absolute(each.get("href"), url)):
                return address
    return None


# An element of a feed may have the name of a field, such as <links>: then there is something else in its place.
# And feedparser's own `get` answers for other names too.


def _plain(raw: dict[str, Any], name: str) -> str:
    value = dict.get(raw, name)
    return value if isinstance(value, str) else ""


def _dict(raw: dict[str, Any], name: str) -> dict[str, Any]:
    value = dict.get(raw, name)
    return value if isinstance(value, dict) else {}


def _dicts(raw: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = dict.get(raw, name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
