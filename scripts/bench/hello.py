"""The least that a Textual app can be: the floor under every start."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """One word on the screen."""

    def compose(self) -> ComposeResult:
        """Say it."""
        yield Static("Hello")


if __name__ == "__main__":
    Hello().run()
