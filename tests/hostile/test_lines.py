"""What else must not happen: nothing fetched that no one asked for, nothing named after the web, no star unseen."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import subprocess
import unicodedata
import webbrowser
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual import events
from textual.pilot import Pilot

from conftest import Reply, ScriptedSite
from support.app_factory import REVIEW, Piece, ids, reader, screen_text, settle, shelve
from support.fault_injection import sqlite_error
from support.rss import Item, rss
from tuireader import paths
from tuireader.cli import main
from tuireader.store import articles, connection, schema, statuses
from tuireader.store.connection import connect
from tuireader.tui.app import ReaderApp
from tuireader.tui.main import headlines_pane

NEEDED = "a\u200eb\u200fc \u0645\u06cc\u200c\u062e \u2764\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467"
BROKEN = "nul \0, half \ud800, turned \u202e\u2066 \u2069\u202c, e" + "\u0301" * 50 + "x"


def test_what_scripts_need_comes_out_and_what_is_broken_is_mended(
    site: ScriptedSite, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"{NEEDED} {BROKEN}"
    item = {"id": "1", "title": text, "content_html": f"<p>{text}</p>", "authors": [{"name": text}], "tags": [text]}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": text, "items": [item]}
    site.pages["/feed"] = Reply(json.dumps(feed), content_type="application/feed+json")
    assert main(["add", f"{site.url}/feed"]) == 0
    capsys.readouterr()
    wanted = normal(f"{NEEDED} nul \ufffd, half \ufffd, turned , e" + "\u0301" * 8 + "x")
    commands = (["list"], ["list", "--json"], ["feeds"], ["show", "1", "--width", "200"])
    for words in (*commands, ["show", "1", "--format", "json"]):
        assert main(words) == 0
        assert wanted in normal(capsys.readouterr().out), words


def normal(text: str) -> str:
    """Text composed, with single spaces."""
    return unicodedata.normalize("NFC", re.sub(" +(,?)", r" \1", text))


@pytest.fixture
def inside() -> Iterator[ScriptedSite]:
    """Something else that listens on this machine."""
    scripted = ScriptedSite()
    yield scripted
    scripted.stop()


PICTURES = {
    "/huge.png": "A huge picture",
    "/cut-off.png": "One that is cut off",
    "/moving.gif": "One that moves",
    "/drawing.svg": "A drawing",
    "/not-a-picture.png": "No picture at all",
    "INSIDE/private.png": "One inside",
}


async def test_pictures_are_their_alt_text_and_are_not_fetched(
    site: ScriptedSite, inside: ScriptedSite, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = "".join(
        f"<img src='{address}' srcset='{address} 2x' width='30000' height='30000' alt='{alt}'>"
        for address, alt in PICTURES.items()
    ).replace("INSIDE", inside.url)
    site.pages["/feed"] = Reply(rss(Item("one", html=f"<p>Before.</p>{pictures}<p>After.</p>")))
    assert await asyncio.to_thread(main, ["add", f"{site.url}/feed"]) == 0
    capsys.readouterr()
    assert main(["show", "1"]) == 0
    shown = capsys.readouterr().out
    app = reader(paths.cache_path())
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        on_screen = screen_text(app)
    for alt in PICTURES.values():
        assert f"▣ {alt}" in shown
        assert f"▣ {alt}" in on_screen
    assert set(site.paths()) == {"/feed"}
    assert inside.paths() == []


def test_no_file_is_named_after_anything_from_the_web(site: ScriptedSite, tmp_path: Path) -> None:
    names = ["../../x", "..%2f..%2fy", "a\x00b", "c" * 300, "CON", "/etc/passwd", "~root"]
    items = [Item(f"n{number}", name, link=f"{site.url}/{name}", guid=name) for number, name in enumerate(names)]
    feed = rss(*items, title="../../feed").replace("\x00", "&#0;")
    site.pages["/feed"] = Reply(feed, content_type="application/rss+xml")
    assert main(["add", f"{site.url}/feed"]) == 0
    made = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in made} <= {"tuireader.db", "tuireader.db-wal", "tuireader.db-shm"}
    assert {path.parent for path in made} == {paths.data_dir()}


@pytest.mark.parametrize(
    "html",
    [
        "<a href='http://['>x</a>",
        "<![CD",
        "<![CDATA[x",
        "<img src='http://['>",
        "&#xD800;",
        "&#1114112;",
        "<a href='//[::'>x",
    ],
)
def test_what_stops_parsers_stops_no_article(html: str, site: ScriptedSite, capsys: pytest.CaptureFixture[str]) -> None:
    items = (Item("bad", html=f"<p>Before.</p>{html}<p>After.</p>"), Item("good", html="<p>All is well.</p>"))
    site.pages["/feed"] = Reply(rss(*items), content_type="application/rss+xml")
    assert main(["add", f"{site.url}/feed"]) == 0
    capsys.readouterr()
    assert main(["list", "--json"]) == 0
    rows = {row["title"]: row["id"] for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert set(rows) == {"bad", "good"}
    assert main(["show", str(rows["bad"])]) == 0
    assert "Before." in capsys.readouterr().out


NOT_FOR_THE_WEB = {
    "file": "ftp://ftp.example/x",
    "script": "javascript:alert(1)",
    "passwords": "file:///etc/passwd",
    "an editor": "vscode://x",
    "data": "data:text/html,x",
}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What was started, word by word; nothing is."""
    started: list[list[str]] = []

    def start(command: list[str], **_: object) -> SimpleNamespace:
        started.append(command)
        return SimpleNamespace(poll=lambda: None, wait=lambda *_: 0)

    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(webbrowser, "_tryorder", ["browser"])
    monkeypatch.setitem(vars(webbrowser)["_browsers"], "browser", [None, webbrowser.BackgroundBrowser("browser")])
    return started


