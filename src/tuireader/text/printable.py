"""Text without control characters."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache

from tuireader.text import wrap

MARKS = frozenset(
    {
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
        "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var",
    }
)  # fmt: skip
"""HTML elements that mark a range of text within a paragraph."""

INLINE = MARKS | {
    "button", "data", "img", "input", "label", "noscript", "option", "picture", "rp", "rt", "ruby", "time", "wbr",
}  # fmt: skip
"""HTML elements that may be part of a paragraph."""

VOID = frozenset({"br", "col", "embed", "hr", "img", "input", "source", "track", "wbr"})
"""Elements without content and end tag."""

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
"""Heading elements."""

SECTIONS = frozenset(
    {
        "address", "article", "aside", "center", "details", "div", "fieldset", "footer", "form", "header", "hgroup",
        "main", "nav", "section",
    }
)  # fmt: skip
"""Elements that contain blocks and at most name a part of the page."""

BLOCKS = SECTIONS | {
    *HEADINGS, "blockquote", "caption", "dd", "dl", "dt", "figcaption", "figure", "hr", "legend", "li", "ol", "p",
    "pre", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
"""Elements that start on a new line, and their parts."""


MARKS_MAX = 8
"""Maximum consecutive combining marks and invisible characters; no script needs more."""

# ESC and the other controls start sequences; the bidi overrides and isolates show text in another order than it has.
# U+FEFF, the invisible operators, the interlinear annotations and what is no character have no meaning in running text.
_DROPPED = "\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2061-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
_BROKEN = "\x00\ud800-\udfff"
_BREAKS = "\r\x0b\x0c\x85\u2028\u2029"
# Soft hyphens, zero-width spaces and word joiners are about breaking lines: a name or a title does without.
_HINTS = "\u00ad\u200b\u2060"

# A pattern takes longer to make than all titles of a screen to be looked at, and most of them need none: each is made
# when the first text comes that does; `re` keeps those that are written as strings.
_BREAK = f"\r\n|[{_BREAKS}]"
_BLANK = f"[\t\n{_BREAKS}]+"
_UNSAFE = f"[{_DROPPED}{_BROKEN}]"
_UNSAFE_LINE = f"[{_DROPPED}{_BROKEN}{_HINTS}]"

# What most of a text is made of, whatever its language, and in which nothing is amiss.
_PLAIN = bytes([9, 10, *range(0x20, 0x7F)])
# Runs of what is neither a letter, a digit nor space: the only ones in which marks can pile up.
_PILE = rf"[^\w\s\x00-\x7f]{{{MARKS_MAX + 1},}}"
# Conjoining jamo are letters, and yet stand on top of each other.
_JAMO_PILE = f"([\u1160-\u11ff\ud7b0-\ud7ff]{{{MARKS_MAX}}})[\u1160-\u11ff\ud7b0-\ud7ff]+"


# Searching for one class of characters is several times faster than a longer pattern, and most text has none of these.


@cache
def _not_block() -> re.Pattern[str]:
    """Characters not allowed in multi-line text."""
    return re.compile(f"[{_DROPPED}{_BROKEN}{_BREAKS}]")


@cache
def _not_line() -> re.Pattern[str]:
    """Characters not allowed in a line; none that `str.isprintable` accepts."""
    return re.compile(f"[\t\n{_DROPPED}{_BROKEN}{_BREAKS}{_HINTS}]")


@cache
def _may_pile() -> re.Pattern[str]:
    """Combining marks, invisible characters, and letters of the scripts that use them."""
    return re.compile(
        "[\u00ad\u0300-\u036f\u0483-\u0489\u0590-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\u2cef-\u2cf1"
        "\u2d7f\u2de0-\u2dff\u302a-\u302f\u3099\u309a\ua66f-\ua6f1\ua802-\uabed\ud7b0-\ud7ff\ufb1e\ufe00-\ufe2f\ufeff\ufff9-\ufffb"
        "\U000101fd-\U0001e94a\U000e0000-\U000e0fff]"
    )


def printable(text: str) -> str:
    """Return `text` as one line without anything that a terminal could obey: for titles, names, addresses, messages.

    Line breaks and tabs become a space, other controls and bidi overrides go, NUL and lone surrogates become U+FFFD,
    and at most `MARKS_MAX` combining marks stay on a letter. Joiners, variation selectors, LRM and RLM stay.
    """
    if not text.isprintable() and _not_line().search(text):
        text = re.sub(_UNSAFE_LINE, _replacement, re.sub(_BLANK, " ", text))
    return _thinned(text)


def printable_line(text: str) -> str:
    return " ".join(printable(text).split())


def printable_block(text: str) -> str:
    r"""The same for multi-line text: breaks become `\n`, tabs align to four cells.

    Soft hyphens, zero-width spaces and word joiners stay, since they say where a line may break.
    """
    return printable_and_special(text)[0]


def printable_and_special(text: str) -> tuple[str, str]:
    """The result of `printable_block`, and the result of `without_plain` for the original text."""
    special = without_plain(text)
    if not special:
        return text.expandtabs(4) if "\t" in text else text, special
    if _not_block().search(special):
        text = re.sub(_UNSAFE, _replacement, re.sub(_BREAK, "\n", text))
    if "\t" in text:
        text = text.expandtabs(4)
    return _without_piles(text) if _may_pile().search(special) else text, special


def without_plain(text: str) -> str:
    """All characters of a text except printable ASCII, tab and newline: usually few, and fast to search."""
    return text.encode("utf-8", "surrogatepass").translate(None, _PLAIN).decode("utf-8", "surrogatepass")


def _replacement(match: re.Match[str]) -> str:
    return "\ufffd" if match[0] == "\0" or "\ud800" <= match[0] <= "\udfff" else ""


def _thinned(text: str) -> str:
    if text.isascii() or len(text.encode("utf-8", "surrogatepass")) - len(text) <= MARKS_MAX:
        return text  # too few that are not ASCII
    return _without_piles(text) if _may_pile().search(text) else text


def _without_piles(text: str) -> str:
    return re.sub(_PILE, _thin, re.sub(_JAMO_PILE, r"\1", text))


def _thin(match: re.Match[str]) -> str:
    """Keep `MARKS_MAX` marks of a sequence; a flood of invisible characters is dropped."""
    kept: list[str] = []
    pile: list[str] = []
    for char in match[0]:
        if _is_mark(char):
            pile.append(char)
        else:
            kept += [*_capped(pile), char]
            pile = []
    return "".join([*kept, *_capped(pile)])


def _is_mark(char: str) -> bool:
    """Whether a character is combining or invisible, also if it is newer than Python's Unicode data."""
    category = unicodedata.category(char)
    if category == "Cn":
        return not wrap.cells(char)
    return category[0] == "M" or category == "Cf"


