"""Completing what feeds give as excerpts from the pages of their articles, as new ones come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import FetchError, NotFoundError, TuireaderError
from tuireader.library.politeness.robots import RobotRules
from tuireader.library.reading.full_text import MUCH, Fetched, fetch_with
from tuireader.model.full_text import Incomplete, Learned, Mode
from tuireader.store import feeds, full_texts
from tuireader.tasks import as_done
from tuireader.urls.hosts import host_of
from tuireader.urls.identity import same_site
from tuireader.urls.reach import Permission

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncIterator

    from tuireader.library.jobs.off_loop import Cache
    from tuireader.library.politeness.queue import PoliteQueue
    from tuireader.model.clock import Clock
    from tuireader.model.feed import Feed
    from tuireader.model.fetched import Page

PAUSE = 1.0
"""Seconds between two requests of a site: nobody waits for these."""
PAUSE_MOST = 30.0
"""Seconds that a site may ask to lie between two requests."""
SHORT = 400
"""Words from which on a text that does not say that there is more is taken for the whole."""
MOST = 50
"""Articles of a feed that are completed at a time: the newest."""
MORE = 1.1
"""How many times as many words a page has at least that completes what says itself that there is more."""
_SAMPLES = 3
"""Articles beside whose pages it is seen what a feed gives."""
_IN_VAIN = 5
"""Pages in a row with no more than the feed gave, after which it is looked at anew what that gives."""
_LOOK_AGAIN = timedelta(days=30)
_FEEDS_AT_ONCE = 8


async def complete_new(
    cache: Cache,
    queue: PoliteQueue,
    feed_ids: Sequence[int],
    *,
    usual: Mode,
    clock: Clock,
    pause: float | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncGenerator[Fetched, None]:
    """Fetch the texts of what is new in feeds that give excerpts; yields what came of each article that was asked for.

    `usual` is for feeds of which nothing else is set. What a feed gives is found out beside the pages of its first
    articles. A site is asked for one page at a time, with a pause, as its robots.txt allows. Ending the iteration ends
    all requests; what is left is done the next time.
    """
    run = _Run(cache, queue, usual, clock, PAUSE if pause is None else pause, sleep)
    done: asyncio.Queue[Fetched | None] = asyncio.Queue()

    async def work() -> None:
        async with aclosing(as_done(run.complete(feed_id, done.put_nowait) for feed_id in feed_ids)) as ended:
            async for _ in ended:
                pass

    task = asyncio.ensure_future(work())
    task.add_done_callback(lambda _: done.put_nowait(None))
    try:
        while (event := await done.get()) is not None:
            yield event
        await task
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait([task])


@dataclass(frozen=True, slots=True)
class _Of:
    """A feed, and what of it is to be completed."""

    feed: Feed
    mode: Mode
    learned: Learned
    new: tuple[Incomplete, ...]
    highest: int


@dataclass(slots=True)
class _Run:
    """One run, with what is known of sites meanwhile."""

    cache: Cache
    queue: PoliteQueue
    usual: Mode
    clock: Clock
    pause: float
    sleep: Callable[[float], Awaitable[None]]
    feeds: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_FEEDS_AT_ONCE))
    turns: dict[str, asyncio.Lock] = field(default_factory=dict)
    robots: RobotRules = field(init=False)

    def __post_init__(self) -> None:
        self.robots = RobotRules(self._ask)

    async def complete(self, feed_id: int, tell: Callable[[Fetched], None]) -> None:
        """Complete what is new in a feed; what cannot be had stays as it is."""
        async with self.feeds:
            try:
                of = await self.cache.read(partial(_of, feed_id=feed_id, usual=self.usual))
                if of is not None:
                    await self._complete(of, tell)
            except NotFoundError:  # it was removed meanwhile
                return

    async def _complete(self, of: _Of, tell: Callable[[Fetched], None]) -> None:
        gives = of.learned.gives if of.mode == "auto" else "excerpts"
        looked, now = of.learned.looked, self.clock()
        if gives == "whole" and looked is not None and now - looked < _LOOK_AGAIN:
            await self._learn(of, replace(of.learned, up_to=of.highest))
            return
        left = list(of.new)
        seen: set[str] = set()
        if gives != "excerpts":
            samples = [each for each in left if _may_be_excerpt(each)][:_SAMPLES]
            if len(samples) * 2 < min(len(left), _SAMPLES):
                samples = []
            more = [await self._fetch(each, seen, tell) for each in samples]
            if None in more:  # the site cannot be reached: another time
                return
            gives = "excerpts" if sum(map(bool, more)) * 2 > len(more) else "whole"
            looked, left = now, [each for each in left if each not in samples]
        in_vain = 0
        for each in left if gives == "excerpts" else ():
            came = await self._fetch(each, seen, tell)
            if came is None:
                return
            in_vain = 0 if came else in_vain + 1
            if in_vain >= _IN_VAIN and of.mode == "auto":
                gives, looked = "", None
                break
        known = Learned(gives, looked, of.highest) if of.mode == "auto" else replace(of.learned, up_to=of.highest)
        await self._learn(of, known)

    async def _fetch(self, article: Incomplete, seen: set[str], tell: Callable[[Fetched], None]) -> bool | None:
        """Fetch the text of an article: whether it is more than the feed gave; None where its site is away."""
        try:
            much = MORE if article.is_excerpt else MUCH
            kept = await fetch_with(self.cache, self._get, article.id, frozenset(seen), much=much)
        except FetchError as error:
            if _is_away(error):
                return None
            tell(Fetched(article.id, str(error)))
            return False
        except NotFoundError:
            return False
        except TuireaderError as error:
            tell(Fetched(article.id, str(error)))
            return None
        seen.add(kept.digest)
        tell(Fetched(article.id))
        return True

    async def _get(self, url: str, permission: Permission) -> Page:
        """Ask for a page when its site may be asked: one at a time, and as its robots.txt allows."""
        async with self._turn(url):
            rules = await self.robots.check(url)
            return await self._ask(url, permission, max(self.pause, min(rules.pause, PAUSE_MOST)))

    async def _ask(self, url: str, permission: Permission = Permission.AS_GIVEN, pause: float | None = None) -> Page:
        """Ask for an address, and wait a little whatever comes."""
        try:
            page = await self.queue.get(url, permission=permission, first=False)
        except FetchError:
            await self.sleep(self.pause)
            raise
        await self.sleep(self.pause if pause is None else pause)
        return page

    @asynccontextmanager
    async def _turn(self, url: str) -> AsyncIterator[None]:
        async with self.turns.setdefault(host_of(url), asyncio.Lock()):
            yield

    async def _learn(self, of: _Of, what: Learned) -> None:
        await self.cache.write(partial(_learn, feed_id=of.feed.id, what=what))


def _of(c: sqlite3.Connection, feed_id: int, usual: Mode) -> _Of | None:
    """What is to be completed of a feed; None where that is nothing."""
    feed = feeds.get(c, feed_id)
    mode = full_texts.mode(c, feed_id, usual)
    if mode == "never" or feed.holds_pages:
        return None
    learned = full_texts.learned(c, feed_id)
    new = full_texts.incomplete(c, feed_id, learned.up_to, MOST)
    if mode == "auto":  # what links to other sites has no text of its own to be completed
        own = (feed.site, feed.url)
        new = [each for each in new if any(same_site(each.link, site) for site in own)]
    return _Of(feed, mode, learned, tuple(new), full_texts.highest(c, feed_id)) if new else None


def _learn(c: sqlite3.Connection, feed_id: int, what: Learned) -> None:
    full_texts.learn(c, feed_id, what)


def _may_be_excerpt(article: Incomplete) -> bool:
    return article.is_excerpt or article.words < SHORT


def _is_away(error: FetchError) -> bool:
    """Whether it is the site, or the network, that cannot be had now, and not one page."""
    from tuireader.errors import FetchFailure

    return error.is_offline or error.kind in (FetchFailure.UNREACHED, FetchFailure.HELD) or error.status in (429, 503)
