"""Times as they are kept in columns: whole seconds since 1970, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import overload

from tuireader.store.row_values import number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_EARLIEST, _LATEST = -62_135_596_800, 253_402_300_799
"""Seconds of the years 1 to 9999, which are all that Python has."""


@overload
def seconds(moment: datetime) -> int: ...
@overload
def seconds(moment: None) -> None: ...
@overload
def seconds(moment: datetime | None) -> int | None: ...
def seconds(moment: datetime | None) -> int | None:
    """Whole seconds since 1970 of an aware datetime."""
    return None if moment is None else (moment - _EPOCH) // timedelta(seconds=1)


def moment(kept: object) -> datetime | None:
    """The datetime, in UTC, that was kept as seconds."""
    return None if kept is None else stamp(kept)


def stamp(kept: object) -> datetime:
    """The datetime, in UTC, of seconds that are always there."""
    return _EPOCH + timedelta(seconds=min(max(number(kept), _EARLIEST), _LATEST))
