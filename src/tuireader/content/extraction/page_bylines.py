"""Authors and categories marked up in a page. Pure, over a tree with the methods of lxml's.

Marks near the title take precedence over marks elsewhere, and explicit names over names in the right place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import islice, takewhile
from typing import Any
from urllib.parse import unquote

from tuireader.content.extraction.page import drop, outwards, text_of
from tuireader.text.bylines import is_full_name, person
from tuireader.text.printable import HEADINGS

_Rule = Callable[[Any], bool]

_ELEMENTS_MAX = 20_000
"""Maximum elements of a page that are examined."""
_CANDIDATES = 500
"""Maximum elements of one kind that are examined: index pages have as many in their lists."""
_REGION_MAX = 300
"""Maximum characters of a byline or a line of categories."""
_AROUND_MAX = 59
"""Maximum ancestors of an element that are examined."""
_TEASER_MIN = 20
"""Minimum characters of a teaser beside its author."""
_LEVELS = 3
"""How many ancestors of a link may carry its class."""
_NAME_MAX = 80
_HEADINGS_MAX = 10
_ELSEWHERE_TAGS = frozenset({"nav", "aside"})
_ELSEWHERE = re.compile(
    r"(?:^|[\s_-])(?:comments?|respond|commentlist|related\w{0,9}|sidebar|navigation|nav|navbar|menu|breadcrumbs?"
    r"|site-title|site-header|masthead|recommended|recent|read-?next|more-?stories|tag-?cloud|next-?prev|prev-?next"
    r"|shar(?:e|ing))(?:[\s_-]|$)|(?:^|\s|sidebar-|footer-)widgets?(?:[\s_]|$)(?!Blog\b)",
    re.IGNORECASE,
)
"""Class names of page parts that are about other things; page builders call each part a widget, and Blogger the
article: `class="widget Blog"`."""
_ABOUT_POST = frozenset({"md-post", "ablog__postcard"})
"""The sidebar of a post in Material for MkDocs and ABlog, built like a menu."""
_AUTHOR_NAME = frozenset(
    {
        "wp-block-post-author__name", "wp-block-post-author-name", "author-name", "author__name", "entry-author-name",
        "post-author-name", "byline-name", "byline__name", "byline-author", "byline__author", "article-author-name",
        "p-author", "post-copyright__author_name",
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
"""MediaWiki's block of categories below a page."""
_TAG_PATH = re.compile(r"/(?:tags?|labels?)/[^/?#]", re.IGNORECASE)
_AUTHOR_PATH = re.compile(r"/authors?/[^/?#]", re.IGNORECASE)
_CLASSES = _AUTHOR_NAME | _CARD_NAME | _PROFILE | _AUTHOR | _CATEGORY | _TAG | _WIKI
_FILED = re.compile("|".join(each.pattern for each in (_CATEGORY_PATH, _TAG_PATH, _AUTHOR_PATH)), re.IGNORECASE)
_BYLINE = re.compile(
    r"(?:[^.!?]{0,40}\d\s+(?:[–—|·•-]\s+)?)?(?:(?:written|posted|published|hosted|words|text)\s+)?by:?\s+(\S.{1,60}?)"
    r"(?:\s+on\s+[\w, ]{0,20}\d.{0,60}|\s*[·|•,].{0,60}|\s+[–—-]\s.{0,120})?"
    r"|([^|·•]{2,60}?)\s*[|·•]\s*(?:\w+\s){0,3}(?:writer|editor|reporter|contributor|correspondent|columnist)\b.{0,60}",
    re.IGNORECASE,
)
"""A line that says only who wrote the article, and perhaps when."""
_LABEL = re.compile(r"(?:(?:written|posted|published|words|text)\s+)?by:?|author:?", re.IGNORECASE)
"""A label whose name is in the next element."""
_BEFORE_MARK = re.compile(r"\s(?=[,;:.])")
_TEAM = re.compile(r"(?:The )?(?:[A-Z][\w&.’'-]* ){1,3}(?:Team|Staff|Editors|Newsroom)")
_OTHER_PART = re.compile(r"\b(?:checked|reviewed|edited|updated|photos?|illustrat\w{2,4}) by:?\s*$", re.IGNORECASE)
_PARAGRAPHS = frozenset({"p", "div", "span", "address", "small", "li"})
_NO_NAME = re.compile(
    r"(?:view|see|show|read|all|more|other|follow)\b.*\b(?:posts?|articles?|stories|by|from|more)\b.*|posts by .*"
    r"|undefined|null|un(?:known|titled|benannt)|(?:your |full )?name|.*\b(?:drupal|joomla|typo3|wordpress)\b.*"
    r"|alle (?:artikel|beiträge|posts)|(?:tous les|todos los|tutti gli) .*|ver (?:más|todo)s?.*"
    r"|website|authors?|tags?|categor(?:y|ies)|archives?|home|about(?: .*)?|permalink|edit|.*://.*"
    r"|.* (?:says:?|said(?:,.*)?)"
    r"|(?:this|his|her|their|your) .*|.*\b(?:rss|feeds?|logged|sign(?:ed)? in|account|version)\b.*"
    r"|(?:view|see) .*(?:profile|bio)|(?:written|reviewed|edited|(?:fact[ -])?checked|updated) by:?"
    r"|(?:[a-z]+ )?(?:editors?|reporters?|correspondents?|writers?|contributors?|columnists?)"
    r"|(?:.* )?(?:share|save|subscribe|follow|e-?mail|print)(?: .*)?|(?:.* )?(?:websites?|designed|powered) by .*",
    re.IGNORECASE,
)
"""Labels of links and buttons, and headings of comments."""
_BY = re.compile(r"^[^.!?]{0,40}?\b(?:(?:written|posted|published|words|text|story)\s+)?by\b\s*:?\s*", re.IGNORECASE)


