"""Subscriptions: addresses, polling state, and counts."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import partial
from typing import Any

from tuireader.errors import NotFoundError
from tuireader.model import feed as model_feed
from tuireader.model import fetched
from tuireader.model.article import Field
from tuireader.model.query import HIDE
from tuireader.store import article_identity, duplicates, labels, statuses
from tuireader.store.connection import transaction
from tuireader.store.queries import query_language, search
from tuireader.store.row_values import (
    MADE_GUID,
    guid_key,
    id_list,
    moment,
    name_key,
    number,
    pack,
    plain,
    seconds,
    sound,
    text_of,
    tidy,
    unpack,
)
from tuireader.store.save_articles import given_html
from tuireader.urls.hosts import Reach, named_host
from tuireader.urls.identity import place, same_place
from tuireader.urls.typed_and_shown import shown_address, without_credentials

_COLUMNS = (
    "id, url, title, site, etag, last_modified, body_hash, checked, due, failures, error, gone, moved_to, moved_hits,"
    " not_before, pace, private, custom_title, folder_id, account_id, server_id, answered"
)
NAME = "coalesce(f.custom_title, f.title)"
"""SQL for the displayed name of feed `f`."""


def add(
    c: sqlite3.Connection,
    url: str,
    *,
    title: str,
    site: str,
    now: datetime,
    reach: Reach = Reach.UNKNOWN,
    account_id: int = 0,
    server_id: str = "",
    follows: bool = True,
) -> model_feed.Feed:
    """Subscribe to the feed at `url`, or return the existing subscription; each account has its own (0: local).

    `follows`: update saved searches and rules whose names of feeds the new feed affects; a caller that adds many feeds
    leaves that to one call of `follow_names`.
    """
    with transaction(c):
        done = c.execute(
            "INSERT INTO feed (url, title, site, added, private, account_id, server_id) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (account_id, url) DO NOTHING",
            (
                sound(url),
                tidy(sound(title)),
                sound(site),
                seconds(now),
                _private(reach),
                account_id,
                sound(server_id) or None,
            ),
        )
        row = c.execute(
            f"SELECT {_COLUMNS} FROM feed WHERE account_id = ? AND url = ?", (account_id, sound(url))
        ).fetchone()
        feed = _feed(row)
        if done.rowcount and title and follows:
            follow_names(c, {feed.id: {name_key(url)}})
    return feed


def get(c: sqlite3.Connection, feed_id: int) -> model_feed.Feed:
    row = c.execute(f"SELECT {_COLUMNS} FROM feed WHERE id = ?", (feed_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"No feed with ID {feed_id}.")
    return _feed(row)


def every(c: sqlite3.Connection) -> list[model_feed.Feed]:
    return _by_title(c.execute(f"SELECT {_COLUMNS} FROM feed").fetchall())


def current(c: sqlite3.Connection) -> list[model_feed.Feed]:
    """All subscriptions but those that the user unsubscribed from, which are removed later."""
    left = leaving(c)
    return [feed for feed in every(c) if feed.id not in left]


def of_account(c: sqlite3.Connection, account_id: int) -> list[model_feed.Feed]:
    return _by_title(c.execute(f"SELECT {_COLUMNS} FROM feed WHERE account_id = ?", (account_id,)).fetchall())


def _by_title(rows: Iterable[tuple[Any, ...]]) -> list[model_feed.Feed]:
    feeds = [_feed(row) for row in rows]
    return sorted(feeds, key=lambda feed: (name_key(feed.custom_title or feed.title or feed.url), feed.id))


def followed(c: sqlite3.Connection, account_id: int, url: str) -> model_feed.Feed | None:
    """The subscription of an account to exactly this address."""
    sql = f"SELECT {_COLUMNS} FROM feed WHERE account_id = ? AND url = ?"
    row = c.execute(sql, (account_id, sound(url))).fetchone()
    return None if row is None else _feed(row)


def addresses(c: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """The id, the address and the site of each subscription."""
    return [
        (id_, text_of(url), text_of(site)) for id_, url, site in c.execute("SELECT id, url, site FROM feed").fetchall()
    ]


def by_place(c: sqlite3.Connection) -> dict[str, int]:
    """Map current and former addresses, normalised, to subscription ids; the user's own go before those of accounts."""
    former = c.execute("SELECT feed_id, url FROM former_address").fetchall()
    rows = [*former, *c.execute("SELECT id, url FROM feed ORDER BY account_id DESC").fetchall()]
    return {place(text_of(url)): id_ for id_, url in rows}


