"""Small parts of sentences: how they end, counted nouns, the name that may have been meant."""

from __future__ import annotations

from collections.abc import Iterable

from tuireader.text.folding import fold


def ended(said: str) -> str:
    """What is said as a whole sentence: with a period, unless something else ends it already."""
    said = said.rstrip()
    return said if not said or said[-1] in ".!?…:" else f"{said}."


def counted(number: int, one: str, many: str = "") -> str:
    """A number with what it counts, in the singular or the plural; `many` where that is not `one` with an s."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def nearest(word: str, known: Iterable[str], *, alike: float) -> str:
    """The known word most similar to `word`, at least `least` of 1; "" if none."""
    from difflib import get_close_matches  # needed only where something is wrong

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=alike)), "")


def nearest_name(word: str, names: Iterable[str]) -> str:
    """The first of the names that `word` is a part of, else the one most like it; "" where none is like it."""
    typed, by_spelling = fold(word), {fold(name): name for name in names}
    containing = (name for spelling, name in by_spelling.items() if typed in spelling)
    return next(containing, "") or by_spelling.get(nearest(typed, by_spelling, alike=0.6), "")