def near_title(page: Any) -> Any:
    """Return the part of a page that is about its article: the innermost article or main element with the title."""
    around = [list(heading.iterancestors()) for heading in islice(page.iter("h1"), _HEADINGS_MAX)]
    if parts := [part for tag in ("article", "main") for each in around for part in each if part.tag == tag]:
        return parts[0]
    for tag in ("article", "main"):
        parts = list(islice(page.iter(tag), 2))
        if len(parts) == 1:
            return parts[0]
    return page


class Names:
    """The names marked up in a page's tree; each kind is searched for on request."""

    def __init__(self, page: Any) -> None:
        """Find the part of the page that is about the article."""
        self.page = page
        self.near = near_title(page)
        self._telling: dict[bool, list[Any]] = {}

    def authors(self) -> list[str]:
        """Return the names marked as the author's."""
        for texts in self._found(_AUTHOR_RULES):
            names = [person(_BY.sub("", text, count=1).strip(" ,;:·|•–—-")) for text in texts]
            if kept := [name for name in names if is_name(name)]:
                return kept
        return _in_byline(self.near)

    def categories(self) -> list[str]:
        return next(self._found(_CATEGORY_RULES), [])

    def tags(self) -> list[str]:
        return next(self._found(_TAG_RULES), [])

    def _found(self, rules: tuple[_Rule, ...]) -> Iterator[list[str]]:
        """Yield the matches of each rule near the title, then of each anywhere."""
        for part in (self.page,) if self.near is self.page else (self.near, self.page):
            is_page = part is self.page
            if is_page not in self._telling:
                self._telling[is_page] = list(_telling(part))
            for rule in rules:
                for element in islice(filter(rule, self._telling[is_page]), _CANDIDATES):
                    if _text(element) and not is_elsewhere(element, self.near):
                        region = _region(element, part)
                        if is_page and _is_headed(region) and not _is_beside_post(element.iterancestors()):
                            continue
                        named = (each for each in region.iter() if isinstance(each.tag, str) and rule(each))
                        yield [_text(each) for each in named if not _has_other_part(each)]
                        break


def _has_other_part(name: Any) -> bool:
    """Whether the words before a name say that it did not write the article, but checked or edited it."""
    before, parent = name.getprevious(), name.getparent()
    words = before.tail if before is not None else parent.text if parent is not None else ""
    return _OTHER_PART.search(words or "") is not None


def is_name(text: str) -> bool:
    """Whether a text in the place of a name is a name, not the label of a link."""
    return 0 < len(text) <= _NAME_MAX and not _NO_NAME.fullmatch(text)


def is_of_teaser(name: str, page: Any) -> bool:
    """Whether a name is only within links that have much more text: the authors of other articles."""
    named = [each for each in page.iter() if isinstance(each.tag, str) and name in (each.text or "")]
    links = [next((part for part in (each, *each.iterancestors()) if part.tag == "a"), None) for each in named]
    return bool(links) and all(each is not None and len(_text(each)) >= len(name) + _TEASER_MIN for each in links)


def _in_byline(near: Any) -> list[str]:
    """Return the full name in a byline, or the name of a team."""
    for element in islice(near.iter(), _ELEMENTS_MAX):
        if element.tag in _PARAGRAPHS and (text := _text(element)) and len(text) <= _REGION_MAX:
            found = _BYLINE.fullmatch(text)
            name = found[1] or found[2] if found else _named_after(element) if _LABEL.fullmatch(text) else ""
            if (is_full_name(name) or _TEAM.fullmatch(name)) and not is_elsewhere(element, near):
                return [name]
    return []


def _named_after(label: Any) -> str:
    """The text of the element after a label."""
    behind = next((each for part in outwards(label, 2) for each in part.itersiblings()), None)
    return "" if behind is None else _text(behind)


