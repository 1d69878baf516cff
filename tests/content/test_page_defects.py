"""HTML that once looked wrong on the page, and how it looks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tuireader.content.cleaning.clean import clean
from tuireader.content.document.build import to_document
from tuireader.content.layout.layout import lay_out
from tuireader.content.layout.paragraph import to_plain
from tuireader.content.markdown.convert import to_marked_markdown

DATA = Path(__file__).parent.parent / "data" / "page" / "defects.txt"


class Example(NamedTuple):
    name: str
    width: int
    html: str
    lines: str


def examples() -> list[Example]:
    found = []
    for each in DATA.read_text("utf-8").removesuffix("\n").split("\n====\n"):
        head, lines = each.split("\n----\n")
        title, html = head.split("\n", 1)
        name = re.fullmatch(r"(.+) \((\d+)\)", title)
        assert name is not None
        found.append(Example(name[1], int(name[2]), html, lines))
    return found


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_it_looks_right(example: Example) -> None:
    document = to_document(to_marked_markdown(clean(example.html, "https://a.example/b")))
    assert "\n".join(map(to_plain, lay_out(document, example.width))) == example.lines


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_it_looks_the_same_in_an_article_that_says_its_language(example: Example) -> None:
    shown = []
    for html in (example.html, f'<div lang="en">{example.html}</div>'):
        document = to_document(to_marked_markdown(clean(html, "https://a.example/b")))
        shown.append("\n".join(map(to_plain, lay_out(document, 60))))
    assert shown[0] == shown[1]


@pytest.mark.parametrize(
    "text", ["<b>“A,”</b> b", "<em>(a)</em>", "<i>“a”</i>", "<strong><em>(X)</em> y</strong>", "<s>¿a?</s>"]
)
@pytest.mark.parametrize(
    "block", ["<p>{}</p>", "<ul><li>{}</ul>", "<h2>{}</h2>", "<blockquote><p>{}</blockquote>", "<dl><dt>{}<dd>x</dl>"]
)
def test_marks_before_quotes_and_brackets(block: str, text: str) -> None:
    for html in (block.format(text), f'<div lang="en">{block.format(text)}</div>'):
        document = to_document(to_marked_markdown(clean(html, "https://a.example/b")))
        assert not set("*_~") & set("".join(map(to_plain, lay_out(document, 60))))
