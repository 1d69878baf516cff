from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from conftest import Reply, ScriptedSite
from tuireader.errors import FetchError
from tuireader.web.client import Client
from tuireader.web.fetch import get

RESOLVE = socket.getaddrinfo
MORE_THAN_AN_EXECUTOR_HAS = 40


@dataclass
class LostNames:
    """Names that are looked up for ever, until it is over."""

    over: threading.Event = field(default_factory=threading.Event)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    async def looked_up(self, number: int) -> None:
        """Wait until so many are being looked up."""
        for _ in range(number):
            assert await asyncio.to_thread(self.begun.acquire, timeout=20)


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> Iterator[LostNames]:
    names = LostNames()

    def resolve(host: Any, *args: Any, **options: Any) -> Any:
        if b"lost.test" in (host if isinstance(host, bytes) else host.encode()):
            names.begun.release()
            names.over.wait()
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return RESOLVE(host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    yield names
    names.over.set()


async def test_a_look_up_that_hangs_ends_with_the_deadline(client: Client, lost: LostNames) -> None:
    with pytest.raises(FetchError, match=r"lost\.test timed out after 0\.1 s"):
        await get(client, "http://lost.test/", deadline=0.1)
    assert not lost.over.is_set()


async def test_look_ups_that_hang_delay_neither_others_nor_other_work(
    client: Client, site: ScriptedSite, lost: LostNames
) -> None:
    site.pages["/"] = Reply("Hello")
    urls = [f"http://{number}.lost.test/" for number in range(MORE_THAN_AN_EXECUTOR_HAS)]
    tasks = [asyncio.ensure_future(get(client, url)) for url in urls]
    async with asyncio.timeout(60):
        await lost.looked_up(len(tasks))
        page = await get(client, site.url.replace("127.0.0.1", "localhost"))
        assert page.content == b"Hello"
    assert not any(task.done() for task in tasks)
    lost.over.set()
    for error in await asyncio.gather(*tasks, return_exceptions=True):
        assert isinstance(error, FetchError)
        assert "Check the address and your connection" in str(error) or "Cannot look up" in str(error)


async def test_an_answer_that_comes_too_late_goes_unheard(client: Client, lost: LostNames) -> None:
    task = asyncio.ensure_future(get(client, "http://lost.test/"))
    await lost.looked_up(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    lost.over.set()
    for thread in [each for each in threading.enumerate() if each.name == "name"]:
        await asyncio.to_thread(thread.join)


async def test_where_no_thread_can_be_started_it_is_a_sentence(client: Client) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(FetchError, match="Could not connect to"):
            await get(client, "http://lost.test/")
