"""Workers of a group, and calls that wait until things are quiet."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from textual.dom import DOMNode
from textual.worker import Worker

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.timer import Timer


ASKING = "asking"
"""The group of what leads to a dialog: what is typed meanwhile is meant for that."""

AsyncWork = Callable[[], Coroutine[None, None, None]]


def start(node: DOMNode, work: AsyncWork, *, group: str, exclusive: bool = False) -> Worker[None]:
    """Do some work in a worker; where it is `exclusive`, others of its group are cancelled.

    `work` makes the coroutine, and is called as the worker begins: one that is cancelled before that leaves nothing
    that was made and never awaited.
    """
    worker: Worker[None] = node.run_worker(work, group=group, exclusive=exclusive)
    return worker


def is_busy(node: DOMNode, group: str, *, but: Worker[Any] | None = None) -> bool:
    return any(each.group == group and not each.is_finished and each is not but for each in node.workers)


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
