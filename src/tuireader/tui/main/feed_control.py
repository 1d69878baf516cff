"""What the user does to a feed: looks at it, gives it another name, unsubscribes from it."""

from __future__ import annotations

from functools import partial
from sqlite3 import Connection
from typing import TYPE_CHECKING

from textual.message import Message
from textual.widget import Widget

from tuireader.library.jobs.off_loop import Cache
from tuireader.model.clock import Clock
from tuireader.store import feeds
from tuireader.tui.main.undo_stack import UndoStep
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import start

if TYPE_CHECKING:
    from tuireader.model.archive import Archive
    from tuireader.model.feed import Feed, FeedSummary
    from tuireader.tui.main.external import ExternalPrograms
    from tuireader.tui.main.statuses import StatusController
    from tuireader.tui.screens.feed_info import Wish
    from tuireader.tui.support.ui_state import UiState

REMOVED = "unsubscribed"
"""The setting with the ids of feeds that are to be removed at the end, or else at the next start."""


class FeedsChanged(Message):
    """A feed has another name, or is no longer among those that are shown."""


class FeedController:
    """Shows what is known of a feed, and does what is chosen there.

    A feed that the user unsubscribes from is hidden; it is removed when the program ends, and until then undo takes it
    back. Where the program is killed, the next start removes it.
    """

    def __init__(
        self,
        node: Widget,
        cache: Cache,
        statuses: StatusController,
        external: ExternalPrograms,
        *,
        state: UiState,
        clock: Clock,
        undo_key: str,
    ) -> None:
        """`node` is who is told, by `FeedsChanged`, and whose workers work; `undo_key` is how that key is written."""
        self._node = node
        self._cache = cache
        self._statuses = statuses
        self._external = external
        self._state = state
        self._clock = clock
        self._undo_key = undo_key

    @property
    def hidden(self) -> frozenset[int]:
        """Feeds that are to be removed at the end."""
        return frozenset(int(number) for number in self._state.get(REMOVED, "").split() if number.isdecimal())

    def remove_hidden(self) -> None:
        """Remove what is hidden, also by a program that was killed: nothing can be taken back any more."""
        for feed_id in self.hidden:
            self._cache.soon(partial(_unsubscribe, feed_id=feed_id))
        self._state.put(REMOVED, "")

    def show(self, summary: FeedSummary | None) -> None:
        """Show what is known of a feed, and what can be done to it; without one, say how to mean one."""
        if summary is None:
            toast(self._node, "Put the cursor on a feed, or on one of its articles.")
            return
        start(self._node, partial(self._show, summary), group="feed-info", exclusive=True)

    async def _show(self, summary: FeedSummary) -> None:
        feed = summary.feed
        summary, archive = await self._cache.read(partial(_known, feed=feed))
        from tuireader.tui.screens.dialog import open_dialog
        from tuireader.tui.screens.feed_info import FeedInfoScreen

        dialog = FeedInfoScreen(summary, archive, self._clock())
        open_dialog(self._node.app, dialog, lambda wish: self._do(feed, wish))

    def _do(self, feed: Feed, wish: Wish | None) -> None:
        if wish is None:
            return
        if wish.kind == "site":
            self._external.browse(feed.site or feed.url)
        elif wish.kind == "rename":
            start(self._node, partial(self._rename, feed, wish.text), group="rename")
        else:
            self.unsubscribe(feed)

    async def _rename(self, feed: Feed, title: str) -> None:
        await self._cache.write(lambda c: _rename(c, feed.id, title))
        self._node.post_message(FeedsChanged())

    def unsubscribe(self, feed: Feed) -> None:
        """Hide a feed, to be removed at the end."""
        self._hide(self.hidden | {feed.id})
        self._statuses.can_be_undone(UndoStep(f"{feed.name} is back", feed_id=feed.id))
        toast(self._node, f"Unsubscribed from {feed.name} ({self._undo_key} to undo)")

    def restore(self, feed_id: int) -> None:
        """Show a feed again, if it is hidden."""
        if feed_id in self.hidden:
            self._hide(self.hidden - {feed_id})

    def _hide(self, hidden: frozenset[int]) -> None:
        self._state.put(REMOVED, " ".join(map(str, sorted(hidden))))
        self._node.post_message(FeedsChanged())


def _known(c: Connection, feed: Feed) -> tuple[FeedSummary, Archive | None]:
    """A feed with the counts of all of its articles, whatever is chosen; and how far its site was read back."""
    from tuireader.model.feed import FeedSummary
    from tuireader.store import archives  # seldom needed

    unread, total = feeds.counts(c, feed.id)
    return FeedSummary(feed, unread, total), archives.get(c, feed.id)


def _rename(connection: Connection, feed_id: int, title: str) -> None:
    from tuireader.library.subscribing.subscription import rename  # seldom needed

    rename(connection, feed_id, title)


def _unsubscribe(connection: Connection, feed_id: int) -> None:
    from tuireader.library.subscribing.subscription import unsubscribe  # seldom needed

    unsubscribe(connection, feed_id)
