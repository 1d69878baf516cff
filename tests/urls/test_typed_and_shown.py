import pytest

from tuireader.urls.typed_and_shown import without_credentials


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://me:s3cret@example.org/feed#top", "https://example.org/feed#top"),
        ("https://me@example.org:81?a=b@c", "https://example.org:81?a=b@c"),
        ("//a:b@c@example.org", "//example.org"),
        ("http://me:s3cret@[", "http://["),
        ("https://example.org/a//b@c", "https://example.org/a//b@c"),
        ("https://example.org/?to=mailto://b@c", "https://example.org/?to=mailto://b@c"),
        ("mailto:me@example.org", "mailto:me@example.org"),
        ("", ""),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, shown: str) -> None:
    assert without_credentials(address) == shown
