"""Keeping machines in step without a server: a folder that they share, in which each adds to a journal of its own.

No file is ever written by two, so whatever carries the folder (Syncthing, a network drive, git) meets no conflict; of
everything, what was done last holds on all of them.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections import defaultdict
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tuireader.errors import SyncError
from tuireader.library.syncing.taking import Taken
from tuireader.model.account import FOLDER, LOCAL, Account
from tuireader.model.remote import Synced
from tuireader.store import accounts, feeds, folders, page_lists, remote_marks, shared_marks, sync_journal
from tuireader.store.connection import transaction
from tuireader.sync.device_journal import Key, Line, Mark, Merged, Moved, Stamp, Subscription, lines_of, written
from tuireader.urls.credentials import split_credentials

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable
    from datetime import datetime

    from tuireader.model.change import Change, Field
    from tuireader.model.feed import Feed

_PREFIX, _SUFFIX = "tuireader-", ".jsonl"
_LARGEST = 500_000_000
"""Bytes of a journal that is read."""
_BEFORE = 1
"""The time of what was marked before there was a journal: whatever was done since goes before it."""


@dataclass(frozen=True, slots=True)
class Place:
    """What this machine knows of the folder: which it is, who we are in it, and what was read."""

    folder: str
    device: str
    host: str
    sizes: dict[str, int] = field(default_factory=dict)
    """How much of each journal was read: what is in there was known when something was done here after it."""
    feeds: dict[str, list[str]] = field(default_factory=dict)
    """Our subscriptions as they were told of, by their ids: address, title, folder."""
    newest: int = 0

    def text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))


def place_of(c: sqlite3.Connection) -> Place | None:
    """The folder that this machine shares, if it does."""
    account = accounts.get(c, LOCAL)
    try:
        return Place(**json.loads(account.cursor)) if account.cursor else None
    except (ValueError, TypeError):
        return None


def share(c: sqlite3.Connection, folder: str, *, host: str = "") -> Place:
    """Share a folder from now on: what is marked goes into the journal; raises SyncError where it is no folder.

    `host` is what this machine is called, for tests.
    """
    path = Path(folder).expanduser().resolve()
    if not path.is_dir():
        raise SyncError(f"{path} is no folder here; make it, or name another")
    host = host or socket.gethostname() or "machine"
    there = place_of(c)
    if there is not None and there.folder == str(path) and there.host == host:
        return there
    name = "".join(char if char.isalnum() else "-" for char in host)[:40]
    place = Place(str(path), f"{name}-{secrets.token_hex(4)}", host)
    with transaction(c):
        accounts.set_syncing(c, LOCAL, syncs=True)
        accounts.set_cursor(c, LOCAL, place.text())
    return place


def stop_sharing(c: sqlite3.Connection) -> None:
    """Share no folder any more; what is in it stays."""
    with transaction(c):
        accounts.set_syncing(c, LOCAL, syncs=False)
        accounts.set_cursor(c, LOCAL, "")
        sync_journal.done(c, [change.number for change in sync_journal.waiting(c, LOCAL)])


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What came of an exchange."""

    taken: Taken
    pushed: int = 0
    new_feeds: tuple[int, ...] = ()


def exchange(c: sqlite3.Connection, now: datetime) -> Exchanged:
    """Add to the own journal what was done here, and take over what was done elsewhere; raises SyncError.

    Ended at any place, the next time goes on: a line that is written twice says the same twice.
    """
    place = place_of(c)
    if place is None:
        return Exchanged(Taken())
    if place.host != (socket.gethostname() or "machine") and not place.host.startswith("test-"):
        place = share(c, place.folder)  # the cache was copied to another machine
    run = _Exchange(c, place, now)
    return run.all()