def has_any(c: sqlite3.Connection) -> bool:
    return c.execute("SELECT 1 FROM feed LIMIT 1").fetchone() is not None


def summaries(c: sqlite3.Connection) -> list[model_feed.FeedSummary]:
    """All subscriptions, by title, with their counts."""
    counted = {
        id_: (unread, all_) for id_, unread, all_ in c.execute("SELECT id, unread, articles FROM feed").fetchall()
    }

    return [model_feed.FeedSummary(feed, *counted.get(feed.id, (0, 0))) for feed in current(c)]


def counts(c: sqlite3.Connection, feed_id: int) -> tuple[int, int]:
    row = c.execute("SELECT unread, articles FROM feed WHERE id = ?", (feed_id,)).fetchone()
    return (0, 0) if row is None else (number(row[0]), number(row[1]))


def article_ids(c: sqlite3.Connection, feed_id: int) -> list[int]:
    """The ids of all articles of a feed, also of hidden ones."""
    rows = c.execute("SELECT id FROM article INDEXED BY article_by_feed WHERE feed_id = ?", (feed_id,))
    return [row[0] for row in rows.fetchall()]


def starred(c: sqlite3.Connection, feed_id: int) -> int:
    """The number of a feed's starred articles."""
    sql = "SELECT count(*) FROM article INDEXED BY article_by_feed WHERE feed_id = ? AND starred = 1"
    return int(c.execute(sql, (feed_id,)).fetchone()[0])


def find(c: sqlite3.Connection, text: str) -> model_feed.Feed:
    """Find a subscription by address, id, or a unique part of its title.

    Raises NotFoundError if there is none or more than one.
    """
    left = leaving(c)
    if text.strip().isdecimal() and int(text.strip()[:18]) in left:
        raise NotFoundError(f"You unsubscribed from the feed with ID {text.strip()}.")
    feeds = [feed for feed in every(c) if feed.id not in left] if text.strip() else []
    name, address, shown = name_key(text), _spelling(text), shown_address(text)
    spelt = [(feed, _spellings(feed)) for feed in feeds]
    for meant in (
        [feed for feed in feeds if feed.url == text.strip()],
        [feed for feed in feeds if str(feed.id) == text.strip()],
        [feed for feed, there in spelt if name in _names(feed) or address in there],
        [feed for feed in feeds if any(name in each for each in _names(feed))],
        [feed for feed, there in spelt if address and any(address in each for each in there)],
    ):
        if len(meant) == 1:
            return meant[0]
        if meant:
            where = dict(c.execute("SELECT id, name FROM account WHERE id <> 0").fetchall())
            titles = ", ".join(
                f"{feed.name} (id {feed.id}, {text_of(where.get(feed.account_id)) or named_host(feed.url)})"
                for feed in meant[:5]
            )
            raise NotFoundError(f"“{shown}” matches {len(meant)} feeds: {titles}. Use the address or ID.")
    raise NotFoundError(f"No feed named “{shown}”. To list feeds: tuireader feeds")


def due(c: sqlite3.Connection, now: datetime) -> list[model_feed.Feed]:
    """Subscriptions that are due, longest waiting first."""
    rows = c.execute(
        f"SELECT {_COLUMNS} FROM feed WHERE gone = 0 AND account_id = 0 AND (due IS NULL OR due <= ?)"
        " ORDER BY due IS NOT NULL, due, id",
        (seconds(now),),
    ).fetchall()
    left = leaving(c)
    return [feed for feed in map(_feed, rows) if not feed.holds_pages and feed.id not in left]


def remove(c: sqlite3.Connection, feed_id: int) -> None:
    """Remove a feed and its articles."""
    with transaction(c):
        remove_articles(c, feed_id)
        c.execute("DELETE FROM feed WHERE id = ?", (feed_id,))
        labels.remove_unused(c)


RECOUNT = """
    UPDATE feed SET (articles, unread, starred) =
    (SELECT count(*), coalesce(sum(read = 0), 0), coalesce(sum(starred), 0)
     FROM article INDEXED BY article_by_feed WHERE feed_id = feed.id AND aside <> 1)
"""
"""SQL that recounts the articles of feeds; a WHERE clause may follow."""


