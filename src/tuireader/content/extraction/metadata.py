"""What a page says about its article: title, names, categories and date. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from itertools import islice
from types import MappingProxyType
from typing import Any, Protocol

from tuireader.content.cleaning.boilerplate import is_unseen
from tuireader.content.extraction import marked_names
from tuireader.content.extraction.jsonld import names_in, texts_in
from tuireader.content.extraction.marked_names import is_elsewhere
from tuireader.text.bylines import categories, distinct, people
from tuireader.text.folding import letters
from tuireader.text.printable import printable_line

_META = (
    "article:published_time", "og:published_time", "datepublished", "citation_publication_date", "parsely-pub-date",
    "dc.date.issued", "dcterms.issued", "dc.date", "publish_date", "pubdate", "date",
)  # fmt: skip
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:(?:T|\s{1,3})(\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?\s{0,3}(Z|UTC|GMT|[+-]\d\d:?\d\d)?.{0,20})?",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)/(0[1-9]|1[0-2])(?=/|$)")
_LOOKED_AT = 50


def published(page: Any, near: Any, stated: Iterable[str], find: Callable[[], str], url: str = "") -> datetime | None:
    """Return when an article appeared: as `stated`, as marked on the page, else on the day that `find` finds.

    Where only the day is said, the time is one that is marked on that day. A day that is not marked in the part of the
    page that is `near` the title is worth less than the first that is; and one that is not of the month that `url`
    names is that of something else.
    """
    said = [*_moments(stated), *_moments(_marked(page, near))]
    shown = list(_moments(_times(near)))
    moment = said[0] if said else _day_shown(shown, find, url)
    timed = [each for each in (*said, *shown, *_moments(_times(page))) if each.time() != datetime.min.time()]
    if moment is None or moment in timed:
        return moment
    return next((each for each in timed if each.date() == moment.date()), moment)


def _day_shown(shown: list[datetime], find: Callable[[], str], url: str) -> datetime | None:
    """The date shown as text: `shown`, or one on the found day."""
    if len({each.date() for each in shown}) == 1:
        moment: datetime | None = shown[0]
    else:
        # The first of January is what is made of a year alone, such as that of a copyright.
        moment = None if (day := find()).endswith("-01-01") else next(_moments([day]), None)
        if shown and (moment is None or moment.date() not in [each.date() for each in shown]):
            moment = shown[0]
    return moment if moment is not None and _fits(moment, url) else None


def _fits(moment: datetime, url: str) -> bool:
    """Whether a moment is not in another month than the address of a page, where that names one.

    A page that says nothing of its own day may say it of others, which it leads to.
    """
    named = _IN_ADDRESS.search(url)
    return named is None or abs(12 * (moment.year - int(named[1])) + moment.month - int(named[2])) <= 1


def _marked(page: Any, near: Any) -> Iterator[str]:
    """Yield what is marked as the moment of publication: for machines, then for readers."""
    meta: dict[str, str] = {}
    for each in page.iter("meta"):
        name = each.get("property") or each.get("name") or each.get("itemprop") or ""
        meta.setdefault(name.lower(), each.get("content") or "")
    yield from (meta.get(name, "") for name in _META)
    for each in near.iter():
        if isinstance(each.tag, str) and (
            "datePublished" in each.get("itemprop", "").split()
            or not {"published", "dt-published"}.isdisjoint(each.get("class", "").split())
            or (each.tag == "time" and each.get("pubdate") is not None)
        ):
            yield each.get("datetime") or each.get("content") or each.get("title") or ""


def _times(part: Any) -> Iterator[str]:
    for each in islice(part.iter("time"), _LOOKED_AT):
        if not is_elsewhere(each):
            yield each.get("datetime") or ""


def _moments(texts: Iterable[str]) -> Iterator[datetime]:
    """Yield in UTC what of these texts are moments; midnight where there is only a day."""
    for text in islice(filter(None, texts), _LOOKED_AT):
        match = _MOMENT.fullmatch(text.strip())
        if match is None:
            continue
        zone = "Z" if (match[3] or "Z").upper() in {"Z", "UTC", "GMT"} else match[3]
        try:
            moment = datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00'}{zone}").astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        if moment.year > 1:
            yield moment


_HEADINGS_MAX = 3
_NAME_MAX = 200
_TITLE_MAX = 1000
"""Characters of a title."""
_PERMALINK = "¶§🔗⚓\u200b" + "".join(map(chr, range(0xE000, 0xF900)))
"""The marks of a link to a heading itself: signs, and those of icon fonts, which have a meaning in their font only."""
_TITLE_CLASS = re.compile(
    r"(?:^|\s)(?:post|entry|article)[-_](?:(?:main|head|header)[-_])?title(?:\s|$)", re.IGNORECASE
)
"""How themes call the title of a post that is no heading."""
_BESIDE_TITLE = re.compile(r"(?:^|[\s_-])(?:sub-?(?:title|heading|head)|kicker|overline|eyebrow|tagline)(?:[\s_-]|$)")
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<>]{1,1000})</title", re.IGNORECASE)
_OG_TITLE = re.compile(
    r"""<meta\s[^<>]{0,200}property=["']og:title["'][^<>]{0,200}?\s"""
    r"""content=(?:"([^"<>]{1,1000})"|'([^'<>]{1,1000})')""",
    re.IGNORECASE,
)
_PARTS = re.compile(r"\s+[|–—·•»«>/:-]+\s+|:\s+|\s*[｜：]\s*")
"""What stands between the title of an article and the names of its section and site."""
_PARTS_MAX = 8
_PART_CALLED = 0.5
_PART_TOLD, _WORDS_TOLD = 0.7, 4
_KEY_WORDS = frozenset({"article:tag", "keywords", "news_keywords"})
_BETWEEN = re.compile(r"\s*[,;，、；]\s*")
_AUTHOR = "article:author"
_NO_SECTION = frozenset({"post", "posts", "blog", "article", "articles"})
"""What Hugo says of every page: the folder that it lies in."""


