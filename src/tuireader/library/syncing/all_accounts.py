"""Keeping all accounts, and the folder that is shared, in step, one after the other."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, aclosing
from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import SyncError, TuireaderError
from tuireader.library.jobs import preload
from tuireader.library.syncing import apply_remote, messages, shared_folder
from tuireader.library.syncing.detect import server_of
from tuireader.library.syncing.passwords import in_time
from tuireader.library.syncing.sync import sync, tell
from tuireader.model.account import Synced
from tuireader.store import accounts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
    from pathlib import Path

    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.library.politeness.queue import PoliteQueue
    from tuireader.library.syncing.server import Login
    from tuireader.model.account import Account
    from tuireader.model.clock import Clock


MANY = 100
"""As if so many feeds were to come: it is worth the processes that take them in."""
log = logging.getLogger("tuireader")


async def sync_all(
    cache: Cache,
    queue: PoliteQueue,
    every: Sequence[Account],
    login_of: Callable[[Account], Login],
    *,
    clock: Clock,
) -> AsyncGenerator[Synced, None]:
    """Keep accounts in step; yields how far each is, and how it ended.

    `login_of` is called in a thread, as it may wait for a program or for whoever sits there; it raises SyncError where
    there is no password to be had.
    """
    for account in every:
        try:
            login = await in_time(login_of, account)
        except SyncError as error:
            waiting = await cache.read(partial(apply_remote.owed, account_id=account.id))
            yield Synced(account, "failed", waiting=waiting, error=messages.of_account(account, error))
            continue
        run = sync(cache, account, partial(server_of, queue, account, login), clock=clock)
        async with AsyncExitStack() as stack:
            if not account.cursor:  # all that it has comes
                await stack.enter_async_context(cache.pool(prepare=preload.TO_REFRESH, expected=MANY))
            events = await stack.enter_async_context(aclosing(run))
            async for event in events:
                yield event


async def tell_all(path: Path, logins: Mapping[int, Login], *, seconds: float, clock: Clock) -> None:
    """Tell accounts that are signed in to what they have not been told of yet, where it can be done in so many seconds.

    What cannot waits, as it did.
    """
    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.library.politeness.queue import open_queue

    cache = Cache(path)
    try:
        async with asyncio.timeout(seconds):
            every = [each for each in await cache.read(accounts.on_servers) if each.id in logins]
            owing = [each for each in every if await cache.read(partial(apply_remote.owed, account_id=each.id))]
            if owing:
                async with open_queue(cache, clock=clock) as queue:
                    for each in owing:
                        told = await tell(cache, each, partial(server_of, queue, each, logins[each.id]), clock=clock)
                        log.info("told %s at the end: %s", each.name, told.status)
    except (TimeoutError, TuireaderError) as error:
        log.info("not all could be told at the end: %r", error)
    finally:
        cache.close()


async def exchange(cache: Cache, *, clock: Clock) -> tuple[Synced, tuple[int, ...]] | None:
    """Keep the folder in step: what came of it, and the ids of feeds that came; None where none is shared."""
    place = await cache.read(shared_folder.place_of)
    if place is None:
        return None
    try:
        exchanged = await cache.take(partial(shared_folder.exchange, now=clock()))
    except SyncError as error:
        return Synced(shared_folder.account(place), "failed", error=str(error)), ()
    return shared_folder.event(place, exchanged), exchanged.new_feeds
