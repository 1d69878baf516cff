"""Applying a server's answers: feeds, articles and marks, each answer in one transaction."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Literal, NamedTuple

from tuireader.library import rules
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.refreshing import ingest
from tuireader.library.refreshing.match_entries import digest_of, prepare
from tuireader.library.syncing import server
from tuireader.library.syncing.server import Server
from tuireader.model.article import Status
from tuireader.model.feed import UNFILED, Account, Feed, Refreshed
from tuireader.model.fetched import Entries, LocalArticle, Page, Plan, Prepared, RemoteEntry, RemoteFeed
from tuireader.store import (
    accounts,
    article_identity,
    feeds,
    folders,
    pruning,
    save_articles,
    server_statuses,
    status_outbox,
    statuses,
)
from tuireader.store.connection import transaction
from tuireader.store.row_values import number_key
from tuireader.sync import greader, miniflux
from tuireader.urls.hosts import Reach, host_of, is_inside_by_name
from tuireader.urls.identity import same_place, same_site

Kind = Literal["miniflux", "greader", "freshrss"]
"""The server software."""
_ANCHORS, _OF_EACH = 6, 2
"""Number of newest articles whose existence on the server is checked, in all and per feed."""
_SAME_TITLE_MAX = 20
"""Maximum articles of one title that a server is asked about for an entry."""
_SOME = 3
"""Number of feeds that may be missing on a server before it looks like an accident."""

Named = dict[int, tuple[str, str]]
"""Name and folder of each feed by id."""
_NUMBER = re.compile(r"(.*?)(\d{1,18})")


class ApplyResult(NamedTuple):
    """Counts of the changes made by one or more answers of a server."""

    new: int = 0
    read: int = 0
    unread: int = 0
    starred: int = 0
    unstarred: int = 0
    skipped: int = 0
    """Articles that could not be read."""
    here: tuple[str, ...] = ()
    """Server ids of the articles in the answer."""
    said: tuple[str, ...] = ()
    """Messages for the user."""
    rivals: tuple[str, ...] = ()
    """Server ids to verify before the entries that match their articles are saved."""
    wrong: int = 0
    """Server ids that belong to other articles now: a sign that the server was restored."""
    created: datetime | None = None
    """When the server created the newest of the articles."""
    settled: tuple[tuple[int, str], ...] = ()
    """Feed ids and server ids of articles that are unread on the server, but were read and then pruned here."""

    def with_(self, other: ApplyResult) -> ApplyResult:
        """Return the sum of both results."""
        return ApplyResult(
            self.new + other.new,
            self.read + other.read,
            self.unread + other.unread,
            self.starred + other.starred,
            self.unstarred + other.unstarred,
            self.skipped + other.skipped,
            self.here + other.here,
            tuple(dict.fromkeys(self.said + other.said)),
            self.rivals + other.rivals,
            self.wrong + other.wrong,
            max(filter(None, (self.created, other.created)), default=None),
            self.settled + other.settled,
        )


async def take(cache: Cache, server: Server, job: ApplyEntries) -> ApplyResult:
    """Apply an answer with articles.

    An entry that matches an article with another server id is saved after asking the server whether it has both ids.
    """
    job = replace(job, newest=server.newest)
    taken = await ingest.take(cache, job, job.page)
    for _ in range(_SAME_TITLE_MAX):
        if not taken.rivals:
            break
        checked = await check(cache, server, job.account_id, taken.rivals)
        job = replace(job, confirmed=job.confirmed | checked.right)
        taken = taken._replace(rivals=(), skipped=0).with_(await ingest.take(cache, job, job.page))
    return taken


class Checked(NamedTuple):
    """Whether server ids still belong to the same articles, according to the server."""

    right: frozenset[str] = frozenset()
    """Ids whose articles are still the same."""
    reused: frozenset[str] = frozenset()
    """Ids that belong to other articles now."""
    missing: frozenset[str] = frozenset()


async def check(cache: Cache, server: Server, account_id: int, numbers: Sequence[str]) -> Checked:
    """Ask the server which ids are still those of our articles, and forget the others."""
    checked = await compared(cache, server, account_id, numbers)
    if wrong := checked.reused | checked.missing:
        await cache.write(partial(forget, account_id=account_id, numbers=wrong))
    return checked


async def compared(cache: Cache, server: Server, account_id: int, numbers: Sequence[str]) -> Checked:
    """Ask the server which ids are still those of our articles; missing ones are asked for twice."""
    compare = partial(_compared, account_id=account_id)
    entries = await server.entries(numbers)
    checked = await cache.read(partial(compare, numbers=numbers, entries=entries))
    if not checked.missing:
        return checked
    left = sorted(checked.missing)
    entries = await server.entries(left)
    again = await cache.read(partial(compare, numbers=left, entries=entries))
    return Checked(checked.right | again.right, checked.reused | again.reused, again.missing)


def _compared(
    c: sqlite3.Connection, account_id: int, numbers: Sequence[str], entries: Sequence[RemoteEntry]
) -> Checked:
    ours = {each.number: (feed_id, each) for feed_id, each in server_statuses.candidates(c, account_id, 0, numbers)}
    known = {feed.server_id: feed.id for feed in feeds.of_account(c, account_id)}
    there = {each.server_id: each for each in entries if each.server_id in ours}
    is_kept = _is_kept(c)
    right = {
        number
        for number, each in there.items()
        if known.get(each.feed_id) == ours[number][0] and article_identity.is_still(each, ours[number][1], is_kept)
    }
    return Checked(frozenset(right), frozenset(there.keys() - right), frozenset(numbers) - there.keys())


@dataclass(frozen=True, slots=True)
class ApplyEntries:
    """Save the articles of an answer and their statuses in one transaction. Picklable."""

    account_id: int
    kind: Kind
    page: Page
    now: datetime
    cursor: str | None = None
    """The new cursor of the account; None if not known yet."""
    unites: bool = False
    """Whether the server was restored: its statuses are merged then. `wrong` ids in the answer show it, too."""
    since: datetime | None = None
    """Status changes on the server before this time are older than the local ones."""
    seen: datetime | None = None
    """When the server created the newest known article: a known one created later was deleted and fetched again."""
    note: Callable[[str, datetime], str] | None = None
    """Returns the cursor of an account after an article created at a time was saved."""
    confirmed: frozenset[str] = frozenset()
    """Ids that the server has confirmed."""
    newest: int = 2**62
    """The highest article id before the run: articles saved in the run already have the right server id."""

    def __call__(self, c: sqlite3.Connection) -> ApplyResult:
        """Save the entries; raises SyncError if the answer is invalid."""
        found = self._parsed()
        by_feed: dict[str, list[RemoteEntry]] = defaultdict(list)
        for each in found.entries:
            by_feed[each.feed_id].append(each)
        ours = {feed.server_id: feed for feed in feeds.of_account(c, self.account_id)}
        ready = [
            _PreparedFeed(c, ours[feed_id], entries, self) for feed_id, entries in by_feed.items() if feed_id in ours
        ]
        rivals = tuple(number for each in ready for number in each.rivals)
        taken = ApplyResult(
            skipped=found.skipped, here=tuple(each.server_id for each in found.entries), rivals=rivals,
            wrong=sum(len(each.wrong) + len(each.anew) for each in ready),
            created=max((each.created for each in found.entries if each.created is not None), default=None),
        )  # fmt: skip
        with transaction(c):
            brought: list[Refreshed] = []
            for feed_ready in ready:
                came, marks = feed_ready.write(c, unites=self.unites or taken.wrong > 0)
                brought.append(came)
                taken = taken.with_(marks)
            rules.apply_to_new(c, brought, self.now)
            if self.cursor is not None and not rivals:
                accounts.set_cursor(c, self.account_id, self.cursor)
            if self.note is not None and taken.created is not None:
                cursor = self.note(accounts.get(c, self.account_id).cursor, taken.created)
                accounts.set_cursor(c, self.account_id, cursor)
        return taken

    def _parsed(self) -> Entries:
        if self.kind == "miniflux":
            return miniflux.entries_of(self.page.content, self.page.url)

        return greader.entries_of(self.page.content, self.page.url, is_freshrss=self.kind == "freshrss")


class _PreparedFeed:
    """The entries of one feed, prepared before the lock is taken."""

    def __init__(self, c: sqlite3.Connection, feed: Feed, entries: Sequence[RemoteEntry], job: ApplyEntries) -> None:
        self._feed, self._job = feed, job
        by_number = {each.server_id: each for each in entries}
        matches = self._matched(c, by_number)
        self.rivals = tuple(matches.rivals.values())
        self._same = [(there, by_number[number]) for number, there in matches.same.items()]
        self.anew = {there.id for there, each in self._same if self._is_anew(there, each)}
        found = matches.same.keys() | matches.rivals.keys()
        new = _told_apart(c, feed, [each for number, each in by_number.items() if number not in found])
        changed = [
            (there.id, prepare(each.entry)) for there, each in self._same if there.digest != digest_of(each.entry)
        ]
        plan = Plan(tuple(map(_prepared, new)), tuple(changed))
        is_asked = bool(new) and rules.look_at_words(c, job.now)
        self._prepacked = save_articles.Prepacked(plan, index_later=True, with_words=is_asked)

    def _is_anew(self, there: LocalArticle, each: RemoteEntry) -> bool:
        if there.number != each.server_id or each.created is None or self._job.seen is None:
            return False
        return each.created > self._job.seen

    def _matched(self, c: sqlite3.Connection, by_number: Mapping[str, RemoteEntry]) -> article_identity.Matches:
        """Match entries with articles, by server ids first, and the remaining ones by other facts."""
        account_id, feed_id = self._feed.account_id, self._feed.id
        there = server_statuses.candidates(c, account_id, feed_id, by_number)
        self.wrong = [each for other, each in there if other != feed_id]
        ours = [each for other, each in there if other == feed_id]
        is_kept = _is_kept(c)
        matches = article_identity.match(list(by_number.values()), ours, self._job.confirmed, is_kept=is_kept)
        left = [each.entry for number, each in by_number.items() if number not in matches.same]
        if left and save_articles.has_any(c, feed_id):
            more = server_statuses.candidates(
                c, account_id, feed_id, by_number, guids=[each.guid for each in left],
                links=[each.link for each in left], dates=[each.published for each in left if each.published],
                newest=self._job.newest,
            )  # fmt: skip
            ours = [each for other, each in more if other == feed_id]
            matches = article_identity.match(list(by_number.values()), ours, self._job.confirmed, is_kept=is_kept)
        self.wrong += matches.wrong
        return matches

    def write(self, c: sqlite3.Connection, *, unites: bool) -> tuple[Refreshed, ApplyResult]:
        """Save the entries and statuses in the caller's transaction."""
        job = self._job
        # Before it is written: an edit makes a mark that of nobody.
        came = [there.id for there, each in self._same if there.number != each.server_id]
        of_archive = server_statuses.read_by_nobody(c, came)
        saved = self._prepacked.write(c, self._feed.id, job.now, is_restored=unites)
        statuses.set_apart(c, statuses.with_status(c, saved.new, "read", value=True))
        server_statuses.forget(c, [each.id for each in self.wrong])
        known: dict[int, tuple[bool, bool]] = {}
        joined: dict[int, tuple[bool, bool]] = {}
        older = set()
        for there, each in self._same:
            is_joined = there.number != each.server_id
            is_older = each.changed is not None and job.since is not None and each.changed <= job.since
            if is_joined:
                server_statuses.give_number(c, there.id, each.server_id)
            elif is_older:
                older.add(there.id)
            (joined if is_joined or is_older or unites else known)[there.id] = each.read, each.starred
        marks = ApplyResult(
            len(saved.new),
            *server_statuses.apply_statuses(c, known),
            settled=tuple((self._feed.id, number) for number in saved.read),
        )
        united = ApplyResult(0, *server_statuses.unite(c, joined, job.now, older=older, of_archive=of_archive))
        return Refreshed(self._feed, "updated", saved), marks.with_(united)


