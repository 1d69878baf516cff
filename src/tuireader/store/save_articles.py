"""Saving entries of feeds: articles, bodies, labels and search index, in one transaction."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from tuireader.model import feed, fetched
from tuireader.store import duplicates, labels, pruning, statuses
from tuireader.store.connection import transaction
from tuireader.store.labels import Kind
from tuireader.store.queries import search
from tuireader.store.row_values import (
    MADE_GUID,
    READ_APART,
    guid_key,
    id_list,
    is_made,
    link_key,
    moment,
    named_key,
    number_key,
    pack,
    plain,
    seconds,
    sound,
    text_key,
    text_of,
    title_key,
    unpack,
    without_tags,
)
from tuireader.text.shingles import Sketch, retained, sketch

_WRITTEN = datetime(2025, 1, 1, tzinfo=UTC)
"""An earlier clock is wrong: this program did not exist then."""
NUMBERS_MAX = 2**40
"""Article ids from this on are damage."""
_FUTURE_MAX = timedelta(days=3650)
_DAY = 86_400


def known(c: sqlite3.Connection, feed_id: int, guids: Iterable[str]) -> dict[str, fetched.Known]:
    """The saved articles with these guids; http and https are the same."""
    by_key: dict[int, list[str]] = {}
    for guid in guids:
        by_key.setdefault(guid_key(guid), []).append(guid)
    rows = c.execute(
        "SELECT guid_key, id, digest, published FROM article INDEXED BY article_by_guid"
        " WHERE feed_id = ? AND guid_key IN (SELECT value FROM json_each(?))",
        (feed_id, id_list(by_key)),
    ).fetchall()

    return {guid: fetched.Known(id_, digest, moment(date)) for key, id_, digest, date in rows for guid in by_key[key]}


def has_any(c: sqlite3.Connection, feed_id: int) -> bool:
    return c.execute("SELECT 1 FROM article WHERE feed_id = ? LIMIT 1", (feed_id,)).fetchone() is not None


Facts = tuple[int, bytes, str, str, str, "datetime | None", "datetime | None"]
"""Identifying facts of an article: id, digest, guid, title, link, published, updated."""
_NAMES_MAX = 20
"""Maximum former guids of an article: some feeds give other ones at each fetch."""
_SHORT, _NOTICE = 50, 5
"""Minimum words of a real text, and ratio of a text to a notice that replaces it."""
_KEPT_SHARE = 0.75
"""Minimum share of a starred or tagged text that an edited one must have to replace it."""
_FEW_WORDS = 4
"""Words below which a text is judged by its addresses."""
_ADDRESS = re.compile(
    r"""(?:src|href|data|poster)\s{0,5}=\s{0,5}["']?(?:https?:)?([^"'?#\s>]{1,2000})""", re.IGNORECASE
)
_MORE = 3
"""Words at the end of an excerpt that lead to the rest."""
_WORD = re.compile(r"\w+")
_FACTS = "id, digest, guid, title, link, published, updated"


def facts_of(c: sqlite3.Connection, ids: Iterable[int]) -> list[Facts]:
    sql = f"SELECT {_FACTS} FROM article WHERE id IN (SELECT value FROM json_each(?))"
    return [_facts(row) for row in c.execute(sql, (id_list(ids),)).fetchall()]


def dated_by_page(c: sqlite3.Connection, ids: Iterable[int]) -> set[int]:
    """The articles among these whose date comes from their page, as their feed gives none."""
    sql = "SELECT id FROM article WHERE id IN (SELECT value FROM json_each(?)) AND published IS NULL AND page_date > 0"
    return {row[0] for row in c.execute(sql, (id_list(ids),)).fetchall()}


def formerly(c: sqlite3.Connection, feed_id: int, guids: Iterable[str]) -> dict[str, Facts]:
    """Articles of a feed by former guid, for guids that the publisher has changed since."""
    by_key = {guid_key(guid): guid for guid in guids}
    rows = c.execute(
        f"SELECT n.guid_key, {_FACTS} FROM former_guid AS n CROSS JOIN article AS a ON a.id = n.article_id"
        " WHERE n.until IS NULL AND n.guid_key IN (SELECT value FROM json_each(?)) AND a.feed_id = ?",
        (id_list(by_key), feed_id),
    ).fetchall()
    return {by_key[key]: _facts(tuple(row)) for key, *row in rows}


