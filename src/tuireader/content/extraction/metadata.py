"""Title, authors, dates and categories that a page states."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import Any, Protocol

from tuireader.content.cleaning.boilerplate import is_unseen
from tuireader.content.extraction import page_bylines
from tuireader.content.extraction.page import drop
from tuireader.content.extraction.page_dates import published
from tuireader.text.bylines import categories, distinct, given_first, is_full_name, people
from tuireader.text.folding import letters
from tuireader.text.printable import printable_line, unescape

_HEADINGS_MAX = 3
_NAME_MAX = 200
_TITLE_MAX = 1000
"""Maximum characters of a title."""
_PERMALINK = "¶§🔗⚓\u200b" + "".join(map(chr, range(0xE000, 0xF900)))
"""Marks of a link to the heading itself: signs, and characters of icon fonts."""
_TITLE_CLASS = re.compile(
    r"(?:^|\s)(?:post|entry|article)[-_](?:(?:main|head|header)[-_])?title(?:\s|$)", re.IGNORECASE
)
"""Class names that themes use for a title that is not a heading element."""
_BESIDE_TITLE = re.compile(
    r"(?:^|[\s_-])(?:sub-?(?:title|heading|head)|kicker|overline|eyebrow|tagline)(?:[\s_-]|$)"
    r"|(?:^|\s)(?:label|badge|descriptor)(?:[\s_-]|$)"
)
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<>]{1,1000})</title", re.IGNORECASE)
_OG_TITLE = re.compile(
    r"""<meta\s[^<>]{0,200}property=["']og:title["'][^<>]{0,200}?\s"""
    r"""content=(?:"([^"<>]{1,1000})"|'([^'<>]{1,1000})')""",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s+[|–—·•»«>/:-]+\s+|:\s+|\s*[｜：]\s*")
"""Separators between the title of an article and the names of its section and site."""
_OF_SITE = re.compile(r"\s+[|–—·•»-]\s+[^|–—·•»]{1,60}$")
_PARTS_MAX = 8
_PART_CALLED = 0.5
_WORD = re.compile(r"\w+")
_PART_TOLD, _WORDS_TOLD, _WORDS_MIN = 0.7, 4, 3
_ADDRESS = re.compile(r"\W+https?://\S*$")
_KEY_WORDS = frozenset({"article:tag", "keywords", "news_keywords"})
_BETWEEN = re.compile("[,;，、；]")
_LISTED = re.compile(r"^(?!.*,\s).*,\S|^(?!.*(?:&|\b(?:and|e|et|und|y)\b))(?:[^,]+,){2}.*\w", re.DOTALL)
_AUTHOR = "article:author"
_CREATORS = ("author", "citation_author", "dcterms.creator", "dc.creator", "parsely-author", "sailthru.author", "byl")
_LOGINS = frozenset({"admin", "administrator", "author", "editor", "root", "user", "webmaster", "wordpressadmin"})
_HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,6}")
_NO_SECTION = frozenset({"post", "posts", "blog", "article", "articles"})
"""Section names that mean nothing: Hugo gives the folder of a page."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


class Found(Protocol):
    """Metadata found by another library, each item on request; empty if not found."""

    @property
    def title(self) -> str:
        """Title."""

    @property
    def authors(self) -> list[str]:
        """Author names."""

    @property
    def day(self) -> str:
        """Day of publication, such as "2026-11-26"."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """The metadata of an article besides its title; everything is optional."""

    authors: tuple[str, ...]
    categories: tuple[str, ...]
    published: datetime | None
    headings: tuple[str, ...]
    """Candidates for the title, most likely first."""
    site: str
    """The name of the site; may be empty."""
    own_heading: str
    """The only first-level heading of the article or main element, or the element with class "title"; may be empty."""
    of_site: tuple[str, ...]
    """Headings that link to the home page: the name of the site."""
    other_headings: tuple[str, ...]
    """Second-level headings, and first-level ones outside the article."""


def title_of(
    page: str,
    headings: Iterable[str],
    found: Found,
    *,
    own: str = "",
    sites: Iterable[str] = (),
    others: Iterable[str] = (),
) -> str:
    """The article's title: its heading if the page title contains it, else the title that `found` gives.

    That title may be another heading of the page: then its `own` heading and the page title rank higher. Names in
    `sites` are never titles. `others` are lesser headings: one counts if it contains the whole page title, or its
    beginning where the first-level heading is its end; a title that the page declares twice goes before them, and
    before an `own` heading without a word of it.
    """
    named = {"", *map(letters, sites)}
    called = [each for each in _called(page) if letters(each) not in named]
    likely = [each for each in (*headings, own) if letters(each) not in named]
    others = list(others)
    if title := _by_rank(likely, others, called) or _called_after(likely, called):
        return title
    begun = {letters(part) for each in called for part in (each, _PARTS.split(each)[0])} - named
    if title := next((each for each in others if letters(each) in begun), ""):
        return title
    # What is the whole title of the page says nothing that this does not say.
    if letters(found.title) not in {*named, *map(letters, called)}:
        if title := _called_after([found.title], called) or _agreed(likely, found.title):
            return title
        likely.append(found.title)
    if (declared := _declared_twice(called)) and not _shares_words(own, declared):
        own = declared
    if letters(own) not in named:
        return own
    if called:
        return next((each for each in likely if _tells_the_same(each, called)), _PARTS.split(called[0])[0])
    return printable_line(next((each for each in (found.title, *likely) if letters(each) not in named), found.title))


def _by_rank(headings: list[str], others: list[str], called: list[str]) -> str:
    """The first-level heading that the page title contains, or the title declared twice if there is none; else "".

    A lesser heading that is the beginning of the page title goes before one that is its end, the name of the site, or
    the whole of it.
    """
    firsts = [each for each in headings if each and each not in others]
    title = _called_after(firsts, called) if firsts else _declared_twice(called)
    begun = {
        letters(parts[0])
        for each, parts in zip(called, map(_PARTS.split, called), strict=True)
        if not firsts or parts[-1] == title or ("|" in each and letters(each) == letters(title))
    }
    return next((each for each in others if title and letters(each) in begun), title)


def _declared_twice(called: list[str]) -> str:
    """The title that a page declares for sharing and for the browser, without the name of the site; else ""."""
    if len(called) < 2 or not letters(called[1]).startswith(letters(called[0])):
        return ""
    return called[0] if letters(called[0]) != letters(called[1]) else _OF_SITE.sub("", called[0])


def _agreed(headings: list[str], found: str) -> str:
    """Return the first heading if it equals the title that another library found; else ""."""
    return headings[0] if headings and letters(headings[0]) == letters(found) else ""


def _tells_the_same(heading: str, called: list[str]) -> bool:
    """Whether a heading is a longer form of a page title, which some sites shorten for sharing."""
    said = set(map(letters, heading.split()))
    return any(
        len(words) >= _WORDS_TOLD and len(words & said) >= _PART_TOLD * len(words)
        for words in (set(map(letters, each.split())) for each in called)
    )


def _shares_words(heading: str, declared: str) -> bool:
    """Whether a heading has a word of a title, or either has too few to tell, as in languages without spaces."""
    said, named = ({*map(letters, _WORD.findall(each))} for each in (heading, declared))
    return not said.isdisjoint(named) or min(len(said), len(named)) < _WORDS_MIN


def _called_after(headings: list[str], called: list[str]) -> str:
    """Return the first heading that makes up at least half of the page title; else ""."""
    names = [letters(each) for each in called]
    parts = {letters("".join(some)) for each in called for some in _runs(_PARTS.split(each))}
    for heading in headings:
        key = letters(heading)
        if key and (key in parts or any(key in name and len(key) >= _PART_CALLED * len(name) for name in names)):
            line = printable_line(heading)
            is_named_so = any(line in each for each in called)
            return line if is_named_so else line.removesuffix("#")  # the mark of a link to the heading itself
    return ""


def _runs(parts: list[str]) -> list[list[str]]:
    """All runs of consecutive parts, of the first few parts."""
    few = parts[:_PARTS_MAX]
    return [few[start:end] for start in range(len(few)) for end in range(start + 1, len(few) + 1)]


def _called(page: str) -> list[str]:
    """The titles that a page declares: for sharing, and for the browser."""
    og_title, title = _OG_TITLE.search(page[:100_000]), _TITLE.search(page[:100_000])
    texts = [og_title[1] or og_title[2] or ""] if og_title else []
    return [printable_line(unescape(text)) for text in (*texts, *((title[1],) if title else ()))]


def metadata_of(
    page: Any, found: Found, stated: Mapping[str, Any] = MappingProxyType({}), *, url: str = ""
) -> Metadata:
    """Return the metadata in a page's tree, else what is `found`, which is slower.

    The `stated` metadata takes precedence; `url` may name a month. Tags are used if there is no category.
    """
    marked = page_bylines.Names(page)
    near = marked.near
    firsts, own_firsts = _firsts(page), _firsts(marked.near)
    sections = [each.get("content", "") for each in page.iter("meta") if each.get("property") == "article:section"]
    sections = [each for each in sections if each.casefold() not in _NO_SECTION]
    return Metadata(
        people(each for each in names(_authors(page, found, stated, marked)) if not _HOST.fullmatch(each)),
        labels(texts_in(stated.get("articleSection")))
        or labels(_marked_or_declared(marked.categories(), sections))
        or labels(marked.tags())
        or labels(() if _is_wiki(page) else _key_words(page)),
        published(page, near, texts_in(stated.get("datePublished")), lambda: found.day, url),
        tuple(map(_line, _headings(near))),
        _site_name(page),
        _own_heading(near),
        tuple(_line(each) for each in firsts if _leads_home(each)),
        tuple(map(_line, (*_h2_headings(near), *[each for each in firsts if each not in own_firsts]))),
    )


def _marked_or_declared(marked: list[str], sections: list[str]) -> list[str]:
    """The categories that a page marks; its declared sections if it marks none of them, but those of its menu, say."""
    there = "\n".join(marked).casefold()
    named = [each for each in sections if each.strip() and not _SLUG.fullmatch(each)]
    return named if named and not any(each.casefold() in there for each in named) else marked or sections


def _authors(page: Any, found: Found, stated: Mapping[str, Any], marked: page_bylines.Names) -> list[str]:
    of_head = _meta_author(page)
    of_article = [
        each.get("content", "")
        for each in page.iter("meta")
        if _AUTHOR in {each.get("name"), each.get("property")} and page_bylines.is_name(each.get("content", ""))
    ]
    return (
        names_in(stated.get("author"))
        or marked.authors()
        or next((some for some in (of_head, of_article) if some and all(map(is_full_name, some))), [])
        or _persons([each for each in found.authors if not page_bylines.is_of_teaser(each, page)], of_head)
        or of_article
        or of_head
    )


def _persons(names: list[str], of_head: list[str]) -> list[str]:
    """Names without labels, beside which only full names count; those of an author in the head as the head spells it.

    Of a publisher with its town and country, the publisher.
    """
    if of_head and names and letters(names[0]) == letters(of_head[0]):
        return of_head
    if len(names) > 2 and not any(" " in each for each in names[1:]):
        return names[:1]
    if len(names) > 1 and of_head and all(letters(each) in letters(of_head[0]) for each in names):
        return of_head
    kept = [each for each in names if page_bylines.is_name(each)]
    return kept if kept == names else [each for each in kept if is_full_name(each)]


def _meta_author(page: Any) -> list[str]:
    """The author in a page's `meta` elements, unless it is the name of its site or a usual login."""
    site = _site_name(page)
    said: dict[str, list[str]] = {}
    for each in page.iter("meta"):
        said.setdefault(each.get("name", "").lower(), []).append(_ADDRESS.sub("", each.get("content", "").strip()))
    first = map(given_first, next((said[name] for name in _CREATORS if name in said), []))
    return [each for each in first if page_bylines.is_name(each) and each.casefold() not in {*_LOGINS, site.casefold()}]


