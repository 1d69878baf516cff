"""Keeping machines in step without a server: a folder that they share, in which each adds to a journal of its own.

No file is ever written by two, so whatever carries the folder (Syncthing, a network drive, git) meets no conflict; of
everything, what was done last holds on all of them.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import uuid
from collections import defaultdict
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tuireader.errors import SyncError
from tuireader.library.syncing import taking, words
from tuireader.library.syncing.server import alone
from tuireader.library.syncing.taking import Taken
from tuireader.model.account import FOLDER, LOCAL, Account
from tuireader.model.remote import Synced
from tuireader.store import accounts, feeds, folders, page_lists, remote_marks, shared_marks, sync_journal
from tuireader.store.connection import transaction
from tuireader.sync.device_journal import Key, Line, Mark, Merged, Moved, Stamp, Subscription, lines_of, written
from tuireader.urls.credentials import split_credentials

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from tuireader.model.change import Change, Field
    from tuireader.model.feed import Feed
    from tuireader.store.connection import Connection

_PREFIX, _SUFFIX = "tuireader-", ".jsonl"
_LARGEST = 500_000_000
"""Bytes of a journal that is read."""
_TEST = "test-"
_OTHERS = "another machine"
"""Who did what came through the folder."""
_NEW_MOST = 2000
"""Feeds that one exchange brings at most."""
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
    """The highest id of an article, by which it is seen whether any have come."""
    latest: int = 0
    """The latest time of any line that was known here: what is done here is later."""
    kept: list[str] = field(default_factory=list)
    """Addresses of feeds that stay here although they were ended elsewhere."""

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

    `host` says which machine this is, for tests. A machine has its own journal, also where it has a copy of another's
    cache.
    """
    path = Path(folder).expanduser().resolve()
    host = host or _machine()
    there = place_of(c)
    if not path.is_dir():
        raise SyncError(
            _away(path)
            if there is not None and there.folder == str(path)
            else f"{path} is no folder here; make it, or name another"
        )
    if there is not None and there.folder == str(path) and there.host == host:
        return there
    called = host if host.startswith(_TEST) else socket.gethostname() or "machine"
    name = "".join(char if char.isalnum() else "-" for char in called)[:40]
    place = Place(str(path), f"{name}-{secrets.token_hex(4)}", host)
    if there is not None and there.folder == str(path):  # what was told is told
        place = replace(place, sizes=there.sizes, feeds=there.feeds, latest=there.latest, kept=there.kept)
    with transaction(c):
        accounts.set_syncing(c, LOCAL, syncs=True)
        accounts.set_cursor(c, LOCAL, place.text())
    return place


def _away(folder: Path) -> str:
    return f"The folder {folder} is not there: is it mounted?"


def _machine() -> str:
    """What tells this machine from others, whatever it is called."""
    try:
        found = Path("/etc/machine-id").read_text("ascii").strip()
    except (OSError, ValueError):
        found = ""
    return found or f"{uuid.getnode():x}"


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
    feeds: int = 0
    """How many feeds came, went, or have another name or folder now."""


def exchange(c: Connection, now: datetime) -> Exchanged:
    """Add to the own journal what was done here, and take over what was done elsewhere; raises SyncError.

    Ended at any place, the next time goes on: a line that is written twice says the same twice.
    """
    place = place_of(c)
    if place is None:
        return Exchanged(Taken())
    with alone(c.path, account(place)):
        if not place.host.startswith(_TEST):
            place = share(c, place.folder)
        return _Exchange(c, place, now).all()