def take_over(c: sqlite3.Connection, feed_id: int, other_id: int) -> None:
    """Merge the feed `other_id` into the feed `feed_id`, and remove it.

    Its articles, rules and options are moved. Articles of both feeds get the tags and marks of both, and the longer
    text; what the user set on either counts as set by the user, even if a rule set it on the other.
    """
    with transaction(c):
        pairs = articles_of_both(c, feed_id, other_id)
        by_user = statuses.by_user(c, {*pairs, *pairs.values()})
        for other, names in labels.tags_of(c, pairs).items():
            labels.add_tags(c, [pairs[other]], names)
        marks: tuple[Field, Field] = ("read", "starred")
        for field in marks:
            sql = f"SELECT id FROM article WHERE id IN (SELECT value FROM json_each(?)) AND {field} = 1"
            marked = [pairs[row[0]] for row in c.execute(sql, (id_list(pairs),)).fetchall()]
            labels.write_status(c, field, 1, id_list(marked))
        for other, kept in pairs.items():
            c.execute("UPDATE OR IGNORE journal SET article_id = ? WHERE article_id = ?", (kept, other))
            c.execute(
                "UPDATE article SET position = (SELECT position FROM article WHERE id = ?2)"
                " WHERE id = ?1 AND position = 0",
                (kept, other),
            )
            c.execute(
                "INSERT OR IGNORE INTO former_guid (article_id, guid_key) SELECT ?1, guid_key FROM article"
                f" WHERE id = ?2 AND guid_key <> (SELECT guid_key FROM article WHERE id = ?1) AND NOT {MADE_GUID}",
                (kept, other),
            )
            _take_text(c, kept, other)
            rules_did = "INSERT OR IGNORE INTO rule_article (article_id, rule_id, did)"
            c.execute(f"{rules_did} SELECT ?, rule_id, did FROM rule_article WHERE article_id = ?", (kept, other))
        for id_, done in by_user.items():
            statuses.note_by_user(c, pairs.get(id_, id_), done)
        sql = (
            f"SELECT article_id FROM rule_article WHERE did & {HIDE} AND article_id IN (SELECT value FROM json_each(?))"
        )
        hidden = c.execute(sql, (id_list(pairs.values()),)).fetchall()
        labels.write_status(c, "aside", 1, id_list(row[0] for row in hidden))
        ids = id_list(id_ for id_ in article_ids(c, other_id) if id_ not in pairs)
        _make_guids_unique(c, feed_id, ids)
        c.execute(
            "UPDATE article SET feed_id = ?, server_id = NULL WHERE id IN (SELECT value FROM json_each(?))",
            (feed_id, ids),
        )
        labels.move_to(c, feed_id, ids)
        c.execute("REPLACE INTO former_address SELECT url, ? FROM feed WHERE id = ?", (feed_id, other_id))
        if len(leaving(c).keys() & {feed_id, other_id}) == 1:  # the user keeps one of them: it stays, with all of both
            stay(c, feed_id)
            stay(c, other_id)
        for table in ("rule", "feed_option", "pruned", "former_address"):
            c.execute(f"UPDATE OR IGNORE {table} SET feed_id = ? WHERE feed_id = ?", (feed_id, other_id))
        c.execute(f"{RECOUNT} WHERE id = ?", (feed_id,))
        with _followed_by_queries(c, feed_id, merged=other_id):
            remove(c, other_id)


def _make_guids_unique(c: sqlite3.Connection, feed_id: int, ids: str) -> None:
    """Change the guids of articles to be moved into a feed that has articles with the same guids.

    `ids` as from `row_values.id_list`.
    """
    rows = c.execute(
        "SELECT o.id, o.guid FROM json_each(?) AS w CROSS JOIN article AS o ON o.id = w.value"
        " CROSS JOIN article AS a INDEXED BY article_by_guid ON a.feed_id = ? AND a.guid_key = o.guid_key",
        (ids, feed_id),
    ).fetchall()
    for id_, guid in rows:
        other = f"{text_of(guid)} {id_}"
        c.execute("UPDATE article SET guid = ?, guid_key = ? WHERE id = ?", (other, guid_key(other), id_))


