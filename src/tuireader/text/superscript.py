"""Superscript and subscript in Unicode characters."""

from __future__ import annotations

LENGTH_MAX = 8
"""Maximum characters; longer text is more readable as it is."""

RAISED = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθιφχ",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᶥᵠᵡ",
)
LOWERED = str.maketrans("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")


def raised(text: str) -> str:
    """Text as superscript; unchanged if a character is missing. Nested scripts are bracketed."""
    return _translated(text, RAISED, "^")


def lowered(text: str) -> str:
    """Text as subscript; unchanged if a character is missing. Nested scripts are bracketed."""
    return _translated(text, LOWERED, "_")


_MOVED = frozenset(map(chr, (*RAISED.values(), *LOWERED.values())))


def _translated(text: str, table: dict[int, int], sign: str) -> str:
    if len(text) > LENGTH_MAX or any(ord(character) not in table for character in text.replace(",", "")):
        has_scripts = len(text) <= LENGTH_MAX and text.strip("()").isalnum() and not _MOVED.isdisjoint(text[1:])
        return f"{sign}({text})" if has_scripts else text
    return text.translate(table) if text.strip(",") == text else text
