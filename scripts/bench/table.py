"""What was measured, as a table that reads well in a terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from wcwidth import wcswidth

Unit = Literal["s", "MB"]

HEADS = ("work", "ours", "reference", "ratio", "bar", "")


@dataclass(frozen=True, slots=True)
class Result:
    """One row: how ours compares with a reference that was measured in the same run."""

    work: str
    ours: float
    reference: float
    against: str
    """The name of the reference."""
    bar: float | None
    """The highest ratio that passes; None where there is no bar."""
    unit: Unit = "s"
    at_least: bool = False
    """The reference was given up: it is at least so much."""

    @property
    def ratio(self) -> float:
        """Ours by the reference."""
        return self.ours / self.reference

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        more, less = (">", "<") if self.at_least else ("", "")
        passed = self.bar is None or self.ratio <= self.bar
        return (
            self.work,
            quantity(self.ours, self.unit),
            f"{more}{quantity(self.reference, self.unit)} {self.against}",
            f"{less}{_short(self.ratio)}",
            "" if self.bar is None else f"{self.bar:g}",
            "" if self.bar is None else "pass" if passed else "falls short",
        )


@dataclass(frozen=True, slots=True)
class Limit:
    """One row whose bar is an amount and not a ratio."""

    work: str
    ours: float
    limit: float
    unit: Unit = "s"

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        bar = quantity(self.limit, self.unit)
        passed = "pass" if self.ours <= self.limit else "falls short"
        return self.work, quantity(self.ours, self.unit), bar, _short(self.ours / self.limit), "1", passed


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """One row that could not be measured."""

    work: str
    why: str

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        return self.work, "", " ".join(self.why.split())[:90], "", "", "not measured"


Row = Result | Limit | Unmeasured


def render(rows: Iterable[Row]) -> str:
    """The table, its columns in line; numbers to the right."""
    cells = [HEADS, *(tuple(cell.replace("|", "/") for cell in row.cells()) for row in rows)]
    widths = [max(wcswidth(line[i]) for line in cells) for i in range(len(HEADS))]
    right = {1, 3, 4}
    lines = [[_pad(cell, widths[i], right=i in right) for i, cell in enumerate(line)] for line in cells]
    rule = ["-" * (width - 1) + (":" if i in right else "-") for i, width in enumerate(widths)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (lines[0], rule, *lines[1:]))


def quantity(amount: float, unit: Unit) -> str:
    """An amount with three digits and a unit that suits it."""
    if unit == "s":
        return f"{_short(amount * 1000)} ms" if amount < 1 else f"{_short(amount)} s"
    return f"{_short(amount)} MB"


def _short(number: float) -> str:
    for digits, below in ((4, 0.01), (3, 1), (2, 10), (1, 100)):
        if number < below:
            return f"{number:.{digits}f}"
    return f"{number:.0f}"


def _pad(text: str, width: int, *, right: bool) -> str:
    space = " " * (width - wcswidth(text))
    return space + text if right else text + space