def _facts(row: tuple[Any, ...]) -> Facts:
    return row[0], row[1], text_of(row[2]), text_of(row[3]), text_of(row[4]), moment(row[5]), moment(row[6])


def given_html(c: sqlite3.Connection, article_id: int) -> str:
    """The HTML of an article as its feed gave it, or ""."""
    row = c.execute("SELECT html FROM body WHERE article_id = ?", (article_id,)).fetchone()
    return unpack(row[0]) if row else ""


def alike(
    c: sqlite3.Connection, feed_id: int, links: Iterable[str], dates: Iterable[datetime], most: int
) -> list[Facts]:
    """Articles of a feed that may be those of entries with new guids.

    Those with one of these links or dates, and the `most` newest.
    """
    keys = id_list(dict.fromkeys(link_key(link) for link in links if link))
    at = id_list(dict.fromkeys(map(seconds, dates)))
    rows = c.execute(
        f"SELECT {_FACTS} FROM article WHERE id IN ("
        " SELECT id FROM article INDEXED BY article_by_link"
        "  WHERE link_key IN (SELECT value FROM json_each(?2)) AND feed_id = ?1"
        " UNION SELECT id FROM article INDEXED BY article_by_feed"
        "  WHERE feed_id = ?1 AND date IN (SELECT value FROM json_each(?3))"
        " UNION SELECT id FROM (SELECT id FROM article INDEXED BY article_by_feed WHERE feed_id = ?1"
        "  ORDER BY date DESC LIMIT ?4))",
        (feed_id, keys, at, most),
    ).fetchall()
    return [_facts(row) for row in rows]


def change_guid(c: sqlite3.Connection, article_id: int, guid: str, *, taken: datetime | None = None) -> None:
    """Change an article's guid unless another one of its feed has it; `taken`: since when another has the old guid."""
    before = c.execute(f"SELECT guid_key, {MADE_GUID} FROM article WHERE id = ?", (article_id,)).fetchone()
    done = c.execute(
        "UPDATE OR IGNORE article SET guid = ?, guid_key = ? WHERE id = ?", (sound(guid), guid_key(guid), article_id)
    )
    if done.rowcount and before[0] != guid_key(guid) and not before[1]:
        _name_formerly(c, article_id, before[0], seconds(taken))


def add_guid(c: sqlite3.Connection, article_id: int, entry: fetched.ParsedEntry) -> None:
    """Remember another guid of an article like a former one, unless it is made of address and title."""
    if not is_made(entry.guid, entry.link):
        _name_formerly(c, article_id, guid_key(entry.guid))


def _name_formerly(c: sqlite3.Connection, article_id: int, key: int, until: int | None = None) -> None:
    c.execute("REPLACE INTO former_guid VALUES (?, ?, ?)", (article_id, key, until))
    c.execute(
        "DELETE FROM former_guid WHERE article_id = ?1 AND guid_key IN (SELECT guid_key FROM former_guid"
        " WHERE article_id = ?1 AND guid_key <> ?2 LIMIT max(0, (SELECT count(*) FROM former_guid"
        " WHERE article_id = ?1) - ?3))",
        (article_id, key, _NAMES_MAX),
    )


def save_entries(c: sqlite3.Connection, feed_id: int, plan: fetched.Plan, now: datetime) -> feed.Saved:
    """Save entries of a feed; does nothing if the feed was removed.

    Articles that left the feed stay. Edited ones keep their position and status.
    """
    ready = Prepacked(plan)
    with transaction(c):
        return ready.write(c, feed_id, now)


