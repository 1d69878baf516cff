"""The head of an article, its paragraphs, their visual order, and their form for a terminal without Textual."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from datetime import tzinfo
from itertools import groupby
from typing import NamedTuple

from tuireader.content.document.model import Text
from tuireader.content.layout.line import Line, Span
from tuireader.model.article import Article, minutes
from tuireader.text.bidi import has_right_to_left, is_right_to_left, order, order_apart
from tuireader.text.printable import printable, printable_block
from tuireader.text.sentences import dated
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
        """The frame indented by two cells, which `opening` fills on the first line."""
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


HEAD = -1
"""The block number of the head's lines: it is outside the document."""

DOT = " · "
"""Separator between the parts of a line."""
_SHOWN = 3
"""Maximum categories named in the head."""
_AUTHORS = 8
"""Maximum authors named in the head."""
_SHORT = re.compile(r"(?<!\S)([^\W\d_]{1,2}|the|The) (?=\S)")


def lay_out_head(article: Article, width: int, *, zone: tzinfo | None = None) -> list[Line]:
    """Lay out the head; times are in `zone`, or the machine's time zone. Offsets count within the head's own text."""
    texts = [(line, "source") for line in packed(origin(article, width), width)]
    texts += [(printable(article.title) or "Untitled", "title"), ("", "rule")]
    texts += [(line, "byline") for line in packed(byline(article, zone), width)]
    lines: list[Line] = []
    base = 0
    for plain, role in texts:
        if role == "rule":
            lines.append(Line((Span("─" * width, "rule"),), HEAD, base))
        else:
            lines += _lines(plain, role, base, width)
        base += len(plain) + 1
    return [*lines, Line((), HEAD, base)]


def byline(article: Article, zone: tzinfo | None = None, *, with_length: bool = True) -> list[str]:
    """The known parts of the byline: author, date, reading time."""
    authors = [printable(author) for author in article.authors[:_AUTHORS]]
    more = len(article.authors) - len(authors)
    parts = ["By " + ", ".join([*authors, *([f"+{more}"] if more else [])])] if authors else []
    published = article.published or article.updated
    if published:
        parts.append(dated(published.astimezone(zone)))
    if article.words and with_length:
        parts.append(f"{minutes(article.words)} min")
    return parts


def origin(article: Article, width: int) -> list[str]:
    """The feed and the first categories, as many as fit in a line; the rest is counted."""
    names = [printable(category) for category in article.categories]
    feed = [printable(article.feed_title)] if article.feed_title else []
    for shown in range(min(len(names), _SHOWN), 0, -1):
        parts = [*feed, *names[:shown], *([f"+{len(names) - shown}"] if shown < len(names) else [])]
        if shown == 1 or cells(DOT.join(parts)) <= width:
            return parts
    return feed


def packed(parts: Sequence[str], width: int) -> list[str]:
    """Join parts with dots in as few lines as fit, of similar length; a part too wide for a line stays whole."""
    lines = _packed(parts, width)
    narrow, wide = max((cells(part) for part in parts), default=0), width
    while narrow < wide:
        middle = (narrow + wide) // 2
        if len(_packed(parts, middle)) > len(lines):
            narrow = middle + 1
        else:
            wide = middle
    return _packed(parts, wide)


def _packed(parts: Sequence[str], width: int) -> list[str]:
    lines: list[str] = []
    for part in parts:
        if lines and cells(lines[-1] + DOT + part) <= width:
            lines[-1] += DOT + part
        else:
            lines.append(part)
    return lines


def head_text(lines: Sequence[Line]) -> str:
    return "\n".join({line.base: line.source.plain for line in lines}.values())


def _lines(plain: str, role: str, base: int, width: int) -> list[Line]:
    if role != "title":
        return text_lines(Text(plain), role, Frame(HEAD, base, width))
    glued = _glued(plain, width)
    room = balanced(glued, width)
    lines = text_lines(Text(glued), role, Frame(HEAD, base, room))
    # A title that is written from the right stands at the right of the column, not of its balanced lines.
    pad = (Span(" " * (width - room), "margin"),) if lines[0].prefix and room < width else ()
    return [line._replace(prefix=pad + line.prefix, source=Text(plain)) for line in lines]


def _glued(title: str, width: int) -> str:
    """Return the title with no-break spaces after short words, which look bad at the end of a line."""
    glued = _SHORT.sub("\\1\u00a0", title)
    return glued if all(cells(piece) <= width // 2 for piece in glued.split(" ")) else title


def visual(line: Line, *, apart: bool = False) -> tuple[Span, ...]:
    """The spans of a line in visual order, for a terminal without bidirectional text.

    With `apart`, each reordered character is a span of its own, with its own offset.
    """
    spans = line.spans
    text = "".join([span.text for span in spans])
    if not has_right_to_left(text):
        return spans
    # Names in two scripts do not change places with what is beside them.
    between = DOT if line.style in {"source", "byline"} else ""
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


_CODES = {
    "strong": "1", "em": "3", "strike": "9", "code": "36", "link": "4", "image": "2",
    "footnote-mark": "36",
    "heading-1": "1", "heading-2": "1", "heading-3": "1", "heading-4": "3", "heading-5": "3", "heading-6": "3",
    "quote": "3", "term": "1", "caption": "2", "footnote": "2", "callout": "1", "table-head": "1", "table-label": "2",
    "code-comment": "2", "code-keyword": "35", "code-name": "34", "code-number": "33", "code-operator": "0",
    "code-string": "32", "code-error": "31", "source": "2", "title": "1", "byline": "2", "quote-bar": "2",
    "bullet": "36", "task-open": "2", "task-done": "36", "callout-bar": "36", "code-wrap": "2", "hyphen": "0",
    "rule": "2", "table-rule": "2", "picture-mark": "36",
}  # fmt: skip
"""The SGR parameters of each role; the terminal's own colours, which suit its background."""


def to_plain(line: Line, *, reorder: bool = False) -> str:
    return printable_block("".join([span.text for span in _seen(line, reorder=reorder)])).rstrip()


def is_printed(line: Line) -> bool:
    """Whether a line has anything to show without background tint."""
    return not line.prefix or line.prefix[-1].style != "code-edge"


def to_ansi(line: Line, *, reorder: bool = False) -> str:
    """Return a line with escape codes for its styles; escape characters in its content are removed."""
    return "".join([_coloured(span) for span in _seen(line, reorder=reorder)]).rstrip()


def _seen(line: Line, *, reorder: bool) -> tuple[Span, ...]:
    return visual(line) if reorder else line.spans


def _coloured(span: Span) -> str:
    text = printable_block(span.text)
    codes = ";".join(code for role in span.style.split() if (code := _CODES.get(role)))
    return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text
