"""Right-to-left text. The only user of python-bidi."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from unicodedata import bidirectional, category, combining

_RIGHT_TO_LEFT = re.compile("[\u200f\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")


def has_right_to_left(text: str) -> bool:
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


@lru_cache(maxsize=32)
def is_right_to_left(text: str) -> bool:
    """Whether the first strong character is right-to-left; remembered, as each line of a paragraph depends on it."""
    if not has_right_to_left(text):
        return False
    for character in text:
        direction = bidirectional(character)
        if direction in {"L", "R", "AL"}:
            return direction != "L"
    return False


def terminal_reorders(environ: Mapping[str, str]) -> bool:
    """Whether the terminal reorders right-to-left text itself, by its environment variables."""
    vte = environ.get("VTE_VERSION", "")
    return (
        (vte.isdecimal() and int(vte) >= 5800)  # GNOME Terminal and its kin, since VTE 0.58
        or "KONSOLE_VERSION" in environ
        or "MLTERM" in environ
        or environ.get("TERM", "").startswith("mlterm")
        or environ.get("TERM_PROGRAM", "") in {"Apple_Terminal", "mintty"}
    )


@lru_cache(maxsize=512)
def order(text: str, base: int) -> tuple[tuple[int, str], ...]:
    """The clusters of a text in visual order: (index of the first character, displayed text).

    `base` is the direction of the paragraph: 0 for left-to-right, 1 for right-to-left.
    """
    levels = _levels(text, base)
    clusters: list[tuple[int, int, str]] = []
    for index, character in enumerate(text):
        if clusters and (combining(character) or category(character) in {"Mn", "Me", "Cf"}):
            first, level, shown = clusters[-1]
            clusters[-1] = (first, level, shown + character)
        else:
            clusters.append((index, levels[index], character))
    for level in range(max(levels, default=0), 0, -1):
        clusters = _reverse_runs(clusters, level)
    return tuple((first, _mirror(shown) if level % 2 else shown) for first, level, shown in clusters)


def order_apart(text: str, base: int, between: str) -> tuple[tuple[int, str], ...]:
    """As `order`, for a text whose parts, separated by `between`, are each ordered on their own."""
    pieces: list[list[tuple[int, str]]] = []
    at = 0
    for number, part in enumerate(text.split(between)):
        if number:
            pieces.append([(at + index, character) for index, character in enumerate(between)])
            at += len(between)
        pieces.append([(at + index, shown) for index, shown in order(part, base)])
        at += len(part)
    return tuple(each for piece in (reversed(pieces) if base else pieces) for each in piece)


def _reverse_runs(clusters: list[tuple[int, int, str]], level: int) -> list[tuple[int, int, str]]:
    """Reverse runs of at least this level (rule L2 of UAX 9)."""
    result: list[tuple[int, int, str]] = []
    stretch: list[tuple[int, int, str]] = []
    for cluster in clusters:
        if cluster[1] >= level:
            stretch.append(cluster)
            continue
        result += reversed(stretch)
        stretch = []
        result.append(cluster)
    result += reversed(stretch)
    return result


def _mirror(shown: str) -> str:
    from bidi.mirror import MIRRORED

    return str(MIRRORED.get(shown, shown))


def _levels(text: str, base: int) -> list[int]:
    """The embedding level of each character (UAX 9)."""
    from bidi import algorithm

    storage: dict[str, Any] = algorithm.get_empty_storage()
    storage["base_level"] = base
    storage["base_dir"] = ("L", "R")[base]
    algorithm.get_embedding_levels(text, storage)
    for index, entry in enumerate(storage["chars"]):
        entry["index"] = index
        if not entry["type"]:  # a character that this Unicode does not know has the direction of its block
            entry["type"] = "R" if _RIGHT_TO_LEFT.match(text[index]) else "L"
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)  # noqa: FBT003 - its signature
    algorithm.resolve_implicit_levels(storage, False)  # noqa: FBT003
    levels = [base] * len(text)
    for entry in storage["chars"]:
        levels[entry["index"]] = entry["level"]
    return levels


def in_order(text: str, whole: str = "") -> str:
    """A line in visual order, for terminals without bidi support.

    `whole` is the text that the line belongs to; it decides the direction.
    """
    if not has_right_to_left(text):
        return text
    return "".join([shown for _, shown in order(text, 1 if is_right_to_left(whole or text) else 0)])
