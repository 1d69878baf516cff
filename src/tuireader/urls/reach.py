"""Whether an address is inside the user's own network, and where a request for one may lead. Pure."""

from __future__ import annotations

from enum import Enum


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


def permission_from(reach: Reach) -> Permission:
    """The permission for what a page names: only a page inside the user's own network may lead there."""
    return Permission.ANYWHERE if reach is Reach.PRIVATE else Permission.PUBLIC_ONLY
