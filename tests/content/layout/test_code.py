from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

from tuireader.content.document.build import to_document
from tuireader.content.document.model import Run
from tuireader.content.layout import code
from tuireader.content.layout.code import colours
from tuireader.content.layout.layout import lay_out
from tuireader.content.layout.paragraph import is_printed, to_plain


def lines(code: str, width: int, language: str = "") -> Any:
    return list(filter(is_printed, lay_out(to_document(f"```{language}\n{code}\n```"), width)))


def test_tokens_have_roles() -> None:
    assert colours("def f(): # x\n  return 'a' + 1", "python") == (
        Run(0, 3, "code-keyword", None),
        Run(4, 5, "code-name", None),
        Run(9, 12, "code-comment", None),
        Run(15, 21, "code-keyword", None),
        Run(22, 25, "code-string", None),
        Run(26, 27, "code-operator", None),
        Run(28, 29, "code-number", None),
    )


def test_what_has_no_known_language_is_plain() -> None:
    assert colours("def f(): pass", "") == ()
    assert colours("def f(): pass", "no-such-language") == ()


def test_what_is_long_is_plain() -> None:
    assert colours("x = 1\n" * code.COLOUR_LIMIT, "python") == ()
    assert colours("x = '" + "a" * code.LINE_LIMIT + "'", "python") == ()


def test_long_code_is_coloured_in_pieces_of_whole_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code, "_in_time", iter)
    block = "def f(x):\n    return 'a'\n\n"
    found = colours(block * 400, "python")
    assert len(block * 400) > 2 * code.PIECE_MAX
    assert found == tuple(
        run._replace(start=run.start + at * len(block), end=run.end + at * len(block))
        for at in range(400)
        for run in colours(block, "python")
    )
    unbroken = "x = 'a'\n" * 1000
    assert len(colours(unbroken, "python")) == 1000 * len(colours("x = 'a'", "python"))


def test_a_lexer_that_nobody_has_looked_at_is_not_used() -> None:
    """Pygments' lexer of tnt never ends, and that of trac-wiki takes the cube."""
    for language in ("tnt", "trac-wiki", "gnuplot"):
        assert colours("[a ~", language) == ()


