from __future__ import annotations

from tuireader.urls.hosts import host_of, same_host, short_host


def test_hosts() -> None:
    assert host_of("https://Example.ORG./x") == "example.org"
    assert host_of("http://[") == ""
    assert same_host("http://example.org/", "https://example.org/")


def test_a_site_is_called_after_its_host() -> None:
    assert short_host("https://www.a.example:8000/x") == "a.example"
    assert short_host("http://[") == ""
