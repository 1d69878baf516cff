from __future__ import annotations

from typing import Any

import pytest

from tuireader.content.extraction.metadata import labels, names, title_of

HEAD = "<head><title>Message Passing - The Rust Book</title></head>"
OPEN_GRAPH = '<meta property="og:title" content="Tom &amp; Jerry">'


@pytest.mark.parametrize(
    ("page", "headings", "found", "title"),
    [
        (HEAD, ["Message Passing"], "Keyboard shortcuts", "Message Passing"),
        (HEAD, ["Message  passing!"], None, "Message passing!"),
        (HEAD, ["Introduction"], "The Rust Book", "The Rust Book"),
        (HEAD, [], "Keyboard shortcuts", "Message Passing"),
        (OPEN_GRAPH + HEAD, [], "Keyboard shortcuts", "Tom & Jerry"),
        (OPEN_GRAPH, ["Tom & Jerry"], "x", "Tom & Jerry"),
        ("", ["A heading"], "What was found", "What was found"),
        ("<title></title>", [], None, ""),
        ("<title>Co-operation</title>", [], None, "Co-operation"),
        ("<title>A\x1b]0;x</title>", [], None, "A]0;x"),
    ],
)
def test_titles(page: Any, headings: Any, found: str | None, title: str) -> None:
    assert title_of(page, headings, found) == title


def test_names_and_categories() -> None:
    assert names([" Ida  Brandt", "ida brandt", "", "https://a.example/ida", "Sam\x1b"]) == ("Ida Brandt", "Sam")
    assert labels(["Uncategorized", "News", "news"]) == ("News",)
    assert labels(["Uncategorized"]) == ("Uncategorized",)
    assert labels(["Unkategorisiert", "未分類", "News"]) == ("News",)
