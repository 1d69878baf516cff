"""Completing new articles that are excerpts with the full texts from their pages."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from tuireader.async_tools import as_done
from tuireader.errors import FetchError, FetchFailure, NotFoundError, TuireaderError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue
from tuireader.library.politeness.robots import SerialFetcher
from tuireader.library.reading.full_text import LONGER_RATIO, Fetched, NoFullTextError, fetch_with
from tuireader.model.article import Clock, Gives, Incomplete, Mode, TextFacts
from tuireader.model.feed import Feed
from tuireader.store import feeds, site_facts
from tuireader.urls.identity import names_part, same_site

SHORT = 400
"""Words from which a text counts as whole, unless its feed marks it as an excerpt."""
ARTICLES_MAX = 50
"""Maximum number of a feed's newest articles that are completed in one run."""
MORE = 1.1
"""Minimum ratio of words by which a page's text must exceed a text that is marked as an excerpt."""
_SAMPLES = 3
"""Articles whose pages are fetched to find out whether a feed gives excerpts or whole texts."""
_FAILURES_MAX = 5
"""Pages in a row without more text, after which that is found out again."""
_RECHECK_AFTER = timedelta(days=30)
_RETRY_AGE = timedelta(days=3)
"""Maximum age of an article whose page is requested again if it could not be reached."""
_FEEDS_AT_ONCE = 8
FEEDS_MAX = 100
"""Maximum feeds of one run; the next run continues."""


async def complete_new(
    cache: Cache,
    queue: PoliteQueue,
    feed_ids: Sequence[int] | None = None,
    *,
    usual: Mode,
    clock: Clock,
    shown: int | None = None,
    pause: float | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncGenerator[Fetched, None]:
    """Fetch full texts of new articles in feeds that give excerpts; yields each article's outcome.

    `feed_ids` None: all feeds with unprocessed articles. `usual` is the mode of feeds without one of their own. The
    article `shown` comes first, even if read. Each site gets one request at a time, with a pause, as its robots.txt
    allows. Ending the iteration cancels all requests; the next run continues.
    """
    pages = SerialFetcher(queue, pause=pause, sleep=sleep)
    if feed_ids is None:
        feed_ids = await cache.read(partial(site_facts.unfinished, usual=usual, most=FEEDS_MAX))
    feed_ids = feed_ids[:FEEDS_MAX]
    run = _CompletionRun(cache, pages, usual, clock, shown)
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
class _FeedWork:
    """A feed and its articles to complete, with its mode and what is known of its texts."""

    feed: Feed
    mode: Mode
    learned: TextFacts
    new: tuple[Incomplete, ...]
    highest: int


@dataclass(slots=True)
class _CompletionRun:
    """One run of `complete_new`, with its options and the limit of concurrent feeds."""

    cache: Cache
    pages: SerialFetcher
    usual: Mode
    clock: Clock
    shown: int | None
    feeds: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_FEEDS_AT_ONCE))

    async def complete(self, feed_id: int, tell: Callable[[Fetched], None]) -> None:
        """Complete the new articles of a feed; failures leave them unchanged."""
        async with self.feeds:
            try:
                of = await self.cache.read(partial(_load_work, feed_id=feed_id, usual=self.usual, shown=self.shown))
                await self._complete(of, tell)
            except NotFoundError:  # it was removed meanwhile
                return

    async def _complete(self, of: _FeedWork, tell: Callable[[Fetched], None]) -> None:
        gives = of.learned.gives if of.mode == "auto" else "excerpts"
        looked, now = of.learned.looked, self.clock()
        if of.mode == "never":
            return
        is_known = gives in ("whole", "closed") and looked is not None and now - looked < _RECHECK_AFTER
        if is_known or not of.new:
            await self._learn(of, replace(of.learned, up_to=of.highest))
            return
        left, gone = list(of.new), list[Incomplete]()
        if gives != "excerpts":
            samples = [each for each in left if _may_be_excerpt(each)][:_SAMPLES]
            if len(samples) * 2 < min(len(left), _SAMPLES):
                samples = []
            came = await self._fetch_some(samples, tell, vain=_SAMPLES)
            if came is None or ("gone" in came and "more" not in came):  # its site is away: another time
                return
            gives = _given(came)
            gone += [each for each, outcome in zip(samples, came, strict=False) if outcome == "gone"]
            looked, left = now, [each for each in left if each not in samples]
        came = await self._fetch_some(left if gives == "excerpts" else (), tell, vain=_FAILURES_MAX)
        if came is None:
            return
        gone += [each for each, outcome in zip(left, came, strict=False) if outcome == "gone"]
        if of.mode == "auto" and len(came) < len(left) and gives == "excerpts":  # it was given up
            gives, looked = "", None
        up_to = min([of.highest, *(each.id - 1 for each in gone if _is_recent(each, now))])
        known = TextFacts(gives, looked, up_to) if of.mode == "auto" else replace(of.learned, up_to=up_to)
        await self._learn(of, known)

    async def _fetch_some(
        self, some: Sequence[Incomplete], tell: Callable[[Fetched], None], vain: int
    ) -> list[_Outcome] | None:
        """Fetch full texts until `vain` articles in a row bring no more text; returns the outcome of each.

        Returns None if the site is unreachable twice in a row, or must not be requested.
        """
        came: list[_Outcome] = []
        for each in some:
            outcome = await self._fetch(each, tell)
            if outcome == "away" or (outcome == "gone" and came[-1:] == ["gone"]):
                return None
            came.append(outcome)
            if len(came) >= vain and "more" not in came[-vain:]:
                break
        return came

    async def _fetch(self, article: Incomplete, tell: Callable[[Fetched], None]) -> _Outcome:
        """Fetch the full text of an article, and report it."""
        if await self._is_here(article):
            return "more"
        try:
            await fetch_with(self.cache, self.pages.get, article.id, much=MORE if article.is_excerpt else LONGER_RATIO)
        except NotFoundError:  # it was removed meanwhile
            return "none"
        except TuireaderError as error:
            outcome = _outcome_of(error)
            if outcome == "less" and await self._is_here(article):
                return "more"
            if outcome != "away":
                tell(Fetched(article.id, str(error)))
            return outcome
        tell(Fetched(article.id))
        return "more"

    async def _is_here(self, article: Incomplete) -> bool:
        return await self.cache.read(partial(site_facts.has_full_text, article_id=article.id))

    async def _learn(self, of: _FeedWork, what: TextFacts) -> None:
        await self.cache.write(partial(_learn, feed_id=of.feed.id, what=what))


