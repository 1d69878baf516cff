"""Print the lines of a page with ANSI escape codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.content.layout.visual_order import visual
from tuireader.text.printable import printable_block

if TYPE_CHECKING:
    from tuireader.content.layout.line import Line, Span

_CODES = {
    "strong": "1", "em": "3", "strike": "9", "code": "36", "link": "4", "image": "2",
    "footnote-mark": "36",
    "heading-1": "1", "heading-2": "1", "heading-3": "1", "heading-4": "1;2", "heading-5": "1;2", "heading-6": "1;2",
    "quote": "3", "term": "1", "caption": "2", "footnote": "2", "callout": "1", "table-head": "1", "table-label": "2",
    "code-comment": "2", "code-keyword": "35", "code-name": "34", "code-number": "33", "code-operator": "0",
    "code-string": "32", "code-error": "31", "title": "1", "byline": "2", "quote-bar": "2", "bullet": "36",
    "task-open": "2", "task-done": "36", "callout-bar": "36", "code-wrap": "2", "hyphen": "0", "rule": "2",
    "table-rule": "2", "picture-mark": "36",
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
