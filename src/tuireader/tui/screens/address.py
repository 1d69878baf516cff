"""Base of dialogs that ask for an address and show the outcome below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from tuireader.errors import TuireaderError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.headline import Clock
from tuireader.text.sentences import ended, listed
from tuireader.tui.chrome.prompt import Entry
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import ChoiceList
from tuireader.tui.screens.dialog import Dialog
from tuireader.tui.support.safe_text import joined, plain
from tuireader.tui.support.workers import Web, is_busy
from tuireader.urls.shown import shown_address


@dataclass(frozen=True, slots=True)
class Added:
    """The result of adding an address."""

    feed_id: int | None
    """None: many feeds, which still have to be fetched."""
    article_id: int | None
    """The article, if the address was one's."""
    was_here: bool = False
    said: str = ""
    """A message for the user."""


class AddressScreen(Dialog[Added | None]):
    """Asks for an address and processes it; returns the result, or None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("down", "to_offers", show=False),
    ]

    heading = ""
    label = ""
    invitation = ""
    verb = ""
    """The word for enter in the hints."""

    def __init__(self, cache: Cache, web: Web, *, clock: Clock, addresses: Sequence[str] = ()) -> None:
        """`addresses` are processed at once."""
        super().__init__()
        self.cache = cache
        self.web = web
        self.clock = clock
        self._addresses = tuple(addresses)
        self._complained_of = ""
        """The address of the error message shown."""
        self._added: Added | None = None
        """The last result."""

    def compose(self) -> ComposeResult:
        with Container(id="subscribe", classes="dialog"):
            yield Static(plain(self.heading), classes="dialog-title")
            yield from self.welcome()
            yield Static(plain(self.label), id="subscribe-label")
            yield Entry(placeholder="example.org", compact=True)
            yield Static(id="subscribe-said")
            yield ChoiceList(id="subscribe-choices")
            yield self.hint_bar()

    def welcome(self) -> ComposeResult:
        yield from ()

    def hints(self) -> list[Row]:
        """Key hints of the dialog's state."""
        if is_busy(self, "subscribe"):
            choosing = [Row("enter", "choose", "open")] if self.query_one(ChoiceList).display else []
            return [*choosing, Row("esc", "back", "leave", is_pinned=True)]
        return [Row("enter", self.verb, "submit"), *self.ways_out()]

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
        said.update(joined(*([("! ", "$alarm")] if is_wrong else []), (ended(sentence), "$ink")))

    @on(Input.Changed)
    def _say_no_more(self, event: Input.Changed) -> None:
        if self._complained_of and event.value != self._complained_of:
            self._complained_of, self.reads = "", None
            self.withdraw_offers()
            self.say(self.invitation)

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        address = event.value.strip()
        if not address:
            self.say("Type the address of a site, such as example.org.")
        if address and not (address == self._complained_of.strip() and self.turn_to_offers()):
            self._begin((address,))

    def action_to_offers(self) -> None:
        self.turn_to_offers()

    def turn_to_offers(self) -> bool:
        """Focus the offered choices; returns whether there are any."""
        return False

    @work(exclusive=True, group="subscribe")
    async def _begin(self, addresses: Sequence[str]) -> None:
        """Process addresses in order; then the first that failed stays in the input."""
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
        too = f" Not added either: {listed([shown_address(other) for other, _ in others])}" if others else ""
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
            self.complain("That failed because of a bug in tuireader.")

    def withdraw_offers(self) -> None:
        """Withdraw the offered choices, and go back to the address."""
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
