"""Asking for new articles in the background: one refresh at a time, and how far it is."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing, suppress
from functools import partial
from sqlite3 import Connection
from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message
from textual.widget import Widget

from tuireader.errors import BusyError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.clock import Clock
from tuireader.store import expiry, feeds
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.web import Web
from tuireader.tui.support.workers import start

if TYPE_CHECKING:
    from datetime import datetime

    from textual.timer import Timer

    from tuireader.model.feed import Feed

PROGRESS_PACE = 0.1
"""Seconds at least between two times that it is said how far a refresh is."""


class RefreshProgressed(Message):
    """A refresh is further than it was, or has ended."""


class RefreshBrought(Message):
    """A refresh has brought something that is in the cache now."""


class RefreshEnded(Message):
    """A refresh has ended."""


class Ends(NamedTuple):
    """What counts as read by itself: after so many days, and beyond so many of a feed; 0: nothing."""

    after: int = 0
    above: int = 0


NO_ENDS = Ends()


class RefreshController:
    """Refreshes feeds, one refresh after the other."""

    def __init__(
        self, node: Widget, cache: Cache, web: Web, connection: Connection, clock: Clock, *, ends: Ends = NO_ENDS
    ) -> None:
        """`node` is who is told, by the messages above, and whose workers do the work; `connection` is for reads.

        `ends` says what counts as read by itself.
        """
        self._ends = ends
        self._node = node
        self._cache = cache
        self._web = web
        self._connection = connection
        self._clock = clock
        self.progress = ""
        """How far the present one is; empty while there is none."""
        self.offline = False
        """Whether the last one found no network."""

    def refresh(self, wanted: Sequence[Feed] | None, *, force: bool) -> None:
        """Ask for feeds in the background (None: all; only what is due, unless forced)."""
        if self.progress:
            if force:
                toast(self._node, "Already refreshing.")
            return
        start(self._node, partial(self._refresh, wanted, force=force), group="refresh")

    def refresh_quietly(self) -> None:
        if not self.progress:
            start(self._node, partial(self._refresh, None, force=False, quiet=True), group="refresh")

    async def _refresh(self, wanted: Sequence[Feed] | None, *, force: bool, quiet: bool = False) -> None:
        asked = wanted if wanted is not None else self._feeds_to_ask(force=force)
        if not asked:
            if quiet:  # what follows each refresh follows this one, too
                self._node.post_message(RefreshEnded())
            return
        from tuireader.tui.support.refresh_tally import Tally, refreshing

        tally = Tally(len(asked), wanted[0].name if wanted and len(wanted) == 1 else "")
        pending: Timer | None = None

        def say() -> None:
            nonlocal pending
            pending = None
            self._say(tally.progress())

        say()
        try:
            async with aclosing(refreshing(self._cache, self._web, asked, clock=self._clock, force=force)) as events:
                async for event in events:
                    tally.add(event)
                    pending = pending or self._node.set_timer(PROGRESS_PACE, say)
                    if event.new or event.changed:
                        self._node.post_message(RefreshBrought())
        finally:
            if pending is not None:
                pending.stop()
            self._say("")
        self.offline = tally.offline
        with suppress(BusyError):  # the next refresh does it
            await self._expire()
        self._node.post_message(RefreshEnded())
        if force or (tally.new and not quiet):
            toast(self._node, "Offline: no site could be reached." if tally.offline else tally.summary(), beside=True)

    async def _expire(self) -> None:
        """Mark read what has waited long enough."""
        now, ends = self._clock(), self._ends
        if await self._cache.read(lambda c: expiry.expired(c, now, after=ends.after, above=ends.above)):
            await self._cache.take(partial(_expire, now=now, after=ends.after, above=ends.above))

    def _feeds_to_ask(self, *, force: bool) -> list[Feed]:
        if not force:
            return feeds.due(self._connection, self._clock())
        return [feed for feed in feeds.every(self._connection) if not feed.is_never_asked]

    def _say(self, progress: str) -> None:
        self.progress = progress
        self._node.post_message(RefreshProgressed())


def _expire(c: Connection, now: datetime, after: int, above: int) -> int:
    from tuireader.library.rules.expire import expire  # seldom needed

    return expire(c, now, after, above)
