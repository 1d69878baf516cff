"""The whole archive of a real WordPress, by each way that it offers, also where the program is killed on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support import real_wordpress
from support.real_wordpress import WordPress

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(real_wordpress.missing()), reason=f"not installed: {real_wordpress.missing()}"),
]


@pytest.fixture(scope="module")
def site() -> Iterator[WordPress]:
    with tempfile.TemporaryDirectory(prefix="wp") as folder, real_wordpress.running(Path(folder)) as running:
        yield running


class Home:
    """A reader of its own, driven by the command line."""

    def __init__(self, folder: Path, site: WordPress) -> None:
        self._env = {
            **os.environ,
            **{f"XDG_{kind}_HOME": str(folder / kind) for kind in ("DATA", "CONFIG", "STATE", "CACHE")},
        }
        self.run("add", site.url)

    def run(self, *words: str) -> str:
        command = [sys.executable, "-m", "tuireader", *words]
        return subprocess.run(command, env=self._env, check=True, capture_output=True, text=True).stdout

    def killed_after(self, pages: int, *words: str) -> None:
        """Run a command that says what it does line by line, and kill it after so many lines."""
        command = [sys.executable, "-m", "tuireader", *words]
        with subprocess.Popen(command, env=self._env, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(pages):
                process.stdout.readline()
            process.kill()

    def rows(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*words).splitlines()]

    def articles(self) -> dict[str, tuple[str, tuple[str, ...], tuple[str, ...], str]]:
        return {
            row["link"]: (row["title"], tuple(row["authors"]), tuple(sorted(row["categories"])), row["published"])
            for row in self.rows("list", "--json", "-n", "0")
        }


def test_all_that_the_site_has_by_its_api_also_where_it_is_killed(site: WordPress, tmp_path: Path) -> None:
    site.close()
    home = Home(tmp_path, site)
    unread = {row["link"] for row in home.rows("list", "-u", "--json")}
    for pages in (1, 1):  # after the first page, and after the second
        home.killed_after(pages, "backfill", "1", "--json")
    done = home.rows("backfill", "1", "--json")[-1]
    assert done["status"] == "done"
    assert home.articles() == site.posts
    assert len(home.rows("list", "--json", "-n", "0")) == real_wordpress.POSTS
    assert {row["link"] for row in home.rows("list", "-u", "--json")} == unread
    assert len(unread) == 10
    again = home.rows("backfill", "1", "--json")[-1]
    assert (again["status"], again["new"]) == ("done", 0)


def test_the_same_set_by_the_pages_of_the_feed(site: WordPress, tmp_path: Path) -> None:
    site.close("rest")
    home = Home(tmp_path, site)
    home.killed_after(5, "backfill", "1", "--json")
    assert home.rows("backfill", "1", "--json")[-1]["status"] == "done"
    assert home.articles() == site.posts


def test_articles_from_the_pages_that_the_sitemap_lists(site: WordPress, tmp_path: Path) -> None:
    site.close("rest", "paged")
    home = Home(tmp_path, site)
    home.killed_after(3, "backfill", "1", "--json", "--limit", "9")
    assert home.rows("backfill", "1", "--json", "--limit", "5")[-1]["status"] == "stopped"
    there = home.articles()
    assert len(there) >= 17
    assert all(site.posts[link] == article for link, article in there.items())
