"""A prompt in the last line of the screen."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Static

from tuireader.text.printable import printable
from tuireader.tui.chrome.bars import HintBar
from tuireader.tui.keys import Row
from tuireader.tui.support.safe_text import plain


class Prompt(Horizontal):
    """Asks for a search or a filter and reports every change; enter keeps the text, escape discards it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False),
        Binding("down,up,shift+tab", "keep", show=False),
        Binding("tab", "complete", show=False),
    ]

    class Changed(Message):
        """The text changed."""

        def __init__(self, purpose: str, text: str) -> None:
            super().__init__()
            self.purpose = purpose
            self.text = text

    class Closed(Message):
        """The prompt was closed."""

        def __init__(self, purpose: str, *, kept: bool, entered: bool = False) -> None:
            super().__init__()
            self.purpose = purpose
            self.kept = kept
            """Whether to keep the text; False after escape."""
            self.entered = entered
            """Whether it was closed by enter."""

    def __init__(self, purpose: str, text: str, hint: str, suggester: Suggester | None = None, mark: str = "/") -> None:
        """`purpose` is repeated in the messages; `text` is the initial text, `hint` the placeholder.

        `suggester` completes what is typed.
        """
        super().__init__(id="prompt")
        self._purpose = purpose
        self._text = text
        self._hint = hint
        self._suggester = suggester
        self._mark = mark

    def compose(self) -> ComposeResult:
        yield Static(plain(f"  {self._mark} "), id="prompt-mark")
        yield Entry(self._text, placeholder=self._hint, compact=True, select_on_focus=False, suggester=self._suggester)
        hints = HintBar()
        hints.hints = (Row("enter", "keep", "submit"), Row("esc", "cancel", "give_up"))
        yield hints

    @property
    def line(self) -> Input:
        return self.query_one(Input)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self._text:
            self._text = event.value
            self.post_message(self.Changed(self._purpose, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Closed(self._purpose, kept=True, entered=True))

    async def on_hint_bar_clicked(self, event: HintBar.Clicked) -> None:
        event.stop()
        await self.app.run_action(event.command, self)

    async def action_submit(self) -> None:
        await self.line.action_submit()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        event.stop()
        if self.app.app_focus:
            self.action_keep()

    def action_complete(self) -> None:
        line = self.line
        before = line.value
        line.action_end()
        line.action_cursor_right()
        if line.value == before:
            self.action_keep()

    def action_keep(self) -> None:
        self.post_message(self.Closed(self._purpose, kept=True))

    def action_give_up(self) -> None:
        self.post_message(self.Closed(self._purpose, kept=False))


class Entry(Input):
    """Textual's input without control characters, and with a maximum length."""

    LONGEST = 4000

    def replace(self, text: str, start: int, end: int) -> None:
        room = max(0, self.LONGEST - len(self.value) + abs(end - start))
        super().replace(printable(text)[:room], start, end)

    def validate_value(self, value: str) -> str:
        return printable(value)[: self.LONGEST]
