from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.errors import AddressError
from tuireader.urls.typed_and_shown import addresses_to_try, normalise_address


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("example.org", "https://example.org/"),
        ("  <Example.ORG/Path> \n", "https://example.org/Path"),
        ("https://example.org/2017/06/some-article/#comments", "https://example.org/2017/06/some-article/"),
        ("http://example.org?a=1&b=2", "http://example.org/?a=1&b=2"),
        ("feed://example.org/rss", "https://example.org/rss"),
        ("feed:example.org", "https://example.org/"),
        ("feed:https://example.org/rss", "https://example.org/rss"),
        ("FEED://HTTP://example.org/rss", "http://example.org/rss"),
        ("//example.org/x", "https://example.org/x"),
        ("http:/example.org", "http://example.org/"),
        ("https:example.org", "https://example.org/"),
        ("localhost:8000/feed", "http://localhost:8000/feed"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ("[::1]:8000/x", "http://[::1]:8000/x"),
        ("wiki.local", "http://wiki.local/"),
        ("nas:5000", "http://nas:5000/"),
        ("https://wiki/", "https://wiki/"),
        ("example.org:8443/x", "https://example.org:8443/x"),
        ("user:pa55@example.org/feed", "https://user:pa55@example.org/feed"),
        ("https://User:Pa55@Example.org/", "https://User:Pa55@example.org/"),
        ("münchen.example/straße", "https://münchen.example/straße"),
        ("example.org/a b", "https://example.org/a%20b"),
        ("example.org/it's", "https://example.org/it's"),
    ],
)
def test_what_people_type(typed: str, address: str) -> None:
    assert normalise_address(typed) == address


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter an address, such as example.org."),
        (" \n\t ", "Enter an address, such as example.org."),
        ("hello", "“hello” is not an address. Try something like example.org."),
        ("two words", "“two words” is not an address. Try something like example.org."),
        ("http://", "“http://” is not an address. Try something like example.org."),
        ("http://[", "“http://[” is not an address. Try something like example.org."),
        ("example.org:99999", "“example.org:99999” is not an address. Try something like example.org."),
        ("a..b", "“a..b” is not an address. Try something like example.org."),
        ("--profile=x.y", "“--profile=x.y” is not an address. Try something like example.org."),
        ("ftp://example.org/", "Cannot open “ftp://example.org/”: not an http or https address."),
        ("javascript:alert(1)", "Cannot open “javascript:alert(1)”: not an http or https address."),
        ("mailto:jane@example.org", "Cannot open “mailto:jane@example.org”: not an http or https address."),
        ("file:///etc/passwd", "Cannot open “file:///etc/passwd”: not an http or https address."),
        ("/etc/passwd", "“/etc/passwd” looks like a file; enter the address of a site, such as example.org."),
        ("../feed.xml", "“../feed.xml” looks like a file; enter the address of a site, such as example.org."),
        (
            f"a.example/{'x' * 100_000}",
            f"“a.example/{'x' * 50}…” is too long (over 65536 characters).",
        ),
        ("~/feed.xml", "“~/feed.xml” looks like a file; enter the address of a site, such as example.org."),
        (r"C:\feed.xml", r"“C:\feed.xml” looks like a file; enter the address of a site, such as example.org."),
        ("exa\x1b]0;mple", "“exa]0;mple” is not an address. Try something like example.org."),
    ],
)
def test_what_cannot_be_opened_is_said_in_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(AddressError) as caught:
        normalise_address(typed)
    assert str(caught.value) == sentence


@given(st.one_of(st.text(), st.from_regex(r"(feed:|https?:)?/{0,3}[a-z.:@\[\]]+[/?#]\w*", fullmatch=True)))
def test_any_text_is_an_address_or_an_error(typed: Any) -> None:
    try:
        address = normalise_address(typed)
    except AddressError:
        return
    assert urlsplit(address).scheme in {"http", "https"}
    assert urlsplit(address).hostname
    assert normalise_address(address) == address


@pytest.mark.parametrize(
    ("typed", "tried"),
    [
        ("example.org", ["https://example.org", "http://example.org"]),
        ("  www.example.org/blog ", ["https://www.example.org/blog", "http://www.example.org/blog"]),
        ("https://example.org/", ["https://example.org/"]),
        ("HTTP://example.org/", ["http://example.org/"]),
        ("feed://example.org/rss", ["https://example.org/rss", "http://example.org/rss"]),
        ("feed:https://example.org/rss", ["https://example.org/rss"]),
        ("feed:http://example.org/rss", ["http://example.org/rss"]),
        ("localhost:8000", ["http://localhost:8000", "https://localhost:8000"]),
        ("127.0.0.1:8000/x", ["http://127.0.0.1:8000/x", "https://127.0.0.1:8000/x"]),
        ("93.184.216.34", ["http://93.184.216.34", "https://93.184.216.34"]),
        ("[::1]:8000", ["http://[::1]:8000", "https://[::1]:8000"]),
        ("me:pw@example.org/feed", ["https://me:pw@example.org/feed", "http://me:pw@example.org/feed"]),
    ],
)
def test_what_is_tried(typed: str, tried: list[str]) -> None:
    assert [url.rstrip("/") for url in addresses_to_try(typed)] == [url.rstrip("/") for url in tried]


@pytest.mark.parametrize("typed", ["", "   ", "ftp://example.org/", "javascript:alert(1)", "file:///etc/passwd"])
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(AddressError):
        addresses_to_try(typed)
