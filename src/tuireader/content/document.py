"""From Markdown to a document of blocks. The only door to markdown-it."""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal, cast

from .blocks import (
    Block,
    Code,
    Document,
    Heading,
    HeadingBlock,
    Image,
    Level,
    Link,
    Paragraph,
    Picture,
    Rule,
    Run,
    Table,
    Text,
    text_length,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_SOFT_HYPHEN = "\xad"
_TASK = re.compile(r"\[([ xX])\] ")
_STYLES = {"strong": "strong", "em": "em", "s": "strike"}
_CAPTION_LIMIT = 400
"""Characters of what stands below a picture in its paragraph, up to which it is taken for its caption."""

Align = Literal["left", "center", "right"]


def to_document(markdown: str, *, title: str = "", authors: tuple[str, ...] = (), excerpt: str = "") -> Document:
    """A document of Markdown; an `excerpt` is the sentence that says so at the end, where the text is only a part."""
    builder = _Builder()
    env: dict[str, Any] = {}
    for token in _parser().parse(markdown, env):
        builder.take(token)
    if excerpt:
        builder.call_out(excerpt)
    return builder.finish(title, authors)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin, inline=False).use(deflist_plugin)
    # Notes stay where the author put them.
    return parser.disable("footnote_tail")


class _Builder:
    """Takes the parser's tokens one after another; what is open is on stacks, so that nesting is no recursion."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.links: list[Link] = []
        self.images: list[Image] = []
        self.levels: list[Level] = []
        self.ids = 0
        self.lists: list[_List] = []
        self.tight = False
        self.heading = 0
        self.role = ""
        self.table: _Table | None = None
        self.notes: dict[str, int] = {}
        self.references: list[tuple[int, str]] = []

    def take(self, token: Token) -> None:
        """Take one token of the block level."""
        handler = _HANDLERS.get(token.type)
        if handler is not None:
            handler(self, token)

    def push(self, kind: Literal["quote", "item", "indent", "callout"], **rest: Any) -> None:
        """Open a container."""
        self.ids += 1
        self.levels.append(Level(kind, self.ids, **rest))

    def pop(self, _token: Token) -> None:
        """Close the innermost container."""
        self.levels.pop()

    def add(self, make: Callable[..., Block], *values: Any, gap: int = 1) -> None:
        """Add a block in the containers that are open."""
        self.blocks.append(make(tuple(self.levels), gap if self.blocks else 0, *values))

    def call_out(self, sentence: str) -> None:
        """Add a callout of one sentence."""
        self.push("callout")
        self.add(Paragraph, Text(sentence), "callout")
        self.levels.pop()

    def finish(self, title: str, authors: tuple[str, ...]) -> Document:
        """The document of all that was taken."""
        starts = [0, *accumulate(text_length(block) + 1 for block in self.blocks)]
        headings = tuple(
            Heading(block.level, block.text.plain, index, starts[index])
            for index, block in enumerate(self.blocks)
            if isinstance(block, HeadingBlock)
        )
        for index, label in self.references:
            if label in self.notes:
                self.links[index] = self.links[index]._replace(target=starts[self.notes[label]])
        return Document(
            title,
            authors,
            tuple(self.blocks),
            tuple(self.links),
            tuple(self.images),
            headings,
            tuple(starts[:-1]),
            starts[-1],
        )

    # Containers

    def open_list(self, token: Token) -> None:
        """Begin a list: its numbers are as wide as the last."""
        start = token.attrs.get("start", 1)
        self.lists.append(_List(token.type.startswith("ordered"), int(start)))

    def close_list(self, _token: Token) -> None:
        """End a list."""
        self.lists.pop()

    def open_item(self, _token: Token) -> None:
        """Begin an item of the innermost list."""
        innermost = self.lists[-1]
        if innermost.ordered:
            marker = f"{innermost.number}."
            innermost.number += 1
            self.push("item", marker=marker, width=max(4, len(marker) + 2), role="bullet")
        else:
            bullet = "•◦▪"[min(sum(not each.ordered for each in self.lists), 3) - 1]
            self.push("item", marker=bullet, width=3, role="bullet")

    def open_quote(self, _token: Token) -> None:
        """Begin a quotation."""
        self.push("quote")

    def open_definition(self, _token: Token) -> None:
        """Begin what a term means."""
        self.push("indent", width=4)
        self.tight = True

    def open_note(self, token: Token) -> None:
        """Begin a footnote."""
        label = str(token.meta["label"])
        self.notes[label] = len(self.blocks)
        self.push("item", marker=label, width=max(4, len(label) + 2), role="footnote-mark")
        self.role = "footnote"

    def close_note(self, _token: Token) -> None:
        """End a footnote."""
        self.levels.pop()
        self.role = ""

    # Leaves

    def open_paragraph(self, token: Token) -> None:
        """Note whether the paragraph that begins is one of a tight list."""
        self.tight = token.hidden

    def open_heading(self, token: Token) -> None:
        """Note the level of the heading that begins."""
        self.heading = int(token.tag[1])

    def open_term(self, _token: Token) -> None:
        """Begin a term of a definition list."""
        self.role = "term"

    def close_term(self, _token: Token) -> None:
        """End a term."""
        self.role = ""

    def inline(self, token: Token) -> None:
        """Take the text of a block."""
        if self.table is not None:
            self.table.row.append(_text(token.children or [], self))
            return
        children = token.children or []
        if self.heading:
            after_heading = bool(self.blocks) and isinstance(self.blocks[-1], HeadingBlock)
            gap = 2 if self.heading <= 2 and not after_heading else 1
            self.add(HeadingBlock, self.heading, _text(children, self), gap=gap)
            self.heading = 0
            return
        task = _TASK.match(token.content) if self.levels and self.levels[-1].kind == "item" else None
        if task:
            done = task.group(1) != " "
            marker, role = ("☑", "task-done") if done else ("☐", "task-open")
            self.levels[-1] = self.levels[-1]._replace(marker=marker, role=role)
            children[0].content = children[0].content[4:]
        self.paragraph(children)

    def paragraph(self, children: list[Token]) -> None:
        """Add a paragraph, or the pictures it consists of and their caption."""
        gap = 0 if self.tight and self.blocks else 1
        pictures, rest = _pictures(children)
        for picture in pictures:
            self.add(Picture, *_picture(picture, self), gap=gap)
            gap = 0
        if rest or not pictures:
            text = _text(rest, self)
            caption = pictures and len(text.plain) <= _CAPTION_LIMIT
            self.add(Paragraph, text, "caption" if caption else self.role, gap=0 if caption else gap)

    def code(self, token: Token) -> None:
        """Take a block of code."""
        text = token.content.removesuffix("\n").expandtabs(4)
        self.add(Code, text, token.info.strip().split(" ")[0])

    def rule(self, _token: Token) -> None:
        """Take a thematic break."""
        self.add(Rule)

    # Tables

    def open_table(self, _token: Token) -> None:
        """Begin a table."""
        self.table = _Table()

    def open_cell(self, token: Token) -> None:
        """Begin a cell: a header's cell says how its column is aligned."""
        if self.table is not None and token.type == "th_open":
            style = str(token.attrs.get("style", "text-align:left"))
            self.table.aligns.append(cast(Align, style.removeprefix("text-align:")))

    def close_row(self, _token: Token) -> None:
        """End a row."""
        if self.table is not None:
            self.table.rows.append(tuple(self.table.row))
            self.table.row = []

    def close_table(self, _token: Token) -> None:
        """End a table."""
        table, self.table = self.table, None
        if table is not None:
            self.add(Table, table.rows[0], tuple(table.rows[1:]), tuple(table.aligns))


