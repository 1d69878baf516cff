"""Articles as XHTML, for books."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import takewhile
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from tuireader.content.document.model import (
    NOTE,
    Block,
    Code,
    Document,
    HeadingBlock,
    Level,
    Link,
    Paragraph,
    Picture,
    Table,
    Text,
    note_at,
)
from tuireader.content.maths.formulas import mathml_of
from tuireader.text.bidi import is_right_to_left

_ELEMENTS = {"strong": "strong", "em": "em", "strike": "del", "code": "code", "sub": "sub", "sup": "sup"}
_MATHML = "http://www.w3.org/1998/Math/MathML"
_NUMBERED = frozenset("aAiI")
"""First markers of lists that are not numbered by figures."""
_SAFE = "!$&'()*+,-./:;=?@_~%"
_STRAY = re.compile("%(?![0-9A-Fa-f]{2})")
_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_IN_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot contain."""


def to_xhtml(document: Document) -> str:
    """A document's blocks as XHTML for the content of a `section`, without the title.

    Pictures are replaced by their alternative text. Its root must declare the namespace `epub`.
    """
    return "\n".join(_written(document))


class _Names(NamedTuple):
    """Links, ids and heading level of a document, for the XHTML of each of its blocks."""

    links: Sequence[Link]
    top: int
    """The highest level of heading in the document, which is the second of its chapter."""
    targets: dict[int, str]
    """The ids of linked blocks, by the offset that a link leads to."""
    notes: frozenset[int]
    """The offsets that lead to notes."""


def _names(document: Document) -> _Names:
    offsets = {link.target for link in document.links if link.target is not None}
    blocks = {offset: document.block_at(offset) for offset in offsets}
    notes = frozenset(offset for offset in offsets if note_at(document, offset))
    top = min((block.level for block in document.blocks if isinstance(block, HeadingBlock)), default=1)
    return _Names(document.links, top, {offset: f"b{at}" for offset, at in blocks.items()}, notes)


def _written(document: Document) -> Iterator[str]:
    around: tuple[Level, ...] = ()
    names = _names(document)
    ids = set(names.targets.values())
    for number, block in enumerate(document.blocks):
        same = len([*takewhile(lambda both: _is_same(*both), zip(around, block.levels, strict=False))])
        yield from _closed(around[same:], block.levels[same:])
        is_next = _is_next_item(around[same:], block.levels[same:])
        name = f"b{number}" if f"b{number}" in ids else ""
        yield from _opened(block.levels[same:], is_next=is_next, name=name)
        around = block.levels
        yield _block(block, names, "" if any(map(_is_of_note, around[same:])) else name)
    yield from _closed(around, ())


def _is_same(one: Level, other: Level) -> bool:
    return (one.kind, one.id) == (other.kind, other.id)


def _is_next_item(before: Sequence[Level], after: Sequence[Level]) -> bool:
    return bool(before and after) and before[0].kind == after[0].kind == "item" and before[0].list == after[0].list


def _list(level: Level) -> str:
    return "ol" if level.marker[:1].isalnum() else "ul"


def _closed(levels: Sequence[Level], following: Sequence[Level]) -> Iterator[str]:
    for at in reversed(range(len(levels))):
        level = levels[at]
        if level.kind == "item":
            goes_on = at == 0 and _is_next_item(levels, following)
            aside = "</aside>" if _is_of_note(level) else ""
            yield f"{aside}</li>" if goes_on else f"{aside}</li></{_list(level)}>"
        else:
            yield "</blockquote>" if level.kind == "quote" else "</div>"


def _is_of_note(level: Level) -> bool:
    return level.role == NOTE


def _opened(levels: Sequence[Level], *, is_next: bool, name: str) -> Iterator[str]:
    """Yield the openings of containers; `name` is the id of the first block in them."""
    for at, level in enumerate(levels):
        if level.kind == "item":
            first = re.match(r"\d{1,6}", level.marker)
            start = f' start="{int(first[0])}"' if first and int(first[0]) != 1 else ""
            kind = f' type="{level.marker[0]}"' if level.marker[:1] in _NUMBERED else ""
            mark = f"{level.marker} " if level.role.startswith("task") else ""
            opening = "" if is_next and at == 0 else f"<{_list(level)}{start + kind if _list(level) == 'ol' else ''}>"
            place = f' id="{name}"' if name else ""
            aside = f'<aside epub:type="footnote"{place}>' if _is_of_note(level) else ""
            yield f"{opening}<li>{mark}{aside}"
        else:
            yield "<blockquote>" if level.kind == "quote" else f'<div class="{level.kind}">'


