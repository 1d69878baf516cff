"""What else must not happen: nothing fetched that no one asked for, nothing named after the web, no star unseen."""

from __future__ import annotations

import json
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from textual import events

from conftest import Reply, ScriptedSite
from rss import Item, rss
from shelf import REVIEW, Piece, ids, reader, screen_text, settle, shelve
from tuireader import paths
from tuireader.cli import main
from tuireader.store import articles
from tuireader.store.connection import connect

PICTURES = (
    "<p>Before.</p><img src='/huge.png' width='30000' height='30000' alt='A huge picture'>"
    "<img src='/cut-off.png' alt='One that is cut off'><img src='/moving.gif' alt='One that moves'>"
    "<img src='/drawing.svg' alt='A drawing'><img src='/not-a-picture.png' alt='No picture at all'>"
    "<img src='http://127.0.0.1:1/private.png' srcset='/other.png 2x' alt='One inside'><p>After.</p>"
)


def test_pictures_are_their_alt_text_and_are_not_fetched(
    site: ScriptedSite, capsys: pytest.CaptureFixture[str]
) -> None:
    site.pages["/feed"] = Reply(rss(Item("one", html=PICTURES)), content_type="application/rss+xml")
    assert main(["add", f"{site.url}/feed"]) == 0
    capsys.readouterr()
    assert main(["show", "1"]) == 0
    shown = capsys.readouterr().out
    for alt in ("A huge picture", "One that is cut off", "One that moves", "A drawing", "No picture", "One inside"):
        assert f"▣ {alt}" in shown
    assert set(site.paths()) == {"/feed"}


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


async def test_links_that_are_not_for_the_web_are_shown_and_not_opened(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[object] = []
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **_: started.append(args))
    html = (
        "<p>A <a href='ftp://ftp.example/x'>file</a>, a <a href='javascript:alert(1)'>script</a>, "
        "<a href='file:///etc/passwd'>passwords</a>, <a href='vscode://x'>an editor</a>, "
        "<a href='data:text/html,x'>data</a>, <a href='--profile=x'>an option</a>.</p>"
    )
    shelve(db, "Links", [Piece("Links", html=html)])
    app = reader(db)
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        for word in ("file", "script", "passwords", "an editor", "data", "an option"):
            assert word in screen_text(app)
        await pilot.press("tab", "enter")
        await settle(pilot)
        assert "Only web and mail addresses are opened" in screen_text(app)
    assert not started


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
