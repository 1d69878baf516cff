"""Building a document from Markdown, without a repeated title and byline. The only user of markdown-it."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import accumulate, islice
from typing import TYPE_CHECKING, Any, Literal, cast

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from tuireader.content.cleaning.boilerplate import MORE
from tuireader.content.document.inline import References, nameless, picture_text, pictures_of, plain, text_of
from tuireader.content.document.model import (
    NOTE,
    Block,
    Code,
    Document,
    Heading,
    HeadingBlock,
    Level,
    LevelKind,
    Paragraph,
    Picture,
    Rule,
    Table,
    Text,
    text_length,
)
from tuireader.content.markdown.annotations import slug, split_attributes, without
from tuireader.content.markdown.emphasis import JOINER
from tuireader.text.bylines import BESIDE_NAMES

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token


_BYLINE_MAX = 160
"""Maximum characters of a byline."""
_ELLIPSIS = re.compile(r"(?=.)[(\[]?(?:…|\.{3,4})?[)\]]?\s*[→»›>↗⟶➔]*")
"""Signs for "more" without words."""
_MORE_MAX = 120
"""Maximum characters of a "read more" link."""


def trimmed(tokens: Sequence[Token], title: str, authors: tuple[str, ...], *, excerpt: bool) -> Sequence[Token]:
    """Tokens without a repeated title or byline, and without the "read more" link of an excerpt."""
    kept = list(tokens)
    for repeated in (_is_title(title), _is_byline(authors)):
        size = _block_size(kept)
        if size and size < len(kept) and repeated(without(plain(kept[1].children or ()))):
            del kept[:size]
    if excerpt and len(kept) > 3 and kept[-1].type == "paragraph_close" and kept[-3].type == "paragraph_open":
        text = without(plain(kept[-2].children or ())).strip()
        if len(text) < _MORE_MAX and (MORE.fullmatch(text) or _ELLIPSIS.fullmatch(text)):
            del kept[-3:]
    return kept


def _block_size(tokens: Sequence[Token]) -> int:
    """Number of tokens of the first heading or paragraph; 0 if there is none."""
    return 3 if tokens and tokens[0].type in {"heading_open", "paragraph_open"} else 0


def _is_title(title: str) -> Callable[[str], bool]:
    """A function that tells whether a text is the title, ignoring case and punctuation."""
    words = _WORD.findall(title.casefold())
    return lambda text: bool(words) and _WORD.findall(text.casefold()) == words


def _is_byline(authors: tuple[str, ...]) -> Callable[[str], bool]:
    """A function that tells whether a text has only authors' names and words of bylines."""
    names = {word for author in authors for word in _WORD.findall(author.casefold())}

    def is_byline(text: str) -> bool:
        words = _WORD.findall(text.casefold()) if len(text) <= _BYLINE_MAX else []
        return bool(names.intersection(words)) and all(word in names or word in BESIDE_NAMES for word in words)

    return is_byline


_TASK = re.compile(r"\[([ xX])\] ")
_CAPTION_LIMIT = 500
"""Maximum characters of a picture's caption in the same paragraph."""
_LANGUAGES_MAX = 2
"""Maximum number of languages, besides a document's own, in which its words are hyphenated."""
_REPEATED_SHARE = 0.8
_WORD = re.compile(r"[^\W_]+")
_BULLETS = "•◦▪"

Align = Literal["left", "center", "right"]


def to_document(
    markdown: str, *, title: str = "", authors: tuple[str, ...] = (), excerpt: str = "", lang: str = ""
) -> Document:
    """Build a document from Markdown, without a heading or byline that repeats `title` or `authors`.

    `excerpt`: the notice shown at the end, in place of "Read more", if the text is only part of the article. `lang` is
    the language of blocks that do not state theirs.
    """
    tokens = _parser().parse(markdown)
    builder = _Builder(_largest_numbers(tokens), title)
    for token in trimmed(tokens, title, authors, excerpt=bool(excerpt)):
        builder.take(token)
    if excerpt:
        builder.call_out(excerpt)
    return builder.finish(title, authors, lang)


