"""Marking: what the reader does to articles is on the screen at once, in the cache in order, and can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from tuireader import model
from tuireader.errors import TuireaderError
from tuireader.store.pending import Mark
from tuireader.tui import keys
from tuireader.tui.lists.headline_window import Marks
from tuireader.tui.main.searching import SearchingScreen
from tuireader.tui.main.undo import UndoStack, UndoStep
from tuireader.tui.support.background import Writer, wait_for
from tuireader.tui.support.safe_text import toast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future
    from sqlite3 import Connection

    from tuireader.model import Article, Query, Status


class MarkingScreen(SearchingScreen):
    """Reads and stars, one article at a time or all that are shown."""

    writer: Writer

    def begin_marks(self) -> None:
        """Nothing was marked yet."""
        self._undo = UndoStack()
        self.opened: tuple[Article, Status] | None = None
        """The article that is open, and what the reader did with it."""
        self.marked: list[Marks] = []
        """What was marked since an article was last read from the cache, or was not written by then."""

    def in_hand(self) -> tuple[int, Status] | None:
        """The article that a key means: the open one for a reader who is there, else the one under the cursor."""
        if self.pane == "article" and self.opened is not None:
            return self.opened[0].id, self.opened[1]
        headline = self.headlines.current
        return (headline.id, model.Status(headline.read, headline.starred)) if headline else None

    def set_marks(self, article_id: int, *, read: bool | None = None, starred: bool | None = None) -> None:
        """Show marks now, write them soon, count after that."""
        self.keep_in_list(article_id)
        marks = Marks((article_id,), read, starred)
        self._show_marks(marks)
        self.headlines.unwritten.append(marks)
        self._written(marks, self.writer.mark(Mark((article_id,), read, starred)))

    def _show_marks(self, marks: Marks) -> None:
        self.headlines.patch(marks)
        self.marked.append(marks)
        if self.opened is not None and self.opened[0].id in marks.ids:
            article, status = self.opened
            self.opened = (article, marks.over(status))

    @work(group="writes")
    async def _written(self, marks: Marks, future: Future[None]) -> None:
        """Count anew once it is written; where it could not be, say so and show what is true."""
        failed = False
        try:
            await wait_for(future)
        except TuireaderError as error:
            failed = True
            toast(self, str(error), severity="error")
        finally:
            self.headlines.unwritten.remove(marks)
        if failed or self.is_listing():  # what is being read now may be without it
            self.recount()
        else:
            self.recount_facets(self.wanted)

    def action_read(self) -> None:
        """Read or unread."""
        if (hand := self.in_hand()) is not None:
            article_id, status = hand
            self._undo.push(UndoStep("unread" if status.read else "read", (article_id,), read=status.read))
            self.set_marks(article_id, read=not status.read)

    def action_star(self) -> None:
        """Starred or not."""
        if (hand := self.in_hand()) is not None:
            article_id, status = hand
            self._undo.push(UndoStep("star", (article_id,), starred=status.starred))
            self.set_marks(article_id, starred=not status.starred)

    @work(group="marking")
    async def action_all_read(self) -> None:
        """Mark all that is shown read."""
        query = self.wanted
        ids = await self.writer.write(lambda c: _mark_all_read(c, query))
        if not ids:
            toast(self, "All of these are read already.")
            return
        said = f"{len(ids)} marked read"
        self._undo.push(UndoStep(said, ids, read=False))
        self._show_marks(Marks(ids, read=True))
        toast(self, f"{said} · {self.key_of('undo')} undoes it")
        self.recount()

    @work(group="marking")
    async def action_undo(self) -> None:
        """Take the last mark back."""
        made = self._undo.pop()
        if made is None:
            toast(self, "Nothing to undo.")
            return
        await self.writer.write(lambda c: _mark(c, made.ids, read=made.read, starred=made.starred))
        self._show_marks(Marks(made.ids, made.read, made.starred))
        toast(self, f"Undone: {made.what}")
        self.recount()

    def key_of(self, id_: str) -> str:
        """How the first key of a binding is written."""
        return keys.keys_of(id_, self.keymap)[0]


# Loaded in the thread that writes first, long after the start.


def _mark(connection: Connection, ids: Sequence[int], *, read: bool | None, starred: bool | None) -> None:
    from tuireader.library.reading.status import mark

    mark(connection, ids, read=read, starred=starred)


def _mark_all_read(connection: Connection, query: Query) -> tuple[int, ...]:
    from tuireader.library.reading.status import mark_all_read

    return mark_all_read(connection, query)
