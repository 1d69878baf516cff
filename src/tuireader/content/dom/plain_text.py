"""The text of HTML, in a hurry."""

from __future__ import annotations

import re
from html import unescape

from tuireader.content.dom.repair import flattened, shortened, without_oddities
from tuireader.content.dom.sanitize import without_tags
from tuireader.content.maths.formulas import with_formulas
from tuireader.text.html_elements import BLOCKS
from tuireader.text.printable import printable_and_special

# Of tags with other characters in their attributes, and of all that is no element, the real parser takes care.
_TAG = r"[^<>\"']*(?:(?:\"[^\"<>]*\"|'[^'<>]*')[^<>\"']*)*>"
_BLOCK = re.compile(
    rf"</?(?:{'|'.join(sorted(BLOCKS | {'br'}))})(?=[\s/>])" + _TAG,
    re.IGNORECASE,
)
ANY_TAG = re.compile("</?[a-zA-Z]" + _TAG)
_SPECIAL = re.compile(
    r"<(?:[!?]|script|style|svg|math|title|textarea|template|select|button|iframe|xmp|no|plaintext|canvas|object|map|video|audio)",
    re.IGNORECASE,
)
_ORIGIN = re.compile(r"\nThe (?:post|article) [^\n]{1,400} appeared first on [^\n]{1,200}\.$")

_OTHER_SPACE = re.compile(r"\s")


def plain_text(html: str) -> str:
    """Return the text of HTML for counting and searching: a line for each block, entities decoded, printable."""
    html, _ = shortened(html)
    text = _of_simple(html)
    if text is None:
        text = unescape(without_tags(flattened(_with_breaks(with_formulas(without_oddities(html))))))
    return tidied(text)


def _of_simple(text: str) -> str | None:
    """Return the text of simple HTML, with a line feed for each tag of a block; None where it is not so simple."""
    if _SPECIAL.search(text):
        return None
    text = ANY_TAG.sub("", _BLOCK.sub("\n", text.replace("\n", " ")))
    return None if "<" in text and re.search("<[a-zA-Z/]", text) else unescape(text)


def tidied(text: str) -> str:
    """Return text with its space folded, without blank lines and without the line that WordPress adds, printable."""
    text, special = printable_and_special(text)
    spaced = _OTHER_SPACE.search(special)
    lines = [line.strip() for line in text.split("\n")]
    text = "\n".join([" ".join(line.split()) if spaced or "  " in line else line for line in lines if line])
    return _ORIGIN.sub("", text) if "appeared first on" in text else text


def _with_breaks(html: str) -> str:
    """Return HTML with a line feed before each tag of a block, and nowhere else."""
    return _BLOCK.sub(r"\n\g<0>", html.replace("\n", " "))
