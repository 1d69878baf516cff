"""What comes of a refresh, event by event and in all."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.clock import Clock
from tuireader.model.feed import Feed, Refreshed
from tuireader.tui.support.web import Web


async def refreshing(
    cache: Cache, web: Web, feeds: Sequence[Feed], *, clock: Clock, force: bool
) -> AsyncGenerator[Refreshed, None]:
    """Ask for feeds, and tell what came of each; to be closed, which ends all requests."""
    async with web.queue("tuireader.library.refreshing.refresh") as queue:
        from tuireader.library.refreshing.refresh import refresh

        async with aclosing(refresh(cache, queue, feeds, clock=clock, force=force)) as events:
            async for event in events:
                yield event


@dataclass(slots=True)
class Tally:
    """What came of a refresh so far."""

    expected: int
    name: str = ""
    """Of the feed, where it is only one that was asked for."""
    done: int = 0
    new: int = 0
    feeds_with_new: int = 0
    failed: list[Refreshed] = field(default_factory=list)
    reached: bool = False
    """Whether any site answered."""

    def add(self, event: Refreshed) -> None:
        """Count one feed."""
        self.done += 1
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
        return f"{self.done}/{self.expected} feeds" if self.expected > 1 else "refreshing"

    def summary(self) -> str:
        """What it brought, in a sentence."""
        if self.failed and not self.new and len(self.failed) == self.done:
            return self._all_failed()
        said = f"{self.new} new" if self.new else "Nothing new"
        if self.name:
            said += f" in {self.name}"
        elif self.new and self.feeds_with_new > 1:
            said += f" in {self.feeds_with_new} feeds"
        if len(self.failed) == 1:
            (failed,) = self.failed
            return f"{said} · {failed.error}" if self.name else f"{said} · {failed.feed.name}: {failed.error}"
        return f"{said} · {len(self.failed)} feeds failed" if self.failed else said

    def _all_failed(self) -> str:
        """Why nothing came at all."""
        reasons = {event.error or "" for event in self.failed}
        if len(self.failed) == 1:
            (failed,) = self.failed
            return f"{failed.feed.name}: {failed.error}"
        why = f": {reasons.pop()}" if len(reasons) == 1 else ""
        return f"All {len(self.failed)} feeds failed{why}"