class _Exchange:
    """One exchange."""

    def __init__(self, c: sqlite3.Connection, place: Place, now: datetime) -> None:
        self._c = c
        self._place = place
        self._now = now
        self._own = Path(place.folder) / f"{_PREFIX}{place.device}{_SUFFIX}"
        self._merged = Merged()
        self._seen = Merged()
        self._sizes: dict[str, int] = {}

    def all(self) -> Exchanged:
        """All steps; none where nothing has happened anywhere."""
        if self._is_as_it_was():
            return Exchanged(Taken())
        self._read()
        is_first = not self._own.exists()
        every = self._local()
        waiting = sync_journal.waiting(self._c, LOCAL)
        new = [*self._moves(every), *self._subscriptions(every), *self._marks(waiting, every)]
        if is_first:
            new = [*self._marked_before(every), *new]
        if new or is_first:
            self._append(written(new))
            self._merged.add(new)
        sync_journal.done(self._c, [change.number for change in waiting])
        said, added = self._take_subscriptions()
        taken = self._take_marks().with_(Taken(said=said))
        self._keep()
        return Exchanged(taken, len(waiting), added)

    # Reading.

    def _is_as_it_was(self) -> bool:
        """Whether there is nothing to tell, to be told, or to be marked that has come since."""
        try:
            sizes = {file.name: file.stat().st_size for file in self._files()}
        except OSError:
            return False
        return (
            self._own.name in sizes
            and sizes == self._place.sizes
            and self._place.newest == shared_marks.newest(self._c)
            and not sync_journal.count(self._c, LOCAL)
            and self._place.feeds == self._ours(self._local())
        )

    def _files(self) -> list[Path]:
        found = sorted(Path(self._place.folder).glob(f"{_PREFIX}*{_SUFFIX}"))
        return [file for file in found if file.is_file() and not file.is_symlink()]

    def _local(self) -> list[Feed]:
        return [feed for feed in feeds.every(self._c) if feed.account_id == LOCAL]

    def _read(self) -> None:
        """Read all journals: what was in them the last time was known here before what is told now."""
        folder = Path(self._place.folder)
        if not folder.is_dir():
            raise SyncError(f"The folder {folder} is not there: is it mounted?")
        try:
            for file in self._files():
                device = file.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
                with file.open("rb") as opened:
                    content = opened.read(_LARGEST)
                whole = content[: content.rfind(b"\n") + 1]
                self._sizes[file.name] = len(whole)
                self._merged.add(lines_of(whole, device))
                before = whole[: self._place.sizes.get(file.name, 0)]
                self._seen.add(lines_of(before, device))
        except OSError as error:
            raise SyncError(f"{error.filename or folder} cannot be read: {error.strerror}") from error

    def _append(self, content: bytes) -> None:
        """Add to the own journal, and have it on the disk; what was cut off before ends there."""
        try:
            with open(self._own, "ab+", opener=_opened) as file:
                size = file.seek(0, os.SEEK_END)
                if size:
                    file.seek(size - 1)
                    content = content if file.read(1) == b"\n" else b"\n" + content
                else:
                    content = json.dumps({"tuireader": 1, "device": self._place.device}).encode() + b"\n" + content
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                self._sizes[self._own.name] = file.tell()
        except OSError as error:
            raise SyncError(f"{self._own} cannot be written: {error.strerror}") from error

    # What was done here.

    def _stamp(self, at: int) -> Stamp:
        return Stamp(at, self._place.device)

    def _marks(self, waiting: Iterable[Change], every: Iterable[Feed]) -> list[Line]:
        """The marks of the journal; later than what was known here when they were made, whatever the clock says."""
        urls = {feed.id: _shared(feed.url) for feed in every}
        changes = list(waiting)
        names = shared_marks.names_of(self._c, [change.article_id for change in changes])
        seen = self._seen.last_marks()
        found: list[Line] = []
        for change in changes:
            feed_id, guid = names.get(change.article_id, (0, ""))
            url = urls.get(feed_id, "")
            if url and guid:
                key = Key(url, guid)
                before = seen.get((key, change.field))
                at = max(int(change.changed.timestamp() * 1000), before.stamp.at + 1 if before else 0)
                found.append(Mark(self._stamp(at), key, change.field, change.value))
        return found

    def _marked_before(self, every: Iterable[Feed]) -> list[Line]:
        """What was marked before the folder was shared."""
        urls = {feed.id: _shared(feed.url) for feed in every}
        found: list[Line] = []
        for feed_id, guid, read, starred in shared_marks.marked(self._c):
            if (url := urls.get(feed_id, "")) and guid:
                marks: tuple[tuple[Field, bool], ...] = (("read", read), ("starred", starred))
                found += [Mark(self._stamp(_BEFORE), Key(url, guid), name, value) for name, value in marks if value]
        return found

    def _moves(self, every: Iterable[Feed]) -> list[Line]:
        """Feeds that have other addresses than they were told of with."""
        at = int(self._now.timestamp() * 1000)
        return [
            Moved(self._stamp(at), told[0], url)
            for feed in every
            if (told := self._place.feeds.get(str(feed.id))) and (url := _shared(feed.url)) and told[0] != url
        ]

    def _subscriptions(self, every: Iterable[Feed]) -> list[Line]:
        """What became of subscriptions since they were told of."""
        now = self._ours(every)
        before = self._place.feeds
        urls = {row[0] for row in now.values()}
        found: list[Line] = []
        for feed_id, row in now.items():
            url, title, folder = row
            there = self._merged.subscriptions.get(url)
            is_told_elsewhere = feed_id not in before and there is not None and there.is_followed
            if row != before.get(feed_id) and not is_told_elsewhere:
                found.append(Subscription(self._later(there), url, is_followed=True, title=title, folder=folder))
        for feed_id, row in before.items():
            if feed_id not in now and row[0] not in urls:
                found.append(
                    Subscription(self._later(self._merged.subscriptions.get(row[0])), row[0], is_followed=False)
                )
        return found

    def _later(self, there: Subscription | None) -> Stamp:
        at = int(self._now.timestamp() * 1000)
        return self._stamp(max(at, there.stamp.at + 1 if there else 0))

    def _ours(self, every: Iterable[Feed]) -> dict[str, list[str]]:
        """Our subscriptions as they are told of."""
        names = {folder.id: folder.name for folder in folders.every(self._c)}
        pages = page_lists.every(self._c)
        return {
            str(feed.id): [url, feed.custom_title, names.get(feed.folder_id or 0, "")]
            for feed in every
            if feed.id not in pages and (url := _shared(feed.url))
        }

    # What was done elsewhere.

    def _take_subscriptions(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Follow what others follow now, and no more what they do not."""
        said: list[str] = []
        added: list[int] = []
        with transaction(self._c):
            for moved in self._merged.moved.values():
                feeds.move(self._c, moved.url, moved.to)
            ours = {_shared(feed.url): feed for feed in self._local()}
            pages = page_lists.every(self._c)
            for url, line in self._merged.subscriptions.items():
                now = self._merged.address_now(url)
                feed = ours.get(now)
                if line.is_followed and feed is None and now == url:
                    feed = feeds.add(self._c, url, title=line.title, site="", now=self._now)
                    added.append(feed.id)
                    ours[url] = feed
                if feed is None or feed.id in pages:
                    continue
                if not line.is_followed:
                    said += self._end(feed)
                elif line.stamp.device != self._place.device:
                    self._take_names(feed, line)
            folders.remove_empty(self._c)
        return tuple(said), tuple(added)

    def _end(self, feed: Feed) -> list[str]:
        if feeds.has_kept(self._c, feed.id):
            return [f"{feed.name} is followed no more elsewhere; here it stays, for what is starred or tagged in it."]
        feeds.remove(self._c, feed.id)
        return []

    def _take_names(self, feed: Feed, line: Subscription) -> None:
        if feed.custom_title != line.title:
            feeds.rename(self._c, feed.id, line.title)
        folders.put(self._c, feed.id, folders.add(self._c, line.folder).id if line.folder else None)

    def _take_marks(self) -> Taken:
        """Let articles be as they were marked last, wherever that was."""
        ours = {_shared(feed.url): feed.id for feed in self._local()}
        by_feed: dict[int, dict[str, dict[Field, bool]]] = defaultdict(lambda: defaultdict(dict))
        for (key, name), mark in self._merged.last_marks().items():
            if key.feed in ours:
                by_feed[ours[key.feed]][key.guid][name] = mark.value
        taken = Taken()
        for feed_id, wanted in by_feed.items():
            there = shared_marks.named(self._c, feed_id, wanted)
            states = {
                id_: (wanted[guid].get("read", read), wanted[guid].get("starred", starred))
                for guid, (id_, read, starred) in there.items()
            }
            with transaction(self._c):
                taken = taken.with_(Taken(0, *remote_marks.take(self._c, states, self._now)))
        return taken

    def _keep(self) -> None:
        newest = shared_marks.newest(self._c)
        kept = replace(self._place, sizes=self._sizes, feeds=self._ours(self._local()), newest=newest)
        accounts.set_cursor(self._c, LOCAL, kept.text())


def _opened(path: str, flags: int) -> int:
    """Open a file that is there, and not what a link leads to: others may write in the folder."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _shared(url: str) -> str:
    """The address of a feed as it may stand in a folder that others read; empty where it has a password, or is none."""
    try:
        bare, userinfo = split_credentials(url)
    except ValueError:
        return ""
    return "" if userinfo or not bare.startswith("http") else bare


def account(place: Place) -> Account:
    """The folder as an account."""
    return Account(LOCAL, FOLDER, place.folder, place.folder, place.device, syncs=True)


def event(place: Place, exchanged: Exchanged) -> Synced:
    """What came of an exchange, as it is said of accounts."""
    taken = exchanged.taken
    marks = (taken.read, taken.unread, taken.starred, taken.unstarred)
    return Synced(account(place), "done", exchanged.pushed, 0, *marks, said=taken.said)
