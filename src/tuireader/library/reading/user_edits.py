"""Edits by the user: statuses, saved searches, saved pages, options of feeds."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, get_args

from tuireader.config import Choice, Option, Text, options
from tuireader.library.reading import selectors
from tuireader.library.refreshing import match_entries
from tuireader.model import fetched
from tuireader.model.article import Field, Mode
from tuireader.model.feed import LOCAL, PAGES, PAGES_TITLE
from tuireader.model.query import Query, SavedSearch
from tuireader.store import articles, feeds, folders, pruning, save_articles, site_facts, statuses, ui_state
from tuireader.store.queries.query_language import completed, quoted
from tuireader.store.row_values import name_key
from tuireader.text.printable import printable

LIMITS = (pruning.AFTER, pruning.ABOVE, pruning.DAYS, pruning.NEWEST)
"""The options that set when articles are marked read or removed."""
SELECTORS = (site_facts.TAKE, site_facts.DROP)
OPTIONS: Mapping[str, Option] = {
    pruning.QUIET: Option(
        Choice(("no", "yes")), "leave its articles out of “Unread”; the feed and its folder keep their counts"
    ),
    **{name: option for name, (option, _) in options().items() if name in LIMITS},
    site_facts.MODE: options()["full_text"][0]._replace(kind=Choice(("", *get_args(Mode)))),
    site_facts.TAKE: Option(Text(), "CSS selector of the text on the pages of this feed"),
    site_facts.DROP: Option(Text(), "CSS selector of what is not text on the pages of this feed"),
}
"""All options of a feed, by the names under which they are stored; without a value, that of the configuration holds."""


def mistake(name: str, value: str) -> str:
    """The error in an option's value as a sentence; "" if it is valid. An empty value removes the option."""
    if name in LIMITS and value and not (value.isdecimal() and len(value) < 7):
        return f"{name} must be a number (0: no limit), not {printable(value)}."
    for each, values in ((pruning.QUIET, ("yes", "no")), (site_facts.MODE, get_args(Mode))):
        if name == each and value not in (*values, ""):
            return f"{name} must be {', '.join(values[:-1])} or {values[-1]}, not {printable(value)}."
    return selectors.mistake(value) if name in SELECTORS and value else ""


def save_search(c: sqlite3.Connection, name: str, query: str) -> SavedSearch:
    """Save a search under a name, replacing an older one; raises QueryError if it is too long."""
    return ui_state.put_search(c, name, query)


def named(c: sqlite3.Connection, name: str) -> SavedSearch | None:
    key = name_key(name)
    return next((each for each in ui_state.searches(c) if name_key(each.name) == key), None)


def remove(c: sqlite3.Connection, id_: int) -> None:
    ui_state.remove_search(c, id_)


def query_of(saved: SavedSearch) -> Query:
    """The query of a saved search; its last word is complete, not a prefix."""
    return Query(text=f"{saved.query} ")


def text_of(c: sqlite3.Connection, query: Query) -> str:
    """A query written in the search syntax, without its sort order."""
    feed_names = feeds.unique_names(c) if query.feeds or query.not_feeds else {}
    folder_names = {folder.id: folder.name for folder in folders.every(c)} | {0: ""}
    fields: tuple[tuple[str, Sequence[str], Sequence[str]], ...] = (
        ("folder", _names(query.folders, folder_names), _names(query.not_folders, folder_names)),
        ("feed", _names(query.feeds, feed_names), _names(query.not_feeds, feed_names)),
        ("tag", query.tags, query.not_tags),
        ("category", query.categories, query.not_categories),
        ("author", query.authors, query.not_authors),
    )
    pieces = [
        f"{sign}{field}={'|'.join(map(quoted, names))}"
        for field, chosen, left_out in fields
        for sign, names in (("", chosen), ("-", left_out))
        if names
    ]
    pieces += ["is:unread"] * query.unread + ["is:starred"] * query.starred
    return " ".join([*pieces, completed(query.text)]).strip()