def _site_name(page: Any) -> str:
    return next((each.get("content", "") for each in page.iter("meta") if each.get("property") == "og:site_name"), "")


def _key_words(page: Any) -> list[str]:
    """Return a page's keywords, which most pages give in one string."""
    said = [
        each.get("content", "")
        for each in page.iter("meta")
        if _KEY_WORDS.intersection((each.get("property"), each.get("name")))
    ]
    return [each.strip() for text in said for each in _BETWEEN.split(text)]


def _is_wiki(page: Any) -> bool:
    """Whether a page is DokuWiki's, whose keywords are the parts of its address."""
    return any(
        each.get("name") == "generator" and each.get("content", "").startswith("DokuWiki") for each in page.iter("meta")
    )


def _own_heading(near: Any) -> str:
    """The only first-level heading of the article or main element; else the element with class "title"."""
    firsts = _firsts(near) if near.tag in {"article", "main"} else []
    titles = firsts if len(firsts) == 1 else _titles(near)
    return _line(titles[0]) if titles else ""


def _titles(near: Any) -> list[Any]:
    called = (each for each in near.iter() if isinstance(each.tag, str) and _TITLE_CLASS.search(each.get("class", "")))
    return list(islice((each for each in called if not page_bylines.is_elsewhere(each)), 1))


