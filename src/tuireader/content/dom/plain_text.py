"""Fast text extraction."""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_letters

from tuireader.content.dom.sanitize import flattened, shortened, without_oddities, without_tags
from tuireader.content.maths.formulas import with_formulas
from tuireader.text.html_elements import BLOCKS
from tuireader.text.printable import printable_and_special, unescape

# Of tags with other characters in their attributes, and of all that is no element, the real parser takes care.
_TAG = r"[^<>\"']*(?:(?:\"[^\"<>]*\"|'[^'<>]*')[^<>\"']*)*>"
_BLOCK = re.compile(
    rf"</?(?:{'|'.join(sorted(BLOCKS | {'br'}))})(?=[\s/>])" + _TAG,
    re.IGNORECASE,
)
ANY_TAG = re.compile("</?[a-zA-Z]" + _TAG)
_QUOTED = re.compile(_TAG[:-1])
_NAME = re.compile(r"/?([a-zA-Z][^\s/>]*)")
_BREAKING = BLOCKS | {"br"}
_BEGINS_TAG = frozenset(f"{ascii_letters}/!?")
_SPECIAL = re.compile(
    r"<(?:[!?]|script|style|svg|math|title|textarea|template|select|button|iframe|xmp|no|plaintext|canvas|object|map|video|audio)",
    re.IGNORECASE,
)
_ORIGIN = re.compile(r"\nThe (?:post|article) [^\n]{1,400} appeared first on [^\n]{1,200}\.$")

_OTHER_SPACE = re.compile(r"\s")


def plain_text(html: str) -> str:
    """The text of HTML for counting and searching: a line per block, entities decoded, printable."""
    html, _ = shortened(html)
    text = _of_simple(html)
    if text is None:
        text = unescape(without_tags(flattened(_with_breaks(with_formulas(without_oddities(html))))))
    return tidied(text)


def _of_simple(text: str) -> str | None:
    """The text of simple HTML, with a line break per block tag; None if it is not simple."""
    before, *pieces = text.replace("\n", " ").split("<")
    found = [before]
    for piece in pieces:
        tag, end, after = piece.partition(">")
        instead = _instead_of(tag.partition(" ")[0])
        if instead is None or not end or (('"' in tag or "'" in tag) and not _has_whole_quotes(tag)):
            if piece[:1] in _BEGINS_TAG:
                return None
            found += "<", piece  # it is text
        else:
            found += instead, after
    return unescape("".join(found))


@lru_cache(maxsize=1024)
def _instead_of(tag: str) -> str | None:
    """The replacement of a tag in text; None if the full parser is needed."""
    name = _NAME.match(tag)
    if name is None or _SPECIAL.match(f"<{tag}"):
        return None
    return "\n" if name[1].lower() in _BREAKING else ""


def _has_whole_quotes(tag: str) -> bool:
    return tag.count('"') % 2 == 0 if "'" not in tag else _QUOTED.fullmatch(tag) is not None


def tidied(text: str) -> str:
    """Text with folded spaces, without blank lines and WordPress's "appeared first" line."""
    text, special = printable_and_special(text)
    spaced = _OTHER_SPACE.search(special)
    text = "\n".join(filter(None, map(str.strip, text.split("\n"))))
    if spaced or "  " in text:
        text = "\n".join([" ".join(line.split()) for line in text.split("\n")])
    return _ORIGIN.sub("", text) if "appeared first on" in text else text


def _with_breaks(html: str) -> str:
    """HTML with line breaks before block tags only."""
    return _BLOCK.sub(r"\n\g<0>", html.replace("\n", " "))
