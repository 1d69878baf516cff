"""What a task is: an asynchronous generator of steps, over a context that whoever runs it gives."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.library.politeness.queue import PoliteQueue
    from tuireader.model.headline import Clock


@dataclass(frozen=True, slots=True)
class Step:
    """What a task has done since its last step."""

    progress: str = ""
    """How far it is; empty: as before."""
    row: Mapping[str, object] | None = None
    """One line of `--json`."""
    line: str = ""
    """One line of data, where no JSON is wanted."""
    said: str = ""
    """What came of it, as a sentence."""
    notices: tuple[str, ...] = ()
    """Sentences that are said in any case."""
    failed: str = ""
    """What failed, as a sentence; the task goes on."""
    has_news: bool = False
    """Whether lists and counts are other than before."""
    article_id: int | None = None
    """The article whose full text came."""


Steps = AsyncGenerator[Step, None]
"""Closing it stops the task; the next time goes on from there."""


@dataclass(frozen=True, slots=True)
class Context:
    """What tasks work with."""

    cache: Cache
    clock: Clock
    queue: Callable[[], AbstractAsyncContextManager[PoliteQueue]]
    """Opens the way to the web."""


def utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
