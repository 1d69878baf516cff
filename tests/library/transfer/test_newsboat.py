"""newsboat's folder as newsboat itself makes it: feeds, tags, titles, searches, and the marks of its cache."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from conftest import Reply, ScriptedSite
from support.factories import NOW, of_places, save_plan, subscribe
from support.rss import Item, rss
from tuireader.errors import NotAFeedListError
from tuireader.library.refreshing.match_entries import prepare
from tuireader.library.transfer import newsboat
from tuireader.library.transfer.import_any import Imported, import_path
from tuireader.model.fetched import ParsedEntry, Plan
from tuireader.model.query import Query
from tuireader.store import articles, feeds, folders, labels, rules, ui_state
from tuireader.store.connection import connect
from tuireader.store.pruning import QUIET
from tuireader.store.queries import article_lists

if TYPE_CHECKING:
    from library.conftest import Library

NEWSBOAT = shutil.which("newsboat")
needs_newsboat = pytest.mark.skipif(NEWSBOAT is None, reason="newsboat is not installed")


def take_in(db: Path, folder: Path) -> Imported:
    with closing(connect(db)) as c:
        return import_path(c, str(folder), NOW, lambda _said: None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """newsboat's folder, without its cache."""
    there = tmp_path / ".newsboat"
    there.mkdir()
    return there


def publish(site: ScriptedSite, number: int, count: int = 3) -> str:
    items = [Item(f"{number}-{n}", html=f"<p>Text {n} of {number}.</p>") for n in range(count)]
    site.pages[f"/feed{number}"] = Reply(rss(*items, title=f"Feed {number}"))
    return f"{site.url}/feed{number}"


def command(folder: Path) -> list[str]:
    return ["-u", str(folder / "urls"), "-c", str(folder / "cache.db"), "-C", "/dev/null"]


def reload(folder: Path) -> None:
    subprocess.run([str(NEWSBOAT), *command(folder), "-x", "reload"], check=True, capture_output=True)


@needs_newsboat
def test_what_newsboat_has_deleted_is_nothing_that_comes_later(db: Path) -> None:
    """Whatever the date in a file that may be somebody else's."""
    far = ParsedEntry("g", "Soon", "https://a.example/1", published=NOW + timedelta(days=70_000), html="<p>x</p>")
    later = replace(far, published=NOW + timedelta(days=1), html="<p>What came of it.</p>")
    with closing(connect(db)) as c:
        feed = feeds.add(c, "https://a.example/feed", title="A", site="", now=NOW)
        newsboat.take_in(c, feed.id, [newsboat.Item(far, is_read=True, flags="", is_deleted=True)], NOW)
        assert len(save_plan(c, feed, Plan(new=(prepare(later),))).new) == 1


def test_a_search_above_the_feeds_of_a_title_means_all_of_them(db: Path, folder: Path) -> None:
    lines = ['"query:All:feedtitle = \\"Same\\""', *(f'https://{n}.example/feed "~Same"' for n in "ab")]
    (folder / "urls").write_text("\n".join(lines), "utf-8")
    take_in(db, folder)
    with closing(connect(db)) as c:
        assert [each.query for each in ui_state.searches(c)] == ["feed=Same"]


