from __future__ import annotations

import re

from tuireader.content.document.build import to_document
from tuireader.content.layout.layout import lay_out
from tuireader.content.layout.line import ROLES, Line, Span
from tuireader.content.layout.paragraph import to_ansi, to_plain


def test_plain_lines_have_no_codes_and_no_space_at_their_end() -> None:
    assert [to_plain(line) for line in lay_out(to_document("**a** b\n\n> c\n\n* d"), 20)] == [
        "a b", "", "▎ c", "", " • d",
    ]  # fmt: skip


def test_styles_become_codes_that_end_where_the_text_ends() -> None:
    (line,) = lay_out(to_document("a **b** [*c*](u)"), 20)
    assert to_ansi(line) == "a \x1b[1mb\x1b[0m \x1b[3;4mc\x1b[0m"


def test_nothing_from_the_web_is_a_code() -> None:
    hostile = "a\x1b[31mb\x9b31mc\x07\u202ed"
    line = Line((Span(hostile, "strong", None, 0),), 0, 0)
    assert to_plain(line) == "a[31mb31mcd"
    assert re.findall(r"\x1b\[[\d;]*m|[\x00-\x1f\x7f-\x9f\u202a-\u202e]", to_ansi(line)) == ["\x1b[1m", "\x1b[0m"]


def test_every_role_can_be_printed() -> None:
    for role in ROLES:
        assert "x" in to_ansi(Line((Span("x", role, None, 0),), 0, 0))


def test_lines_can_be_put_into_visual_order() -> None:
    (line,) = lay_out(to_document("שלום"), 6)
    assert (to_plain(line), to_plain(line, reorder=True)) == ("  שלום", "  םולש")
