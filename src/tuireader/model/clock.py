"""The time now, and what gives it: whoever needs the time is given a clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the time now, as an aware datetime in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
