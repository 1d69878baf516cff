"""The last screen stands there while the reader starts; nothing of it goes blank before the reader's own is there."""

from __future__ import annotations

import os
import re
import shutil
import signal
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pyte
import pytest

from support.app_factory import Piece, ids, shelve
from support.pty_terminal import Terminal
from tuireader import paths, startup_frame
from tuireader.cli import main
from tuireader.store import statuses
from tuireader.store.connection import connect

QUIT = "\x11"
AGE = "Jan"
"""All articles are of that month: what stands where ages do."""
PATIENT = """
import sys
from tuireader import __main__
from tuireader.tui import app
from tuireader.tui.main import resume
resume.FRAME_DRAW_TIMEOUT = app.FRAME_TIMEOUT = app.CANCEL_TIMEOUT = 30.0
sys.exit(__main__.main())
"""
"""The program, which draws the last screen, and keeps it, for as long as a busy machine needs."""
HELD = """
import os, sys, time
from tuireader import startup_frame, __main__
lower = startup_frame.paint
def lowered():
    assert lower()
    while not os.path.exists(os.environ["GO"]):
        time.sleep(0.01)
startup_frame.paint = lowered
sys.exit(__main__.main())
"""
"""The program, which waits behind the startup frame until there is a file."""


@pytest.fixture(autouse=True)
def _cache() -> None:
    paths.config_path().parent.mkdir(parents=True)
    paths.config_path().write_text("refresh_on_start = false\n", "utf-8")
    pieces = [Piece(f"Piece {number}", number, categories=("Harbours",)) for number in range(1, 30)]
    shelve(paths.cache_path(), "The Example Review", pieces)
    shelve(paths.cache_path(), "Notes", [Piece(f"Note {number}", number, authors=("Ann",)) for number in range(30, 40)])


def kept() -> Path:
    return Path(f"{paths.cache_path()}.screen")


def settled(terminal: Terminal) -> str:
    """The screen once it is the reader's own, which says when it was refreshed, and nothing more is painted."""
    terminal.until(lambda screen: "refreshed" in screen)
    size = 0
    while size != len(terminal.raw):
        size = len(terminal.raw)
        terminal.read_on()
    return terminal.text


def read_once(*keys: str, until: str = "", columns: int = 120, rows: int = 40) -> tuple[str, bytes]:
    """Start, press keys, quit; the screen as it was once it stood, and all that was written until then."""
    with Terminal(columns=columns, rows=rows, command=(sys.executable, "-c", PATIENT)) as terminal:
        screen = settled(terminal)
        raw = bytes(terminal.raw)
        terminal.press(*keys)
        terminal.until(until)
        terminal.press(QUIT)
        assert terminal.wait() == 0
    return screen, raw


def frames(raw: bytes, columns: int = 120, rows: int = 40) -> Iterator[list[str]]:
    """The screen after each piece that is written somewhere, from when the frame is whole."""
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    painted: set[bytes] = set()
    for piece in re.split(rb"(?=\x1b\[\d+;\d*H)", raw):
        stream.feed(piece)
        painted.update(re.findall(rb"^\x1b\[(\d+);", piece))
        if len(painted) >= rows:
            yield list(screen.display)


def test_no_row_goes_blank_and_what_comes_is_a_usual_start() -> None:
    usual, first = read_once()
    assert stat.S_IMODE(kept().stat().st_mode) == 0o600
    screen, raw = read_once()
    assert _without_invitation(screen) == _without_invitation(usual)
    seen = list(frames(raw))
    assert len(seen) > 40
    for before, after in pairwise(seen):
        assert [row for row, line in enumerate(before) if line.strip() and not after[row].strip()] == []
    # Before anything else is loaded there is all but what time changes, and it is written once.
    assert seen[0][0].split() == ["All", "articles", "39", "unread"]
    assert "Piece 1 " in "\n".join(seen[0])
    assert "refreshed" not in seen[0][0]
    assert raw.count(b"\x1b[?1049h") == first.count(b"\x1b[?1049h") == 1
    # Later come the words about time, and those of what shows articles, which is loaded when all else is there.
    assert [line.rstrip() for line in seen[0][1:]] == _without_invitation(usual)[1:]


def _without_invitation(screen: str) -> list[str]:
    return [line.replace("Press enter to read the article", "").rstrip() for line in screen.split("\n")]


def test_ages_that_grow_are_not_part_of_it() -> None:
    now = datetime.now(UTC)
    midnight = now.astimezone().replace(hour=0, minute=0, second=0)
    shelve(paths.cache_path(), "News", [Piece("Piece of today", 1)], now=now)
    with closing(connect(paths.cache_path())) as c:
        c.execute(
            "UPDATE article SET published = ?1, date = ?1 WHERE title = 'Piece of today'",
            (int(max(now.timestamp() - 7200, midnight.timestamp())),),
        )
    read_once()
    screen, raw = read_once()
    first = "\n".join(next(frames(raw)))
    assert "TODAY" in screen
    assert "Piece of today" in first
    assert "2 h" not in first
    assert "JANUARY 2026" in first


