"""How blocks of Markdown are put together: lists, quotations, tables, definitions, notes, code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_BACKTICKS = re.compile("^ *(`{3,})", re.MULTILINE)


class Piece(NamedTuple):
    """A block of finished Markdown."""

    kind: str
    """p, h, code, table, rule, quote, terms, note, picture, or a list's marker."""
    text: str


@dataclass(slots=True)
class Item:
    """An item of a list, or what a definition list says of a term."""

    pieces: list[Piece] = field(default_factory=list)
    task: str = ""
    """"x" or " " where there is a box to tick."""
    term: bool = False
    """Whether it is the term itself."""


@dataclass(slots=True)
class Cell:
    """A cell of a table."""

    pieces: list[Piece]
    header: bool = False
    align: str = ""
    columns: int = 1
    rows: int = 1


def joined(pieces: list[Piece]) -> str:
    """Blocks with a blank line between them."""
    return "\n\n".join([piece.text for piece in pieces])


def indented(text: str, first: str, rest: str) -> str:
    """The text behind a prefix for its first line and one for its others; blank lines have no space at their end."""
    lines = text.split("\n")
    blank = rest.rstrip()
    return "\n".join([first + lines[0], *[rest + line if line else blank for line in lines[1:]]])


def quote(pieces: list[Piece]) -> Piece:
    """A quotation."""
    return Piece("quote", indented(joined(pieces), "> ", "> "))


def listing(items: list[Item], start: int | None, before: str) -> Piece:
    """A list, numbered from `start` unless that is None; its marker differs from that of a list right `before`."""
    items = [item for item in items if item.pieces or item.task]
    marker = ("*", "-") if start is None else (".", ")")
    mark = marker[1] if before == marker[0] else marker[0]
    tight = all(_is_tight(item) for item in items)
    lines = []
    for number, item in enumerate(items, start or 0):
        lead = f"{mark} " if start is None else f"{number}{mark} "
        task = f"[{item.task}] " if item.task else ""
        separator = "\n" if tight else "\n\n"
        text = separator.join([piece.text for piece in item.pieces])
        lines.append(indented(text, lead + task, " " * len(lead)))
    return Piece(mark, ("\n" if tight else "\n\n").join(lines))


def _is_tight(item: Item) -> bool:
    """Whether an item is a line of text, or one with lists below it that may interrupt a paragraph."""
    kinds = [piece.kind for piece in item.pieces]
    return (
        kinds[:1] in ([], ["p"])
        and all(
            kind in {"*", "-"} or (kind in {".", ")"} and piece.text.startswith("1"))
            for kind, piece in zip(kinds[1:], item.pieces[1:], strict=True)
        )
        and all("\n\n" not in piece.text for piece in item.pieces[1:])
    )


def definitions(items: list[Item]) -> Piece | None:
    """A definition list; None where it has nothing that is defined."""
    parts: list[str] = []
    for index, item in enumerate(items):
        text = joined(item.pieces)
        if not text:
            continue
        following = items[index + 1] if index + 1 < len(items) else None
        before = items[index - 1] if index else None
        if item.term:
            line = " ".join(text.replace("\\\n", " ").split("\n"))
            defined = following is not None and not following.term and following.pieces
            parts.append(line if defined else f"{line}")
        elif before is not None and before.pieces:
            parts[-1] += "\n" + indented(text, ": ", "  ")
        else:
            parts.append(text)
    return Piece("terms", "\n\n".join(parts)) if parts else None


def note(label: str, pieces: list[Piece]) -> Piece:
    """A footnote."""
    return Piece("note", indented(joined(pieces), f"[^{label}]: ", "    "))


