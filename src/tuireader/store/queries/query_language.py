"""The query language: parsing of search texts, and replacement of renamed feeds and folders in saved queries."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from typing import Literal, NamedTuple, cast

from tuireader.errors import QueryError
from tuireader.model.article import utc_now
from tuireader.model.query import MEDIA_FLAGS
from tuireader.store.row_values import name_key, sound, text_of
from tuireader.text import date_expressions
from tuireader.text.folding import FoldedText
from tuireader.text.sentences import nearest

FIELDS: Mapping[str, str] = {
    "author:": "author (a word of the name)",
    "category:": "site category (a word of it)",
    "tag:": "tag (part of the name)",
    "feed:": "feed (part of the title or address)",
    "folder:": "folder (part of the name)",
    "title:": "word in the title",
    "is:": "unread, read, starred or hidden",
    "has:": "picture or enclosure",
    "since:": "published since: 2024-03, today, 7d",
    "before:": "published before a date",
    "words>": "more than this many words",
    "words<": "fewer than this many words",
}
"""The fields of the language, each with a description of its value."""

VALUE = r'(?:"(?:[^"]|"")*"?|[^\s"|]+)'
PIECE = (
    r"(-?)(?:((?a:author|category|tag|feed|folder|title|is|has|since|before)):"  # ASCII: else "ı" is "i", and no field
    r"|((?a:author|category|tag|feed|folder))=|((?a:words[<>])))?"
    rf"({VALUE}(?:(?:\s*\|\s*|\s+(?-i:OR)\s+)(?:\2:|\3=)?{VALUE})*)"
)
_COLUMNS = {"author": "authors : ", "category": "categories : ", "title": "title : ", "": ""}
VALUES_MAX = 500
"""Maximum words and names of a search text; longer ones find nothing and cannot be saved."""
_CHARACTERS = 100 * VALUES_MAX
"""Maximum characters of a search text."""
_SHORTEST_PREFIX = 3
_SHOWN = 40
"""Maximum characters of a value shown in a sentence."""
_DATES = "a date: 2024-03, today or 7d"
_VALUES_OF = {
    "is": "unread, read, starred or hidden", "has": "picture or enclosure", "since": _DATES, "before": _DATES,
    "words>": "a number", "words<": "a number",
}  # fmt: skip
_OPERATORS = {"OR": "for alternatives, write one|other", "NOT": "to exclude a word, write -word"}
_OTHER_FIELDS = {"age": "since:", "date": "since:", "unread": "is:unread", "read": "is:read", "starred": "is:starred"}
"""Fields of other programs, and what they are here."""
_FIELD = re.compile(r"([^\W\d_]+)([:=<>])(.*)", re.DOTALL)
"""A word in the form of a field: name, sign, value."""
_ALIKE = 0.75
"""Minimum similarity of a misspelt field and the one that was meant."""
_WORD_COUNT_MAX = 10**9
"""More words than any article has."""


class Term(NamedTuple):
    """A word or phrase, or alternatives of which one must match."""

    options: tuple[tuple[str, ...], ...]
    """The words of each alternative."""
    column: str = ""
    """The FTS5 column filter; "" for any column."""
    prefix: bool = False
    """Whether the last token is a prefix."""

    @property
    def last(self) -> str:
        return self.options[-1][-1]

    def fts(self, *, whole: bool = False) -> str:
        """The FTS5 expression; with `whole` not as a prefix. The whole word ranks above longer ones."""
        phrases = [f'{self.column}"{" ".join(option)}"' for option in self.options]
        phrases += [f"{phrases[-1]} *"] if self.prefix and not whole else []
        return f"({' OR '.join(phrases)})"


NamedField = Literal["feed", "folder", "tag", "author", "category"]


class Named(NamedTuple):
    """Names after a field, of which one must match."""

    field: NamedField
    names: tuple[str, ...]
    is_whole: bool
    """Whether they are whole names, not parts."""
    is_unwanted: bool


@dataclass(slots=True)
class SearchQuery:
    """A parsed search text."""

    terms: list[Term] = field(default_factory=list)
    without: list[Term] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)
    read: bool | None = None
    starred: bool | None = None
    hidden: bool | None = None
    has: list[tuple[int, bool]] = field(default_factory=list)
    """Required extras, as bits of `MEDIA_FLAGS`; True if excluded."""
    since: datetime | None = None
    before: datetime | None = None
    longer: int | None = None
    """Minimum words (exclusive)."""
    shorter: int | None = None
    """Maximum words (exclusive)."""
    nothing: bool = False
    """Whether nothing can match: only characters that are not indexed were typed, or too many words."""
    mistakes: list[str] = field(default_factory=list, compare=False)
    """Sentences about fields with an invalid value, which are searched for as words."""

    def fts(self, *, whole: bool = False) -> str:
        """The FTS5 query of the required terms; "" if there are none."""
        if not self.terms:
            return ""
        found = " AND ".join(term.fts(whole=whole) for term in self.terms)
        return f"({found}) NOT ({self.unwanted()})" if self.without else found

    def in_titles(self, *, whole: bool = False) -> str:
        """The FTS5 query for titles with all terms that may be anywhere; "" if there are none."""
        terms = [term.fts(whole=whole) for term in self.terms if not term.column]
        return f"title : ({' AND '.join(terms)})" if terms else ""

    def unwanted(self) -> str:
        """The FTS5 query of the excluded terms; "" if there are none."""
        return " OR ".join(term.fts() for term in self.without)

    def is_about_words(self) -> bool:
        return bool(self.terms or self.without)

    def prefix_term(self) -> Term | None:
        return next((term for term in self.terms if term.prefix), None)


def understand(text: str, now: datetime | None = None) -> SearchQuery:
    """Parse a search text; relative dates such as `7d` count from `now`."""
    wanted = SearchQuery()
    if not text:  # the usual list: it is shown before any pattern is made
        return wanted
    text = text[: _CHARACTERS + 1]
    text = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text)
    pieces = _pieces(text)
    if pieces is None:
        wanted.nothing = True
        return wanted
    for piece in pieces:
        _take(wanted, piece, last=piece.end() == len(text), now=now)
    wanted.nothing = bool(text.strip()) and wanted == SearchQuery()
    return wanted


def completed(text: str) -> str:
    """A search text that finds the same once nothing more is typed: an incomplete last word gets its asterisk."""
    found = understand(text)
    is_incomplete = not found.mistakes and found.terms != understand(f"{text} ").terms
    return text.strip() + ('"' if text.count('"') % 2 else "*" if is_incomplete else "")


def is_too_long(text: str) -> bool:
    return _pieces(text) is None


def check_length(text: str) -> None:
    """Raise QueryError if a search text has too many words and names."""
    if is_too_long(text):
        raise QueryError(f"Search too long (over {VALUES_MAX} words and names).")


def _pieces(text: str) -> list[re.Match[str]] | None:
    """The tokens of a search text; None if there are too many."""
    if len(text) > _CHARACTERS:
        return None
    pieces = list(re.finditer(PIECE, text, re.IGNORECASE))
    return None if sum(len(_values(piece)) for piece in pieces) > VALUES_MAX else pieces


def _take(wanted: SearchQuery, piece: re.Match[str], *, last: bool, now: datetime | None) -> None:
    """Add one token to the query."""
    minus, key, is_whole = bool(piece[1]), (piece[2] or piece[3] or piece[4] or "").lower(), bool(piece[3])
    written = _values(piece)
    values = [unquoted(each) for each in written]
    if not key and piece[5] == "AND":  # all terms are combined so
        return
    if odd := next((each for each in written[1:] if f"{each.partition(':')[0].lower()}:" in FIELDS), ""):
        wanted.mistakes.append(f"“{odd[:_SHOWN]}”: alternatives must be in the same field")
    if is_whole or key in ("feed", "folder", "tag"):
        names = tuple(value for value in values if value or is_whole)
        if names:
            wanted.named.append(Named(cast("NamedField", key), names, is_whole, minus))
        return
    if len(values) == 1 and key not in _COLUMNS and _setting(wanted, key, values[0], now, no=minus):
        return
    if key not in _COLUMNS:
        sign = "" if key[-1] in "<>" else ":"
        wanted.mistakes.append(f"“{key}{sign}{piece[5][:_SHOWN]}”: use {_VALUES_OF[key]}")
        key, values = "", [f"{key.rstrip('<>')} {value}" for value in values]
    elif not key and (hint := _hint(piece[5])):
        wanted.mistakes.append(f"“{piece[5][:_SHOWN]}”: {hint}")
    options = tuple(tokens for value in values if (tokens := tuple(token().findall(compared(value)))))
    if not options:
        return
    # What begins with one or two letters is most of the words there are: only the word of these letters is meant.
    is_begun = piece[5].endswith("*") or (last and piece[5][-1:].isalnum())
    prefix = is_begun and not minus and len(options[-1][-1]) >= _SHORTEST_PREFIX
    (wanted.without if minus else wanted.terms).append(Term(options, _COLUMNS[key], prefix))


def _values(piece: re.Match[str]) -> list[str]:
    """The alternatives of a term, as they are written, without the field that is repeated before each."""
    again = f"(?:{piece[2]}:|{piece[3]}=)?" * bool(piece[2] or piece[3])
    found = [each[1] for each in re.finditer(f"{again}({VALUE})", piece[5], re.IGNORECASE)]
    return [each for each in found if each != "OR"] or found


def _hint(word: str) -> str:
    """A hint for a word that resembles a field or an operator; "" for other words."""
    if word in _OPERATORS:
        return _OPERATORS[word]
    found = _FIELD.fullmatch(word)
    if found is None:
        return ""
    name, sign, value = found[1].lower(), found[2], found[3]
    is_field = f"{name}:" in FIELDS or name == "words"
    if is_field and not value:
        return "needs a value"
    if name == "words":
        return f"write words>{value} or words<{value}"
    if sign != ":" or not value:
        return f"write {name}:{value}" if is_field else ""
    fields = [each[:-1] for each in FIELDS if each.endswith(":")]
    near = nearest(name, fields, alike=_ALIKE)
    meant = _OTHER_FIELDS.get(name, near and f"{near}:")
    return meant and f"did you mean {meant}?"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    return (value[1:-1] if value.endswith('"') and len(value) > 1 else value[1:]).replace('""', '"')


def _setting(wanted: SearchQuery, key: str, value: str, now: datetime | None, *, no: bool) -> bool:
    """Add a field whose value is neither names nor words, such as `is:unread`; returns whether it is valid."""
    if key == "is":
        return _flag(wanted, value.lower(), no=no)
    if key == "has":
        bit = MEDIA_FLAGS.get(value.lower())
        if bit is not None:
            wanted.has.append((bit, no))
        return bit is not None
    if key in ("since", "before"):
        return _date(wanted, key, value, now, no=no)
    return _length(wanted, key[-1], value, no=no)


def _flag(wanted: SearchQuery, name: str, *, no: bool) -> bool:
    if name in ("unread", "read"):
        wanted.read = (name == "read") is not no
    elif name == "starred":
        wanted.starred = not no
    elif name == "hidden":
        wanted.hidden = not no
    return name in ("unread", "read", "starred", "hidden")


def _date(wanted: SearchQuery, key: str, value: str, now: datetime | None, *, no: bool) -> bool:
    """Parse a date; the narrowest of several counts. Negated `before` means `since`."""
    try:
        first, _ = date_expressions.span(value, now or utc_now())
    except ValueError:
        return False
    if (key == "since") is not no:
        wanted.since = max(first, wanted.since or first)
    else:
        wanted.before = min(first, wanted.before or first)
    return True


def _length(wanted: SearchQuery, sign: str, value: str, *, no: bool) -> bool:
    """Parse a word count; the narrowest of several counts. "Not longer" is shorter than one more."""
    if not (value.isascii() and value.isdecimal()):
        return False
    number = min(int(value[:18]), _WORD_COUNT_MAX)
    if (sign == ">") is not no:
        number -= no  # not below 500: above 499
        wanted.longer = max(number, number if wanted.longer is None else wanted.longer)
    else:
        number += no
        wanted.shorter = min(number, number if wanted.shorter is None else wanted.shorter)
    return True


# Scripts that put no spaces between words (and Korean, whose particles cling to them) are indexed letter by letter, and
# a run of such letters is looked for as a phrase: any part of it is found, at a third of what trigrams would take.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u3131-\u318e\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_ASCII = bytes(range(128))
_LETTER = re.compile(r"\w")


def indexed(text: str) -> str:
    """The text as it goes into the search index: writing without spaces is split into single characters."""
    if text.isascii() or not _special().search(_beyond_ascii(text)):
        return text
    return unspaced_run().sub(_letter_by_letter, compared(text))


def _beyond_ascii(text: str) -> str:
    return text.encode("utf-8", "replace").translate(None, _ASCII).decode()


@cache
def _special() -> re.Pattern[str]:
    """Characters that the index does not fold as we do; most texts have none."""
    return re.compile(
        "[\xaa\xad\xb2\xb3\xb9\xba\xbc-\xbe\xc6\xd0\xd8\xde\xdf\xe6\xf0\xf8\xfe\u0110\u0111\u0126\u0127\u0131-\u0133"
        "\u013f-\u0142\u0149\u0152\u0153\u0166\u0167\u0197\u01b5\u01b6\u01c4-\u01cc\u01e0-\u01e3\u01ee\u01ef\u01f1-\u01f3"
        "\u01fc-\u01ff\u0250-\u1fff\u200b-\u200f\u2060\u2070-\u209c\u20a8\u20c0-\U0010ffff]"
    )


@cache
def unspaced_run() -> re.Pattern[str]:
    """Characters indexed one by one; compiled on first use, since the start does not need it."""
    return re.compile(f"[{_UNSPACED}]+")


@cache
def token() -> re.Pattern[str]:
    return re.compile(f"[{_UNSPACED}]|[^\\W_{_UNSPACED}]+")


def words_in(text: str) -> list[str]:
    found: list[str] = token().findall(text.lower() if _has_ascii_words(text) else compared(text))
    return found


def _has_ascii_words(text: str) -> bool:
    """Whether a text consists of ASCII words, and at most characters such as curly quotes."""
    if text.isascii():
        return True
    rest = _beyond_ascii(text)
    return not (_special().search(rest) or _LETTER.search(rest))


def compared(text: str) -> str:
    return FoldedText(unicodedata.normalize("NFKC", text)).folded


def _letter_by_letter(run: re.Match[str]) -> str:
    return f" {' '.join(run[0])} "


Field = Literal["feed", "folder"]


_TABLES = ("saved_search", "rule")
_CACHE_SIZE = 2000
"""Queries whose names are remembered, as all are looked through for each feed of an import."""


def names(c: sqlite3.Connection, field: Field) -> set[str]:
    """The keys of all names in terms such as `feed=NAME` of saved searches and rules."""
    rows = [
        row
        for table in _TABLES
        for row in c.execute(f"SELECT query FROM {table} WHERE query LIKE ?", (f"%{field}=%",)).fetchall()
    ]
    return set().union(*(_names_in(text_of(row[0]), field) for row in rows))


@lru_cache(_CACHE_SIZE)
def _names_in(query: str, field: Field) -> frozenset[str]:
    pieces = re.finditer(PIECE, query, flags=re.IGNORECASE)
    named = (piece for piece in pieces if (piece[3] or "").lower() == field)
    return frozenset(name_key(unquoted(each)) for piece in named for each in _values(piece))


def follow(c: sqlite3.Connection, field: Field, new: Mapping[str, Sequence[str]]) -> None:
    """Replace whole names in all saved searches and rules, as `renamed` does, in the caller's transaction."""
    for table in _TABLES:
        rows = c.execute(f"SELECT id, query FROM {table} WHERE query LIKE ?", (f"%{field}=%",)).fetchall()
        for id_, query in rows:
            text = text_of(query)
            followed = renamed(text, field, new)
            if followed != text:
                c.execute(f"UPDATE {table} SET query = ? WHERE id = ?", (sound(followed), id_))


def renamed(query: str, field: Field, new: Mapping[str, Sequence[str]]) -> str:
    """A query in which whole names of a field are replaced.

    `new`: by `name_key` of a name, those that replace it, as alternatives.
    """

    def follow_in(piece: re.Match[str]) -> str:
        values = _values(piece)
        if (piece[3] or "").lower() != field or not any(name_key(unquoted(value)) in new for value in values):
            return piece[0]
        names: list[str] = []
        for value in values:
            key = name_key(unquoted(value))
            names += [value if name_key(each) == key else quoted(each) for each in new[key]] if key in new else [value]
        return f"{piece[1]}{field}={'|'.join(dict.fromkeys(names))}"

    return re.sub(PIECE, follow_in, query, flags=re.IGNORECASE)
