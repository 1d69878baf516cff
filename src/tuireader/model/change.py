"""A line of the journal: one mark of the user's, on its way to where it is kept, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

Field = Literal["read", "starred"]


@dataclass(frozen=True, slots=True)
class Change:
    """A mark of one article that its account has not been told of yet."""

    number: int
    """Of the line: a later mark of the same article has a higher one."""
    article_id: int
    server_id: str
    """What the account calls the article; empty where it does not know it."""
    field: Field
    value: bool
    changed: datetime
    """When the user made it."""