def _is_kept(c: sqlite3.Connection) -> article_identity.IsKept:
    return article_identity.text_comparer(partial(save_articles.given_html, c), lambda entry: entry.entry.html)


def _told_apart(c: sqlite3.Connection, feed: Feed, entries: Iterable[RemoteEntry]) -> list[RemoteEntry]:
    """New entries with unique guids: if a guid is in use, the entry's server id is appended."""
    some = list(entries)
    taken = set(save_articles.known(c, feed.id, [each.entry.guid for each in some]))
    found = []
    for each in some:
        guid = each.entry.guid
        while guid in taken:
            guid = f"{guid} {each.server_id}"
            taken |= set(save_articles.known(c, feed.id, [guid]))
            if guid not in taken:
                break
        taken.add(guid)
        found.append(replace(each, entry=replace(each.entry, guid=guid)))
    return found


def _prepared(each: RemoteEntry) -> Prepared:
    ready = prepare(each.entry, status=Status(read=each.read, starred=each.starred))
    return replace(ready, server_id=each.server_id)


def restored_message(account: Account) -> str:
    return f"{account.name} was reset or restored. Sending local read status and stars to the server"


def newest(c: sqlite3.Connection, account_id: int, without: Collection[int] = ()) -> dict[str, int]:
    followed = [feed.id for feed in feeds.of_account(c, account_id) if feed.server_id and feed.id not in without]
    return server_statuses.newest(c, followed, _ANCHORS, _OF_EACH)


