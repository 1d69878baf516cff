"""The publication date of a page's article, from a tree with the methods of lxml's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import dropwhile, islice
from typing import Any

from tuireader.content.extraction.page_bylines import is_elsewhere
from tuireader.text.written_dates import day_in, forget_unknown_words, is_day

_META = (
    "article:published_time", "og:published_time", "datepublished", "citation_publication_date", "parsely-pub-date",
    "dc.date.issued", "dcterms.issued", "dc.date", "publish_date", "pubdate", "date",
)  # fmt: skip
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:(?:T|\s{1,3})(\d\d:\d\d(?::\d\d)?)(?:[.,]\d{1,9})?\s{0,3}(Z|UTC|GMT|[+-]\d\d:?\d\d)?.{0,20})?",
    re.IGNORECASE,
)
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)/(0[1-9]|1[0-2])(?=/|$)")
_TIMES_MAX = 50
_BELOW_MAX, _PIECES_MAX, _LINE_MAX = 80, 40, 150
"""Maximum elements after a title, pieces of their text, and characters of a line, where a date is searched for."""
_NO_LINE = frozenset({"script", "style", "template", "noscript", "table", "tbody", "tr", "th", "td"})
_WEB = datetime(1991, 8, 6, tzinfo=UTC)
"""The first day of the web: earlier ones are of what an article is about."""
_PARTS = re.compile(r"\s*[|·•⋅∙]\s*|\s+[—–-]\s+")
_SAID = re.compile(
    r"(?:(?:first )?(?:published|posted|written|date)|(?P<change>(?:last |originally )?(?:updated|modified|reviewed)))?"
    r"(?: on| at)?:?\s*(?:\w{3,9}day,? )?(?P<day>.{6,30}?)(?:,? (?:at )?\d{1,2}:\d\d.{0,12})?",
    re.IGNORECASE,
)
"""A line that says only when something was published or changed."""


def published(page: Any, near: Any, stated: Iterable[str], find: Callable[[], str], url: str = "") -> datetime | None:
    """Return the publication date: as `stated`, as marked on the page, else as shown.

    The shown date is that of the `time` elements `near` the title if they agree on a day, else the one in words below
    the title, else the day that `find` returns; outside the month named in `url` it is ignored. A day gets a time that
    is marked for it.
    """
    forget_unknown_words()
    said = [*moments(stated), *moments(_marked(page, near))]
    shown = list(moments(_times(near)))
    moment = said[0] if said else _day_shown(near, shown, find, url)
    timed = [each for each in (*said, *shown, *moments(_times(page))) if each.time() != datetime.min.time()]
    if moment is None or moment in timed:
        return moment
    return next((each for each in timed if each.date() == moment.date()), moment)


def _day_shown(near: Any, shown: list[datetime], find: Callable[[], str], url: str) -> datetime | None:
    """The date shown as text: `shown`, the one below the title, or one on the day that `find` returns."""
    if len({each.date() for each in shown}) == 1:
        moment: datetime | None = shown[0]
    elif below := _below_title(near):
        moment = next((each for each in shown if each.date() == below.date()), below)
    else:
        # The first of January is what is made of a year alone, such as that of a copyright.
        moment = None if (day := find()).endswith("-01-01") else next(moments([day]), None)
        if shown and (moment is None or moment.date() not in [each.date() for each in shown]):
            moment = shown[0]
    return moment if moment is not None and _fits(moment, url) else None


def _below_title(near: Any) -> datetime | None:
    """The date on a line of its own below the title; that of a change only if there is no other."""
    title = next(near.iter("h1"), None)
    below = islice(dropwhile(lambda each: each is not title, near.iter()), _BELOW_MAX)
    changed, latest = None, datetime.now(UTC) + timedelta(days=1)
    for element in below if title is not None else ():
        if element.tag in _NO_LINE:
            continue
        text = " ".join("".join(islice(element.itertext(), _PIECES_MAX)).split())
        if element.tag == "p" and len(text) > 2 * _LINE_MAX:
            break
        for part in _PARTS.split(text) if len(text) <= _LINE_MAX and not is_elsewhere(element, near) else ():
            day, is_of_change = _in_words(part)
            if day is None or not _WEB <= day <= latest:
                continue
            if not is_of_change:
                return day
            changed = changed or day
    return changed


def _in_words(line: str) -> tuple[datetime | None, bool]:
    """The date that is all that a line says, unless it can be read in two ways; and whether it is that of a change."""
    found = _SAID.fullmatch(line)
    if found is None or not is_day(found["day"]):
        return None, False
    day = day_in(found["day"])
    return (day if day == day_in(found["day"], day_first=False) else None), bool(found["change"])


def _fits(moment: datetime, url: str) -> bool:
    """Whether a moment is in the month named in the address of a page, if it names one.

    A page without a date of its own may show dates of the pages it links to.
    """
    named = _IN_ADDRESS.search(url)
    return named is None or abs(12 * (moment.year - int(named[1])) + moment.month - int(named[2])) <= 1


def _marked(page: Any, near: Any) -> Iterator[str]:
    """Yield the marked publication dates: machine-readable ones first, then visible ones."""
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
    for each in islice(part.iter("time"), _TIMES_MAX):
        if not is_elsewhere(each):
            yield each.get("datetime") or ""


def moments(texts: Iterable[str]) -> Iterator[datetime]:
    """Yield the texts that are dates, in UTC; midnight if there is no time."""
    for text in islice(filter(None, texts), _TIMES_MAX):
        match = _MOMENT.fullmatch(text.strip())
        if match is None:
            if day := _in_words(text.strip())[0]:
                yield day
            continue
        zone = "Z" if (match[3] or "Z").upper() in {"Z", "UTC", "GMT"} else match[3]
        try:
            moment = datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00'}{zone}").astimezone(UTC)
        except (ValueError, OverflowError):
            continue
        if moment.year > 1:
            yield moment
