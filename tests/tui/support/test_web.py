from __future__ import annotations

from pathlib import Path

from conftest import Clock
from tuireader.library.jobs.off_loop import Cache
from tuireader.tui.support.web import Web


async def test_all_that_ask_at_a_time_share_a_queue_which_ends_with_the_last(db: Path, clock: Clock) -> None:
    web = Web(Cache(db), clock)
    async with web.queue() as first:
        async with web.queue() as second:
            assert second is first
        assert not first._client.is_closed
    assert first._client.is_closed
    async with web.queue("tuireader.library.subscribing.subscribe") as third:
        assert third is not first