def forget(c: sqlite3.Connection, account_id: int, numbers: Collection[str]) -> None:
    """Forget server ids that the server does not know; the articles stay."""
    with transaction(c):
        server_statuses.forget(c, server_statuses.numbered(c, account_id, numbers).values())


def record_sent(
    c: sqlite3.Connection, account_id: int, told: Sequence[int], unknown: Collection[str], cursor: str
) -> None:
    """Remove sent changes from the outbox, and forget ids that the server did not know."""
    with transaction(c):
        status_outbox.remove_sent(c, told)
        server_statuses.forget(c, server_statuses.numbered(c, account_id, unknown).values())
        accounts.set_cursor(c, account_id, cursor)


def forget_unseen(c: sqlite3.Connection, account_id: int, seen: Collection[str], feed_id: int | None = None) -> None:
    """Forget the server ids of an account, or of one feed, that are not among `seen`."""
    with transaction(c):
        here = server_statuses.numbers(c, account_id, feed_id)
        server_statuses.forget(c, [id_ for number, id_ in here.items() if number not in seen], is_read=True)


class FeedsApplied(NamedTuple):
    """The result of applying a server's subscriptions."""

    said: tuple[str, ...] = ()
    changed: int = 0
    """Number of feeds added, removed, renamed or moved."""
    is_doubtful: bool = False
    """Whether so few are listed that it looks like an accident."""


