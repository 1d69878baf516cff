"""Rules are applied to what arrives in the transaction that saves it: nobody ever sees what they hide."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from tuireader.model.feed import Refreshed, Saved
from tuireader.store import rules

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

Brought = TypeVar("Brought")


def apply_to_new(c: sqlite3.Connection, brought: Sequence[Brought], now: datetime) -> list[Brought]:
    """Apply all rules to what was just saved for several feeds; gives the same without what is hidden now."""
    saved = [each.saved for each in brought if isinstance(each, Refreshed)]
    new = [id_ for each in saved for id_ in each.new]
    if not new:
        return [*brought]
    words = {id_: some for each in saved for id_, some in zip(each.new, each.words, strict=False)}
    hidden: set[int] = set()
    for rule, ids in rules.caught(c, rules.in_force(c, now), new, words):
        rules.apply(c, rule, ids)
        hidden.update(ids if rule.hide else ())
    return [_without(each, hidden) for each in brought]


def _without(each: Brought, hidden: set[int]) -> Brought:
    if not isinstance(each, Refreshed) or not (hidden or each.saved.words):
        return each
    new = tuple(id_ for id_ in each.saved.new if id_ not in hidden)
    return replace(each, saved=Saved(new, each.saved.changed))


def look_at_words(c: sqlite3.Connection, now: datetime) -> bool:
    return rules.looks_at_words(rules.in_force(c, now))
