"""Where looking up names hangs, the reader is read in, and ends at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.app_factory import REVIEW, shelve
from support.pty_terminal import Terminal
from tuireader import paths
from tuireader.store import feeds
from tuireader.store.connection import connect

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a pty and signals as POSIX has them")

FEEDS = 40
PROGRAM = Path(__file__).with_name("lost_names.py")


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A file that is there once the first name is being looked up; the cache has feeds of many lost hosts."""
    shelve(paths.cache_path(), "The Example Review", REVIEW, now=datetime.now(UTC))
    with closing(connect(paths.cache_path())) as c:
        for number in range(FEEDS):
            feeds.add(c, f"http://host-{number}.test/feed", title=f"Lost {number}", site="", now=datetime.now(UTC))
    return tmp_path / "begun"


@pytest.mark.parametrize("arguments", [("refresh",), ("add", "host.test")])
def test_a_command_is_interrupted_at_once(begun: Path, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, str(PROGRAM), str(begun), *arguments]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        while running.poll() is None and not begun.exists():
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        assert running.wait() == 130


def test_the_reader_goes_on_and_quits_at_once(begun: Path) -> None:
    with Terminal((str(begun),), command=(sys.executable, str(PROGRAM))) as terminal:
        terminal.until(lambda _: begun.exists())
        terminal.press("\r")
        terminal.until("reaching out")
        terminal.press("\x11")
        assert terminal.wait() == 0
