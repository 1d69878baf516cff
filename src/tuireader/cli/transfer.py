"""The commands import and export."""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tuireader import paths
from tuireader.cli import DONE, FAILED, USAGE, articles
from tuireader.cli import feeds as cli_feeds
from tuireader.cli import run as cli_run
from tuireader.cli.output import NO_FEEDS, Progress, put_json, say
from tuireader.errors import TuireaderError
from tuireader.library.refreshing import upkeep
from tuireader.library.transfer import backup, import_any
from tuireader.library.transfer.export_articles import TextFile, book, export_feeds, ids_of, markdown_files
from tuireader.model.article import utc_now
from tuireader.model.query import Query
from tuireader.store import feeds, folders
from tuireader.text.printable import printable
from tuireader.text.sentences import counted
from tuireader.urls.typed_and_shown import shown_address, without_credentials

_NOTHING = "No articles match."


def export(arguments: argparse.Namespace) -> int:
    """Export feeds or articles to a file, a folder, or stdout."""
    if arguments.output is not None and (said := _mistake(paths.expand_user(arguments.output), arguments.format)):
        say(said)
        return USAGE
    run = {"opml": _opml, "json": _json, "markdown": _markdown, "epub": _epub}[arguments.format]
    with _ended_in_order(), cli_run.opened_cache() as connection:
        return run(connection, arguments)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let SIGTERM end the block as an exception does, so that no unfinished file is left."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _mistake(path: Path, form: str) -> str:
    """Why nothing can be written to a path, as a sentence; "" if it can.

    Anything but a regular file or a folder is refused.
    """
    shown = shown_address(str(path))
    with _write_errors(path):
        return _mistake_there(path, shown, form)


def _mistake_there(path: Path, shown: str, form: str) -> str:
    if form == "markdown":
        return f"{shown} is not a directory." if path.exists() and not path.is_dir() else ""
    if not path.name or path.is_dir():
        return f"{shown} is a directory: enter a file name."
    if paths.cache_path().exists() and path.exists() and path.samefile(paths.cache_path()):
        return f"{shown} is the database itself: enter another file name."
    return f"{shown} is not a file." if path.is_symlink() or (path.exists() and not path.is_file()) else ""


