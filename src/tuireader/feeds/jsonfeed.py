"""JSON Feed, versions 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import html
import re
from typing import Any

from tuireader.errors import NotAFeedError
from tuireader.feeds.dates import parse_date
from tuireader.feeds.entries import as_html, attachments, identity, settled
from tuireader.model.fetched import ParsedEntry, ParsedFeed
from tuireader.text.bounded_json import items, loads
from tuireader.text.bylines import categories, people
from tuireader.text.language import language_tag
from tuireader.text.one_line import line
from tuireader.urls.absolute import absolute
from tuireader.urls.hosts import short_host

_HALF_PAIR = re.compile("[\ud800-\udfff]")


def parse_json_feed(text: str, url: str) -> ParsedFeed:
    """Return the feed in a JSON document; raise NotAFeedError where there is none."""
    try:
        feed = loads(text)
    except ValueError:
        raise NotAFeedError("That address gives something that looks like a JSON feed and cannot be read.") from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise NotAFeedError("That address gives data in JSON that is not a feed.")
    site = absolute(feed.get("home_page_url"), url) or absolute("/", url)
    authors = _authors(feed)
    entries = [_entry(item, site or url, authors) for item in feed["items"]]
    found = [entry for entry in entries if entry is not None]
    return ParsedFeed(
        title=line(_text(feed.get("title"))) or short_host(url),
        site=site,
        entries=settled(found),
        skipped=len(entries) - len(found),
        older=absolute(feed.get("next_url"), url) or None,
        language=language_tag(_text(feed.get("language"))),
    )


def _entry(item: object, base: str, feed_authors: tuple[str, ...]) -> ParsedEntry | None:
    if not isinstance(item, dict):
        return None
    link = absolute(item.get("url"), base) or absolute(item.get("external_url"), base)
    guid = identity(item.get("id"))
    title = line(_text(item.get("title")))
    body = _body(item, absolute(item.get("url"), base) or base)
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


def _body(item: dict[str, Any], base: str) -> str:
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
    """Return a string as such, all else as none; half of a surrogate pair can be neither stored nor shown."""
    return _HALF_PAIR.sub("\ufffd", value) if isinstance(value, str) else ""
