"""The command that makes articles readable offline: download."""

from __future__ import annotations

import argparse
import sqlite3
from dataclasses import replace

from tuireader.cli import cache, filters
from tuireader.cli.run import run
from tuireader.store import articles, feeds, site_facts
from tuireader.tasks.download import download as fetch


def download(arguments: argparse.Namespace) -> int:
    """Fetch the whole texts of articles of which only the beginning is here: of all, or of some."""
    with cache.opened() as connection:
        missing = _missing(connection, arguments)
    return run(lambda on: fetch(on, lambda _: missing), as_json=arguments.json)


def _missing(c: sqlite3.Connection, arguments: argparse.Namespace) -> list[int]:
    query = filters.query_of(c, arguments)
    if chosen := tuple(feeds.find(c, text).id for text in arguments.feeds):
        query = replace(query, feeds=chosen)
    found = articles.ids(c, query)
    missing = articles.without_text(c, found)
    if arguments.again:
        wanted = {*missing, *(id_ for id_ in found if site_facts.is_here(c, id_))}
        missing = [id_ for id_ in found if id_ in wanted]
    return missing[: arguments.limit or None]
