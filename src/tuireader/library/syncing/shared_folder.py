"""Keeping machines in step without a server: a folder that they share, in which each adds to a journal of its own.

No file is ever written by two, so whatever carries the folder (Syncthing, a network drive, git) meets no conflict; of
everything, what was done last holds on all of them.
"""

from __future__ import annotations

import hashlib
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

from tuireader.beside import open_shared
from tuireader.errors import SyncError
from tuireader.library.syncing import apply_remote, messages
from tuireader.library.syncing.apply_remote import Taken
from tuireader.library.syncing.server import alone
from tuireader.model.account import FOLDER, LOCAL, Account, Synced
from tuireader.store import accounts, feeds, folder_statuses, folders, page_lists, server_statuses, status_outbox
from tuireader.store.connection import transaction
from tuireader.sync.device_journal import (
    YEAR_3000,
    Key,
    Line,
    Mark,
    Merged,
    Moved,
    Stamp,
    Subscription,
    lines_of,
    written,
)
from tuireader.text.plural import counted
from tuireader.urls.credentials import split_credentials
from tuireader.urls.reach import Reach

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from tuireader.model.account import SyncStatus
    from tuireader.model.change import Change, Field
    from tuireader.model.feed import Feed
    from tuireader.store.connection import Connection

_PREFIX, _SUFFIX = "tuireader-", ".jsonl"
_LARGEST, _LARGEST_ALL = 48_000_000, 96_000_000
"""Bytes of a journal that are read, and of all together: marks of ten years take less."""
_TEST = "test-"
_OTHERS = "another machine"
"""Who did what came through the folder."""
_TAIL = 256
"""Bytes by which a journal is known again."""
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
    tails: dict[str, str] = field(default_factory=dict)
    """What that ended with, as a hash: a journal with another end there is another one, or was cut."""
    feeds: dict[str, list[str]] = field(default_factory=dict)
    """Our subscriptions as they were told of, by their ids: address, title, folder."""
    stamps: dict[str, int] = field(default_factory=dict)
    """When what is so of each feed was done, by their addresses."""
    newest: int = 0
    """The highest id of an article, by which it is seen whether any have come."""
    latest: int = 0
    """The latest time of any line that was known here: what is done here is later."""
    kept: list[str] = field(default_factory=list)
    """Addresses of feeds that stay here although they were ended elsewhere."""

    def text(self) -> str:
        return json.dumps(asdict(self))