@needs_newsboat
def test_what_newsboat_read_flagged_and_kept_is_here(db: Path, folder: Path, site: ScriptedSite) -> None:
    urls = [publish(site, number) for number in range(3)]
    search = '"query:News:tags # \\"news\\" and unread = \\"yes\\""'
    (folder / "urls").write_text(f'{urls[0]} news "~First"\n{urls[1]} news tech\n{urls[2]}\n{search}\n', "utf-8")
    reload(folder)
    publish(site, 0, 2)  # an article leaves its feed
    env = {"TERM": "xterm", "HOME": str(folder), "LANG": "C.UTF-8"}
    boat = pexpect.spawn(str(NEWSBOAT), command(folder), dimensions=(40, 120), env=env)
    boat.expect("Feed 1")
    boat.send("\r")  # the first feed
    boat.expect("0-1")
    boat.send("\r")  # its first article, which is read by that
    boat.expect("Text")
    boat.send("q")
    boat.expect("0-1")
    boat.send("\x05")
    boat.expect("lags")
    boat.send("ab\r")
    boat.send("qqq")
    boat.expect(pexpect.EOF)
    marked = read_raw(folder / "cache.db", "SELECT title, flags FROM rss_item WHERE unread = 0 OR flags <> ''")
    assert len(marked) == 1
    assert marked[0][1] == "ab"

    came = take_in(db, folder)
    assert ([each.status for each in came.feeds], came.articles) == (["added"] * 4, 9)
    with closing(connect(db)) as c:
        by_url = {feed.url: feed for feed in feeds.every(c)}
        names = {folder_.id: folder_.name for folder_ in folders.every(c)}
        assert [(by_url[url].custom_title, names.get(by_url[url].folder_id or 0, "")) for url in urls] == [
            ("First", "news"), ("", "news"), ("", "")
        ]  # fmt: skip
        assert [(rule.feed_id, rule.tags) for rule in rules.every(c)] == [(by_url[urls[1]].id, ("tech",))]
        assert [(each.name, each.query) for each in ui_state.searches(c)] == [("News", "folder=news is:unread")]
        (read,) = article_lists.window(c, Query(text="is:read "), 0, 9)
        assert (read.title, read.starred) == (marked[0][0], True)
        assert labels.tags_of(c, [read.id]) == {read.id: ["flag a", "flag b"]}
        assert article_lists.count(c, Query(unread=True)) == 8
    again = take_in(db, folder)
    assert ([each.status for each in again.feeds], again.articles) == (["known"] * 4, 0)


def test_of_what_newsboat_ignores_so_many_rules_are_taken(db: Path, folder: Path) -> None:
    lines = "".join(f'ignore-article "*" "title =~ \\"Word{n}\\""\n' for n in range(1010))
    (folder / "urls").write_text("http://a.example.org/f\n", "utf-8")
    (folder / "config").write_text(lines, "utf-8")
    assert "1000 rules" in take_in(db, folder).said()[0]
    with closing(connect(db)) as c:
        assert len(rules.every(c)) == 1000


def test_a_feed_in_many_lines_gets_one_rule_for_its_tags(db: Path, folder: Path) -> None:
    (folder / "urls").write_text("".join(f"http://a.example.org/f news a{n} b{n}\n" for n in range(20)), "utf-8")
    for _ in range(2):
        take_in(db, folder)
        with closing(connect(db)) as c:
            (rule,) = rules.every(c)
            assert len(rule.tags) == 40


def test_what_cannot_be_taken_over_is_said_without_the_password_in_it(db: Path, folder: Path) -> None:
    feed = "http://ann:s3cret@a.example.org/f"
    urls = f'{feed} tag\n"query:Mine:rssurl = \\"{feed}\\" and x =~ \\"^a.*b\\""\n{feed}2 "~{feed}"\n'
    (folder / "urls").write_text(urls, "utf-8")
    (folder / "config").write_text(f'ignore-article "{feed}" "link =~ \\"^{feed}.*y\\""\n', "utf-8")
    came = take_in(db, folder)
    said = [f"{each.outline.url} {each.error}" for each in came.feeds if each.status == "unsupported"]
    assert len(said) == 2
    assert "s3cret" not in "".join([*said, *came.said()])
    with closing(connect(db)) as c:
        assert all("s3cret" not in each.name for each in feeds.every(c))


TO_IMPORT_IT = "To import read status and flags: copy cache.db beside urls, and import again."


