"""Full-text search: what is indexed, and how what people type becomes a question to the index.

Words are found whatever their case and accents, as they are in an article, and all of them must be there. The last one
is the beginning of a word for as long as no space follows it. `"several words"` are found in this order, `-word` must
not be there; `author:name`, `category:name` and `feed:title` look there only; `is:unread`, `is:read` and `is:starred`
are filters. Nothing that can be typed is an error.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from tuireader.text.cells import fitting
from tuireader.text.folding import FoldedText

if TYPE_CHECKING:
    from tuireader.model.article import Excerpt

# Scripts that put no spaces between words (and Korean, whose particles cling to them) are indexed letter by letter, and
# a run of such letters is looked for as a phrase: any part of it is found, at a third of what trigrams would take.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u3131-\u318e\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_PIECE = r'(-?)(?:(author|category|feed|is):)?("[^"]*"?|[^\s"]+)'
_COLUMNS = {"author": "authors : ", "category": "categories : ", "": ""}
_ASCII = bytes(range(128))
_MOST_PIECES = 32
_SHORTEST_PREFIX = 3
_LEAD = 40
"""How many characters of an excerpt stand before its first match."""


@cache
def _special() -> re.Pattern[str]:
    """What the index does not fold by itself as we do. Most text has none of it, and needs no more than a look."""
    return re.compile(
        "[\xaa\xad\xb2\xb3\xb9\xba\xbc-\xbe\xc6\xd0\xd8\xde\xdf\xe6\xf0\xf8\xfe\u0110\u0111\u0126\u0127\u0131-\u0133"
        "\u013f-\u0142\u0149\u0152\u0153\u0166\u0167\u0197\u01b5\u01b6\u01c4-\u01cc\u01e0-\u01e3\u01ee\u01ef\u01f1-\u01f3"
        "\u01fc-\u01ff\u0250-\u1fff\u200b-\u200f\u2060\u2070-\u209c\u20a8\u20c0-\U0010ffff]"
    )


@cache
def _unspaced_run() -> re.Pattern[str]:
    """Letters that are indexed one by one; the start of the app does not wait for this pattern."""
    return re.compile(f"[{_UNSPACED}]+")


@cache
def _token() -> re.Pattern[str]:
    """What the index takes for a word."""
    return re.compile(f"[{_UNSPACED}]|[^\\W_{_UNSPACED}]+")


class Term(NamedTuple):
    """One word or phrase that was typed."""

    tokens: tuple[str, ...]
    column: str = ""
    """Where it must be, as FTS5 says it; empty for anywhere."""
    prefix: bool = False
    """The last token is the beginning of a word."""

    def fts(self, *, whole: bool = False) -> str:
        """The term for FTS5; with `whole` not as a beginning."""
        star = " *" if self.prefix and not whole else ""
        return f'({self.column}"{" ".join(self.tokens)}"{star})'


@dataclass(slots=True)
class SearchQuery:
    """What a typed search asks for."""

    terms: list[Term] = field(default_factory=list)
    without: list[Term] = field(default_factory=list)
    feeds: list[str] = field(default_factory=list)
    """Parts of the feed's title or address."""
    not_feeds: list[str] = field(default_factory=list)
    read: bool | None = None
    starred: bool | None = None
    nothing: bool = False
    """Nothing can be found: only signs were typed that no index keeps."""

    def fts(self, *, whole: bool = False) -> str:
        """The FTS5 query of the terms, "" where there is none that must be there."""
        if not self.terms:
            return ""
        found = " AND ".join(term.fts(whole=whole) for term in self.terms)
        return f"({found}) NOT ({self.unwanted()})" if self.without else found

    def in_titles(self, *, whole: bool = False) -> str:
        """The FTS5 query of titles in which all stands that may stand anywhere, "" where there is no such term."""
        terms = [term.fts(whole=whole) for term in self.terms if not term.column]
        return f"title : ({' AND '.join(terms)})" if terms else ""

    def unwanted(self) -> str:
        """The FTS5 query of the terms that must not be there, "" where there are none."""
        return " OR ".join(term.fts() for term in self.without)

    def beginning(self) -> Term | None:
        """The term that is the beginning of a word, if there is one."""
        return next((term for term in self.terms if term.prefix), None)


def indexed(text: str) -> str:
    """The text as it goes into the index."""
    if text.isascii() or not _special().search(text.encode("utf-8", "replace").translate(None, _ASCII).decode()):
        return text
    return _unspaced_run().sub(_spaced, _compared(text))


