"""Lists of addresses, one a line, including newsboat's `urls` file and filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import NamedTuple

from tuireader.feeds.opml import FEEDS_MAX
from tuireader.text.printable import short_line

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"?|(#.*)|(\S+)')
_ESCAPED = re.compile(r"\\(.)")
_OTHERS = {
    "exec:": "feeds from a program are not supported",
    "filter:": "filter programs are not supported",
}
_LINE_MAX = 10_000
"""Maximum characters of a line."""


class ListedAddress(NamedTuple):
    """A line of newsboat's `urls` file: a feed or a search."""

    line: int
    url: str
    title: str
    tags: tuple[str, ...]
    """In newsboat's order."""
    unsupported: str = ""
    """Why it cannot be followed; "" if it can."""
    search: tuple[str, str] | None = None
    """Name and expression of a newsboat search."""
    is_hidden: bool = False
    """Whether newsboat hides it, so that only searches show its articles."""


def read_url_list(text: str) -> list[ListedAddress]:
    """Parse the lines; `#` starts a comment.

    After an address there may be tags, quoted if they contain spaces. A tag with `~` is a title; one with `!` hides the
    feed in newsboat.
    """
    found: list[ListedAddress] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = list(words_of_line(line[:_LINE_MAX]))
        if not words:
            continue
        if len(found) == FEEDS_MAX:
            why = f"at most {FEEDS_MAX:,} lines per file"
            return [*found, ListedAddress(number, "the rest of the list", "", (), why)]
        url, *rest = words
        if rest and "://" not in url and ":" not in url.partition(".")[0]:
            continue  # a sentence, or a line of a log: an address without a scheme stands alone
        tags = [word for word in rest if word and word[0] not in "~!"]
        is_hidden = any(word.startswith("!") for word in rest)
        title = next((word[1:] for word in rest if word.startswith("~")), "")
        why = next((said for begin, said in _OTHERS.items() if url.startswith(begin)), "")
        search = _search(url)
        tags = [short_line(tag) for tag in tags]
        found.append(ListedAddress(number, url, short_line(title), tuple(tags), why, search, is_hidden))
    return found


def _search(url: str) -> tuple[str, str] | None:
    """Split `query:Name:expression` into name and expression."""
    kind, _, rest = url.partition(":")
    name, _, expression = rest.partition(":")
    return (short_line(name), expression) if kind == "query" else None


def words_of_line(line: str) -> list[str]:
    """Split a line into words; a quoted phrase is one word, and `#` starts a comment."""
    words = []
    for quoted in _WORD.finditer(line):
        if quoted[2] is not None:
            break
        words.append(quoted[3] if quoted[3] is not None else _ESCAPED.sub(r"\1", quoted[1]))
    return words


_TOKEN = re.compile(
    r"""\s*(?:(?P<paren>[()])|(?P<join>and|or|&&?|\|\|?)(?=[\s(])"""
    r"""|(?P<name>[a-z_]+)\s*(?P<op>=~|!~|==|!=|<=|>=|!\#|=|<|>|\#|between)\s*"""
    r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+(?::\d+)?))""",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[\w\s'’.,&/+-]+(?:\|[\w\s'’.,&/+-]+)*")
"""Text without regular expression syntax, or several such texts separated by `|`."""
_FIELDS = {
    "title": "title:", "author": "author:", "content": "", "feedtitle": "feed:", "rssurl": "feed:", "feedlink": "feed:",
    "link": "",
}  # fmt: skip

_OF_NAMES = {"feedtitle": "feed=", "author": "author="}
"""Newsboat's fields whose whole value can be compared here, with their prefixes in the query language."""
_JOINING = frozenset({"OR", "AND", "NOT"})
"""Words that join others in the query language, unless quoted."""
_BY_WORDS = frozenset({"", "author:", "title:"})
"""Prefixes of what is searched by words here."""
_OF_WORDS = frozenset({"title", "author"})
"""Fields in which a word finds no more than in newsboat; in others it finds titles and addresses, too."""
_WORDS = re.compile(r"[\w\s]+(?:\|[\w\s]+)*")
"""Words alone, or alternatives of such."""
_DEEPEST = 50
"""Maximum depth of brackets."""