def _called_title(near: Any) -> list[Any]:
    """Elements whose only class is "title", as document generators write them."""
    return list(islice((each for each in near.iter("div", "p") if each.get("class") == "title"), 1))


def _line(heading: Any) -> str:
    line = printable_line("".join(_shown(heading))[:_TITLE_MAX])
    return line.rstrip(_PERMALINK).rstrip().removesuffix(" #")


def _shown(element: Any) -> Iterator[str]:
    """Yield the text of a heading, without hidden parts, subtitles and kickers."""
    yield element.text or ""
    for each in element:
        is_beside = isinstance(each.tag, str) and _BESIDE_TITLE.search(each.get("class", ""))
        if isinstance(each.tag, str) and not (is_beside or _is_hidden(each)):
            yield from _shown(each)
        yield each.tail or ""


def _is_hidden(element: Any) -> bool:
    """Whether an element is invisible or a button."""
    if element.get("aria-hidden") == "true" or element.tag in {"button", "div", "rp", "rt", "svg"}:
        return True
    return is_unseen(element.tag, element.get("class", "").split())


def _firsts(near: Any) -> list[Any]:
    return list(islice(near.iter("h1"), _HEADINGS_MAX))


def _h2_headings(near: Any) -> list[Any]:
    return list(islice(near.iter("h2"), _HEADINGS_MAX))


