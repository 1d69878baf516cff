"""The account dialog: server address, name and password."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Input, Static

from tuireader.errors import TuireaderError
from tuireader.text.sentences import ended
from tuireader.tui.chrome.prompt import Entry
from tuireader.tui.keys import Row
from tuireader.tui.screens.dialog import Dialog
from tuireader.tui.support.safe_text import joined, plain
from tuireader.tui.support.workers import is_busy

if TYPE_CHECKING:
    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.library.syncing.server import Login
    from tuireader.model.account import Account
    from tuireader.model.headline import Clock
    from tuireader.tui.support.workers import Web

INVITATION = (
    "Miniflux, FreshRSS, or another server with Google Reader’s API. Of FreshRSS it is the API password that is wanted."
)


@dataclass(frozen=True, slots=True)
class Signed:
    """A login that worked."""

    account: Account
    login: Login


class Label(Static):
    """The label of an input; a click on it focuses the input."""

    def __init__(self, said: Content, *, of: str) -> None:
        super().__init__(said, classes="account-label")
        self._of = of

    def on_click(self) -> None:
        self.screen.query_one(f"#{self._of}").focus()


class AccountScreen(Dialog[Signed | None]):
    """Asks for a login and signs in; returns the account, or None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, cache: Cache, web: Web, clock: Clock, account: Account | None = None) -> None:
        """`account`: ask for the password of this existing account only."""
        super().__init__()
        self._cache = cache
        self._web = web
        self._clock = clock
        self._account = account

    def compose(self) -> ComposeResult:
        account = self._account
        heading = f"The password of {account.name}" if account else "Add an account"
        with Container(id="account", classes="dialog"):
            yield Static(plain(heading), classes="dialog-title")
            for name, label, value, hidden in (
                ("address", "Address of the server", account.url if account else "", False),
                ("user", "Name", account.user if account else "", False),
                ("password", "Password", "", True),
            ):
                yield Label(plain(label), of=f"account-{name}")
                yield Entry(value, compact=True, password=hidden, id=f"account-{name}")
            yield Static(plain(INVITATION, "$ink-faint"), id="account-said")
            yield self.hint_bar()

    def on_mount(self) -> None:
        self._line("password" if self._account else "address").focus()

    def hints(self) -> list[Row]:
        if is_busy(self, "sign-in"):
            return [Row("esc", "stop", "leave", is_pinned=True)]
        return [Row("enter", "sign in", "submit"), Row("tab", "next line", "app.focus_next"), *super().hints()]

    def on_worker_state_changed(self) -> None:
        if self.is_mounted:
            self.write_hints()

    def _line(self, name: str) -> Input:
        return self.query_one(f"#account-{name}", Input)

    @on(Input.Submitted)
    def _submit(self) -> None:
        self.action_submit()

    def action_submit(self) -> None:
        for name, missing in (
            ("address", "the address of the server"),
            ("user", "your name there"),
            ("password", "the password"),
        ):
            if not self._line(name).value.strip():
                self._line(name).focus()
                self._said.update(plain(f"Type {missing}.", "$ink"))
                return
        if not is_busy(self, "sign-in"):
            self._sign_in()

    @on(Input.Changed)
    def _invite(self) -> None:
        self.reads = None
        self._said.update(plain(INVITATION, "$ink-faint"))

    @property
    def _said(self) -> Static:
        return self.query_one("#account-said", Static)

    @work(group="sign-in")
    async def _sign_in(self) -> None:
        self._said.update(plain("Signing in …", "$ink-faint"))
        try:
            self.dismiss(await self._signed())
        except TuireaderError as error:
            self.reads = self._said
            self._said.update(joined(("! ", "$alarm"), (ended(str(error)), "$ink")))

    async def _signed(self) -> Signed:
        async with self._web.queue("tuireader.library.syncing.accounts") as queue:
            from tuireader.library.syncing.accounts import add
            from tuireader.library.syncing.server import Login
            from tuireader.model.account import Secret

            secret = self._account.secret if self._account else Secret()
            user, password = self._line("user").value.strip(), self._line("password").value
            login = Login(user, password, secret.is_token)
            address = self._line("address").value.strip()
            return Signed(await add(self._cache, queue, address, login, secret=secret), login)

    def action_leave(self) -> None:
        if is_busy(self, "sign-in"):
            self.workers.cancel_group(self, "sign-in")
            self._invite()
        else:
            self.dismiss(None)
