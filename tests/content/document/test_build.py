from __future__ import annotations

from typing import Any

import pytest

from tuireader.content.cleaning.clean import clean
from tuireader.content.document.build import to_document
from tuireader.content.document.model import (  # fmt: skip
    Code,
    Heading,
    HeadingBlock,
    Image,
    Link,
    Paragraph,
    Picture,
    Rule,
    Run,
    Table,
    Text,
    block_text,
    document_text,
    text_length,
)
from tuireader.content.markdown.convert import to_marked_markdown


def texts(markdown: str, **options: Any) -> list[str]:
    return [block_text(block) for block in to_document(markdown, **options).blocks]


def test_blocks_are_of_their_kinds() -> None:
    document = to_document("# h\n\np\n\n```py\nx\n```\n\n| a | b |\n| --- | --: |\n| 1 | 2 |\n\n___\n\n![i](u)\n")
    assert [type(block) for block in document.blocks] == [HeadingBlock, Paragraph, Code, Table, Rule, Picture]


def test_runs_name_styles_and_links() -> None:
    document = to_document("a **b *c* [d](u)** `e` ~~f~~")
    (paragraph,) = document.blocks
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text == Text(
        "a b c d e f",
        (
            Run(2, 4, "strong", None),
            Run(4, 5, "strong em", None),
            Run(5, 6, "strong", None),
            Run(6, 7, "strong link", 0),
            Run(8, 9, "code", None),
            Run(10, 11, "strike", None),
        ),
    )
    assert document.links == (Link("d", "u"),)


def test_escapes_do_not_divide_a_run() -> None:
    (paragraph,) = to_document(r"*a\*b*").blocks
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text == Text("a*b", (Run(0, 3, "em", None),))


def test_soft_hyphens_are_places_and_no_characters() -> None:
    (paragraph,) = to_document("hy\xadphen **a\xadtion**").blocks
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text == Text("hyphen ation", (Run(7, 12, "strong", None),), (2, 8))


def test_offsets_are_those_of_the_text() -> None:
    document = to_document("# one\n\ntwo\n\n| a | b |\n| --- | --- |\n| c | d |\n\n```\nx\ny\n```\n\n## three\n")
    text = document_text(document)
    assert text == "one\ntwo\na\tb\nc\td\nx\ny\nthree\n"
    assert document.length == len(text)
    for block, start in zip(document.blocks, document.starts, strict=True):
        assert text[start : start + text_length(block)] == block_text(block)
    assert document.headings == (Heading(1, "one", 0, 0), Heading(2, "three", 4, text.index("three")))
    assert [document.block_at(offset) for offset in (0, 3, 4, 8, len(text) - 1)] == [0, 0, 1, 2, 4]


def test_an_empty_document_has_nothing() -> None:
    document = to_document("")
    assert (document.blocks, document.length, document.block_at(0)) == ((), 0, 0)


@pytest.mark.parametrize(
    ("markdown", "markers"),
    [
        ("* a\n* b", ["•", "•"]),
        ("* a\n  * b\n    * c\n      * d", ["•", "◦", "▪", "▪"]),
        ("9. a\n10. b", ["9.", "10."]),
        ("* [ ] a\n* [x] b", ["☐", "☑"]),
        (r"* \[ \] a", ["•"]),
        ("a[^n]\n\n[^n]: b", ["n"]),
    ],
)
def test_items_have_markers(markdown: str, markers: list[str]) -> None:
    document = to_document(markdown)
    assert [block.levels[-1].marker for block in document.blocks if block.levels] == markers


def test_numbers_take_as_much_room_as_the_last_of_them() -> None:
    document = to_document("1. a\n\n" + "\n\n".join(f"{number}. x" for number in range(2, 101)))
    assert {block.levels[0].width for block in document.blocks} == {5}


def test_tight_and_loose_lists() -> None:
    gaps = [block.gap for block in to_document("p\n\n* a\n* b\n  * c\n* d\n\np").blocks]
    assert gaps == [0, 1, 0, 0, 0, 1]
    assert [block.gap for block in to_document("* a\n\n* b\n\n  c").blocks] == [0, 1, 1]


def test_what_is_never_written_is_text() -> None:
    assert texts("[a]: b\n\nc\n===\n\n<http://d.e> <b>") == ["[a]: b", "c ===", "<http://d.e> <b>"]


def test_links_to_headings_and_notes_lead_to_their_offsets() -> None:
    document = to_document("[x](#the-end) a[^1]\n\n# The End\n\n[^1]: note\n")
    heading, note = document.headings[0].offset, document.starts[-1]
    assert document.links == (Link("x", "#the-end", heading), Link("1", "#1", note))


def test_addresses_are_kept_as_they_are() -> None:
    document = to_document("[a](javascript:x) [b](https://例え.jp/ä%20b) ![c](data:image/png;base64,AA)")
    assert [link.url for link in document.links] == ["javascript:x", "https://例え.jp/ä%20b"]
    assert document.images == (Image("c", "data:image/png;base64,AA"),)


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("![a](u)", ["a"]),
        ("![a](u)\\\nb", ["a", "b"]),
        ("![a](u)\\\na", ["picture", "a"]),
        ("[![a](u)](v)", ["a"]),
        ("![a](u)![b](v)\\\nc", ["a", "b", "c"]),
        ("x ![cat](u)", ["x ▣ cat"]),
        ("x ![👩‍👩‍👧](u) y", ["x 👩‍👩‍👧 y"]),
        ("![cat](u) x", ["▣ cat x"]),
        ("![](u)", ["picture"]),
        ("![](https://a.example/x/a-red-boat_at-sea-1024x768.jpg?w=1)", ["a red boat at sea"]),
        ("![](https://a.example/IMG_2034.jpg)", ["picture"]),
        ("![](https://a.example/photo-1579bf2e.jpg)", ["picture"]),
        ("![](https://a.example/hero-image.png)", ["picture"]),
        ("![](https://a.example/a-red-boat.jpg)\\\na", ["picture", "a"]),
    ],
)
def test_pictures_and_their_captions(markdown: str, expected: list[str]) -> None:
    assert texts(markdown) == expected


