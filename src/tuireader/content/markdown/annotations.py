"""Block attributes encoded in Markdown text (language, role, marker), and the footnotes in HTML."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from tuireader.text.printable import unescape

_START, _END, _SPACE = "\ufde0", "\ufde1", "\u205f"
"""The delimiters, and a trailing space that keeps a quotation mark at the start of a paragraph."""
_BESIDE = re.compile(f"{_START}([^{_END}]*){_END}{_SPACE}?")


def marked(text: str, **values: str) -> str:
    """Prefix text with its block attributes, if it has any."""
    said = ";".join(f"{name}={value}" for name, value in values.items() if value)
    return f"{_START}{said}{_END}{_SPACE}{text}" if said else text


def split_attributes(text: str) -> tuple[dict[str, str], str]:
    """Return the attributes in a text, and the text without them; joined lines may each have some."""
    values: dict[str, str] = {}
    if _START in text:
        for said in _BESIDE.findall(text):
            values |= dict(each.split("=", 1) for each in said.split(";"))
        text = without(text)
    return values, text


def without(text: str) -> str:
    return _BESIDE.sub("", text) if _START in text else text


_ANCHOR = re.compile(r'<(\w+)[^<>]*?\sid="([^"]{1,200})"')
_LINK = re.compile(r'<a\b[^<>]*?\shref="[^"#]*#([^"]{1,200})"[^<>]*>')
_HEADING = re.compile(r"<h([1-6])\b([^<>]*)>(.{0,1000}?)</h\1>", re.DOTALL)
_ID = re.compile(r'\sid="([^"]{1,200})"')
_TAG = re.compile(r"<[^<>]*>")
_LABEL = re.compile(r"\d{1,4}|[a-z]|[ivxlc]{1,6}|[*†‡§¶]{1,3}", re.IGNORECASE)
_NOT_SLUG = re.compile(r"[^\w\- ]")

_HOLDERS = frozenset({"li", "p", "div", "aside", "section", "a", "sup", "span"})
"""Elements that can be a footnote, or the mark at its beginning."""
_REFERENCES = frozenset({"a", "sup", "span", "cite", "small", "em", "strong"})
"""Elements that can be a reference to a footnote."""
_NEAR = 300
"""Maximum characters of HTML between a reference and the target of its footnote's back link."""
_LINKS_IN_NOTE = 40
"""Maximum links of a footnote that are examined for the back link."""


@dataclass(frozen=True, slots=True)
class Notes:
    """The footnotes and headings of an article to which its own links lead."""

    labels: dict[str, str] = field(default_factory=dict)
    """The label of each footnote, by the id of its element."""
    back: frozenset[str] = frozenset()
    """The ids that footnotes link back to."""
    headings: dict[str, str] = field(default_factory=dict)
    """The slug of each heading with an id, and of the heading above each other target, by id."""


def slug(text: str) -> str:
    return _NOT_SLUG.sub("", text.strip().lower()).replace(" ", "-")


def find_notes(html: str) -> Notes:
    """Find the footnotes of HTML (link targets that link back) and the headings with ids."""
    if "#" not in html or ' id="' not in html:
        return Notes()
    links = [(match.start(), match.group(1), match.end()) for match in _LINK.finditer(html)]
    if not links:
        return Notes()
    anchors = {match.group(2): (match.start(), match.group(1)) for match in reversed([*_ANCHOR.finditer(html)])}
    places = [link[0] for link in links]
    labels: dict[str, str] = {}
    back: set[str] = set()
    taken: set[str] = set()
    number = 0
    for start, target, end in links:
        place, tag = anchors.get(target, (0, ""))
        label = _label(html, end)
        if not label or tag not in _HOLDERS or place <= start:
            continue
        first = bisect_left(places, place)
        returns = {name for _, name, _ in links[first : first + _LINKS_IN_NOTE] if _is_near(anchors.get(name), start)}
        if returns and target not in labels:
            if label in taken:
                number = next(free for free in count(max(number, len(labels)) + 1) if str(free) not in taken)
                label = str(number)
            labels[target] = label
            taken.add(label)
        back |= returns
    targets = {target: anchors[target][0] for _, target, _ in links if target in anchors and target not in labels}
    return Notes(labels, frozenset(back), _headings(html, targets))


def _is_near(anchor: tuple[int, str] | None, start: int) -> bool:
    return anchor is not None and anchor[1] in _REFERENCES and abs(anchor[0] - start) <= _NEAR


def _label(html: str, start: int) -> str:
    shown = unescape(_TAG.sub("", html[start : start + 200].partition("</a>")[0])).strip(" \n[]()")
    return shown if _LABEL.fullmatch(shown) else ""


def _headings(html: str, targets: Mapping[str, int]) -> dict[str, str]:
    """The slugs of headings by their ids, and by the `targets` below them, of which the places are given."""
    headings: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for match in _HEADING.finditer(html):
        name = slug(unescape(_TAG.sub("", match.group(3))))
        above.append((match.start(), name))
        for found in _ID.finditer(match.group(2) + match.group(3)):
            headings.setdefault(found.group(1), name)
    for target, place in targets.items():
        if at := bisect_left(above, (place,)):
            headings.setdefault(target, above[at - 1][1])
    return headings
