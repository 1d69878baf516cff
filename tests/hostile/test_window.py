"""The terminal goes away, is stopped, is full, or sends what is no text: the program ends or goes on, and says so."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pytest

from conftest import Reply, ScriptedSite
from support.app_factory import ids
from support.pty_terminal import Terminal
from support.rss import Item, rss
from tuireader import paths
from tuireader.model.query import Query
from tuireader.store import articles, feeds, labels, statuses, ui_state
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a pty and signals as POSIX has them")

CTRL_Q, ENTER, ESC = "\x11", "\r", "\x1b"


@contextmanager
def locked(cache: Path) -> Iterator[sqlite3.Connection]:
    """Another program writes, and does not come to an end."""
    with closing(sqlite3.connect(cache, isolation_level=None)) as c:
        c.execute("BEGIN IMMEDIATE")
        yield c
        if c.in_transaction:
            c.execute("ROLLBACK")


def starred(cache: Path) -> list[bool]:
    with closing(connect(cache)) as c:
        return [articles.status(c, article_id).starred for article_id in ids(cache)]


def next_start() -> None:
    """Whatever is started next writes what waited."""
    subprocess.run([sys.executable, "-m", "tuireader", "feeds"], capture_output=True, check=True)


def is_stopped(terminal: Terminal) -> bool:
    """Whether it is; then it is told to go on: a stop may come to pass after a continuation that was sent later."""
    state = subprocess.run(["ps", "-o", "state=", "-p", str(terminal.pid)], capture_output=True, text=True, check=True)
    if not state.stdout.startswith("T"):
        return False
    terminal.kill(signal.SIGCONT)
    return True


def is_on(terminal: Terminal) -> bool:
    """Whether the program has the terminal: what is typed before that is echoed, as anywhere."""
    return terminal.raw.rfind(b"\x1b[?1049h") > terminal.raw.rfind(b"\x1b[?1049l")


def said_after(terminal: Terminal) -> str:
    """What the program says on the shell's screen, once it has given the terminal back."""
    return re.sub(r"\s+", " ", terminal.raw.rpartition(b"\x1b[?1049l")[2].decode())


