"""From clean HTML to Markdown. The only door to html2text.

html2text reads the HTML and writes what stands within a paragraph: words, links, emphasis. Blocks are put together
here, since it cannot keep several paragraphs in an item of a list, blocks in a quotation in a list, tables with
anything but short words, definition lists, captions and footnotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

from html2text import HTML2Text

from . import composing
from .composing import Cell, Item, Piece
from .marks import BREAK, CODE, CODE_END, IMAGE, NOTE, NOTE_END, PAIRS, SIGNS, escape, settle
from .notes import find_notes

if TYPE_CHECKING:
    from collections.abc import Callable

DEPTH_MAX = 16
"""Lists and quotations that are nested more deeply are not set further in."""

Attributes: TypeAlias = dict[str, str | None]

_WHITE = re.compile("[ \t\n\r\f\x0b\x1c-\x1f\x85\u2028\u2029]+")
_SIGN = re.compile(f"[{SIGNS}]")
_LANGUAGE = re.compile(r"(?:^|\s)(?:language-|lang-|brush:\s*|highlight-source-|sourceCode\s+)([\w+#.-]{1,30})")
_UNSAFE_IN_ADDRESS = re.compile(r"[\s<>\"\\^`{|}]")
_AROUND_BACK_LINK = re.compile(r"^(?:\\\[[\s,]*\\\]|\([\s,]*\)|\^)?[\s:.]*|\s*(?:\\\[[\s,]*\\\]|\([\s,]*\))$")
_ONLY_PICTURES = re.compile(r"(?:\s|\[?!\[(?:\\.|[^\[\]\\])*\]\((?:\\.|[^()\\\s])*\)(?:\]\((?:\\.|[^()\\\s])*\))?)+")


def to_markdown(clean_html: str) -> str:
    """Markdown of HTML that `clean` has been over: CommonMark with tables, strikes, footnotes and definition lists.

    A caption stands on the line after its picture. Every word of the HTML is there, in order.
    """
    return _Converter(clean_html).markdown()


@dataclass(slots=True)
class _Frame:
    """A block that is open, with what it holds so far."""

    tag: str
    pieces: list[Piece] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    caption: list[Piece] = field(default_factory=list)
    attributes: Attributes = field(default_factory=dict)
    note: str = ""
    task: str = ""
    in_head: bool = False


class _Converter(HTML2Text):
    def __init__(self, html: str) -> None:
        super().__init__(bodywidth=0)
        # Text comes with its character references decoded, so that it is escaped as a whole.
        self.convert_charrefs = True
        self.use_automatic_links = False
        self.skip_internal_links = False
        self.html = _SIGN.sub("\ufffd", html) if _SIGN.search(html) else html
        self.notes = find_notes(self.html)
        self.frames = [_Frame("")]
        self.open: list[tuple[str, Attributes]] = []
        """The elements within a paragraph that are open."""
        self.skipped = 0
        """Links that are open and whose text is not shown: to and from footnotes."""
        self.raw: list[str] | None = None
        """The text of the preformatted block that is open."""
        self.raw_depth = 0
        self.language = ""
        self.pending_note = ""
        self.back_link = False
        """Whether the paragraph that is open had a link from a footnote back to its reference."""

    def markdown(self) -> str:
        """All of it."""
        self.feed(self.html)
        self.close()
        if self.raw is not None:
            self.end_code()
        while len(self.frames) > 1:
            self.end_frame()
        self.flush()
        text = composing.joined(self.frames[0].pieces)
        return f"{text}\n" if text else ""

    # What the parser calls

    def handle_tag(self, tag: str, attrs: Attributes, start: bool) -> None:  # noqa: FBT001 - the parent's signature
        """Take a tag."""
        if self.raw is not None:
            self.tag_in_code(tag, attrs, start=start)
            return
        if tag in _BLOCKS:
            self.flush()
            handler = (_OPENING if start else _CLOSING).get(tag)
            if handler is not None:
                handler(self, tag, attrs)
            elif start and attrs.get("id") in self.notes.labels:
                self.pending_note = self.notes.labels[str(attrs["id"])]
            return
        if start:
            self.begin_inline(tag, attrs)
        else:
            self.end_inline(tag)

    def handle_data(self, data: str, entity_char: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - likewise
        """Take text."""
        if self.raw is not None:
            self.raw.append(data)
            return
        if self.skipped or (self.frames[-1].tag in _NO_TEXT and not data.strip()):
            return
        data = _WHITE.sub(" ", data)
        if data[0] == " ":
            self.space = True
            data = data[1:]
        if data:
            super().handle_data(data if self.code else escape(data), entity_char=True)

    def o(self, data: str, puredata: bool = False, force: bool | str = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Write: no-break and ideographic spaces are characters, which the parent would make ordinary spaces."""
        super().o(data, force=force)

    # Within a paragraph

    def begin_inline(self, tag: str, attrs: Attributes) -> None:
        """Begin an element within a paragraph."""
        if tag in _VOID:
            _VOID[tag](self, attrs)
            return
        self.open.append((tag, attrs))
        if attrs.get("id") in self.notes.labels:
            self.begin_note(str(attrs["id"]))
        self.mark(tag, attrs, start=True)

    def end_inline(self, tag: str) -> None:
        """End an element within a paragraph, if it is open."""
        for index in range(len(self.open) - 1, -1, -1):
            if self.open[index][0] == tag:
                attrs = self.open[index][1]
                del self.open[index]
                self.mark(tag, attrs, start=False)
                return

    def mark(self, tag: str, attrs: Attributes, *, start: bool) -> None:
        """Write what stands for the beginning or the end of an element."""
        if tag == "a":
            self.link(attrs, start=start)
        elif tag in _CODE:
            self.toggle_code(start=start)
        elif tag in PAIRS and not self.code:
            self.o(PAIRS[tag][0 if start else 1])
        elif tag in _AROUND:
            self.o(_AROUND[tag][0 if start else 1])
        elif tag == "rp":
            self.skipped += 1 if start else -1

    def toggle_code(self, *, start: bool) -> None:
        """Begin or end code; within code nothing else begins."""
        inside = sum(tag in _CODE for tag, _ in self.open)
        if start and inside == 1:
            self.open_link()
            self.o(CODE)
            self.code = True
        elif not start and inside == 0:
            self.o(CODE_END)
            self.code = False

    def link(self, attrs: Attributes, *, start: bool) -> None:
        """Begin or end a link; html2text writes it, unless it leads to a footnote or back."""
        href = (attrs.get("href") or "").strip()
        target = href.partition("#")[2]
        if target in self.notes.labels:
            if start:
                self.o(f"{NOTE}[^{self.notes.labels[target]}]{NOTE_END}")
            attrs["skip"] = "1"
            self.skipped += 1 if start else -1
            return
        if attrs.get("skip") or (target in self.notes.back and self.in_note()):
            attrs["skip"] = "1"
            self.back_link = True
            self.skipped += 1 if start else -1
            return
        if not href or self.skipped:
            return
        if target in self.notes.headings and href[0] == "#":
            href = f"#{self.notes.headings[target]}"
        if self.code:
            self.o(CODE_END)
        super().handle_tag("a", {"href": _address(href)}, start)
        if self.code:
            self.open_link()
            self.o(CODE)

    def open_link(self) -> None:
        """Write the bracket of a link that has begun; html2text waits for the text."""
        if self.maybe_automatic_link is not None:
            self.o("[")
            self.maybe_automatic_link, self.empty_link = None, False

    def break_line(self, _attrs: Attributes) -> None:
        """A line ends; a second time in a row, a paragraph."""
        written = self.outtextlist
        if written and BREAK in written[-1]:
            self.flush()
        elif not self.start:
            self.o(f"{CODE_END}{BREAK}{CODE}" if self.code else BREAK)
            self.space = False

    def image(self, attrs: Attributes) -> None:
        """A picture: its alternative text and its address."""
        source = (attrs.get("src") or "").strip()
        alt = " ".join((attrs.get("alt") or "").split())
        if self.skipped or not (source or alt):
            return
        self.open_link()
        inner = f"{IMAGE}![{escape(alt)}]({_escaped_address(source)})"
        self.o(f"{CODE_END}{inner}{CODE}" if self.code else inner)

    def checkbox(self, attrs: Attributes) -> None:
        """A box to tick at the beginning of an item."""
        if attrs.get("type") == "checkbox" and self.frames[-1].tag == "li":
            self.frames[-1].task = "x" if "checked" in attrs else " "

    # Blocks

    def flush(self) -> None:
        """End the paragraph that is open, if it holds anything; elements that are open go on in the next."""
        if not self.outtextlist:
            self.start, self.space = True, False
            return
        opened = self.open
        for index in range(len(opened) - 1, -1, -1):
            self.open = opened[:index]
            if self.goes_on(*opened[index]):
                self.mark(*opened[index], start=False)
        text = settle("".join(self.outtextlist))
        self.outtextlist = []
        self.start, self.space, self.lastWasNL, self.p_p = True, False, False, 0
        if text.strip():
            self.add_paragraph(text)
        self.open = []
        for tag, attrs in opened:
            self.open.append((tag, attrs))
            if self.goes_on(tag, attrs):
                self.mark(tag, attrs, start=True)

    def goes_on(self, tag: str, attrs: Attributes) -> bool:
        """Whether an element that is open when a paragraph ends has marks to be closed and opened again."""
        if tag == "a":
            return not attrs.get("skip")
        return tag in PAIRS or tag in _CODE

    def add_paragraph(self, text: str) -> None:
        """Add a finished paragraph to the block that is open."""
        if self.back_link:
            # Brackets and commas that stood around the link back.
            text, self.back_link = _AROUND_BACK_LINK.sub("", text), False
            if not text:
                return
        kind = "picture" if "![" in text and _ONLY_PICTURES.fullmatch(text) else "p"
        piece = Piece(kind, text)
        if self.pending_note:
            piece = composing.note(self.pending_note, [piece])
            self.pending_note = ""
        self.add(piece)

    def add(self, *pieces: Piece | None) -> None:
        """Add finished blocks to the one that is open."""
        frame = self.frames[-1]
        found = [piece for piece in pieces if piece is not None]
        if frame.tag in _LISTS or frame.tag == "dl":
            # What stands in a list beside its items belongs to the last.
            if not frame.items:
                frame.items.append(Item())
            frame.items[-1].pieces += found
        else:
            frame.pieces += found

    def begin_frame(self, tag: str, attrs: Attributes) -> None:
        """Begin a block that holds others."""
        self.frames.append(_Frame(tag, attributes=attrs, note=self.notes.labels.get(attrs.get("id") or "", "")))

    def close_frame(self, tag: str, _attrs: Attributes) -> None:
        """End the innermost block of a kind, and what is open in it."""
        if any(frame.tag == tag for frame in self.frames):
            while self.end_frame() != tag:
                pass

    def end_frame(self) -> str:
        """End the innermost block."""
        frame = self.frames.pop()
        _COMPOSERS[frame.tag](self, frame)
        return frame.tag

    def begin_heading(self, _tag: str, attrs: Attributes) -> None:
        """Begin a heading: in a cell or a term it is a paragraph."""
        self.begin_frame("h", attrs)

    def end_heading(self, tag: str, _attrs: Attributes) -> None:
        """End a heading."""
        if self.frames[-1].tag != "h":
            return
        frame = self.frames.pop()
        if self.frames[-1].tag in {"dt", "figcaption", "caption"}:
            self.add(*frame.pieces)
            return
        for piece in frame.pieces:
            self.add(composing.heading(int(tag[1]), piece.text) if piece.kind == "p" else piece)

    def begin_row(self, _tag: str, _attrs: Attributes) -> None:
        """Begin a row of a table."""
        for frame in reversed(self.frames):
            if frame.tag == "table":
                frame.rows.append([])
                return

    def rule(self, _tag: str, _attrs: Attributes) -> None:
        """A thematic break."""
        self.add(Piece("rule", "___"))

    def media(self, tag: str, attrs: Attributes) -> None:
        """Something that is played: a link to it, with its title."""
        source = (attrs.get("src") or attrs.get("data") or "").strip()
        if source:
            title = " ".join((attrs.get("title") or attrs.get("aria-label") or "").split())
            name = title or f"{_MEDIA[tag]}{urlsplit(source).hostname or source}"
            self.add(Piece("p", f"[▶ {escape(name)}]({_escaped_address(source)})"))

    # Code

    def begin_code(self, _tag: str, attrs: Attributes) -> None:
        """Begin a preformatted block."""
        self.raw, self.raw_depth = [], 1
        self.language = _language(attrs)

    def tag_in_code(self, tag: str, attrs: Attributes, *, start: bool) -> None:
        """Take a tag in a preformatted block: only lines and the language matter."""
        raw = self.raw if self.raw is not None else []
        if tag == "pre":
            self.raw_depth += 1 if start else -1
            if self.raw_depth == 0:
                self.end_code()
        elif tag == "br":
            if start:
                raw.append("\n")
        elif tag in _AROUND:
            raw.append(_AROUND[tag][0 if start else 1])
        elif tag == "img":
            raw.append(attrs.get("alt") or "")
        elif tag in _BLOCKS:
            if raw and not raw[-1].endswith("\n"):
                raw.append("\n")
        elif start and not self.language:
            self.language = _language(attrs)

    def end_code(self) -> None:
        """End a preformatted block."""
        text = "".join(self.raw or ())
        self.raw = None
        self.add(composing.code(text, self.language))

    # Notes

    def begin_note(self, name: str) -> None:
        """A footnote begins within its first paragraph."""
        frame = self.frames[-1]
        if frame.tag == "li" and not frame.pieces:
            frame.note = self.notes.labels[name]
        elif frame.tag in {"", "note", "blockquote"}:
            self.pending_note = self.notes.labels[name]

    def in_note(self) -> bool:
        """Whether the paragraph that is open is of a footnote."""
        return bool(self.pending_note) or any(frame.note for frame in self.frames)

    # What is made of a block when it ends

    def compose_item(self, frame: _Frame) -> None:
        """An item of a list, or a footnote."""
        if frame.note:
            self.frames[-1].pieces.append(composing.note(frame.note, frame.pieces))
        elif self.frames[-1].tag in _LISTS:
            self.frames[-1].items.append(Item(frame.pieces, frame.task))
        else:
            self.add_list([Item(frame.pieces, frame.task)], None)

    def compose_list(self, frame: _Frame) -> None:
        """A list, and the footnotes that were among its items."""
        start = None
        if frame.tag == "ol":
            given = frame.attributes.get("start") or ""
            start = int(given) if given.isdecimal() and len(given) < 9 else 1
        if any(item.pieces or item.task for item in frame.items):
            self.add_list(frame.items, start)
        self.add(*frame.pieces)

    def add_list(self, items: list[Item], start: int | None) -> None:
        """Add a list, or its items one after another where lists are too deep."""
        if self.depth() > DEPTH_MAX:
            self.add(*[piece for item in items for piece in item.pieces])
            return
        before = self.frames[-1].pieces[-1].kind if self.frames[-1].pieces else ""
        self.add(composing.listing(items, start, before))

    def depth(self) -> int:
        """How many blocks are open that set what they hold further in."""
        return sum(frame.tag in {"li", "blockquote", "dd"} for frame in self.frames)

    def compose_quote(self, frame: _Frame) -> None:
        """A quotation."""
        if frame.pieces and self.depth() <= DEPTH_MAX:
            self.add(composing.quote(frame.pieces))
        else:
            self.add(*frame.pieces)

    def compose_definition(self, frame: _Frame) -> None:
        """A term, or what it means."""
        item = Item(frame.pieces, term=frame.tag == "dt")
        if self.frames[-1].tag == "dl":
            self.frames[-1].items.append(item)
        else:
            self.add(composing.definitions([item]))

    def compose_definitions(self, frame: _Frame) -> None:
        """A definition list."""
        self.add(composing.definitions(frame.items))

    def compose_cell(self, frame: _Frame) -> None:
        """A cell of a table."""
        table = self.frames[-1]
        if table.tag != "table":
            self.add(*frame.pieces)
            return
        if not table.rows:
            table.rows.append([])
        given = frame.attributes
        align = given.get("align") or ""
        columns, rows = _span(given.get("colspan")), _span(given.get("rowspan"))
        table.rows[-1].append(Cell(frame.pieces, frame.tag == "th", align.lower(), columns, rows))

    def compose_table(self, frame: _Frame) -> None:
        """A table, after its caption and whatever stands outside its cells."""
        rows = [row for row in frame.rows if row]
        self.add(*frame.caption, *frame.pieces, *(composing.table(rows) if rows else ()))

    def compose_caption(self, frame: _Frame) -> None:
        """A caption of a figure or a table."""
        outer = self.frames[-1]
        if outer.tag in {"figure", "table"}:
            outer.caption += frame.pieces
        else:
            self.add(*frame.pieces)

    def compose_figure(self, frame: _Frame) -> None:
        """A figure."""
        self.add(*composing.picture(frame.pieces, frame.caption))

    def compose_plain(self, frame: _Frame) -> None:
        """A block that is no more than what it holds."""
        self.add(*frame.pieces)


