"""Who wrote an article and where it is filed, as its page marks it. Pure, over a tree with the methods of lxml's.

What stands by the title goes before what stands elsewhere on the page, and what is marked as a name before what only
stands in the right place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any
from urllib.parse import unquote

from tuireader.text.bylines import is_full_name
from tuireader.text.html_elements import HEADINGS

_Rule = Callable[[Any], bool]

_LOOKED_AT = 20_000
"""Elements of a page."""
_REGION_MAX = 300
"""Characters of a byline, or of a line that says where an article is filed."""
_NAME_MAX = 80
_HEADINGS_MAX = 10
_ELSEWHERE_TAGS = frozenset({"nav", "aside"})
_ELSEWHERE = re.compile(
    r"(?:^|[\s_-])(?:comments?|respond|commentlist|related\w{0,9}|widgets?|sidebar|navigation|nav|navbar|menu"
    r"|breadcrumbs?|site-title|site-header|masthead|recommended|recent|read-?next|more-?stories|tagcloud|shar(?:e|ing))(?:[\s_-]|$)",
    re.IGNORECASE,
)
_ABOUT_POST = "md-post"
"""What Material for MkDocs puts beside a post; it is made like a menu."""
_AUTHOR_NAME = frozenset(
    {
        "wp-block-post-author__name", "wp-block-post-author-name", "author-name", "author__name", "entry-author-name",
        "post-author-name", "byline-name", "byline__name", "byline-author", "byline__author", "article-author-name",
        "p-author",
    }
)  # fmt: skip
_CARD_NAME = frozenset({"fn", "name"})
_PROFILE = frozenset({"md-profile"})
_AUTHOR = frozenset({"author", "authors", "entry-author", "post-author", "article-author", "post-meta-author"})
_CATEGORY = frozenset(
    {
        "taxonomy-category", "cat-links", "post-categories", "entry-categories", "post-category", "entry-category",
        "category-links", "categories-links", "article-category", "article-categories", "post-meta-categories",
    }
)  # fmt: skip
_TAG = frozenset(
    {
        "tags-links", "tag-links", "post-tags", "entry-tags", "article-tags", "article-tag-list", "post-tag", "tags",
        "taxonomy-post_tag", "tag-list", "post-meta-tags",
    }
)  # fmt: skip
_CATEGORY_PATH = re.compile(r"/categor(?:y|ies|ie|ia|ias)/[^/?#]", re.IGNORECASE)
_WIKI = frozenset({"catlinks", "mw-normal-catlinks"})
"""What MediaWiki puts below a page."""
_TAG_PATH = re.compile(r"/(?:tags?|labels?)/[^/?#]", re.IGNORECASE)
_AUTHOR_PATH = re.compile(r"/authors?/[^/?#]", re.IGNORECASE)
_BYLINE = re.compile(
    r"(?:(?:written|posted|published|words|text)\s+)?by:?\s+(\S.{1,60}?)"
    r"(?:\s+on\s+\d.{0,40}|\s*[·|•,].{0,60})?",
    re.IGNORECASE,
)
_PARAGRAPHS = frozenset({"p", "div", "span", "address", "small"})
_NO_NAME = re.compile(
    r"(?:view|see|show|read|all|more|other|follow)\b.*\b(?:posts?|articles?|stories|by|from|more)\b.*|posts by .*"
    r"|website|authors?|permalink|edit|.*://.*",
    re.IGNORECASE,
)
_BY = re.compile(r"\b(?:(?:(?:written|posted|published|words|text|story)\s+)?by\b\s*:?|authors?\s*:)\s*", re.IGNORECASE)


def near_title(page: Any) -> Any:
    """Return the part of a page that is about its article: the innermost article or main part with the title."""
    around = [list(heading.iterancestors()) for heading in islice(page.iter("h1"), _HEADINGS_MAX)]
    if parts := [part for tag in ("article", "main") for each in around for part in each if part.tag == tag]:
        return parts[0]
    articles = list(islice(page.iter("article"), 2))
    return articles[0] if len(articles) == 1 else page


def authors(page: Any, near: Any) -> list[str]:
    """Return the names that are marked as the author's."""
    for texts in _found(page, near, _AUTHOR_RULES):
        names = [_BY.sub("", text, count=1).strip(" ,;:·|•–—-") for text in texts]
        if kept := [name for name in names if 0 < len(name) <= _NAME_MAX and not _NO_NAME.fullmatch(name)]:
            return kept
    return _in_byline(near)


