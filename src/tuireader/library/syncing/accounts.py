"""Adding and removing accounts, and handing feeds over to them."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import NamedTuple

from tuireader.errors import SyncError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue
from tuireader.library.subscribing import subscription
from tuireader.library.syncing import passwords
from tuireader.library.syncing.detect import find_server
from tuireader.library.syncing.server import TURN, Login, Server, in_turn, lock_of
from tuireader.model.feed import LOCAL, UNFILED, Account, Feed, Secret, is_unfiled
from tuireader.model.fetched import RemoteFeed
from tuireader.store import accounts, feeds, folders, rules, site_facts, status_outbox
from tuireader.store.connection import Connection, transaction
from tuireader.store.row_values import name_key
from tuireader.urls.hosts import Reach, host_of, is_inside_by_name, named_host
from tuireader.urls.typed_and_shown import without_credentials


async def add(
    cache: Cache, queue: PoliteQueue, address: str, login: Login, *, secret: Secret, name: str = ""
) -> Account:
    """Find the server at an address, sign in, and save the account; raises SyncError with the reason.

    A password that no command prints is stored in the desktop's keyring, if there is one. An existing account of the
    same server and user is kept, with the new secret and name. For a token, the server tells the user's name.
    """
    found = await find_server(queue, address, login)
    if not secret.command and passwords.into_keyring(found.url, found.user, login.password):
        secret = Secret(is_token=secret.is_token, in_keyring=True)

    def keep(c: sqlite3.Connection) -> Account:
        with transaction(c):
            for each in accounts.every(c):
                if (each.url, each.user, each.kind) == (found.url, found.user, found.kind):
                    if not found.user and name_key(name) != name_key(each.name):
                        raise SyncError(
                            f"{each.name} is an account on this server, and the token has no user name. If it"
                            f" is a new token for that account, use --name “{each.name}”"
                        )
                    accounts.set_secret(c, each.id, secret)
                    if name and name != each.name:
                        accounts.rename(c, each.id, _free_name(c, name))
                    return accounts.get(c, each.id)
            called = _free_name(c, name or named_host(found.url))
            return accounts.add(c, found.kind, name=called, url=found.url, user=found.user, secret=secret)

    return await cache.write(keep)


def _free_name(c: sqlite3.Connection, name: str) -> str:
    """An unused account name."""
    number, called = 2, name
    while not accounts.is_free(c, called):
        called, number = f"{name} {number}", number + 1
    return called


def remove(c: Connection, account: Account) -> int:
    """Remove an account with its feeds and articles here; returns the number of rules removed with them.

    Nothing changes on its server.
    """
    before = len(rules.every(c))
    accounts.remove(c, account.id)
    lock_of(c.path, account).unlink(missing_ok=True)
    passwords.out_of_keyring(account.url, account.user)
    return before - len(rules.every(c))


def to_push(c: sqlite3.Connection, account: Account) -> list[Feed]:
    lost = [feed for feed in feeds.of_account(c, account.id) if not feed.is_followed_for_us]
    leaving = feeds.leaving(c)
    return [feed for feed in [*feeds.of_account(c, LOCAL), *lost] if not feed.holds_pages and feed.id not in leaving]


async def push(cache: Cache, server: Server, account: Account, feed: Feed, folder: str = "") -> list[str]:
    """Make an account follow a feed, and hand the local feed over to it; raises SyncError, FetchError.

    The feed is local, or no longer followed by its server. On the server it goes into `folder`, by default that of the
    same name. Articles and their statuses are matched in the next sync. If the account already follows the feed, both
    become one, with the account's name and folder. Returns messages for the user.
    """
    async with in_turn(cache.path, account, TURN):  # a sync that has asked for the feeds would end this one
        feed = await cache.read(partial(feeds.get, feed_id=feed.id))
        return await _push(cache, server, account, feed, folder)


async def _push(cache: Cache, server: Server, account: Account, feed: Feed, folder: str) -> list[str]:
    _check_feed(feed, account)
    if feed.id in await cache.read(site_facts.page_list_feeds):
        raise SyncError("not moved: servers can only subscribe to feeds, and this is a page without a feed")
    double = await cache.read(partial(_double, feed=feed, account=account, url=feed.url))
    chosen = folder
    if not folder and feed.folder_id is not None:
        folder = (await cache.read(partial(folders.get, folder_id=feed.folder_id))).name
    server_id, before = await server.subscribe(feed.url, folder)
    remote = next((each for each in await server.feeds() if each.server_id == server_id), None)
    if double is None and remote is not None:  # its address redirects to one that is followed
        find = partial(_double, feed=feed, account=account, url=remote.url, server_id=remote.server_id)
        double = await cache.read(find)
    kept = await cache.read(partial(_kept, feed=feed, account=account, double=double, before=before, chosen=chosen))
    if feed.given_name and not kept.name:
        await server.rename(server_id, feed.given_name)
    said = kept.said(feed, folder, account)
    folder = kept.folder or folder
    if folder and remote is not None and remote.folder != folder:  # it was followed there already
        await server.move(server_id, folder)
    folder = folder or UNFILED
    hand_over = partial(_hand_over, feed=feed, account=account, remote=remote, folder=folder, double=double)
    return said + await cache.write(hand_over)


def _check_feed(feed: Feed, account: Account) -> None:
    """Raise SyncError if the account must not, or cannot, follow a feed."""
    if feed.holds_pages:
        raise SyncError("saved pages cannot be moved to a server")
    if feed.is_followed_for_us:
        raise SyncError("already in an account")
    if without_credentials(feed.url) != feed.url:
        raise SyncError(f"not moved: its address contains a password, which {account.name} would see")
    is_inside = feed.reach is Reach.PRIVATE or is_inside_by_name(host_of(feed.url))
    if is_inside and not is_inside_by_name(host_of(account.url)):
        raise SyncError(f"not moved: its address is on your local network, which {account.name} cannot reach")


class _Kept(NamedTuple):
    """The user's name and folder of a feed in its account; "" for none."""

    name: str = ""
    folder: str = ""

    def said(self, feed: Feed, folder: str, account: Account) -> list[str]:
        """A message about a local feed's name and folder that the account's replace; none if they are the same."""
        other = [
            f"{what} {here}"
            for what, here, there in (("the name", feed.custom_title, self.name), ("the folder", folder, self.folder))
            if here and there and here != there
        ]
        return [f"{account.name} keeps its own name and folder, not {' and '.join(other)}"] if other else []


