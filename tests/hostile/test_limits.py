"""What a site, a server, a file or another device can make long has an end, and leads nowhere inside."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sqlite3
import struct
import subprocess
import sys
import tracemalloc
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import Reply, ScriptedSite
from support.factories import NOW
from support.machines import followed
from support.started_log import started_log
from tuireader import paths
from tuireader.cli import main
from tuireader.errors import FetchError, FetchFailure, NotAFeedListError, SyncError
from tuireader.feeds.opml import read_list
from tuireader.feeds.sitemap import Robots
from tuireader.library.archiving import archive_sources
from tuireader.library.archiving.archive_sources import Front
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import open_queue
from tuireader.library.reading.full_text import fetch_full_text
from tuireader.library.refreshing.match_entries import prepare
from tuireader.library.syncing import apply_remote, folder_state, shared_folder
from tuireader.library.transfer import import_any, newsboat
from tuireader.library.transfer.export_articles import export_feeds
from tuireader.library.transfer.import_any import import_content, import_path
from tuireader.library.transfer.import_feeds import import_feeds
from tuireader.model.article import utc_now
from tuireader.model.feed import Feed
from tuireader.model.fetched import Page, ParsedEntry, Plan, RemoteFeed
from tuireader.model.query import Query
from tuireader.paths import open_shared
from tuireader.store import accounts, articles, feeds, labels, rules, save_articles, ui_state
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.sync import greader, miniflux
from tuireader.sync.shared_folder_map import FolderMap, packed
from tuireader.text.bounded_json import loads
from tuireader.urls.hosts import Permission, Reach, permission_for

# robots.txt

A_FEED = Feed(1, "https://a.example/feed", "A", "https://a.example/")


def test_of_many_groups_only_the_own_one_is_read() -> None:
    agents = b"".join(b"User-agent: a%d\n" % n for n in range(2500))
    rules = b"".join(b"Disallow: /%d\n" % n for n in range(2500))
    robots = Robots(agents + rules + b"\nUser-agent: TuiReader/1.0\nDisallow: /own\nSitemap: https://a.example/map\n")
    assert robots.allows("https://a.example/7")
    assert not robots.allows("https://a.example/own/x")
    assert robots.sitemaps == ["https://a.example/map"]


def test_an_agent_that_is_named_again_and_again_takes_no_memory() -> None:
    tracemalloc.start()
    try:
        robots = Robots(b"User-agent: *\n" * 1000 + b"Disallow: /private\n" + b"a\n" * 200_000)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    assert not robots.allows("https://a.example/private/x")
    both = Robots(b"User-agent: tuireader\nUser-agent: *\nUser-agent: *\nDisallow: /x\n")
    assert not both.allows("https://a.example/x")


def test_groups_are_read_as_the_standard_says() -> None:
    text = (
        b"User-agent: *\nDisallow: /all\nCrawl-delay: 7\n\n# a comment\nUser-agent: other\nUser-agent: tuireader\n"
        b"Disallow: /both\n\nUser-agent: tuireader\nAllow: /both/but\nUser-agent: third\nDisallow: /third\n"
    )
    robots = Robots(text)
    assert robots.allows("https://a.example/all")
    assert not robots.allows("https://a.example/both")
    assert robots.allows("https://a.example/both/but")
    assert robots.allows("https://a.example/third")
    assert Robots(text.replace(b"tuireader", b"someone")).pause == 7
    assert Robots(b"user agent *\nDisallow: /x").allows("https://a.example/x") is False
    assert Robots(b"Disallow: /x").allows("https://a.example/x")


async def test_many_rules_and_many_addresses_are_matched_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While they are, the loop goes on; and what takes too long is left."""
    rules = "User-agent: *\n" + "".join(f"Allow: /*{n:x}f$\n" for n in range(30_000))
    listed = "".join(f"<url><loc>https://a.example/2024/post-{n}</loc></url>" for n in range(20_000))
    pages = {"robots.txt": rules, "sitemap.xml": f"<urlset>{listed}</urlset>"}

    async def get(url: str) -> Page:
        name = url.rpartition("/")[2]
        if name not in pages:
            raise FetchError("404", FetchFailure.STATUS, status=404)
        return Page(url, 200, pages[name].encode())

    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.01)

    monkeypatch.setattr(archive_sources, "_READ_TIMEOUT", 1.0)
    links = tuple(f"https://a.example/2024/post-{n}" for n in range(20))
    front = Front("nothing", None, is_wordpress=False, guids=frozenset(), links=links)  # type: ignore[arg-type]
    cache = Cache(tmp_path / "cache.db")
    connect(tmp_path / "cache.db").close()
    ticking = asyncio.ensure_future(tick())
    found = await archive_sources.find_pages(cache, get, A_FEED, front)
    ticking.cancel()
    cache.close()
    assert found.pages == () or len(found.pages) == 20_000
    assert ticks > 5


