"""Markdown's inline marks: escaped in text, and placed where they take effect.

The converter leaves signs where emphasis and code begin and end. CommonMark ignores a mark beside a space, and one
between a letter and punctuation: there, a word joiner, which is invisible, stands between the mark and its text.
"""

from __future__ import annotations

import re
import string
import unicodedata
from itertools import zip_longest
from typing import Literal, NamedTuple

from tuireader.content.markdown.inline_tokens import BREAK, SIGNS, SPACE_KINDS, Leaf, Reader, spaced

JOINER = "\u2060"
"""The word joiner."""
_MARKS = ((4, "~~"), (1, "**"), (2, "*"))
"""The styles' bits and marks, the outermost of equal length first."""
_ESCAPED = re.compile(r"[\\`*\[\]]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)|^~|~(?=~|$)|(?<=~)~")
# Looking for one class of characters is many times faster than for all of that, and most text has none of them.
_MAY_BE_MARK = re.compile(r"[\\`*\[\]_<&~]")
_TO_SETTLE = re.compile(f"[{SIGNS}[]|  ")
# What would be taken for the beginning of a block at the beginning of a line.
_LINE_START = re.compile(
    r"(?:[-+](?=\s|$)|#{1,6}(?=\s|$)|>|:(?=\s|$)|~(?=\s|$)|=+\s*$|[-:|][-:|\s]*$|\|)|(?P<number>\d{1,9})(?=[.)](?:\s|$))"
)
_NO_BREAK = "\xa0"


class _Run(NamedTuple):
    """A range of leaves between two marks, or of a link."""

    last: int
    """One past its last leaf."""
    opening: str
    closing: str


class _Piece(NamedTuple):
    """A piece of a written paragraph: a leaf, or the marks between two leaves that open or close."""

    kind: Literal["text", "space", "link", "open", "close"]
    text: str


def escape(text: str) -> str:
    """Return the text with a backslash before each inline mark."""
    return _ESCAPED.sub(r"\\\g<0>", text) if _MAY_BE_MARK.search(text) else text


def escape_start(line: str) -> str:
    """Return the line with a backslash before what would begin a heading, list, quotation, rule or table.

    Leading space in a line of verse becomes character references: Markdown drops it at the beginning of a paragraph.
    """
    if line.startswith(_NO_BREAK * 2):
        rest = line.lstrip(_NO_BREAK)
        return "&nbsp;" * (len(line) - len(rest)) + rest
    found = _LINE_START.match(line)
    if found is None:
        return line
    at = found.end("number") if found.group("number") else 0
    return f"{line[:at]}\\{line[at:]}"


def settle(text: str) -> str:
    """Return the Markdown of a paragraph: signs become marks; a break becomes a backslash at the end of its line."""
    text = text.strip(" \n")
    if not _TO_SETTLE.search(text):
        return escape_start(text)
    reader = Reader()
    reader.read(text)
    leaves = spaced(reader.leaves)
    leaves = [leaf._replace(content=_fenced(leaf.content)) if leaf.kind == "code" else leaf for leaf in leaves]
    settled = _joined(_nested(leaves, reader.urls))
    return "\\\n".join([escape_start(line.strip(" ")) for line in settled.split(BREAK) if line.strip()])


def _fenced(code: str) -> str:
    """Code between as many backticks as needed."""
    if "`" not in code:
        return f"`{code}`"
    longest = max(len(run) for run in re.findall("`+", code))
    pad = " " if code[0] == "`" or code[-1] == "`" else ""
    return f"{'`' * (longest + 1)}{pad}{code}{pad}{'`' * (longest + 1)}"


