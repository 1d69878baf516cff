"""newsboat's filters in the language of searches here."""

from __future__ import annotations

import pytest

from tuireader.feeds.url_list import translated


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ('unread = "yes"', "is:unread"),
        ("unread = 'no'", "is:read"),
        ('unread = "yes" and tags # "news"', "is:unread folder=news"),
        ('tags # "deep dives" and tags !# "paid"', 'folder="deep dives" -tag=paid'),
        ('title =~ "linux"', "title:linux*"),
        ('title =~ "linux|bsd" and author !~ "bot"', "title:linux|bsd -author:bot*"),
        ('title =~ "linux" or title =~ "free software"', 'title:linux|"free software"'),
        ('(title =~ "a" or title =~ "b") and unread = "yes"', "title:a|b is:unread"),
        ('content =~ "harbour"', "harbour*"),
        ('author = "Ann Lee"', 'author="Ann Lee"'),
        ('feedtitle = "My Feed (EN)"', 'feed="My Feed (EN)"'),
        ('rssurl =~ "example.org"', 'feed:"example.org"'),
        ("age < 7", "since:7d"),
        ("age between 0:10", "since:11d"),
        ("age > 30", "before:30d"),
        ('flags # "a"', 'tag="flag a"'),
        ('title =~ "say \\"hi\\""', None),
        ('title =~ " | "', None),
        ('title =~ "foo|OR|bar"', 'title:foo|"OR"|bar'),
        ('title =~ "^a.*b$"', None),
        ('unread = "yes" or title =~ "x"', None),
        ('title =~ "x" or title !~ "y"', None),
        ("age between 3:10", None),
        ("age < 9999999999", None),
        ('type == "rss"', None),
        ("", None),
        ("unread", None),
        ('(unread = "yes"', None),
        ('unread = "yes")', None),
        ("((((((" * 300, None),
    ],
)  # fmt: skip
def test_what_can_be_said_is_and_else_nothing(theirs: str, ours: str | None) -> None:
    assert translated(theirs, {"paid"}) == ours


@pytest.mark.parametrize(
    "theirs",
    [
        'title = "story"', 'title !~ "Feed"', 'author !~ "bot"', 'title =~ "a" and content !~ "b"', 'link =~ "sport"',
        'feedtitle =~ "news"', 'title =~ "^Live"', 'title =~ "Sponsored$"', 'content =~ "trump"', 'title =~ "a-b"',
        'flags != ""',
    ],
)  # fmt: skip
def test_what_would_find_more_than_there_hides_nothing(theirs: str) -> None:
    assert translated(theirs, set()) is not None
    assert translated(theirs, set(), is_narrow=True) is None
    for days in ("> 3", ">= 3", "< 3", "<= 3"):
        op, n = days.split()
        said = translated(f"age {days}", set(), is_narrow=True)
        assert said == {">": f"before:{int(n) + 1}d", ">=": "before:3d", "<": "since:2d", "<=": "since:3d"}[op]
    for narrow in ('title =~ "story"', 'feedtitle = "Feed"', 'author != "bot"', 'unread = "no"', 'tags !# "paid"'):
        assert translated(narrow, set(), is_narrow=True) == translated(narrow, set()) != ""
