"""Taking in what the server of an account says: feeds, articles and marks, each answer in one transaction."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from tuireader.library.refreshing import heavy
from tuireader.library.refreshing.compare import digest_of, prepare
from tuireader.library.refreshing.match_entries import known_entries
from tuireader.library.rules import arrivals
from tuireader.library.syncing import words
from tuireader.model.article import Status
from tuireader.model.feed import Feed, Refreshed
from tuireader.model.fetched import Page, Plan, Prepared
from tuireader.store import accounts, articles, feed_changes, feeds, folders, remote_marks, sync_journal
from tuireader.store.connection import transaction
from tuireader.text.counted import counted

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Sequence

    from tuireader.library.jobs.off_loop import Cache
    from tuireader.model.account import Account
    from tuireader.model.remote import Entries, RemoteEntry, RemoteFeed

Kind = Literal["miniflux", "greader", "freshrss"]
"""Who wrote an answer."""
_ANCHORS, _OF_EACH = 6, 2
"""Of so many of the newest articles a server is asked whether it still knows them; so many of each feed at most."""
_SOME = 3
"""So many feeds may be missing on a server before that looks like an accident."""


class Taken(NamedTuple):
    """What came of an answer, or of several."""

    new: int = 0
    read: int = 0
    unread: int = 0
    starred: int = 0
    unstarred: int = 0
    skipped: int = 0
    """Articles that could not be read."""
    here: tuple[str, ...] = ()
    """What the server calls the articles that were in the answer."""
    said: tuple[str, ...] = ()
    """Sentences about what is to be known."""

    def with_(self, other: Taken) -> Taken:
        """Both together."""
        return Taken(
            self.new + other.new,
            self.read + other.read,
            self.unread + other.unread,
            self.starred + other.starred,
            self.unstarred + other.unstarred,
            self.skipped + other.skipped,
            self.here + other.here,
            self.said + other.said,
        )


async def take(cache: Cache, job: TakeEntries) -> Taken:
    """Take in an answer with articles, in the time that it may take."""
    return await heavy.take(cache, job, job.page)


@dataclass(frozen=True, slots=True)
class TakeEntries:
    """Save the articles of an answer and their marks, in one transaction. It can be pickled."""

    account_id: int
    kind: Kind
    page: Page
    now: datetime
    cursor: str | None = None
    """How far the account is read with this; None: that is not known yet."""

    def __call__(self, c: sqlite3.Connection) -> Taken:
        """Take it in; raises SyncError where it is no answer."""
        found = self._parsed()
        by_feed: dict[str, list[RemoteEntry]] = defaultdict(list)
        for each in found.entries:
            by_feed[each.feed_id].append(each)
        ours = {feed.server_id: feed for feed in feeds.of_account(c, self.account_id)}
        ready = [_Ready(c, ours[feed_id], entries, self.now) for feed_id, entries in by_feed.items() if feed_id in ours]
        taken = Taken(skipped=found.skipped, here=tuple(each.server_id for each in found.entries))
        with transaction(c):
            brought: list[Refreshed] = []
            for feed_ready in ready:
                came, marks = feed_ready.write(c, self.now)
                brought.append(came)
                taken = taken.with_(marks)
            arrivals.apply_to_new(c, brought, self.now)
            if self.cursor is not None:
                accounts.set_cursor(c, self.account_id, self.cursor)
        return taken

    def _parsed(self) -> Entries:
        if self.kind == "miniflux":
            from tuireader.sync import miniflux

            return miniflux.entries_of(self.page.content, self.page.url)
        from tuireader.sync import greader

        return greader.entries_of(self.page.content, self.page.url, is_freshrss=self.kind == "freshrss")


class _Ready:
    """What a server gave of one feed, with all done that needs no lock."""

    def __init__(self, c: sqlite3.Connection, feed: Feed, entries: Sequence[RemoteEntry], now: datetime) -> None:
        self._feed = feed
        by_number = {each.server_id: each for each in entries}
        numbered = remote_marks.numbered(c, feed.account_id, by_number)
        self._there = {numbered[number].id: each for number, each in by_number.items() if number in numbered}
        others = _told_apart(each for number, each in by_number.items() if number not in numbered)
        has_number = partial(remote_marks.with_number, c)
        known = known_entries(c, feed, [each.entry for each in others.values()], others=has_number)
        taken = remote_marks.with_number(c, [each.id for each in known.values()])
        for guid in [guid for guid, each in known.items() if each.id in taken]:  # another one of the same name
            del known[guid]
            others |= _told_apart([others.pop(guid)], always=True)
        self._joined = {known[guid].id: each for guid, each in others.items() if guid in known}
        new = [_prepared(each) for guid, each in others.items() if guid not in known]
        changed = [
            (numbered[number].id, prepare(each.entry))
            for number, each in by_number.items()
            if number in numbered and numbered[number].digest != digest_of(each.entry)
        ]
        plan = Plan(tuple(new), tuple(changed))
        is_asked = bool(new) and arrivals.look_at_words(c, now)
        self._prepacked = articles.Prepacked(plan, index_later=True, with_words=is_asked)

    def write(self, c: sqlite3.Connection, now: datetime) -> tuple[Refreshed, Taken]:
        """Write it, inside a transaction of the caller's."""
        saved = self._prepacked.write(c, self._feed.id, now)
        states = {id_: (each.read, each.starred) for id_, each in self._there.items()}
        for id_, each in self._joined.items():
            remote_marks.give_number(c, id_, each.server_id)
            states[id_] = remote_marks.either(c, id_, read=each.read, starred=each.starred, now=now)
        marks = remote_marks.take(c, states, now)
        return Refreshed(self._feed, "updated", saved), Taken(len(saved.new), *marks)