def _in_byline(near: Any) -> list[str]:
    """Return the full name in a line that says no more than who wrote it, and perhaps when."""
    for element in islice(near.iter(), _LOOKED_AT):
        if element.tag in _PARAGRAPHS and (text := _text(element)) and len(text) <= _REGION_MAX:
            found = _BYLINE.fullmatch(text)
            if found and is_full_name(found[1]) and not is_elsewhere(element):
                return [found[1]]
    return []


def categories(page: Any, near: Any) -> list[str]:
    """Return the names of the categories under which the article is filed."""
    return next(_found(page, near, _CATEGORY_RULES), [])


def tags(page: Any, near: Any) -> list[str]:
    """Return the tags of the article."""
    return next(_found(page, near, _TAG_RULES), [])


def _found(page: Any, near: Any, rules: tuple[_Rule, ...]) -> Iterator[list[str]]:
    """Yield what each rule finds by the title, then what each finds anywhere."""
    for part in (page,) if near is page else (near, page):
        marked = [each for each in islice(part.iter(), _LOOKED_AT) if isinstance(each.tag, str)]
        for rule in rules:
            for element in marked:
                if rule(element) and _text(element) and not is_elsewhere(element):
                    around = _region(element, part).iter()
                    yield [_text(each) for each in around if isinstance(each.tag, str) and rule(each)]
                    break


def _region(element: Any, part: Any) -> Any:
    """Return the line around an element: as far as there is nothing else in it."""
    region = element
    for around in element.iterancestors():
        if around is part or len(_text(around)) > _REGION_MAX or any(each.tag in HEADINGS for each in around.iter()):
            break
        region = around
    return region


def is_elsewhere(element: Any) -> bool:
    """Whether an element stands in a part of a page that is about other articles, or about comments."""
    around = [each for each in chain((element,), element.iterancestors()) if each.tag not in {"body", "html"}]
    return not any(_says(each, "class", _ABOUT_POST) for each in around) and any(
        each.tag in _ELSEWHERE_TAGS or _ELSEWHERE.search(each.get("class", "")) or each.get("id") == "comments"
        for each in around
    )


def _text(element: Any) -> str:
    return " ".join("".join(islice(element.itertext(), _REGION_MAX)).split())


def _says(element: Any, attribute: str, word: str) -> bool:
    return word in element.get(attribute, "").split()


def _within(element: Any, classes: frozenset[str]) -> bool:
    """Whether an element, or one of the few around it, is of such a class."""
    around = chain((element,), islice(element.iterancestors(), 3))
    return any(not classes.isdisjoint(each.get("class", "").split()) for each in around)


def _is_named_author(element: Any) -> bool:
    """Whether an element is the name of an author in the words of schema.org."""
    if _says(element, "itemprop", "name"):
        return any(_says(each, "itemprop", "author") for each in element.iterancestors())
    return _says(element, "itemprop", "author") and not any(_says(e, "itemprop", "name") for e in element.iter())


def _link_to(pattern: re.Pattern[str]) -> _Rule:
    return lambda each: each.tag == "a" and pattern.search(unquote(each.get("href", ""))) is not None


def _link_within(classes: frozenset[str]) -> _Rule:
    return lambda each: each.tag == "a" and _within(each, classes)


def _link_called(relation: str) -> _Rule:
    return lambda each: each.tag == "a" and _says(each, "rel", relation)


_AUTHOR_RULES: tuple[_Rule, ...] = (
    _is_named_author,
    lambda each: not _AUTHOR_NAME.isdisjoint(each.get("class", "").split()),
    lambda each: each.tag == "strong" and _within(each, _PROFILE),
    _link_called("author"),
    _link_within(_AUTHOR),
    lambda each: not _CARD_NAME.isdisjoint(each.get("class", "").split()) and _within(each, _AUTHOR),
    lambda each: not _AUTHOR.isdisjoint(each.get("class", "").split()),
    _link_to(_AUTHOR_PATH),
)
_CATEGORY_RULES: tuple[_Rule, ...] = (
    _link_called("category"),
    _link_within(_CATEGORY),
    lambda each: _says(each, "itemprop", "articleSection"),
    _link_to(_CATEGORY_PATH),
    lambda each: each.tag == "a" and _within(each, _WIKI) and each.getparent().tag == "li",
)
_TAG_RULES: tuple[_Rule, ...] = (_link_called("tag"), _link_within(_TAG), _link_to(_TAG_PATH))
