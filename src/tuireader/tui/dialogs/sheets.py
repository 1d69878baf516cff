"""Sheets over an article: a footnote, and a table that scrolls sideways below its header."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import DataTable, Static

from tuireader.content.document.model import Document, Table
from tuireader.content.layout.layout import lay_out
from tuireader.text.printable import printable_block
from tuireader.text.wrap import cells
from tuireader.tui import keys
from tuireader.tui.article.view import ArticleView
from tuireader.tui.dialogs.questions import Dialog
from tuireader.tui.keys import Row
from tuireader.tui.support.safe_text import plain

_AROUND = 8
"""Lines of a sheet besides its content: frame, blank lines, title, hints."""
_STEP = 8
"""Cells that a key scrolls sideways."""
_COLUMN_MAX = 40
"""Maximum width of a column in cells; longer texts wrap."""


class _NoteView(ArticleView):
    """A footnote, with its links."""

    @property
    def foot(self) -> int:
        return 0

    def follow(self, link: int) -> None:
        self.screen.dismiss(link)


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
        links = [Row(keys.key_on(self, "next-link"), "next link", "next_link")] if self._note.links else []
        return [*links, *super().hints()]

    def on_mount(self) -> None:
        self._view.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Make the sheet as high as the note, if there is room."""
        self.call_after_refresh(self._fit, event.size.height)

    def _fit(self, height: int) -> None:
        lines = len(lay_out(self._note, self._view.column))
        self._view.styles.height = max(1, min(lines, height - _AROUND))
        self._view.open_page(self._note, 0)

    def action_next_link(self) -> None:
        self._view.action_next_link()


class _Grid(DataTable[Text]):
    """A table with fixed header and first column."""

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
        self.scroll_relative(x=_STEP * by, animate=False)


class TableScreen(Dialog[None]):
    """Shows a table in its full width."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("dialog")

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._table = table
        self._grid = _Grid(show_header=any(cell.plain for cell in table.header), cursor_type="none")

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield self._grid
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        return [Row("h/l", "left/right", ""), *super().hints()]

    def on_mount(self) -> None:
        """Fill the table; its first column stays if the others have room beside it."""
        header, *rows = [
            [Text(printable_block(cell.plain)) for cell in row] for row in (self._table.header, *self._table.rows)
        ]
        for column in zip(header, *rows, strict=True):
            width = max(1, *(cells(line) for text in column for line in text.plain.split("\n")))
            self._grid.add_column(column[0], width=min(_COLUMN_MAX, width))
        for row in rows:
            self._grid.add_row(*row, height=None)
        self._grid.fixed_columns = int(self._grid.ordered_columns[0].width <= self.size.width // 3)
        self._grid.focus()

    def on_resize(self, event: events.Resize) -> None:
        self._grid.styles.max_height = max(3, event.size.height - _AROUND)