class _Exchange:
    """One exchange."""

    def __init__(self, c: sqlite3.Connection, place: Place, now: datetime) -> None:
        self._c = c
        self._place = place
        self._now = now
        self._own = Path(place.folder) / f"{_PREFIX}{place.device}{_SUFFIX}"
        self._merged = Merged()
        self._sizes: dict[str, int] = {}
        self._unseen: set[object] = set()
        """What was told elsewhere since the last time: the addresses of feeds, and keys of marks with their fields."""
        self._told_by_us: dict[str, Subscription] = {}
        self._latest = place.latest
        self._said: list[str] = []

    def all(self) -> Exchanged:
        """All steps; none where nothing has happened anywhere."""
        folder = Path(self._place.folder)
        if not folder.is_dir():
            raise SyncError(_away(folder))
        sizes = self._sizes_now()
        waiting = sync_journal.waiting(self._c, LOCAL)
        if self._is_quiet(sizes):
            if waiting:  # others need not be read for what is done here
                self._sizes = sizes
                self._append(written(self._marks(waiting, self._local())))
                sync_journal.done(self._c, [change.number for change in waiting])
                self._keep(replace(self._place, sizes=self._sizes, latest=self._latest))
            return Exchanged(Taken(), len(waiting))
        return self._all(waiting, is_lost=sizes.get(self._own.name, 0) < self._place.sizes.get(self._own.name, 0))

    def _all(self, waiting: list[Change], *, is_lost: bool) -> Exchanged:
        """Tell, and be told. `is_lost`: what was told before is not there any more, and is told again."""
        self._read()
        is_anew = is_lost or not self._own.exists()
        every = self._local()
        told = self._ours(every)
        new = [*self._moves(every), *self._subscriptions(every, {} if is_anew else self._place.feeds)]
        new += self._marks(waiting, every)
        if is_anew:
            new = [*self._marked_before(every), *new]
        if new or is_anew:
            self._append(written(new))
            self._merged.add(new)
        sync_journal.done(self._c, [change.number for change in waiting])
        before = taking.named_feeds(self._c, LOCAL)
        added, touched = self._take_subscriptions()
        changed = taking.different(before, taking.named_feeds(self._c, LOCAL))
        taken = self._take_marks()
        told = self._told(told, touched)
        self._keep(
            replace(
                self._place,
                sizes=self._sizes,
                feeds=told,
                newest=shared_marks.newest(self._c),
                latest=self._latest,
                kept=sorted({*self._place.kept} & {row[0] for row in told.values()}),
            )
        )
        return Exchanged(taken.with_(Taken(said=tuple(self._said))), len(new), added, changed)

    def _told(self, told: dict[str, list[str]], touched: set[int]) -> dict[str, list[str]]:
        """Our subscriptions as they are known to all now: those that were told, and those that others have changed.

        What another program has done meanwhile is still to be told.
        """
        now = self._ours(self._local())
        known = {feed_id: now.get(feed_id, row) if int(feed_id) in touched else row for feed_id, row in told.items()}
        known |= {str(feed_id): now[str(feed_id)] for feed_id in touched if str(feed_id) in now}
        return {feed_id: row for feed_id, row in known.items() if feed_id in now}

    # Reading.

    def _is_quiet(self, sizes: dict[str, int]) -> bool:
        """Whether nothing has come from elsewhere, no article and no feed: then there are only own marks to tell."""
        return (
            self._own.name in sizes
            and sizes == self._place.sizes
            and self._place.newest == shared_marks.newest(self._c)
            and self._place.feeds == self._ours(self._local())
        )

    def _files(self) -> list[Path]:
        found = sorted(Path(self._place.folder).glob(f"{_PREFIX}*{_SUFFIX}"))
        return [file for file in found if file.is_file() and not file.is_symlink()]

    def _sizes_now(self) -> dict[str, int]:
        found = {}
        for file in self._files():
            with suppress(OSError):
                found[file.name] = file.stat().st_size
        return found

    def _local(self) -> list[Feed]:
        return [feed for feed in feeds.every(self._c) if feed.account_id == LOCAL]

    def _read(self) -> None:
        """Read all journals, and note what in them is new; one that cannot be read is passed over, and said."""
        for file in self._files():
            device = file.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
            try:
                with file.open("rb") as opened:
                    content = opened.read(_LARGEST)
            except OSError as error:
                self._said.append(f"{file} cannot be read: {error.strerror}.")
                continue
            whole = content[: content.rfind(b"\n") + 1]
            self._sizes[file.name] = len(whole)  # what is half a line now is read once it is whole
            # Of one that was written anew, what was read may end within a line.
            seen = whole[: whole.rfind(b"\n", 0, self._place.sizes.get(file.name, 0)) + 1]
            self._merged.add(self._watched(lines_of(seen, device), is_new=False))
            self._merged.add(self._watched(lines_of(whole[len(seen) :], device), is_new=True))

    def _watched(self, lines: Iterable[Line], *, is_new: bool) -> Iterator[Line]:
        for line in lines:
            self._latest = max(self._latest, line.stamp.at)
            is_ours = line.stamp.device == self._place.device
            if isinstance(line, Subscription) and is_ours:
                self._told_by_us[line.url] = line
            if is_new and not is_ours:
                if isinstance(line, Mark):
                    self._unseen.add((line.key, line.field))
                else:
                    self._unseen.add(line.url)
            yield line

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
        found: list[Line] = []
        for change in changes:
            feed_id, guid = names.get(change.article_id, (0, ""))
            url = urls.get(feed_id, "")
            if url and guid:
                at = max(int(change.changed.timestamp() * 1000), self._place.latest + 1)
                self._latest = max(self._latest, at)
                found.append(Mark(self._stamp(at), Key(url, guid), change.field, change.value))
        return found

    def _marked_before(self, every: Iterable[Feed]) -> list[Line]:
        """What is marked here and not known there: from before the folder was shared, or since what we told is lost.

        What was told elsewhere and seen here is older than what is so here now.
        """
        urls = {feed.id: _shared(feed.url) for feed in every}
        ids = {url: feed_id for feed_id, url in urls.items() if url}
        there = self._merged.last_marks()
        found: list[Line] = []
        for feed_id, guid, read, starred in shared_marks.marked(self._c):
            if (url := urls.get(feed_id, "")) and guid:
                marks: tuple[tuple[Field, bool], ...] = (("read", read), ("starred", starred))
                found += [
                    Mark(self._stamp(_BEFORE), Key(url, guid), name, value)
                    for name, value in marks
                    if value and (Key(url, guid), name) not in there
                ]
        if not self._place.sizes:  # nothing was seen before
            return found
        by_feed: dict[int, list[Mark]] = defaultdict(list)
        for (key, name), mark in there.items():
            if key.feed in ids and (mark.key, name) not in self._unseen:
                by_feed[ids[key.feed]].append(mark._replace(key=key))
        for feed_id, some in by_feed.items():
            here = shared_marks.named(self._c, feed_id, {mark.key.guid for mark in some})
            for mark in some:
                if (row := here.get(mark.key.guid)) and row[1 if mark.field == "read" else 2] is not mark.value:
                    found.append(mark._replace(stamp=self._stamp(mark.stamp.at + 1), value=not mark.value))
        return found

    def _moves(self, every: Iterable[Feed]) -> list[Line]:
        """Feeds that have other addresses than they were told of with."""
        at = int(self._now.timestamp() * 1000)
        return [
            Moved(self._stamp(at), told[0], url)
            for feed in every
            if (told := self._place.feeds.get(str(feed.id))) and (url := _shared(feed.url)) and told[0] != url
        ]

    def _subscriptions(self, every: Sequence[Feed], before: dict[str, list[str]]) -> list[Line]:
        """What became of subscriptions since they were told of."""
        now = self._ours(every)
        names = {str(feed.id): feed.title for feed in every}
        urls = {row[0] for row in now.values()}
        there_still = {str(feed.id) for feed in feeds.every(self._c)}
        found: list[Line] = []
        for feed_id, row in now.items():
            if row == before.get(feed_id) or self._is_told(feed_id, row, before):
                continue
            there = self._merged.subscriptions.get(row[0])
            found.append(
                Subscription(
                    self._later(there), row[0], is_followed=True, title=row[1], folder=row[2], name=names[feed_id]
                )
            )
        for feed_id, row in before.items():
            if feed_id not in there_still and row[0] not in urls:
                found.append(
                    Subscription(self._later(self._merged.subscriptions.get(row[0])), row[0], is_followed=False)
                )
        return found

    def _is_told(self, feed_id: str, row: list[str], before: dict[str, list[str]]) -> bool:
        """Whether a feed of which that is not known was told all the same: elsewhere, or before we were ended."""
        url = row[0]
        there = self._merged.subscriptions.get(url)
        if feed_id in before or there is None:
            return False
        ours = self._told_by_us.get(url)
        is_ours = ours is not None and ours.is_followed and [ours.url, ours.title, ours.folder] == row
        return there.is_followed or (is_ours and url in self._unseen)

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

    def _take_subscriptions(self) -> tuple[tuple[int, ...], set[int]]:
        """Follow what others follow now, and no more what they do not; the ids of feeds that are new, and changed."""
        added: list[int] = []
        touched: set[int] = set()
        ended: list[str] = []
        with transaction(self._c):
            for url in self._merged.moved:
                feeds.move(self._c, url, self._merged.address_now(url))
            ours = {_shared(feed.url): feed for feed in self._local()}
            pages = page_lists.every(self._c)
            for url, line in self._merged.subscriptions.items():
                now = self._merged.address_now(url)
                feed = ours.get(now)
                if line.is_followed and feed is None and now == url and len(added) < _NEW_MOST:
                    feed = feeds.add(self._c, url, title=line.name, site="", now=self._now)
                    added.append(feed.id)
                    ours[url] = feed
                if feed is None or feed.id in pages:
                    continue
                if not line.is_followed:
                    ended += self._end(feed)
                elif line.stamp.device != self._place.device:
                    touched.add(feed.id)
                    self._take_names(feed, line)
            folders.remove_empty(self._c)
        if ended:
            self._said.append(words.ended_feeds(ended, _OTHERS))
        return tuple(added), touched

    def _end(self, feed: Feed) -> list[str]:
        """End a subscription; its name, where it was."""
        url = _shared(feed.url)
        if feeds.has_kept(self._c, feed.id):
            if url not in self._place.kept:
                self._place.kept.append(url)
                self._said.append(words.kept_feed(feed.name, _OTHERS))
            return []
        feeds.remove(self._c, feed.id)
        return [feed.name]

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

    def _keep(self, place: Place) -> None:
        accounts.set_cursor(self._c, LOCAL, place.text())


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
    return Synced(account(place), "done", exchanged.pushed, 0, *marks, feeds=exchanged.feeds, said=taken.said)
