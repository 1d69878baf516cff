"""The keys, all of them, as they are bound now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Static

from tuireader.tui import keys
from tuireader.tui.text import plain
from tuireader.tui.widgets.choice_list import ChoiceList, Line


class HelpScreen(ModalScreen[None]):
    """Lists every key; made from the same bindings that answer to them."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.DIALOG]

    def __init__(self, keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        """A head and the list."""
        with Container(classes="dialog"):
            yield Static(plain("Keys"), classes="dialog-title")
            yield ChoiceList(list(_lines(self._keymap)), has_cursor=False)

    def action_leave(self) -> None:
        """Close."""
        self.dismiss(None)

    def action_help(self) -> None:
        """The key that opened it closes it."""
        self.dismiss(None)


def _lines(keymap: Mapping[str, str]) -> Iterator[Line]:
    for number, (heading, rows) in enumerate(keys.help_sections(keymap)):
        if number:
            yield Line("")
        yield Line(heading.upper(), is_heading=True)
        for row in rows:
            yield Line(row.description, row.keys)
