"""Tasks on feeds: refresh, backfill, download, export, prune."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tuireader.errors import BusyError
from tuireader.library import rules
from tuireader.library.archiving import backfill as archiving_backfill
from tuireader.library.archiving import save_older
from tuireader.library.reading import download_texts
from tuireader.library.reading.full_text import Fetched, fetch_full_texts
from tuireader.library.refreshing import upkeep
from tuireader.library.refreshing.refresh import refresh as ask
from tuireader.library.rules import PrunePlan, expire
from tuireader.library.transfer import export_articles
from tuireader.model.article import Mode
from tuireader.model.feed import Backfilled, Feed, Refreshed
from tuireader.model.query import Query
from tuireader.store import feeds, pruning, site_facts
from tuireader.store.queries import article_lists
from tuireader.tasks.task import Context, Step, Steps, utc
from tuireader.text.sentences import counted
from tuireader.urls.typed_and_shown import without_credentials


@dataclass(slots=True)
class Tally:
    """The results of a refresh so far."""

    feeds: Sequence[Feed]
    done: int = 0
    asked: int = 0
    new: int = 0
    feeds_with_new: int = 0
    failed: list[Refreshed] = field(default_factory=list)
    reached: bool = False
    is_forced: bool = False

    def add(self, event: Refreshed) -> None:
        """Add the result of one feed."""
        self.done += 1
        self.asked += event.status != "not-due"
        self.new += event.new
        self.feeds_with_new += event.new > 0
        if event.error is not None:
            self.failed.append(event)
        if event.status != "not-due" and not event.offline:
            self.reached = True

    @property
    def offline(self) -> bool:
        return bool(self.failed) and not self.reached and all(event.offline for event in self.failed)

    def progress(self) -> str:
        return f"refreshing {self.done}/{len(self.feeds)}" if len(self.feeds) > 1 else "refreshing"

    def summary(self) -> str:
        """The result in a sentence; "" for a single feed that failed, which is reported by itself."""
        failed = len(self.failed)
        if not self.asked:
            return _left_alone(self.feeds) if self.is_forced else _nothing_due(self.feeds)
        if self.offline:
            return "Offline"
        if len(self.feeds) == 1:
            return "" if failed else f"{_new_articles(self.new)} in {self.feeds[0].name}."
        if failed == len(self.feeds):
            return f"{'Both' if failed == 2 else f'All {failed}'} feeds failed. Check your connection."
        where = counted(len(self.feeds) if self.new else len(self.feeds) - failed, "feed")
        if self.new and self.feeds_with_new < len(self.feeds):
            where = f"{self.feeds_with_new} of {where}"
        came = f"{_new_articles(self.new)} in {where}"
        return f"{came}; {failed} failed." if failed else f"{came}."

    def only_failure(self) -> str:
        """The failure, if a single feed failed and the network is there."""
        if len(self.failed) != 1 or self.offline:
            return ""
        return f"{self.failed[0].feed.name}: {self.failed[0].error}"


def _new_articles(count: int) -> str:
    return counted(count, "new article") if count else "No new articles"


async def refresh(on: Context, tally: Tally, *, force: bool) -> Steps:
    """Fetch the feeds of `tally` that are due, or all with `force`; then mark expired articles read."""
    tally.is_forced = force
    yield Step(tally.progress())
    async with (
        on.queue() as queue,
        aclosing(ask(on.cache, queue, tally.feeds, clock=on.clock, force=force)) as events,
    ):
        async for event in events:
            tally.add(event)
            is_news = bool(event.new or event.changed)
            yield Step(
                tally.progress(),
                row=refreshed_row(event),
                line=f"{event.feed.name}: {said_of(event)}" if is_news else "",
                failed=f"{event.feed.name}: {event.error}" if event.status in ("failed", "gone") else "",
                has_news=is_news,
            )
    if tally.asked:
        await end_old(on)
    yield Step(said=tally.summary())


async def end_old(on: Context) -> None:
    """Mark expired articles read; if the cache is locked, the next refresh or sync does it."""
    now, (after, above) = on.clock(), on.ends
    if await on.cache.read(partial(pruning.expired, now=now, after=after, above=above)):
        with suppress(BusyError):
            await on.cache.take(partial(expire, now=now, after=after, above=above))


def refreshed_row(event: Refreshed) -> dict[str, object]:
    """The JSON object of one feed's outcome."""
    return {
        "feed": event.feed.custom_title or event.feed.title,
        "feed_url": without_credentials(event.feed.url),
        "status": event.status,
        "new": event.new,
        "changed": event.changed,
        "error": event.error,
    }


def said_of(event: Refreshed) -> str:
    """The result of refreshing a feed, in a few words for the user."""
    parts = ["already subscribed"] if event.status in ("unchanged", "not-due") else []
    is_empty = event.status == "updated" and not event.new and not event.changed
    parts.append(
        "no articles yet" if is_empty else f"{counted(event.new, 'new article')}" if event.new else "no new articles"
    )
    if event.changed:
        parts.append(f"{event.changed} updated")
    if event.skipped:
        parts.append(f"{event.skipped} unreadable")
    if event.status == "not-due":
        parts.append("not due yet (use refresh --force)")
    return ", ".join(parts)


def _left_alone(feeds: Sequence[Feed]) -> str:
    until = min((feed.not_before for feed in feeds if feed.not_before is not None), default=None)
    when = f" until {until.astimezone():%Y-%m-%d at %H:%M}" if until else ""
    return f"Not refreshed: the server asked to wait{when} (rate limit)."


def _nothing_due(feeds: Sequence[Feed]) -> str:
    soonest = min((feed.due for feed in feeds if feed.due is not None and not feed.gone), default=None)
    when = f"; next: {soonest.astimezone():%Y-%m-%d at %H:%M}" if soonest else ""
    return f"No feeds are due{when}. To fetch now: --force"


