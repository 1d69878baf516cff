"""Workers of a group: starting one, and what they are at."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker

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
