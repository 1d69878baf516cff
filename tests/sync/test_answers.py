"""What servers answer, whatever they answer: articles and feeds, or a sentence; never anything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.reader_servers import FakeMiniflux, FakeReader
from tuireader.errors import SyncError
from tuireader.model.fetched import Entries
from tuireader.sync import greader, miniflux
from tuireader.sync.answers import without_proxy

URL = "https://rss.example/v1/entries"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def rows(name: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A list of objects with these fields, each of them right or anything."""
    row = st.fixed_dictionaries({}, optional={key: st.just(value) | ANYTHING for key, value in fields.items()})
    return st.fixed_dictionaries({name: st.lists(row | ANYTHING, max_size=4) | ANYTHING}, optional={"total": ANYTHING})


ENTRIES = rows(
    "entries", id=7, feed_id=1, hash="h", status="read", starred=True, title="T", url="https://a.example/1",
    author="Ann", tags=["x"], content="<p>x</p>", published_at="2026-01-01T00:00:00Z", changed_at="2026-01-01",
)  # fmt: skip
ITEMS = rows(
    "items", id=f"{'tag:google.com,2005:reader/item/'}{7:016x}", title="T", author="Ann", published=1,
    categories=["user/-/state/com.google/read", "x"], canonical=[{"href": "https://a.example/1"}],
    origin={"streamId": "feed/1"}, summary={"content": "<p>x</p>"},
)  # fmt: skip


def _try(read: Callable[[bytes, str], object], content: bytes) -> object:
    """What is read; None where it is a sentence about the server."""
    found, said = None, ""
    try:
        found = read(content, URL)
    except SyncError as error:
        said = str(error)
    is_said = said.startswith(("rss.example returned", "Unexpected response from rss.example"))
    assert found is not None or is_said or read is miniflux.entry_of
    return found


@given(ENTRIES | ANYTHING)
def test_miniflux_gives_articles_or_a_sentence(answer: object) -> None:
    content = json.dumps(answer).encode()
    for read in (miniflux.entries_of, miniflux.numbers_of, miniflux.newest_change):
        _try(read, content)
    for each in (
        miniflux.entry_of,
        miniflux.changed_of,
        miniflux.feeds_of,
        miniflux.folders_of,
        miniflux.new_number,
        miniflux.user_of,
        miniflux.is_starred,
    ):
        _try(each, content)


@given(ITEMS | ANYTHING)
def test_google_reader_gives_articles_or_a_sentence(answer: object) -> None:
    content = json.dumps(answer).encode()
    for is_freshrss in (False, True):
        found = _try(partial(greader.entries_of, is_freshrss=is_freshrss), content)
        if isinstance(found, Entries):
            assert all(each.server_id.isdecimal() and each.feed_id for each in found.entries)
    for read in (greader.ids_of, greader.feeds_of):
        _try(read, content)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_a_sentence(content: bytes) -> None:
    for read in (miniflux.entries_of, greader.entries_of, greader.ids_of, miniflux.feeds_of):
        _try(read, content)
    greader.token_in(content)
    greader.write_token_in(content)
    greader.is_done(content)


def test_more_feeds_than_anyone_follows_are_refused() -> None:
    rows = [{"id": n, "feed_url": f"https://a.example/{n}", "title": "T"} for n in range(1, 20_002)]
    with pytest.raises(SyncError, match="more than 20,000 feeds"):
        miniflux.feeds_of(json.dumps(rows).encode(), URL)
    subscriptions = [{"id": f"feed/{n}", "url": f"https://a.example/{n}"} for n in range(20_001)]
    with pytest.raises(SyncError, match="more than 20,000 feeds"):
        greader.feeds_of(json.dumps({"subscriptions": subscriptions}).encode(), URL)


def test_an_address_of_megabytes_is_no_feed() -> None:
    address = f"https://a.example/{'^' * 70_000}"
    with pytest.raises(SyncError, match="returned an unreadable feed"):
        miniflux.feeds_of(json.dumps([{"id": 1, "feed_url": address, "title": "T"}]).encode(), URL)
    with pytest.raises(SyncError, match="returned an unreadable feed"):
        greader.feeds_of(json.dumps({"subscriptions": [{"id": "feed/1", "url": address}]}).encode(), URL)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><title>Sign in</title>", "returned a web page instead"),
        (b"", "unreadable data"),
        (b"[" * 200_000, "unreadable data"),
        (b'{"entries": [' + b"9" * 5000 + b"]}", "unreadable data"),
        (b'"text"', "Unexpected response from"),
    ],
)
def test_what_is_no_answer_is_said(content: bytes, said: str) -> None:
    with pytest.raises(SyncError, match=said):
        miniflux.entries_of(content, URL)


def test_every_way_to_write_a_number_is_that_number() -> None:
    for number in (1, 255, 1_700_000_000_000_000, 2**63 + 5, 2**64 - 1):
        signed = number - 2**64 if number >= 2**63 else number
        short = f"tag:google.com,2005:reader/item/{number:x}"
        for written in (str(number), str(signed), short, greader.long_form(str(number))):
            assert greader.number_of(written) == str(number)
    nothing: list[object] = ["", "0", "x", "1" * 40, "tag:google.com,2005:reader/item/", None, True, 1.5, [], "-"]
    for none in nothing:
        assert greader.number_of(none) == ""


