"""The stack of open blocks while HTML is read, and the Markdown made of each at its end."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from tuireader.content.markdown import block_writer
from tuireader.content.markdown.annotations import Notes, marked
from tuireader.content.markdown.block_writer import Attributes, Cell, Item, Piece
from tuireader.text.printable import HEADINGS

DEPTH_MAX = 16
"""Depth from which nested lists and quotations are not indented further."""

_ONLY_PICTURES = re.compile(r"(?:\s|\[?!\[(?:\\.|[^\[\]\\])*\]\((?:\\.|[^()\\\s])*\)(?:\]\((?:\\.|[^()\\\s])*\))?)+")
_LISTS = frozenset({"ul", "ol"})
_SET_IN = frozenset({"li", "blockquote", "dd"})


@dataclass(slots=True)
class Frame:
    """An open block, with its contents so far."""

    tag: str
    attributes: Attributes = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    caption: list[Piece] = field(default_factory=list)
    note: str = ""
    """Its label, if it is a footnote."""
    task: str = ""
    """The state of its checkbox: "x", a space, or empty if it has none."""


class Scope(NamedTuple):
    """The language and direction of a block and its contents, and the source of its formula."""

    language: str
    direction: str
    formula: str = ""


class OpenBlocks:
    """The open blocks, innermost last."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.stack = [Frame("")]
        self.pending_note = ""
        """The label of the footnote that the next paragraph begins; "" if it is none."""

    @property
    def innermost(self) -> Frame:
        return self.stack[-1]

    def finish(self) -> str:
        """End all open blocks, and return the Markdown of the whole."""
        while len(self.stack) > 1:
            self.end()
        text = block_writer.joined(self.innermost.pieces)
        return f"{text}\n" if text else ""

    def add(self, *pieces: Piece | None) -> None:
        """Add finished blocks to the open one."""
        frame = self.innermost
        found = [piece for piece in pieces if piece is not None]
        if frame.tag in _LISTS or frame.tag == "dl":
            # What stands in a list beside its items belongs to the last.
            if not frame.items:
                frame.items.append(Item())
            frame.items[-1].pieces += found
        else:
            frame.pieces += found

    def add_paragraph(self, text: str, scope: Scope) -> None:
        """Add a finished paragraph to the open block."""
        kind = "picture" if "![" in text and _ONLY_PICTURES.fullmatch(text) else "p"
        if kind == "p":
            text = marked(
                text, lang=scope.language, dir=scope.direction, formula=b64encode(scope.formula.encode()).decode()
            )
        piece = Piece(kind, text)
        if self.pending_note:
            piece = block_writer.note(self.pending_note, [piece])
            self.pending_note = ""
        self.add(piece)

    def begin(self, tag: str, attributes: Attributes) -> None:
        note = self.notes.labels.get(attributes.get("id") or "", "") if tag == "li" else ""
        self.stack.append(Frame(tag, attributes, note=note))

    def close(self, tag: str) -> None:
        """End the innermost block of a kind, and the blocks open in it."""
        if any(frame.tag == tag for frame in self.stack):
            while self.end() != tag:
                pass

    def end(self) -> str:
        """End the innermost block."""
        frame = self.stack.pop()
        _COMPOSERS[frame.tag](self, frame)
        return frame.tag

    def begin_row(self, _tag: str, _attributes: Attributes) -> None:
        """Begin a row of the innermost table."""
        table = next((frame for frame in reversed(self.stack) if frame.tag == "table"), None)
        if table is not None:
            table.rows.append([])

    def add_rule(self, _tag: str, _attributes: Attributes) -> None:
        self.add(Piece("rule", "___"))

    # Footnotes

    def begin_note(self, name: str) -> None:
        """Begin a footnote: the open block, or the next paragraph."""
        frame = self.innermost
        if frame.tag == "li" and not frame.pieces:
            frame.note = self.notes.labels[name]
        elif frame.tag in {"", "blockquote"}:
            self.pending_note = self.notes.labels[name]

    def in_note(self) -> bool:
        return bool(self.pending_note) or any(frame.note for frame in self.stack)

    # What is made of a block when it ends

    def make_heading(self, frame: Frame) -> None:
        """Make headings of the paragraphs in it, or leave them paragraphs in a term or caption; other blocks stay."""
        for piece in frame.pieces:
            plain = piece.kind != "p" or self.innermost.tag in {"dt", "figcaption", "caption"}
            self.add(piece if plain else block_writer.heading(int(frame.tag[1]), piece.text))

    def make_item(self, frame: Frame) -> None:
        """Make a list item or a footnote."""
        if frame.note:
            self.innermost.pieces.append(block_writer.note(frame.note, frame.pieces))
        elif self.innermost.tag in _LISTS:
            self.innermost.items.append(Item(frame.pieces, frame.task, frame.attributes.get("value") or ""))
        else:
            self.add_list([Item(frame.pieces, frame.task)], None)

    def make_list(self, frame: Frame) -> None:
        """Make a list, and the footnotes among its items."""
        first = _number(frame.attributes.get("start"), 1)
        if any(item.pieces or item.task for item in frame.items):
            self.number(frame)
            self.add_list(frame.items, max(first, 0) if frame.tag == "ol" else None)
        self.add(*frame.pieces)

    def number(self, frame: Frame) -> None:
        """Set the markers of list items that are not numbered upwards in digits."""
        kind, is_down = frame.attributes.get("type") or "1", "reversed" in frame.attributes
        items = [item for item in frame.items if item.pieces or item.task]
        number = _number(frame.attributes.get("start"), len(items) if is_down else 1)
        has_own = number < 0 or any(item.value for item in items)
        if frame.tag != "ol" or (kind == "1" and not is_down and not has_own):
            return
        markers = []
        for item in items:
            number = _number(item.value, number)
            markers.append(f"{block_writer.numeral(number, kind)}.")
            number += -1 if is_down else 1
        width = max(4, max(map(len, markers)) + 2)
        for item, marker in zip(items, markers, strict=True):
            if item.pieces and item.pieces[0].kind == "p":
                text = marked(item.pieces[0].text, marker=marker, width=str(width))
                item.pieces[0] = item.pieces[0]._replace(text=text)

    def add_list(self, items: list[Item], start: int | None) -> None:
        """Add a list, or its items one after another if lists are nested too deeply."""
        if self.is_deep():
            self.add(*[piece for item in items for piece in item.pieces])
            return
        before = self.innermost.pieces[-1].kind if self.innermost.pieces else ""
        self.add(block_writer.list_piece(items, start, before))

    def is_deep(self) -> bool:
        return sum(frame.tag in _SET_IN for frame in self.stack) > DEPTH_MAX

    def make_quote(self, frame: Frame) -> None:
        """Make a quotation."""
        if frame.pieces and not self.is_deep():
            self.add(block_writer.quote(frame.pieces))
        else:
            self.add(*frame.pieces)

    def make_definition(self, frame: Frame) -> None:
        """Make a term or a definition."""
        item = Item(frame.pieces, term=frame.tag == "dt")
        if self.innermost.tag == "dl":
            self.innermost.items.append(item)
        else:
            self.add(block_writer.definitions([item]))

    def make_definitions(self, frame: Frame) -> None:
        self.add(block_writer.definitions(frame.items))

    def make_cell(self, frame: Frame) -> None:
        """Make a table cell."""
        table = self.innermost
        if table.tag != "table":
            self.add(*frame.pieces)
            return
        if not table.rows:
            table.rows.append([])
        given = frame.attributes
        columns, rows = _span(given.get("colspan")), _span(given.get("rowspan"))
        table.rows[-1].append(Cell(frame.pieces, frame.tag == "th", (given.get("align") or "").lower(), columns, rows))

    def make_table(self, frame: Frame) -> None:
        """Make a table, after its caption and anything outside its cells."""
        rows = [row for row in frame.rows if row]
        self.add(*frame.caption, *frame.pieces, *(block_writer.table(rows) if rows else ()))

    def make_caption(self, frame: Frame) -> None:
        """Make the caption of a figure or a table."""
        if self.innermost.tag in {"figure", "table"}:
            self.innermost.caption += frame.pieces
        else:
            self.add(*frame.pieces)

    def make_figure(self, frame: Frame) -> None:
        self.add(*block_writer.picture(frame.pieces, frame.caption))


