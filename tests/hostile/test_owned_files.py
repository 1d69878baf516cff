"""What others put beside the database: links, pipes and rubbish change no file and end no start."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support.app_factory import REVIEW, ids, shelve
from support.started_log import started_log
from tuireader.errors import StoreError, SyncError
from tuireader.library.open_cache import open_cache
from tuireader.library.syncing.server import alone, lock_of
from tuireader.model.feed import Account
from tuireader.model.query import Query
from tuireader.paths import content_of, open_own
from tuireader.store import articles, connection
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

Plant = Callable[[Path, Path], None]


def symbolic(at: Path, target: Path) -> None:
    at.symlink_to(target)


def hard(at: Path, target: Path) -> None:
    at.hardlink_to(target)


def pipe(at: Path, _: Path) -> None:
    os.mkfifo(at)


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """A file that is not ours to change; each line would pass for a change."""
    there = tmp_path / "precious"
    there.write_text("[[1], true, true, null]\n" * 60)
    return there


@pytest.mark.parametrize("plant", [symbolic, hard, pipe])
def test_waiting_changes_are_read_from_no_link_and_no_pipe(db: Path, precious: Path, plant: Plant) -> None:
    shelve(db, "Review", REVIEW)
    before = precious.read_text()
    plant(db.with_name(f"{db.name}.marks-1-1"), precious)
    with closing(open_cache(db)) as c:
        assert "Cannot read pending changes" in c.notice
        assert not articles.status(c, ids(db)[0]).read
    assert precious.read_text() == before
    with closing(open_cache(db)) as c:  # it is said once
        assert not c.notice


@pytest.mark.parametrize(
    "content",
    [
        "[[true], true, null, null]\n",
        "[[1.5], true, null, null]\n",
        '[{"a": 1}, 2, 3, 4]\n',
        "[[18446744073709551616], true, null, null]\n",
        "[" * 100_000 + "\n",
        "\0" * 1000,
        "[[1], true, null, true]\n",
        "[[1], true, null, null]\n" * 60_000,
    ],
)
def test_a_file_of_waiting_changes_that_is_rubbish_ends_no_start(db: Path, content: str) -> None:
    shelve(db, "Review", REVIEW)
    db.with_name(f"{db.name}.marks-1-1").write_text(content)
    for _ in range(2):
        with closing(open_cache(db)) as c:
            assert len(article_lists.ids(c, Query())) == len(REVIEW)
    assert not list(db.parent.glob(f"{db.name}.marks-*"))


def test_the_marks_of_a_file_with_an_invalid_line_are_written_and_the_file_is_set_aside(db: Path) -> None:
    shelve(db, "Review", REVIEW)
    first, second = ids(db)[:2]
    half = json.dumps([[second], True, None, None])[:-2]
    for rest, is_aside in ((half, False), ("rubbish\n" + half, True)):
        text = json.dumps([[first], True, None, None]) + "\n" + rest
        db.with_name(f"{db.name}.marks-1-1").write_text(text)
        with closing(open_cache(db)) as c:
            assert bool(c.notice) == is_aside
            assert articles.status(c, first).read
        assert [file.read_text() for file in db.parent.glob("*.unreadable-*")] == [text] * is_aside


def test_whole_lines_beside_broken_ones_are_written(db: Path) -> None:
    shelve(db, "Review", REVIEW)
    first, second, third, _ = ids(db)
    lines = [[[first], True, None, None], [[second], True, None, None], [[third], None, True, None]]
    text = "".join(json.dumps(line) + "\n" for line in lines) + "[[1], tr"
    db.with_name(f"{db.name}.marks-1-1").write_text(text)
    with closing(open_cache(db)) as c:
        assert not c.notice
        assert [articles.status(c, each).read for each in (first, second, third)] == [True, True, False]
        assert articles.status(c, third).starred


@pytest.mark.parametrize("suffix", ["", "-journal", "-wal", "-shm"])
def test_pipes_where_sqlite_writes_are_not_waited_for(db: Path, suffix: str) -> None:
    if suffix:
        shelve(db, "Review", REVIEW)
        Path(f"{db}{suffix}").unlink(missing_ok=True)
    db.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(f"{db}{suffix}")
    with pytest.raises(StoreError, match=r"is not a regular file, or has hard links\. Move it away"):
        connect(db)


@pytest.mark.parametrize("plant", [symbolic, hard])
@pytest.mark.parametrize("suffix", ["-journal", "-wal", "-shm"])
def test_nothing_is_written_through_a_link_beside_it(db: Path, precious: Path, suffix: str, plant: Plant) -> None:
    shelve(db, "Review", REVIEW)
    Path(f"{db}{suffix}").unlink(missing_ok=True)
    plant(Path(f"{db}{suffix}"), precious)
    before = precious.read_text()
    with pytest.raises(StoreError, match="is not a regular file"):
        connect(db)
    assert precious.read_text() == before


@pytest.mark.parametrize("plant", [symbolic, hard, pipe])
def test_locks_marks_and_the_log_follow_no_link(
    db: Path, precious: Path, plant: Plant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shelve(db, "Review", REVIEW)
    before = precious.read_text()
    account = Account(1, "miniflux", "Work")
    plant(lock_of(db, account), precious)
    with pytest.raises(SyncError), alone(db, account):
        pass
    plant(connection.mark_of(db), precious)
    connection.suspect(db)
    monkeypatch.delenv("TUIREADER_LOG", raising=False)
    monkeypatch.setattr("tuireader.paths.state_dir", lambda: tmp_path / "state")
    (tmp_path / "state").mkdir()
    plant(tmp_path / "state" / "tuireader.log", precious)
    with started_log(everything=False) as log:
        log.error("a line")
    assert precious.read_text() == before


def test_only_a_file_of_ones_own_is_opened(tmp_path: Path) -> None:
    there = tmp_path / "file"
    there.write_text("hello")
    os.close(open_own(there))
    with pytest.raises(OSError, match="File too large"):
        open_own(there, largest=4)
    there.chmod(0o666)
    with pytest.raises(OSError, match="not permitted"):
        open_own(there)
    with pytest.raises(OSError, match=r"Is a directory|Invalid argument"):
        open_own(tmp_path)


@pytest.mark.parametrize("suffix", ["-journal", "-wal", "-shm"])
def test_no_start_waits_for_a_pipe_where_sqlite_writes(db: Path, suffix: str) -> None:
    """The log is looked at before the database is opened."""
    shelve(db, "Review", REVIEW)
    Path(f"{db}{suffix}").unlink(missing_ok=True)
    os.mkfifo(f"{db}{suffix}")
    with pytest.raises(StoreError, match="is not a regular file"):
        open_cache(db)


def test_a_file_of_holes_takes_little_memory(db: Path) -> None:
    db.parent.mkdir(parents=True, exist_ok=True)
    with db.open("wb") as file:
        file.truncate(2**33)
    assert len(content_of(db)) == 64_000_000
    with db.open("wb") as file:
        file.write(b"x" * 1000)
    assert len(content_of(db)) == 1000


def test_a_mark_that_others_have_put_there_is_none(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelve(db, "Review", REVIEW)
    connection.suspect(db)
    assert connection.is_suspect(db)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert not connection.is_suspect(db)
