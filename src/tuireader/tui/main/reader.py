"""The screen where people read, whole: with new articles asked for, and sites added."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from importlib import import_module
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING

from textual import work

from tuireader.config import Config
from tuireader.errors import StoreError
from tuireader.model import Query
from tuireader.store import articles, damage, feeds
from tuireader.tui.lists.headline_list import HeadlineList
from tuireader.tui.lists.row_list import RowList
from tuireader.tui.main.reading import ReadingScreen
from tuireader.tui.support.background import Writer, off_loop
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.ui_state import UiState

if TYPE_CHECKING:
    from textual.timer import Timer

    from tuireader.model import Feed
    from tuireader.tui.article.view import ArticleView
    from tuireader.tui.screens.subscribe import Added

PROGRESS_PACE = 0.1
"""Seconds at least between two times that it is said how far a refresh is."""
UNHURRIED = 20.0
"""Seconds after the start when there is time for what nobody waits for."""
_OF_THE_PAGE = (
    "tuireader.text.bidi",
    "tuireader.content.layout.head",
    "tuireader.tui.article.find_session",
    "tuireader.tui.article.page_layout",
    "tuireader.tui.article.paint",
)
"""What the view of an article needs and takes long to load."""
MINUTE = 60.0
"""Seconds after which ages are written anew."""


class ReaderScreen(ReadingScreen):
    """Everything about reading; the app gives it what it works on."""

    def __init__(
        self,
        path: Path,
        connection: Connection,
        writer: Writer,
        memory: UiState,
        *,
        config: Config,
        clock: Callable[[], datetime],
    ) -> None:
        """`connection` is for reads on the loop, which are bounded; `path` for those off it."""
        super().__init__(HeadlineList(clock, id="headlines"), config.keymap)
        self.path = path
        self.connection = connection
        self.writer = writer
        self.clock = clock
        self._memory = memory
        self.config = config

    def on_mount(self) -> None:
        """Show what is in the cache, then ask for what is due."""
        given = self.config.given
        self.headlines.dense = self.config.dense if "dense" in given else self._memory.get("dense", self.config.dense)
        for rows in self.query(RowList):
            rows.reorder = self._reorder
        self.begin_marks()
        self.begin_reading()
        self.begin_lists()
        self.set_interval(MINUTE, self._age)
        self.call_after_refresh(self._load_article_view)
        self.call_after_refresh(_collect_garbage)
        self.set_timer(UNHURRIED, self._look_for_damage)
        if self.config.refresh_on_start:
            self.call_after_refresh(self.refresh_feeds, None, force=False)

    @work(group="damage")
    async def _look_for_damage(self) -> None:
        """Say it if the cache is damaged where nothing has met it yet; the next start mends it."""
        if await off_loop(self.path, damage.look):
            toast(self, f"{self.path} is damaged; it is mended when tuireader starts again.", severity="warning")

    @property
    def _reorder(self) -> bool | None:
        """Whether right-to-left text is put in order here; None where that depends on the terminal."""
        return {"reorder": True, "terminal": False}.get(self.config.bidi)

    def make_article(self) -> ArticleView:
        """The view of the article, in the measure that the reader chose."""
        from tuireader.tui.article.view import ArticleView

        view = ArticleView(id="article", reorder=self._reorder)
        given = "measure" in self.config.given
        view.measure = self.config.measure if given else self._memory.get("measure", self.config.measure)
        view.clear("Nothing is open.\nEnter opens the headline under the cursor.")
        self.watch(view, "measure", lambda measure: self._memory.put("measure", measure), init=False)
        return view

    @work
    async def _load_article_view(self) -> None:
        """Load what shows an article once the headlines are on the screen; most of it off the loop.

        Not the widgets: Textual looks through the classes that one is derived from while the loop may add to those.
        """
        for module in _OF_THE_PAGE:
            await asyncio.to_thread(import_module, module)
        if self.reading_pane.is_mounted:  # the program may have been ended meanwhile
            self.reading_pane.view.refresh()

    def on_unmount(self) -> None:
        """Keep where reading stopped, also when the program ends."""
        self.keep_position()

    def _age(self) -> None:
        self.headlines.refresh()
        self.show_title()

    def action_dense(self) -> None:
        """One line for each headline, or air around them."""
        row, line = self.headlines.standing()
        self.headlines.dense = not self.headlines.dense
        self.headlines.stand(row, line)
        self._memory.put("dense", self.headlines.dense)

    # Asking for new articles.

    def action_refresh(self) -> None:
        """Ask for one feed now: the one under the cursor, or chosen, or that of the article in hand."""
        feed = self._feed_in_hand()
        if feed is not None:
            self.refresh_feeds([feed], force=True)

    def action_refresh_all(self) -> None:
        """Ask for all feeds now."""
        self.refresh_feeds(None, force=True)

    def _feed_in_hand(self) -> Feed | None:
        pointed = self.pointed_feed() if self.feed_list.has_focus else None
        if pointed is not None:
            return pointed.feed
        headline = self.headlines.current
        feed_id = self.wanted.feed
        if feed_id is None and self.pane == "article" and self.opened is not None:
            feed_id = self.opened[0].feed_id
        elif feed_id is None and headline is not None:
            feed_id = headline.feed_id
        every = self.surveyed.feeds if self.surveyed else ()
        return next((one.feed for one in every if one.feed.id == feed_id), None)

    def refresh_feeds(self, wanted: Sequence[Feed] | None, *, force: bool) -> None:
        """Ask for feeds in the background (None: all; only what is due, unless forced)."""
        if self.progress:
            if force:
                toast(self, "A refresh is on its way already.")
            return
        self._refresh_feeds(wanted, force=force)

    @work(group="refresh")
    async def _refresh_feeds(self, wanted: Sequence[Feed] | None, *, force: bool) -> None:
        asked = wanted if wanted is not None else self._feeds_to_ask(force=force)
        if not asked:
            return
        from tuireader.tui.support.web_work import Tally, refreshing

        tally = Tally(len(asked), wanted[0].title if wanted and len(wanted) == 1 else "")
        pending: Timer | None = None

        def say() -> None:
            nonlocal pending
            pending = None
            self._say_progress(tally.progress())

        say()
        try:
            async with aclosing(refreshing(self.path, asked, clock=self.clock, force=force)) as events:
                async for event in events:
                    tally.add(event)
                    pending = pending or self.set_timer(PROGRESS_PACE, say)
                    if event.new or event.changed:
                        self.recount_soon()
        finally:
            if pending is not None:
                pending.stop()
            self._say_progress("")
        self.offline = tally.offline
        self.recount()
        if force or tally.new:
            toast(self, "Offline: no site could be reached." if tally.offline else tally.summary())

    def _feeds_to_ask(self, *, force: bool) -> list[Feed]:
        if not force:
            return feeds.due(self.connection, self.clock())
        return [feed for feed in feeds.every(self.connection) if not feed.gone]

    def _say_progress(self, progress: str) -> None:
        self.progress = progress
        self.show_title()

    # Adding sites.

    def action_add(self, addresses: Sequence[str] = ()) -> None:
        """Ask for the address of a site, or begin with those that were given, and subscribe."""
        from tuireader.tui.screens.dialog import open_dialog
        from tuireader.tui.screens.subscribe import SubscribeScreen

        is_first = not self.has_feeds()
        dialog = SubscribeScreen(self.path, clock=self.clock, addresses=addresses, is_first=is_first)
        open_dialog(self.app, dialog, self._added)

    def has_feeds(self) -> bool:
        """Whether there is any subscription; also where that cannot be read, which is said."""
        try:
            return feeds.has_any(self.connection)
        except StoreError as error:
            toast(self, str(error), severity="error")
            return True

    def _added(self, added: Added | None) -> None:
        if added is None:
            self._say_empty()
        else:
            self._lead_to(added)

    @work(exclusive=True, group="added")
    async def _lead_to(self, added: Added) -> None:
        """Lead straight into what was added: the article that was meant, else the newest."""
        query = Query(feed=added.feed_id)

        def look(connection: Connection) -> tuple[bool, int | None]:
            newest = articles.window(connection, query, 0, 1)
            return len(feeds.every(connection)) == 1, newest[0].id if newest else None

        is_only, newest = await off_loop(self.path, look)
        await self.show(Query() if is_only else query)
        article_id = added.article_id or newest
        if article_id is None:
            toast(self, "There are no articles in this feed yet.")
        else:
            self.open_article(article_id)


def _collect_garbage() -> None:
    """Collect it from now on, if that was put off until something is to be seen; all that is there by then stays."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