def test_it_is_used_once_and_leads_back_to_where_the_user_was() -> None:
    read_once("j", "j", "\r", until="By Andrew Zirkle")
    with Terminal(command=(sys.executable, "-c", PATIENT)) as terminal:
        settled(terminal)
        again = terminal.until("By Andrew Zirkle")
        seen = list(frames(bytes(terminal.raw)))
        terminal.press(QUIT)
        assert terminal.wait() == 0
    assert all("By Andrew Zirkle" in "\n".join(each) for each in seen)
    assert [line[:26].rstrip() for line in seen[0]] == [line[:26].rstrip() for line in again.split("\n")]
    with Terminal() as terminal:
        settled(terminal)
        assert not kept().exists()
        terminal.kill(signal.SIGKILL)
    _, raw = read_once()
    assert raw.index(b"\x1b[?1004h") < raw.index(b"Piece")  # the app's own


@pytest.mark.parametrize("how", ["another size", "another terminal", "other settings", "a later version"])
def test_what_looks_otherwise_is_not_shown(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read_once()
    columns, rows = (100, 30) if how == "another size" else (120, 40)
    if how == "another terminal":
        monkeypatch.setenv("NO_COLOR", "1")
    if how == "other settings":
        paths.config_path().write_text("refresh_on_start = false\ndense = true\n", "utf-8")
    if how == "a later version":
        kept().write_text(kept().read_text("utf-8").replace("\0" + "0.", "\0" + "9.", 1), "utf-8")
    _, raw = read_once(columns=columns, rows=rows)
    assert raw.index(b"\x1b[?1004h") < raw.index(b"Piece"), "nothing is painted before the reader takes the terminal"


def test_counts_of_a_cache_that_was_changed_are_left_out() -> None:
    read_once()
    with closing(connect(paths.cache_path())) as c:
        statuses.mark(c, ids(paths.cache_path())[:5], read=True)
    screen, raw = read_once()
    first = next(frames(raw))
    assert "34 unread" in screen
    assert first[0].split() == ["All", "articles"]
    assert not re.search(r"\d", "\n".join(line[:28] for line in first[:-1]))
    assert "Piece 1 " in "\n".join(first)


@pytest.mark.parametrize(
    "evil",
    [
        "\x1b]0;title\x07",
        "\x1b[2J",
        "\x1b[?1049l",
        "\x1bc",
        "\x07",
        "\x9b2J",
        "\x9d0;t\x9c",
        "\u202e",
        "\x1b[6n",
        "\x00",
    ],
)
def test_whoever_wrote_the_file_can_do_no_more_than_paint(evil: str) -> None:
    read_once()
    kept().write_text(kept().read_text("utf-8").replace("Piece 1", f"Piece {evil}", 4), "utf-8")
    _, raw = read_once()
    assert raw.index(b"\x1b[?1004h") < raw.index(b"Piece")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"tuireader screen 1", b"a\0b\0c\0d\0e", b"\0" * 3_000_000])
def test_a_file_that_is_none_is_as_none(content: bytes) -> None:
    kept().write_bytes(content)
    screen, _ = read_once()
    assert "Piece 1 " in screen


@pytest.mark.parametrize("kind", ["a pipe", "a link", "a folder", "writable by others"])
def test_a_file_of_another_kind_is_as_none(kind: str, tmp_path: Path) -> None:
    read_once()
    kept().rename(tmp_path / "there")
    if kind == "a pipe":
        os.mkfifo(kept())
    elif kind == "a link":
        kept().symlink_to(tmp_path / "there")
    elif kind == "a folder":
        kept().mkdir()
    else:
        shutil.copy(tmp_path / "there", kept())
        kept().chmod(0o666)
    screen, raw = read_once()
    assert "Piece 1 " in screen
    assert raw.index(b"\x1b[?1004h") < raw.index(b"Piece")  # nothing stood there before the app
    assert not list(kept().parent.glob("*.screen.new"))