def code(text: str, language: str) -> Piece | None:
    """A block of code; None where there is none."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    if not lines:
        return None
    inner = "\n".join(lines)
    longest = max((len(run) for run in _BACKTICKS.findall(inner)), default=2)
    fence = "`" * (longest + 1)
    return Piece("code", f"{fence}{language}\n{inner}\n{fence}")


def heading(level: int, text: str) -> Piece | None:
    """A heading, which is one line; None where it is empty."""
    line = " ".join(text.replace("\\\n", " ").split("\n")).strip(" ")
    if not line:
        return None
    closing = re.search(r"(?:^|\s)(#+)$", line)
    if closing:
        line = f"{line[: closing.start(1)]}\\{closing.group(1)}"
    return Piece("h", f"{'#' * level} {line}")


def picture(pieces: list[Piece], caption: list[Piece]) -> list[Piece]:
    """What a figure holds: the caption is on the line after its last picture."""
    words = "\\\n".join([piece.text for piece in caption])
    if not words:
        return pieces
    if not pieces or pieces[-1].kind != "picture":
        return [*pieces, *caption]
    return [*pieces[:-1], Piece("picture", f"{pieces[-1].text}\\\n{words}")]


def table(rows: list[list[Cell]]) -> list[Piece]:
    """A table; the blocks in its cells one after another where it only arranges them on a page."""
    grid = _squared(rows)
    columns = max((len(row) for row in grid), default=0)
    if columns < 2 or any(_is_layout(cell) for row in rows for cell in row):
        return [piece for row in rows for cell in row for piece in cell.pieces]
    has_header = all(cell.header for cell in rows[0]) and len(rows) > 1
    texts = [[_in_cell(cell) if cell else "" for cell in row] + [""] * (columns - len(row)) for row in grid]
    header = texts.pop(0) if has_header else [""] * columns
    dashes = [_DASHES.get(align, "---") for align in _alignments(grid, columns)]
    lines = [f"| {' | '.join(line)} |" for line in (header, dashes, *texts)]
    return [Piece("table", "\n".join(lines))]


_DASHES = {"right": "--:", "center": ":-:"}


def _is_layout(cell: Cell) -> bool:
    """Whether a cell holds what no cell of a table of Markdown can."""
    kinds = [piece.kind for piece in cell.pieces]
    return len(kinds) > 6 or any(kind in {"table", "h", "quote", "note", "rule"} for kind in kinds)


def _in_cell(cell: Cell) -> str:
    lines: list[str] = []
    for piece in cell.pieces:
        if piece.kind == "code":
            lines += [_code_span(line) for line in piece.text.split("\n")[1:-1] if line.strip()]
        elif piece.kind == "terms" or piece.kind in {"*", "-", ".", ")"}:
            lines += [line.replace("* ", "• ", 1).strip() for line in piece.text.split("\n") if line.strip()]
        else:
            lines += piece.text.replace("\\\n", "\n").split("\n")
    return "<br>".join(lines).replace("|", "\\|")


def _code_span(line: str) -> str:
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if fence != "`" else ""
    return f"{fence}{pad}{line.strip()}{pad}{fence}"


def _squared(rows: list[list[Cell]]) -> list[list[Cell | None]]:
    """The rows with an empty place wherever a cell reaches over another's."""
    grid: list[list[Cell | None]] = []
    below: dict[int, int] = {}
    for row in rows:
        line: list[Cell | None] = []
        for cell in row:
            while below.get(len(line), 0) > 0:
                below[len(line)] -= 1
                line.append(None)
            for column in range(len(line), len(line) + cell.columns):
                below[column] = cell.rows - 1
            line += [cell, *[None] * (cell.columns - 1)]
        while below.get(len(line), 0) > 0:
            below[len(line)] -= 1
            line.append(None)
        grid.append(line)
    return grid


def _alignments(grid: list[list[Cell | None]], columns: int) -> list[str]:
    """The alignment of each column: that of its lowest cell that has one."""
    aligns = [""] * columns
    for row in grid:
        for column, cell in enumerate(row):
            if cell is not None and cell.align and cell.columns == 1:
                aligns[column] = cell.align
    return aligns