def _number(given: str | None, usual: int) -> int:
    text = given or ""
    return int(text) if len(text) < 9 and text.removeprefix("-").isdecimal() else usual


def _span(given: str | None) -> int:
    """The columns or rows that a cell spans: at least one, and bounded."""
    return min(max(int(given), 1), 100) if given and given.isdecimal() and len(given) < 4 else 1


_COMPOSERS: dict[str, Callable[[OpenBlocks, Frame], None]] = {
    **dict.fromkeys(HEADINGS, OpenBlocks.make_heading),
    **dict.fromkeys(("ul", "ol"), OpenBlocks.make_list),
    **dict.fromkeys(("dt", "dd"), OpenBlocks.make_definition),
    **dict.fromkeys(("td", "th"), OpenBlocks.make_cell),
    **dict.fromkeys(("figcaption", "caption"), OpenBlocks.make_caption),
    "li": OpenBlocks.make_item,
    "dl": OpenBlocks.make_definitions,
    "blockquote": OpenBlocks.make_quote,
    "table": OpenBlocks.make_table,
    "figure": OpenBlocks.make_figure,
}
HOLDERS = frozenset(_COMPOSERS)
"""Elements that contain blocks."""
EMPTY_BETWEEN = frozenset({*_LISTS, "dl", "table"})
"""Elements in which white space between children is insignificant."""
