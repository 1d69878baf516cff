"""The tasks that fetch feeds, and do the upkeep of the cache after that."""

from __future__ import annotations

from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import BusyError
from tuireader.library.refreshing import upkeep
from tuireader.library.refreshing.refresh import refresh as ask
from tuireader.library.rules.prune import expire
from tuireader.store import pruning
from tuireader.tasks.task import Context, Step, Steps
from tuireader.urls.shown import without_credentials

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tuireader.model.feed import Feed, Refreshed


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
        return f"{self.done}/{len(self.feeds)} feeds" if len(self.feeds) > 1 else "refreshing"

    def summary(self) -> str:
        """The result in a sentence; "" for a single feed that failed, which is reported by itself."""
        failed = len(self.failed)
        if not self.asked:
            return _left_alone(self.feeds) if self.is_forced else _nothing_due(self.feeds)
        if self.offline:
            return "Offline: no site could be reached."
        if len(self.feeds) == 1:
            return "" if failed else f"{self.new or 'Nothing'} new in {self.feeds[0].name}."
        if failed == len(self.feeds):
            return f"All {failed} feeds failed."
        others = len(self.feeds) - failed
        nothing = f"Nothing new in {others} feed{'s' * (others > 1)}"
        came = f"{self.new} new in {self.feeds_with_new} of {len(self.feeds)} feeds" if self.new else nothing
        return f"{came}; {failed} failed." if failed else f"{came}."

    def only_failure(self) -> str:
        """The failure, if a single feed failed and the network is there."""
        if len(self.failed) != 1 or self.offline:
            return ""
        return f"{self.failed[0].feed.name}: {self.failed[0].error}"


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
    """The result of a feed in some words."""
    parts = ["already subscribed"] if event.status in ("unchanged", "not-due") else []
    is_empty = event.status == "updated" and not event.new and not event.changed
    parts.append("no articles yet" if is_empty else f"{event.new or 'nothing'} new")
    if event.changed:
        parts.append(f"{event.changed} changed")
    if event.skipped:
        parts.append(f"{event.skipped} could not be read")
    if event.status == "not-due":
        parts.append("checked a short while ago; refresh --force fetches now")
    return ", ".join(parts)


def _left_alone(feeds: Sequence[Feed]) -> str:
    until = min((feed.not_before for feed in feeds if feed.not_before is not None), default=None)
    when = f" until {until.astimezone():%Y-%m-%d at %H:%M}" if until else ""
    return f"Nothing was fetched: the server wants to be left alone{when}."


def _nothing_due(feeds: Sequence[Feed]) -> str:
    soonest = min((feed.due for feed in feeds if feed.due is not None and not feed.gone), default=None)
    when = f"; the next feed is due on {soonest.astimezone():%Y-%m-%d at %H:%M}" if soonest else ""
    return f"Nothing is due yet{when}. Use --force to fetch now."


async def tend(on: Context) -> Steps:
    """Index new articles and merge the search index."""
    await upkeep.tend(on.cache, upkeep.LONGEST)
    yield Step(has_news=True)