class _Comparison(NamedTuple):
    """A comparison: field, values, and whether it is negated."""

    field: str
    values: tuple[str, ...]
    no: bool = False


def translated(expression: str, tags: Collection[str], *, is_narrow: bool = False) -> str | None:
    """Translate an expression to the language of `store.queries.query_language`; None if impossible.

    `tags` are newsboat's tags that are tags here; others are folders. A word matches beginnings of words here, and
    several match whole words; in newsboat they match any parts. With `is_narrow`, nothing is translated that would find
    more than in newsboat.
    """
    tokens = _tokens(expression)
    if tokens is None or sum(token["paren"] == "(" for token in tokens) > _DEEPEST:
        return None
    parser = _Parser(tokens, tags, is_narrow=is_narrow)
    said = parser.conjunction()
    return None if said is None or parser.is_left else " ".join(_piece(each) for each in said)


def _tokens(expression: str) -> list[re.Match[str]] | None:
    found, at, end = [], 0, len(expression.rstrip())
    while at < end:
        match = _TOKEN.match(expression, at)
        if match is None:
            return None
        found.append(match)
        at = match.end()
    return found


class _Parser:
    """Parses `a and b and (c or d)`; "or" only between comparisons of one field."""

    def __init__(self, tokens: list[re.Match[str]], tags: Collection[str], *, is_narrow: bool) -> None:
        self._tokens = tokens
        self._tags = tags
        self._is_narrow = is_narrow

    @property
    def is_left(self) -> bool:
        return bool(self._tokens)

    def _take(self, kind: str, *texts: str) -> bool:
        if self._tokens and (self._tokens[0][kind] or "").lower() in texts:
            self._tokens.pop(0)
            return True
        return False

    def conjunction(self) -> list[_Comparison] | None:
        """Parse comparisons joined by `and`."""
        found: list[_Comparison] = []
        while True:
            some = self._disjunction()
            if some is None:
                return None
            found += some
            if not self._take("join", "and", "&", "&&"):
                return found

    def _disjunction(self) -> list[_Comparison] | None:
        some = self._one()
        while some is not None and self._take("join", "or", "|", "||"):
            other = self._one()
            if other is None or not _are_alternatives(*some, *other):
                return None
            some = [_Comparison(some[0].field, (*some[0].values, *other[0].values))]
        return some

    def _one(self) -> list[_Comparison] | None:
        if self._take("paren", "("):
            inside = self.conjunction()
            return inside if self._take("paren", ")") else None
        if not self._tokens or not self._tokens[0]["name"]:
            return None
        token = self._tokens.pop(0)
        name, op = token["name"].lower(), token["op"].lower()
        value = _value(token["value"])
        if self._is_narrow and not _is_narrow(name, op, value):
            return None
        said = _comparison(name, op, value, self._tags, is_narrow=self._is_narrow)
        return None if said is None else [said]


def _is_narrow(name: str, op: str, value: str) -> bool:
    """Whether a comparison finds no more here than in newsboat, which finds parts of words in one field."""
    if op == "=~" and name in _FIELDS:
        return name in _OF_WORDS and _WORDS.fullmatch(value.removeprefix("(?i)")) is not None
    if name in _FIELDS:
        return name in _OF_NAMES and op != "!~"
    return not (name == "flags" and op == "!=")  # stars may be given elsewhere


def _are_alternatives(*some: _Comparison) -> bool:
    return len(some) == 2 and not any(each.no for each in some) and some[0].field == some[1].field


def _value(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] in "\"'" else text


