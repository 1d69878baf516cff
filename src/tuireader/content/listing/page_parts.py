"""Recognition of page parts around a list by tags and class names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from tuireader.content.extraction.page import Element

_WORD = re.compile(r"[a-z]+")
_NAMES_MAX = 500
_OF_PAGE = ("has-", "no-", "with-", "is-")
"""Prefixes of classes that say what else an element has, or how it is shown."""


def seen_texts(body: Element) -> Iterator[str]:
    """The visible texts of a page."""
    for each in body.iter():
        if isinstance(each.tag, str) and each.tag not in ("script", "style", "noscript", "template"):
            yield each.text or ""
        yield each.tail or ""


def count_words(text: str) -> int:
    return len(text.split())


def names_of(element: Element) -> list[str]:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:_NAMES_MAX].split()
    return [name for name in names if not name.startswith(_OF_PAGE)]


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(name.lower()))


DEPTH_MAX = 100
"""Maximum ancestors that are examined."""
_AROUND_TAGS = frozenset({"nav", "form", "button", "select", "dialog", "noscript", "template"})
_CARD_TAGS = frozenset({"article", "section", "li", "main"})
"""Elements whose header or footer is an article's."""
_AROUND_ROLES = frozenset(
    {"navigation", "search", "contentinfo", "dialog", "menu", "menubar", "complementary", "banner"}
)
_AROUND = frozenset(
    {
        "nav", "navbar", "navigation", "navi", "menu", "menubar", "sidebar", "tags", "share", "sharing", "social",
        "toc", "blogroll", "skip", "cookie", "cookies", "login", "search", "widget", "widgets", "newsletter", "toctree",
        "localtoc", "headerlink", "languages", "topbar", "infobox", "navbox", "catlinks", "dropdown", "copyright",
    }
)  # fmt: skip
"""Words in the names of parts on each page of a site; a list of articles may still be inside."""
_NEVER = frozenset(
    {
        "aside", "breadcrumb", "breadcrumbs", "comment", "comments", "footer", "pager", "paginate", "pagination",
        "popular", "prevnext", "recommended", "related", "sidebar", "tagcloud", "taglist", "trending",
    }
)  # fmt: skip
"""Words in the names of parts that are never the main list of a page."""
_LAYOUT = frozenset({"body", "container", "content", "layout", "main", "page", "with", "wrap", "wrapper"})
"""Words that, later in a name, mark a container of several parts."""
ENTRY = frozenset(
    {
        "post",
        "posts",
        "entry",
        "entries",
        "article",
        "articles",
        "news",
        "story",
        "stories",
        "blog",
        "archive",
        "hentry",
    }
)
"""Words in the names of articles and lists of articles."""


def is_around(element: Element, *, by_name: bool = True) -> bool:
    """Whether an element is in a part that is on each page of a site, by its tags, and `by_name` by its class names."""
    outwards = [element, *islice(element.iterancestors(), DEPTH_MAX)]
    for each in outwards:
        if each.tag in ("body", "html"):
            return False
        is_head = each.tag in ("header", "aside", "footer")
        if is_head and not any(around.tag in _CARD_TAGS for around in (*outwards, *each.iterancestors())):
            return True
        if each.tag in _AROUND_TAGS or (each.get("role") or "") in _AROUND_ROLES or _is_hidden(each):
            return True
        if any(_is_called_around(name, by_name=by_name) for name in names_of(each)):
            return True
    return False


def _is_hidden(element: Element) -> bool:
    return element.get("hidden") is not None or element.get("aria-hidden") == "true"


def _is_called_around(name: str, *, by_name: bool) -> bool:
    words = words_of(name)
    if not _LAYOUT.isdisjoint(words[1:]) and words[0] not in _NEVER:  # such as what holds the text and a sidebar
        return False
    if not _NEVER.isdisjoint(words):
        return True
    return by_name and not _AROUND.isdisjoint(words) and ENTRY.isdisjoint(words)
