"""Where passwords come from, and that nothing else becomes of them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.errors
import pytest

from tuireader.errors import SyncError
from tuireader.library.syncing import passwords
from tuireader.library.syncing.passwords import login_in_thread, login_of
from tuireader.library.syncing.server import Login
from tuireader.model.feed import Account, Secret

URL = "https://rss.example"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="commands as a POSIX shell has them")


@pytest.mark.parametrize(
    ("command", "password"),
    [
        ("echo secret", "secret"),
        ("printf 'pässword & \"sound\"\\nmore\\n'", 'pässword & "sound"'),
        ("printf 'windows\\r\\n'", "windows"),
        ("printf 'no end'", "no end"),
        ("echo ' spaces '", " spaces "),
    ],
)
def test_it_is_the_first_line_that_is_printed(command: str, password: str) -> None:
    assert passwords.printed_by(command) == password


@pytest.mark.parametrize(
    "command",
    [
        "printf 'tok\\ren: x\\rX\\n'",
        "printf 'to\\033]0;k\\007\\n'",
        "printf '\\377\\376\\n'",
        "head -c 100000 /dev/zero | tr '\\0' x",
    ],
)
def test_what_is_no_password_is_refused_and_not_repeated(command: str) -> None:
    with pytest.raises(SyncError, match="Password command printed an invalid password") as raised:
        passwords.printed_by(command)
    assert str(raised.value).endswith(command)


def test_a_command_that_goes_on_is_not_waited_for() -> None:
    """One that never ends printing, and one that leaves a program behind, which holds its output open."""
    began = time.monotonic()
    assert passwords.printed_by("yes") == "y"
    assert passwords.printed_by("echo secret; sleep 50 & exit 0") == "secret"
    assert time.monotonic() - began < 40


def test_one_that_prints_nothing_and_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_SECONDS", 0.2)
    monkeypatch.setattr(passwords, "_MOMENT", 0.2)
    with pytest.raises(SyncError, match="Password command timed out"):
        passwords.printed_by("sleep 50")


class FakeKeyring(keyring.backend.KeyringBackend):  # type: ignore[misc, unused-ignore]
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError
        del self.kept[service, username]


def test_the_keyring_of_the_desktop_is_given_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: fake)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, getattr(fake, name))
    assert passwords.into_keyring(URL, "ann", "secret")
    assert list(fake.kept) == [("tuireader", f"ann at {URL}")]
    account = Account(1, "miniflux", "Work", URL, "ann", secret=Secret(in_keyring=True))
    assert passwords.login_of(account, None) == Login("ann", "secret")
    passwords.out_of_keyring(URL, "ann")
    passwords.out_of_keyring(URL, "ann")
    assert fake.kept == {}
    with pytest.raises(SyncError, match="No password for Work"):
        passwords.login_of(account, None)
    assert passwords.login_of(account, lambda _: "typed") == Login("ann", "typed")


@pytest.mark.parametrize("error", [keyring.errors.KeyringLocked, RuntimeError, OSError])
def test_a_keyring_that_fails_has_no_password(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    def fail(*_: object) -> None:
        raise error("no reply")

    monkeypatch.setattr(keyring, "get_keyring", FakeKeyring)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, fail)
    assert not passwords.into_keyring(URL, "ann", "secret")
    assert passwords.from_keyring(URL, "ann") == ""
    passwords.out_of_keyring(URL, "ann")


def test_without_a_keyring_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    assert not passwords.into_keyring(URL, "ann", "secret")
    assert passwords.from_keyring(URL, "ann") == ""
    passwords.out_of_keyring(URL, "ann")
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert not passwords.into_keyring(URL, "ann", "secret")


def test_a_login_does_not_show_its_password() -> None:
    assert (
        "secret" not in f"{Login('ann', 'secret')} {Login('ann', 'secret')!r} {SimpleNamespace(l=Login('a', 'secret'))}"
    )


def wait_for(is_so: Callable[[], object]) -> None:
    while not is_so():
        time.sleep(0.01)


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_command_is_ended_when_nobody_waits_for_it(tmp_path: Path) -> None:
    """Quitting does not wait for whoever is asked for the password of the password."""
    pid = tmp_path / "pid"
    account = Account(1, "miniflux", "Work", secret=Secret(f"echo $$ > {pid}; exec sleep 1000"))
    asked = asyncio.ensure_future(login_in_thread(lambda each: login_of(each, None), account))
    async with asyncio.timeout(30):
        await asyncio.to_thread(wait_for, lambda: pid.exists() and pid.read_text())
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await asyncio.to_thread(wait_for, lambda: not runs(int(pid.read_text())))


async def test_what_is_wrong_with_a_password_reaches_whoever_waits() -> None:
    account = Account(1, "miniflux", "Work", secret=Secret("exit 3"))
    with pytest.raises(SyncError, match="failed"):
        await login_in_thread(lambda each: login_of(each, None), account)


@pytest.mark.skipif(os.name != "posix", reason="sessions of processes")
def test_a_command_that_waits_ends_with_the_program(tmp_path: Path) -> None:
    """It is in a session of its own: neither the terminal nor the end of its parent ends it."""
    told = tmp_path / "number"
    script = (
        "import threading, time, pathlib\n"
        "from tuireader.library.syncing import passwords\n"
        f"ask = lambda: passwords.printed_by('echo $$ > {told}.new; mv {told}.new {told}; exec sleep 600')\n"
        "threading.Thread(target=ask, daemon=True).start()\n"
        f"while not (passwords._running and pathlib.Path('{told}').exists()): time.sleep(0.01)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
    number = int(told.read_text())
    until = time.monotonic() + 60
    while is_running(number) and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_running(number)


def is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
