"""Tasks that sync accounts and the shared folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import FetchError, NotFoundError, SyncError
from tuireader.library import rules
from tuireader.library.syncing import accounts as use
from tuireader.library.syncing import server
from tuireader.library.syncing.detect import server_of
from tuireader.library.syncing.passwords import login_in_thread
from tuireader.library.syncing.server import Login
from tuireader.library.syncing.sync import exchange, sync_all
from tuireader.model.feed import Account, Feed, Secret
from tuireader.model.fetched import Synced
from tuireader.store import feeds
from tuireader.tasks.feeds import Tally, end_old, refresh
from tuireader.tasks.task import Context, Step, Steps
from tuireader.text.sentences import counted
from tuireader.text.sentences import ended as with_period
from tuireader.urls.typed_and_shown import shown_address

if TYPE_CHECKING:
    LoginOf = Callable[[Account], Login]

Ended = list[Synced]
"""The results by account, in the order in which they ended."""


async def sync_folder(on: Context, ended: Ended) -> Steps:
    """Sync the shared folder, and fetch feeds that were added through it.

    Then it is synced again, since marks of the articles that came are in it.
    """
    came = await exchange(on.cache, clock=on.clock)
    if came is None:
        return
    event, new_feeds = came
    yield _step(event, ended)
    if not new_feeds:
        return
    yield Step(notices=(f"Added {counted(len(new_feeds), 'feed')} from your other devices.",), has_news=True)
    new = await on.cache.read(partial(_feeds, ids=new_feeds))
    async with aclosing(refresh(on, Tally(new), force=False)) as steps:
        async for step in steps:
            yield Step(step.progress, said=step.said, failed=step.failed, has_news=step.has_news)
    if (again := await exchange(on.cache, clock=on.clock)) is not None:
        yield _step(again[0], ended)


async def sync(on: Context, every: Sequence[Account], login_of: LoginOf, ended: Ended) -> Steps:
    """Sync accounts one after the other, then mark expired articles read.

    `login_of` is called in a thread, and raises SyncError.
    """
    if not every:
        return
    async with on.queue() as queue, aclosing(sync_all(on.cache, queue, every, login_of, clock=on.clock)) as events:
        async for event in events:
            yield _step(event, ended)
    await end_old(on)


async def push(on: Context, account: Account, chosen: Sequence[Feed], login_of: LoginOf, folder: str = "") -> Steps:
    """Hand local feeds over to an account, into a folder there.

    The account and the shared folder are synced first, so that feeds and statuses that the account already has are
    known.
    """
    async with aclosing(sync_folder(on, [])) as steps:  # what waits for it would go to the account
        async for step in steps:
            yield replace(step, row=None, said="")
    ended: Ended = []
    async with aclosing(sync(on, [account], login_of, ended)) as steps:
        async for step in steps:
            yield replace(step, row=None, said="")
    if any(event.status != "done" for event in ended):
        return
    async with on.queue() as queue:
        server = server_of(queue, account, await login_in_thread(login_of, account))
        await server.sign_in()
        ruled = await on.cache.read(rules.feeds_of_rules)
        for feed in chosen:
            yield Step(f"{account.name}: {feed.name}")
            try:
                said = await use.push(on.cache, server, account, feed, folder)
            except (SyncError, FetchError, NotFoundError) as error:
                row = {"feed": feed.name, "status": "failed", "error": str(error)}
                yield Step(failed=f"{feed.name}: {error}", row=row)
            else:
                yield Step(notices=(f"Moved {feed.name} to {account.name}.", *map(with_period, said)), has_news=True)
        said = await on.cache.read(partial(rules.without_rules, before=ruled))
        yield Step(notices=tuple(map(with_period, said)))


async def add(on: Context, address: str, login: Login, secret: Secret, name: str) -> Steps:
    """Sign in to a new account, and run the first sync."""
    try:
        async with on.queue() as queue:
            account = await use.add(on.cache, queue, address, login, secret=secret, name=name)
    except (SyncError, FetchError) as error:
        failed = Account(0, "", name or shown_address(address))
        yield _step(Synced(failed, "failed", error=str(error)), [])
        return
    how = (
        "password saved in the keyring" if account.secret.in_keyring else "you will be asked for the password each time"
    )
    yield Step(notices=(f"Added {account.name} ({server.kind(account)}{'' if secret.command else f'; {how}'}).",))
    async with aclosing(sync(on, [account], lambda _: login, [])) as steps:
        async for step in steps:
            yield step
    if twice := await on.cache.read(partial(use.followed_twice, account=account)):
        merge = "tuireader account push --all"
        yield Step(notices=(f"{counted(twice, 'feed')} also subscribed locally. To merge them: {merge}",))


def _step(event: Synced, ended: Ended) -> Step:
    if event.status == "progress":
        return Step(f"{event.account.name}: {event.doing}", has_news=event.new > 0)
    ended.append(event)
    turned = event.read + event.unread + event.starred + event.unstarred
    waits = server.waiting(event.waiting, event.account.name) if event.waiting else ""
    is_done = event.status == "done"
    return Step(
        row=_row(event),
        said=f"{event.account.name}: {server.ended(event)}." if is_done else f"{waits}." if waits else "",
        notices=event.said,
        failed="" if is_done else event.error or f"Cannot sync {event.account.name}",
        has_news=bool(event.new or turned or event.feeds),
    )


def _row(event: Synced) -> dict[str, object]:
    return {
        "account": event.account.name,
        "status": event.status,
        "pushed": event.pushed,
        "new": event.new,
        "read": event.read,
        "unread": event.unread,
        "starred": event.starred,
        "unstarred": event.unstarred,
        "feeds": event.feeds,
        "waiting": event.waiting,
        "error": event.error,
    }


def _feeds(c: sqlite3.Connection, ids: Sequence[int]) -> list[Feed]:
    return [feeds.get(c, id_) for id_ in ids]
