"""Status changes by the user: shown at once, written in order, undone on request."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from textual.message import Message
from textual.widget import Widget

from tuireader.errors import NotFoundError, StoreError, TuireaderError
from tuireader.library import rules as library_rules
from tuireader.library.jobs import batching
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.reading import user_edits
from tuireader.library.subscribing import subscription
from tuireader.model.article import Clock, Field, Status, StatusChange
from tuireader.store import rules
from tuireader.store.connection import Connection, transaction
from tuireader.store.queries.article_lists import headlines
from tuireader.text.sentences import counted, together
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import is_busy, start

_PART = 500
"""Articles in one write when the program ends before a bulk change is done."""


class StatusChanged(Message):
    """Statuses were written, or writing failed: reload the counts."""

    def __init__(self, *, lists_too: bool) -> None:
        super().__init__()
        self.lists_too = lists_too
        """Whether lists may differ from what was written, and must be reloaded."""


class FeedRestored(Message):
    """Unsubscribing is undone."""

    def __init__(self, step: UndoStep) -> None:
        super().__init__()
        self.step = step


class StatusController:
    """Changes read and starred marks, of one article or of all in a query."""

    def __init__(
        self,
        node: Widget,
        cache: Cache,
        unwritten: list[StatusChange],
        *,
        show: Sequence[Callable[[StatusChange], None]],
        is_reading: Callable[[], bool],
        undo_key: str,
        clock: Clock,
    ) -> None:
        """`node` receives `StatusChanged` and runs the workers; `undo_key` is the name of that key.

        `unwritten` is kept up to date with changes that are shown but not written yet.
        """
        self._finding = 0
        """Number of bulk changes whose articles are still being looked up."""
        self._found = asyncio.Event()
        self._found.set()
        self._node = node
        self._cache = cache
        self._shows = show
        self._is_reading = is_reading
        self._undo_key = undo_key
        self._undo = UndoStack(cache, clock)
        self._unwritten = unwritten

    def set(self, *ids: int, read: bool | None = None, starred: bool | None = None) -> None:
        """Show a status at once, write it soon, and post `StatusChanged` after that."""
        change = StatusChange(ids, read, starred)
        self._show(change)
        self._unwritten.append(change)
        written = self._cache.change(change)
        start(self._node, partial(self._follow, change, written), group="writes")

    def toggle_read(self, article_id: int, status: Status) -> None:
        undone = "Marked as read" if status.read else "Marked as unread"
        self._undo.push(UndoStep(undone, (article_id,), read=status.read))
        self.set(article_id, read=not status.read)

    def toggle_starred(self, article_id: int, status: Status) -> None:
        self._undo.push(UndoStep("Starred" if status.starred else "Unstarred", (article_id,), starred=status.starred))
        self.set(article_id, starred=not status.starred)

    def toggle_many(self, ids: Collection[int], field: Field) -> None:
        """Mark articles read, or unread if all are read; or star them, or unstar them if all are starred."""
        self._find(1)
        start(self._node, partial(self._toggle_many, ids, field), group="marking")

    def mark_read(self, find: Callable[[Connection], Collection[int]]) -> None:
        """Mark the articles that `find` returns; it runs off the loop."""
        self._find(1)
        start(self._node, partial(self._mark_read, find), group="marking")

    def add_undo_step(self, step: UndoStep, change: Callable[[Connection], object] | None = None) -> Future[SavedStep]:
        """Add an undo step; with the change that it undoes, both are written in one transaction.

        The step of a status change is added before that is written.
        """
        return self._undo.push(step, change)

    def drop_undo_step(self, step: UndoStep) -> None:
        """Drop the undo step of a change that failed."""
        self._undo.drop(step)

    def tell(self) -> None:
        self._node.post_message(StatusChanged(lists_too=True))

    def undo(self) -> None:
        start(self._node, self._take_back, group="marking")

    async def found(self) -> None:
        """Wait until all requested changes are handed to the writer."""
        await self._found.wait()

    def _find(self, by: int) -> None:
        self._finding += by
        if self._finding:
            self._found.clear()
        else:
            self._found.set()

    @property
    def is_marking(self) -> bool:
        return is_busy(self._node, "marking")

    @property
    def is_writing(self) -> bool:
        """Whether any shown change is not written yet."""
        return self.is_marking or is_busy(self._node, "writes")

    def _show(self, change: StatusChange) -> None:
        for show in self._shows:
            show(change)

    async def _follow(self, change: StatusChange, written: Future[None]) -> None:
        """Report whether a change was written."""
        failed = False
        try:
            await batching.wait_for(written)
        except TuireaderError as error:
            failed = True
            toast(self._node, str(error), severity="error")
        finally:
            self._unwritten.remove(change)
        self._node.post_message(StatusChanged(lists_too=failed or self._is_reading()))

    async def _mark_read(self, find: Callable[[Connection], Collection[int]]) -> None:
        unwritten = [*self._unwritten]
        try:
            found = await self._cache.read(find)
        finally:
            self._find(-1)
        ids = frozenset(found)
        for change in unwritten:  # what was read may be without them
            if change.read is not None:
                ids = ids - {*change.ids} if change.read else ids | {*change.ids}
        if not ids:
            toast(self._node, "No unread articles")
            return
        number = counted(len(ids), "article")
        await self._mark_many(ids, f"Marked {number} as read", f"Marked {number} as unread", read=True)

    async def _toggle_many(self, ids: Collection[int], field: Field) -> None:
        try:
            off = await self._cache.read(lambda c: _with_status(c, ids, field, value=False))
            value = bool(off)
            changed = off or await self._cache.read(lambda c: _with_status(c, ids, field, value=True))
        finally:
            self._find(-1)
        if not changed:
            return
        number = counted(len(changed), "article")
        if field == "read":
            said, undone = ("as read", "as unread") if value else ("as unread", "as read")
            await self._mark_many(changed, f"Marked {number} {said}", f"Marked {number} {undone}", read=value)
        else:
            said, undone = ("Starred", "Unstarred") if value else ("Unstarred", "Starred")
            await self._mark_many(changed, f"{said} {number}", f"{undone} {number}", starred=value)

    async def _mark_many(
        self, ids: Collection[int], said: str, undone: str, *, read: bool | None = None, starred: bool | None = None
    ) -> None:
        before = None if read is None else not read, None if starred is None else not starred
        self._undo.push(UndoStep(undone, ids, read=before[0], starred=before[1]))
        toast(self._node, f"{said} · {self._undo_key}: undo")
        await self._mark_in_steps(sorted(ids), read=read, starred=starred)
        self._node.post_message(StatusChanged(lists_too=True))

    async def _mark_in_steps(
        self, ids: Sequence[int], *, read: bool | None = None, starred: bool | None = None
    ) -> None:
        """Mark articles in steps, between which other changes are written; all are shown at once.

        While the cache is locked, the rest is kept in the file of unwritten changes.
        """
        marking, shown = _marking(ids, read=read, starred=starred), StatusChange(frozenset(ids), read, starred)
        self._unwritten.append(shown)
        self._show(shown)
        try:
            is_left = True
            while is_left:
                left = StatusChange(tuple(marking.left), read, starred)
                is_left = await batching.wait_for(self._cache.submit(marking.step, left))
                await asyncio.sleep(marking.PAUSE)
        except asyncio.CancelledError:  # the program ends: the rest is written now, or by the next start
            for start in range(0, len(marking.left), _PART):
                self._cache.change(StatusChange(tuple(marking.left[start : start + _PART]), read, starred))
            raise
        finally:
            self._unwritten.remove(shown)

    async def _take_back(self) -> None:
        if not self._undo.is_recent and (earlier := await self._undo.earlier()) is not None:
            self._undo.is_recent = True
            what = await self._with_title(_imperative(earlier.undone), earlier.ids)
            how = f"{self._undo_key} again: {what}"
            toast(self._node, f"Nothing left to undo in this session · {how}")
            return
        step, saved = await self._undo.pop()
        if step is None:
            toast(self._node, "Nothing to undo")
            return
        if step.feed_id is not None and step.title is None:
            self._node.post_message(FeedRestored(step))
            return
        is_more = step.tagged or step.untagged or step.removed_rule or step.filed
        said: list[str] = []
        if is_more or step.feed_id is not None or step.search or step.rule is not None:
            try:
                said = await self._cache.write(partial(_take_back, step=step))
            except NotFoundError as error:  # its feed or its folder was removed meanwhile
                toast(self._node, f"{error} This cannot be undone.", severity="error")
                return
            except TuireaderError:
                self._undo.push(step)
                raise
        if step.read is not None or step.starred is not None:
            await self._mark_in_steps(sorted(step.ids), read=step.read, starred=step.starred)
            self._cache.write_soon(partial(_restore_origins, step=step, saved=saved))
        toast(self._node, together([await self._with_title(step.undone, step.ids), *said]))
        self._node.post_message(StatusChanged(lists_too=True))

    async def _with_title(self, words: str, ids: Collection[int]) -> str:
        """Words with the title of the article that they are about, if it is one."""
        title = await self._cache.read(lambda c: _title_of(c, ids))
        return f"{words}: {title}" if title else words


# Loaded in the thread that writes first, long after the start.


def _marking(ids: Sequence[int], *, read: bool | None, starred: bool | None) -> user_edits.Marking:
    return user_edits.Marking(ids, read=read, starred=starred)


_IMPERATIVE = {
    "Deleted": "delete", "Marked": "mark", "Moved": "move", "Removed": "remove", "Renamed": "rename",
    "Restored": "restore", "Starred": "star", "Unstarred": "unstar",
}  # fmt: skip


def _imperative(undone: str) -> str:
    """The message shown after an undo as what the undo will do: "remove tag “sea”"."""
    return re.sub(r"(?:^|(?<=; ))\w+", lambda verb: _IMPERATIVE.get(verb[0], verb[0]), undone)


def _title_of(connection: Connection, ids: Collection[int]) -> str:
    """The title of an article, or "" unless there is exactly one."""
    return next((headline.title for headline in headlines(connection, list(ids))), "") if len(ids) == 1 else ""


def _with_status(connection: Connection, ids: Collection[int], field: Field, *, value: bool) -> list[int]:
    return user_edits.with_status(connection, ids, field, value=value)


def _take_back(connection: Connection, step: UndoStep) -> list[str]:
    """Undo everything in a step except marks; returns messages."""
    for tag, ids in step.tagged.items():
        user_edits.untag(connection, ids, [tag])
    for tag, ids in step.untagged.items():
        user_edits.tag(connection, ids, [tag])
    if step.tagged or step.untagged:
        user_edits.restore_origins(connection, (), step.origins, of_read=False)
    said = subscription.put_back(connection, step.filed, step.of_rules) if step.filed else []
    if step.title is not None and step.feed_id is not None:
        subscription.rename(connection, step.feed_id, step.title)
    if step.search is not None:
        user_edits.save_search(connection, *step.search)
    if step.rule is not None or step.removed_rule:
        _take_back_rule(connection, step)
    return said


def _take_back_rule(connection: Connection, step: UndoStep) -> None:
    with transaction(connection):  # else a rule whose former feed is gone would be lost
        if step.rule is not None:
            with suppress(NotFoundError):  # it was removed meanwhile
                library_rules.remove(connection, rules.get(connection, step.rule), take_back=True)
        if step.removed_rule:
            library_rules.bring_back(connection, step.removed_rule, step.did)


class UndoStep(NamedTuple):
    """One undoable change: its articles with their former statuses (None: unchanged), or its feed."""

    undone: str
    """The message shown after undo: "Marked 12 articles as unread"."""
    ids: Collection[int] = ()
    read: bool | None = None
    starred: bool | None = None
    tagged: Mapping[str, Collection[int]] = {}
    """Tags added, with their articles."""
    untagged: Mapping[str, Collection[int]] = {}
    """Tags removed, with their articles."""
    feed_id: int | None = None
    """The feed that was unsubscribed from or renamed."""
    filed: Mapping[str, Collection[int]] = {}
    """Feeds that were moved, by their former folders; "" for none."""
    of_rules: Mapping[str, Sequence[Any]] = {}
    """The folders of rules before and after the move; see `library.rules.rule_moves`."""
    title: str | None = None
    """The user's former name of the feed: "" for none, None if it was not renamed."""
    search: tuple[str, str] | None = None
    """Name and query of a saved search that was removed or replaced."""
    rule: int | None = None
    """The rule that was added."""
    removed_rule: Mapping[str, Any] = {}
    """The rule that was removed, in JSON types."""
    did: Mapping[str, Collection[int]] = {}
    """The effects of the removed rule; see `library.rules.done_by`."""
    origins: Mapping[str, Sequence[Sequence[int]]] = {}
    """The origins of the former statuses and tags; see `store.statuses.origins`."""


