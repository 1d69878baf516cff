"""Convert clean HTML to Markdown. The only module that imports html2text.

html2text reads the HTML and writes inline text: words, links, emphasis. Blocks are written here, since it cannot keep
several paragraphs in a list item, blocks in a quotation in a list, tables with more than short words, definition lists,
captions and footnotes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from html2text import HTML2Text

from tuireader.content.markdown.annotations import find_notes, without
from tuireader.content.markdown.block_writer import AROUND, Attributes, Preformatted
from tuireader.content.markdown.emphasis import escape, settle
from tuireader.content.markdown.inline_tokens import BREAK, CODE, CODE_END, IMAGE, NOTE, NOTE_END, PAIRS, SIGNS
from tuireader.content.markdown.open_blocks import EMPTY_BETWEEN, HOLDERS, OpenBlocks, Scope
from tuireader.text.printable import BLOCKS, VOID

_WHITE = re.compile("[ \t\n\r\f\x0b\x1c-\x1f\x85\u2028\u2029]+")
_NOT_ONE_SPACE = re.compile("[\t\n\r\f\x0b\x1c-\x1f\x85\u2028\u2029]|  ")
_SIGN = re.compile(f"[{SIGNS}]")
_UNSAFE_IN_ADDRESS = re.compile(r"[\s<>\"\\^`{|}]")
_AROUND_BACK_LINK = re.compile(r"^(?:\\\[[\s,]*\\\]|\([\s,]*\)|\^)?[\s:.]*|(?<!\s)\s*+(?:\\\[[\s,]*\\\]|\([\s,]*\))$")


def to_markdown(clean_html: str) -> str:
    """Convert HTML cleaned by `clean` to Markdown, with tables, strikethrough, footnotes and definition lists.

    A caption is on the line after its picture. Every word of the HTML is kept, in order.
    """
    return without(to_marked_markdown(clean_html))


def to_marked_markdown(clean_html: str) -> str:
    return _Converter(clean_html).markdown()


class _Converter(HTML2Text):
    def __init__(self, html: str) -> None:
        super().__init__(bodywidth=0)
        # Text comes with its character references decoded, so that it is escaped as a whole.
        self.convert_charrefs = True
        self.use_automatic_links = False
        self.skip_internal_links = False
        self.html = _SIGN.sub("\ufffd", html) if _SIGN.search(html) else html
        self.notes = find_notes(self.html)
        self.frames = OpenBlocks(self.notes)
        self.open: list[tuple[str, Attributes]] = []
        """The open inline elements."""
        self.skipped = 0
        """The number of open links whose text is hidden: to and from footnotes."""
        self.listing: Preformatted | None = None
        """The open preformatted block."""
        self.scopes = [Scope("", "")]
        """The language and direction of each open block."""
        self.back_link = False
        """Whether the open paragraph has a link from a footnote back to its reference."""

    def markdown(self) -> str:
        """Convert the HTML, and return all of it as Markdown."""
        self.feed(self.html)
        self.close()
        self.end_listing()
        self.flush()
        return self.frames.finish()

    # What the parser calls

    def handle_tag(self, tag: str, attrs: Attributes, start: bool) -> None:  # noqa: FBT001 - the parent's signature
        """html2text's hook: handle the start or end of a tag."""
        if self.listing is not None:
            if not self.listing.take_tag(tag, attrs, is_block=tag in BLOCKS, start=start):
                self.end_listing()
        elif tag in BLOCKS:
            self.flush()
            if tag not in VOID:
                self.scope(attrs, start=start)
            self.block(tag, attrs, start=start)
        elif start:
            self.begin_inline(tag, attrs)
        else:
            self.end_inline(tag)

    def scope(self, attrs: Attributes, *, start: bool) -> None:
        """Push the scope of a block that begins, or pop it at its end."""
        if start:
            outer = self.scopes[-1]
            language, direction = attrs.get("lang") or outer.language, attrs.get("dir") or outer.direction
            scope = Scope(language, direction, attrs.get("data-formula") or "")
            self.scopes.append(outer if scope == outer else scope)
        elif len(self.scopes) > 1:
            self.scopes.pop()

    def block(self, tag: str, attrs: Attributes, *, start: bool) -> None:
        """Begin or end a block."""
        if tag == "pre" and start:
            self.listing = Preformatted(attrs)
        elif tag in _OPENING and start:
            _OPENING[tag](self.frames, tag, attrs)
        elif tag in HOLDERS:
            self.frames.close(tag)
        elif start and attrs.get("id") in self.notes.labels:
            self.frames.pending_note = self.notes.labels[str(attrs["id"])]

    def end_listing(self) -> None:
        """End the open preformatted block, if any."""
        if self.listing is not None:
            self.frames.add(self.listing.piece())
            self.listing = None

    def handle_data(self, data: str, entity_char: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - the parent's signature
        """html2text's hook: handle text between tags."""
        if self.listing is not None:
            self.listing.text.append(data)
            return
        if self.skipped or (self.frames.innermost.tag in EMPTY_BETWEEN and not data.strip()):
            return
        if _NOT_ONE_SPACE.search(data):
            data = _WHITE.sub(" ", data)
        if data[0] == " ":
            self.space = True
            data = data[1:]
        if data:
            super().handle_data(data if self.code else escape(data), entity_char=True)

    def o(self, data: str, puredata: bool = False, force: bool | str = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Write text, keeping no-break and ideographic spaces, which the parent class would replace."""
        super().o(data, force=force)

    # Within a paragraph

    def begin_inline(self, tag: str, attrs: Attributes) -> None:
        """Begin an inline element."""
        if tag in _VOID:
            _VOID[tag](self, attrs)
            return
        self.open.append((tag, attrs))
        if attrs.get("id") in self.notes.labels:
            self.frames.begin_note(str(attrs["id"]))
        self.mark(tag, attrs, start=True)

    def end_inline(self, tag: str) -> None:
        """End an inline element, if it is open."""
        for index in range(len(self.open) - 1, -1, -1):
            if self.open[index][0] == tag:
                attrs = self.open[index][1]
                del self.open[index]
                self.mark(tag, attrs, start=False)
                return

    def mark(self, tag: str, attrs: Attributes, *, start: bool) -> None:
        """Write the mark at the beginning or the end of an element."""
        if tag == "a":
            self.link(attrs, start=start)
        elif tag in _CODE:
            self.toggle_code(start=start)
        elif tag in PAIRS and not self.code:
            self.o(PAIRS[tag][0 if start else 1])
        elif tag in AROUND:
            self.o(AROUND[tag][0 if start else 1])
        elif tag == "rp":
            self.skipped += 1 if start else -1

    def toggle_code(self, *, start: bool) -> None:
        """Begin or end code; inside code no other element begins."""
        inside = sum(tag in _CODE for tag, _ in self.open)
        if start and inside == 1:
            self.open_link()
            self.o(CODE)
            self.code = True
        elif not start and inside == 0:
            self.o(CODE_END)
            self.code = False

    def link(self, attrs: Attributes, *, start: bool) -> None:
        """Begin or end a link; html2text writes it, unless it leads to or from a footnote."""
        href = (attrs.get("href") or "").strip()
        target = href.partition("#")[2]
        if target in self.notes.labels:
            if start:
                note = f"{NOTE}[^{self.notes.labels[target]}]{NOTE_END}"
                self.o(f"{CODE_END}{note}{CODE}" if self.code else note)
            attrs["skip"] = "1"
            self.skipped += 1 if start else -1
            return
        if attrs.get("skip") or (target in self.notes.back and self.frames.in_note()):
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
        """Write the bracket of an open link, which html2text defers until its text."""
        if self.maybe_automatic_link is not None:
            self.o("[")
            self.maybe_automatic_link, self.empty_link = None, False

    def break_line(self, _attrs: Attributes) -> None:
        """End a line; the second time in a row, the paragraph."""
        written = self.outtextlist
        if written and BREAK in written[-1]:
            self.flush()
        elif not self.start:
            self.o(f"{CODE_END}{BREAK}{CODE}" if self.code else BREAK)
            self.space = False

    def image(self, attrs: Attributes) -> None:
        """Write a picture: its alternative text and its address."""
        source = (attrs.get("src") or "").strip()
        alt = " ".join((attrs.get("alt") or "").split())
        if self.skipped or not (source or alt):
            return
        self.open_link()
        inner = f"{IMAGE}![{escape(alt)}]({_escaped_address(source)})"
        self.o(f"{CODE_END}{inner}{CODE}" if self.code else inner)

    def checkbox(self, attrs: Attributes) -> None:
        if attrs.get("type") == "checkbox" and self.frames.innermost.tag == "li":
            self.frames.innermost.task = "x" if "checked" in attrs else " "

    # Blocks

    def flush(self) -> None:
        """End the open paragraph if it has content; open elements continue in the next."""
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
        if self.back_link:
            # Brackets and commas that stood around the link back.
            text, self.back_link = _AROUND_BACK_LINK.sub("", text), False
        if text.strip():
            self.frames.add_paragraph(text, self.scopes[-1])
        self.open = []
        for tag, attrs in opened:
            self.open.append((tag, attrs))
            if self.goes_on(tag, attrs):
                self.mark(tag, attrs, start=True)

    def goes_on(self, tag: str, attrs: Attributes) -> bool:
        """Whether an element open at the end of a paragraph has marks to be closed and reopened."""
        if tag == "a":
            return not attrs.get("skip")
        return tag in PAIRS or tag in _CODE


def _address(href: str) -> str:
    encoded = _UNSAFE_IN_ADDRESS.sub(lambda match: "".join(f"%{byte:02X}" for byte in match.group().encode()), href)
    return re.sub(r"&(?=#?\w{1,32};)", "&amp;", encoded)


def _escaped_address(href: str) -> str:
    return re.sub(r"([\[\]()])", r"\\\1", _address(href))


_CODE = frozenset({"code", "kbd", "tt", "samp"})
_VOID: dict[str, Callable[[_Converter, Attributes], None]] = {
    "br": _Converter.break_line,
    "img": _Converter.image,
    "input": _Converter.checkbox,
    "wbr": lambda converter, _attrs: converter.o("\u200b"),
}
_OPENING: dict[str, Callable[[OpenBlocks, str, Attributes], None]] = {
    **dict.fromkeys(HOLDERS, OpenBlocks.begin),
    "tr": OpenBlocks.begin_row,
    "hr": OpenBlocks.add_rule,
}
