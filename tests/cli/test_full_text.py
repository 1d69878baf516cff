"""Excerpts are completed by `tuireader refresh`; what is read from the pages of a feed is set and shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import Run
from conftest import Reply, ScriptedSite
from support.archived_site import FRONT, Post, feed, give_pages
from tuireader import paths

POSTS = [Post(number) for number in range(1, FRONT + 1)]
WITHOUT_PAUSES = """
import sys
from tuireader.cli import main
from tuireader.library.politeness import robots
robots.REQUEST_INTERVAL = 0
sys.exit(main())
"""
NO_PAUSE = ("-c", WITHOUT_PAUSES)


def shortened(site: ScriptedSite, posts: list[Post]) -> Reply:
    """A feed that gives the beginnings of articles."""
    reply = feed(site.url, posts)
    for post in posts:
        whole = post.html.replace("<", "&lt;").replace(">", "&gt;")
        reply.body = str(reply.body).replace(whole, f"Paragraph 0 of post {post.number} has as many […]")
    return reply


@pytest.fixture
def followed(run: Run, site: ScriptedSite) -> ScriptedSite:
    site.pages["/feed/"] = shortened(site, POSTS[1:])
    give_pages(site, POSTS)
    run("add", f"{site.url}/feed/")
    site.pages["/feed/"] = shortened(site, POSTS)
    site.requests.clear()
    return site


def test_what_is_new_is_whole_and_stays_so_without_the_site(run: Run, followed: ScriptedSite) -> None:
    done = run("refresh", "--force", "--quiet", python=NO_PAUSE)
    assert done.status == 0
    assert followed.paths() == ["/feed/", "/robots.txt", *(post.path for post in POSTS)]
    followed.stop()
    rows = run("list", "--json").rows
    assert len(rows) == FRONT
    assert all(row["offline"] for row in rows)
    for row in rows:
        text = run("show", str(row["id"]), "--format", "text").out
        assert "Paragraph 4 of post" in text
        assert "All rights reserved" not in text
    assert run("feed", "The Site", "--json").rows[0]["gives"] == "excerpts"


@pytest.mark.parametrize("said", ["--json", "--quiet", "--force"])
def test_only_a_timer_completes_excerpts(run: Run, followed: ScriptedSite, said: str) -> None:
    """Who waits for the prompt gets it when the feeds are in: the reader completes them later."""
    done = run("refresh", "--force", said, python=NO_PAUSE)
    assert (done.status, done.err) == (0, "tuireader: 1 new article in The Site.\n" if said == "--force" else "")
    if said == "--json":
        assert [row["status"] for row in done.rows] == ["updated"]
    assert all(row["offline"] for row in run("list", "--json").rows) is (said == "--quiet")


@pytest.mark.slow
def test_the_configuration_and_the_feed_say_when(run: Run, followed: ScriptedSite) -> None:
    config = Path(paths.config_path())
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text('full_text = "never"\n', encoding="utf-8")
    assert run("refresh", "--force", python=NO_PAUSE).err == "tuireader: 1 new article in The Site.\n"
    assert followed.paths() == ["/feed/"]
    assert run("feed", "The Site", "--set", "full_text=always").status == 0
    assert run("feed", "The Site", "--json").rows[0]["full_text"] == "always"
    followed.pages["/feed/"] = shortened(followed, [Post(0), *POSTS])
    give_pages(followed, [Post(0)])
    run("refresh", "--force", "--quiet", python=NO_PAUSE)
    assert sum(row["offline"] for row in run("list", "--json").rows) == FRONT + 1


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("full_text=sometimes", "full_text must be auto, always or never, not sometimes."),
        ("selector=p[", "Invalid CSS selector"),
        ("selector_drop=..", "Invalid CSS selector"),
        ("nonsense=1", "Unknown setting nonsense. Settings: title, folder, quiet"),
    ],
)
def test_what_makes_no_sense_is_said(run: Run, followed: ScriptedSite, setting: str, says: str) -> None:
    done = run("feed", "The Site", "--set", setting)
    assert done.status == 2
    assert says in done.err


def test_selectors_are_set_and_taken_back(run: Run, followed: ScriptedSite) -> None:
    run("feed", "The Site", "--set", "selector=article p:nth-child(3)", "--set", "selector_drop=a[href='x=y']")
    row = run("feed", "The Site", "--json").rows[0]
    assert (row["selector"], row["selector_drop"]) == ("article p:nth-child(3)", "a[href='x=y']")
    run("download", "--limit", "1")
    newest = run("list", "--json", "--limit", "1").rows[0]["id"]
    assert "Paragraph 1 of post" in run("show", str(newest)).out
    assert "Paragraph 2 of post" not in run("show", str(newest)).out
    said = run("feed", "The Site", "--set", "selector=article p:nth-child(4)").err
    assert "tuireader download --again FEED" in said
    run("download", "--again", "--limit", "1", python=NO_PAUSE)
    assert "Paragraph 2 of post" in run("show", str(newest)).out
    run("feed", "The Site", "--set", "selector=", "--set", "selector_drop=")
    assert run("feed", "The Site", "--json").rows[0]["selector"] is None
