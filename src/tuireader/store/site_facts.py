"""Facts learned about sites: full texts, archives, page lists, and times when hosts may be asked again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import get_args

from tuireader.model import feed
from tuireader.model.article import Gives, Incomplete, Mode, TextFacts
from tuireader.store import feeds
from tuireader.store.row_values import moment, number, seconds, sound, text_of, unpack
from tuireader.text import bounded_json

MODE, TAKE, DROP = "full_text", "selector", "selector_drop"
"""Options of a feed: full-text mode, and CSS selectors to take and to drop."""
LEARNED = "full_text_found"
"""The option with learned full-text facts; contains ids, so it is useless in another cache."""


def mode(c: sqlite3.Connection, feed_id: int, usual: Mode) -> Mode:
    said = feeds.options(c, feed_id).get(MODE)
    return next((each for each in get_args(Mode) if each == said), usual)


def learned(c: sqlite3.Connection, feed_id: int) -> TextFacts:
    try:
        said = bounded_json.loads(feeds.options(c, feed_id).get(LEARNED, ""))
        gives: Gives = next(each for each in get_args(Gives) if each == said["gives"])
        return TextFacts(gives, moment(said["looked"]), int(said["up_to"]))
    except (ValueError, TypeError, KeyError, StopIteration):
        return TextFacts()


def learn(c: sqlite3.Connection, feed_id: int, what: TextFacts) -> None:
    """Save what was learned about the full texts of a feed."""
    import json

    said = {"gives": what.gives, "looked": seconds(what.looked), "up_to": what.up_to}
    feeds.set_option(c, feed_id, LEARNED, json.dumps(said, separators=(",", ":")))


def selectors(c: sqlite3.Connection, feed_id: int) -> tuple[str, str]:
    """CSS selectors for a feed's pages: what to take, and what to drop."""
    options = feeds.options(c, feed_id)
    return options.get(TAKE, ""), options.get(DROP, "")


def has_full_text(c: sqlite3.Connection, article_id: int) -> bool:
    row = c.execute("SELECT full_html IS NOT NULL FROM body WHERE article_id = ?", (article_id,)).fetchone()
    return row is not None and bool(row[0])


def incomplete(
    c: sqlite3.Connection, feed_id: int, above: int, most: int, shown: int | None = None
) -> list[Incomplete]:
    """The newest unread articles of a feed whose pages were not fetched, with ids greater than `above`.

    At most `most`; the `shown` article comes first, even if it is read.
    """
    rows = c.execute(
        "SELECT a.id, a.link, a.words, a.offline, a.date FROM article AS a JOIN body AS b ON b.article_id = a.id"
        " WHERE a.feed_id = ? AND a.id > ? AND (a.read = 0 OR a.id IS ?) AND a.aside <> 1 AND a.link <> ''"
        " AND b.full_html IS NULL ORDER BY a.id IS ? DESC, a.date DESC, a.id DESC LIMIT ?",
        (feed_id, above, shown, shown, most),
    )
    return [Incomplete(row[0], text_of(row[1]), number(row[2]), not row[3], moment(row[4])) for row in rows.fetchall()]


def complete(c: sqlite3.Connection, feed_id: int) -> list[int]:
    """Articles of a feed with full texts, newest first."""
    rows = c.execute(
        "SELECT a.id FROM article AS a JOIN body AS b ON b.article_id = a.id"
        " WHERE a.feed_id = ? AND a.link <> '' AND b.full_html IS NOT NULL ORDER BY a.date DESC, a.id DESC",
        (feed_id,),
    )
    return [row[0] for row in rows.fetchall()]


def newest(c: sqlite3.Connection, feed_id: int, most: int) -> list[tuple[int, str]]:
    """Ids and guids of a feed's newest articles."""
    rows = c.execute(
        "SELECT id, guid FROM article WHERE feed_id = ? ORDER BY date DESC, id DESC LIMIT ?", (feed_id, most)
    )
    return [(number(id_), text_of(guid)) for id_, guid in rows.fetchall()]


def latest(c: sqlite3.Connection, feed_id: int, but: int, most: int) -> list[str]:
    """Plain full texts of a feed's newest articles, except one."""
    rows = c.execute(
        "SELECT b.full_text FROM article AS a JOIN body AS b ON b.article_id = a.id"
        " WHERE a.feed_id = ? AND a.id <> ? AND b.full_text IS NOT NULL ORDER BY a.id DESC LIMIT ?",
        (feed_id, but, most),
    )
    return [unpack(row[0]) for row in rows.fetchall()]


