from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from tuireader.content.cleaning.clean import clean
from tuireader.content.document.build import to_document
from tuireader.content.document.linear import linear_text, numbered_links, to_linear
from tuireader.content.document.model import Document, block_text, text_length
from tuireader.content.markdown.convert import to_marked_markdown


def document_of(html: str) -> Document:
    return to_document(to_marked_markdown(clean(html, "https://a.example/")))


def said(html: str) -> list[str]:
    return [linear_text(block) for block in to_linear(document_of(html)).document.blocks]


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        ("<h2>Lamps</h2><p>On.</p>", ["Heading 2: Lamps", "On."]),
        (
            "<p>See <a href='/a'>the <b>tide</b> table</a>, <a href='/b'>b</a> and <a href='/a'>again</a>.</p>",
            ["See the tide table (link 1), b (link 2) and again (link 3)."],
        ),
        ("<p>It costs <s>5</s> 4.</p>", ["It costs (struck out: 5) 4."]),
        (
            "<ul><li>one<ul><li>a</li><li>b</li></ul></li><li>two</li></ul>",
            [
                "List of 2.", "1 of 2: one", "List of 2.", "1 of 2: a", "2 of 2: b", "End of list.", "2 of 2: two",
                "End of list.",
            ],
        ),
        ("<ol start=3><li>c</li><li><p>d</p><p>e</p></li></ol>", ["List of 2.", "3. c", "4. d", "e", "End of list."]),
        (
            "<ul><li>a</li></ul><ol><li>b</li></ol>",
            ["List of 1.", "1 of 1: a", "End of list.", "List of 1.", "1. b", "End of list."],
        ),
        (
            '<ul><li><input type="checkbox" checked> did</li><li><input type="checkbox"> later</li></ul>',
            ["List of 2.", "Done: did", "To do: later", "End of list."],
        ),
        ("<blockquote><p>To be</p><p>or not</p></blockquote>", ["Quote: To be", "or not", "End of quote."]),
        (
            '<pre><code class="language-python">def f():\n    return "│"</code></pre>',
            ["Code in python, 2 lines:", 'def f():\n    return " "', "End of code."],
        ),
        (
            ("<table><tr><th>Name</th><th>Size</th></tr><tr><td>Ada</td><td>3</td></tr><tr><td>Bob</td><td></td></tr>"
            "</table>"),
            [
                "Table of 2 columns and 2 rows.", "Row 1: Name: Ada; Size: 3.", "Row 2: Name: Bob.", "End of table.",
            ],
        ),
        (
            '<figure><img src="a.png" alt="A cat"><figcaption>Tom, at noon</figcaption></figure>',
            ["Picture: A cat (link 1)", "Caption: Tom, at noon"],
        ),
        ('<p><img src="a.png" alt=""></p>', ["Picture (link 1)"]),
        ("<p>a</p><hr><p>b</p>", ["a", "Break.", "b"]),
        ("<p>a</p><hr><hr><hr><p>b</p>", ["a", "Break.", "b"]),
        ("<dl><dt>Ebb</dt><dd>It goes.</dd></dl>", ["Term: Ebb", "It goes."]),
    ],
)  # fmt: skip
def test_what_is_drawn_is_said(html: str, lines: list[str]) -> None:
    assert said(html) == lines


def test_a_long_head_is_whole_in_the_first_row_only() -> None:
    rows = "<tr><td>Ada</td></tr>" * 50
    lines = said(f"<table><tr><th>{'word ' * 200}</th></tr>{rows}</table>")
    assert sum(line.count("word") for line in lines) <= 200 + 49 * 8


def test_notes_are_called_notes_and_their_links_lead_to_them() -> None:
    document = to_document("Sea[^1].\n\nMore.\n\n[^1]: Salt.\n")
    linear = to_linear(document).document
    texts = [linear_text(block) for block in linear.blocks]
    assert texts == ["Sea (note ¹).", "More.", "Footnote 1: Salt."]
    (link,) = linear.links
    assert link.target is not None
    assert linear.block_at(link.target) == 2


def test_links_are_numbered_once_each_text() -> None:
    document = document_of("<p><a href='/a'>a</a> <a href='/b'>b</a> <a href='/a'>c</a> <a href='/a'>a</a></p>")
    assert [(link.text, link.url) for link in numbered_links(document)] == [
        ("a", "https://a.example/a"),
        ("b", "https://a.example/b"),
        ("c", "https://a.example/a"),
    ]


def test_headings_are_where_they_are_said() -> None:
    linear = to_linear(document_of("<ul><li>a</li></ul><h2>One</h2><p>b</p><h3>Two</h3>")).document
    for heading in linear.headings:
        assert block_text(linear.blocks[heading.block]).endswith(heading.text)
        assert linear.starts[heading.block] == heading.offset


PIECES = st.sampled_from(
    [
        "<p>Some words.</p>", "<h2>Head</h2>", "<ul><li>a<ol><li>b</ol><li>c</ul>", "<blockquote><p>q<ul><li>r</ul>",
        "</blockquote>", "<pre>┌─┐\n└─┘</pre>", "<table><tr><th>x<th>y<tr><td>1<td>│</table>", "<hr>", "<p>┃ bar ▣</p>",
        '<div lang="fr">mot</div>', '<figure><img src="i.png" alt="A b"><figcaption lang="de">W</figcaption></figure>',
        "<a href='/x'>x</a> ", "<ol reversed type=a><li>z<li>y</ol>", "<dl><dt>t<dd>u</dl>", "<p dir=rtl>שלום</p>",
    ]
)  # fmt: skip


@examples(60)
@given(st.lists(PIECES, max_size=8))
def test_no_boxes_all_words_and_every_place_has_its_way_back(pieces: list[str]) -> None:
    document = document_of("".join(pieces))
    linear = to_linear(document)
    text = "\n".join(map(block_text, linear.document.blocks))
    assert not re.search(r"[\u2500-\u259f▣\ufde0\ufde1]", text)
    words = re.findall(r"[^\W_]+", " ".join(map(block_text, document.blocks)))
    assert set(words) <= set(re.findall(r"[^\W_]+", text)) | {"picture"}
    places = [linear.from_source(offset) for offset in range(document.length)]
    assert places == sorted(places)
    for block, start in zip(document.blocks, document.starts, strict=True):
        assert document.block_at(linear.to_source(linear.from_source(start))) == document.block_at(start)
        inside = min(text_length(block), 3)
        assert document.block_at(linear.to_source(linear.from_source(start + inside))) == document.block_at(start)


def test_lists_beside_one_another_are_several() -> None:
    html = "<ol start=5><li>a<li>b</ol><ol reversed><li>c</ol><ol type=a><li>d<ul><li>x<li>y</ul></ol><ul><li>z</ul>"
    assert [line for line in said(html) if line.startswith("List")] == [
        "List of 2.",
        "List of 1.",
        "List of 1.",
        "List of 2.",
        "List of 1.",
    ]
