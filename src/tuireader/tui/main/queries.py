"""From one query to the next: what a key or a typed word makes of what is shown. Pure."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any, get_args

from tuireader.model.query import Order, Query

ORDERS: tuple[Order, ...] = get_args(Order)


def with_text(query: Query, text: str) -> Query:
    """Search for a text, the best matches first; without one the order is the usual one again."""
    order = query.order
    if text.strip() and not query.text.strip():
        order = "best"
    elif not text.strip() and order == "best":
        order = "newest"
    return replace(query, text=text, order=order)


def in_next_order(query: Query) -> Query:
    """Sort by the next of the orders that make sense: by best match only where there is a text to match."""
    orders = [order for order in ORDERS if order != "best" or query.text.strip()]
    return replace(query, order=orders[(orders.index(query.order) + 1) % len(orders)])


def with_only(query: Query, field: str, *keys: Hashable) -> Query:
    """A query with only these values of a field; what it leaves out of the field stays left out, but for these."""
    excluded = tuple(each for each in getattr(query, f"not_{field}") if each not in keys)
    return _with(query, field, keys, excluded)


def with_also(query: Query, field: str, key: Hashable, *, excluded: bool) -> Query:
    """A query in which a value of a field is chosen beside others, or left out; or no more, where it was."""
    chosen, left_out = getattr(query, field), getattr(query, f"not_{field}")
    others = tuple(each for each in chosen if each != key), tuple(each for each in left_out if each != key)
    if excluded:
        return _with(query, field, others[0], others[1] if key in left_out else (*left_out, key))
    return _with(query, field, others[0] if key in chosen else (*chosen, key), others[1])


def _with(query: Query, field: str, chosen: tuple[Hashable, ...], excluded: tuple[Hashable, ...]) -> Query:
    changed: dict[str, Any] = {field: chosen, f"not_{field}": excluded}
    return replace(query, **changed)