def test_what_newsboat_ignores_is_hidden_by_rules_and_hidden_feeds_are_quiet(db: Path, folder: Path) -> None:
    (folder / "urls").write_text('http://a.example.org/f news\nhttp://b.example.org/f news "!"\n', "utf-8")
    (folder / "config").write_text(
        '# mine\nrefresh-on-startup yes\nignore-article "*" "title =~ \\"Sponsored\\""\n'
        'ignore-article "http://a.example.org/f" "author = \\"Troll\\""\n'
        'ignore-article "*" "title =~ \\"^[0-9]+$\\""\nignore-article "regex:.*" "title =~ \\"x\\""\nignore-article\n',
        "utf-8",
    )
    came = take_in(db, folder)
    assert came.said() == [
        "2 new feeds, 2 rules.",
        'Not imported: ignore-article title =~ "^[0-9]+$", ignore-article title =~ "x".',
        f"No cache of newsboat found: all articles are new. {TO_IMPORT_IT}",
        "Hidden in newsboat, so without unread counts here: http://b.example.org/f.",
        "Searches and rules find words and their beginnings here, not parts within words.",
        "Not imported from newsboat’s config: refresh-on-startup (here: refresh_on_start).",
    ]
    with closing(connect(db)) as c:
        by_url = {feed.url: feed.id for feed in feeds.every(c)}
        assert [(rule.query, rule.feed_id, rule.hide) for rule in rules.every(c)] == [
            ("title:Sponsored*", None, True), ("author=Troll", by_url["http://a.example.org/f"], True)
        ]  # fmt: skip
        assert feeds.options(c, by_url["http://b.example.org/f"])[QUIET] == "yes"
        assert QUIET not in feeds.options(c, by_url["http://a.example.org/f"])
    assert take_in(db, folder).said()[0] == "0 new feeds, 2 already subscribed."


@needs_newsboat
@pytest.mark.slow
def test_a_folder_of_two_hundred_feeds(db: Path, folder: Path, site: ScriptedSite) -> None:
    """As it is after some years: tags, names, queries, filters, commands, and marks that were made by keys."""
    lines, tags_of = [], {}
    for number in range(200):
        url = publish(site, number, 5)
        tags_of[url] = [("news", "tech", "sea food", "Ünique")[number % 4], *(["daily"] if number % 3 == 0 else [])]
        named = f' "~My {number}"' if number % 5 == 0 else ""
        lines.append(f"{url} {' '.join(chr(34) + tag + chr(34) for tag in tags_of[url])}{named}")
    lines[50:50] = ["", "# a comment", '"exec:~/bin/feed.sh" scripts', '"filter:sed s/a/b/:https://f.example/feed" x']
    queries = ['"query:Unread:unread = \\"yes\\""', '"query:Long ago:age > 30"', '"query:News:tags # \\"news\\""']
    (folder / "urls").write_text("\n".join([*lines, *queries]) + "\n", "utf-8")
    reload(folder)
    for number in range(0, 200, 10):  # articles leave their feeds
        publish(site, number, 2)
    env = {"TERM": "xterm", "HOME": str(folder), "LANG": "C.UTF-8"}
    boat = pexpect.spawn(str(NEWSBOAT), command(folder), dimensions=(40, 120), env=env, encoding="utf-8")
    boat.expect("Feed 1")
    for place in range(3, 150, 7):  # whole feeds are read, and of others an article, or one gets flags
        boat.send(f":{place}\rAy")
        boat.send(f":{place + 2}\r\r:2\r\rqq")
        boat.send(f":{place + 4}\r\r:3\r\x05ax\rq")
    boat.send("qq")
    boat.expect(pexpect.EOF)
    boat.close()

    came = take_in(db, folder)
    left_out = [each.line for each in came.feeds if each.status == "unsupported" and each.line]
    urls = (folder / "urls").read_text("utf-8").splitlines()
    assert {urls[line - 1].partition(":")[0].strip('"') for line in left_out} >= {"exec", "filter"}
    theirs = {
        (guid, bool(unread), "".join(sorted(str(flags or ""))))
        for guid, unread, flags in read_raw(folder / "cache.db", "SELECT guid, unread, flags FROM rss_item")
    }
    assert len(theirs) == 1000
    assert sum(not unread for _, unread, _ in theirs) > 100
    assert sum(bool(flags) for *_, flags in theirs) > 15
    with closing(connect(db)) as c:
        ids = article_lists.ids(c, Query(apart=True))
        there = labels.tags_of(c, ids)
        ours = set()
        for id_, guid, read in c.execute("SELECT id, guid, read FROM article").fetchall():
            flags = sorted(name.removeprefix("flag ") for name in there.get(id_, []) if name.startswith("flag "))
            ours.add((guid, not read, "".join(flags)))
        assert ours == theirs
        names = {folder_.id: folder_.name for folder_ in folders.every(c)}
        by_url = {feed.url: feed for feed in feeds.every(c)}
        in_folders = {url: names[by_url[url].folder_id or 0] for url in tags_of}
        assert in_folders == {url: some[0] for url, some in tags_of.items()}
        also = {rule.feed_id: rule.tags for rule in rules.every(c)}
        assert also == {by_url[url].id: tuple(some[1:]) for url, some in tags_of.items() if some[1:]}
        assert [by_url[url].custom_title for url in [*tags_of][::50]] == ["My 0", "My 50", "My 100", "My 150"]
        assert {each.name for each in ui_state.searches(c)} >= {"Unread", "News"}