def test_nobody_else_can_make_it_a_link(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("mine", "utf-8")
    Path(f"{kept()}.new").symlink_to(precious)
    read_once()
    assert precious.read_text("utf-8") == "mine"
    assert kept().is_file()
    assert not kept().is_symlink()


def test_what_is_unsubscribed_from_is_not_shown_any_more() -> None:
    read_once()
    assert main(["remove", "--yes", "Notes"]) == 0
    assert not kept().exists()


# Ended behind the startup frame.


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Terminal]:
    read_once()
    go = {"GO": str(tmp_path / "go")}
    with Terminal(command=(sys.executable, "-c", HELD), env=go) as terminal:
        terminal.until("Piece 1 ")
        yield terminal


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_who_is_ended_behind_it_leaves_the_shell_as_it_was(held: Terminal, number: int) -> None:
    held.kill(number)
    assert held.wait() == (130 if number == signal.SIGINT else -number)
    raw = bytes(held.raw)
    assert raw.rindex(b"\x1b[?1049l") > raw.rindex(b"\x1b[?1049h")
    assert raw.rindex(b"\x1b[?25h") > raw.rindex(b"\x1b[?25l")


def test_what_cannot_start_says_why_on_the_screen_of_the_shell(held: Terminal, tmp_path: Path) -> None:
    paths.cache_path().unlink()
    paths.cache_path().mkdir()
    (tmp_path / "go").touch()
    assert held.wait() == 1
    left, said = bytes(held.raw).index(b"\x1b[?1049l"), bytes(held.raw).index(b"hard links")
    assert left < said


def test_who_quits_at_once_quits(held: Terminal, tmp_path: Path) -> None:
    held.press(QUIT)
    (tmp_path / "go").touch()
    assert held.wait() == 0


def test_keys_that_are_typed_at_it_act(held: Terminal, tmp_path: Path) -> None:
    held.press("j", "j", "\r")
    (tmp_path / "go").touch()
    held.until(lambda screen: "By Andrew Zirkle" in screen and screen.count("Piece 3") == 2)
    held.press(QUIT)
    assert held.wait() == 0


def test_a_key_acts_on_what_stands_there(tmp_path: Path) -> None:
    """Where the user was is led back to first: what clears the choices clears those that are seen."""
    read_once("h", "h", "G", "\r", until="▌The Example Review")
    with Terminal(command=(sys.executable, "-c", HELD), env={"GO": str(tmp_path / "go")}) as terminal:
        terminal.until("▌The Example Review")
        terminal.press("c")
        (tmp_path / "go").touch()
        terminal.until(lambda screen: "▌All" in screen and "▌The Example" not in screen and AGE in screen)
        terminal.press(QUIT)
        assert terminal.wait() == 0


def test_a_window_that_changes_behind_it_is_painted_whole(held: Terminal, tmp_path: Path) -> None:
    held.resize(100, 30)
    (tmp_path / "go").touch()
    assert "Piece 1 " in settled(held)
    held.press(QUIT)
    assert held.wait() == 0


def test_a_pipe_gets_none_of_it() -> None:
    read_once()
    before = kept().stat()
    assert startup_frame.paint() is False
    assert kept().stat() == before


@pytest.mark.parametrize(
    ("keys", "until"),
    [
        (("h", "h", "j"), "enter filter"),
        (("?",), "Keyboard shortcuts"),
        (("\r", "z"), "By Andrew Zirkle"),
        (("/", "p", "i", "\r"), "“pi”"),
        (("/", "p", "i"), "“pi”"),
        (("/", "p", "i"), ""),
        (("\r",), ""),
        (("h", "\t", "/", "z"), "/z"),
        ((*["\x1b[<65;60;10M"] * 8,), "Piece 16"),
    ],
    ids=[
        "the sidebar",
        "a dialog",
        "the article alone",
        "a search",
        "while searching",
        "at once while searching",
        "as an article opens",
        "while filtering",
        "the wheel",
    ],
)
def test_wherever_the_user_quits_it_is_what_the_next_start_shows(keys: tuple[str, ...], until: str) -> None:
    read_once(*keys, until=until)
    screen, raw = read_once()
    first = next(frames(raw))
    # The first line, where ages are, and what comes with the article view, which is loaded later.
    assert [line[:66].rstrip() for line in first[1:]] == [line[:66].rstrip() for line in screen.split("\n")[1:]]
    assert first[-1].rstrip() == screen.split("\n")[-1]


@pytest.mark.parametrize("moment", [0.0, 0.01, 0.03])
def test_who_is_ended_while_the_reader_takes_the_terminal_leaves_it(moment: float) -> None:
    with Terminal() as terminal:
        while b"\x1b[?1049h" not in terminal.raw:
            terminal.read_on()
        time.sleep(moment)
        terminal.kill(signal.SIGTERM)
        terminal.wait()
    end = bytes(terminal.raw)
    assert end.rindex(b"\x1b[?1049l") > end.rindex(b"\x1b[?1049h")
    assert end.rfind(b"\x1b[?25h") > end.rfind(b"\x1b[?25l")
    assert b"\x1b[?1003h" not in end or end.rindex(b"\x1b[?1003l") > end.rindex(b"\x1b[?1003h")