class Prepacked:
    """A plan compressed before the write lock is taken.

    With `index_later`, new articles are indexed and compared with others later.
    """

    def __init__(self, plan: fetched.Plan, *, index_later: bool = False, with_words: bool = False) -> None:
        """`with_words`: return the words of saved articles for rules."""
        self._is_old, self._is_asked_for = plan.is_old, plan.is_asked_for
        self._index_later = index_later
        self._new = [_Ready(prepared, index_later=index_later, with_words=with_words) for prepared in plan.new]
        self._edited = [(article_id, _Ready(prepared)) for article_id, prepared in plan.changed]
        self._redated = [(seconds(date), article_id) for article_id, date in plan.redated]

    def write(self, c: sqlite3.Connection, feed_id: int, now: datetime, *, is_restored: bool = False) -> feed.Saved:
        """Write all entries, in the caller's transaction; returns the ids of new and changed articles.

        `is_restored`: the server was restored from a backup, so its articles may be unread although they were read
        since.
        """
        if c.execute("SELECT 1 FROM feed WHERE id = ?", (feed_id,)).fetchone() is None:
            return feed.Saved()
        there = known(c, feed_id, [ready.entry.guid for ready in self._new])
        removed, gone = _removed(
            c, feed_id, [ready.entry for ready in self._new], [ready.number for ready in self._new]
        )
        read: list[str] = []
        back: set[int] = set()
        unread: set[int] = set()
        fresh: dict[int, _Ready] = {}
        edited = list(self._edited)
        for ready, is_removed in zip(self._new, removed, strict=True):
            key = ready.key
            before = there.get(ready.entry.guid)
            was_here = before is None and is_removed
            # Under the number that it had, it was marked unread there; under another one it is there anew.
            is_unread_again = ready.is_unread_there and ready.number in gone and not is_restored
            if was_here and not (self._is_asked_for or ready.is_starred or is_unread_again):
                read += [ready.prepared.server_id] if ready.is_unread_there else []
                continue
            if was_here or (before is None and key in gone):
                pruning.welcome_back(c, feed_id, (key, ready.number))  # others may share the rest
            if before is None:
                fresh.setdefault(key, ready)
                back |= {key} if was_here else set()
                unread |= {key} if is_unread_again else set()
            elif before.digest != ready.prepared.digest:  # another process has saved it meanwhile
                edited.append((before.id, ready))
        # The first of a feed is its newest: it gets the highest id, so that it comes first among equal dates.
        new_ids = _insert(
            c, feed_id, list(fresh.values())[::-1], now, is_old=self._is_old, index_later=self._index_later
        )[::-1]
        for article_id, ready in edited:
            _update(c, article_id, ready)
        c.executemany("UPDATE article SET published = ? WHERE id = ?", self._redated)
        duplicates.check(c, [article_id for article_id, _ in edited])
        words = tuple(ready.words for ready in fresh.values() if ready.words is not None)
        again = [id_ for key, id_ in zip(fresh, new_ids, strict=True) if key in unread]
        c.executemany("UPDATE article SET unasked = ? WHERE id = ?", [(READ_APART, id_) for id_ in again])
        came_back = tuple(id_ for key, id_ in zip(fresh, new_ids, strict=True) if key in back)
        return feed.Saved(tuple(new_ids), tuple(article_id for article_id, _ in edited), words, tuple(read), came_back)


def were_removed(c: sqlite3.Connection, feed_id: int, entries: Sequence[fetched.ParsedEntry]) -> set[str]:
    """Guids of those entries whose articles were pruned."""
    removed, _ = _removed(c, feed_id, entries)
    return {entry.guid for entry, is_removed in zip(entries, removed, strict=True) if is_removed}


def _removed(
    c: sqlite3.Connection, feed_id: int, entries: Sequence[fetched.ParsedEntry], numbers: Iterable[int] = ()
) -> tuple[list[bool], dict[int, int]]:
    """Whether the article of each entry was pruned, and the dates of pruned articles by those keys that match.

    Without pruned articles in the feed, the keys are not computed, since that takes time.
    """
    if not entries or not pruning.has_any(c, feed_id):
        return [False] * len(entries), {}
    keys = [entry_keys(entry) for entry in entries]
    gone = pruning.were_pruned(c, feed_id, {*numbers, *chain.from_iterable(keys)})
    return [_was_here(entry, its, gone) for entry, its in zip(entries, keys, strict=True)], gone


def entry_keys(entry: fetched.ParsedEntry) -> tuple[int, int, int, int]:
    """Keys that identify a removed article: guid, link, title and text."""
    return guid_key(entry.guid), link_key(entry.link), title_key(sound(entry.title)), text_key(entry.html)


