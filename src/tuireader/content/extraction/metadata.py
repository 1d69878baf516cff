"""What a page says about its article: a title, names, a time."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from itertools import islice
from typing import Any

from tuireader.content.extraction import dates, marked_names
from tuireader.content.extraction.jsonld import article_data, names_in, texts_in
from tuireader.text.bylines import categories, distinct
from tuireader.text.printable import printable_line

_HEADINGS_MAX = 3
_NAME_MAX = 200
_PERMALINK = re.compile(r"\s*[¶§🔗⚓]+$|\s#$")
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<>]{1,1000})</title", re.IGNORECASE)
_OG_TITLE = re.compile(
    r"""<meta\s[^<>]{0,200}property=["']og:title["'][^<>]{0,200}?\s"""
    r"""content=(?:"([^"<>]{1,1000})"|'([^'<>]{1,1000})')""",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s+[|–—·•»:-]+\s+")
_NO_SECTION = frozenset({"post", "posts", "blog", "article", "articles"})
"""What Hugo says of every page: the folder that it lies in."""
_NOT_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of its article besides the title; anything may be missing."""

    authors: tuple[str, ...]
    categories: tuple[str, ...]
    published: datetime | None
    headings: tuple[str, ...]
    """What may be the title."""


def title_of(page: str, headings: Iterable[str], found: str | None) -> str:
    """Return the title of an article: a heading of its own that the page is called after, else what was `found`.

    What was found may be a heading of something else on the page: then the page's own title is better.
    """
    title, og_title = _TITLE.search(page[:100_000]), _OG_TITLE.search(page[:100_000])
    called = [printable_line(unescape(match[1] or match[2] or "")) for match in (og_title,) if match]
    called += [printable_line(unescape(title[1]))] if title else []
    for heading in (*headings, found or ""):
        if (key := letters(heading)) and any(key in letters(each) for each in called):
            line = printable_line(heading)
            is_named_so = any(line in each for each in called)
            return line if is_named_so else line.removesuffix("#")  # the mark of a link to the heading itself
    return _PARTS.split(called[0])[0] if called else printable_line(found or "")


def metadata_of(page: Any, found: Any) -> Metadata:
    """Return what the tree of a page says of its article, and else what trafilatura `found`.

    What is written for machines goes first. Tags are taken where there is no category.
    """
    stated = article_data(each.text or "" for each in page.iter("script") if "ld+json" in each.get("type", ""))
    near = marked_names.near_title(page)
    author, found_labels, day = (
        (found.author, found.categories or found.tags, found.date) if found else (None, None, None)
    )
    sections = [each.get("content", "") for each in page.iter("meta") if each.get("property") == "article:section"]
    sections = [each for each in sections if each.casefold() not in _NO_SECTION]
    return Metadata(
        names(names_in(stated.get("author")) or marked_names.authors(page, near) or (author or "").split(";")),
        labels(texts_in(stated.get("articleSection")))
        or labels(marked_names.categories(page, near))
        or labels(sections)
        or labels(marked_names.tags(page, near))
        or labels(found_labels or ()),
        dates.published(page, near, texts_in(stated.get("datePublished")), day),
        tuple(_PERMALINK.sub("", printable_line("".join(each.itertext()))) for each in _headings(near)),
    )


def _headings(near: Any) -> list[Any]:
    """What may be the title, the likeliest first; a first heading at the head of the page is often its site's name."""
    firsts = list(islice(near.iter("h1"), _HEADINGS_MAX))
    heads = [each for each in firsts if _is_at_the_head(each)]
    others = [each for each in firsts if each not in heads]
    return others or [*islice(near.iter("h2"), _HEADINGS_MAX), *heads]


def _is_at_the_head(heading: Any) -> bool:
    around = [each.tag for each in heading.iterancestors()]
    return "header" in around and not {"article", "main"}.intersection(around)


def names(given: Iterable[str]) -> tuple[str, ...]:
    """Return names, each once, without what is none: addresses, whole sentences."""
    lines = map(printable_line, given)
    return tuple(distinct(name for name in lines if len(name) <= _NAME_MAX and "://" not in name))


def labels(given: Iterable[str]) -> tuple[str, ...]:
    """Return categories, each once, and "Uncategorized" only where there is no other."""
    return categories(name.lstrip("#") for name in names(given))


def letters(text: str) -> str:
    """Return the letters and digits of a text: what remains the same however it is marked and spaced."""
    return _NOT_LETTERS.sub("", text).casefold()
