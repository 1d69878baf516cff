"""Backups of the whole cache as JSON Lines: writing the rows, and parsing the values of rows."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations
from typing import IO, Any

from tuireader.errors import NotAFeedListError
from tuireader.library.reading.user_edits import OPTIONS
from tuireader.library.refreshing.match_entries import prepare
from tuireader.model.article import Status
from tuireader.model.feed import PAGES, Feed
from tuireader.model.fetched import ParsedEntry, Prepared
from tuireader.model.query import TAGS_MAX, Rule, tag_bit
from tuireader.store import (
    articles,
    duplicates,
    feeds,
    folders,
    labels,
    pruning,
    rules,
    save_articles,
    site_facts,
    statuses,
    ui_state,
)
from tuireader.store.connection import snapshot
from tuireader.store.row_values import sound
from tuireader.text.bounded_json import loads
from tuireader.text.printable import printable_line, short_line
from tuireader.urls.hosts import ADDRESS_MAX
from tuireader.urls.identity import place
from tuireader.urls.typed_and_shown import addresses_to_try, without_credentials

HEAD, END = "tuireader", "end"
VERSION = 1
"""The format version: later versions may add fields, but never change their meaning."""
_SAMPLE = 20
"""Number of feeds by which the folder of a rule is told from others of its name."""
_NAMES = 500
"""Maximum names in one list of a row."""
_OBJECTS = 100_000
"""Maximum objects and lists of one line."""
LINE_MAX = 32_000_000
"""Maximum characters of a line."""
LANGUAGES = frozenset({feeds.LANGUAGE, feeds.FOUND_LANGUAGE})
FOUND = LANGUAGES | {site_facts.ARCHIVE, site_facts.PAGE_LIST}
"""Facts about a feed that the program has found, of which an existing feed keeps its own."""
ROW_OPTIONS = FOUND.union(OPTIONS)
"""The options in a backup; the others are the program's own state."""
_KEYS_AT_ONCE = 1000
_TEXTS = frozenset({"guid", "html", "full_html", "full_text"})
"""Fields that may contain several lines of text, and are kept unchanged."""
_UNCUT = frozenset({"url", "link", "site", "feed", "feed_url", "query", "text"})
"""Addresses and queries, which are refused if too long, since they are useless when cut."""
BATCH_SIZE = 100
"""Articles of one transaction."""


def lines_of(file: IO[str]) -> Iterator[str]:
    while line := file.readline(LINE_MAX + 1):
        yield line


def is_backup(first: bytes) -> bool:
    return first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b'{"type": "' + HEAD.encode() + b'"')


# Out.


def backup_rows(
    c: sqlite3.Connection, now: datetime, ids: Iterable[int] | None = None
) -> Generator[dict[str, Any], None, None]:
    """Yield all data as rows: folders, feeds, pruned keys, searches and rules, then articles.

    With `ids`, only these articles, with their folders and feeds.
    """
    with snapshot(c):  # others may remove what is still to come
        yield from _rows(c, now, ids)