def gone(c: sqlite3.Connection, account_id: int, theirs: Sequence[RemoteFeed]) -> tuple[list[int], bool]:
    """Ids of an account's feeds that are missing on its server, and whether any feed has a lower server id now.

    Server ids only increase, so a lower one shows that the server was restored.
    """
    ours = feeds.of_account(c, account_id)
    matched = _matched(ours, theirs)
    kept = {feed.id for feed in matched.values()}
    went_back = any(_is_lower(number, feed.server_id) for number, feed in matched.items())
    return [feed.id for feed in ours if feed.server_id and feed.id not in kept], went_back


def take_feeds(
    c: sqlite3.Connection,
    account_id: int,
    theirs: Sequence[RemoteFeed],
    now: datetime,
    reach: Reach,
    *,
    is_restored: bool = False,
) -> FeedsApplied:
    """Apply a server's subscriptions: add, rename, move and remove the account's feeds here.

    `reach` applies to private addresses from the server; public ones never lead inside. Feeds that the server no
    longer follows are removed, unless they have starred or tagged articles, the server was restored to an earlier
    state (`is_restored`), or so few are listed that it looks like an accident.
    """
    with transaction(c):
        account = accounts.get(c, account_id)
        waiting = status_outbox.subscriptions_waiting(c, account_id)
        ended = {change.server_id for change in waiting if change.what == "unsubscribe"}
        untold = {(change.server_id, change.what) for change in waiting}
        ours = feeds.of_account(c, account_id)
        before, of_rules = named_feeds(c, ours), rules.feeds_of_rules(c)
        matched = _matched(ours, theirs)
        for remote in theirs:
            if remote.server_id in ended:
                continue
            leads = reach if is_inside_by_name(host_of(remote.url)) else Reach.PUBLIC
            feed = matched.get(remote.server_id)
            if feed is None:
                feed = feeds.add(
                    c, remote.url, title=remote.title, site=remote.site, now=now, account_id=account_id,
                    server_id=remote.server_id, reach=leads,
                )  # fmt: skip
                feeds.set_option(c, feed.id, feeds.TO_READ, "yes")
            elif feed.server_id != remote.server_id:  # it was followed anew: its articles have other names
                server_statuses.forget_of_feed(c, feed.id)
                feeds.set_option(c, feed.id, feeds.TO_READ, "yes")
            feeds.set_remote(c, feed.id, remote, now, reach=leads)
            if (remote.server_id, "rename") not in untold:
                feeds.rename(c, feed.id, "")
            if (remote.server_id, "move") not in untold:
                folder = folders.add(c, remote.folder or UNFILED, account_id=account_id)
                folders.put(c, feed.id, folder.id)
        kept = {feed.id for feed in matched.values()}
        ended_there = [feed for feed in ours if feed.server_id and feed.id not in kept]
        is_doubtful = is_restored or is_accident(ended_there, len(ours)) or not theirs
        said = _end(c, account, ended_there, len(ours), is_doubtful=is_doubtful)
        said = (*said, *rules.follow_folders(c, ours), *rules.without_rules(c, of_rules))
        folders.remove_empty(c)
        changed = different(before, named_feeds(c, feeds.of_account(c, account_id)))
    return FeedsApplied(said, changed, is_doubtful)


