"""Things that fail at their k-th use: SQLite's statements, reads and writes of sockets, writes of files."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tuireader.store import connection


@dataclass
class Fault:
    """Counts uses, and strikes at one of them; 0 never strikes, and so only counts."""

    at: int = 0
    uses: int = 0
    struck: str | None = None
    """What it struck, where that has a name."""

    def strikes(self, what: str = "") -> bool:
        self.uses += 1
        if self.uses == self.at:
            self.struck = what
        return self.uses == self.at


def sqlite_error(code: int, words: str) -> sqlite3.OperationalError:
    """An error as SQLite gives it."""
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = code
    return error


@contextmanager
def failing_statements(fault: Fault, code: int, words: str, *, of: str = "") -> Iterator[None]:
    """The k-th statement fails before it does anything, as when the disk cannot be read, or is full.

    `of`: only statements with these words in them count.
    """
    execute, executemany = connection.Cursor.execute, connection.Cursor.executemany

    def broken(method: Callable[..., Any]) -> Callable[..., Any]:
        def run(self: connection.Cursor, *args: Any) -> Any:
            if of in args[0] and fault.strikes(args[0]):
                raise self.connection.as_store_error(sqlite_error(code, words))
            return method(self, *args)

        return run

    connection.Cursor.execute = broken(execute)  # type: ignore[method-assign]
    connection.Cursor.executemany = broken(executemany)  # type: ignore[method-assign]
    try:
        yield
    finally:
        connection.Cursor.execute = execute  # type: ignore[method-assign]
        connection.Cursor.executemany = executemany  # type: ignore[method-assign]


SOCKET_METHODS = ("recv", "send", "connect")
"""What asyncio does with a client's sockets; the servers of tests use other methods."""


@contextmanager
def failing_sockets(fault: Fault, *, silently: bool) -> Iterator[None]:
    """The k-th use of a TCP socket is reset by the peer; `silently`: what is read is the end of the stream."""
    kept = {name: getattr(socket.socket, name) for name in SOCKET_METHODS}

    def broken(name: str) -> Callable[..., Any]:
        def use(self: socket.socket, *args: Any) -> Any:
            if self.family == socket.AF_INET and fault.strikes():
                if silently and name == "recv":
                    return b""
                raise ConnectionResetError(104, os.strerror(104))
            return kept[name](self, *args)

        return use

    for name in SOCKET_METHODS:
        setattr(socket.socket, name, broken(name))
    try:
        yield
    finally:
        for name in SOCKET_METHODS:
            delattr(socket.socket, name)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Every write past that place in a file fails, whoever writes."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
