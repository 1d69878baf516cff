from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.urls.hosts import absolute


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("b", "https://a.example/dir/b"),
        ("/b?c=1&d=2#e", "https://a.example/b?c=1&d=2#e"),
        ("//b.example/", "https://b.example/"),
        (" https://b.example/x y\n", "https://b.example/x%20y"),
        ('https://b.example/"><script>', "https://b.example/%22%3E%3Cscript%3E"),
        ("https://münchen.example/straße", "https://münchen.example/straße"),
        ("https://b.example/\x1b]0;x\x07", "https://b.example/]0;x"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("http://[", ""),
        ("", ""),
        ("a" * 65_537, ""),
        (None, ""),
        (17, ""),
    ],
)
def test_links(link: int | str | None, address: str) -> None:
    assert absolute(link, "https://a.example/dir/page") == address


@given(st.text(), st.text())
def test_any_link_is_an_address_or_none(link: Any, base: Any) -> None:
    address = absolute(link, base)
    assert address == "" or address.startswith(("http://", "https://"))
    assert not set(address) & set(' \n\t\x1b"<>')
