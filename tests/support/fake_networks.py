"""Two networks on loopback: 127.0.0.1 plays the public internet, 127.0.0.2 the reader's own network."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest

from tuireader.urls import hosts, typed_and_shown
from tuireader.web import client, connection_pool

OUTSIDE, INSIDE = "127.0.0.1", "127.0.0.2"
RESOLVE = socket.getaddrinfo


def two_networks(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Set them up for a test, and give the names that can be looked up, with their addresses: they may change."""
    with socket.socket() as probe:
        try:
            probe.bind((INSIDE, 0))
        except OSError:
            pytest.skip("this system has only one loopback address")
    names = {"public.org": OUTSIDE, "inside.test": INSIDE}

    def resolve(host: Any, *args: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return RESOLVE(names.get(name, name), *args, **options)

    def private_address(address: hosts.IPAddress) -> bool:
        return address != ipaddress.ip_address(OUTSIDE) and is_private_address(address)

    def private_name(host: str) -> bool:
        return host != OUTSIDE and is_private_name(host)

    is_private_address, is_private_name = hosts.is_private_address, hosts.is_private_name
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(connection_pool, "is_private_address", private_address)
    for module in (hosts, client, typed_and_shown):
        monkeypatch.setattr(module, "is_private_name", private_name)
    return names
