"""The shared state of the cleaning rules, and functions for lines of verse."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import repeat
from math import inf
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from tuireader.content.cleaning.boilerplate import (
    CONTENTS,
    is_boilerplate,
    is_share_bar,
    is_share_heading,
    is_share_link,
)
from tuireader.content.cleaning.media import formula_node, source_of, with_captions
from tuireader.content.dom.sanitize import SCHEMES
from tuireader.content.dom.tree import Kept, Node, in_blocks, is_block, trimmed
from tuireader.content.maths.formulas import in_text
from tuireader.text.folding import letters
from tuireader.text.language_and_hyphenation import language_tag
from tuireader.text.printable import HEADINGS, printable, printable_block, unescape
from tuireader.urls.hosts import join

_REPEATED_MIN, _REPEATED_MAX = 20, 600
"""Letters of a block that may be a pull quote."""
_REPETITIONS_MAX = 100
_TWICE = 2
_GOES_ON = re.compile(r"\s?[a-z,.;:)]")
"""How a sentence goes on after a button in it."""
_MARK_MAX = 3
"""Maximum characters of the mark of a note."""
_PHRASE = re.compile(r"\b[a-z]+(?: [a-z]+){1,3}\b")
"""Words compared to find pull quotes."""
_CHINESE_OR_JAPANESE = r"[\u2e80-\u30ff\u3400-\u9fff\uff00-\uff60]"
_BROKEN = re.compile(rf"(?<={_CHINESE_OR_JAPANESE})[ \t\r]*\n[ \t\r\n]*(?={_CHINESE_OR_JAPANESE})")
"""A line break in the source between characters that are written without spaces."""
_WIDE_SPACE = re.compile(r"[ \xa0]{2,}")
_OTHER_FIELD = re.compile(r"(?<=[?&])(?!(?:subject|body)=)[^&]*+&?", re.IGNORECASE)
"""A field of a mail address that is neither its subject nor its body."""
_FORMULAS_MAX = 10_000
_ESCAPED_TWICE = re.compile(
    r"(?:(?<=\w)|(?<=[^\s&;]))&(?!lt;|gt;|amp;|quot;|apos;)(?:[a-zA-Z]{2,20}\d{0,2}|#\d{2,6}|#x[\da-fA-F]{2,5});"
)
"""A doubly escaped character reference within a word; one that stands alone may be meant."""


class Context:
    """The state that all cleaning rules share while they clean one article."""

    def __init__(
        self, root: Node, base_url: str, rules: Mapping[str, Rule], *, has_tex: bool = False, most: float = inf
    ) -> None:
        """Text beyond `most` characters is dropped."""
        self.rules = rules
        self.root = root
        self.left = most
        self.plain = ""
        """The plain text of the article, case-folded; computed on first use."""
        self.whole = ""
        """The letters of the article's plain text; computed on first use."""
        self.repeated: Counter[str] = Counter()
        """Number of dropped duplicates by text."""
        self.repetitions = _REPETITIONS_MAX
        """Remaining searches for duplicates."""
        elements = list(root.elements())
        in_headings = [each for heading in elements if heading.tag in HEADINGS for each in heading.elements()]
        to_headings = {id(each) for each in in_headings if each.tag == "a" and leads_to_heading(each)}
        links = [each for each in elements if each.tag == "a" and id(each) not in to_headings]
        named = {each["id"] or each["name"] for each in elements if each["id"] or (each.tag == "a" and each["name"])}
        self.base = base_url
        self.targets = {target for link in links if (target := self.fragment(link["href"])) in named}
        """Ids that links within the article lead to."""
        self.headings = _names_of_headings(elements)
        """Ids of headings, or of elements in or around them."""
        self.drop_contents_heading = False
        """Whether a table of contents was dropped, so that its heading must go too."""
        self.shares = any(map(is_share_link, links))
        self.tag = ""
        """The tag of the enclosing heading, list item, term, definition or cell; "" elsewhere."""
        self.last_picture = ""
        self.alternatives = {each["alt"] for each in elements if each.tag == "img" and each["alt"] and source_of(each)}
        """The alternative texts of pictures with an address."""
        self.played: set[str] = set()
        """The addresses of the media so far."""
        self.has_tex = has_tex
        """Whether the page renders TeX between dollars."""
        self.formulas = repeat(None, _FORMULAS_MAX)
        """Remaining formulas to parse."""
        self.verbatim = 0
        """Number of open elements with verbatim text, such as `code`."""
        self.marks = 0
        """Number of open elements of inline markup."""

    def children_in(self, tag: str, node: Node) -> Kept:
        """The cleaned children of an element, inside a block of this kind."""
        outer, self.tag = self.tag, tag
        found = self.children(node)
        self.tag = outer
        return found

    def children(self, node: Node) -> Kept:
        """The cleaned children of an element."""
        found: Kept = []
        for place, child in enumerate(node.children):
            if self.left <= 0:
                break
            if isinstance(child, str):
                self.left -= len(child)
                indent, text = ("", child) if self.verbatim else indent_of(child, node.children, place)
                found += [*([indent] if indent else ()), *self.text(printable_block(text))]
            elif self.shares and is_share_bar(child):
                _drop_share_heading(found)
            elif not is_boilerplate(child):
                if child.tag == "button" and _is_in_sentence(node.children, place):
                    found += [" ", *self.children(child)]
                else:
                    found += self.rules.get(child.tag, Context.children)(self, child)
                if self.drop_contents_heading:
                    self.drop_contents_heading = not _drop_heading(found, CONTENTS)
        return found

    def text(self, text: str) -> Kept:
        """Text with formulas rendered and double escapes undone."""
        if self.verbatim:
            return [text]
        if "\n" in text and not text.isascii():
            text = _BROKEN.sub("", text)
        if "\xa0" in text:
            text = _WIDE_SPACE.sub(lambda found: " " if "\xa0" in found[0] else found[0], text)
        if "&" in text:
            text = _ESCAPED_TWICE.sub(lambda found: printable_block(unescape(found[0])), text)
        if "\\" not in text and "$" not in text:
            return [text]
        pieces = in_text(text, dollars=self.has_tex, tries=self.formulas)
        return [each if isinstance(each, str) else formula_node(each) for each in pieces if each != ""]

    def is_repeated(self, node: Node) -> bool:
        """Whether a block's text occurs elsewhere in the article, as a pull quote does."""
        words = node.words().casefold().replace("\xad", "")
        key = letters(words)
        if not _REPEATED_MIN <= len(key) <= _REPEATED_MAX or self.repetitions == 0:
            return False
        self.repetitions -= 1
        self.plain = self.plain or self.root.words().casefold().replace("\xad", "")
        phrases = _PHRASE.findall(words)
        if phrases and self.plain.count(max(phrases, key=len)) < _TWICE:
            return False  # the letters of all of it take longer to look at
        self.whole = self.whole or letters(self.plain)
        left = self.whole.count(key) - self.repeated[key]
        self.repeated[key] += left > 1
        return left > 1

    def blocks(self, node: Node) -> Kept:
        """The cleaned children of an element, as blocks only."""
        return with_captions(in_blocks(self.children(node)))

    def attributes(self, node: Node) -> dict[str, str]:
        """The relevant attributes: id if linked to, language, direction."""
        if not node.attributes:
            return {}
        found = {"id": node["id"]} if node["id"] in self.targets else {}
        if node["dir"].lower() in {"rtl", "ltr", "auto"}:
            found["dir"] = node["dir"].lower()
        if language := language_tag(node["lang"]):
            found["lang"] = language
        if node["data-formula"]:
            found["data-formula"] = node["data-formula"]
        return found

    def fragment(self, href: str) -> str:
        """The target of a link within the article; "" for other links."""
        place, _, name = href.strip().partition("#")
        return unquote(name) if not place or place == self.base.partition("#")[0] else ""

    def address(self, href: str) -> str:
        """An absolute address, or "#" and a target in the article; "" if neither."""
        if (name := self.fragment(href)) and name in self.targets:
            return f"#{name}"
        if not href.strip():
            return ""
        try:
            address = join(self.base, printable(href).strip())
            scheme = urlsplit(address).scheme
        except ValueError:
            return ""
        if scheme == "mailto":  # a field may send a file of the reader's
            address = _OTHER_FIELD.sub("", address).rstrip("?&")
        return address.replace(" ", "%20") if scheme in SCHEMES or not scheme else ""


