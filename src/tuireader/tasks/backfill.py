"""The task that fetches a site's older articles."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from tuireader.library.archiving import backfill as archive
from tuireader.library.archiving import messages
from tuireader.tasks.task import Context, Step, Steps, utc
from tuireader.urls.shown import without_credentials

if TYPE_CHECKING:
    from tuireader.library.archiving.save_older import Wanted
    from tuireader.model.feed import Backfilled, Feed


async def backfill(on: Context, feed: Feed, wanted: Wanted) -> Steps:
    """Fetch older articles of a feed's site, from where the last run stopped."""
    yield Step(f"{feed.name}: looking for older articles")
    new = 0
    async with (
        on.queue() as queue,
        aclosing(archive.backfill(on.cache, queue, feed, clock=on.clock, wanted=wanted)) as events,
    ):
        async for event in events:
            ended = "" if event.status == "page" else f"{feed.name}: {messages.ended(event)}"
            new += 0 if ended else event.new
            yield Step(
                f"{feed.name}: {new} new, {messages.progress(event)}",
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
