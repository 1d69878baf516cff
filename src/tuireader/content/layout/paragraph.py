"""Lay out one text inside a frame: the base of every kind of block."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

from tuireader.content.document.model import Text
from tuireader.content.layout.line import Line, Span
from tuireader.text.bidi import is_right_to_left
from tuireader.text.wrap import cells, wrap

HYPHEN = (Span("-", "hyphen"),)


class Frame(NamedTuple):
    """The position of a block on the page."""

    block: int
    base: int
    """Offset of the block's text."""
    room: int
    """Cells between the prefix and the right edge of the column."""
    first: tuple[Span, ...] = ()
    """Prefix of the block's first line: a bullet, quotation bars, margins."""
    rest: tuple[Span, ...] = ()
    """Prefix of its other lines."""

    def within(self, opening: Span | None = None) -> Frame:
        """The frame two cells further in; `opening` is in these cells before its first line."""
        indent = Span("  ", "margin")
        return self._replace(
            room=max(2, self.room - 2), first=(*self.first, opening or indent), rest=(*self.rest, indent)
        )


def text_lines(text: Text, style: str, frame: Frame, direction: str = "") -> list[Line]:
    """Lay out a text: wrapped, and aligned right if it is written from the right.

    The direction follows its first letters, unless the author sets a `direction`, "rtl" or "ltr".
    """
    plain, hyphens = text.plain, text.hyphens
    places = wrap(plain, frame.room, hyphens)
    block, base, prefix = frame.block, frame.base, frame.first
    lines: list[Line] = []
    add = lines.append
    count = len(places)
    for number in range(count):
        start, end = places[number]
        following = places[number + 1][0] if number + 1 < count else -1
        divided = following == end and hyphens and _has(hyphens, end) and cells(plain[start:end]) < frame.room
        suffix = HYPHEN if divided and plain[end - 1] != "-" else ()
        stop = plain[end:following] if following >= 0 else "\n"
        add(Line(prefix, block, base, stop, text, start, end, style, suffix))
        prefix = frame.rest
    is_from_the_right = is_right_to_left(plain) if direction not in {"ltr", "rtl"} else direction == "rtl"
    return _from_the_right(lines, frame.room) if is_from_the_right else lines


def _has(hyphens: tuple[int, ...], place: int) -> bool:
    at = bisect_left(hyphens, place)
    return at < len(hyphens) and hyphens[at] == place


def _from_the_right(lines: list[Line], room: int) -> list[Line]:
    """Lines aligned right, with their prefix mirrored."""
    moved = []
    for line in lines:
        taken = cells(line.source.plain[line.first : line.last]) + len(line.suffix)
        pad = (Span(" " * (room - taken), "margin"),) if room > taken else ()
        moved.append(line._replace(prefix=pad, suffix=line.suffix + _other_way(line.prefix)))
    return moved


def mirrored(prefix: tuple[Span, ...], width: int) -> tuple[Span, ...]:
    taken = sum(cells(span.text) for span in prefix)
    return (Span(" " * max(0, width - taken), "margin"), *_other_way(prefix))


def _other_way(prefix: tuple[Span, ...]) -> tuple[Span, ...]:
    return tuple([_mirrored(span) for span in reversed(prefix)])


def _mirrored(span: Span) -> Span:
    text = span.text.strip()
    before = len(span.text) - len(span.text.rstrip())
    return span._replace(text=" " * before + text.translate(_MIRROR) + " " * (len(span.text) - before - len(text)))


_MIRROR = str.maketrans("▎▌", "▕▐")


def balanced(plain: str, room: int) -> int:
    """The narrowest room in which a text takes no more lines than in `room`: its lines become about equally long."""
    count = len(wrap(plain, room))
    if count == 1:
        return room
    low, high = max(4, room // 2), room
    while low < high:
        middle = (low + high) // 2
        if len(wrap(plain, middle)) <= count:
            high = middle
        else:
            low = middle + 1
    return high
