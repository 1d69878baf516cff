from __future__ import annotations

import ipaddress

import pytest

from tuireader.urls.hosts import Permission, Reach, is_private_address, is_private_name, permission_for

PUBLIC_ONLY, ANYWHERE, AS_GIVEN = Permission.PUBLIC_ONLY, Permission.ANYWHERE, Permission.AS_GIVEN


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%1", "fd00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "fec0::1", "feff::1", "64:ff9b:1::a09:807",
        "64:ff9b:1:ffff::808:808", "::10.9.8.7", "::8.8.8.8", "::ffff:0:10.9.8.7", "3fff::1", "3fff:fff::1", "5f00::1",
    ],
)  # fmt: skip
def test_addresses_inside(address: str) -> None:
    assert is_private_address(ipaddress.ip_address(address))
    assert is_private_name(address)
    assert is_private_name(f"[{address}]")


@pytest.mark.parametrize(
    "address",
    ["93.184.216.34", "8.8.8.8", "198.18.0.7", "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2a00::1"],
)
def test_addresses_outside(address: str) -> None:
    assert not is_private_address(ipaddress.ip_address(address))
    assert not is_private_name(address)


@pytest.mark.parametrize("name", ["127.1", "2130706433", "0x7f000001", "0X7F.1", "10.1", "0", "0177.0.0.1", "127.1."])
def test_other_spellings_of_addresses_inside(name: str) -> None:
    assert is_private_name(name)


@pytest.mark.parametrize("name", ["999.1", "4294967296", "6425673729", "127.0.0.256", "256.0.0.1", "0x100000000"])
def test_numbers_that_are_no_address_are_not_outside(name: str) -> None:
    """A proxy may take them modulo 2^32."""
    assert is_private_name(name)


@pytest.mark.parametrize("name", ["8.8", "134744072", "0x08080808", "1.2.3.4.5", "10.example", "0x", "10..1"])
def test_other_spellings_of_addresses_outside_and_of_none(name: str) -> None:
    assert not is_private_name(name)


def test_names_inside() -> None:
    assert is_private_name("localhost")
    assert is_private_name("LocalHost.")
    assert is_private_name("feeds.localhost")
    assert not is_private_name("example.org")
    assert not is_private_name("localhost.example.org")


@pytest.mark.parametrize(
    ("reach", "there", "elsewhere"),
    [
        (Reach.UNKNOWN, AS_GIVEN, PUBLIC_ONLY),
        (Reach.PUBLIC, PUBLIC_ONLY, PUBLIC_ONLY),
        (Reach.PRIVATE, AS_GIVEN, ANYWHERE),
    ],
)
def test_what_was_found_at_an_address(reach: Reach, there: Permission, elsewhere: Permission) -> None:
    feed = "https://example.org/feed"
    assert permission_for(feed, feed, reach) is there
    assert permission_for("https://example.org/a", feed, reach) is there
    assert permission_for("https://cdn.example.net/a", feed, reach) is elsewhere
    assert permission_for("http://127.0.0.1/a", feed, reach) is elsewhere


@pytest.mark.parametrize("reach", [Reach.UNKNOWN, Reach.PRIVATE])
def test_an_address_that_names_the_inside_was_typed_as_such(reach: Reach) -> None:
    assert permission_for("http://localhost:8000/a", "http://localhost:8000/feed", reach) is AS_GIVEN
    assert permission_for("http://10.0.0.7/a", "http://localhost:8000/feed", reach) is ANYWHERE


def test_an_address_that_names_the_inside_and_was_given_by_a_public_server_was_not() -> None:
    for url in ("http://localhost:8000/feed", "http://localhost:8000/a", "http://10.0.0.7/a"):
        assert permission_for(url, "http://localhost:8000/feed", Reach.PUBLIC) is PUBLIC_ONLY
