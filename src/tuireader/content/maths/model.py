"""The nouns of a formula, as TeX and MathML have them in common. Plain data."""

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
