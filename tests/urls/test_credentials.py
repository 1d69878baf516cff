from __future__ import annotations

import pytest

from tuireader.urls.typed_and_shown import may_go_along, split_credentials, with_credentials_of


def test_credentials_are_taken_out() -> None:
    assert split_credentials("https://me:s3cret@example.org:81/feed?x=1#top") == (
        "https://example.org:81/feed?x=1",
        "me:s3cret",
    )
    assert split_credentials("https://example.org/feed") == ("https://example.org/feed", None)


@pytest.mark.parametrize(
    ("given", "url", "may"),
    [
        ("https://example.org/feed", "https://example.org/other", True),
        ("http://example.org/feed", "https://example.org/feed", True),
        ("https://example.org/feed", "http://example.org/feed", False),
        ("https://example.org/feed", "https://www.example.org/feed", False),
        ("https://example.org/feed", "https://example.org.evil.test/feed", False),
        ("https://example.org/feed", "https://example.org:8443/feed", False),
        ("http://127.0.0.1:8000/feed", "http://127.0.0.1:8000/other", True),
        ("http://127.0.0.1:8000/feed", "http://127.0.0.1:8001/other", False),
        ("https://example.org:443/", "https://EXAMPLE.org/", True),
        ("https://example.org/", "https://example.org:99999/", False),
        ("https:///", "https:///", False),
    ],
)
def test_who_may_have_the_password(given: str, url: str, may: bool) -> None:
    assert may_go_along(given, url) is may
    with_password = given.replace("://", "://me:pw@")
    assert (with_credentials_of(url, with_password) != url) is may


def test_the_password_goes_into_an_address_only_where_there_is_none() -> None:
    assert with_credentials_of("https://example.org/a", "https://me:pw@example.org/") == "https://me:pw@example.org/a"
    assert with_credentials_of("https://x:y@example.org/a", "https://me:pw@example.org/") == "https://x:y@example.org/a"
    assert with_credentials_of("https://example.org/a", "https://example.org/") == "https://example.org/a"
    assert with_credentials_of("http://[", "https://me:pw@example.org/") == "http://["
