"""What is typed faster than a line to type into can open is typed there, and does nothing where the focus was."""

from __future__ import annotations

from collections import deque
from typing import Any

from textual import events
from textual.app import App
from textual.widget import Widget
from textual.widgets import Input

MEMORY = 256
"""Keys that are remembered: more than a terminal sends at once."""


class TypeAhead(App[None]):
    """An app that gives keys to the line that has the focus by the time they would be acted on.

    Textual aims a key at what has the focus when it comes in, and looks for what is bound to it once nothing there has
    taken it. A key that opens a prompt has not been looked up then when the ones after it come in: those would act in
    the place that the reader has left.
    """

    def __init__(self) -> None:
        super().__init__()
        self._aimed: deque[tuple[events.Key, Widget | None]] = deque(maxlen=MEMORY)

    async def on_event(self, event: events.Event) -> None:
        """Remember what had the focus when a key came in."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._aimed.append((event, self.focused))
        await super().on_event(event)

    def on_key(self, event: events.Key) -> None:
        """Aim a key anew that nothing has taken, if a line has got the focus since."""
        line: Any = self.focused
        aimed = next((widget for key, widget in self._aimed if key is event), line)
        if isinstance(line, Input) and aimed is not line:
            event.prevent_default()
            again = events.Key(event.key, event.character)
            self._aimed.append((again, line))
            line._forward_event(again)  # noqa: SLF001 - how Textual itself aims a key
