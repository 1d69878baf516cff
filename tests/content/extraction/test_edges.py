from __future__ import annotations

import pytest

from tuireader.content.extraction.page import load, text_of
from tuireader.content.extraction.select_blocks import says_only_facts

NAMES = ("Ida Brandt", "The Gazette")


def says(html: str) -> bool:
    page = load(f"<html><body>{html}</body></html>")
    assert page is not None
    block = page.find("body")[0]
    return says_only_facts(text_of(block), block, NAMES)


@pytest.mark.parametrize(
    "block",
    [
        "<p><time>5 April 2023</time></p>",
        "<p>Posted on <time>5 April 2023</time></p>",
        "<p>5 April 2023 · 3 min read</p>",
        "<p>Updated: 05/04/2023, 07:41 UTC</p>",
        "<p>Tags:</p>",
        '<p>Tags: <a href="/tags/one/">One</a>, <a href="/tags/two/">Two</a></p>',
        '<p>Filed under <a href="/category/x/">X</a>, <a href="/category/y/">Y</a></p>',
        '<p>#<a class="post-tag" href="/x">x</a></p>',
        '<p>von <a rel="author" href="/ida">I. B.</a>, 5. April 2023, 7:41 Uhr</p>',
        "<p>By Ida Brandt for The Gazette</p>",
        "<p>Ida Brandt, Harbour correspondent</p>",
        "<p>Publié le 5 avril 2023 à 7h41 par Ida Brandt</p>",
        "<p>更新：2023-04-05 字数：1200 阅读：5分钟</p>",
    ],
)
def test_lines_that_say_who_when_and_where_are_known(block: str) -> None:
    assert says(block)


@pytest.mark.parametrize(
    "block",
    [
        "<p>On <time>5 April 2023</time> the ferry sank.</p>",
        '<p>More of this is in <a href="/category/x/">the archive of the harbour</a>.</p>',
        '<p><a href="/x">A link</a></p>',
        "<p>Tags</p>",
        "<p>2023</p>",
        "<h2>One</h2>",
        '<div><img src="/a.png" alt=""><a href="/tags/x">X</a></div>',
        "<p>Ida Brandt laughed.</p>",
        "<p>Ida Brandt and I went down to the harbour at night</p>",
        "<p>At 7:41 nobody was awake in the whole house</p>",
    ],
)
def test_what_says_more_is_text(block: str) -> None:
    assert not says(block)
