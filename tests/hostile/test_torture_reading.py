"""A reading session in which the k-th statement fails, or the browser: reading goes on, and what was marked is kept."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import webbrowser
from collections.abc import Sequence
from contextlib import ExitStack, closing, suppress
from itertools import count
from pathlib import Path

import pytest
import textual.app
import textual.pilot
from textual.pilot import Pilot
from textual.worker import WorkerFailed

from support.app_factory import NOTES, REVIEW, ids, keys_done, reader, screen_text, shelve, until, workers_done
from support.fault_injection import Fault, failing_statements
from tuireader.errors import StoreError
from tuireader.store import articles, feeds, labels
from tuireader.store.connection import connect
from tuireader.tui.app import ReaderApp

BACK = ("escape",) * 3
STEPS: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
    ((), ("j",)),
    ((*BACK, "l"), ("enter",)),
    *(((), (key,)) for key in ("space", "J", "f", "K", "m")),
    (("escape",), ("n",)),
    ((*BACK, "l", "slash", "h"), ("a",)),
    ((*BACK, "l", "slash", *"harb"), ("enter",)),
    ((*BACK, "l"), ("escape",)),
    ((*BACK, "l"), ("A",)),
    *(((), (key,)) for key in ("U", "R", "s", "equals_sign")),
    *(((*BACK, "l", "v"), (key,)) for key in ("V", "ctrl+a", "M", "T", "S", "exclamation_mark")),
    ((*BACK, "h", "tab", "tab"), ("x",)),
    *(((*BACK, "l", "enter"), (key,)) for key in ("t", "u", "z")),
    ((*BACK, "h"), ("tab", "j", "enter")),
]
"""What a reader does: the keys that lead there, and those while which statements fail."""
HALVES = {"reading": STEPS[:10], "marking and lists": STEPS[10:]}
IDLE = {("j",), ("escape",), ("t",), ("u",), ("z",), ("equals_sign",)}
"""Keys that ask nothing of the cache; after each of the others a statement fails."""
EVERY = [pytest.param(1, marks=pytest.mark.slow), 9]

SESSION = [
    *("j", "enter", "space", "J", "f", "K", "m", "escape"),
    *("slash", "h", "a", "r", "b", "enter", "escape"),
    *(
        "tab",
        "j",
        "j",
        "enter",
        "enter",
        "A",
        "U",
        "R",
        "s",
        "v",
        "equals_sign",
        "n",
        "J",
        "t",
        "escape",
        "u",
        "escape",
        "z",
        "z",
    ),
]
STRIDES = [151, pytest.param(23, marks=pytest.mark.slow)]
"""Every so many of the four hundred statements of a session that begins anew for each; 1 takes seven minutes."""


@pytest.fixture
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual waits after each key until the process is idle; here it is told when all is done."""

    async def turn(*_: object) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(textual.app, "wait_for_idle", turn)
    monkeypatch.setattr(textual.pilot, "wait_for_idle", turn)


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys, each when the one before has done all it does."""
    for key in keys:
        await pilot.press(key)
        await calm(pilot)


async def calm(pilot: Pilot[None]) -> None:
    """Wait until no worker is left and every message has arrived; that a worker failed is what the test is about."""
    quiet = 0
    while quiet < 2:
        await pilot._wait_for_screen()
        busy = any(not worker.is_finished and worker.group != "layout" for worker in pilot.app.workers)
        quiet = 0 if busy else quiet + 1
        with suppress(WorkerFailed):
            await keys_done(pilot)
            await workers_done(pilot, but="layout")


async def on_screen(pilot: Pilot[None], app: ReaderApp, words: str) -> None:
    """Wait until words are painted: a frame may be on its way when all else is done."""
    for _ in range(500):
        if words in screen_text(app):
            return
        await asyncio.sleep(0.01)
        await pilot._wait_for_screen()
    pytest.fail(f"{words!r} is not on the screen:\n{screen_text(app)}")


def check(path: Path) -> None:
    """The cache is sound, every article is there, and what is marked is marked everywhere."""
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        half = (
            "SELECT count(*) FROM label_article AS l JOIN article AS a ON a.id = l.article_id"
            " WHERE (l.read, l.starred, l.date) <> (a.read, a.starred, a.date)"
        )
        assert raw.execute(half).fetchone() == (0,)
    with closing(connect(path)) as c:
        assert not c.notice
        assert len(ids(path)) == len(REVIEW) + len(NOTES)


@pytest.mark.usefixtures("_no_waiting")
@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("every", EVERY)
async def test_every_statement_of_every_key_fails(db: Path, half: str, every: int) -> None:
    """Each step is done again and again in one long session: each time its next statement fails, until none does."""
    shelve_all(db)
    app = reader(db)
    failed: set[tuple[str, ...]] = set()
    steps = HALVES[half]
    async with app.run_test(size=(130, 40), notifications=True) as pilot:
        await calm(pilot)
        for place, (lead, keys) in enumerate(steps):
            fault = Fault()
            for k in count(1 + place % min(every, 3), every):
                await press(pilot, *lead)
                fault = Fault(k)
                with failing_statements(fault, sqlite3.SQLITE_IOERR, "disk I/O error"):
                    await press(pilot, *keys)
                if fault.struck is None:
                    break
                failed.add(keys)
                assert app.return_code is None, (keys, fault.struck)
            check(db)
        await press(pilot, *BACK)
        await on_screen(pilot, app, "AUTHORS")
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app.return_code is not None)
    assert app.return_code == 0
    assert failed >= {keys for _, keys in steps} - IDLE  # how many there are depends on what is done at once
    check(db)


@pytest.mark.usefixtures("_no_waiting")
@pytest.mark.parametrize("every", EVERY)
async def test_every_statement_of_the_start_fails(tmp_path: Path, every: int) -> None:
    """It opens, or says in a sentence why it cannot; what failed once is there when it is asked for again."""
    said: list[str] = []
    for k in count(1, every):
        path = tmp_path / f"{k}.db"
        shelve_all(path)
        fault = Fault(k)
        said.append(await session(path, fault, ["j", "enter", "escape"], only_the_start=True))
        check(path)
        if fault.struck is None:
            break
    assert len(said) > 20 // every
    assert not said[-1]


@pytest.mark.usefixtures("_no_waiting")
@pytest.mark.parametrize("stride", STRIDES)
async def test_the_kth_statement_of_a_session_fails(tmp_path: Path, stride: int) -> None:
    """Each time in a session of its own, so that nothing that failed before can hide what this does."""
    shelve_all(tmp_path / "whole.db")
    whole = Fault()
    assert not await session(tmp_path / "whole.db", whole, SESSION)
    assert whole.uses > 100
    for k in range(1, whole.uses + 1, stride):
        path = tmp_path / f"{k}.db"
        shelve_all(path)
        await session(path, Fault(k), SESSION)
        check(path)


async def session(path: Path, fault: Fault, keys: Sequence[str], *, only_the_start: bool = False) -> str:
    """Read as people do, with a fault on the way; what was said at the end of it."""
    with ExitStack() as failing:
        failing.enter_context(failing_statements(fault, sqlite3.SQLITE_IOERR, "disk I/O error"))
        try:
            app = reader(path)
        except StoreError as error:
            return str(error)
        async with app.run_test(size=(130, 40), notifications=True) as pilot:
            await calm(pilot)
            if only_the_start:
                failing.close()
            await press(pilot, *keys, *BACK)
            await on_screen(pilot, app, "AUTHORS")
            await pilot.press("ctrl+q")
        assert app.return_code == 0
        return app.exit_message


def shelve_all(path: Path) -> None:
    shelve(path, "The Example Review", REVIEW)
    shelve(path, "Notes", NOTES)


async def test_a_mark_that_could_not_be_written_is_said_and_can_be_made_again(db: Path) -> None:
    shelve_all(db)
    app = reader(db)
    async with app.run_test(size=(130, 40), notifications=True) as pilot:
        await calm(pilot)
        fault = Fault(1)  # of the mark itself: what the start leaves to be done may still come in between
        with failing_statements(fault, sqlite3.SQLITE_FULL, "database or disk is full", of="SET starred"):
            await pilot.press("f")
            await calm(pilot)
        assert fault.struck
        await on_screen(pilot, app, "Disk full")
        await pilot.press("f")
        await calm(pilot)
        shown = app.reader.headlines.current
        assert shown is not None
    with closing(connect(db)) as c:
        assert articles.status(c, shown.id).starred == shown.starred


async def test_an_unsubscription_and_its_undo_that_could_not_be_written_are_said_and_not_shown(db: Path) -> None:
    shelve_all(db)
    app = reader(db)
    there = 2

    def left() -> int:
        counts = app.reader.sidebar.counts
        assert counts is not None
        headlines = [app.reader.headlines.headline(row) for row in range(app.reader.headlines.row_count())]
        assert {each.feed_id for each in headlines if each is not None} == {each.feed.id for each in counts.feeds}
        return there - len(counts.feeds)

    async with app.run_test(size=(130, 40), notifications=True) as pilot:
        await calm(pilot)
        await unsubscribe(pilot)
        assert left() == 1
        with failing_statements(fault := Fault(1), sqlite3.SQLITE_FULL, "database or disk is full", of=STAYS):
            await pilot.press("U")
            await calm(pilot)
        assert fault.struck
        await on_screen(pilot, app, "Disk full")
        assert left() == 1
        await pilot.press("U")
        await calm(pilot)
        assert left() == 0
        with failing_statements(fault := Fault(1), sqlite3.SQLITE_FULL, "database or disk is full", of=LEAVES):
            await unsubscribe(pilot)
        assert fault.struck
        assert left() == 0
    with closing(connect(db)) as c:
        assert len(feeds.every(c)) == 2


STAYS, LEAVES = "DELETE FROM feed_option WHERE feed_id", "INTO feed_option"


async def unsubscribe(pilot: Pilot[None]) -> None:
    await pilot.press("e")
    await calm(pilot)
    await pilot.press("x")
    await calm(pilot)
    await pilot.press("j", "enter")
    await calm(pilot)


async def test_an_undo_that_could_not_be_written_is_the_next_one_again(db: Path) -> None:
    shelve_all(db)
    app = reader(db)
    async with app.run_test(size=(130, 40), notifications=True) as pilot:
        await calm(pilot)
        await pilot.press("f")
        await calm(pilot)
        await pilot.press("T")
        await calm(pilot)
        await pilot.press(*"later", "enter", "escape")
        await calm(pilot)
        with failing_statements(
            fault := Fault(1),
            sqlite3.SQLITE_FULL,
            "database or disk is full",
            of="json_each(?) AS w CROSS JOIN article",
        ):
            await pilot.press("U")
            await calm(pilot)
        assert fault.struck
        await on_screen(pilot, app, "Disk full")
        await pilot.press("U")
        await calm(pilot)
        shown = app.reader.headlines.current
        assert shown is not None
    with closing(connect(db)) as c:
        assert articles.status(c, shown.id).starred
        assert not labels.tags_of(c, [shown.id])


async def test_a_browser_that_cannot_be_started_is_said(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_process(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    shelve_all(db)
    monkeypatch.setattr(subprocess, "Popen", no_process)
    monkeypatch.setattr(webbrowser, "_tryorder", ["torture"])
    monkeypatch.setitem(vars(webbrowser)["_browsers"], "torture", [None, webbrowser.BackgroundBrowser("torture")])
    app = reader(db)
    async with app.run_test(size=(130, 40), notifications=True) as pilot:
        await calm(pilot)
        await pilot.press("enter")
        await calm(pilot)
        await pilot.press("o")
        await calm(pilot)
        await on_screen(pilot, app, "No browser found")
        await pilot.press("J")
        await calm(pilot)
    assert app.return_code is None
    assert app.exit_message == ""
