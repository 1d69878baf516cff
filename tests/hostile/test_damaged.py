"""Two hundred damaged caches (see `tests/damaged.py`), and what is kept of those that are mended."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from support import cache_damage as damaged
from support.app_factory import reader, settle
from support.cache_damage import FEEDS, NOW, TOTAL, Kept
from support.schema_dump import furnish, furniture
from tuireader.errors import BusyError, DamagedError, StoreError
from tuireader.library.open_cache import open_cache
from tuireader.model.feed import LOCAL, Validators
from tuireader.model.query import Query
from tuireader.store import (
    accounts,
    articles,
    connection,
    feeds,
    row_values,
    site_facts,
    status_outbox,
    statuses,
    ui_state,
)
from tuireader.store.connection import PAGE_SIZE, connect
from tuireader.store.queries import article_lists
from tuireader.store.recovery import recover
from tuireader.urls.hosts import Reach

TESTS = Path(__file__).parents[1]
CASES, PARTS = 200, 10


@pytest.mark.parametrize("part", [0, *(pytest.param(each, marks=pytest.mark.slow) for each in range(1, PARTS))])
def test_damaged_caches_are_read_and_mended(part: int) -> None:
    damage_many(CASES // PARTS, 1 + part * CASES // PARTS)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_many_damaged_caches_are_read_and_mended(part: int) -> None:
    damage_many(5 * CASES // PARTS, 1001 + part * 5 * CASES // PARTS)


def damage_many(cases: int, first: int) -> None:
    command = [sys.executable, "-m", damaged.__name__, str(cases), str(first)]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def whole(db: Path) -> dict[int, Kept]:
    kept = damaged.fill(db, random.Random(0))
    with closing(connect(db)) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for feed in feeds.every(c)[:2]:
            feeds.record(
                c, replace(feed, reach=Reach.PRIVATE, gone=feed.id == 1, moved_to="https://new.example/", moved_hits=2)
            )
    return kept


def ruin(db: Path, table: str, *, at: int = 3000, length: int = 200) -> None:
    """Write noise into the first page of a table, behind its head."""
    with closing(sqlite3.connect(db)) as c:
        found = c.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        page = found[0] if found else 1  # the schema itself
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with db.open("r+b") as file:
        file.seek((page - 1) * PAGE_SIZE + at)
        file.write(random.Random(1).randbytes(length))


def state(db: Path) -> tuple[object, ...]:
    """All that must outlive a mended index: articles, marks, feeds with what servers said, holds, settings."""
    with closing(connect(db)) as c:
        rows = article_lists.window(c, Query(), 0, 2 * TOTAL)
        return (
            rows,
            [(articles.get(c, row.id), articles.status(c, row.id), articles.body(c, row.id)) for row in rows],
            feeds.every(c),
            ui_state.load(c),
            site_facts.held_until(c, ["site-1.example"], NOW),
            sorted(row.id for row in article_lists.window(c, Query(text="harbour "), 0, 2 * TOTAL)),
        )


WAYS: dict[str, Callable[[sqlite3.Connection], object]] = {
    "a block of it": lambda c: c.execute("UPDATE search_data SET block = zeroblob(50) WHERE id > 10"),
    "its structure": lambda c: c.execute("UPDATE search_data SET block = zeroblob(20) WHERE id = 10"),
    "its averages": lambda c: c.execute("DELETE FROM search_data WHERE id = 1"),
    "sizes": lambda c: c.execute("DELETE FROM search_docsize WHERE id % 2 = 0"),
    "all of it": lambda c: c.execute("DELETE FROM search_data"),
    "a table of it": lambda c: c.execute("DELETE FROM search_idx"),
    "columns that there are not": lambda c: c.execute(
        "UPDATE search_data SET block = CAST(replace(CAST(block AS TEXT), x'0103', x'0109') AS BLOB) WHERE id > 10"
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_damaged_index_is_built_again_and_nothing_else_is_touched(db: Path, whole: dict[int, Kept], way: str) -> None:
    before = state(db)
    with closing(sqlite3.connect(db)) as c:
        WAYS[way](c)
        c.commit()
    connection.suspect(db)
    told: list[str] = []
    with closing(open_cache(db, tell=told.append)) as c:
        assert c.notice == "Search index repaired. No data was lost."
    assert len(told) == 1
    assert state(db) == before
    assert not connection.is_suspect(db)
    assert not list(db.parent.glob("*.damaged*"))


STOPS: dict[str, Callable[[sqlite3.Connection], object]] = {
    "its structure is gone": lambda c: c.execute("UPDATE search_data SET block = zeroblob(20) WHERE id = 10"),
    "the next number is taken": lambda c: c.execute("UPDATE sqlite_sequence SET seq = 7 WHERE name = 'article'"),
    "a text has the next number": lambda c: c.execute(
        "INSERT INTO body (article_id, html) SELECT seq + 1, x'' FROM sqlite_sequence WHERE name = 'article'"
    ),
    "a label has the next article": lambda c: c.execute(
        "INSERT INTO label_article (kind, label_id, article_id, place, date, feed_id, read, starred, aside)"
        " SELECT 1, 1, seq + 1, 0, 1768478400, 1, 0, 0, 0 FROM sqlite_sequence WHERE name = 'article'"
    ),
}


@pytest.mark.parametrize("way", STOPS)
def test_what_an_insertion_meets_is_damage_and_no_bug(db: Path, whole: dict[int, Kept], way: str) -> None:
    with closing(sqlite3.connect(db)) as c:
        STOPS[way](c)
        c.commit()
    with closing(connect(db)) as c, pytest.raises(DamagedError):
        damaged._add_one(c)
    with closing(open_cache(db)) as c:
        damaged._add_one(c)
        assert len(article_lists.window(c, Query(), 0, 2 * TOTAL)) == TOTAL + 1


@pytest.mark.parametrize("table", ["article", "article_by_date", "label_article", "body", "sqlite_sequence"])
def test_everything_that_can_be_read_is_taken_over(db: Path, whole: dict[int, Kept], table: str) -> None:
    before = state(db)
    ruin(db, table, at=0, length=8)
    connection.suspect(db)
    with closing(open_cache(db)) as c:
        assert "Recovered" in c.notice
        assert str(db) + ".damaged-1" in c.notice
    after = state(db)
    assert len(after[0]) == TOTAL  # type: ignore[arg-type]
    assert after[0] == before[0]
    assert after[2] == before[2], "validators, holds, private flags"
    assert after[3:5] == before[3:5]
    assert after[5] == before[5]
    assert not connection.is_suspect(db)


def opened_elsewhere(db: Path) -> str:
    """What another process is told that opens the cache."""
    code = "import sys, pathlib; from tuireader.library.open_cache import open_cache;"
    code += "c = open_cache(pathlib.Path(sys.argv[1])); print(c.notice); c.close()"
    return subprocess.run([sys.executable, "-c", code, str(db)], capture_output=True, text=True, check=True).stdout


async def test_damage_met_while_it_runs_swaps_nothing_and_the_next_start_mends_it(
    db: Path, whole: dict[int, Kept]
) -> None:
    app = reader(db)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await settle(pilot)
        with closing(sqlite3.connect(db)) as c:
            c.execute("UPDATE search_data SET block = zeroblob(50) WHERE id > 10")
            c.commit()
        await pilot.press("slash", *"harbour", "enter")
        await settle(pilot)
        assert connection.is_suspect(db)
        await pilot.press("escape", "escape", "j", "f")
        await settle(pilot)
        assert app.reader.headlines.row_count() == TOTAL
        with closing(connect(db)) as other:  # nor does another process, nor a refresh, take it away
            assert article_lists.count(other, Query()) == TOTAL
        assert connection.is_suspect(db)
        said = await asyncio.to_thread(opened_elsewhere, db)
        assert "Close all tuireader windows, then start tuireader" in said
        marked = app.reader.headlines.current
        assert marked is not None
        await pilot.press("ctrl+q")
    for _ in range(500):  # threads of the app may still be about to close what they read from
        gc.collect()  # an error that is kept keeps its cursor, and that the file; in life the process has ended
        with closing(open_cache(db)) as c:
            notice = c.notice
        if not connection.is_suspect(db):
            break
        await asyncio.sleep(0.01)
    assert "Search index repaired" in notice
    with closing(connect(db)) as c:
        assert article_lists.count(c, Query()) == TOTAL
        assert articles.status(c, marked.id).starred == marked.starred


def test_a_bit_in_a_title_hides_no_other_article(db: Path, whole: dict[int, Kept]) -> None:
    content = bytearray(db.read_bytes())
    at = content.index(b"Article 7 of 3")
    content[at] ^= 0x80
    db.write_bytes(content)
    with closing(open_cache(db)) as c:
        rows = article_lists.window(c, Query(), 0, 2 * TOTAL)
        assert len(rows) == TOTAL
        assert sum("\ufffdrticle 7 of 3" in row.title for row in rows) == 1
        assert c.notice == ""


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("title", b"\xff\xfe"), ("title", 7), ("link", b"x"), ("date", 2**62), ("date", "soon"), ("date", -(2**62)),
        ("words", "many"), ("words", 2.5), ("published", 2**62), ("updated", "never"), ("read", 7), ("starred", "x"),
        ("position", "here"), ("feed_id", 999), ("offline", 7), ("digest", "text"), ("guid", 3.5),
    ],
)  # fmt: skip
def test_any_value_in_any_column_leaves_the_others_readable(
    db: Path, whole: dict[int, Kept], column: str, value: object
) -> None:
    with closing(sqlite3.connect(db)) as c:
        c.execute("PRAGMA ignore_check_constraints = ON")
        c.execute(f"UPDATE article SET {column} = ? WHERE id = 5", (value,))
        c.commit()
    for _ in range(3):
        found, said = damaged.use(db)
        assert not any("Unexpected error" in each for each in said)
    connection.suspect(db)
    found, _ = damaged.use(db)
    assert len(found) == TOTAL + 1
    with closing(connect(db)) as c:
        assert len(feeds.every(c)) in (FEEDS, FEEDS + 1)


@pytest.mark.parametrize("value", [b"", b"x\x9c", b"garbage", "text", 7, None])
def test_a_text_that_is_damaged_is_read_as_far_as_it_goes(db: Path, whole: dict[int, Kept], value: object) -> None:
    with closing(sqlite3.connect(db)) as c:
        packed = c.execute("SELECT html FROM body WHERE article_id = 5").fetchone()[0]
        cut = packed[: len(packed) // 2] if value == b"garbage" else value
        try:
            c.execute("UPDATE body SET html = ?, full_html = NULL WHERE article_id = 5", (cut,))
            c.commit()
        except sqlite3.IntegrityError:
            c.execute("DELETE FROM body WHERE article_id = 5")
            c.commit()
    with closing(connect(db)) as c:
        text = articles.body(c, 5)
        assert text.endswith(row_values.DAMAGED)
        if value == b"garbage":
            assert len(text) > 100
        statuses.mark(c, [5], read=True)


@pytest.mark.parametrize("what", ["an article", "a text"])
def test_what_is_lost_is_asked_for_again(db: Path, whole: dict[int, Kept], what: str) -> None:
    """Although feeds and servers have not changed since."""
    with closing(connect(db)) as c:
        account = accounts.add(c, "miniflux", name="Work", url="https://rss.example")
        feeds.hand_over(c, feeds.every(c)[2].id, account.id)
        c.execute("UPDATE feed SET server_id = '3' WHERE account_id = ?", (account.id,))
        for feed in feeds.every(c):
            feeds.record(c, replace(feed, validators=Validators('"1"', "yesterday"), body_hash=b"1"))
        c.execute("DELETE FROM feed_option")
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (packed,) = c.execute("SELECT html FROM body WHERE article_id = 7").fetchone()
    content = bytearray(db.read_bytes())
    at = content.index(b"Article 7 of 3" if what == "an article" else packed[:40]) // PAGE_SIZE * PAGE_SIZE
    content[at : at + PAGE_SIZE] = bytes(PAGE_SIZE)
    db.write_bytes(content)
    connection.suspect(db)
    with closing(open_cache(db)) as c:
        assert ("; lost " if what == "an article" else "with damaged text") in c.notice
        assert {(feed.validators, feed.body_hash) for feed in feeds.every(c)} == {(Validators(), None)}
        assert len(feeds.to_fetch_whole(c, account.id)) == 1


def test_articles_whose_feeds_are_lost_are_kept_and_their_feeds_say_so(db: Path, whole: dict[int, Kept]) -> None:
    ruin(db, "feed", at=0, length=PAGE_SIZE)
    connection.suspect(db)
    with closing(open_cache(db)) as c:
        rows = article_lists.window(c, Query(), 0, 2 * TOTAL)
        assert {row.id: (row.read, row.starred) for row in rows} == {
            article_id: (each.read, each.starred) for article_id, each in whole.items()
        }
        found = feeds.every(c)
        assert len(found) == FEEDS
        assert all(feed.gone and "was lost when the database was damaged" in (feed.error or "") for feed in found)
        assert feeds.due(c, NOW + timedelta(days=400)) == []


def test_a_newer_cache_and_another_programs_are_left_alone(db: Path, whole: dict[int, Kept]) -> None:
    with closing(sqlite3.connect(db, isolation_level=None)) as c:
        c.execute("PRAGMA user_version = 99")
        c.execute("CREATE TABLE new (x)")
    connection.suspect(db)
    with pytest.raises(StoreError, match="newer tuireader"):
        open_cache(db)
    db.unlink()
    with closing(sqlite3.connect(db, isolation_level=None)) as c:
        c.execute("CREATE TABLE other (x)")
    connection.suspect(db)
    with pytest.raises(StoreError, match="another program"):
        open_cache(db)
    assert not list(db.parent.glob("*.damaged*"))


def test_a_cache_behind_a_link_is_mended_where_it_is(db: Path, whole: dict[int, Kept], tmp_path: Path) -> None:
    there = tmp_path / "elsewhere"
    there.mkdir()
    real = there / "real.db"
    db.rename(real)
    db.symlink_to(real)
    ruin(real, "article", at=0, length=8)
    connection.suspect(db)
    with closing(open_cache(db)) as c:
        assert f"{real}.damaged-1" in c.notice
        assert len(article_lists.window(c, Query(), 0, 2 * TOTAL)) == TOTAL
    assert db.is_symlink()
    assert db.resolve() == real.resolve()
    assert not connection.is_suspect(db)


def test_a_file_behind_a_link_that_is_no_database_stays_as_it_is(tmp_path: Path) -> None:
    precious = tmp_path / "notes.txt"
    precious.write_text("my notes\n" * 1000)
    link = tmp_path / "tuireader.db"
    link.symlink_to(precious)
    for _ in range(2):
        with pytest.raises(StoreError, match=r"notes\.txt, which is not a database"):
            open_cache(link)
    assert precious.read_text() == "my notes\n" * 1000
    assert {each.name for each in tmp_path.iterdir()} == {"notes.txt", "tuireader.db"}


def test_a_log_that_is_garbage_does_not_take_the_rest_along(db: Path, whole: dict[int, Kept]) -> None:
    db.with_name(f"{db.name}-wal").write_bytes(random.Random(3).randbytes(100_000))
    with closing(open_cache(db)) as c:
        assert len(article_lists.window(c, Query(), 0, 2 * TOTAL)) == TOTAL
        assert timedelta(0) < NOW - articles.get(c, 1).date


def test_several_that_start_at_once_mend_it_once_and_all_read_everything(db: Path, whole: dict[int, Kept]) -> None:
    ruin(db, "article", at=0, length=8)
    connection.suspect(db)
    code = "import sys, pathlib; from tuireader.library.open_cache import open_cache;"
    code += "from tuireader.model.query import Query;"
    code += "from tuireader.store.queries import article_lists; c = open_cache(pathlib.Path(sys.argv[1]));"
    code += "print(article_lists.count(c, Query())); c.close()"
    command = [sys.executable, "-c", code, str(db)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate() for process in running]
    assert [out for out, _ in said] == [f"{TOTAL}\n"] * 4, said
    assert len(list(db.parent.glob("*.damaged-*"))) <= 3, "one, with its log and its index"
    assert not list(db.parent.glob("*.mend*"))


def test_what_is_written_while_it_is_mended_is_not_lost(
    db: Path, whole: dict[int, Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes meanwhile is told to wait, and finds the cache as it was."""
    ruin(db, "article", at=0, length=8)
    connection.suspect(db)
    met: list[Exception] = []
    copy = recover._copy

    def meanwhile(*args: Any) -> Any:
        with pytest.raises(BusyError) as raised:
            connect(db)
        met.append(raised.value)
        return copy(*args)

    monkeypatch.setattr(recover, "_copy", meanwhile)
    open_cache(db).close()
    assert "is repairing" in str(met[0])
    with closing(connect(db)) as c:
        assert article_lists.count(c, Query()) == TOTAL


