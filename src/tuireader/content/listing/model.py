"""The model of a listing: its articles, and how they were found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

Tier = Literal["stated", "marked", "cards"]
"""How a list is found: JSON-LD, microformats, or repeated structure."""


@dataclass(frozen=True, slots=True)
class Item:
    """One article of a list; fields may be empty."""

    url: str
    title: str
    date: datetime | None = None
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    html: str = ""
    """Its description or full text, as raw HTML."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The articles that a page lists, in its order."""

    tier: Tier
    shape: str
    """The repeated structure: the tags from an article's link up; empty if found in another way."""
    title: str
    """The title of the page."""
    items: tuple[Item, ...]
    language: str = ""
