"""Parse MathML into a formula (an embedded TeX source takes precedence), and write it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from tuireader.content.maths.model import (
    FUNCTIONS,
    WITH_LIMITS,
    Accent,
    Fraction,
    Leaf,
    Part,
    Root,
    Row,
    Rows,
    Scripts,
    UnknownFormulaError,
    alone,
    harmless,
    leaf,
    styled,
)
from tuireader.text.printable import with_short_references

_DEPTH_MAX = 60
_INVISIBLE = frozenset("\u2061\u2062\u2063\u2064")
_ACCENTS = {
    **dict.fromkeys("^ˆ\u0302", "\u0302"), **dict.fromkeys("¯ˉ\u0304", "\u0304"), **dict.fromkeys("~˜\u0303", "\u0303"),
    **dict.fromkeys("˙.\u0307", "\u0307"), **dict.fromkeys("¨\u0308", "\u0308"), **dict.fromkeys("→\u20d7", "\u20d7"),
    "ˇ": "\u030c", "˘": "\u0306", "´": "\u0301", "`": "\u0300",
}  # fmt: skip
"""The combining characters for accents over a letter."""
_OVER_EACH = {"‾": "\u0305", "\u0305": "\u0305", "―": "\u0305", "_": "\u0332"}
_STYLES = {
    "bold": "bold", "bold-italic": "bold", "double-struck": "double", "script": "script", "bold-script": "script",
    "fraktur": "fraktur", "bold-fraktur": "fraktur",
}  # fmt: skip
_ROWS = frozenset(
    {"math", "mrow", "mstyle", "mpadded", "semantics", "menclose", "mtd", "merror", "maction", "annotation"}
)
_HIDDEN = frozenset({"mphantom", "annotation-xml", "none", "mprescripts"})


@dataclass(slots=True)
class Element:
    """An element of MathML."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""


_PLAIN = frozenset({"box", "roundedbox", "circle"})
"""Frames around a formula that do not change its meaning."""
_COMMENT = re.compile(r"<!--[^<>]{0,1000}?-->")


