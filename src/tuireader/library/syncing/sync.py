"""Sync of accounts: upload local changes, apply remote ones."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from tuireader.errors import FetchError, StoreError, SyncError, TuireaderError
from tuireader.library.jobs import batching
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue, open_queue
from tuireader.library.refreshing.upkeep import index_few
from tuireader.library.syncing import apply_remote, folder_state, server, shared_folder
from tuireader.library.syncing.apply_remote import ApplyResult, Checked
from tuireader.library.syncing.detect import server_of
from tuireader.library.syncing.passwords import login_in_thread
from tuireader.library.syncing.server import MARKS_AT_ONCE, Login, PullRequest, Server, UnconfirmedError, in_turn
from tuireader.model.article import Change, Clock
from tuireader.model.feed import LOCAL, Account, Feed
from tuireader.model.fetched import RemoteFeed, Synced, SyncStatus
from tuireader.store import accounts, feeds, status_outbox
from tuireader.store.queries import article_lists
from tuireader.text.sentences import counted
from tuireader.urls.typed_and_shown import shown_address

_OWN_FAULT = 500
_READS_MAX = 2
"""Maximum complete reads of feeds, which may reveal wrong ids in others."""
_PROBES = 20
"""Maximum articles with outgoing changes whose ids are verified first."""
_RETRY_CODES = frozenset({408, 425, 429})
"""Status codes after which a request may be repeated later."""


async def sync(
    cache: Cache, account: Account, sign: Callable[[], Server], *, clock: Clock
) -> AsyncGenerator[Synced, None]:
    """Sync one account with its server; yields the progress, and last the result.

    `sign` creates the server's client. Local changes are uploaded first, since they take precedence. An interrupted
    run is continued by the next one; a change may be sent twice, which has no effect.
    """
    run = _SyncRun(cache, account, clock)
    async with aclosing(run.run_locked(run.steps(sign), server.TURN)) as steps:
        async for step in steps:
            yield step


async def upload_outbox(cache: Cache, account: Account, sign: Callable[[], Server], *, clock: Clock) -> Synced:
    """Upload the outbox of one account without fetching anything; returns the result."""
    run = _SyncRun(cache, account, clock)
    async with aclosing(run.run_locked(run.telling(sign))) as steps:
        *_, last = [step async for step in steps]
    return last


@dataclass(slots=True)
class _SyncRun:
    """One run and its results so far."""

    cache: Cache
    account: Account
    clock: Clock
    pushed: int = 0
    taken: ApplyResult = field(default_factory=ApplyResult)
    feeds: int = 0
    is_set_back: bool | None = None
    """Whether the server was restored from a backup; None: not checked yet."""

    async def run_locked(
        self, steps: AsyncGenerator[Synced, None], patience: float = 0
    ) -> AsyncGenerator[Synced, None]:
        """Run the steps while the account is locked; yields their progress and the final result.

        Waits up to `patience` seconds for another sync of the account.
        """
        try:
            async with in_turn(self.cache.path, self.account, patience), aclosing(steps):
                async for step in steps:
                    yield step
        except StoreError:
            raise
        except FetchError as error:
            is_away = error.is_offline or error.is_unreached
            yield await self.ended("offline" if is_away else "failed", server.of_account(self.account, error))
        except TuireaderError as error:
            yield await self.ended("failed", server.of_account(self.account, error))
        else:
            yield await self.ended("done", None)

    async def steps(self, sign: Callable[[], Server]) -> AsyncGenerator[Synced, None]:
        """Run all steps of an exchange, in order."""
        server = sign()
        yield self._now("signing in")
        await server.sign_in()
        yield self._now("fetching feeds")
        theirs = await server.feeds()
        take_feeds = partial(
            apply_remote.take_feeds,
            account_id=self.account.id,
            theirs=theirs,
            now=self.clock(),
            reach=server.talk.gives,
        )
        gone, went_back = await self.cache.read(partial(apply_remote.gone, account_id=self.account.id, theirs=theirs))
        if went_back:
            await self._note_set_back(server)  # before the numbers are forgotten that show it
        is_restored = bool(gone) and await self._is_set_back(server, without=gone)
        came = await self.cache.write(partial(take_feeds, is_restored=is_restored))
        self.feeds = came.changed
        self._says(*came.said)
        if not (await self._waiting() and await self._is_set_back(server)):  # else it is told once it is read anew
            async with aclosing(self._push(server)) as pushes:
                async for step in pushes:
                    yield step
        if not came.is_doubtful:
            await self._push_changes(server, theirs)
        yield self._now("fetching articles")
        account = await self.cache.read(partial(accounts.get, account_id=self.account.id))
        new = await self.cache.read(partial(feeds.to_fetch_whole, account_id=self.account.id))
        server.newest = await self.cache.read(article_lists.highest_id)
        async with aclosing(self._pull(server, account, new)) as pulled:
            async for each in pulled:
                self.taken = self.taken.with_(each._replace(here=()))
                yield self._now(f"{counted(self.taken.new, 'article')}")
        await index_few(self.cache)
        async with aclosing(self._push(server)) as pushes:  # what two feeds tell, and what rules have marked
            async for step in pushes:
                yield step
        await self._settle(server)
        if server.is_whole:
            await self._drop()

    async def _pull(self, server: Server, account: Account, new: Sequence[Feed]) -> AsyncGenerator[ApplyResult, None]:
        """Read all changes; then whole feeds if needed: new ones, and those with wrong ids."""
        async with aclosing(
            server.pull(self.cache, self.clock, PullRequest(account, partial(self._is_set_back, server)))
        ) as pulled:
            async for taken in pulled:
                yield taken
        if server.has_read_all:
            await self.cache.write(partial(feeds.note_whole_fetch, ids=[feed.id for feed in new]))
        for _ in range(_READS_MAX):
            left = await self.cache.read(partial(feeds.to_fetch_whole, account_id=account.id))
            for feed in left:
                reading = server.read_feed(self.cache, self.clock, account, feed, unites=bool(self.is_set_back))
                async with aclosing(reading) as read:
                    async for taken in read:
                        yield taken
                await self.cache.write(partial(feeds.note_whole_fetch, ids=[feed.id]))
            if not left:
                return

    async def _settle(self, server: Server) -> None:
        """Mark articles read on the server that were read and pruned here, and came again under another id."""
        settled = list(dict.fromkeys(self.taken.settled))
        for start in range(0, len(settled), MARKS_AT_ONCE):
            some = settled[start : start + MARKS_AT_ONCE]
            try:
                await server.mark("read", [number for _, number in some], value=True)
            except (FetchError, SyncError) as error:
                if not _is_refused(error):
                    raise
            await self.cache.write(partial(apply_remote.were_settled, settled=some, now=self.clock()))

    async def _drop(self) -> None:
        """Drop and report changes of articles that the server does not have."""
        dropped = await self.cache.write(partial(status_outbox.drop, account_id=self.account.id))
        if dropped:
            self._says(server.dropped(dropped, self.account.name))

    async def telling(self, sign: Callable[[], Server]) -> AsyncGenerator[Synced, None]:
        """Send the outbox, without fetching anything."""
        server = sign()
        await server.sign_in()
        if await self._waiting() and await self._is_set_back(server):
            return
        async with aclosing(self._push(server)) as pushes:
            async for step in pushes:
                yield step
        if await self.cache.read(partial(status_outbox.subscriptions_waiting, account_id=self.account.id)):
            await self._push_changes(server, await server.feeds())

    def _says(self, *sentences: str) -> None:
        self.taken = self.taken.with_(ApplyResult(said=sentences))

    async def _is_set_back(self, server: Server, without: Collection[int] = ()) -> bool:
        """Whether the server was restored: its newest ids belong to other articles, or do not exist.

        Checked once. Feeds that it no longer lists do not count.
        """
        if self.is_set_back is None:
            self.is_set_back = await self._asked_whether_set_back(server, without)
            if self.is_set_back:
                self._says(apply_remote.restored_message(self.account))
        return self.is_set_back

    async def _note_set_back(self, server: Server) -> None:
        account = await self.cache.read(partial(accounts.get, account_id=self.account.id))
        cursor = server.to_be_read_anew(account.cursor)
        await self.cache.write(partial(accounts.set_cursor, account_id=account.id, cursor=cursor))
        self.is_set_back = True
        self._says(apply_remote.restored_message(self.account))

    async def _asked_whether_set_back(self, server: Server, without: Collection[int]) -> bool:
        """Ask the server for the newest known ids until one is right; missing ones above it are forgotten.

        Before that, some ids with pending changes are checked: one that another article has now is proof. If the
        server was restored, the newest ids are kept until all is read again, so that a run after a crash finds out,
        too.
        """
        account = await self.cache.read(partial(accounts.get, account_id=self.account.id))
        if await server.has_forgotten(account.cursor):
            return True
        told_of = list(dict.fromkeys(change.server_id for change in await self._waiting()))[:_PROBES]
        asked = await apply_remote.compared(self.cache, server, self.account.id, told_of) if told_of else Checked()
        if asked.reused:
            forget = partial(apply_remote.forget, account_id=account.id, numbers=asked.reused | asked.missing)
            await self.cache.write(forget)
            return True
        numbers = list(await self.cache.read(partial(apply_remote.newest, account_id=account.id, without=without)))
        missing: list[str] = []
        for start in range(0, len(numbers), server.at_once):
            some = numbers[start : start + server.at_once]
            checked = await apply_remote.compared(self.cache, server, self.account.id, some)
            if checked.reused:
                return True
            right = [place for place, number in enumerate(some) if number in checked.right]
            missing += some[: right[0]] if right else some
            if right:
                break
        if missing and await server.is_behind(missing[0]):
            return True
        if wrong := {*missing, *asked.missing}:
            await self.cache.write(partial(apply_remote.forget, account_id=self.account.id, numbers=wrong))
        return False

    async def _waiting(self) -> list[Change]:
        waiting = await self.cache.read(partial(status_outbox.waiting, account_id=self.account.id))
        return [change for change in waiting if change.server_id]

    async def _push(self, server: Server) -> AsyncGenerator[Synced, None]:
        """Upload statuses; confirmed changes leave the outbox at once.

        Batches that the server refuses are reported and stay in the outbox; the others go on.
        """
        for batch in _batches(await self._waiting()):
            yield self._now(f"sending {counted(len(batch), 'change')}")
            try:
                unknown = await self._mark(server, batch)
            except (FetchError, SyncError) as error:
                if not _is_refused(error):
                    raise
                self._says(f"{self.account.name} rejected {counted(len(batch), 'change')}: {error}")
                continue
            told = [change.number for change in batch if change.server_id not in unknown]
            account = await self.cache.read(partial(accounts.get, account_id=self.account.id))
            cursor = await server.proof(account.cursor) if told and account.cursor else account.cursor
            done = partial(apply_remote.record_sent, account_id=account.id, told=told, unknown=unknown, cursor=cursor)
            await self.cache.write(done)
            self.pushed += len(told)

    async def _mark(self, server: Server, batch: Sequence[Change]) -> Collection[str]:
        """Mark articles; returns the ids that the server does not have.

        Miniflux fails if it has none of them (2.2.6): then they are checked one by one.
        """
        field, value = batch[0].field, batch[0].value
        numbers = [change.server_id for change in batch]
        try:
            return await server.mark(field, numbers, value=value)
        except FetchError as error:
            if error.status is None or error.status < _OWN_FAULT:
                raise
            checked = await apply_remote.check(self.cache, server, self.account.id, numbers)
            wrong = checked.missing | checked.reused
            if not wrong:
                raise
        known = [number for number in numbers if number not in wrong]
        return wrong | {*(await server.mark(field, known, value=value) if known else ())}

    async def _push_changes(self, server: Server, theirs: Sequence[RemoteFeed]) -> None:
        """Upload subscription changes; those of feeds that the server no longer follows are skipped.

        A change that the server refuses is reported and dropped; the others go on.
        """
        by_url, there = {feed.url: feed.server_id for feed in theirs}, {feed.server_id for feed in theirs}
        for change in await self.cache.read(partial(status_outbox.subscriptions_waiting, account_id=self.account.id)):
            server_id = by_url.get(change.url, "")
            if not server_id and change.server_id in there and not await self._is_set_back(server):
                server_id = change.server_id  # it has another address there by now
            try:
                if server_id and change.what == "unsubscribe":
                    await server.unsubscribe(server_id)
                elif server_id and change.what == "rename":
                    await server.rename(server_id, change.value)
                elif server_id:
                    await server.move(server_id, change.value)
            except (FetchError, SyncError) as error:
                if not _is_refused(error):
                    raise
                self._says(f"Cannot change {shown_address(change.url)} ({change.what}): {error}")
            else:
                self.pushed += bool(server_id)
            await self.cache.write(partial(status_outbox.subscriptions_done, account_id=self.account.id, change=change))

    def _now(self, doing: str) -> Synced:
        return self._event("progress", doing=doing)

    def _event(self, status: SyncStatus, **more: object) -> Synced:
        taken = self.taken
        event = Synced(
            self.account, status, self.pushed, taken.new, taken.read, taken.unread, taken.starred, taken.unstarred,
            feeds=self.feeds, said=taken.said,
        )  # fmt: skip
        return replace(event, **more)  # type: ignore[arg-type]

    async def ended(self, status: SyncStatus, why: str | None) -> Synced:
        waiting = await self.cache.read(partial(apply_remote.owed, account_id=self.account.id))
        return self._event(status, error=why, waiting=waiting)


def _is_refused(error: FetchError | SyncError) -> bool:
    """Whether a server refuses a change for good."""
    if isinstance(error, FetchError):
        return error.status is not None and error.status < _OWN_FAULT and error.status not in _RETRY_CODES
    return isinstance(error, UnconfirmedError)


def _batches(changes: Sequence[Change]) -> list[list[Change]]:
    """Changes grouped into requests, in an order that keeps the last change of each article last."""
    found = []
    ordered = sorted(changes, key=lambda change: (change.field, change.value, change.number))
    for _, some in groupby(ordered, key=lambda change: (change.field, change.value)):
        same = list(some)
        found += [same[start : start + MARKS_AT_ONCE] for start in range(0, len(same), MARKS_AT_ONCE)]
    return found


MANY = 100
"""Number of feeds that an account's first sync is expected to bring, enough to start worker processes."""
log = logging.getLogger("tuireader")


