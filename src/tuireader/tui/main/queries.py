"""From one query to the next: what a key or a typed word makes of what is shown. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

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
