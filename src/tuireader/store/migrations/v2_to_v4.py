"""Steps of a few statements."""

from __future__ import annotations

import sqlite3

from tuireader.store.keys import link_key

RUNS_MAX = 256
"""Runs of the search index, of one level, that are merged into one of the next."""

MERGE_FROM = 16
"""Runs of one level from which on they are merged when nobody waits."""

INDEX_SETTINGS = (("automerge", 0), ("crisismerge", RUNS_MAX), ("usermerge", MERGE_FROM))
"""Options of the search index, which go with it when it is made anew."""


def add_what_hosts_are(c: sqlite3.Connection) -> None:
    """Whether feeds are inside the user's own network (NULL: not known yet), and who asked to be left alone."""
    c.execute("ALTER TABLE feed ADD COLUMN private INTEGER")
    c.execute(
        "CREATE TABLE hold (place TEXT PRIMARY KEY, noted INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID"
    )


def merge_seldom(c: sqlite3.Connection) -> None:
    """Every feed that brings something adds a run to the index: they are merged when there are very many.

    A search looks into each run, which takes microseconds; merging them early and often took a third of a refresh.
    """
    for name, value in INDEX_SETTINGS:
        c.execute("INSERT INTO search (search, rank) VALUES (?, ?)", (name, value))


def know_links_by_their_place(c: sqlite3.Connection) -> None:
    """An address is the same whatever the case of its host, its escapes and its tracking: the keys are made anew."""
    c.create_function("place_key", 1, link_key, deterministic=True)
    c.execute("UPDATE article SET link_key = place_key(link)")
