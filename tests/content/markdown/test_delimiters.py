from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from tuireader.content.document.build import to_document
from tuireader.content.document.model import Paragraph
from tuireader.content.markdown.emphasis import JOINER, escape, escape_start, settle
from tuireader.content.markdown.inline_tokens import (
    BREAK,
    CODE,
    CODE_END,
    EM,
    EM_END,
    IMAGE,
    NOTE,
    NOTE_END,
    STRIKE,
    STRIKE_END,
    STRONG,
    STRONG_END,
    SUB,
    SUB_END,
    SUP,
    SUP_END,
)


def strong(text: str) -> str:
    return f"{STRONG}{text}{STRONG_END}"


def em(text: str) -> str:
    return f"{EM}{text}{EM_END}"


def strike(text: str) -> str:
    return f"{STRIKE}{text}{STRIKE_END}"


def code(text: str) -> str:
    return f"{CODE}{text}{CODE_END}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, 3 < 4 & so on!", "plain words, 3 < 4 & so on!"),
        ("*a* `b` [c]", r"\*a\* \`b\` \[c\]"),
        ("snake_case but _this_", r"snake_case but \_this\_"),
        ("<b> and </b>", r"\<b> and \</b>"),
        ("&amp; &#38; & AT&T", r"\&amp; \&#38; & AT&T"),
        (r"C:\dir", r"C:\\dir"),
        ("~5, ~~x~~", r"\~5, \~\~x\~\~"),
    ],
)
def test_text_is_escaped_where_it_would_be_a_mark(text: str, expected: str) -> None:
    assert escape(text) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("1. x", r"1\. x"),
        ("1) x", r"1\) x"),
        ("1.5 x", "1.5 x"),
        ("- x", r"\- x"),
        ("-5 x", "-5 x"),
        ("+ x", r"\+ x"),
        ("# x", r"\# x"),
        ("#tag", "#tag"),
        ("> x", r"\> x"),
        ("===", r"\==="),
        ("---", r"\---"),
        (": x", r"\: x"),
        ("| x", r"\| x"),
        ("~ x", r"\~ x"),
        ("x", "x"),
    ],
)
def test_a_line_does_not_begin_a_block_by_accident(line: str, expected: str) -> None:
    assert escape_start(line) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"a {strong('b')} c", "a **b** c"),
        (f"a{strong(' b ')}c", "a **b** c"),
        (f"a {strong('')} c", "a c"),
        (f"a {strong(' ')} c", "a c"),
        (strong("a") + strong("b"), "**ab**"),
        (f"{strong('a')} {strong('b')}", "**a b**"),
        (strong(strong("a")), "**a**"),
        (strong(em("a")), "***a***"),
        (strong(f"a {em('b')} c"), "**a *b* c**"),
        (em(f"a {strong('b')}"), "*a **b***"),
        (strong("a") + em("b"), f"**a**{JOINER}*b*"),
        (f"語{strong('「語」')}語", f"語**{JOINER}「語」{JOINER}**語"),
        (f"a{strong('(b)')} c", f"a**{JOINER}(b)** c"),
        (f"{strike('a')}b", "~~a~~b"),
        (f"{strike('~a~')}", r"~~\~a\~~~"),
        (f"{strike(strong('a'))} b", "~~**a**~~ b"),
        (f"{strike(strong('a'))}b", f"~~**a**{JOINER}~~b"),
        (f"{strong('a ')}{em('b ')}c", "**a** *b* c"),
        (f"{strong(f'a {EM}b')} c{EM_END}", "**a *b*** *c*"),
    ],
)
def test_emphasis_stands_where_it_takes_effect(text: Any, expected: str) -> None:
    assert settle(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"a{code(' b ')}c", "a `b` c"),
        (code("a`b"), "``a`b``"),
        (code("`"), "`` ` ``"),
        (code("a") + code("b"), "`ab`"),
        (code(""), ""),
        (f"{strong(code('a'))}b", f"**`a`{JOINER}**b"),
    ],
)
def test_code_has_as_many_backticks_as_it_takes(text: Any, expected: str) -> None:
    assert settle(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a [b](u) c", "a [b](u) c"),
        ("a[ b ](u)c", "a [b](u) c"),
        ("a [](u) b", "a b"),
        ("a! [b](u)", "a! [b](u)"),
        ("a![b](u)", r"a\![b](u)"),
        (strong("[a](u)"), "[**a**](u)"),
        (f"{strong('a [b](u)')} c", "**a [b](u)** c"),
        (f"{strong('a [b](u)')}c", f"**a [b](u){JOINER}**c"),
        (f"[a {strong('b](u) c')}", "[a **b**](u) **c**"),
        ("[^a](u)", r"[\^a](u)"),
        (f"{IMAGE}![a](u)!", "![a](u)!"),
        (f"a{NOTE}[^1]{NOTE_END}(b)", r"a[^1]\(b)"),
        (f"{NOTE}[^1]{NOTE_END}: b", r"[^1]\: b"),
    ],
)
def test_links_hold_only_what_belongs_to_them(text: Any, expected: str) -> None:
    assert settle(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"x{SUP}2{SUP_END}", "x²"),
        (f"H{SUB}2{SUB_END}O", "H₂O"),
        (f"21{SUP}st{SUP_END}", "21ˢᵗ"),
        (f"x{SUP}Q?{SUP_END}", "xQ?"),
        (f"x{SUP}a long remark{SUP_END}", "xa long remark"),
    ],
)
def test_what_unicode_can_raise_is_raised(text: Any, expected: str) -> None:
    assert settle(text) == expected


def test_breaks_end_lines_and_begin_none() -> None:
    assert settle(f"{BREAK}a {BREAK} - b{BREAK}{BREAK}c{BREAK}") == "a\\\n\\- b\\\nc"


STYLES = {STRONG: (STRONG, STRONG_END), EM: (EM, EM_END), STRIKE: (STRIKE, STRIKE_END)}
PIECES = st.lists(
    st.tuples(st.text('ab "(「語€*~`_!\xa0', min_size=1, max_size=3), st.sets(st.sampled_from(list(STYLES)))),
    max_size=6,
)


@examples(1000)
@given(PIECES)
def test_each_character_keeps_its_styles(pieces: list[tuple[str, set[str]]]) -> None:
    signs = "".join(
        "".join(STYLES[style][0] for style in sorted(styles))
        + escape(text)
        + "".join(STYLES[style][1] for style in sorted(styles, reverse=True))
        for text, styles in pieces
    )
    wanted = [(char, styles) for text, styles in pieces for char in text if not char.isspace()]
    names = {STRONG: "strong", EM: "em", STRIKE: "strike"}
    found: list[tuple[str, set[str]]] = []
    for block in to_document(settle(signs)).blocks:
        assert isinstance(block, Paragraph)
        for place, char in enumerate(block.text.plain):
            styles = {style for run in block.text.runs if run.start <= place < run.end for style in run.style.split()}
            found += [] if char.isspace() else [(char, styles)]
    assert found == [(char, {names[style] for style in styles}) for char, styles in wanted]


def test_many_marks_take_linear_time() -> None:
    assert settle(f"{strong('a')} b " * 20000).count("**") == 40000
