"""Navigation between articles: open, step, zen mode, link history, and when an open article counts as read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from sqlite3 import Connection

from textual import events

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.article import StatusChange
from tuireader.store import articles, feeds
from tuireader.text.sentences import counted
from tuireader.tui import keys
from tuireader.tui.main.article_commands import ExternalPrograms, KeyTarget
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.reading_pane import Arrival
from tuireader.tui.main.statuses import StatusController, UndoStep
from tuireader.tui.support.workers import Debounce, start

STEP_COMMANDS = ("next-article", "previous-article", "next-unread", "previous-unread")
"""Commands that step from article to article."""


class Navigation:
    """Moves the user from article to article."""

    def __init__(
        self,
        panes: PanesScreen,
        target: KeyTarget,
        statuses: StatusController,
        read_mark: ReadMark,
        keymap: Mapping[str, str],
    ) -> None:
        self._panes = panes
        self._target = target
        self._statuses = statuses
        self._read_mark = read_mark
        self._going_on = keys.bound_to(STEP_COMMANDS, keymap)
        self._is_alone_on_arrival = False
        """Whether the article being loaded will be shown in zen mode."""

    def open(self, article_id: int) -> None:
        """Open an article and focus it; the list cursor follows."""
        self._panes.reading.open(article_id, self._panes.headlines_pane.position)

    def open_again(self, article_id: int, *, is_asked: bool) -> None:
        self._panes.reading.reopen(article_id, self._panes.headlines_pane.position, is_asked=is_asked)

    def resume(self, article_id: int, *, into: bool) -> None:
        self._panes.reading.resume(article_id, self._panes.headlines_pane.position, into=into)

    def step(self, by: int, *, unread: bool = False) -> None:
        panes = self._panes
        panes.reading.step(by, self._target.start(), panes.headlines_pane.position, unread=unread)

    def toggle_zen(self) -> None:
        """Toggle zen mode; from the headlines, open the article under the cursor."""
        panes = self._panes
        current, opened = panes.headlines.current, panes.reading.opened
        if panes.pane == "headlines" and current is not None and (opened is None or opened[0].id != current.id):
            self._is_alone_on_arrival = True
            self.open(current.id)
        else:
            panes.toggle_zen()

    def arrive(self, arrival: Arrival) -> None:
        """Focus an article that was loaded, unless it is only a preview; a focused article counts as read."""
        panes, alone = self._panes, self._is_alone_on_arrival
        panes.headlines.mark_open(arrival.article_id)
        self._read_mark.mark_passed(arrival.passed)
        if arrival.how == "again":
            return
        if arrival.how == "opened":
            self._is_alone_on_arrival = False
            panes.headlines_pane.bring(arrival.query, arrival.article_id, arrival.around)
            if alone:
                panes.set_zen(on=True)
            else:
                panes.show_pane("article")
        elif arrival.how == "resumed":
            panes.show_pane("article")
        self._read_mark.expect(arrival.article_id, read=arrival.status.read or arrival.how in ("resumed", "beside"))

    def holds(self, typed: events.Key | events.Paste) -> bool:
        """Whether a key must wait because a list, an article or marks are still loading.

        Typed text does not wait, nor does a step that follows other steps: they are combined.
        """
        panes = self._panes
        if panes.bottom.is_asking:
            return False
        if panes.headlines_pane.is_arriving or self._statuses.is_marking:
            return True
        goes_on = isinstance(typed, events.Key) and self._going_on.intersection((typed.key, typed.character))
        return panes.reading.is_opening and not (panes.reading.is_stepping and goes_on)


class ReadMark:
    """Marks the open article read when it gets the focus, is scrolled, or has been shown for some seconds."""

    def __init__(self, panes: PanesScreen, statuses: StatusController, after: int) -> None:
        """`after` is the delay in seconds; 0 means at once."""
        self._panes = panes
        self._statuses = statuses
        self._after = after
        self._waiting: int | None = None
        """The article to mark."""
        self._stillness = Debounce(panes, after, self._mark)

    def expect(self, article_id: int, *, read: bool) -> None:
        """Prepare to mark an article that is shown now, unless it is read."""
        self._waiting = None if read else article_id
        self.enter()

    def mark_passed(self, ids: Collection[int]) -> None:
        """Mark articles that quick steps have passed, unless an open one needs time to count as read."""
        if self._after or not ids:
            return
        for id_ in ids:
            self._panes.headlines_pane.keep(id_)
        self._statuses.set(*ids, read=True)
        self._statuses.add_undo_step(
            UndoStep(f"Marked {counted(len(ids), 'article')} as unread", tuple(ids), read=False)
        )

    def enter(self) -> None:
        """Mark the article if its pane has the focus."""
        self._stillness.stop()
        if self._waiting is None or self._panes.pane != "article":
            return
        if self._after:
            self._stillness.restart()
        else:
            self._mark()

    def scrolled(self, article_id: int) -> None:
        if article_id == self._waiting:  # not the one before, of which it is told late
            self._mark()

    def apply(self, change: StatusChange) -> None:
        if self._waiting in change.ids and change.read is not None:
            self._waiting = None

    def _mark(self) -> None:
        article_id = self._waiting
        if article_id is not None and self._panes.pane == "article":
            self._panes.headlines_pane.keep(article_id)
            self._statuses.set(article_id, read=True)


class LinkTrail:
    """Follows links: opens known articles in the reader, everything else in the browser."""

    def __init__(self, panes: PanesScreen, cache: Cache, journey: Navigation, external: ExternalPrograms) -> None:
        self._panes = panes
        self._cache = cache
        self._journey = journey
        self._external = external
        self._trail: list[int] = []
        """Articles whose links were followed, the last one last."""
        self._on_its_way: int | None = None
        """The article being loaded after a link or "back"."""

    def follow(self, url: str) -> None:
        start(self._panes, partial(self._follow, url), group="link", exclusive=True)

    async def _follow(self, url: str) -> None:
        opened = self._panes.reading.opened
        if url.startswith("#") and opened is not None:  # a place that is not in the article's text
            url = f"{opened[0].link.partition('#')[0]}{url}"
        there = await self._cache.read(lambda c: self._article_at(c, url))
        if opened is None or there is None or there == opened[0].id:
            self._external.browse(url)
            return
        self._trail.append(opened[0].id)
        self._on_its_way = there
        self._journey.open(there)

    def _article_at(self, c: Connection, url: str) -> int | None:
        """The article at an address, unless its feed is unsubscribed."""
        left = feeds.leaving(c)
        return next((each.id for each in articles.at(c, url) if each.feed_id not in left), None)

    def arrived(self, article_id: int) -> None:
        """Clear the history if the shown article was not opened by a link."""
        if article_id != self._on_its_way:
            self._trail.clear()
        self._on_its_way = None

    def back(self) -> bool:
        """Return to the article whose link was followed; False if there is none."""
        if self._panes.pane != "article" or self._panes.zen or not self._trail:
            return False
        self._on_its_way = self._trail.pop()
        self._journey.open(self._on_its_way)
        return True


PREVIEW_DELAY = 0.15
"""Seconds for which the cursor must rest on a headline before its article is shown."""


class Preview:
    """Loads the article under the cursor where it is visible beside the headlines; it does not count as opened."""

    def __init__(self, panes: PanesScreen) -> None:
        self._panes = panes
        self._stillness = Debounce(panes, PREVIEW_DELAY, self._show)

    def pointed(self) -> None:
        self._stillness.restart()

    def _show(self) -> None:
        panes, current = self._panes, self._panes.headlines.current
        if panes.pane == "article" or not panes.is_article_beside or panes.zen or current is None:
            return
        opened = panes.reading.opened
        if opened is None or opened[0].id != current.id:
            panes.reading.preview(current.id)
