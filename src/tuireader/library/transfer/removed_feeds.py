"""Backups of unsubscribed feeds beside the database, so that unsubscribing can be undone after a restart."""

from __future__ import annotations

import gzip
import json
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from glob import escape
from pathlib import Path

from tuireader import paths
from tuireader.errors import NotFoundError, TuireaderError
from tuireader.library.transfer import backup, restore_backup
from tuireader.model.feed import LOCAL, Feed
from tuireader.store import articles, feeds
from tuireader.store.connection import Connection
from tuireader.urls.typed_and_shown import without_credentials

KEPT_FOR = timedelta(days=1)
"""Age after which a backup is deleted."""


def keep(c: Connection, feed: Feed, now: datetime) -> str:
    """Write a feed and its articles to a file; returns its name. Deletes older files; raises TuireaderError."""
    stem = f"{c.path.name}.unsubscribed"
    path = c.path.with_name(f"{stem}-{feed.id}.jsonl.gz")
    ids = articles.of_feed(c, feed.id)
    try:
        for old in c.path.parent.glob(f"{escape(stem)}-*"):
            if now.timestamp() - old.stat().st_mtime > KEPT_FOR.total_seconds():
                old.unlink(missing_ok=True)
        with (
            closing(backup.backup_rows(c, now, ids)) as rows,
            paths.written_whole(path) as part,
            gzip.open(part, "wt", compresslevel=1, encoding="utf-8") as file,
        ):
            for row in rows:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    except OSError as error:
        raise TuireaderError(f"Cannot write {path}: {error.strerror}.") from error
    return path.name


def restore(c: Connection, name: str, url: str, now: datetime) -> None:
    """Subscribe to a feed again, with all that its file holds; raises NotFoundError if that is gone."""
    path = c.path.with_name(Path(name).name)
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            restore_backup.restore(c, backup.lines_of(file), now)
    except (OSError, EOFError) as error:
        raise NotFoundError("The backup of this feed is gone.") from error
    there = feeds.followed(c, LOCAL, without_credentials(url)) or feeds.add(c, url, title="", site="", now=now)
    if there.url != url:  # a backup has no passwords
        feeds.record(c, replace(there, url=url))
    path.unlink(missing_ok=True)
