"""The model of a formula, shared by TeX and MathML, and the meaning of characters. Plain data."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from tuireader.text.printable import printable

Kind: TypeAlias = Literal[
    "symbol", "number", "word", "function", "big", "operator", "sign", "relation", "comma", "open", "close", "bar",
    "slash", "after", "space",
]  # fmt: skip
"""The kind of a piece of text, which decides the space around it. "sign" is an operator that may be a prefix; "bar"
opens or closes by position; "after" follows a factor directly, like !."""


class Leaf(NamedTuple):
    """A piece of a formula's text."""

    text: str
    kind: Kind = "symbol"


@dataclass(frozen=True, slots=True)
class Row:
    """Parts side by side."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Fraction:
    """A fraction; without a line it is a binomial coefficient."""

    top: Part
    bottom: Part
    has_line: bool = True


@dataclass(frozen=True, slots=True)
class Root:
    """A root; the index of a square root is None."""

    inner: Part
    index: Part | None = None


@dataclass(frozen=True, slots=True)
class Scripts:
    """A part with subscript and superscript, or limits below and above."""

    base: Part
    lower: Part | None = None
    upper: Part | None = None


@dataclass(frozen=True, slots=True)
class Accent:
    """A part with an accent, a combining character; `each`: over each of its letters."""

    inner: Part
    mark: str
    each: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A matrix, the cases of a definition, or, with `is_lines`, equations below each other."""

    rows: tuple[tuple[Part, ...], ...]
    is_lines: bool = False


Part: TypeAlias = Leaf | Row | Fraction | Root | Scripts | Accent | Rows


_NO_TEXT = re.compile("[\U000f0000-\U0010ffff]")


def harmless(text: str) -> str:
    """Text of a formula on one line, without control characters and private ones."""
    return _NO_TEXT.sub("", printable(text))


class UnknownFormulaError(Exception):
    """The formula has a part that cannot be written on a line unambiguously; its source is shown."""


def alone(part: Part) -> Part:
    """Unwrap a part from rows that contain nothing else."""
    while isinstance(part, Row) and len(part.parts) == 1:
        part = part.parts[0]
    return part


def is_space(part: Part) -> bool:
    """Whether a part is only space."""
    return isinstance(part, Leaf) and part.kind == "space"


_KINDS: dict[str, Kind] = {
    **dict.fromkeys("+−±∓", "sign"),
    **dict.fromkeys("×·÷*∗∘∪∩∖∧∨⊕⊗⊙⊖⊘⋆⋅⊎⊓⊔⋄△▽≀⨯⋊⋉⨿∸", "operator"),
    **dict.fromkeys("=<>≤≥≠≈≡∼≅∝≪≫≺≻≼≽≃≍≐≝≜≔≕≗≟≲≳≢≁≇≄≉≰≱≮≯⩽⩾∈∉∋∌⊂⊃⊆⊇⊄⊈⊊⊋⊏⊐⊑⊒⋈", "relation"),
    **dict.fromkeys("→←↔⇒⇐⇔⟹⟸⟺⟶⟵⟷↦⟼↪↩⇀⇁⇌↑↓⇑⇓↗↘↝⇝⊥⟂∥∦∣∤⊢⊣⊨⊩∴∵⌣⌢∶:", "relation"),
    **dict.fromkeys(",;", "comma"),
    **dict.fromkeys("([{⟨⌊⌈", "open"),
    **dict.fromkeys(")]}⟩⌋⌉", "close"),
    **dict.fromkeys("|‖", "bar"),
    **dict.fromkeys("∑∏∐∫∬∭∮∯⋃⋂⋁⋀⨁⨂⨀⨄⨆", "big"),
    "/": "slash",
    "!": "after",
}  # fmt: skip
_WRITTEN = {
    "-": "−",
    "∣": "|",
    "⋅": "·",
    "⩽": "≤",
    "⩾": "≥",
    "∶": ":",
    "'": "′",
    "‖": "‖",
    "∗": "*",
    "⟂": "⊥",
    "∕": "/",
}
"""Characters with a more usual equivalent."""

FUNCTIONS = frozenset(
    {
        "arccos", "arcsin", "arctan", "arg", "argmax", "argmin", "cos", "cosh", "cot", "coth", "csc", "deg", "det",
        "dim", "exp", "gcd", "hom", "inf", "ker", "lg", "lim", "liminf", "limsup", "ln", "log", "max", "min", "mod",
        "Pr", "sec", "sin", "sinh", "sup", "tan", "tanh",
    }
)  # fmt: skip
"""Names set upright, with space around them."""


WITH_LIMITS = frozenset([*"∑∏∐⋃⋂⋁⋀⨁⨂⨀⨄⨆", "lim", "limsup", "liminf", "max", "min", "sup", "inf", "argmax", "argmin"])
"""Operators whose scripts stand above and below."""


def leaf(char: str) -> Leaf:
    """Return the leaf for a character, with its kind: number, symbol, operator."""
    char = _WRITTEN.get(char, char)
    kind = _KINDS.get(char)
    if kind is None:
        kind = "number" if char.isdecimal() or char == "." else "symbol"
    return Leaf("|" if char == "∣" else char, kind)


def named(name: str) -> Leaf:
    return Leaf(name, "operator" if name == "mod" else "function" if name in FUNCTIONS else "word")


def styled(text: str, style: str) -> str:
    return "".join(_styled(char, style) for char in text)


_EXCEPTIONS: dict[str, dict[str, str]] = {
    "double": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
}
"""Letters that Unicode had before the mathematical alphabets."""
_RANGES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "bold": (("A", "Z", 0x1D400), ("a", "z", 0x1D41A), ("0", "9", 0x1D7CE), ("Α", "Ω", 0x1D6A8), ("α", "ω", 0x1D6C2)),
    "double": (("A", "Z", 0x1D538), ("a", "z", 0x1D552), ("0", "9", 0x1D7D8)),
    "script": (("A", "Z", 0x1D49C), ("a", "z", 0x1D4B6)),
    "fraktur": (("A", "Z", 0x1D504), ("a", "z", 0x1D51E)),
}
"""Ranges of letters, and where each mathematical alphabet has the first of them."""


def _styled(char: str, style: str) -> str:
    if char in _EXCEPTIONS.get(style, ()):
        return _EXCEPTIONS[style][char]
    for first, last, start in _RANGES[style]:
        if first <= char <= last:
            return chr(start + ord(char) - ord(first))
    return char
