"""What characters mean in a formula."""

from __future__ import annotations

from tuireader.content.maths.model import Kind, Leaf

_KINDS: dict[str, Kind] = {
    **dict.fromkeys("+−±∓", "sign"),
    **dict.fromkeys("×·÷*∗∘∪∩∖∧∨⊕⊗⊙⊖⊘⋆⋅⊎⊓⊔⋄△▽≀⨯⋊⋉⨿∸", "operator"),
    **dict.fromkeys("=<>≤≥≠≈≡∼≅∝≪≫≺≻≼≽≃≍≐≝≜≔≕≗≟≲≳≢≁≇≄≉≰≱≮≯⩽⩾∈∉∋∌⊂⊃⊆⊇⊄⊈⊊⊋⊏⊐⊑⊒⋈", "relation"),
    **dict.fromkeys("→←↔⇒⇐⇔⟹⟸⟺⟶⟵⟷↦⟼↪↩⇀⇁⇌↑↓⇑⇓↗↘↝⇝⊥⟂∥∦∣∤⊢⊣⊨⊩∴∵⌣⌢∶:", "relation"),
    **dict.fromkeys(",;", "comma"),
    **dict.fromkeys("([{⟨⌊⌈", "open"),
    **dict.fromkeys(")]}⟩⌋⌉", "close"),
    **dict.fromkeys("|‖", "bar"),
    **dict.fromkeys("∑∏∐∫∬∭∮∯⋃⋂⋁⋀⨁⨂⨀⨄⨆", "big"),
    "/": "slash",
    "!": "after",
}  # fmt: skip
_WRITTEN = {
    "-": "−",
    "∣": "|",
    "⋅": "·",
    "⩽": "≤",
    "⩾": "≥",
    "∶": ":",
    "'": "′",
    "‖": "‖",
    "∗": "*",
    "⟂": "⊥",
    "∕": "/",
}
"""Characters that are written in another way, which is the usual one."""

FUNCTIONS = frozenset(
    {
        "arccos", "arcsin", "arctan", "arg", "argmax", "argmin", "cos", "cosh", "cot", "coth", "csc", "deg", "det",
        "dim", "exp", "gcd", "hom", "inf", "ker", "lg", "lim", "liminf", "limsup", "ln", "log", "max", "min", "mod",
        "Pr", "sec", "sin", "sinh", "sup", "tan", "tanh",
    }
)  # fmt: skip
"""Names that are set upright, with space around them."""


def leaf(char: str) -> Leaf:
    """Return a character as what it is in a formula."""
    char = _WRITTEN.get(char, char)
    kind = _KINDS.get(char)
    if kind is None:
        kind = "number" if char.isdecimal() or char == "." else "symbol"
    return Leaf("|" if char == "∣" else char, kind)


def named(name: str) -> Leaf:
    return Leaf(name, "operator" if name == "mod" else "function" if name in FUNCTIONS else "word")


def styled(text: str, style: str) -> str:
    return "".join(_styled(char, style) for char in text)


_EXCEPTIONS: dict[str, dict[str, str]] = {
    "double": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)),
    "script": dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)),
    "fraktur": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True)),
}
"""Letters that Unicode had before it had the alphabets."""
_RANGES: dict[str, tuple[tuple[str, str, int], ...]] = {
    "bold": (("A", "Z", 0x1D400), ("a", "z", 0x1D41A), ("0", "9", 0x1D7CE), ("Α", "Ω", 0x1D6A8), ("α", "ω", 0x1D6C2)),
    "double": (("A", "Z", 0x1D538), ("a", "z", 0x1D552), ("0", "9", 0x1D7D8)),
    "script": (("A", "Z", 0x1D49C), ("a", "z", 0x1D4B6)),
    "fraktur": (("A", "Z", 0x1D504), ("a", "z", 0x1D51E)),
}
"""From which letter to which, and where the alphabet has the first of them."""


def _styled(char: str, style: str) -> str:
    if char in _EXCEPTIONS.get(style, ()):
        return _EXCEPTIONS[style][char]
    for first, last, start in _RANGES[style]:
        if first <= char <= last:
            return chr(start + ord(char) - ord(first))
    return char
