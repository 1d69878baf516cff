from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from tuireader.content.cleaning.clean import clean
from tuireader.content.document.build import to_document
from tuireader.content.document.model import document_text
from tuireader.content.layout import layout
from tuireader.content.layout.layout import lay_out, lay_out_block
from tuireader.content.layout.line import Line
from tuireader.content.layout.paragraph import balanced
from tuireader.content.markdown.convert import to_marked_markdown
from tuireader.text.wrap import cells


def drawn(markdown: str, width: int, **options: Any) -> list[str]:
    return [line.drawn for line in lay_out(to_document(markdown, **options), width)]


@pytest.mark.parametrize(
    ("markdown", "width", "expected"),
    [
        ("", 20, []),
        ("a\n\nb", 20, ["a", "", "b"]),
        ("# a\n\nb\n\n# c", 20, ["a", "", "b", "", "", "c"]),
        ("# a\n\n## b\n\n### c", 20, ["a", "", "b", "", "c"]),
        ("a\\\nb", 20, ["a", "b"]),
        ("> a\n>\n> > b", 20, ["▎ a", "▎", "▎ ▎ b"]),
        ("> a\n\n> b", 20, ["▎ a", "", "▎ b"]),
        ("> * a\n> * b\n>\n> c", 20, ["▎  • a", "▎  • b", "▎", "▎ c"]),
        ("* a\n\n  b", 20, [" • a", "", "   b"]),
        ("* > a", 20, [" • ▎ a"]),
        ("* * a", 20, [" •  ◦ a"]),
        ("9. a\n10. b", 20, [" 9. a", "10. b"]),
        ("* ```\n  x\n  ```", 24, [" •   x"]),
        ("t\n: d\n: e", 20, ["t", "    d", "    e"]),
        ("___", 20, ["───────"]),
        ("![a](u)\\\nb", 20, ["▣ a", "  b"]),
        ("![](u)", 20, ["▣ picture"]),
        ("a[^1]\n\n[^1]: b\n\n[^2]: c", 20, ["a¹", "", "  1 b", "  2 c"]),
    ],
)
def test_blocks_are_drawn(markdown: str, width: int, expected: Any) -> None:
    assert drawn(markdown, width) == expected


def test_an_excerpt_ends_with_a_callout() -> None:
    assert drawn("a", 20, excerpt="An excerpt.") == ["a", "", "▌ An excerpt."]


def test_headings_wrap_into_balanced_lines() -> None:
    assert drawn("# A heading that is a little too long", 30) == ["A heading that is", "a little too long"]


def test_balanced_takes_no_more_lines() -> None:
    assert balanced("one two three four five", 20) == 13
    assert balanced("one", 20) == 20


def test_lines_say_what_follows_them() -> None:
    lines = lay_out(to_document("one two\\\nthree\n\nhttps://example.org/"), 12)
    assert [(line.text, line.end) for line in lines] == [
        ("one two", "\n"),
        ("three", "\n"),
        ("", "\n"),
        ("https://", ""),
        ("example.org/", "\n"),
    ]


def test_copied_text_has_no_decoration() -> None:
    markdown = "> a b c\n\n* d\n\n```\ne\n```\n\nf\xadg\n"
    assert "".join(line.text + line.end for line in lay_out(to_document(markdown), 10)) == "a b c\n\nd\n\ne\n\nfg\n"


def test_a_hyphen_is_drawn_and_not_copied() -> None:
    first, second = lay_out(to_document("extraordi\xadnarily"), 12)
    assert (first.drawn, first.text, first.end, second.drawn) == ("extraordi-", "extraordi", "", "narily")


def test_spans_name_styles_links_and_places() -> None:
    (line,) = lay_out(to_document("> a **b** [c](u)"), 20)
    assert [tuple(span) for span in line.spans] == [
        ("▎ ", "quote-bar", None, -1),
        ("a ", "quote", None, 0),
        ("b", "quote strong", None, 2),
        (" ", "quote", None, 3),
        ("c", "quote link", 0, 4),
    ]


def test_a_block_can_be_laid_out_alone() -> None:
    document = to_document("# a\n\nb\n\n* c\n  > d\n\n```\ne\n```\n")
    alone = [line for index in range(len(document.blocks)) for line in lay_out_block(document, index, 20)]
    assert alone == lay_out(document, 20)


def test_what_is_deeply_set_in_keeps_room_for_its_text() -> None:
    markdown = "".join("> " * depth + "word\n>\n" for depth in range(1, 15))
    lines = drawn(markdown, 20)
    assert all(cells(line) <= 20 for line in lines)
    assert all(line.endswith("word") for line in lines if "w" in line)