async def test_links_that_are_not_for_the_web_are_shown_and_not_opened(db: Path, opened: list[list[str]]) -> None:
    links = {
        **NOT_FOR_THE_WEB,
        "an option": "--profile=x",
        "a path": "./../../etc/passwd",
        "mail": "mailto:a@b.test",
    }
    html = "".join(f"<p><a href='{address}'>{word}</a></p>" for word, address in links.items())
    shelve(db, "Links", [Piece("Links", html=html)])
    app = reader(db)
    async with app.run_test(size=(100, 50), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        for word in links:
            assert word in screen_text(app)
        for _ in range(4):  # the others are no links
            await pilot.press(".")
            await pilot.press("enter")
            await settle(pilot)
            assert "Cannot open ftp://" in screen_text(app)
    base = "http://links.example"
    assert [command for command in opened if command[1].startswith("http")] == [
        ["browser", f"{base}/--profile=x"],
        ["browser", f"{base}/etc/passwd"],
    ]
    assert [command for command in opened if not command[1].startswith("http")] == [["browser", "mailto:a@b.test"]]


@pytest.mark.parametrize("address", [*NOT_FOR_THE_WEB.values(), "--profile=x", "./../../etc/passwd"])
async def test_an_article_at_an_address_that_is_not_of_the_web_is_not_opened(
    site: ScriptedSite, opened: list[list[str]], address: str
) -> None:
    site.pages["/feed"] = Reply(rss(Item("one", link=address, guid="g")))
    assert await asyncio.to_thread(main, ["add", f"{site.url}/feed"]) == 0
    app = reader(paths.cache_path())
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("o", "enter", "o")
        await settle(pilot)
        assert app.return_code is None
    assert all(word == "browser" and url.startswith("http://") for word, url in opened)
    assert bool(opened) == (":" not in address)


ODD_WORDS = ["don't", "c++", "foo-bar", '"', "AND", "*", "NEAR(", "author:", " "]


@pytest.mark.thorough
async def test_whatever_is_typed_into_the_search_is_no_error(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(pilot)
        for words in ODD_WORDS:
            await pilot.press("slash")
            app.post_message(events.Paste(words))
            await settle(pilot)
            assert words.strip() in screen_text(app)
            await pilot.press("enter", "enter", "escape")
            await settle(pilot)
            await pilot.press("escape", "escape", "l")
            await settle(pilot)
            assert app.return_code is None
            assert not app.query("Toast")
        assert "A Worrying" in screen_text(app)


async def test_two_readers_of_one_cache_see_each_others_stars(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    one, other = reader(db), reader(db)
    async with one.run_test(size=(100, 30)) as here, other.run_test(size=(100, 30)) as there:
        await settle(here)
        await settle(there)
        await here.press("f")
        await settle(here)
        await there.press("j", "f")
        await settle(there)
        for app, pilot in ((one, here), (other, there)):
            app.post_message(events.AppBlur())
            app.post_message(events.AppFocus())
            await pilot.pause()
            await settle(pilot)
            assert screen_text(app).count("★") == 3  # two headlines, and the name of the list of those
    with closing(connect(db)) as c:
        assert [articles.status(c, id_).starred for id_ in ids(db)] == [True, True, False, False]


@pytest.mark.thorough
async def test_a_reader_sees_what_another_one_marks_without_being_asked(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(headlines_pane, "WATCH_INTERVAL", 0.05)
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    async with app.run_test(size=(140, 30)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert app.reader.reading.opened is not None
        article_id = app.reader.reading.opened[0].id
        for starred in (True, False):
            with closing(connect(db)) as c:
                statuses.mark(c, [article_id], starred=starred)
            for _ in range(500):
                await pilot.pause(0.02)
                if app.reader.reading.opened[1].starred == starred and ("★" in listed(app)) == starred:
                    break
            else:
                pytest.fail(screen_text(app))


def listed(app: ReaderApp) -> str:
    """The headlines as they are on the screen."""
    left = app.reader.headlines.region.x
    return "\n".join(line[left:] for line in screen_text(app).splitlines())


# A cache that cannot be used as it should


@pytest.fixture
def read_only(db: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache that cannot be written; it must be the same at the end."""
    shelve(db, "The Example Review", REVIEW)
    before = db.read_bytes()
    open_it = connection._open

    def opened(path: Path, database: str = "", *, uri: bool = False, patience: float = 0) -> connection.Connection:
        if not uri:
            raise sqlite_error(sqlite3.SQLITE_READONLY, "attempt to write a readonly database")
        return open_it(path, database, uri=True)

    monkeypatch.setattr(connection, "_open", opened)
    yield db
    assert db.read_bytes() == before


async def test_a_read_only_cache_is_said_and_can_be_read(read_only: Path) -> None:
    app = reader(read_only)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(pilot)
        await said(pilot, app, "is read-only")
        await pilot.press("enter")
        await settle(pilot)
        assert "Although they have been rivals" in screen_text(app)
        await pilot.press("f")
        await settle(pilot)
        await said(pilot, app, "or its directory is read-only")
        await pilot.press("J")
        await settle(pilot)
        assert app.return_code is None


async def said(pilot: Pilot[None], app: ReaderApp, words: str) -> None:
    """See words on the screen, where a toast, which takes a moment to unfold, may have broken them into lines."""
    for _ in range(100):
        flowing = " ".join(re.sub(r"[▌▐│─┴┬]", " ", screen_text(app)).split())
        if words in flowing:
            return
        await pilot.pause(0.02)
    pytest.fail(f"{words!r} is not on the screen:\n{screen_text(app)}")


@pytest.fixture
def damaged(db: Path) -> Iterator[Path]:
    """A cache that is none; the file must be there at the end, under another name."""
    db.write_bytes(b"garbage" * 1000)
    yield db
    assert Path(f"{db}.damaged-1").read_bytes() == b"garbage" * 1000


async def test_a_damaged_cache_is_moved_aside_and_that_is_said(damaged: Path) -> None:
    app = reader(damaged)
    async with app.run_test(size=(200, 30), notifications=True) as pilot:
        await settle(pilot)
        await said(pilot, app, "The database was damaged and nothing")
        assert app.return_code is None


@pytest.mark.parametrize(
    "command", [["list"], ["feeds"], ["show", "1"], ["add", "example.org"], ["mark", "1", "--star"]]
)
def test_a_cache_of_a_newer_version_is_a_sentence(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    path = paths.cache_path()
    shelve(path, "The Example Review", REVIEW)
    with closing(sqlite3.connect(path)) as c:
        c.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    assert main(command) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(
        rf"tuireader: (?:example\.org: )?{re.escape(str(path))} was created by a newer tuireader.+\.\n", said.err
    )
    assert path.read_bytes() == before
