"""What is left out when the startup frame is drawn, since it may be outdated at the next start."""

from __future__ import annotations

from enum import Flag, auto

from rich.cells import cell_len
from textual.widget import Widget


class Omitted(Flag):
    """Parts of the screen to leave out."""

    NOTHING = 0
    AGES = auto()
    COUNTS = auto()


def omits(node: Widget, what: Omitted) -> bool:
    return bool(getattr(node.app, "omitted", Omitted.NOTHING) & what)


def unless_omitted(node: Widget, what: Omitted, text: str) -> str:
    return " " * cell_len(text) if omits(node, what) else text