def _opml(connection: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    folder = folders.find(connection, arguments.folder) if arguments.folder else None
    exported = export_feeds(connection, utc_now(), folder_id=folder.id if folder else None)
    if not (exported.feeds or exported.pages or exported.outside or exported.inside):
        say(NO_FEEDS if folder is None else f"No feeds in “{folder.name}”.")
        return FAILED
    _say_of_passwords(exported.without_password)
    if exported.pages:
        say(f"Not exported: {counted(exported.pages, 'watched page')} without a feed. To include them: --format json")
    if exported.outside:
        say(f"Not exported: {counted(exported.outside, 'feed')} without a web address.")
    if exported.inside:
        say(f"Not exported: {counted(exported.inside, 'feed')} in your local network.")
    if not exported.feeds:
        return FAILED
    if arguments.output is None:
        sys.stdout.buffer.write(exported.content)
        return DONE
    return _write(paths.expand_user(arguments.output), exported.content, counted(exported.feeds, "feed"))


def _say_of_passwords(count: int) -> None:
    if count:
        say(f"Passwords of {counted(count, 'feed')} were not exported. Enter them again after importing.")


def _json(connection: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    """Export everything; with filters, only matching articles and their feeds."""
    query = articles.query_of(connection, arguments)
    is_all = query == Query(order=query.order) and not arguments.limit
    ids = None if is_all else ids_of(connection, query)[: arguments.limit or None]
    if is_all:
        _say_of_passwords(sum(without_credentials(feed.url) != feed.url for feed in feeds.every(connection)))
    with closing(backup.backup_rows(connection, utc_now(), ids)) as rows:
        if arguments.output is None:
            for row in rows:
                put_json(row)
            return DONE
        return _rows_to(paths.expand_user(arguments.output), rows)


def _rows_to(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    import json

    written, progress = 0, Progress()
    try:
        with _write_errors(path), _written_whole(path) as part, part.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                written += row["type"] == "article"
                if not written % 100:
                    progress.tell(f"{written} articles")
    finally:
        progress.clear()
    say(f"Exported {counted(written, 'article')} to {printable(str(path))}.")
    return DONE


def _markdown(connection: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    """Export each article as a file in a folder."""
    ids = _meant(connection, arguments)
    if not ids:
        return FAILED
    if arguments.output is None:
        say("Markdown export writes one file per article: enter a directory with --output.")
        return USAGE
    folder, progress = paths.expand_user(arguments.output), Progress()
    try:
        with _write_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            kept = 0
            for number, file in enumerate(markdown_files(connection, ids), 1):
                with _written_whole(folder / file.name) as part:
                    part.write_text(file.text, "utf-8", "replace")
                    os.utime(part, (file.date, file.date))
                    kept += _keep_edited(folder / file.name, file)
                progress.tell(f"{number}/{len(ids)} articles")
    finally:
        progress.clear()
    say(f"Exported {counted(len(ids), 'article')} to {printable(str(folder))}.")
    if kept:
        say(f"{counted(kept, 'file')} changed since the last export: kept as “….md~1”.")
    return DONE


def _holds(path: Path, size: int, content: bytes) -> bool:
    """Whether the file at a path, of this size, has this content."""
    if size != len(content):
        return False
    try:
        with os.fdopen(paths.open_shared(path), "rb") as opened:
            return opened.read(size) == content
    except OSError:  # something else stands there by now
        return False


def _keep_edited(path: Path, file: TextFile) -> bool:
    """Rename a file at a path unless it is an unchanged earlier export, and return whether it was renamed.

    An unchanged one is known by its modification time or its text.
    """
    try:
        about = path.lstat()
    except FileNotFoundError:
        return False
    text = file.text.encode("utf-8", "replace")
    if stat.S_ISREG(about.st_mode) and (int(about.st_mtime) == file.date or _holds(path, about.st_size, text)):
        return False
    name = next(name for number in count(1) if not (name := path.with_name(f"{path.name}~{number}")).exists())
    path.rename(name)
    return True


def _epub(connection: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    """Export a book with a chapter for each article."""
    ids = _meant(connection, arguments)
    if not ids:
        return FAILED
    if arguments.output is None:
        say("EPUB export needs a file name: add --output.")
        return USAGE
    now, progress = utc_now(), Progress()
    progress.tell(f"Exporting {counted(len(ids), 'article')}…")
    try:
        content = book(connection, arguments.title or f"Articles, {now.astimezone():%Y-%m-%d}", ids, now)
    finally:
        progress.clear()
    return _write(paths.expand_user(arguments.output), content, counted(len(ids), "article"))


def _meant(connection: sqlite3.Connection, arguments: argparse.Namespace) -> list[int]:
    ids = ids_of(connection, articles.query_of(connection, arguments))[: arguments.limit or None]
    if not ids:
        say(_NOTHING)
    return ids


def _write(path: Path, content: bytes, what: str) -> int:
    with _write_errors(path), _written_whole(path) as part:
        part.write_bytes(content)
    say(f"Exported {what} to {printable(str(path))}.")
    return DONE


@contextmanager
def _written_whole(path: Path) -> Iterator[Path]:
    """A new private file for the block to write; at the end of the block it is renamed to `path`.

    Whatever was there is replaced, also a link.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:50]}.", suffix=".part", dir=path.parent)
    os.close(descriptor)
    part = Path(name)
    try:
        yield part
        os.replace(part, path)  # noqa: PTH105 - as everywhere
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    """Turn an OSError in the block into a TuireaderError that says that `path` cannot be written."""
    try:
        yield
    except OSError as error:
        raise TuireaderError(f"Cannot write {shown_address(str(path))}: {error.strerror}.") from error


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
    status = DONE
    for each in came.feeds:
        if each.error is not None:
            where = "" if each.line is None else f"line {each.line}: "
            say(f"{where}{shown_address(each.outline.url)}: {each.error}")
            status = FAILED
        if arguments.json:
            url = without_credentials(each.outline.url)
            named = {"url": url, "title": each.outline.title, "folder": each.outline.folder}
            put_json(named | {"status": each.status, "line": each.line, "error": each.error})
    for sentence in came.said():
        say(sentence)
    for line, why in came.restored.mistakes if came.restored else ():
        say(f"line {line}: {why}")
        status = FAILED
    return cli_feeds.refresh_now(new, force=False, as_json=False, is_data=False) or status if new else status
