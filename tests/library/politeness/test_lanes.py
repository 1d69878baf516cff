from __future__ import annotations

import asyncio
from contextlib import suppress

from tuireader.library.politeness.queue import LANES, Lanes

ONE, OTHER = "https://one.test/", "https://other.test/"


class Street:
    """Who goes through which lane, in which order."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.entered: list[str] = []
        self.at_once = self.most = 0

    async def go(self, name: str, url: str = ONE, *, first: bool = False) -> None:
        async with self.lanes.of(url, first=first):
            self.entered.append(name)
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            await asyncio.sleep(0)
            self.at_once -= 1


async def test_no_more_than_two_of_a_host_go_at_a_time_in_the_order_asked_for() -> None:
    street = Street()
    await asyncio.gather(*(street.go(f"{number:02}") for number in range(20)))
    assert street.entered == sorted(street.entered)
    assert street.most == LANES == 2


async def test_hosts_do_not_wait_for_each_other() -> None:
    street = Street()
    await asyncio.gather(*(street.go(url, url) for url in (ONE, OTHER) for _ in range(2)))
    assert street.most == 4


async def test_who_is_waited_for_goes_before_those_that_wait() -> None:
    street = Street()
    async with street.lanes.of(ONE, first=False), street.lanes.of(ONE, first=False):
        waiting = [asyncio.ensure_future(street.go(f"feed {number}")) for number in range(3)]
        await asyncio.sleep(0)
        waiting.append(asyncio.ensure_future(street.go("typed", first=True)))
        await asyncio.sleep(0)
        assert street.entered == []
    await asyncio.gather(*waiting)
    assert street.entered[0] == "typed"


async def test_a_lane_is_not_lost_whenever_who_waits_for_it_is_cancelled() -> None:
    for steps in range(6):
        street = Street()
        waiting = [asyncio.ensure_future(street.go(str(number))) for number in range(8)]
        for _ in range(steps):
            await asyncio.sleep(0)
        for task in waiting[::2]:
            task.cancel()
        for task in waiting:
            with suppress(asyncio.CancelledError):
                await task
        async with street.lanes.of(ONE, first=False), street.lanes.of(ONE, first=False):
            pass
        assert not street.lanes._hosts
