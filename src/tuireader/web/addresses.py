"""What can be said of an address without asking the network. Pure."""

from __future__ import annotations

import base64
import ipaddress
import re
from urllib.parse import unquote, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# What no host on the public internet has, and what Python 3.11 takes for public: site-local addresses, NAT64 of one's
# own network (RFC 8215), IPv4 addresses in disused wrappings, documentation (RFC 9637), segment routing (RFC 9602).
_INSIDE = tuple(
    map(ipaddress.IPv6Network, ("fec0::/10", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96", "3fff::/20", "5f00::/16"))
)

# Meant for measuring networks. Proxies that take over a whole machine answer with it for every public name.
_STAND_INS = ipaddress.IPv4Network("198.18.0.0/15")

_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?")

Server = tuple[str, str, int | None]
"""Scheme, host, and port where it is unusual: what answers or does not."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def split_credentials(url: str) -> tuple[str, str | None]:
    """The address without `name:password@` and without `#fragment`, and the `name:password` as written, if any.

    Raises ValueError for what cannot be taken apart.
    """
    parts = urlsplit(url)
    userinfo, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=host, fragment="")), userinfo if at else None


def with_credentials_of(url: str, typed: str) -> str:
    """`url` with the name and password of `typed`, where they may go along: see `may_go_along`."""
    try:
        userinfo = split_credentials(typed)[1]
        parts = urlsplit(url)
    except ValueError:
        return url
    if not userinfo or "@" in parts.netloc or not may_go_along(typed, url):
        return url
    return urlunsplit(parts._replace(netloc=f"{userinfo}@{parts.netloc}"))


def basic_authorization(userinfo: str) -> str:
    """The Authorization header's value for a `name:password` as written in an address (RFC 7617, UTF-8)."""
    name, _, password = userinfo.partition(":")
    pair = f"{unquote(name)}:{unquote(password)}".encode()
    return "Basic " + base64.b64encode(pair).decode("ascii")


def host_of(url: str) -> str:
    """The host of an address in lower case; empty where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def same_host(one: str, other: str) -> bool:
    """Whether two addresses name the same host on the same port, http and https of one site counting as the same."""
    return host_of(one) == host_of(other) != "" and _port_class(one) == _port_class(other)


def server_of(url: str) -> Server:
    """The server of an address; of one that cannot be taken apart, nothing."""
    try:
        return urlsplit(url).scheme, host_of(url), _port_class(url)
    except ValueError:
        return "", "", None


def may_go_along(given: str, url: str) -> bool:
    """Whether a password given for one address may be sent to the other: the same host, and never down to http."""
    downgraded = urlsplit(given).scheme == "https" and urlsplit(url).scheme != "https"
    return same_host(given, url) and not downgraded


def _port_class(url: str) -> int | None:
    """The port that is written in an address; None for the usual port of its scheme."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return -1
    return None if port == _DEFAULT_PORTS.get(parts.scheme) else port


def private_ok_for(url: str, given: str, *, private: bool | None) -> bool | None:
    """What to tell `get` about an address that was found at one which the reader gave, or is that itself.

    It may be inside the reader's own network only if the one given was there at that time, as its name or `private`
    says. Where that is not known, its host itself may be there (None): it is what the reader gave.
    """
    inside = is_private_name(host_of(given)) or private
    if inside is not False and host_of(url) == host_of(given):
        return None
    return bool(inside)


def is_reachable_host(host: str) -> bool:
    """Whether a host, in ASCII, has a form that a name or an IP address can have."""
    if _NAME.fullmatch(host):
        return all(len(label) <= 63 for label in host.split("."))
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


def is_private_name(host: str) -> bool:
    """Whether a host's very name says that it is inside the reader's network: localhost, or a private IP address."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return is_private_address(ipaddress.ip_address(name))
    except ValueError:
        return False


def is_private_address(address: IPAddress) -> bool:
    """Whether an IP address is not one of the public internet: loopback, private, link-local, multicast, reserved.

    An IPv4 address that is wrapped in an IPv6 one (mapped, 6to4, NAT64) is judged by itself.
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
    return not address.is_global or address.is_multicast
