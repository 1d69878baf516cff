"""The article view: a page with a head, find, jumps and links."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.actions import SkipAction
from textual.binding import BindingType
from textual.geometry import Offset
from textual.message import Message
from textual.selection import Selection as Selected
from textual.strip import Strip

from tuireader.content.document.model import (
    Block,
    Code,
    Document,
    Heading,
    HeadingBlock,
    Link,
    Table,
    block_text,
    document_text,
    note_at,
    part_of,
)
from tuireader.content.layout.line import Line
from tuireader.content.layout.paragraph import DOT, lay_out_head
from tuireader.library.reading.open_article import OpenArticle
from tuireader.model.article import Article, Status, minutes
from tuireader.text.printable import printable
from tuireader.text.sentences import counted
from tuireader.tui import keys
from tuireader.tui.article.finder import Finder
from tuireader.tui.article.jumps import Jumps, LinearReading, LinkCursor
from tuireader.tui.article.page_layout import HEAD, HINTS, TOP, foot, sentence_lines, typing_foot
from tuireader.tui.article.page_view import PageView
from tuireader.tui.article.paint import Highlight
from tuireader.tui.article.selection import Selection
from tuireader.tui.support.safe_text import copy_address, cut, toast
from tuireader.tui.support.viewport import Place

FindWords = Callable[[str], Sequence[tuple[int, int]]]
"""Finds the spans of words in a text."""
MARKED_MAX = 500_000
"""Maximum characters of a text in which the words of a search are marked."""
_MEASURE_STEP = 4
"""Cells by which the column width changes."""


class Contents(NamedTuple):
    """The headings of an article."""

    article_id: int
    title: str
    headings: Sequence[Heading]
    here: int
    """The index of the current heading; -1 for none."""
    length: int
    """Characters of the document's text."""