def _headings(near: Any) -> list[Any]:
    """Candidates for the title, most likely first; headings in the page header or linked to the home page come last."""
    firsts = _firsts(near)
    of_site = [each for each in firsts if _is_at_the_head(each) or _leads_home(each)]
    others = [each for each in firsts if each not in of_site]
    return [*_titles(near), *(others or _h2_headings(near)), *_called_title(near), *([] if others else of_site)]


def _is_at_the_head(heading: Any) -> bool:
    around = [each.tag for each in heading.iterancestors()]
    return "header" in around and not {"article", "main"}.intersection(around)


def _leads_home(heading: Any) -> bool:
    return any(each.get("href", "").rstrip("/") in {"", ".", ".."} for each in heading.iter("a") if each.get("href"))


def names(given: Iterable[str]) -> tuple[str, ...]:
    lines = map(printable_line, given)
    return tuple(distinct(name for name in lines if len(name) <= _NAME_MAX and "://" not in name))


def labels(given: Iterable[str]) -> tuple[str, ...]:
    """Return categories without duplicates, and "Uncategorized" only if there is no other.

    Names with commas and no spaces after them are several, and so are three with commas and no “and” between them.
    """
    several = (each for name in given for each in (name.split(",") if _LISTED.search(name) else [name]))
    return categories(name.lstrip("#") for name in names(several))