def leads_to_heading(link: Node) -> bool:
    """Whether a link in a heading leads to a place on its page, as a heading to itself, and is no mark of a note."""
    return link["href"].startswith("#") and len(words := link.words()) > _MARK_MAX and any(map(str.isalpha, words))


def _is_in_sentence(children: Sequence[Node | str], place: int) -> bool:
    """Whether a child is between two words of a sentence."""
    before, after = (children[at] if 0 <= at < len(children) else "" for at in (place - 1, place + 1))
    if not (isinstance(before, str) and isinstance(after, str)):
        return False
    return before[-2:].strip().isalpha() and _GOES_ON.match(after) is not None


def _names_of_headings(elements: list[Node]) -> set[str]:
    names: set[str] = set()
    for number, each in enumerate(elements):
        if each.tag in HEADINGS:
            around = elements[number - 1 : number] if number and each in elements[number - 1].children else []
            names.update(name for one in (each, *each.elements(), *around) if (name := one["id"] or one["name"]))
    return names


def _drop_heading(found: Kept, pattern: re.Pattern[str]) -> bool:
    """Drop the last block if it is a heading that matches; returns whether it was."""
    while found and isinstance(found[-1], str) and not found[-1].strip():
        del found[-1]
    last = found[-1] if found else None
    if isinstance(last, Node) and is_block(last) and pattern.fullmatch(last.words()):
        del found[-1]
        return True
    return False