def place_of(c: sqlite3.Connection) -> Place | None:
    """The folder that this machine shares, if it does."""
    account = accounts.get(c, LOCAL)
    try:
        place = Place(**json.loads(account.cursor)) if account.cursor else None
    except (ValueError, TypeError):
        return None
    return replace(place, latest=0) if place is not None and place.latest >= YEAR_3000 else place


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
        place = replace(there, device=place.device, host=host)
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
        status_outbox.done(c, [change.number for change in status_outbox.waiting(c, LOCAL)])


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What came of an exchange."""

    taken: Taken
    pushed: int = 0
    new_feeds: tuple[int, ...] = ()
    feeds: int = 0
    """How many feeds came, went, or have another name or folder now."""
    error: str = ""
    """Why nothing could be told; what others have told was taken over."""


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
        self._tails: dict[str, str] = {}
        self._is_cut = False
        """Whether a journal that was read before is gone, or another one: what it told may have to be told again."""
        self._is_capped = False
        """Whether more feeds came than one exchange brings."""
        self._ours_unseen: set[str] = set()
        """Addresses of feeds that we told of, and were ended before we knew that."""
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
        waiting = status_outbox.waiting(self._c, LOCAL)
        if self._is_quiet(sizes):
            if waiting:  # others need not be read for what is done here
                self._sizes = sizes
                self._append(written(self._marks(waiting, self._local())))
                status_outbox.done(self._c, [change.number for change in waiting])
                tails = self._place.tails | self._tails
                self._keep(replace(self._place, sizes=self._sizes, tails=tails, latest=self._latest))
            return Exchanged(Taken(), len(waiting))
        return self._all(waiting)

    def _all(self, waiting: list[Change]) -> Exchanged:
        """Tell, and be told. What was told before and is not there any more is told again."""
        self._read()
        is_anew = self._is_cut or not self._own.exists()
        every = self._local()
        told = self._ours(every)
        new = [*self._moves(every), *self._subscriptions(every, self._place.feeds)]
        new += self._marks(waiting, every)
        if is_anew:
            new = [*self._marked_before(every), *new]
        error = self._tell(new, waiting) if new or is_anew else ""
        before = apply_remote.named_feeds(self._c, every)
        with transaction(self._c):  # what others have told is not told as our own by whoever is killed here
            added, touched = self._take_subscriptions()
            told = self._told(self._place.feeds if error else told, touched)
            here = {row[0] for row in self._ours(self._local()).values()}
            kept = sorted({*self._place.kept} & here)
            followed = (line for line in self._merged.subscriptions.values() if line.is_followed and line.url in here)
            stamps = {line.url: line.stamp.at for line in followed}
            self._keep(replace(self._place, feeds=told, stamps=stamps, kept=kept))
        changed = apply_remote.different(before, apply_remote.named_feeds(self._c, self._local()))
        taken = self._take_marks()
        if not (error or self._is_capped):
            newest = folder_statuses.newest(self._c)
            self._keep(replace(self._place, sizes=self._sizes, tails=self._tails, newest=newest, latest=self._latest))
        taken = taken.with_(Taken(said=tuple(self._said)))
        return Exchanged(taken, 0 if error else len(new), added, changed, error)

    def _tell(self, new: list[Line], waiting: list[Change]) -> str:
        """Add lines to the own journal, and to what is known; why that cannot be, where it cannot."""
        self._merged.add(new)
        try:
            self._append(written(new))
        except SyncError as error:
            return str(error)
        status_outbox.done(self._c, [change.number for change in waiting])
        return ""

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
            and self._place.newest == folder_statuses.newest(self._c)
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
        return feeds.of_account(self._c, LOCAL)

    def _read(self) -> None:
        """Read all journals, and note what in them is new; one that cannot be read is passed over, and said."""
        left = _LARGEST_ALL
        for file in self._files():
            device = file.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
            try:
                with os.fdopen(open_shared(file), "rb") as opened:
                    content = opened.read(min(_LARGEST, left) + 1)
            except OSError as error:
                self._said.append(f"{file} cannot be read: {error.strerror}.")
                continue
            if len(content) > min(_LARGEST, left):
                self._said.append(f"{file} is not read: the journals are larger than {_LARGEST // 1_000_000} MB.")
                continue
            left -= len(content)
            size = content.rfind(b"\n") + 1
            self._sizes[file.name] = size  # what is half a line now is read once it is whole
            self._tails[file.name] = _tail(content[max(0, size - _TAIL) : size])
            before = self._place.sizes.get(file.name, 0)
            is_longer = before <= size
            seen = _tail(content[max(0, before - _TAIL) : before]) if is_longer else ""
            if is_longer and seen == self._place.tails.get(file.name, _tail(b"")):
                self._merged.add(self._watched(lines_of(content, device, end=before), is_new=False))
                self._merged.add(self._watched(lines_of(content, device, before, size), is_new=True))
            else:  # what is lost of another's, it tells again by itself; what it tells now may be new
                self._is_cut = True
                self._merged.add(self._watched(lines_of(content, device, end=size), is_new=True))
        self._is_cut = self._is_cut or bool(self._place.sizes.keys() - self._sizes.keys())

    def _watched(self, lines: Iterable[Line], *, is_new: bool) -> Iterator[Line]:
        """The lines of a journal, each noted."""
        for line in lines:
            at = line.stamp.at
            self._latest = max(self._latest, at) if at < YEAR_3000 else self._latest
            is_ours = line.stamp.device == self._place.device
            if isinstance(line, Subscription) and is_ours:
                self._told_by_us[line.url] = line
                self._ours_unseen |= {line.url} if is_new else set()
            if is_new and not is_ours:
                if isinstance(line, Mark):
                    self._unseen.add((line.key, line.field))
                else:
                    self._unseen.add(line.url)
            yield line

    def _append(self, content: bytes) -> None:
        """Add to the own journal, and have it on the disk; what was cut off before ends there."""
        try:
            with open(self._own, "ab+", opener=open_shared) as file:
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
                file.seek(max(0, file.tell() - _TAIL))
                self._tails[self._own.name] = _tail(file.read())
        except OSError as error:
            raise SyncError(f"{self._own} cannot be written: {error.strerror}") from error

    # What was done here.

    def _stamp(self, at: int) -> Stamp:
        return Stamp(at, self._place.device)

    def _marks(self, waiting: Iterable[Change], every: Iterable[Feed]) -> list[Line]:
        """The marks of the journal; later than what was known here when they were made, whatever the clock says."""
        urls = {feed.id: _shared(feed.url) for feed in every}
        changes = list(waiting)
        names = folder_statuses.names_of(self._c, [change.article_id for change in changes])
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
        for feed_id, guid, read, starred in folder_statuses.marked(self._c):
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
            here = folder_statuses.named(self._c, feed_id, {mark.key.guid for mark in some})
            for mark in some:
                row = here.get(mark.key.guid)
                if row is None or row[0] > self._place.newest:  # it was not here when that was read
                    continue
                if row[1 if mark.field == "read" else 2] is not mark.value:
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
            there = self._merged.subscriptions.get(row[0])
            is_forgotten = self._is_forgotten(feed_id, row, there)
            if not is_forgotten and (row == before.get(feed_id) or self._is_told(feed_id, row, before)):
                continue
            stamp = self._stamp(self._place.stamps[row[0]]) if is_forgotten else self._later(there)
            found.append(
                Subscription(stamp, row[0], is_followed=True, title=row[1], folder=row[2], name=names[feed_id])
            )
        for feed_id, row in before.items():
            if feed_id not in there_still and row[0] not in urls:
                found.append(
                    Subscription(self._later(self._merged.subscriptions.get(row[0])), row[0], is_followed=False)
                )
        return found

    def _is_forgotten(self, feed_id: str, row: list[str], there: Subscription | None) -> bool:
        """Whether what all knew of a feed is not there any more, as a journal that told it is gone."""
        at = self._place.stamps.get(row[0], 0)
        was_known = self._is_cut and row == self._place.feeds.get(feed_id) and row[0] not in self._place.kept
        return was_known and at > 0 and (there is None or there.stamp.at < at)

    def _is_told(self, feed_id: str, row: list[str], before: dict[str, list[str]]) -> bool:
        """Whether a feed of which that is not known was told all the same: elsewhere, or before we were ended."""
        url = row[0]
        there = self._merged.subscriptions.get(url)
        ours = self._told_by_us.get(url)
        is_as_told = ours is not None and ours.is_followed and [ours.url, ours.title, ours.folder] == row
        if url in self._place.kept or (is_as_told and url in self._ours_unseen):
            return True
        if feed_id in before or there is None:
            return False
        return there.is_followed or (is_as_told and url in self._unseen)

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
        ending: list[Feed] = []
        with transaction(self._c):
            for url in self._merged.moved:
                feeds.move(self._c, url, self._merged.address_now(url))
            ours = {_shared(feed.url): feed for feed in self._local()}
            pages = page_lists.every(self._c)
            for url, line in self._merged.subscriptions.items():
                now = self._merged.address_now(url)
                feed = ours.get(now)
                if line.is_followed and feed is None and now == url and len(added) >= _NEW_MOST:
                    self._is_capped = True
                elif line.is_followed and feed is None and now == url:
                    feed = feeds.add(self._c, url, title=line.name, site="", now=self._now, reach=Reach.PUBLIC)
                    added.append(feed.id)
                    ours[url] = feed
                if feed is None or feed.id in pages:
                    continue
                if not line.is_followed:
                    ending.append(feed)
                elif line.stamp.device != self._place.device:
                    touched.add(feed.id)
                    self._take_names(feed, line)
            self._end([feed for feed in ending if _shared(feed.url) not in self._place.kept], len(ours))
            folders.remove_empty(self._c)
        if self._is_capped:
            self._said.append(f"{counted(len(added), 'feed')} came; more come with the next sync.")
        return tuple(added), touched

    def _end(self, ending: Sequence[Feed], before: int) -> None:
        """End subscriptions; those with what the user has kept stay, and all do where so many are not meant to end."""
        is_accident = apply_remote.is_accident(ending, before)
        if is_accident:
            some = counted(len(ending), "feed")
            self._said.append(
                f"{_OTHERS.capitalize()} has ended {some} of {before}: here they stay. To end them, remove them."
            )
        ended = []
        for feed in ending:
            if is_accident or feeds.has_kept(self._c, feed.id):
                self._place.kept.append(_shared(feed.url))
                self._said += [] if is_accident else [messages.kept_feed(feed.name, _OTHERS)]
            else:
                feeds.remove(self._c, feed.id)
                ended.append(feed.name)
        if ended:
            self._said.append(messages.ended_feeds(ended, _OTHERS))

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
            there = folder_statuses.named(self._c, feed_id, wanted)
            states = {
                id_: (wanted[guid].get("read", read), wanted[guid].get("starred", starred))
                for guid, (id_, read, starred) in there.items()
            }
            with transaction(self._c):
                taken = taken.with_(Taken(0, *server_statuses.take(self._c, states, self._now)))
        return taken

    def _keep(self, place: Place) -> None:
        self._place = place
        accounts.set_cursor(self._c, LOCAL, place.text())


def _tail(content: bytes) -> str:
    return hashlib.sha256(content[-_TAIL:]).hexdigest()[:16]


def _shared(url: str) -> str:
    """The address of a feed as it may stand in a folder that others read; empty where it has a password, or is none."""
    try:
        bare, userinfo = split_credentials(url)
    except ValueError:
        return ""
    return "" if userinfo or not bare.startswith("http") else bare


def account(place: Place) -> Account:
    return Account(LOCAL, FOLDER, place.folder, place.folder, place.device, syncs=True)


def event(place: Place, exchanged: Exchanged) -> Synced:
    """What came of an exchange, as it is said of accounts."""
    taken = exchanged.taken
    marks = (taken.read, taken.unread, taken.starred, taken.unstarred)
    status: SyncStatus = "failed" if exchanged.error else "done"
    return Synced(
        account(place), status, exchanged.pushed, 0, *marks, feeds=exchanged.feeds, error=exchanged.error or None,
        said=taken.said,
    )  # fmt: skip