class _List:
    def __init__(self, ordered: bool, number: int) -> None:  # noqa: FBT001 - two fields
        self.ordered = ordered
        self.number = number


class _Table:
    def __init__(self) -> None:
        self.aligns: list[Align] = []
        self.rows: list[tuple[Text, ...]] = []
        self.row: list[Text] = []


_HANDLERS: dict[str, Callable[[_Builder, Token], None]] = {
    "inline": _Builder.inline,
    "paragraph_open": _Builder.open_paragraph,
    "heading_open": _Builder.open_heading,
    "bullet_list_open": _Builder.open_list,
    "bullet_list_close": _Builder.close_list,
    "ordered_list_open": _Builder.open_list,
    "ordered_list_close": _Builder.close_list,
    "list_item_open": _Builder.open_item,
    "list_item_close": _Builder.pop,
    "blockquote_open": _Builder.open_quote,
    "blockquote_close": _Builder.pop,
    "dt_open": _Builder.open_term,
    "dt_close": _Builder.close_term,
    "dd_open": _Builder.open_definition,
    "dd_close": _Builder.pop,
    "footnote_reference_open": _Builder.open_note,
    "footnote_reference_close": _Builder.close_note,
    "fence": _Builder.code,
    "code_block": _Builder.code,
    "hr": _Builder.rule,
    "table_open": _Builder.open_table,
    "th_open": _Builder.open_cell,
    "td_open": _Builder.open_cell,
    "tr_close": _Builder.close_row,
    "table_close": _Builder.close_table,
}