def _capped(pile: list[str]) -> list[str]:
    if len(pile) <= MARKS_MAX:
        return pile
    return [char for char in pile if unicodedata.category(char) != "Cf"][:MARKS_MAX]


_LENGTH_MAX, _READ_MAX = 1000, 20_000

# What titles are marked up with: of "The <nav> element" the tag is what it is about.
_BLOCKS = frozenset({*HEADINGS, "p", "div", "li", "ul", "ol", "blockquote", "pre", "center"})
_VOID = frozenset({"br", "img", "wbr", "hr"})
_KNOWN = MARKS | _BLOCKS | _VOID
_SPACED = _BLOCKS | {"br", "hr"}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,11})(?=[\s/>])[^<>]*>")
_LONG_REFERENCE = re.compile(r"&#(?:[0-9]{20,}|[xX][0-9a-fA-F]{20,});?")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")

# Nothing to decode, to fold or to drop.
_SIMPLE = re.compile(r"[!-%'-;=?-~]+(?: [!-%'-;=?-~]+)*|")


def unescape(text: str) -> str:
    """Text with its HTML character references resolved; ones without a character are U+FFFD."""
    return html.unescape(with_short_references(text))  # noqa: TID251 - nowhere else


def with_short_references(text: str) -> str:
    """HTML without numeric character references so long that Python refuses to read their numbers."""
    return _LONG_REFERENCE.sub("\ufffd", text) if "&#" in text else text


def line(text: str, *, markup: bool = True) -> str:
    """A short text as one printable line: tags removed if it may contain `markup`, entities decoded, spaces folded.

    Only paired tags are markup: in "How to use <b>" the tag is text.
    """
    if len(text) <= _LENGTH_MAX and "@" not in text and _SIMPLE.fullmatch(text):
        return text
    if markup and "<" in text:
        text = _without_tags(text)
    for _ in range(2):  # escaped twice is common
        if "&" not in text or not _ENTITY.search(text):
            break
        text = unescape(text)
    return short_line(text)


_PASSWORD = re.compile(r"""(?<=//)[^\s/"'<>?#@:]{0,200}:[^\s/"'<>?#@]{1,200}@""")


def short_line(text: str) -> str:
    """A title or name as a printable line of up to 1,000 characters, without names and passwords in its addresses.

    What has no title is often called by its address.
    """
    folded = printable_line(text[:_READ_MAX])
    folded = _PASSWORD.sub("", folded) if "@" in folded else folded
    return folded if len(folded) <= _LENGTH_MAX else folded[: _LENGTH_MAX - 1] + "…"


def _without_tags(text: str) -> str:
    seen: dict[str, set[str]] = {}
    for slash, name in _TAG.findall(text):
        seen.setdefault(name.lower(), set()).add(slash)

    def replaced(match: re.Match[str]) -> str:
        name = match[2].lower()
        if name not in _KNOWN or not (len(seen[name]) == 2 or name in _VOID):
            return match[0]
        return " " if name in _SPACED else ""

    return _TAG.sub(replaced, text)