@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_absurd_widths_do_no_harm(width: int) -> None:
    markdown = "# 漢字\n\n> * a **b**\n\n| a | b |\n| --- | --- |\n| c | d |\n\n```\nxyz\n```\n\n![p](u) ___"
    assert all(isinstance(line, Line) for line in lay_out(to_document(markdown), width))


def test_a_reading_position_is_found_at_any_width() -> None:
    document = to_document("\n\n".join(f"Paragraph {number} has a few words in it." for number in range(40)))
    text = document_text(document)
    for width in (12, 30, 72):
        offsets = [line.offset for line in lay_out(document, width)]
        assert offsets == sorted(offsets)
        assert text.index("Paragraph 17") in offsets


INLINE = st.lists(
    st.sampled_from(
        [
            "word", "two words", "**strong**", "*em*", "`code`", "[a link](http://e.org/a/long/path)", "漢字かな",
            "「。」",
            "שלום", "עולם 12", "مرحبا", "ภาษาไทย", "👩‍👩‍👧", "🎉🎉", "hy\xadphen\xada\xadtion", "no\xa0break",
            "long-hyphen-ated",
            "https://example.org/a/very/long/address?with=a&query=too", "Z͑ͫ̓", "\\\n", "![pic](u)", "x[^1]", "\\*",
        ]
    ),
    min_size=1,
    max_size=12,
).map(lambda parts: " ".join(parts).replace(" \\\n ", "\\\n").strip("\\\n ") or "word")  # fmt: skip


def set_in(first: str, rest: str) -> Any:
    return lambda text: "\n".join(
        (first if number == 0 else rest) + line for number, line in enumerate(text.split("\n"))
    )


CELL = st.sampled_from(["a", "12", "two words", "漢字かな", "שלום", "a<br>b", "", "https://example.org/long", "**b**"])
ROW = st.lists(CELL, min_size=3, max_size=3).map(lambda row: f"| {' | '.join(row)} |")
TABLE = st.lists(ROW, min_size=1, max_size=4).map(lambda rows: "\n".join([rows[0], "| --- | --: | :-: |", *rows[1:]]))
LEAF = st.one_of(
    INLINE,
    INLINE.map(lambda text: "## " + text.replace("\\\n", " ")),
    st.text("ab {}()=漢🎉 \n", min_size=1, max_size=60).map("```python\n{}\n```".format),
    TABLE,
    st.just("___"),
    st.just("![a picture](u)\\\nwith its caption"),
)
BLOCKS = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        .map("\n\n".join)
        .flatmap(
            lambda text: st.sampled_from([set_in("> ", "> "), set_in("* ", "  "), set_in("10. ", "    ")]).map(
                lambda put: put(text)
            )
        )
    ),
    max_leaves=6,
)
MARKDOWN = st.lists(BLOCKS, min_size=1, max_size=4).map("\n\n".join).map("{}\n\n[^1]: note\n".format)


@examples(200)
@given(MARKDOWN, st.integers(10, 90), st.integers(10, 90))
def test_any_document_at_any_width(markdown: Any, width: Any, other: Any) -> None:
    document = to_document(markdown)
    text = document_text(document)
    lay_out(document, other)
    lines = lay_out(document, width)
    assert lines == lay_out(to_document(markdown), width)
    shown = [0] * len(text)
    for line in lines:
        assert cells(line.drawn) <= width
        assert "\n" not in line.drawn
        for span in line.spans:
            if span.offset >= 0:
                assert text[span.offset : span.offset + len(span.text)] == span.text
                for place in range(span.offset, span.offset + len(span.text)):
                    shown[place] += 1
    assert max(shown) <= 1
    assert {character for character, times in zip(text, shown, strict=True) if times == 0} <= set(" \n\t")
    offsets = [line.offset for line in lines]
    assert offsets == sorted(offsets)


def test_the_bar_of_a_quotation_from_the_right_goes_on_between_its_paragraphs() -> None:
    document = to_document("> جاءني رجل بكتاب ليس فيه\n>\n> قال لي إن أباه كان\n")
    lines = [line.drawn for line in lay_out(document, 30)]
    assert [len(line) for line in lines] == [30, 30, 30]
    assert all(line.endswith("▕") and "▎" not in line for line in lines)


def test_a_document_loads_the_dictionaries_of_three_languages_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()

    def divisions(_text: str, language: str, _apart: object = ()) -> tuple[int, ...]:
        asked.add(language)
        return ()

    monkeypatch.setattr(layout, "divisions", divisions)
    names = ("de", "fr", "hu", "nn", "it", "de", "es")
    html = "".join(f"<p lang={name}>Internationalisation</p>" for name in names) + "<p>Internationalisation</p>"
    lay_out(to_document(to_marked_markdown(clean(html, "https://a.example/")), lang="en"), 40)
    assert asked == {"de", "fr", "en"}
