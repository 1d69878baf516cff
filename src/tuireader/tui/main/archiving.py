"""Reading a site back in the background: one at a time, and how far that is."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from tuireader.library.jobs.off_loop import Cache
from tuireader.tui.main.refreshing import RefreshBrought, RefreshEnded, RefreshProgressed
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.web import Web
from tuireader.tui.support.workers import start

if TYPE_CHECKING:
    from textual.widget import Widget
    from textual.worker import Worker

    from tuireader.model.clock import Clock
    from tuireader.model.feed import Backfilled, Feed


class ArchiveController:
    """Brings in what a feed's site has published before; asked again, it stops."""

    def __init__(self, node: Widget, cache: Cache, web: Web, clock: Clock, *, arrives_read: bool) -> None:
        """`node` is who is told, and whose workers do the work."""
        self._node = node
        self._cache = cache
        self._web = web
        self._clock = clock
        self._arrives_read = arrives_read
        self._worker: Worker[None] | None = None
        self.progress = ""
        """How far the present run is; empty while there is none."""

    def read_back(self, feed: Feed | None) -> None:
        """Read the site of a feed back, from where that stopped; or stop doing so."""
        if self.progress and self._worker is not None:
            self._worker.cancel()
            toast(self._node, "The archive is stopped. Asked again, it goes on from there.")
        elif feed is not None and feed.holds_pages:
            toast(self._node, "Saved pages are single ones: there are no older articles to bring in.")
        elif feed is None:
            toast(self._node, "Put the cursor on a feed, or on an article of one, to bring in its older articles.")
        else:
            self._worker = start(self._node, partial(self._read_back, feed), group="archive")

    async def _read_back(self, feed: Feed) -> None:
        self._say("looking for older articles")
        last: Backfilled | None = None
        try:
            async with self._web.queue("tuireader.library.archiving.backfill") as queue:
                from tuireader.library.archiving import words
                from tuireader.library.archiving.backfill import backfill
                from tuireader.library.archiving.take import Wanted

                wanted = Wanted(is_read=self._arrives_read)
                async with aclosing(backfill(self._cache, queue, feed, clock=self._clock, wanted=wanted)) as events:
                    async for event in events:
                        last = event
                        self._say(words.progress(event))
                        if event.new:
                            self._node.post_message(RefreshBrought())
        finally:
            self._say("")
            self._node.post_message(RefreshEnded())  # what came is indexed then
        if last is not None:
            is_failed = last.status == "failed"
            toast(self._node, f"{feed.name}: {words.ended(last)}", severity="error" if is_failed else "information")

    def _say(self, progress: str) -> None:
        self.progress = progress and f"archive: {progress}"
        self._node.post_message(RefreshProgressed())
