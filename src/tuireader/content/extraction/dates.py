"""When an article appeared, as its page says it. Pure, over a tree with the methods of lxml's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from tuireader.content.extraction.marked_names import is_elsewhere

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
    moment = said[0] if said else _shown(shown, find, url)
    timed = [each for each in (*said, *shown, *_moments(_times(page))) if each.time() != datetime.min.time()]
    if moment is None or moment in timed:
        return moment
    return next((each for each in timed if each.date() == moment.date()), moment)


def _shown(shown: list[datetime], find: Callable[[], str], url: str) -> datetime | None:
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
