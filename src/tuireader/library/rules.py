"""Rules and their effects on articles; and removing articles, or marking them read, by age."""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar

from tuireader.content.dom import sanitize
from tuireader.library.jobs import cache_gateway
from tuireader.model.article import Headline, utc_now
from tuireader.model.feed import LOCAL, Feed, Folder, Refreshed, Saved
from tuireader.model.query import Query, Rule
from tuireader.store import accounts, feeds, folders, pruning, rules, status_outbox, statuses, ui_state
from tuireader.store.pruning import Limits
from tuireader.store.queries import article_lists, query_language, search
from tuireader.store.queries.query_language import understand
from tuireader.store.row_values import name_key
from tuireader.text.sentences import counted, listed

PREVIEW_AGE = timedelta(days=90)
"""Maximum age of the articles shown in a preview."""
_BATCH_SIZE = 300
"""Articles of one transaction: other writers wait some 30 ms."""
_BATCH_INTERVAL = 0.005


class Preview(NamedTuple):
    """What a rule would have matched lately."""

    total: int
    newest: list[Headline]
    here: int = 0
    """Number of all matching articles in the cache, of any age."""


def preview(c: sqlite3.Connection, rule: Rule, now: datetime, most: int) -> Preview:
    """Count the articles that a rule would have matched in the last 90 days; with the `most` newest as examples."""
    if not rule.query.strip() and rule.feed_id is None and rule.folder_id is None:
        return Preview(0, [])
    ever = rules.query_of(rule)
    lately = replace(ever, since=now - PREVIEW_AGE)
    newest = [headline for query in _also_hidden(lately) for headline in article_lists.window(c, query, 0, most)]
    newest.sort(key=lambda headline: headline.date, reverse=True)
    total, here = (sum(article_lists.count(c, query) for query in _also_hidden(query)) for query in (lately, ever))
    return Preview(total, newest[:most], here)


def _also_hidden(query: Query) -> tuple[Query, Query]:
    """A query, and that for the hidden articles that match it."""
    return query, replace(query, text=f"{query.text} is:hidden ")


def keep(c: sqlite3.Connection, rule: Rule, now: datetime) -> Rule:
    """Save a rule for new articles; returns it with its id. Raises QueryError."""
    return rules.add(c, rule, now)


def change(c: sqlite3.Connection, rule: Rule) -> None:
    """Replace the rule of the same id for new articles; raises QueryError, NotFoundError if its feed is gone."""
    if rule.feed_id is not None:
        feeds.get(c, rule.feed_id)
    if rule.folder_id is not None:
        folders.get(c, rule.folder_id)
    rules.change(c, rule)


def apply_again(c: sqlite3.Connection, rule: Rule) -> int:
    """Undo the effects of a rule, and apply it to all existing articles; returns how many changed."""
    while rules.take_back(c, rule, _BATCH_SIZE):
        time.sleep(_BATCH_INTERVAL)
    return apply(c, rule)


def index_for(c: sqlite3.Connection, rule: Rule, pause: Callable[[float], None] = time.sleep) -> None:
    """Index the pending articles, in short transactions, if a rule searches for words, which would miss them."""
    if rules.is_about_words(rule.query) and search.waiting(c):
        while search.index_some(c, sanitize.plain_text, _BATCH_SIZE):
            pause(_BATCH_INTERVAL)


def apply(c: sqlite3.Connection, rule: Rule, pause: Callable[[float], None] = time.sleep) -> int:
    """Apply a rule to all existing articles; returns how many changed."""
    index_for(c, rule, pause)
    ids = article_lists.ids(c, rules.query_of(rule))
    changed = 0
    for start in range(0, len(ids), _BATCH_SIZE):
        if start:
            pause(_BATCH_INTERVAL)
        changed += len(rules.apply(c, rule, ids[start : start + _BATCH_SIZE]))
    return changed


def as_json(c: sqlite3.Connection, rule: Rule) -> dict[str, Any]:
    """A rule as JSON types for `bring_back`, with name and account of its folder, which may need recreating."""
    folder = None if rule.folder_id is None else folders.get(c, rule.folder_id)
    named = {"folder": folder.name, "account": folder.account_id} if folder else {}
    return asdict(rule) | {"until": rule.until.isoformat() if rule.until else None} | named


def done_by(c: sqlite3.Connection, rule: Rule) -> dict[str, list[int]]:
    """The effects of a rule, for `bring_back`: ids of articles by their effects, which are bit flags as text."""
    found = defaultdict(list)
    for id_, bits in rules.done_by(c, rule).items():
        found[str(bits)].append(id_)
    return found


