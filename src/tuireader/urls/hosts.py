"""Absolute addresses, hosts and servers. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
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
    """Whether there are addresses, and all lead from a page at `url` to other sites; relative ones do not."""
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
    """The explicit port of an address; None for the default."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return -1
    return None if port == _DEFAULT_PORTS.get(parts.scheme) else port


def is_reachable_host(host: str) -> bool:
    """Whether an ASCII host has the form of a name or an IP address."""
    if _NAME.fullmatch(host):
        return all(len(label) <= 63 for label in host.split("."))
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


_UNSAFE = r"[^\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e\xa1-\U0010ffff]+"
"""Compiled on first use, since the start does not need it."""

# An address that means the same wherever it stands, and in which nothing is to be escaped.
_WHOLE = re.compile(r"https?://[a-z0-9][a-z0-9.-]*(?::[0-9]{1,4})?(?:/[\w/.~%+-]*(?:\?[\w=&.~%+-]+)?)?", re.ASCII)


ADDRESS_MAX = 65_536
"""Maximum characters of an address that others give."""


def join(base: str, link: str) -> str:
    """`link` relative to a base; raises ValueError. Without one if that is absurd: each link takes its length."""
    return urljoin("" if is_absurd(base) else base, link)


def is_absurd(base: str) -> bool:
    return len(base) > _BASE_MAX or base.count("/") > _BASE_DEPTH


def absolute(link: object, base: str) -> str:
    """`link` as an absolute http(s) address, relative to `base`, without a login; "" if it is none, or too long.

    Others, as servers and programs do, put the login of a feed into all that they resolve by its address.
    """
    address = absolute_as_typed(link, base)
    if "@" not in address:
        return address
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def absolute_as_typed(link: object, base: str) -> str:
    """As `absolute`, with a login."""
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
