"""Keeping all accounts, and the folder that is shared, in step, one after the other."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import SyncError
from tuireader.library.syncing import shared_folder, taking, words
from tuireader.library.syncing.detect import server_of
from tuireader.library.syncing.sync import sync
from tuireader.model.remote import Synced

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from tuireader.library.jobs.off_loop import Cache
    from tuireader.library.politeness.queue import PoliteQueue
    from tuireader.library.syncing.server import Login
    from tuireader.model.account import Account
    from tuireader.model.clock import Clock


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
            login = await asyncio.to_thread(login_of, account)
        except SyncError as error:
            waiting = await cache.read(partial(taking.owed, account_id=account.id))
            yield Synced(account, "failed", waiting=waiting, error=words.of_account(account, error))
            continue
        run = sync(cache, account, partial(server_of, queue, account, login), clock=clock)
        async with aclosing(run) as events:
            async for event in events:
                yield event


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
