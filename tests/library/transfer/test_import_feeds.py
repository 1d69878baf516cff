"""Following all feeds of a list."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from library.conftest import EPOCH
from tuireader.errors import NotAFeedListError
from tuireader.library.transfer.backup import backup_rows
from tuireader.library.transfer.export_articles import export_feeds
from tuireader.library.transfer.import_any import Imported
from tuireader.library.transfer.import_feeds import import_feeds, is_path, read_file
from tuireader.library.transfer.restore_backup import restore
from tuireader.store import feeds
from tuireader.store.connection import connect

if TYPE_CHECKING:
    from library.conftest import Library


def opml(*urls: str) -> bytes:
    outlines = "".join(f'<outline type="rss" text="Feed {n}" xmlUrl="{url}"/>' for n, url in enumerate(urls))
    return f"<opml version='2.0'><body>{outlines}</body></opml>".encode()


def test_each_feed_is_followed_once_and_due_at_once(library: Library) -> None:
    library.follow("https://a.example/feed")
    content = opml("http://a.example/feed/", "https://b.example/feed", "b.example/feed", "mailto:x@c.example")
    with closing(connect(library.path)) as c:
        came = import_feeds(c, content, EPOCH)
        again = import_feeds(c, content, EPOCH)
        due = [feed.url for feed in feeds.due(c, EPOCH)]
    assert [each.status for each in came] == ["known", "added", "known", "failed"]
    assert [each.status for each in again] == ["known", "known", "known", "failed"]
    assert came[3].error
    assert due == ["https://a.example/feed", "https://b.example/feed"]
    assert [feed.name for feed in library.feeds()] == ["Feed 1", "https://a.example/feed"]
    assert library.feeds()[0].custom_title == "Feed 1"  # whatever it calls itself


def test_a_feed_that_is_here_gets_the_name_and_the_folder_that_it_lacks_and_that_is_said(library: Library) -> None:
    library.follow("https://a.example/feed")
    (feed,) = library.feeds()
    content = b"<opml version='2.0'><body><outline text='News'><outline text='Mine' xmlUrl='https://a.example/feed'/>"
    content += b"</outline></body></opml>"
    with closing(connect(library.path)) as c:
        feeds.record(c, replace(feed, checked=EPOCH))
        said = [" ".join(Imported(import_feeds(c, content, EPOCH)).said()) for _ in range(2)]
        assert feeds.get(c, feed.id).custom_title == "Mine"
    assert said[0].endswith("Updated 1 feed with the name, folder or settings from the file (your own were kept).")
    assert said[1] == "0 new feeds, 1 already subscribed."


def test_many_feeds_are_followed_at_once(library: Library) -> None:
    with closing(connect(library.path)) as c:
        came = import_feeds(c, opml(*(f"https://h{n}.example/feed" for n in range(2000))), EPOCH)
    assert {each.status for each in came} == {"added"}
    assert len(library.feeds()) == 2000


@pytest.mark.parametrize("text", ["~/feeds.opml", "/tmp/x", "./x.xml", "feeds.opml", "FEEDS.OPML"])
def test_paths(text: str) -> None:
    assert is_path(text)


@pytest.mark.parametrize("text", ["example.org", "https://example.org/feeds.opml", "example.org/feed.xml"])
def test_addresses(text: str) -> None:
    assert not is_path(text)


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "list.opml").write_bytes(opml("https://a.example/feed"))
    assert read_file("~/list.opml").startswith(b"<opml")
    for path in ("/nowhere/x.opml", str(tmp_path), "x\0.opml"):
        with pytest.raises(NotAFeedListError):
            read_file(path)


def test_a_list_that_names_a_former_address_means_the_feed(library: Library) -> None:
    (feed,) = library.follow("https://a.example/feed")
    with closing(connect(library.path)) as c:
        feeds.record(c, replace(feed, url="https://new.example/feed"))
        lines = [json.dumps(row) for row in backup_rows(c, EPOCH)]
        feeds.record(c, replace(feed, url="https://newer.example/feed"))
        for old in ("https://a.example/feed/", "http://new.example/feed"):
            assert [each.status for each in import_feeds(c, opml(old), EPOCH)] == ["known"]
        assert restore(c, lines, EPOCH).feeds == 0
    assert [feed.url for feed in library.feeds()] == ["https://newer.example/feed"]


def test_a_second_user_at_one_address_is_said(db: Path) -> None:
    lines = b"https://ann:a@mail.example/feed\nhttps://bob:b@mail.example/feed\nhttps://mail.example/feed\n"
    with closing(connect(db)) as c:
        first, second, bare = import_feeds(c, lines, EPOCH)
        (feed,) = feeds.every(c)
    assert (first.status, second.status, bare.status) == ("added", "failed", "known")
    assert second.error == "already subscribed as “ann”"
    assert feed.url == "https://ann:a@mail.example/feed"


def test_a_feed_that_is_called_by_its_address_is_shown_without_its_login(library: Library) -> None:
    url = "https://ann:secret@a.example/feed"
    with closing(connect(library.path)) as c:
        text = f'<opml><body><outline text="{url}" title="{url}" xmlUrl="{url}"/></body></opml>'
        import_feeds(c, text.encode(), EPOCH)
        (feed,) = feeds.every(c)
        exported = export_feeds(c, EPOCH)
    assert (feed.url, feed.name) == (url, "https://a.example/feed")
    assert b"secret" not in exported.content
