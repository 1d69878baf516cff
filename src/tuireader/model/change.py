"""Changes of statuses by the user, their entries in the outbox, and the clock."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

if TYPE_CHECKING:
    from tuireader.model.article import Status
    from tuireader.model.headline import Headline


Shown = TypeVar("Shown", "Headline", "Status")


class StatusChange(NamedTuple):
    """A change of articles' statuses; None leaves a field unchanged."""

    ids: Collection[int]
    read: bool | None = None
    starred: bool | None = None
    position: int | None = None

    def on(self, headline: Headline) -> Headline:
        return self.over(headline) if headline.id in self.ids else headline

    def over(self, shown: Shown) -> Shown:
        """Apply the change to a headline or status."""
        return replace(
            shown,
            read=shown.read if self.read is None else self.read,
            starred=shown.starred if self.starred is None else self.starred,
        )


def with_changes(article_id: int, shown: Shown, changes: Iterable[StatusChange]) -> Shown:
    """Return the status of an article, as it was read, with the changes that were not written by then."""
    for change in changes:
        if article_id in change.ids:
            shown = change.over(shown)
    return shown


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


Clock = Callable[[], datetime]
"""Gives the time now, as an aware datetime in UTC."""


def utc_now() -> datetime:
    return datetime.now(UTC)
