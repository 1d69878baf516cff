"""The nouns of a formula, as TeX and MathML have them in common, and what characters mean in one. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "symbol", "number", "word", "function", "big", "operator", "sign", "relation", "comma", "open", "close", "bar",
    "slash", "after", "space",
]  # fmt: skip
"""What a piece of text is in a formula: of it depends where there is space. "sign" is an operator that may be one;
"bar" opens or closes, as it comes; "after" stands directly behind a factor, as ! does."""


class Leaf(NamedTuple):
    """A piece of text."""

    text: str
    kind: Kind = "symbol"


@dataclass(frozen=True, slots=True)
class Row:
    """Several parts beside each other; `is_group`: they were put together as one."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Fraction:
    """One over the other; without a line it says how many ways there are to choose."""

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
    """A part with what is set lower and higher beside it, or below and above it."""

    base: Part
    lower: Part | None = None
    upper: Part | None = None


@dataclass(frozen=True, slots=True)
class Accent:
    """A part with a mark over it, which is a combining character; `each`: over each of its letters."""

    inner: Part
    mark: str
    each: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A matrix, the cases of a definition, or, where it `is_lines`, equations below each other."""

    rows: tuple[tuple[Part, ...], ...]
    is_lines: bool = False


Part: TypeAlias = Leaf | Row | Fraction | Root | Scripts | Accent | Rows


class UnknownFormulaError(Exception):
    """A formula has something in it that cannot be said on a line without doubt; it is shown as it was written."""


def alone(part: Part) -> Part:
    """Return what a part is, without the rows that hold nothing else."""
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
"""Characters that are written in another way, which is the usual one."""

FUNCTIONS = frozenset(
    {
        "arccos", "arcsin", "arctan", "arg", "argmax", "argmin", "cos", "cosh", "cot", "coth", "csc", "deg", "det",
        "dim", "exp", "gcd", "hom", "inf", "ker", "lg", "lim", "liminf", "limsup", "ln", "log", "max", "min", "mod",
        "Pr", "sec", "sin", "sinh", "sup", "tan", "tanh",
    }
)  # fmt: skip
"""Names that are set upright, with space around them."""


def leaf(char: str) -> Leaf:
    """Return the leaf of a formula for a character, with its kind: number, symbol, operator."""
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
"""Letters that Unicode had before it had the alphabets."""
_RANGES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "bold": (("A", "Z", 0x1D400), ("a", "z", 0x1D41A), ("0", "9", 0x1D7CE), ("Α", "Ω", 0x1D6A8), ("α", "ω", 0x1D6C2)),
    "double": (("A", "Z", 0x1D538), ("a", "z", 0x1D552), ("0", "9", 0x1D7D8)),
    "script": (("A", "Z", 0x1D49C), ("a", "z", 0x1D4B6)),
    "fraktur": (("A", "Z", 0x1D504), ("a", "z", 0x1D51E)),
}
"""From which letter to which, and where the alphabet has the first of them."""


def _styled(char: str, style: str) -> str:
    if char in _EXCEPTIONS.get(style, ()):
        return _EXCEPTIONS[style][char]
    for first, last, start in _RANGES[style]:
        if first <= char <= last:
            return chr(start + ord(char) - ord(first))
    return char
