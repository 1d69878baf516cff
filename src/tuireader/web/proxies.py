"""The proxies that the environment names, and a stream through a SOCKS proxy. The only door to python-socks."""

from __future__ import annotations

import ipaddress
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass  # noqa: TID251 - they ask nobody

from tuireader.errors import FetchError
from tuireader.web.transport import ProxyRefusedError

if TYPE_CHECKING:
    import socket

    from tuireader.web.address import Address

_PORTS = {"http": 80, "https": 443, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080}
_LONGEST = 3600.0
"""Seconds after which python-socks would give up; the deadline of a request comes first."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy, by its address."""

    scheme: str
    host: str
    port: int
    user: str
    password: str

    @property
    def is_socks(self) -> bool:
        """Whether it passes on bytes and knows nothing of HTTP."""
        return self.scheme.startswith("socks")

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What an HTTP proxy is sent with each request, and nobody else."""
        if not (self.user or self.password):
            return []
        return [(b"Proxy-Authorization", b"Basic " + b64encode(f"{self.user}:{self.password}".encode()))]

    async def stream(self, where: str, address: Address) -> socket.socket:
        """Open a stream through the SOCKS proxy at `where`; the proxy resolves the host name.

        Raises OSError where the proxy cannot be reached, and ProxyRefusedError where it does not connect.
        """
        from python_socks import ProxyConnectionError, ProxyError, ProxyType
        from python_socks.async_.asyncio import Proxy as Stream

        kind = ProxyType.SOCKS5 if self.scheme.startswith("socks5") else ProxyType.SOCKS4
        stream = Stream(kind, where, self.port, self.user or None, self.password or None, rdns=True)
        try:
            return await stream.connect(address.host, address.port, _LONGEST)
        except ProxyConnectionError as error:
            raise OSError(error.errno, str(error)) from error
        except (ProxyError, AssertionError, ValueError) as error:  # also where it answers what no proxy may
            raise ProxyRefusedError(str(error)) from error


class Proxies:
    """Which proxy is asked for which address."""

    def __init__(self) -> None:
        """Read the environment, or the settings of the system; raises FetchError where a proxy makes no sense."""
        found = getproxies()
        self._by_scheme = {name: _proxy(found[name]) for name in ("http", "https", "all") if found.get(name)}
        self._networks = [network for each in found.get("no", "").split(",") if (network := _network(each)) is not None]
        if any(proxy.is_socks for proxy in self._by_scheme.values()):
            import_module("python_socks.async_.asyncio")  # else the loop would wait for it while a key may

    def of(self, address: Address) -> Proxy | None:
        """The proxy for an address; None where it is asked directly."""
        proxy = self._by_scheme.get(address.scheme) or self._by_scheme.get("all")
        return None if proxy is None or self._is_left_out(address) else proxy

    def _is_left_out(self, address: Address) -> bool:
        with suppress(ValueError):
            ip = ipaddress.ip_address(address.host)
            if any(ip in network for network in self._networks):
                return True
        return bool(proxy_bypass(address.host))


def _proxy(text: str) -> Proxy:
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError) as error:
        raise _no_sense() from error
    if not parts.hostname or parts.scheme not in _PORTS:
        raise _no_sense()
    return Proxy(parts.scheme, parts.hostname, port, unquote(parts.username or ""), unquote(parts.password or ""))


def _no_sense() -> FetchError:
    return FetchError("The proxy that your environment names cannot be used: check HTTP_PROXY and ALL_PROXY")


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip().strip("[]"), strict=False)
    except ValueError:
        return None
