"""How many cells of a terminal text takes. The only door to wcwidth, which few texts need."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import accumulate

# Characters of which each takes one cell whatever stands beside it: letters of Latin, Greek and Cyrillic, the usual
# punctuation, no-break spaces, currency, arrows and frames. All else is measured.
NOT_NARROW = re.compile(
    r"[^\n\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u0482\u2010-\u2027\u202f-\u203b"
    r"\u2039-\u205e\u20a0-\u20bf\u2190-\u2193\u2212\u2500-\u257f]"
)
"""Finds a character that has to be measured."""

# Characters of which each takes two cells: Chinese, Japanese and Korean without what is rare. To load wcwidth for one
# title in these would take as long as all that the start of the app reads.
_SQUARE = (
    ("\u3001", "\u3029"), ("\u3041", "\u3096"), ("\u309b", "\u30ff"), ("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"),
    ("\uac00", "\ud7a3"), ("\uff01", "\uff60"),
)  # fmt: skip


@cache
def _clustered() -> re.Pattern[str]:
    """Characters whose width depends on their neighbours.

    Joiners, variation selectors, flags, skin tones, jamo, and the scripts of South and South-East Asia, where a cluster
    may be narrower than the sum of its letters.
    """
    return re.compile(
        "[\u200d\ufe0e\ufe0f\u0900-\u0dff\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ece\u0f00-\u109f\u1100-\u11ff"
        "\u1780-\u17d3\ua960-\ua97f\ud7b0-\ud7ff\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
    )


def cells(text: str) -> int:
    """Cells that one line of text takes."""
    if text.isascii() or not NOT_NARROW.search(text):
        return len(text)
    from wcwidth import width

    return width(text, control_codes="ignore")


def widths(text: str) -> list[int]:
    """The cells of each character; those of a cluster of several count at its first."""
    if not NOT_NARROW.search(text):
        return [1] * len(text)
    if not _clustered().search(text):
        return [_width(character) for character in text]
    from wcwidth import iter_graphemes

    found: list[int] = []
    for cluster in iter_graphemes(text):
        found.append(_cluster_width(cluster))
        found.extend([0] * (len(cluster) - 1))
    return found


def fitting(text: str, width: int) -> int:
    """How many leading characters fit into so many cells."""
    if not NOT_NARROW.search(text):
        return min(len(text), max(0, width))
    return next((index for index, total in enumerate(accumulate(widths(text))) if total > width), len(text))


@lru_cache(maxsize=8192)
def _width(character: str) -> int:
    if any(first <= character <= last for first, last in _SQUARE):
        return 2
    if not NOT_NARROW.match(character):
        return 1
    from wcwidth import wcwidth

    return max(0, wcwidth(character))


@lru_cache(maxsize=8192)
def _cluster_width(cluster: str) -> int:
    from wcwidth import width

    return max(0, width(cluster, control_codes="ignore"))


def cluster_end(text: str, begin: int, stop: int) -> int:
    """Where the last cluster that begins at `begin` or later ends before or at `stop`; at least one cluster further."""
    if not _clustered().search(text, begin, stop + 1) and _width(text[stop : stop + 1] or "x") > 0:
        return stop
    from wcwidth import iter_graphemes

    end = begin
    for cluster in iter_graphemes(text[begin : stop + 64]):
        if end > begin and end + len(cluster) > stop:
            break
        end += len(cluster)
    return end
