"""Starts that no one plans: no home, odd words and numbers, a configuration that is none, a clock that is not set."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.app_factory import REVIEW, shelve
from support.factories import ready, save
from tuireader import config, paths
from tuireader.cli import main
from tuireader.config import Config
from tuireader.errors import ConfigError
from tuireader.model.query import Query
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

TUIREADER = [sys.executable, "-m", "tuireader"]


def run(*words: str | bytes, **options: object) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run([*TUIREADER, *words], input=b"", capture_output=True, check=False, timeout=60, **options)  # type: ignore[call-overload]
    assert b"Traceback" not in done.stderr
    return done  # type: ignore[no-any-return]


class Homeless:
    """What platformdirs does for a user whom the system does not know, without HOME."""

    def __getattr__(self, name: str) -> Path:
        raise RuntimeError("Could not determine home directory.")


@pytest.mark.parametrize("words", [["list"], ["path"], ["show", "1"], ["--debug", "feeds"]])
def test_no_home_is_one_sentence(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(paths, "_DIRS", Homeless())
    assert main(words) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("tuireader: No home directory: set HOME or XDG_")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize("number", ["9223372036854775808", "9223372036854775807", "9" * 40])
def test_numbers_that_no_article_has(number: str) -> None:
    shelve(paths.cache_path(), "The Example Review", REVIEW)
    for words in (["show", number], ["mark", number, "--read"]):
        done = run(*words)
        assert done.returncode == 1
        assert f"No article with ID {number}." in done.stderr.decode()
    assert run("show", "9" * 5000).returncode == 2
    assert run("list", "--limit", "9" * 5000).returncode == 0


@pytest.mark.parametrize("log", ["", "missing/log", "file/log"])
def test_a_log_that_cannot_be_written_is_done_without(tmp_path: Path, log: str) -> None:
    shelve(paths.cache_path(), "The Example Review", REVIEW)
    (tmp_path / "file").touch()
    (tmp_path / "missing").symlink_to(tmp_path / "nowhere" / "else")
    environment = {**os.environ, "TUIREADER_LOG": str(tmp_path / log)}
    for words in (["list"], ["feeds"], ["show", "1"], ["--debug", "path"]):
        done = run(*words, env=environment)
        is_said = b"Cannot read pending changes" in done.stderr
        assert (done.returncode, is_said or not done.stderr) == (0, True)
        assert done.stdout
    done = run("list", "--feed", "nothing of the kind", env=environment)
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(os.name == "nt", reason="a shell that closes streams")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ["list", "list --json", "feeds", "path", "show 1", "refresh", "add nowhere", ""])
def test_streams_that_are_closed_lead_nowhere(words: str, closed: str) -> None:
    shelve(paths.cache_path(), "The Example Review", [])
    command = f'"$0" -m tuireader {words} {closed}'
    done = subprocess.run(["sh", "-c", command, sys.executable], capture_output=True, check=False, timeout=60)
    assert done.returncode in (0, 1, 2)
    assert b"Internal error" not in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with names")
@pytest.mark.parametrize("name", ["tuireader.db", "tuireader.db.marks-1-1", "tuireader.db.check"])
def test_pipes_where_files_should_be_are_not_waited_for(name: str) -> None:
    path = paths.cache_path()
    shelve(path, "The Example Review", REVIEW)
    path.with_name(name).unlink(missing_ok=True)
    os.mkfifo(path.with_name(name))
    done = run("list")
    if name == path.name:
        assert done.returncode == 1
        assert b"is not a regular file, or has hard links. Move it away" in done.stderr
    else:
        is_said = b"Cannot read pending changes" in done.stderr
        assert (done.returncode, is_said or not done.stderr) == (0, True)


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:99999", "socks9://127.0.0.1:1", "http://[::/"])
def test_a_proxy_that_there_cannot_be_is_a_sentence(name: str, proxy: str) -> None:
    done = run("add", "http://site.example/", env={**os.environ, name: proxy})
    assert done.returncode == 1
    assert b"Check HTTP_PROXY and ALL_PROXY" in done.stderr


def test_ctrl_c_counts_from_the_first_moment_on() -> None:
    """At any import of ours, which are most of a start."""
    code = """
import signal, sys
class Interrupt:
    left = int(sys.argv.pop(1))
    def find_spec(self, name, *_):
        if name.startswith("tuireader."):
            Interrupt.left -= 1
            if Interrupt.left == 0:
                signal.raise_signal(signal.SIGINT)
from tuireader.__main__ import main
sys.meta_path.insert(0, Interrupt())
sys.exit(main())
"""
    for number in range(1, 12):
        done = subprocess.run(
            [sys.executable, "-c", code, str(number), "list"], capture_output=True, check=False, timeout=60
        )
        assert (done.returncode, done.stderr) == (130, b""), number


@pytest.mark.parametrize("option", ["--category", "--author", "--feed", "--search", "--since"])
def test_words_that_are_no_utf_8(option: str) -> None:
    shelve(paths.cache_path(), "The Example Review", REVIEW)
    done = run("list", option, b"\xff\xfe")
    assert b"Internal error" not in done.stderr
    assert done.returncode in (0, 1, 2)
    assert b"Internal error" not in run("add", b"\xff").stderr
    assert b"Internal error" not in run("search", b"a\xff").stderr


@pytest.mark.parametrize(
    "text",
    ["x = " + "[" * 5000 + "]" * 5000, "measure = " + "9" * 6000, "a" * 2_000_000, "theme = 1979-13-45", "\0"],
    ids=["nested", "digits", "large", "date", "nul"],
)
def test_a_configuration_that_cannot_be_read_is_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"config\.toml"):
        config.read(path)


def test_a_configuration_with_a_mark_of_its_byte_order_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("measure = 80\n", "utf-8-sig")
    assert config.read(path)[0].measure == 80


def test_a_configuration_that_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.symlink_to(os.devnull)
    assert config.read(path)[0] == Config()
    path.unlink()
    path.mkdir()
    with pytest.raises(ConfigError, match="not a file"):
        config.read(path)
    path.rmdir()
    os.mkfifo(path)
    with pytest.raises(ConfigError, match="not a file"):
        config.read(path)


def test_a_clock_that_is_not_set_makes_no_article_old(db: Path) -> None:
    unset, now = datetime(2000, 1, 1, tzinfo=UTC), datetime(2026, 1, 15, tzinfo=UTC)
    dates = {
        "a": now - timedelta(days=3),
        "b": datetime(2024, 6, 1, tzinfo=UTC),
        "c": datetime(9999, 12, 31, tzinfo=UTC),
    }
    with closing(connect(db)) as c:
        save(c, *(ready(name, published=date) for name, date in dates.items()), ready("d"), now=unset)
        found = {headline.title[-1]: headline.date for headline in article_lists.window(c, Query(), 0, 10)}
        assert found == {**dates, "c": datetime(2025, 1, 1, tzinfo=UTC), "d": datetime(2025, 1, 1, tzinfo=UTC)}
        assert len(article_lists.window(c, Query(since=datetime(2024, 1, 1, tzinfo=UTC)), 0, 10)) == 4
