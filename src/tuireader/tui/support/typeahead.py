"""A queue of typed keys: each is dispatched only when the keys before it have taken effect."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NamedTuple, Protocol, runtime_checkable
from weakref import WeakKeyDictionary

from textual import events
from textual.dom import NoScreen
from textual.errors import NoWidget
from textual.geometry import Offset
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from tuireader.tui.support.textual_internals import OpenApp

ROUNDS = 2
"""Times that a marker message goes from a key's target up to the app: behind the key, then behind its effects."""
KEY_TIMEOUT = 1.0
"""Maximum seconds for which a key waits for the one before."""
POLL_INTERVAL = 0.003
"""Seconds between checks of whether the wait is over."""

Typed = events.Key | events.Paste


class DispatchedKey(NamedTuple):
    """A dispatched key, and the screen it went to."""

    typed: Typed
    screen: Screen[Any]
    since: float
    """Time it was dispatched (`time.monotonic`)."""


class Press(NamedTuple):
    """A press of a mouse button."""

    at: Offset | None = None
    time: float = 0.0
    target: object = None
    """What it hits: equal for presses that belong to one double click."""


@runtime_checkable
class Clickable(Protocol):
    """A widget with several targets for clicks."""

    def click_target(self, event: events.MouseEvent, /) -> object:
        """What a press hits; compared with that of the press before."""


@runtime_checkable
class LoadingScreen(Protocol):
    """A screen on which keys may start loading something, such as an article."""

    def holds(self, typed: Typed) -> bool:
        """Whether a key must wait, because what it is meant for is still loading."""


