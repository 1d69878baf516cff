"""Write blocks of Markdown: lists, quotations, tables, definitions, notes, code."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from tuireader.content.dom.tree import trimmed_lines
from tuireader.content.markdown.annotations import marked, split_attributes, without

Attributes: TypeAlias = dict[str, str | None]
"""The attributes of an element of HTML."""

AROUND = {"q": "“”", "rt": "()"}
"""Text written around an element that a browser shows by style."""

COLUMNS_MAX = 40
"""Maximum columns of a table; a wider one is not set as a table."""
_CELLS_MAX, _SPARSE = 20_000, 3
"""Maximum cells of a table; a larger one may have at most `_SPARSE` for each that its author wrote."""

_LANGUAGE = re.compile(r"(?:^|\s)lang(?:uage)?-([\w+#.-]{1,30})")

_LINES_OF_TEXT = frozenset({"p", "picture"})
_BACKTICKS = re.compile("^ *(`{3,})", re.MULTILINE)


class Piece(NamedTuple):
    """A block of finished Markdown."""

    kind: str
    """p, h, code, table, rule, quote, terms, note, picture, or a list's marker."""
    text: str
    lines: tuple[str, ...] | None = None
    """The lines of a list or definition list inside a table cell; None if that is not possible."""


@dataclass(slots=True)
class Item:
    """An item of a list, or a term or definition of a definition list."""

    pieces: list[Piece] = field(default_factory=list)
    task: str = ""
    """"x" or " " if it has a checkbox."""
    value: str = ""
    """Its number, if its author set one."""
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
    return "\n\n".join([piece.text for piece in pieces])


def indented(text: str, first: str, rest: str) -> str:
    """The text behind a prefix for its first line and one for its others, without trailing space on blank lines."""
    lines = text.split("\n")
    blank = rest.rstrip()
    return "\n".join([first + lines[0], *[rest + line if line else blank for line in lines[1:]]])


def quote(pieces: list[Piece]) -> Piece:
    return Piece("quote", indented(joined(pieces), "> ", "> "))


def list_piece(items: list[Item], start: int | None, before: str) -> Piece:
    """A list, numbered from `start` unless that is None; its marker differs from that of a list right `before` it."""
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
    leads = ["•"] * len(items) if start is None else [f"{number}." for number in range(start, start + len(items))]
    return Piece(mark, ("\n" if tight else "\n\n").join(lines), _lines_of_items(items, leads))


