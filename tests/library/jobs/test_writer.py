import asyncio
import json
import threading
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from sqlite3 import Connection

import pytest

from tuireader.library.jobs import cache_gateway as writing
from tuireader.library.jobs.batching import wait_for
from tuireader.library.jobs.cache_gateway import Writer
from tuireader.model.article import StatusChange
from tuireader.store import ui_state
from tuireader.store.connection import connect


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
    assert await wait_for(writer.submit(ui_state.load)) == {"name": "second"}
    writer.close()


def test_closing_writes_what_was_asked_for(db: Path) -> None:
    writer = Writer(db)
    for number in range(20):
        writer.submit(partial(ui_state.save, name=f"n{number}", value="x"))
    writer.close()
    with closing(connect(db)) as c:
        assert len(ui_state.load(c)) == 20


def test_each_mark_is_kept_at_once_while_another_program_holds_the_cache(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only when the lock is looked at again: a kill in between would lose what is on the screen."""
    monkeypatch.setattr(writing, "LOCK_POLL_INTERVAL", 3600.0)
    kept: list[int] = []
    writer = Writer(db)
    with closing(connect(db)) as other:
        other.execute("BEGIN IMMEDIATE")
        for number in (1, 2, 3):
            writer.change(StatusChange((number,), starred=True))
            limit = time.monotonic() + 30
            while len(kept) < number and time.monotonic() < limit:
                kept = [
                    json.loads(line)[0][0]
                    for file in db.parent.glob("*.marks-*")
                    for line in file.read_text().splitlines()
                ]
        assert kept == [1, 2, 3]
        other.execute("ROLLBACK")
    monkeypatch.setattr(writing, "LOCK_POLL_INTERVAL", 0.0)
    writer.change(StatusChange((4,), starred=True))  # by which it looks again
    assert not writer.close()
    assert not list(db.parent.glob("*.marks-*"))


def test_what_comes_after_a_mark_that_is_kept_is_kept_too(db: Path) -> None:
    """A kill between the two would have the next start write the first alone, over the second."""
    seen: list[int] = []
    writer = Writer(db)

    def kept() -> int:
        return sum(len(file.read_text().splitlines()) for file in db.parent.glob("*.marks-*"))

    def ask_for_another(_: Connection) -> None:
        writer.submit(lambda _: seen.append(kept()), StatusChange((1,), starred=False))

    with closing(connect(db)) as other:
        other.execute("BEGIN IMMEDIATE")
        writer.change(StatusChange((1,), starred=True))
        writer.submit(ask_for_another)
        limit = time.monotonic() + 30
        while not kept() and time.monotonic() < limit:
            time.sleep(0.01)
        other.execute("ROLLBACK")
        assert not writer.close()
    assert seen == [2]