def bring_back(c: sqlite3.Connection, said: Mapping[str, Any], did: Mapping[str, Collection[int]]) -> None:
    """Recreate a rule from `as_json` (`said`), and repeat its effects from `done_by` (`did`).

    Raises NotFoundError if its feed or account no longer exists.
    """
    facts = dict(said)
    folder, account = facts.pop("folder", ""), facts.pop("account", LOCAL)
    if (feed_id := facts.get("feed_id")) is not None:
        feeds.get(c, feed_id)
    if (folder_id := facts.get("folder_id")) is not None and all(each.id != folder_id for each in folders.every(c)):
        accounts.get(c, account)
        facts["folder_id"] = folders.add(c, folder, account_id=account).id
    until = datetime.fromisoformat(facts["until"]) if facts.get("until") else None
    rule = Rule(**{**facts, "tags": tuple(facts.get("tags") or ()), "until": until})
    rules.redo(c, rules.add(c, rule, utc_now()), {id_: int(bits) for bits, ids in did.items() for id_ in ids})


def remove(c: sqlite3.Connection, rule: Rule, *, take_back: bool, pause: Callable[[float], None] = time.sleep) -> int:
    """Remove a rule, and undo its effects if `take_back`; returns on how many articles they were undone."""
    changed = 0
    while take_back and (step := rules.take_back(c, rule, _BATCH_SIZE)):
        changed += step
        pause(_BATCH_INTERVAL)
    rules.remove(c, rule.id)
    return changed


Brought = TypeVar("Brought")


def apply_to_new(c: sqlite3.Connection, brought: Sequence[Brought], now: datetime) -> list[Brought]:
    """Apply all rules to new articles, except pruned ones that are back; returns outcomes without hidden ones."""
    saved = [each.saved for each in brought if isinstance(each, Refreshed)]
    new = [id_ for each in saved for id_ in each.new if id_ not in each.back]
    if not new:
        return [*brought]
    words = {id_: some for each in saved for id_, some in zip(each.new, each.words, strict=False)}
    caught = rules.caught(c, rules.in_force(c, now), new, words)
    rules.apply_all(c, caught, status_outbox.undated)  # whatever the user has done elsewhere is newer
    hidden = {id_ for rule, ids in caught if rule.hide for id_ in ids}
    return [_without(each, hidden) for each in brought]


def _without(each: Brought, hidden: set[int]) -> Brought:
    if not isinstance(each, Refreshed) or not (hidden or each.saved.words):
        return each
    new = tuple(id_ for id_ in each.saved.new if id_ not in hidden)
    return replace(each, saved=Saved(new, each.saved.changed))


def look_at_words(c: sqlite3.Connection, now: datetime) -> bool:
    return rules.looks_at_words(rules.in_force(c, now))


def with_rules(c: sqlite3.Connection, feed: Feed) -> str:
    """The name of a feed being removed, with the number of its rules, which go with it."""
    count = len(rules.of_feed(c, feed.id))
    return f"{feed.name} (with {counted(count, 'rule')} for it)" if count else feed.name


def follow_folders(c: sqlite3.Connection, before: Iterable[Feed]) -> list[str]:
    """Let rules and saved searches follow when all feeds of a folder have moved; returns messages for the user.

    `before` are feeds with their former folders. The new folder is the one of the same name in an account that any of
    the feeds went to; else the one that all of them went to, if it has no other feeds and is not that of an account's
    unfiled feeds. A restored rule for such unfiled feeds is assigned when the account is here.
    """
    said = []
    filed = {feed.id: feed.folder_id for feed in feeds.every(c)}
    every = {folder.id: folder for folder in folders.every(c)}
    keys = [name_key(each.name) for each in every.values()]
    by_folder = defaultdict(set)
    for feed in before:
        by_folder[feed.folder_id].add(feed.id)
    ruled, full = {rule.folder_id for rule in rules.every(c)}, set(filed.values())
    left = [id_ for id_ in by_folder if id_ is not None and id_ not in full]
    named = _named_folders(c) if left else set()
    for old in [id_ for id_ in left if id_ in ruled or name_key(every[id_].name) in named]:
        name, ids = every[old].name, by_folder[old]
        to = _namesake(old, ids, filed, every) or _new_folder(ids, filed, folders.unfiled(c))
        if to is not None:
            if name_key(every[to].name) != name_key(name):
                follow = f"Moved all feeds and the rule from “{name}” to “{every[to].name}”"
                said += [f"{follow}: {rule.said}" for rule in rules.of_folders(c, [old])]
            rules.move_to(c, old, to)
            if keys.count(name_key(name)) == keys.count(name_key(every[to].name)) == 1:  # a name of two says of neither
                query_language.follow(c, "folder", {name_key(name): [every[to].name]})
        else:
            said += [f"Folder “{name}” is empty, but has a rule: {rule.said}" for rule in rules.of_folders(c, [old])]
        said += _finding_none(c, name)
    waiting = {rule.folder_id for rule in rules.every(c)}.difference(filed.values(), by_folder)
    for empty in (each for each in every.values() if each.id in waiting and each.account_id == LOCAL):
        alike = _alike(empty.name, filed, every)
        if len(alike) == 1 and alike[0].id in folders.unfiled(c):
            rules.move_to(c, empty.id, alike[0].id)
            said += [f"Rule moved to “{alike[0].title}”: {rule.said}" for rule in rules.of_folders(c, [alike[0].id])]
    return said


