"""Sync between devices without a server: each writes all that it knows into files in a shared folder.

No file is written by two devices, so whatever syncs the folder (Syncthing, a network drive, git) has no conflicts.
Each device keeps a copy of its files beside the cache. Of conflicting facts, the one with the newest time counts.
"""

from __future__ import annotations

import math
import os
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tuireader.errors import SyncError
from tuireader.library import rules as library_rules
from tuireader.library.syncing import apply_remote, server
from tuireader.library.syncing.apply_remote import ApplyResult
from tuireader.library.syncing.folder_state import (
    FULL,
    PREFIX,
    RECENT,
    TEST_HOST,
    FolderState,
    account,
    copy_of,
    missing,
    share,
    state_of,
)
from tuireader.library.syncing.server import alone
from tuireader.model.article import Change, Field
from tuireader.model.feed import LOCAL, Feed
from tuireader.model.fetched import Synced, SyncStatus
from tuireader.model.query import READ, STAR
from tuireader.paths import open_own, open_shared
from tuireader.store import (
    accounts,
    feeds,
    folders,
    rules,
    save_articles,
    server_statuses,
    site_facts,
    status_outbox,
    statuses,
)
from tuireader.store.connection import Connection, transaction
from tuireader.store.row_values import named_key
from tuireader.sync.shared_folder_map import (
    BEFORE,
    FIELDS,
    LARGEST,
    NAME_MAX,
    REUSED,
    Fact,
    FolderMap,
    Mark,
    Subscription,
    is_by_user,
    key,
    packed,
    stamp,
    time_of,
    unpacked,
)
from tuireader.text.sentences import counted, listed
from tuireader.urls.hosts import Reach
from tuireader.urls.typed_and_shown import split_credentials