def _was_here(entry: fetched.ParsedEntry, keys: tuple[int, int, int, int], gone: Mapping[int, int]) -> bool:
    """Whether an entry is a pruned article: same guid and not newer, or three of its other facts agree.

    The facts are title, link, text and date: servers read dates in other time zones, and invent dates and titles. A
    guid does not count if link, title and text are all different, since the feed reused it, nor if it is composed of
    link and title.
    """
    key, link, title, text = keys
    date = seconds(entry.published or entry.updated)
    is_later = date is not None and date > gone.get(key, date)
    is_moment = date is not None and date % _DAY > 0  # else several of one title and address may be of that day
    is_of_date = date is not None and (date == gone.get(text) or (is_moment and date == gone.get(link)))
    has_both = link in gone and text in gone
    is_copy = has_both and (title in gone or _is_of_text(entry)) and (date or pruning.UNDATED) <= gone[link]
    is_renamed = (title in gone and is_of_date) or is_copy
    if key not in gone or is_made(entry.guid, entry.link) or gone.keys().isdisjoint((link, title, text)):
        return is_renamed
    return is_renamed or not is_later or (title in gone and text in gone)


def _is_of_text(entry: fetched.ParsedEntry) -> bool:
    """Whether the title of an entry is the beginning of its text."""
    return without_tags(entry.html).startswith(entry.title.rstrip(" .…")) and bool(entry.title)


class _Ready:
    """An entry prepared as far as possible before the write lock is taken."""

    __slots__ = (
        "_index", "authors", "body", "categories", "entry", "facts", "key", "number", "prepared", "sketch", "words"
    )  # fmt: skip

    def __init__(self, prepared: fetched.Prepared, *, index_later: bool = False, with_words: bool = False) -> None:
        entry = prepared.entry
        self.prepared = prepared
        self.entry = entry
        self.key = guid_key(entry.guid)
        self.number = number_key(prepared.server_id) if prepared.server_id else self.key
        self.body = pack(entry.html)
        self.authors = labels.unique(entry.authors)
        self.categories = labels.unique(entry.categories)
        self._index = None if index_later else self._columns()
        self.sketch = Sketch() if index_later else sketch(entry.title, prepared.text)
        self.words = search.words_of(self.index) if with_words else None
        self.facts = {
            "words": prepared.words,
            "offline": not prepared.excerpt,
            "has": prepared.extras,
            "published": seconds(entry.published),
            "updated": seconds(entry.updated),
            "guid_key": self.key,
            "link_key": link_key(entry.link),
            "digest": prepared.digest,
            "title": sound(entry.title),
            "link": sound(entry.link),
            "guid": sound(entry.guid),
        }

    @property
    def index(self) -> tuple[str, ...]:
        return self._index or self._columns()

    def _columns(self) -> tuple[str, ...]:
        entry = self.entry
        return search.columns(entry.title, entry.authors, entry.categories, self.prepared.text)

    @property
    def is_starred(self) -> bool:
        return self.prepared.status.starred

    @property
    def is_unread_there(self) -> bool:
        return bool(self.prepared.server_id) and not self.prepared.status.read

    @property
    def status(self) -> tuple[int, int]:
        return int(self.prepared.status.read), int(self.prepared.status.starred)


def _insert(
    c: sqlite3.Connection,
    feed_id: int,
    entries: Sequence[_Ready],
    now: datetime,
    *,
    is_old: bool,
    index_later: bool,
) -> list[int]:
    """Write new articles; returns their ids in the same order."""
    if not entries:
        return []
    numbered = list(enumerate(entries, 1 + _last_number(c)))
    oldest = c.execute("SELECT min(date) FROM article WHERE feed_id = ?", (feed_id,)).fetchone()[0]
    found = _dates([ready.entry for ready in entries], now, oldest, is_old=is_old)
    found = [seconds(ready.prepared.date) or date for ready, date in zip(entries, found, strict=True)]
    dates = dict(zip((id_ for id_, _ in numbered), found, strict=True))
    rows = {id_: labels.Repeated(dates[id_], feed_id, *ready.status) for id_, ready in numbered}
    columns = ("id", "feed_id", "date", "read", "starred", "unasked", "server_id", *entries[0].facts)
    c.executemany(
        f"INSERT INTO article ({', '.join(columns)}) VALUES (?{', ?' * (len(columns) - 1)})",
        [
            (
                *(id_, feed_id, row.date, row.read, row.starred, int(row.read and not ready.prepared.server_id)),
                *(ready.prepared.server_id or None, *ready.facts.values()),
            )
            for (id_, ready), row in zip(numbered, rows.values(), strict=True)
        ],
    )
    c.execute(
        "UPDATE feed SET articles = articles + ?, unread = unread + ?, starred = starred + ? WHERE id = ?",
        (
            len(rows),
            sum(not row.read for row in rows.values()),
            sum(row.starred for row in rows.values()),
            feed_id,
        ),
    )
    c.executemany("INSERT INTO body (article_id, html) VALUES (?, ?)", [(id_, ready.body) for id_, ready in numbered])
    labels.put(c, "category", {id_: ready.categories for id_, ready in numbered}, rows)
    labels.put(c, "author", {id_: ready.authors for id_, ready in numbered}, rows)
    if index_later:
        search.put_off(c, dates)
    else:
        search.add(c, [(id_, *ready.index) for id_, ready in numbered])
        duplicates.join(c, feed_id, {id_: ready.sketch for id_, ready in numbered})
    return list(dates)


