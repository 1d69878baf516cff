"""Make any text safe for a terminal: nothing in it can move the cursor, set a title or reorder a line."""

from __future__ import annotations

import re
import unicodedata

MARKS_MAX = 8
"""Combining marks and invisible characters that may follow each other; no script needs as many."""

_BREAK = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_BLANK = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]+")

# ESC and the other controls start sequences; the bidi overrides and isolates show text in another order than it has.
# U+FEFF, the invisible operators and the interlinear annotations have no meaning in running text.
_DROPPED = "\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2061-\u206f\ufeff\ufff9-\ufffb"
_BROKEN = "\x00\ud800-\udfff"
# Soft hyphens, zero-width spaces and word joiners are about breaking lines: a name or a title does without.
_HINTS = "\u00ad\u200b\u2060"

_UNSAFE_BLOCK = re.compile(f"[{_DROPPED}{_BROKEN}]")
_UNSAFE_LINE = re.compile(f"[{_DROPPED}{_BROKEN}{_HINTS}]")

# Runs of what is neither a letter, a digit nor space: the only ones in which marks can pile up.
_PILE = re.compile(rf"[^\w\s\x00-\x7f]{{{MARKS_MAX + 1},}}")
# Conjoining jamo are letters, and yet stand on top of each other.
_JAMO_PILE = re.compile(f"([\u1160-\u11ff\ud7b0-\ud7ff]{{{MARKS_MAX}}})[\u1160-\u11ff\ud7b0-\ud7ff]+")


def printable(text: str) -> str:
    """Return `text` as one line without anything that a terminal could obey: for titles, names, addresses, messages.

    Line breaks and tabs become a space, other controls and bidi overrides go, NUL and lone surrogates become U+FFFD,
    and at most `MARKS_MAX` combining marks stay on a letter. Joiners, variation selectors, LRM and RLM stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return _tame(_UNSAFE_LINE.sub(_replacement, _BLANK.sub(" ", text)))


def printable_block(text: str) -> str:
    r"""Return `text` likewise, but with its lines: breaks become `\n`, tabs go to the next multiple of four cells.

    Soft hyphens, zero-width spaces and word joiners stay: they say where a line may break.
    """
    if text.isascii() and text.isprintable():
        return text
    return _tame(_UNSAFE_BLOCK.sub(_replacement, _BREAK.sub("\n", text).expandtabs(4)))


def _replacement(match: re.Match[str]) -> str:
    return "\ufffd" if match[0] == "\0" or "\ud800" <= match[0] <= "\udfff" else ""


def _tame(text: str) -> str:
    if text.isascii():
        return text
    return _PILE.sub(_thin, _JAMO_PILE.sub(r"\1", text))


def _thin(match: re.Match[str]) -> str:
    """Keep `MARKS_MAX` marks of each pile; of a flood of invisible characters nothing stays."""
    kept: list[str] = []
    pile: list[str] = []
    for char in match[0]:
        if unicodedata.category(char)[0] == "M" or unicodedata.category(char) == "Cf":
            pile.append(char)
        else:
            kept += [*_capped(pile), char]
            pile = []
    return "".join([*kept, *_capped(pile)])


def _capped(pile: list[str]) -> list[str]:
    if len(pile) <= MARKS_MAX:
        return pile
    return [char for char in pile if unicodedata.category(char) != "Cf"][:MARKS_MAX]