def _take_text(c: sqlite3.Connection, article_id: int, other_id: int) -> None:
    """Keep the text of another article as the full text, if it is longer."""
    row = c.execute(
        "SELECT coalesce(b.full_html, b.html), b.full_text FROM body AS b JOIN article AS o ON o.id = b.article_id"
        " WHERE o.id = ? AND o.words > (SELECT words FROM article WHERE id = ?)",
        (other_id, article_id),
    ).fetchone()
    if row is not None:
        html, text = row[0], row[1] if row[1] is not None else pack(plain(row[0]))
        c.execute("UPDATE body SET full_html = ?, full_text = ? WHERE article_id = ?", (html, text, article_id))
        c.execute(
            "UPDATE article SET has = NULL, (words, offline) = (SELECT words, offline FROM article WHERE id = ?2)"
            " WHERE id = ?1",
            (article_id, other_id),
        )
        search.replace(c, article_id, unpack(text))


def articles_of_both(c: sqlite3.Connection, feed_id: int, other_id: int) -> dict[int, int]:
    """Map the ids of articles of another feed to those of the same articles of this one; see `article_identity`."""
    entries = [
        fetched.RemoteEntry(
            str(each.id), "", fetched.ParsedEntry(each.guid, each.title, each.link, published=each.published)
        )
        for each in _identities(c, other_id)
    ]
    same = article_identity.match(
        entries,
        _identities(c, feed_id),
        is_kept=article_identity.text_comparer(
            partial(given_html, c), lambda entry: given_html(c, int(entry.server_id))
        ),
    ).same
    return {int(other): each.id for other, each in same.items()}


def _identities(c: sqlite3.Connection, feed_id: int) -> list[fetched.LocalArticle]:
    sql = "SELECT id, guid, title, link, published FROM article WHERE feed_id = ? ORDER BY id"
    return [
        fetched.LocalArticle(id_, "", b"", text_of(guid), text_of(title), text_of(link), moment(published))
        for id_, guid, title, link, published in c.execute(sql, (feed_id,)).fetchall()
    ]


def remove_articles(c: sqlite3.Connection, feed_id: int) -> None:
    """Remove a feed's articles, and choose anew which of their duplicates lists show; in the caller's transaction."""
    told = duplicates.of_feed(c, feed_id)
    duplicates.pass_stars_on(c, feed_id)
    c.execute(
        "DELETE FROM search WHERE rowid IN (SELECT id FROM article INDEXED BY article_by_feed WHERE feed_id = ?)",
        (feed_id,),
    )
    labels.remove_of(c, feed_id)
    c.execute("DELETE FROM article WHERE feed_id = ?", (feed_id,))
    duplicates.settle(c, told)


def rename(c: sqlite3.Connection, feed_id: int, title: str, *, follows: bool = True) -> None:
    """Set the user's title of a feed, which no refresh overwrites; "" restores its own. `follows` is as in `add`."""
    with _followed_by_queries(c, feed_id) if follows else nullcontext():
        c.execute("UPDATE feed SET custom_title = ? WHERE id = ?", (tidy(title) or None, feed_id))


@contextmanager
def _followed_by_queries(c: sqlite3.Connection, feed_id: int, merged: int = 0) -> Iterator[None]:
    """Update saved searches and rules that name a feed, or one merged into it, if the block renames or moves it."""
    before = _keys(c, (feed_id, merged))
    yield
    if _keys(c, (feed_id,)) != before:
        follow_names(c, {feed_id: before})


def follow_names(c: sqlite3.Connection, before: Mapping[int, set[str]]) -> None:
    """Rewrite feed names in saved searches and rules so that they mean the same feeds as before.

    `before`: by feed id, the keys of its former names and addresses. A name that other feeds have now is replaced by a
    unique name of each feed that it meant.
    """
    changed = set().union(*(keys ^ _keys(c, (id_,)) for id_, keys in before.items()))
    changed &= query_language.names(c, "feed") if changed else set()
    if not changed:
        return
    held, holding = defaultdict[str, set[int]](set), defaultdict[str, set[int]](set)
    for feed in every(c):
        now = _keys_of(feed)
        for holders, keys in ((held, before.get(feed.id, now)), (holding, now)):
            for key in keys & changed:
                holders[key].add(feed.id)
    names = unique_names(c)
    lost = {key: [*sorted(ids & holding[key]), *sorted(ids - holding[key])] for key, ids in held.items()}
    new = {key: [names[id_] for id_ in ids] for key, ids in lost.items() if set(ids) != holding[key]}
    query_language.follow(c, "feed", new)


