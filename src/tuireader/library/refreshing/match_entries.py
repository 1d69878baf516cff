"""Matching the entries of a feed with articles, even if guids change; and the plan of new and edited ones.

Publishers change guids: from addresses to numbers, with tracking added, with another domain. An entry with a new guid
is matched with an article that has left the feed if facts agree that rarely do by chance, no fact contradicts, and the
match is unambiguous. In doubt the entry counts as new: a duplicate is better than a lost article.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from typing import NamedTuple
from urllib.parse import unquote

from tuireader.content.cleaning import trim_end
from tuireader.content.dom import sanitize, tree
from tuireader.feeds.entries import guid_with_digest, is_marked, other_name
from tuireader.model.article import Status, utc_now
from tuireader.model.feed import Feed
from tuireader.model.fetched import Known, ParsedEntry, ParsedFeed, Plan, Prepared
from tuireader.store import feeds, save_articles
from tuireader.store.row_values import is_made, pictures_of
from tuireader.text import language_and_hyphenation
from tuireader.text.printable import printable_line, short_line
from tuireader.text.shingles import has_other, is_unlike
from tuireader.urls.hosts import ADDRESS_MAX, host_of
from tuireader.urls.identity import normalised_guid, path_of, place, without_scheme

UNTOUCHED = Status()


def plan(known: Mapping[str, Known], parsed: ParsedFeed) -> Plan:
    """Sort the entries of a feed into new, edited, redated and unchanged ones; `known` is by guid.

    Guids that differ only in http or https are the same. Only entries to save are prepared.
    """
    by_key = {without_scheme(guid): each for guid, each in known.items()}
    new: list[Prepared] = []
    changed: list[tuple[int, Prepared]] = []
    redated: list[tuple[int, datetime]] = []
    unchanged = 0
    seen: set[str] = set()
    for entry in parsed.entries:
        key = without_scheme(entry.guid)
        if key in seen:
            continue
        seen.add(key)
        there, digest = by_key.get(key), digest_of(entry)
        if there is None:
            new.append(_prepared(entry, digest))
        elif there.digest != digest:
            changed.append((there.id, _prepared(entry, digest)))
        else:
            unchanged += 1
            if entry.published and there.published and there.published != entry.published.replace(microsecond=0):
                redated.append((there.id, entry.published))
    return Plan(tuple(new), tuple(changed), tuple(redated), unchanged)


def digest_of(entry: ParsedEntry) -> bytes:
    """A digest of everything that the user can see, without the publication date."""
    updated = entry.updated.isoformat() if entry.updated else ""
    parts = (entry.title, entry.link, *entry.authors, "", *entry.categories, "", entry.html, updated, "")
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).digest()


def prepare(
    entry: ParsedEntry, *, status: Status = UNTOUCHED, date: datetime | None = None, excerpt: bool | None = None
) -> Prepared:
    """Clean the titles, names and address of an entry, and prepare it for saving with the given facts."""
    entry = replace(
        entry,
        title=short_line(entry.title),
        link=printable_line(entry.link) if len(entry.link) <= ADDRESS_MAX else "",
        authors=tuple(map(short_line, entry.authors)),
        categories=tuple(map(short_line, entry.categories)),
    )
    prepared = replace(_prepared(entry, digest_of(entry)), status=status, date=date)
    return prepared if excerpt is None else replace(prepared, excerpt=excerpt)


def _prepared(entry: ParsedEntry, digest: bytes) -> Prepared:
    text = sanitize.plain_text(entry.html)
    return Prepared(
        entry,
        digest,
        text,
        language_and_hyphenation.count_tidied(text),
        entry.summary or trim_end.looks_truncated(entry.html, text),
        extras=tree.extras_of(entry.html),
    )


_INDEX_PAGE = re.compile(r"/(?:index\.(?:html?|php)|default\.aspx?)\Z")
_HASH = re.compile("[0-9a-f]{64}")
_SOME, _FEW, _LEFT = 8, 4, 0.9
"""Minimum words of a text that is compared, also of a short one, and minimum share of them that another one keeps."""
_MANY = 50
"""Minimum words of a text that, together with its title, identifies an article."""
_WORD = re.compile(r"\w+")
RECENT = 100
"""Number of newest articles compared with new entries, besides those with the same links or dates."""


class Candidate(NamedTuple):
    """An article of the feed that may match a new entry."""

    id: int
    digest: bytes
    guid: str
    title: str
    link: str
    published: datetime | None
    updated: datetime | None


Body = Callable[[Candidate], str]
"""Returns the feed's HTML of an article."""
Side = ParsedEntry | Candidate
Keys = Callable[[Side], list[Hashable]]
"""Returns the keys of an entry or article; two of them can match only if they share a key."""
Pair = tuple[ParsedEntry, Candidate]


