"""Dates and ages as they are typed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

UNDERSTOOD = "2024-03-31, 2024-03, 2024, today, yesterday, 12h, 7d, 2w, 3m or 1y"
"""Examples for the user."""


_UNITS = {
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "m": timedelta(days=30),
    "y": timedelta(days=365),
}


def span(text: str, now: datetime) -> tuple[datetime, datetime]:
    """The first and the last second of a date, in UTC; raises ValueError.

    Reads ISO 8601, `today`, `yesterday`, a month, a year, or an age such as `7d`. Dates without a time are local. For
    a time or an age, both are the same moment.
    """
    text = text.lower()
    try:
        if text[-1:] in _UNITS and text[:-1].isdecimal():
            moment = now - int(text[:-1]) * _UNITS[text[-1]]
        elif (days := _days(text, now.astimezone().date())) is not None:
            first, following = (datetime.combine(day, time()).astimezone(UTC) for day in days)
            return first, following - timedelta(seconds=1)
        else:
            moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error
    return moment, moment


def _days(text: str, today: date) -> tuple[date, date] | None:
    """The first day of a day, month or year, and the first day after it; None if there is a time."""
    if text in ("today", "yesterday"):
        first = today - timedelta(days=text == "yesterday")
        return first, first + timedelta(days=1)
    if len(text) == 4 and text.isdecimal():
        return date(int(text), 1, 1), date(int(text) + 1, 1, 1)
    if len(text) == 7 and text[4] == "-" and (text[:4] + text[5:]).isdecimal():
        year, month = int(text[:4]), int(text[5:])
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    if len(text) <= len("2024-03-31"):
        return date.fromisoformat(text), date.fromisoformat(text) + timedelta(days=1)
    return None
