"""What is said of accounts, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.model.account import FOLDER, MINIFLUX
from tuireader.text.sentences import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tuireader.model.account import Account, Synced

_NAMED = 4
"""Feeds that are named where several are meant."""


def kind(account: Account) -> str:
    """Which server an account is on."""
    if account.kind == MINIFLUX:
        return "Miniflux"
    if account.kind == FOLDER:
        return "a shared folder"
    return "FreshRSS" if account.url.endswith("greader.php") else "a Google Reader server"


def ended(event: Synced) -> str:
    """What came of keeping an account in step."""
    turned = event.read + event.unread + event.starred + event.unstarred
    parts = [counted(event.new, "new article")] if event.new else []
    parts += [f"{counted(event.feeds, 'feed')} changed"] if event.feeds else []
    parts += [f"{counted(event.pushed, 'change')} told"] if event.pushed else []
    parts += [f"{counted(turned, 'mark')} taken over"] if turned else []
    return ", ".join(parts) or ("in step" if event.said else "nothing has changed")


def waiting(count: int, where: str) -> str:
    """That marks have not been told yet."""
    return f"{counted(count, 'mark')} {'waits' if count == 1 else 'wait'} for {where}"


def dropped(count: int, where: str) -> str:
    what = f"{counted(count, 'article')} that you changed"
    return f"{where} no longer has {what}: {'its' if count == 1 else 'their'} status stays on this device"


def of_account(account: Account, error: Exception) -> str:
    """What is wrong with an account; its name is said once, also where it is that of its host."""
    return str(error) if str(error).startswith(account.name) else f"{account.name}: {error}"


def ended_feeds(names: Sequence[str], where: str) -> str:
    """A sentence naming subscriptions that ended on the server."""
    some = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    return f"Followed no more on {where}, and so not here: {some}"


def kept_feed(name: str, where: str) -> str:
    return f"{name} is followed no more on {where}; here it stays, for what is starred or tagged in it."
