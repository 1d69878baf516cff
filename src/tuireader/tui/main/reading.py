"""Reading: opening an article, going from one to the next, and what can be done with the one that is open."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from sqlite3 import Connection
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.worker import get_current_worker

from tuireader.errors import AddressError, NotFoundError, StoreError, TuireaderError
from tuireader.store import articles
from tuireader.store.pending import Mark
from tuireader.tui import keys
from tuireader.tui.lists.headline_list import HeadlineList
from tuireader.tui.lists.headline_window import with_marks
from tuireader.tui.main.lists import view
from tuireader.tui.main.marking import MarkingScreen
from tuireader.tui.support.background import off_loop
from tuireader.tui.support.safe_text import toast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from textual.timer import Timer
    from textual.worker import Worker

    from tuireader.config import Config
    from tuireader.library.reading.open_article import OpenArticle
    from tuireader.model import Query
    from tuireader.tui.article.view import ArticleView
    from tuireader.tui.lists.headline_window import View

GOING_ON = ("next-article", "previous-article", "next-unread", "previous-unread")
"""Steps from article to article."""
POSITION_PAUSE = 1.0
"""Seconds of stillness after which the reading position is kept."""


class ReadingScreen(MarkingScreen):
    """Opens articles off the loop; a slow old one never replaces a new one, since opening is exclusive."""

    config: Config
    clock: Callable[[], datetime]

    def begin_reading(self) -> None:
        """Nothing is open yet."""
        self._position_timer: Timer | None = None
        self._positions: dict[int, int] = {}
        """Where reading stopped in each article that was open; the cache may be told of it a moment later."""
        self._on_their_way: set[str] = set()
        """Links that a browser is being given."""
        self._arrived: Worker[None] | None = None
        """Who has shown what was wanted, and may still be at its rest."""
        self._going_on = keys.bound_to(GOING_ON, self.keymap)
        self._steps: tuple[tuple[int, bool], ...] = ()
        """Steps from article to article that are still to be made: how far, and whether to unread ones only."""

    @on(HeadlineList.Opened)
    def _open_headline(self, event: HeadlineList.Opened) -> None:
        event.stop()
        self.open_article(event.article_id)

    def open_article(self, article_id: int) -> None:
        """Open an article and go there; the cursor of the list comes along."""
        self._steps = ()
        self._open(article_id)

    @work(exclusive=True, group="article")
    async def _open(self, article_id: int) -> None:
        self.marked = [*self.headlines.unwritten]
        query, known = self.listed, self.headlines.ids()

        def read(connection: Connection) -> tuple[View | None, OpenArticle]:
            return _around(connection, query, article_id, known), self._opened(connection, article_id)

        try:
            around, opened = await off_loop(self.path, read)
        except NotFoundError as error:
            toast(self, str(error), severity="warning")
            return
        self._bring_cursor(query, article_id, around)
        await self._show(opened)

    def _bring_cursor(self, query: Query, article_id: int, around: View | None) -> None:
        if replace(self.listed, keep=query.keep) == query:  # else there is another list by now
            if around is not None:
                self.ranked = around.ranked
            self.headlines.bring(article_id, around)

    async def _show(self, opened: OpenArticle) -> None:
        self.keep_position()
        status = with_marks(opened.article.id, opened.status, self.marked)
        position = self._positions.setdefault(opened.article.id, status.position)
        opened = replace(opened, status=replace(status, position=position))
        self.opened = (opened.article, opened.status)
        self.article.show(opened)
        self.show_pane("article")
        self._arrived = get_current_worker()
        if not opened.status.read:
            self.set_marks(opened.article.id, read=True)
        if not opened.whole:
            painted = asyncio.Event()  # the beginning is on the screen before the rest takes time
            self.call_after_refresh(painted.set)
            await painted.wait()
            self.article.complete(await asyncio.to_thread(_completed, opened, self._excerpt))

    def recount(self) -> None:
        """Read the marks of the open article anew, too."""
        super().recount()
        if self.opened is not None:
            self._read_marks(self.opened[0].id)

    @work(exclusive=True, group="marks")
    async def _read_marks(self, article_id: int) -> None:
        marked, before, unwritten = self.marked, len(self.marked), [*self.headlines.unwritten]
        try:
            status = await off_loop(self.path, lambda c: articles.status(c, article_id))
        except NotFoundError:  # its feed was removed; what is open stays open
            return
        if self.opened is None or self.marked is not marked:  # another one was opened
            return
        status = with_marks(article_id, status, (*unwritten, *marked[before:]))
        article, shown = self.opened
        self.opened = (article, replace(shown, read=status.read, starred=status.starred))

    # What is typed meanwhile.

    def holds(self, typed: events.Key | events.Paste) -> bool:
        """Whether a list, an article or marks are on their way, and what is typed is meant for them.

        Words are not; nor is a step to the next article after such steps: all of them together are one way.
        """
        if self._prompt is not None:
            return False
        if self.listed != self.wanted and self.is_listing():
            return True
        goes_on = isinstance(typed, events.Key) and self._going_on.intersection((typed.key, typed.character))
        return self._is_busy("marking") or (self._is_opening() and not (self._steps and goes_on))

    def _is_opening(self) -> bool:
        return self._is_busy("article", but=self._arrived)

    # From one to the next.

    def action_next_article(self) -> None:
        """Open the next article of the list."""
        self._go(1, unread=False)

    def action_previous_article(self) -> None:
        """Open the one before."""
        self._go(-1, unread=False)

    def action_next_unread(self) -> None:
        """Open the next unread article."""
        self._go(1, unread=True)

    def action_previous_unread(self) -> None:
        """Open the unread article before."""
        self._go(-1, unread=True)

    def _go(self, step: int, *, unread: bool) -> None:
        """Go on from where the reader is, or is about to be: of steps in quick succession each one counts."""
        self._steps = (*self._steps, (step, unread))
        self._walk(self._steps)

    @work(exclusive=True, group="article")
    async def _walk(self, steps: Sequence[tuple[int, bool]]) -> None:
        """Find the article, bring the cursor to it, open it."""
        self.marked = [*self.headlines.unwritten]
        query, known = self.listed, self.headlines.ids()
        current = self.headlines.current
        start = self.opened[0].id if self.opened and self.pane == "article" else current.id if current else None
        if start is None:
            self._steps = ()
            return
        step, unread = steps[0]
        # A reader in the list who wants the next unread one means the one under the cursor, if it is.
        here = unread and step > 0 and self.pane != "article" and current is not None and not current.read

        def find(connection: Connection) -> tuple[View | None, OpenArticle] | None:
            found = _walked(connection, query, start, steps[1:] if here else steps) or (start if here else None)
            if found is None:
                return None
            return _around(connection, query, found, known), self._opened(connection, found)

        try:
            found = await off_loop(self.path, find)
        except StoreError:
            self._steps = ()
            raise
        self._steps = ()
        if found is None:
            kind = "unread article" if unread else "article"
            toast(self, f"No {kind} {'after' if step > 0 else 'before'} this one.")
            return
        around, opened = found
        self._bring_cursor(query, opened.article.id, around)
        await self._show(opened)

    def on_article_view_at_end(self) -> None:
        """At the end of an article, go on."""
        self._go(1, unread=self.config.open_next_unread)

    # In the article.

    def on_article_view_position_changed(self, event: ArticleView.PositionChanged) -> None:
        """Keep the position once the reader stands still."""
        if self.opened is None or self.opened[0].id != event.article_id:
            return
        self.opened = (self.opened[0], replace(self.opened[1], position=event.position))
        if self._position_timer is not None:
            self._position_timer.stop()
        self._position_timer = self.set_timer(POSITION_PAUSE, self.keep_position)

    def keep_position(self) -> None:
        """Keep where reading stopped in the open article."""
        if self.opened is None:
            return
        article, status = self.opened
        if status.position != self._positions[article.id]:
            self._positions[article.id] = status.position
            self.writer.mark(Mark((article.id,), position=status.position))

    def on_article_view_open_link(self, event: ArticleView.OpenLink) -> None:
        """Open a link of the article."""
        self._browse(event.url)

    def action_contents(self) -> None:
        """Show the headings of the article, to jump to one."""
        self.article.show_contents()

    def action_links(self) -> None:
        """Show the links of the article, to open or copy one."""
        self.article.show_links()

    def on_article_view_contents_wanted(self, event: ArticleView.ContentsWanted) -> None:
        """Show the headings."""
        from tuireader.tui.main.article_dialogs import open_contents

        open_contents(self.app, self.article, event)

    def on_article_view_links_wanted(self, event: ArticleView.LinksWanted) -> None:
        """Show the links."""
        from tuireader.tui.main.article_dialogs import open_links

        open_links(self.app, self.article, event)

    def action_copy_text(self) -> None:
        """Copy what is selected, and say so; without a selection the key goes on to others."""
        super().action_copy_text()
        toast(self, "Copied.")

    # What can be done with the article.

    def action_zen(self) -> None:
        """The article alone, or everything again."""
        if self.zen:
            self.set_zen(on=False)
        elif self.opened is not None:
            self.set_zen(on=True)

    @work(group="browser")
    async def action_browser(self) -> None:
        """Open the article in the reader's browser."""
        if (link := await self._link()) is not None:
            await self._open_in_browser(link)

    @work(group="browser")
    async def _browse(self, address: str) -> None:
        await self._open_in_browser(address)

    async def _open_in_browser(self, address: str) -> None:
        """Open a link once: one that a browser is being given already is not given to it again."""
        if address in self._on_their_way:
            return
        self._on_their_way.add(address)
        try:
            await self._hand_over(address)
        finally:
            self._on_their_way.discard(address)

    async def _hand_over(self, address: str) -> None:
        from tuireader.tui.support.browser import open_link

        try:
            await open_link(self.app, address)
        except AddressError as error:
            toast(self, str(error), severity="error")

    @work(exclusive=True, group="browser")
    async def action_copy_link(self) -> None:
        """Copy the article's address."""
        if (link := await self._link()) is not None:
            self.app.copy_to_clipboard(link)
            toast(self, f"Copied {link}")

    async def _link(self) -> str | None:
        hand = self.in_hand()
        if hand is None:
            return None
        article = await off_loop(self.path, lambda c: articles.get(c, hand[0]))
        if not article.link:
            toast(self, "This article has no address.")
        return article.link or None

    @work(exclusive=True, group="full-text")
    async def action_full_text(self) -> None:
        """Fetch the whole text of the article from its site."""
        hand = self.in_hand()
        if hand is None:
            return
        article_id = hand[0]
        toast(self, "Fetching the full text …")
        from tuireader.tui.support.web_work import web_client

        try:
            async with web_client("tuireader.library.reading.full_text") as client:
                from tuireader.library.reading.full_text import fetch_full_text

                await fetch_full_text(self.path, client, article_id, clock=self.clock)
        except TuireaderError as error:
            toast(self, str(error), severity="error")
            return
        if self.opened is not None and self.opened[0].id == article_id:
            self._open(article_id)
        self.recount()

    def _opened(self, connection: Connection, article_id: int) -> OpenArticle:
        # Imported in the thread that opens the first article: it brings the HTML and Markdown libraries along.
        from tuireader.library.reading.open_article import open_article

        return open_article(connection, article_id, excerpt=self._excerpt, beginning=True)

    @property
    def _excerpt(self) -> str:
        return f"This is an excerpt: {self.key_of('full-text')} fetches the full text."


def _walked(connection: Connection, query: Query, start: int, steps: Iterable[tuple[int, bool]]) -> int | None:
    """The article to which steps lead, as far as there are any; None where the first leads nowhere."""
    at: int | None = None
    for step, unread in steps:
        found = articles.neighbour(connection, query, start if at is None else at, step, unread=unread)
        if found is None:
            break
        at = found
    return at


def _around(connection: Connection, query: Query, article_id: int, known: frozenset[int]) -> View | None:
    """The list around an article, where its row is not known."""
    return None if article_id in known else view(connection, query, 0, (article_id,))


def _completed(opened: OpenArticle, excerpt: str) -> OpenArticle:
    from tuireader.library.reading.open_article import complete

    return complete(opened, excerpt=excerpt)