class TypeAhead(OpenApp):
    """An app that dispatches a key only when earlier keys have taken effect.

    Textual sends a key to the widget that has the focus when the key arrives. If several keys arrive at once, as from
    fast hands or over slow lines, that is too early. Here a key waits for the one before; for an opening dialog, until
    it has the focus; and for a loading article or list, until it is shown.
    """

    def __init__(self) -> None:
        super().__init__()
        self._waiting: deque[Typed] = deque()
        self._joined: deque[Typed] = deque()
        """Keys to dispatch before the waiting ones; sequences are already joined."""
        self._given: DispatchedKey | None = None
        """The last dispatched key."""
        self._acting: DispatchedKey | None = None
        """The last dispatched key until it has taken effect; then None."""
        self._focused_last: WeakKeyDictionary[Screen[Any], Widget] = WeakKeyDictionary()
        """The widget focused last, by screen."""
        self._opening: tuple[Screen[Any], float] | None = None
        """The dialog that keys wait for, and since when."""
        self._held_since: float | None = None
        """When a key began to wait for something loading."""
        self._look: Timer | None = None
        self._watch: Timer | None = None
        """Timer that enforces KEY_TIMEOUT even if nothing else happens."""
        self._press = Press()
        self._is_dropped = False
        """Whether the last press was dropped, and its release must be, too."""
        self.is_ahead = False
        """Whether a key takes effect ahead of others typed before it."""
        self._is_ready = False
        """Whether the first frame is painted; before, keys have nothing to act on."""

    @property
    def is_idle(self) -> bool:
        return not (self._waiting or self._joined) and self._acting is None

    async def caught_up(self) -> None:
        """Wait until all keys typed before have taken effect, with a limit."""
        until = time.monotonic() + KEY_TIMEOUT
        while not self.is_idle and time.monotonic() < until:  # noqa: ASYNC110 - Textual says of no key that it has acted
            await asyncio.sleep(POLL_INTERVAL)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.MouseDown, events.MouseUp)) and not event.is_forwarded:
            if not self._is_stray(event):
                await super().on_event(event)
        elif not isinstance(event, Typed) or event.is_forwarded:
            await super().on_event(event)
        elif self._has_to_wait() or self._is_held(event):
            self.is_ahead = True
            urgent = isinstance(event, events.Key) and await self.acts_first(event.key)
            self.is_ahead = False
            if not urgent:
                self._waiting.append(event)
                self._watch = self._watch or self.set_timer(KEY_TIMEOUT, self._watch_again)
                await self._go_on()
        else:
            await self._give(event)

    def _is_stray(self, event: events.MouseEvent) -> bool:
        """Whether a press, or its release, is the second one of a double click that would hit another target."""
        if isinstance(event, events.MouseDown):
            target: object = None
            with suppress(NoWidget):
                widget, _ = self.get_widget_at(event.x, event.y)
                target = widget.click_target(event) if isinstance(widget, Clickable) else widget
            press, self._press = self._press, Press(event.screen_offset, event.time, target)
            soon = press.time + self.CLICK_CHAIN_TIME_THRESHOLD
            self._is_dropped = press.at == event.screen_offset and event.time <= soon and press.target != target
        return self._is_dropped

    async def on_ready(self) -> None:
        self._is_ready = True
        await self._go_on()

    async def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        with suppress(NoScreen):  # it has been removed meanwhile
            self._focused_last[event.widget.screen] = event.widget
        await self._go_on()

    def _end_patience(self) -> None:
        if self._acting is not None and time.monotonic() - self._acting.since > KEY_TIMEOUT:
            self._acting = None

    def _has_to_wait(self) -> bool:
        self._end_patience()
        return bool(self._waiting or self._joined) or self._acting is not None or self._is_opening()

    def _is_opening(self) -> bool:
        """Whether the app or a dialog is opening, with a limit: nothing in it has had the focus yet."""
        if not self._is_ready:
            return True
        screen = self.screen
        if len(self.screen_stack) <= 1 or screen in self._focused_last or self.focused is not None:
            self._opening = None
            return False
        now = time.monotonic()
        if self._opening is None or self._opening[0] is not screen:
            self._opening = screen, now
        return now - self._opening[1] <= KEY_TIMEOUT

    def _is_held(self, event: Typed) -> bool:
        """Whether the key waits for something loading, and has not waited too long."""
        if not (isinstance(self.screen, LoadingScreen) and self.screen.holds(event)):
            self._held_since = None
            return False
        now = time.monotonic()
        self._held_since = self._held_since or now
        if now - self._held_since > KEY_TIMEOUT:
            return False
        self._look = self._look or self.set_timer(POLL_INTERVAL, self._look_again)
        return True

    async def _look_again(self) -> None:
        self._look = None
        await self._go_on()

    async def _watch_again(self) -> None:
        is_waiting = self._waiting or self._joined
        self._watch = self.set_timer(KEY_TIMEOUT, self._watch_again) if is_waiting else None
        self._end_patience()
        await self._go_on()

    def join(self, event: Typed) -> Sequence[Typed]:
        """The keys to dispatch for a key whose turn has come; subclasses join sequences."""
        return [event]

    def about_to_act(self) -> None:
        """Called before a key or a paste takes effect."""

    def _focus_again(self) -> None:
        """Restore a focus that was lost, by a click on nothing or with the window's focus."""
        last = self._focused_last.get(self.screen)
        if self.focused is None and last is not None and last.is_attached and last.focusable:
            self.screen.set_focus(last, scroll_visible=False, from_app_focus=True)

    async def _give(self, event: Typed) -> None:
        self._focus_again()
        self._joined.extend(self.join(event))
        if self._joined:
            await self._dispatch(self._joined.popleft())
        if self._joined:
            self._watch = self._watch or self.set_timer(KEY_TIMEOUT, self._watch_again)

    async def act(self, keys: Sequence[Typed]) -> None:
        """Have keys take effect before those that wait."""
        self._joined.extend(keys)
        await self._go_on()

    async def _dispatch(self, event: Typed) -> None:
        self.about_to_act()
        target = self.focused or self.screen
        self._given = self._acting = DispatchedKey(event, self.screen, time.monotonic())
        await super().on_event(event)
        self._follow(self._given, [*reversed(target.ancestors_with_self)] * ROUNDS)

    def _follow(self, given: DispatchedKey, way: Sequence[MessagePump]) -> None:
        """Send a marker along `way`, from its end; when it has passed all message queues, the key counts as done."""
        *rest, here = way
        if not rest:
            here.call_later(self._done, given)
        elif not here.call_later(self._follow, given, rest):  # that is gone
            self._follow(given, rest)

    async def _done(self, given: DispatchedKey) -> None:
        if self._acting is given:
            self._acting = None
        await self._go_on()

    async def _go_on(self) -> None:
        while (next_ := self._joined or self._waiting) and self._acting is None and self.screen_stack:
            if self._is_opening() or self._is_held(next_[0]):  # no screen is left where the app ends
                break
            act = self._dispatch if next_ is self._joined else self._give
            event = next_.popleft()
            if not self._is_another_of(event):
                await act(event)

    def _is_another_of(self, event: Typed) -> bool:
        """Whether a key repeats the one that has just closed a dialog, and would hit the screen below."""
        return (
            self._given is not None
            and isinstance(event, events.Key)
            and isinstance(self._given.typed, events.Key)
            and event.key == self._given.typed.key
            and self._given.screen not in self.screen_stack
        )
