import os
import re
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from support.factories import NOW, only, ready, save, subscribe, titles
from tuireader.errors import StoreError
from tuireader.library.open_cache import open_cache
from tuireader.model.query import Query
from tuireader.store import articles, connection, feeds, save_articles, schema, statuses, ui_state
from tuireader.store.connection import connect, snapshot, transaction, version
from tuireader.store.queries import article_lists


def pragma(path: Path, name: str) -> object:
    with closing(sqlite3.connect(path)) as c:
        return c.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_cache_is_ours_and_private(tmp_path: Path) -> None:
    path = tmp_path / "not" / "yet" / "tuireader.db"
    with closing(connect(path)) as c:
        assert c.notice == ""
        assert c.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    assert pragma(path, "application_id") == schema.APPLICATION_ID
    assert pragma(path, "user_version") == len(schema.MIGRATIONS)
    assert pragma(path, "journal_mode") == "wal"
    assert pragma(path, "integrity_check") == "ok"
    if os.name == "posix":
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_opening_again_changes_nothing(db: Path) -> None:
    with closing(connect(db)) as c:
        save(c, ready("1"))
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = db.read_bytes()
    with closing(connect(db)) as c:
        assert titles(c) == ["Title of 1"]
    assert db.read_bytes() == before


def test_a_path_with_odd_characters_works(tmp_path: Path) -> None:
    path = tmp_path / "a ?#%20 é" / "tuireader.db"
    with closing(connect(path)) as c:
        save(c, ready("1"))
    assert path.exists()


def test_a_cache_of_a_newer_version_is_refused_untouched(db: Path) -> None:
    connect(db).close()
    with closing(sqlite3.connect(db)) as c:
        c.execute(f"PRAGMA user_version = {len(schema.MIGRATIONS) + 1}")
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = db.read_bytes()
    with pytest.raises(StoreError, match=rf"^{re.escape(str(db))} was created by a newer tuireader. Update tuireader"):
        connect(db)
    assert db.read_bytes() == before


def test_another_programs_database_is_refused_untouched(db: Path) -> None:
    with closing(sqlite3.connect(db)) as c:
        c.execute("CREATE TABLE theirs (x)")
    before = db.read_bytes()
    with pytest.raises(StoreError, match="belongs to another program"):
        connect(db)
    assert db.read_bytes() == before


