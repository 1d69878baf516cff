"""Letters: folded for comparison, without case, accents and styles; and as superscript and subscript."""

from __future__ import annotations

import re
from bisect import bisect_right
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


_DIFFERENT = 20_000
"""Maximum different characters of a text that is folded; no script has as many, and other text stays as it is."""
_NUMBER, _DIGITS = re.compile("[0-9]+"), 10
_NOT_LETTERS = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    is_plain = text.isascii() and text.isprintable()  # so are most names
    return text.lower() if is_plain else "".join(map(fold_character, text))


def sort_key(name: str) -> str:
    """The folded form of a name by which it is sorted, with numbers by their size: "Day 9" before "Day 10"."""
    return _NUMBER.sub(lambda number: number[0].zfill(_DIGITS), fold(name))


@lru_cache(maxsize=8192)
def fold_character(character: str) -> str:
    """The folded form of a character: zero or more characters."""
    if character in _PLAIN:
        return _PLAIN[character]
    parts = normalize("NFKD", character.casefold())
    if any(_is_letter_part(part) for part in parts):
        return normalize("NFKC", character.casefold())
    kept = "".join(_PLAIN.get(part, part) for part in parts if not _is_accent(part))
    return kept.casefold()


def _is_letter_part(part: str) -> bool:
    """Whether a combining part makes another letter: kana voicing marks, Hangul."""
    return part in "\u3099\u309a" or "\u1100" <= part <= "\u11ff"


def _is_accent(part: str) -> bool:
    """Whether a mark is optional: accents, Hebrew points, Arabic vowels; not Thai vowels."""
    # Canonical combining classes: 10-36 are the points of Semitic scripts, from 200 on stand accents, 1 overlays.
    kind = combining(part)
    return kind == 1 or 10 <= kind <= 36 or kind >= 200


class FoldedText:
    """Folded text with a map to the original offsets."""

    def __init__(self, text: str) -> None:
        """Fold the text, and record where the number of characters changes."""
        # From each of these places on, up to the next one, characters stand one for one.
        self._folded_places = [0]
        self._places = [0]
        if text.isascii() and text.isprintable():
            self.folded = text.lower()
            return
        characters = set(text)
        if len(characters) > _DIFFERENT:
            self.folded = text
            return
        letters = {character: fold_character(character) for character in characters}
        self.folded = text.translate({ord(character): folded for character, folded in letters.items()})
        uneven = "".join(character for character, folded in letters.items() if len(folded) != 1)
        shift = 0
        for found in re.finditer(f"[{re.escape(uneven)}]", text) if uneven else ():
            place = found.start()
            shift += len(letters[text[place]]) - 1
            self._places.append(place + 1)
            self._folded_places.append(place + 1 + shift)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The range in the original text of a range of folded characters.

        Marks after the last character that folding removed are included.
        """
        return self._place(start), max(self._place(end - 1) + 1, self._place(end))

    def _place(self, folded: int) -> int:
        """The original offset of a folded character."""
        run = bisect_right(self._folded_places, folded) - 1
        place = self._places[run] + folded - self._folded_places[run]
        # One character that became several is all of them.
        return min(place, self._places[run + 1] - 1) if run + 1 < len(self._places) else place


def letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text).casefold()


LENGTH_MAX = 8
"""Maximum characters of a superscript or subscript; longer text is more readable unchanged."""
RAISED = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθιφχ",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᶥᵠᵡ",
)
LOWERED = str.maketrans("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")


def raised(text: str) -> str:
    """Text as superscript; unchanged if it is too long, or a character has no such form. Nested scripts: `^(…)`."""
    return _translated(text, RAISED, "^")


def lowered(text: str) -> str:
    """Text as subscript; unchanged if it is too long, or a character has no such form. Nested scripts: `_(…)`."""
    return _translated(text, LOWERED, "_")


_MOVED = frozenset(map(chr, (*RAISED.values(), *LOWERED.values())))


def _translated(text: str, table: dict[int, int], sign: str) -> str:
    if len(text) > LENGTH_MAX or any(ord(character) not in table for character in text.replace(",", "")):
        has_scripts = len(text) <= LENGTH_MAX and text.strip("()").isalnum() and not _MOVED.isdisjoint(text[1:])
        return f"{sign}({text})" if has_scripts else text
    return text.translate(table) if text.strip(",") == text else text