async def sync_all(
    cache: Cache,
    queue: PoliteQueue,
    every: Sequence[Account],
    login_of: Callable[[Account], Login],
    *,
    clock: Clock,
) -> AsyncGenerator[Synced, None]:
    """Sync accounts one after the other; yields the progress and result of each.

    `login_of` runs in a thread, since it may wait for a command or the user; it raises SyncError without a password.
    """
    for account in every:
        try:
            login = await login_in_thread(login_of, account)
        except SyncError as error:
            waiting = await cache.read(partial(apply_remote.owed, account_id=account.id))
            yield Synced(account, "failed", waiting=waiting, error=server.of_account(account, error))
            continue
        run = sync(cache, account, partial(server_of, queue, account, login), clock=clock)
        async with AsyncExitStack() as stack:
            if not account.cursor:  # all that it has comes
                await stack.enter_async_context(cache.pool(prepare=batching.TO_REFRESH, expected=MANY))
            events = await stack.enter_async_context(aclosing(run))
            async for event in events:
                yield event


async def upload_all_outboxes(path: Path, logins: Mapping[int, Login | None], *, seconds: float, clock: Clock) -> None:
    """Upload the outboxes of accounts, and write the shared folder, within `seconds`.

    `logins` are by account id; None for the shared folder. Changes that cannot be uploaded stay in the outbox.
    """
    cache = Cache(path)
    try:
        async with asyncio.timeout(seconds):
            if LOCAL in logins:
                await exchange(cache, clock=clock)
            every = [(each, login) for each in await cache.read(accounts.on_servers) if (login := logins.get(each.id))]
            owing = [each for each in every if await cache.read(partial(apply_remote.owed, account_id=each[0].id))]
            if owing:
                async with open_queue(cache, clock=clock) as queue:
                    for each, login in owing:
                        told = await upload_outbox(cache, each, partial(server_of, queue, each, login), clock=clock)
                        log.info("told %s at the end: %s", each.name, told.status)
    except (TimeoutError, TuireaderError) as error:
        log.info("not all could be told at the end: %r", error)
    finally:
        cache.close()


async def exchange(cache: Cache, *, clock: Clock) -> tuple[Synced, tuple[int, ...]] | None:
    """Sync with the shared folder; returns the result and the ids of new feeds, or None if no folder is shared."""
    place = await cache.read(folder_state.state_of)
    if place is None:
        return None
    try:
        exchanged = await cache.take(partial(shared_folder.exchange, now=clock()))
    except SyncError as error:
        return Synced(folder_state.account(place), "failed", error=str(error)), ()
    return shared_folder.event(place, exchanged), exchanged.new_feeds