def test_an_old_sqlite_is_a_sentence(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")
    with pytest.raises(StoreError, match=r"needs SQLite 3\.35\.0 or newer; this Python has 3\.34\.1"):
        connect(db)
    assert not db.exists()


def test_a_sqlite_that_cannot_delete_from_a_bare_index_keeps_the_text_in_it(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    with closing(connect(db)) as c:
        assert "content" not in c.execute("SELECT sql FROM sqlite_master WHERE name = 'search'").fetchone()[0]
        feed = save(c, ready("1", "harbour"))
        save_articles.save_full_text(c, only(c), "<p>night</p>", "night", 1)
        assert titles(c, Query(text="harbour ")) == []
        assert titles(c, Query(text="night ", order="best")) == ["Title of 1"]
        feeds.remove(c, feed.id)
        assert c.execute("SELECT count(*) FROM search").fetchone()[0] == 0
    monkeypatch.undo()
    with closing(connect(db)) as c:  # and a newer one reads and writes it too
        save(c, ready("2", "harbour"))
        assert titles(c, Query(text="harbour ")) == ["Title of 2"]


@pytest.mark.skipif(sqlite3.sqlite_version_info < schema.NEWER_INDEX, reason="this SQLite makes no such index")
def test_an_index_of_a_newer_sqlite_is_refused_with_a_sentence(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(db).close()
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    with pytest.raises(StoreError, match=r"needs SQLite 3\.43\.0 or newer"):
        connect(db)


def test_migrations_run_once_each_and_in_order(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(connect(db)) as c:
        save(c, ready("1"))
    ran: list[str] = []

    def second(c: sqlite3.Connection) -> None:
        ran.append("second")
        c.execute("CREATE TABLE extra (x)")

    def third(c: sqlite3.Connection) -> None:
        ran.append("third")
        c.execute("INSERT INTO extra VALUES (1)")

    monkeypatch.setattr(connection, "MIGRATIONS", (*schema.MIGRATIONS, second, third))
    for _ in range(2):
        with closing(connect(db)) as c:
            assert titles(c) == ["Title of 1"]
            assert c.execute("SELECT x FROM extra").fetchall() == [(1,)]
    assert ran == ["second", "third"]
    assert pragma(db, "user_version") == len(schema.MIGRATIONS) + 2


def test_a_cache_of_a_development_version_is_refused_untouched(db: Path) -> None:
    with closing(connect(db)) as c:
        save(c, ready("1"))
        c.execute("DROP TABLE undo")
        c.execute(f"PRAGMA application_id = {schema.UNRELEASED_ID}")
        c.execute("PRAGMA user_version = 10")
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = db.read_bytes()
    for is_suspect in (False, True):
        if is_suspect:
            connection.suspect(db)
        with pytest.raises(StoreError, match=r"development version .* run `tuireader export --format json"):
            open_cache(db)
        assert db.read_bytes() == before


def test_a_migration_that_fails_leaves_the_version_before(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(connect(db)) as c:
        save(c, ready("1"))

    def bad(c: sqlite3.Connection) -> None:
        c.execute("CREATE TABLE extra (x)")
        c.execute("DELETE FROM article")
        raise StoreError("stopped")

    monkeypatch.setattr(connection, "MIGRATIONS", (*schema.MIGRATIONS, bad))
    with pytest.raises(StoreError, match="stopped"):
        connect(db)
    monkeypatch.undo()
    assert pragma(db, "user_version") == len(schema.MIGRATIONS)
    with closing(connect(db)) as c:
        assert titles(c) == ["Title of 1"]
        assert c.execute("SELECT count(*) FROM sqlite_master WHERE name = 'extra'").fetchone()[0] == 0


@pytest.mark.parametrize("content", [b"garbage", b"<html>login</html>" * 1000, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_garbage_file_is_moved_aside_and_a_fresh_one_begun(db: Path, content: bytes) -> None:
    db.write_bytes(content)
    with closing(open_cache(db)) as c:
        assert (
            c.notice
            == f"The database was damaged and nothing could be recovered. Started a new one; old file: {db}.damaged-1."
        )
        save(c, ready("1"))
    assert Path(f"{db}.damaged-1").read_bytes() == content
    with closing(open_cache(db)) as c:
        assert c.notice == ""
        assert titles(c) == ["Title of 1"]
    db.write_bytes(content)
    for suffix in ("-wal", "-shm"):
        Path(f"{db}{suffix}").unlink(missing_ok=True)
    open_cache(db).close()
    assert Path(f"{db}.damaged-2").read_bytes() == content


def test_an_empty_file_becomes_a_cache(db: Path) -> None:
    db.touch()
    with closing(connect(db)) as c:
        assert c.notice == ""
        save(c, ready("1"))


def stocked(db: Path) -> None:
    with closing(connect(db)) as c:
        for number in range(3):
            feed = subscribe(c, f"https://{number}.example/feed", f"Feed {number}")
            save(c, *(ready(str(n), f"word{n} " * 300) for n in range(60)), feed=feed)
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def test_of_a_truncated_file_the_subscriptions_are_taken_over(db: Path) -> None:
    stocked(db)
    whole = db.read_bytes()
    db.write_bytes(whole[: len(whole) // 2])
    with closing(open_cache(db)) as c:
        assert "Recovered 3 feeds" in c.notice
        assert [(feed.url, feed.title) for feed in feeds.every(c)] == [
            (f"https://{number}.example/feed", f"Feed {number}") for number in range(3)
        ]
    assert Path(f"{db}.damaged-1").stat().st_size == len(whole) // 2


def test_damage_that_a_statement_meets_is_looked_at_when_the_file_is_opened_next(db: Path) -> None:
    stocked(db)
    with closing(sqlite3.connect(db)) as c:
        page = c.execute("SELECT rootpage FROM sqlite_master WHERE name = 'article_by_date'").fetchone()[0]
    with db.open("r+b") as file:
        file.seek((page - 1) * connection.PAGE_SIZE)
        file.write(b"\xff" * connection.PAGE_SIZE)
    with closing(connect(db)) as c:
        assert c.notice == ""
        with pytest.raises(StoreError, match="is damaged"):
            article_lists.window(c, Query(), 0, 60)
    assert connection.is_suspect(db)
    with closing(open_cache(db)) as c:
        assert "Recovered 3 feeds" in c.notice
    assert not connection.is_suspect(db)


def test_a_suspect_file_that_is_no_database_is_moved_aside(db: Path) -> None:
    stocked(db)
    connection.suspect(db)
    content = b"\x00garbage" * 5000
    db.write_bytes(content)
    with closing(open_cache(db)) as c:
        assert f"ld file: {db}.damaged-1." in c.notice
    assert Path(f"{db}.damaged-1").read_bytes() == content
    assert not connection.is_suspect(db)


def test_a_damaged_file_that_cannot_be_moved_is_a_sentence(public: Path) -> None:
    db = public / "tuireader.db"
    db.write_bytes(b"garbage")
    (says,) = unprivileged(db)
    assert says == f"Cannot move the damaged {db}: Permission denied."
    assert db.read_bytes() == b"garbage"


def test_a_false_alarm_costs_one_check_and_no_article(db: Path) -> None:
    stocked(db)
    connection.suspect(db)
    with closing(open_cache(db)) as c:
        assert c.notice == ""
        assert article_lists.count(c, Query()) == 180
    assert not connection.is_suspect(db)


def test_a_full_disk_is_a_sentence_and_what_was_there_stays(db: Path) -> None:
    with closing(connect(db)) as c:
        feed = save(c, ready("1"))
        pages = c.execute("PRAGMA page_count").fetchone()[0]
        c.execute(f"PRAGMA max_page_count = {pages + 2}")
        big = [ready(f"big {n}", os.urandom(30_000).hex()) for n in range(20)]
        with pytest.raises(StoreError, match=re.escape(f"Disk full: cannot write to {db}.")):
            save(c, *big, feed=feed)
        assert not c.in_transaction
        assert titles(c) == ["Title of 1"]
        statuses.mark(c, [only(c)], starred=True)
        c.execute("PRAGMA max_page_count = 1000000")
        save(c, *big, feed=feed)
        assert article_lists.count(c, Query()) == 21
    assert pragma(db, "integrity_check") == "ok"


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="Cannot create"):
        connect(tmp_path / "file" / "tuireader.db")


def test_a_folder_in_the_place_of_the_file_is_a_sentence(db: Path) -> None:
    db.mkdir()
    with pytest.raises(StoreError, match="is not a regular file"):
        connect(db)
    assert db.is_dir()


UNPRIVILEGED = """
import importlib, os, pkgutil
from contextlib import closing
from pathlib import Path
import tuireader
from tuireader.errors import StoreError
from tuireader.lazy_modules import load
from tuireader.model.query import Query
from tuireader.store import schema, statuses
from tuireader.store.queries import article_lists
from tuireader.library.open_cache import open_cache as connect
if os.getuid() == 0:
    # What is loaded only where it is needed is loaded now: soon Python's files and the program's may be out of reach.
    import fcntl, urllib.parse
    for module in pkgutil.walk_packages(tuireader.__path__, "tuireader."):
        if not module.name.endswith("__main__"):
            load(importlib.import_module(module.name))
    schema.statements()
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    with closing(connect(Path({db!r}))) as c:
        print(c.notice)
        counted = article_lists.count(c, Query()), len(article_lists.window(c, Query(), 0, 60))
        print(*counted, article_lists.totals(c, Query()).unread)
        try:
            statuses.mark(c, [1], read=True)
        except StoreError as error:
            print(error)
except StoreError as error:
    print(error)
"""


def unprivileged(db: Path) -> list[str]:
    """What a process of someone who may not write says, line by line."""
    for file in db.parent.iterdir():
        file.chmod(0o444)
    db.parent.chmod(0o555)
    try:
        done = subprocess.run(
            [sys.executable, "-c", UNPRIVILEGED.format(db=str(db))], capture_output=True, text=True, check=True
        )
    finally:
        db.parent.chmod(0o755)
    return done.stdout.splitlines()


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that others can enter too, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.mark.skipif(os.name != "posix", reason="about permissions of POSIX")
@pytest.mark.parametrize("beside", [False, True])
def test_a_read_only_cache_can_be_read(public: Path, beside: bool) -> None:
    db = public / "tuireader.db"
    stocked(db)
    before = db.read_bytes()
    with closing(sqlite3.connect(db)) as other:
        if beside:  # the log and its index, as a reader leaves them that is killed
            other.execute("SELECT count(*) FROM article").fetchone()
        says = unprivileged(db)
    assert says == [
        f"{db} is read-only: changes will not be saved.",
        "180 60 180",
        f"Cannot write {db}: it or its directory is read-only. Make both writable.",
    ]
    assert db.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="about permissions of POSIX")
def test_an_older_cache_that_cannot_be_brought_up_to_date_says_what_it_needs(public: Path) -> None:
    db = public / "tuireader.db"
    with closing(sqlite3.connect(db)) as c:
        c.execute("PRAGMA journal_mode = WAL")
        c.execute(f"PRAGMA application_id = {schema.APPLICATION_ID}")
        c.execute("CREATE TABLE older (x)")
    said = "it is read-only. Make it and its directory writable, then try again."
    assert unprivileged(db) == [f"Cannot upgrade {db}: {said}"]


@pytest.mark.skipif(os.name != "posix", reason="about permissions of POSIX")
def test_a_read_only_folder_without_a_cache_is_a_sentence(public: Path) -> None:
    db = public / "tuireader.db"
    assert unprivileged(db) == [f"Cannot open {db}: unable to open database file."]


def test_two_connections_write_in_turn(db: Path) -> None:
    with closing(connect(db)) as one, closing(connect(db)) as two:
        first, second = subscribe(one), subscribe(two, "https://two.example/feed", "Two")
        save(one, ready("1"), feed=first)
        save(two, ready("1"), feed=second)
        statuses.mark(one, [1, 2], read=True)
        assert article_lists.count(two, Query(unread=True)) == 0


def test_a_reader_is_not_held_by_a_writer(db: Path) -> None:
    with closing(connect(db)) as one, closing(connect(db)) as two:
        save(one, ready("1"))
        with transaction(one):
            one.execute("DELETE FROM body")
            assert titles(two) == ["Title of 1"]
            assert articles.body(two, only(two)) == "<p>Some words.</p>"


def test_waiting_too_long_for_another_writer_is_a_sentence(db: Path) -> None:
    with closing(connect(db)) as one, closing(connect(db, patience=0.05)) as two:
        save(one, ready("1"))
        with transaction(one), pytest.raises(StoreError, match="is locked by another tuireader"):
            statuses.mark(two, [1], read=True)
        statuses.mark(two, [1], read=True)


def test_many_threads_that_open_a_new_cache_at_once_all_get_it(db: Path) -> None:
    start = threading.Barrier(6)
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            start.wait()
            with closing(connect(db)) as c:
                feed = subscribe(c, f"https://{number}.example/feed")
                save(c, ready("1"), feed=feed)
        except (StoreError, sqlite3.Error) as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with closing(connect(db)) as c:
        assert article_lists.count(c, Query()) == 6


def test_a_statement_that_is_called_off_is_a_sentence(db: Path) -> None:
    with closing(connect(db)) as c:
        c.set_progress_handler(lambda: 1, 1)
        with pytest.raises(StoreError, match="Interrupted"):
            article_lists.count(c, Query(text="x"))


@pytest.mark.parametrize("fetch", ["fetchone", "fetchall"])
def test_what_goes_wrong_at_a_later_row_is_a_sentence_too(db: Path, fetch: str) -> None:
    stocked(db)
    with closing(connect(db)) as c:
        cursor = c.execute("SELECT id FROM article")
        cursor.fetchone()
        c.set_progress_handler(lambda: 1, 1)
        with pytest.raises(StoreError, match="Interrupted"):
            getattr(cursor, fetch)()


@pytest.mark.parametrize(
    "bug",
    [
        lambda c: c.execute("SELECT nothing"),
        lambda c: c.execute("INSERT INTO article (id) VALUES (1)"),
        lambda c: c.executemany("INSERT INTO setting VALUES (?, ?)", [("a", "b"), ("a", "c")]),
        lambda c: c.execute("SELECT ?", ()),
    ],
)
def test_a_bug_stays_an_error_of_sqlite(db: Path, bug: Callable[[sqlite3.Connection], object]) -> None:
    with closing(connect(db)) as c, pytest.raises(sqlite3.DatabaseError):
        bug(c)
    assert not connection.is_suspect(db)


def test_a_transaction_is_all_or_nothing(db: Path) -> None:
    with closing(connect(db)) as c:
        with pytest.raises(KeyboardInterrupt), transaction(c):  # noqa: PT012 - how far it comes is the point
            ui_state.save(c, "theme", "nord")
            raise KeyboardInterrupt
        assert ui_state.load(c) == {}
        assert not c.in_transaction
        feeds.add(c, "https://example.org/feed", title="T", site="", now=NOW)
        assert len(feeds.every(c)) == 1


def test_a_snapshot_is_of_one_moment(db: Path) -> None:
    with closing(connect(db)) as c, closing(connect(db)) as other:
        feed = save(other, ready("1"))
        with snapshot(c):
            assert article_lists.count(c, Query()) == 1
            save(other, ready("2"), feed=feed)
            assert len(titles(c)) == 1
        assert article_lists.count(c, Query()) == 2
        with pytest.raises(KeyboardInterrupt), snapshot(c):
            raise KeyboardInterrupt
        assert not c.in_transaction


def test_the_version_tells_what_others_changed(db: Path) -> None:
    with closing(connect(db)) as c, closing(connect(db)) as other:
        before = version(c)
        titles(other)
        ui_state.save(c, "theme", "nord")
        assert version(c) == before
        ui_state.save(other, "theme", "dracula")
        assert version(c) != before


NOTHING_CAN_GROW = """
import resource, signal, sys
from contextlib import closing
from pathlib import Path
from tuireader.library.open_cache import open_cache
from tuireader.model.query import Query
from tuireader.store.queries import article_lists
from tuireader.store.connection import connect
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
path = Path(sys.argv[1])
with closing(open_cache(path)) as c, closing(connect(path)) as other:
    print(len(article_lists.window(c, Query(), 0, 500)), article_lists.count(other, Query(starred=True)), c.notice)
"""


@pytest.mark.skipif(os.name != "posix", reason="about limits of POSIX")
@pytest.mark.parametrize("log", [False, True], ids=["alone", "with a log"])
def test_a_disk_that_takes_nothing_more_can_be_read(db: Path, log: bool) -> None:
    """Not even the file that SQLite wants beside the cache can be made."""
    stocked(db)
    if log:
        with closing(sqlite3.connect(db)) as c:
            c.execute("UPDATE article SET starred = 1 WHERE id = 7")
            c.commit()
            kept = [
                (db.with_name(db.name + suffix), db.with_name(db.name + suffix).read_bytes()) for suffix in ("", "-wal")
            ]
        for file, content in kept:
            file.write_bytes(content)
    command = [sys.executable, "-c", NOTHING_CAN_GROW, str(db)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"180 {int(log)} {db} is read-only: changes will not be saved.\n"


def test_a_cache_is_free_unless_someone_is_in_the_middle_of_writing(db: Path) -> None:
    with closing(connect(db)):
        pass
    assert connection.is_free(db)
    with closing(sqlite3.connect(db, isolation_level=None)) as c:
        c.execute("BEGIN IMMEDIATE")
        assert not connection.is_free(db)
        c.execute("ROLLBACK")
    assert connection.is_free(db)
    assert connection.is_free(db.with_name("none.db"))
    assert not db.with_name("none.db").exists()


def test_what_a_loop_over_rows_meets_is_a_sentence_too(db: Path) -> None:
    with closing(connect(db)) as c:
        c.execute("CREATE TABLE loose (text BLOB)")
        c.executemany("INSERT INTO loose VALUES (randomblob(3000))", [()] * 600)
        c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    half = db.stat().st_size // 2
    with db.open("r+b") as file:
        file.seek(half)
        file.write(b"\xff" * half)
    seen: list[object] = []
    with closing(connect(db)) as c, pytest.raises(StoreError, match="is damaged"):
        seen.extend(row for row in c.execute("SELECT text FROM loose"))
    assert seen != []