def _names(ids: Sequence[int], names: Mapping[int, str]) -> list[str]:
    return [names[id_] for id_ in ids if id_ in names]


def mark(c: sqlite3.Connection, ids: Iterable[int], *, read: bool | None = None, starred: bool | None = None) -> None:
    statuses.mark(c, ids, read=read, starred=starred)


def to_mark_read(c: sqlite3.Connection, query: Query) -> list[int]:
    return statuses.to_mark(c, query)


def with_status(c: sqlite3.Connection, ids: Iterable[int], field: Field, *, value: bool) -> list[int]:
    """The ids, of those given, of articles whose `field` (read or starred) is `value`."""
    return statuses.with_status(c, ids, field, value=value)


Marking = statuses.Marking
need_any = statuses.need_any
origins = statuses.origins
restore_origins = statuses.restore_origins


def tag(c: sqlite3.Connection, ids: Collection[int], names: Iterable[str]) -> list[int]:
    return statuses.tag(c, ids, [*names])


def untag(c: sqlite3.Connection, ids: Collection[int], names: Iterable[str]) -> list[int]:
    return statuses.untag(c, ids, [*names])


def push(c: sqlite3.Connection, step: dict[str, Any], now: datetime) -> int:
    return ui_state.push_undo(c, step, now)


def forget(c: sqlite3.Connection, number: int) -> None:
    ui_state.remove_undo(c, number)


def pop(c: sqlite3.Connection, now: datetime, age: timedelta) -> dict[str, Any] | None:
    """Remove and return the last undo step not older than `age`; None if there is none."""
    if (found := latest(c, now, age)) is None:
        return None
    ui_state.remove_undo(c, found[0])
    return found[1]


def latest(c: sqlite3.Connection, now: datetime, age: timedelta) -> tuple[int, dict[str, Any]] | None:
    """The last undo step not older than `age`, with its number; None if there is none."""
    return next(reversed(ui_state.recent_undo(c, now, age)), None)


def feed_of_pages(c: sqlite3.Connection) -> int | None:
    """The id of the feed of saved pages; None if there are none."""
    feed = feeds.followed(c, LOCAL, PAGES)
    return None if feed is None else feed.id


def save_page(
    c: sqlite3.Connection, page: fetched.Prepared, now: datetime, feed_id: int | None = None, *, is_old: bool = False
) -> int:
    """Save a page in a feed, by default that of saved pages, unless it is there already; returns the article's id.

    A different page with the same address is kept beside it. `is_old` as in `Plan`. Saved pages are sorted by the time
    of saving, whatever date they state.
    """
    is_saved_page = feed_id is None
    feed_id = feed_id or feed_of_pages(c) or feeds.add(c, PAGES, title=PAGES_TITLE, site="", now=now).id
    feeds.stay(c, feed_id)
    page = match_entries.apart(c, feed_id, page)
    save_articles.save_entries(c, feed_id, fetched.Plan(new=(page,), is_old=is_old, is_asked_for=True), now)
    guid = page.entry.guid
    article_id = save_articles.known(c, feed_id, [guid])[guid].id
    if is_saved_page and not is_old:
        save_articles.set_date(c, article_id, now)
    return article_id


def save_copy(c: sqlite3.Connection, article_id: int, now: datetime, guid: str = "") -> int:
    """Copy an article of a feed into the saved pages, so that it outlives the feed; returns the id of the copy.

    The copy's guid is `guid`, else the article's address. Once indexed, both are one story and share a status.
    """
    article = articles.get(c, article_id)
    entry = fetched.ParsedEntry(
        guid or article.link,
        article.title,
        article.link,
        article.authors,
        article.categories,
        published=article.published,
        html=articles.body(c, article_id),
    )
    return save_page(c, match_entries.prepare(entry, date=article.date, excerpt=not article.offline), now)
