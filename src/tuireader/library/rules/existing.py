"""Rules and what is here already: what one would have caught, and doing and undoing it in steps that hold up nobody."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from tuireader.model.clock import utc_now
from tuireader.model.rule import Rule
from tuireader.store import articles, rules

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Mapping

    from tuireader.model.headline import Headline

LOOKED_BACK = timedelta(days=90)
"""How far back what a rule would have caught is looked for."""
_STEP = 300
"""Articles of one transaction: others that write wait for some 30 ms."""
_PAUSE = 0.005


class Preview(NamedTuple):
    """What a rule would have caught lately."""

    total: int
    newest: list[Headline]
    here: int = 0
    """How many articles it would catch of all that are here."""


def preview(c: sqlite3.Connection, rule: Rule, now: datetime, most: int) -> Preview:
    """What a rule would have caught in the last 90 days, with at most so many of the newest; nothing for no query."""
    if not rule.query.strip() and rule.feed_id is None and rule.folder_id is None:
        return Preview(0, [])
    query = rules.query_of(rule, since=now - LOOKED_BACK)
    here = articles.count(c, rules.query_of(rule))
    return Preview(articles.count(c, query), articles.window(c, query, 0, most), here)


def keep(c: sqlite3.Connection, rule: Rule, now: datetime) -> Rule:
    """Keep a rule: it is applied to what arrives from now on; gives it with its id."""
    return rules.add(c, rule, now)


def apply(c: sqlite3.Connection, rule: Rule, pause: Callable[[float], None] = time.sleep) -> int:
    """Do what a rule says with all that is here; how many articles that changed."""
    ids = articles.ids(c, rules.query_of(rule))
    changed = 0
    for start in range(0, len(ids), _STEP):
        if start:
            pause(_PAUSE)
        changed += len(rules.apply(c, rule, ids[start : start + _STEP]))
    return changed


def as_json(rule: Rule) -> dict[str, Any]:
    return asdict(rule) | {"until": rule.until.isoformat() if rule.until else None}


def bring_back(c: sqlite3.Connection, said: Mapping[str, Any], ids: Collection[int]) -> None:
    """Make a rule again of what `as_json` gave, and do again what it had done with articles."""
    until = datetime.fromisoformat(said["until"]) if said.get("until") else None
    rule = Rule(**{**said, "tags": tuple(said.get("tags") or ()), "until": until})
    rules.apply(c, rules.add(c, rule, utc_now()), ids)


def remove(c: sqlite3.Connection, rule: Rule, *, take_back: bool, pause: Callable[[float], None] = time.sleep) -> int:
    """Remove a rule, with all that it did where that is wanted; how many articles that was."""
    changed = 0
    while take_back and (step := rules.take_back(c, rule, _STEP)):
        changed += step
        pause(_PAUSE)
    rules.remove(c, rule.id)
    return changed
