"""The commands remove, feeds, feed, refresh."""

from __future__ import annotations

import argparse
import sqlite3

from tuireader import startup_frame
from tuireader.cli import DONE, FAILED, USAGE, output
from tuireader.cli.output import NO_FEEDS, configuration, feed_row, put, put_json, say, table
from tuireader.cli.run import Run, opened_cache, run
from tuireader.errors import NotFoundError
from tuireader.library import rules
from tuireader.library.archiving import backfill
from tuireader.library.jobs import batching
from tuireader.library.reading import user_edits
from tuireader.library.reading.user_edits import OPTIONS, SELECTORS
from tuireader.library.subscribing import subscription
from tuireader.library.subscribing.subscription import unsubscribe
from tuireader.model.article import utc_now
from tuireader.model.feed import Feed, FeedSummary
from tuireader.store import accounts, folders, pruning, site_facts
from tuireader.store import feeds as store_feeds
from tuireader.tasks.feeds import Tally, complete, tend
from tuireader.tasks.feeds import refresh as refresh_feeds
from tuireader.tasks.task import ExpiryLimits
from tuireader.text.printable import printable
from tuireader.text.sentences import counted, ended
from tuireader.urls.typed_and_shown import without_credentials


def remove(arguments: argparse.Namespace) -> int:
    """Unsubscribe after a question; `--yes` skips it."""
    with opened_cache() as connection:
        feed = store_feeds.find(connection, arguments.feed)
        if not arguments.yes:
            total = next(row.total for row in store_feeds.summaries(connection) if row.feed.id == feed.id)
            question = f"Unsubscribe from {feed.name} and delete its {total} articles?"
            starred = store_feeds.starred(connection, feed.id)
            lost = f" {counted(starred, 'starred article')} will be lost." if starred else ""
            if (refused := output.refusal(question, f"To remove {feed.name} anyway", lost)) is not None:
                return refused
        removed = rules.with_rules(connection, feed)
        unsubscribe(connection, feed.id)
    startup_frame.forget()
    say(f"Unsubscribed from {removed}.")
    return DONE


def feeds(arguments: argparse.Namespace) -> int:
    with opened_cache() as connection:
        summaries = store_feeds.summaries(connection)
        there = folders.every(connection)
        called = {each.id: each.name for each in accounts.every(connection) if each.name}
    if arguments.json:
        names = {folder.id: folder.name for folder in there}
        for summary in summaries:
            feed = summary.feed
            put_json(feed_row(summary, names.get(feed.folder_id or 0), called.get(feed.account_id)))
        return DONE
    if not summaries:
        say(NO_FEEDS)
        return DONE
    titles = {folder.id: folder.title for folder in there}
    rows = [["ID", "UNREAD", "ALL", "DUE", *["FOLDER"] * bool(there), "FEED"]]
    for summary in summaries:
        *before, text = _feed_cells(summary)
        folder = printable(titles.get(summary.feed.folder_id or 0, ""))
        rows.append([*before, *[folder] * bool(there), text])
    for line in table(rows, right=frozenset({0, 1, 2})):
        put(line)
    return DONE


def _feed_cells(summary: FeedSummary) -> list[str]:
    feed = summary.feed
    if feed.is_of_account:
        due = "by account"
    elif feed.is_never_asked:
        due = "never"
    elif feed.due is None or feed.due <= utc_now():
        due = "now"
    else:
        due = feed.due.astimezone().strftime("%Y-%m-%d %H:%M")
    text = f"{printable(feed.name)}  {printable(without_credentials(feed.url))}"
    if feed.error:
        text += f"  ! {printable(feed.error)}"
    return [str(feed.id), str(summary.unread), str(summary.total), due, text]


def refresh(arguments: argparse.Namespace) -> int:
    """Fetch feeds that are due, or the named ones; with `--force` also those that are not due."""
    with opened_cache() as connection:
        if connection.is_read_only:
            say("Not refreshed: the database is read-only.")
            return FAILED
        chosen, mistakes = _chosen(connection, arguments.feeds)
    for mistake in mistakes:
        say(mistake)
    if mistakes and not chosen:
        return FAILED
    status = refresh_now(
        chosen,
        force=arguments.force,
        as_json=arguments.json,
        is_data=not arguments.quiet,
        is_quiet=arguments.quiet,
    )
    return status or (FAILED if mistakes else DONE)


