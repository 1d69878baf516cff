"""Accounts and their credentials."""

from __future__ import annotations

from dataclasses import dataclass

LOCAL = 0
"""The id of the local account."""

MINIFLUX, GREADER = "miniflux", "greader"
"""Types of accounts: Miniflux's REST API, and the Google Reader API of FreshRSS and others."""
FOLDER = "folder"
"""The type of a shared folder, in which each device writes its own files."""


UNFILED = "Uncategorized"
"""The folder of feeds without one, if their server names none."""
_UNFILED = frozenset({
    "", "all", "uncategorized", "unkategorisiert", "sans catégorie", "sin categorizar", "senza categoria",
    "sem categoria", "niet ingedeeld", "pas triat", "bez kategórie", "brak kategorii", "nezařazeno", "neklasificēts",
    "kategorisiz", "kategória nélküli", "без категории", "ללא קטגוריה", "دسته بندی نشده", "未分类",
    "未分類", "분류 없음",
})  # fmt: skip
"""Names that servers give to the folder of feeds without one, FreshRSS in the language of its user."""


def is_unfiled(folder: str) -> bool:
    """Whether a folder of an account holds the feeds without one."""
    return folder.strip().casefold() in _UNFILED


@dataclass(frozen=True, slots=True)
class Secret:
    """How the password or token of an account is obtained; never the secret itself."""

    command: str = ""
    """A command that prints it on its first line; "" if it is typed or in the desktop's keyring."""
    is_token: bool = False
    """Whether it is an API token instead of a password."""
    in_keyring: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An account on a server, without credentials."""

    id: int
    kind: str
    """The protocol."""
    name: str
    url: str = ""
    user: str = ""
    syncs: bool = False
    """Whether marks of its articles go into the outbox."""
    cursor: str = ""
    """How far it was synced, in terms of its protocol."""
    secret: Secret = Secret()
