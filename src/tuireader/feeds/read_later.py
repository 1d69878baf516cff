"""Reading exports of read-later services: Pocket, Instapaper, Omnivore, Readeck, wallabag, Google Reader. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from tuireader.feeds.entries import parse_date
from tuireader.text.bounded_json import field, items, loads
from tuireader.text.printable import short_line, unescape
from tuireader.urls.hosts import absolute
from tuireader.urls.typed_and_shown import html_without_logins

_PAGES_MAX = 200_000
"""Maximum pages of an export."""
_TAGS_LENGTH_MAX = 20_000
"""Maximum characters of a page's tags."""
_COLUMNS = 100
"""Maximum columns of a table."""
_NAMES = 30
"""Maximum tags, or authors, of one page."""
_LINK = re.compile(
    r"<h1>(?P<head>[^<]{0,100})</h1>|<li>\s*+<a\s++(?P<said>[^>]{1,8000})>(?P<title>[^<]{0,2000})", re.IGNORECASE
)
_SAID = re.compile(r'([a-z_]{1,20})="([^"]{0,4000})"', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A page in the export of a read-later service."""

    url: str
    title: str = ""
    html: str = ""
    """Its text, if exported."""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    added: datetime | None = None
    published: datetime | None = None
    is_read: bool = False
    is_starred: bool = False
    feed: str = ""
    """The address of its feed, if exported."""
    guid: str = ""
    """Its guid in that feed."""
    file: str = ""
    """The name of the file in the export with its text, if that is not in `html` yet."""
    is_of_feed: bool = False
    """Whether it was read in a feed, not saved from a page."""
    id: str = ""
    """Its id in the export: pages may share an address, or have none."""
    has_notes: bool = False
    """Whether the export has notes or highlights of the user on it."""

    @property
    def name(self) -> str:
        """Its identifier within the export: the guid, else the id, else the address."""
        return self.guid or self.id or self.url


def read_saved_pages(content: bytes) -> list[SavedPage] | None:
    """The pages of an export; None if the format is unknown."""
    text = content.decode("utf-8-sig", "replace")
    first = text.lstrip()[:1000]
    found: list[SavedPage] | None = None
    if first.startswith(("[", "{")):
        found = _json(text)
    elif first.lower().startswith("<!doctype html") and ("pocket" in first.lower() or 'time_added="' in text[:100_000]):
        found = _pocket_html(text)
    elif first:
        found = _csv(text)
    return None if found is None else _each_once(found)


def _each_once(pages: list[SavedPage]) -> list[SavedPage]:
    """Pages that have an address or a name, each once; duplicates are merged."""
    addressed = [replace(page, url=absolute(page.url, ""), html=html_without_logins(page.html)) for page in pages]
    at = Counter(_address(page) for page in addressed)
    found: dict[tuple[str, str], SavedPage] = {}
    for each in addressed:
        page = replace(each, id="") if each.url and at[_address(each)] == 1 else each
        if page.name:
            first = found.get((page.feed, page.name))
            found[page.feed, page.name] = (
                page
                if first is None
                else replace(
                    first,
                    html=first.html or page.html,
                    file=first.file or page.file,
                    tags=tuple(dict.fromkeys((*first.tags, *page.tags)))[:_NAMES],
                    is_read=first.is_read and page.is_read,
                    is_starred=first.is_starred or page.is_starred,
                    has_notes=first.has_notes or page.has_notes,
                )
            )
    return [*found.values()]


def _address(page: SavedPage) -> str:
    """The address of a page without its fragment."""
    return page.url.partition("#")[0]


def from_omnivore(metadata: str, files: dict[str, str], noted: Collection[str]) -> list[SavedPage]:
    """The pages in a metadata file of Omnivore; the names of their text files are removed from `files` (by slug).

    `noted` are the slugs of pages with highlights.
    """
    slugs = [(row, str(row.get("slug"))) for row in _rows(metadata) or []]
    return [replace(_of_row(row, ""), file=files.pop(slug, ""), has_notes=slug in noted) for row, slug in slugs]


def _csv(text: str) -> list[SavedPage] | None:
    csv.field_size_limit(len(text) + 1)
    with suppress(csv.Error):
        rows = csv.DictReader(io.StringIO(text))
        columns = rows.fieldnames or ()
        if len(columns) > _COLUMNS:
            return None
        names = {name.strip().lower() for name in columns if name}
        if {"title", "url", "time_added"} <= names or {"url", "title", "folder", "timestamp"} <= names:
            return [_of_csv(row) for row in islice(rows, _PAGES_MAX)]
    return None


def _of_csv(said: dict[Any, Any]) -> SavedPage:
    row = {str(name).strip().lower(): value for name, value in said.items() if isinstance(value, str)}
    folder = row.get("folder", "")
    tags = row.get("tags", "")[:_TAGS_LENGTH_MAX]
    names = _listed(tags) if tags.startswith("[") else tags.split("|")
    known = ("unread", "archive", "starred", "")
    return SavedPage(
        row.get("url", "").strip(),
        short_line(row.get("title", "")),
        tags=_names([*names, *([folder] if folder.lower() not in known else [])]),
        added=parse_date(row.get("time_added") or row.get("timestamp")),
        is_read=(row.get("status") or folder).lower() == "archive",
        is_starred=folder.lower() == "starred",
        has_notes=bool(row.get("selection", "").strip()),
    )


def _listed(text: str) -> list[str]:
    with suppress(ValueError):
        found = loads(text)
        return [str(each) for each in found] if isinstance(found, list) else []
    return []


def _pocket_html(text: str) -> list[SavedPage]:
    found, is_read = [], False
    for match in islice(_LINK.finditer(text), _PAGES_MAX):
        if match["head"] is not None:
            is_read = "archive" in match["head"].lower()
            continue
        said = {name.lower(): unescape(value) for name, value in _SAID.findall(match["said"])}
        found.append(
            SavedPage(
                said.get("href", ""),
                short_line(unescape(match["title"])),
                tags=_names(said.get("tags", "").split(",")),
                added=parse_date(said.get("time_added")),
                is_read=is_read,
            )
        )
    return found


def _json(text: str) -> list[SavedPage] | None:
    rows = _rows(text)
    if rows and any("origin" in row for row in rows[:3]):
        has_states = any(map(_states, rows))
        return [_of_reader(row, is_starred=not has_states or "starred" in _states(row)) for row in rows]
    if not rows or not all("url" in row for row in rows[:3]):
        return None
    return [_of_row(row, str(row.get("content") or "")) for row in rows]


def _rows(text: str) -> list[dict[str, Any]] | None:
    try:
        said = loads(text)
    except ValueError:
        return None
    if isinstance(said, dict):  # a page of an API's answer
        said = next((said[name] for name in ("bookmarks", "items", "data") if isinstance(said.get(name), list)), None)
    return [row for row in said[:_PAGES_MAX] if isinstance(row, dict)] if isinstance(said, list) else None


def _of_row(row: dict[str, Any], html: str) -> SavedPage:
    """A page of wallabag, Readeck or Omnivore."""
    labels = row.get("tags") or row.get("labels") or []
    labels = labels if isinstance(labels, list) else []
    names = [each.get("name") or each.get("label") or "" if isinstance(each, dict) else str(each) for each in labels]
    by = row.get("published_by") or row.get("authors") or row.get("author") or []
    state = str(row.get("state") or "").lower()
    return SavedPage(
        str(row.get("url") or ""),
        short_line(str(row.get("title") or "")),
        html,
        authors=_names(by if isinstance(by, list) else [by]),
        tags=_names(names),
        added=parse_date(row.get("created_at") or row.get("created") or row.get("savedAt")),
        published=parse_date(row.get("published_at") or row.get("published") or row.get("publishedAt")),
        id=short_line(str(row.get("id") or "")),
        is_read=_is_yes(row.get("is_archived")) or state == "archived",
        is_starred=_is_yes(row.get("is_starred")) or _is_yes(row.get("is_marked")),
        has_notes=bool(row.get("annotations") or row.get("highlights")),
    )


def _states(row: dict[str, Any]) -> set[str]:
    """The states of an article in Google Reader's format, such as `read` and `starred`."""
    names = (each for each in items(row, "categories") if isinstance(each, str))
    return {name.rpartition("/com.google/")[2] for name in names if "/com.google/" in name}


def _of_reader(row: dict[str, Any], *, is_starred: bool) -> SavedPage:
    """An article of Google Reader and its successors: The Old Reader, FreshRSS (`starred.json`)."""
    names = [each for each in items(row, "categories") if isinstance(each, str)]
    links = [each["href"] for name in ("canonical", "alternate") for each in items(row, name) if _has_address(each)]
    text = next((each.get("content") for name in ("content", "summary") if (each := field(row, name))), "")
    origin = field(row, "origin")
    stream = str(origin.get("feedUrl") or str(origin.get("streamId") or "").removeprefix("feed/"))
    labels = [each.partition("/label/")[2] for each in names if "/label/" in each]
    return SavedPage(
        next(iter(links), ""),
        short_line(unescape(str(row.get("title") or ""))),
        str(text or ""),
        authors=_names([row.get("author") or ""]),
        tags=_names([each for each in labels if each != origin.get("category")]),
        published=parse_date(row.get("published") or row.get("updated") or str(row.get("crawlTimeMsec") or "")[:-3]),
        is_read="read" in _states(row),
        is_starred=is_starred,
        feed=stream if "://" in stream else "",
        is_of_feed=True,
        guid=str(row.get("guid") or ""),
        id=str(row.get("id") or ""),
    )


def _is_yes(value: object) -> bool:
    return bool(value) and str(value).lower() not in ("0", "false", "no")


def _has_address(link: object) -> bool:
    return isinstance(link, dict) and isinstance(link.get("href"), str)


def _names(names: list[Any]) -> tuple[str, ...]:
    some = islice((name for each in names if each and (name := short_line(str(each)))), _NAMES)
    return tuple(dict.fromkeys(some))
