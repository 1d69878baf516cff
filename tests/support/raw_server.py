"""Loopback servers over bare sockets, for what no well-behaved server would say."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

Talk = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
CERTIFICATE = Path(__file__).parent.parent / "data" / "web" / "untrusted.pem"
"""Of this machine's own names, vouched for by nobody, with its key."""


def server_context() -> ssl.SSLContext:
    """What a server speaks https with; nobody trusts it who is not told to."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@dataclass
class RawServer:
    """`talk` gets each request's head and writes what it likes."""

    talk: Talk
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    """What came with requests that have a body, in their order."""
    connections: int = 0
    now_open: int = 0
    most_open: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.now_open += 1
        self.most_open = max(self.most_open, self.now_open)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                if length is not None:
                    self.bodies.append(await reader.readexactly(int(length[1])))
                await self.talk(head, writer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return  # the client went away, as some tests want it to
        finally:
            self.now_open -= 1
            writer.close()


Serve = Callable[..., Awaitable[RawServer]]


@asynccontextmanager
async def raw_servers() -> AsyncIterator[Serve]:
    """Start raw servers with `await start(talk)`; all end with the block."""
    running: list[asyncio.Server] = []
    tasks: set[asyncio.Task[None]] = set()

    async def start(
        talk: Talk, *, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
    ) -> RawServer:
        raw = RawServer(talk)

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(raw.serve(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(connected, host, port, ssl=tls)
        raw.port = server.sockets[0].getsockname()[1]
        running.append(server)
        return raw

    try:
        yield start
    finally:
        for server in running:
            server.close()
        for task in list(tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def reply(body: bytes = b"", *headers: str, status: str = "200 OK") -> bytes:
    """A whole response with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def saying(answer: bytes, *, hang_up: bool = False) -> Talk:
    """A talk that always gives the same answer, and may close the connection after it."""

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        if hang_up:
            await writer.drain()
            writer.close()

    return talk


def redirect(location: str, status: str = "302 Found") -> bytes:
    """A redirect."""
    return reply(b"", f"Location: {location}", status=status)