def _told_apart(entries: Iterable[RemoteEntry], *, always: bool = False) -> dict[str, RemoteEntry]:
    """Articles by their guids; of several with one guid, each but the first has its number in it."""
    found: dict[str, RemoteEntry] = {}
    for each in entries:
        guid = each.entry.guid
        if always or guid in found:
            guid = f"{guid} {each.server_id}"
        found[guid] = replace(each, entry=replace(each.entry, guid=guid))
    return found


def _prepared(each: RemoteEntry) -> Prepared:
    ready = prepare(each.entry, status=Status(read=each.read, starred=each.starred))
    return replace(ready, server_id=each.server_id)


def forget_numbers(c: sqlite3.Connection, account_id: int) -> str:
    """Forget how a server calls its articles, since it was set back and calls others so; gives a sentence about it.

    What it gives again is known by its address and its title, and what was marked here or there is marked in both.
    """
    name = accounts.get(c, account_id).name
    with transaction(c):
        remote_marks.forget_all(c, account_id)
        accounts.set_cursor(c, account_id, accounts.ANEW)
    return f"{name} does not know any more what it knew: it was set back, or emptied. What is marked here, it is told."


def anchors(c: sqlite3.Connection, account_id: int) -> list[remote_marks.Anchor]:
    """Articles by which the server of an account is known again."""
    followed = [feed.id for feed in feeds.of_account(c, account_id) if feed.server_id]
    return remote_marks.anchors(c, followed, _ANCHORS, _OF_EACH)


def forget(c: sqlite3.Connection, account_id: int, numbers: Collection[str]) -> None:
    """Forget how a server calls articles that it does not know any more; they stay as they are."""
    with transaction(c):
        remote_marks.forget(c, account_id, numbers)


class FeedsTaken(NamedTuple):
    """What came of a server's subscriptions."""

    said: tuple[str, ...] = ()
    changed: int = 0
    """How many came, went, or have another name or folder now."""
    is_doubtful: bool = False
    """Whether so few are listed that it looks like an accident."""


