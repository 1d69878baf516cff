"""refresh: ask for many feeds at once, politely, and keep what they bring."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from tuireader import web
from tuireader.errors import FetchError, StoreError
from tuireader.library import intake, polling
from tuireader.library.silence import Silence
from tuireader.library.worker import Worker
from tuireader.model import Feed, Refreshed
from tuireader.store import feeds as store_feeds
from tuireader.web.addresses import host_of, private_ok_for

AT_ONCE = 32
"""Feeds in hand at a time, from their request until they are saved: this bounds the memory that bodies take."""

_LANES = 2
"""Feeds of one host that are asked for at a time."""

Clock = Callable[[], datetime]


async def refresh(
    path: Path,
    client: web.Client,
    feeds: Sequence[Feed] | None = None,
    *,
    clock: Clock,
    force: bool = False,
    given: bool = False,
    deadline: float = web.DEADLINE,
) -> AsyncIterator[Refreshed]:
    """Ask for the given feeds, or for all that are due, and yield what came of each as soon as it is saved.

    `force` asks for feeds that are not due, too, still conditionally; each has `deadline` seconds to answer. `given`
    says that the reader has just typed their addresses: they may be inside the reader's own network, where they were
    not before.
    What fails is a `Refreshed` like any other; StoreError is raised only if the cache cannot be opened. Ending the
    iteration ends all requests at once.
    """
    async with Worker(path) as worker:
        current = {feed.id: feed for feed in await worker.do(store_feeds.every)}
        ready = {id_: feed for id_, feed in current.items() if polling.may_ask(feed, clock(), force=force)}
        if feeds is not None:
            ready = {feed.id: ready[feed.id] for feed in feeds if feed.id in ready}
            for feed in feeds:
                if feed.id not in ready:
                    yield Refreshed(current.get(feed.id, feed), "not-due")
        if given:
            ready = {id_: replace(feed, private=None) for id_, feed in ready.items()}
        async for event in _Run(client, worker, clock, deadline).events(list(ready.values())):
            yield event


class _Run:
    """One refresh: the feeds of a host in two lanes, all hosts at once, within the limit of what is in hand."""

    def __init__(self, client: web.Client, worker: Worker, clock: Clock, deadline: float) -> None:
        self._client = client
        self._worker = worker
        self._clock = clock
        self._deadline = deadline
        self._room = asyncio.Semaphore(AT_ONCE)
        self._held: dict[str, datetime] = {}
        self._reached = False
        self._unreached: list[tuple[Feed, FetchError]] = []
        self._skipped: list[tuple[Feed, FetchError]] = []
        self._silence = Silence()

    async def events(self, feeds: Sequence[Feed]) -> AsyncIterator[Refreshed]:
        """Ask for all of them; one event each, in the order of the answers."""
        done: asyncio.Queue[Refreshed | BaseException] = asyncio.Queue()
        lanes = [asyncio.ensure_future(self._lane(lane, done)) for lane in _lanes(feeds)]
        for lane in lanes:
            lane.add_done_callback(partial(_pass_on, done))
        try:
            for _ in feeds:
                event = await done.get()
                if isinstance(event, BaseException):
                    raise event
                yield event
            await self._settle()
        finally:
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)

    async def _lane(self, feeds: Iterator[Feed], done: asyncio.Queue[Refreshed | BaseException]) -> None:
        for feed in feeds:
            async with self._room:
                try:
                    event = await self._ask(feed)
                except StoreError as error:
                    event = Refreshed(feed, "failed", error=str(error))
            done.put_nowait(event)

    async def _ask(self, feed: Feed) -> Refreshed:
        if self._held.get(host_of(feed.url), self._clock()) > self._clock():
            return Refreshed(feed, "not-due")
        silent = self._silence.error(feed.url)
        if silent is not None:
            return await self._skip(feed, silent)
        try:
            page = await web.get(
                self._client,
                feed.url,
                validators=feed.validators,
                deadline=self._deadline,
                private_ok=private_ok_for(feed.url, feed.url, private=feed.private),
                clock=self._clock,
            )
        except FetchError as error:
            self._silence.note(feed.url, error)
            return await self._failed(feed, _turned_inside(feed) if error.inside == host_of(feed.url) else error)
        self._silence.note(feed.url)
        self._reached = True
        return await self._worker.do(partial(intake.take_page, feed=feed, page=page, now=self._clock()))

    async def _failed(self, feed: Feed, error: FetchError) -> Refreshed:
        if error.offline:
            self._unreached.append((feed, error))
            return Refreshed(feed, "failed", error=str(error), offline=True)
        self._reached = True
        event = await self._worker.do(partial(intake.take_failure, feed=feed, error=error, now=self._clock()))
        if polling.holds_host(error) and event.feed.not_before is not None:
            self._held[host_of(feed.url)] = event.feed.not_before
        return event

    async def _skip(self, feed: Feed, error: FetchError) -> Refreshed:
        if error.offline:
            self._skipped.append((feed, error))
            return Refreshed(feed, "failed", error=str(error), offline=True)
        skip = partial(intake.take_skipped, feed=feed, reason=str(error), now=self._clock())
        return await self._worker.do(skip)

    async def _settle(self) -> None:
        """Hold it against a feed that it could not be reached only if others could: then it is not our network."""
        if not self._reached:
            return
        for feed, error in self._unreached:
            await self._worker.do(partial(intake.take_failure, feed=feed, error=error, now=self._clock()))
        for feed, error in self._skipped:
            await self._worker.do(partial(intake.take_skipped, feed=feed, reason=str(error), now=self._clock()))


def _turned_inside(feed: Feed) -> FetchError:
    """The error for a feed whose name leads into the reader's own network, and did not when the reader added it."""
    host = host_of(feed.url)
    return FetchError(
        f"{host} now leads into your own network, and did not when it was added: not opened; if you trust it, add it"
        " again",
        inside=host,
    )


def _lanes(feeds: Sequence[Feed]) -> list[Iterator[Feed]]:
    """For each host one queue, twice: each lane takes the next feed of its host."""
    by_host: defaultdict[str, list[Feed]] = defaultdict(list)
    for feed in feeds:
        by_host[host_of(feed.url)].append(feed)
    queues = [(iter(queue), len(queue)) for queue in by_host.values()]
    return [queue for queue, length in queues for _ in range(min(_LANES, length))]


def _pass_on(done: asyncio.Queue[Refreshed | BaseException], lane: asyncio.Future[None]) -> None:
    """Let a bug in a lane be raised where events are waited for."""
    if not lane.cancelled() and (error := lane.exception()) is not None:
        done.put_nowait(error)
