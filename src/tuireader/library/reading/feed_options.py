"""The options of a feed that a user sets, and their values."""

from __future__ import annotations

from typing import get_args

from tuireader.library.reading import selectors
from tuireader.model.full_text import Mode
from tuireader.store import pruning, site_facts
from tuireader.text.printable import printable

LIMITS = (pruning.AFTER, pruning.ABOVE, pruning.DAYS, pruning.NEWEST)
"""The options that set when articles are marked read or removed."""
SELECTORS = (site_facts.TAKE, site_facts.DROP)
OPTIONS = (pruning.QUIET, *LIMITS, site_facts.MODE, *SELECTORS)
"""All of them, by the names under which they are stored."""


def mistake(name: str, value: str) -> str:
    """The error of a value as a sentence; "" if there is none, as in "", which removes the option."""
    if name in LIMITS and value and not (value.isdecimal() and len(value) < 7):
        return f"{name} is a number, not {printable(value)}; 0 is for no end."
    for each, values in ((pruning.QUIET, ("yes", "no")), (site_facts.MODE, get_args(Mode))):
        if name == each and value not in (*values, ""):
            return f"{name} is {', '.join(values[:-1])} or {values[-1]}, not {printable(value)}."
    return selectors.mistake(value) if name in SELECTORS and value else ""
