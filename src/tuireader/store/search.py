"""Full-text search: what is indexed, and how what people type becomes a question to the index."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

# Scripts that put no spaces between words (and Korean, whose particles cling to them) are indexed letter by letter, and
# a run of such letters is searched for as a phrase: any part of it is found, at a third of what trigrams would cost.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u3131-\u318e\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff]"
)
_PIECE = re.compile(r'(-?)(?:(author|category|feed|is):)?("[^"]*"?|\S+)', re.IGNORECASE)
_COLUMNS = {"author": "authors", "category": "categories"}
_MOST_WORDS = 32
_SHORTEST_PREFIX = 3


@dataclass(slots=True)
class Wanted:
    """What a typed search asks for."""

    match: list[str] = field(default_factory=list)
    """FTS5 expressions that must all hold."""
    without: list[str] = field(default_factory=list)
    """FTS5 expressions of which none may hold."""
    feeds: list[str] = field(default_factory=list)
    """Parts of the feed's title or address."""
    not_feeds: list[str] = field(default_factory=list)
    unread: bool | None = None
    starred: bool | None = None
    nothing: bool = False
    """Nothing can match: only signs that no index keeps were typed."""


def indexed(text: str) -> str:
    """The text as it goes into the index, and as it is looked for."""
    if text.isascii():
        return text
    return _UNSPACED.sub(r" \g<0> ", unicodedata.normalize("NFKC", text))


def understand(text: str) -> Wanted:
    """What was typed: words (the last is a prefix, unless a space follows), "a phrase", -word, author:, category:,
    feed:, is:unread, is:read, is:starred. Never an error.
    """
    wanted = Wanted()
    text = "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text)
    pieces = list(_PIECE.finditer(text))[:_MOST_WORDS]
    for piece in pieces:
        minus, key, value = piece[1], (piece[2] or "").lower(), piece[3]
        quoted = value.startswith('"')
        value = value.strip('"')
        if key == "is" and _flag(wanted, value.lower(), no=bool(minus)):
            continue
        if key == "is":
            key, value = "", f"is:{value}"
        if key == "feed":
            (wanted.not_feeds if minus else wanted.feeds).append(value)
            continue
        last = piece.end() == len(text) and not quoted and not minus
        term = _term(value, prefix=last)
        if not term:
            continue
        (wanted.without if minus else wanted.match).append(f"{_COLUMNS[key]} : {term}" if key else term)
    wanted.nothing = bool(pieces) and wanted == Wanted()
    return wanted


def fts_query(text: str) -> str:
    """The words of what was typed as an FTS5 query, or "" where it has none; the filters are left out."""
    wanted = understand(text)
    if not wanted.match:
        return ""
    found = " AND ".join(f"({term})" for term in wanted.match)
    return f"({found}) NOT ({' OR '.join(f'({term})' for term in wanted.without)})" if wanted.without else found


def _flag(wanted: Wanted, name: str, *, no: bool) -> bool:
    if name in ("unread", "read"):
        wanted.unread = (name == "unread") is not no
    elif name in ("starred", "star"):
        wanted.starred = not no
    else:
        return False
    return True


def _term(words: str, *, prefix: bool) -> str:
    """Words as one quoted phrase, "" where the index would see no word in them."""
    plain = indexed(words).replace('"', " ").strip()
    if not any(unicodedata.category(sign)[0] in "LN" or unicodedata.category(sign) == "Co" for sign in plain):
        return ""
    end = re.search(r"\w*$", plain)
    open_ended = prefix and end is not None and len(end[0]) >= _SHORTEST_PREFIX
    return f'"{plain}"{" *" if open_ended else ""}'
