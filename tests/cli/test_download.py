"""`tuireader download`: excerpts become whole articles, and stay so without the site."""

from __future__ import annotations

import pytest

from cli.conftest import Run
from conftest import ScriptedSite
from support.archived_site import FRONT, Post, feed, give_pages

POSTS = [Post(number) for number in range(1, FRONT + 1)]


@pytest.fixture
def followed(run: Run, site: ScriptedSite) -> ScriptedSite:
    """A feed that gives the beginnings of its articles."""
    short = feed(site.url, POSTS)
    body = str(short.body)
    for post in POSTS:
        whole = post.html.replace("<", "&lt;").replace(">", "&gt;")
        body = body.replace(whole, f"Paragraph 0 of post {post.number} has as many words as an article […]")
    site.pages["/feed/"] = feed(site.url, POSTS)
    site.pages["/feed/"].body = body
    give_pages(site, POSTS)
    run("add", f"{site.url}/feed/")
    site.requests.clear()
    return site


def test_all_is_readable_when_the_site_is_away(run: Run, followed: ScriptedSite) -> None:
    assert all(not row["offline"] for row in run("list", "--json").rows)
    done = run("download")
    assert (done.status, done.out, done.err) == (0, "", "tuireader: Fetched full text of 10 articles.\n")
    assert sorted(followed.paths()) == sorted(["/robots.txt", *(post.path for post in POSTS)])
    followed.stop()
    rows = run("list", "--json").rows
    assert all(row["offline"] for row in rows)
    for row in rows:
        text = run("show", str(row["id"]), "--format", "text").out
        assert "Paragraph 4 of post" in text
        assert "All rights reserved" not in text
        assert "Home" not in text
    assert run("download").err.startswith("tuireader: Nothing to fetch")


def test_some_of_it_with_filters_and_what_fails(run: Run, followed: ScriptedSite) -> None:
    del followed.pages[POSTS[1].path]
    done = run("download", "The Site", "--limit", "3")
    assert done.status == 1
    assert done.err.splitlines()[0].startswith("tuireader: The Site: 127.0.0.1")
    assert done.err.splitlines()[-1] == "tuireader: Fetched full text of 2 articles; 1 failed."
    assert sorted(followed.paths()) == sorted(["/robots.txt", *(post.path for post in POSTS[:3])])
    assert run("download", "nowhere").status == 1
    rows = run("download", "--author", "Ann Lee", "--json").rows
    assert {row["status"] for row in rows[:-1]} == {"page"}
    assert (rows[-1]["status"], rows[-1]["feed"], rows[-1]["new"]) == ("done", "The Site", len(rows) - 1)
    assert run("download", "--starred").err.startswith("tuireader: Nothing to fetch")
