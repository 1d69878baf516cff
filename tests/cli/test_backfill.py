"""`tuireader backfill`: what it prints, and how it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cli.conftest import Run
from conftest import Reply, ScriptedSite
from support.archived_site import FRONT, Post, feed, give_posts, posts_path
from tuireader.library.archiving import backfill

POSTS = [Post(number) for number in range(1, 151)]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waited for: the site is the test's own."""
    monkeypatch.setattr(backfill, "REQUEST_INTERVAL", 0.0)


@pytest.fixture
def followed(run: Run, site: ScriptedSite) -> ScriptedSite:
    site.pages["/feed/"] = feed(site.url, POSTS[:FRONT])
    give_posts(site, POSTS)
    run("add", f"{site.url}/feed/")
    return site


def test_what_came_is_said(run: Run, followed: ScriptedSite) -> None:
    done = run("backfill", "The Site")
    assert (done.status, done.out) == (0, "")
    back_to = POSTS[-1].date
    assert done.err == (
        f"tuireader: The Site: 140 older articles loaded, back to {back_to:%B %Y}. No more available.\n"
    )
    assert len(run("list", "-n", "0").out.splitlines()) == 150
    assert len(run("list", "-u", "-n", "0").out.splitlines()) == FRONT
    assert "all loaded, back to" in run("feed", "1").out
    assert followed.paths()[-1] == posts_path(2)


def test_each_page_is_a_line_of_json(run: Run, followed: ScriptedSite) -> None:
    rows = run("backfill", "1", "--json").rows
    assert [(row["status"], row["page"], row["new"], row["known"]) for row in rows] == [
        ("page", 1, 90, 10), ("page", 2, 50, 0), ("done", 2, 140, 10)
    ]  # fmt: skip
    assert rows[-1]["back_to"] == f"{POSTS[-1].date:%Y-%m-%dT%H:%M:%SZ}"
    assert (rows[0]["feed"], rows[0]["feed_url"], rows[0]["error"]) == ("The Site", f"{followed.url}/feed/", None)


def test_as_far_as_is_wanted(run: Run, followed: ScriptedSite) -> None:
    done = run("backfill", "1", "--limit", "5")
    assert done.err.endswith("More available.\n")
    since = POSTS[39].date - timedelta(hours=1)
    assert run("backfill", "1", "--since", f"{since:%Y-%m-%dT%H:%M}").status == 0
    assert len(run("list", "-n", "0").out.splitlines()) == 40
    del followed.pages[posts_path(2)]


def test_what_fails_is_said_and_goes_on_the_next_time(run: Run, followed: ScriptedSite) -> None:
    second = followed.pages[posts_path(2)]
    followed.pages[posts_path(2)] = Reply("broken", 500)
    done = run("backfill", "1")
    assert done.status == 1
    assert "90 older articles loaded" in done.err
    assert "Stopped: 127.0.0.1" in done.err
    followed.pages[posts_path(2)] = second
    assert run("backfill", "1").status == 0
    assert len(run("list", "-n", "0").out.splitlines()) == 150


def test_a_feed_that_is_none_is_said(run: Run) -> None:
    assert run("backfill", "nowhere").status == 1