def _drop_share_heading(found: Kept) -> None:
    while found and isinstance(found[-1], str) and not found[-1].strip():
        del found[-1]
    if found and isinstance(found[-1], Node) and is_block(found[-1]) and is_share_heading(found[-1]):
        del found[-1]


Rule: TypeAlias = Callable[[Context, Node], Kept]
"""A cleaning rule: returns what replaces an element."""

_VERSE = re.compile(r"(?:^|[\s_-])(?:verse|poem|poetry)(?:$|[\s_-])", re.IGNORECASE)
_INDENT = "\xa0" * 4
"""The indent of a line of verse."""
_SPACE = re.compile(r"[ \t\r\n]*(\xa0[ \xa0]+)(?=[^\s\xa0]|$)")
_INDENT_MAX = 16


def indent_of(text: str, content: Sequence[Node | str], place: int) -> tuple[str, str]:
    """Split a text into the indent of a line of verse ("" for none) and the rest.

    Only text right after a line break has an indent, and only if the line is not blank.
    """
    found = _SPACE.match(text) if "\xa0" in text and _is_break(content, place - 1) else None
    if found is None or (found.end() == len(text) and _is_break(content, place + 1)):
        return "", text
    return "\xa0" * min(len(found[1]), _INDENT_MAX), text[found.end() :]


def _is_break(content: Sequence[Node | str], place: int) -> bool:
    each = content[place] if 0 <= place < len(content) else ""
    return isinstance(each, Node) and each.tag == "br"


def is_verse(pre: Node) -> bool:
    """Whether preformatted text is verse."""
    return _VERSE.search(pre["class"]) is not None


def as_lines(node: Node) -> Kept:
    """Preformatted text with line breaks in place of newlines."""
    found: Kept = []
    for child in node.children:
        if isinstance(child, Node):
            found.append(Node(child.tag, child.attributes, as_lines(child)))
            continue
        for number, line in enumerate(child.split("\n")):
            text = line.lstrip(" ")
            found += [*([Node("br")] if number else ()), "\xa0" * (len(line) - len(text)) + text]
    return found


def lines_of(block: Node, indent: str = "") -> Kept:
    """The lines of a line block (reStructuredText), nested ones indented."""
    found: Kept = []
    for child in block.children:
        if isinstance(child, str) or child.tag not in {"div", "p"}:
            found.append(child)
        elif "line-block" in child["class"].split():
            found += lines_of(child, indent + _INDENT)
        else:
            found += [*_set_in(trimmed(child.children), indent), Node("br")]
    return found


def _set_in(line: Kept, indent: str) -> Kept:
    if not line or not isinstance(line[0], str):
        return [indent, *line] if line else []
    return [indent + line[0], *line[1:]]
