"""Full-text search: what is indexed, and how what people type becomes a question to the index.

Words are found whatever their case and accents, and all of them must be there. The last one is the beginning of a word
for as long as no space follows it. `"several words"` are found in this order, `-word` must not be there;
`author:name`, `category:name` and `feed:title` look there only; `is:unread`, `is:read` and `is:starred` are filters.
Nothing that can be typed is an error.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tuireader.model.article import Excerpt

# Scripts that put no spaces between words (and Korean, whose particles cling to them) are indexed letter by letter, and
# a run of such letters is looked for as a phrase: any part of it is found, at a third of what trigrams would take.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u3131-\u318e\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
# Hebrew and Arabic are written with points or, mostly, without.
_POINTS = "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]"
_PIECE = r'(-?)(?:(author|category|feed|is):)?("[^"]*"?|[^\s"]+)'
_COLUMNS = {"author": "authors : ", "category": "categories : ", "": ""}
_ASCII = bytes(range(128))
_MOST_PIECES = 32
_SHORTEST_PREFIX = 3
_LEAD = 40
"""How many characters of an excerpt stand before its first match."""


@cache
def _special() -> re.Pattern[str]:
    """All but the Latin letters and the punctuation that have one form only: most text needs no more than a look."""
    return re.compile(
        "[^\x00-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf-\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017e"
        "\u0180-\u01c3\u01cd-\u01f0\u01f4-\u024f\u2000-\u206f\u20a0-\u20a7\u20a9-\u20bf]"
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
    return _unspaced_run().sub(_spaced, _composed(text))


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
    return tuple(found.span() for found in pattern.finditer(_folded(text)) if found.end() > found.start())


def excerpt_around(text: str, query: str, width: int = 160) -> Excerpt:
    """About `width` characters of a body's plain text around the first words that are searched for.

    The beginning of the text, without marks, where there are none in it.
    """
    pattern = _pattern(understand(query))
    found = pattern.search(_folded(text)) if pattern is not None else None
    lead = min(_LEAD, width // 3)
    start = 0
    if found is not None and found.start() > lead:
        space = text.find(" ", found.start() - lead, found.start())
        start = found.start() - lead if space < 0 else space + 1
    end = len(text)
    if end > start + width:
        space = text.rfind(" ", start + width // 2, start + width)
        end = start + width if space < 0 else space
    cut = " ".join(text[start:end].split())
    cut = ("… " if start else "") + cut + (" …" if end < len(text) else "")
    from tuireader.model.article import Excerpt

    return Excerpt(cut, matches(cut, query))


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
    tokens = tuple(_token().findall(_composed(value)))
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


def _composed(text: str) -> str:
    """The text in the one form in which it is indexed and looked for."""
    return re.sub(_POINTS, "", unicodedata.normalize("NFKC", text))


def _spaced(run: re.Match[str]) -> str:
    return f" {' '.join(run[0])} "


def _pattern(wanted: SearchQuery) -> re.Pattern[str] | None:
    """What finds the terms that may be anywhere in folded text."""
    found = [_term_pattern(term) for term in wanted.terms if not term.column]
    return re.compile("|".join(sorted(found, key=len, reverse=True))) if found else None


def _term_pattern(term: Term) -> str:
    words = [re.escape(_folded(token)) for token in term.tokens]
    spaced = [not _unspaced_run().match(token) for token in term.tokens]
    between = r"[\W_]+"
    pattern = words[0]
    for at in range(1, len(words)):
        pattern += (between if spaced[at - 1] and spaced[at] else r"[\W_]*") + words[at]
    before = r"(?<![^\W_])" if spaced[0] else ""
    after = "" if not spaced[-1] else r"[^\W_]*" if term.prefix else r"(?![^\W_])"
    return before + pattern + after


def _folded(text: str) -> str:
    """The text without case and accents, letter for letter: each keeps its place."""
    if text.isascii():
        return text.lower()
    return text.translate({ord(sign): _fold(sign) for sign in set(text)})


def _fold(sign: str) -> str:
    plain = unicodedata.normalize("NFKD", sign.casefold())
    return plain[0] if len(plain) == 1 or unicodedata.category(plain[1]) == "Mn" else sign.lower()[0]