def _comparison(name: str, op: str, value: str, tags: Collection[str], *, is_narrow: bool) -> _Comparison | None:
    no = op.startswith("!")
    if name == "unread" and op in ("=", "=="):
        return _Comparison("is:", ("unread" if value == "yes" else "read",))
    if name in ("flags", "tags"):
        return _flags(op, value) if name == "flags" else _tags(op, value, tags)
    if name == "age":
        return _age(op, value, is_narrow=is_narrow)
    if name not in _FIELDS or op not in ("=~", "!~", "=", "==", "!="):
        return None
    whole = name in _OF_NAMES and op in ("=", "==", "!=")
    value = value.removeprefix("(?i)").strip("^$") if not whole else value
    values = (value,) if whole else tuple(part.strip() for part in value.split("|") if part.strip())
    if not values or not value.strip() or not (whole or _PLAIN.fullmatch(value)):
        return None
    return _Comparison(_OF_NAMES[name] if whole else _FIELDS[name], values, no)


def _flags(op: str, value: str) -> _Comparison | None:
    if op == "!=" and not value:
        return _Comparison("is:", ("starred",))
    is_one = op in ("#", "!#", "=~", "!~") and len(value) == 1
    return _Comparison("tag=", (f"flag {value}",), op.startswith("!")) if is_one else None


def _tags(op: str, value: str, tags: Collection[str]) -> _Comparison | None:
    return _Comparison("tag=" if value in tags else "folder=", (value,), op == "!#") if op in ("#", "!#") else None


def _age(op: str, value: str, *, is_narrow: bool) -> _Comparison | None:
    """Translate an age; days are calendar days here, but 24 hours in newsboat.

    The result finds up to a day more than newsboat, or a day less if `is_narrow`.
    """
    less = int(is_narrow)
    days: dict[str, Callable[[int], _Comparison]] = {
        "<": lambda n: _Comparison("since:", (f"{max(0, n - less)}d",)),
        "<=": lambda n: _Comparison("since:", (f"{n + 1 - less}d",)),
        ">": lambda n: _Comparison("before:", (f"{n + less}d",)),
        ">=": lambda n: _Comparison("before:", (f"{max(0, n - 1 + less)}d",)),
    }
    if op == "between" and value.startswith("0:") and len(value) < 8:
        return _Comparison("since:", (f"{int(value[2:]) + 1 - less}d",))
    return days[op](int(value)) if op in days and value.isdecimal() and len(value) < 6 else None


def _piece(said: _Comparison) -> str:
    are_words = [re.fullmatch(r"\w+", each) is not None and each not in _JOINING for each in said.values]
    values = [
        each if is_word else '"' + each.replace('"', '""') + '"'
        for each, is_word in zip(said.values, are_words, strict=True)
    ]
    is_begun = said.field in _BY_WORDS and are_words == [True]
    return f"{'-' * said.no}{said.field}{'|'.join(values)}{'*' if is_begun else ''}"


class Ignored(NamedTuple):
    """An `ignore-article` line of newsboat's configuration."""

    line: int
    feed: str
    """The address of its feed; "*" for all."""
    expression: str


def other_settings(text: str) -> list[str]:
    """The names of the settings in a newsboat configuration but `ignore-article`, each once, in order."""
    names = (line.split(maxsplit=1)[0][:_NAME_MAX] for line in text.splitlines() if line.strip())
    return [name for name in dict.fromkeys(names) if _SETTING.fullmatch(name) and name != "ignore-article"]


_SETTING, _NAME_MAX = re.compile("[a-z-]+"), 40


def read_killfile(text: str) -> list[Ignored]:
    """The ignored articles of a configuration, in order."""
    settings = setting_values(text, "ignore-article")
    return [Ignored(number, *values[:2]) for number, values in settings if len(values) > 1]


def setting_values(text: str, name: str) -> list[tuple[int, list[str]]]:
    """The values of a setting in a configuration, by line number."""
    lines = ((number, words_of_line(line[:_LINE_MAX])) for number, line in enumerate(text.splitlines(), 1))
    return [(number, words[1:]) for number, words in lines if words[:1] == [name]]
