"""The article in linear mode: structure in words, and the terminal's cursor at the reading place."""

from __future__ import annotations

from textual.geometry import Offset

from tuireader.content.document.linear import Linear, to_linear
from tuireader.content.document.model import Document
from tuireader.tui.article.finder import Finder
from tuireader.tui.article.foot import typed_cells
from tuireader.tui.article.jumps import LinkCursor
from tuireader.tui.article.page_view import PageView
from tuireader.tui.article.paint import column_of, column_of_link, extent


class LinearReading:
    """Maps offsets between the linear document and the original."""

    def __init__(self, view: PageView, finder: Finder, link_cursor: LinkCursor) -> None:
        self._view = view
        self._finder = finder
        self._link_cursor = link_cursor
        self._linear: Linear | None = None

    def shown(self, document: Document) -> Document:
        self._linear = to_linear(document) if self._view.is_linear else None
        return document if self._linear is None else self._linear.document

    def place_in(self, offset: int) -> int:
        return offset if self._linear is None else self._linear.place_in(offset)

    def place_of(self, offset: int) -> int:
        return offset if self._linear is None else self._linear.place_of(offset)

    @property
    def cell(self) -> Offset:
        """The cell of the terminal's cursor: the current match or link, else the first visible line."""
        if self._finder.typing:
            typed = typed_cells(self._finder.sought, self._finder.said, self._view.column)
            return Offset(self._view.margin + typed, self._view.size.height - 1)
        view, session, link = self._view, self._finder.session, self._link_cursor.here
        spans = view.spans_of(view.sight[0])
        first, last = extent(spans)
        column = 0
        if link is not None:
            column = column_of_link(spans, link)
        elif session is not None and session.here is not None and first <= session.here.start < last:
            column = column_of(spans, session.here.start)
        return Offset(view.margin + column, 0)
