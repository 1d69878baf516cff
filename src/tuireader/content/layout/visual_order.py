"""Put the spans of a line into visual order; some of its text may be written from the right."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from tuireader.content.layout.head import DOT
from tuireader.content.layout.line import Line, Span
from tuireader.text.bidi import has_right_to_left, is_right_to_left, order, order_apart


def visual(line: Line, *, apart: bool = False) -> tuple[Span, ...]:
    """The spans of a line in visual order, for a terminal without bidirectional text.

    With `apart`, each reordered character is a span of its own, with its own offset.
    """
    spans = line.spans
    text = "".join([span.text for span in spans])
    if not has_right_to_left(text):
        return spans
    between = DOT if line.style == "byline" else ""  # names in two scripts do not change places with what is beside
    seen: list[Span] = []
    for is_text, group in groupby(spans, key=lambda span: span.offset >= 0):
        pieces = tuple(group)
        if apart and is_text:
            pieces = tuple(piece for span in pieces for piece in _characters(span))
        seen += _reordered(pieces, line.source.plain, between) if is_text else pieces
    return tuple(seen)


def _characters(span: Span) -> list[Span]:
    return [span._replace(text=text, offset=span.offset + index) for index, text in enumerate(span.text)]


def _reordered(spans: Sequence[Span], whole: str, between: str) -> tuple[Span, ...]:
    """The spans of one text in visual order; adjacent spans of one style stay together."""
    text = "".join([span.text for span in spans])
    owners = [number for number, span in enumerate(spans) for _ in span.text]
    base = 1 if is_right_to_left(whole or text) else 0
    pieces: list[tuple[int, list[str]]] = []
    for index, shown in order_apart(text, base, between) if between else order(text, base):
        owner = owners[index]
        if pieces and pieces[-1][0] == owner:
            pieces[-1][1].append(shown)
        else:
            pieces.append((owner, [shown]))
    return tuple(spans[owner]._replace(text="".join(shown)) for owner, shown in pieces)