def _kept(
    c: sqlite3.Connection, *, feed: Feed, account: Account, double: Feed | None, before: RemoteFeed | None, chosen: str
) -> _Kept:
    """The account's name and folder of a feed: those on its server (`before`), unless a change is pending."""
    name, folder = (before.title, before.folder) if before is not None else ("", "")
    pending = {change.server_id for change in status_outbox.subscriptions_waiting(c, account.id)}
    if double is not None and (before is None or double.server_id in pending):
        name = double.name
        folder = "" if double.folder_id is None else folders.get(c, double.folder_id).name
    folder = chosen or folder
    name = name if name_key(name) != name_key(feed.title) else ""
    return _Kept(name, "" if is_unfiled(folder) else folder)


def _double(c: sqlite3.Connection, feed: Feed, account: Account, url: str, server_id: str = "") -> Feed | None:
    """The account's copy of a feed, by server id or address, which the feed will replace; None if there is none.

    Raises SyncError if marks of its articles are not sent yet.
    """
    by_id = (each for each in feeds.of_account(c, account.id) if server_id and each.server_id == server_id)
    there = next(by_id, None) or feeds.followed(c, account.id, url)
    if there is None or there.id == feed.id:
        return None
    if status_outbox.has_pending(c, there.id):
        raise SyncError(f"{account.name} is already subscribed to it, with pending changes. Sync first")
    return there


def followed_twice(c: sqlite3.Connection, account: Account) -> int:
    theirs = {each.url for each in feeds.of_account(c, account.id)}
    return sum(each.url in theirs for each in feeds.of_account(c, LOCAL))


def _hand_over(
    c: sqlite3.Connection, feed: Feed, account: Account, *, remote: RemoteFeed | None, folder: str, double: Feed | None
) -> list[str]:
    with transaction(c):
        before = feeds.every(c)
        server_id, url = ("", feed.url) if remote is None else (remote.server_id, remote.url)
        for each in {feed.url, url}:
            status_outbox.withdraw_unsubscribe(c, account.id, server_id, each)
        if double is not None:
            feeds.take_over(c, feed.id, double.id)
        feeds.stay(c, feed.id)
        return subscription.hand_over(c, feed.id, account.id, folder, before, server_id=server_id, url=url)
