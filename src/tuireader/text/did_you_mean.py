"""What a word that nobody knows may have been meant for."""

from __future__ import annotations

from collections.abc import Iterable

from tuireader.text.folding import fold


def nearest(word: str, known: Iterable[str], *, alike: float) -> str:
    """The one of the known words that is most like `word`, from 0 to 1 at least so much; "" where none is."""
    from difflib import get_close_matches  # needed only where something is wrong

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=alike)), "")


def nearest_name(word: str, names: Iterable[str]) -> str:
    """The first of the names that `word` is a part of, else the one most like it; "" where none is like it."""
    typed, by_spelling = fold(word), {fold(name): name for name in names}
    containing = (name for spelling, name in by_spelling.items() if typed in spelling)
    return next(containing, "") or by_spelling.get(nearest(typed, by_spelling, alike=0.6), "")