def _keys(c: sqlite3.Connection, ids: Iterable[int]) -> set[str]:
    """The keys of the names and addresses by which saved searches and rules can name these feeds."""
    rows = c.execute(f"SELECT {_COLUMNS} FROM feed WHERE id IN (SELECT value FROM json_each(?))", (id_list(ids),))
    return {key for row in rows.fetchall() for key in _keys_of(_feed(row))}


def _keys_of(feed: model_feed.Feed) -> set[str]:
    return {name_key(feed.custom_title or feed.title), name_key(feed.url)} - {""}


def unique_names(c: sqlite3.Connection) -> dict[int, str]:
    """A unique name of each feed: its name, or its address if another feed has the same name.

    A name that contains "://" is replaced by the address too, as it may be that of another feed. An address with a
    password is never used.
    """
    there = every(c)
    count = Counter(key for feed in there for key in {name_key(feed.name), name_key(feed.url)})
    return {
        feed.id: feed.url
        if (count[name_key(feed.name)] > 1 or "://" in feed.name) and without_credentials(feed.url) == feed.url
        else feed.name
        for feed in there
    }


LANGUAGE = "language"
"""The option with the language that a feed states."""
FOUND_LANGUAGE = "language found"
"""The option with the detected language of a feed that states none; "und": several languages."""


def set_remote(c: sqlite3.Connection, feed_id: int, remote: fetched.RemoteFeed, now: datetime, *, reach: Reach) -> None:
    """Set name, site and address of an account's feed as its server states them.

    The address stays if another feed of the account has the new one; a new address gets the given reach.
    """
    with _followed_by_queries(c, feed_id):
        _set_remote(c, feed_id, remote, now, reach)


def _set_remote(c: sqlite3.Connection, feed_id: int, remote: fetched.RemoteFeed, now: datetime, reach: Reach) -> None:
    c.execute(
        "UPDATE feed SET server_id = ?2, title = ?4, site = ?5, error = NULL, checked = ?6, answered = ?6,"
        " private = CASE WHEN url = ?3 THEN private ELSE ?7 END,"
        " url = CASE WHEN EXISTS (SELECT 1 FROM feed AS other WHERE other.account_id = feed.account_id"
        " AND other.url = ?3 AND other.id <> ?1) THEN url ELSE ?3 END WHERE id = ?1",
        (
            feed_id,
            sound(remote.server_id),
            sound(remote.url),
            tidy(sound(remote.title)),
            sound(remote.site),
            seconds(now),
            _private(reach),
        ),
    )


LEAVING = "unsubscribed"
"""The option of an unsubscribed feed that is removed later: process id of the reader, and the time in seconds."""


def leaving(c: sqlite3.Connection) -> dict[int, tuple[int, int]]:
    """Unsubscribed feeds that are removed later: the reader's process id, and the time of unsubscribing in seconds.

    Zeros if the option is unreadable.
    """
    rows = c.execute("SELECT feed_id, value FROM feed_option WHERE name = ?", (LEAVING,)).fetchall()
    found = {feed_id: [int(each) for each in text_of(value).split() if each.isdecimal()] for feed_id, value in rows}
    return {feed_id: (numbers[0], numbers[1]) if len(numbers) > 1 else (0, 0) for feed_id, numbers in found.items()}


def leave(c: sqlite3.Connection, feed_id: int, process: int, now: datetime) -> None:
    """Mark a feed as unsubscribed in the reader with this process id."""
    set_option(c, feed_id, LEAVING, f"{process} {seconds(now)}")


def all_addresses(c: sqlite3.Connection, feed_id: int) -> list[str]:
    """The current and former addresses of a feed."""
    sql = "SELECT url FROM feed WHERE id = ?1 UNION SELECT url FROM former_address WHERE feed_id = ?1"
    return [text_of(row[0]) for row in c.execute(sql, (feed_id,)).fetchall()]


