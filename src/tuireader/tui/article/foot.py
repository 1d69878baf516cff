"""The line below a page, and the message in place of a page, as pieces with roles. Pure."""

from __future__ import annotations

from rich.cells import cell_len

from tuireader.text.printable import printable, printable_block
from tuireader.text.wrap import wrap
from tuireader.tui.support.safe_text import cut

Piece = tuple[str, str]
"""Text and its role."""
_WIDEST = 48
"""Cells of a line of a message."""
_FEWEST = 12
"""Minimum cells for a notice at the left."""


_MARK = "/ "


HINTS = {"return": "{} goes back", "page-down": "{}: next article", "close": "{} shows all panes"}
"""Hints for the keys of commands, by id."""


def typing_foot(sought: str, said: str, room: int) -> list[Piece]:
    """The find prompt: the end of the text that fits, a cursor, and the position among the matches."""
    return _flush([(_MARK, "foot"), (_end_of(sought, said, room), "typed"), ("▏", "foot")], said, room)


def typed_cells(sought: str, said: str, room: int) -> int:
    """Cells of the find prompt before the cursor."""
    return cell_len(_MARK + _end_of(sought, said, room))


def _end_of(sought: str, said: str, room: int) -> str:
    fitting = max(0, room - cell_len(said) - 5)
    while cell_len(sought) > fitting:
        sought = sought[1:]
    return sought


def foot(said: str, progress: str, room: int) -> list[Piece]:
    said = printable(said)
    right = progress if cell_len(progress) + _FEWEST < room or not said else ""
    return _flush([(cut(said, max(0, room - cell_len(right) - 2 * bool(right))), "foot")], right, room)


def _flush(left: list[Piece], right: str, room: int) -> list[Piece]:
    used = sum(cell_len(text) for text, _ in left)
    right = cut(right, max(0, room - used))
    return [*left, (" " * (room - cell_len(right) - used), ""), (right, "foot")]


def sentence_lines(message: str, room: int) -> list[str]:
    if not message:
        return []
    lines = [(line, wrap(line, min(room, _WIDEST))) for line in printable_block(message).split("\n")]
    return [line[start:end] for line, places in lines for start, end in places]