def test_freshrss_writes_signs_otherwise_and_they_are_as_they_were() -> None:
    server = FakeReader("freshrss")
    server.stop()
    server.follow(1, 'A & "B"')
    server.publish(1, 1, title='Ports & "Ships" <b>', categories=("News & Co",), author='Ann & "Bo"')
    (feed,) = greader.feeds_of(str(server._subscriptions(None).body).encode(), URL, is_freshrss=True)  # type: ignore[arg-type]
    assert feed.folder == 'A & "B"'
    item = {
        "id": "1", "title": server._written('Ports & "Ships" <b>'), "origin": {"streamId": "feed/1"},
        "categories": [server._written("News & Co")], "author": server._written("Ann Lee"),
    }  # fmt: skip
    (entry,) = greader.entries_of(json.dumps({"items": [item]}).encode(), URL, is_freshrss=True).entries
    assert entry.entry.title == 'Ports & "Ships" <b>'
    assert entry.entry.categories == ("News & Co",)
    (as_it_is,) = greader.entries_of(json.dumps({"items": [item]}).encode(), URL).entries
    assert as_it_is.entry.categories == ("News ＆ Co",)


def test_a_continuation_goes_nowhere_but_into_the_next_request() -> None:
    answer = {"itemRefs": [], "continuation": "https://evil.example/"}
    _, continuation = greader.ids_of(json.dumps(answer).encode(), URL)
    assert greader.ids_address("s", continuation=continuation).startswith("/reader/api/0/stream/items/ids?")
    odds: list[object] = [None, True, [], {"a": 1}, "a\nb", "x" * 9000]
    for odd in odds:
        assert greader.ids_of(json.dumps({"itemRefs": [], "continuation": odd}).encode(), URL)[1] == ""


def test_the_login_of_a_feed_is_in_nothing_that_a_server_makes_of_it() -> None:
    """Servers resolve relative addresses by that of the feed, with its login."""
    site, page = "https://ann:secret@a.example/", "https://ann:secret@a.example/1"
    html = (
        f"<p><a href=\"{page}\">more</a> <img src='{site}p.png' srcset='{site}p.png 1x, {site}q.png 2x'>"
        f"<a href={page.replace('@', '&#64;')}>too</a> at https://user:name@proxy</p>"
    )
    entry = {"id": 7, "feed_id": 1, "hash": "h", "status": "read", "title": page, "url": page, "content": html}
    item = {
        "id": f"tag:google.com,2005:reader/item/{7:016x}", "title": page, "canonical": [{"href": page}],
        "origin": {"streamId": "feed/1"}, "summary": {"content": html},
    }  # fmt: skip
    entries = [
        *miniflux.entries_of(json.dumps({"entries": [entry]}).encode(), URL).entries,
        *greader.entries_of(json.dumps({"items": [item]}).encode(), URL).entries,
    ]
    assert len(entries) == 2
    for each in entries:
        assert each.entry.link == "https://a.example/1"
        assert "secret" not in each.entry.html + each.entry.guid + each.entry.title
        assert "https://user:name@proxy" in each.entry.html
    feeds = [
        *miniflux.feeds_of(json.dumps([{"id": 1, "feed_url": "https://a.example/f", "site_url": site}]).encode(), URL),
        *greader.feeds_of(
            json.dumps({"subscriptions": [{"id": "feed/1", "url": "https://a.example/f", "htmlUrl": site}]}).encode(),
            URL,
        ),
    ]
    assert [feed.site for feed in feeds] == ["https://a.example/"] * 2


def test_proxied_pictures_have_their_own_addresses_again() -> None:
    server = FakeMiniflux()
    server.stop()
    html = '<p><img src="http://pictures.example/a.png?x=1&y=2"> <a href="http://a.example/proxy/b">c</a></p>'
    proxied = server.proxied(html)
    assert "localhost/proxy" in proxied
    assert 'src="http://pictures.example/a.png?x=1&amp;y=2"' in without_proxy(proxied)
    assert 'href="http://a.example/proxy/b"' in without_proxy(proxied)


@given(st.text(max_size=300))
def test_any_html_goes_through(html: str) -> None:
    without_proxy(f'<img src="http://localhost/proxy/{"m" * 43}=/{html}">')


def test_what_is_behind_the_proxy_is_taken_only_where_it_is_on_the_web() -> None:
    from base64 import urlsafe_b64encode

    for address in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", '"><script>'):
        html = f'<img src="http://localhost/proxy/{"m" * 43}=/{urlsafe_b64encode(address.encode()).decode()}">'
        assert without_proxy(html) == html


def test_times_are_read_and_nonsense_is_none() -> None:
    assert miniflux.moment_of("2026-09-27T10:26:00.123456+02:00") == datetime(2026, 9, 27, 8, 26, 0, 123456, UTC)
    for none in ("0001-01-01T00:00:00Z", "yesterday", "", None, 5, "9999-12-31T23:59:59-14:00", "9" * 99):
        assert miniflux.moment_of(none) is None