def take_feeds(c: sqlite3.Connection, account_id: int, theirs: Sequence[RemoteFeed], now: datetime) -> FeedsTaken:
    """Follow what an account follows, under the names and in the folders that it has there.

    What is followed there no more goes here too; with starred and tagged articles it stays and says so, and so do all
    where a server lists so few that it looks like an accident.
    """
    with transaction(c):
        account = accounts.get(c, account_id)
        waiting = feed_changes.waiting(c, account_id)
        ended = {change.server_id for change in waiting if change.what == "unsubscribe"}
        untold = {(change.server_id, change.what) for change in waiting}
        ours = feeds.of_account(c, account_id)
        before = named_feeds(c, ours)
        matched = _matched(ours, theirs)
        for remote in theirs:
            if remote.server_id in ended:
                continue
            feed = matched.get(remote.server_id)
            if feed is None:
                feed = feeds.add(
                    c, remote.url, title=remote.title, site=remote.site, now=now, account_id=account_id,
                    server_id=remote.server_id,
                )  # fmt: skip
                feeds.set_option(c, feed.id, feeds.TO_READ, "yes")
            elif feed.server_id != remote.server_id:  # it was followed anew: its articles have other names
                remote_marks.forget_of_feed(c, feed.id)
                feeds.set_option(c, feed.id, feeds.TO_READ, "yes")
            feeds.set_remote(
                c, feed.id, now, server_id=remote.server_id, url=remote.url, title=remote.title, site=remote.site
            )
            if (remote.server_id, "rename") not in untold:
                feeds.rename(c, feed.id, "")
            if (remote.server_id, "move") not in untold:
                folder = folders.add(c, remote.folder or account.name, account_id=account_id)
                folders.put(c, feed.id, folder.id)
        kept = {feed.id for feed in matched.values()}
        gone = [feed for feed in ours if feed.server_id and feed.id not in kept]
        is_doubtful = is_accident(gone, len(ours)) or not theirs
        said = _end(c, account, gone, len(ours), is_doubtful=is_doubtful)
        folders.remove_empty(c)
        changed = different(before, named_feeds(c, feeds.of_account(c, account_id)))
    return FeedsTaken(said, changed, is_doubtful)


Named = dict[int, tuple[str, str]]
"""The name and the folder of each feed, by its id."""


def named_feeds(c: sqlite3.Connection, every: Iterable[Feed]) -> Named:
    """Feeds as the user sees them."""
    names = {folder.id: folder.name for folder in folders.every(c)}
    return {feed.id: (feed.name, names.get(feed.folder_id or 0, "")) for feed in every}


def different(before: Named, now: Named) -> int:
    """How many feeds came, went, or have another name or folder now."""
    return sum(before.get(feed_id) != now.get(feed_id) for feed_id in before.keys() | now.keys())


def _matched(ours: Sequence[Feed], theirs: Sequence[RemoteFeed]) -> dict[str, Feed]:
    """Which feed here each one there is: the one of its address, else the one that was called so."""
    by_url, by_number = {feed.url: feed for feed in ours}, {feed.server_id: feed for feed in ours if feed.server_id}
    found = {remote.server_id: by_url[remote.url] for remote in theirs if remote.url in by_url}
    taken = {feed.id for feed in found.values()}
    for remote in theirs:
        there = by_number.get(remote.server_id)
        if remote.server_id not in found and there is not None and there.id not in taken:
            found[remote.server_id] = there
            taken.add(there.id)
    return found


def _end(
    c: sqlite3.Connection, account: Account, gone: Sequence[Feed], before: int, *, is_doubtful: bool
) -> tuple[str, ...]:
    """End the subscriptions that a server has ended; what is to be said."""
    removed, kept = [], []
    for feed in gone:
        if is_doubtful or feeds.has_kept(c, feed.id):
            sync_journal.drop(c, account.id, feed_id=feed.id)
            feeds.set_error(
                c, feed.id, f"{account.name} does not follow this feed any more; its articles are kept here"
            )
            kept.append(feed.name)
        else:
            feeds.remove(c, feed.id)
            removed.append(feed.name)
    if gone and is_doubtful:
        return (_accident(account, counted(len(gone), "feed"), before),)
    said = [words.ended_feeds(removed, account.name)] if removed else []
    return (*said, *(words.kept_feed(name, account.name) for name in kept))


def is_accident(gone: Sequence[Feed], before: int) -> bool:
    """Whether so many feeds end, of those that were there before, that they are not meant to."""
    return len(gone) > _SOME and len(gone) * 2 > before


def owed(c: sqlite3.Connection, account_id: int) -> int:
    """How many marks and changes of feeds an account is still to be told of."""
    return sync_journal.count(c, account_id) + len(feed_changes.waiting(c, account_id))


def _accident(account: Account, some: str, before: int) -> str:
    return (
        f"{account.name} lists {some} of {before} no more: they are kept here, and `tuireader account push` gives them"
        " back."
    )
