"""Forms: an account, an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from tuireader.errors import TuireaderError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.syncing.accounts import add
from tuireader.library.syncing.server import Login
from tuireader.model.article import Clock
from tuireader.model.feed import Account, Secret
from tuireader.text.sentences import ended, listed
from tuireader.tui.chrome import CleanInput
from tuireader.tui.dialogs.questions import Dialog
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import ChoiceList
from tuireader.tui.support.safe_text import error_line, joined, plain
from tuireader.tui.support.workers import Web, is_busy
from tuireader.urls.typed_and_shown import shown_address

INVITATION = "Miniflux, FreshRSS or any server with the Google Reader API. For FreshRSS, use your API password."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account with the login that worked for it."""

    account: Account
    login: Login


class Label(Static):
    """The label of an input; a click on it focuses the input."""

    def __init__(self, said: Content, *, of: str) -> None:
        super().__init__(said, classes="account-label")
        self._of = of

    def on_click(self) -> None:
        self.screen.query_one(f"#{self._of}").focus()


class AccountScreen(Dialog[SignedIn | None]):
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
        heading = f"Sign in to {account.name}" if account else "Add account"
        with Container(id="account", classes="dialog"):
            yield Static(plain(heading), classes="dialog-title")
            for name, label, value, hidden in (
                ("address", "Server address", account.url if account else "", False),
                ("user", "User name", account.user if account else "", False),
                ("password", "Password", "", True),
            ):
                yield Label(plain(label), of=f"account-{name}")
                yield CleanInput(value, compact=True, password=hidden, id=f"account-{name}")
            yield Static(plain(INVITATION, "$ink-faint"), id="account-said")
            yield self.hint_bar()

    def on_mount(self) -> None:
        self._line("password" if self._account else "address").focus()

    def hints(self) -> list[Row]:
        if is_busy(self, "sign-in"):
            return [Row("esc", "cancel", "leave", is_pinned=True)]
        return [Row("enter", "sign in", "submit"), Row("tab", "next field", "app.focus_next"), *super().hints()]

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
            ("address", "the server address"),
            ("user", "your user name"),
            ("password", "your password"),
        ):
            if not self._line(name).value.strip():
                self._line(name).focus()
                self._said.update(plain(f"Enter {missing}.", "$ink"))
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
        self._said.update(plain("Signing in…", "$ink-faint"))
        try:
            self.dismiss(await self._signed())
        except TuireaderError as error:
            self.reads = self._said
            self._said.update(joined(*error_line(str(error))))

    async def _signed(self) -> SignedIn:
        async with self._web.queue("tuireader.library.syncing.accounts") as queue:
            secret = self._account.secret if self._account else Secret()
            user, password = self._line("user").value.strip(), self._line("password").value
            login = Login(user, password, secret.is_token)
            address = self._line("address").value.strip()
            return SignedIn(await add(self._cache, queue, address, login, secret=secret), login)

    def action_leave(self) -> None:
        if is_busy(self, "sign-in"):
            self.workers.cancel_group(self, "sign-in")
            self._invite()
        else:
            self.dismiss(None)


@dataclass(frozen=True, slots=True)
class Added:
    """The result of adding an address."""

    feed_id: int | None
    """None: many feeds, which still have to be fetched."""
    article_id: int | None
    """The article to open, if the address is that of an article."""
    was_here: bool = False
    said: str = ""
    """A message for the user."""
    report: tuple[str, ...] = ()
    """Sentences on what was imported, if something was not."""


