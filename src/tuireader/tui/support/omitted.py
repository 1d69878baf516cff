"""What is left out of a screen that is kept for the next start: by then it may be another."""

from __future__ import annotations

from enum import Flag, auto

from rich.cells import cell_len
from textual.widget import Widget


class Omitted(Flag):
    """What may be left out."""

    NOTHING = 0
    AGES = auto()
    COUNTS = auto()


def omits(node: Widget, what: Omitted) -> bool:
    return bool(getattr(node.app, "omitted", Omitted.NOTHING) & what)


def unless_omitted(node: Widget, what: Omitted, text: str) -> str:
    return " " * cell_len(text) if omits(node, what) else text