def _block(block: Block, names: _Names, name: str) -> str:
    place = f' id="{name}"' if name else ""
    about = _about(block) + place
    if isinstance(block, HeadingBlock):
        rank = min(6, block.level - names.top + 2)  # the title of the chapter is the first
        return f"<h{rank}{about}>{_inline(block.text, names)}</h{rank}>"
    if isinstance(block, Code):
        return f"<pre{place}><code>{_safe(block.source or block.text)}</code></pre>"
    if isinstance(block, Table):
        return _table(block, names, place)
    if isinstance(block, Paragraph | Picture):
        role = "picture" if isinstance(block, Picture) else block.role
        kind = f' class="{role}"' if role else ""
        return f"<p{kind}{about}>{_formula(block) or _inline(block.text, names)}</p>"
    return f"<hr{place}/>"


def _formula(block: Paragraph | Picture) -> str:
    """A displayed formula as MathML; "" if the block is none."""
    found = mathml_of(block.formula, block.text.plain) if isinstance(block, Paragraph) and block.formula else ""
    if not found:
        return ""
    said = escape(_IN_XML.sub("�", block.text.plain.replace("\n", "; ")))
    inner = _IN_XML.sub("�", found)
    return f'<math xmlns="{_MATHML}" display="block" alttext="{said}">{inner}</math>'


def _about(block: Block) -> str:
    """Attributes for a block's language and direction."""
    text = block.text.plain if isinstance(block, Paragraph | HeadingBlock | Picture) else ""
    lang = f' xml:lang="{block.lang}" lang="{block.lang}"' if _LANGUAGE.fullmatch(block.lang) else ""
    direction = block.direction or ("rtl" if not text.isascii() and is_right_to_left(text) else "")
    return lang + (f' dir="{direction}"' if direction in ("rtl", "ltr") else "")


def _table(table: Table, names: _Names, place: str) -> str:
    rows = []
    for name, row in (("th", table.header), *(("td", row) for row in table.rows)):
        if name == "th" and not any(cell.plain.strip() for cell in row):
            continue
        cells = "".join(_cell(name, cell, align, names) for cell, align in zip(row, table.aligns, strict=True))
        rows.append(f"<tr>{cells}</tr>")
    return f"<table{place}>{''.join(rows)}</table>" if rows else f"<p{place}></p>" if place else ""


def _cell(name: str, text: Text, align: str, names: _Names) -> str:
    style = "" if align == "left" else f' style="text-align: {align}"'
    return f"<{name}{style}>{_inline(text, names)}</{name}>"


def _inline(text: Text, names: _Names) -> str:
    """A text with styles and links."""
    pieces, end = [], 0
    for run in text.runs:
        pieces.append(_lines(text.plain[end : run.start]))
        link = None if run.link is None else names.links[run.link]
        pieces.append(_run(_lines(text.plain[run.start : run.end]), run.style, link, names))
        end = run.end
    return "".join([*pieces, _lines(text.plain[end:])])


def _run(said: str, style: str, link: Link | None, names: _Names) -> str:
    for role in style.split():
        if role in _ELEMENTS:
            said = f"<{_ELEMENTS[role]}>{said}</{_ELEMENTS[role]}>"
    if link is not None and link.target is not None and said.strip():
        kind = ' epub:type="noteref"' if link.target in names.notes else ""
        return f'<a{kind} href="#{names.targets[link.target]}">{said}</a>'
    where = "" if link is None or link.target is not None else address(link.url)
    return f'<a href="{escape(where)}">{said}</a>' if where and said.strip() else said


def address(url: str) -> str:
    """An address escaped as in RFC 3986; "" if it leads to no page."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme == "mailto" or (parts.scheme in ("http", "https") and parts.hostname and parts.port != 0)
    except ValueError:
        return ""
    if not is_one or not url.isprintable() or "[" in parts.netloc:
        return ""
    page, mark, place = url.partition("#")
    return _quoted(page) + (mark and f"#{_quoted(place)}")


def _quoted(text: str) -> str:
    return quote(_STRAY.sub("%25", text), safe=_SAFE, errors="replace")


def _lines(text: str) -> str:
    return _safe(text).replace("\n", "<br/>")


def _safe(text: str) -> str:
    return escape(_IN_XML.sub("�", text), quote=False)