@pytest.mark.parametrize("moment", ["_copy", "_said"])
def test_a_mending_that_is_killed_is_done_by_the_next_start(
    db: Path, whole: dict[int, Kept], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    ruin(db, "article", at=0, length=8)
    connection.suspect(db)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> Any:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(recover, moment, killed)
        if moment == "_copy":
            patch.setattr(recover, "_move", lambda path, to: path.rename(to) if path.exists() else None)
        with pytest.raises(Killed):
            open_cache(db)
    with closing(open_cache(db)) as c:
        assert article_lists.count(c, Query()) == TOTAL
    assert not connection.is_suspect(db)


@pytest.mark.parametrize("seq", ["x", None, b"\1", 2**63 - 1, -5])
def test_a_damaged_number_stops_no_article(db: Path, whole: dict[int, Kept], seq: object) -> None:
    with closing(sqlite3.connect(db)) as c:
        c.execute("UPDATE sqlite_sequence SET seq = ?", (seq,))
        c.commit()
    with closing(connect(db)) as c:
        damaged._add_one(c)
        assert article_lists.count(c, Query()) == TOTAL + 1
    connection.suspect(db)
    with closing(open_cache(db)) as c:
        assert article_lists.count(c, Query()) == TOTAL + 1
        feeds.add(c, "https://another.example/", title="", site="", now=NOW)


@pytest.mark.parametrize(
    "line",
    ["[[1], null, null, {}]", "[[1], [], null, null]", "[[Infinity], true, null, null]", '[["x"], 1, 2, 3]',
     "[" * 100_000, "[[1], true, null, 1e30]", "{}", "7", "", "\0", "[[99999999999999999999], true, true, 5]"],
)  # fmt: skip
def test_marks_that_are_none_are_passed_over(db: Path, whole: dict[int, Kept], line: str) -> None:
    file = db.with_name(f"{db.name}.marks-1-1")
    file.write_text(f"{line}\n[[5], null, true, null]\n")
    with closing(open_cache(db)) as c:
        assert articles.status(c, 5).starred
        assert len(article_lists.window(c, Query(), 0, 2 * TOTAL)) == TOTAL
    assert not file.exists()


def test_marks_that_waited_are_as_late_as_they_were_made(db: Path, whole: dict[int, Kept]) -> None:
    """And not as late as they are written: another machine may have changed its mind in between."""
    with closing(connect(db)) as c:
        accounts.set_syncing(c, LOCAL, syncs=True)
    file = db.with_name(f"{db.name}.marks-1-1")
    file.write_text("[[5], null, true, null]\n")
    os.utime(file, (1_790_000_000, 1_790_000_000))
    with closing(open_cache(db)) as c:
        (change,) = status_outbox.waiting(c, LOCAL)
        assert change.changed.timestamp() == 1_790_000_000


@pytest.mark.parametrize("is_vacuumed", [False, True])
@pytest.mark.parametrize("table", ["article", "label_article", "search_data", "feed_by_url", "sqlite_master"])
def test_folders_accounts_journal_and_tags_are_taken_over(
    db: Path, whole: dict[int, Kept], table: str, is_vacuumed: bool
) -> None:
    """Also in a file that was written anew, in which the tables stand in another order."""
    furnish(db)
    with closing(connect(db)) as c:
        accounts.set_syncing(c, LOCAL, syncs=True)
        accounts.set_cursor(c, LOCAL, "a shared folder")
        if is_vacuumed:
            c.execute("VACUUM")
    before = furniture(db)
    ruin(db, table, at=0, length=8)
    connection.suspect(db)
    with closing(open_cache(db)) as c:
        assert c.notice
        assert (accounts.get(c, LOCAL).syncs, accounts.get(c, LOCAL).cursor) == (True, "a shared folder")
        assert c.execute("SELECT count(*) FROM article").fetchone()[0] == TOTAL + 1
    assert furniture(db) == before


def test_feeds_of_an_account_that_is_lost_stay(db: Path, whole: dict[int, Kept]) -> None:
    """One of them has the address of a feed of this machine's own, and cannot become another of that."""
    furnish(db)
    with closing(sqlite3.connect(db)) as c:
        c.execute("UPDATE account SET id = 99 WHERE id > 0")
        c.commit()
    connection.suspect(db)
    with closing(open_cache(db)) as c:
        assert "Recovered" in c.notice
        assert c.execute("PRAGMA foreign_key_check").fetchall() == []
        assert len({(feed.account_id, feed.url) for feed in feeds.every(c)}) == FEEDS + 1


def test_a_schema_is_known_again_also_where_the_index_was_made_anew(db: Path, whole: dict[int, Kept]) -> None:
    """Then it does not stand where it was made first."""
    with closing(sqlite3.connect(db)) as c:
        WAYS["a block of it"](c)
        c.commit()
    connection.suspect(db)
    with closing(open_cache(db)) as c:
        assert "Search index repaired" in c.notice
    connection.suspect(db)
    with closing(open_cache(db)) as c:
        assert c.notice == ""
    before = state(db)
    with closing(sqlite3.connect(db)) as c:
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = db.read_bytes()
    assert content.count(b"CREATE TABLE body") == 1
    db.write_bytes(content.replace(b"CREATE TABLE body", b"CREATE TABLE b\xffdy"))
    connection.suspect(db)
    with closing(open_cache(db)) as c:
        assert "Recovered" in c.notice
    after = state(db)
    assert after[0] == before[0]
