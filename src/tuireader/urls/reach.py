"""Whether an address is inside the user's own network, and where a request for one may lead. Pure."""

from __future__ import annotations

from enum import Enum

from tuireader.urls.hosts import host_of
from tuireader.urls.private import is_private_name


class Reach(Enum):
    """Where a server is, as seen from the user."""

    PUBLIC = "public"
    PRIVATE = "private"
    """Inside the user's own network."""
    UNKNOWN = "unknown"
    """It was not asked yet since its address was given, or only a proxy knows."""


class Permission(Enum):
    """Where a request may connect to, after redirects too."""

    PUBLIC_ONLY = "public only"
    ANYWHERE = "anywhere"
    AS_GIVEN = "as given"
    """The user gave the address: it may be inside the own network itself, and may lead there only if it is."""


def permission_for(url: str, given: str, reach: Reach) -> Permission:
    """The permission for an address that was found at one which the user gave, or is that itself.

    It may be inside the user's own network only if the one given was there at that time, as its name or `reach` says.
    Where that is not known, its host itself may be there: it is what the user gave.
    """
    inside = Reach.PRIVATE if is_private_name(host_of(given)) else reach
    if inside is not Reach.PUBLIC and host_of(url) == host_of(given):
        return Permission.AS_GIVEN
    return permission_from(inside)


def permission_from(reach: Reach) -> Permission:
    """The permission for what a page names: only a page inside the user's own network may lead there."""
    return Permission.ANYWHERE if reach is Reach.PRIVATE else Permission.PUBLIC_ONLY
