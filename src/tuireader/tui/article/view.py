"""The article: a page with a head, in which one can jump about, and whose position is told."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.actions import SkipAction
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from tuireader.content.layout.head import lay_out_head
from tuireader.content.layout.line import Line
from tuireader.model import minutes
from tuireader.text.printable import printable, printable_block
from tuireader.text.wrap import wrap
from tuireader.tui import keys
from tuireader.tui.article.links import LinkPage
from tuireader.tui.article.page_layout import HEAD, TOP
from tuireader.tui.article.styles import CSS
from tuireader.tui.support.fitting import cut

if TYPE_CHECKING:
    from tuireader.content.document.model import Heading
    from tuireader.library.reading.open_article import OpenArticle
    from tuireader.model import Article

_STEP = 4
"""Cells by which the measure changes."""


class Contents(NamedTuple):
    """The headings of an article, to jump to one."""

    article_id: int
    title: str
    headings: Sequence[Heading]
    here: int
    """The heading that the user is under, -1 for none."""
    length: int
    """Characters of the document's text."""


class ArticleView(LinkPage):
    """Shows one article, or a sentence where there is none."""

    DEFAULT_CSS = CSS
    BINDINGS: ClassVar[list[BindingType]] = [*keys.ARTICLE]

    @dataclass
    class PositionChanged(Message):
        """The reader scrolled: `position` is the offset of the first line in sight."""

        article_id: int
        position: int

    @dataclass
    class AtEnd(Message):
        """The reader wants to go on, and there is no more: the next article is asked for."""

        article_id: int

    def __init__(self, *, id: str | None = None, reorder: bool | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, reorder=reorder)
        self.article: Article | None = None
        self._message = ""
        self._trail: list[int] = []
        """Where the reader jumped from."""
        self._landed: int | None = None
        """Where the last jump led, as long as the reader stays there."""

    # What it shows.

    def show(self, opened: OpenArticle) -> None:
        """Show an article, from where its reader left it."""
        self._forget()
        self.article = opened.article
        self.open_page(opened.document, opened.status.position)

    def complete(self, opened: OpenArticle) -> None:
        """Show the rest of the article whose beginning is shown."""
        if self.article is not None and self.article.id == opened.article.id:
            self.go_on_with(opened.document)

    def clear(self, message: str) -> None:
        """Show a sentence, and no article."""
        self._forget()
        self.article = None
        self._message = message
        self.open_page(None, 0)

    def _forget(self) -> None:
        self.relaid()
        self.end_find()
        self._trail.clear()
        self._landed = None

    def head_lines(self, width: int) -> Sequence[Line]:
        """The head of the article, with air above."""
        return [Line((), HEAD, 0, ""), *lay_out_head(self.article, width)] if self.article is not None else []

    # How far the reader is.

    def scrolled(self) -> None:
        """Tell where the reader is."""
        super().scrolled()
        if self.position != self._landed:
            self._landed = None
        if self.article is not None:
            self.post_message(self.PositionChanged(self.article.id, self.position))

    @property
    def progress(self) -> str:
        """How far it is, and how long it takes to the end: "34 % · 3 min left"; nothing where all is in sight."""
        if self.article is None or self._document is None or not self.max_scroll_y:
            return ""
        if self.at_end:
            return "100 %"
        percent = min(99, int(100 * self.scroll_y / self.max_scroll_y))
        left = 1 - self.first_offset / max(1, self._document.length)
        return f"{percent} % · {max(1, ceil(minutes(self.article.words) * left))} min left"

    # Painting.

    def render_line(self, y: int) -> Strip:
        """Paint a row of the page, of what stands below it, or of the sentence that stands for it."""
        if self._page is not None and y == self.look.height - 1 and self.foot:
            return self._foot_line()
        if self._page is not None or not self._message:
            return super().render_line(y)
        lines = [line for text in printable_block(self._message).split("\n") for line in self._wrapped(text)]
        row = y - max(0, (self.size.height - len(lines)) // 3)
        if not 0 <= row < len(lines):
            return super().render_line(y)
        blank = max(0, self.size.width - cell_len(lines[row])) // 2
        text = Segment(" " * blank + printable(lines[row]), self.ink.of("message"))
        return Strip([text]).adjust_cell_length(self.size.width, self.ink.of(""))

    def _wrapped(self, text: str) -> list[str]:
        return [text[start:end] for start, end in wrap(text, min(self.column, 48))]

    def _foot_line(self) -> Strip:
        """Below the page: what is sought, or the link in question, at the left; how far it is, at the right."""
        room = self.column
        right = self.finding.said() if self.finding is not None and self.typing else self.progress
        if self.typing and self.finding is not None:
            typed = self.finding.sought
            fitting = max(0, room - cell_len(right) - 5)
            while cell_len(typed) > fitting:
                typed = typed[1:]
            left = [("/ ", "foot"), (typed, "typed"), ("▏", "foot")]
        else:
            link = self.link_shown
            said = self._said() if link is None else printable(link.url)
            right = right if cell_len(right) + 12 < room or not said else ""
            left = [(cut(said, max(0, room - cell_len(right) - 2 * bool(right))), "foot")]
        used = sum(cell_len(text) for text, _ in left)
        right = cut(right, max(0, room - used))
        gap = " " * (self.margin + room - cell_len(right) - self.margin - used)
        pieces = [(" " * self.margin, ""), *left, (gap, ""), (right, "foot")]
        strip = Strip([Segment(printable(text), self.ink.of(role)) for text, role in pieces if text])
        return strip.adjust_cell_length(self.size.width, self.ink.of(""))

    def _said(self) -> str:
        if self.finding is not None:
            return f"{self.finding.sought} · {self.finding.said()}"
        if self._landed is not None and self._trail:
            return f"{keys.key_on(self.screen, 'return')} goes back"
        return f"{keys.key_on(self.screen, 'page-down')} goes on" if self.at_end and self.max_scroll_y else ""

    # Moving.

    def action_down(self) -> None:
        """A line down."""
        self.scroll_rows(1)

    def action_up(self) -> None:
        """A line up."""
        self.scroll_rows(-1)

    def action_half_down(self) -> None:
        """Half a page down."""
        self.scroll_rows(max(1, self.rows // 2))

    def action_half_up(self) -> None:
        """Half a page up."""
        self.scroll_rows(-max(1, self.rows // 2))

    def action_page_down(self) -> None:
        """A page down, less a line that shows where it went on; at the end, ask for the next article."""
        if not self.at_end:
            self.scroll_rows(max(1, self.rows - 1))
        elif self.article is not None:
            self.post_message(self.AtEnd(self.article.id))

    def action_page_up(self) -> None:
        """A page up."""
        self.scroll_rows(-max(1, self.rows - 1))

    def action_top(self) -> None:
        """To the title."""
        self.go_to(TOP)

    def action_bottom(self) -> None:
        """To the last line."""
        if self._page is not None:
            self.go_to(self._page.bottom(self.rows))

    def action_narrower(self) -> None:
        """Make the column narrower."""
        self.measure -= _STEP

    def action_wider(self) -> None:
        """Make the column wider."""
        self.measure += _STEP

    # Jumping.

    def jump_to(self, offset: int) -> None:
        """Show a place of the text at the top, and remember the way back."""
        self._trail.append(self.position)
        self._show_at_top(offset)
        self._landed = self.position
        self.refresh()

    def jump_to_heading(self, article_id: int, index: int) -> None:
        """Jump to a heading of the article with this id, -1 for its title; another one may be shown by now."""
        if self.article is None or self.article.id != article_id or self._document is None:
            return
        if index >= 0:
            self.jump_to(self._document.headings[index].offset)
        else:
            self.action_top()

    @property
    def contents(self) -> Contents | None:
        """The headings of the article that is shown, if one is."""
        article, document = self.article, self._document
        if article is None or document is None:
            return None
        return Contents(article.id, article.title, document.headings, self.heading, document.length)

    def _show_at_top(self, offset: int) -> None:
        page = self._page
        if page is not None and self._document is not None and self._document.blocks:
            place = page.place_of(offset)
            above = page.walk(place, -1)
            self.go_to(place if page.line(above).text else above)

    def action_return(self) -> None:
        """Back to where the last jump began."""
        if not self._trail or self._page is None:
            raise SkipAction
        self.go_to(self._page.at_offset(self._trail.pop()))

    def action_next_heading(self) -> None:
        """To the next heading."""
        starts = self._heading_starts
        index = bisect_right(starts, self._first_text_offset)
        if index < len(starts):
            self._show_at_top(starts[index])

    def action_previous_heading(self) -> None:
        """To the heading before, or to the title."""
        starts = self._heading_starts
        index = bisect_left(starts, self._first_text_offset) - 1
        if index >= 0:
            self._show_at_top(starts[index])
        else:
            self.go_to(TOP)

    @property
    def heading(self) -> int:
        """The index of the heading that the first line in sight stands under; -1 above the first."""
        return bisect_right(self._heading_starts, self._first_text_offset) - 1

    @property
    def _heading_starts(self) -> list[int]:
        return [heading.offset for heading in self._document.headings] if self._document is not None else []

    @property
    def _first_text_offset(self) -> int:
        """The offset of the first line in sight that is not blank; -1 where that is the head."""
        if self._page is not None:
            for place in self._sight:
                line = self._page.line(place)
                if line.text:
                    return -1 if place.block == HEAD else line.offset
        return -1