def is_another(entry: ParsedEntry, there: Candidate, body: Body) -> bool:
    """Whether an entry is not the article with its guid (`there`): most of title, address and date differ.

    If title or address agrees, or there is no specific address, both date and text have to differ. If both title and
    address differ, a different date is enough; without usable dates, the text has to differ, too.
    """
    mine, its = _path(entry.link), _path(there.link)
    is_nowhere = min(len(mine), len(its)) <= 1
    is_at_same_place = is_nowhere or mine == its
    is_dated = entry.published is not None and there.published is not None
    is_later = is_dated and entry.published != there.published
    if is_at_same_place and entry.title == there.title:
        return is_made(entry.guid, entry.link) and is_later and not _stays(body(there), entry.html)
    if is_at_same_place and not is_nowhere:
        return is_later and is_unlike(sanitize.plain_text(entry.html), sanitize.plain_text(body(there)))
    if is_nowhere or entry.title == there.title:
        return is_later and not _stays(body(there), entry.html)
    if is_later:
        return True
    if is_dated and not _is_day(entry.published):  # some feeds date all entries by their build
        return is_unlike(sanitize.plain_text(entry.html), sanitize.plain_text(body(there)))
    same = not is_dated and _when(entry) is not None and _when(entry) == _when(there)
    return not same and (_has_other_pictures(body(there), entry.html) or not _much_alike(entry.html, body(there)))


def is_another_page(entry: ParsedEntry, there: Candidate, body: Body) -> bool:
    """Whether a page is another one than the saved page (`there`) with its guid, which is often its address.

    At the same address, it is if the shorter text is less than half contained in the other; else as `is_another`.
    """
    if _path(entry.link) != _path(there.link):
        return is_another(entry, there, body)
    text, before = sanitize.plain_text(entry.html), sanitize.plain_text(body(there))
    return bool(text and before) and not has_other(text, before)


def _stays(before: str, now: str) -> bool:
    """Whether most words of an old text are in a new one, and at least one of its pictures."""
    if _has_other_pictures(before, now):
        return False
    return before == now or _is_kept(sanitize.plain_text(before), sanitize.plain_text(now), some=_FEW)


def _has_other_pictures(before: str, now: str) -> bool:
    pictures = set(pictures_of(before))
    return bool(pictures) and pictures.isdisjoint(pictures_of(now))


def _is_day(moment: datetime | None) -> bool:
    return moment is not None and not (moment.hour or moment.minute or moment.second)


def renamed(
    entries: Sequence[ParsedEntry], candidates: Iterable[Candidate], body: Body, *, all_new: bool = False
) -> dict[str, Candidate]:
    """Match entries with new guids to known articles; ambiguous ones are left out.

    `all_new`: no guid of the feed is known. Then the feed may have changed all guids, and several entries that agree
    in titles and texts count as matches that single ones would not be.
    """
    left, there = list(entries), list(candidates)
    found: dict[str, Candidate] = {}
    agree = partial(_dates_or_texts_agree, body=body)
    rules: list[tuple[Keys, Callable[[Pair], bool]]] = [
        (_hash, lambda pair: not is_another(*pair, body)),
        (_names, lambda pair: agree(pair) if pair[0].title == pair[1].title else _is_the_same_edited(pair, body)),
        (_link_and_title, agree),
        (_marked_place, _is_sure),
        (_folded_name_and_title, agree),
        (_path_and_title_and_date, _is_sure),
        (_title_and_date, lambda pair: _is_to_the_second(pair) and _has_its_text(pair, body)),
    ]
    if _has_moved(left, there):
        rules.append((_path_and_title, agree))
    for keys, holds in rules:
        pairs = _only_pairs(left, there, keys)
        together = all_new and keys in (_link_and_title, _title_and_date) and len({e.title for e, _ in pairs}) > 1
        for pair in pairs:
            if holds(pair) or (together and (_is_same_text if keys is _link_and_title else _has_its_text)(pair, body)):
                found[pair[0].guid] = pair[1]
        taken = {candidate.id for candidate in found.values()}
        left = [entry for entry in left if entry.guid not in found]
        there = [candidate for candidate in there if candidate.id not in taken]
    return found | (_of_another_generator(left, there, body) if all_new else {})


