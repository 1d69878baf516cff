"""What a word that nobody knows may have been meant for."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], *, alike: float) -> str:
    """The one of the known words that is most like `word`, from 0 to 1 at least so much; "" where none is."""
    from difflib import get_close_matches  # needed only where something is wrong

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=alike)), "")
