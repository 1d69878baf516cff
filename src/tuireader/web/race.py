"""Connecting to a host that has several addresses: whichever answers first (RFC 8305, “happy eyeballs”).

asyncio does the same, and where all addresses fail it forgets in which way.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import chain, zip_longest
from typing import Any, TypeVar

NEXT = 0.25
"""Seconds after which the next address is tried besides."""

Connected = TypeVar("Connected")


async def addresses_of(host: str, port: int) -> list[str]:
    """The addresses of a host, those of both families in turn; raises OSError."""
    infos = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return _in_turn(infos)


def _in_turn(infos: Iterable[tuple[Any, ...]]) -> list[str]:
    families: dict[int, dict[str, None]] = {}
    for family, _, _, _, where in infos:
        families.setdefault(family, {})[str(where[0])] = None
    return [each for each in chain.from_iterable(zip_longest(*families.values())) if each is not None]


async def first_of(
    addresses: Sequence[str],
    connect: Callable[[str], Awaitable[Connected]],
    let_go: Callable[[Connected], None],
) -> Connected:
    """What the first address gives that can be connected to; others that came as well are let go of.

    Raises the first error of all where none can.
    """
    left, running, failed = deque(addresses), set[asyncio.Task[Connected]](), list[BaseException]()
    try:
        while left or running:
            if left:
                running.add(asyncio.ensure_future(connect(left.popleft())))
            done, running = await asyncio.wait(
                running, timeout=NEXT if left else None, return_when=asyncio.FIRST_COMPLETED
            )
            came = [task.result() for task in done if task.exception() is None]
            failed += [error for task in done if (error := task.exception()) is not None]
            for more in came[1:]:
                let_go(more)
            if came:
                return came[0]
    finally:
        for task in running:
            task.cancel()
            task.add_done_callback(lambda task: _let_go_of(task, let_go))
    raise failed[0] if failed else OSError("the host has no address")


def _let_go_of(task: asyncio.Task[Connected], let_go: Callable[[Connected], None]) -> None:
    if not task.cancelled() and task.exception() is None:
        let_go(task.result())