def stay(c: sqlite3.Connection, feed_id: int) -> None:
    """Cancel the removal of a feed: it was added again, or its removal was undone."""
    set_option(c, feed_id, LEAVING, None)


def hand_over(c: sqlite3.Connection, feed_id: int, account_id: int, *, server_id: str = "", url: str = "") -> None:
    """Hand a feed over to an account that follows it as `server_id` at `url`, or back to the local account.

    Without a server id, the account's next list of subscriptions states it. With one, the next sync fetches all
    articles of the feed from the server.
    """
    with _followed_by_queries(c, feed_id):
        c.execute(
            "UPDATE feed SET account_id = ?1, server_id = nullif(?2, ''), folder_id = NULL, error = NULL, failures = 0,"
            " due = NULL, private = CASE WHEN ?3 IN ('', url) THEN private ELSE ?4 END,"
            " url = CASE ?3 WHEN '' THEN url ELSE ?3 END WHERE id = ?5",
            (account_id, sound(server_id), sound(url), _private(Reach.PUBLIC), feed_id),
        )
    if server_id:
        set_option(c, feed_id, TO_READ, "yes")


def move(c: sqlite3.Connection, url: str, to: str) -> None:
    """Change the address of a local feed from `url` to `to`, as another device did.

    If a feed has the new address already, both are merged, but only if the addresses are two spellings of one: the
    publisher chooses where a feed moves, and must not get into another feed.
    """
    old, new = followed(c, 0, url), followed(c, 0, to)
    is_spelling = same_place(url, to)
    if old is not None and new is not None:
        if is_spelling and old.id != new.id:
            take_over(c, new.id, old.id)
    elif old is not None:
        private = _private(old.reach) if is_spelling else 0  # another spelling is the user's own word
        with _followed_by_queries(c, old.id):
            c.execute("UPDATE feed SET url = ?, private = ? WHERE id = ?", (sound(to), private, old.id))


def end_on_server(c: sqlite3.Connection, feed_id: int, error: str) -> None:
    """Note why a feed is no longer on its server; it is not fetched until it is added again."""
    c.execute("UPDATE feed SET error = ?, server_id = NULL WHERE id = ?", (sound(error), feed_id))


def has_starred_or_tagged(c: sqlite3.Connection, feed_id: int) -> bool:
    sql = f"SELECT 1 FROM article WHERE feed_id = ? AND (starred = 1 OR id IN ({labels.TAGGED})) LIMIT 1"
    return c.execute(sql, (feed_id,)).fetchone() is not None


def language(c: sqlite3.Connection, feed_id: int) -> str:
    """The language of a feed as it states or as detected, such as "de"; "" if unknown."""
    said = options(c, feed_id)
    return said.get(LANGUAGE) or said.get(FOUND_LANGUAGE) or ""


def options(c: sqlite3.Connection, feed_id: int) -> dict[str, str]:
    rows = c.execute("SELECT name, value FROM feed_option WHERE feed_id = ?", (feed_id,)).fetchall()
    return {text_of(name): text_of(value) for name, value in rows}


def set_option(c: sqlite3.Connection, feed_id: int, name: str, value: str | None) -> None:
    """Set an option of a feed; None removes it."""
    if value is None:
        c.execute("DELETE FROM feed_option WHERE feed_id = ? AND name = ?", (feed_id, name))
        return
    c.execute(
        "INSERT INTO feed_option (feed_id, name, value) SELECT id, ?, ? FROM feed WHERE id = ?"
        " ON CONFLICT (feed_id, name) DO UPDATE SET value = excluded.value",
        (sound(name), sound(value), feed_id),
    )


TO_READ = "to read whole"
"""The option of a feed whose articles must be fetched completely from the server at the next sync."""


def to_fetch_whole(c: sqlite3.Connection, account_id: int) -> list[model_feed.Feed]:
    """An account's feeds whose articles must be fetched completely at the next sync; only those its server follows."""
    rows = c.execute(
        f"SELECT {_COLUMNS} FROM feed WHERE account_id = ? AND server_id IS NOT NULL"
        " AND id IN (SELECT feed_id FROM feed_option WHERE name = ?) ORDER BY id",
        (account_id, TO_READ),
    )
    return [_feed(row) for row in rows.fetchall()]


