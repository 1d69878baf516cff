"""The commands rules and searches."""

from __future__ import annotations

import argparse
import shlex
import sqlite3
from collections.abc import Callable
from typing import Any

from tuireader.cli import DONE, USAGE
from tuireader.cli import run as cli_run
from tuireader.cli.output import put, put_json, say
from tuireader.library import rules as library_rules
from tuireader.library.reading import user_edits
from tuireader.library.refreshing.upkeep import BEFORE_SEARCH, index_for
from tuireader.model.article import utc_now
from tuireader.model.query import TAGS_MAX, Rule
from tuireader.store import feeds, folders, ui_state
from tuireader.store import rules as store_rules
from tuireader.store.queries import article_lists
from tuireader.store.queries.query_language import understand
from tuireader.tasks.task import utc
from tuireader.text.printable import printable
from tuireader.text.sentences import counted

_SHOWN = 10
"""Headlines in the preview of a rule."""


def rules(arguments: argparse.Namespace) -> int:
    """List the rules, or try, add, apply or remove one."""
    run: Callable[[sqlite3.Connection, argparse.Namespace], int] = _list
    if arguments.try_ is not None:
        run = _try
    elif arguments.add is not None:
        run = _add
    elif arguments.remove is not None:
        run = _remove
    elif arguments.apply:
        run = _apply
    mistake = _mistake(arguments)
    if mistake:
        say(mistake)
        return USAGE
    with cli_run.opened_cache() as connection:
        return run(connection, arguments)


def _mistake(arguments: argparse.Namespace) -> str:
    """The error of a combination of options as a sentence; "" if there is none."""
    about = (arguments.hide, arguments.read, arguments.star, arguments.keep, arguments.tag, arguments.until)
    if arguments.add is not None and not arguments.add.strip() and not (arguments.feed or arguments.folder):
        return "A rule needs a query, a feed or a folder."
    if any(about) and arguments.add is None:
        return "Actions such as --hide need --add QUERY."
    if arguments.leave and arguments.remove is None:
        return "--leave needs --remove ID."
    if any(not name.strip() for name in arguments.tag):
        return "A tag needs a name."
    if len(arguments.tag) > TAGS_MAX:
        return f"A rule has at most {TAGS_MAX} tags: add another rule for the rest."
    return ""


