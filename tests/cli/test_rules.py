"""`tuireader rules` and `tuireader searches`, as a shell runs them."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest

from cli.conftest import Run
from support.app_factory import NOTES, REVIEW, shelve
from tuireader import paths
from tuireader.store import folders
from tuireader.store.connection import connect


@pytest.fixture(autouse=True)
def _cache() -> None:
    now = datetime.now(UTC)  # what a rule would have caught is looked for in the last 90 days
    shelve(paths.cache_path(), "The Example Review", REVIEW, now=now)
    shelve(paths.cache_path(), "Notes", NOTES, now=now)
    with closing(connect(paths.cache_path())) as c:
        folders.add(c, "Radio")


def test_a_rule_is_tried_added_applied_and_removed(run: Run) -> None:
    before = run("list", "--json").rows
    tried = run("rules", "--try", "harbour", "--json").rows[0]
    assert tried["caught"] >= 1
    added = run("rules", "--add", "title:harbour", "--hide", "--tag", "Sea", "--apply", "--json").rows[0]
    assert (added["hide"], added["tags"], added["until"]) == (True, ["Sea"], None)
    assert added["caught"] == len(run("list", "--search", "is:hidden", "--json").rows) > 0
    assert len(run("list", "--json").rows) == len(before) - added["caught"]
    assert run("rules", "--json").rows == [added]
    listed = run("rules")
    assert "hide, tag “Sea”: title:harbour" in listed.out
    assert run("rules", "--remove", str(added["id"])).status == 0
    assert run("list", "--json").rows == before
    assert "No rules." in run("rules").err


def test_a_rule_says_what_is_missing(run: Run) -> None:
    nothing = run("rules", "--add", "harbour")
    assert (nothing.status, "--hide" in nothing.err) == (2, True)
    assert run("rules", "--add", " ", "--hide").status == 2
    assert "No rule with ID 7" in run("rules", "--remove", "7").err
    assert "invalid rule ID" in run("rules", "--remove", "x").err
    assert "No folder named “nope”" in run("rules", "--add", "x", "--hide", "--folder", "nope").err
    assert run("rules").status == 0


def test_a_rule_for_a_folder_with_an_end(run: Run) -> None:
    assert run("rules", "--add", "x", "--read", "--folder", "radio", "--until", "2099-12-01").status == 0
    assert run("rules", "--add", "y", "--star", "--feed", "notes").status == 0
    first, second = run("rules", "--json").rows
    assert (first["folder"], first["until"][:7], first["read"]) == ("Radio", first["until"][:7], True)
    assert (second["feed"], second["star"], second["caught"]) == ("Notes", True, 0)
    assert "in “Radio”, until 2099-1" in run("rules").out
    assert "0 articles changed" in run("rules", "--apply").out


def test_searches_are_kept_listed_used_and_removed(run: Run) -> None:
    none = run("searches")
    assert (none.status, none.out) == (0, "")
    assert "No saved searches" in none.err
    assert run("searches", "--add", "Sea", "title:harbour").status == 0
    (row,) = run("searches", "--json").rows
    found = run("list", "--saved", "sea", "--json").rows
    assert (row["name"], row["query"], row["articles"]) == ("Sea", "title:harbour", len(found))
    assert "Sea  title:harbour" in run("searches").out
    assert run("searches", "--add", " ", "x").status == 2
    assert run("searches", "--remove", "SEA").status == 0
    assert "No saved search named “sea”" in run("list", "--saved", "sea").err


def test_a_category_that_is_given_again_must_be_there_as_well(run: Run) -> None:
    both = [row for row in run("list", "--json").rows if {"China/Russia", "Europe"} <= {*row["categories"]}]
    assert run("list", "--category", "China/Russia", "--category", "europe", "--json").rows == both
    assert "No category named “nowhere”" in run("list", "--category", "Europe", "--category", "nowhere").err
    quoted = run("list", "--search", 'category="china/russia"|europe', "--json").rows
    assert len(quoted) > len(both)


def test_one_feed_and_its_options(run: Run) -> None:
    done = run("feed", "notes", "--set", "title=My notes", "--set", "folder=Ham", "--set", "quiet=yes", "--json")
    (row,) = done.rows
    assert (row["title"], row["folder"], row["quiet"], row["expire_after"]) == ("My notes", "Ham", "yes", None)
    shown = run("feed", "my notes", "--set", "expire_after=7", "--set", "quiet=")
    assert "expire_after  7" in shown.out
    assert "quiet" not in shown.out
    for wrong in ("colour=red", "quiet=maybe"):
        assert run("feed", "notes", "--set", wrong).status == 2
    assert "must be a number (0: no limit), not soon" in run("feed", "notes", "--set", "expire_above=soon").err
    assert run("feed", "nots").status == 1
