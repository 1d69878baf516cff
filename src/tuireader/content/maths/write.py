"""Write a formula as an unambiguous line of text.

Fractions, roots and scripts are bracketed where needed; space shows grouping.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from tuireader.content.maths.model import (
    Accent,
    Fraction,
    Leaf,
    Part,
    Root,
    Row,
    Rows,
    Scripts,
    UnknownFormulaError,
    alone,
    is_space,
)
from tuireader.text.folding import LOWERED, RAISED

OPEN, CLOSE = "([{⟨⌊⌈", ")]}⟩⌋⌉"
_BRACKETS = frozenset(OPEN + CLOSE + "|‖")
_BEFORE_CLOSING = frozenset({"symbol", "number", "word", "close", "after", "space"})
_FACTORS = frozenset({"symbol", "number", "word", "close", "after", "fraction", "root", "big", "function", "open"})
_DIRECT = {"∘": "°", "°": "°", "*": "*", "∗": "*", "†": "†", "‡": "‡", "′": "′", "″": "″", "‴": "‴"}
"""Superscripts written directly behind a symbol, as these characters."""
_BEFORE_PREFIX = frozenset({"", "big", "comma", "function", "open", "operator", "prefix", "relation", "slash"})
"""Kinds of token after which plus or minus is a sign."""
_SPACED = frozenset({"operator", "relation"})
_DIFFERENTIALS = frozenset({"d", "∂"})


@dataclass(slots=True)
class _Token:
    """A piece of the written line."""

    text: str
    kind: str
    sure: str = ""
    """Its form in brackets, used if the next token could be read as part of it; "" if that is impossible."""


def line_of(part: Part) -> str:
    """Return a formula as text, with equations below each other on separate lines.

    Raises UnknownFormulaError if the text would not be exact.
    """
    if isinstance(part, Row) and len(part.parts) == 1:
        return line_of(part.parts[0])
    if isinstance(part, Rows) and part.is_lines:
        return "\n".join(_aligned(row) for row in part.rows if row)
    return _joined(_tokens(part))


def _aligned(cells: Iterable[Part]) -> str:
    """A line with aligned cells: one equation, or several separated by commas."""
    groups: list[list[Part]] = []
    for cell in cells:
        parts = _seen(cell)
        if not parts:
            continue
        goes_on = groups and (_kind(parts[0], backwards=False) in _JOINING or _is_open(groups[-1][-1]))
        if goes_on:
            groups[-1].append(cell)
        else:
            groups.append([cell])
    return ", ".join(_joined(_tokens(Row(tuple(group)))) for group in groups)


_JOINING = frozenset({"relation", "operator", "sign", "comma", "close", "slash"})


def _seen(cell: Part) -> list[Part]:
    return [each for each in _flat(cell) if not (is_space(each) or (isinstance(each, Leaf) and not each.text))]


def _is_open(cell: Part) -> bool:
    parts = _seen(cell)
    return not parts or _kind(parts[-1], backwards=True) in _JOINING | {"open", "big", "function"} - {"close"}


def parts_of(part: Part) -> list[Part]:
    """The parts of a row, with nested rows flattened; each bar opens or closes."""
    found: list[Part] = []
    open_bars: list[str] = []
    for each in _flat(part):
        bar = _last_leaf(each)
        if bar is not None and bar.kind == "bar":
            closes = bar.text in open_bars and _is_factor(found[-1])
            closes = closes or (isinstance(each, Scripts) and bool(found) and _is_factor(found[-1]))
            open_bars = [text for text in open_bars if text != bar.text] if closes else [*open_bars, bar.text]
            resolved = Leaf(bar.text, "close" if closes else "open")
            found.append(Scripts(resolved, each.lower, each.upper) if isinstance(each, Scripts) else resolved)
        else:
            found.append(each)
    return found


def _flat(part: Part) -> list[Part]:
    if isinstance(part, Row):
        return [each for inner in part.parts for each in _flat(inner)]
    return [part]


def _last_leaf(part: Part) -> Leaf | None:
    """The leaf of a part, possibly with scripts; None if it has several."""
    while isinstance(part, Scripts | Row):
        if isinstance(part, Row) and len(part.parts) != 1:
            return None
        part = part.base if isinstance(part, Scripts) else part.parts[0]
    return part if isinstance(part, Leaf) else None


def _is_factor(part: Part) -> bool:
    leaf = _last_leaf(part)
    return leaf is None or leaf.kind in _BEFORE_CLOSING


def _tokens(part: Part) -> list[_Token]:
    parts = parts_of(part)
    found: list[_Token] = []
    for index, each in enumerate(parts):
        if isinstance(each, Leaf):
            found.append(_Token(each.text, each.kind))
        elif isinstance(each, Fraction) and each.has_line:
            text = _fraction(each)
            if _is_mixed(parts, index):
                found.append(_Token(text, "mixed"))
                continue
            found.append(_Token(f"({text})" if _is_beside_factor(parts, index) else text, "fraction"))
        elif isinstance(each, Fraction):
            text = f"{line_of(each.top)} choose {line_of(each.bottom)}"
            found.append(_Token(text if _is_in_brackets(parts, index) else f"({text})", "symbol"))
        elif isinstance(each, Root):
            found.append(_root(each))
        elif isinstance(each, Scripts):
            found += _scripts(each)
        elif isinstance(each, Accent):
            found.append(_Token(_accented(each), "symbol"))
        elif isinstance(each, Rows):
            found.append(_Token(_rows(each), "symbol"))
    return found


def _joined(tokens: list[_Token]) -> str:
    """The line of all tokens, spaced."""
    kinds = _settled(tokens)
    text, before = "", ""
    sure: tuple[str, str] | None = None
    for token, kind in zip(tokens, kinds, strict=True):
        if kind == "space":
            text += "" if not text or text.endswith((" ", *OPEN)) else " "
            continue
        is_applied = before == "function" and token.text.startswith("(")
        if before and before != "prefix" and not is_applied and _is_spaced(before, kind):
            text = text if text.endswith(" ") else f"{text} "
        elif sure and _clings(token) and not text.endswith(" "):
            text = text[: -len(sure[0])] + sure[1]
        elif (kind == "root" and token.text[:1] not in "√(" and text[-1:].isalnum()) or (
            kind == "mixed" and text[-1:].isdecimal()
        ):
            text += " "  # the index of a root is no power, and a number and a fraction are no product
        if kind in {"comma", "after"} or token.text in CLOSE:
            text = text.rstrip(" ")
        text += token.text
        before, sure = kind, (token.text, token.sure) if token.sure else None
    return text.strip(" ")


def _clings(token: _Token) -> bool:
    return token.text[:1].isalnum() or token.text[:1] in _BRACKETS


def _settled(tokens: list[_Token]) -> list[str]:
    """The kinds of tokens, with operators resolved to signs by position."""
    kinds: list[str] = []
    before = ""
    for each in tokens:
        kind = each.kind
        if kind == "sign" and before not in {
            "",
            "operator",
            "relation",
            "open",
            "comma",
            "prefix",
            "big",
            "function",
            "slash",
        }:
            kind = "operator"
        elif kind == "sign":
            kind = "prefix"
        kinds.append(kind)
        if kind != "space":
            before = kind
    return kinds


def _is_spaced(before: str, kind: str) -> bool:
    """Whether there is space between two tokens."""
    if before in _SPACED or kind in _SPACED or before == "comma":
        return kind != "comma" and before != "open"
    if before == "big":
        return kind not in {"close", "comma"}
    if before == "function":
        return kind not in {"open", "close", "comma", "slash", "after"}
    if kind in {"function", "big"}:
        return before not in {"open", "slash"}
    return False


def _is_in_brackets(parts: list[Part], index: int) -> bool:
    return parts[max(0, index - 1)] == Leaf("(", "open") and parts[index + 1 : index + 2] == [Leaf(")", "close")]


def _is_beside_factor(parts: list[Part], index: int) -> bool:
    """Whether a factor stands beside a fraction, or a function before it."""
    before, after = _kind_beside(parts, index, -1), _kind_beside(parts, index, 1)
    if before == "function":
        return True
    if "slash" in {before, after}:
        return True
    return before in (_FACTORS - {"open", "big"}) or after in (_FACTORS - {"close", "after"}) or after == "after"


def _kind_beside(parts: list[Part], index: int, step: int) -> str:
    index += step
    while 0 <= index < len(parts):
        each = parts[index]
        if not is_space(each):
            return _kind(each, backwards=step < 0)
        index += step
    return ""


def _kind(part: Part, *, backwards: bool) -> str:
    """The kind of a part, as a fraction beside it sees it: of its last piece if `backwards`, else its first."""
    if isinstance(part, Leaf):
        return part.kind
    if isinstance(part, Scripts):
        inner = parts_of(part.base)
        return _kind(inner[-1 if backwards else 0], backwards=backwards) if inner else "symbol"
    return "fraction" if isinstance(part, Fraction) else "symbol"


def _is_mixed(parts: list[Part], index: int) -> bool:
    """Whether a fraction of two numbers directly follows a number, with nothing after it."""
    fraction = parts[index]
    halves = [_last_leaf(each) for each in (fraction.top, fraction.bottom)] if isinstance(fraction, Fraction) else []
    before = parts[index - 1] if index else None
    are_numbers = all(each is not None and each.text.isdecimal() for each in halves)
    is_number = isinstance(before, Leaf) and before.text.isdecimal()
    return are_numbers and is_number and _kind_beside(parts, index, 1) not in (_FACTORS - {"close"})


def _fraction(part: Fraction) -> str:
    top, bottom = _joined(_tokens(part.top)), _joined(_tokens(part.bottom))
    if _has_outside(top, " /"):
        top = f"({top})"
    return f"{top}/{bottom}" if _is_one(part.bottom) else f"{top}/({bottom})"


def _has_outside(text: str, characters: str) -> bool:
    """Whether one of these characters is in a text outside brackets."""
    depth = 0
    for char in text:
        depth += (char in OPEN) - (char in CLOSE)
        if depth == 0 and char in characters:
            return True
    return False


def _is_one(part: Part) -> bool:
    """Whether a denominator is one unit that needs no brackets."""
    parts = [each for each in parts_of(part) if not is_space(each)]
    if not parts:
        raise UnknownFormulaError  # a fraction of which a half is missing
    if len(parts) > 1 and isinstance(parts[0], Leaf) and parts[0].text in _DIFFERENTIALS:
        return len(parts) == 2 and _is_simple(parts[1])
    if len(parts) == 1:
        return isinstance(parts[0], Root) or _is_simple(parts[0])
    if _is_applied(parts):
        parts = parts[1:]
    return _is_bracketed(parts)


_APPLIED = frozenset("fghFGHPΓζφψ")
"""Letters that are functions when brackets follow."""


def _is_applied(parts: list[Part]) -> bool:
    """Whether the first part is a function applied to the brackets that follow, not a factor."""
    first = _last_leaf(parts[0])
    if first is None or first.kind == "number":
        return False
    is_of_one = len(parts) == 4 and first.kind == "symbol" and _is_simple(parts[2])
    return first.kind == "function" or first.text in _APPLIED or is_of_one


def _is_simple(part: Part) -> bool:
    """Whether a part is a number, or a symbol with its scripts."""
    if isinstance(part, Scripts):
        return all(map(_is_simple, parts_of(part.base)[:1])) and len(parts_of(part.base)) == 1
    return isinstance(part, Accent) or (isinstance(part, Leaf) and part.kind in {"symbol", "number", "word"})


def _is_bracketed(parts: list[Part]) -> bool:
    """Whether parts are a bracketed group, with its scripts."""
    if not parts:
        return False
    whole = list(parts)
    while whole and isinstance(last := whole[-1], Scripts):
        whole[-1:] = parts_of(last.base)
    kinds = [leaf.kind if (leaf := _last_leaf(each)) else "" for each in whole]
    if len(whole) < 2 or kinds[0] != "open" or kinds[-1] != "close":
        return False
    depth = 0
    for number, kind in enumerate(kinds):
        depth += (kind == "open") - (kind == "close")
        if depth == 0 and kind == "close" and number + 1 < len(kinds):
            return False
    return True


def _root(part: Root) -> _Token:
    text = _joined(_tokens(part.inner))
    sign = "√" if part.index is None else f"{_in_table(_script(part.index), RAISED)}√"
    inner = parts_of(part.inner)
    alone = len(inner) == 1 and _is_simple(inner[0]) and not (isinstance(inner[0], Scripts) and inner[0].upper)
    return _Token(f"{sign}{text}", "root", f"{sign}({text})") if alone else _Token(f"{sign}({text})", "root")


def _in_table(text: str, table: dict[int, int]) -> str:
    if any(ord(char) not in table for char in text):
        raise UnknownFormulaError
    return text.translate(table)


def _script(part: Part) -> str:
    return line_of(part).replace(" ", "")


def _scripts(part: Scripts) -> list[_Token]:
    base = _tokens(part.base)
    if not base:
        base = [_Token("", "symbol")]
    if len(base) > 1 and base[-1].kind != "close":
        base = [_Token(f"({_joined(base)})", "close")]
    elif len(base) == 1 and (base[0].kind in {"fraction", "root"} or _has_scripts_too(part)):
        base = [_Token(f"({base[0].text})", "close")]
    last = base[-1]
    lower = "" if part.lower is None else _script(part.lower)
    upper = "" if part.upper is None else _script(part.upper)
    sets = []
    if lower:
        sets.append(_script_text("_", lower, LOWERED, is_last=not upper))
    if upper:
        sets.append((_DIRECT[upper], "") if upper in _DIRECT else _script_text("^", upper, RAISED, is_last=True))
    for text, sure in sets:
        last.sure = last.text + sure if sure else ""
        last.text += text
    return base


def _has_scripts_too(part: Scripts) -> bool:
    """Whether the base of a part with scripts has scripts of its own: a power of a power."""
    inner = alone(part.base)
    if not isinstance(inner, Scripts):
        return False
    return (inner.upper is not None and part.upper is not None) or (inner.lower is not None and part.lower is not None)


def _script_text(sign: str, text: str, table: dict[int, int], *, is_last: bool) -> tuple[str, str]:
    """A script as text, and its form in brackets if the next part could be read as part of it, else ""."""
    if all(ord(char) in table for char in text):
        return text.translate(table), ""
    bracketed = f"{sign}({text})"
    is_short = len(text) == 1 and is_last
    return (f"{sign}{text}", bracketed) if is_short else (bracketed, "")


def _accented(part: Accent) -> str:
    text = _joined(_tokens(part.inner))
    if part.each:
        inner, letters = alone(part.inner), text
        if isinstance(inner, Scripts):
            letters = _joined(_tokens(inner.base))
        lined = letters if isinstance(inner, Scripts) and inner.upper is None else text
        if not lined.isalnum() or (len(letters) > 1 and not letters.isupper()):
            raise UnknownFormulaError  # the line is above all of it at once
        return "".join(char + part.mark for char in lined) + text[len(lined) :]
    if len(unicodedata.normalize("NFC", text)) != 1:
        raise UnknownFormulaError
    return unicodedata.normalize("NFC", text + part.mark)


def _rows(part: Rows) -> str:
    lines = []
    for row in part.rows:
        cells = [_joined(_tokens(cell)) for cell in row]
        if len(cells) > 1 and not all(cells):
            raise UnknownFormulaError  # what stands in which column would not be seen
        line = ""
        for cell, following in pairwise([*cells, ""]):
            line += cell if not following else f"{cell} " if cell.endswith(",") else f"{cell}, "
        lines.append(line)
    return "; ".join(line for line in lines if line)