def _list(c: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    counts = store_rules.counts(c)
    there = store_rules.every(c)
    for rule in there:
        row = _row(c, rule) | {"caught": counts.get(rule.id, 0)}
        if arguments.json:
            put_json(row)
        else:
            put(printable(f"{rule.id:>4}  {_said(c, rule)} ({counted(row['caught'], 'article')})"))
    if not there and not arguments.json:
        say("No rules. Add one with: tuireader rules --add QUERY --hide")
    return DONE


def _try(c: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    rule = _asked(c, arguments, arguments.try_)
    library_rules.index_for(c, rule)
    found = library_rules.preview(c, rule, utc_now(), _SHOWN)
    if arguments.json:
        put_json(_row(c, rule) | {"caught": found.total, "newest": [each.id for each in found.newest]})
        return DONE
    total = counted(found.total, "article")
    put(f"{total} in the last {library_rules.PREVIEW_AGE.days} days")
    for headline in found.newest:
        put(printable(f"{headline.id:>6}  {headline.date:%Y-%m-%d}  {headline.feed_title} · {headline.title}"))
    return DONE


def _add(c: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    rule = _asked(c, arguments, arguments.add)
    if mistakes := understand(rule.query).mistakes:
        say(mistakes[0])
        return USAGE
    if not rule.actions:
        say("The rule has no action: add --hide, --read, --star, --keep or --tag NAME.")
        return USAGE
    rule = store_rules.same(c, rule) or library_rules.keep(c, rule, utc_now())
    changed = library_rules.apply(c, rule) if arguments.apply else None
    if arguments.json:
        put_json(_row(c, rule) | {"caught": changed or 0})
        return DONE
    said = "Applies to new articles; use --apply for existing ones."
    if changed is not None:
        said = f"Applied to {counted(changed, 'existing article')}."
    say(f"Rule {rule.id}: {_said(c, rule)}. {said}")
    return DONE


def _apply(c: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    for rule in store_rules.in_force(c, utc_now()):
        changed = library_rules.apply(c, rule)
        if arguments.json:
            put_json(_row(c, rule) | {"caught": changed})
        else:
            put(printable(f"{rule.id:>4}  {_said(c, rule)} ({counted(changed, 'article')} changed)"))
    return DONE


def _remove(c: sqlite3.Connection, arguments: argparse.Namespace) -> int:
    rule = store_rules.get(c, arguments.remove)
    changed = library_rules.remove(c, rule, take_back=not arguments.leave)
    if arguments.json:
        put_json(_row(c, rule) | {"caught": changed})
    else:
        done = f"Its changes to {counted(changed, 'article')} were undone."
        if arguments.leave:
            done = f"Its changes were kept{', except for keeping articles unread' if rule.keep else ''}."
        say(f"Deleted rule {rule.id}. {done}")
    return DONE


def _asked(c: sqlite3.Connection, arguments: argparse.Namespace, query: str) -> Rule:
    feed = feeds.find(c, arguments.feed).id if arguments.feed else None
    folder = folders.find(c, arguments.folder).id if arguments.folder else None
    return Rule(
        query,
        hide=arguments.hide,
        read=arguments.read,
        star=arguments.star,
        keep=arguments.keep,
        tags=tuple(arguments.tag),
        feed_id=feed,
        folder_id=folder,
        until=arguments.until,
    )


def _said(c: sqlite3.Connection, rule: Rule) -> str:
    place = None if rule.feed_id is None else feeds.get(c, rule.feed_id).name
    if rule.folder_id is not None:
        place = next(each.title for each in folders.every(c) if each.id == rule.folder_id)
    where = f" in “{place}”" if place else ""
    until = f", until {rule.until.astimezone():%Y-%m-%d %H:%M}" if rule.until else ""
    return f"{rule.said or 'nothing'}: {rule.query or 'everything'}{where}{until}"


def _row(c: sqlite3.Connection, rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        **rule.as_row(),
        "feed": None if rule.feed_id is None else feeds.get(c, rule.feed_id).name,
        "folder": None if rule.folder_id is None else folders.get(c, rule.folder_id).name,
        "until": utc(rule.until),
    }


def searches(arguments: argparse.Namespace) -> int:
    """List the saved searches, or add or remove one."""
    with cli_run.opened_cache() as connection:
        if arguments.add:
            name, query = arguments.add
            if not name.strip() or not query.strip():
                say("A saved search needs a name and a query.")
                return USAGE
            if mistakes := understand(query).mistakes:
                say(mistakes[0])
                return USAGE
            before = user_edits.named(connection, name)
            kept = user_edits.save_search(connection, printable(name), query)
            said = f"Saved “{kept.name}”. Use it with: tuireader list --saved {shlex.quote(kept.name)}"
            say(said if before is None else f"{said}. Replaced: {before.query}")
            return DONE
        if arguments.remove:
            found = ui_state.find_search(connection, arguments.remove)
            user_edits.remove(connection, found.id)
            say(f"Deleted “{printable(found.name)}”.")
            return DONE
        there = ui_state.searches(connection)
        if there:
            index_for(connection, BEFORE_SEARCH)
        for each in there:
            counts = article_lists.count_unread(connection, user_edits.query_of(each))
            if arguments.json:
                put_json({"name": each.name, "query": each.query, "articles": counts[0], "unread": counts[1]})
            else:
                put(printable(f"{each.name}  {each.query}  ({counts[1]} unread of {counts[0]})"))
        if not there and not arguments.json:
            say("No saved searches. Add one with: tuireader searches --add NAME QUERY")
    return DONE