def _of_another_generator(
    entries: Sequence[ParsedEntry], candidates: Sequence[Candidate], body: Body
) -> dict[str, Candidate]:
    """Match entries of a site that has changed all guids, addresses and dates, by titles and equal long texts.

    A single match does not count, since it may be a recurring notice.
    """
    pairs = [pair for pair in _only_pairs(entries, candidates, _title) if _is_same_text(pair, body, some=_MANY)]
    return {entry.guid: there for entry, there in pairs} if len({entry.title for entry, _ in pairs}) > 1 else {}


def _only_pairs(entries: Iterable[ParsedEntry], candidates: Iterable[Candidate], keys: Keys) -> list[Pair]:
    """Pairs of an entry and an article that share a key which no others have."""
    mine: defaultdict[Hashable, list[ParsedEntry]] = defaultdict(list)
    theirs: defaultdict[Hashable, list[Candidate]] = defaultdict(list)
    for entry in entries:
        for key in keys(entry):
            mine[key].append(entry)
    for candidate in candidates:
        for key in keys(candidate):
            theirs[key].append(candidate)
    pairs: dict[str, Pair] = {}
    taken: set[int] = set()
    for key, some in mine.items():
        others = theirs.get(key, [])
        if len(some) == len(others) == 1 and some[0].guid not in pairs and others[0].id not in taken:
            pairs[some[0].guid] = some[0], others[0]
            taken.add(others[0].id)
    return list(pairs.values())


# What two may have in common.


def _spot(url: str) -> str:
    fragment = url.partition("#")[2]
    return f"{_plainly(place(url))}#{fragment}" if fragment else _plainly(place(url))


def _path(url: str) -> str:
    return _plainly(path_of(url))


def _part(url: str) -> tuple[str, str]:
    """The path of an address, and the name of a part of the page."""
    return _path(url), url.partition("#")[2]


def _plainly(there: str) -> str:
    """An address for comparison, without escapes and without the name of an index page."""
    return _INDEX_PAGE.sub("", unquote(there))


def _hash(side: Side) -> list[Hashable]:
    """The guid as Miniflux gives it, its SHA-256; a guid that is such a hash stays."""
    is_hash = _HASH.fullmatch(side.guid) is not None
    return [side.guid if is_hash else hashlib.sha256(side.guid.encode("utf-8", "replace")).hexdigest()]


def _names(side: Side) -> list[Hashable]:
    return list(dict.fromkeys([*_guid_names(side), *([_spot(side.link)] if side.link else [])]))


def _is_title(title: str) -> bool:
    """Whether a title is specific enough for a match: four characters, or two if any is not ASCII; "12" is not."""
    return len(title) >= (4 if title.isascii() else 2)


def _link_and_title(side: Side) -> list[Hashable]:
    return [(_spot(side.link), side.title)] if side.link and _is_title(side.title) else []


def _when(side: Side) -> Hashable:
    """The publication time, else the update time, which many Atom feeds have only."""
    if side.published is not None:
        return "published", side.published
    return None if side.updated is None else ("updated", side.updated)


def _marked_place(side: Side) -> list[Hashable]:
    base = side.guid.rpartition("#")[0]
    return [(base, _spot(side.link), _when(side))] if is_marked(side.guid) and side.link and _when(side) else []


def _folded_name_and_title(side: Side) -> list[Hashable]:
    return [(normalised_guid(side.guid), side.title)] if _is_title(side.title) else []


def _path_and_title_and_date(side: Side) -> list[Hashable]:
    path, part = _part(side.link)
    return [(path, part, side.title, _when(side))] if _when(side) and len(path) > 1 and side.title else []


