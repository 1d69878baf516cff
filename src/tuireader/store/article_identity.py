"""Matching of entries from a server, or of a duplicate feed, to a feed's articles.

They are compared by guid, link, title, date and text. The server id of an article is only a hint: servers are
restored, feeds are emptied and followed again, and ids change or are reused. Texts are read only where the rest leaves
doubt: some sites publish another article at the same address every day, with the same title and similar words. In
doubt entry and article count as different: a duplicate is better than two articles merged into one. Apart from reading
texts, the functions are pure.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import NamedTuple, TypeVar

from tuireader.model.fetched import LocalArticle, RemoteEntry
from tuireader.store.row_values import is_made, pictures_of, without_tags
from tuireader.text.shingles import COMPARED_MAX, has_other
from tuireader.urls.identity import place, without_scheme

_ROUNDED = timedelta(seconds=1)
"""Maximum difference by which servers round dates."""
_DATE_TOLERANCE = timedelta(minutes=1)
"""Maximum difference of dates that count as the same moment."""
_NEAR = timedelta(days=1)
_LONG = 300
"""Minimum characters of HTML that two articles do not share by chance."""
_SEVERAL = 20
"""Maximum articles of one title and moment whose texts are compared."""
_PAIRS = 2000
"""Maximum pairs of one title and moment whose texts are compared."""
_CACHE_SIZE = 64
"""Number of texts remembered."""
_TITLE = 40
"""Characters of a title that are compared: servers invent titles of different lengths."""
_MOMENT = re.compile(r"[12]\d{15}")
_COMMON = 30
"""Titles shorter than this may be shared by different articles of the same moment."""


IsKept = Callable[[RemoteEntry, LocalArticle], int]
"""Function that tells how much of an article's text an entry has; the values are those of `kept`."""
BARE, HALF, EQUAL = 1, 2, 3


class Text(NamedTuple):
    """The parts of an HTML text that are compared."""

    whole: int
    """The hash of its words; 0 if there are none."""
    start: str
    pictures: tuple[str, ...]


def compared(html: str) -> Text:
    words = without_tags(html)
    return Text(hash(words), words[:COMPARED_MAX], tuple(pictures_of(html)))


def kept(before: Text, now: Text) -> int:
    """How much of a text is in another: EQUAL, HALF or 0; BARE for the same pictures without words."""
    if before.start or now.start:
        return EQUAL if before.whole == now.whole else HALF if has_other(before.start, now.start) else 0
    return BARE if before.pictures == now.pictures else 0


def text_comparer(html_of: Callable[[int], str], html_of_entry: Callable[[RemoteEntry], str]) -> IsKept:
    """Build an `IsKept` that compares texts, from functions for the HTML of an article (by id) and of an entry.

    The last texts are cached.
    """
    ours = lru_cache(_CACHE_SIZE)(lambda id_: compared(html_of(id_)))
    theirs = lru_cache(_CACHE_SIZE)(lambda entry: compared(html_of_entry(entry)))
    return lambda entry, there: kept(ours(there.id), theirs(entry))


@dataclass(slots=True)
class Matches:
    """Entries of one feed, matched to articles; entries in neither mapping are new."""

    same: dict[str, LocalArticle] = field(default_factory=dict)
    """The article of each entry, by the entry's number."""
    rivals: dict[str, str] = field(default_factory=dict)
    """Entries that match an article with another number, and that number: the server may have both."""
    wrong: list[LocalArticle] = field(default_factory=list)
    """Articles whose number belongs to another article now."""


def match(
    entries: Sequence[RemoteEntry], ours: Sequence[LocalArticle], confirmed: Collection[str] = (), *, is_kept: IsKept
) -> Matches:
    """Match the entries of one feed to its articles.

    An article whose server id is in `confirmed` exists on the server, so no entry with another id is matched to it.
    `is_kept` compares texts.
    """
    found, left = Matches(), []
    by_number = {each.number: each for each in ours if each.number}
    links = Counter(map(_link, ours))
    for entry in entries:
        there = by_number.get(entry.server_id)
        is_alone = there is not None and _same_link(entry, there) and links[_link(entry)] == 1
        if there is not None and (is_alone or is_still(entry, there, is_kept)):
            found.same[entry.server_id] = there
            continue
        left.append(entry)
        if there is not None:
            found.wrong.append(there)
    taken = {each.id for each in found.same.values()}
    freed = {each.id for each in found.wrong}
    free = [each for each in ours if each.id not in taken and (each.id in freed or each.number not in confirmed)]
    for pair_up in _rules(_Evidence(is_kept, links)):
        for entry, there in pair_up(left, free):
            if there.number and there.id not in freed:
                found.rivals[entry.server_id] = there.number
            else:
                found.same[entry.server_id] = there
            taken.add(there.id)
        left = [each for each in left if each.server_id not in found.same and each.server_id not in found.rivals]
        free = [each for each in free if each.id not in taken]
    return found


