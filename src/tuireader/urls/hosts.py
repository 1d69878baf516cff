"""Hosts of addresses, and whether they are in a private network."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from enum import Enum
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from tuireader.text.printable import printable

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")

_BASE_MAX, _BASE_DEPTH = 500, 100
"""Maximum characters and slashes of an address to which links are relative."""

Server = tuple[str, str, int | None]
"""Scheme, host, and port unless it is the default."""


def host_of(url: str) -> str:
    """The host of an address in lower case; "" if there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def named_host(url: str) -> str:
    """The host as shown in messages, with an explicit port."""
    try:
        port = urlsplit(url).port
    except ValueError:
        return ""
    return f"{host_of(url)}:{port}" if port else host_of(url)


def authority(url: str) -> str:
    """The host of an address, with its port unless it is the default; http and https count as the same."""
    port = _port_class(url)
    return host_of(url) if port is None else f"{host_of(url)}:{port}"


def short_host(url: str) -> str:
    return printable(host_of(url).removeprefix("www."))


def same_host(one: str, other: str) -> bool:
    """Whether two addresses have the same host and port; http and https count as the same."""
    return authority(one) == authority(other) and host_of(one) != ""


def site_of(host: str) -> str:
    return ".".join(host.split(".")[-2:])


def lead_elsewhere(addresses: Iterable[str], url: str) -> bool:
    """Whether there are addresses, all of other sites than the page at `url`; relative ones are of its site."""
    here = site_of(host_of(url))
    sites = {site_of(host_of(address)) or here for address in addresses}
    return bool(here and sites) and here not in sites


def server_of(url: str) -> Server:
    """The server of an address; ("", "", None) if it is invalid."""
    try:
        return urlsplit(url).scheme, host_of(url), _port_class(url)
    except ValueError:
        return "", "", None


def _port_class(url: str) -> int | None:
    """The explicit port of an address; None for the default, -1 if it is invalid."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return -1
    return None if port == _DEFAULT_PORTS.get(parts.scheme) else port


def is_valid_host(host: str) -> bool:
    """Whether an ASCII host has the form of a name or an IP address."""
    if _NAME.fullmatch(host):
        return all(len(label) <= 63 for label in host.split("."))
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


_UNSAFE = r"[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e\xa1-\U0010ffff]+"
"""Pattern of what must be escaped in an address; compiled on first use, since the start does not need it."""

# An address that means the same wherever it stands, and in which nothing is to be escaped.
_WHOLE = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?::[0-9]{1,4})?(?:/[\w/.~%+-]*(?:\?[\w=&.~%+-]+)?)?", re.ASCII)


ADDRESS_MAX = 65_536
"""Maximum characters of an address that others give."""


def join(base: str, link: str) -> str:
    """Resolve a link against a base address; raises ValueError.

    A base that is absurdly long or deep is ignored, since each link would get its length.
    """
    return urljoin("" if is_absurd(base) else base, link)


def is_absurd(base: str) -> bool:
    return len(base) > _BASE_MAX or base.count("/") > _BASE_DEPTH


def absolute(link: object, base: str) -> str:
    """A link as an absolute http(s) address, resolved against `base`, without login; "" if invalid or too long.

    A login is removed because some servers and programs copy that of a feed's address into each link that they
    resolve.
    """
    address = absolute_as_typed(link, base)
    if "@" not in address:
        return address
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def absolute_as_typed(link: object, base: str) -> str:
    """As `absolute`, but a login stays."""
    if not isinstance(link, str) or len(link) > ADDRESS_MAX or not link.strip():
        return ""
    if _WHOLE.fullmatch(link):
        return link
    try:
        address = join(base, printable(link).strip())
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:  # such as http://[
        return ""
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    return re.sub(_UNSAFE, _quoted, address)


def _quoted(match: re.Match[str]) -> str:
    return quote(match[0], safe="")


class Reach(Enum):
    """Whether a server is on the public internet, or in the user's private network."""

    PUBLIC = "public"
    PRIVATE = "private"
    UNKNOWN = "unknown"
    """Not requested since the address was given, or only a proxy knows."""


class Permission(Enum):
    """Where a request may connect, including redirects."""

    PUBLIC_ONLY = "public only"
    ANYWHERE = "anywhere"
    AS_GIVEN = "as given"
    """For an address from the user: it may be private, and only then may it lead to private addresses."""


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
    """The permission to request `url`, which is `given` by the user or was found at that address.

    It may be private only if `given` was private when the user entered it, as `reach` or its name says. If that is
    unknown, only the host of `given` itself may be. For addresses from servers or other machines, `reach` must be
    PUBLIC.
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
    """Whether only the user's own network knows a host's name: it is private, or below no public suffix."""
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