def named_feeds(c: sqlite3.Connection, every: Iterable[Feed]) -> Named:
    names = {folder.id: folder.name for folder in folders.every(c)}
    return {feed.id: (feed.name, names.get(feed.folder_id or 0, "")) for feed in every}


def different(before: Named, now: Named) -> int:
    return sum(before.get(feed_id) != now.get(feed_id) for feed_id in before.keys() | now.keys())


def _matched(ours: Sequence[Feed], theirs: Sequence[RemoteFeed]) -> dict[str, Feed]:
    """The local feed of each remote one, by server id: found by address, else by id if only its address changed."""
    by_url, by_number = {feed.url: feed for feed in ours}, {feed.server_id: feed for feed in ours if feed.server_id}
    found = {remote.server_id: by_url[remote.url] for remote in theirs if remote.url in by_url}
    taken = {feed.id for feed in found.values()}
    for remote in theirs:
        there = by_number.get(remote.server_id)
        if remote.server_id not in found and there is not None and there.id not in taken and _has_moved(there, remote):
            found[remote.server_id] = there
            taken.add(there.id)
    return found


def _is_lower(now: str, before: str) -> bool:
    one, other = _NUMBER.fullmatch(now), _NUMBER.fullmatch(before)
    return one is not None and other is not None and one[1] == other[1] and int(one[2]) < int(other[2])


def _has_moved(feed: Feed, remote: RemoteFeed) -> bool:
    """Whether a feed with another address is still the same: its name, site or host is unchanged."""
    return (
        (bool(feed.title) and feed.title == remote.title)
        or same_place(feed.site, remote.site)
        or same_site(feed.url, remote.url)
    )  # fmt: skip


def _end(
    c: sqlite3.Connection, account: Account, gone: Sequence[Feed], before: int, *, is_doubtful: bool
) -> tuple[str, ...]:
    """Remove feeds that the server no longer follows, or keep them as ended; returns messages for the user."""
    removed, kept = [], []
    for feed in gone:
        if is_doubtful or feeds.has_starred_or_tagged(c, feed.id):
            feeds.end_on_server(c, feed.id, f"No longer in {account.name}; articles are kept on this device")
            kept.append(feed.name)
        else:
            removed.append(rules.with_rules(c, feed))
            feeds.remove(c, feed.id)
    if gone and is_doubtful:
        return (_accident(account, len(gone), before),)
    said = [server.ended_feeds(removed, account.name)] if removed else []
    return (*said, *(server.kept_feed(name, account.name) for name in kept))


def is_accident(gone: Sequence[Feed], before: int) -> bool:
    """True if suspiciously many of the subscriptions end at once."""
    return len(gone) > _SOME and len(gone) * 2 > before


def were_settled(c: sqlite3.Connection, settled: Iterable[tuple[int, str]], now: datetime) -> None:
    """Remember the server ids of pruned articles that are now read on the server."""
    with transaction(c):
        for feed_id, number in settled:
            pruning.remember(c, feed_id, [(number_key(number), int(now.timestamp()))])


def owed(c: sqlite3.Connection, account_id: int) -> int:
    return status_outbox.count(c, account_id) + len(status_outbox.subscriptions_waiting(c, account_id))


def _accident(account: Account, some: int, before: int) -> str:
    return (
        f"{some} of {before} feeds are missing on {account.name}. They are kept on this device; to restore them:"
        " tuireader account push --all"
    )
