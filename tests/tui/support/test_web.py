from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Clock
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.tui.support.workers import Web
from tuireader.web.client import Client


async def test_all_that_ask_at_a_time_share_a_queue_which_ends_with_the_last(
    db: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Client] = []
    close = Client.close

    async def note(client: Client) -> None:
        closed.append(client)
        await close(client)

    monkeypatch.setattr(Client, "close", note)
    web = Web(Cache(db), clock)
    async with web.queue() as first:
        async with web.queue() as second:
            assert second is first
        assert closed == []
    assert closed == [first._client]
    async with web.queue("tuireader.library.subscribing.subscribe") as third:
        assert third is not first
