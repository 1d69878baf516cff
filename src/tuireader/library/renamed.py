"""Entries whose guid is not known: which article each of them is under another name. Pure.

Publishers change guids: from addresses to numbers, with tracking added, with another domain. An entry is taken for an
article that has left the feed where two facts agree that seldom do by chance, and where neither could be another one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from tuireader.model import ParsedEntry
from tuireader.urls.identity import path_of, place, same_name

_SHORTEST_TITLE = 4
"""Characters of a title that tells articles apart, as "12" does not."""


class Candidate(NamedTuple):
    """An article of the feed that is not in what came."""

    id: int
    digest: bytes
    guid: str
    title: str
    link: str
    published: datetime | None


def renamed(entries: Sequence[ParsedEntry], candidates: Iterable[Candidate]) -> dict[str, Candidate]:
    """By the guids of entries, the articles that they are; those that could be two, or none, are left out."""
    mine: defaultdict[str, list[Candidate]] = defaultdict(list)
    theirs: defaultdict[int, int] = defaultdict(int)
    for candidate in candidates:
        for entry in entries:
            if _is_same(entry, candidate):
                mine[entry.guid].append(candidate)
                theirs[candidate.id] += 1
    return {guid: found[0] for guid, found in mine.items() if len(found) == 1 and theirs[found[0].id] == 1}


def _is_same(entry: ParsedEntry, there: Candidate) -> bool:
    title = entry.title == there.title and len(entry.title) >= _SHORTEST_TITLE
    date = entry.published is not None and entry.published == there.published
    if not title and not date:
        return False
    link = bool(entry.link) and place(entry.link) == place(there.link)
    name = same_name(entry.guid) in {same_name(there.guid), same_name(there.link)} or (
        same_name(there.guid) == same_name(entry.link)
    )
    if link or name:
        return True
    moved = len(path_of(entry.link)) > 1 and path_of(entry.link) == path_of(there.link)
    return title and (date or moved)