def numeral(number: int, kind: str) -> str:
    """A number in a list of type "a", "A", "i" or "I"; in digits if it has no such form."""
    text = str(number)
    if kind in {"i", "I"} and 0 < number < _ROMAN_MAX:
        text = "".join(("", *digits)[number // place % 10] for place, digits in _ROMAN)
    elif kind in {"a", "A"} and number > 0:
        text = ""
        while number > 0:
            number, rest = divmod(number - 1, 26)
            text = chr(ord("a") + rest) + text
    return text.upper() if kind in {"A", "I"} else text


_ROMAN_MAX = 1000
_ROMAN = (
    (100, ["c", "cc", "ccc", "cd", "d", "dc", "dcc", "dccc", "cm"]),
    (10, ["x", "xx", "xxx", "xl", "l", "lx", "lxx", "lxxx", "xc"]),
    (1, ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix"]),
)


def _lines_of_items(items: list[Item], leads: list[str]) -> tuple[str, ...] | None:
    lines: list[str] = []
    for item, lead in zip(items, leads, strict=True):
        own = _lines(item.pieces)
        if own is None:
            return None
        lines += [f"{lead} {own[0]}".strip(), *own[1:]] if own else []
    return tuple(lines)


def _is_tight(item: Item) -> bool:
    """Whether an item is one line of text, possibly with lists below it that may interrupt a paragraph."""
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
    """A definition list; None if it is empty."""
    parts: list[str] = []
    termed = False
    items = [item for item in items if item.pieces]
    for item, following in zip(items, [*items, None][1:], strict=True):
        text = joined(item.pieces)
        if item.term:
            # Only a line of text can be a term; what Markdown makes a term has a meaning right below it.
            termed = all(piece.kind in _LINES_OF_TEXT for piece in item.pieces)
            line = " ".join([_in_one_line(without(piece.text)) for piece in item.pieces])
            is_last = following is None or not following.term
            parts.append((line if is_last else marked(line, role="term")) if termed else text)
        elif termed and "```" not in text.partition("\n")[0]:  # behind a colon it would open no code everywhere
            parts[-1] += "\n" + indented(text, ": ", "  ")
        else:
            termed = False  # a colon below this would be text
            parts.append(text)
    return Piece("terms", "\n\n".join(parts), _lines_of_items(items, [""] * len(items))) if parts else None


def _in_one_line(text: str) -> str:
    return text.replace("\\\n", " ").strip(" ")


def note(label: str, pieces: list[Piece]) -> Piece:
    return Piece("note", indented(joined(pieces), f"[^{label}]: ", "    "))


def code(text: str, language: str) -> Piece | None:
    """A code block; None if empty."""
    lines = trimmed_lines(_LINE_END.sub("\n", text).split("\n"))
    if not lines:
        return None
    inner = "\n".join(lines)
    longest = max((len(run) for run in _BACKTICKS.findall(inner)), default=2)
    fence = "`" * (longest + 1)
    return Piece("code", f"{fence}{language}\n{inner}\n{fence}")


class Preformatted:
    """A preformatted block being read."""

    def __init__(self, attributes: Attributes) -> None:
        self.text: list[str] = []
        self.depth = 1
        self.language = _language(attributes)

    def take_tag(self, tag: str, attributes: Attributes, *, is_block: bool, start: bool) -> bool:
        """Take a tag, of which only line breaks and the language matter; return whether the block continues."""
        if tag == "pre":
            self.depth += 1 if start else -1
        elif tag in AROUND:
            self.text.append(AROUND[tag][0 if start else 1])
        elif tag == "img":
            self.text.append(attributes.get("alt") or "")
        elif (tag == "br" and start) or (is_block and self.text and not self.text[-1].endswith("\n")):
            self.text.append("\n")
        elif start:
            self.language = self.language or _language(attributes)
        return self.depth > 0

    def piece(self) -> Piece | None:
        """The finished code block; None if it is empty."""
        return code("".join(self.text), self.language)


def _language(attributes: Attributes) -> str:
    found = _LANGUAGE.search(attributes.get("class") or "")
    return found.group(1) if found else ""


def heading(level: int, text: str) -> Piece | None:
    """A heading of one line; None if it is empty."""
    beside, text = split_attributes(text)
    line = _in_one_line(text)
    if not line:
        return None
    closing = re.search(r"(?:^|\s)(#+)$", line)
    if closing:
        line = f"{line[: closing.start(1)]}\\{closing.group(1)}"
    return Piece("h", f"{'#' * level} {marked(line, **beside)}")


def picture(pieces: list[Piece], caption: list[Piece]) -> list[Piece]:
    """The contents of a figure: the caption is on the line after its last picture."""
    words = "\\\n".join([piece.text for piece in caption])
    if not words:
        return pieces
    if not pieces or pieces[-1].kind != "picture":
        return [*pieces, *caption]
    return [*pieces[:-1], Piece("picture", f"{pieces[-1].text}\\\n{words}")]


def table(rows: list[list[Cell]]) -> list[Piece]:
    """A table; for a layout table, the blocks in its cells one after another."""
    grid = _squared(rows)
    columns = max((len(row) for row in grid), default=0)
    is_sparse = len(grid) * columns > max(_CELLS_MAX, _SPARSE * sum(map(len, rows)))
    if not 2 <= columns <= COLUMNS_MAX or is_sparse or any(_is_layout(cell) for row in rows for cell in row):
        return [piece for row in rows for cell in row for piece in cell.pieces]
    heads = _head_rows(rows)
    texts = [[*[_in_cell(cell) for cell in row], *[""] * (columns - len(row))] for row in grid]
    header, texts = _head(texts[:heads], columns), texts[heads:]
    aligns = _alignments(grid, columns)
    kept = [column for column in range(columns) if header[column] or any(row[column] for row in texts)]
    if len(kept) < 2:
        return [piece for row in rows for cell in row for piece in cell.pieces]
    header, *texts = [[row[column] for column in kept] for row in (header, *texts)]
    dashes = [_DASHES.get(aligns[column], "---") for column in kept]
    lines = [f"| {' | '.join(line)} |" for line in (header, dashes, *texts)]
    return [Piece("table", "\n".join(lines))]


def _head_rows(rows: list[list[Cell]]) -> int:
    """The number of header rows: those at the top whose every cell heads a column."""
    heads = next((number for number, row in enumerate(rows) if not all(cell.header for cell in row)), len(rows))
    return heads if heads < len(rows) else int(len(rows) > 1 and heads > 0)


def _head(rows: list[list[str]], columns: int) -> list[str]:
    """The header rows as one, each on a line of its own in every cell, aligned at the bottom."""
    if len(rows) <= 1:
        return rows[0] if rows else [""] * columns
    cells = [[row[column] for row in rows] for column in range(columns)]
    return ["<br>".join(line or "\u00a0" for line in cell) if any(cell) else "" for cell in cells]


_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_DASHES = {"right": "--:", "center": ":-:"}


def _is_layout(cell: Cell) -> bool:
    """Whether a cell contains what no Markdown table cell can."""
    return len(cell.pieces) > 6 or _lines(cell.pieces, in_header=cell.header) is None


def _lines(pieces: list[Piece], *, in_header: bool = False) -> list[str] | None:
    """Blocks as the lines of a cell, or of a header cell; None if one of them cannot be in a cell."""
    lines: list[str] = []
    for piece in pieces:
        if piece.kind in _LINES_OF_TEXT:
            lines += without(piece.text).split("\\\n")
        elif piece.kind == "h" and in_header:
            lines.append(without(piece.text.lstrip("#")[1:]))
        elif piece.kind == "code":
            lines += [_code_span(line) for line in piece.text.split("\n")[1:-1] if line.strip()]
        elif piece.lines is None:
            return None
        else:
            lines += piece.lines
    return lines


def _in_cell(cell: Cell | None) -> str:
    return "<br>".join(_lines(cell.pieces, in_header=cell.header) or ()).replace("|", "\\|") if cell else ""


def _code_span(line: str) -> str:
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if fence != "`" else ""
    return f"{fence}{pad}{line.strip()}{pad}{fence}"


def _squared(rows: list[list[Cell]]) -> list[list[Cell | None]]:
    """The rows with an empty place for each cell covered by a span; a row that is too wide ends the table."""
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
        if len(line) > COLUMNS_MAX:
            break
    return grid


def _alignments(grid: list[list[Cell | None]], columns: int) -> list[str]:
    """The alignment of each column: that of its lowest cell that has one."""
    aligns = [""] * columns
    for row in grid:
        for column, cell in enumerate(row):
            if cell is not None and cell.align and cell.columns == 1:
                aligns[column] = cell.align
    return aligns
