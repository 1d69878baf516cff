"""A small web server on loopback that gives the demo magazine, conditionally and compressed like a real one."""

from __future__ import annotations

import gzip
import hashlib
import re
import socket
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from tuireader.demo.site import Answer, answer


@dataclass(frozen=True, slots=True)
class Served:
    """A request that was answered."""

    method: str
    target: str
    status: int


@dataclass(frozen=True, slots=True)
class DemoSite:
    """The running site."""

    url: str
    """Its home page, with a slash at the end."""
    served: deque[Served] = field(default_factory=lambda: deque(maxlen=10_000))
    """What it was asked, oldest first."""


@contextmanager
def serve(port: int = 0) -> Iterator[DemoSite]:
    """Run the demo site on 127.0.0.1, on a free port unless told which, until the `with` block ends."""
    server = _Server(("127.0.0.1", port), _Handler)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo-site", daemon=True
    )
    thread.start()
    try:
        yield server.site
    finally:
        server.shutdown()
        server.hang_up()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Threads that still wait on a kept-alive connection must not hold up the end of the program.
    block_on_close = False

    def __init__(self, *args: Any) -> None:
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(*args)
        self.base = f"http://127.0.0.1:{self.server_port}"
        self.site = DemoSite(self.base + "/")

    def server_bind(self) -> None:
        # The inherited one looks up the host's name, which may ask a name server and take seconds.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, peer = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, peer

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away; anything else is a bug and is shown."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """Refuse new connections and end the open ones, so that a stopped site answers nothing more."""
        self.server_close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one write
    timeout = 60

    def do_GET(self) -> None:
        self._reply(answer(self.server.base, self.path))

    do_HEAD = do_GET  # noqa: N815  the name that http.server calls

    def version_string(self) -> str:
        return "slow-terminal"

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal belongs to the app."""

    def _reply(self, given: Answer) -> None:
        packed = _wants_gzip(self.headers.get("Accept-Encoding", "")) and not given.content_type.startswith("image/")
        body = gzip.compress(given.body, mtime=0) if packed and given.body else given.body
        tag = f'"{hashlib.sha256(given.body).hexdigest()[:32]}"'
        status = HTTPStatus(given.status)
        if status == HTTPStatus.OK and self._unchanged(tag, given.modified):
            status = HTTPStatus.NOT_MODIFIED
        self.server.site.served.append(Served(self.command, self.path, int(status)))
        self.send_response(status)
        if given.status == HTTPStatus.OK:
            # The compressed bytes are another representation, so they may share only a weak tag (RFC 9110, 8.8.3).
            self.send_header("ETag", f"W/{tag}" if packed else tag)
            if given.modified:
                self.send_header("Last-Modified", format_datetime(given.modified, usegmt=True))
        self.send_header("Vary", "Accept-Encoding")
        for name, value in given.headers.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", given.content_type)
            if packed and given.body:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != HTTPStatus.NOT_MODIFIED and self.command != "HEAD":
            self.wfile.write(body)

    def _unchanged(self, tag: str, modified: datetime | None) -> bool:
        """Whether the client's copy is still good; a tag, where given, decides alone (RFC 9110, 13.2.2)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return tags.strip() == "*" or tag in re.findall(r'"[^"]*"', tags)
        since = self.headers.get("If-Modified-Since")
        if since is None or modified is None:
            return False
        try:
            known = parsedate_to_datetime(since)
        except ValueError:
            return False
        return modified <= (known if known.tzinfo else known.replace(tzinfo=UTC))


def _wants_gzip(accepted: str) -> bool:
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in {"gzip", "*"}:
            return not re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight)
    return False
