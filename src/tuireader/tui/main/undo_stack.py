"""What the user did, and what takes it back: also after a restart, within the day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from tuireader.errors import StoreError
from tuireader.model.clock import Clock

if TYPE_CHECKING:
    from sqlite3 import Connection

    from tuireader.library.jobs.cache_gateway import Cache

KEPT_FOR = timedelta(days=1)
"""How old what was done may be to be taken back after a restart."""


class UndoStep(NamedTuple):
    """What was done: to which articles, and what they were before (None: that did not change); or to which feed."""

    undone: str
    """What is said when it is undone: "12 marked unread again"."""
    ids: Collection[int] = ()
    read: bool | None = None
    starred: bool | None = None
    tagged: Mapping[str, Collection[int]] = {}
    """Tags that articles were given, with the articles."""
    untagged: Mapping[str, Collection[int]] = {}
    """Tags that were taken from articles, with the articles."""
    feed_id: int | None = None
    """The feed that was unsubscribed from, or that is in another folder now."""
    folder: str | None = None
    """The folder that the feed was in before; empty for none; None where it is still in it."""
    search: tuple[str, str] | None = None
    """The name and the query of the saved search that was removed, or replaced."""
    saved: str = ""
    """The name of the search that was saved, and was not there before."""
    rule: int | None = None
    """The rule that was made."""
    removed_rule: Mapping[str, Any] = {}
    """The rule that was removed, as values that JSON can hold; `ids` are the articles with which it did anything."""

    @property
    def is_kept(self) -> bool:
        return self.feed_id is None or self.folder is not None


class UndoStack:
    """What was done, the last on top; what can be taken back after a restart is in the cache, too."""

    LENGTH = 50

    def __init__(self, cache: Cache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock
        self._made: list[tuple[UndoStep, Future[int] | None]] = []

    def push(self, made: UndoStep) -> None:
        """Remember what was done; the oldest is forgotten in the end."""
        number = None
        if made.is_kept:
            number = self._cache.written(partial(_push, step=_as_json(made), now=self._clock()))
        self._made = [*self._made[-self.LENGTH + 1 :], (made, number)]

    async def pop(self) -> UndoStep | None:
        """What was done last and is not undone yet; when nothing is left of this session, of one before."""
        if self._made:
            step, number = self._made.pop()
            if number is not None:
                self._cache.soon(partial(_forget, number=number))
            return step
        return await self._cache.write(partial(_pop, now=self._clock()))


def _as_json(step: UndoStep) -> dict[str, Any]:
    kept = {name: value for name, value in step._asdict().items() if value != UndoStep._field_defaults.get(name)}
    kept |= {"ids": sorted(step.ids)} if step.ids else {}
    for name in ("tagged", "untagged"):
        if name in kept:
            kept[name] = {tag: sorted(ids) for tag, ids in kept[name].items()}
    return kept


def _from_json(kept: Mapping[str, Any]) -> UndoStep | None:
    """The step as it was; None where it is none that this version knows."""
    with suppress(TypeError):
        step = UndoStep(**kept)
        return step._replace(search=None if step.search is None else (step.search[0], step.search[1]))
    return None


def _push(c: Connection, step: dict[str, Any], now: Any) -> int:
    from tuireader.library.reading import undoing  # loaded in the thread that writes first

    return undoing.push(c, step, now)


def _forget(c: Connection, number: Future[int]) -> None:
    from tuireader.library.reading import undoing

    with suppress(StoreError):  # it was never kept
        undoing.forget(c, number.result())


def _pop(c: Connection, now: Any) -> UndoStep | None:
    from tuireader.library.reading import undoing

    kept = undoing.pop(c, now, KEPT_FOR)
    return None if kept is None else _from_json(kept)
