"""What the cache needs after much came in."""

from __future__ import annotations

from tuireader.library.refreshing import upkeep
from tuireader.tasks.task import Context, Step, Steps


async def tend(on: Context) -> Steps:
    """Index what is not indexed yet, and bring the indexes in order."""
    await upkeep.tend(on.cache, upkeep.LONGEST)
    yield Step(has_news=True)