class Found(Protocol):
    """What another finds of an article on its page, each when it is asked for; empty where it finds nothing."""

    @property
    def title(self) -> str:
        """Its title."""

    @property
    def authors(self) -> list[str]:
        """Who wrote it."""

    @property
    def day(self) -> str:
        """When it appeared, as in "2026-11-26"."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of its article besides the title; anything may be missing."""

    authors: tuple[str, ...]
    categories: tuple[str, ...]
    published: datetime | None
    headings: tuple[str, ...]
    """What may be the title, the likeliest first."""
    site: str
    """The name of the site; may be empty."""
    own_heading: str
    """The only first heading of the article or of the main part, or what its page calls the title; empty: neither."""
    of_site: tuple[str, ...]
    """Headings that lead home: the name of the site."""
    other_headings: tuple[str, ...]
    """Those of the second level."""


def title_of(
    page: str,
    headings: Iterable[str],
    found: Found,
    *,
    own: str = "",
    sites: Iterable[str] = (),
    others: Iterable[str] = (),
) -> str:
    """The article's title: its heading if the page title contains it, else `found`.

    What was found may be a heading of something else on the page: then the heading that is its `own` is better, and the
    page's title. A name of its site, one of `sites`, is the title of none of its articles. `others` are headings of
    which only what says all that the page is called is the title.
    """
    named = {"", *map(letters, sites)}
    called = [each for each in _called(page) if letters(each) not in named]
    likely = [each for each in (*headings, own) if letters(each) not in named]
    if title := _called_after(likely, called):
        return title
    if title := next((each for each in others if letters(each) in {*map(letters, called)} - named), ""):
        return title
    # What is the whole title of the page says nothing that this does not say.
    if letters(found.title) not in {*named, *map(letters, called)}:
        if title := _called_after([found.title], called) or _agreed(likely, found.title):
            return title
        likely.append(found.title)
    if letters(own) not in named:
        return own
    if called:
        return next((each for each in likely if _tells_the_same(each, called)), _PARTS.split(called[0])[0])
    return printable_line(next((each for each in (found.title, *likely) if letters(each) not in named), found.title))


def _agreed(headings: list[str], found: str) -> str:
    """Return the first heading if it is what another found; empty where it is not."""
    return headings[0] if headings and letters(headings[0]) == letters(found) else ""


def _tells_the_same(heading: str, called: list[str]) -> bool:
    """Whether a heading tells at greater length what a page calls itself, which some shorten for those who share it."""
    said = set(map(letters, heading.split()))
    return any(
        len(words) >= _WORDS_TOLD and len(words & said) >= _PART_TOLD * len(words)
        for words in (set(map(letters, each.split())) for each in called)
    )


def _called_after(headings: list[str], called: list[str]) -> str:
    """Return the first heading that makes up at least half of the page title, or ""."""
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
    """All runs of parts that follow one another; of the first few."""
    few = parts[:_PARTS_MAX]
    return [few[start:end] for start in range(len(few)) for end in range(start + 1, len(few) + 1)]


def _called(page: str) -> list[str]:
    """What a page calls itself: for those who share it, and in the bar of the browser."""
    og_title, title = _OG_TITLE.search(page[:100_000]), _TITLE.search(page[:100_000])
    texts = [og_title[1] or og_title[2] or ""] if og_title else []
    return [printable_line(unescape(text)) for text in (*texts, *((title[1],) if title else ()))]


