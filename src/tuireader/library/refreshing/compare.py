"""plan: what a feed brings that is new or edited, against what is known. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from tuireader.content.cleaning.truncation import looks_truncated
from tuireader.content.dom.media_flags import extras_of
from tuireader.content.dom.plain_text import plain_text
from tuireader.model.article import Status
from tuireader.model.fetched import Known, ParsedEntry, ParsedFeed, Plan, Prepared
from tuireader.text.word_count import count_tidied
from tuireader.urls.identity import without_scheme

UNTOUCHED = Status()


def plan(known: Mapping[str, Known], parsed: ParsedFeed) -> Plan:
    """Sort the entries of a feed into new, edited and unchanged ones; `known` is by guid.

    An entry whose guid went from http to https, or back, is the same entry. Only what has to be saved is prepared.
    """
    by_key = {without_scheme(guid): each for guid, each in known.items()}
    new: list[Prepared] = []
    changed: list[tuple[int, Prepared]] = []
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
    return Plan(tuple(new), tuple(changed), unchanged)


def digest_of(entry: ParsedEntry) -> bytes:
    """16 bytes that change when the user would see a change; the date of publication does not count."""
    updated = entry.updated.isoformat() if entry.updated else ""
    parts = (entry.title, entry.link, *entry.authors, "", *entry.categories, "", entry.html, updated, "")
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=16).digest()


def prepare(
    entry: ParsedEntry, *, status: Status = UNTOUCHED, date: datetime | None = None, excerpt: bool | None = None
) -> Prepared:
    """Make an entry ready to be saved; with what is known of it already, where it does not come from its feed."""
    prepared = replace(_prepared(entry, digest_of(entry)), status=status, date=date)
    return prepared if excerpt is None else replace(prepared, excerpt=excerpt)


def _prepared(entry: ParsedEntry, digest: bytes) -> Prepared:
    text = plain_text(entry.html)
    return Prepared(
        entry,
        digest,
        text,
        count_tidied(text),
        entry.summary or looks_truncated(entry.html, text),
        extras=extras_of(entry.html),
    )
