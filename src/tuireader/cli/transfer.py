"""The commands import and export."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tuireader import paths
from tuireader.cli import DONE, FAILED, USAGE, articles
from tuireader.cli import feeds as cli_feeds
from tuireader.cli import run as cli_run
from tuireader.cli.output import NO_FEEDS, Progress, put_json, say
from tuireader.library.refreshing import upkeep
from tuireader.library.transfer import backup, export_articles, import_any
from tuireader.model.article import utc_now
from tuireader.model.query import Query
from tuireader.store import feeds, folders
from tuireader.urls.typed_and_shown import without_credentials

_NOTHING = "No articles match."


def export(arguments: argparse.Namespace) -> int:
    """Export feeds or articles to a file, a folder, or stdout."""
    if arguments.output is not None and (said := export_articles.mistake(_path(arguments), arguments.format)):
        say(said)
        return USAGE
    run = {"opml": _opml, "json": _json, "markdown": _markdown, "epub": _epub}[arguments.format]
    with cli_run.ended_in_order(), cli_run.opened_cache() as connection:
        return run(connection, arguments)


def _opml(connection: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    folder = folders.find(connection, arguments.folder) if arguments.folder else None
    exported = export_articles.export_feeds(connection, utc_now(), folder_id=folder.id if folder else None)
    if not (exported.feeds or exported.left_out()):
        say(NO_FEEDS if folder is None else f"No feeds in “{folder.name}”.")
        return FAILED
    for sentence in exported.left_out():
        say(sentence)
    if not exported.feeds:
        return FAILED
    if arguments.output is None:
        sys.stdout.buffer.write(exported.content)
        return DONE
    return _said(export_articles.feeds_to(_path(arguments), exported))


def _json(connection: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    """Export everything; with filters, only matching articles and their feeds."""
    query = articles.query_of(connection, arguments)
    is_all = query == Query(order=query.order) and not arguments.limit
    ids = None if is_all else export_articles.ids_of(connection, query)[: arguments.limit or None]
    if is_all and (left_out := export_articles.passwords_left_out(feeds.current(connection))):
        say(left_out)
    if arguments.output is not None:
        with _progress() as tell:
            said = export_articles.backup_to(connection, _path(arguments), utc_now(), ids, tell)
        return _said(said)
    with closing(backup.backup_rows(connection, utc_now(), ids)) as rows:
        for row in rows:
            put_json(row)
    return DONE


def _markdown(connection: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    """Export each article as a file in a folder."""
    ids = _meant(connection, arguments)
    if not ids:
        return FAILED
    if arguments.output is None:
        say("Markdown export writes one file per article: enter a directory with --output.")
        return USAGE
    with _progress() as tell:
        said = export_articles.markdown_to(connection, _path(arguments), ids, tell)
    return _said(said)


def _epub(connection: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    """Export a book with a chapter for each article."""
    ids = _meant(connection, arguments)
    if not ids:
        return FAILED
    if arguments.output is None:
        say("EPUB export needs a file name: add --output.")
        return USAGE
    with _progress() as tell:
        said = export_articles.book_to(connection, _path(arguments), ids, utc_now(), tell, title=arguments.title)
    return _said(said)


def _path(arguments: argparse.Namespace) -> Path:
    return paths.expand_user(arguments.output)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    progress = Progress()
    try:
        yield progress.tell
    finally:
        progress.clear()


def _said(sentences: Iterable[str]) -> int:
    for sentence in sentences:
        say(sentence)
    return DONE


def _meant(connection: sqlite3.Connection, arguments: argparse.Namespace) -> list[int]:
    ids = export_articles.ids_of(connection, articles.query_of(connection, arguments))[: arguments.limit or None]
    if not ids:
        say(_NOTHING)
    return ids


def import_list(arguments: argparse.Namespace) -> int:
    """Import a file from another program, then fetch new feeds; failures are reported."""
    progress = Progress()
    with cli_run.opened_cache() as connection:
        try:
            if arguments.file == "-":
                came = import_any.import_stream(connection, sys.stdin.buffer, utc_now(), progress.tell)
            else:
                came = import_any.import_path(connection, arguments.file, utc_now(), progress.tell)
            upkeep.index_for(connection, upkeep.BEFORE_SEARCH)  # what two feeds tell is found with it, and counted once
        finally:
            progress.clear()
        new = [feeds.get(connection, id_) for id_ in came.new_feeds]
    problems = came.problems()
    status = FAILED if problems else DONE
    for each in came.feeds:
        if arguments.json:
            url = without_credentials(each.outline.url)
            named = {"url": url, "title": each.outline.title, "folder": each.outline.folder}
            put_json(named | {"status": each.status, "line": each.line, "error": each.error})
    for sentence in (*problems, *came.said(names_left_out=False)):
        say(sentence)
    return cli_feeds.refresh_now(new, force=False, as_json=False, is_data=False) or status if new else status
