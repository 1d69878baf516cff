"""How many there are of something, in words."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """A number with what it counts, in the singular or the plural; `many` where that is not `one` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