def request_whole_fetch(c: sqlite3.Connection, articles: Iterable[int]) -> None:
    """Have the feeds of imported articles fetched completely at the next sync, to get the server ids."""
    c.execute(
        "INSERT OR IGNORE INTO feed_option (feed_id, name, value) SELECT DISTINCT f.id, ?, 'yes'"
        " FROM json_each(?) AS w CROSS JOIN article AS a ON a.id = w.value JOIN feed AS f ON f.id = a.feed_id"
        " WHERE f.server_id IS NOT NULL",
        (TO_READ, id_list(articles)),
    )


def note_whole_fetch(c: sqlite3.Connection, ids: Iterable[int]) -> None:
    c.executemany("DELETE FROM feed_option WHERE name = ? AND feed_id = ?", [(TO_READ, id_) for id_ in ids])


def record(c: sqlite3.Connection, feed: model_feed.Feed) -> None:
    """Write the polling state of a feed; does nothing if it was removed.

    Settings of the user stay. The address stays if another feed of the account has the new one.
    """
    with _followed_by_queries(c, feed.id):
        _record(c, feed)


def _record(c: sqlite3.Connection, feed: model_feed.Feed) -> None:
    c.execute(
        "UPDATE feed SET url = CASE WHEN EXISTS (SELECT 1 FROM feed AS other WHERE other.account_id = feed.account_id"
        " AND other.url = ?1 AND other.id <> ?2) THEN url ELSE ?1 END,"
        " title = ?3, custom_title = CASE WHEN answered IS NULL AND ?18 IS NOT NULL THEN nullif(custom_title, ?3)"
        " ELSE custom_title END,"
        " site = ?4, etag = ?5, last_modified = ?6, body_hash = ?7, checked = ?8, due = ?9, failures = ?10,"
        " error = ?11, gone = ?12, moved_to = ?13, moved_hits = ?14, not_before = ?15, pace = ?16,"
        " private = ?17, answered = ?18 WHERE id = ?2",
        (
            sound(feed.url),
            feed.id,
            tidy(sound(feed.title)),
            sound(feed.site),
            feed.validators.etag,
            feed.validators.last_modified,
            feed.body_hash,
            seconds(feed.checked),
            seconds(feed.due),
            feed.failures,
            None if feed.error is None else sound(feed.error),
            feed.gone,
            feed.moved_to,
            feed.moved_hits,
            seconds(feed.not_before),
            feed.pace,
            _private(feed.reach),
            seconds(feed.answered),
        ),
    )


def _names(feed: model_feed.Feed) -> list[str]:
    return [name_key(name) for name in (feed.custom_title, feed.title) if name]


def _spellings(feed: model_feed.Feed) -> list[str]:
    return [_spelling(address) for address in (feed.url, feed.site) if address]


def _spelling(address: str) -> str:
    """A normalised address for comparison with typed, possibly partial ones."""
    return place(address).casefold()


def _feed(row: tuple[Any, ...]) -> model_feed.Feed:
    return model_feed.Feed(
        id=row[0],
        url=text_of(row[1]),
        title=text_of(row[2]),
        site=text_of(row[3]),
        validators=model_feed.Validators(_validator(row[4]), _validator(row[5])),
        body_hash=row[6] if isinstance(row[6], bytes) else None,
        checked=moment(row[7]),
        due=moment(row[8]),
        failures=number(row[9]),
        error=None if row[10] is None else text_of(row[10]),
        gone=bool(row[11]),
        moved_to=None if row[12] is None else text_of(row[12]),
        moved_hits=number(row[13]),
        not_before=moment(row[14]),
        pace=None if row[15] is None else number(row[15]),
        reach=_reach(row[16]),
        custom_title=text_of(row[17]),
        folder_id=None if row[18] is None else number(row[18]),
        account_id=number(row[19]),
        server_id=text_of(row[20]),
        answered=moment(row[21]),
    )


def _private(reach: Reach) -> int | None:
    return None if reach is Reach.UNKNOWN else int(reach is Reach.PRIVATE)


def _reach(private: object) -> Reach:
    return Reach.UNKNOWN if private is None else Reach.PRIVATE if private else Reach.PUBLIC


def _validator(kept: object) -> str | None:
    """A stored validator, if it can be sent in a header; None if damaged."""
    text = text_of(kept)
    return text if text and all(char.isprintable() and char <= "\xff" for char in text) else None
