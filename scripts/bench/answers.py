"""A server in this process, for rows whose pages are made of what is asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Answer(NamedTuple):
    """What an address gives."""

    body: bytes
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


@contextmanager
def served(answer: Callable[[str], Answer]) -> Iterator[str]:
    """Give each path that is asked for to `answer`; the address that the paths are under."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            given = answer(self.path)
            self.send_response(200)
            for name, value in (("Content-Type", given.kind), *given.headers):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            self.wfile.write(given.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