def _rows(c: sqlite3.Connection, now: datetime, ids: Iterable[int] | None) -> Iterator[dict[str, Any]]:
    yield {"type": HEAD, "version": VERSION, "made": _utc(now)}
    left = {id_ for feed_id in feeds.leaving(c) for id_ in feeds.article_ids(c, feed_id)}
    wanted = [id_ for id_ in articles.order(c, ids) if id_ not in left]
    some = None if ids is None else articles.feeds_of(c, wanted)
    by_id = {feed.id: feed for feed in feeds.current(c) if some is None or feed.id in some}
    filed = {feed.folder_id for feed in by_id.values()}
    names = {each.id: each.name for each in folders.every(c) if some is None or each.id in filed}
    for name in sorted(names.values()):
        yield {"type": "folder", "name": name}
    unfiled = folders.unfiled(c)
    copies: dict[str, list[Feed]] = defaultdict(list)
    for feed in sorted(by_id.values(), key=lambda feed: (feed.account_id, feed.url)):
        copies[place(feed.url)].append(feed)  # the user's own goes before that of an account
    urls = {feed.id: without_credentials(some[0].url) for some in copies.values() for feed in some}
    for feed, *others in copies.values():
        options = [feeds.options(c, each.id) for each in (*others, feed)]
        yield {
            "type": "feed",
            "url": without_credentials(feed.url),
            "title": feed.title,
            "custom_title": feed.given_name,
            "site": without_credentials(feed.site),
            "folder": None if feed.folder_id in unfiled else names.get(feed.folder_id or 0),
            "reach": feed.reach.value,
            "options": {name: value for each in options for name, value in each.items() if name in ROW_OPTIONS},
        }
    for feed_id, keys in pruning.remembered(c) if some is None else ():
        for start in range(0, len(keys) if feed_id in urls else 0, _KEYS_AT_ONCE):
            chunk = keys[start : start + _KEYS_AT_ONCE]
            yield {"type": "pruned", "feed_url": urls[feed_id], "keys": chunk}
    for search in ui_state.searches(c) if some is None else ():
        yield {"type": "search", "name": search.name, "query": search.query}
    every = [] if some is not None else [each for each in rules.every(c) if not each.feed_id or each.feed_id in urls]
    in_folder: dict[int | None, list[str]] = defaultdict(list)
    for feed_id, url in urls.items():
        in_folder[by_id[feed_id].folder_id].append(url)
    yield from (_rule_row(number, rule, urls, names, in_folder) for number, rule in enumerate(every))
    numbers = {rule.id: number for number, rule in enumerate(every)}
    twins = _twins(c, copies.values())
    for start in range(0, len(wanted), BATCH_SIZE):
        batch = wanted[start : start + BATCH_SIZE]
        names_of, unasked = labels.tags_of(c, batch), statuses.marked_unasked(c, batch)
        hidden, of_page = rules.hidden(c, batch), save_articles.dated_by_page(c, batch)
        apart, stories = statuses.read_apart(c, batch), duplicates.stories_of(c, batch, shared=True)
        guids = {id_: guid for id_, _, guid, *_ in save_articles.facts_of(c, (twins.get(id_, id_) for id_ in batch))}
        for id_ in batch:
            row = _article_row(c, id_, names_of.get(id_, []), numbers)
            row |= {"unasked": list(unasked[id_])} if id_ in unasked else {}
            row |= {"page_date": row.pop("published")} if id_ in of_page else {}
            row |= {"guid": guids[twins.get(id_, id_)], "feed_url": urls[row.pop("feed")]}
            row |= {"apart": True} if id_ in apart else {}
            row |= {"story": stories[id_]} if id_ in stories else {}
            yield row | ({"hidden": True} if id_ in hidden else {})
    yield {"type": END, "articles": len(wanted)}


def _rule_row(
    number: int,
    rule: Rule,
    urls: Mapping[int, str],
    names: Mapping[int, str],
    in_folder: Mapping[int | None, list[str]],
) -> dict[str, Any]:
    """A rule as a row; `urls` are by feed id, `names` of folders by id, `in_folder` feeds by folder."""
    return {
        "type": "rule",
        "number": number,
        **rule.as_row(),
        "feed": urls.get(rule.feed_id or 0),
        "folder": names.get(rule.folder_id or 0),
        "folder_feeds": in_folder.get(rule.folder_id, [])[:_SAMPLE] if rule.folder_id else [],
        "until": _utc(rule.until),
    }


def _twins(c: sqlite3.Connection, copies: Iterable[Sequence[Feed]]) -> dict[int, int]:
    """Articles of a feed that is followed several times, each with the first article that it is a copy of."""
    found: dict[int, int] = {}
    for some in copies:
        for first, other in combinations((feed.id for feed in some), 2):
            pairs = feeds.articles_of_both(c, first, other)
            found = {mine: found.get(its, its) for mine, its in pairs.items()} | found
    return found


def _article_row(c: sqlite3.Connection, id_: int, names: list[str], numbers: dict[int, int]) -> dict[str, Any]:
    article, status, texts = articles.get(c, id_), articles.status(c, id_), articles.texts(c, id_)
    did = {str(numbers[rule_id]): bits for rule_id, bits in rules.done_to(c, id_).items() if rule_id in numbers}
    row = {
        "type": "article",
        "feed": article.feed_id,
        "guid": article.guid,
        "title": article.title,
        "link": without_credentials(article.link),
        "authors": list(article.authors),
        "categories": list(article.categories),
        "tags": names,
        "published": _utc(article.published),
        "updated": _utc(article.updated),
        "date": _utc(article.date),
        "read": status.read,
        "starred": status.starred,
        "position": status.position,
        "words": article.words,
        "offline": article.offline,
        "html": texts.html,
        "full_html": texts.full_html,
        "full_text": texts.full_text,
        "rules": did,
    }
    return {name: value for name, value in row.items() if value not in (None, [], {}, "") or name in ("guid", "title")}


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None