def _chosen(connection: sqlite3.Connection, texts: list[str]) -> tuple[list[Feed], list[str]]:
    """The named feeds, or all that are requested here if none is named; and a message about each invalid name."""
    if not texts:
        every = store_feeds.current(connection)
        return [feed for feed in every if not (feed.holds_pages or feed.is_of_account)], []
    found: dict[int, Feed] = {}
    mistakes = []
    for text in texts:
        try:
            feed = store_feeds.find(connection, text)
        except NotFoundError as error:
            mistakes.append(str(error))
        else:
            if feed.is_of_account:
                mistakes.append(f"{feed.name} belongs to an account. Use: tuireader sync")
            else:
                found[feed.id] = feed
    return list(found.values()), mistakes


def refresh_now(
    chosen: list[Feed],
    *,
    force: bool,
    as_json: bool,
    is_data: bool = True,
    is_quiet: bool = False,
) -> int:
    """Refresh feeds and print the result of each; if `is_data` is False, only failures and the total.

    `is_quiet`, for timers: print only failures; excerpts are completed, and everything is indexed.
    """
    if not (chosen or as_json or is_quiet):
        with opened_cache() as connection:
            say(_none_to_ask(connection))
        return DONE
    config = configuration()
    tasks: list[Run] = [lambda on: refresh_feeds(on, Tally(chosen), force=force)] if chosen else []
    if is_quiet:
        ids = [feed.id for feed in chosen]
        tasks += [lambda on: complete(on, usual=config.full_text, of=ids), tend]
    return run(
        *tasks,
        as_json=as_json,
        is_data=is_data,
        is_quiet=is_quiet,
        prepare=batching.TO_REFRESH,
        expected=sum(feed.checked is None for feed in chosen),
        ends=ExpiryLimits(config.expire_after, config.expire_above),
    )


def _none_to_ask(c: sqlite3.Connection) -> str:
    is_synced = any(feed.is_of_account for feed in store_feeds.every(c))
    return "All feeds belong to accounts. Use: tuireader sync" if is_synced else NO_FEEDS


_KEYS = ("title", "folder", *OPTIONS)


def feed(arguments: argparse.Namespace) -> int:
    """Print a feed's details, after applying `--set`."""
    settings = [setting.partition("=")[::2] for setting in arguments.settings]
    mistake = next((said for key, value in settings if (said := _mistake(key.strip(), value.strip()))), "")
    if mistake:
        say(mistake)
        return USAGE
    with opened_cache() as connection:
        feed_id = store_feeds.find(connection, arguments.feed).id
        for key, value in settings:
            _set(connection, feed_id, key.strip(), value.strip())
        if any(key.strip() in SELECTORS for key, _ in settings) and site_facts.complete(connection, feed_id):
            say("Existing text is not changed. To fetch it again: tuireader download --again FEED")
        summary = next(row for row in store_feeds.summaries(connection) if row.feed.id == feed_id)
        names = {folder.id: folder.name for folder in folders.every(connection)}
        options = store_feeds.options(connection, feed_id)
        row = feed_row(summary, names.get(summary.feed.folder_id or 0)) | {name: options.get(name) for name in OPTIONS}
        row["gives"] = site_facts.learned(connection, feed_id).gives or None
        row["bytes"] = pruning.used_by(connection, feed_id)
        followed = site_facts.page_list_of(connection, feed_id)
        row["page"] = None if followed is None else "watched" if followed.followed == "page" else "list"
        row["archive"] = backfill.standing(site_facts.archive_of(connection, feed_id))
    if arguments.json:
        put_json(row)
        return DONE
    for name, value in row.items():
        if value is not None:
            put(printable(f"{name:<13} {value}"))
    return DONE


def _mistake(key: str, value: str) -> str:
    """The error of a setting as a sentence; "" if there is none."""
    if key not in _KEYS:
        return f"Unknown setting {printable(key)}. Settings: {', '.join(_KEYS)}."
    return user_edits.mistake(key, value)


def _set(c: sqlite3.Connection, feed_id: int, key: str, value: str) -> None:
    if key == "title":
        subscription.rename(c, feed_id, value)
    elif key == "folder":
        for sentence in subscription.put_into(c, feed_id, value):
            say(ended(sentence))
    else:
        subscription.set_option(c, feed_id, key, value or None)
