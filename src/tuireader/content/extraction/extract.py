"""From the page of an article to the article. The only door to trafilatura."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from string import ascii_lowercase, ascii_uppercase
from typing import Any

from trafilatura import extract_with_metadata
from trafilatura.utils import decode_file, load_html

from tuireader.content.cleaning.clean import clean, clean_tree
from tuireader.content.cleaning.known_by_class import PARTS, without_links
from tuireader.content.dom.plain_text import plain_text
from tuireader.content.dom.repair import bounded, cut, flattened
from tuireader.content.dom.sanitize import tree_of
from tuireader.content.dom.tree import Node, parse
from tuireader.content.extraction.dateline import trim_edges
from tuireader.content.extraction.jsonld import take_stated
from tuireader.content.extraction.main_content import (
    BODY,
    container_of,
    declared_body,
    holds,
    main_part,
    paragraphs,
    prune,
)
from tuireader.content.extraction.metadata import metadata_of, title_of
from tuireader.text.html_elements import BLOCKS
from tuireader.text.word_count import count_words

_PAGE_MAX = 4_000_000
"""Characters of a page that are looked at."""
_TAGS_MAX = 40_000
"""Tags of a page that are looked at: the time that trafilatura takes grows faster than their number."""
_METAS_MAX, _META_MAX = 200, 500
"""Elements that say something of the page, and characters of what each says."""
_FEWEST_WORDS = 5
"""Outside of links: with fewer it is a menu."""
_SHORTER = 0.88
_LONGER = 1.3
"""How many times the words that trafilatura finds there may be in the part of the page where they stand. It leaves out
code and captions, and takes a menu for text now and then; teasers make a larger difference. Paragraphs that are there
several times count once: it leaves them out too."""
_LONGER_BY = 40

_TWICE = 2
"""How many times the words of what is marked on a page may be those that trafilatura finds for machines only."""

_BLOCKS_MAX = 3000
"""Blocks of a page from which on no second opinion is asked for: that takes the square of their number."""
_BLOCK = re.compile(rf"<(?:{'|'.join(sorted(BLOCKS | {'br'}))})[\s>]", re.IGNORECASE)

_LIST = "wp-block-query"
"""Other articles, unless it is what the article itself stands in."""
_INVISIBLE = ("script", "style", "svg", "template")
# str.lower makes two letters of some: then nothing is in its place any more.
_LOWERED = str.maketrans(ascii_uppercase, ascii_lowercase)
_CHARSET = re.compile(rb"""charset\s{0,9}=\s{0,9}["']?([\w.:-]{2,40})""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Extracted:
    """An article as its page has it."""

    title: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    published: datetime | None
    html: str
    """Clean, with absolute links."""


def main_html(page: bytes | str, url: str, *, site: str = "") -> Extracted | None:
    """Return the article on the page at `url`, without what stands around it; None where there is none.

    `site` is the name of its site, if it is known: it is not the article's title.

    The text is what the page marks as such. Else trafilatura says what it is, and the HTML is that of the part of the
    page where this text stands, which has code, tables and figures as they were written; only where that part holds
    much else, it is trafilatura's own.
    """
    text = flattened(bounded(cut(_decoded(page), _PAGE_MAX, _TAGS_MAX)))
    tree = load_html(text)
    if tree is None:
        return None
    stated = take_stated(tree)
    _bound_meta(tree)
    _drop_parts(tree)
    found = _found(tree, text, url)
    html = clean(found.text or "", url) if found else ""
    body, headings = _body(text, html, url)
    if not body:
        return None
    facts = metadata_of(tree, found, stated)
    return Extracted(
        title=title_of(
            text, [*facts.headings, *headings], found.title if found else "", own=facts.own_heading, site=site
        ),
        authors=facts.authors,
        categories=facts.categories,
        published=facts.published,
        html=body,
    )


def _body(page: str, found: str, url: str) -> tuple[str, list[str]]:
    """Return the HTML of the article on a page, and headings that may be its title; both empty where there is none."""
    marked = _as_marked(tree_of(_without_invisible(page)), url)
    expected = _words(found)
    if marked and expected <= _TWICE * _words(marked):
        return marked, []
    root = tree_of(_without_invisible(page))
    is_shown = holds(root, plain_text(found))
    if marked and is_shown:
        return marked, []
    if count_words(without_links(parse(found))) < _FEWEST_WORDS:
        return "", []
    part, main = container_of(root, plain_text(found).split("\n")), main_part(root)
    if main is not None and is_shown and (part is None or any(each is main for each in part.elements())):
        html = _tidied(main, url)
        if _words(html) >= _FEWEST_WORDS:
            return html, []
    headings = [each.words() for each in part.elements() if each.tag in {"h1", "h2"}][:3] if part else []
    html = _tidied(part, url) if part else ""
    return (html if _SHORTER * expected <= _words(html) <= _LONGER * expected + _LONGER_BY else found), headings


def _as_marked(root: Node, url: str) -> str:
    """Return the HTML of what a page marks as its article; empty if more text is elsewhere: then it is a beginning."""
    part = declared_body(root)
    if part is None:
        return ""
    outside = sum(count_words(each.words()) for each in paragraphs(root, part))
    html = _tidied(part, url)
    return html if count_words(plain_text(html)) >= max(_FEWEST_WORDS, outside) else ""


def _tidied(part: Node, url: str) -> str:
    """Return the HTML of a part of a page, without what stands around the article in it; the part is used up."""
    prune(part)
    trim_edges(part)
    return clean_tree(part, url)


def _words(html: str) -> int:
    """How many words HTML has; lines that are there several times count once, as trafilatura drops them too."""
    return count_words("\n".join(dict.fromkeys(plain_text(html).split("\n"))))


def _bound_meta(tree: Any) -> None:
    """Cut, in place, what a page says of itself for machines: trafilatura takes the square of its length."""
    for number, each in enumerate(list(tree.iter("meta"))):
        if number >= _METAS_MAX:
            each.drop_tree()
        elif len(each.get("content", "")) > _META_MAX:
            each.set("content", each.get("content")[:_META_MAX])


def _drop_parts(tree: Any) -> None:
    """Take out of the tree of a page, in place, comments, lists of other articles, and the like."""
    for each in [each for each in tree.iter() if isinstance(each.tag, str) and each.get("class")]:
        classes = each.get("class").split()
        if each.tag not in {"html", "body"} and (
            not PARTS.isdisjoint(classes)
            or (_LIST in classes and not any(BODY & set(inner.get("class", "").split()) for inner in each.iter()))
        ):
            each.drop_tree()


def _found(tree: Any, page: str, url: str) -> Any:
    """Return what trafilatura makes of the tree of a page, None if it finds no article."""
    for name in ("trafilatura", "htmldate", "courlan"):
        logger = logging.getLogger(name)
        if not logger.handlers:  # else its warnings would be written over the screen
            logger.addHandler(logging.NullHandler())
    return extract_with_metadata(
        tree,
        url=url,
        fast=sum(1 for _ in islice(_BLOCK.finditer(page), _BLOCKS_MAX)) == _BLOCKS_MAX,
        output_format="html",
        include_comments=False,
        include_formatting=True,
        include_images=True,
        include_links=True,
        include_tables=True,
    )


def _decoded(page: bytes | str) -> str:
    if isinstance(page, str):
        return page
    found = _CHARSET.search(page[:4000])
    for name in ("utf-8", found[1].decode("ascii", "replace") if found else "utf-8"):
        try:
            return page.decode(name)
        except (LookupError, ValueError):
            continue
    return decode_file(page)


def _without_invisible(page: str) -> str:
    """Return a page without scripts, styles and drawings, which often are most of it."""
    for tag in _INVISIBLE:
        kept, position, lowered = [], 0, page.translate(_LOWERED)
        while (start := lowered.find(f"<{tag}", position)) >= 0:
            end = lowered.find(f"</{tag}", start)
            if end < 0:
                break
            kept.append(page[position:start])
            position = end
        page = "".join(kept) + page[position:]
    return page
