"""The commands about accounts: account add, list, remove, push; and sync."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Any

from tuireader import curtain
from tuireader.cli import DONE, FAILED, USAGE, asking, cache
from tuireader.cli.feeds import refresh_now
from tuireader.cli.output import Progress, put, put_event, put_json, say, table
from tuireader.errors import FetchError, SyncError
from tuireader.library.jobs import preload
from tuireader.library.syncing import accounts as use
from tuireader.library.syncing import apply_remote, messages, passwords, shared_folder
from tuireader.library.syncing.all_accounts import MANY, exchange, sync_all
from tuireader.library.syncing.detect import addresses_of, server_of
from tuireader.library.syncing.server import Login
from tuireader.model.account import Account, Secret, Synced
from tuireader.model.clock import utc_now
from tuireader.store import accounts, feeds
from tuireader.text.plural import counted
from tuireader.text.printable import printable
from tuireader.urls.shown import shown_address

if TYPE_CHECKING:
    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.model.feed import Feed

NO_ACCOUNTS = "There are no accounts. Add one with: tuireader account add ADDRESS"


def add(arguments: argparse.Namespace) -> int:
    """Find the server, ask for what is not given, sign in, and bring in what it has."""
    addresses_of(arguments.address)  # what is wrong with it is said before anything is asked
    command = arguments.password_command or arguments.token_command
    secret = Secret(command, is_token=bool(arguments.token_command))
    user = arguments.user.strip() or ("" if secret.is_token else asking.typed("Name: "))
    if not user and not secret.is_token:
        say("Whose account is it? Give the name with --user.")
        return USAGE
    password = passwords.printed_by(command) if command else asking.typed_unseen("Password: ")
    if not password:
        say("A password is needed: it is asked for on a terminal, or printed by a command (--password-command).")
        return USAGE
    with cache.opened():
        pass
    with cache.gate(preload.TO_REFRESH, MANY) as gate:
        work = _add(gate, arguments.address, Login(user, password, secret.is_token), secret, arguments.name)
        try:
            return asyncio.run(_and_sync(gate, work, as_json=arguments.json))
        except (SyncError, FetchError) as error:
            name = arguments.name or shown_address(arguments.address)
            return _tell(Synced(Account(0, "", name), "failed", error=str(error)), as_json=arguments.json)


async def _add(gate: Cache, address: str, login: Login, secret: Secret, name: str) -> tuple[Account, Login]:
    from tuireader.library.politeness.queue import open_queue

    async with open_queue(gate, clock=utc_now) as queue:
        account = await use.add(gate, queue, address, login, secret=secret, name=name)
    how = "its password is in your keyring" if account.secret.in_keyring else "its password is asked for each time"
    say(f"{account.name} is {messages.kind(account)}{'' if secret.command else f'; {how}'}.")
    return account, login


async def _and_sync(gate: Cache, work: Any, *, as_json: bool) -> int:
    account, login = await work
    status = await _sync_all(gate, [account], {account.id: login}, as_json=as_json)
    if twice := await gate.read(partial(use.followed_twice, account=account)):
        say(
            f"{counted(twice, 'feed')} of it {'is' if twice == 1 else 'are'} followed by this machine itself, too:"
            " tuireader account push --all makes one of both."
        )
    return status


def list_accounts(arguments: argparse.Namespace) -> int:
    """Print the accounts."""
    with cache.opened() as connection:
        every = accounts.on_servers(connection)
        place = shared_folder.place_of(connection)
        waiting = {each.id: apply_remote.owed(connection, each.id) for each in every}
        followed = [feed.account_id for feed in feeds.every(connection)]
    if arguments.json:
        for each in every:
            row = {"account": each.name, "kind": each.kind, "url": each.url, "user": each.user}
            put_json(row | {"feeds": followed.count(each.id), "waiting": waiting[each.id]})
        return DONE
    if place is not None:
        say(f"The folder {place.folder} is shared with your other machines.")
    if not every:
        if place is None:
            say(NO_ACCOUNTS)
        return DONE
    rows = [["FEEDS", "WAITING", "NAME", "USER", "SERVER"]]
    rows += [
        [str(followed.count(each.id)), str(waiting[each.id]), printable(each.name), printable(each.user),
         printable(f"{messages.kind(each)} at {each.url}")]
        for each in every
    ]  # fmt: skip
    for line in table(rows, right=frozenset({0, 1})):
        put(line)
    return DONE


def remove(arguments: argparse.Namespace) -> int:
    """Keep an account no more after a question; `--yes` skips it."""
    with cache.opened() as connection:
        account = accounts.find(connection, arguments.name)
        waiting = apply_remote.owed(connection, account.id)
        lost = f" {counted(waiting, 'mark')} it was not told of yet would be lost." if waiting else ""
        if not arguments.yes:
            if not asking.is_anyone_there():
                say(f"Nothing was removed: there is no one to ask.{lost} To remove {account.name} anyway, add --yes.")
                return USAGE
            if not asking.agrees(f"Remove {account.name} with its feeds and articles from this machine?{lost}"):
                say("Nothing was removed.")
                return DONE
        use.remove(connection, account)
    curtain.forget()
    say(f"{account.name} was removed here; on its server nothing has changed.")
    return DONE


def push(arguments: argparse.Namespace) -> int:
    """Let an account follow feeds that were this machine's own."""
    with cache.opened() as connection:
        every = accounts.on_servers(connection)
        if not arguments.account and len(every) > 1:
            names = ", ".join(f"“{each.name}”" for each in every)
            say(f"Which account? Name one with --account: {names}.")
            return USAGE
        account = accounts.find(connection, arguments.account or (every[0].name if every else ""))
        named = [feeds.find(connection, text) for text in arguments.feeds]
        chosen = list(
            {
                feed.id: feed for feed in [*named, *(use.to_push(connection, account) if arguments.every else [])]
            }.values()
        )
    if not chosen:
        say("No local feeds." if arguments.every else "Which feeds? Name them, or give --all.")
        return DONE if arguments.every else USAGE
    login = signed_in(account)
    with cache.gate() as gate:
        return asyncio.run(push_feeds(gate, account, login, chosen, as_json=arguments.json))


