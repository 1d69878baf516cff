"""The log beside the cache, left by a program that was killed, and damaged: what was written last is in it alone."""

from __future__ import annotations

import os
import random
import shutil
import stat
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support import cache_damage as damaged
from tuireader.library.open_cache import beginning_of, copy, open_cache
from tuireader.model.query import Query
from tuireader.store import statuses
from tuireader.store.connection import PAGE_SIZE, connect
from tuireader.store.queries import article_lists
from tuireader.store.recovery import write_ahead_log

FRAME = 24 + PAGE_SIZE
FILES = ("", "-wal", "-shm")


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache as a kill leaves it: with a log of forty stars, each in a transaction of its own, and new articles."""
    made = tmp_path_factory.mktemp("made") / "tuireader.db"
    with closing(connect(made)) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        damaged.fill(made, random.Random(1))
        for headline in article_lists.window(c, Query(), 0, 40):
            statuses.mark(c, [headline.id], starred=True)
        folder = tmp_path_factory.mktemp("left")
        for suffix in FILES:
            shutil.copy(f"{made}{suffix}", folder / f"tuireader.db{suffix}")
    return folder / "tuireader.db"


@pytest.fixture
def cache(left: Path, db: Path) -> Path:
    for suffix in FILES:
        shutil.copy(f"{left}{suffix}", f"{db}{suffix}")
    return db


def seen(path: Path) -> tuple[set[tuple[str, bool, bool]], str]:
    """The articles with their marks, and what was said when the cache was opened."""
    with closing(open_cache(path)) as c:
        return {(each.title, each.read, each.starred) for each in article_lists.window(c, Query(), 0, 1000)}, c.notice


@pytest.fixture(scope="module")
def whole(left: Path, tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, bool, bool]]:
    other = tmp_path_factory.mktemp("whole") / "tuireader.db"
    for suffix in FILES:
        shutil.copy(f"{left}{suffix}", f"{other}{suffix}")
    rows, notice = seen(other)
    assert (len(rows), notice) == (damaged.TOTAL, "")
    return rows


def flipped(at: Callable[[int], int]) -> Callable[[Path], None]:
    def flip(path: Path) -> None:
        log = write_ahead_log.wal_path(path)
        data = bytearray(log.read_bytes())
        data[at(len(data))] ^= 1
        log.write_bytes(data)

    return flip


def zeroed(at: int, count: int) -> Callable[[Path], None]:
    """So many bytes from a place on, which is counted from the end where it is negative."""

    def zero(path: Path) -> None:
        data = bytearray(write_ahead_log.wal_path(path).read_bytes())
        start = at % len(data)
        data[start : start + count] = bytes(count)
        write_ahead_log.wal_path(path).write_bytes(data)

    return zero


DAMAGE: dict[str, Callable[[Path], None]] = {
    "the head's kind": flipped(lambda _: 3),
    "the head's numbers": flipped(lambda _: 17),
    "the head's sum": flipped(lambda _: 30),
    "all of the head": zeroed(0, 32),
    "the first frame's sum": flipped(lambda _: 32 + 20),
    "the first frame's numbers": flipped(lambda _: 32 + 8),
    "a frame in the middle": flipped(lambda size: 32 + size // FRAME // 2 * FRAME + 18),
    "the last frame's sum": flipped(lambda size: size - FRAME + 20),
    "the last frame's numbers": zeroed(8 - FRAME, 8),
    "the end of the last transaction": zeroed(4 - FRAME, 4),
    "the cache is emptied": lambda path: os.truncate(path, 0),
    "the cache is gone": Path.unlink,
}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_sqlite_would_leave_out_is_taken_over_and_said(
    cache: Path, whole: set[tuple[str, bool, bool]], name: str
) -> None:
    DAMAGE[name](cache)
    log = write_ahead_log.wal_path(cache).read_bytes()
    rows, notice = seen(cache)
    assert rows == whole
    aside = cache.with_name("tuireader.db.damaged-1-wal")
    assert "was damaged" in notice
    assert str(aside) in notice
    assert aside.read_bytes() == log
    for file in cache.parent.glob("tuireader.db*"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0
    assert seen(cache) == (whole, "")


@pytest.mark.parametrize("name", [name for name in DAMAGE if "last" not in name])
def test_it_is_without_the_index_of_the_log_too(cache: Path, whole: set[tuple[str, bool, bool]], name: str) -> None:
    """As in a copy of the two files: the frames themselves say how many there are."""
    cache.with_name("tuireader.db-shm").unlink()
    DAMAGE[name](cache)
    rows, notice = seen(cache)
    assert rows == whole
    assert "was damaged" in notice


@pytest.mark.parametrize("left_of_it", [1.0, 0.5, 0.1, 0.0, None])
def test_a_log_that_is_not_all_there_any_more_is_said(
    cache: Path, whole: set[tuple[str, bool, bool]], left_of_it: float | None
) -> None:
    log = write_ahead_log.wal_path(cache)
    if left_of_it is None:
        log.unlink()
    else:
        os.truncate(log, int(log.stat().st_size * left_of_it) - (left_of_it == 1.0))
    rows, notice = seen(cache)
    assert "was damaged" in notice
    assert {title for title, _, _ in rows} <= {title for title, _, _ in whole}
    assert seen(cache) == (rows, "")


@pytest.mark.parametrize("index", [False, True])
@pytest.mark.parametrize("frames", [1, 3])
def test_a_transaction_that_was_not_done_is_no_damage(
    cache: Path, whole: set[tuple[str, bool, bool]], frames: int, *, index: bool
) -> None:
    """Killed between the head of its last frame and the page, in a file that was longer before."""
    log = write_ahead_log.wal_path(cache)
    salts = log.read_bytes()[16:24]
    with log.open("ab") as file:
        for number in range(1, frames + 1):
            ends = 100 if number == frames else 0
            file.write(struct.pack(">2I", number, ends) + salts + bytes(8) + b"\1" * PAGE_SIZE)
    if not index:
        cache.with_name("tuireader.db-shm").unlink()
    assert seen(cache) == (whole, "")


@pytest.mark.parametrize("seed", range(8))
def test_of_any_damage_to_the_log_nothing_else_is_lost(
    cache: Path, whole: set[tuple[str, bool, bool]], seed: int
) -> None:
    """Some bytes, anywhere: what stands in the pages that they are in may be lost, and that is said."""
    dice = random.Random(seed)
    log = write_ahead_log.wal_path(cache)
    data = bytearray(log.read_bytes())
    for _ in range(dice.randint(1, 4)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    log.write_bytes(data)
    rows, notice = seen(cache)
    assert len({title for title, _, _ in rows} & {title for title, _, _ in whole}) > len(whole) - damaged.ON_A_PAGE
    assert "was damaged" in notice
    assert seen(cache) == (rows, "")


@pytest.mark.parametrize("seed", range(8))
def test_a_log_that_ends_anywhere_is_no_damage(cache: Path, seed: int) -> None:
    """As in a copy that was made while a program wrote."""
    cache.with_name("tuireader.db-shm").unlink()
    log = write_ahead_log.wal_path(cache)
    size = log.stat().st_size
    os.truncate(log, random.Random(seed).randrange(size))
    _, notice = seen(cache)
    assert notice == ""
    assert not list(cache.parent.glob("*.damaged-*"))


def test_a_log_that_others_write_is_no_damage(cache: Path) -> None:
    """It grows, is written into the cache, and begun anew, while others open it."""
    code = f"""
