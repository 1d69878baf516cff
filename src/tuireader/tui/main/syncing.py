"""Keeping accounts and the shared folder in step in the background: with each refresh, and soon after each mark."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import BusyError, FetchError, TuireaderError
from tuireader.model.account import LOCAL
from tuireader.tui.main.refreshing import RefreshBrought, RefreshProgressed
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, start

if TYPE_CHECKING:
    from collections.abc import Mapping
    from sqlite3 import Connection

    from textual.timer import Timer
    from textual.widget import Widget

    from tuireader.library.jobs.off_loop import Cache
    from tuireader.library.politeness.queue import PoliteQueue
    from tuireader.library.syncing.server import Login
    from tuireader.model.account import Account
    from tuireader.model.clock import Clock
    from tuireader.model.remote import Synced
    from tuireader.tui.screens.account import Signed
    from tuireader.tui.support.web import Web

SOON = 4.0
"""Seconds after a mark in which more may follow, before it is told."""
FIRST_WAIT, LONGEST_WAIT = 30.0, 1800.0
"""Seconds until what could not be told is tried again, at first and at last."""
_MODULE = "tuireader.library.syncing.all_accounts"


class SyncController:
    """Tells what is done here, and takes over what is done elsewhere; one run at a time."""

    def __init__(self, node: Widget, cache: Cache, web: Web, clock: Clock, *, key: str) -> None:
        """`node` is who is told, and whose workers do the work; `key` adds an account."""
        self._key = key
        self._node = node
        self._cache = cache
        self._web = web
        self._clock = clock
        self._logins: dict[int, Login] = {}
        """What was typed, for as long as the program runs; it is written nowhere."""
        self._timer: Timer | None = None
        self._wait = FIRST_WAIT
        self._is_wanted = self._is_asked = self._runs = False
        self._has_looked = False
        """Whether what has waited since the last start is said."""
        self.progress = ""
        """How far the present run is; empty while there is none."""
        self.waiting = ""
        """What could not be told, in words; empty where all is told."""

    def sync(self, *, is_asked: bool = False) -> None:
        """Keep all in step now, after what is under way; where it `is_asked` for, what came of it is said."""
        self._is_wanted, self._is_asked = True, self._is_asked or is_asked
        if not self._runs:
            self._runs = True
            start(self._node, self._run, group="sync")

    def sync_as_asked(self) -> None:
        """The same as the user asks for it: of an account without a password here, that is asked for first."""
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
        """The same in a moment, as more marks may follow."""
        self._later(SOON)

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
            how = "its password is in your keyring" if is_kept else "its password is known until you quit"
            toast(self._node, f"{signed.account.name} is signed in; {how}.")
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
            self._say_waiting(await self._cache.read(_owed))
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
        await self._say_ended(ended, is_asked=is_asked)

    def _lacks_password(self, account: Account) -> bool:
        secret = account.secret
        return account.id != LOCAL and not (secret.command or secret.in_keyring or account.id in self._logins)

    def _login_of(self, account: Account) -> Login:
        from tuireader.library.syncing.passwords import login_of

        return self._logins.get(account.id) or login_of(account, None)

    async def _say_ended(self, ended: list[Synced], *, is_asked: bool) -> None:
        failed = [each for each in ended if each.status != "done"]
        left = {each.account: each.waiting for each in failed if each.waiting}
        self._say_waiting(left | await self._cache.read(self._owed_without_password))
        if any(each.new or each.read or each.unread or each.starred or each.unstarred for each in ended):
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

    def _owed_without_password(self, c: Connection) -> dict[Account, int]:
        return {account: count for account, count in _owed(c).items() if self._lacks_password(account)}

    def _say_waiting(self, owed: Mapping[Account, int]) -> None:
        """Say what could not be told, and which account cannot be signed in to."""
        from tuireader.library.syncing import words

        said = [words.waiting(count, account.name) for account, count in owed.items() if count]
        self.waiting = " · ".join(said)
        self._node.post_message(RefreshProgressed())

    def _say(self, progress: str) -> None:
        self.progress = progress
        self._node.post_message(RefreshProgressed())


def _accounts(c: Connection) -> list[Account]:
    """The accounts that are kept in step; this machine's own, which is the first, only where it shares a folder."""
    from tuireader.store import accounts  # the first screen does without it

    return [each for each in accounts.every(c) if each.id != LOCAL or each.syncs]


def _owed(c: Connection) -> dict[Account, int]:
    """How many marks wait for each account."""
    from tuireader.library.syncing.taking import owed
    from tuireader.store import accounts

    return {each: owed(c, each.id) for each in accounts.on_servers(c)}
