"""What workers of a group are at."""

from __future__ import annotations

from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker


def is_busy(node: DOMNode, group: str, *, but: Worker[Any] | None = None) -> bool:
    """Whether a worker of a group, or another one of it than `but`, is at work."""
    return any(each.group == group and not each.is_finished and each is not but for each in node.workers)
