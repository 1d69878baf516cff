"""What is not the article goes, and what only looks like it stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tuireader.content.cleaning.clean import clean
from tuireader.content.dom.sanitize import plain_text

URL = "https://a.example/post/"
ARTICLE = "<p>An article of one paragraph.</p>"

DATA = Path(__file__).parent.parent.parent / "data"


def cases(name: str) -> list[str]:
    return (DATA / name).read_text("utf-8").removesuffix("\n").split("\n====\n")


@pytest.mark.parametrize("junk", cases("junk.txt"))
def test_junk_goes(junk: Any) -> None:
    assert clean(ARTICLE + junk, URL) == ARTICLE


@pytest.mark.parametrize("html", cases("not-junk.txt"))
def test_words_of_the_article_stay(html: Any) -> None:
    assert plain_text(clean(html, URL)) == plain_text(html)
    assert plain_text(clean(html + ARTICLE, URL)).startswith(plain_text(html))


def test_more_link_at_the_end_of_a_paragraph_goes_and_its_text_stays() -> None:
    html = '<p>Only the beginning [&#8230;] <a href="/post/">Continue reading →</a></p>'
    assert clean(html, URL) == "<p>Only the beginning […]</p>"
