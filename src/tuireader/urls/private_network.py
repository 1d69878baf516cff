"""Private addresses, and where requests may lead."""

from __future__ import annotations

import ipaddress
import re
from enum import Enum

from tuireader.urls.hosts import host_of


class Reach(Enum):
    """Where a server is, seen from the user."""

    PUBLIC = "public"
    PRIVATE = "private"
    UNKNOWN = "unknown"
    """Not requested since the address was given, or only a proxy knows."""


class Permission(Enum):
    """Where a request may connect, including redirects."""

    PUBLIC_ONLY = "public only"
    ANYWHERE = "anywhere"
    AS_GIVEN = "as given"
    """The user gave the address: it may be private, and may lead to private addresses only if it is."""


def permission_from(reach: Reach) -> Permission:
    """The permission for addresses on a page: only private pages may lead to private addresses."""
    return Permission.ANYWHERE if reach is Reach.PRIVATE else Permission.PUBLIC_ONLY


_NUMBERS = re.compile(r"(?:0x[0-9a-f]+|[0-9]+)(?:\.(?:0x[0-9a-f]+|[0-9]+)){0,3}", re.ASCII)
"""An IPv4 address in any spelling that systems resolve, such as 127.1."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# What no host on the public internet has, and what Python 3.11 takes for public: site-local addresses, NAT64 of one's
# own network (RFC 8215), IPv4 addresses in disused wrappings, documentation (RFC 9637), segment routing (RFC 9602).
_INSIDE = tuple(
    map(ipaddress.IPv6Network, ("fec0::/10", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96", "3fff::/20", "5f00::/16"))
)

_LOCAL = (".home.arpa", ".fritz.box")
"""Public suffixes under which local networks have their names."""

# Meant for measuring networks. Proxies that take over a whole machine answer with it for every public name.
_STAND_INS = ipaddress.IPv4Network("198.18.0.0/15")

_RELAYS = ipaddress.IPv4Network("192.88.99.0/24")
"""Disused relays of 6to4 (RFC 7526)."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def permission_for(url: str, given: str, reach: Reach) -> Permission:
    """The permission for an address found at one that the user gave, or for that itself.

    It may be inside the user's own network only if the one given was there at that time, as `reach` or its name says.
    Where that is not known, its host itself may be there: it is what the user gave. An address that others gave (a
    server, another machine) has the reach PUBLIC, whatever its name.
    """
    is_inside = reach is Reach.UNKNOWN and is_private_name(host_of(given))
    inside = Reach.PRIVATE if is_inside else reach
    if inside is not Reach.PUBLIC and host_of(url) == host_of(given):
        return Permission.AS_GIVEN
    return permission_from(inside)


def is_private_name(host: str) -> bool:
    """Whether a host is private by its name alone: localhost, a private IP address, or numbers that are no address."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        if _NUMBERS.fullmatch(name):
            return is_private_address(_of_numbers(name))
        return is_private_address(ipaddress.ip_address(name))
    except ValueError:
        return _NUMBERS.fullmatch(name) is not None


def is_inside_by_name(host: str) -> bool:
    """Whether only the user's own network knows a host's name: private, or of no public domain."""
    name = host.strip("[]").rstrip(".").lower()
    return is_private_name(name) or f".{name}".endswith(_LOCAL) or not (_is_address(name) or _is_registered(name))


def _is_address(name: str) -> bool:
    return ":" in name or _NUMBERS.fullmatch(name) is not None


def _is_registered(name: str) -> bool:
    """Whether a name is below a suffix under which names are registered."""
    from tld import get_tld

    return "." in name and get_tld(name, fail_silently=True, fix_protocol=True) is not None


def _of_numbers(name: str) -> ipaddress.IPv4Address:
    """The IPv4 address of one to four numbers, the last of which fills the rest; raises ValueError."""
    *first, last = (int(part, 16 if part[:2] == "0x" else 8 if part[0] == "0" else 10) for part in name.split("."))
    if any(part > 255 for part in first) or last >= 256 ** (4 - len(first)):
        raise ValueError(name)
    return ipaddress.IPv4Address(sum(part << (8 * (3 - at)) for at, part in enumerate(first)) + last)


def is_private_address(address: IPAddress) -> bool:
    """Whether an IP address is not public: loopback, private, link-local, multicast, reserved.

    An embedded IPv4 address (mapped, 6to4, NAT64) is judged by itself.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_private_address(inner)
        if any(address in network for network in _INSIDE):
            return True
    elif address in _STAND_INS:
        return False
    elif address in _RELAYS:
        return True
    return not address.is_global or address.is_multicast