@needs_newsboat
async def test_the_next_refresh_finds_what_newsboat_had(library: Library, folder: Path, site: ScriptedSite) -> None:
    url = publish(site, 1)
    (folder / "urls").write_text(url + "\n", "utf-8")
    reload(folder)
    with closing(sqlite3.connect(folder / "cache.db")) as c:
        c.execute("UPDATE rss_item SET unread = 0")
        c.commit()
    take_in(library.path, folder)
    (event,) = await library.refresh(force=True)
    assert (event.new, len(library.headlines())) == (0, 3)
    assert all(headline.read for headline in library.headlines())


def read_raw(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as c:
        return c.execute(sql).fetchall()


def test_the_cache_is_also_found_where_xdg_has_it(tmp_path: Path) -> None:
    config, data = tmp_path / ".config" / "newsboat", tmp_path / ".local" / "share" / "newsboat"
    for each in (config, data):
        each.mkdir(parents=True)
    (config / "urls").write_text("", "utf-8")
    urls = newsboat.find(config)
    assert urls == newsboat.find(config / "urls") == config / "urls"
    assert newsboat.cache_of(urls, "") is None
    (data / "cache.db").touch()
    assert newsboat.cache_of(urls, "") == data / "cache.db"
    assert newsboat.find(data) is None


def test_the_cache_is_found_where_the_environment_or_the_configuration_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls, data, elsewhere = (tmp_path / name for name in (".newsboat/urls", "data/newsboat/cache.db", "my cache.db"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for each in (urls, data, elsewhere):
        each.parent.mkdir(exist_ok=True, parents=True)
        each.touch()
    assert newsboat.cache_of(urls, "") == data
    assert newsboat.cache_of(urls, f'auto-reload yes\ncache-file "{elsewhere}"\n') == elsewhere
    assert newsboat.cache_of(urls, "cache-file /nowhere/cache.db") == data
    assert newsboat.cache_of(urls, f"cache-file /tmp/{'a' * 300}") == data
    monkeypatch.delenv("XDG_DATA_HOME")
    config = tmp_path / ".config" / "newsboat"
    there = tmp_path / ".local" / "share" / "newsboat" / "cache.db"
    for folder in (config, there.parent):
        folder.mkdir(parents=True)
    there.touch()
    monkeypatch.chdir(config)
    assert newsboat.cache_of(Path("urls"), "") == there


def test_a_cache_that_is_not_found_is_said(db: Path, folder: Path) -> None:
    (folder / "urls").write_text("http://a.example/feed\n", "utf-8")
    (said,) = [each for each in take_in(db, folder).said() if "cache" in each]
    assert said.startswith("No cache of newsboat found: all articles are new.")


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000, b"SQLite format 3\0" + b"x" * 4000])
def test_a_cache_that_is_none_is_said_and_the_feeds_are_here(db: Path, folder: Path, content: bytes) -> None:
    (folder / "urls").write_text("http://a.example/feed\n", "utf-8")
    (folder / "cache.db").write_bytes(content)
    with pytest.raises(NotAFeedListError, match=r"newsboat|Cannot read"):
        take_in(db, folder)
    with closing(connect(db)) as c:
        assert [feed.url for feed in feeds.every(c)] == ["http://a.example/feed"]


def test_a_view_in_the_place_of_its_table_is_not_asked(db: Path, folder: Path) -> None:
    (folder / "urls").write_text("http://a.example/feed\n", "utf-8")
    with closing(sqlite3.connect(folder / "cache.db")) as c:
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x AS feedurl FROM n"
        c.execute(f"CREATE VIEW rss_item AS {endless}")
    with pytest.raises(NotAFeedListError, match="is not a newsboat cache"):
        take_in(db, folder)


@pytest.mark.parametrize("suffix", ["wal", "journal", "shm"])
def test_a_pipe_beside_the_cache_is_not_waited_for(db: Path, folder: Path, suffix: str) -> None:
    (folder / "urls").write_text("http://a.example.org/f\n", "utf-8")
    with closing(sqlite3.connect(folder / "cache.db")) as c:
        c.execute("CREATE TABLE rss_item (feedurl, pubDate)")
    os.mkfifo(folder / f"cache.db-{suffix}")
    with pytest.raises(NotAFeedListError, match="is not a regular file"):
        take_in(db, folder)
    with closing(connect(db)) as c:
        assert len(feeds.every(c)) == 1


def test_values_of_any_length_are_cut_and_come_in_small_batches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newsboat, "_BATCH_BYTES", 1_000)
    with closing(sqlite3.connect(folder / "cache.db")) as c:
        c.execute(
            "CREATE TABLE rss_item (id INTEGER PRIMARY KEY, guid TEXT, title TEXT, author TEXT, url TEXT, feedurl TEXT,"
            " pubDate INTEGER, content TEXT, unread INTEGER, flags TEXT, deleted INTEGER, enclosure_url TEXT,"
            " enclosure_type TEXT)"
        )
        long = "é" * 1_000_000
        rows = [(f"g{n}", long, long, f"http://a.example/{long}", n, "x" * 600, long) for n in range(5)]
        c.executemany(
            "INSERT INTO rss_item (guid, title, author, url, feedurl, pubDate, content, unread, flags, deleted)"
            " VALUES (?, ?, ?, ?, 'http://a.example/feed', ?, ?, 1, ?, 0)",
            rows,
        )
        c.commit()
    batches = [items for _, items in newsboat.read_cache(folder / "cache.db")]
    assert [len(items) for items in batches] == [2, 2, 1]
    assert [item.entry.guid for items in batches for item in items] == ["g4", "g3", "g2", "g1", "g0"]
    for item in batches[0]:
        assert (len(item.entry.title), len(item.entry.authors[0]), item.flags) == (1000, 1000, "é")
        assert len(item.entry.link) == 20_000


