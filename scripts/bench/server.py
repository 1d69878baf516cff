"""Serves a folder of feeds on loopback, with ETags and 304s, until its stdin closes.

`python server.py FOLDER [HOSTS DELAY]`: at so many addresses of loopback, 127.0.0.1 and on, with so many seconds before
each answer.

It is a process of its own, so that no measured program shares its interpreter, and does as little as a server can. It
prints its port. Told `count` on stdin, it prints how many 200s and 304s it gave since the last time; told a folder, it
serves that one from then on.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import ClassVar

_LAST_MODIFIED = b"Thu, 15 Jan 2026 12:00:00 GMT"


class FeedServer(asyncio.Protocol):
    """One connection: HTTP/1.1, GET, kept alive."""

    folder = Path()
    delay = 0.0
    given: ClassVar = {200: 0, 304: 0, 404: 0}

    def __init__(self) -> None:
        """Serve `folder/N.xml` as `/N/feed/`."""
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - says to mypy what TCP gives
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, self._waiting = self._waiting.split(b"\r\n\r\n", 1)
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self._transport.write, self._answer(head))
            else:
                self._transport.write(self._answer(head))

    def _answer(self, head: bytes) -> bytes:
        first, *lines = head.split(b"\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
        number = first.split(b" ")[1].strip(b"/").partition(b"/")[0].decode("ascii", "replace")
        path = self.folder / f"{number}.xml"
        if not number.isdigit() or not path.is_file():
            self.given[404] += 1
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        etag = f'"{number}-{path.stat().st_size:x}"'.encode()
        validators = b"ETag: %b\r\nLast-Modified: %b\r\n" % (etag, _LAST_MODIFIED)
        if headers.get(b"if-none-match") == etag:
            self.given[304] += 1
            return b"HTTP/1.1 304 Not Modified\r\n%b\r\n" % validators
        self.given[200] += 1
        body = path.read_bytes()
        about = b"Content-Type: application/rss+xml; charset=UTF-8\r\nContent-Length: %d\r\n" % len(body)
        return b"HTTP/1.1 200 OK\r\n%b%b\r\n%b" % (validators, about, body)


async def serve(folder: Path, hosts: int = 1, delay: float = 0.0) -> None:
    """Serve until stdin closes, which is when the process that started this one ends."""
    loop = asyncio.get_running_loop()
    FeedServer.folder, FeedServer.delay = folder, delay
    server = await loop.create_server(FeedServer, "127.0.0.1", 0, backlog=256)
    port = server.sockets[0].getsockname()[1]
    others = [f"127.0.0.{number}" for number in range(2, hosts + 1)]
    if others:
        await loop.create_server(FeedServer, others, port, backlog=16)
    print(port, flush=True)
    while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        if line != "count":
            FeedServer.folder = Path(line)
        print(FeedServer.given[200], FeedServer.given[304], flush=True)
        FeedServer.given.update({200: 0, 304: 0})


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), *map(int, sys.argv[2:3]), *map(float, sys.argv[3:4])))
