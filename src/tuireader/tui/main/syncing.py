"""Sync in the background, of accounts and the shared folder: with each refresh, and shortly after each mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from sqlite3 import Connection

from textual.timer import Timer
from textual.widget import Widget

from tuireader.errors import BusyError, FetchError, SyncError, TuireaderError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness import queue as politeness_queue
from tuireader.library.syncing import apply_remote, detect, passwords, server
from tuireader.model import feed, fetched
from tuireader.model.article import Clock
from tuireader.store import accounts
from tuireader.tasks import sync
from tuireader.tasks.task import Context, Step, Steps
from tuireader.tui.dialogs import forms, questions
from tuireader.tui.main.task_runner import Progressed, Task, TaskRunner
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, Web, start

SEND_DELAY = 4.0
"""Seconds to wait for more marks before they are sent (debounce)."""
FIRST_WAIT, LONGEST_WAIT = 30.0, 1800.0
"""Seconds before a retry: the first, and the longest."""
_MODULE = "tuireader.tasks.sync"


class SyncController:
    """Runs syncs, one at a time."""

    def __init__(
        self, node: Widget, runner: TaskRunner, cache: Cache, web: Web, clock: Clock, *, key: str, sync_key: str
    ) -> None:
        """`node` shows toasts and runs the workers; `key` adds an account, `sync_key` starts a sync."""
        self._key = key
        self._sync_key = sync_key
        self._node = node
        self._runner = runner
        self._cache = cache
        self._web = web
        self._clock = clock
        self._logins: dict[int, server.Login] = {}
        """Logins typed in this session; never written anywhere."""
        self._used: dict[int, server.Login] = {}
        """The last login that worked, by account."""
        self._in_step: frozenset[int] = frozenset()
        """Accounts whose last sync succeeded."""
        self._timer: Timer | None = None
        self._wait = FIRST_WAIT
        self._is_asked = False
        self._has_looked = False
        """Whether marks left from the last session have been reported."""
        self.waiting: tuple[str, ...] = ()
        """Messages about unsent marks and missing passwords; empty if there are none."""

    def sync(self, *, is_asked: bool = False) -> None:
        """Sync now, after a running sync; the result is reported if it `is_asked` for."""
        self._is_asked = self._is_asked or is_asked
        start(self._node, self._start, group="sync-start")

    async def _start(self) -> None:
        if await self._cache.read(_accounts):  # else nothing that syncing needs is loaded
            self._runner.start(Task("sync", _MODULE, self._sync, again="after", is_refresh=False))

    def sync_as_asked(self) -> None:
        start(self._node, self._ask_or_sync, group=ASKING)

    async def _ask_or_sync(self) -> None:
        every = await self._cache.read(_accounts)
        without = next((each for each in every if self._lacks_password(each)), None)
        if not every:
            toast(self._node, f"No accounts. {self._key}: add account")
        elif without is not None:
            await self._ask(without)
        else:
            self.sync(is_asked=True)

    def soon(self) -> None:
        self._later(SEND_DELAY)

    def in_step(self) -> dict[int, server.Login | None]:
        return {id_: self._used.get(id_) for id_ in self._in_step}

    def push(self, feeds: Sequence[feed.Feed], account: feed.Account, folder: str) -> None:
        """Hand feeds over to an account, into a folder; asks for an unknown password."""
        if self._lacks_password(account):
            self.ask_for_account(account)
        else:
            run = partial(self._push, feeds=feeds, account=account, folder=folder)
            self._runner.start(Task("push", _MODULE, run, again="queue", is_refresh=False, noun="move of feeds"))

    async def _push(self, on: Context, feeds: Sequence[feed.Feed], account: feed.Account, folder: str) -> Steps:
        try:
            async with aclosing(sync.push(on, account, feeds, self._login_of, folder)) as steps:
                async for step in steps:
                    yield step
        except (SyncError, FetchError) as error:
            yield Step(failed=server.of_account(account, error))
        self.sync()

    def ask_for_account(self, account: feed.Account | None = None) -> None:
        """Open the account dialog; for an existing account, ask for its password only."""
        start(self._node, partial(self._ask, account), group=ASKING)

    async def _ask(self, account: feed.Account | None) -> None:
        dialog = forms.AccountScreen(self._cache, self._web, self._clock, account)
        questions.open_dialog(self._node.app, dialog, self._signed_in)

    async def full_text(self, queue: politeness_queue.PoliteQueue, article_id: int) -> bool:
        """Get the full text of an article from its server; False if the server has no more than is here."""
        try:
            return await detect.fetch_from_server(self._cache, queue, article_id, self._login_of)
        except TuireaderError:  # the page of the article may have it
            return False

    def _signed_in(self, signed: forms.SignedIn | None) -> None:
        if signed is not None:
            self._logins[signed.account.id] = signed.login
            secret = signed.account.secret
            is_kept = secret.in_keyring or secret.command
            how = "password saved in the keyring" if is_kept else "password kept until you quit"
            toast(self._node, f"Signed in to {signed.account.name}; {how}")
            self.sync(is_asked=True)

    def _later(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._node.set_timer(seconds, self.sync)

    async def _sync(self, on: Context) -> Steps:
        is_asked, self._is_asked = self._is_asked, False
        every = await on.cache.read(_accounts)
        if not every:
            return
        ended: list[fetched.Synced] = []
        if not self._has_looked:
            self._has_looked = True
            self._say_waiting(every, await on.cache.read(_owed))
        ready = [each for each in every if each.id != feed.LOCAL and not self._lacks_password(each)]
        folder = [sync.sync_folder(on, ended)] if every[0].id == feed.LOCAL else []
        try:
            for run in (*folder, sync.sync(on, ready, self._login_of, ended)):
                async with aclosing(run) as steps:
                    async for step in steps:
                        yield replace(step, said="", failed=step.failed if is_asked else "")
        except (BusyError, FetchError):  # the next refresh does it
            return
        await self._look_at(every, ended)

    def _lacks_password(self, account: feed.Account) -> bool:
        secret = account.secret
        return account.id != feed.LOCAL and not (secret.command or secret.in_keyring or account.id in self._logins)

    def _login_of(self, account: feed.Account) -> server.Login:
        self._used[account.id] = self._logins.get(account.id) or passwords.login_of(account, None)
        return self._used[account.id]

    async def _look_at(self, every: Sequence[feed.Account], ended: list[fetched.Synced]) -> None:
        """Record what could not be sent, and schedule the retry."""
        last = {each.account.id: each for each in ended}
        self._in_step = frozenset(id_ for id_, each in last.items() if each.status == "done")
        left = {id_ for id_, each in last.items() if each.status != "done" and each.waiting}
        owed = await self._cache.read(_owed)
        lacking = {each.id for each in every if self._lacks_password(each)}
        self._say_waiting(every, {id_: count for id_, count in owed.items() if id_ in left | lacking})
        if left:
            self._later(self._wait)
            self._wait = min(self._wait * 2, LONGEST_WAIT)
        else:
            self._wait = FIRST_WAIT

    def _say_waiting(self, every: Sequence[feed.Account], owed: Mapping[int, int]) -> None:
        """Update `waiting`: unsent marks, and accounts that need a password."""
        said = []
        for account in every:
            count, lacks = owed.get(account.id, 0), self._lacks_password(account)
            said += [f"sign in to {account.name}: {self._sync_key}"] if lacks else []
            said += [server.waiting(count, "it" if lacks else account.name)] if count else []
        self.waiting = tuple(said)
        self._node.post_message(Progressed())


def _accounts(c: Connection) -> list[feed.Account]:
    """Accounts that sync; the local one, which is first, only if it shares a folder."""
    return [each for each in accounts.every(c) if each.id != feed.LOCAL or each.syncs]


def _owed(c: Connection) -> dict[int, int]:
    """Number of unsent marks by account id."""
    return {each.id: apply_remote.owed(c, each.id) for each in accounts.on_servers(c)}
