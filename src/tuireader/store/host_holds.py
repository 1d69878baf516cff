"""Who asked not to be asked for a while: hosts, and single addresses, subscribed to or not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tuireader.store.row_values import sound
from tuireader.store.times import moment, seconds

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

SKEW = timedelta(minutes=5)
"""What was noted by a clock that has since been set back by more than this says nothing, here and of feeds."""


def hold(c: sqlite3.Connection, place: str, until: datetime, *, now: datetime) -> None:
    """Note that a host or an address is not to be asked before `until`; what is over is forgotten."""
    c.execute("DELETE FROM hold WHERE until <= ?", (seconds(now),))
    c.execute(
        "INSERT INTO hold (place, noted, until) VALUES (?, ?, ?)"
        " ON CONFLICT (place) DO UPDATE SET noted = excluded.noted, until = excluded.until",
        (sound(place), seconds(now), seconds(until)),
    )


def held_until(c: sqlite3.Connection, places: Sequence[str], now: datetime) -> datetime | None:
    """The time before which one of the places is not to be asked; None where that is past, or was never said."""
    (until,) = c.execute(
        f"SELECT max(until) FROM hold WHERE place IN ({', '.join('?' * len(places))}) AND until > ? AND noted <= ?",
        (*map(sound, places), seconds(now), seconds(now + SKEW)),
    ).fetchone()
    return moment(until)