def test_a_folder_of_something_else_is_said(db: Path, folder: Path) -> None:
    with pytest.raises(NotAFeedListError, match="No newsboat “urls” file in"):
        take_in(db, folder)


@needs_newsboat
def test_marks_and_names_come_also_for_feeds_that_are_here(db: Path, folder: Path, site: ScriptedSite) -> None:
    url = publish(site, 1)
    (folder / "urls").write_text(f'{url} news tech "~Mine"\nhttp://a.example/feed tech news\n', "utf-8")
    reload(folder)
    take_in(db, folder)
    with closing(connect(db)) as c:
        (feed, *_) = [each for each in feeds.every(c) if each.url == url]
        feeds.record(c, replace(feed, checked=NOW))
        feeds.rename(c, feed.id, "")
        folders.put(c, feed.id, None)
    with closing(sqlite3.connect(folder / "cache.db")) as raw:
        raw.execute("UPDATE rss_item SET unread = 0, flags = 'x' WHERE title LIKE '1-1%'")
        raw.commit()
    assert take_in(db, folder).articles == 0
    with closing(connect(db)) as c:
        (read,) = article_lists.window(c, Query(text="is:read "), 0, 9)
        assert (read.title, read.starred, read.feed_title) == ("1-1", True, "Mine")
        assert set(labels.tags_of(c, [read.id])[read.id]) == {"news", "tech", "flag x"}
        assert article_lists.count(c, Query(tags=("tech",))) == 3, "tags are for what came with the cache, too"


