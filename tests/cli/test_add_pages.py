"""`tuireader add` where there is no feed: what the page lists is shown, and followed if that is wanted."""

from __future__ import annotations

import pytest

from cli.conftest import Run
from conftest import Reply, ScriptedSite
from support.pty_terminal import Terminal
from support.rss import Item, rss

CARD = "<li><h3><a href=/news/{0}>Story number {0}</a></h3><time>2026-01-{0:02}</time><p>What it is about.</p></li>"


@pytest.fixture
def news(site: ScriptedSite) -> str:
    """The address of a page without a feed that lists twelve articles."""
    cards = "".join(CARD.format(number) for number in range(12, 0, -1))
    site.pages["/news/"] = Reply(f"<html><title>The News</title><body><main><ul>{cards}</ul></main></body></html>")
    return f"{site.url}/news/"


def test_without_a_word_it_is_shown_and_not_followed(run: Run, news: str) -> None:
    done = run("add", news)
    assert (done.status, done.out) == (1, "")
    said = done.err.splitlines()
    assert said[0].endswith("/news/, but the page lists 12 articles:")
    assert said[1] == "  2026-01-12  Story number 12"
    assert said[9] == "  … and 4 more"
    assert said[10].endswith("To follow the 12 articles on the page: add --list.")
    assert run("feeds", "--json").rows == []


def test_with_list_it_is_followed_and_refreshed(run: Run, site: ScriptedSite, news: str) -> None:
    done = run("add", "--list", "--folder", "Papers", news)
    assert (done.status, done.out, done.err) == (0, "The News: 12 new articles\n", "")
    (row,) = run("feeds", "--json").rows
    assert (row["title"], row["url"], row["folder"], row["articles"]) == ("The News", news, "Papers", 12)
    body = str(site.pages["/news/"].body)
    site.pages["/news/"] = Reply(body.replace("<ul>", f"<ul>{CARD.format(13)}"))
    assert run("refresh", "--force", "--quiet").status == 0
    assert run("list", "--json", "-n", "1").rows[0]["title"] == "Story number 13"
    site.pages["/news/"] = Reply("<html><body><p>Something new is being built here.</p></body></html>")
    done = run("refresh", "--force")
    assert done.status == 1
    assert "its layout changed" in done.err
    assert "its layout changed" in run("feeds", "--json").rows[0]["error"]


def test_rules_of_the_folder_are_applied_to_what_comes_with_it(run: Run, site: ScriptedSite, news: str) -> None:
    site.pages["/feed"] = Reply(rss(Item("one")))
    run("add", "--folder", "Papers", f"{site.url}/feed")
    assert run("rules", "--add", "story -11", "--folder", "Papers", "--hide", "--tag", "seen").status == 0
    done = run("add", "--list", "--folder", "papers", news)
    assert (done.status, done.out) == (0, "The News: 1 new article\n")
    assert [row["title"] for row in run("list", "--json").rows] == ["one", "Story number 11"]
    assert len(run("search", "--json", "is:hidden tag:seen").rows) == 11


def test_as_json(run: Run, news: str) -> None:
    (row,) = run("add", "--list", "--json", news).rows
    assert (row["status"], row["new"], row["article"]) == ("updated", 12, None)


@pytest.mark.slow
def test_who_is_there_is_asked(news: str) -> None:
    with Terminal(["add", news], columns=100, rows=30) as terminal:
        terminal.until(r"Follow this list\? \[y/N\]")
        assert "Story number 12" in terminal.text
        terminal.press("y\r")
        terminal.until("The News: 12 new")
        assert terminal.wait() == 0
    with Terminal(["remove", "The News"], columns=100, rows=30) as terminal:
        terminal.until(r"\[y/N\]")
        terminal.press("y\r")
        assert terminal.wait() == 0
    with Terminal(["add", news], columns=100, rows=30) as terminal:
        terminal.until(r"Follow this list\? \[y/N\]")
        terminal.press("\r")
        terminal.until("Cancelled")
        assert terminal.wait() == 0


def test_a_page_that_lists_nothing(run: Run, site: ScriptedSite) -> None:
    site.pages["/"] = Reply("<html><title>Hello</title><body><p>Only a page.</p></body></html>")
    done = run("add", "--list", site.url)
    assert done.status == 1
    assert "No feed and no list of articles at" in done.err
    assert "--watch" in done.err
    assert "add --page" in done.err


@pytest.mark.slow
def test_a_page_is_followed_for_its_changes(run: Run, site: ScriptedSite) -> None:
    text = "<p>The library is open from ten in the morning to six in the evening on all days.</p>"
    page = f"<html><title>Hours</title><body><article><h1>Hours</h1>{text}</article></body></html>"
    site.pages["/hours"] = Reply(page)
    done = run("add", "--watch", f"{site.url}/hours")
    assert (done.out, done.err) == ("Hours: 1 new article\n", "")
    site.pages["/hours"] = Reply(page.replace("ten in", "nine in"))
    assert run("refresh", "--force").status == 0
    newest = run("list", "--json").rows[0]["id"]
    assert "nine in the morning" in run("show", str(newest)).out
    assert run("add", "--watch", f"{site.url}/nothing").status == 1
