from __future__ import annotations

from typing import Any

import pytest
from trafilatura.utils import load_html

from tuireader.content.extraction.metadata import labels, metadata_of, names, title_of

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


def test_the_name_of_a_site_at_the_head_of_a_page_is_no_title() -> None:
    head = "<title>Computing the tide — The Gazette</title>"
    body = "<header><h1>The Gazette</h1></header><div><h2>Computing the tide</h2><h2>The formula</h2></div>"
    tree = load_html(f"<html><head>{head}</head><body>{body}</body></html>")
    assert title_of(head, metadata_of(tree, None).headings, None) == "Computing the tide"
    own = "<title>Computing the tide — The Gazette</title>"
    tree = load_html(f"<html><head>{own}</head><body><header><h1>Computing the tide</h1></header><h2>The formula</h2>")
    assert title_of(own, metadata_of(tree, None).headings, None) == "Computing the tide"


def test_the_mark_of_a_link_to_a_heading_is_no_part_of_it() -> None:
    assert title_of("<title>Computing the tide</title>", ["Computing the tide#"], None) == "Computing the tide"
    assert title_of("<title>Learning C#</title>", ["Learning C#"], None) == "Learning C#"


def test_the_folder_of_a_page_is_no_category_and_tags_have_no_mark() -> None:
    section = '<meta property="article:section" content="posts">'
    tag = '<a rel="tag" href="/tags/snow">#snow</a>'
    tree = load_html(f"<html><head>{section}</head><body><article><h1>x</h1>{tag}</article></body></html>")
    assert metadata_of(tree, None).categories == ("snow",)
