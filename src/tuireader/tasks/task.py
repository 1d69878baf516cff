"""The protocol of tasks: an asynchronous generator of steps, with a context given by the runner."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from tuireader.library.jobs import cache_gateway
from tuireader.library.politeness import queue as politeness_queue
from tuireader.model.article import Clock


@dataclass(frozen=True, slots=True)
class Step:
    """What a task has done since its last step."""

    progress: str = ""
    """Progress in words; "": unchanged."""
    row: Mapping[str, object] | None = None
    """A row of `--json` output."""
    line: str = ""
    """A line of output without JSON."""
    said: str = ""
    """A result, as a sentence."""
    notices: tuple[str, ...] = ()
    """Messages to show even if quiet."""
    failed: str = ""
    """A failure, as a sentence; the task goes on."""
    has_news: bool = False
    """Whether lists and counts must be reloaded."""
    article_id: int | None = None
    """The article whose full text has arrived."""


Steps = AsyncGenerator[Step, None]
"""Closing it stops the task; the next run resumes there."""


class ExpiryLimits(NamedTuple):
    """Expiry: days until an article counts as read, and unread articles kept per feed; 0: no limit."""

    after: int = 0
    above: int = 0


NO_ENDS = ExpiryLimits()


@dataclass(frozen=True, slots=True)
class Context:
    """The environment of a task: cache, clock, request queue, limits of expiry."""

    cache: cache_gateway.Cache
    clock: Clock
    queue: Callable[[], AbstractAsyncContextManager[politeness_queue.PoliteQueue]]
    """Opens a queue for polite requests."""
    ends: ExpiryLimits = NO_ENDS
    """When articles of feeds without limits of their own expire."""


def utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
