"""Inline tokens to text, links and pictures."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import unquote

from tuireader.content.document.model import Image, Link, Run, Text
from tuireader.text.folding import raised
from tuireader.text.wrap import cells

_SOFT_HYPHEN = "\xad"
_STYLES = {"strong_open": "strong", "em_open": "em", "s_open": "strike"}
_CELL_BREAK = "<br>"
"""A line break in a table cell; literal text would be escaped."""
_ENDS = ".!?…:;”’\"')"
"""Characters that end a sentence before a picture."""
_GLYPH_MAX = 2
"""Maximum cells of an alternative text shown without a mark, such as an emoji."""


class Token(Protocol):
    """The used part of markdown-it's tokens."""

    @property
    def type(self) -> str:
        """The kind of the token."""

    @property
    def content(self) -> str:
        """The text of the token."""

    @property
    def attrs(self) -> Mapping[str, Any]:
        """The attributes of the token."""

    @property
    def meta(self) -> Mapping[str, Any]:
        """Data that a plugin adds to the token."""

    @property
    def children(self) -> Sequence[Token] | None:
        """The tokens inside this one."""


class References:
    """Links, images and footnote references in document order."""

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.images: list[Image] = []
        self.notes: list[tuple[int, str]] = []
        """The link of each footnote reference, with its label."""

    def link(self, text: str, url: str, *, is_picture: bool = False) -> int:
        self.links.append(Link(text, url, is_picture=is_picture))
        return len(self.links) - 1

    def image(self, token: Token) -> tuple[str, int]:
        """Record a picture; returns its alternative text and index."""
        alt = " ".join(plain(token.children or ()).split())
        self.images.append(Image(alt, str(token.attrs.get("src", ""))))
        return alt, len(self.images) - 1


def plain(tokens: Sequence[Token]) -> str:
    """The text of tokens without styles."""
    parts = []
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            parts.append(" ")
        elif token.type == "footnote_ref":
            parts.append(raised(str(token.meta["label"])))
        else:
            parts.append(token.content)
    return "".join(parts)


def text_of(tokens: Sequence[Token], references: References, *, in_cell: bool = False) -> Text:
    """The text of tokens with its runs."""
    if len(tokens) == 1 and tokens[0].type == "text":
        content = tokens[0].content
        if _SOFT_HYPHEN not in content and not (in_cell and _CELL_BREAK in content):
            return Text(content.strip(" "))
    return _Writer(references, in_cell=in_cell).of(tokens)


def pictures_of(tokens: Sequence[Token]) -> tuple[list[Sequence[Token]], Sequence[Token]]:
    """The pictures at the start of a paragraph, each on its own line, with their links; and the rest."""
    pictures: list[Sequence[Token]] = []
    rest = tokens
    while rest:
        size = _picture_size(rest)
        following = rest[size:]
        if not size or (following and not (_is_break(following[0]) or _picture_size(following))):
            break
        pictures.append(rest[:size])
        rest = following
        while rest and _is_break(rest[0]):
            rest = rest[1:]
    return pictures, rest


def _is_break(token: Token) -> bool:
    return token.type in {"softbreak", "hardbreak"} or (token.type == "text" and not token.content.strip())


def _picture_size(tokens: Sequence[Token]) -> int:
    """Number of tokens of a picture at the start, with its link; 0 if there is none."""
    if tokens[0].type == "image":
        return 1
    linked = [token.type for token in tokens[:3]] == ["link_open", "image", "link_close"]
    return 3 if linked else 0


_FILE_SIZE = re.compile(
    r"(?:[-_](?:\d{2,4}x\d{2,4}|scaled|e?\d{5,}|edited|copy|final|web|large|full))+$", re.IGNORECASE
)
"""Suffixes of file names: the size and state of the picture."""
_FILE_WORD = re.compile(r"[^\W_]+")
_NO_WORD = re.compile(
    r"\d[^\W\d]|[^\W\d]\d|^\d{4,}$|^[^aeiouyäöü\d\W]{4,}$"
    r"|^(?:img|image|images|dsc[fn]?|pxl|photo|picture|pic|screen|screenshot|shutterstock|istock|istockphoto|getty\w*|unsplash"
    r"|pexels|pixabay|thumb|thumbnail|thumbnails|cover|header|hero|featured|placeholder|default|logo|unnamed|untitled|figure)$",
    re.IGNORECASE,
)
"""Parts of file names without meaning: hashes, long numbers, and words of cameras, agencies and templates."""
_FILE_WORDS_MIN = 2
_NAMELESS = "picture"
"""The text for a picture without an alternative."""


def picture_text(tokens: Sequence[Token], references: References) -> tuple[Text, int]:
    """The text of a picture with its link, and its index."""
    image = next(token for token in tokens if token.type == "image")
    alt, index = references.image(image)
    said = alt or name_of_picture(references.images[index].url) or _NAMELESS
    if tokens[0].type == "link_open":
        link, style = references.link(said, str(tokens[0].attrs.get("href", ""))), "link"
    elif url := references.images[index].url:
        link, style = references.link(said, url, is_picture=True), ""
    else:
        return Text(said), index
    return Text(said, (Run(0, len(said), style, link),)), index


