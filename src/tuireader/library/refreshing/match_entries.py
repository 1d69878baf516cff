"""Which articles the entries of a feed are, also where they are called something else than they were."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial

from tuireader.feeds.entries import is_marked, marked_name, other_name
from tuireader.library.refreshing.changed_guids import Candidate, is_another, renamed
from tuireader.library.refreshing.compare import digest_of
from tuireader.model.feed import Feed
from tuireader.model.fetched import Known, ParsedEntry
from tuireader.store import articles

RECENT = 100
"""Articles that are looked at besides those that are in the feed, have its links, or its dates."""


def known_entries(c: sqlite3.Connection, feed: Feed, entries: Sequence[ParsedEntry]) -> dict[str, Known]:
    """What the cache has of a feed's entries, by guid.

    An article whose guid another entry took up, or gave up, or whose publisher calls it something else by now, is given
    the name that it has now.
    """
    known = articles.known(c, feed.id, [entry.guid for entry in entries])
    _let_go_of_names(c, entries, known)
    if len(known) == len(entries) or not articles.has_any(c, feed.id):
        return known
    here = {entry.guid for entry in entries}
    names = {entry.guid: other_name(entry) for entry in entries if entry.guid not in known}
    formerly = articles.known(c, feed.id, [name for name in names.values() if name not in here])
    for entry in entries:
        there = formerly.get(names.get(entry.guid, ""))
        if there is not None and (there.digest == digest_of(entry) or not is_marked(entry.guid)):
            articles.rename(c, there.id, entry.guid)
            known[entry.guid] = formerly.pop(names[entry.guid])
    left = [entry for entry in entries if entry.guid not in known]
    return known | _renamed(c, feed, left, known.values())


def _let_go_of_names(c: sqlite3.Connection, entries: Sequence[ParsedEntry], known: dict[str, Known]) -> None:
    """Leave names to others that took them: an article with nothing in common with the entry but that stays itself."""
    edited = {known[e.guid].id: e for e in entries if e.guid in known and known[e.guid].digest != digest_of(e)}
    for row in articles.facts_of(c, edited) if edited else ():
        there, entry = Candidate(*row), edited[row[0]]
        if is_another(entry, there, partial(_body, c)):
            articles.rename(c, there.id, marked_name(there.guid, there.link, there.title))
            del known[entry.guid]


def _body(c: sqlite3.Connection, there: Candidate) -> str:
    return articles.given_html(c, there.id)


def _renamed(c: sqlite3.Connection, feed: Feed, new: Sequence[ParsedEntry], known: Iterable[Known]) -> dict[str, Known]:
    """The articles that entries with new names are; from now on they are called so."""
    if not new:
        return {}
    there = {each.id for each in known}
    links, moments = [entry.link for entry in new], [entry.published or entry.updated for entry in new]
    dates = [moment for moment in moments if moment is not None]
    rows = articles.alike(c, feed.id, links, dates, RECENT + len(new) + len(there))
    candidates = [Candidate(*row) for row in rows if row[0] not in there]
    if not candidates:
        return {}
    found = renamed(new, candidates, partial(_body, c), all_new=not there)
    for guid, candidate in found.items():
        articles.rename(c, candidate.id, guid)
    return {guid: Known(candidate.id, candidate.digest) for guid, candidate in found.items()}
