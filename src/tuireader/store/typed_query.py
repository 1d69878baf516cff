"""The one language of searches, saved searches, rules and export, and how it becomes a question to the index.

Words are found whatever their case and accents, as they are in an article, and all of them must be there. The last one
is the beginning of a word for as long as no space follows it. `"several words"` are found in this order, `-word` must
not be there. What stands behind a field looks there only; `FIELDS` names them all, and each may have a minus before it.
Nothing that can be typed is an error: what is no value of a field is looked for as words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tuireader.store.tokens import compared, token

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FIELDS: Mapping[str, str] = {
    "author:": "a word of an author's name",
    "category:": "a word of a category that the site gave",
    "tag:": "a part of a tag of yours",
    "feed:": "a part of a feed's title or address",
    "folder:": "a part of a folder's name",
    "title:": "a word of the title",
    "is:": "unread, read or starred",
    "since:": "no older than a date: 2024-03, today, 7d",
    "before:": "older than a date",
    "words>": "longer than so many words",
    "words<": "shorter than so many words",
}
"""Each field, and what follows it."""

_PIECE = r'(-?)(?:(author|category|tag|feed|folder|title|is|since|before):|(words[<>]))?("[^"]*"?|[^\s"]+)'
_COLUMNS = {"author": "authors : ", "category": "categories : ", "title": "title : ", "": ""}
_MOST_PIECES = 32
_SHORTEST_PREFIX = 3
_LONGEST = 10**9
"""More words than any article has."""


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
    folders: list[str] = field(default_factory=list)
    """Parts of names of folders, in which the feed is."""
    not_folders: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    """Parts of tags that the article has."""
    not_tags: list[str] = field(default_factory=list)
    read: bool | None = None
    starred: bool | None = None
    since: datetime | None = None
    before: datetime | None = None
    longer: int | None = None
    """It has more words than these."""
    shorter: int | None = None
    """It has fewer words than these."""
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


def understand(text: str, now: datetime | None = None) -> SearchQuery:
    """What was typed, taken apart; dates such as `7d` are seen from `now`, or from the moment it is asked."""
    wanted = SearchQuery()
    if not text:  # the usual list: it is shown before any pattern is made
        return wanted
    text = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text)
    pieces = list(re.finditer(_PIECE, text, re.IGNORECASE))
    for piece in pieces[:_MOST_PIECES]:
        _take(wanted, piece, last=piece.end() == len(text), now=now)
    wanted.nothing = bool(text.strip()) and wanted == SearchQuery()
    return wanted


def _take(wanted: SearchQuery, piece: re.Match[str], *, last: bool, now: datetime | None) -> None:
    """Add one piece of what was typed to what is wanted."""
    minus, key, value = bool(piece[1]), (piece[2] or piece[3] or "").lower(), piece[4].strip('"')
    parts = {"feed": (wanted.feeds, wanted.not_feeds), "folder": (wanted.folders, wanted.not_folders)}
    parts["tag"] = (wanted.tags, wanted.not_tags)
    if key in parts:
        if value:
            parts[key][minus].append(value)
        return
    if key == "is" and _flag(wanted, value.lower(), no=minus):
        return
    if key in ("since", "before") and _date(wanted, key, value, now, no=minus):
        return
    if key.startswith("words") and _length(wanted, key[-1], value, no=minus):
        return
    if key not in _COLUMNS:
        key, value = "", f"{key.rstrip('<>')} {value}"
    tokens = tuple(token().findall(compared(value)))
    if not tokens:
        return
    # What begins with one or two letters is most of the words there are: only the word of these letters is meant.
    prefix = last and not minus and piece[4][-1:].isalnum() and len(tokens[-1]) >= _SHORTEST_PREFIX
    (wanted.without if minus else wanted.terms).append(Term(tokens, _COLUMNS[key], prefix))


def _flag(wanted: SearchQuery, name: str, *, no: bool) -> bool:
    if name in ("unread", "read"):
        wanted.read = (name == "read") is not no
    elif name == "starred":
        wanted.starred = not no
    return name in ("unread", "read", "starred")


def _date(wanted: SearchQuery, key: str, value: str, now: datetime | None, *, no: bool) -> bool:
    """Take a date, if it is one; of several the narrowest counts. What is not older than a date is since it."""
    from tuireader.model.clock import utc_now
    from tuireader.text.moments import span

    try:
        first, _ = span(value, now or utc_now())
    except ValueError:
        return False
    if (key == "since") is not no:
        wanted.since = max(first, wanted.since or first)
    else:
        wanted.before = min(first, wanted.before or first)
    return True


def _length(wanted: SearchQuery, sign: str, value: str, *, no: bool) -> bool:
    """Take a number of words, if it is one; of several the narrowest counts. What is not longer is shorter by one."""
    if not (value.isascii() and value.isdecimal()):
        return False
    number = min(int(value[:18]), _LONGEST)
    if (sign == ">") is not no:
        number -= no  # not below 500: above 499
        wanted.longer = max(number, number if wanted.longer is None else wanted.longer)
    else:
        number += no
        wanted.shorter = min(number, number if wanted.shorter is None else wanted.shorter)
    return True