def _title_and_date(side: Side) -> list[Hashable]:
    return [(side.title, _when(side))] if _when(side) and _is_title(side.title) else []


def _title(side: Side) -> list[Hashable]:
    return [side.title] if _is_title(side.title) else []


def _path_and_title(side: Side) -> list[Hashable]:
    path, part = _part(side.link)
    return [(path, part, side.title)] if len(path) > 1 and _is_title(side.title) else []


# What must be true of both besides.


def _dates_or_texts_agree(pair: Pair, body: Body) -> bool:
    """Whether publication dates do not contradict; without any, whether texts have something in common.

    If the article's guid is made of address and title, the same text is enough.
    """
    entry, there = pair
    if is_made(there.guid, there.link) and (_is_same_text(pair, body, some=_FEW) or _is_same_picture(pair, body)):
        return True
    if entry.published is not None or there.published is not None:
        return entry.published is None or there.published is None or entry.published == there.published
    if entry.updated is not None and entry.updated == there.updated:
        return True
    is_related = not {*_guid_names(entry)}.isdisjoint(_guid_names(there))
    return is_related or _is_kept(body(there), entry.html) or _is_same_text(pair, body)


def _is_same_text(pair: Pair, body: Body, *, some: int = 1) -> bool:
    """Whether the texts of a pair are equal, of `some` words at least, or one is the beginning of the other.

    White space is ignored, since servers put paragraph breaks in different places.
    """
    texts = (pair[0].html, body(pair[1]))
    shorter, longer = sorted((" ".join(sanitize.plain_text(html).split()) for html in texts), key=len)
    return longer.startswith(shorter) and len(_WORD.findall(shorter)) >= (some if shorter == longer else _FEW)


def _is_same_picture(pair: Pair, body: Body) -> bool:
    """Whether a pair has the same pictures, and no words."""
    mine, its = pair[0].html, body(pair[1])
    return pictures_of(mine) == pictures_of(its) != [] and not any(map(sanitize.plain_text, (mine, its)))


def _has_its_text(pair: Pair, body: Body) -> bool:
    """Whether half of a pair's shorter text is in the other one, or both have no text and pictures agree."""
    text, before = sanitize.plain_text(pair[0].html), sanitize.plain_text(body(pair[1]))
    if text and before:
        return text == before or has_other(text, before)
    return text == before and not _has_other_pictures(body(pair[1]), pair[0].html)


def _is_the_same_edited(pair: Pair, body: Body) -> bool:
    """Whether a pair with different titles is one article that was edited; its times have to be equal.

    Besides, the guid of one has to be the address or guid of the other, or one title has to contain the other's words
    and the texts have to be the same.
    """
    entry, there = pair
    if _when(entry) is None or _when(entry) != _when(there):
        return False
    related = {*_guid_names(entry)} & {*_names(there)} or {*_guid_names(there)} & {*_names(entry)}
    mine, its = set(_WORD.findall(entry.title)), set(_WORD.findall(there.title))
    return bool(related) or ((mine <= its or its <= mine) and _is_same_text(pair, body, some=_FEW))


def _is_kept(one: str, other: str, some: int = _SOME) -> bool:
    before = set(_WORD.findall(one))
    return one == other or (len(before) >= some and len(before & set(_WORD.findall(other))) >= _LEFT * len(before))


def _much_alike(one: str, other: str) -> bool:
    mine, theirs = set(_WORD.findall(one)), set(_WORD.findall(other))
    return 2 * len(mine & theirs) > len(mine | theirs)


def _guid_names(side: Side) -> list[str]:
    """The address that a guid is or starts with; none if there is none. Google Reader servers append the title."""
    address = side.guid.partition(" ")[0]
    return [_spot(address)] if "://" in address else []


def _is_to_the_second(pair: Pair) -> bool:
    """Whether the entry's date has a time of day: on one day, two entries may have the same title."""
    moment = pair[0].published or pair[0].updated
    return moment is not None and bool(moment.second or moment.minute)


def _is_sure(_: Pair) -> bool:
    return True


def _has_moved(entries: Sequence[ParsedEntry], candidates: Sequence[Candidate]) -> bool:
    return all(len({host_of(side.link) for side in sides}) == 1 for sides in (entries, candidates))