class _Parser(MarkdownIt):
    """The parser for the output of `to_markdown`."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False, "maxNesting": 100})
        self.enable(["table", "strikethrough"])
        self.use(footnote_plugin, inline=False).use(deflist_plugin)
        # Notes stay where the author put them; what was escaped stays apart from other text.
        self.disable(["footnote_tail", "text_join"])
        # What `to_markdown` never writes is text.
        self.disable(["reference", "lheading", "code", "html_block", "html_inline", "autolink"])
        self.core.ruler.push("joiners", _drop_joiners)

    # Addresses are shown as they are, the odd ones too: which may be opened is decided where they are opened.

    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - the parent's
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the parent's
        return url


def _drop_joiners(state: StateCore) -> None:
    """Remove the word joiners that stand beside marks."""
    if JOINER in state.src:
        for token in state.tokens:
            for child in token.children or ():
                if child.type == "text":
                    child.content = child.content.strip(JOINER)


@cache
def _parser() -> _Parser:
    return _Parser()


def _largest_numbers(tokens: Sequence[Token]) -> dict[int, int]:
    """The largest number of each ordered list, by position."""
    largest: dict[int, int] = {}
    lists: list[int] = []
    count = 0
    for token in tokens:
        if token.type == "list_item_open" and token.info:
            largest[lists[-1]] = max(largest.get(lists[-1], 0), int(token.info))
        elif token.type in {"bullet_list_open", "ordered_list_open"}:
            lists.append(count)
            count += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            lists.pop()
    return largest


class _List:
    """A list whose items are being read."""

    def __init__(self, number: int, width: int, *, ordered: bool) -> None:
        self.number = number
        self.ordered = ordered
        self.width = width
        self.tight = False


class _Table:
    """A table whose rows are being read."""

    def __init__(self) -> None:
        self.aligns: list[Align] = []
        self.rows: list[tuple[Text, ...]] = []
        self.row: list[Text] = []


class _Builder:
    """Builds blocks from tokens; open containers are on stacks, without recursion."""

    def __init__(self, largest_numbers: dict[int, int], title: str) -> None:
        self.title = title
        self.references = References()
        self.blocks: list[Block] = []
        self.levels: list[Level] = []
        self.lists: list[_List] = []
        self.largest_numbers = largest_numbers
        self.ids = 0
        self.gap = 1
        """Blank lines before the next block."""
        self.heading = 0
        self.role = ""
        self.table: _Table | None = None
        self.notes: dict[str, int] = {}
        self.list_count = 0
        self.beside: dict[str, str] = {}
        """Attributes of the current block, carried beside its text: language, direction, role, marker."""

    def take(self, token: Token) -> None:
        """Handle a block token."""
        handler = _HANDLERS.get(token.type)
        if handler is not None:
            handler(self, token)

    def push(self, kind: LevelKind, marker: str = "", width: int = 2, role: str = "margin") -> None:
        self.ids += 1
        self.levels.append(Level(kind, self.ids, marker, width, role))

    def pop(self, _token: Token) -> None:
        self.levels.pop()

    def add(self, make: Callable[..., Block], *values: Any, gap: int | None = None) -> None:
        """Add a block in the open containers."""
        lines = self.gap if gap is None else gap
        scope = {"lang": self.beside.get("lang", ""), "direction": self.beside.get("dir", "")} if self.beside else {}
        self.blocks.append(make(tuple(self.levels), lines if self.blocks else 0, *values, **scope))
        self.gap = 0 if self.beside.get("role") else 1
        self.beside = {}

    def call_out(self, sentence: str) -> None:
        """Add a callout with one sentence."""
        self.push("callout")
        self.add(Paragraph, Text(sentence), "callout")
        self.levels.pop()

    def finish(self, title: str, authors: tuple[str, ...], lang: str) -> Document:
        """Return the finished document."""
        starts = [0, *accumulate(text_length(block) + 1 for block in self.blocks)]
        headings = tuple(
            Heading(block.level, " ".join(block.text.plain.split()), index, starts[index])
            for index, block in enumerate(self.blocks)
            if isinstance(block, HeadingBlock)
        )
        links = self.references.links
        for index, label in self.references.notes:
            if label in self.notes:
                links[index] = links[index]._replace(target=starts[self.notes[label]])
        slugs = {slug(heading.text): heading.offset for heading in reversed(headings)}
        for index, link in enumerate(links):
            if link.target is None and link.url.startswith("#"):
                links[index] = link._replace(target=slugs.get(link.url[1:]))
        languages = dict.fromkeys(block.lang for block in self.blocks if block.lang)
        return Document(
            title,
            authors,
            tuple(self.blocks),
            tuple(links),
            tuple(self.references.images),
            headings,
            tuple(starts[:-1]),
            starts[-1],
            lang,
            frozenset(islice((each for each in languages if each != lang), _LANGUAGES_MAX)),
        )

    # Containers

    def open_list(self, token: Token) -> None:
        """Open a list, whose markers are as wide as its last number."""
        ordered = token.type == "ordered_list_open"
        digits = len(str(self.largest_numbers.get(self.list_count, 1)))
        self.list_count += 1
        in_tight = bool(self.lists and self.lists[-1].tight and self.levels and self.levels[-1].kind == "item")
        self.gap = 0 if in_tight else 1
        self.lists.append(_List(self.list_count, max(4, digits + 2) if ordered else 3, ordered=ordered))

    def close_list(self, _token: Token) -> None:
        self.lists.pop()

    def open_item(self, token: Token) -> None:
        """Open a list item with its bullet or number."""
        innermost = self.lists[-1]
        if innermost.tight:
            self.gap = 0
        if innermost.ordered:
            marker = f"{token.info}."
        else:
            depth = sum(not each.ordered for each in self.lists)
            marker = _BULLETS[min(depth, len(_BULLETS)) - 1]
        self.push("item", marker, innermost.width, "bullet")
        self.levels[-1] = self.levels[-1]._replace(list=innermost.number)

    def open_quote(self, _token: Token) -> None:
        self.push("quote")

    def open_definition(self, _token: Token) -> None:
        self.push("indent", width=4)
        self.gap = 0

    def open_note(self, token: Token) -> None:
        """Open a footnote; consecutive ones have no blank line between."""
        label = str(token.meta["label"])
        if self.notes and max(self.notes.values()) == len(self.blocks) - 1:
            self.gap = 0
        self.notes[label] = len(self.blocks)
        self.push("item", label, max(4, len(label) + 2), NOTE)
        self.role = "footnote"

    def close_note(self, _token: Token) -> None:
        self.levels.pop()
        self.role = ""

    # Leaves

    def open_paragraph(self, token: Token) -> None:
        if self.lists and self.levels and self.levels[-1].kind == "item":
            self.lists[-1].tight = token.hidden

    def open_heading(self, token: Token) -> None:
        self.heading = int(token.tag[1])

    def open_term(self, _token: Token) -> None:
        self.role = "term"

    def close_term(self, _token: Token) -> None:
        self.role = ""

    def inline(self, token: Token) -> None:
        """Handle the text of a block."""
        children = token.children or []
        self.beside = self.take_beside(children)
        if self.table is not None:
            self.table.row.append(text_of(children, self.references, in_cell=True))
        elif self.heading:
            roomy = self.heading <= 2 and self.blocks and not isinstance(self.blocks[-1], HeadingBlock)
            text = text_of(children, self.references)
            self.add(HeadingBlock, self.heading, text, gap=2 if roomy else None)
            self.heading = 0
        else:
            self.paragraph(self.without_task(children))

    def take_beside(self, children: list[Token]) -> dict[str, str]:
        """Remove the attributes carried in a block's text, and return them; a list item takes its marker from them."""
        beside: dict[str, str] = {}
        for child in children:
            if child.type == "text":
                said, child.content = split_attributes(child.content)
                beside = said | beside
        if "marker" in beside and self.levels and self.levels[-1].kind == "item":
            self.levels[-1] = self.levels[-1]._replace(marker=beside["marker"], width=int(beside["width"]))
        return beside

    def without_task(self, children: list[Token]) -> list[Token]:
        """Tokens without a leading checkbox, which becomes the item's marker."""
        if not (children and children[0].type == "text" and self.levels and self.levels[-1].kind == "item"):
            return children
        task = _TASK.match(children[0].content)
        if task is None:
            return children
        marker, role = ("☐", "task-open") if task.group(1) == " " else ("☑", "task-done")
        self.levels[-1] = self.levels[-1]._replace(marker=marker, role=role)
        children[0].content = children[0].content[task.end() :]
        return children

    def paragraph(self, children: Sequence[Token]) -> None:
        """Add a paragraph, or its pictures with their caption."""
        pictures, rest = pictures_of(children)
        for number, picture in enumerate(pictures):
            text, image = picture_text(picture, self.references)
            said = plain(rest) if number + 1 == len(pictures) else ""
            is_captioned = bool(said) and not self.references.images[image].alt
            if is_captioned or _says_again(text.plain, said) or _says_again(text.plain, self.title, share=1):
                text = nameless(text)
            self.add(Picture, text, image)
        if rest or not pictures:
            text = text_of(rest, self.references)
            if pictures and len(text.plain) <= _CAPTION_LIMIT:
                self.add(Paragraph, text, "caption", gap=0)
            else:
                make = partial(Paragraph, formula=b64decode(self.beside.get("formula", "")).decode())
                self.add(make, text, self.beside.get("role") or self.role)

    def code(self, token: Token) -> None:
        source = token.content.removesuffix("\n")
        text = source.expandtabs(4)
        self.add(Code, text, token.info.strip().split(" ")[0], source if text != source else "")

    def rule(self, _token: Token) -> None:
        if not (self.blocks and isinstance(self.blocks[-1], Rule)):  # with nothing between, two are one
            self.add(Rule)

    # Tables

    def open_table(self, _token: Token) -> None:
        self.table = _Table()

    def open_cell(self, token: Token) -> None:
        """Open a header cell, which has its column's alignment."""
        if self.table is not None:
            style = str(token.attrs.get("style", "text-align:left"))
            self.table.aligns.append(cast("Align", style.removeprefix("text-align:")))

    def close_row(self, _token: Token) -> None:
        if self.table is not None:
            self.table.rows.append(tuple(self.table.row))
            self.table.row = []

    def close_table(self, _token: Token) -> None:
        table, self.table = self.table, None
        if table is not None:
            self.add(Table, table.rows[0], tuple(table.rows[1:]), tuple(table.aligns))


def _says_again(alt: str, caption: str, *, share: float = _REPEATED_SHARE) -> bool:
    words, there = _WORD.findall(alt.casefold()), set(_WORD.findall(caption.casefold()))
    return bool(words and there) and sum(word in there for word in words) >= share * len(words)


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
    "tr_close": _Builder.close_row,
    "table_close": _Builder.close_table,
}
