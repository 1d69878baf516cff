"""The subscribe dialog: an address, and what was found there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import Any

from textual import on, work
from textual.app import ComposeResult
from textual.widgets import Static
from textual.worker import get_current_worker

from tuireader.content.listing.card import Listing
from tuireader.errors import NoFeedFoundError, TuireaderError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue
from tuireader.library.subscribing import follow_page, subscribe
from tuireader.library.subscribing.follow_page import keep_page, list_on
from tuireader.library.subscribing.subscribe import Subscribed
from tuireader.library.subscribing.subscription import find_subscription
from tuireader.library.transfer import import_any
from tuireader.library.transfer.import_feeds import is_path
from tuireader.model.article import Clock
from tuireader.model.fetched import FeedLink, Page
from tuireader.store import feeds
from tuireader.text.printable import printable
from tuireader.text.sentences import counted
from tuireader.tui.dialogs.forms import Added, AddressScreen
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import ChoiceList, Line
from tuireader.tui.support.safe_text import age, plain
from tuireader.tui.support.workers import Web
from tuireader.urls.typed_and_shown import shown_address

WELCOME = "Read news sites and blogs in your terminal, online and offline."
WAYS = (
    " Enter the address of a site, an OPML file exported from another reader (~/feeds.opml), or ~/.newsboat. For "
    "Miniflux or FreshRSS: esc, then : and “account”. To look around first, quit and run: tuireader demo"
)
_SHOWN = 12
"""Articles in the preview of a list."""
_ROWS, _AROUND = 5, 13
"""Minimum visible rows, and lines around them."""
_AIRY, _AIR = 22, 2
"""Minimum height of a dialog with blank lines, and how many these are."""
_FOLLOWING = "tuireader.library.subscribing.follow_page"
_LOW = 20
"""Height of the dialog in lines below which the welcome text is shortened."""
KEYS = "enter: open · q: back · ?: all keys"


class SubscribeScreen(AddressScreen):
    """Asks for an address, subscribes, and returns the new feed or article."""

    heading = "Add feed"
    label = "Site or feed address"
    invitation = "The address of the site, an article or the feed"
    verb = "subscribe"

    def __init__(
        self, cache: Cache, web: Web, *, clock: Clock, addresses: Sequence[str] = (), is_first: bool = False
    ) -> None:
        """`is_first`: there is no feed yet, and nothing behind this screen."""
        super().__init__(cache, web, clock=clock, addresses=addresses)
        self._is_first = is_first
        self._answer: asyncio.Future[int] | None = None
        self._ways: list[Callable[[], object] | None] = []
        """The action of each choice offered for a page without a feed."""
        self._offers = False
        """Whether choices are offered."""
        self.set_class(is_first, "-first")
        if is_first:
            self.heading = "tuireader"

    def welcome(self) -> ComposeResult:
        """The welcome text of the first start."""
        if self._is_first:
            yield Static(id="subscribe-welcome")
            yield Static(plain(KEYS, "$ink-soft"), id="subscribe-keys")

    def on_resize(self) -> None:
        if self._is_first:
            has_room = self.size.height >= _LOW
            self.query_one("#subscribe-keys").display = has_room and not self._offers
            self.query_one("#subscribe-welcome").display = not self._offers
            welcome = plain(WELCOME + WAYS * has_room, "$ink-soft")
            self.query_one("#subscribe-welcome", Static).update(welcome)

    def ways_out(self) -> list[Row]:
        """The hints of the first start: quit, or close."""
        if not self._is_first:
            return super().ways_out()
        return [Row("ctrl+q", "quit", "app.quit"), Row("esc", "close", "leave", is_pinned=True)]

    @property
    def is_left_by_click(self) -> bool:
        """Whether a click outside closes it: not at the first start."""
        return not self._is_first

    async def take(self, address: str) -> Added | None:
        """Subscribe to an address, or go to its existing subscription."""
        if self._is_path(address):
            return await self._import(address)
        return await self._known(address) or await self._subscribe(address)

    @staticmethod
    def _is_path(text: str) -> bool:
        return is_path(text)

    async def _import(self, path: str) -> Added:
        """Import a file that another reader has exported."""
        self.say(f"Importing {printable(path)}…")
        loop, worker = asyncio.get_running_loop(), get_current_worker()

        def say(said: str) -> None:
            if self.is_attached and not worker.is_cancelled:
                self.say(f"Importing {printable(path)}: {said}…")

        def tell(said: str) -> None:
            loop.call_soon_threadsafe(say, said)

        # Not by the writer, which has marks to write meanwhile, and ends no job early.
        came = await self.cache.read(lambda c: _import(c, path, self.clock(), tell))
        problems = came.problems()
        is_part = bool(problems or came.left_out or came.settings)
        report = (*came.said(names_left_out=not problems), *problems) if is_part else ()
        return Added(None, None, said=" ".join(came.said()), report=report)

    def failed(self, address: str, error: TuireaderError) -> None:
        """For a page without a feed, offer alternatives; the input keeps the focus."""
        if isinstance(error, NoFeedFoundError):
            self._offer_ways(address, error)
            if isinstance(error.page, Page):
                self._look_for_list(address, error.page)

    def _offer_ways(self, address: str, error: NoFeedFoundError, found: Listing | None = None) -> None:
        """Offer to follow what a page lists, to save the page, or to follow its changes."""
        page = error.page
        ways: list[tuple[Line, Callable[[], object] | None]] = []
        if found is not None and isinstance(page, Page):
            ways.append((Line("Follow the articles on this page"), lambda: self._follow(address, page, found)))
        ways.append((Line("Save this page"), lambda: self._read_page(address)))
        if isinstance(page, Page):
            ways.append((Line("Watch this page for changes"), lambda: self._watch(address, page)))
        if found is not None:
            ways += [(Line(""), None), (Line("Articles on this page", is_heading=True), None)]
            ways += [
                (Line(f"  {item.title}", age(item.date, self.clock()) if item.date else ""), None)
                for item in found.items[:_SHOWN]
            ]
        self._ways = [way for _, way in ways]
        self._offer([line for line, _ in ways])

    @property
    def has_offers(self) -> bool:
        """Whether choices are offered for a page without a feed."""
        return bool(self._ways)

    @work(exclusive=True, group="list")
    async def _look_for_list(self, address: str, page: Page) -> None:
        """Look for a list of articles on a page, unless the address is changed meanwhile."""
        async with self.web.queue(_FOLLOWING) as queue:
            try:
                found = await list_on(self.cache, queue, page)
            except TuireaderError:  # it is no list that could be followed
                return
        if found is not None and self._ways and self.typed == address:
            self.show_list(address, page, found)

    def show_list(self, address: str, page: Page, found: Listing) -> None:
        """Show the list found on a page, and offer to follow it."""
        there = printable(shown_address(page.url))
        self.complain(
            f"No feed at {there}, but {counted(len(found.items), 'article')} found on the page", is_wrong=False
        )
        self._offer_ways(address, NoFeedFoundError("", page), found)

    async def _known(self, address: str) -> Added | None:
        """The result for an address that is already followed; None if it is not, or its feed is failing."""

        def find(connection: Connection) -> Added | None:
            there = find_subscription(connection, address)
            if there is None or (there[0].error is not None and there[1] is None):
                return None
            is_left = there[0].id in feeds.leaving(connection)
            said = f"Subscribed to {there[0].name} again, with its articles" if is_left else ""
            return Added(there[0].id, there[1], was_here=True, said=said)

        return await self.cache.read(find)

    async def _subscribe(self, address: str) -> Added:
        name = printable(shown_address(address))
        self.say(f"Looking for a feed at {name}…")
        async with self.web.queue("tuireader.library.subscribing.subscribe") as queue:
            found = await subscribe.find(self.cache, queue, address, clock=self.clock)
            if isinstance(found, Subscribed):
                return Added(found.feed.id, found.article_id, was_here=True)
            choice = await self._choice(found.feeds)
            self.say(f"Fetching articles from {name}…")
            subscribed = await subscribe.subscribe(self.cache, queue, found, clock=self.clock, choose=choice)
        return Added(subscribed.feed.id, subscribed.article_id)

    async def _choice(self, found: Sequence[FeedLink]) -> int | None:
        """Ask which of several feeds to follow; None if there is only one."""
        if len(found) < 2:
            return None
        self.say("This site has several feeds. Select one:")
        return await self._choose([Line(link.title or link.url, link.url if link.title else "") for link in found])

    async def _choose(self, rows: Sequence[Line]) -> int:
        """Show rows, and return the index of the chosen one."""
        self._offer(rows).focus()
        self._answer = asyncio.get_running_loop().create_future()
        choice = await self._answer
        self.withdraw_offers()
        return choice

    def _offer(self, rows: Sequence[Line]) -> ChoiceList:
        choices = self.query_one(ChoiceList)
        choices.set_rows(rows)
        around = _AROUND + (0 if self._is_first or self.size.height < _AIRY else _AIR)
        choices.styles.height = min(len(rows), max(_ROWS, self.size.height - around))
        self._offers = len(rows) > 1  # there is room for them where no welcome is said any more
        self.on_resize()
        choices.display = True
        self.write_hints()
        return choices

    @on(ChoiceList.Chosen)
    def _take_choice(self, event: ChoiceList.Chosen) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(event.index)
        elif event.index < len(self._ways):
            if (way := self._ways[event.index]) is not None:
                way()
            else:  # an article of the list
                self.complain("Select “Follow the articles on this page”", is_wrong=False)

    @work(exclusive=True, group="subscribe")
    async def _read_page(self, address: str) -> None:
        self.withdraw_offers()
        try:
            self.dismiss(await read_page(self, address))
        except TuireaderError as error:
            self.complain(str(error))

    @work(exclusive=True, group="subscribe")
    async def _follow(self, address: str, page: Page, found: Listing) -> None:
        await self._take_page(
            lambda follow, queue: follow.follow_list(self.cache, queue, page, found, clock=self.clock, typed=address)
        )

    @work(exclusive=True, group="subscribe")
    async def _watch(self, address: str, page: Page) -> None:
        await self._take_page(
            lambda follow, queue: follow.watch(self.cache, queue, page, clock=self.clock, typed=address)
        )

    async def _take_page(self, take: Callable[[Any, PoliteQueue], Awaitable[Subscribed]]) -> None:
        self.withdraw_offers()
        try:
            async with self.web.queue(_FOLLOWING) as queue:
                done = await take(follow_page, queue)
        except TuireaderError as error:
            self.complain(str(error))
        else:
            self.dismiss(Added(done.feed.id, None))

    def withdraw_offers(self) -> None:
        """Hide the offered choices, and focus the address input."""
        self._answer = None
        self._ways = []
        self._offers = False
        self.on_resize()
        super().withdraw_offers()


class ImportScreen(SubscribeScreen):
    """Asks for a file or a folder, and imports it."""

    heading = "Import"
    label = "File or folder"
    placeholder = "feeds.opml"
    invitation = "OPML, ~/.newsboat, a backup, or an export of Pocket, Instapaper, Omnivore, Readeck or wallabag"
    verb = "import"

    @staticmethod
    def _is_path(text: str) -> bool:  # noqa: ARG004 - whatever is typed
        return True


class PageScreen(AddressScreen):
    """Asks for a page's address, and saves its article."""

    heading = "Save page"
    label = "Page address"
    invitation = "Saved under “Saved pages”, without subscribing"
    verb = "save"

    async def take(self, address: str) -> Added | None:
        return await read_page(self, address)


_BATCH_INTERVAL = 0.01
"""Seconds between two batches of an import, in which others can write."""


def _import(c: Connection, path: str, now: datetime, tell: Callable[[str], None]) -> import_any.Imported:
    def tell_and_wait(said: str) -> None:
        tell(said)
        time.sleep(_BATCH_INTERVAL)

    return import_any.import_path(c, path, now, tell_and_wait)


async def read_page(screen: AddressScreen, address: str) -> Added:
    """Save the page at an address, with progress messages."""
    screen.say(f"Fetching {printable(shown_address(address))}…")
    async with screen.web.queue("tuireader.library.subscribing.follow_page") as queue:
        kept = await keep_page(screen.cache, queue, address, clock=screen.clock)
    return Added(kept.feed_id, kept.article_id, kept.was_here)
