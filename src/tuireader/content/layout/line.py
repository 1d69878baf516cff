"""The model of a page: lines of styled spans. Plain data."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from tuireader.content.document.model import NO_TEXT, Run, Text

ROLES = (
    # of a stretch of text; several may hold at once
    "strong", "em", "strike", "code", "link", "image", "footnote-mark",
    # of the text of a whole block
    "heading-1", "heading-2", "heading-3", "heading-4", "heading-5", "heading-6", "quote", "term", "caption",
    "footnote", "callout", "code-block", "table-head", "table-label",
    # of a token in a code block, beside "code-block"
    "code-comment", "code-keyword", "code-name", "code-number", "code-operator", "code-string", "code-error",
    # of what heads the page
    "source", "title", "byline",
    # of decoration, which is drawn and not copied
    "margin", "quote-bar", "bullet", "task-open", "task-done", "callout-bar", "code-wrap", "code-edge", "hyphen",
    "rule", "table-rule", "picture-mark",
)  # fmt: skip
"""Every role that can occur in a span's style."""

DECORATION = -1
"""The offset of a span that is not document text."""


class Span(NamedTuple):
    """A piece of a line in one style."""

    text: str
    style: str = ""
    """Roles, separated by spaces: see `ROLES`."""
    link: int | None = None
    """Index in the document's links."""
    offset: int = DECORATION
    """Offset of its text in the document's text; `DECORATION` for bars, bullets, margins."""


class Line(NamedTuple):
    """A line of the page: a prefix, a range of a source text, and a suffix.

    An article has thousands of lines: most store only the range, and their spans are made when painted.
    """

    prefix: tuple[Span, ...]
    """Spans drawn first; the whole line in tables, where several texts are side by side."""
    block: int
    base: int
    """Offset of the first character of the source."""
    end: str = "\n"
    r"""The separator before the next line in the text: "\n", " " if the line was wrapped, "" inside a word."""
    source: Text = NO_TEXT
    first: int = 0
    """Start of the line in its source."""
    last: int = 0
    """End of the line in its source, exclusive."""
    style: str = ""
    suffix: tuple[Span, ...] = ()

    @property
    def offset(self) -> int:
        return self.base + self.first

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans from left to right. Spans with text contain the document's characters, one for one."""
        return self.prefix + cut(self.source, self.first, self.last, self.style, self.base) + self.suffix

    @property
    def drawn(self) -> str:
        return "".join([span.text for span in self.spans])

    @property
    def text(self) -> str:
        """The text for copying: without decoration, but with the space between table columns."""
        spans = self.spans
        shown = [index for index, span in enumerate(spans) if span.offset >= 0]
        if not shown:
            return ""
        inner = spans[shown[0] : shown[-1] + 1]
        return "".join([span.text for span in inner if span.offset >= 0 or span.style == "margin"])


def cut(text: Text, start: int, end: int, style: str, base: int) -> tuple[Span, ...]:
    """The spans of a text from `start` to `end`, exclusive; `base` is the offset of the text's first character."""
    if start >= end:
        return ()
    runs = text.runs
    if not runs:
        return (Span(text.plain[start:end], style, None, base + start),)
    spans = []
    at = start
    for index in range(bisect_right(runs, start, key=_end), len(runs)):
        run = runs[index]
        if run.start >= end:
            break
        if run.start > at:
            spans.append(Span(text.plain[at : run.start], style, None, base + at))
            at = run.start
        stop = min(run.end, end)
        both = f"{style} {run.style}" if style and run.style else style or run.style
        spans.append(Span(text.plain[at:stop], both, run.link, base + at))
        at = stop
    if at < end:
        spans.append(Span(text.plain[at:end], style, None, base + at))
    return tuple(spans)


def _end(run: Run) -> int:
    return run.end
