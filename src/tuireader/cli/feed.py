"""The command about one feed: what is known of it, and its options."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, get_args

from tuireader.cli import DONE, USAGE, cache
from tuireader.cli.output import feed_row, put, put_json, say
from tuireader.library.archiving.messages import standing
from tuireader.library.subscribing import subscription
from tuireader.model.full_text import Mode
from tuireader.store import feeds as store_feeds
from tuireader.store import folders, pruning, site_facts
from tuireader.store.pruning import ABOVE, AFTER, QUIET
from tuireader.text.printable import printable

if TYPE_CHECKING:
    import sqlite3

_NUMBERS = (AFTER, ABOVE, pruning.DAYS, pruning.NEWEST)
_SELECTORS = (site_facts.TAKE, site_facts.DROP)
_KEYS = ("title", "folder", QUIET, *_NUMBERS, site_facts.MODE, *_SELECTORS)


def feed(arguments: argparse.Namespace) -> int:
    """Print what is known of a feed, after setting what is to be set."""
    settings = [setting.partition("=")[::2] for setting in arguments.settings]
    mistake = next((said for key, value in settings if (said := _mistake(key.strip(), value.strip()))), "")
    if mistake:
        say(mistake)
        return USAGE
    with cache.opened() as connection:
        feed_id = store_feeds.find(connection, arguments.feed).id
        for key, value in settings:
            _set(connection, feed_id, key.strip(), value.strip())
        if any(key.strip() in _SELECTORS for key, _ in settings) and site_facts.complete(connection, feed_id):
            say("Texts that are here stay as they are; to fetch them again: tuireader download --again FEED.")
        summary = next(row for row in store_feeds.summaries(connection) if row.feed.id == feed_id)
        names = {folder.id: folder.name for folder in folders.every(connection)}
        options = store_feeds.options(connection, feed_id)
        row = feed_row(summary, names.get(summary.feed.folder_id or 0)) | {
            name: options.get(name) for name in _KEYS[2:]
        }
        row["gives"] = site_facts.learned(connection, feed_id).gives or None
        row["bytes"] = pruning.used_by(connection, feed_id)
        followed = site_facts.page_list_of(connection, feed_id)
        row["page"] = None if followed is None else "watched" if followed.followed == "page" else "list"
        row["archive"] = standing(site_facts.archive_of(connection, feed_id))
    if arguments.json:
        put_json(row)
        return DONE
    for name, value in row.items():
        if value is not None:
            put(printable(f"{name:<13} {value}"))
    return DONE


def _mistake(key: str, value: str) -> str:
    """What is wrong with a setting, as a sentence; empty where nothing is."""
    if key not in _KEYS:
        return f"There is no option {printable(key)}; there are {', '.join(_KEYS)}."
    if key in _NUMBERS and value and not (value.isdecimal() and len(value) < 7):
        return f"{key} is a number, not {printable(value)}; 0 is for no end."
    for name, values in ((QUIET, ("yes", "no")), (site_facts.MODE, get_args(Mode))):
        if key == name and value not in (*values, ""):
            return f"{key} is {', '.join(values[:-1])} or {values[-1]}, not {printable(value)}."
    if key in _SELECTORS and value:
        from tuireader.library.reading.selectors import mistake

        return mistake(value)
    return ""


def _set(c: sqlite3.Connection, feed_id: int, key: str, value: str) -> None:
    if key == "title":
        subscription.rename(c, feed_id, value)
    elif key == "folder":
        subscription.put_into(c, feed_id, value)
    else:
        subscription.set_option(c, feed_id, key, value or None)