def threads_of(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


# The window is closed


def star(terminal: Terminal) -> None:
    """Mark what is under the cursor, and see it: one such sign is in the sidebar."""
    terminal.press("f")
    terminal.until(lambda text: text.count("★") >= 2)


def answers(terminal: Terminal) -> None:
    """What is asked for comes, and goes again."""
    terminal.press("?")
    terminal.until("Half page")
    terminal.press(ESC)
    terminal.until(lambda text: "Half page" not in text)


def idle(terminal: Terminal) -> None:
    star(terminal)


def in_an_article(terminal: Terminal) -> None:
    star(terminal)
    terminal.press(ENTER)
    terminal.until("Although they have been rivals")


def in_a_dialog(terminal: Terminal) -> None:
    star(terminal)
    terminal.press("\x10")
    terminal.until("Type a command")


def searching(terminal: Terminal) -> None:
    star(terminal)
    terminal.press("/rivals")
    terminal.until("articles: rivals")


def stopped(terminal: Terminal) -> None:
    star(terminal)
    terminal.kill(signal.SIGTSTP)
    terminal.until(lambda _: b"\x1b[?1049l" in terminal.raw)


@pytest.mark.parametrize(
    ("state", "leader"),
    [(state, leader) for state in (idle, in_an_article, in_a_dialog, searching) for leader in (False, True)]
    + [(stopped, False)],
)
def test_closing_the_window_ends_it_with_its_marks_written(
    cache: Path, state: Callable[[Terminal], None], leader: bool
) -> None:
    command = [sys.executable, "-m", "tuireader"]
    if leader:
        command = ["sh", "-c", f"{' '.join(command)}; exit $?"]
    with Terminal(columns=120, rows=30, command=command) as terminal:
        terminal.until("A Worrying")
        state(terminal)
        terminal.close_window()
    assert sum(starred(cache)) == 1
    next_start()
    assert not list(cache.parent.glob("*.marks-*"))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_a_hundred_windows_are_closed_in_any_state(cache: Path, part: int) -> None:
    """Also while another program holds the cache, and one or two keys before there is anything to be seen of them."""
    dice = random.Random(part)
    for number in range(25):
        held = locked(cache) if number % 4 == 3 else nullcontext()
        with held, Terminal(columns=dice.choice([120, 80, 60]), rows=dice.choice([30, 24, 12])) as terminal:
            terminal.until(lambda _: b"\x1b[?1049h" in terminal.raw)
            terminal.press(*dice.choices("jkfm/?t:\x10\r\x1bauz", k=dice.randrange(12)))
            if dice.random() < 0.3:
                terminal.kill(dice.choice([signal.SIGTSTP, signal.SIGSTOP, signal.SIGCONT]))
            terminal.close_window()
    next_start()
    assert not list(cache.parent.glob("*.marks-*"))
    with closing(sqlite3.connect(cache)) as c:
        assert c.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_closing_the_window_ends_a_refresh_and_its_processes(cache: Path, site: ScriptedSite) -> None:
    paths.config_path().unlink()
    with closing(connect(cache)) as c:
        for number in range(12):
            url = f"{site.url}/{number}"
            site.pages[f"/{number}"] = Reply(rss(*(Item(f"{number}-{n}") for n in range(300))), content_type="text/xml")
            feeds.add(c, url, title=f"Feed {number}", site="", now=datetime.now(UTC))
    with Terminal(columns=120, rows=30) as terminal:
        terminal.until(r"refreshing \d+/\d+|Feed \d")
        terminal.close_window()  # it waits for every process
    with closing(sqlite3.connect(cache)) as c:
        assert c.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("way", ["window", "SIGTERM", "SIGHUP", "SIGINT", "ctrl+q twice"])
def test_marks_that_cannot_be_written_wait_for_the_next_start(cache: Path, way: str) -> None:
    with locked(cache), Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal.press("f", "j", "f", "j", "f")
        terminal.until(lambda text: text.count("★") >= 4)
        if way == "window":
            terminal.close_window()
        else:
            if way == "ctrl+q twice":
                terminal.press(CTRL_Q)
                terminal.until("waiting for another program")
                terminal.press(CTRL_Q)
            else:
                terminal.kill(getattr(signal, way))
            assert terminal.wait() != 0
            assert "Your changes to 3 articles not saved yet" in said_after(terminal)
        assert sum(starred(cache)) == 0
    next_start()
    assert sum(starred(cache)) == 3
    assert not list(cache.parent.glob("*.marks-*"))


@pytest.mark.parametrize("way", ["window", "SIGTERM", "SIGKILL", CTRL_Q])
@pytest.mark.parametrize("is_locked", [False, True])
def test_a_tag_that_is_on_in_the_open_dialog_is_written(cache: Path, way: str, is_locked: bool) -> None:
    with locked(cache) if is_locked else nullcontext(), Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal.press("T")
        terminal.until("Create tag|No tags")
        terminal.press(*"later")
        terminal.until("Create tag “later”")
        terminal.press("\r")
        terminal.until("✓ later")
        if way == "window":
            terminal.close_window()
        elif way.startswith("SIG"):
            if way == "SIGKILL" and is_locked:
                terminal.until(lambda _: any(file.stat().st_size for file in cache.parent.glob("*.marks-*")))
            elif way == "SIGKILL":
                terminal.until(lambda _: tagged(cache) == ["later"])
            terminal.kill(getattr(signal, way))
        else:
            terminal.press(way)
            if is_locked:
                terminal.until("waiting for another program")
                terminal.press(way)
        if way != "window":
            terminal.wait()
    next_start()
    assert tagged(cache) == ["later"]


def tagged(cache: Path) -> list[str]:
    with closing(connect(cache)) as c:
        return [name for names in labels.tags_of(c, article_lists.ids(c, Query())).values() for name in names]


def test_what_is_lost_at_the_end_is_said(cache: Path) -> None:
    with locked(cache), Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal.press("/", *"worrying", "\r")
        terminal.until("1 unread")
        terminal.press("S")
        terminal.until("Save search as")
        terminal.press(*"Mine", "\r", CTRL_Q)
        terminal.until("waiting for another program")
        terminal.press(CTRL_Q)
        assert terminal.wait() != 0
        assert "Your last change was not saved" in said_after(terminal)


@pytest.mark.parametrize("hangs_at", ["Driver.close", "ReaderApp.on_unmount"])
def test_an_end_that_does_not_come_by_itself_says_what_waits(cache: Path, hangs_at: str) -> None:
    """As on a machine that has much else to do: before the terminal is given back, or after it."""
    name, _, method = hangs_at.partition(".")
    module = {"Driver": "textual.drivers.linux_driver", "ReaderApp": "tuireader.tui.app"}[name]
    name = "LinuxDriver" if name == "Driver" else name
    program = f"""
import sys, threading
from {module} import {name}
from tuireader.cli import main
original = {name}.{method}
def hang(self, *_):
    if {method!r} == "close":
        original(self)
    threading.Event().wait()
{name}.{method} = hang
sys.exit(main())
"""
    command = [sys.executable, "-c", program]
    with locked(cache), Terminal(columns=120, rows=30, command=command) as terminal:
        terminal.until("A Worrying")
        terminal.press("f", "j", "f")
        terminal.until(lambda text: text.count("★") >= 3)
        terminal.kill(signal.SIGTERM)
        assert terminal.wait() == 128 + signal.SIGTERM
        assert said_after(terminal).count("Your changes to 2 articles not saved yet") == 1
    next_start()
    assert sum(starred(cache)) == 2


def test_a_kill_while_the_cache_is_locked_loses_no_mark(cache: Path) -> None:
    with locked(cache), Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal.press("f", "j", "f")
        terminal.until(lambda _: any(file.stat().st_size for file in cache.parent.glob("*.marks-*")))
        terminal.press("j", "f")
        terminal.until(
            lambda _: sum(len(file.read_bytes().splitlines()) for file in cache.parent.glob("*.marks-*")) == 3
        )
        terminal.kill(signal.SIGKILL)
        terminal.wait()
    next_start()
    assert sum(starred(cache)) == 3


def test_all_that_is_marked_while_the_cache_is_locked_is_shown_and_kept_at_once(cache: Path) -> None:
    with locked(cache), Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal.press("A")
        terminal.until(r"Marked \d+ articles? as read")
        terminal.until(lambda _: any(file.stat().st_size for file in cache.parent.glob("*.marks-*")))
        terminal.kill(signal.SIGKILL)
        terminal.wait()
    next_start()
    with closing(connect(cache)) as c:
        assert not article_lists.ids(c, Query(unread=True))


@pytest.mark.parametrize("keys", ["A\r", "\x01m", "\x01f"])
def test_marks_of_many_are_written_although_it_is_quit_at_once(cache: Path, keys: str) -> None:
    count = len(ids(cache))
    for _ in range(3):
        with Terminal(columns=120, rows=30, pace=None) as terminal:
            terminal.until("A Worrying")
            terminal.until("unread")
            terminal.press(keys + CTRL_Q)
            assert terminal.wait() == 0
        with closing(connect(cache)) as c:
            marked = (
                article_lists.ids(c, Query(starred=True))
                if keys[-1] == "f"
                else article_lists.ids(c, Query(unread=True))
            )
            assert len(marked) == (count if keys[-1] == "f" else 0)
            statuses.mark(c, ids(cache), read=False, starred=False)


def test_what_is_done_in_a_dialog_is_written_although_it_is_quit_at_once(cache: Path) -> None:
    with Terminal(columns=120, rows=30, pace=None) as terminal:
        terminal.until("A Worrying")
        terminal.press("/worrying\rS")
        terminal.until("Save search as")
        terminal.press("Mine\r" + CTRL_Q)
        assert terminal.wait() == 0
    with Terminal(columns=120, rows=30, pace=None) as terminal:
        terminal.until("A Worrying")
        terminal.press("A")
        terminal.until(r"Marked \d+ articles? as read")
        terminal.press("U" + CTRL_Q)
        assert terminal.wait() == 0
    with closing(connect(cache)) as c:
        assert [each.name for each in ui_state.searches(c)] == ["Mine"]
        assert len(article_lists.ids(c, Query(unread=True))) == len(ids(cache))


def test_quitting_waits_for_a_lock_that_ends(cache: Path) -> None:
    with locked(cache) as c, Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal.press("f", "j", "f", "j", "f")
        terminal.until(lambda text: text.count("★") >= 4)
        terminal.press(CTRL_Q)
        terminal.until("waiting for another program")
        c.execute("ROLLBACK")
        assert terminal.wait() == 0
    assert sum(starred(cache)) == 3


def test_what_another_instance_still_holds_back_is_left_to_it(cache: Path) -> None:
    with locked(cache) as c, Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal.press("f")
        terminal.until(lambda _: bool(list(cache.parent.glob("*.marks-*"))))
        next_start()
        assert list(cache.parent.glob("*.marks-*"))
        c.execute("ROLLBACK")
        terminal.until(lambda _: not list(cache.parent.glob("*.marks-*")))
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
    assert sum(starred(cache)) == 1


# Stopping and going on


@pytest.mark.parametrize(
    "signals",
    [
        [signal.SIGCONT],
        [signal.SIGSTOP, signal.SIGCONT],
        [signal.SIGSTOP, signal.SIGCONT] * 3,
        [signal.SIGTSTP, signal.SIGCONT],
        [signal.SIGTSTP, signal.SIGCONT, signal.SIGCONT],
        [signal.SIGTSTP, signal.SIGTSTP, signal.SIGCONT, signal.SIGCONT],
        [signal.SIGCONT, signal.SIGTSTP, signal.SIGCONT, signal.SIGSTOP, signal.SIGCONT],
    ],
    ids=lambda signals: "-".join(each.name for each in signals),
)
def test_it_goes_on_after_any_stops_and_continuations(cache: Path, signals: list[signal.Signals]) -> None:
    with Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        answers(terminal)
        star(terminal)
        terminal.press("f")
        terminal.until(lambda text: text.count("★") < 2)
        before = threads_of(terminal.pid) if Path("/proc/self/task").exists() else 0
        for number in signals:
            terminal.kill(number)
            terminal.press("")
            terminal._read()
        if signal.SIGTSTP in signals:
            terminal.until(lambda _: b"\x1b[?1049l" in terminal.raw)
        terminal.until(lambda _: not is_stopped(terminal) and is_on(terminal))
        answers(terminal)
        star(terminal)
        if before:  # one that marks and one that reads may come at any time; each continuation would leave one more
            terminal.until(lambda _: threads_of(terminal.pid) <= before + 2)
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
    assert sum(starred(cache)) == 1


@pytest.mark.parametrize("within", ["LinuxDriver.__init__", "LinuxDriver._enable_mouse_support"])
def test_it_goes_on_when_it_is_continued_while_it_starts(cache: Path, within: str) -> None:
    """A continuation comes in the middle of a step of Textual's own start: once, as the first is what is at stake."""
    program = f"""
import signal, sys
from textual.drivers.linux_driver import LinuxDriver
from tuireader.cli import main
original = {within}
def step(*args, **options):
    given = original(*args, **options)
    if {within} is step:
        {within} = original
        signal.raise_signal(signal.SIGCONT)
    return given
{within} = step
sys.exit(main())
"""
    with Terminal(columns=120, rows=30, command=[sys.executable, "-c", program]) as terminal:
        terminal.until("A Worrying")
        answers(terminal)
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize("continued", [0, 1, 2])
def test_it_comes_back_to_the_foreground_of_a_shell(cache: Path, continued: int) -> None:
    """Continued from elsewhere it is in the background, without the terminal, until the shell gives it that."""
    command = ["bash", "--norc", "-i"]
    with Terminal(columns=120, rows=30, command=command, env={"PS1": "$ "}) as terminal:
        terminal.press(f"{sys.executable} -m tuireader{ENTER}")
        terminal.until("A Worrying")
        (pid,) = children(terminal.pid)
        os.kill(pid, signal.SIGTSTP)
        terminal.until("Stopped")
        for _ in range(continued):
            os.kill(pid, signal.SIGCONT)
            threading.Event().wait(0.3)
        terminal.press(f"fg{ENTER}")
        terminal.until("A Worrying")
        terminal.press("?")
        terminal.until("Keyboard shortcuts")
        terminal.press(ESC)
        terminal.until(lambda text: "Keyboard shortcuts" not in text)
        star(terminal)
        terminal.press(CTRL_Q)
        terminal.until(lambda _: not children(terminal.pid))
        terminal.press(f"echo rc=$?{ENTER}")
        terminal.until("rc=0")
    assert sum(starred(cache)) == 1


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return list(map(int, found.stdout.split()))


@pytest.mark.parametrize(
    "signals",
    [
        [signal.SIGTSTP, signal.SIGTERM, signal.SIGCONT],
        [signal.SIGSTOP, signal.SIGTERM, signal.SIGCONT],
        [signal.SIGTERM, signal.SIGCONT],
        [signal.SIGCONT, signal.SIGTERM],
        [signal.SIGHUP, signal.SIGCONT, signal.SIGTERM],
        [signal.SIGTERM, signal.SIGTERM, signal.SIGINT],
    ],
    ids=lambda signals: "-".join(each.name for each in signals),
)
def test_it_ends_whatever_the_order_of_signals(cache: Path, signals: list[signal.Signals]) -> None:
    with Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        star(terminal)
        for number in signals:
            terminal.kill(number)
        ended = terminal.wait()
        assert ended in {128 + number for number in signals if number != signal.SIGCONT}
        raw = bytes(terminal.raw)
        assert raw.rfind(b"\x1b[?1049l") > raw.rfind(b"\x1b[?1049h")
    assert sum(starred(cache)) == 1


def test_a_signal_ends_it_although_the_terminal_takes_nothing(cache: Path) -> None:
    """As over a connection that hangs: no one reads, and what is painted does not fit into the pipe any more."""
    with Terminal(columns=200, rows=60) as terminal:
        terminal.until("A Worrying")
        star(terminal)
        terminal.press(f"\x10{ESC}" * 200)
        terminal.kill(signal.SIGTERM)
        ended = threading.Event()
        for _ in range(3000):
            if os.waitid(os.P_PID, terminal.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                break
            ended.wait(0.01)
        else:
            raise AssertionError("it has not ended")
        assert terminal.wait() == 128 + signal.SIGTERM
    assert sum(starred(cache)) == 1


# What is no text


@pytest.mark.parametrize(
    "sent",
    [
        b"\xff", b"\xfc", b"\xea", b"\x1b[M \x98\x30", b"\x1b[M#\xff\xff", b"\xc3", b"\xf0\x9f", bytes(range(128, 256)),
        b"\x1b[1114112u", b"\x1b[99999999999;5u", b"\x1b[48;999999999;999999999;1;1t",
        b"\x1b[?2048;1$y\x1b[48;30;120;0;0t\x1b[<35;7;7M",
    ],
    ids=lambda sent: sent.hex()[:12],
)  # fmt: skip
def test_bytes_that_are_no_text_are_passed_over(cache: Path, sent: bytes) -> None:
    with Terminal(columns=120, rows=30) as terminal:
        terminal.until("A Worrying")
        terminal._child.send(sent + b"?")  # in one piece: on a busy machine, a key is read with what comes before it
        terminal.until("Keyboard shortcuts")
        terminal.press(ESC)
        terminal.until(lambda text: "Keyboard shortcuts" not in text)
        for byte in sent if sent[:1] != b"\x1b" else ():  # a report of the mouse comes in one piece
            terminal._child.send(bytes([byte]))
        star(terminal)
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
    assert not paths.log_path().exists()
    assert sum(starred(cache)) == 1
