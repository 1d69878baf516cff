"""Find formulas in HTML and text, and show each as a line of text, or as source if that is ambiguous.

The parsers are loaded with the first formula: most articles have none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from html import escape
from itertools import repeat
from typing import NamedTuple

from tuireader.content.maths import mathml, model, tall, write
from tuireader.content.maths import tex as maths_tex
from tuireader.text.printable import unescape

_LENGTH_MAX = 20_000
"""Maximum characters of a formula's MathML."""
_UNCLOSED_MAX = 10
"""Maximum unclosed tags: the parser's time is quadratic in their number."""
_START = re.compile(r"<(?:\w{1,20}:)?math(?=[\s>])([^<>]*)>", re.IGNORECASE)
_END = re.compile(r"</(?:\w{1,20}:)?math\s*>", re.IGNORECASE)
_DISPLAYED = re.compile(r"""\bdisplay\s*[=:]\s*["']?block|tml-display""", re.IGNORECASE)
_SCRIPT = re.compile(r"""<script\b[^<>]{0,200}\btype\s*=\s*["']math/tex([^"']{0,40})["'][^<>]{0,200}>""", re.IGNORECASE)
_SCRIPT_END = re.compile(r"</script\s*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_ENVIRONMENTS = "equation|align|aligned|gather|gathered|eqnarray|multline|alignat|split"
_DELIMITED = re.compile(
    r"\\\((?P<inline>(?:(?!\\[()]).){1,2000})\\\)"
    r"|(?<!\\)\\\[(?P<block>(?:(?!(?<!\\)\\[\[\]]).){1,4000})\\\]"
    r"|\$\$(?P<dollars>[^$]{1,4000})\$\$"
    rf"|(?P<environment>\\begin\{{(?P<name>(?:{_ENVIRONMENTS})\*?)\}}(?:(?!\\(?:begin|end)\{{(?P=name)).){{1,4000}}"
    r"\\end\{(?P=name)\})",
    re.DOTALL,
)
_SINGLE = re.compile(r"(?<![\\$\w])\$(?![\s$])(?P<inline>[^$\n]{1,400}?)(?<![\s\\])\$(?![\w$])")
_TELLING = re.compile(r"[\\^_{=<>+]|(?<![A-Za-z])[A-Za-z]'{1,3}(?![A-Za-z])")
"""Signs of TeX, and letters with primes, that hardly occur in other text between the same delimiters."""
_OLD_STYLE = re.compile(r"^\{\s*\\displaystyle\b(.*)\}$", re.DOTALL)


class Formula(NamedTuple):
    """A formula as shown."""

    text: str
    """Its lines; TeX source if shown as source."""
    is_source: bool
    is_block: bool
    """Whether it is displayed on lines of its own."""
    source: str = ""
    """Its TeX or MathML."""


_ANY = repeat(None)
"""No limit on attempts."""


@lru_cache(maxsize=512)
def from_tex(tex: str, *, block: bool = False) -> Formula:
    """Convert a TeX formula to text, or keep its source if it cannot be written unambiguously."""
    tex = "\n".join(map(model.harmless, tex.strip().splitlines()))
    if found := _OLD_STYLE.match(tex):
        tex = found[1].strip()
    return _shown(tex, lambda: maths_tex.parse_tex(tex), block=block)


def _shown(source: str, parse: Callable[[], model.Part], *, block: bool) -> Formula:
    try:
        line = write.line_of(parse())
    except (model.UnknownFormulaError, RecursionError):
        line = ""
    return Formula(line or source, is_source=not line, is_block=block, source=source)


def from_mathml(html: str, *, block: bool = False) -> Formula:
    """Convert a MathML element to text, or keep its source if it cannot be written unambiguously."""
    element = mathml.read(html)
    tex = mathml.tex_in(element)
    if tex and not (found := from_tex(tex, block=block)).is_source:
        return found
    source = tex or model.harmless(unescape(" ".join(_TAG.sub(" ", html).split())))
    shown = _shown(source, lambda: mathml.parse_mathml(element), block=block)
    return shown._replace(source=html[:_LENGTH_MAX])


def as_html(formula: Formula) -> str:
    """Return a formula as HTML."""
    text = escape(formula.text, quote=False)
    if formula.is_source:
        return f'<pre><code class="language-latex">{text}</code></pre>' if formula.is_block else f"<code>{text}</code>"
    if not formula.is_block:
        return text.replace("\n", "; ")
    return f'<p data-formula="{escape(formula.source)}">{text.replace(chr(10), "<br>")}</p>'


def part_of(source: str, text: str) -> model.Part | None:
    """Parse the TeX or MathML of a displayed formula; None if it is not understood, or shown by another text."""
    is_mathml = source.startswith("<")
    with suppress(model.UnknownFormulaError, RecursionError):
        shown = from_mathml(source, block=True) if is_mathml else from_tex(source, block=True)
        if shown.text == text:
            return mathml.parse_mathml(mathml.read(source)) if is_mathml else maths_tex.parse_tex(source)
    return None


def mathml_of(source: str, text: str) -> str:
    """The MathML of a formula that is shown by a text; "" if it is not understood."""
    with suppress(RecursionError):
        return "" if (part := part_of(source, text)) is None else mathml.to_mathml(part)
    return ""


@lru_cache(maxsize=512)
def rows_of(source: str, text: str) -> tuple[str, ...]:
    """The rows of a formula that is shown by a text; at most one if it has nothing tall, or is not understood."""
    try:
        return () if (part := part_of(source, text)) is None else tall.tall_rows(part)
    except (model.UnknownFormulaError, RecursionError):
        return ()


def with_formulas(html: str) -> str:
    """Render MathML and MathJax formulas in HTML as text.

    Article parsers do not know them, and would drop or run together their contents.
    """
    if "math/tex" in html:
        html = _replaced(html, _SCRIPT, _SCRIPT_END, _from_script)
    return _replaced(html, _START, _END, _from_element) if _START.search(html) else html


def _replaced(
    html: str, start: re.Pattern[str], end: re.Pattern[str], replace: Callable[[re.Match[str], str], str]
) -> str:
    pieces, position = [], 0
    while (opening := start.search(html, position)) is not None:
        closing = end.search(html, opening.end())
        if closing is None:
            break
        pieces += [html[position : opening.start()], replace(opening, html[opening.end() : closing.start()])]
        position = closing.end()
    return "".join(pieces) + html[position:] if pieces else html


def _from_script(opening: re.Match[str], inner: str) -> str:
    return as_html(from_tex(inner.replace("% <![CDATA[", "").replace("%]]>", ""), block="display" in opening[1]))


def _from_element(opening: re.Match[str], inner: str) -> str:
    if len(inner) > _LENGTH_MAX or inner.count("<") > inner.count(">") + _UNCLOSED_MAX:
        return _TAG.sub("", inner)
    return as_html(from_mathml(opening[0] + inner, block=_DISPLAYED.search(opening[1]) is not None))


def in_text(text: str, *, dollars: bool = False, tries: Iterator[None] = _ANY) -> Iterator[str | Formula]:
    """Split a text into plain pieces and formulas; each formula uses up one of `tries`.

    Text between single `dollars` counts only if the page declares formulas: else it is money.
    """
    position = 0
    for found, _ in zip(_found(text, dollars=dollars), tries, strict=False):
        inline = found["inline"]
        tex = inline or next(filter(None, (found.groupdict().get(n) for n in ("block", "dollars", "environment"))), "")
        formula = from_tex(tex, block=inline is None)
        if formula.is_source or not (dollars or _TELLING.search(tex)):
            continue
        yield text[position : found.start()]
        yield formula
        position = found.end()
    yield text[position:]


def _found(text: str, *, dollars: bool) -> list[re.Match[str]]:
    found = list(_DELIMITED.finditer(text))
    if dollars:
        starts, ends = [each.start() for each in found], [0, *(each.end() for each in found)]
        singles = list(_SINGLE.finditer(text))
        found += [each for each in singles if each.start() >= ends[bisect_right(starts, each.start())]]
    return sorted(found, key=lambda each: each.start())
