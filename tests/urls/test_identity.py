from __future__ import annotations

import pytest

from tuireader.urls.identity import (
    is_front_page,
    is_within,
    of_one_site,
    place,
    same_place,
    same_site,
    without_tracking,
)


@pytest.mark.parametrize(
    "other",
    [
        "http://example.org/2017/06/an-article",
        "https://www.example.org/2017/06/an-article/",
        "HTTPS://Example.ORG/2017/06/an-article/#comments",
        "https://example.org/2017/06/an-article/?utm_source=rss&utm_medium=rss",
        "https://example.org./2017/06/an-article/?fbclid=x",
        "example.org/2017/06/an-article",
        "https://me:pw@example.org/2017/06/an-article/",
    ],
)
def test_spellings_of_one_place(other: str) -> None:
    assert same_place("https://example.org/2017/06/an-article/", other)


@pytest.mark.parametrize(
    "other",
    [
        "https://example.org/2017/06/an-Article/",
        "https://example.org/2017/06/an-article/?page=2",
        "https://blog.example.org/2017/06/an-article/",
        "https://example.org:8080/2017/06/an-article/",
        "https://example.org/",
        "",
        "http://[",
    ],
)
def test_other_places(other: str) -> None:
    assert not same_place("https://example.org/2017/06/an-article/", other)


def test_nowhere_is_not_the_same_as_nowhere() -> None:
    assert not same_place("", "")
    assert not same_site("", "")


def test_only_tracking_is_taken_out() -> None:
    assert without_tracking("https://a.test/?p=12&utm_source=x&q=caf%C3%A9#top") == "https://a.test/?p=12&q=caf%C3%A9"
    for query in ("/archives/12-a.html", "12", "t=A%20story", "a=b=c&d"):  # the rest stays as it is written
        assert without_tracking(f"https://a.test/show?{query}&utm_source=x") == f"https://a.test/show?{query}"
    assert without_tracking("https://a.test/?a=1&&b") == "https://a.test/?a=1&&b"
    assert without_tracking("http://[") == "http://["


def test_sites_and_folders() -> None:
    assert same_site("https://www.example.org/a", "http://example.org/b")
    assert same_site("https://example.org/a", "https://example.org?a=/b/")
    assert not same_site("https://example.org/a", "https://blog.example.org/b")
    assert is_front_page("https://example.org")
    assert is_front_page("https://example.org/#x")
    assert not is_front_page("https://example.org/?p=1")
    assert not is_front_page("https://example.org/blog/")
    assert is_within("https://example.org/blog/one", "http://www.example.org/blog/")
    assert not is_within("https://example.org/blogging/one", "https://example.org/blog/")
    assert not is_within("https://example.org/blog/", "https://example.org/blog/")
    assert place("https://www.example.org/") == "example.org"


def test_an_address_that_is_compared_with_many_is_normalised_once() -> None:
    place.cache_clear()
    assert all(of_one_site(f"https://a.example/{number}", "https://a.example/") for number in range(50))
    assert place.cache_info().misses == 51
