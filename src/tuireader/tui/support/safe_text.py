"""Makes untrusted text safe for widgets (no markup, no control characters), and fits it into cells.

Textual parses a `str` as markup in many places, where `[@click=app.quit]` runs an action and `[/red]` raises; a
`Content` is never parsed. All untrusted text reaches widgets through this module.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from tuireader.text import bidi
from tuireader.text.printable import printable, printable_block
from tuireader.text.sentences import ended
from tuireader.text.wrap import fitting, wrap
from tuireader.urls import typed_and_shown


def plain(text: str, style: Style | str = "") -> Content:
    return Content.styled(printable(text), style) if style else Content(printable(text))


def block(text: str, style: Style | str = "") -> Content:
    return Content.styled(printable_block(text), style) if style else Content(printable_block(text))


def joined(*parts: str | Content | tuple[str, str]) -> Content:
    """Join pieces: text as is, (text, style) pairs, and contents."""
    pieces = [
        part if isinstance(part, Content) else plain(*((part,) if isinstance(part, str) else part)) for part in parts
    ]
    return Content("").join(pieces)


def error_line(sentence: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """The (text, style) pairs of an error in a dialog, for `joined`."""
    return ("! ", "$alarm"), (ended(sentence), "$ink")


_MESSAGE_MAX = 2_000
"""Maximum characters of a notification."""


def copy_address(widget: Widget, url: str) -> None:
    widget.app.copy_to_clipboard(printable(url))
    toast(widget, f"Copied {typed_and_shown.shown_address(url)}")


def toast(
    widget: Widget,
    message: str,
    *,
    title: str = "",
    severity: Literal["information", "warning", "error"] = "information",
    timeout: float | None = None,
    beside: bool = False,
) -> None:
    """Show a notification without markup, replacing earlier ones, or `beside` them."""
    if not beside:
        widget.app.clear_notifications()
    message = message if len(message) <= _MESSAGE_MAX else f"{message[:_MESSAGE_MAX]}…"
    if severity != "information":
        message = ended(message)
    widget.notify(printable(message), title=printable(title), severity=severity, timeout=timeout, markup=False)


ELLIPSIS = "…"


_PER_CELL = 20
"""Characters in a cell, at most: a letter, its marks, and what joins it."""


def cut(text: str, width: int) -> str:
    whole, text = text, text[: _PER_CELL * (width + 1)]
    if len(text) == len(whole) and cell_len(text) <= width:
        return text
    if width <= 1:
        return ELLIPSIS[:width]
    kept = fitting(text, width - 1)
    short = text[:kept].rstrip() + ELLIPSIS
    # The two measures differ for a few clusters; the widget's own decides what fits.
    while cell_len(short) > width and kept:
        kept -= 1
        short = text[:kept].rstrip() + ELLIPSIS
    return short


@lru_cache(maxsize=512)
def lines(text: str, width: int, at_most: int) -> tuple[str, ...]:
    """Wrap text; the last allowed line ends with an ellipsis if the text goes on."""
    width = max(1, width)
    places = wrap(text, width)
    if len(places) <= at_most:
        return tuple(cut(text[start:end], width) for start, end in places)
    kept = [cut(text[start:end], width) for start, end in places[: at_most - 1]]
    rest = text[places[at_most - 1][0] :]
    start, end = wrap(rest, max(1, width - 1))[0]
    return (*kept, cut(rest[start:end].rstrip() + ELLIPSIS, width))


def pad(text: str, width: int) -> str:
    return text + " " * max(0, width - cell_len(text))


def age(then: datetime, now: datetime) -> str:
    """A short age: "now", "5 min", "3 h", "2 d", then the day, then month and year."""
    passed = now - then
    if passed < timedelta(minutes=1):
        return "now"
    if passed < timedelta(hours=1):
        return f"{passed // timedelta(minutes=1)} min"
    if passed < timedelta(days=1):
        return f"{passed // timedelta(hours=1)} h"
    if passed < timedelta(days=7):
        return f"{passed.days} d"
    local = then.astimezone()
    if passed < timedelta(days=300):
        return f"{local.day} {_MONTHS[local.month - 1]}"
    return f"{_MONTHS[local.month - 1]} {local.year}"


def is_relative(then: datetime, now: datetime) -> bool:
    """Whether `age` is relative, and so will change soon."""
    return now - then < timedelta(days=6)


def ago(then: datetime, now: datetime) -> str:
    """The age in a sentence: "just now", "3 h ago", "on 12 Jan"."""
    short = age(then, now)
    if short == "now":
        return "just now"
    return f"{short} ago" if now - then < timedelta(days=7) else f"on {short}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_head(date: datetime, now: datetime) -> str:
    """The heading of a date in a list that is sorted by date: "Today", "Yesterday", "This week", or its month."""
    return _day_head(date, now.astimezone().date())


@lru_cache(maxsize=1024)
def _day_head(date: datetime, today: dt.date) -> str:
    day = date.astimezone().date()
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    if day >= today - timedelta(days=today.weekday()):
        return "This week"
    return f"{day:%B} {day.year}"


def people(names: Sequence[str], width: int) -> str:
    """Format authors for a width: all, else the first and a count, cut if needed."""
    if not names or width < 1:
        return ""
    together = ", ".join(names)
    if cell_len(together) <= width:
        return together
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    if cell_len(names[0] + more) <= width:
        return names[0] + more
    return cut(names[0], width)


def in_order(text: str, whole: str = "", *, reorder: bool | None) -> str:
    """A line in drawing order; `reorder` None: reorder right-to-left text if the terminal does not."""
    if reorder is False or text.isascii():
        return text

    if reorder is None and bidi.terminal_reorders(os.environ):
        return text
    return bidi.in_order(text, whole)


def from_right(text: str) -> bool:
    """Whether a line of text is right-to-left."""
    if text.isascii():
        return False

    return bidi.is_right_to_left(text)
