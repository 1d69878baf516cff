"""Lay out the head of an article: feed, title over a rule, byline, categories."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuireader.content.document.model import Text
from tuireader.content.layout.line import Line, Span
from tuireader.content.layout.paragraph import Frame, balanced, text_lines
from tuireader.model.headline import minutes
from tuireader.text.printable import printable
from tuireader.text.wrap import cells

if TYPE_CHECKING:
    from datetime import tzinfo

    from tuireader.model.article import Article

HEAD = -1
"""The block number of the head's lines: it is outside the document."""

DOT = " · "
"""Separator between the parts of a line."""
_SHOWN = 3
"""Maximum categories named; the rest is counted."""
_SHORT = re.compile(r"(?<!\S)([^\W\d_]{1,2}|the|The) (?=\S)")


def lay_out_head(article: Article, width: int, *, zone: tzinfo | None = None) -> list[Line]:
    """Lay out the head; times are in `zone`, or the machine's time zone. Offsets count within the head's own text."""
    source = printable(article.feed_title)
    title = printable(article.title) or "Untitled"
    texts = [(source, "source"), ("", "")] if source else []
    texts += [(title, "title"), ("", "rule")]
    texts += [(line, "byline") for line in packed(byline(article, zone), width)]
    texts += [(line, "byline") for line in packed(filed_under(article), width)]
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
    authors = [printable(author) for author in article.authors]
    parts = ["By " + ", ".join(authors)] if authors else []
    published = article.published or article.updated
    if published:
        day = published.astimezone(zone)
        parts.append(f"{day.day} {day:%B} {day.year}")
    if article.words and with_length:
        parts.append(f"{minutes(article.words)} min read")
    return parts


def filed_under(article: Article) -> list[str]:
    """The categories, of many the first ones; their names may contain commas and slashes."""
    names = [printable(category) for category in article.categories]
    more = len(names) - _SHOWN
    return [*names[:_SHOWN], f"+{more}"] if more > 0 else names


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
