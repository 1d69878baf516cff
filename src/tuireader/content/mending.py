"""HTML that a parser would choke on, made harmless: too much of it, too deeply nested, formulas in MathML."""

from __future__ import annotations

import re

SIZE_MAX = 1_000_000
"""Characters of HTML that are read of one article, not counting pictures that stand in it themselves."""
NESTING_MAX = 200
"""Elements in each other. The time that parsing takes grows with the square of this."""

_CUT = f"<p><em>The rest of this article is left out: it is longer than {SIZE_MAX:,} characters.</em></p>"
_INLINE_DATA = re.compile(r"""(["'])\s{0,9}data:[^"'<>]{100,}""", re.IGNORECASE)
_FEW_TAGS = 2000
# Elements that an end tag closes, and nothing else: those that the next of their kind closes cannot pile up.
_NESTING = re.compile(
    r"<(/?)(?:a|abbr|article|aside|b|big|blockquote|center|cite|code|del|details|dir|div|dl|em|fieldset|figure|font|footer|form"
    r"|h[1-6]|header|i|ins|kbd|main|mark|menu|nav|noscript|object|ol|pre|q|ruby|s|samp|section|small|span|strike|strong|sub"
    r"|summary|sup|table|tt|u|ul|var)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_MATH_START, _MATH_END = (
    re.compile(r"<(?:\w{1,20}:)?math(?=[\s>])[^<>]*>", re.IGNORECASE),
    re.compile(r"</(?:\w{1,20}:)?math\s*>", re.IGNORECASE),
)
_TEX = re.compile(r"<annotation\b[^<>]*\btex[^<>]*>([^<>]*)</annotation>", re.IGNORECASE)
_ALT_TEXT = re.compile(r"""\salttext\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""", re.IGNORECASE)


def shortened(text: str) -> tuple[str, str]:
    """Return HTML without the pictures that stand in it, at most `SIZE_MAX` of it, and the sentence that says so."""
    if "data:" in text:
        text = _INLINE_DATA.sub(r"\1", text)
    if len(text) <= SIZE_MAX:
        return text, ""
    head, tag, _ = text[:SIZE_MAX].rpartition("<")
    return (head if tag else text[:SIZE_MAX]), _CUT


def flattened(text: str) -> str:
    """Return HTML in which no more than `NESTING_MAX` elements stand in each other: the others lose their tags."""
    if text.count("<") <= _FEW_TAGS:
        return text
    depth = dropped = 0

    def kept(match: re.Match[str]) -> str:
        nonlocal depth, dropped
        if match[1]:
            if dropped:
                dropped -= 1
                return " "
            depth = max(0, depth - 1)
        elif depth >= NESTING_MAX:
            dropped += 1
            return " "
        else:
            depth += 1
        return match[0]

    return _NESTING.sub(kept, text)


def without_mathml(text: str) -> str:
    """Return HTML with its formulas as TeX in code, where the page gives that; MathML has no meaning as plain text."""
    pieces, position = [], 0
    while (start := _MATH_START.search(text, position)) is not None:
        end = _MATH_END.search(text, start.end())
        if end is None:
            break
        tex = _TEX.search(text, start.end(), end.start())
        alternative = _ALT_TEXT.search(start[0])
        formula = tex[1] if tex else (alternative[1] or alternative[2] or "") if alternative else ""
        inside = f"<code>{formula.strip()}</code>" if formula.strip() else text[start.end() : end.start()]
        pieces += [text[position : start.start()], inside]
        position = end.end()
    return "".join(pieces) + text[position:] if pieces else text