def _pictures(children: list[Token]) -> tuple[list[list[Token]], list[Token]]:
    """The pictures that a paragraph begins with, each on a line of its own, and the rest."""
    pictures: list[list[Token]] = []
    rest = children
    while rest:
        size = _picture_size(rest)
        if not size:
            break
        if size < len(rest) and rest[size].type not in {"softbreak", "hardbreak"}:
            break
        pictures.append(rest[:size])
        rest = rest[size + 1 :]
        while rest and rest[0].type == "text" and not rest[0].content.strip():
            rest = rest[1:]
    return pictures, rest


def _picture_size(children: list[Token]) -> int:
    """How many tokens a picture at the beginning takes: one, or three with the link around it; 0 if there is none."""
    if children[0].type == "image":
        return 1
    if len(children) > 2 and [child.type for child in children[:3]] == ["link_open", "image", "link_close"]:
        return 3
    return 0


def _picture(tokens: list[Token], builder: _Builder) -> tuple[Text, int]:
    image = next(token for token in tokens if token.type == "image")
    alt = " ".join(image.content.split())
    builder.images.append(Image(alt, str(image.attrs.get("src", ""))))
    index = len(builder.images) - 1
    if tokens[0].type != "link_open" or not alt:
        return Text(alt), index
    builder.links.append(Link(alt, str(tokens[0].attrs.get("href", ""))))
    return Text(alt, (Run(0, len(alt), "link", len(builder.links) - 1),)), index


def _text(children: list[Token], builder: _Builder) -> Text:
    """The text of inline tokens, with its runs."""
    if len(children) == 1 and children[0].type == "text" and _SOFT_HYPHEN not in children[0].content:
        return Text(children[0].content.strip())
    return _Inline(builder).of(children)


class _Inline:
    """Puts a text together from inline tokens."""

    def __init__(self, builder: _Builder) -> None:
        self.builder = builder
        self.parts: list[str] = []
        self.length = 0
        self.runs: list[Run] = []
        self.hyphens: list[int] = []
        self.styles: list[str] = []
        self.link: int | None = None

    def of(self, children: list[Token]) -> Text:
        """The text of the tokens."""
        for token in children:
            self.take(token)
        plain = "".join(self.parts)
        return Text(plain.rstrip(), tuple(self.runs), tuple(self.hyphens))

    def take(self, token: Token) -> None:
        """Take one token of the inline level."""
        kind = token.type
        if kind == "text":
            self.write(token.content)
        elif kind == "softbreak":
            self.write(" ")
        elif kind == "hardbreak":
            self.write("\n")
        elif kind == "code_inline":
            self.write(token.content, "code")
        elif kind == "image":
            self.image(token)
        elif kind == "footnote_ref":
            self.reference(token)
        elif kind == "link_open":
            self.builder.links.append(Link("", str(token.attrs.get("href", ""))))
            self.link = len(self.builder.links) - 1
            self.link_start = self.length
        elif kind == "link_close":
            self.close_link()
        elif kind.endswith("_open"):
            self.styles.append(_STYLES.get(kind.removesuffix("_open"), ""))
        elif kind.endswith("_close") and self.styles:
            self.styles.pop()

    def write(self, content: str, *styles: str) -> None:
        """Add text in the styles that are open."""
        if _SOFT_HYPHEN in content:
            pieces = content.split(_SOFT_HYPHEN)
            for piece in pieces[:-1]:
                self.write(piece, *styles)
                self.hyphens.append(self.length)
            content = pieces[-1]
        if not content:
            return
        self.parts.append(content)
        start, self.length = self.length, self.length + len(content)
        named = [style for style in (*self.styles, *styles) if style]
        if self.link is not None:
            named.append("link")
        if named:
            self.runs.append(Run(start, self.length, " ".join(dict.fromkeys(named)), self.link))

    def close_link(self) -> None:
        """End a link: now its text is known."""
        if self.link is not None:
            text = "".join(self.parts)[self.link_start :]
            self.builder.links[self.link] = self.builder.links[self.link]._replace(text=" ".join(text.split()))
            self.link = None

    def image(self, token: Token) -> None:
        """An image within a text is its alternative text."""
        alt = " ".join(token.content.split())
        self.builder.images.append(Image(alt, str(token.attrs.get("src", ""))))
        if alt:
            self.write(alt if len(alt) <= 2 else f"▣ {alt}", "image")

    def reference(self, token: Token) -> None:
        """A reference to a footnote is a link to it."""
        label = str(token.meta["label"])
        self.builder.links.append(Link(label, f"#{label}"))
        outer, self.link = self.link, len(self.builder.links) - 1
        self.builder.references.append((self.link, label))
        self.write(label, "footnote-mark", "sup")
        self.link = outer
