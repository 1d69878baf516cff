"""Adding an account, and giving it feeds that were this machine's own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import SyncError
from tuireader.library.syncing import passwords
from tuireader.library.syncing.detect import find_server
from tuireader.library.syncing.server import lock_of
from tuireader.model.account import LOCAL, Secret
from tuireader.store import accounts, feeds, folders
from tuireader.store.connection import transaction
from tuireader.urls.hosts import named_host
from tuireader.urls.shown import without_credentials

if TYPE_CHECKING:
    import sqlite3

    from tuireader.library.jobs.off_loop import Cache
    from tuireader.library.politeness.queue import PoliteQueue
    from tuireader.library.syncing.server import Login, Server
    from tuireader.model.account import Account
    from tuireader.model.feed import Feed
    from tuireader.store.connection import Connection


async def add(
    cache: Cache, queue: PoliteQueue, address: str, login: Login, *, secret: Secret, name: str = ""
) -> Account:
    """Find the server at an address, sign in, and keep the account; raises SyncError, which says what is wrong.

    Where there is no command for the password, the keyring of the desktop is given it, if there is one. The account of
    the same server and user that is here already is kept, with the new secret, and the new name if one is given.
    """
    found = await find_server(queue, address, login)
    if not secret.command and passwords.into_keyring(found.url, login.user, login.password):
        secret = Secret(is_token=secret.is_token, in_keyring=True)

    def keep(c: sqlite3.Connection) -> Account:
        with transaction(c):
            for each in accounts.every(c):
                if (each.url, each.user, each.kind) == (found.url, login.user, found.kind):
                    accounts.set_secret(c, each.id, secret)
                    if name and name != each.name:
                        accounts.rename(c, each.id, _free_name(c, name))
                    return accounts.get(c, each.id)
            called = _free_name(c, name or named_host(found.url))
            return accounts.add(c, found.kind, name=called, url=found.url, user=login.user, secret=secret)

    return await cache.write(keep)


def _free_name(c: sqlite3.Connection, name: str) -> str:
    """A name that no other account has."""
    number, called = 2, name
    while not accounts.is_free(c, called):
        called, number = f"{name} {number}", number + 1
    return called


def remove(c: Connection, account: Account) -> None:
    """Keep an account no more, nor its feeds and articles here; on its server nothing changes."""
    accounts.remove(c, account.id)
    lock_of(c.path, account).unlink(missing_ok=True)
    passwords.out_of_keyring(account.url, account.user)


async def push(cache: Cache, server: Server, account: Account, feed: Feed) -> None:
    """Let a feed of this machine be followed by an account, with all that is marked here; raises SyncError, FetchError.

    Its articles stay; those that the server has are known by their addresses and titles when it is read next, and what
    is marked here or there is marked in both then.
    """
    if feed.account_id != LOCAL or feed.holds_pages:
        raise SyncError(f"{feed.name} is no feed of this machine's own")
    if without_credentials(feed.url) != feed.url:
        raise SyncError(f"The address of {feed.name} has a password, which {account.name} would get: nothing was done")
    there = await cache.read(feeds.every)
    if any(each.account_id == account.id and each.url == feed.url for each in there):
        raise SyncError(f"{account.name} follows {feed.name} already; unsubscribe here from the other one")
    folder = ""
    if feed.folder_id is not None:
        folder = (await cache.read(partial(folders.get, folder_id=feed.folder_id))).name
    server_id = await server.subscribe(feed.url, folder)
    if feed.custom_title:
        await server.rename(server_id, feed.custom_title)
    await cache.write(partial(_hand_over, feed=feed, account=account, server_id=server_id, folder=folder))


def _hand_over(c: sqlite3.Connection, feed: Feed, account: Account, server_id: str, folder: str) -> None:
    with transaction(c):
        feeds.hand_over(c, feed.id, account.id, server_id)
        folders.put(c, feed.id, folders.add(c, folder or account.name, account_id=account.id).id)
        folders.remove_empty(c)
