"""Completing what feeds give only the beginning of. It is done by itself, so that nothing is said of it."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from tuireader.library.reading.completing import complete_new
from tuireader.store import site_facts
from tuireader.tasks.task import Context, Step, Steps
from tuireader.text.sentences import counted

if TYPE_CHECKING:
    from collections.abc import Collection

    from tuireader.model.full_text import Mode

MANY = 10_000
"""More feeds than anybody follows."""


async def complete(on: Context, *, usual: Mode, shown: int | None = None, of: Collection[int] | None = None) -> Steps:
    """Complete excerpts in all feeds, or in those `of` these ids; the `shown` article comes first.

    `usual` is for feeds of which nothing is set.
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