@dataclass(slots=True)
class _Evidence:
    """Comparisons of an entry and an article; they are stricter where several articles share an address."""

    is_kept: IsKept
    links: Counter[str]
    """The number of articles at each address."""

    def has_own_address(self, entry: RemoteEntry, there: LocalArticle) -> bool:
        return _same_link(entry, there) and self.links[_link(there)] == 1

    def is_of_moment(self, entry: RemoteEntry, there: LocalArticle) -> bool:
        """Whether the dates agree; one without a time of day counts only if no other article has the address."""
        return _apart(entry, there) <= _DATE_TOLERANCE and (not _is_day(entry) or self.has_own_address(entry, there))

    def stays(self, entry: RemoteEntry, there: LocalArticle) -> bool:
        """Whether enough of the text stayed: all of it, or half if no other article has the address.

        If the titles are equal too, texts without words may count as equal.
        """
        least = BARE if _title(entry) == _title(there) else HALF
        return self.is_kept(entry, there) >= (least if self.has_own_address(entry, there) else EQUAL)

    def is_of_moment_or_kept(self, entry: RemoteEntry, there: LocalArticle) -> bool:
        """Whether the dates agree, one of them is missing, or enough of the text stayed."""
        is_dated = None not in (_when(entry), _when(there))
        return not is_dated or self.is_of_moment(entry, there) or self.stays(entry, there)

    def is_near_and_kept(self, entry: RemoteEntry, there: LocalArticle) -> bool:
        return _is_near(entry, there) and self.is_of_moment_or_kept(entry, there)

    def is_same_at_address(self, entry: RemoteEntry, there: LocalArticle) -> bool:
        if _title(entry) == _title(there):
            return self.is_of_moment_or_kept(entry, there)
        is_of_moment = _apart(entry, there) <= _ROUNDED and self.has_own_address(entry, there)
        return is_of_moment or (_is_near(entry, there) and self.stays(entry, there))

    def guid_counts(self, entry: RemoteEntry, there: LocalArticle) -> bool:
        """Whether an equal guid is proof: if composed of link and title, only if date or text agrees."""
        return not is_made(entry.entry.guid, entry.entry.link) or self.is_near_and_kept(entry, there)


def is_still(entry: RemoteEntry, there: LocalArticle, is_kept: IsKept) -> bool:
    """Whether an entry with the server id of an article is that article, possibly edited.

    It is if the id is a timestamp, which is never reused; if the guid or two of link, title and date agree; or if at
    least half of the text stayed, at the same address or, for a long text, at the same second.
    """
    if _names_moment(entry.server_id) or _agrees(entry, there):
        return True
    is_of_one_moment = _apart(entry, there) <= _ROUNDED and len(entry.entry.html) >= _LONG
    return (_same_link(entry, there) or is_of_one_moment) and is_kept(entry, there) >= HALF


def _names_moment(number: str) -> bool:
    """Whether a server id is the time of its creation in microseconds since 1970, as those of FreshRSS."""
    return _MOMENT.fullmatch(number) is not None


def _agrees(entry: RemoteEntry, there: LocalArticle) -> bool:
    if _guid(entry) == _guid(there):
        return True
    if _same_link(entry, there):
        return _same_title_or_near(entry, there)
    return _title(entry) == _title(there) != "" and _is_near(entry, there)


def _same_link(entry: RemoteEntry, there: LocalArticle) -> bool:
    return _link(entry) == _link(there) != ""


Pairs = list[tuple[RemoteEntry, LocalArticle]]
Side = RemoteEntry | LocalArticle
Each = TypeVar("Each", RemoteEntry, LocalArticle)
Key = Callable[[Side], Hashable]
"""Function for a value that entry and article share if they are the same; falsy if unknown."""


def _unique(
    key: Key, holds: Callable[[RemoteEntry, LocalArticle], bool]
) -> Callable[[list[RemoteEntry], list[LocalArticle]], Pairs]:
    """A rule that pairs entries and articles whose key is unique on both sides, and for which `holds`."""

    def pair_up(entries: list[RemoteEntry], ours: list[LocalArticle]) -> Pairs:
        theirs, there = _grouped(entries, key), _grouped(ours, key)
        both = [
            (some[0], there[each][0]) for each, some in theirs.items() if len(some) == len(there.get(each, ())) == 1
        ]
        return [pair for pair in both if holds(*pair)]

    return pair_up