def signed_in(account: Account) -> Login:
    """What to sign in to an account with, which is asked for where it is not known; raises SyncError."""
    return passwords.login_of(account, _ask_for)


async def push_feeds(gate: Cache, account: Account, login: Login, chosen: list[Feed], *, as_json: bool) -> int:
    """Let an account follow feeds, and keep it in step; what fails is said, the rest is done."""
    from tuireader.library.politeness.queue import open_queue

    status = DONE
    async with open_queue(gate, clock=utc_now) as queue:
        server = server_of(queue, account, login)
        await server.sign_in()
        for feed in chosen:
            try:
                await use.push(gate, server, account, feed)
            except (SyncError, FetchError) as error:
                if as_json:
                    put_event({"feed": feed.name, "status": "failed", "error": str(error)})
                say(f"{feed.name}: {error}.")
                status = FAILED
            else:
                say(f"{feed.name} is followed by {account.name} now.")
    return await _sync_all(gate, [account], {account.id: login}, as_json=as_json) or status


def sync(arguments: argparse.Namespace) -> int:
    """Keep accounts, and the folder that is shared, in step."""
    with cache.opened() as connection:
        if arguments.dir == "-":
            shared_folder.stop_sharing(connection)
            say("No folder is shared any more.")
            return DONE
        if arguments.dir:
            shared_folder.share(connection, arguments.dir)
        place = None if arguments.account else shared_folder.place_of(connection)
        every = accounts.on_servers(connection)
        if arguments.account:
            every = [accounts.find(connection, arguments.account)]
    if not every and place is None:
        say(f"{NO_ACCOUNTS}, or share a folder with: tuireader sync --dir DIR")
        return FAILED
    status = DONE
    if place is not None:
        status = _exchange(arguments)
    with cache.gate() as gate:
        work = _sync_all(gate, every if not arguments.dir else [], {}, as_json=arguments.json)
        return asyncio.run(work) or status


def _exchange(arguments: argparse.Namespace) -> int:
    """Keep the folder in step, and fetch feeds that came through it: their articles have marks there."""
    with cache.gate() as gate:
        came = asyncio.run(exchange(gate, clock=utc_now))
    if came is None:
        return DONE
    event, new_feeds = came
    status = _tell(event, as_json=arguments.json)
    if not new_feeds:
        return status
    say(f"{counted(len(new_feeds), 'feed')} of your other machines came.")
    with cache.opened() as connection:
        new = [feeds.get(connection, feed_id) for feed_id in new_feeds]
    refresh_now(new, force=False, as_json=False, is_data=False)
    with cache.gate() as gate:
        again = asyncio.run(exchange(gate, clock=utc_now))
    return (_tell(again[0], as_json=arguments.json) if again is not None else DONE) or status


async def _sync_all(gate: Cache, every: list[Account], logins: dict[int, Login], *, as_json: bool) -> int:
    from tuireader.library.politeness.queue import open_queue
    from tuireader.library.refreshing.index_later import Meanwhile

    def login_of(account: Account) -> Login:
        return logins.get(account.id) or signed_in(account)

    if not every:
        return DONE
    status, progress, came = DONE, Progress(), 0
    async with (
        open_queue(gate, clock=utc_now) as queue,
        aclosing(sync_all(gate, queue, every, login_of, clock=utc_now)) as events,
        Meanwhile(gate) as indexing,
    ):
        async for event in events:
            if event.new != came:  # while the server thinks about more
                came = event.new
                indexing.go_on()
            progress.clear()
            if event.status == "progress":
                progress.tell(f"{event.account.name}: {event.doing}")
            else:
                status = _tell(event, as_json=as_json) or status
    return status


def _tell(event: Synced, *, as_json: bool) -> int:
    """Say how an account fares."""
    for sentence in event.said:
        say(sentence)
    if as_json:
        put_event(_row(event))
    if event.status == "done":
        if not as_json:
            say(f"{event.account.name}: {messages.ended(event)}.")
        return DONE
    say(event.error or f"{event.account.name} cannot be kept in step")
    if event.waiting and not as_json:
        say(f"{messages.waiting(event.waiting, event.account.name)}.")
    return FAILED


def _row(event: Synced) -> dict[str, Any]:
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


def _ask_for(account: Account) -> str:
    return asking.typed_unseen(f"Password of {account.user} at {account.name}: ")
