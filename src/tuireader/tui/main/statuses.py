"""What the user does to articles: seen at once, written in the order in which it is done, and taken back on request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.message import Message
from textual.widget import Widget

from tuireader.errors import BusyError, TuireaderError
from tuireader.library.jobs.off_loop import Cache
from tuireader.library.jobs.work import wait_for
from tuireader.model.status_change import StatusChange
from tuireader.tui.main.undo_stack import UndoStack, UndoStep
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import is_busy, start

if TYPE_CHECKING:
    from concurrent.futures import Future
    from sqlite3 import Connection

    from tuireader.library.reading.status import Marking
    from tuireader.model.article import Status
    from tuireader.model.query import Query


_PART = 500
"""Articles of one transaction, where steps are not timed."""


class StatusChanged(Message):
    """Statuses were written, or could not be: counts are to be read again."""

    def __init__(self, *, lists_too: bool) -> None:
        super().__init__()
        self.lists_too = lists_too
        """Whether what the lists show may be another thing than what was written."""


class FeedRestored(Message):
    """Unsubscribing was taken back."""

    def __init__(self, feed_id: int) -> None:
        super().__init__()
        self.feed_id = feed_id


class StatusController:
    """Marks articles read and starred, one at a time or all of a query."""

    def __init__(
        self,
        node: Widget,
        cache: Cache,
        unwritten: list[StatusChange],
        *,
        show: Sequence[Callable[[StatusChange], None]],
        is_reading: Callable[[], bool],
        undo_key: str,
    ) -> None:
        """`node` is who is told, by `StatusChanged`, and whose workers wait; `undo_key` is how that key is written.

        `unwritten` is kept as what was done and is not written yet, for those who read from the cache. Each of `show`
        is called with each change; `is_reading` says whether a list is being read that may be without the last one.
        """
        self._node = node
        self._cache = cache
        self._shows = show
        self._is_reading = is_reading
        self._undo_key = undo_key
        self._undo = UndoStack()
        self._unwritten = unwritten

    def set(self, article_id: int, *, read: bool | None = None, starred: bool | None = None) -> None:
        """Show a status now, write it soon, tell after that."""
        change = StatusChange((article_id,), read, starred)
        self._show(change)
        self._unwritten.append(change)
        written = self._cache.change(change)
        start(self._node, partial(self._follow, change, written), group="writes")

    def toggle_read(self, article_id: int, status: Status) -> None:
        """Mark an article read, or unread where it is read; to be undone."""
        self._undo.push(
            UndoStep("Marked read again" if status.read else "Marked unread again", (article_id,), read=status.read)
        )
        self.set(article_id, read=not status.read)

    def toggle_starred(self, article_id: int, status: Status) -> None:
        """Star an article, or take its star; to be undone."""
        self._undo.push(
            UndoStep("Star restored" if status.starred else "Star taken back", (article_id,), starred=status.starred)
        )
        self.set(article_id, starred=not status.starred)

    def mark_all_read(self, query: Query) -> None:
        """Mark all articles of a query read; to be undone."""
        start(self._node, partial(self._mark_all_read, query), group="marking")

    def can_be_undone(self, step: UndoStep) -> None:
        """Remember what was done elsewhere, for undo to take back."""
        self._undo.push(step)

    def undo(self) -> None:
        """Take the last change back."""
        start(self._node, self._take_back, group="marking")

    @property
    def is_marking(self) -> bool:
        """Whether a change of many articles is being written."""
        return is_busy(self._node, "marking")

    @property
    def is_writing(self) -> bool:
        """Whether a change is shown that is not written yet, or not told of."""
        return self.is_marking or is_busy(self._node, "writes")

    def _show(self, change: StatusChange) -> None:
        for show in self._shows:
            show(change)

    async def _follow(self, change: StatusChange, written: Future[None]) -> None:
        """Tell once it is written; where it could not be, say so."""
        failed = False
        try:
            await wait_for(written)
        except TuireaderError as error:
            failed = True
            toast(self._node, str(error), severity="error")
        finally:
            self._unwritten.remove(change)
        self._node.post_message(StatusChanged(lists_too=failed or self._is_reading()))

    async def _mark_all_read(self, query: Query) -> None:
        unwritten = [*self._unwritten]
        found = await self._cache.read(lambda c: _to_mark_read(c, query))
        ids = frozenset(found)
        for change in unwritten:  # what was read may be without them
            if change.read is not None:
                ids = ids - {*change.ids} if change.read else ids | {*change.ids}
        if not ids:
            toast(self._node, "All of these are read already.")
            return
        said = f"{len(ids)} marked read"
        self._undo.push(UndoStep(f"{len(ids)} marked unread again", ids, read=False))
        await self._mark_in_steps(sorted(ids), read=True)
        self._show(StatusChange(ids, read=True))
        toast(self._node, f"{said} ({self._undo_key} to undo)")
        self._node.post_message(StatusChanged(lists_too=True))

    async def _mark_in_steps(
        self, ids: Sequence[int], *, read: bool | None = None, starred: bool | None = None
    ) -> None:
        """Mark many; what else the user marks meanwhile is written in between. None of it is lost."""
        marking = _marking(ids, read=read, starred=starred)
        try:
            is_left = True
            while is_left:
                is_left = await self._cache.write(marking.step)
                await asyncio.sleep(marking.PAUSE)
        except asyncio.CancelledError:  # the program ends: the rest is written now, or by the next start
            self._hand_over(marking.left, read=read, starred=starred)
            raise
        except BusyError:  # another program holds the cache: the rest is kept, and written when that lets go
            for written in self._hand_over(marking.left, read=read, starred=starred):
                await wait_for(written)

    def _hand_over(self, ids: Sequence[int], *, read: bool | None, starred: bool | None) -> list[Future[None]]:
        parts = [tuple(ids[start : start + _PART]) for start in range(0, len(ids), _PART)]
        return [self._cache.change(StatusChange(part, read, starred)) for part in parts]

    async def _take_back(self) -> None:
        step = self._undo.pop()
        if step is None:
            toast(self._node, "Nothing to undo.")
            return
        if step.feed_id is not None:
            self._node.post_message(FeedRestored(step.feed_id))
            toast(self._node, step.undone)
            return
        await self._mark_in_steps(sorted(step.ids), read=step.read, starred=step.starred)
        self._show(StatusChange(step.ids, step.read, step.starred))
        title = await self._cache.read(lambda c: _title_of(c, step.ids))
        toast(self._node, f"{step.undone}: {title}" if title else step.undone)
        self._node.post_message(StatusChanged(lists_too=True))


# Loaded in the thread that writes first, long after the start.


def _marking(ids: Sequence[int], *, read: bool | None, starred: bool | None) -> Marking:
    from tuireader.library.reading.status import Marking

    return Marking(ids, read=read, starred=starred)


def _title_of(connection: Connection, ids: Collection[int]) -> str:
    """The title of the one article that a change is about; empty where there are several, or none any more."""
    from tuireader.store.articles import headlines

    return next((headline.title for headline in headlines(connection, list(ids))), "") if len(ids) == 1 else ""


def _to_mark_read(connection: Connection, query: Query) -> list[int]:
    from tuireader.library.reading.status import to_mark_read

    return to_mark_read(connection, query)
