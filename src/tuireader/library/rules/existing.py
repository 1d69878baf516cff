"""Rules and what is here already: what one would have caught, and doing and undoing it in steps that hold up nobody."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from tuireader.store import articles, rules

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from datetime import datetime

    from tuireader.model.headline import Headline
    from tuireader.model.rule import Rule

LOOKED_BACK = timedelta(days=90)
"""How far back what a rule would have caught is looked for."""
_STEP = 300
"""Articles of one transaction: others that write wait for some 30 ms."""
_PAUSE = 0.005


class Preview(NamedTuple):
    """What a rule would have caught lately."""

    total: int
    newest: list[Headline]


def preview(c: sqlite3.Connection, rule: Rule, now: datetime, most: int) -> Preview:
    """What a rule would have caught in the last 90 days, with at most so many of the newest; nothing for no query."""
    if not rule.query.strip() and rule.feed_id is None and rule.folder_id is None:
        return Preview(0, [])
    query = rules.query_of(rule, since=now - LOOKED_BACK)
    return Preview(articles.count(c, query), articles.window(c, query, 0, most))


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


def remove(c: sqlite3.Connection, rule: Rule, *, take_back: bool, pause: Callable[[float], None] = time.sleep) -> int:
    """Remove a rule, with all that it did where that is wanted; how many articles that was."""
    changed = 0
    while take_back and (step := rules.take_back(c, rule, _STEP)):
        changed += step
        pause(_PAUSE)
    rules.remove(c, rule.id)
    return changed
