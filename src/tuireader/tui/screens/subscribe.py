"""Adding a site: one line for its address, and what becomes of it, said below."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Connection
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from tuireader.errors import TuireaderError
from tuireader.library.jobs.off_loop import Cache
from tuireader.model.clock import Clock
from tuireader.text.printable import printable
from tuireader.tui.chrome.safe_input import Entry
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import ChoiceList, Line
from tuireader.tui.screens.dialog import Dialog
from tuireader.tui.support.safe_text import joined, plain
from tuireader.tui.support.web import Web
from tuireader.tui.support.workers import is_busy
from tuireader.urls.shown import shown_address

if TYPE_CHECKING:
    from tuireader.model.fetched import FeedLink

WELCOME = (
    "Reads the articles of sites in your terminal, and keeps them for reading offline. Give it the address of a site"
    " that you like. No address at hand? Quit, and try: tuireader demo"
)
INVITATION = "The site, one of its articles, or its feed: any of them works."


@dataclass(frozen=True, slots=True)
class Added:
    """What was subscribed to."""

    feed_id: int
    article_id: int | None
    """The article whose address was given, if it was one's."""
    was_here: bool = False
    """Whether it was subscribed to already."""


class SubscribeScreen(Dialog[Added | None]):
    """Asks for an address, subscribes, and gives what was subscribed to; None where the user leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(
        self, cache: Cache, web: Web, *, clock: Clock, addresses: Sequence[str] = (), is_first: bool = False
    ) -> None:
        """`addresses` are begun with at once; `is_first`: there is no feed yet, and nothing behind this screen."""
        super().__init__()
        self._cache = cache
        self._web = web
        self._clock = clock
        self._addresses = tuple(addresses)
        self._is_first = is_first
        self._answer: asyncio.Future[int] | None = None
        self.set_class(is_first, "-first")

    def compose(self) -> ComposeResult:
        """A title, the line, what is said, and what can be chosen from."""
        with Container(id="subscribe", classes="dialog"):
            yield Static(plain("tuireader" if self._is_first else "Add a site"), classes="dialog-title")
            if self._is_first:
                yield Static(plain(WELCOME, "$ink-soft"), id="subscribe-welcome")
            yield Static(plain("Address of a site"), id="subscribe-label")
            yield Entry(placeholder="example.org", compact=True)
            yield Static(id="subscribe-said")
            yield ChoiceList(id="subscribe-choices")
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        """How to go on, and the ways out."""
        return [
            Row("enter", "subscribe", "submit"),
            Row("ctrl+q", "quit", "app.quit"),
            Row("esc", "skip" if self._is_first else "close", "leave", is_pinned=True),
        ]

    async def action_submit(self) -> None:
        """Begin with what is typed."""
        await self.query_one(Input).action_submit()

    @property
    def is_left_by_click(self) -> bool:
        """Not where there is nothing behind it."""
        return not self._is_first

    def on_mount(self) -> None:
        """Be ready to be typed into, or begin."""
        self.query_one(ChoiceList).display = False
        self._say(INVITATION)
        self.query_one(Input).focus()
        if self._addresses:
            self._begin(self._addresses)

    def _say(self, sentence: str) -> None:
        self.query_one("#subscribe-said", Static).update(plain(sentence, "$ink-faint"))

    def _complain(self, sentence: str) -> None:
        self.query_one("#subscribe-said", Static).update(joined(("! ", "$alarm"), (sentence, "$ink")))

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        address = event.value.strip()
        if address:
            self._begin((address,))

    @work(exclusive=True, group="subscribe")
    async def _begin(self, addresses: Sequence[str]) -> None:
        """Subscribe to one after the other; the first that fails is left in the line, to be corrected."""
        added: Added | None = None
        for address in addresses:
            self.query_one(Input).value = address
            try:
                added = await self._known(address) or await self._subscribe(address)
            except TuireaderError as error:
                self._hide_choices()
                self._complain(str(error))
                return
        self.dismiss(added)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Say that it ended, if it ended with what the app reports as a bug."""
        if event.state is WorkerState.ERROR:
            self._complain("That failed because of a bug in tuireader.")

    async def _known(self, address: str) -> Added | None:
        """What is here already needs no network; a feed that fails is asked for again, as its address was given."""

        def find(connection: Connection) -> Added | None:
            from tuireader.library.subscribing.lookup import known

            there = known(connection, address)
            if there is None or (there[0].error is not None and there[1] is None):
                return None
            return Added(there[0].id, there[1], was_here=True)

        return await self._cache.read(find)

    async def _subscribe(self, address: str) -> Added:
        name = printable(shown_address(address))
        self._say(f"Looking for the feed of {name} …")
        async with self._web.queue("tuireader.library.subscribing.subscribe") as queue:
            from tuireader.library.subscribing.subscribe import Subscribed, find, subscribe

            found = await find(self._cache, queue, address, clock=self._clock)
            if isinstance(found, Subscribed):
                return Added(found.feed.id, found.article_id, was_here=True)
            choice = await self._choice(found.feeds)
            self._say(f"Fetching the articles of {name} …")
            subscribed = await subscribe(self._cache, queue, found, clock=self._clock, choose=choice)
        return Added(subscribed.feed.id, subscribed.article_id)

    async def _choice(self, found: Sequence[FeedLink]) -> int | None:
        """Which of several feeds; None where there is nothing to ask."""
        if len(found) < 2:
            return None
        self._say("This site has several feeds. Which one?")
        choices = self.query_one(ChoiceList)
        choices.set_rows([Line(link.title or link.url, link.url if link.title else "") for link in found])
        choices.styles.height = min(len(found), 8)
        choices.display = True
        choices.focus()
        self._answer = asyncio.get_running_loop().create_future()
        choice = await self._answer
        self._hide_choices()
        return choice

    @on(ChoiceList.Chosen)
    def _choose(self, event: ChoiceList.Chosen) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(event.index)

    def _hide_choices(self) -> None:
        self._answer = None
        choices = self.query_one(ChoiceList)
        if choices.display:
            choices.display = False
            self.query_one(Input).focus()

    def action_leave(self) -> None:
        """Stop what is under way; with nothing under way, leave."""
        if is_busy(self, "subscribe"):
            self.workers.cancel_group(self, "subscribe")
            self._hide_choices()
            self._say(INVITATION)
        else:
            self.dismiss(None)
