"""The commands account add, list, remove, push; and sync."""

from __future__ import annotations

import argparse

from tuireader import startup_frame
from tuireader.cli import DONE, FAILED, USAGE, output
from tuireader.cli.output import configuration, put, put_json, say, table
from tuireader.cli.run import Run, opened_cache, run
from tuireader.library.jobs import batching
from tuireader.library.syncing import accounts as use
from tuireader.library.syncing import apply_remote, folder_state, passwords, server
from tuireader.library.syncing.detect import addresses_of
from tuireader.library.syncing.server import Login
from tuireader.library.syncing.sync import MANY
from tuireader.model.feed import LOCAL, Account, Feed, Secret
from tuireader.store import accounts, feeds, status_outbox
from tuireader.tasks import sync as tasks
from tuireader.tasks.task import ExpiryLimits
from tuireader.text.printable import printable
from tuireader.text.sentences import counted

NO_ACCOUNTS = "No accounts. Add one with: tuireader account add ADDRESS"


def add(arguments: argparse.Namespace) -> int:
    """Find the server, ask for missing data, sign in, and run the first sync."""
    addresses_of(arguments.address)  # what is wrong with it is said before anything is asked
    command = arguments.password_command or arguments.token_command
    secret = Secret(command, is_token=bool(arguments.token_command))
    user = arguments.user.strip() or ("" if secret.is_token else output.typed("User name: "))
    if not user and not secret.is_token:
        say("No user name given: add --user NAME.")
        return USAGE
    password = passwords.printed_by(command) if command else output.typed_unseen("Password: ")
    if not password:
        say("No password: run this in a terminal, or use --password-command.")
        return USAGE
    with opened_cache():
        pass
    login = Login(user, password, secret.is_token)
    return run(
        lambda on: tasks.add(on, arguments.address, login, secret, arguments.name),
        as_json=arguments.json,
        indexes=True,
        prepare=batching.TO_REFRESH,
        expected=MANY,
    )


def list_accounts(arguments: argparse.Namespace) -> int:
    with opened_cache() as connection:
        every = accounts.on_servers(connection)
        place = folder_state.state_of(connection)
        waiting = {each.id: apply_remote.owed(connection, each.id) for each in every}
        followed = [feed.account_id for feed in feeds.every(connection)]
    if arguments.json:
        for each in every:
            row = {"account": each.name, "kind": each.kind, "url": each.url, "user": each.user}
            put_json(row | {"feeds": followed.count(each.id), "waiting": waiting[each.id]})
        return DONE
    if place is not None:
        say(f"Syncing through {place.folder}.")
    if not every:
        if place is None:
            say(NO_ACCOUNTS)
        return DONE
    rows = [["FEEDS", "PENDING", "NAME", "USER", "SERVER"]]
    rows += [
        [str(followed.count(each.id)), str(waiting[each.id]), printable(each.name), printable(each.user),
         printable(f"{server.kind(each)} at {each.url}")]
        for each in every
    ]  # fmt: skip
    for line in table(rows, right=frozenset({0, 1})):
        put(line)
    return DONE


def remove(arguments: argparse.Namespace) -> int:
    """Remove an account after a question; `--yes` skips it."""
    with opened_cache() as connection:
        account = accounts.find(connection, arguments.name)
        waiting = apply_remote.owed(connection, account.id)
        untold = f" {counted(waiting, 'pending change')}" if waiting else ""
        if not arguments.yes:
            question = f"Remove {account.name} with its feeds and articles from this device?"
            lost = untold and f"{untold} will be lost."
            if (refused := output.refusal(question, f"To remove {account.name} anyway", lost)) is not None:
                return refused
        rules = use.remove(connection, account)
    startup_frame.forget()
    gone = f" with {counted(rules, 'rule')} for it" if rules else ""
    lost = untold and f" Lost:{untold}."
    say(f"Removed {account.name}{gone}. The server was not changed.{lost}")
    return DONE


def push(arguments: argparse.Namespace) -> int:
    """Hand local feeds over to an account."""
    with opened_cache() as connection:
        every = accounts.on_servers(connection)
        if not arguments.account and len(every) > 1:
            names = ", ".join(f"“{each.name}”" for each in every)
            say(f"Several accounts. Select one with --account: {names}.")
            return USAGE
        account = accounts.find(connection, arguments.account or (every[0].name if every else ""))
        named = [feeds.find(connection, text) for text in arguments.feeds]
        chosen = list(
            {
                feed.id: feed for feed in [*named, *(use.to_push(connection, account) if arguments.every else [])]
            }.values()
        )
    if not chosen:
        say("No local feeds." if arguments.every else "No feeds selected: enter FEED, or use --all.")
        return DONE if arguments.every else USAGE
    return push_feeds(account, signed_in(account), chosen, as_json=arguments.json)


def signed_in(account: Account) -> Login:
    """The login of an account; asks for an unknown password. Raises SyncError."""
    return passwords.login_of(account, _ask_for)


def push_feeds(account: Account, login: Login, chosen: list[Feed], *, as_json: bool, folder: str = "") -> int:
    """Hand feeds over to an account, into a folder there, then sync it; returns the exit status.

    Failures are reported, and the rest goes on.
    """
    return run(
        lambda on: tasks.push(on, account, chosen, lambda _: login, folder),
        lambda on: tasks.sync(on, [account], lambda _: login, []),
        as_json=as_json,
        indexes=True,
    )


def sync(arguments: argparse.Namespace) -> int:
    """Sync accounts and the shared folder."""
    with opened_cache() as connection:
        if arguments.dir == "-":
            untold = status_outbox.count(connection, LOCAL)
            folder_state.stop_sharing(connection)
            say("Stopped syncing through the shared folder.")
            if untold:
                say(f"{counted(untold, 'pending change')} not sent to your other devices.")
            return DONE
        if arguments.dir:
            folder_state.share(connection, arguments.dir)
        place = None if arguments.account else folder_state.state_of(connection)
        every = accounts.on_servers(connection)
        if arguments.account:
            every = [accounts.find(connection, arguments.account)]
    if not every and place is None:
        say(f"{NO_ACCOUNTS}, or sync through a shared folder: tuireader sync --dir DIR")
        return FAILED
    of_folder: list[Run] = [] if place is None else [lambda on: tasks.sync_folder(on, [])]
    of_accounts = [] if arguments.dir else every
    config = configuration()
    return run(
        *of_folder,
        lambda on: tasks.sync(on, of_accounts, signed_in, []),
        as_json=arguments.json,
        indexes=True,
        ends=ExpiryLimits(config.expire_after, config.expire_above),
    )


def _ask_for(account: Account) -> str:
    return output.typed_unseen(f"Password for {account.user} at {account.name}: ")
