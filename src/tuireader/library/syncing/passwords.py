"""Where the passwords of accounts come from: what a program prints, the keyring of the desktop, or whoever is asked.

None is ever kept by us, nor written anywhere but into the keyring.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tuireader.errors import SyncError
from tuireader.library.syncing.server import Login

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from tuireader.model.account import Account, Secret

SERVICE = "tuireader"
_SECONDS = 60.0
"""For so long a program may ask whoever sits there for a password of its own."""


def login_of(account: Account, ask: Callable[[Account], str] | None) -> Login:
    """What to sign in to an account with; `ask` asks whoever sits there, if anybody does.

    Raises SyncError where there is no password to be had.
    """
    password = _password(account.secret, account.url, account.user)
    if not password and ask is not None:
        password = ask(account)
    if not password:
        raise SyncError(
            f"The password of {account.name} is not known here; give one with: tuireader account add {account.url}"
            " --password-command …"
        )
    return Login(account.user, password, account.secret.is_token)


def _password(secret: Secret, url: str, user: str) -> str:
    if secret.command:
        return printed_by(secret.command)
    return from_keyring(url, user) if secret.in_keyring else ""


def printed_by(command: str) -> str:
    """The first line that a command prints; raises SyncError where it fails."""
    try:
        done = subprocess.run(  # noqa: S602 - it is the user's own command, as they typed it
            command, shell=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SyncError(f"The command for the password did not end within {_SECONDS:.0f} seconds: {command}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise SyncError(f"The command for the password failed ({said[-1] if said else done.returncode}): {command}")
    found = done.stdout.decode("utf-8", "replace").split("\n", 1)[0].rstrip("\r")
    if not found:
        raise SyncError(f"The command for the password printed nothing: {command}")
    return found


def from_keyring(url: str, user: str) -> str:
    """The password that the keyring of the desktop has; empty where it has none, or there is no keyring."""
    keyring = _keyring()
    if keyring is None:
        return ""
    try:
        return keyring.get_password(SERVICE, _named(url, user)) or ""
    except keyring.errors.KeyringError:
        return ""


def into_keyring(url: str, user: str, password: str) -> bool:
    """Give a password to the keyring of the desktop; whether there is one that takes it."""
    keyring = _keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(SERVICE, _named(url, user), password)
    except keyring.errors.KeyringError:
        return False
    return True


def out_of_keyring(url: str, user: str) -> None:
    """Take a password out of the keyring of the desktop."""
    keyring = _keyring()
    if keyring is not None:
        try:
            keyring.delete_password(SERVICE, _named(url, user))
        except keyring.errors.KeyringError:
            return


def _named(url: str, user: str) -> str:
    return f"{user} at {url}"


def _keyring() -> ModuleType | None:
    """The library, where it is installed and there is a keyring that it can reach."""
    try:
        import keyring
        import keyring.backends.fail
        import keyring.errors
    except ImportError:
        return None
    return None if isinstance(keyring.get_keyring(), keyring.backends.fail.Keyring) else keyring
