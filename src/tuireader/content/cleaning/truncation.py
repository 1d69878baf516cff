"""Detecting whether a feed gives the whole article or an excerpt."""

from __future__ import annotations

import re

from tuireader.content.cleaning.phrases import MORE, MORE_CLASS, MORE_END, MORE_END_MAX
from tuireader.content.dom.plain_text import ANY_TAG
from tuireader.text.printable import unescape
from tuireader.text.word_count import count_words

_EXCERPT_MAX = 200
"""Maximum words of a text whose final ellipsis marks an excerpt."""
_LINK = re.compile(r"<a\b([^<>]*)>((?:[^<]|<(?!/?a\b))*)</a>", re.IGNORECASE)
_ATTACHED = re.compile(r"(?:\n(?:Audio|Video): [^\n]*)+$")

_ATTACHED_MAX = 4000
"""Maximum characters of attachments."""


def looks_truncated(html: str, text: str) -> bool:
    """Whether `html` with plain text `text` looks like an excerpt, or only a link."""
    if text.startswith(("Audio: ", "Video: "), text.rfind("\n") + 1):
        at = max(0, len(text) - _ATTACHED_MAX)
        text = text[:at] + _ATTACHED.sub("", text[at:])
    if not text:
        return "<img" not in html.lower()
    if MORE_END.search(text, max(0, len(text) - MORE_END_MAX)) or MORE.fullmatch(text[text.rfind("\n") + 1 :]):
        return True
    if text.endswith(("…", "...")) and count_words(text) <= _EXCERPT_MAX:
        return True
    link = _last_link(html[-4000:])
    if link is None:
        return False
    last = " ".join(unescape(ANY_TAG.sub("", link[2])).split())
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