def metadata_of(
    page: Any, found: Found, stated: Mapping[str, Any] = MappingProxyType({}), *, url: str = ""
) -> Metadata:
    """Return what the tree of a page says of its article, and else what is `found`, which takes longer.

    What is `stated` for machines goes first; `url` may name a month. Tags are taken where there is no category.
    """
    marked = marked_names.Names(page)
    near = marked.near
    sections = [each.get("content", "") for each in page.iter("meta") if each.get("property") == "article:section"]
    sections = [each for each in sections if each.casefold() not in _NO_SECTION]
    return Metadata(
        people(names(_authors(page, found, stated, marked))),
        labels(texts_in(stated.get("articleSection")))
        or labels(marked.categories())
        or labels(sections)
        or labels(marked.tags())
        or labels(() if _is_wiki(page) else _key_words(page)),
        published(page, near, texts_in(stated.get("datePublished")), lambda: found.day, url),
        tuple(map(_line, _headings(near))),
        next((each.get("content", "") for each in page.iter("meta") if each.get("property") == "og:site_name"), ""),
        _own_heading(near),
        tuple(_line(each) for each in _firsts(page) if _leads_home(each)),
        tuple(map(_line, _seconds(near))),
    )


def _authors(page: Any, found: Found, stated: Mapping[str, Any], marked: marked_names.Names) -> list[str]:
    return (
        names_in(stated.get("author"))
        or marked.authors()
        or list(filter(marked_names.is_name, found.authors))
        or [
            each.get("content", "") for each in page.iter("meta") if _AUTHOR in {each.get("name"), each.get("property")}
        ]
    )


def _key_words(page: Any) -> list[str]:
    """Return the key words of a page, which most give all in one."""
    said = [
        each.get("content", "")
        for each in page.iter("meta")
        if _KEY_WORDS.intersection((each.get("property"), each.get("name")))
    ]
    return [each.strip() for text in said for each in _BETWEEN.split(text)]


def _is_wiki(page: Any) -> bool:
    """Whether a page is DokuWiki's, which gives the parts of its address as key words."""
    return any(
        each.get("name") == "generator" and each.get("content", "").startswith("DokuWiki") for each in page.iter("meta")
    )


def _own_heading(near: Any) -> str:
    """The only first heading of the article or of the main part; else what is called its title."""
    firsts = _firsts(near) if near.tag in {"article", "main"} else []
    titles = firsts if len(firsts) == 1 else _titles(near)
    return _line(titles[0]) if titles else ""


def _titles(near: Any) -> list[Any]:
    called = (each for each in near.iter() if isinstance(each.tag, str) and _TITLE_CLASS.search(each.get("class", "")))
    return list(islice((each for each in called if not marked_names.is_elsewhere(each)), 1))


def _called_title(near: Any) -> list[Any]:
    """What is called "title" and nothing else, as generators of documents have it."""
    return list(islice((each for each in near.iter("div", "p") if each.get("class") == "title"), 1))


def _line(heading: Any) -> str:
    line = printable_line("".join(_shown(heading))[:_TITLE_MAX])
    return line.rstrip(_PERMALINK).rstrip().removesuffix(" #")


def _shown(element: Any) -> Iterator[str]:
    """Yield the text of a heading, without what is hidden in it from those who hear the page, or is above or below."""
    yield element.text or ""
    for each in element:
        is_beside = isinstance(each.tag, str) and _BESIDE_TITLE.search(each.get("class", ""))
        if isinstance(each.tag, str) and not (is_beside or _is_hidden(each)):
            yield from _shown(each)
        yield each.tail or ""


def _is_hidden(element: Any) -> bool:
    """Whether an element is not seen, or is something to press."""
    if element.get("aria-hidden") == "true" or element.tag in {"button", "div"}:
        return True
    return is_unseen(element.tag, element.get("class", "").split())


def _firsts(near: Any) -> list[Any]:
    return list(islice(near.iter("h1"), _HEADINGS_MAX))


def _seconds(near: Any) -> list[Any]:
    return list(islice(near.iter("h2"), _HEADINGS_MAX))


def _headings(near: Any) -> list[Any]:
    """What may be the title, the likeliest first; one that leads home, or stands at the page's head, is its site's."""
    firsts = _firsts(near)
    of_site = [each for each in firsts if _is_at_the_head(each) or _leads_home(each)]
    others = [each for each in firsts if each not in of_site]
    return [*_titles(near), *(others or _seconds(near)), *_called_title(near), *([] if others else of_site)]


def _is_at_the_head(heading: Any) -> bool:
    around = [each.tag for each in heading.iterancestors()]
    return "header" in around and not {"article", "main"}.intersection(around)


def _leads_home(heading: Any) -> bool:
    return any(each.get("href", "").rstrip("/") in {"", ".", ".."} for each in heading.iter("a") if each.get("href"))


def names(given: Iterable[str]) -> tuple[str, ...]:
    lines = map(printable_line, given)
    return tuple(distinct(name for name in lines if len(name) <= _NAME_MAX and "://" not in name))


def labels(given: Iterable[str]) -> tuple[str, ...]:
    """Return categories, each once, and "Uncategorized" only where there is no other."""
    return categories(name.lstrip("#") for name in names(given))
