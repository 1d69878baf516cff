"""The text of HTML in a hurry, how many words it has, and whether it is all of the article."""

from __future__ import annotations

import re
from html import unescape

from tuireader.content.phrases import MORE, MORE_CLASS, MORE_END, MORE_END_MAX
from tuireader.text.printable import printable_and_special
from tuireader.text.word_count import count_words

_EXCERPT_MAX = 200
"""Words up to which a text that ends in an ellipsis is taken for an excerpt."""

# Of tags with other characters in their attributes, and of all that is no element, the real parser takes care.
_TAG = r"[^<>\"']*(?:(?:\"[^\"<>]*\"|'[^'<>]*')[^<>\"']*)*>"
_BLOCK = re.compile(
    r"</?(?:p|div|br|li|h[1-6]|td|th|tr|dt|dd|ul|ol|dl|blockquote|pre|hr|table|caption|figure|figcaption|section|article|aside"
    r"|header|footer|main|nav|address|center|details|summary)(?=[\s/>])" + _TAG,
    re.IGNORECASE,
)
_ANY = re.compile("</?[a-zA-Z]" + _TAG)
_SPECIAL = re.compile(
    r"<(?:[!?]|script|style|svg|math|title|textarea|template|select|button|iframe|xmp|no|plaintext|canvas|object|map|video|audio)",
    re.IGNORECASE,
)
_ORIGIN = re.compile(r"\nThe (?:post|article) [^\n]{1,400} appeared first on [^\n]{1,200}\.$")

_OTHER_SPACE = re.compile(r"\s")

_LINK = re.compile(r"<a\b([^<>]*)>((?:[^<]|<(?!/?a\b))*)</a>", re.IGNORECASE)
_ATTACHED = re.compile(r"(?:\n(?:Audio|Video): [^\n]*)+$")


def without_tags(text: str) -> str | None:
    """Return the text of simple HTML, with a line feed for each tag of a block; None where it is not so simple."""
    if _SPECIAL.search(text):
        return None
    text = _ANY.sub("", _BLOCK.sub("\n", text.replace("\n", " ")))
    return None if "<" in text and re.search("<[a-zA-Z/]", text) else unescape(text)


def tidied(text: str) -> str:
    """Return text with its space folded, without blank lines and without the line that WordPress adds, printable."""
    text, special = printable_and_special(text)
    spaced = _OTHER_SPACE.search(special)
    lines = [line.strip() for line in text.split("\n")]
    text = "\n".join([" ".join(line.split()) if spaced or "  " in line else line for line in lines if line])
    return _ORIGIN.sub("", text) if "appeared first on" in text else text


def with_breaks(html: str) -> str:
    """Return HTML with a line feed before each tag of a block, and nowhere else."""
    return _BLOCK.sub(r"\n\g<0>", html.replace("\n", " "))


def looks_truncated(html: str, text: str) -> bool:
    """Whether `html`, whose plain text is `text`, seems to be only the beginning of an article, or a link to it."""
    if text.startswith(("Audio: ", "Video: "), text.rfind("\n") + 1):
        text = _ATTACHED.sub("", text)
    if not text:
        return "<img" not in html.lower()
    if MORE_END.search(text, max(0, len(text) - MORE_END_MAX)) or MORE.fullmatch(text[text.rfind("\n") + 1 :]):
        return True
    if text.endswith(("…", "...")) and count_words(text) <= _EXCERPT_MAX:
        return True
    link = _last_link(html[-4000:])
    if link is None:
        return False
    last = " ".join(unescape(_ANY.sub("", link[2])).split())
    if len(html) <= 4000 and last == text:
        return True
    ends_with_it = text.endswith(last) and last != ""
    return ends_with_it and bool(MORE_CLASS.search(link[1]) or MORE.fullmatch(last))


def _last_link(html: str) -> re.Match[str] | None:
    end = len(html)
    while (start := max(html.rfind("<a", 0, end), html.rfind("<A", 0, end))) >= 0:
        if found := _LINK.match(html, start):
            return found
        end = start
    return None
