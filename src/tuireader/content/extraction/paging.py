"""Articles divided into several pages: find the next page, and join all pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from tuireader.content.dom.tree import Node, parse, serialise
from tuireader.content.extraction.extract import Extracted, tree_of_page
from tuireader.text.language_and_hyphenation import count_words
from tuireader.urls.hosts import absolute
from tuireader.urls.identity import place

_PARAMETERS = frozenset({"page", "pg", "p", "pagina", "seite", "pagenum", "pageno", "paged", "startpage"})
_LAST_PART = re.compile(
    r"(?P<before>.*?)(?P<mark>/(?:(?:page|seite|pagina)[-/]?)?|[-_,](?:page-?|p|seite-?)?)(?P<number>\d{1,3})"
    r"(?P<after>\.\w{1,5})?"
)
"""A path that ends in a page number, and the separator before it."""
_SERIES = re.compile(
    r"(?<![^\W\d_])(?:part|partie|parte|teil|deel|del|chapter|chapitre|cap[ií]tulo|capitolo|kapitel|episode|episodio|folge"
    r"|volume|vol|issue|day|tag|week|comic|post|posts)$",
    re.IGNORECASE,
)
"""The word before the number of an article of a series."""
_ENDING = re.compile(r"\.\w{1,5}$")
_NEXT = re.compile(
    r"(?:next|continue|weiter|nächste|suivante?|siguiente|próxima|seguinte|successiva|volgende|nästa|neste|næste|далее)"
    r"\b.*|»|›|→|>+|次.*|下一.*|다음.*",
    re.IGNORECASE,
)
_WORDS_MAX = 60
"""Maximum characters of the label of a link to the next page."""
_FEWEST_WORDS = 12
"""Minimum new words of a further page of the article."""


def next_page(page: bytes, url: str, first: str, number: int) -> str:
    """The address of page `number` of the article at `first` if the page at `url` links to it; else empty.

    The address must differ from the article's own in that number only: a "next" link may lead to the next article.
    """
    tree = tree_of_page(page)
    if tree is None:
        return ""
    for each in tree.iter("a", "link"):
        href = each.get("href") or ""
        text = " ".join("".join(each.itertext()).split())[: _WORDS_MAX + 1] if href else ""
        has_number = re.fullmatch(rf"\D{{0,10}}{number}\D{{0,3}}", text) is not None
        is_next = "next" in (each.get("rel") or "").lower().split() or _is_word_for_next(text)
        if href and (has_number or is_next):
            there = absolute(href, url)
            if there and is_page_of(there, first, number, is_numbered=has_number):
                return there
    return ""


def _is_word_for_next(text: str) -> bool:
    return len(text) <= _WORDS_MAX and _NEXT.fullmatch(text) is not None


def is_page_of(url: str, first: str, number: int, *, is_numbered: bool = True) -> bool:
    """Whether an address has the form of page `number` of the article at `first`.

    `is_numbered`: the label of the link is that number. Without it `/a-2` is not a page of `/a`, but the next article
    with the same title.
    """
    try:
        here, there = urlsplit(f"//{place(first)}"), urlsplit(f"//{place(url)}")
    except ValueError:
        return False
    if here.netloc != there.netloc or (here.query != there.query and here.path != there.path):
        return False
    if here.query != there.query:
        return _differ_in_page(here.query, there.query, number)
    return _is_numbered_path(here.path, there.path, number, is_numbered=is_numbered)


def _is_numbered_path(here: str, there: str, number: int, *, is_numbered: bool) -> bool:
    """Whether a path is another path plus a page number."""
    found, own = _LAST_PART.fullmatch(there), _LAST_PART.fullmatch(here)
    if found is None or int(found["number"]) != number:
        return False
    after = found["after"] or ""
    if own is not None and int(own["number"]) == 1 and (own["before"], own["after"] or "") == (found["before"], after):
        # The first page has its number, too; else they are two of a series.
        names_page = own["mark"].strip("/-_,") != ""
        return (names_page or is_numbered) and _SERIES.search(own["before"]) is None
    if found["mark"] in "-_," and not after and not is_numbered:
        return False
    bare = _ENDING.sub("", here) if after else here
    return bool(bare.strip("/")) and found["before"] == bare and (not after or here.endswith(after))


def _differ_in_page(here: str, there: str, number: int) -> bool:
    """Whether two queries are equal but for a page number."""
    before, after = dict(parse_qsl(here, keep_blank_values=True)), dict(parse_qsl(there, keep_blank_values=True))
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    if len(changed) != 1:
        return False
    (name,) = changed
    counts = name.lower() in _PARAMETERS and (name.lower() != "p" or name not in before)  # ?p=1 may be an article
    return counts and before.get(name, "1") == "1" and after.get(name) == str(number)


def joined(parts: Sequence[Extracted]) -> tuple[Extracted, int]:
    """Join the pages of an article, and return how many pages were used; text repeated on each page is kept once.

    Joining stops at the first page without new text.
    """
    first = parts[0]
    pieces, seen = [first.html], set(_blocks(first.html))
    for part in parts[1:]:
        children = parse(part.html).children
        fresh = [child for child in children if _words(child) not in seen]
        if count_words(" ".join(map(_words, fresh))) < _FEWEST_WORDS:
            break
        seen.update(map(_words, fresh))
        pieces.append(serialise(fresh))
    return replace(first, html="".join(pieces)), len(pieces)


def _blocks(html: str) -> Iterable[str]:
    return map(_words, parse(html).children)


def _words(child: Node | str) -> str:
    text = child if isinstance(child, str) else child.words()
    if isinstance(child, Node) and not text and child.has("img"):
        return next(each["src"] for each in child.elements() if each.tag == "img")
    return " ".join(text.split())
