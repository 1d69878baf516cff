"""Rows of the sidebar: one, and as many as there are names, of which each is made when it is asked for."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Hashable, Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple, overload


class Choice(NamedTuple):
    """A row of the sidebar."""

    key: Hashable
    """What choosing it means to its list."""
    name: str
    unread: int | None = None
    """None where none are counted, or while that is not known yet."""
    total: int | None = None
    """None while it is not known yet."""
    failed: bool = False
    """Marked: there is something to say about it."""
    is_nameless: bool = False
    """It stands for the articles without a name of this kind: drawn dimmer, below all others."""


class Table(NamedTuple):
    """What rows are made of, in columns: tens of thousands of objects would take megabytes."""

    keys: Sequence[Hashable]
    """What choosing each row means to its list."""
    names: Sequence[str]
    unread: array[int]
    totals: array[int]
    failed: Collection[int] = frozenset()
    """The places of rows that are marked."""
    nameless: int = -1
    """The place of the row that stands for what has no name."""
    nameless_as: str = ""
    """What that row is called."""

    def row(self, place: int) -> Choice:
        """The row at a place, made now."""
        is_nameless = place == self.nameless
        return Choice(
            self.keys[place],
            self.nameless_as if is_nameless else self.names[place],
            self.unread[place],
            self.totals[place],
            failed=place in self.failed,
            is_nameless=is_nameless,
        )


class Choices(Sequence[Choice]):
    """Rows of a table in some order, with a few others above them."""

    def __init__(self, table: Table, order: Sequence[int], above: tuple[Choice, ...] = ()) -> None:
        """`order` are places in the table."""
        self._table = table
        self.order = order
        self._above = above

    def __len__(self) -> int:
        return len(self._above) + len(self.order)

    @overload
    def __getitem__(self, index: int) -> Choice: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Choice]: ...

    def __getitem__(self, index: int | slice) -> Choice | Sequence[Choice]:
        """A row, made now."""
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        at = index if index >= 0 else len(self) + index
        if at < len(self._above):
            return self._above[at]
        return self._table.row(self.order[at - len(self._above)])

    def __iter__(self) -> Iterator[Choice]:
        return (self[at] for at in range(len(self)))

    def place_of(self, key: Hashable) -> int | None:
        """Where a row is; None where it is not. No row is made for it."""
        with suppress(ValueError):
            return [each.key for each in self._above].index(key)
        with suppress(ValueError):
            return len(self._above) + self.order.index(self._table.keys.index(key))
        return None

    def keys(self) -> Iterator[Hashable]:
        """What choosing each row means."""
        yield from (each.key for each in self._above)
        keys = self._table.keys
        for place in self.order:
            yield keys[place]


def keys_of(rows: Sequence[Choice]) -> Iterator[Hashable]:
    """What choosing each row means; no row is made for it where that can be."""
    return rows.keys() if isinstance(rows, Choices) else (row.key for row in rows)


def place_of(rows: Sequence[Choice], key: Hashable) -> int | None:
    """Where a row is; None where it is not."""
    if isinstance(rows, Choices):
        return rows.place_of(key)
    return next((place for place, row in enumerate(rows) if row.key == key), None)
