"""Doing something once nothing has moved for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.timer import Timer


class Stillness:
    """Waits for some seconds, from the beginning again each time that something moves, and then acts."""

    def __init__(self, node: MessagePump, seconds: float, act: Callable[[], None]) -> None:
        """`act` is called as a message of `node`, and no more once that is gone."""
        self._node = node
        self._seconds = seconds
        self._act = act
        self._timer: Timer | None = None

    def moved(self) -> None:
        self.stop()
        self._timer = self._node.set_timer(self._seconds, self._act)

    def stop(self) -> None:
        """Wait no more."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