def test_long_text_below_a_picture_is_no_caption() -> None:
    blocks = to_document("![a](u)\\\n" + "word " * 200).blocks
    captions = [blocks[1], to_document("![a](u)\\\nword").blocks[1]]
    assert [block.role for block in captions if isinstance(block, Paragraph)] == ["", "caption"]


def test_breaks_in_cells_are_lines_unless_they_are_text() -> None:
    (table,) = to_document("| a | b |\n| --- | --- |\n| 1<br>2 | \\<br> `<br>` |").blocks
    assert isinstance(table, Table)
    assert [cell.plain for cell in table.rows[0]] == ["1\n2", "<br> <br>"]


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("# My Title\n\ntext", ["text"]),
        ("my title!\n\ntext", ["text"]),
        ("# My Title\n\nBy Ann Smith and Bo Li\n\ntext", ["text"]),
        ("by *Ann Smith*\n\ntext", ["text"]),
        ("# My Title", ["My Title"]),
        ("# My Title Explained\n\ntext", ["My Title Explained", "text"]),
        ("By Ann Smith, who knows\n\ntext", ["By Ann Smith, who knows", "text"]),
        ("text\n\n# My Title\n\nmore", ["text", "My Title", "more"]),
        ("By the sea\n\ntext", ["By the sea", "text"]),
    ],
)
def test_what_repeats_title_or_authors_is_dropped(markdown: str, expected: list[str]) -> None:
    assert texts(markdown, title="“My Title”", authors=("Ann Smith", "Bo Li")) == expected


def test_without_title_and_authors_nothing_is_dropped() -> None:
    assert texts("# …\n\ntext") == ["…", "text"]


@pytest.mark.parametrize(
    "more",
    [
        "[Read more](u)", "[Continue reading My Title →](u)", "Read more…", "[…](u)", "(more…)", "Weiterlesen",
        "Lees verder", "もっと読む", "leggi di più", "tap here to read more", "view more ↗",
        "[Read the rest of this entry »](u)", "\\[…\\]", "続きを読む",
    ],
)  # fmt: skip
def test_an_excerpt_says_so_instead_of_the_link_to_the_rest(more: str) -> None:
    assert texts(f"text\n\n{more}", excerpt="This is an excerpt.") == ["text", "This is an excerpt."]
    assert len(texts(f"text\n\n{more}")) == 2


def test_a_picture_at_the_end_of_an_excerpt_is_kept() -> None:
    document = to_document("text\n\n![](https://example.org/a.png)", excerpt="This is an excerpt.")
    assert [type(block) for block in document.blocks] == [Paragraph, Picture, Paragraph]


@pytest.mark.parametrize("end", ["More people read it than you think.", "[More information](u) is on the next page."])
def test_the_last_words_of_an_excerpt_are_kept(end: str) -> None:
    assert len(texts(f"text\n\n{end}", excerpt="This is an excerpt.")) == 3


@pytest.mark.parametrize(
    ("markdown", "lines"),
    [
        ("![Pylon / Electricity](u)Noticing that", ["▣ Pylon / Electricity", "Noticing that"]),
        ("Before this.![f1metrics_eq](u)Recently, I", ["Before this.", "▣ f1metrics_eq", "Recently, I"]),
        ("[![libertarians](u)](v)Ayn Rand", ["▣ libertarians", "Ayn Rand"]),
        ("a word ![icon here](u) and on", ["a word ▣ icon here and on"]),
        ("noise (![a formula](u)), on", ["noise (▣ a formula), on"]),
        ("so nice ![🙂](u)Really", ["so nice 🙂Really"]),
        ("![a shell](u)`ls` lists", ["▣ a shell", "ls lists"]),
        ("see **![a shell](u)**`ls`", ["see ▣ a shell", "ls"]),
    ],
)
def test_a_picture_that_stands_against_a_text_has_a_line_of_its_own(markdown: str, lines: list[str]) -> None:
    assert "\n".join(texts(markdown)).split("\n") == lines


def test_a_picture_leads_to_itself_and_a_linked_one_where_it_says() -> None:
    document = to_document("![a](http://e.org/a.png)\n\n[![b](http://e.org/b.png)](http://e.org/b)\n\n![](c.png)\n")
    assert [(link.text, link.url, link.is_picture) for link in document.links] == [
        ("a", "http://e.org/a.png", True),
        ("b", "http://e.org/b", False),
        ("picture", "c.png", True),
    ]
    texts = [block.text for block in document.blocks if isinstance(block, Picture)]
    assert [text.runs[0].link for text in texts] == [0, 1, 2]


def test_code_in_a_cell_has_no_tabs() -> None:
    cell = "<table><tr><th>A</th><th>B</th></tr><tr><td>x</td><td><pre>a\tb\nc\td</pre></td></tr></table>"
    markdown = to_marked_markdown(clean(cell))
    assert [block_text(block) for block in to_document(markdown).blocks] == ["A\tB\nx\ta   b\nc   d"]


def test_a_comma_separates_notes_that_follow_each_other() -> None:
    document = to_document("Sea[^9][^10]. Salt[^9] [^10].\n\n[^9]: a\n\n[^10]: b\n")
    assert block_text(document.blocks[0]) == "Sea⁹,¹⁰. Salt⁹ ¹⁰."
    assert [link.text for link in document.links[:2]] == ["9", "10"]
