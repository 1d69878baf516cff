"""A line to type into that holds only what can be shown: what is pasted may come from the web, too."""

from __future__ import annotations

from textual.widgets import Input

from tuireader.text.printable import printable


class Entry(Input):
    """Textual's line, into which no control character gets, however it is filled, and no more than one can type."""

    LONGEST = 4000

    def replace(self, text: str, start: int, end: int) -> None:
        room = max(0, self.LONGEST - len(self.value) + abs(end - start))
        super().replace(printable(text)[:room], start, end)

    def validate_value(self, value: str) -> str:
        return printable(value)[: self.LONGEST]
