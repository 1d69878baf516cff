"""Sentences for messages: ends, plurals, dates, lists; and the known name that a typed word probably means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tuireader.text.folding import fold

_LISTED = 4
"""Maximum names in a list."""


def ended(said: str) -> str:
    """A sentence with a period, unless it ends with another mark."""
    said = said.rstrip()
    return said if not said or said[-1] in ".!?…:" else f"{said}."


def together(said: Sequence[str]) -> str:
    """Sentences as one line, each but the last with a period."""
    return " ".join([*map(ended, said[:-1]), *said[-1:]])


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun in singular or plural; `many` unless it is `one` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def dated(moment: datetime) -> str:
    """The day of a moment, such as "26 November 2026"."""
    return f"{moment.day} {moment:%B} {moment.year}"


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    return ", ".join(names[:_LISTED]) + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")


def nearest(word: str, known: Iterable[str], *, alike: float) -> str:
    """The known word most similar to `word`, if at least `alike` (0 to 1); else ""."""
    from difflib import get_close_matches  # needed only where something is wrong

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=alike)), "")


def nearest_name(word: str, names: Iterable[str]) -> str:
    """The first name that contains `word`, else the most similar one; "" if there is none."""
    typed, by_spelling = fold(word), {fold(name): name for name in names}
    containing = (name for spelling, name in by_spelling.items() if typed in spelling)
    return next(containing, "") or by_spelling.get(nearest(typed, by_spelling, alike=0.6), "")
