"""What is typed faster than the place to type into can open is typed there, and does nothing where the focus was."""

from __future__ import annotations

from collections import deque
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from textual import events
from textual.app import App
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

MEMORY = 256
"""Keys that are remembered: more than a terminal sends at once."""

Typed = events.Key | events.Paste


class Aim(NamedTuple):
    """Where a key was sent."""

    widget: Widget | None
    takes: bool
    """Whether that took what is typed by then."""
    screen: Screen[Any]


class TypeAhead(App[None]):
    """An app that gives keys to the place that they are meant for by the time they would be acted on.

    Textual aims a key at what has the focus when it comes in, and looks for what is bound to it once nothing there has
    taken it. A key that opens a line to type into has not been looked up then when the ones after it come in: those
    would act in the place that the reader has left. Where a dialog is on its way, they are kept until it has the focus;
    those that come right after the key that closes one act where the reader is then. What was meant for a dialog that
    has gone does nothing: text, and the second of two keys that close it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._aimed: deque[tuple[Typed, Aim]] = deque(maxlen=MEMORY)
        self._waiting: list[Typed] = []
        self._opened: WeakSet[Screen[Any]] = WeakSet()
        self._last: WeakKeyDictionary[Screen[Any], str] = WeakKeyDictionary()
        """The key that acted last in each screen."""

    def _is_opening(self) -> bool:
        """Whether a dialog is on its way: nothing in it has had the focus yet."""
        return len(self.screen_stack) > 1 and self.screen not in self._opened and self.focused is None

    async def on_event(self, event: events.Event) -> None:
        """Remember what had the focus when a key came in; behind others that wait, it waits too."""
        if isinstance(event, Typed) and not event.is_forwarded:
            self._hand_over()
            if self._waiting:
                urgent = isinstance(event, events.Key) and await self._check_bindings(event.key, priority=True)
                if not urgent:
                    self._waiting.append(event)
                return
            self._aimed.append((event, self._aim()))
        await super().on_event(event)

    def on_key(self, event: events.Key) -> None:
        """Aim a key anew that nothing has taken, if there is a place for it since."""
        self._consider(event)

    def on_paste(self, event: events.Paste) -> None:
        """Likewise, what was pasted."""
        self._consider(event)

    def on_descendant_focus(self) -> None:
        """A dialog that has the focus takes what waited for it."""
        self._hand_over()

    def _consider(self, event: Typed) -> None:
        self._hand_over()
        if self._waiting or self._is_opening():
            event.prevent_default()
            self._waiting.append(event)
            return
        now = self._aim()
        then = next((aim for typed, aim in self._aimed if typed is event), now)
        if then.screen not in self.screen_stack:
            event.prevent_default()
            if isinstance(event, events.Key) and not then.takes and event.key != self._last.get(then.screen):
                self._send(event)
        elif now.takes and then != now:
            event.prevent_default()
            self._send(event)
        elif isinstance(event, events.Key):
            self._last[then.screen] = event.key

    def _hand_over(self) -> None:
        """Give what waits to the dialog that it waited for, in the order in which it was typed."""
        if self._is_opening():
            return
        if len(self.screen_stack) > 1:
            self._opened.add(self.screen)
        waiting, self._waiting = sorted(self._waiting, key=lambda event: event.time), []
        for event in waiting:
            self._send(event)

    def _send(self, event: Typed) -> None:
        again = events.Key(event.key, event.character) if isinstance(event, events.Key) else events.Paste(event.text)
        self._aimed.append((again, self._aim()))
        target: Any = self.focused or self.screen
        target._forward_event(again)  # noqa: SLF001 - how Textual itself aims a key

    def _aim(self) -> Aim:
        """Where a key is sent now."""
        widget = self.focused
        return Aim(widget, isinstance(widget, Input) or bool(getattr(widget, "typing", False)), self.screen)
