"""The tasks that fetch full texts: of given articles, and of the excerpts of feeds."""

from __future__ import annotations

from collections import Counter
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from tuireader.library.reading.completing import complete_new
from tuireader.library.reading.full_text import fetch_full_texts
from tuireader.store import articles, feeds, site_facts
from tuireader.tasks.task import Context, Step, Steps
from tuireader.text.sentences import counted
from tuireader.urls.shown import without_credentials

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Sequence

    from tuireader.library.reading.full_text import Fetched
    from tuireader.model.feed import Feed
    from tuireader.model.full_text import Mode


@dataclass(slots=True)
class _FeedTally:
    """The results of one feed."""

    feed: Feed
    left: int
    new: int = 0
    errors: list[str] = field(default_factory=list)

    def add(self, event: Fetched) -> None:
        self.left -= 1
        if event.error is None:
            self.new += 1
        else:
            self.errors.append(event.error)

    def row(self, status: str, error: str | None) -> dict[str, object]:
        url, page = without_credentials(self.feed.url), self.new + len(self.errors)
        common = {"feed": self.feed.name, "feed_url": url, "status": status, "page": page}
        return common | {"new": self.new, "known": 0, "back_to": None, "error": error}

    def ended(self) -> dict[str, object]:
        failed = not self.new
        return self.row("failed" if failed else "done", self.errors[0] if failed else None)

    def failure(self) -> str:
        more = f" ({counted(len(self.errors), 'text')})" if len(self.errors) > 1 else ""
        return f"{self.feed.name}: {self.errors[0]}{more}" if self.errors else ""


async def download(on: Context, find: Callable[[sqlite3.Connection], list[int]], *, replace: bool = False) -> Steps:
    """Fetch the full texts of the articles that `find` returns; `replace` those that are here in any case."""
    missing = await on.cache.read(find)
    if not missing:
        yield Step(said="The whole texts of all these articles are here, as far as their feeds say.")
        return
    feed_of, tallies = await on.cache.read(partial(_by_feed, ids=missing))
    yield Step(f"0/{len(missing)} texts")
    done = 0
    async with on.queue() as queue, aclosing(fetch_full_texts(on.cache, queue, missing, replace=replace)) as events:
        async for event in events:
            done += 1
            tally = tallies[feed_of[event.article_id]]
            tally.add(event)
            came = event.article_id if event.error is None else None
            yield Step(f"{done}/{len(missing)} texts", row=tally.row("page", event.error), article_id=came)
            if not tally.left:
                yield Step(row=tally.ended())
    every = tallies.values()
    for tally in every:
        yield Step(failed=tally.failure())
    yield Step(said=_said(sum(each.new for each in every), sum(len(each.errors) for each in every)))


def _by_feed(c: sqlite3.Connection, ids: Sequence[int]) -> tuple[dict[int, int], dict[int, _FeedTally]]:
    feed_of = {headline.id: headline.feed_id for headline in articles.headlines(c, ids)}
    return feed_of, {id_: _FeedTally(feeds.get(c, id_), left) for id_, left in Counter(feed_of.values()).items()}


def _said(came: int, failed: int) -> str:
    said = f"{counted(came, 'full text')} {'is' if came == 1 else 'are'} here"
    return f"{said}; {failed} could not be had." if failed else f"{said}."


MANY = 10_000
"""No limit, in practice."""


async def complete(on: Context, *, usual: Mode, shown: int | None = None, of: Collection[int] | None = None) -> Steps:
    """Complete excerpts in all feeds, or in those `of` these ids; the `shown` article comes first.

    `usual` is the mode of feeds without a setting of their own.
    """
    left = await on.cache.read(partial(site_facts.unfinished, usual=usual, most=1 if of is None else MANY))
    if of is not None:
        left = [feed_id for feed_id in left if feed_id in of]
    if not left:
        return
    came = 0
    async with on.queue() as queue:
        wanted = None if of is None else left
        run = complete_new(on.cache, queue, wanted, usual=usual, clock=on.clock, shown=shown)
        async with aclosing(run) as events:
            async for event in events:
                if event.error is None:
                    came += 1
                    yield Step(f"{counted(came, 'full text')} came", article_id=event.article_id)