import sqlite3
c = sqlite3.connect({str(cache)!r}, isolation_level=None, timeout=60)
c.execute("PRAGMA wal_autocheckpoint = 20")
for n in range(400):
    c.execute("UPDATE setting SET value = ? WHERE name = 'theme'", (str(n) * 4000,))
"""
    with subprocess.Popen([sys.executable, "-c", code]) as writer:
        opened = 0
        while writer.poll() is None:
            with closing(open_cache(cache)) as c:
                assert c.notice == ""
            opened += 1
        assert writer.returncode == 0
    assert opened
    assert not list(cache.parent.glob("*.damaged-*"))


def test_a_log_that_others_write_into_the_cache_is_no_damage(cache: Path) -> None:
    """Between the look at the index and the look at what SQLite takes of it: nothing is left to be written."""
    with closing(connect(cache)) as other:
        other.execute("UPDATE setting SET value = 'x' WHERE name = 'theme'")
        log = write_ahead_log.look(cache)
        assert log is not None
        probe = write_ahead_log.probe(cache)
        assert probe is not None
        with closing(probe):
            assert other.execute("PRAGMA wal_checkpoint").fetchone()[0] == 0
            assert write_ahead_log.look(cache) is None
            assert not write_ahead_log.is_cut(cache, log, probe, beginning_of)


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="Only Linux says which locks a process has")
def test_who_opens_a_cache_that_a_kill_left_keeps_the_locks_of_sqlite(cache: Path) -> None:
    def locked(path: Path) -> list[str]:
        inode = path.stat().st_ino
        lines = Path("/proc/locks").read_text("utf-8").splitlines()
        return [line for line in lines if f":{inode} " in line and f" {os.getpid()} " in line]

    with closing(open_cache(cache)) as c:
        c.execute("SELECT count(*) FROM article").fetchall()
        assert locked(cache)
        assert locked(cache.with_name(f"{cache.name}-shm"))


def test_what_cannot_be_copied_in_another_process_is_said(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x" * 5000)
    copy(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "other").read_bytes() == b"x" * 5000
    with pytest.raises(OSError, match="No such file"):
        copy(tmp_path / "none", tmp_path / "other")
    assert beginning_of(tmp_path / "none", 4) == b""
    assert beginning_of(tmp_path / "one", 4) == b"xxxx"
