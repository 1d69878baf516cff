"""Textual's own Markdown widget as an article view: `python markdown_app.py FILE.md …`; keys 1, 2, 3 … open them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Markdown

TEXTS = [Path(name).read_text(encoding="utf-8") for name in sys.argv[1:]]


class Reader(App[None]):
    """One Markdown widget that scrolls, empty at first."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding(str(n), f"open({n - 1})") for n in range(1, 10)]

    def compose(self) -> ComposeResult:
        """Show nothing yet."""
        with VerticalScroll():
            yield Markdown("ready")

    async def action_open(self, index: int) -> None:
        """Show a file from its top."""
        await self.query_one(Markdown).update(TEXTS[index])
        self.query_one(VerticalScroll).scroll_home(animate=False)


if __name__ == "__main__":
    Reader().run()
