"""Passwords of accounts: from a command, the desktop's keyring, or the user.

None is stored by us, except in the keyring.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import select
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from contextvars import ContextVar
from types import ModuleType
from typing import Any

from tuireader.async_tools import settle
from tuireader.errors import SyncError
from tuireader.library.syncing.server import Login
from tuireader.model.feed import Account, Secret

SERVICE = "tuireader"
log = logging.getLogger("tuireader")
_CAN_WAIT = os.name == "posix"
_LENGTH_MAX = 4096
"""Maximum bytes of a password, and of a command's error."""
_POLL_INTERVAL = 0.05
"""Seconds between checks of whether the result is still wanted."""
_given_up: ContextVar[threading.Event | None] = ContextVar("given_up", default=None)
"""Set when the password is no longer wanted."""
_MOMENT = 1.0
"""Seconds for a command to end after it has printed its line."""
_running: set[subprocess.Popen[bytes]] = set()
_SECONDS = 60.0
"""Maximum seconds for a password command, which may itself ask the user for a password."""


async def login_in_thread(login_of: Callable[[Account], Login], account: Account) -> Login:
    """Run `login_of` in a thread, since it may wait for a command, a keyring or the user.

    On cancellation the command is ended, and nothing waits for the thread.
    """
    given_up, came = threading.Event(), Future[Login]()

    def look() -> None:
        _given_up.set(given_up)
        settle(came, lambda: login_of(account))

    threading.Thread(target=look, daemon=True).start()
    try:
        return await asyncio.shield(asyncio.wrap_future(came))
    finally:
        given_up.set()


def login_of(account: Account, ask: Callable[[Account], str] | None) -> Login:
    """The login of an account; `ask` prompts the user.

    Raises SyncError if there is no password.
    """
    password = _password(account.secret, account.url, account.user)
    if not password and ask is not None:
        password = ask(account)
    if not password:
        raise SyncError(
            f"No password for {account.name}. To set one: tuireader account add {account.url} --user "
            f"{account.user} --password-command CMD"
        )
    return Login(account.user, password, account.secret.is_token)


def _password(secret: Secret, url: str, user: str) -> str:
    if secret.command:
        return printed_by(secret.command)
    return from_keyring(url, user) if secret.in_keyring else ""


def printed_by(command: str) -> str:
    """The first line that a command prints; raises SyncError if it fails, without its output."""
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(  # noqa: S602 - it is the user's own command, as they typed it
            command,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        ) as process,
    ):
        _running.add(process)
        found = _FirstLine(process)
        found.start()
        try:
            is_late = not found.came(_SECONDS, _given_up.get())
            if not is_late:
                process.wait(_MOMENT)
        except subprocess.TimeoutExpired:
            is_late = not found.line
        finally:
            _end(process)
            _running.discard(process)
        found.join()  # it ends once the program has
        errors.seek(0)
        said = errors.read(_LENGTH_MAX).decode("utf-8", "replace").strip().splitlines()
    if is_late:
        raise SyncError(f"Password command timed out ({_SECONDS:.0f} s): {command}")
    if process.returncode > 0:
        raise SyncError(f"Password command failed ({said[-1] if said else process.returncode}): {command}")
    if not found.line:
        raise SyncError(f"Password command printed nothing: {command}")
    line = found.line.decode("utf-8", "replace")
    if not line.isprintable() or "\ufffd" in line or len(found.line) >= _LENGTH_MAX:
        raise SyncError(f"Password command printed an invalid password: {command}")
    return line


@atexit.register
def end_commands() -> None:
    """End the commands that still run: they are in sessions of their own, which no terminal ends."""
    for process in list(_running):
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children, if it still runs."""
    if process.poll() is not None:
        return
    if _CAN_WAIT:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


class _FirstLine(threading.Thread):
    """Reads the first line of a process's output, within a size limit.

    A child left behind may keep the output open for ever.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self._process = process
        self.line = b""

    def came(self, seconds: float, given_up: threading.Event | None) -> bool:
        """Wait for the line or the end of the program; False after `seconds`, or if `given_up` is set."""
        limit = time.monotonic() + seconds
        while self.is_alive() and time.monotonic() < limit and not (given_up and given_up.is_set()):
            self.join(_POLL_INTERVAL)
        return not self.is_alive()

    def run(self) -> None:
        """Read until the line ends, or the program."""
        output = self._process.stdout
        if output is None:
            return
        descriptor, read = output.fileno(), b""
        while b"\n" not in read and len(read) < _LENGTH_MAX:
            ready = select.select([descriptor], [], [], _MOMENT)[0] if _CAN_WAIT else [descriptor]
            if ready:
                piece = os.read(descriptor, _LENGTH_MAX)
                if not piece:
                    break
                read += piece
            elif self._process.poll() is not None:
                break
        self.line = read.split(b"\n", 1)[0].removesuffix(b"\r")[:_LENGTH_MAX]


def from_keyring(url: str, user: str) -> str:
    """The password in the desktop's keyring; "" if there is none."""
    return _asked(lambda keyring: keyring.get_password(SERVICE, _named(url, user))) or ""


def into_keyring(url: str, user: str, password: str) -> bool:
    """Store a password in the desktop's keyring; returns whether that worked."""

    def store(keyring: ModuleType) -> bool:
        keyring.set_password(SERVICE, _named(url, user), password)
        return True

    return bool(_asked(store))


def out_of_keyring(url: str, user: str) -> None:
    """Delete a password from the desktop's keyring."""
    _asked(lambda keyring: keyring.delete_password(SERVICE, _named(url, user)))


def _asked(work: Callable[[ModuleType], Any]) -> Any:
    """The result of a call of the keyring; None if there is no keyring, or it fails."""
    keyring = _keyring()
    try:
        return None if keyring is None else work(keyring)
    except Exception as error:  # noqa: BLE001 - a keyring raises the errors of its own libraries, too
        log.warning("The keyring fails: %r", error)
        return None


def _named(url: str, user: str) -> str:
    return f"{user} at {url}"


def _keyring() -> ModuleType | None:
    """The keyring library, if it is installed and has a usable keyring."""
    try:
        import keyring
        import keyring.backends.fail
        import keyring.errors
    except ImportError:
        return None
    return None if isinstance(keyring.get_keyring(), keyring.backends.fail.Keyring) else keyring
