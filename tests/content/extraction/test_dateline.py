from __future__ import annotations

from typing import Any

import pytest

from tuireader.content.dom.sanitize import tree_of
from tuireader.content.dom.tree import serialise
from tuireader.content.extraction.dateline import trim_edges

TEXT = "<p>Here is what the article says.</p>"
TAGS = '<ul><li><a href="/tags/one/">One</a></li><li><a href="/tags/two/">Two</a></li></ul>'


def trimmed(html: str) -> str:
    root = tree_of(html)
    trim_edges(root)
    return serialise(root.children)


@pytest.mark.parametrize(
    "edge",
    [
        "<time>5 April 2023</time>",
        "<p>Posted on <time>5 April 2023</time></p>",
        "<div><p><time>5 April 2023</time> · 3 min read</p></div>",
        f"<div>Tags:{TAGS}</div>",
        '<p>Filed under <a href="/category/x/">X</a>, <a href="/category/y/">Y</a></p>',
        '<p>#<a class="post-tag" href="/x">x</a></p>',
        f"<ul><li><time>5 April 2023</time></li>{TAGS}</ul>",
    ],
)
def test_lines_that_only_file_the_article_go(edge: Any) -> None:
    assert TEXT in trimmed(edge + TEXT)
    for html in (trimmed(edge + TEXT), trimmed(TEXT + edge)):
        assert all(word not in html for word in ("April", "Tags", "Filed", "#", "/tag", "/category"))


@pytest.mark.parametrize(
    "edge",
    [
        "<p>On <time>5 April 2023</time> the ferry sank.</p>",
        '<p>More of this is in <a href="/category/x/">the archive of the harbour</a>.</p>',
        '<p><a href="/x">A link</a></p>',
        "<p>Tags</p>",
        "<p>2023</p>",
        "<h2>One</h2>",
        '<div><img src="/a.png" alt=""><a href="/tags/x">X</a></div>',
        f"<p>Before.</p>{TAGS}<p>After.</p>",
    ],
)
def test_what_says_more_stays(edge: Any) -> None:
    for html in (edge + TEXT, TEXT + edge):
        assert trimmed(html) == serialise(tree_of(html).children)


def test_title_before_such_a_line_stays() -> None:
    assert trimmed(f"<main><h1>T</h1><p><time>Today</time></p>{TEXT}</main>") == f"<main><h1>T</h1>{TEXT}</main>"
