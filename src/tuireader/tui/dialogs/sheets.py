"""Sheets over an article: a footnote, and a table that scrolls sideways below its header."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import accumulate
from typing import ClassVar

from rich.text import Text
from textual import events, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import DataTable, Static

from tuireader.content.document import model
from tuireader.content.document.model import Document, Table
from tuireader.content.layout.layout import lay_out_block
from tuireader.content.layout.paragraph import Frame, text_lines, to_plain
from tuireader.text.wrap import cells
from tuireader.tui import keys
from tuireader.tui.article.view import ArticleView
from tuireader.tui.dialogs.questions import Dialog, open_dialog
from tuireader.tui.keys import Row
from tuireader.tui.support.safe_text import plain, toast

_AROUND = 8
"""Lines of a sheet besides its content: frame, blank lines, title, hints."""
_COLUMN_MAX, _HEADER_MAX = 40, 3
"""Maximum width of a column in cells, and maximum lines of the header; longer texts wrap."""
_CELL_MAX = 2_000
"""Maximum characters of a cell."""
_BATCH = 200
"""Cells that are added before keys are handled."""


def open_sheet(view: ArticleView, sheet: ArticleView.OpenSheet) -> None:
    """Show a table or a footnote in a dialog, and follow the link that is chosen there."""
    block, *others = sheet.part.blocks
    if isinstance(block, Table) and not others:
        open_dialog(view.app, TableScreen(block, reorder=view.reorder))
        return

    def follow(link: int | None) -> None:
        if link is not None:
            view.follow(link)

    open_dialog(view.app, NoteScreen(sheet.label, sheet.part, reorder=view.reorder), follow)


class _NoteView(ArticleView):
    """A footnote, with its links."""

    @property
    def foot(self) -> int:
        return 0

    def follow(self, link: int) -> None:
        self.screen.dismiss(link)

    def action_find(self) -> None:
        raise SkipAction  # there is no line for what is typed


class NoteScreen(Dialog[int | None]):
    """Shows a footnote; returns the index of the link that was followed."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("dialog")

    def __init__(self, label: str, note: Document, *, reorder: bool) -> None:
        """`label` is the mark of the note; `reorder`: whether right-to-left text is reordered here."""
        super().__init__()
        self._label = label
        self._note = note
        self._view = _NoteView(reorder=reorder)

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain(f"Note {self._label}"), classes="dialog-title")
            yield self._view
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        has_links = next(model.stops(self._note), None) is not None
        links = [Row(keys.key_on(self, "next-link"), "next link", "next_link")] if has_links else []
        return [*links, *super().hints()]

    def on_mount(self) -> None:
        self._view.focus()

    def on_resize(self, event: events.Resize) -> None:
        self.call_after_refresh(self._fit, event.size.height)

    def _fit(self, height: int) -> None:
        """Make the sheet as high as the note, if there is room."""
        most, lines = max(1, height - _AROUND), 0
        for block in range(len(self._note.blocks)):
            lines += len(lay_out_block(self._note, block, self._view.column))
            if lines >= most:
                break
        self._view.styles.height = min(lines, most)
        if self._view.document is None:
            self._view.open_page(self._note, 0)

    def action_next_link(self) -> None:
        self._view.action_next_link()

    def on_article_view_open_sheet(self, event: ArticleView.OpenSheet) -> None:
        event.stop()
        open_sheet(self._view, event)


class _Grid(DataTable[Text]):
    """A table with fixed header and first column, which scrolls sideways by columns."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("h,left", "sideways(-1)", show=False),
        Binding("l,right", "sideways(1)", show=False),
        Binding("g", "scroll_top", show=False),
        Binding("G", "scroll_bottom", show=False),
        Binding("space", "page_down", show=False),
    ]

    def action_sideways(self, by: int) -> None:
        columns = self.ordered_columns[self.fixed_columns :]
        starts = [0, *accumulate(column.get_render_width(self) for column in columns)]
        here = round(self.scroll_x)
        there = [start for start in starts if (start > here if by > 0 else start < here)]
        if there:
            self.scroll_to(x=there[0 if by > 0 else -1], animate=False)


class TableScreen(Dialog[None]):
    """Shows a table in its full width."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings("dialog"), keys.binding("copy-link")]

    def __init__(self, table: Table, *, reorder: bool) -> None:
        super().__init__()
        self._table = table
        self._reorder = reorder
        self._grid = _Grid(show_header=any(cell.plain for cell in table.header), cursor_type="none")

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield self._grid
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        copy = Row(keys.key_on(self, "copy-link"), "copy", "copy_link")
        return [Row("h/l", "left/right", ""), copy, *super().hints()]

    def on_mount(self) -> None:
        self._grid.focus()
        self._fill()

    @work(exclusive=True)
    async def _fill(self) -> None:
        """Fill the table, a few rows at a time; its first column stays if the others have room beside it."""
        table = self._table
        widths = [self._width(column) for column in zip(table.header, *table.rows, strict=True)]
        header = [self._cell(text, width) for text, width in zip(table.header, widths, strict=True)]
        self._grid.header_height = min(_HEADER_MAX, max(text.plain.count("\n") + 1 for text in header))
        for text, width in zip(header, widths, strict=True):
            self._grid.add_column(text, width=width)
        self._grid.fixed_columns = int(widths[0] <= self.size.width // 3)
        for number, row in enumerate(table.rows):
            drawn = [self._cell(text, width) for text, width in zip(row, widths, strict=True)]
            self._grid.add_row(*drawn, height=max(text.plain.count("\n") + 1 for text in drawn))
            if number % max(1, _BATCH // len(widths)) == 0:
                await asyncio.sleep(0)

    def _width(self, column: Sequence[model.Text]) -> int:
        widest = max(cells(line) for text in column for line in text.plain[:_CELL_MAX].split("\n"))
        return max(1, min(_COLUMN_MAX, widest))

    def _cell(self, text: model.Text, width: int) -> Text:
        lines = text_lines(model.Text(text.plain[:_CELL_MAX]), "", Frame(0, 0, width))
        return Text("\n".join([to_plain(line, reorder=self._reorder) for line in lines]), no_wrap=True)

    def action_copy_link(self) -> None:
        self.app.copy_to_clipboard(model.block_text(self._table))
        toast(self, "Copied table")

    def on_resize(self, event: events.Resize) -> None:
        self._grid.styles.max_height = max(3, event.size.height - _AROUND)