_Filed = dict[int, "int | None"]
"""The folder id of each feed, by feed id; None: no folder."""


def _alike(name: str, filed: _Filed, every: Mapping[int, Folder]) -> list[Folder]:
    """The folders of a name that have feeds."""
    with_feeds = [every[id_] for id_ in set(filed.values()) if id_ is not None]
    return [folder for folder in with_feeds if name_key(folder.name) == name_key(name)]


def _namesake(old: int, ids: Collection[int], filed: _Filed, every: Mapping[int, Folder]) -> int | None:
    """The only folder of this name in another account that any of the feeds went to; else None."""
    ways = {every[to].account_id for id_ in ids if (to := filed.get(id_)) is not None} - {every[old].account_id}
    found = [folder.id for folder in _alike(every[old].name, filed, every) if folder.account_id in ways]
    return found[0] if len(found) == 1 else None


def _new_folder(ids: Collection[int], filed: _Filed, unfiled: Collection[int]) -> int | None:
    """The folder that all of the feeds went to, if it has no others; else None."""
    ways = {filed[id_] for id_ in ids if id_ in filed}
    to = ways.pop() if len(ways) == 1 else None
    others = {id_ for id_, folder in filed.items() if folder == to}.difference(ids)
    return None if to in unfiled or others else to


def folders_of_rules(c: sqlite3.Connection) -> dict[str, list[Any]]:
    """Name and account of the folder of each rule that is for a folder, in JSON types."""
    of = {rule.id: folders.get(c, rule.folder_id) for rule in rules.every(c) if rule.folder_id is not None}
    return {str(id_): [folder.name, folder.account_id] for id_, folder in of.items()}