def known_entries(c: sqlite3.Connection, feed: Feed, entries: Sequence[ParsedEntry]) -> dict[str, Known]:
    """The saved articles of a feed's entries, by the guids of these.

    If the publisher has changed the guids of articles, or given one to another entry, they are updated here first.
    """
    known = save_articles.known(c, feed.id, [entry.guid for entry in entries])
    _free_taken_guids(c, entries, known)
    if len(known) == len(entries) or not save_articles.has_any(c, feed.id):
        return known
    here = {entry.guid for entry in entries}
    names = {entry.guid: other_name(entry) for entry in entries if entry.guid not in known}
    formerly = save_articles.known(c, feed.id, [name for name in names.values() if name not in here])
    for entry in entries:
        there = formerly.get(names.get(entry.guid, ""))
        if there is not None and (there.digest == digest_of(entry) or not is_marked(entry.guid)):
            save_articles.change_guid(c, there.id, entry.guid)
            known[entry.guid] = formerly.pop(names[entry.guid])
    left = [entry for entry in entries if entry.guid not in known]
    removed = save_articles.were_removed(c, feed.id, left)
    left = [entry for entry in left if entry.guid not in removed]
    return known | _renamed(c, feed, left, known.values())


def _free_taken_guids(c: sqlite3.Connection, entries: Sequence[ParsedEntry], known: dict[str, Known]) -> None:
    """Give new guids to articles whose guid another entry has taken, as in feeds that number their entries."""
    edited = {known[e.guid].id: e for e in entries if e.guid in known and known[e.guid].digest != digest_of(e)}
    rows = {row[0]: Candidate(*row) for row in save_articles.facts_of(c, edited)} if edited else {}
    body = cache(partial(given_body, c))
    moved = _find_swapped(rows.values(), edited, entries, body)
    for there in rows.values():
        entry = edited[there.id]
        if there.id in moved or is_another(entry, there, body):
            save_articles.change_guid(
                c, there.id, guid_with_digest(there.guid, there.link, there.title), taken=utc_now()
            )
            del known[entry.guid]
    for id_, there_now in moved.items():
        if there_now in moved:
            save_articles.change_guid(c, there_now, edited[id_].guid)
            known[edited[id_].guid] = Known(there_now, rows[there_now].digest)


def _find_swapped(
    rows: Collection[Candidate], edited: Mapping[int, ParsedEntry], entries: Sequence[ParsedEntry], body: Body
) -> dict[int, int]:
    """Ids of articles whose guid another entry has now, each with the id of that entry's article; 0 if unknown.

    They are distinguished by a specific address, else by title, title with date, or text.
    """

    def text(side: Side) -> Hashable:
        return side.html if isinstance(side, ParsedEntry) else body(side)

    places = Counter(map(_own_place, entries))
    left = [
        there
        for there in rows
        if (own := _own_place(there)) is None or own != _own_place(edited[there.id]) or places[own] > 1
    ]
    found: dict[int, int] = {}
    for sign in (_own_place, _own_title, _dated_title, text) if left else ():
        shown = Counter(filter(None, map(sign, entries)))
        kept = {sign(there): there.id for there in left}
        times = Counter(filter(None, map(sign, left)))
        for there in left:
            mine, its = sign(edited[there.id]), sign(there)
            if there.id not in found and mine and its and mine != its and 1 in (shown[its], times[mine]):
                found[there.id] = kept[mine] if shown[mine] == times[mine] == 1 else 0
    return found


def _own_place(side: Side) -> Hashable:
    return _spot(side.link) if len(_path(side.link)) > 1 else None


def _own_title(side: Side) -> Hashable:
    return side.title if _is_title(side.title) else None


def _dated_title(side: Side) -> Hashable:
    return next(iter(_title_and_date(side)), None)


def given_body(c: sqlite3.Connection, there: Candidate) -> str:
    return save_articles.given_html(c, there.id)


def _renamed(c: sqlite3.Connection, feed: Feed, new: Sequence[ParsedEntry], known: Iterable[Known]) -> dict[str, Known]:
    """Match entries with new guids to saved articles, and give these the new guids; returns them by guid."""
    found = find_renamed(c, feed.id, new, known)
    for guid, candidate in found.items():
        save_articles.change_guid(c, candidate.id, guid)
    return {guid: Known(candidate.id, candidate.digest) for guid, candidate in found.items()}


