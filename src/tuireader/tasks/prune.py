"""The task that removes old articles and shrinks the cache file."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from tuireader.errors import BusyError
from tuireader.library.rules import prune as pruning
from tuireader.tasks.task import Context, Step, Steps
from tuireader.text.sentences import counted

if TYPE_CHECKING:
    from tuireader.library.rules.prune import Wanted


async def prune(on: Context, found: Wanted) -> Steps:
    """Remove the articles found by `prune.look`, unless they must stay by now."""
    done = 0
    async with aclosing(pruning.prune(on.cache, found.ids)) as steps:
        async for done in steps:
            yield Step(f"{done}/{len(found.ids)} removed", has_news=True)
    yield Step("giving the room back")
    try:
        said = f"The cache is smaller by {pruning.in_megabytes(await pruning.give_back(on.cache))}."
    except BusyError:
        said = "Another program holds the cache: the room is given back the next time."
    yield Step(notices=(f"{counted(done, 'article')} removed. {said}",), row=row(found, is_done=True))


def row(found: Wanted, *, is_done: bool) -> dict[str, object]:
    """The JSON object of a pruning."""
    return {"articles": len(found.ids), "feeds": found.feeds, "bytes": found.size, "removed": is_done}