def rule_moves(c: sqlite3.Connection, before: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """The folders of rules before and after a change; `before` is from `folders_of_rules`.

    By rule id: former name and account, then the present ones.
    """
    after = folders_of_rules(c)
    return {id_: [*before[id_], *after[id_]] for id_ in before.keys() & after.keys()}


@contextmanager
def undo_rule_moves(c: sqlite3.Connection, moves: Mapping[str, Sequence[Any]]) -> Iterator[None]:
    """Assign rules to their former folders again after the block, which moves the feeds back.

    `moves` is from `rule_moves`. A rule that is no longer for its later folder stays.
    """
    now = folders_of_rules(c)
    yield
    for id_, (name, account, *after) in moves.items():
        if now.get(id_) == after:
            rules.assign(c, int(id_), folders.add(c, name, account_id=account).id)


def without_feeds(c: sqlite3.Connection, some: Iterable[Rule]) -> list[str]:
    """Messages about those of the given rules whose folder has no feeds."""
    filed = {feed.folder_id for feed in feeds.every(c)}
    return [
        f"Folder “{folders.get(c, rule.folder_id).name}” is empty, but has a rule: {rule.said}"
        for rule in some
        if rule.folder_id is not None and rule.folder_id not in filed
    ]


def feeds_of_rules(c: sqlite3.Connection) -> dict[int, set[int]]:
    """The ids of the feeds in each rule's folder, by rule id, for rules that are for a folder."""
    every = feeds.every(c)
    by_folder = [(rule, rule.folder_id) for rule in rules.every(c) if rule.folder_id is not None]
    return {rule.id: {feed.id for feed in every if feed.folder_id == folder} for rule, folder in by_folder}


def without_rules(c: sqlite3.Connection, before: Mapping[int, Collection[int]]) -> list[str]:
    """Messages about feeds that have left the folders of rules since `before`, from `feeds_of_rules`."""
    here, said = {feed.id: feed.name for feed in feeds.every(c)}, []
    for rule_id, now in feeds_of_rules(c).items():
        left = [here[id_] for id_ in sorted(set(before.get(rule_id, ())) - now) if id_ in here]
        if left and now:  # else it was said that nothing is there
            rule = rules.get(c, rule_id)
            folder = folders.get(c, rule.folder_id or 0).name
            said.append(f"The rule of folder “{folder}” ({rule.said}) no longer applies to: {listed(left)}")
    return said


def _named_folders(c: sqlite3.Connection) -> set[str]:
    """The keys of the folder names in saved searches and rules."""
    queries = [*(each.query for each in ui_state.searches(c)), *(each.query for each in rules.every(c))]
    named = [each for query in queries for each in understand(query).named if each.field == "folder"]
    return {name_key(name) for each in named for name in each.names}


def _finding_none(c: sqlite3.Connection, folder: str) -> list[str]:
    """Messages about saved searches and rules that name this folder, if no folder of that name has feeds."""
    queries = [(f"Saved search “{each.name}”", each.query) for each in ui_state.searches(c)]
    queries += [(f"Rule {each.id}", each.query) for each in rules.every(c)]
    return [
        f"{what} refers to the empty folder “{name}”."
        for what, query in queries
        for named in understand(query).named
        if named.field == "folder"
        for name in named.names
        if name_key(name) == name_key(folder) and not folders.feeds_in(c, name, whole=named.is_whole)
    ]


_PRUNE_BATCH_SIZE = 500
"""Articles of one transaction."""


class PrunePlan(NamedTuple):
    """The articles that pruning would remove, and the space that they take."""

    ids: tuple[int, ...]
    feeds: int
    size: int
    """Approximate bytes."""

    @property
    def said(self) -> str:
        where = f" of {counted(self.feeds, 'feed')}" if self.feeds > 1 else ""
        return f"{counted(len(self.ids), 'article')}{where}, {in_megabytes(self.size)}"


def in_megabytes(size: int) -> str:
    """A number of bytes as text, in kB or MB."""
    if size < 100_000:
        return f"{size / 1000:,.0f} kB"
    return f"{size / 1_000_000:,.1f} MB" if size < 100_000_000 else f"{size / 1_000_000:,.0f} MB"


def plan_pruning(c: sqlite3.Connection, now: datetime, limits: Limits) -> PrunePlan:
    """Plan the removal of articles beyond the limits: only read ones, neither starred nor tagged."""
    found = pruning.prunable(c, now, limits)
    ids = tuple(each.id for each in found)
    return PrunePlan(ids, len({each.feed_id for each in found}), sum(each.size for each in found))


async def prune(cache: cache_gateway.Cache, ids: Sequence[int]) -> AsyncGenerator[int, None]:
    """Remove articles in batches, in order; yields how many are removed so far.

    Ending the iteration leaves the rest.
    """
    done = 0
    for start in range(0, len(ids), _PRUNE_BATCH_SIZE):
        done += await cache.take(partial(pruning.prune, ids=ids[start : start + _PRUNE_BATCH_SIZE]))
        yield done


async def shrink_file(cache: cache_gateway.Cache) -> int:
    """Shrink the cache file by rebuilding it; returns the number of bytes freed.

    Needs as much free disk space as the new file takes. Raises BusyError if another program locks the cache.
    """
    before, whole = _takes(cache), True
    while await cache.take(partial(search.merge_some, whole=whole)):  # the index leaves out what was removed
        whole = False
    await cache.take(_vacuum)
    return max(0, before - _takes(cache))


def _takes(cache: cache_gateway.Cache) -> int:
    log = cache.path.with_name(f"{cache.path.name}-wal")
    return sum(each.stat().st_size for each in (cache.path, log) if each.exists())


def _vacuum(c: sqlite3.Connection) -> None:
    c.execute("VACUUM")
    c.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def expire(
    c: sqlite3.Connection, now: datetime, after: int, above: int, pause: Callable[[float], None] = time.sleep
) -> int:
    """Mark articles read if older than `after` days, or beyond the `above` newest of a feed; returns how many.

    Done in short transactions; 0: no limit.
    """
    marking = statuses.Marking(pruning.expired(c, now, after=after, above=above), read=True, is_unasked=True)
    count = len(marking.left)
    while count and marking.step(c):
        pause(marking.PAUSE)
    return count
