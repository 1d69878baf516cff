"""`tuireader prune` says what may go, asks, removes it and gives the room back."""

from __future__ import annotations

import re

import pytest

from cli.conftest import Run
from conftest import ScriptedSite
from support.archived_site import FRONT, Post, feed
from support.pty_terminal import Terminal
from tuireader import paths

POSTS = [Post(number) for number in range(1, FRONT + 1)]


@pytest.fixture
def followed(run: Run, site: ScriptedSite) -> ScriptedSite:
    """A feed of which eight articles were read."""
    site.pages["/feed/"] = feed(site.url, POSTS)
    run("add", f"{site.url}/feed/")
    ids = [str(row["id"]) for row in run("list", "--json", "-n", "0").rows]
    run("mark", *ids[2:], "--read")
    run("mark", ids[-1], "--star")
    return site


def configure(text: str) -> None:
    paths.config_path().parent.mkdir(parents=True, exist_ok=True)
    paths.config_path().write_text(text, encoding="utf-8")


def test_by_itself_nothing_goes(run: Run, followed: ScriptedSite) -> None:
    done = run("prune")
    assert (done.status, done.out) == (0, "")
    assert "Nothing to clean up." in done.err
    assert run("prune", "--json").rows == [{"articles": 0, "feeds": 0, "bytes": 0, "removed": False}]


def test_it_says_first_what_would_go(run: Run, followed: ScriptedSite) -> None:
    configure("keep_articles = 4\n")
    done = run("prune")
    assert done.status == 2
    assert re.search(r"5 articles, 4 kB \(read, not starred, not tagged\)\.", done.err)
    assert "To remove them, add --yes." in done.err
    assert len(run("list", "--json", "-n", "0").rows) == FRONT


def test_with_yes_they_go_and_do_not_come_back(run: Run, followed: ScriptedSite) -> None:
    done = run("prune", "--newest", "4", "--yes", "--json")
    assert done.status == 0
    assert (done.rows[0]["articles"], done.rows[0]["removed"]) == (5, True)
    assert "5 articles deleted." in done.err
    left = [row["title"] for row in run("list", "--json", "-n", "0").rows]
    assert left == [post.title for post in (*POSTS[:4], POSTS[-1])]
    followed.pages["/feed/"] = feed(followed.url, [Post(0), *POSTS])
    run("refresh", "--force", "--quiet")
    assert len(run("list", "--json", "-n", "0").rows) == 6
    assert "Nothing to clean up" in run("prune", "--newest", "5").err


@pytest.mark.slow
def test_a_backup_brings_them_back(run: Run, followed: ScriptedSite) -> None:
    saved = run("export", "--format", "json").out
    run("prune", "--newest", "4", "--yes")
    run("import", "-", stdin=saved)
    assert len(run("list", "--json", "-n", "0").rows) == FRONT


@pytest.mark.slow
def test_for_one_feed(run: Run, followed: ScriptedSite) -> None:
    assert run("feed", "The Site", "--set", "keep_articles=9").status == 0
    assert "1 article" not in run("prune").err  # the only one beyond is starred
    assert run("feed", "The Site", "--set", "keep_articles=8").status == 0
    assert "1 article," in run("prune").err
    row = run("feed", "The Site", "--json").rows[0]
    assert (row["keep_articles"], row["bytes"] > 1000) == ("8", True)
    assert run("feed", "The Site", "--set", "keep_days=x").status == 2


@pytest.mark.slow
def test_who_is_there_is_asked(run: Run, followed: ScriptedSite) -> None:
    for answer, left in (("\r", FRONT), ("y\r", 5)):
        with Terminal(["prune", "--newest", "4"], columns=100, rows=30) as terminal:
            terminal.until(r"\[y/N\]")
            assert "5 articles" in terminal.text
            terminal.press(answer)
            assert terminal.wait() == 0
        assert len(run("list", "--json", "-n", "0").rows) == left


def test_path_says_what_is_used_to_whoever_is_there(run: Run, followed: ScriptedSite) -> None:
    done = run("path")
    assert (len(done.out.splitlines()), done.err) == (3, "")
    with Terminal(["path"], columns=200, rows=30) as terminal:
        terminal.until(r"Database size: \d+\.\d MB\. To clean up: tuireader prune\.")
        assert terminal.wait() == 0