def _nested(leaves: list[Leaf], urls: list[str]) -> list[_Piece]:
    """The leaves with their marks, which nest: a run that would cross the end of another is divided there."""
    link_ends = _ends([leaf.link for leaf in leaves])
    ends = {style: _ends([leaf.style & style for leaf in leaves]) for style, _ in _MARKS}
    pieces: list[_Piece] = []
    stack: list[_Run] = []
    for index, leaf in enumerate(leaves):
        is_word = leaf.kind not in SPACE_KINDS
        last = link_ends[index]
        opens_link = is_word and last and not any(run.opening == "[" and run.last == last for run in stack)
        kept = (place for place, run in enumerate(stack) if run.last == index or (opens_link and run.last < last))
        _close(pieces, stack, next(kept, len(stack)))
        if is_word:
            opening = [_Run(last, "[", urls[leaf.link])] if opens_link else []
            there = {run.opening for run in stack}
            opening += [
                _Run(ends[bit][index], mark, mark) for bit, mark in _MARKS if leaf.style & bit and mark not in there
            ]
            for run in sorted(opening, key=lambda run: -run.last):
                _open(pieces, stack, run)
        pieces.append(_Piece("text" if is_word else "space", leaf.content))
    _close(pieces, stack, 0)
    return pieces


def _ends(values: list[int]) -> list[int]:
    """For each place, the end of its stretch of one value other than 0; 0 for that value."""
    ends = [0] * len(values)
    for place in reversed(range(len(values))):
        goes_on = place + 1 < len(values) and values[place + 1] == values[place]
        if values[place]:
            ends[place] = ends[place + 1] if goes_on else place + 1
    return ends


def _open(pieces: list[_Piece], stack: list[_Run], run: _Run) -> None:
    """Open a run within those of the stack."""
    outer = stack[-1] if stack else run
    stack.append(run._replace(last=min(run.last, outer.last)))
    if pieces[-1:] == [_Piece("open", "**")] and outer.last == run.last and run.opening == "*":
        pieces[-1] = _Piece("open", "***")  # with different ends, it would be unclear which of them ends first
    else:
        pieces.append(_Piece("link" if run.opening == "[" else "open", run.opening))


def _close(pieces: list[_Piece], stack: list[_Run], kept: int) -> None:
    """Close all runs but the outermost `kept`, before the space at the end."""
    spaces: list[_Piece] = []
    while len(stack) > kept and pieces[-1].kind == "space":
        spaces.append(pieces.pop())
    for run in reversed(stack[kept:]):
        last = pieces[-1]
        if last.kind == "close" and last.text[0] == run.closing[0]:
            pieces[-1] = _Piece("close", "***")
        else:
            pieces.append(_Piece("text" if run.opening == "[" else "close", run.closing))
    del stack[kept:]
    pieces += reversed(spaces)


def _joined(pieces: list[_Piece]) -> str:
    """The text of all pieces, with joiners beside marks that would be ignored without."""
    out: list[str] = []
    for (kind, text), following in zip_longest(pieces, pieces[1:], fillvalue=_Piece("space", " ")):
        last = out[-1] if out else " "
        if kind == "open":
            if last[-1] == text[0]:
                out.append(last := JOINER)
            out.append(text)
            if not _takes_effect(following.text[0], last[-1]):
                out.append(JOINER)
        elif kind == "close":
            if last[-1] == "~" == text[0] and not last.endswith("\\~"):
                out[-1] = f"{last[:-1]}\\~"
            after = JOINER if following.kind in ("open", "close") else following.text[0]
            out += [text] if _takes_effect(last[-1], after) else [JOINER, text]
        else:
            if kind == "link" and last[-1] == "!":
                out[-1] = f"{last[:-1]}\\!"
            out.append(f"\\{text}" if _would_join(last, text[0]) else text)
    return "".join(out)


def _takes_effect(inside: str, outside: str) -> bool:
    """Whether a mark between two characters opens or closes (left- and right-flanking runs of CommonMark)."""
    if inside.isspace() or inside == BREAK:
        return False
    return not _is_sign(inside) or outside.isspace() or outside == BREAK or _is_punctuation(outside)


def _is_sign(character: str) -> bool:
    """Whether CommonMark counts a character as punctuation, at least since symbols do."""
    return _is_punctuation(character) or unicodedata.category(character)[0] == "S"


def _is_punctuation(character: str) -> bool:
    """Whether every version of CommonMark counts a character as punctuation."""
    return character in string.punctuation or unicodedata.category(character)[0] == "P"


def _would_join(before: str, first: str) -> bool:
    """Whether a character would be read as part of the mark, link or note before it."""
    return (before, first) in {("~~", "~"), ("[", "^")} or (before.startswith("[^") and first in "(:")