def _of_one_moment(key: Key, evidence: _Evidence) -> Callable[[list[RemoteEntry], list[LocalArticle]], Pairs]:
    """A rule that pairs entries and articles with the same key and date, exact dates first.

    If several fit, the most similar text decides.
    """

    def pair_up(entries: list[RemoteEntry], ours: list[LocalArticle]) -> Pairs:
        there: dict[Hashable, list[LocalArticle]] = defaultdict(list)
        for each in reversed(ours):
            there[key(each), _when(each)].append(each)
        left, pairs = list(entries), Pairs()
        ranks: dict[tuple[str, int], int] = {}

        def rank(entry: RemoteEntry, each: LocalArticle) -> int:
            names = entry.server_id, each.id
            if names not in ranks:
                ranks[names] = evidence.is_kept(entry, each) if len(ranks) < _PAIRS else 0
            return ranks[names]

        for apart, least in product((timedelta(0), -_ROUNDED, _ROUNDED), (EQUAL, 0)):
            kept = []
            for entry in left:
                shared, when = key(entry), _when(entry)
                near = there.get((shared, when + apart), []) if shared and when else []
                is_title_alone = key is _title and len(str(shared)) < _COMMON
                is_compared = _is_day(entry) or len(near) > 1 or is_title_alone
                some = near[-_SEVERAL:] if is_compared else near[-1:]
                likeness = [rank(entry, each) if is_compared else 0 for each in some]
                best = max(range(len(some)), key=lambda place: (likeness[place], place), default=0)
                wanted = max(least, BARE) if is_title_alone else least if is_compared else 0
                is_like = bool(some) and likeness[best] >= wanted
                if is_like and (likeness[best] == EQUAL or evidence.is_of_moment(entry, some[best])):
                    pairs.append((entry, near.pop(best - len(some))))
                else:
                    kept.append(entry)
            left = kept
        return pairs

    return pair_up


def _grouped(sides: Iterable[Each], key: Key) -> dict[Hashable, list[Each]]:
    found: dict[Hashable, list[Each]] = defaultdict(list)
    for each in sides:
        if shared := key(each):
            found[shared].append(each)
    return found


def _guid(side: Side) -> str:
    return without_scheme(side.entry.guid if isinstance(side, RemoteEntry) else side.guid)


def _link(side: Side) -> str:
    link = side.entry.link if isinstance(side, RemoteEntry) else side.link
    fragment = link.partition("#")[2]
    return f"{place(link)}#{fragment}" if fragment else place(link)


def _title(side: Side) -> str:
    title = side.entry.title if isinstance(side, RemoteEntry) else side.title
    return " ".join(title.casefold().split())[:_TITLE].rstrip(" .…")


def _when(side: Side) -> datetime | None:
    """Publication time in whole seconds, as stored."""
    when = side.entry.published if isinstance(side, RemoteEntry) else side.published
    return when and when.replace(microsecond=0)


def _link_and_title(side: Side) -> Hashable:
    return (_link(side), _title(side)) if _link(side) else None


def _link_and_moment(side: Side) -> Hashable:
    return (_link(side), _when(side)) if _link(side) and _when(side) else None


def _apart(one: Side, other: Side) -> timedelta:
    mine, theirs = _when(one), _when(other)
    return timedelta.max if mine is None or theirs is None else abs(mine - theirs)


def _is_near(entry: Side, there: Side) -> bool:
    """Whether two dates differ by at most a day, or one of them is missing."""
    return None in (_when(entry), _when(there)) or _apart(entry, there) <= _NEAR


def _is_day(side: Side) -> bool:
    """Whether a date has no time of day."""
    when = _when(side)
    return when is not None and not (when.hour or when.minute or when.second)


def _same_title_or_near(entry: RemoteEntry, there: LocalArticle) -> bool:
    return _title(entry) == _title(there) or _is_near(entry, there)


def _rules(evidence: _Evidence) -> list[Callable[[list[RemoteEntry], list[LocalArticle]], Pairs]]:
    """The ways to pair entries and articles, the surest first."""
    return [
        _of_one_moment(_link_and_title, evidence),
        _unique(_guid, evidence.guid_counts),
        _unique(_link_and_title, evidence.is_near_and_kept),
        _unique(_link, evidence.is_same_at_address),
        _unique(_link_and_moment, lambda entry, there: evidence.is_kept(entry, there) == EQUAL),
        _of_one_moment(_title, evidence),
        _unique(_title, lambda entry, there: _is_near(entry, there) and evidence.stays(entry, there)),
    ]