def understand(text: str) -> SearchQuery:
    """What was typed, taken apart."""
    wanted = SearchQuery()
    if not text:  # the usual list: it is shown before any pattern is made
        return wanted
    text = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text)
    pieces = list(re.finditer(_PIECE, text, re.IGNORECASE))
    for piece in pieces[:_MOST_PIECES]:
        _take(wanted, piece, last=piece.end() == len(text))
    wanted.nothing = bool(text.strip()) and wanted == SearchQuery()
    return wanted


def matches(text: str, query: str) -> tuple[tuple[int, int], ...]:
    """Where in `text` the words of a search are: starts and ends of what can be marked."""
    pattern = _pattern(understand(query))
    if pattern is None:
        return ()
    shown = FoldedText(text)
    return tuple(shown.span(*found.span()) for found in pattern.finditer(shown.folded) if found.end() > found.start())


def excerpt_around(text: str, query: str, width: int = 160) -> Excerpt:
    """About `width` cells of a body's plain text around the first words that are searched for.

    The beginning of the text, without marks, where there are none in it.
    """
    first = _first_match(text, query)
    lead = min(_LEAD, width // 3)
    start = first - fitting(text[max(0, first - lead) : first][::-1], lead)
    if start:
        space = text.find(" ", start, first)
        start = start if space < 0 else space + 1
    whole = start + fitting(text[start : start + width + 1], width)
    end = whole
    if whole < len(text):
        space = text.rfind(" ", start + (whole - start) // 2, whole)
        end = whole if space < 0 else space
    cut = " ".join(text[start:end].split())
    before = "… " if start and not cut.startswith("…") else ""
    after = " …" if end < len(text) and not cut.endswith("…") else ""
    cut = before + cut + after
    from tuireader.model.article import Excerpt

    return Excerpt(cut, matches(cut, query))


def says_all(text: str, query: str) -> bool:
    """Whether all words of a search that may be anywhere stand in a text, such as a title."""
    terms = [term for term in understand(query).terms if not term.column]
    folded = FoldedText(text).folded if terms else ""
    return bool(terms) and all(re.search(_term_pattern(term), folded) for term in terms)


def _first_match(text: str, query: str) -> int:
    """Where in a text the first words are that are searched for; 0 where there are none."""
    pattern = _pattern(understand(query))
    if pattern is None:
        return 0
    shown = FoldedText(text)
    found = pattern.search(shown.folded)
    return shown.span(*found.span())[0] if found is not None and found.end() > found.start() else 0


def _take(wanted: SearchQuery, piece: re.Match[str], *, last: bool) -> None:
    """Add one piece of what was typed to what is wanted."""
    minus, key, value = bool(piece[1]), (piece[2] or "").lower(), piece[3].strip('"')
    if key == "is" and _flag(wanted, value.lower(), no=minus):
        return
    if key == "feed":
        if value:
            (wanted.not_feeds if minus else wanted.feeds).append(value)
        return
    if key == "is":
        key, value = "", f"is {value}"
    tokens = tuple(_token().findall(_compared(value)))
    if not tokens:
        return
    # What begins with one or two letters is most of the words there are: only the word of these letters is meant.
    prefix = last and not minus and piece[3][-1:].isalnum() and len(tokens[-1]) >= _SHORTEST_PREFIX
    (wanted.without if minus else wanted.terms).append(Term(tokens, _COLUMNS[key], prefix))


def _flag(wanted: SearchQuery, name: str, *, no: bool) -> bool:
    if name in ("unread", "read"):
        wanted.read = (name == "read") is not no
    elif name == "starred":
        wanted.starred = not no
    return name in ("unread", "read", "starred")


def _compared(text: str) -> str:
    """The text in the one form in which it is indexed and looked for."""
    return FoldedText(unicodedata.normalize("NFKC", text)).folded


def _spaced(run: re.Match[str]) -> str:
    return f" {' '.join(run[0])} "


def _pattern(wanted: SearchQuery) -> re.Pattern[str] | None:
    """What finds the terms that may be anywhere in folded text."""
    found = [_term_pattern(term) for term in wanted.terms if not term.column]
    return re.compile("|".join(sorted(found, key=len, reverse=True))) if found else None


def _term_pattern(term: Term) -> str:
    words = [re.escape(token) for token in term.tokens]
    spaced = [not _unspaced_run().match(token) for token in term.tokens]
    between = r"[\W_]+"
    pattern = words[0]
    for at in range(1, len(words)):
        pattern += (between if spaced[at - 1] and spaced[at] else r"[\W_]*") + words[at]
    before = r"(?<![^\W_])" if spaced[0] else ""
    after = "" if not spaced[-1] else r"[^\W_]*" if term.prefix else r"(?![^\W_])"
    return before + pattern + after