def _last_number(c: sqlite3.Connection) -> int:
    """The last autoincrement value, else `max(id)`."""
    row = c.execute("SELECT seq FROM sqlite_sequence WHERE name = 'article'").fetchone()
    if row is not None and isinstance(row[0], int) and 0 <= row[0] < NUMBERS_MAX:
        return row[0]
    highest = c.execute("SELECT max(id) FROM article").fetchone()[0]
    return highest if isinstance(highest, int) else 0


def _dates(entries: Sequence[fetched.ParsedEntry], now: datetime, oldest: int | None, *, is_old: bool) -> list[int]:
    """Sort dates of new entries in seconds: published, else updated, else `now`; never in the future.

    `oldest` is the date of the feed's oldest article. In a feed without articles, entries without a date come after
    those with one, and future dates become the newest past one. If the entries are old, those without a date come
    after all articles of the feed.
    """
    dates = [seconds(entry.published or entry.updated) for entry in entries]
    today = seconds(now)
    if now < _WRITTEN:  # a clock that is not set yet: what the feed says is nearer to the truth
        first, last = seconds(_WRITTEN), seconds(_WRITTEN + _FUTURE_MAX)
        return [first if said is None or said > last else said for said in dates]
    past = [said for said in dates if said is not None and said <= today]
    without, ahead = today, today
    if oldest is None and past:
        without, ahead = min(past) - 1, max(past)
    elif oldest is not None and is_old:
        without = min(oldest, today) - 1
    return [without if said is None else ahead if said > today else said for said in dates]


def _update(c: sqlite3.Connection, article_id: int, ready: _Ready) -> None:
    """Apply an edit; a fetched full text stays, and no text is replaced by a remainder of it."""
    row = c.execute(
        f"SELECT {labels.REPEATED}, guid_key, guid, link, title, words, offline, b.html, b.full_text"
        " FROM article AS d JOIN body AS b ON b.article_id = d.id WHERE d.id = ?",
        (article_id,),
    ).fetchone()
    if row is None:
        return
    facts = dict(ready.facts)
    *repeated, key, guid, link, title, words, offline, html, full_text = row
    if (link, title) != (facts["link"], facts["title"]):  # other machines may know it by these
        _name_formerly(c, article_id, named_key(text_of(link), text_of(title)))
    if facts["guid_key"] != key:
        facts |= {"guid_key": key, "guid": guid}
    text = ready.prepared.text if full_text is None else unpack(full_text)
    is_rest = full_text is None and (
        _is_rest(ready.prepared, words, html, is_whole=bool(offline))
        # What the user has starred or tagged is not replaced by something else in its place.
        or (_is_kept(c, article_id, labels.Repeated(*repeated)) and not _is_retained(html, ready.prepared))
    )
    if is_rest:
        text = plain(html)
    if full_text is not None or is_rest:
        facts |= {"words": words, "offline": bool(full_text is not None or offline), "has": None}
    c.execute(
        f"UPDATE article SET {', '.join(f'{name} = ?' for name in facts)} WHERE id = ?", (*facts.values(), article_id)
    )
    if not is_rest:
        c.execute("UPDATE body SET html = ? WHERE article_id = ?", (ready.body, article_id))
        if labels.Repeated(*repeated).read and ready.prepared.text.split() != plain(html).split():
            # What it says now is not what was read: it marks no other telling.
            statuses.set_apart(c, [article_id])
    _set_labels(c, article_id, {"category": ready.categories, "author": ready.authors}, labels.Repeated(*repeated))
    search.replace(c, article_id, text)


def _is_kept(c: sqlite3.Connection, article_id: int, row: labels.Repeated) -> bool:
    return bool(row.starred) or article_id in labels.tags_of(c, [article_id])


