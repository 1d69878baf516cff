"""What a person chooses on the pages of a site."""

from __future__ import annotations

import pytest

from tuireader.content.extraction.extract import extract_article
from tuireader.content.extraction.page import SELECTOR_MAX, Selectors, mistake

URL = "https://site.example/a"
PAGE = """<html><head><title>A title</title><meta name=author content="Ann Lee"></head><body>
<div class=menu><a href=/>Home</a></div>
<div class="box odd"><p>The first part of what is to be read here.</p><aside class=ad>Buy it.</aside></div>
<div class="box even"><p>The second part, <a href="/more">with more</a>.</p><div class=box>Within.</div></div>
<div class=foot>All rights reserved.</div></body></html>"""


def test_what_is_chosen_is_taken_in_its_order_and_once() -> None:
    found = extract_article(PAGE, URL, selectors=Selectors(".box"))
    assert found is not None
    assert found.html.count("Within.") == 1
    assert found.html.index("first part") < found.html.index("second part")
    assert "https://site.example/more" in found.html
    assert "rights reserved" not in found.html
    assert (found.title, found.authors) == ("A title", ("Ann Lee",))


def test_what_is_dropped_is_not_there() -> None:
    found = extract_article(PAGE, URL, selectors=Selectors(".box", ".ad, .even p"))
    assert found is not None
    assert "Buy it" not in found.html
    assert "second part" not in found.html
    assert "first part" in found.html


def test_where_nothing_matches_it_is_guessed() -> None:
    sentence = "What is guessed is the long text of the page, as it is where nobody has chosen anything. "
    page = f"<body><div class=menu>Home</div><article><p>{sentence * 5}</p><p>{sentence * 4}</p></article></body>"
    found = extract_article(page, URL, selectors=Selectors(".gone"))
    assert found is not None
    assert found.html.count("What is guessed") == 9


@pytest.mark.parametrize("css", ["", " ", "article", "div.a > p:not(.b)", "#x, [data-y='z']", "p:nth-child(2n+1)"])
def test_selectors_that_make_sense(css: str) -> None:
    assert mistake(css) == ""
    assert extract_article(PAGE, URL, selectors=Selectors(css, css)) is not None or css


@pytest.mark.parametrize(
    "css",
    [
        "p[",
        "..",
        ">",
        "p:nonsense",
        "p::before{",
        "(" * 300,
        "a" * (SELECTOR_MAX + 1),
        "\0",
        ":not(" * 90,
        "*~" * 40 + "p",
        "* " * 40 + "p",
    ],
)
def test_mistakes_are_said(css: str) -> None:
    assert mistake(css) == "Invalid CSS selector" or "at most" in mistake(css)
    extract_article(PAGE, URL, selectors=Selectors(css, css))