class ArticleView(PageView):
    """Shows an article, or a message without one."""

    DEFAULT_CSS = """
    ArticleView { background: $background; color: $ink; overflow-x: hidden; overflow-y: scroll; scrollbar-size: 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("article")

    @dataclass
    class PositionChanged(Message):
        """The user scrolled; `position` is the offset of the first visible line."""

        article_id: int
        position: int

    class HeadPassed(Message):
        """The title scrolled out of view, or back."""

    @dataclass
    class LinkHovered(Message):
        """The pointer entered a link, or left one (None)."""

        url: str | None

    @dataclass
    class LinkFocused(Message):
        """The keyboard cursor entered a link, or left one (None)."""

        url: str | None

    @dataclass
    class HintClicked(Message):
        """A hint in the foot line was clicked; `command` is its command id."""

        command: str

    @dataclass
    class OpenLink(Message):
        """A request to open a link, whatever its address."""

        url: str

    @dataclass
    class OpenSheet(Message):
        """A request to show a footnote or a table by itself; `label` is the mark of the note."""

        part: Document
        label: str = ""

    @dataclass
    class Found(Message):
        """The search changed: its text ("" when it ended) and its position ("3 of 14")."""

        sought: str
        said: str
        is_typing: bool = False

    @dataclass
    class AtEnd(Message):
        """The user pages down at the end of the article: the next one is wanted."""

        article_id: int

    def __init__(self, *, id: str | None = None, reorder: bool | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, reorder=reorder)
        self.selected = Selection(self)
        self.finder = Finder(self, self._tell_found, self._word_spans)
        self.link_cursor = LinkCursor(self, self._tell_focused)
        self.jumps = Jumps(self)
        self.reading = LinearReading(self, self.finder, self.link_cursor)
        self._pressed: Offset | None = None
        """The cell where the mouse was pressed."""
        self.article: Article | None = None
        self._message = ""
        self.names_itself = False
        """Whether the foot line names the article while its title is out of view."""
        self.is_past_head = False
        """Whether the title is out of view."""
        self.is_last = False
        """Whether no article follows."""
        self._status = Status()
        self.find_words: FindWords | None = None
        """Finds the words of the search that led here; None without a search."""
        self._words: Sequence[tuple[int, int]] | None = None
        """Their spans in the text; None if not looked for yet."""

    # What it shows.

    def show(self, opened: OpenArticle) -> None:
        """Show an article at its reading position."""
        self._forget()
        self.article = opened.article
        self._status = opened.status
        document = self.reading.shown(opened.document)
        self.open_page(document, self.reading.place_in(opened.status.position))
        self._notice_head()

    def show_status(self, status: Status) -> None:
        """Show the star and the tags of the article, in the foot line."""
        if status != self._status:
            self._status = status
            self.refresh()

    def complete(self, opened: OpenArticle) -> None:
        """Replace the shown beginning of an article by the whole article; the position stays."""
        if self.article is not None and self.article.id == opened.article.id:
            document = self.reading.shown(opened.document)
            self._words = None
            self.finder.go_on_with(document)
            self.go_on_with(document)

    def clear(self, message: str) -> None:
        """Show a message instead of an article."""
        if self.article is None and message == self._message:
            return
        self._forget()
        self.article = None
        self._message = message
        self.open_page(None, 0)
        self._notice_head()

    def close(self) -> None:
        """Show nothing."""
        if self.article is not None:
            self.clear("")

    def mark_words(self, find: FindWords | None) -> None:
        """Mark the words of a search in the text, unless another text is found in it."""
        self.find_words, self._words = find, None
        self.refresh()

    def _marked_words(self, place: Place, start: int, end: int) -> list[Highlight]:
        if place.item == HEAD or self.finder.session is not None:
            return []
        words = self._word_spans()
        first = bisect_left(words, start, key=lambda span: span[1])
        last = bisect_right(words, end, key=lambda span: span[0])
        return [Highlight(*span, "match") for span in words[first:last]]

    def _word_spans(self) -> Sequence[tuple[int, int]]:
        """The spans of the words of the search that led here."""
        if self.find_words is None or self.document is None:
            return ()
        if self._words is None:
            self._words = self.find_words(document_text(self.document)[:MARKED_MAX])
        return self._words

    def _forget(self) -> None:
        self._words = None
        self.selected.clear()
        self.finder.end()
        self.link_cursor.reset()
        self.jumps.reset()

    def head_lines(self, width: int) -> Sequence[Line]:
        """The article's head with a blank line above."""
        if self.article is None:
            return []
        head = lay_out_head(self.article, width)
        if self.is_linear:
            return [line for line in head if line.drawn.strip("─")]
        return [Line((), HEAD, 0, ""), *head]

    def highlights_in(self, place: Place, start: int, end: int) -> list[Highlight]:
        found = self.finder.highlights(place, start, end) or self._marked_words(place, start, end)
        return [*found, *self.selected.highlights(place)]

    def links_drawn(self) -> tuple[int | None, int | None]:
        return self.link_cursor.hover, self.link_cursor.here

    def relaid(self) -> None:
        self.selected.clear()

    def fitted(self) -> None:
        """Report whether the head is visible."""
        self._notice_head()

    # How far the user is.

    def scrolled(self) -> None:
        """Report the position."""
        self.link_cursor.let_go_out_of_sight()
        self.jumps.scrolled()
        self._notice_head()
        if self.article is not None:
            self.post_message(self.PositionChanged(self.article.id, self.reading.place_of(self.position)))

    def _notice_head(self) -> None:
        is_past = self.article is not None and bool(self.sight) and self.sight[0].item != HEAD
        if is_past != self.is_past_head:
            self.is_past_head = is_past
            self.post_message(self.HeadPassed())

    @property
    def progress(self) -> str:
        """Star, tags, progress and remaining time: "★ · #sea · 34% · 3 min left"; no progress if all is visible."""
        if self.article is None:
            return ""
        tags = cut(" ".join(f"#{printable(tag)}" for tag in self._status.tags), self.column // 3)
        return DOT.join(filter(None, ["★" * self._status.starred, tags, *self._progress()]))

    def _progress(self) -> list[str]:
        if self.article is None or self.document is None or not self.max_scroll_y:
            return []
        if self.at_end:
            return ["end"]
        read = self.first_offset / max(1, self.document.length)
        left = max(1, ceil(minutes(self.article.words) * (1 - read)))
        return [f"{int(100 * read)}%", f"{left} min left"]

    @property
    def reading_cell(self) -> Offset:
        """The cell of the terminal's cursor in linear mode; without an article, the start of the message."""
        if not self.sight:
            return Offset(0, max(0, self.size.height - len(sentence_lines(self._message, self.column))) // 3)
        return self.reading.cell

    # Painting.

    def render_line(self, y: int) -> Strip:
        if self.page is not None:
            return self._foot_line() if y == self.look.height - 1 and self.foot else super().render_line(y)
        lines = sentence_lines(self._message, self.column)
        row = y - max(0, (self.size.height - len(lines)) // 3)
        if not 0 <= row < len(lines):
            return super().render_line(y)
        blank = max(0, self.size.width - cell_len(lines[row])) // 2
        return self._strip([(" " * blank, "message"), (lines[row], "message")])

    def _foot_line(self) -> Strip:
        """The foot line: find prompt or link at the left, progress at the right."""
        finder, link = self.finder, self.link_cursor.shown
        if finder.typing:
            pieces = typing_foot(finder.sought, finder.said, self.column)
        else:
            pieces = foot(self._said() if link is None else self._leads_to(link), self.progress, self.column)
        return self._strip([(" " * self.margin, ""), *pieces])

    def _leads_to(self, link: Link) -> str:
        """The address of a link, or the name of its note."""
        if not self._is_note(link):
            return link.url
        return f"Note {link.text}{DOT}{HINTS['open-link'].format(keys.key_on(self.screen, 'open-link'))}"

    def _strip(self, pieces: Sequence[tuple[str, str]]) -> Strip:
        strip = Strip([Segment(printable(text), self.ink.of(role)) for text, role in pieces if text])
        return strip.adjust_cell_length(self.size.width, self.ink.of(""))

    def _said(self) -> str:
        if self.finder.session is not None:
            return f"{self.finder.sought or 'Search'} · {self.finder.said}"
        if (hint := self._hinted()) is not None:
            said = HINTS[hint].format(keys.key_on(self.screen, hint))
            block = self.link_cursor.block
            return f"{_name_of(block).capitalize()}{DOT}{said}" if isinstance(block, Code | Table) else said
        if self.at_end and self.max_scroll_y:
            return "Last article"
        return self.article.title if self.names_itself and self.article is not None else ""

    def _hinted(self) -> str | None:
        """The command whose key the foot line names, and that a click on it runs."""
        if self.finder.session is not None:
            return None
        if (block := self.link_cursor.block) is not None:
            return _COMMANDS[type(block)]
        if self.jumps.has_just_landed:
            return "return"
        if self.at_end and self.max_scroll_y:
            return None if self.is_last else "page-down"
        return "close" if self.names_itself and self.article is not None and not self.is_past_head else None

    # Moving.

    def action_down(self) -> None:
        self.scroll_rows(1)

    def action_up(self) -> None:
        self.scroll_rows(-1)

    def action_half_down(self) -> None:
        self.scroll_rows(max(1, self.rows // 2))

    def action_half_up(self) -> None:
        self.scroll_rows(-max(1, self.rows // 2))

    def action_page_down(self) -> None:
        if not self.at_end:
            self.scroll_rows(max(1, self.rows - 1))
        elif self.article is not None:
            self.post_message(self.AtEnd(self.article.id))

    def action_page_up(self) -> None:
        self.scroll_rows(-max(1, self.rows - 1))

    def action_top(self) -> None:
        self.link_cursor.focus(None)
        self.go_to(TOP)

    def action_bottom(self) -> None:
        if self.page is not None:
            self.go_to(self.page.walk(self.page.bottom(self.rows), self.rows if self.is_linear else 0))

    def action_narrower(self) -> None:
        self.measure = min(self.measure, self.column) - _MEASURE_STEP

    def action_wider(self) -> None:
        if self.column >= self.measure:
            self.measure += _MEASURE_STEP

    # Jumping.

    def jump_to_heading(self, article_id: int, index: int) -> None:
        if self.article is None or self.article.id != article_id or self.document is None:
            return
        if index >= 0:
            self.jumps.to(self.document.headings[index].offset)
        else:
            self.action_top()

    @property
    def contents(self) -> Contents | None:
        article, document = self.article, self.document
        if article is None or document is None:
            return None
        return Contents(article.id, article.title, document.headings, self.jumps.heading, document.length)

    def action_return(self) -> None:
        if not self.jumps.back():
            raise SkipAction

    def action_fold(self) -> None:
        """Fold or unfold the section of the heading under the keyboard cursor, else the one at the top."""
        if (heading := self.link_cursor.heading) is not None:
            self.fold(self.folded ^ {heading})
        elif self.document is not None and self.jumps.heading >= 0:
            self.fold(self.folded ^ {self.document.headings[self.jumps.heading].block})
        else:
            raise SkipAction

    def action_next_heading(self) -> None:
        self._step_heading(1)

    def action_previous_heading(self) -> None:
        self._step_heading(-1)

    def _step_heading(self, by: int) -> None:
        """Move the keyboard cursor to the next heading, or the previous one (-1), and show it at the top."""
        found = self.jumps.step_heading(by, self.link_cursor.heading)
        self.link_cursor.focus(None if found is None else ~found)

    # Finding.

    def action_find(self) -> None:
        if self.document is None:
            raise SkipAction
        self.finder.begin()

    def action_next_match(self) -> None:
        if not self.finder.step(1):
            raise SkipAction

    def action_previous_match(self) -> None:
        if not self.finder.step(-1):
            raise SkipAction

    def _tell_found(self) -> None:
        self.post_message(self.Found(self.finder.sought, self.finder.said, self.finder.typing))

    def check_consume_key(self, key: str, character: str | None) -> bool:  # noqa: ARG002 - Textual's signature
        """Whether a key is typed into the search within the article."""
        return self.finder.typing and character is not None and character.isprintable()

    def on_key(self, event: events.Key) -> None:
        if self.finder.take_key(event):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        if self.finder.take_paste(event.text):
            event.stop()

    def on_blur(self) -> None:
        self.finder.keep()

    # Links.

    @property
    def links(self) -> Sequence[Link]:
        return self.link_cursor.links

    def action_next_link(self) -> None:
        if not self.link_cursor.step(1):
            raise SkipAction

    def action_previous_link(self) -> None:
        if not self.link_cursor.step(-1):
            raise SkipAction

    def action_open_link(self) -> None:
        here, block = self.link_cursor.here, self.link_cursor.block
        if here is None or self.document is None or isinstance(block, Code):
            raise SkipAction
        if isinstance(block, Table):
            self.post_message(self.OpenSheet(part_of(self.document, range(~here, -here))))
        elif isinstance(block, HeadingBlock):
            self.action_fold()
        else:
            self.follow(here)

    def follow(self, link: int) -> None:
        """Show a link's footnote, jump to its target in the document, or ask to open its address."""
        text, url, target, _ = self.links[link]
        if target is None or self.document is None:
            self.post_message(self.OpenLink(url))
        elif self.is_linear or not (note := note_at(self.document, target)):
            self.jumps.to(target)
        else:
            self.post_message(self.OpenSheet(part_of(self.document, note), text))

    def copy_here(self) -> bool:
        """Copy the selected text, else the link, code or table under the keyboard cursor; false if there is none."""
        if self.text_selection is not None and self.selected.text:
            self.app.copy_to_clipboard(self.selected.text)
            toast(self, "Copied the selected text")
            return True
        if isinstance(block := self.link_cursor.block, Code | Table):
            self.app.copy_to_clipboard((block.source if isinstance(block, Code) else "") or block_text(block))
            toast(self, f"Copied {_name_of(block)}")
            return True
        link = self.link_cursor.shown
        if link is None or (link.target is not None and not self._is_note(link)):
            return False
        if link.target is None or self.document is None:
            copy_address(self, link.url)
        else:
            note = part_of(self.document, note_at(self.document, link.target))
            self.app.copy_to_clipboard(document_text(note).strip())
            toast(self, f"Copied note {link.text}")
        return True

    def _is_note(self, link: Link) -> bool:
        return self.document is not None and link.target is not None and bool(note_at(self.document, link.target))

    def _tell_focused(self, link: int | None) -> None:
        self.post_message(self.LinkFocused(None if link is None else self.links[link].url))

    def action_clear(self) -> None:
        if self.finder.session is not None:
            self.finder.end()
        elif self.link_cursor.here is not None:
            self.link_cursor.focus(None)
        elif self.text_selection is not None:
            self.screen.clear_selection()
        else:
            raise SkipAction

    # The mouse.

    @property
    def allow_select(self) -> bool:
        """Whether a mouse press starts a selection: not on the scroll thumb."""
        return not self.is_on_thumb(self.app.mouse_position - self.content_region.offset)

    def selection_updated(self, selection: Selected | None) -> None:
        self.selected.update(selection)

    def get_selection(self, selection: Selected) -> tuple[str, str] | None:  # noqa: ARG002 - kept when it changed
        text = self.selected.text
        return (text, "\n") if text else None

    def _block_at(self, at: Offset) -> Block | None:
        item = self.sight[at.y].item
        return self.document.blocks[item] if self.document is not None and item != HEAD else None

    def _hover_over(self, link: int | None) -> None:
        if link != self.link_cursor.hover:
            self.link_cursor.hover = link
            self.styles.pointer = "default" if link is None else "pointer"
            self.refresh()
            self.post_message(self.LinkHovered(None if link is None else self.links[link].url))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if not self.drag.move(self.cell_of(event).y):
            self._hover_over(self.link_cursor.link_at_cell(self.cell_of(event)))

    def on_leave(self, event: events.Leave) -> None:
        if event.node is self:
            self._hover_over(None)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._pressed = self.cell_of(event)
        if self.is_on_thumb(self._pressed):
            event.stop()
            self.drag.begin(self._pressed.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self.drag.end():
            event.stop()

    def on_click(self, event: events.Click) -> None:
        """Open the clicked link; a double click selects a word, a triple click a paragraph."""
        event.prevent_default()
        at = self.cell_of(event)
        if at == self._pressed and at.y >= self.size.height - self.foot and (hint := self._hinted()) is not None:
            event.stop()
            self.post_message(self.HintClicked(hint))
            return
        if at != self._pressed or not 0 <= at.y < len(self.sight) or self.is_on_thumb(at):
            return
        link = self.link_cursor.link_at_cell(at)
        if link is not None and event.chain == 1:
            event.stop()
            self.follow(link)
        elif self.sight[at.y].item in self.folded:
            event.stop()
            self.fold(self.folded - {self.sight[at.y].item})
        elif event.chain == 1 and isinstance(self._block_at(at), Code | Table | HeadingBlock):
            self.link_cursor.focus(~self.sight[at.y].item)
        elif event.chain in {2, 3}:
            self.selected.select_around(self.sight[at.y], at.x, whole=event.chain == 3)


_COMMANDS = {Table: "open-link", Code: "copy-link", HeadingBlock: "fold"}
"""The command that the foot line names for the block under the keyboard cursor."""


def _name_of(block: Code | Table) -> str:
    if isinstance(block, Table):
        return f"table ({counted(len(block.rows), 'row')})"
    return f"code ({counted(block.text.count(chr(10)) + 1, 'line')})"