def read(html: str) -> Element:
    """Return the tree of one formula; element names are without namespace prefix."""
    reader = _Reader()
    reader.feed(with_short_references(_COMMENT.sub("", html).replace("<!", "&lt;!")))
    reader.close()
    return reader.root


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("math")
        self.stack = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        tag = tag.rpartition(":")[2]
        if tag == "math" or len(self.stack) > _DEPTH_MAX:
            self.root.attributes |= {name: value or "" for name, value in attrs} if tag == "math" else {}
            return
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].children.append(element)
        self.stack.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those open in it."""
        tag = tag.rpartition(":")[2]
        if any(each.tag == tag for each in self.stack[1:]):
            while self.stack.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.stack[-1].text += harmless(data)


def tex_in(element: Element) -> str:
    """Return the TeX source embedded in a formula; empty if there is none."""
    for each in _all(element):
        if each.tag == "annotation" and "tex" in each.attributes.get("encoding", "").lower():
            return each.text.strip()
    return element.attributes.get("alttext", "").strip()


def _all(element: Element) -> Iterable[Element]:
    yield element
    for each in element.children:
        yield from _all(each)


def parse_mathml(element: Element) -> Part:
    """Parse a formula; raises UnknownFormulaError if any part is unknown."""
    table = _only_table(element)
    if table is not None:
        return Rows(tuple(map(tuple, _cells(table))), is_lines=True)
    return _row(element)


def _only_table(element: Element) -> Element | None:
    """The one table that makes up the whole formula, as for aligned equations; else None."""
    while element.tag in _ROWS and element.tag != "mtd":
        inner = [each for each in element.children if each.tag not in _HIDDEN and each.tag != "annotation"]
        if len(inner) != 1:
            return None
        element = inner[0]
    is_aligned = element.tag == "mtable" and len(_cells(element)) > 0
    return element if is_aligned else None


def _row(element: Element) -> Part:
    if element.tag == "semantics":
        return _part(element.children[0]) if element.children else Row(())
    parts = [_part(each) for each in element.children if each.tag not in _HIDDEN]
    seen = [each for each in parts if each != Row(())]
    if len(seen) == 2 and seen[0] == Leaf("{", "open") and isinstance(alone(seen[1]), Rows):
        parts.append(Leaf("}", "close"))  # of cases nothing is seen at the right
    return Row(tuple(parts))


def _part(element: Element) -> Part:
    if element.tag == "menclose" and not set(element.attributes.get("notation", "").split()) <= _PLAIN:
        raise UnknownFormulaError
    handler = _HANDLERS.get(element.tag)
    if handler is not None:
        return handler(element)
    if element.tag in _ROWS:
        return _row(element)
    raise UnknownFormulaError


def _identifier(element: Element) -> Part:
    text = "".join(element.text.split())
    if text in FUNCTIONS:
        return Leaf(text, "operator" if text == "mod" else "function")
    style = _STYLES.get(element.attributes.get("mathvariant", ""))
    text = styled(text, style) if style else text
    if len(text) == 1:
        return leaf(text)
    return Leaf(text, "function" if text.isascii() and text.isalpha() and len(text) > 2 else "word")


def _operator(element: Element) -> Part:
    text = element.text.strip()
    if not text or text in _INVISIBLE:
        return Row(())
    if text in FUNCTIONS:
        return Leaf(text, "operator" if text == "mod" else "function")
    found = leaf(text) if len(text) == 1 else None
    if found is None:
        return Leaf(text, "relation" if not text.isalpha() else "function")
    form = element.attributes.get("form")
    if found.kind == "bar" and form in {"prefix", "postfix"}:
        return Leaf(found.text, "open" if form == "prefix" else "close")
    return Leaf("|", "relation") if text == "∣" else found


def _number(element: Element) -> Part:
    return Leaf(element.text.strip(), "number")


def _words(element: Element) -> Part:
    text = element.text.replace("\xa0", " ")
    core = " ".join(text.split())
    if not core:
        return Leaf(" ", "space")
    before = (Leaf(" ", "space"),) if text[0].isspace() else ()
    after = (Leaf(" ", "space"),) if text[-1].isspace() else ()
    return Row((*before, Leaf(core, "word" if len(core) > 1 else "symbol"), *after))


def _space(element: Element) -> Part:
    width = element.attributes.get("width", "")
    return Row(()) if width.startswith(("-", "0em", "0px")) or not width else Leaf(" ", "space")


def _children(element: Element, count: int) -> list[Part]:
    found = [_part(each) for each in element.children if each.tag != "annotation-xml"]
    if len(found) != count:
        raise UnknownFormulaError
    return found


def _fraction(element: Element) -> Part:
    top, bottom = _children(element, 2)
    return Fraction(top, bottom, has_line=not element.attributes.get("linethickness", "1").startswith("0"))


def _accented(base: Part, over: Element, *, below: bool) -> Part:
    text = "".join(over.text.split())
    if over.tag != "mo" or (text not in _ACCENTS and text not in _OVER_EACH) or below:
        raise UnknownFormulaError
    if text in _OVER_EACH or (text in {"¯", "ˉ"} and over.attributes.get("stretchy") == "true"):
        return Accent(base, "\u0305", each=True)
    return Accent(base, _ACCENTS[text])


def _scripts(element: Element) -> Part:
    below, above = "under" in element.tag or element.tag == "msub", "over" in element.tag or element.tag == "msup"
    if element.tag in {"msubsup", "munderover"}:
        base, lower, upper = _children(element, 3)
        return Scripts(base, lower, upper)
    inner = [each for each in element.children if each.tag not in _HIDDEN]
    if len(inner) != 2:
        raise UnknownFormulaError
    base, script = _part(inner[0]), inner[1]
    if element.tag in {"mover", "munder"} and not _has_limits(base):
        return _accented(base, script, below=below)
    return Scripts(base, _part(script) if below else None, _part(script) if above else None)


def _has_limits(part: Part) -> bool:
    part = alone(part)
    return isinstance(part, Leaf) and part.kind in {"big", "function"}


def _fenced(element: Element) -> Part:
    given = element.attributes
    separators = "".join(given.get("separators", ",").split())
    parts: list[Part] = []
    for number, each in enumerate(element.children):
        if number and separators:
            parts.append(leaf(separators[min(number - 1, len(separators) - 1)]))
        parts.append(_part(each))
    opening, closing = given.get("open", "("), given.get("close", ")")
    first = (Leaf(opening, "open"),) if opening else ()
    last = (Leaf(closing, "close"),) if closing else ()
    return Row((*first, *parts, *last))


def _cells(table: Element) -> list[list[Part]]:
    return [
        [_row(cell) for cell in row.children if cell.tag == "mtd"]
        for row in table.children
        if row.tag in {"mtr", "mlabeledtr"}
    ]


_HANDLERS: dict[str, Callable[[Element], Part]] = {
    "mi": _identifier,
    "mo": _operator,
    "mn": _number,
    "mtext": _words,
    "ms": _words,
    "mspace": _space,
    "mfrac": _fraction,
    "msqrt": lambda element: Root(_row(element)),
    "mroot": lambda element: Root(*_children(element, 2)),
    **dict.fromkeys(("msub", "msup", "msubsup", "munder", "mover", "munderover"), _scripts),
    "mfenced": _fenced,
    "mtable": lambda element: Rows(tuple(map(tuple, _cells(element)))),
}


_TAGS = {"number": "mn", "symbol": "mi", "function": "mi", "word": "mtext"}
"""The elements of leaves, by kind; all others are operators."""
_SIGNS = {
    "\u0302": "^", "\u0304": "¯", "\u0303": "~", "\u0307": "˙", "\u0308": "¨", "\u20d7": "→", "\u030c": "ˇ",
    "\u0306": "˘", "\u0301": "´", "\u0300": "`", "\u030a": "˚", "\u0305": "‾", "\u0332": "_",
}  # fmt: skip
"""The signs of accents by themselves."""


def to_mathml(part: Part) -> str:
    """Return a formula as the content of a `math` element."""
    part = alone(part)
    if isinstance(part, Leaf):
        tag = _TAGS.get(part.kind, "mo")
        return '<mspace width="0.3em"/>' if part.kind == "space" else f"<{tag}>{escape(part.text)}</{tag}>"
    if isinstance(part, Accent):
        sign = f"<mo>{_SIGNS.get(part.mark, part.mark)}</mo>"
        return f'<mover accent="true">{to_mathml(part.inner)}{sign}</mover>'
    if isinstance(part, Rows):
        rows = "".join(f"<mtr>{''.join(_element('mtd', (cell,)) for cell in row)}</mtr>" for row in part.rows)
        return f"<mtable>{rows}</mtable>"
    return _element(*_named(part))


def _named(part: Row | Fraction | Root | Scripts) -> tuple[str, Iterable[Part]]:
    """The element of a part, with its children."""
    if isinstance(part, Row):
        return "mrow", part.parts
    if isinstance(part, Fraction):
        return "mfrac" if part.has_line else 'mfrac linethickness="0"', (part.top, part.bottom)
    if isinstance(part, Root):
        return ("msqrt", (part.inner,)) if part.index is None else ("mroot", (part.inner, part.index))
    base = alone(part.base)
    has_limits = isinstance(base, Leaf) and base.text in WITH_LIMITS
    scripts = [each for each in (part.lower, part.upper) if each is not None]
    below, above = ("under", "over") if has_limits else ("sub", "sup")
    tag = f"m{below if part.lower is not None else ''}{above if part.upper is not None else ''}"
    return tag if scripts else "mrow", (part.base, *scripts)


def _element(tag: str, parts: Iterable[Part]) -> str:
    return f"<{tag}>{''.join(map(to_mathml, parts))}</{tag.partition(' ')[0]}>"