def _address(href: str) -> str:
    """The address with what would end a link of Markdown percent-encoded."""
    encoded = _UNSAFE_IN_ADDRESS.sub(lambda match: "".join(f"%{byte:02X}" for byte in match.group().encode()), href)
    return re.sub(r"&(?=#?\w{1,32};)", "&amp;", encoded)


def _escaped_address(href: str) -> str:
    return re.sub(r"([\[\]()])", r"\\\1", _address(href))


def _span(given: str | None) -> int:
    """The columns or rows that a cell takes: at least one, and no absurd number."""
    return min(max(int(given), 1), 100) if given and given.isdecimal() and len(given) < 4 else 1


def _language(attrs: Attributes) -> str:
    found = _LANGUAGE.search(attrs.get("class") or "")
    return found.group(1) if found else ""


_LISTS = frozenset({"ul", "ol"})
_CODE = frozenset({"code", "kbd", "tt", "samp"})
_AROUND = {"q": "“”", "rt": "()"}
"""What is written around an element, since its own style shows it on a page of the web."""
_NO_TEXT = frozenset({"ul", "ol", "dl", "table"})
_MEDIA = {"iframe": "", "video": "Video: ", "audio": "Audio: ", "embed": "", "object": ""}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

_Handler: TypeAlias = "Callable[[_Converter, str, Attributes], None]"