_LARGEST, _LARGEST_ALL = LARGEST, 4 * LARGEST
"""Maximum bytes of a file, and of all together, unpacked: a mark takes 16."""
_FILES = 400
"""Maximum files that are read at once: those of 200 devices."""
_MANY = 20_000
"""Number of recent changes from which the full file is rewritten."""
_BATCH_SIZE = 2000
"""Articles marked in one transaction."""
_OTHERS = "another device"
"""The name of other devices in messages."""
_NEW_FEEDS_MAX = 2000
"""Maximum feeds added by one exchange."""


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The result of an exchange."""

    taken: ApplyResult
    pushed: int = 0
    new_feeds: tuple[int, ...] = ()
    feeds: int = 0
    """Number of feeds added, removed, renamed or moved."""
    error: str = ""
    """Why nothing could be published; remote changes were applied."""


def exchange(c: Connection, now: datetime) -> Exchanged:
    """Publish local changes and apply remote ones; raises SyncError.

    May be interrupted anywhere: publishing twice changes nothing.
    """
    place = state_of(c)
    if place is None:
        return Exchanged(ApplyResult())
    with alone(c.path, account(place)):
        if not place.host.startswith(TEST_HOST):
            place = share(c, place.folder)
        return _Exchange(c, place, now).all()


class _Exchange:
    def __init__(self, c: Connection, place: FolderState, now: datetime) -> None:
        self._c = c
        self._place = place
        self._now = int(now.timestamp() * 1000)
        self._date = now
        self._folder = Path(place.folder)
        self._known, self._recent = FolderMap(), FolderMap()
        """Everything known, and its part that is not in the full file."""
        self._seen: dict[str, str] = {}
        """Existing files with their signatures."""
        self._state = ""
        """Identifies the state of the own copy."""
        self._has_news = False
        """Whether there is anything to write."""
        self._is_anew = False
        """Whether the own copy is missing: then all local marks may be new to others."""
        self._is_in_step = False
        """Whether the cache matches the own copy."""
        self._every: list[Feed] = []
        """Local feeds at the start of the exchange."""
        self._rows: dict[str, list[str]] = {}
        """Published form (address, title, folder) of the local feeds at the start of the exchange, by feed id."""
        self._urls: dict[int, str] = {}
        """Published addresses of the local feeds, by feed id."""
        self._ended: list[str] = []
        """Addresses of feeds that ended here since the last exchange."""
        self._renamed: list[str] = []
        """Feeds whose own names or folders were replaced."""
        self._is_whole = False
        """Whether too much has changed for the file of recent changes."""
        self._is_reduced = False
        """Whether the files contain too much to keep all of it."""
        self._is_capped = False
        """Whether there are more new feeds than one exchange adds."""
        self._told_alike: set[str] = set()
        """Addresses of new feeds that an interrupted run has published."""
        self._times: dict[tuple[str, str], int] = {}
        """Times of local changes by address and fact, as far as known."""
        self._names: dict[int, dict[int, int]] = {}
        self._reusing: set[str] = set()
        """Feeds that were known before to reuse guids."""
        self._told: dict[int, int] = {}
        """Article keys under which changes from the outbox were published, by number of the change."""
        self._pushed = 0
        self._said: list[str] = []

    def all(self) -> Exchanged:
        """Run all steps of the exchange; does nothing if nothing has changed on any side."""
        if not self._folder.is_dir():
            raise SyncError(missing(self._folder))
        times = status_outbox.subscription_times(self._c)
        self._seen, waiting, self._every = self._signatures(), status_outbox.waiting(self._c, LOCAL), self._local()
        self._rows = self._ours(self._every)
        self._urls = {feed.id: _shared(feed.url) for feed in self._every}
        if not waiting and self._is_quiet():
            return Exchanged(ApplyResult())
        self._times = {(_shared(url), fact): min(1000 * at, self._now) for (url, fact), at in times.items()}
        self._open_copy()
        self._reusing = set(filter(self._known.reused, self._urls.values()))
        self._follow_guids()
        self._tell_marks(waiting)
        self._tell_subscriptions()
        self._read()
        self._tell_marks(waiting)  # under keys that others use by now
        self._tell_moved_before()
        self._add(self._known.follow_moves())
        self._follow_guids()
        self._tell_subscribed_before()
        self._tell_marked_before()
        self._add(self._known.follow_moves())
        error = ""
        try:
            self._write()
        except OSError as raised:
            error = f"Cannot write to {self._folder}: {raised.strerror}"
        except ValueError:
            error = f"Cannot write to the shared folder: the data exceeds {_LARGEST // 1_000_000} MB"
        else:
            status_outbox.remove_sent(self._c, [change.number for change in waiting])
            status_outbox.forget_times(self._c, times)
        return self._take_over(error)

    def _take_over(self, error: str) -> Exchanged:
        before = apply_remote.named_feeds(self._c, self._every)
        told = self._place.feeds if error else self._rows
        with transaction(self._c):  # what others have told is not told as our own by whoever is killed here
            times = status_outbox.subscription_times(self._c)
            added, touched = self._take_subscriptions()
            status_outbox.put_times(self._c, times)
            now = self._ours(self._local())
            here = {row[0] for row in now.values()}
            # What another program has done meanwhile is still to be told.
            known = {id_: row for id_, row in now.items() if int(id_) in touched}
            for id_, (url, *_) in now.items():
                if id_ in told and id_ not in known:
                    is_moved = self._known.address_now(told[id_][0]) == url
                    known[id_] = [url, *told[id_][1:]] if is_moved else told[id_]
            kept = {url for url in self._place.kept if url in here and self._known_subscription(url).is_ended}
            self._keep(replace(self._place, feeds=known, kept=sorted(kept)))
        changed = apply_remote.different(before, apply_remote.named_feeds(self._c, self._local()))
        taken = self._take_marks()
        if not error:
            newest = -1 if self._is_capped else server_statuses.identity_version(self._c)
            self._keep(replace(self._place, state=self._state, seen=self._seen, newest=newest))
        return Exchanged(
            taken.with_(ApplyResult(said=tuple(self._said))), 0 if error else self._pushed, added, changed, error
        )

    # Files.

    def _is_quiet(self) -> bool:
        """Whether there are no new files, articles or feeds."""
        return (
            self._own(FULL).name in self._seen
            and self._seen == self._place.seen
            and self._place.newest == server_statuses.identity_version(self._c)
            and self._place.feeds == self._rows
        )

    def _own(self, suffix: str) -> Path:
        return self._folder / f"{PREFIX}{self._place.device}{suffix}"

    def _signatures(self) -> dict[str, str]:
        """Signatures of the files in the folder and of the own copies, to detect changes."""
        found = {}
        files = [each for suffix in (FULL, RECENT) for each in self._folder.glob(f"{PREFIX}*{suffix}")]
        for file in sorted([*files, *(copy_of(self._c, suffix) for suffix in (FULL, RECENT))]):
            with suppress(OSError):
                if file.is_file() and not file.is_symlink():
                    found[file.name] = _signature(file)
        return found

    def _open_copy(self) -> None:
        """Load the local copy of the own files; without one, the whole folder is read."""
        for suffix in (FULL, RECENT):
            try:
                with os.fdopen(open_own(copy_of(self._c, suffix), largest=_LARGEST), "rb") as file:
                    found, self._state = unpacked(file.read(), _LARGEST, self._now)
            except (OSError, ValueError):
                self._is_anew = True
            else:
                self._known.merge(found)
                if suffix == RECENT:
                    self._recent = found
        self._is_in_step = not self._is_anew and self._state == self._place.state

    def _read(self) -> None:
        """Read new files of other devices; unreadable ones are reported, and tried again in each exchange.

        Files beyond the maximum number are read the next time.
        """
        left, read = _LARGEST_ALL, 0
        own = {copy_of(self._c, suffix).name for suffix in (FULL, RECENT)}
        for name, signature in list(self._seen.items()):
            if name in own or (self._is_in_step and self._place.seen.get(name) == signature):
                continue
            if read == _FILES:
                del self._seen[name]
                continue
            read += 1
            file = self._folder / name
            try:
                with os.fdopen(open_shared(file), "rb") as opened:
                    content = opened.read(_LARGEST + 1)
            except OSError as error:
                self._said.append(f"Cannot read {file}: {error.strerror}")
                del self._seen[name]
                continue
            if len(content) > min(_LARGEST, left):
                if len(content) <= _LARGEST:
                    del self._seen[name]
                self._said.append(f"Cannot read {file}: the files are larger than {_LARGEST // 1_000_000} MB.")
                continue
            with suppress(ValueError):  # it may be on its way; what is lost is in the copy of who wrote it
                found, _ = unpacked(content, min(_LARGEST, left), self._now)
                left -= found.size
                if not self._known.has_room(found):
                    found = self._reduced(found)
                self._add(self._known.merge(found))

    def _reduced(self, found: FolderMap) -> FolderMap:
        """Remove facts about articles that are not here from the known map and from `found`; returns the latter."""
        here = {
            _shared(feed.url): {
                self._keys(feed.id).get(row.id, row.guid) for row in server_statuses.of_feed(self._c, feed.id)
            }
            for feed in self._local()
        }
        self._known = self._known.part(here)
        if not self._is_reduced:
            self._said.append(
                f"The shared folder {self._folder} contains more read status, stars or feeds than tuireader can store:"
                " status of unknown articles was ignored."
            )
        self._is_reduced = True
        return found.part(here)

    def _add(self, news: FolderMap) -> None:
        self._has_news = self._has_news or len(news) > 0
        if len(self._recent) + len(news) > _MANY:
            self._recent, self._is_whole = FolderMap(), True
        else:
            self._recent.merge(news)

    def _write(self) -> None:
        """Write changed files: all entries, or the recent ones only."""
        own = [self._own(suffix).name for suffix in (FULL, RECENT)]
        is_lost = any(name not in self._seen or self._seen[name] != self._place.seen.get(name) for name in own)
        is_whole = self._is_whole or self._is_anew or self._is_reduced or is_lost
        if not (self._has_news or is_whole):
            return
        self._state = secrets.token_hex(8)
        if is_whole or len(self._recent) > _MANY:
            self._recent = FolderMap()
            self._put_file(FULL, self._known)
        self._put_file(RECENT, self._recent)

    def _put_file(self, suffix: str, known: FolderMap) -> None:
        content = packed(known, self._state)
        for path in (self._own(suffix), copy_of(self._c, suffix)):  # what is in the copy was told
            _put(path, content)
            self._seen[path.name] = _signature(path)

    # What was done here.

    def _local(self) -> list[Feed]:
        return feeds.of_account(self._c, LOCAL)

    def _mark(self, feed: str, name: Mark, guid: int, when: int) -> bool:
        """Record a mark unless a newer one of its author is known; returns whether it was recorded."""
        is_news = self._known.mark(feed, name, guid, when)
        if is_news:
            self._recent.mark(feed, name, guid, when)
            self._has_news = True
        return is_news

    def _put(self, url: str, there: Subscription) -> None:
        if self._known.put(url, there):
            self._recent.put(url, there)
            self._has_news = True
            self._pushed += 1

    def _known_subscription(self, url: str) -> Subscription:
        return self._known.subscriptions.get(url, Subscription())

    def _follow_guids(self) -> None:
        """Copy marks between an article's former guid and its present one, as others may know only one of them.

        A feed that reuses guids is published as such: from then on, its articles are identified by address and title.
        """
        former_guids = list(server_statuses.former_guids(self._c))
        first: defaultdict[int, dict[int, tuple[int, int]]] = defaultdict(dict)
        for feed_id, id_, _, former, until in former_guids:
            if until is not None:
                first[feed_id][former] = min((until, id_), first[feed_id].get(former, (until, id_)))
        for feed_id, lost in first.items():
            if (url := self._urls.get(feed_id, "")) and not self._known.reused(url):
                self._mark(url, REUSED, 0, stamp(self._now, value=True))
                self._name_anew(feed_id, url, lost)
        for feed_id, id_, given, former, until in former_guids:
            if until is None and (url := self._urls.get(feed_id, "")):
                guids = former, self._keys(feed_id).get(id_, given)
                for name in FIELDS:
                    self._mark_both(url, name, guids)

    def _name_anew(self, feed_id: int, url: str, lost: dict[int, tuple[int, int]]) -> None:
        """Copy marks from guids to the new keys of their articles; from a reused guid, to the first that `lost` it."""
        keys = self._keys(feed_id)
        holders: dict[int, tuple[float, int]] = {
            row.guid: (math.inf, row.id) for row in server_statuses.of_feed(self._c, feed_id)
        } | lost
        for guid, (until, id_) in holders.items():
            for name in FIELDS:
                for when in self._known.stamps_of(url, name, guid):
                    if when and id_ in keys and time_of(when) < 1000 * (until + 1):
                        self._mark(url, name, keys[id_], when)

    def _mark_both(self, url: str, name: Field, guids: tuple[int, int]) -> None:
        for one, other in (guids, guids[::-1]):
            for when in filter(None, self._known.stamps_of(url, name, one)):
                self._mark(url, name, other, when)

    def _tell_marks(self, waiting: Sequence[Change]) -> None:
        """Publish marks from the outbox, dated after the known ones; at the earliest time if theirs is unknown."""
        names = server_statuses.names_of(self._c, [change.article_id for change in waiting])
        for change in waiting:
            feed_id, guid = names.get(change.article_id, (0, 0))
            guid = self._keys(feed_id).get(change.article_id, guid)
            if (url := self._urls.get(feed_id, "")) and self._told.get(change.number) != guid:
                self._told[change.number] = guid
                last = self._known.stamp_of(url, change.field, guid)
                made = int(change.changed.timestamp())
                if made == status_outbox.RETURNED:
                    if last and last & 1 == change.value:  # published before the feed went to an account
                        continue
                    made = self._now // 1000
                before = time_of(last) if self._is_in_step else 0
                at = BEFORE if made == status_outbox.UNKNOWN else max(1000 * made, before + 1)
                when = stamp(at, value=change.value, is_unasked=change.is_unasked)
                self._pushed += self._mark(url, change.field, guid, when)

    def _keys(self, feed_id: int) -> dict[int, int]:
        """Hashes of address and title, by which the articles of a feed that reuses guids are known."""
        if not self._known.reused(self._urls.get(feed_id, "")):
            return {}
        if feed_id not in self._names:
            facts = save_articles.facts_of(self._c, (row.id for row in server_statuses.of_feed(self._c, feed_id)))
            named = {id_: named_key(link, title) for id_, _, _, title, link, *_ in facts}
            count = Counter(named.values())
            self._names[feed_id] = {id_: key for id_, key in named.items() if count[key] == 1}
        return self._names[feed_id]

    def _tell_marked_before(self) -> None:
        """Publish local marks that are unknown elsewhere: older than the sharing, of a new feed or key, or lost.

        Articles read by a rule, by age or from an archive are left out, since the user has not read them.
        """
        for feed in self._local():
            url, keys = self._urls.get(feed.id, ""), self._keys(feed.id)
            is_new = self._is_anew or str(feed.id) not in self._place.feeds
            has_new_names = bool(keys) and url not in self._reusing
            for row in server_statuses.of_feed(self._c, feed.id) if url and (is_new or has_new_names) else ():
                guid = keys.get(row.id, row.guid)
                is_read = row.read and "read" not in row.unasked
                marks: tuple[tuple[Field, bool], ...] = (("read", is_read), ("starred", row.starred))
                for name, value in marks:
                    if value and not self._known.stamp_of(url, name, guid):
                        when = stamp(BEFORE, value=True, is_unasked=name in row.unasked)
                        self._pushed += self._mark(url, name, guid, when)

    def _tell_subscriptions(self) -> None:
        """Publish each changed fact of our subscriptions with the time of its change."""
        before = self._place.feeds
        names = {str(feed.id): feed.title for feed in self._every}
        for id_, row in self._rows.items():
            url, told = row[0], before.get(id_)
            if told is None:
                if (url, "followed") in self._times:
                    self._tell(url, "followed", value=True, site=names[id_])
                elif self._known_subscription(url).is_followed:
                    self._told_alike.add(url)
            elif told[0] != url:
                self._tell_move(told[0], url)
            for name, value, was in zip(("title", "folder"), row[1:], (told or row)[1:], strict=True):
                if value != was or (url, name) in self._times:
                    self._tell(url, name, value)
        for url in self._ended_here():
            self._tell(url, "followed", value=False)
            self._ended.append(url)

    def _ended_here(self) -> list[str]:
        """Addresses of subscriptions that ended here, unless they went to an account."""
        before, every = self._place.feeds, feeds.every(self._c)
        here, ids = {_shared(feed.url) for feed in every}, {str(feed.id) for feed in every}
        told = [url for id_, (url, *_) in before.items() if id_ not in ids]
        ended = [url for url in told if any((url, fact) in self._times for fact in ("followed", "moved"))]
        untold = [url for url, fact in self._times if fact == "followed" and (url, "moved") not in self._times]
        return [url for url in dict.fromkeys([*ended, *untold]) if url and url not in here]

    def _tell(self, url: str, name: str, value: object, *, site: str = "") -> None:
        """Publish a changed fact with a time later than the known one; skip it if a killed run already did."""
        there = self._known_subscription(url)
        known: Fact[Any] = getattr(there, name)
        when = self._times.get((url, name), 0)
        is_known = known.at >= when and known.value == value and not there.moved.value
        if known.at and (is_known or when == 1000 * status_outbox.EARLIEST):
            return
        at = max(when or self._now, known.at + 1)
        facts: dict[str, Fact[Any]] = {name: Fact(at, value)} | ({"name": Fact(at, site)} if site else {})
        if name == "followed" and value:
            facts["moved"] = Fact(max(at, there.moved.at + 1), "")
        elif value and url not in self._place.kept:  # whoever names or files a feed follows it
            facts["followed"] = Fact(at, value=True)
        self._put(url, Subscription(**facts))

    def _tell_move(self, url: str, to: str) -> None:
        """Publish a feed's new address, which inherits everything known about the old one."""
        known = self._known_subscription(url)
        if self._known.address_now(url) != to:
            at = max(self._times.get((url, "moved"), self._now), known.moved.at + 1)
            self._put(url, Subscription(moved=Fact(at, to)))
            self._put(to, Subscription(moved=Fact(max(at, self._known_subscription(to).moved.at + 1), "")))
        if url in self._place.kept:
            self._place.kept.append(to)

    def _tell_moved_before(self) -> None:
        """Publish moves from before a feed's first exchange: others may know it at an address that it had here."""
        here, moves = {"", *self._urls.values()}, FolderMap()
        for feed in self._every:
            if (url := self._urls[feed.id]) and str(feed.id) not in self._place.feeds:
                for former in set(map(_shared, feeds.all_addresses(self._c, feed.id))) - here:
                    there = self._known_subscription(former)
                    at = self._times.get((former, "moved")) or (there.moved.at + 1 if there.is_followed else BEFORE)
                    moves.put(former, Subscription(moved=Fact(at, url)))
                    moves.put(url, Subscription(moved=Fact(at + 1, "")))
        self._add(self._known.merge(moves))

    def _tell_subscribed_before(self) -> None:
        """Publish local subscriptions that are unknown elsewhere: older than the sharing, or lost.

        They did not end here, so they stay even if others have ended them.
        """
        names = {str(feed.id): feed.title for feed in self._every}
        successors = {self._known.address_now(url): url for url in self._ended}
        for id_, row in self._rows.items():
            url, known = row[0], self._known_subscription(row[0])
            if url in successors and known.is_ended:  # it was ended at an address that it had
                self._put(url, Subscription(Fact(known.followed.at + 1, value=True)))
            is_new = id_ not in self._place.feeds and (url, "followed") not in self._times
            if (is_new and known.is_ended and url not in self._told_alike) or not known.followed.at:
                at = max(self._now, known.followed.at + 1) if is_new else BEFORE
                self._put(url, Subscription(Fact(at, value=True), name=Fact(at, names[id_])))
            for name, value in zip(("title", "folder"), row[1:], strict=True):
                if value and not getattr(known, name).at:
                    facts: dict[str, Fact[Any]] = {name: Fact(BEFORE, value)}
                    self._put(url, Subscription(**facts))

    def _ours(self, every: Iterable[Feed]) -> dict[str, list[str]]:
        """Own subscriptions in published form, by feed id."""
        names = {folder.id: folder.name for folder in folders.every(self._c)}
        pages = site_facts.page_list_feeds(self._c)
        return {
            str(feed.id): [url, feed.custom_title[:NAME_MAX], names.get(feed.folder_id or 0, "")[:NAME_MAX]]
            for feed in every
            if feed.id not in pages and (url := _shared(feed.url))
        }

    # What was done elsewhere.

    def _take_subscriptions(self) -> tuple[tuple[int, ...], set[int]]:
        """Apply remote subscriptions; returns ids of new and of changed feeds.

        Local changes made during the exchange are published next time.
        """
        added: list[int] = []
        touched: set[int] = set()
        ending: list[Feed] = []
        before, of_rules = self._local(), library_rules.feeds_of_rules(self._c)
        self._take_moves()
        every = self._local()
        ours, rows = {_shared(feed.url): feed for feed in every}, self._ours(every)
        taken = {_bare(feed.url) for feed in feeds.every(self._c)}  # also what an account follows, or has a password
        pages = site_facts.page_list_feeds(self._c)
        self._let_stay()
        for url, there in self._known.subscriptions.items():
            feed = ours.get(url)
            if there.is_followed and feed is None and url not in taken:
                if len(added) >= _NEW_FEEDS_MAX:
                    self._is_capped = True
                    continue
                feed = feeds.add(self._c, url, title=there.name.value, site="", now=self._date, reach=Reach.PUBLIC)
                added.append(feed.id)
                ours[url] = feed
                touched.add(feed.id)
            if feed is None or feed.id in pages:
                continue
            row = rows.get(str(feed.id), [url, "", ""])
            if there.is_followed and row != [url, there.title.value, there.folder.value]:
                if row[1:] == self._rows.get(str(feed.id), row)[1:]:
                    self._take_title_and_folder(feed, there, row)
                    touched.add(feed.id)
            elif there.is_ended:
                ending.append(feed)
        self._end([feed for feed in ending if _shared(feed.url) not in self._place.kept], len(ours))
        self._said += library_rules.follow_folders(self._c, before)
        self._said += library_rules.without_rules(self._c, of_rules)
        folders.remove_empty(self._c)
        if self._renamed:
            self._said.append(f"Renamed or moved as on another device: {listed(self._renamed)}")
        if self._is_capped:
            self._said.append(f"{counted(len(added), 'feed')} added; more at the next sync.")
        return tuple(added), touched

    def _let_stay(self) -> None:
        """Keep the feeds that were named or filed elsewhere since they were unsubscribed on a screen."""
        urls = {feed.id: _shared(feed.url) for feed in self._local()}
        for feed_id, (_, when) in feeds.leaving(self._c).items():
            there = self._known_subscription(urls.get(feed_id, ""))
            if there.is_followed and there.followed.at > 1000 * when:
                feeds.stay(self._c, feed_id)

    def _take_moves(self) -> None:
        for url, there in self._known.subscriptions.items():
            if there.moved.value:
                feeds.move(self._c, url, self._known.address_now(url))

    def _end(self, ending: Sequence[Feed], before: int) -> None:
        """Remove subscriptions that ended elsewhere, except those with kept articles or a suspicious number."""
        is_accident = apply_remote.is_accident(ending, before)
        if is_accident:
            some = len(ending)
            self._said.append(
                f"Another device unsubscribed from {some} of {before} feeds. They were kept on this device; to remove "
                "them, unsubscribe."
            )
        ended = []
        for feed in ending:
            if is_accident or feeds.has_starred_or_tagged(self._c, feed.id):
                self._place.kept.append(_shared(feed.url))
                self._said += [] if is_accident else [server.kept_feed(feed.name, _OTHERS)]
            else:
                ended.append(library_rules.with_rules(self._c, feed))
                feeds.remove(self._c, feed.id)
        if ended:
            self._said.append(server.ended_feeds(ended, _OTHERS))

    def _take_title_and_folder(self, feed: Feed, there: Subscription, row: Sequence[str]) -> None:
        """Name and file a feed as others do; replaced names from before the sharing are reported."""
        if any(row[1:]) and str(feed.id) not in self._place.feeds:
            self._renamed.append(" in ".join(filter(None, (feed.name, row[2]))))
        feeds.rename(self._c, feed.id, there.title.value)
        folder = there.folder.value
        folders.put(self._c, feed.id, folders.add(self._c, folder).id if folder else None)

    def _take_marks(self) -> ApplyResult:
        """Apply the newest known mark of each article, whichever device made it."""
        states: dict[int, tuple[bool, bool]] = {}
        lowered: list[tuple[server_statuses.Marked, dict[Field, int]]] = []
        unasked: list[int] = []
        own: dict[Field, list[int]] = {"read": [], "starred": []}
        for row, last in self._marked_last():
            for name in row.unasked:
                if is_by_user(last[name]) and last[name] & 1:
                    own[name].append(row.id)
            read, starred = last["read"], last["starred"]
            wanted = (bool(read & 1) if read else row.read, bool(starred & 1) if starred else row.starred)
            if wanted == (row.read, row.starred):
                continue
            if wanted[0] and not row.read and not is_by_user(read):
                unasked.append(row.id)
                wanted = (row.read, wanted[1])
            states[row.id] = wanted
            if (row.read and not wanted[0]) or (row.starred and not wanted[1]):
                lowered.append((row, last))
        self._keep_for_rules(states, lowered)
        taken = ApplyResult()
        ids = list(states)
        for start in range(0, len(ids), _BATCH_SIZE):
            with transaction(self._c):
                some = {id_: states[id_] for id_ in ids[start : start + _BATCH_SIZE]}
                taken = taken.with_(ApplyResult(0, *server_statuses.apply_statuses(self._c, some)))
        server_statuses.take_unasked(self._c, unasked)
        for name, some_ids in own.items():
            statuses.note_author(self._c, some_ids, name, is_unasked=False)
        statuses.set_apart(self._c, own["read"])
        return taken.with_(ApplyResult(read=len(unasked)))

    def _keep_for_rules(
        self,
        states: dict[int, tuple[bool, bool]],
        lowered: Sequence[tuple[server_statuses.Marked, Mapping[Field, int]]],
    ) -> None:
        """Keep statuses that a local rule sets, too, if a rule of another machine has undone them."""
        did = rules.done_by_any(self._c, [row.id for row, _ in lowered])
        for row, last in lowered:
            read, starred = states[row.id]
            bits = did.get(row.id, 0)
            read = read or (row.read and bits & READ > 0 and not is_by_user(last["read"]))
            starred = starred or (row.starred and bits & STAR > 0 and not is_by_user(last["starred"]))
            states[row.id] = read, starred

    def _marked_last(self) -> Iterator[tuple[server_statuses.Marked, dict[Field, int]]]:
        """Yield the articles of local feeds with known marks, and the newest stamp of each field; 0: none."""
        for feed in self._local():
            marks = dict(self._known.marks_of(_shared(feed.url)))
            for row in server_statuses.of_feed(self._c, feed.id) if marks else ():
                guid = key(self._keys(feed.id).get(row.id, row.guid))
                yield row, {name: marks[name].get(guid, 0) if name in marks else 0 for name in FIELDS}

    def _keep(self, place: FolderState) -> None:
        self._place = place
        accounts.set_cursor(self._c, LOCAL, place.text())


def _signature(file: Path) -> str:
    about = file.stat()
    return f"{about.st_size} {about.st_mtime_ns} {about.st_ino}"


def _put(path: Path, content: bytes) -> None:
    """Write a file and move it into place; a link there is replaced, not followed."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with open(part, "xb", opener=open_shared) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)  # noqa: PTH105 - as everywhere


def _shared(url: str) -> str:
    """The published address of a feed; "" if it has a password or is not on the web."""
    bare = _bare(url)
    return bare if bare == url and bare.startswith("http") else ""


def _bare(url: str) -> str:
    try:
        return split_credentials(url)[0]
    except ValueError:
        return ""


def event(place: FolderState, exchanged: Exchanged) -> Synced:
    """The result of an exchange as an event, as for an account."""
    taken = exchanged.taken
    marks = (taken.read, taken.unread, taken.starred, taken.unstarred)
    status: SyncStatus = "failed" if exchanged.error else "done"
    return Synced(
        account(place), status, exchanged.pushed, 0, *marks, feeds=exchanged.feeds, error=exchanged.error or None,
        said=taken.said,
    )  # fmt: skip
