"""What a page lists, and by what it was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

Tier = Literal["stated", "marked", "cards"]
"""By what a list is found: what the page states in JSON-LD, the classes of microformats, or elements that repeat."""


@dataclass(frozen=True, slots=True)
class Item:
    """One article of a list, as far as the list tells of it."""

    url: str
    title: str
    date: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    html: str = ""
    """What the list says of it, as raw HTML; may be all of it."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The articles that a page lists, in its order."""

    tier: Tier
    shape: str
    """What is repeated: the tags from the link of an article up; empty where that is not how it was found."""
    title: str
    """Of the page."""
    items: tuple[Item, ...]
    language: str = ""