_OPENING: dict[str, _Handler] = {
    **dict.fromkeys(
        ("ul", "ol", "li", "dl", "dt", "dd", "blockquote", "table", "td", "th", "figure", "figcaption", "caption"),
        _Converter.begin_frame,
    ),
    **dict.fromkeys(_HEADINGS, _Converter.begin_heading),
    **dict.fromkeys(_MEDIA, _Converter.media),
    "tr": _Converter.begin_row,
    "pre": _Converter.begin_code,
    "hr": _Converter.rule,
}
_CLOSING: dict[str, _Handler] = {
    **dict.fromkeys(
        ("ul", "ol", "li", "dl", "dt", "dd", "blockquote", "table", "td", "th", "figure", "figcaption", "caption"),
        _Converter.close_frame,
    ),
    **dict.fromkeys(_HEADINGS, _Converter.end_heading),
}
_COMPOSERS: dict[str, Callable[[_Converter, _Frame], None]] = {
    "ul": _Converter.compose_list,
    "ol": _Converter.compose_list,
    "li": _Converter.compose_item,
    "dl": _Converter.compose_definitions,
    "dt": _Converter.compose_definition,
    "dd": _Converter.compose_definition,
    "blockquote": _Converter.compose_quote,
    "table": _Converter.compose_table,
    "td": _Converter.compose_cell,
    "th": _Converter.compose_cell,
    "figure": _Converter.compose_figure,
    "figcaption": _Converter.compose_caption,
    "caption": _Converter.compose_caption,
    "h": _Converter.compose_plain,
}
_BLOCKS = frozenset(
    {
        *_OPENING, "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "address", "details",
        "summary", "center", "hgroup", "form", "fieldset", "legend", "thead", "tbody", "tfoot", "colgroup", "body",
        "html", "menu", "dir", "search",
    }
)  # fmt: skip
_VOID: dict[str, Callable[[_Converter, Attributes], None]] = {
    "br": _Converter.break_line,
    "img": _Converter.image,
    "input": _Converter.checkbox,
    "wbr": lambda converter, _attrs: converter.o("\u200b"),
}
