"""Looking up names in threads that nobody waits for: a look-up cannot be called off, and may take minutes."""

from __future__ import annotations

import asyncio
import socket
import threading
from concurrent.futures import Future
from typing import Any


def look_up_apart() -> None:
    """Let the running loop look names up in threads of their own.

    Those of its executor are few, other work needs them meanwhile, and they are waited for when the program ends.
    """
    asyncio.get_running_loop().getaddrinfo = _look_up  # type: ignore[method-assign]


async def _look_up(host: bytes | str | None, port: bytes | str | int | None, **options: int) -> list[Any]:
    """`socket.getaddrinfo`, in place of the loop's own method."""
    answer: Future[list[Any]] = Future()
    answer.set_running_or_notify_cancel()  # from now on it cannot be cancelled: what comes too late goes unheard

    def run() -> None:
        try:
            answer.set_result(socket.getaddrinfo(host, port, **options))
        except Exception as error:  # noqa: BLE001 - it is raised where the answer is waited for
            answer.set_exception(error)

    try:
        threading.Thread(target=run, name="name", daemon=True).start()
    except RuntimeError as error:
        raise OSError("no more threads can be started") from error
    return await asyncio.wrap_future(answer)
