"""Adding sites, and leading into what they brought."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from sqlite3 import Connection
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

from tuireader.errors import StoreError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.clock import Clock
from tuireader.model.query import Query
from tuireader.store import articles, feeds
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.web import Web
from tuireader.tui.support.workers import start

if TYPE_CHECKING:
    from tuireader.tui.main.navigation import Journey
    from tuireader.tui.main.panes import PanesScreen
    from tuireader.tui.main.query_controller import QueryController
    from tuireader.tui.screens.address import Added, AddressScreen


class Destination(NamedTuple):
    """Where an address leads."""

    query: Query
    """The list of its feed."""
    article_id: int | None
    """The article to be opened, if one is."""
    said: str
    """What there is to say, where that cannot be seen."""


class SiteAdded(Message):
    """The dialog is closed; `added` is None where nothing was added."""

    def __init__(self, added: Added | None) -> None:
        super().__init__()
        self.added = added


class AddController:
    """Asks for the address of a site, and finds where it leads."""

    def __init__(self, node: PanesScreen, cache: Cache, web: Web, connection: Connection, clock: Clock) -> None:
        """`node` is who is told, by `SiteAdded`; `connection` is for reads on the loop."""
        self._node = node
        self._cache = cache
        self._web = web
        self._connection = connection
        self._clock = clock

    def ask(self, addresses: Sequence[str]) -> None:
        """Ask for an address, or begin with those that were given, and subscribe."""
        from tuireader.tui.screens.subscribe import SubscribeScreen

        is_first = not self.has_feeds()
        self._open(SubscribeScreen(self._cache, self._web, clock=self._clock, addresses=addresses, is_first=is_first))

    def ask_for_page(self) -> None:
        """Ask for the address of one page, and read it."""
        from tuireader.tui.screens.subscribe import PageScreen

        self._open(PageScreen(self._cache, self._web, clock=self._clock))

    def _open(self, dialog: AddressScreen) -> None:
        from tuireader.tui.screens.dialog import open_dialog

        open_dialog(self._node.app, dialog, lambda added: self._node.post_message(SiteAdded(added)))

    def has_feeds(self) -> bool:
        """Whether there is any subscription; also where that cannot be read, which is said."""
        try:
            return feeds.has_any(self._connection)
        except StoreError as error:
            toast(self._node, str(error), severity="error")
            return True

    def lead_to(self, added: Added, choosing: QueryController, journey: Journey) -> None:
        start(self._node, partial(self._lead_to, added, choosing, journey), group="added", exclusive=True)

    async def _lead_to(self, added: Added, choosing: QueryController, journey: Journey) -> None:
        there = await self.destination(added)
        await choosing.show(there.query)
        if there.said:
            toast(self._node, there.said)
        if there.article_id is None:
            self._node.show_pane("headlines")
        else:
            journey.open(there.article_id)

    async def destination(self, added: Added) -> Destination:
        """The list of the feed, and the article that was meant; of a new feed, else the newest."""
        query = Query() if added.feed_id is None else Query(feeds=(added.feed_id,))

        def look(connection: Connection) -> Destination:
            every = feeds.every(connection)
            there = Destination(Query() if len(every) == 1 else query, added.article_id, "")
            if added.article_id is not None:
                return there
            if added.was_here:
                name = next((feed.name for feed in every if feed.id == added.feed_id), "This site")
                return there._replace(said=f"{name} is here already.")
            newest = articles.window(connection, query, 0, 1)
            if not newest:
                return there._replace(said="There are no articles in this feed yet.")
            return there._replace(article_id=newest[0].id)

        return await self._cache.read(look)