_SIZE_MAX = 500_000
_DEPTH_MAX = 6
_OBJECTS_MAX = 2000
_ARTICLE = re.compile(r"(?:.*article|.*posting|report|review|recipe|.*creativework)", re.IGNORECASE)
_HOLDERS = ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed")
_FACTS = ("author", "datePublished", "articleSection")


def take_stated(page: Any) -> dict[str, Any]:
    """Return a page's JSON-LD description of its article; remove unreadable scripts from its tree, in place.

    trafilatura would search those with patterns, in quadratic time.
    """
    scripts = [each for each in page.iter("script") if "ld+json" in each.get("type", "")]
    loaded = [_loaded(each.text or "") for each in scripts]
    drop([each for each, value in zip(scripts, loaded, strict=True) if value is None])
    return _of_article(loaded)


def stated_things(page: Any) -> list[dict[str, Any]]:
    loaded = [_loaded(each.text or "") for each in page.iter("script") if "ld+json" in each.get("type", "")]
    return [thing for value in loaded for thing in _things(value, _DEPTH_MAX)][:_OBJECTS_MAX]


def _of_article(loaded: Iterable[object]) -> dict[str, Any]:
    """The description of the article among JSON-LD objects; references to authors described elsewhere are resolved."""
    things = [thing for value in loaded for thing in _things(value, _DEPTH_MAX)][:_OBJECTS_MAX]
    known = {thing["@id"]: thing for thing in things if isinstance(thing.get("@id"), str) and len(thing) > 1}
    articles = [thing for thing in things if _is_article(thing)]
    best = max(articles, key=lambda thing: sum(name in thing for name in _FACTS), default={})
    dates = (
        {"datePublished": thing["datePublished"]} for thing in things if _is_page(thing) and "datePublished" in thing
    )
    best = {**next(dates, {}), **best}
    return {**best, "author": [_followed(each, known) for each in listed(best.get("author"))]}


def _is_page(thing: dict[str, Any]) -> bool:
    return "WebPage" in listed(thing.get("@type"))


def names_in(people: object) -> list[str]:
    return [name for person in listed(people) if _may_be_person(person) for name in _names_of(person)]


def _may_be_person(person: object) -> bool:
    kinds = listed(person.get("@type")) if isinstance(person, dict) else []
    return not kinds or "Person" in kinds


def texts_in(value: object) -> list[str]:
    """Return a string, or the strings of a list, with HTML entities decoded."""
    return [unescape(each) for each in listed(value) if isinstance(each, str)]


def _names_of(person: object) -> list[str]:
    if isinstance(person, dict):
        name = person.get("name")
        if not name and isinstance(person.get("familyName"), str):
            name = f"{person.get('givenName') or ''} {person['familyName']}"
        return texts_in(name)
    return texts_in(person)


def _loaded(script: str) -> object:
    start, end = script.find("{"), script.rfind("}") + 1  # old pages put all into comments
    if start < 0 or len(script) > _SIZE_MAX:
        return None
    before = script[:start].rstrip()
    is_list = before.endswith("[") and not before.endswith("CDATA[")
    try:
        return json.loads(f"[{script[start:end]}]" if is_list else script[start:end], strict=False)
    except (ValueError, RecursionError):
        return None


def _things(value: object, depth: int) -> Iterator[dict[str, Any]]:
    """Yield the described things: the items of a list or graph, and the page's main entity."""
    if depth == 0:
        return
    for thing in listed(value):
        if isinstance(thing, dict):
            yield thing
            for holder in _HOLDERS:
                yield from _things(thing.get(holder), depth - 1)


def _is_article(thing: dict[str, Any]) -> bool:
    return any(isinstance(kind, str) and _ARTICLE.fullmatch(kind) for kind in listed(thing.get("@type")))


def _followed(person: object, known: dict[str, dict[str, Any]]) -> object:
    name = person.get("@id") if isinstance(person, dict) and "name" not in person else None
    return known.get(name, person) if isinstance(name, str) else person


def listed(value: object) -> list[Any]:
    """The items of a JSON-LD value: of a list, at most `_OBJECTS_MAX`; of any other value, itself."""
    if isinstance(value, list):
        return value[:_OBJECTS_MAX]
    return [] if value is None else [value]
