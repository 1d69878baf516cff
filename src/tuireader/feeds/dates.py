"""Dates as feeds write them."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_YEAR_ZERO = re.compile(r"(?<!\d)0000(?![\d:])")
_EPOCH = re.compile(r"(\d{9,10})(?:\d{3})?(?:\.\d*)?")
_FIRST_YEAR, _LAST_YEAR = 1971, 9998
"""Years outside are mistakes: no date at all is written as year 1 or 1970, and the last leaves no room for zones."""


def parse_date(text: object) -> datetime | None:
    """Return the moment that `text` names, in UTC; None where it names none, or one before the web (1971).

    Without a zone it is taken for UTC.

    Reads ISO 8601 (RFC 3339, W3C), RFC 822 and seconds or milliseconds since 1970.
    """
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        text = f"{text:.0f}" if abs(text) < 1e15 else ""
    if not isinstance(text, str) or not 6 <= len(text.strip()) <= 100 or _YEAR_ZERO.search(text):
        return None
    text = text.strip()
    if found := _EPOCH.fullmatch(text):
        return _in_utc(datetime.fromtimestamp(int(found[1]), UTC))
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return _in_utc(read(text))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def from_tuple(fields: Sequence[int]) -> datetime | None:
    """Return the moment of a time tuple in UTC; None if it is none."""
    try:
        return _in_utc(datetime.fromtimestamp(calendar.timegm(tuple(fields)), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def _in_utc(moment: datetime) -> datetime | None:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
