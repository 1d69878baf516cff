"""Exporting in the reader, the paths of files, and the log."""

from __future__ import annotations

import threading
import zipfile
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from support.app_factory import NOTES, NOW, REVIEW, reader, said, screen_text, settle, shelve
from tuireader import paths
from tuireader.library.transfer import export_articles
from tuireader.tui.app import ReaderApp
from tuireader.tui.dialogs.files import ExportScreen, FilesScreen, LogScreen
from tuireader.tui.lists.choice_list import AutocompleteList

SIZE = (100, 30)


@pytest.fixture
def filled(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    shelve(db, "The Example Review", REVIEW)
    shelve(db, "Notes", NOTES)
    return db


async def command(pilot: Pilot[None], words: str) -> None:
    await settle(pilot)
    await pilot.press("colon", *words, "enter")
    await settle(pilot)


def typed(app: ReaderApp) -> Input:
    return app.screen.query_one(Input)


@pytest.mark.thorough
async def test_quitting_during_an_export_asks_once(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(export_articles, "export_to", lambda *_, **__: [str(go_on.wait(60))])
    app = reader(filled)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await command(pilot, "export")
        await pilot.press("enter", "ctrl+q")
        await said(pilot, "Export in progress. To stop it, quit again.")
        assert app.is_running
        go_on.set()
        await said(pilot, "True")
        await pilot.press("ctrl+q")
        await pilot.pause()
    assert app.return_code == 0


async def test_selected_articles_or_the_open_one_are_exported_alone(filled: Path) -> None:
    app = reader(filled)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("v", "j", "v")
        for before, words, name, what in (
            ((), "2 selected articles, one file each", "two", "2 articles"),
            (("escape", "enter"), "This article, one file each", "one", "1 article"),
        ):
            await pilot.press(*before)
            await command(pilot, "export")
            assert words in screen_text(app)
            await pilot.press("down", "down", "down")
            typed(app).value = f"~/{name}"
            await pilot.press("enter")
            await said(pilot, f"Exported {what}")
        assert [len(list((Path.home() / name).glob("**/*.md"))) for name in ("two", "one")] == [2, 1]


@pytest.mark.parametrize(
    ("downs", "name", "what"),
    [
        (0, "tuireader-2026-08-01.opml", "2 feeds"),
        (1, "tuireader-2026-08-01.json", "6 articles"),
        (2, "tuireader-2026-08-01.epub", "6 articles"),
        (3, "tuireader-2026-08-01", "6 articles"),
    ],
)
async def test_what_is_chosen_is_exported(filled: Path, downs: int, name: str, what: str) -> None:
    app = reader(filled)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await command(pilot, "export")
        assert isinstance(app.screen, ExportScreen)
        await pilot.press(*["down"] * downs)
        suggested = typed(app).value
        assert suggested.startswith("~/tuireader-")
        typed(app).value = f"~/{name}"
        await pilot.press("enter")
        await said(pilot, f"Exported {what}")
    path = Path.home() / name
    if downs == 0:
        assert b"The Example Review" in path.read_bytes()
    elif downs == 1:
        assert path.read_bytes().startswith(b'{"type": "tuireader"')
    elif downs == 2:
        assert zipfile.is_zipfile(path)
    else:
        assert len([*path.glob("*.md")]) == 6


@pytest.mark.thorough
async def test_only_articles_of_the_list_are_in_the_book(filled: Path) -> None:
    app = reader(filled)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("slash", *"feed:notes", "enter")
        await command(pilot, "export")
        await pilot.press("down", "down", "enter")
        await said(pilot, "Exported 2 articles")


@pytest.mark.thorough
async def test_the_suggested_path_follows_the_format_until_one_is_typed(filled: Path) -> None:
    app = reader(filled)
    async with app.run_test(size=SIZE) as pilot:
        await command(pilot, "export")
        assert typed(app).value == f"~/tuireader-{NOW:%Y-%m-%d}.opml"
        await pilot.press("down", "down")
        assert typed(app).value.endswith(".epub")
        await pilot.press("x")
        await pilot.press("up")
        assert typed(app).value.endswith(".epubx")


@pytest.mark.thorough
async def test_the_format_and_the_suffix_follow_each_other(filled: Path) -> None:
    app = reader(filled)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await command(pilot, "export")
        rows = app.screen.query_one(AutocompleteList)
        for name, row in (("a.jsonl", 1), ("a.EPUB", 2), ("a.json", 1), ("a.opml", 0), ("a.txt", 0)):
            typed(app).value = f"~/{name}"
            await pilot.pause()
            assert rows.cursor == row
        typed(app).value = "~/a.json"
        await pilot.pause()
        for name in ("~/a.epub", "~/a", "~/a"):
            await pilot.press("down")
            assert typed(app).value == name
        typed(app).value = "~/b.opml"
        await pilot.press("down", "enter")
        await said(pilot, "Exported 6 articles")
    assert (Path.home() / "b.jsonl").read_bytes().startswith(b'{"type": "tuireader"')


async def test_mistakes_are_said_and_nothing_is_replaced_without_a_question(filled: Path) -> None:
    there = Path.home() / "there.opml"
    there.write_text("mine")
    app = reader(filled)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await command(pilot, "export")
        for path, mistake in (
            ("", "Enter a file name."),
            ("~", "is a directory: enter a file name."),
            (str(filled), "This file exists."),
            ("~/there.opml", "This file exists. Press enter again to replace it."),
        ):
            typed(app).value = path
            await pilot.press("enter")
            await said(pilot, mistake)
        assert there.read_text() == "mine"
        await pilot.press("enter")
        await said(pilot, "Exported 2 feeds")
        assert there.read_text() != "mine"
        await command(pilot, "export")
        typed(app).value = "~/none/feeds.opml"
        await pilot.press("enter")
        await said(pilot, "does not exist")
        assert isinstance(app.screen, ExportScreen)


@pytest.mark.thorough
async def test_the_path_of_a_file_is_copied(filled: Path) -> None:
    app = reader(filled)
    async with app.run_test(size=SIZE) as pilot:
        await command(pilot, "show files")
        assert isinstance(app.screen, FilesScreen)
        await pilot.press("enter")
        assert app.clipboard == str(paths.config_path())
        await command(pilot, "show files")
        await pilot.press("escape")
        assert app.screen is app.reader


async def test_the_log_is_shown_from_its_end(filled: Path) -> None:
    app = reader(filled)
    async with app.run_test(size=SIZE) as pilot:
        log = paths.log_path()
        if log.exists():
            log.unlink()
        await command(pilot, "show log")
        assert isinstance(app.screen, LogScreen)
        assert "The log is empty." in screen_text(app)
        await pilot.press("escape")
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("".join(f"line {number} \x1b[31m{'word ' * 30}\n" for number in range(2000)))
        await command(pilot, "show log")
        assert "line 1999" in screen_text(app)
        assert "line 0 " not in screen_text(app)
        await pilot.press("enter")
        assert app.screen is app.reader


async def test_a_feed_is_unsubscribed_from_by_name(filled: Path) -> None:
    app = reader(filled)
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await command(pilot, "unsubscribe")
        assert "Unsubscribe from The Example Review and delete its" in screen_text(app)
        assert "U: undo" in screen_text(app)
        await pilot.press("j", "enter")
        await said(pilot, "Unsubscribed from The Example Review")