# Answers of servers, JSON, shared folders


@pytest.mark.parametrize("parse", [miniflux.feeds_of, miniflux.entries_of, greader.entries_of, greader.ids_of])
def test_an_answer_of_millions_of_objects_is_none(parse: object) -> None:
    content = b'{"items": [' + b"{}," * 1_100_000 + b"{}]}"
    with pytest.raises(SyncError):
        parse(content, "https://a.example/")  # type: ignore[operator]


def test_json_of_others_is_read_within_limits() -> None:
    assert loads(b'{"a": [1]}') == {"a": [1]}
    for text in ("[" * 100_000 + "]" * 100_000, "[" + "{}," * 20 + "{}]"):
        with pytest.raises(ValueError, match="too"):
            loads(text, most=20)


def of_feeds(*urls: str) -> bytes:
    """The file of another machine that follows these."""
    known = FolderMap()
    for url in urls:
        known.put(url, followed(5))
    return packed(known, "x")


def test_files_of_a_shared_folder_are_read_within_limits(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    monkeypatch.setattr(shared_folder, "_LARGEST", 10_000)
    monkeypatch.setattr(shared_folder, "_LARGEST_ALL", 15_000)
    content = of_feeds(*(f"https://a.example/{n}" for n in range(100)))
    for name in "abc":
        (folder / f"tuireader-{name}.map").write_bytes(content)
    (folder / "tuireader-d.map").write_bytes(content + b"\n" * 10_000)
    with closing(connect(db)) as c:
        folder_state.share(c, str(folder), host="test")
        said = shared_folder.exchange(c, NOW).taken.said
        assert len(feeds.every(c)) == 100
    assert [each.rpartition("tuireader-")[2][:5] for each in said if "Cannot read" in each] == ["d.map"]


# Nothing leads inside


@pytest.mark.parametrize(
    ("reach", "url", "permission"),
    [
        (Reach.PUBLIC, "http://127.0.0.1:8000/admin", Permission.PUBLIC_ONLY),
        (Reach.UNKNOWN, "http://127.0.0.1:8000/admin", Permission.AS_GIVEN),
        (Reach.PRIVATE, "http://127.0.0.1:8000/admin", Permission.AS_GIVEN),
        (Reach.UNKNOWN, "http://10.0.0.1/", Permission.ANYWHERE),
    ],
)
def test_an_address_that_a_public_server_gave_may_not_be_inside(reach: Reach, url: str, permission: Permission) -> None:
    assert permission_for(url, "http://127.0.0.1:8000/feed", reach) is permission


@pytest.mark.parametrize("reach", [Reach.PUBLIC, Reach.UNKNOWN])
async def test_full_texts_of_an_account_are_asked_for_inside_only_where_its_server_is(
    db: Path, site: ScriptedSite, reach: Reach
) -> None:
    site.pages["/admin"] = Reply("<article><h1>Reset</h1>" + "<p>Words of the page, and more words.</p>" * 30)
    remote = RemoteFeed("1", f"{site.url}/feed", "Feed")
    with closing(connect(db)) as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://reader.example")
        apply_remote.take_feeds(c, account.id, [remote], NOW, reach)
        feed = feeds.of_account(c, account.id)[0]
        assert feed.reach is reach
        entry = ParsedEntry("g", "Title", f"{site.url}/admin", html="<p>Short</p>")
        saved = save_articles.save_entries(c, feed.id, Plan(new=(prepare(entry),)), NOW)
    cache = Cache(db)
    async with open_queue(cache, clock=utc_now) as queue:
        work = fetch_full_text(cache, queue, saved.new[0])
        if reach is Reach.PUBLIC:
            with pytest.raises(FetchError) as raised:
                await work
            assert raised.value.kind is FetchFailure.INSIDE
        else:
            await work
    cache.close()
    assert bool(site.paths()) is (reach is Reach.UNKNOWN)


def test_a_public_name_of_a_server_inside_never_leads_inside(db: Path) -> None:
    """Whoever owns it may let it lead there."""
    addresses = {
        "http://evil.example.org/feed": Reach.PUBLIC,
        "http://nas.local/feed": Reach.UNKNOWN,
        "http://reader/feed": Reach.UNKNOWN,
        "http://192.168.1.5/feed": Reach.UNKNOWN,
    }
    with closing(connect(db)) as c:
        account = accounts.add(c, "miniflux", name="Work", url="http://127.0.0.1:8080")
        remote = [RemoteFeed(str(number), url, "Feed") for number, url in enumerate(addresses)]
        for _ in range(2):
            apply_remote.take_feeds(c, account.id, remote, NOW, Reach.UNKNOWN)
            assert {feed.url: feed.reach for feed in feeds.of_account(c, account.id)} == addresses


def test_a_feed_that_another_device_gave_is_not_the_users_own_word(db: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "tuireader-a.map").write_bytes(of_feeds("http://127.0.0.1:9/feed"))
    with closing(connect(db)) as c:
        folder_state.share(c, str(folder), host="test")
        shared_folder.exchange(c, NOW)
        assert [feed.reach for feed in feeds.every(c)] == [Reach.PUBLIC]


# Imports


def cache_of_newsboat(path: Path, content: str) -> Path:
    folder = path / ".newsboat"
    folder.mkdir()
    (folder / "urls").write_text("https://a.example/feed\n")
    with closing(sqlite3.connect(folder / "cache.db")) as c:
        c.execute(
            "CREATE TABLE rss_item (id INTEGER PRIMARY KEY, guid, title, author, url, feedurl, pubDate INTEGER,"
            f" {content}, unread INTEGER DEFAULT 1, flags, deleted INTEGER DEFAULT 0, enclosure_url, enclosure_type)"
        )
        c.execute(
            "INSERT INTO rss_item (guid, title, url, feedurl) VALUES ('g', 't', 'https://a.example/1', ?)",
            ("https://a.example/feed",),
        )
        c.commit()
    return folder


@pytest.mark.parametrize(
    "content",
    [
        "content TEXT AS (hex(zeroblob(9500000)))",
        "content TEXT AS (" + " || ".join(["hex(zeroblob(1000000))"] * 90) + ") STORED",
        "content TEXT GENERATED ALWAYS AS (title) VIRTUAL",
        "content TEXT, rowid TEXT",
    ],
)
def test_a_cache_whose_texts_or_numbers_are_others_is_none(db: Path, tmp_path: Path, content: str) -> None:
    try:
        folder = cache_of_newsboat(tmp_path, content)
    except sqlite3.Error:
        pytest.skip("SQLite does not make such a table")
    with closing(connect(db)) as c, pytest.raises(NotAFeedListError, match="is not a newsboat cache"):
        import_path(c, str(folder), NOW, lambda _: None)


def test_a_cache_that_multiplies_a_text_is_none(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that stands in the file once, as the default of a column, is no text of hundreds of articles."""
    monkeypatch.setattr(newsboat, "_DEFAULT", 10**9)
    folder = cache_of_newsboat(tmp_path, "other TEXT")
    with closing(sqlite3.connect(folder / "cache.db")) as c:
        rows = [(str(n), "https://a.example/feed") for n in range(500)]
        c.executemany("INSERT INTO rss_item (guid, feedurl) VALUES (?, ?)", rows)
        c.execute(f"ALTER TABLE rss_item ADD COLUMN content TEXT DEFAULT '{'word ' * 20_000}'")
        c.commit()
    with closing(connect(db)) as c:
        with pytest.raises(NotAFeedListError, match="its texts exceed its size"):
            import_path(c, str(folder), NOW, lambda _: None)
        assert article_lists.count(c, Query()) == 0


def test_an_archive_of_very_many_names_is_refused(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_any, "_LARGEST", 20_000)
    with zipfile.ZipFile(tmp_path / "omnivore.zip", "w") as archive:
        archive.writestr("metadata_0.json", "[]")
        for number in range(500):
            archive.writestr(f"content/{number}.html", "")
    with closing(connect(db)) as c, pytest.raises(NotAFeedListError, match=r"Cannot unpack .*: its file list is"):
        import_path(c, str(tmp_path / "omnivore.zip"), NOW, lambda _: None)


@pytest.mark.parametrize("column", ["id TEXT", "pubDate TEXT", "feedurl TEXT", "content TEXT"])
def test_a_cache_of_a_long_default_is_none(tmp_path: Path, column: str) -> None:
    with closing(sqlite3.connect(tmp_path / "cache.db")) as c:
        c.execute(f"CREATE TABLE rss_item (guid TEXT, {column} DEFAULT '{'9' * 101}')")
    with pytest.raises(NotAFeedListError, match="is not a newsboat cache"):
        list(newsboat.read_cache(tmp_path / "cache.db"))


def test_a_cache_whose_list_of_tables_never_ends_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page of it names the next one sixty times, and the last one is a row that may come again and again."""
    file, size, levels = tmp_path / "cache.db", 512, 17
    with closing(sqlite3.connect(file)) as c:
        c.execute(f"PRAGMA page_size = {size}")
        c.execute("CREATE TABLE rss_item (feedurl, guid UNIQUE)")
        for number in range(20):
            c.execute(f"CREATE TABLE other_{number} (feedurl, guid)")
    content = bytearray(file.read_bytes())
    pages = len(content) // size
    content[108:112] = (pages + 1).to_bytes(4, "big")
    for below in range(pages + 2, pages + levels + 2):
        places = b"".join((size - 5 * number).to_bytes(2, "big") for number in range(1, 61))
        head = struct.pack(">BHHHBI", 5, 0, 60, size - 300, 0, below) + places
        content += head.ljust(size - 300, b"\0") + (below.to_bytes(4, "big") + b"\1") * 60
    values = (b"index", b"sqlite_autoindex_rss_item_1", b"rss_item")
    row = bytes([6, *(2 * len(value) + 13 for value in values), 1, 0]) + b"".join(values) + b"\3"
    cell = bytes([len(row), 99]) + row
    head = struct.pack(">BHHHBH", 13, 0, 1, size - len(cell), 0, size - len(cell))
    content += head.ljust(size - len(cell), b"\0") + cell
    content[28:32] = (len(content) // size).to_bytes(4, "big")
    file.write_bytes(content)
    monkeypatch.setattr(newsboat, "_BATCH_TIMEOUT", 0.5)
    with pytest.raises(NotAFeedListError, match="interrupted"):
        list(newsboat.read_cache(file))


SORTED = """
import resource, sys
from pathlib import Path
from tuireader.library.transfer import newsboat
resource.setrlimit(resource.RLIMIT_FSIZE, (5_000_000, 5_000_000))
print(sum(len(items) for _, items in newsboat.read_cache(Path(sys.argv[1]))))
"""


def test_what_is_sorted_of_a_foreign_cache_takes_no_room_on_the_disk(tmp_path: Path) -> None:
    """Sorted rows are in a file of SQLite's, whole; many of them can be one text of megabytes."""
    folder = cache_of_newsboat(tmp_path, "content TEXT")
    with closing(sqlite3.connect(folder / "cache.db")) as c:
        rows = [("https://a.example/feed", str(n), "x" * 1_000_000) for n in range(30)]
        c.executemany("INSERT INTO rss_item (feedurl, guid, pubDate) VALUES (?, ?, ?)", rows)
        c.commit()
    command = [sys.executable, "-c", SORTED, str(folder / "cache.db")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("31", 0), done.stderr


def test_of_a_cache_so_many_rows_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = cache_of_newsboat(tmp_path, "content TEXT")
    with closing(sqlite3.connect(folder / "cache.db")) as c:
        c.executemany("INSERT INTO rss_item (guid, feedurl) VALUES (?, ?)", [(str(n), f"f{n % 9}") for n in range(900)])
        c.commit()
    monkeypatch.setattr(newsboat, "_FEEDS", 4)
    monkeypatch.setattr(newsboat, "_ARTICLES", 60)
    assert sum(len(items) for _, items in newsboat.read_cache(folder / "cache.db")) <= 28


def test_a_text_that_many_pages_name_comes_once(db: Path, tmp_path: Path) -> None:
    rows = [{"slug": "one", "url": f"https://a.example/{n}", "title": f"Page {n}"} for n in range(50)]
    with zipfile.ZipFile(tmp_path / "omnivore.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata_0.json", json.dumps(rows))
        archive.writestr("content/one.html", "<p>" + "word " * 10_000)
    with closing(connect(db)) as c:
        import_path(c, str(tmp_path / "omnivore.zip"), NOW, lambda _: None)
        ids = article_lists.ids(c, Query())
        assert (len(ids), len(articles.without_text(c, ids))) == (50, 49)


def test_a_statement_over_a_foreign_cache_has_a_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = cache_of_newsboat(tmp_path, "content TEXT")
    with closing(sqlite3.connect(folder / "cache.db")) as c:
        c.executemany("INSERT INTO rss_item (guid, feedurl) VALUES (?, 'x')", [(str(n),) for n in range(20_000)])
        c.commit()
    monkeypatch.setattr(newsboat, "_BATCH_TIMEOUT", -1.0)
    with pytest.raises(NotAFeedListError, match=r"Cannot read .*: interrupted"):
        list(newsboat.read_cache(folder / "cache.db"))


def test_an_export_of_millions_of_pages_is_refused(db: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "omnivore.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata_0.json", "[" + "{}," * 6_000_000 + "{}]")
    with closing(connect(db)) as c, pytest.raises(NotAFeedListError):
        import_path(c, str(tmp_path / "omnivore.zip"), NOW, lambda _: None)


def test_one_feed_of_many_categories_and_many_searches_are_taken_in(db: Path) -> None:
    names = ",".join(f"name {n}" for n in range(100_000))
    content = (
        f'<opml version="2.0"><body><outline text="x" xmlUrl="https://a.example/f" category="{names}"/></body></opml>'
    )
    with closing(connect(db)) as c:
        assert [each.status for each in import_feeds(c, content.encode(), NOW)] == ["added"]
        searches = "".join(f'"query:Name {n}:title =~ \\"x{n}\\""\n' for n in range(2000))
        came = import_feeds(c, searches.encode(), NOW)
        assert len(came) == len(ui_state.searches(c)) == 2000


# Secrets


def test_what_libraries_say_when_they_are_watched_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUIREADER_LOG", str(tmp_path / "log"))
    with started_log(everything=True) as log:
        for name in ("python_socks", "hpack", "asyncio", "urllib3"):
            logging.getLogger(name).debug("setup_socks5_connection.started auth=(b'bob', b'SECRETPW')")
        log.debug("a line of ours")
    text = (tmp_path / "log").read_text()
    assert "a line of ours" in text
    assert "SECRETPW" not in text


# What was never tried


async def test_sitemaps_of_sitemaps_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each lists a thousand others; none lists an article."""
    asked: list[str] = []

    async def get(url: str) -> Page:
        asked.append(url)
        name = url.rpartition("/")[2]
        if name == "robots.txt":
            raise FetchError("404", FetchFailure.STATUS, status=404)
        listed = "".join(f"<sitemap><loc>https://a.example/{len(asked)}-{n}.xml</loc></sitemap>" for n in range(1000))
        return Page(url, 200, f"<sitemapindex>{listed}</sitemapindex>".encode())

    front = Front("nothing", None, is_wordpress=False, guids=frozenset(), links=("https://a.example/2024/post",))  # type: ignore[arg-type]
    monkeypatch.setattr(archive_sources, "_FILES", 8)
    connect(tmp_path / "cache.db").close()
    cache = Cache(tmp_path / "cache.db")
    found = await archive_sources.find_pages(cache, get, A_FEED, front)
    cache.close()
    assert found.pages == ()
    assert len(asked) == 9


def test_a_file_of_another_owner_is_read_or_said(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    theirs = folder / "tuireader-a.map"
    theirs.write_bytes(of_feeds("https://a.example/feed"))
    if os.geteuid() == 0:
        os.chown(theirs, 12345, 12345)
    with closing(connect(db)) as c:
        folder_state.share(c, str(folder), host="test")
        assert not shared_folder.exchange(c, NOW).taken.said
        assert [feed.url for feed in feeds.every(c)] == ["https://a.example/feed"]
        theirs.touch()  # something has come

        def refuse(path: Path, *flags: int) -> int:
            if Path(path) == theirs:
                raise PermissionError(13, "Permission denied")
            return open_shared(path, *flags)

        monkeypatch.setattr(shared_folder, "open_shared", refuse)
        said = shared_folder.exchange(c, NOW).taken.said
        assert said == (f"Cannot read {theirs}: Permission denied",)
        assert [feed.url for feed in feeds.every(c)] == ["https://a.example/feed"]


@pytest.mark.parametrize("words", [["rules", "--add", "x\udcff", "--tag", "y\udcff"], ["rules", "--try", "\udcff"]])
def test_arguments_that_are_no_text_are_no_bug(db: Path, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuireader.paths.cache_path", lambda: db)
    assert main(words) in (0, 1, 2)
    with closing(connect(db)) as c:
        assert all(rule.query == "x?" for rule in rules.every(c))


@pytest.mark.parametrize("as_bytes", [False, True])
def test_signs_in_a_text_of_json_are_no_objects(as_bytes: bool) -> None:
    text = json.dumps({"html": '[{\\"' * 50 + "é", "more": ["[" * 50]})
    assert loads(text.encode() if as_bytes else text, most=10)["html"].startswith("[{")
    for nested in ("[" * 11 + "]" * 11, '"' + "[" * 11, '["x", ' + "[1]," * 10 + "0]"):
        with pytest.raises(ValueError, match=r"too many objects|Unterminated|Expecting"):
            loads(nested.encode() if as_bytes else nested, most=10)


@pytest.mark.parametrize(
    ("text", "is_read_as"),
    [
        (r"a\ud800b", "a\ufffdb"),
        (r"\ud83d\ude00", "\U0001f600"),
        (r"\ude00\ud83d", "\ufffd\ufffd"),
        (r"\ud83d\uD83D\uDE00", "\ufffd\U0001f600"),
        (r"\\ud800", r"\ud800"),
        (r"\\\ud800", "\\\ufffd"),
    ],
)
def test_half_a_character_in_json_is_none(text: str, is_read_as: str) -> None:
    assert loads(f'["{text}"]') == [is_read_as]


def test_of_thousands_of_attributes_of_a_list_the_first_are_named() -> None:
    rows = (f'<outline xmlUrl="https://{n}.example/" a{n}="1" b{n}="1"/>' for n in range(3000))
    listed = read_list(f"<opml version='2.0'><body>{''.join(rows)}</body></opml>".encode())
    assert len(listed.outlines) == 3000
    assert 10 < len(listed.left_out) < 100


def test_json_of_millions_of_values_is_none() -> None:
    for text in ('{"x": [' + "1," * 1_000_001 + "1]}", "{" + ",".join(f'"{n}": 1' for n in range(90)) + "}"):
        with pytest.raises(ValueError, match="too many"):
            loads(text, most=20)
    assert len(loads('["' + "," * 100 + '"]', most=20)[0]) == 100


def test_of_a_file_to_be_imported_so_many_rows_and_feeds_are_taken(
    db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuireader.feeds.read_later._PAGES_MAX", 3)
    monkeypatch.setattr("tuireader.feeds.url_list.FEEDS_MAX", 3)
    monkeypatch.setattr("tuireader.feeds.opml.FEEDS_MAX", 3)
    rows = "".join(f"t,https://a.example/{n},1,,unread\n" for n in range(9))
    outlines = "".join(f'<outline xmlUrl="https://o.example/{n}"/>' for n in range(9))
    with closing(connect(db)) as c:
        pages = import_content(c, f"title,url,time_added,tags,status\n{rows}".encode(), NOW, lambda _: None)
        assert pages.said()[0] == "3 pages saved."
        lines = import_content(c, "".join(f"https://l.example/{n}\n" for n in range(9)).encode(), NOW, lambda _: None)
        assert lines.said()[:2] == ["3 new feeds.", "Not imported: line 4, the rest of the list."]
        opml = import_content(c, f"<opml><body>{outlines}</body></opml>".encode(), NOW, lambda _: None)
        assert opml.said()[:2] == ["3 new feeds.", "Not imported: the rest of the list."]


def test_what_is_imported_is_printable(db: Path, tmp_path: Path) -> None:
    """Whatever a link, a title or a name in it holds."""
    bad = "\x1b]0;PWN\x07\u202e"
    row = {"url": f"https://a.example/{bad}", "title": f"A{bad}", "tags": [f"t{bad}"], "published_by": [f"P{bad}"]}
    rows: list[dict[str, object]] = [
        {"type": "tuireader", "version": 1},
        {"type": "feed", "url": "https://f.example/", "title": f"F{bad}", "site": f"https://f.example/{bad}"},
        {"type": "article", "feed_url": "https://f.example/", "guid": "g", "title": f"A{bad}", "html": "<p>x</p>"}
        | {"link": f"https://f.example/{bad}", "categories": [f"C{bad}"], "tags": [f"t{bad}"]},
        {"type": "end"},
    ]
    (tmp_path / "all.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    with closing(connect(db)) as c:
        import_content(c, json.dumps([row]).encode(), NOW, lambda _: None)
        import_path(c, str(tmp_path / "all.jsonl"), NOW, lambda _: None)
        every = [articles.get(c, id_) for id_ in article_lists.ids(c, Query())]
        said = [str(replace(each, guid="")) for each in every] + [str(each) for each in feeds.every(c)]
        said += [str(labels.tags_of(c, article_lists.ids(c, Query()))), export_feeds(c, NOW).content.decode()]
    assert len(said) == 6
    assert not [each for each in said if "\x1b" in each or "\\x1b" in each or "\u202e" in each or "\\u202e" in each]


# What is shown


RSS = (
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel><title>{x}</title><link>http://a.example/{x}</link>'
    "<description>{x}</description><language>{x}</language><ttl>1{n}</ttl><generator>{x}</generator><image>"
    "<url>http://a.example/{x}</url></image><itunes:author>{x}</itunes:author><item><title>{x}</title>"
    "<link>http://a.example/{x}</link><guid>{x}</guid><author>{x}</author><dc:creator>{x}</dc:creator>"
    "<category>{x}</category><pubDate>{x}</pubDate><comments>http://a.example/{x}</comments>"
    '<enclosure url="http://a.example/{x}" type="{x}" length="{n}"/><media:content url="http://a.example/{x}"/>'
    "<description>Words.</description></item></channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{x}"><title>{x}</title><id>{x}</id><updated>{x}</updated>'
    '<link href="http://a.example/{x}"/><link rel="self" href="http://a.example/{x}"/><author><name>{x}</name>'
    "<email>{x}</email></author><entry><title>{x}</title><id>{x}</id>"
    '<link href="http://a.example/{x}"/><author><name>{x}</name></author><category term="{x}" label="{x}"/>'
    '<updated>{x}</updated><content type="html">Words.</content></entry></feed>'
)
JSON_FEED = json.dumps(
    {"version": "https://jsonfeed.org/version/1.1", "title": "{x}", "home_page_url": "http://a.example/{x}"}
    | {
        "feed_url": "http://a.example/{x}",
        "icon": "http://a.example/{x}",
        "language": "{x}",
        "authors": [{"name": "{x}"}],
    }
    | {"next_url": "http://a.example/{x}"}
    | {
        "items": [
            {"id": "{x}", "url": "http://a.example/{x}", "external_url": "http://a.example/{x}", "title": "{x}"}
            | {"content_html": "Words.", "tags": ["{x}"], "authors": [{"name": "{x}", "url": "http://a.example/{x}"}]}
            | {"date_published": "{x}", "image": "http://a.example/{x}", "language": "{x}"}
        ]
    }
)


@pytest.mark.parametrize("feed", [RSS, ATOM, JSON_FEED], ids=["rss", "atom", "json"])
def test_nothing_but_texts_is_long(site: ScriptedSite, db: Path, feed: str) -> None:
    """Else each screen that shows it freezes, one after the other."""
    content = feed.replace("{x}", "w" * 200_000).replace("{n}", "9" * 200_000)
    kind = "application/feed+json" if feed is JSON_FEED else "text/xml"
    site.pages["/feed"] = Reply(content.encode(), headers={"Content-Type": kind})
    assert main(["add", f"{site.url}/feed"]) == 0
    with closing(connect(paths.cache_path())) as c:
        assert article_lists.count(c, Query()) == 1
        tables = [row[0] for row in c.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")]
        for table in tables:
            if table not in {"body", "search_data", "search_content", "search_idx", "undo"}:
                columns = [row[1] for row in c.execute(f"PRAGMA table_info({table})")]
                most = [c.execute(f'SELECT max(length("{each}")) FROM "{table}"').fetchone()[0] for each in columns]
                assert max(each or 0 for each in most) <= 65_600, (table, columns, most)
