"""Completing excerpts in the background once a refresh has brought some, and how far that is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import BusyError, TuireaderError
from tuireader.library.jobs.off_loop import Cache
from tuireader.store import full_texts
from tuireader.text.counted import counted
from tuireader.tui.main.reading_pane import ReadingPane
from tuireader.tui.main.refreshing import RefreshProgressed
from tuireader.tui.support.web import Web
from tuireader.tui.support.workers import start

if TYPE_CHECKING:
    from textual.widget import Widget

    from tuireader.model.clock import Clock
    from tuireader.model.full_text import Mode

Shown = Callable[[], "int | None"]
_MODULE = "tuireader.library.reading.completing"


class CompletionController:
    """Completes what feeds give only the beginning of, one run after the other. Nobody waits for it: it is silent."""

    def __init__(self, node: Widget, cache: Cache, web: Web, clock: Clock, *, usual: Mode, shown: Shown) -> None:
        """`node` is who is told, and whose workers do the work; `usual` is for feeds of which nothing is set.

        `shown` gives the article on the screen, whose turn comes first.
        """
        self._shown = shown
        self._node = node
        self._cache = cache
        self._web = web
        self._clock = clock
        self._usual = usual
        self._is_wanted = self._runs = False
        self.progress = ""
        """How far the present run is; empty while nothing came of it."""

    def complete(self) -> None:
        """Complete what is left in all feeds, after what is being completed."""
        self._is_wanted = True
        if not self._runs:
            self._runs = True
            start(self._node, self._complete_all, group="complete")

    async def _complete_all(self) -> None:
        try:
            while self._is_wanted:
                self._is_wanted = False
                await self._complete()
        except (BusyError, TuireaderError):  # the next refresh does it
            self._is_wanted = False
        finally:
            self._runs = False
            self._say(0)

    async def _complete(self) -> None:
        if not await self._cache.read(partial(full_texts.unfinished, usual=self._usual, most=1)):
            return
        came = 0
        async with self._web.queue(_MODULE) as queue:
            from tuireader.library.reading.completing import complete_new

            run = complete_new(self._cache, queue, usual=self._usual, clock=self._clock, shown=self._shown())
            async with aclosing(run) as events:
                async for event in events:
                    if event.error is None:
                        came += 1
                        self._say(came)
                        self._node.post_message(ReadingPane.Fetched(event.article_id, is_asked=False))

    def _say(self, came: int) -> None:
        self.progress = f"{counted(came, 'full text')} came" if came else ""
        self._node.post_message(RefreshProgressed())
