"""Parsed web addresses, as sent over the wire."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from tuireader.urls.hosts import is_valid_host

_PORTS = {"http": 80, "https": 443}
_LENGTH_MAX = 65_536
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_IPV6 = re.compile(r"\[([^\[\]]*)\](?::\d*)?")
_IPV4 = re.compile(r"\d+\.\d+\.\d+\.\d+")
# What must not stand in a part as it is; the escapes that are there stay.
_NOT_IN_PATH = re.compile('[ "#<>?`{}]|[^\x21-\x7e]')
_NOT_IN_QUERY = re.compile('[ "#<>]|[^\x21-\x7e]')
_NOT_IN_FRAGMENT = re.compile('[ "<>`]|[^\x21-\x7e]')

Origin = tuple[str, str, int]
"""Scheme, host and port, for which a connection can be reused."""


class AddressError(ValueError):
    """The address cannot be requested."""


@dataclass(frozen=True, slots=True)
class Address:
    """A web address without credentials."""

    scheme: str
    host: str
    """In lower case and ASCII; IPv6 addresses without brackets."""
    given_port: int | None
    """None for the default port."""
    path: str
    """"" or with a leading slash."""
    query: str = ""
    """With its question mark."""
    fragment: str = ""
    """With its `#`."""

    @property
    def port(self) -> int:
        return self.given_port or _PORTS[self.scheme]

    @property
    def target(self) -> str:
        return (self.path or "/") + self.query

    @property
    def origin(self) -> Origin:
        return self.scheme, self.host, self.port

    @property
    def name(self) -> str:
        """The host name as shown: punycode decoded."""
        if "xn--" not in self.host:
            return self.host
        import idna

        try:
            return idna.decode(self.host)
        except idna.IDNAError:
            return self.host

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.given_port is None else f"{host}:{self.given_port}"

    def join(self, other: str) -> Address:
        """Resolve an address relative to this one; raises AddressError."""
        if _CONTROL.search(other):
            raise AddressError("control characters")
        try:
            return parse_address(urljoin(str(self), other))
        except AddressError:
            raise
        except ValueError as error:
            raise AddressError(str(error)) from error

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}{self.query}{self.fragment}"


def parse_address(text: str) -> Address:
    """Parse an http or https address with a host; raises AddressError."""
    if len(text) > _LENGTH_MAX or _CONTROL.search(text):
        raise AddressError("too long, or with control characters")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise AddressError(str(error)) from error
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or "@" in parts.netloc or port == 0:
        raise AddressError("only http and https")
    host = _host(parts.netloc)
    if not is_valid_host(host):
        raise AddressError("no host that can be")
    path = _escaped(_NOT_IN_PATH, _without_dots(parts.path))
    mark = text.partition("#")[0].find("?") >= 0  # a query may be empty, and is asked for all the same
    query = f"?{_escaped(_NOT_IN_QUERY, parts.query)}" if mark else ""
    fragment = f"#{_escaped(_NOT_IN_FRAGMENT, parts.fragment)}" if "#" in text else ""
    return Address(scheme, host, None if port == _PORTS[scheme] else port, path, query, fragment)


def _host(netloc: str) -> str:
    if bracketed := _IPV6.fullmatch(netloc):
        if "%" in bracketed[1]:
            raise AddressError("a zone, which is of one machine only")
        return _checked(ipaddress.IPv6Address, bracketed[1])
    host = netloc.partition(":")[0].lower()
    if _IPV4.fullmatch(host):
        return _checked(ipaddress.IPv4Address, host)
    if host.isascii():
        return host
    import idna

    try:
        return idna.encode(host).decode("ascii")
    except idna.IDNAError as error:
        raise AddressError(str(error)) from error


def _checked(kind: Callable[[str], object], host: str) -> str:
    try:
        kind(host)
    except ValueError as error:
        raise AddressError(str(error)) from error
    return host


def _without_dots(path: str) -> str:
    """A path without `.` and `..` (RFC 3986, 5.2.4)."""
    parts = path.split("/")
    if "." not in parts and ".." not in parts:
        return path
    kept: list[str] = []
    for part in parts:
        if part == "..":
            del kept[max(1, len(kept) - 1) :]
        elif part != ".":
            kept.append(part)
    if parts[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


def _escaped(odd: re.Pattern[str], text: str) -> str:
    return odd.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace")), text)
