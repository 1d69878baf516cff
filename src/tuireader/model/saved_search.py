"""A search that is kept under a name."""

from __future__ import annotations

from typing import NamedTuple


class SavedSearch(NamedTuple):
    """A search, in the language of `store.typed_query`, and what the user calls it."""

    id: int
    name: str
    query: str