def find_entries(
    c: sqlite3.Connection, feed_id: int, entries: Sequence[ParsedEntry], *, up_to: int | None = None
) -> dict[str, Candidate | None]:
    """The saved articles that imported entries match, by the entries' guids; None if another article has the guid.

    No guid is changed, since the file may be older than the cache. Articles with other guids are matched only if their
    ids are at most `up_to`.
    """
    known = save_articles.known(c, feed_id, [entry.guid for entry in entries])
    rows = {row[0]: Candidate(*row) for row in save_articles.facts_of(c, (each.id for each in known.values()))}
    body = cache(partial(given_body, c))
    is_of_pages = feeds.get(c, feed_id).holds_pages
    is_other = is_another_page if is_of_pages else is_another
    there = [(entry, rows[known[entry.guid].id]) for entry in entries if entry.guid in known]
    same = {
        entry.guid: candidate
        for entry, candidate in there
        if not is_other(entry, candidate, body)
        or (entry.title == candidate.title and _stays(entry.html, body(candidate)))  # it has gone on since
    }
    left = [entry for entry in entries if entry.guid not in same]
    renamed = find_renamed(c, feed_id, left, [known[guid] for guid in same], up_to=up_to)
    if is_of_pages:
        others = {entry.guid for entry in left if entry.guid in renamed and is_other(entry, renamed[entry.guid], body)}
        renamed = {guid: candidate for guid, candidate in renamed.items() if guid not in others}
    return dict.fromkeys(known) | same | renamed


def apart(c: sqlite3.Connection, feed_id: int, page: Prepared) -> Prepared:
    """A page to be saved in a feed, with a new guid if a different page there has its guid."""
    entry = page.entry
    known = save_articles.known(c, feed_id, [entry.guid])
    there = [Candidate(*facts) for facts in save_articles.facts_of(c, (each.id for each in known.values()))]
    if not any(is_another_page(entry, each, partial(given_body, c)) for each in there):
        return page
    return replace(page, entry=replace(entry, guid=guid_with_digest(entry.guid, entry.link, entry.title)))


def guid_here(entry: ParsedEntry, found: Mapping[str, Candidate | None]) -> str:
    """The guid under which an imported entry is saved here; `found` is the result of `find_entries`."""
    there: Side | None = found.get(entry.guid, entry)
    return guid_with_digest(entry.guid, entry.link, entry.title) if there is None else there.guid


def find_renamed(
    c: sqlite3.Connection, feed_id: int, new: Sequence[ParsedEntry], known: Iterable[Known], *, up_to: int | None = None
) -> dict[str, Candidate]:
    """Match entries with new guids to articles of a feed that are not `known`, and whose ids are at most `up_to`.

    Articles that formerly had these guids are tried first.
    """
    if not new or up_to == 0:
        return {}
    there, body = {each.id for each in known}, partial(given_body, c)
    all_new, found = not there, _formerly(c, feed_id, new, there, body)
    there.update(each.id for each in found.values())
    left = [entry for entry in new if entry.guid not in found]
    links, moments = [entry.link for entry in left], [entry.published or entry.updated for entry in left]
    dates = [moment for moment in moments if moment is not None]
    rows = save_articles.alike(c, feed_id, links, dates, RECENT + len(left) + len(there)) if left else []
    candidates = [Candidate(*row) for row in rows if row[0] not in there and (up_to is None or row[0] <= up_to)]
    return found | (renamed(left, candidates, body, all_new=all_new) if candidates else {})


def _formerly(
    c: sqlite3.Connection, feed_id: int, new: Sequence[ParsedEntry], there: Collection[int], body: Body
) -> dict[str, Candidate]:
    """The articles that had the guids of new entries before, and are none of `there`."""
    had = {guid: Candidate(*facts) for guid, facts in save_articles.formerly(c, feed_id, (e.guid for e in new)).items()}
    its = {one.id: e.guid for e in new if (one := had.get(e.guid)) and not is_another(e, one, body)}
    return {guid: had[guid] for id_, guid in its.items() if id_ not in there}