async def tend(on: Context) -> Steps:
    """Index new articles and merge the search index."""
    await upkeep.tend(on.cache, upkeep.COMMAND_TIMEOUT)
    yield Step(has_news=True)


async def backfill(on: Context, feed: Feed, wanted: save_older.BackfillOptions) -> Steps:
    """Fetch older articles of a feed's site, from where the last run stopped."""
    yield Step(f"{feed.name}: searching…")
    new = 0
    async with (
        on.queue() as queue,
        aclosing(archiving_backfill.backfill(on.cache, queue, feed, clock=on.clock, wanted=wanted)) as events,
    ):
        async for event in events:
            ended = "" if event.status == "page" else f"{feed.name}: {archiving_backfill.ended(event)}"
            new += 0 if ended else event.new
            yield Step(
                f"{feed.name}: {new} new, {archiving_backfill.progress(event)}",
                row=_row(event),
                said="" if event.status == "failed" else ended,
                failed=ended if event.status == "failed" else "",
                has_news=bool(event.new),
            )


def _row(event: Backfilled) -> dict[str, object]:
    return {
        "feed": event.feed.name,
        "feed_url": without_credentials(event.feed.url),
        "status": event.status,
        "page": event.page,
        "new": event.new,
        "known": event.known,
        "back_to": utc(event.back_to),
        "error": event.error,
    }


@dataclass(slots=True)
class _FeedTally:
    """Counts and failures of downloading texts of one feed."""

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
        more = f" ({counted(len(self.errors), 'article')})" if len(self.errors) > 1 else ""
        return f"{self.feed.name}: {self.errors[0]}{more}" if self.errors else ""


async def download(on: Context, find: Callable[[sqlite3.Connection], list[int]], *, replace: bool = False) -> Steps:
    """Fetch the full texts of the articles that `find` returns.

    `replace`: a new text replaces one in the cache even if it is shorter.
    """
    missing = await on.cache.read(find)
    if not missing:
        yield Step(said="Nothing to fetch: full text already available.")
        return
    feed_of, tallies = await on.cache.read(partial(_by_feed, ids=missing))
    yield Step(f"full text: 0/{len(missing)}")
    done = 0
    async with on.queue() as queue, aclosing(fetch_full_texts(on.cache, queue, missing, replace=replace)) as events:
        async for event in events:
            done += 1
            tally = tallies[feed_of[event.article_id]]
            tally.add(event)
            came = event.article_id if event.error is None else None
            yield Step(f"full text: {done}/{len(missing)}", row=tally.row("page", event.error), article_id=came)
            if not tally.left:
                yield Step(row=tally.ended())
    every = tallies.values()
    for tally in every:
        yield Step(failed=tally.failure())
    yield Step(said=_said(sum(each.new for each in every), sum(len(each.errors) for each in every)))


def _by_feed(c: sqlite3.Connection, ids: Sequence[int]) -> tuple[dict[int, int], dict[int, _FeedTally]]:
    feed_of = {headline.id: headline.feed_id for headline in article_lists.headlines(c, ids)}
    return feed_of, {id_: _FeedTally(feeds.get(c, id_), left) for id_, left in Counter(feed_of.values()).items()}


def _said(came: int, failed: int) -> str:
    said = f"Fetched full text of {counted(came, 'article')}"
    return f"{said}; {failed} failed." if failed else f"{said}."


MANY = 10_000
"""No limit, in practice."""


async def complete(on: Context, *, usual: Mode, shown: int | None = None, of: Collection[int] | None = None) -> Steps:
    """Fetch the full texts of new articles where feeds give excerpts: in all feeds, or in those with ids in `of`.

    The `shown` article comes first. `usual` is the mode of feeds without a setting of their own.
    """
    left = await on.cache.read(partial(site_facts.unfinished, usual=usual, most=1 if of is None else MANY))
    if of is not None:
        left = [feed_id for feed_id in left if feed_id in of]
    if not left:
        return
    came = 0
    async with on.queue() as queue:
        wanted = None if of is None else left
        run = download_texts.complete_new(on.cache, queue, wanted, usual=usual, clock=on.clock, shown=shown)
        async with aclosing(run) as events:
            async for event in events:
                if event.error is None:
                    came += 1
                    yield Step(f"full text of {counted(came, 'article')} fetched", article_id=event.article_id)


async def export(on: Context, form: str, path: Path, query: Query, only: Collection[int] = ()) -> Steps:
    """Write all feeds, everything, or the articles of a list, or `only` some of them, to a file or folder."""
    yield Step("exporting…")
    write = partial(export_articles.export_to, form=form, path=path, query=query, only=only, now=on.clock())
    yield Step(said=" ".join(await on.cache.read(write)))


async def prune(on: Context, found: PrunePlan) -> Steps:
    """Remove the articles found by `rules.look` that may still be removed, and shrink the file."""
    done = 0
    async with aclosing(rules.prune(on.cache, found.ids)) as steps:
        async for done in steps:
            yield Step(f"deleting {done}/{len(found.ids)}", has_news=True)
    yield Step("freeing disk space…")
    try:
        said = f"{rules.in_megabytes(await rules.shrink_file(on.cache))} freed."
    except BusyError:
        said = "Disk space will be freed later: another program is using the database."
    yield Step(notices=(f"{counted(done, 'article')} deleted. {said}",), row=row(found, is_done=True))


def row(found: PrunePlan, *, is_done: bool) -> dict[str, object]:
    """The JSON object of a pruning."""
    return {"articles": len(found.ids), "feeds": found.feeds, "bytes": found.size, "removed": is_done}