def _load_work(c: sqlite3.Connection, feed_id: int, usual: Mode, shown: int | None) -> _FeedWork:
    """Load the articles of a feed that are to be completed, with its mode and what is known of its texts."""
    feed = feeds.get(c, feed_id)
    mode, learned = site_facts.mode(c, feed_id, usual), site_facts.learned(c, feed_id)
    new: list[Incomplete] = []
    is_left_to_server = feed.is_of_account and mode == "auto"  # who follows it for us asks its site, and nobody else
    if mode != "never" and not feed.holds_pages and not is_left_to_server:
        every = site_facts.incomplete(c, feed_id, learned.up_to, ARTICLES_MAX, shown)
        new = [each for each in every if not names_part(each.link)]
    if mode == "auto":  # what links to other sites has no text of its own to be completed
        own = (feed.site, feed.url)
        new = [each for each in new if any(same_site(each.link, site) for site in own)]
    return _FeedWork(feed, mode, learned, tuple(new), site_facts.highest(c, feed_id))


def _learn(c: sqlite3.Connection, feed_id: int, what: TextFacts) -> None:
    site_facts.learn(c, feed_id, what)


_Outcome = Literal["more", "less", "none", "gone", "away"]
"""The outcome of a page: more text, no more, no article; unreachable; or its site must not be asked."""
_TOO_MANY, _UNAVAILABLE = 429, 503


def _given(came: Sequence[_Outcome]) -> Gives:
    """Whether a feed gives excerpts, whole texts, or links to pages that are not available, by sample outcomes."""
    if came.count("more") * 2 > len(came):
        return "excerpts"
    return "closed" if came and came.count("none") == len(came) else "whole"


def _may_be_excerpt(article: Incomplete) -> bool:
    return article.is_excerpt or article.words < SHORT


def _outcome_of(error: TuireaderError) -> _Outcome:
    if isinstance(error, NoFullTextError):
        return "less"
    if not isinstance(error, FetchError) or error.is_offline or error.kind is FetchFailure.HELD:
        return "away"
    if error.status == _TOO_MANY:
        return "away"
    return "gone" if error.is_unreached or error.status == _UNAVAILABLE else "none"


def _is_recent(article: Incomplete, now: datetime) -> bool:
    """Whether an article is recent enough for its unreachable page to be requested again."""
    return article.date is not None and now - article.date < _RETRY_AGE
