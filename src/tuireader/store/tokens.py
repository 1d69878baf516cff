"""What the search index takes for a word, and text in the one form in which it is indexed and looked for."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from tuireader.text.folding import FoldedText

# Scripts that put no spaces between words (and Korean, whose particles cling to them) are indexed letter by letter, and
# a run of such letters is looked for as a phrase: any part of it is found, at a third of what trigrams would take.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u3131-\u318e\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
_ASCII = bytes(range(128))
_LETTER = re.compile(r"\w")


def indexed(text: str) -> str:
    """The text as it goes into the index."""
    if text.isascii() or not _special().search(_beyond_ascii(text)):
        return text
    return unspaced_run().sub(_spaced, compared(text))


def _beyond_ascii(text: str) -> str:
    return text.encode("utf-8", "replace").translate(None, _ASCII).decode()


@cache
def _special() -> re.Pattern[str]:
    """What the index does not fold by itself as we do. Most text has none of it, and needs no more than a look."""
    return re.compile(
        "[\xaa\xad\xb2\xb3\xb9\xba\xbc-\xbe\xc6\xd0\xd8\xde\xdf\xe6\xf0\xf8\xfe\u0110\u0111\u0126\u0127\u0131-\u0133"
        "\u013f-\u0142\u0149\u0152\u0153\u0166\u0167\u0197\u01b5\u01b6\u01c4-\u01cc\u01e0-\u01e3\u01ee\u01ef\u01f1-\u01f3"
        "\u01fc-\u01ff\u0250-\u1fff\u200b-\u200f\u2060\u2070-\u209c\u20a8\u20c0-\U0010ffff]"
    )


@cache
def unspaced_run() -> re.Pattern[str]:
    """Letters that are indexed one by one; the start of the app does not wait for this pattern."""
    return re.compile(f"[{_UNSPACED}]+")


@cache
def token() -> re.Pattern[str]:
    return re.compile(f"[{_UNSPACED}]|[^\\W_{_UNSPACED}]+")


def words_in(text: str) -> list[str]:
    found: list[str] = token().findall(text.lower() if _has_ascii_words(text) else compared(text))
    return found


def _has_ascii_words(text: str) -> bool:
    """Whether a text has words of ASCII letters alone, and beside them at most signs such as curly quotes."""
    if text.isascii():
        return True
    rest = _beyond_ascii(text)
    return not (_special().search(rest) or _LETTER.search(rest))


def compared(text: str) -> str:
    return FoldedText(unicodedata.normalize("NFKC", text)).folded


def _spaced(run: re.Match[str]) -> str:
    return f" {' '.join(run[0])} "
