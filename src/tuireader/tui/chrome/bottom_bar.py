"""The last line of the screen: hints, or a prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container

from tuireader.tui.chrome.bars import HintBar

if TYPE_CHECKING:
    from textual.suggester import Suggester

    from tuireader.tui.chrome.prompt import Prompt


class BottomBar(Container):
    """Shows hints, or a prompt in their place."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.hints = HintBar(id="hints")
        self._prompt: Prompt | None = None

    def compose(self) -> ComposeResult:
        yield self.hints

    @property
    def is_asking(self) -> bool:
        return self._prompt is not None

    @property
    def has_lost_focus(self) -> bool:
        """Whether the focus has left the prompt, for example by a click elsewhere."""
        focused = self.screen.focused
        return focused is not None and self._prompt not in focused.ancestors

    async def ask(
        self, purpose: str, text: str, hint: str, suggester: Suggester | None = None, mark: str = "/"
    ) -> None:
        """Open a prompt; see `Prompt`. Keys typed right after it go into the prompt."""
        if self._prompt is None and self.is_mounted:  # a key may come before there is a screen
            from tuireader.tui.chrome.prompt import Prompt

            self._prompt = Prompt(purpose, text, hint, suggester, mark)
            self.hints.display = False
            self.display = True
            await self.mount(self._prompt)
            self.screen.set_focus(self._prompt.line)

    async def end(self) -> None:
        prompt, self._prompt = self._prompt, None
        if prompt is not None:
            self.hints.display = True
            await prompt.remove()