def test_the_cache_itself_means_its_folder(db: Path, folder: Path) -> None:
    (folder / "cache.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with (
        pytest.raises(NotAFeedListError, match="is a newsboat cache"),
        closing(connect(db)) as c,
    ):
        import_path(c, str(folder / "cache.db"), NOW, lambda _said: None)
    (folder / "other").write_bytes(b"ab\0cd")
    with pytest.raises(NotAFeedListError, match="Not a feed list: not a text file"), closing(connect(db)) as c:
        import_path(c, str(folder / "other"), NOW, lambda _said: None)


def put_cache(folder: Path, rows: Sequence[tuple[object, ...]]) -> None:
    """Write a cache of newsboat; a row is guid, title, address, feed, date, text, unread and deleted."""
    with closing(sqlite3.connect(folder / "cache.db")) as c:
        c.execute(
            "CREATE TABLE rss_item (id INTEGER PRIMARY KEY, guid, title, author, url, feedurl, pubDate INTEGER,"
            " content, unread INTEGER, flags, deleted INTEGER, enclosure_url, enclosure_type)"
        )
        c.executemany(
            "INSERT INTO rss_item (guid, title, url, feedurl, pubDate, content, unread, deleted)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        c.commit()


def test_what_newsboat_ignores_is_hidden_among_the_articles_of_its_cache(db: Path, folder: Path) -> None:
    url = "http://a.example.org/f"
    (folder / "urls").write_text(f"{url}\n", "utf-8")
    (folder / "config").write_text('ignore-article "*" "title =~ \\"spons\\""\n', "utf-8")
    put_cache(folder, [(name, name, "", url, 0, "<p>Text.</p>", 1, 0) for name in ("Sponsored", "Not so")])
    take_in(db, folder)
    with closing(connect(db)) as c:
        assert [each.title for each in article_lists.window(c, Query(), 0, 9)] == ["Not so"]


async def test_what_newsboat_has_deleted_stays_away(folder: Path, library: Library, site: ScriptedSite) -> None:
    """Also where its name is no address."""
    site.pages["/feed"] = Reply(rss(*(Item(f"1-{n}", guid=f"1-{n}") for n in range(3))))
    url = f"{site.url}/feed"
    (folder / "urls").write_text(f"{url}\n", "utf-8")
    put_cache(folder, [("1-1", "1-1", "", url, 0, "<p>Text 1 of 1.</p>", 1, 1)])
    assert "Not imported: 1 article that you deleted in newsboat." in take_in(library.path, folder).said()
    await library.refresh(force=True)
    assert sorted(library.titles()) == ["1-0", "1-2"]
    later = Item("1-1", guid="1-1", html="<p>Another.</p>", date="Thu, 15 Jan 2099 08:00:00 +0000")
    site.pages["/feed"] = Reply(rss(later))
    await library.refresh(force=True)
    assert sorted(library.titles()) == ["1-0", "1-1", "1-2"]


@pytest.mark.parametrize("is_later", [True, False])
async def test_entries_that_newsboat_names_otherwise_are_not_doubled(
    folder: Path, library: Library, site: ScriptedSite, *, is_later: bool
) -> None:
    """Without a guid it makes one of address and date."""
    items = [Item(f"1-{n}", html=f"<p>Text {n} of it.</p>", link=f"{site.url}/{n}") for n in range(3)]
    site.pages["/feed"] = Reply(re.sub("<guid.*?</guid>", "", rss(*items)))
    url = f"{site.url}/feed"
    (folder / "urls").write_text(f"{url}\n", "utf-8")
    rows = [
        (f"{item.link}1768464000", item.name, item.link, url, 1768464000, item.html, number, 0)
        for number, item in enumerate(items)
    ]
    put_cache(folder, rows)
    if is_later:
        library.follow(url)
        await library.refresh(force=True)
    take_in(library.path, folder)
    await library.refresh(force=True)
    take_in(library.path, folder)
    with closing(connect(library.path)) as c:
        assert (article_lists.count(c, Query()), article_lists.count(c, Query(unread=True))) == (3, 1)


def test_marks_are_on_their_articles_where_the_feed_has_given_their_guids_to_others(db: Path) -> None:
    """newsboat's cache is some days older than what is here; the guids of the feed count places."""
    with closing(connect(db)) as c:
        feed = subscribe(c)
        save_plan(c, feed, Plan(new=tuple(map(prepare, of_places(4, 3, 2)))))
        items = [newsboat.Item(each, is_read=True, flags="s", is_deleted=False) for each in of_places(3, 2, 1)]
        for new in (1, 0):
            assert newsboat.take_in(c, feed.id, items, NOW)[0] == new
            found = article_lists.headlines(c, article_lists.ids(c, Query(apart=True)))
            assert {each.title: each.read and each.starred for each in found} == {
                "Piece 4": False, "Piece 3": True, "Piece 2": True, "Piece 1": True
            }  # fmt: skip


def test_a_deleted_article_keeps_no_later_one_of_its_title_and_text_away(db: Path) -> None:
    def item(n: int, *, deleted: bool) -> newsboat.Item:
        entry = ParsedEntry(
            f"build-{n}", "Build failed", "https://a.example/builds", published=NOW - timedelta(days=9 - n),
            html="<p>The build has failed. See the log.</p>",
        )  # fmt: skip
        return newsboat.Item(entry, False, "", deleted)

    with closing(connect(db)) as c:
        feed = feeds.add(c, "https://a.example/feed", title="A", site="", now=NOW)
        newsboat.take_in(c, feed.id, [item(1, deleted=True), *(item(n, deleted=False) for n in (2, 3))], NOW)
        assert sorted(articles.get(c, id_).guid for id_ in article_lists.ids(c, Query())) == ["build-2", "build-3"]


def test_feeds_that_never_answer_have_the_titles_that_newsboat_knew(db: Path, folder: Path) -> None:
    urls = [f"http://a.example.org/{n}" for n in range(3)]
    (folder / "urls").write_text(f'{urls[0]}\n{urls[1]} "~My name"\n{urls[2]}\n', "utf-8")
    put_cache(folder, [])
    with closing(sqlite3.connect(folder / "cache.db")) as c:
        c.execute("CREATE TABLE rss_feed (rssurl VARCHAR(1024) PRIMARY KEY NOT NULL, url, title)")
        c.executemany(
            "INSERT INTO rss_feed VALUES (?, '', ?)", [(urls[0], " The\nReview "), (urls[1], "Notes"), ("x", "Y")]
        )
        c.commit()
    take_in(db, folder)
    with closing(connect(db)) as c:
        assert sorted(feed.name for feed in feeds.every(c)) == sorted(
            ["The Review", "My name", "http://a.example.org/2"]
        )