def unfinished(c: sqlite3.Connection, usual: Mode, most: int) -> list[int]:
    """Feeds with new articles that were not checked for full texts yet, those with the newest articles first.

    At most `most`; without feeds whose mode, by default `usual`, is "never".
    """
    found = [
        (top, row[0])
        for row in c.execute("SELECT id FROM feed WHERE articles > 0").fetchall()
        if (top := highest(c, row[0])) > learned(c, row[0]).up_to and mode(c, row[0], usual) != "never"
    ]
    return [feed_id for _, feed_id in sorted(found, reverse=True)[:most]]


def highest(c: sqlite3.Connection, feed_id: int) -> int:
    """The highest id of a feed's articles; 0 if it has none."""
    row = c.execute("SELECT max(id) FROM article WHERE feed_id = ?", (feed_id,)).fetchone()
    return number(row[0])


ARCHIVE = "archive"
"""The option of a feed with the progress of its backfill."""
_SEEN_MAX = 20_000


def archive_of(c: sqlite3.Connection, feed_id: int) -> feed.Archive | None:
    """Progress of a feed's backfill; None if never begun or unreadable."""
    try:
        said = bounded_json.loads(feeds.options(c, feed_id).get(ARCHIVE, ""))
        return feed.Archive(
            way=_way(said["way"]),
            next=str(said["next"]),
            page=int(said["page"]),
            pages=None if said["pages"] is None else int(said["pages"]),
            back_to=moment(said["back_to"]),
            is_done=bool(said["is_done"]),
            seen=tuple(map(str, said["seen"])),
            last=str(said["last"]),
        )
    except (ValueError, TypeError, KeyError):
        return None


def put_archive(c: sqlite3.Connection, feed_id: int, archive: feed.Archive | None) -> None:
    """Save the progress; None deletes it."""
    import json

    if archive is None:
        feeds.set_option(c, feed_id, ARCHIVE, None)
        return
    said = asdict(archive) | {"back_to": seconds(archive.back_to), "seen": archive.seen[-_SEEN_MAX:]}
    feeds.set_option(c, feed_id, ARCHIVE, json.dumps(said, separators=(",", ":")))


def _way(value: object) -> feed.Way:
    way: feed.Way
    for way in get_args(feed.Way):
        if value == way:
            return way
    raise ValueError(value)


PAGE_LIST = "page_list"
"""The option of a feed with the data of a followed page."""


def page_list_of(c: sqlite3.Connection, feed_id: int) -> feed.PageList | None:
    """How a followed page is read; None if the feed is a real one."""
    try:
        said = bounded_json.loads(feeds.options(c, feed_id).get(PAGE_LIST, ""))
        followed: feed.Followed = next(each for each in get_args(feed.Followed) if each == said["followed"])
        return feed.PageList(followed, str(said["shape"]), moment(said["different_since"]))
    except (ValueError, TypeError, KeyError, StopIteration):
        return None


def put_page_list(c: sqlite3.Connection, feed_id: int, what: feed.PageList) -> None:
    """Save the data of a followed page."""
    import json

    said = {"followed": what.followed, "shape": what.shape, "different_since": seconds(what.different_since)}
    feeds.set_option(c, feed_id, PAGE_LIST, json.dumps(said, separators=(",", ":")))


def page_list_feeds(c: sqlite3.Connection) -> frozenset[int]:
    rows = c.execute("SELECT feed_id FROM feed_option WHERE name = ?", (PAGE_LIST,)).fetchall()
    return frozenset(row[0] for row in rows)


SKEW = timedelta(minutes=5)
"""Holds dated later than now by more than this come from a clock that was wrong, and are ignored."""


def hold(c: sqlite3.Connection, place: str, until: datetime, *, now: datetime) -> None:
    """Record that a host or an address must not be requested before `until`; expired records are deleted."""
    c.execute("DELETE FROM hold WHERE until <= ?", (seconds(now),))
    c.execute(
        "INSERT INTO hold (place, noted, until) VALUES (?, ?, ?)"
        " ON CONFLICT (place) DO UPDATE SET noted = excluded.noted, until = excluded.until",
        (sound(place), seconds(now), seconds(until)),
    )


def held_until(c: sqlite3.Connection, places: Sequence[str], now: datetime) -> datetime | None:
    """The latest time before which a place must not be asked; None if there is none in the future."""
    (until,) = c.execute(
        f"SELECT max(until) FROM hold WHERE place IN ({', '.join('?' * len(places))}) AND until > ? AND noted <= ?",
        (*map(sound, places), seconds(now), seconds(now + SKEW)),
    ).fetchone()
    return moment(until)