def _telling(part: Any) -> Iterator[Any]:
    """Yield the elements that may match one of the rules: a cheap test before the rules themselves."""
    levels: dict[Any, int] = {}
    for each in islice(part.iter(), _ELEMENTS_MAX):
        given = each.attrib if isinstance(each.tag, str) else {}
        left = _LEVELS if _is_of(each, _CLASSES) else levels.get(each.getparent(), 0) - 1 if levels else -1
        if left >= 0:
            levels[each] = left
        if (
            left >= 0
            or "rel" in given
            or "itemprop" in given
            or given.get("id") in _AUTHOR
            or (each.tag == "a" and "/" in (link := given.get("href", "")) and _FILED.search(unquote(link)))
        ):
            yield each


def _region(element: Any, part: Any) -> Any:
    """Return the outermost ancestor that holds little more than the element: its byline or line of categories."""
    region = element
    for around in element.iterancestors():
        if around is part or len(_text(around)) > _REGION_MAX or any(each.tag in HEADINGS for each in around.iter()):
            break
        region = around
    return region


def _is_headed(region: Any) -> bool:
    before = region.getprevious() if region.tag in {"ul", "ol"} else None
    return before is not None and before.tag in HEADINGS


def _is_beside_post(around: Iterable[Any]) -> bool:
    return any(_is_of(each, _ABOUT_POST) for each in around)


def is_elsewhere(element: Any, near: Any = None) -> bool:
    """Whether an element is in a part of the page about other articles or comments, within `near` if it is in that."""
    around = list(
        takewhile(lambda each: each is not near and each.tag not in {"main", "body"}, outwards(element, _AROUND_MAX))
    )
    is_filing = any(_is_of(each, _TAG | _CATEGORY) for each in around)
    return not _is_beside_post(around) and any(
        (each.tag in _ELSEWHERE_TAGS and not is_filing)
        or _is_called_elsewhere(each.get("class", "")[:_REGION_MAX])
        or each.get("id") == "comments"
        or (each.tag == "footer" and not any(outer.tag in {"article", "main"} for outer in each.iterancestors()))
        for each in around
    )


@lru_cache(maxsize=4096)
def _is_called_elsewhere(classes: str) -> bool:
    return _ELSEWHERE.search(classes) is not None


def _text(element: Any) -> str:
    """The text of an element on one line, with spaces between elements; reading stops once it is too long for a name.

    That of a `meta` element, with which microdata names what is not shown, is its content.
    """
    if element.tag == "meta":
        return " ".join(element.get("content", "").split())
    pieces, length = [], 0
    for piece in islice(element.itertext(), _REGION_MAX):
        pieces.append(piece[: 4 * _REGION_MAX])
        length += len(pieces[-1])
        if length > 4 * _REGION_MAX:
            break
    return _BEFORE_MARK.sub("", " ".join(" ".join(pieces).split()))


def _says(element: Any, attribute: str, word: str) -> bool:
    return word in element.get(attribute, "").split()


def _is_of(element: Any, classes: frozenset[str]) -> bool:
    return not classes.isdisjoint(_classes(element.get("class", "")))


@lru_cache(maxsize=4096)
def _classes(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _within(element: Any, classes: frozenset[str]) -> bool:
    return any(_is_of(each, classes) for each in outwards(element, _LEVELS))


def _is_named_author(element: Any) -> bool:
    """Whether an element is the name of an author in schema.org's microdata."""
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
    lambda each: _is_of(each, _AUTHOR_NAME),
    lambda each: each.tag == "strong" and _within(each, _PROFILE),
    _link_called("author"),
    _link_within(_AUTHOR),
    lambda each: _is_of(each, _CARD_NAME) and _within(each, _AUTHOR),
    lambda each: _is_of(each, _AUTHOR) or each.get("id") in _AUTHOR,
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


_MAIL_DATE = re.compile(r"\w{3} (\w{3}) +(\d{1,2}) ([\d:]{8})(?: (\w{1,5}))? (\d{4})")
_OTHER_MAILS = re.compile(r"(?:previous|next) message\b|messages sorted by", re.IGNORECASE)


def take_mail_header(tree: Any) -> tuple[str, datetime | None]:
    """Remove the header of a mail in an archive and its links to other mails; returns author and date, if it is one.

    Mailman writes a bold name, an address and the date in italics below the subject.
    """
    title = next(tree.iter("h1"), None)
    below = title.itersiblings("b", "a", "i", "p", "hr") if title is not None else ()
    header = list(islice(below, 3))
    found = _MAIL_DATE.fullmatch(text_of(header[-1])) if [each.tag for each in header] == ["b", "a", "i"] else None
    if found is None:
        return "", None
    author, (month, day, time, zone, year) = person(text_of(header[0])), found.groups("")
    lists = (each for each in tree.iter("ul") if _OTHER_MAILS.match(text_of(each)))
    drop([*header, *lists])
    with suppress(ValueError):
        moment = parsedate_to_datetime(f"{day} {month} {year} {time} {zone}")
        return author, moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    return author, None
