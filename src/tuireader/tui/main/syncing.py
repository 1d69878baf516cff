"""Keeping accounts and the shared folder in step in the background: with each refresh, and soon after each mark."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import BusyError, FetchError, SyncError, TuireaderError
from tuireader.model.account import LOCAL
from tuireader.tui.main.refreshing import RefreshBrought, RefreshProgressed
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, start

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from sqlite3 import Connection

    from textual.timer import Timer
    from textual.widget import Widget

    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.library.politeness.queue import PoliteQueue
    from tuireader.library.syncing.server import Login
    from tuireader.model.account import Account, Synced
    from tuireader.model.clock import Clock
    from tuireader.model.feed import Feed
    from tuireader.tui.screens.account import Signed
    from tuireader.tui.support.web import Web

SOON = 4.0
"""Seconds after a mark in which more may follow, before it is told."""
FIRST_WAIT, LONGEST_WAIT = 30.0, 1800.0
"""Seconds until what could not be told is tried again, at first and at last."""
_MODULE = "tuireader.library.syncing.all_accounts"
_REMEDY = "To keep it: tuireader account add --help"


class SyncController:
    """Tells what is done here, and takes over what is done elsewhere; one run at a time."""

    def __init__(self, node: Widget, cache: Cache, web: Web, clock: Clock, *, key: str, sync_key: str) -> None:
        """`node` is who is told, and whose workers do the work; `key` adds an account, `sync_key` keeps all in step."""
        self._key = key
        self._sync_key = sync_key
        self._node = node
        self._cache = cache
        self._web = web
        self._clock = clock
        self._logins: dict[int, Login] = {}
        """What was typed, for as long as the program runs; it is written nowhere."""
        self._used: dict[int, Login] = {}
        """What each account was signed in to with the last time."""
        self._in_step: frozenset[int] = frozenset()
        """Accounts that could be told all the last time."""
        self._timer: Timer | None = None
        self._wait = FIRST_WAIT
        self._is_wanted = self._is_asked = self._runs = False
        self._has_looked = False
        """Whether what has waited since the last start is said."""
        self.progress = ""
        """How far the present run is; empty while there is none."""
        self.waiting: tuple[str, ...] = ()
        """What could not be told, and whose password is wanted, in words; empty where all is told."""

    def sync(self, *, is_asked: bool = False) -> None:
        """Keep all in step now, after what is under way; where it `is_asked` for, what came of it is said."""
        self._is_wanted, self._is_asked = True, self._is_asked or is_asked
        if not self._runs:
            self._runs = True
            start(self._node, self._run, group="sync")

    def sync_as_asked(self) -> None:
        start(self._node, self._ask_or_sync, group=ASKING)

    async def _ask_or_sync(self) -> None:
        every = await self._cache.read(_accounts)
        without = next((each for each in every if self._lacks_password(each)), None)
        if not every:
            toast(self._node, f"There are no accounts yet; {self._key} adds one.")
        elif without is not None:
            await self._ask(without)
        else:
            self.sync(is_asked=True)

    def soon(self) -> None:
        self._later(SOON)

    def in_step(self) -> dict[int, Login]:
        return {id_: login for id_, login in self._used.items() if id_ in self._in_step}

    def push(self, feeds: Sequence[Feed], account: Account, folder: str) -> None:
        start(self._node, partial(self._push, feeds, account, folder), group="sync")

    async def _push(self, feeds: Sequence[Feed], account: Account, folder: str) -> None:
        if self._lacks_password(account):
            await self._ask(account)
            return
        try:
            async with self._web.queue(_MODULE) as queue:
                from tuireader.library.syncing.accounts import push
                from tuireader.library.syncing.detect import server_of
                from tuireader.library.syncing.passwords import in_time

                server = server_of(queue, account, await in_time(self._login_of, account))
                await server.sign_in()
                for feed in feeds:
                    self._say(f"{account.name}: {feed.name}")
                    try:
                        await push(self._cache, server, account, feed, folder)
                    except SyncError as error:
                        toast(self._node, f"{feed.name}: {error}.", severity="error")
                    else:
                        toast(self._node, f"{feed.name} is followed by {account.name} now.")
        except (SyncError, FetchError) as error:
            toast(self._node, f"{account.name}: {error}", severity="error")
        finally:
            self._say("")
        self._node.post_message(RefreshBrought())
        self.sync()

    def ask_for_account(self, account: Account | None = None) -> None:
        """Ask for the address, the name and the password of an account; of one that is here, for its password."""
        start(self._node, partial(self._ask, account), group=ASKING)

    async def _ask(self, account: Account | None) -> None:
        from tuireader.tui.screens.account import AccountScreen
        from tuireader.tui.screens.dialog import open_dialog

        dialog = AccountScreen(self._cache, self._web, self._clock, account)
        open_dialog(self._node.app, dialog, self._signed_in)

    async def full_text(self, queue: PoliteQueue, article_id: int) -> bool:
        """Get the whole text of an article from the server of its account; whether that had more than is here."""
        from tuireader.library.syncing.full_text import fetch_from_server

        try:
            return await fetch_from_server(self._cache, queue, article_id, self._login_of)
        except TuireaderError:  # the page of the article may have it
            return False

    def _signed_in(self, signed: Signed | None) -> None:
        if signed is not None:
            self._logins[signed.account.id] = signed.login
            secret = signed.account.secret
            is_kept = secret.in_keyring or secret.command
            how = "its password is in your keyring." if is_kept else f"its password is known until you quit. {_REMEDY}."
            toast(self._node, f"{signed.account.name} is signed in; {how}")
            self.sync(is_asked=True)

    def _later(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._node.set_timer(seconds, self.sync)

    async def _run(self) -> None:
        try:
            while self._is_wanted:
                self._is_wanted = False
                is_asked, self._is_asked = self._is_asked, False
                await self._sync(is_asked=is_asked)
        except (BusyError, FetchError):  # the next refresh does it
            self._is_wanted = False
        finally:
            self._runs = False
            self._say("")

    async def _sync(self, *, is_asked: bool) -> None:
        every = await self._cache.read(_accounts)
        if not every:
            return
        ended: list[Synced] = []
        if not self._has_looked:
            self._has_looked = True
            self._say_waiting(every, await self._cache.read(_owed))
        async with self._web.queue(_MODULE) as queue:
            from tuireader.library.syncing.all_accounts import exchange, sync_all

            if every[0].id == LOCAL and (came := await exchange(self._cache, clock=self._clock)) is not None:
                ended.append(came[0])
            ready = [each for each in every if each.id != LOCAL and not self._lacks_password(each)]
            run = sync_all(self._cache, queue, ready, self._login_of, clock=self._clock)
            async with aclosing(run) as events:
                async for event in events:
                    if event.status == "progress":
                        self._say(f"{event.account.name}: {event.doing}")
                    else:
                        ended.append(event)
                    if event.new:
                        self._node.post_message(RefreshBrought())
        await self._say_ended(every, ended, is_asked=is_asked)

    def _lacks_password(self, account: Account) -> bool:
        secret = account.secret
        return account.id != LOCAL and not (secret.command or secret.in_keyring or account.id in self._logins)

    def _login_of(self, account: Account) -> Login:
        from tuireader.library.syncing.passwords import login_of

        self._used[account.id] = self._logins.get(account.id) or login_of(account, None)
        return self._used[account.id]

    async def _say_ended(self, every: Sequence[Account], ended: list[Synced], *, is_asked: bool) -> None:
        failed = [each for each in ended if each.status != "done"]
        self._in_step = frozenset(each.account.id for each in ended if each.status == "done")
        left = {each.account.id for each in failed if each.waiting}
        owed = await self._cache.read(_owed)
        lacking = {each.id for each in every if self._lacks_password(each)}
        self._say_waiting(every, {id_: count for id_, count in owed.items() if id_ in left | lacking})
        if any(each.new or each.read or each.unread or each.starred or each.unstarred or each.feeds for each in ended):
            self._node.post_message(RefreshBrought())
        said = [sentence for each in ended for sentence in each.said]
        if is_asked:
            said += [each.error for each in failed if each.error]
        for sentence in said:
            toast(self._node, sentence, severity="error" if is_asked and failed else "information")
        if left:
            self._later(self._wait)
            self._wait = min(self._wait * 2, LONGEST_WAIT)
        else:
            self._wait = FIRST_WAIT

    def _say_waiting(self, every: Sequence[Account], owed: Mapping[int, int]) -> None:
        """Say what could not be told, and which account cannot be signed in to."""
        from tuireader.library.syncing import messages

        said = []
        for account in every:
            count, lacks = owed.get(account.id, 0), self._lacks_password(account)
            said += [f"{account.name} wants its password: {self._sync_key}"] if lacks else []
            said += [messages.waiting(count, "it" if lacks else account.name)] if count else []
        self.waiting = tuple(said)
        self._node.post_message(RefreshProgressed())

    def _say(self, progress: str) -> None:
        self.progress = progress
        self._node.post_message(RefreshProgressed())


def _accounts(c: Connection) -> list[Account]:
    """The accounts that are kept in step; this machine's own, which is the first, only where it shares a folder."""
    from tuireader.store import accounts  # the first screen does without it

    return [each for each in accounts.every(c) if each.id != LOCAL or each.syncs]


def _owed(c: Connection) -> dict[int, int]:
    """How many marks wait for each account, by its id."""
    from tuireader.library.syncing.apply_remote import owed
    from tuireader.store import accounts

    return {each.id: owed(c, each.id) for each in accounts.on_servers(c)}