def _is_retained(html: object, prepared: fetched.Prepared) -> bool:
    """Whether an edited text has most of the saved words, or of the picture and link addresses if these are few."""
    text, before = plain(html), set(_ADDRESS.findall(unpack(html)))
    if before and len(_WORD.findall(text)) < _FEW_WORDS:
        return len(before & set(_ADDRESS.findall(prepared.entry.html))) >= _KEPT_SHARE * len(before)
    return retained(text, prepared.text) >= _KEPT_SHARE


def _is_rest(prepared: fetched.Prepared, words: int, html: object, *, is_whole: bool) -> bool:
    """True if an edited text is only a remainder of the saved one: empty, a notice, an excerpt, its beginning."""
    if prepared.words >= words or not (words >= _SHORT or not prepared.words):
        return False
    if prepared.words * _NOTICE < words or (prepared.excerpt and is_whole):
        return True
    if prepared.words * 2 > words:
        return False
    here = _WORD.findall(plain(html))
    left = _WORD.findall(prepared.text)[: -_MORE or None]
    return here[: len(left)] == left


def save_full_text(
    c: sqlite3.Connection,
    article_id: int,
    html: str,
    text: str,
    words: int,
    *,
    title: str = "",
    authors: Sequence[str] = (),
    categories: Sequence[str] = (),
    published: datetime | None = None,
) -> None:
    """Save the full text from an article's page: `html`, and plain `text` for the index.

    `title`, `authors` and `categories` replace those of the feed, where the page states any; `published` is used if
    the feed gives no date.
    """
    with transaction(c):
        if title:
            _set_title(c, article_id, title)
        c.execute(
            "UPDATE body SET full_html = ?, full_text = ? WHERE article_id = ?", (pack(html), pack(text), article_id)
        )
        c.execute("UPDATE article SET words = ?, offline = 1, has = NULL WHERE id = ?", (words, article_id))
        if published is not None:
            _date(c, article_id, seconds(published))
        _add_names(c, article_id, text, authors, categories)
        duplicates.settle_of(c, [article_id])


def _set_title(c: sqlite3.Connection, article_id: int, title: str) -> None:
    row = c.execute("SELECT link, title FROM article WHERE id = ?", (article_id,)).fetchone()
    if row is not None:
        link, before = map(text_of, row)
        _name_formerly(c, article_id, named_key(link, before))  # other machines may know it by these
        c.execute("UPDATE article SET title = ? WHERE id = ?", (sound(title), article_id))


def set_date(c: sqlite3.Connection, article_id: int, date: datetime) -> None:
    """Set the sort date of an article."""
    c.execute("UPDATE article SET date = ? WHERE id = ?", (seconds(date), article_id))


def _date(c: sqlite3.Connection, article_id: int, date: int) -> None:
    """Set the date of an article from its page, if the feed gives none and it is not later than the arrival."""
    changed = c.execute(
        "UPDATE article SET page_date = ?1, date = ?1"
        " WHERE id = ?2 AND published IS NULL AND updated IS NULL AND date >= ?1",
        (date, article_id),
    ).rowcount
    if changed:
        labels.repeat_date(c, article_id, date)


def set_names(
    c: sqlite3.Connection, article_id: int, text: str, *, authors: Sequence[str], categories: Sequence[str]
) -> None:
    """Replace the authors and categories of an article by names found outside the feed.

    A kind without names stays unchanged. `text` is the plain text of the article, for the index.
    """
    with transaction(c):
        _add_names(c, article_id, text, authors, categories)


def _add_names(
    c: sqlite3.Connection, article_id: int, text: str, authors: Sequence[str], categories: Sequence[str]
) -> None:
    row = c.execute(f"SELECT {labels.REPEATED} FROM article WHERE id = ?", (article_id,)).fetchone()
    if row is not None:
        names: dict[Kind, list[str]] = {"author": labels.unique(authors), "category": labels.unique(categories)}
        _set_labels(c, article_id, names, labels.Repeated(*row))
        search.replace(c, article_id, text)


def _set_labels(c: sqlite3.Connection, article_id: int, names: Mapping[Kind, list[str]], row: labels.Repeated) -> None:
    """Replace the labels of an article, by kind; a kind without names stays unchanged."""
    for kind, some in names.items():
        if some != [""]:
            labels.replace(c, kind, article_id, some, row)