# In.


def parse(line: str) -> dict[str, Any] | None:
    try:
        row = loads(line, most=_OBJECTS) if len(line) <= LINE_MAX else None
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def check_head(row: dict[str, Any] | None) -> None:
    if row is None or row.get("type") != HEAD:
        raise NotAFeedListError("Not a tuireader backup")
    version = row.get("version")
    if type(version) is not int or version < 1:
        raise NotAFeedListError("Not a tuireader backup")
    if version > VERSION:
        raise NotAFeedListError("This backup was made by a newer tuireader. Update to read it")


def check_article(row: dict[str, Any]) -> None:
    """Raise ValueError for an invalid row of an article, so that pending rows can be written."""
    row["feed_url"], row["guid"] = address_in(row, "feed_url"), required_in(row, "guid")
    for name in ("full_html", "full_text"):
        text_in(row, name)
    for name in ("words", "position", "story"):
        number_in(row, name)
    names_in(row, "tags")
    unasked_in(row)
    if any(
        type(did) is not int or not 0 <= did < 2 * tag_bit(TAGS_MAX - 1) for did in mapping_in(row, "rules").values()
    ):
        raise ValueError("“rules” is not valid")
    prepared_in(row, datetime.max.replace(tzinfo=UTC))


def unasked_in(row: dict[str, Any]) -> set[str]:
    """The statuses in a row that a rule or an age has set, not the user."""
    return set(names_in(row, "unasked"))


def entry_in(row: dict[str, Any]) -> ParsedEntry:
    """The entry of a row; raises ValueError."""
    return ParsedEntry(
        guid=text_in(row, "guid"),
        title=text_in(row, "title"),
        link=text_in(row, "link"),
        authors=names_in(row, "authors"),
        categories=names_in(row, "categories"),
        published=moment_in(row, "published"),
        updated=moment_in(row, "updated"),
        html=text_in(row, "html"),
    )


def prepared_in(row: dict[str, Any], now: datetime) -> Prepared:
    """The article of a row, ready to save, dated `now` at the latest; raises ValueError."""
    status = Status(read=bool(row.get("read")), starred=bool(row.get("starred")))
    date = moment_in(row, "date")
    return prepare(entry_in(row), status=status, date=date and min(date, now), excerpt=not row.get("offline"))


# Values of a row; what is wrong is never repeated in a message, whatever it is.


def text_in(row: dict[str, Any], name: str) -> str:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"“{name}” is not text")
    if name in _UNCUT and len(value or "") > ADDRESS_MAX:
        raise ValueError(f"“{name}” is too long")
    if name in _TEXTS:
        return sound(value or "")
    return (printable_line if name in _UNCUT else short_line)(sound(value or ""))


def required_in(row: dict[str, Any], name: str) -> str:
    if not text_in(row, name).strip():
        raise ValueError(f"“{name}” is missing")
    return text_in(row, name)


def address_in(row: dict[str, Any], name: str) -> str:
    text = required_in(row, name)
    return text if text == PAGES else addresses_to_try(text)[0]


def names_in(row: dict[str, Any], name: str) -> tuple[str, ...]:
    value = row.get(name) or []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"“{name}” is not a list of names")
    return tuple(short_line(sound(each)) for each in value[:_NAMES])


def mapping_in(row: dict[str, Any], name: str) -> dict[str, Any]:
    value = row.get(name) or {}
    if not isinstance(value, dict):
        raise ValueError(f"“{name}” is not valid")  # noqa: TRY004 - as any other value that is wrong
    return value


def number_in(row: dict[str, Any], name: str) -> int:
    value = row.get(name) or 0
    if type(value) is not int or not 0 <= value < 1 << 31:
        raise ValueError(f"“{name}” is not a valid number")
    return value


def moment_in(row: dict[str, Any], name: str) -> datetime | None:
    text = text_in(row, name)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"“{name}” is not a valid time") from None
