"""An import that is killed at any moment: what is in is whole, the next import brings the rest, nothing is doubled."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from support.app_factory import NOW, REVIEW, shelve
from tuireader import paths
from tuireader.library.transfer.backup import backup_rows
from tuireader.store import feeds, folders, labels
from tuireader.store.connection import connect


def rows_of(path: Path) -> list[str]:
    with closing(connect(path)) as c:
        return [json.dumps(row) for row in backup_rows(c, NOW)]


def start(file: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tuireader", "import", str(file)], stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("rounds", [2, pytest.param(10, marks=pytest.mark.slow)])
def test_a_backup_that_is_killed_while_it_comes_back(tmp_path: Path, rounds: int) -> None:
    full = tmp_path / "full.db"
    for number in range(12):
        shelve(full, f"Feed {number}", [replace(REVIEW[0], title=f"{number}-{n}", hours=n) for n in range(120)])
    with closing(connect(full)) as c:
        for feed in feeds.every(c):
            feeds.rename(c, feed.id, f"My {feed.title}")
            folders.put(c, feed.id, folders.add(c, f"Folder {feed.id % 3}").id)
        labels.add_tags(c, range(1, 1440, 7), ["Later"])
    lines = rows_of(full)
    file = tmp_path / "all.jsonl"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    chance = random.Random(1)
    for _ in range(rounds):
        running = start(file)
        time.sleep(chance.uniform(0.2, 1.2))
        running.kill()
        running.wait()
        with suppress(FileNotFoundError), closing(connect(paths.cache_path())) as c:
            assert c.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert start(file).wait() == 0
    assert rows_of(paths.cache_path()) == lines


def test_a_list_of_feeds_that_is_killed_while_it_comes_in(tmp_path: Path) -> None:
    urls = "".join(f'https://{n}.invalid/feed "Folder {n % 3}" "~Feed {n}"\n' for n in range(400))
    (tmp_path / "urls").write_text(urls, "utf-8")
    for seconds in (0.25, 0.4):
        running = start(tmp_path / "urls")
        time.sleep(seconds)
        running.kill()
        running.wait()
    with closing(connect(paths.cache_path())) as c:
        names = {folder.id: folder.name for folder in folders.every(c)}
        for feed in feeds.every(c):
            number = int(feed.url.split("//")[1].split(".")[0])
            assert (feed.name, names[feed.folder_id or 0]) == (f"Feed {number}", f"Folder {number % 3}")
