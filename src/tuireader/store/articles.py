"""Single articles: reading. Lists are in `queries.article_lists`, writing is in `save_articles` and `statuses`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from tuireader.errors import NotFoundError
from tuireader.model import article
from tuireader.model.article import Status
from tuireader.store import feeds
from tuireader.store.connection import transaction
from tuireader.store.feeds import NAME
from tuireader.store.labels import names_of, split_names, tags_of
from tuireader.store.row_values import (
    DAMAGED,
    id_list,
    link_key,
    moment,
    number,
    sound,
    stamp,
    text_of,
    unpack,
    unpack_all,
)
from tuireader.urls.identity import names_part, of_one_site, place


def get(c: sqlite3.Connection, article_id: int) -> article.Article:
    """An article without its body; raises NotFoundError."""
    row = _row(
        c,
        f"SELECT a.id, a.feed_id, {NAME}, f.url, a.guid, a.title, a.link,"
        f" {names_of('author')}, {names_of('category')}, coalesce(a.published, a.page_date), a.updated, a.date,"
        " a.words, a.offline"
        " FROM article AS a LEFT JOIN feed AS f ON f.id = a.feed_id WHERE a.id = ?",
        article_id,
    )

    return article.Article(
        id=row[0],
        feed_id=number(row[1]),
        feed_title=text_of(row[2]),
        feed_url=text_of(row[3]),
        guid=text_of(row[4]),
        title=text_of(row[5]),
        link=text_of(row[6]),
        authors=split_names(row[7]),
        categories=split_names(row[8]),
        published=moment(row[9]),
        updated=moment(row[10]),
        date=stamp(row[11]),
        words=number(row[12]),
        offline=bool(row[13]),
    )


def status(c: sqlite3.Connection, article_id: int) -> Status:
    """The status of an article without its tags; raises NotFoundError."""
    row = _row(c, "SELECT read, starred, position FROM article WHERE id = ?", article_id)
    return Status(bool(row[0]), bool(row[1]), number(row[2]))


def tagged_status(c: sqlite3.Connection, article_id: int) -> Status:
    """The status of an article with its tags; raises NotFoundError."""
    return replace(status(c, article_id), tags=tuple(tags_of(c, [article_id]).get(article_id, ())))


def marks_of(c: sqlite3.Connection, ids: Iterable[int]) -> dict[int, tuple[bool, bool, frozenset[str]]]:
    """Whether articles are read and starred, and their tags, by id."""
    listed = [*ids]
    tags = tags_of(c, listed)
    sql = "SELECT id, read, starred FROM article WHERE id IN (SELECT value FROM json_each(?))"
    rows = c.execute(sql, (id_list(listed),)).fetchall()
    return {id_: (bool(read), bool(starred), frozenset(tags.get(id_, ()))) for id_, read, starred in rows}


def count_changed(c: sqlite3.Connection, before: Mapping[int, tuple[bool, bool, frozenset[str]]]) -> int:
    """The number of articles whose marks are others than `before`; see `marks_of`."""
    return len(before.items() - marks_of(c, before).items())


def body(c: sqlite3.Connection, article_id: int) -> str:
    """The HTML of an article: its full text if fetched, else the feed's; raises NotFoundError.

    Of a damaged text, the readable beginning and a sentence that says so.
    """
    (packed,) = _row(
        c,
        "SELECT coalesce(b.full_html, b.html) FROM article AS a LEFT JOIN body AS b ON b.article_id = a.id"
        " WHERE a.id = ?",
        article_id,
    )
    text, whole = unpack_all(packed)
    return text if whole else f"{text}{DAMAGED}"


def _row(c: sqlite3.Connection, sql: str, article_id: int) -> tuple[Any, ...]:
    """The row of an article from a statement; raises NotFoundError."""
    row: tuple[Any, ...] | None = c.execute(sql, (article_id,)).fetchone() if abs(article_id) < 2**63 else None
    if row is None:
        raise NotFoundError(f"No article with ID {article_id}.")
    return row


def is_at(c: sqlite3.Connection, feed_id: int, url: str) -> bool:
    """True if an article of the feed has this address, ignoring scheme and trailing slash."""
    key = link_key(url)
    sql = "SELECT 1 FROM article INDEXED BY article_by_link WHERE link_key = ? AND feed_id = ? LIMIT 1"
    return bool(key) and c.execute(sql, (key, feed_id)).fetchone() is not None


def newest_date(c: sqlite3.Connection, feed_id: int) -> datetime | None:
    """The date of the newest article of a feed."""
    found = c.execute("SELECT max(date) FROM article INDEXED BY article_by_feed WHERE feed_id = ?", (feed_id,))
    return moment(found.fetchone()[0])


def without_text(c: sqlite3.Connection, ids: Iterable[int]) -> list[int]:
    """The articles among these that have a link, but only an excerpt as text; newest first."""
    rows = c.execute(
        "SELECT id FROM article WHERE id IN (SELECT value FROM json_each(?)) AND offline = 0 AND link <> ''"
        " ORDER BY date DESC, id DESC",
        (id_list(ids),),
    )
    return [row[0] for row in rows.fetchall()]


def at(c: sqlite3.Connection, url: str) -> Iterator[article.Article]:
    """The articles at an address: first of feeds of its site, then saved pages, then of feeds that only link to it.

    Of these, exact matches come before those that differ in scheme or slash, and newer before older ones. An article
    whose link names a part of a page, as a comment's does, is found only by exactly this link.
    """
    sql = "SELECT feed_id, link, id FROM article INDEXED BY article_by_link WHERE link_key = ? ORDER BY id DESC"
    key, wanted = link_key(url), sound(url)
    rows = c.execute(sql, (key,)).fetchall() if key else []
    there = [row for row in rows if row[1] == wanted or not names_part(text_of(row[1]))]
    of = {id_: feeds.get(c, id_) for id_, *_ in there}
    ranks = {id_: (not of_one_site(url, feed.url), not feed.holds_pages) for id_, feed in of.items()}
    for _, _, id_ in sorted(there, key=lambda row: (*ranks[row[0]], row[1] != wanted)):
        yield get(c, id_)


def all_by_link(c: sqlite3.Connection, url: str) -> list[int]:
    """The ids of all articles at an address and its parts, exact matches and newer ones first."""
    key = link_key(url)
    sql = "SELECT id FROM article INDEXED BY article_by_link WHERE link_key = ? ORDER BY link = ? DESC, id DESC"
    return [row[0] for row in c.execute(sql, (key, sound(url))).fetchall()] if key else []


def compute_media_flags(c: sqlite3.Connection, extras_of: Callable[[str], int], most: int) -> int:
    """Compute and save the media flags of at most `most` articles that have none yet; returns how many.

    `extras_of` computes the flags from HTML.
    """
    rows = c.execute(
        "SELECT a.id, coalesce(b.full_html, b.html) FROM article AS a INDEXED BY article_not_looked_at"
        " LEFT JOIN body AS b ON b.article_id = a.id WHERE a.has IS NULL ORDER BY a.id DESC LIMIT ?",
        (most,),
    ).fetchall()
    found = [(0 if html is None else extras_of(unpack(html)), id_) for id_, html in rows]
    with transaction(c):
        c.executemany("UPDATE article SET has = ? WHERE id = ?", found)
    return len(rows)


class Texts(NamedTuple):
    """The feed's text and the page's text of an article; None if not fetched."""

    html: str
    full_html: str | None
    full_text: str | None


def order(c: sqlite3.Connection, ids: Iterable[int] | None) -> list[int]:
    """Sort these article ids, or with None all including hidden ones, by address of the feed, and date.

    Feeds at two spellings of an address are sorted as one.
    """
    which = "" if ids is None else " WHERE a.id IN (SELECT value FROM json_each(?))"
    rows = c.execute(
        f"SELECT a.id, a.date, f.url FROM article AS a JOIN feed AS f ON f.id = a.feed_id{which}",
        () if ids is None else (id_list(ids),),
    ).fetchall()
    places = {url: place(text_of(url)) for url in {row[2] for row in rows}}
    return [row[0] for row in sorted(rows, key=lambda row: (places[row[2]], row[1], row[0]))]


def feeds_of(c: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """The ids of the feeds of articles."""
    sql = "SELECT DISTINCT feed_id FROM article WHERE id IN (SELECT value FROM json_each(?))"
    return {row[0] for row in c.execute(sql, (id_list(ids),)).fetchall()}


def texts(c: sqlite3.Connection, article_id: int) -> Texts:
    row = c.execute("SELECT html, full_html, full_text FROM body WHERE article_id = ?", (article_id,)).fetchone()
    html, *full = (None if each is None else unpack(each) for each in row or (None, None, None))
    return Texts(html or "", *full)