def name_of_picture(url: str) -> str:
    """The words of a picture's file name, if it has at least two; "" for numbers, hashes and what cameras write."""
    path = unquote(url.partition("?")[0].rpartition("/")[2]).rpartition(".")[0]
    words = _FILE_WORD.findall(_FILE_SIZE.sub("", path))
    if len(words) < _FILE_WORDS_MIN or any(map(_NO_WORD.search, words)):
        return ""
    return " ".join(words) if sum(len(word) > 2 for word in words) >= _FILE_WORDS_MIN else ""


def nameless(picture: Text) -> Text:
    return Text(_NAMELESS, tuple(run._replace(end=len(_NAMELESS)) for run in picture.runs))


class _Writer:
    """Writes text token by token."""

    def __init__(self, references: References, *, in_cell: bool) -> None:
        self.references = references
        self.in_cell = in_cell
        self.parts: list[str] = []
        self.length = 0
        self.runs: list[Run] = []
        self.hyphens: list[int] = []
        self.styles: list[str] = []
        self.link: int | None = None
        self.link_start = 0
        self.after_picture = False
        """Whether the last text was a picture."""

    def of(self, tokens: Sequence[Token]) -> Text:
        for token in tokens:
            self.take(token)
        plain_text = "".join(self.parts)
        stripped = plain_text.rstrip(" ")
        runs = [run._replace(end=min(run.end, len(stripped))) for run in self.runs if run.start < len(stripped)]
        return Text(stripped, tuple(runs), tuple(self.hyphens))

    def take(self, token: Token) -> None:
        kind = token.type
        if kind in ("text", "text_special", "code_inline") and token.content:
            if self.after_picture and _begins_word(token.content[:1]):
                self.write("\n")  # on the site it floats beside the text
            self.after_picture = False
        if kind in ("text", "text_special"):
            self.write(token.content.replace(_CELL_BREAK, "\n") if self.in_cell else token.content)
        elif kind in _WORDLESS:
            self.write(_WORDLESS[kind])
        elif kind == "code_inline":
            self.write(token.content.expandtabs(4), "code")
        elif kind in _STYLES:
            self.styles.append(_STYLES[kind])
        elif kind == "link_close":
            self.end_link()
        elif kind.endswith("_close"):
            self.styles.pop()
        else:
            self.refer(token)

    def refer(self, token: Token) -> None:
        """Handle a link, a picture or a footnote reference; other tokens are literal text."""
        if token.type == "link_open":
            self.link_start = len(self.parts)
            self.link = self.references.link("", str(token.attrs.get("href", "")))
        elif token.type == "image":
            alt, _ = self.references.image(token)
            if alt and cells(alt) <= _GLYPH_MAX:
                self.write(alt, "image")
            elif alt:
                before = self.parts[-1][-1:] if self.parts else ""
                if before.isalnum() or (before and before in _ENDS):
                    self.write("\n")
                self.write(f"▣ {alt}", "image")
                self.after_picture = True
        elif token.type == "footnote_ref":
            self.note(str(token.meta["label"]))
        else:
            self.write(token.content)

    def write(self, content: str, style: str = "") -> None:
        """Add text with the open styles."""
        if _SOFT_HYPHEN in content:
            *pieces, content = content.split(_SOFT_HYPHEN)
            for piece in pieces:
                self.write(piece, style)
                self.hyphens.append(self.length)
        if not content:
            return
        self.parts.append(content)
        start, self.length = self.length, self.length + len(content)
        if not (self.styles or style or self.link is not None):
            return
        named = [*self.styles, style] if style else self.styles
        roles = " ".join(dict.fromkeys(named if self.link is None else [*named, "link"]))
        if self.runs and self.runs[-1].end == start and self.runs[-1][2:] == (roles, self.link):
            self.runs[-1] = self.runs[-1]._replace(end=self.length)
        else:
            self.runs.append(Run(start, self.length, roles, self.link))

    def end_link(self) -> None:
        """Close a link, whose text is now known."""
        if self.link is not None:
            text = "".join(self.parts[self.link_start :])
            links = self.references.links
            links[self.link] = links[self.link]._replace(text=" ".join(text.split()))
            self.link = None

    def note(self, label: str) -> None:
        """Add a reference to a footnote as a link; a comma separates it from one right before it."""
        before = self.runs[-1] if self.runs else None
        if before is not None and before.end == self.length and "footnote-mark" in before.style.split():
            self.write(",")
        outer, self.link = self.link, self.references.link(label, f"#{label}")
        self.references.notes.append((self.link, label))
        self.write(raised(label), "footnote-mark")
        self.link = outer


def _begins_word(character: str) -> bool:
    """Whether a character begins a word, or what stands before one, such as an opening bracket."""
    return bool(character.strip()) and unicodedata.category(character) not in ("Pe", "Pf", "Po")


_WORDLESS = {"softbreak": " ", "hardbreak": "\n"}