@pytest.mark.parametrize(("language", "line"), [("java", "plain words in a log of a server"), ("systemd", "a" * 490)])
def test_a_slow_lexer_is_left_in_time(language: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    def tick() -> float:
        nonlocal now
        now += code.HIGHLIGHT_TIMEOUT / 50
        return now

    monkeypatch.setattr("time.thread_time", tick)
    pieces: list[int] = []
    lexer = code._lexer(language)
    whole = lexer.get_tokens_unprocessed

    def counted(text: str) -> Any:
        pieces.append(len(text))
        return whole(text)

    monkeypatch.setattr(lexer, "get_tokens_unprocessed", counted)
    colours.__wrapped__(f"{line}\n" * (code.COLOUR_LIMIT // (len(line) + 1)), language)
    assert len(pieces) <= 50
    assert max(pieces) <= code.PIECE_MAX


def test_all_blocks_together_are_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of many blocks may take as long as one may: the rest stays without colours, until some time has passed."""
    now = 0.0

    def tick() -> float:
        nonlocal now
        now += code.HIGHLIGHT_TIMEOUT / 10
        return now

    monkeypatch.setattr("time.thread_time", tick)
    monkeypatch.setattr(code, "REFILL", 0.0)
    monkeypatch.setattr(code, "_ALLOWANCE", code.Allowance())
    blocks = "\n\n".join(f"```python\n{number} + 1\n```" for number in range(100))
    numbers = [line for line in lay_out(to_document(blocks), 60) if any("number" in span.style for span in line.spans)]
    assert 1 <= len(numbers) <= code.ALLOWED / (code.HIGHLIGHT_TIMEOUT / 10) + 1
    monkeypatch.setattr(code, "REFILL", 600.0)
    assert any("number" in span.style for span in lines("100 + 1", 60, "python")[0].spans)


@pytest.mark.parametrize(
    ("language", "text"), [("bash", "echo $'" + "\\5" * 40), ("bat", "rem " + "^#" * 40), ("fish", '"' + "\\1" * 60)]
)
def test_one_match_ends_in_time(language: str, text: str) -> None:
    """These take Python's own expressions longer than the sun will shine, and nothing can end them."""
    begun = time.thread_time()
    assert colours.__wrapped__(f"x=1 {text}\n", language) is not None
    assert time.thread_time() - begun < 10


@pytest.mark.slow
@pytest.mark.parametrize("language", sorted(code.LANGUAGES))
def test_no_match_of_any_lexer_that_is_used_takes_long(language: str) -> None:
    units = [
        "\\5",
        "\\\\",
        "^#",
        "a ",
        "$(",
        "\\\n",
        "''",
        '""',
        "{}",
        "/*",
        "a.",
        "0_",
        "--",
        "::",
        "<a",
        "&a",
        "%s",
        "#{",
    ]
    begins = [
        "",
        '"',
        "'",
        "$'",
        "`",
        "/*",
        "<",
        "(",
        "{",
        "[",
        "rem ",
        "#",
        "$",
        "@",
        'r#"',
        "f'{",
        "<<A\n",
        "class ",
        "def ",
        "0",
    ]
    for begin in begins:
        for unit in units:
            begun = time.thread_time()
            colours.__wrapped__(begin + unit * 40, language)
            assert time.thread_time() - begun < 10, (begin, unit)


def test_colours_are_those_of_the_lexers_as_they_are() -> None:
    """The patterns whose matches end in time match as Python's own do."""
    with_numbers = "x = 0b1010_1010 + 1_000.5e-3\nprint(f'{x!r:>10} {y.z[0]}')\n"
    there = subprocess.run(
        [sys.executable, "-c", _AS_THEY_ARE, with_numbers], capture_output=True, text=True, check=True
    ).stdout
    lexer = code._lexer("python")
    assert "".join(f"{each}\n" for each in lexer.get_tokens_unprocessed(with_numbers)) == there


_AS_THEY_ARE = """
import sys
import time
from pygments.lexers import get_lexer_by_name
for each in get_lexer_by_name("python").get_tokens_unprocessed(sys.argv[1]):
    print(each)
"""


@pytest.mark.slow
@pytest.mark.parametrize("language", sorted(code.LANGUAGES))
def test_each_lexer_that_is_used_ends(language: str) -> None:
    for unit in (
        "a",
        "0",
        "_",
        "(",
        "[",
        "{",
        "<",
        '"',
        "'",
        "\\",
        "/",
        "#",
        "$",
        "a ",
        "word and ",
        "::",
        "~",
        "`",
        "/*",
        "a=",
    ):
        for width in (40, 490):
            line = (unit * width)[:width]
            colours.__wrapped__(f"{line}\n" * (2 * code.PIECE_MAX // width), language)


def test_code_keeps_every_space() -> None:
    assert [line.text for line in lines("a  b\n\n    c", 40)] == ["a  b", "", "    c"]
    assert [to_plain(line) for line in lines("a  b\n\n    c", 40)] == ["  a  b", "", "      c"]


def test_a_long_line_goes_on_behind_a_mark() -> None:
    found = lines("value = function(argument, another_argument)", 30)
    assert [to_plain(line) for line in found] == ["  value = function(argument,", "  ↪ another_argument)"]
    assert [line.text for line in found] == ["value = function(argument, ", "another_argument)"]
    assert [line.end for line in found] == ["", "\n"]


def test_a_line_without_space_is_divided_anywhere() -> None:
    found = lines("漢字" * 20, 24)
    assert "".join(line.text for line in found) == "漢字" * 20


def test_an_indented_line_is_not_divided_in_its_indentation() -> None:
    assert [line.text for line in lines(" " * 10 + "x" * 30, 30)] == [" " * 10 + "x" * 18, "x" * 12]


def test_tabs_are_spaces() -> None:
    assert lines("\tx", 40)[0].text == "    x"


def test_spans_carry_the_colours() -> None:
    spans = lines("return 1", 40, "python")[0].spans
    assert [(span.text, span.style) for span in spans] == [
        ("  ", "code-block"),
        ("return", "code-block code-keyword"),
        (" ", "code-block"),
        ("1", "code-block code-number"),
    ]


def test_pygments_is_loaded_for_coloured_code_only() -> None:
    program = (
        "import sys\n"
        "from tuireader.content.document.build import to_document\n"
        "from tuireader.content.layout.layout import lay_out\n"
        "lay_out(to_document('# a\\n\\n```\\nx\\n```\\n'), 40)\n"
        "print('pygments' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


def test_half_a_row_of_the_tint_stands_above_and_below() -> None:
    edges = [line.drawn for line in lay_out(to_document("```\na\n```"), 10)]
    assert edges == ["▄" * 10, "a", "▀" * 10]
    in_list = [to_plain(line) for line in lay_out(to_document("* ```\n  x\n  ```"), 24)]
    assert in_list == [" •   x"]
