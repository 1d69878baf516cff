import asyncio
import json
import threading
import time
from contextlib import closing
from pathlib import Path
from sqlite3 import Connection, OperationalError

import pytest

from tuireader.store import ui_state
from tuireader.store.connection import connect
from tuireader.store.pending import Mark
from tuireader.tui.support import background
from tuireader.tui.support.background import Writer, off_loop
from tuireader.tui.support.ui_state import UiState

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


async def test_work_runs_in_another_thread(db: Path) -> None:
    assert await off_loop(db, lambda _: threading.get_ident()) != threading.get_ident()


async def test_what_goes_wrong_is_raised(db: Path) -> None:
    with pytest.raises(OperationalError):
        await off_loop(db, lambda c: c.execute("SELECT nothing"))


async def test_cancelling_stops_the_statement(db: Path) -> None:
    started, ended = threading.Event(), threading.Event()

    def work(connection: Connection) -> None:
        started.set()
        try:
            connection.execute(ENDLESS).fetchone()
        finally:
            ended.set()

    task = asyncio.create_task(off_loop(db, work))
    await asyncio.to_thread(started.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(ended.wait, 30)


async def test_writes_happen_in_the_order_asked_for(db: Path) -> None:
    writer = Writer(db)
    slow = threading.Event()

    def first(connection: Connection) -> None:
        slow.wait(30)
        ui_state.save(connection, "name", "first")

    writer.submit(first)
    second = writer.submit(lambda c: ui_state.save(c, "name", "second"))
    slow.set()
    await asyncio.wrap_future(second)
    assert await writer.write(ui_state.load) == {"name": "second"}
    writer.close()


def test_closing_writes_what_was_asked_for(db: Path) -> None:
    writer = Writer(db)
    for number in range(20):
        writer.submit(lambda c, number=number: ui_state.save(c, f"n{number}", "x"))
    writer.close()
    with closing(connect(db)) as c:
        assert len(ui_state.load(c)) == 20


def test_each_mark_is_kept_at_once_while_another_program_holds_the_cache(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only when the lock is looked at again: a kill in between would lose what is on the screen."""
    monkeypatch.setattr(background, "PAUSE", 3600.0)
    kept: list[int] = []
    writer = Writer(db)
    with closing(connect(db)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in (1, 2, 3):
            writer.mark(Mark((number,), starred=True))
            limit = time.monotonic() + 30
            while len(kept) < number and time.monotonic() < limit:
                kept = [
                    json.loads(line)[0][0]
                    for file in db.parent.glob("*.marks-*")
                    for line in file.read_text().splitlines()
                ]
        assert kept == [1, 2, 3]
        other.execute("ROLLBACK")
    monkeypatch.setattr(background, "PAUSE", 0.0)
    writer.mark(Mark((4,), starred=True))  # by which it looks again
    assert not writer.close()
    assert not list(db.parent.glob("*.marks-*"))


def test_what_comes_after_a_mark_that_is_kept_is_kept_too(db: Path) -> None:
    """A kill between the two would have the next start write the first alone, over the second."""
    seen: list[int] = []
    writer = Writer(db)

    def kept() -> int:
        return sum(len(file.read_text().splitlines()) for file in db.parent.glob("*.marks-*"))

    def ask_for_another(_: Connection) -> None:
        writer.submit(lambda _: seen.append(kept()), Mark((1,), starred=False))

    with closing(connect(db)) as other:
        other.execute("BEGIN IMMEDIATE")
        writer.mark(Mark((1,), starred=True))
        writer.submit(ask_for_another)
        limit = time.monotonic() + 30
        while not kept() and time.monotonic() < limit:
            time.sleep(0.01)
        other.execute("ROLLBACK")
        assert not writer.close()
    assert seen == [2]


def test_settings_have_the_type_of_their_default() -> None:
    kept: dict[str, str] = {}
    memory = UiState({"measure": "64", "dense": "yes", "wrong": "many"}, kept.__setitem__)
    assert memory.get("measure", 72) == 64
    assert memory.get("dense", False) is True
    assert memory.get("wrong", 3) == 3
    assert memory.get("theme", "dark") == "dark"
    memory.put("measure", 64)
    assert kept == {}
    memory.put("measure", 60)
    memory.put("dense", False)
    assert kept == {"measure": "60", "dense": "no"}
    assert memory.get("dense", True) is False
