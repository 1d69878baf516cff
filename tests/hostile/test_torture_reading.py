"""A reading session in which the k-th statement fails, or the browser: reading goes on, and what was marked is kept."""

from __future__ import annotations

import sqlite3
import subprocess
import webbrowser
from contextlib import closing, suppress
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.worker import WorkerFailed

from faults import Fault, failing_statements
from shelf import NOTES, REVIEW, ids, reader, screen_text, settle, shelve
from tuireader.errors import StoreError
from tuireader.store import articles
from tuireader.store.connection import connect

SESSION = [
    *("j", "enter", "space", "J", "f", "K", "m", "escape"),
    *("slash", "h", "a", "r", "b", "enter", "escape"),
    *("tab", "j", "j", "enter", "enter", "A", "U", "R", "s", "v", "n", "J", "t", "escape", "u", "escape", "z", "z"),
]
STRIDE = 61
"""A session has some four hundred statements, most of them alike: every so many fails, which takes long enough."""


async def session(path: Path, fault: Fault, code: int, words: str) -> str:
    """Read as people do, with a fault on the way; what was said at the end of it."""
    with failing_statements(fault, code, words):
        try:
            app = reader(path)
        except StoreError as error:
            return str(error)
        async with app.run_test(size=(130, 40), notifications=True) as pilot:
            await calm(pilot)
            for key in SESSION:
                await pilot.press(key)
            await calm(pilot)
            assert "FEEDS" in screen_text(app)
            await pilot.press("ctrl+q")
        assert app.return_code == 0
        return app.last_words


async def calm(pilot: Pilot[None]) -> None:
    """Wait until no worker is left; that one failed is what the test is about."""
    for _ in range(3):
        with suppress(WorkerFailed):
            await settle(pilot)


def check(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with closing(connect(path)) as c:
        assert not c.notice
        assert len(ids(path)) == len(REVIEW) + len(NOTES)


async def counted(path: Path) -> int:
    fault = Fault()
    assert not await session(path, fault, sqlite3.SQLITE_IOERR, "disk I/O error")
    return fault.uses


async def test_the_kth_statement_of_a_session_fails(tmp_path: Path) -> None:
    shelve_all(tmp_path / "whole.db")
    total = await counted(tmp_path / "whole.db")
    assert total > 100
    for k in range(1, total + 1, STRIDE):
        path = tmp_path / f"{k}.db"
        shelve_all(path)
        await session(path, Fault(k), sqlite3.SQLITE_IOERR, "disk I/O error")
        check(path)


def shelve_all(path: Path) -> None:
    shelve(path, "The Example Review", REVIEW)
    shelve(path, "Notes", NOTES)


async def test_a_mark_that_could_not_be_written_is_said_and_can_be_made_again(db: Path) -> None:
    shelve_all(db)
    app = reader(db)
    async with app.run_test(size=(130, 40), notifications=True) as pilot:
        await calm(pilot)
        with failing_statements(Fault(1), sqlite3.SQLITE_FULL, "database or disk is full"):
            await pilot.press("f")
            await calm(pilot)
        assert "The disk is full" in screen_text(app)
        await pilot.press("f")
        await calm(pilot)
        shown = app.reader.headlines.current
        assert shown is not None
    with closing(connect(db)) as c:
        assert articles.status(c, shown.id).starred == shown.starred


async def test_a_browser_that_cannot_be_started_is_said(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_process(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    shelve_all(db)
    monkeypatch.setattr(subprocess, "Popen", no_process)
    monkeypatch.setattr(webbrowser, "_tryorder", ["torture"])
    monkeypatch.setitem(webbrowser._browsers, "torture", [None, webbrowser.BackgroundBrowser("torture")])
    app = reader(db)
    async with app.run_test(size=(130, 40), notifications=True) as pilot:
        await calm(pilot)
        await pilot.press("enter")
        await calm(pilot)
        await pilot.press("o")
        await calm(pilot)
        assert "No browser was found" in screen_text(app)
        await pilot.press("J")
        await calm(pilot)
    assert app.return_code is None
    assert app.last_words == ""
