"""Text as it is compared: without regard to case, accents, or how a quotation mark or a space is set."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import combining, normalize

# Letters with a stroke have no decomposition; quotation marks, dashes and spaces are typed in their plain forms.
_PLAIN = {
    **dict(zip("øłđħŧıɨƶ", "oldhtiiz", strict=True)),
    "æ": "ae",
    "œ": "oe",
    "ð": "d",
    "þ": "th",
    **dict.fromkeys("‘’‚‛′‹›", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\n\t\x0b\x0c\r", " "),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff", ""),
}


def fold(text: str) -> str:
    """The text as it is compared."""
    is_plain = text.isascii() and text.isprintable()  # so are most names
    return text.lower() if is_plain else "".join(map(fold_character, text))


@lru_cache(maxsize=8192)
def fold_character(character: str) -> str:
    """What one character is compared as: none, one or several."""
    if character in _PLAIN:
        return _PLAIN[character]
    parts = normalize("NFKD", character.casefold())
    if any(_is_letter_part(part) for part in parts):
        return normalize("NFKC", character.casefold())
    kept = "".join(_PLAIN.get(part, part) for part in parts if not _is_accent(part))
    return kept.casefold()


def _is_letter_part(part: str) -> bool:
    """Whether a part of a character makes it another letter: kana voicing marks, Hangul."""
    return part in "\u3099\u309a" or "\u1100" <= part <= "\u11ff"


def _is_accent(part: str) -> bool:
    """Whether a mark may be left out in writing: accents, Hebrew points, Arabic vowels; not the vowels of Thai."""
    # Canonical combining classes: 10-36 are the points of Semitic scripts, from 200 on stand accents, 1 overlays.
    kind = combining(part)
    return kind == 1 or 10 <= kind <= 36 or kind >= 200