class AddressScreen(Dialog[Added | None]):
    """Asks for an address and processes it; returns the result, or None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down", "to_offers", show=False),
    ]

    heading = ""
    label = ""
    placeholder = "example.org"
    invitation = ""
    verb = ""
    """The label of the enter key in the hints."""

    def __init__(self, cache: Cache, web: Web, *, clock: Clock, addresses: Sequence[str] = ()) -> None:
        """`addresses` are processed at once."""
        super().__init__()
        self.cache = cache
        self.web = web
        self.clock = clock
        self._addresses = tuple(addresses)
        self._complained_of = ""
        """The typed text that the shown error message is about; "" if there is none."""
        self._added: Added | None = None
        """The last result."""

    def compose(self) -> ComposeResult:
        with Container(id="subscribe", classes="dialog"):
            yield Static(plain(self.heading), classes="dialog-title")
            yield from self.welcome()
            yield Static(plain(self.label), id="subscribe-label")
            yield CleanInput(placeholder=self.placeholder, compact=True)
            yield Static(id="subscribe-said")
            yield ChoiceList(id="subscribe-choices")
            yield self.hint_bar()

    def welcome(self) -> ComposeResult:
        yield from ()

    def hints(self) -> list[Row]:
        """Key hints of the dialog's state."""
        if is_busy(self, "subscribe"):
            choosing = [Row("enter", "select", "open")] if self.query_one(ChoiceList).display else []
            return [*choosing, Row("esc", "back", "leave", is_pinned=True)]
        verb = "select" if self.has_offers and self.typed == self._complained_of.strip() else self.verb
        return [Row("enter", verb, "submit"), *self.ways_out()]

    @property
    def has_offers(self) -> bool:
        """Whether choices are offered for the failed address."""
        return False

    def ways_out(self) -> list[Row]:
        return [Row("esc", "close", "leave", is_pinned=True)]

    @property
    def typed(self) -> str:
        return self.query_one(Input).value.strip()

    async def action_submit(self) -> None:
        await self.query_one(Input).action_submit()

    def on_mount(self) -> None:
        self.query_one(ChoiceList).display = False
        self.say(self.invitation)
        self.query_one(Input).focus()
        if self._addresses:
            self._begin(self._addresses)

    def say(self, sentence: str) -> None:
        self.query_one("#subscribe-said", Static).update(plain(sentence, "$ink-faint"))

    def complain(self, sentence: str, *, is_wrong: bool = True) -> None:
        """Show an error (or with `is_wrong` False, a notice) until the address is edited."""
        self._complained_of = self.query_one(Input).value
        self.reads = said = self.query_one("#subscribe-said", Static)
        said.update(joined(*error_line(sentence)) if is_wrong else plain(ended(sentence), "$ink"))

    @on(Input.Changed)
    def _say_no_more(self, event: Input.Changed) -> None:
        if self._complained_of and event.value != self._complained_of:
            self._complained_of, self.reads = "", None
            self.withdraw_offers()
            self.write_hints()
            self.say(self.invitation)

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        address = event.value.strip()
        if not address:
            self.say("Enter an address, such as example.org.")
        if self.has_offers and address == self._complained_of.strip():
            self.query_one(ChoiceList).action_open()
        elif address:
            self._begin((address,))

    def action_to_offers(self) -> None:
        if self.has_offers:
            self.query_one(ChoiceList).focus()

    @work(exclusive=True, group="subscribe")
    async def _begin(self, addresses: Sequence[str]) -> None:
        """Process addresses in order, and close; if any fail, stay open with the first failed one in the input."""
        failed: list[tuple[str, TuireaderError]] = []
        for address in addresses:
            self.query_one(Input).value = address
            try:
                self._added = await self.take(address) or self._added
            except TuireaderError as raised:
                failed.append((address, raised))
                self.withdraw_offers()
        if not failed:
            self.dismiss(self._added)
            return
        (address, error), *others = failed
        self.query_one(Input).value = address
        too = f" Not added: {listed([shown_address(other) for other, _ in others])}" if others else ""
        self.complain(f"{ended(str(error))}{too}")
        self.failed(address, error)

    async def take(self, address: str) -> Added | None:
        """Process an address; returns None if the user cancels. Raises TuireaderError."""
        raise NotImplementedError

    def failed(self, address: str, error: TuireaderError) -> None:
        """Called when processing an address failed."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        if self.is_mounted:
            self.write_hints()
        if event.state is WorkerState.ERROR:
            self.complain("Internal error (a bug in tuireader). Details are in the log.")

    def withdraw_offers(self) -> None:
        """Hide the offered choices, and focus the address input."""
        choices = self.query_one(ChoiceList)
        if choices.display:
            choices.display = False
            self.query_one(Input).focus()

    def action_leave(self) -> None:
        if is_busy(self, "subscribe"):
            self.workers.cancel_group(self, "subscribe")
            self.withdraw_offers()
            self.say(self.invitation)
        else:
            self.dismiss(self._added)