class SavedStep(NamedTuple):
    """The number of a saved undo step, and its origins."""

    number: int
    origins: Mapping[str, Sequence[Sequence[int]]]


class UndoStack:
    """Undo steps, newest last, also saved in the cache for the next start."""

    LENGTH = 50

    def __init__(self, cache: Cache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock
        self._made: list[tuple[UndoStep, Future[SavedStep]]] = []
        self.is_recent = False
        """Whether the last step was made in this session, or the user knows of it."""

    async def earlier(self) -> UndoStep | None:
        """The latest undo step of an earlier session, which stays."""
        # A read could still find the last step of this session: its removal is a queued write.
        return await self._cache.write(partial(_latest, now=self._clock()))

    def push(self, made: UndoStep, change: Callable[[Connection], object] | None = None) -> Future[SavedStep]:
        saved = self._cache.submit(partial(_push, step=made, now=self._clock(), change=change))
        self._made = [*self._made[-self.LENGTH + 1 :], (made, saved)]
        self.is_recent = True
        return saved

    def drop(self, step: UndoStep) -> None:
        self._made = [each for each in self._made if each[0] is not step]

    async def pop(self) -> tuple[UndoStep | None, Future[SavedStep] | None]:
        """The latest undo step of this session and how it is saved, else that of an earlier session."""
        if self._made:
            step, saved = self._made.pop()
            self._cache.write_soon(partial(_forget, saved=saved))
            self.is_recent = bool(self._made)
            return step, saved
        return await self._cache.write(partial(_pop, now=self._clock())), None


def _as_json(step: UndoStep) -> dict[str, Any]:
    kept = {name: value for name, value in step._asdict().items() if value != UndoStep._field_defaults.get(name)}
    kept |= {"ids": sorted(step.ids)} if step.ids else {}
    for name in ("tagged", "untagged", "did", "filed"):
        if name in kept:
            kept[name] = {tag: sorted(ids) for tag, ids in kept[name].items()}
    return kept


def _from_json(kept: Mapping[str, Any]) -> UndoStep | None:
    """Decode a step; None if this version does not know it."""
    with suppress(TypeError):
        step = UndoStep(**kept)
        return step._replace(search=None if step.search is None else (step.search[0], step.search[1]))
    return None


def _push(c: Connection, step: UndoStep, now: Any, change: Callable[[Connection], object] | None) -> SavedStep:
    if step.read is not None or step.starred is not None:
        step = step._replace(origins=user_edits.origins(c, step.ids))
    if change is not None:
        change(c)
    return SavedStep(user_edits.push(c, _as_json(step), now), step.origins)


def _forget(c: Connection, saved: Future[SavedStep]) -> None:
    with suppress(StoreError):  # it was never kept
        user_edits.forget(c, saved.result().number)


def _restore_origins(c: Connection, step: UndoStep, saved: Future[SavedStep] | None) -> None:
    with suppress(StoreError):
        origins = step.origins if saved is None else saved.result().origins
        user_edits.restore_origins(c, step.ids, origins, of_read=step.read is not None)


def _latest(c: Connection, now: Any) -> UndoStep | None:
    kept = user_edits.latest(c, now, subscription.RESTORABLE_FOR)
    return None if kept is None else _from_json(kept[1])


def _pop(c: Connection, now: Any) -> UndoStep | None:
    kept = user_edits.pop(c, now, subscription.RESTORABLE_FOR)
    return None if kept is None else _from_json(kept)
