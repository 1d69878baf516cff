"""Progress and results of a backfill in words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tuireader.model.feed import Archive
from tuireader.text.sentences import counted

if TYPE_CHECKING:
    from tuireader.model.feed import Backfilled


def progress(event: Backfilled) -> str:
    said = f"page {event.page}" + (f" of {event.pages}" if event.pages else "")
    return f"{said}{_back(event.back_to)}"


def ended(event: Backfilled) -> str:
    """The result: what was fetched, and whether there is more."""
    came = f"{counted(event.new, 'older article')} came{_back(event.back_to)}"
    if event.status == "failed":
        why = (event.error or "").rstrip(".")
        return f"{came}; then: {why}. Asked again, it goes on from there." if event.page else f"{why}."
    if event.status == "stopped":
        return (
            f"{came}. There is more: asked again, it goes on." if event.new else f"{came}: what you asked for is here."
        )
    return f"{came}. {event.error}." if event.error else f"{came}. That is all that the site gives."


def standing(archive: Archive | None) -> str:
    """The progress of a site's backfill."""
    if archive is None:
        return "not asked for"
    if archive.is_done:
        return f"all that the site gives{_back(archive.back_to)}"
    return (
        f"page {archive.page}{f' of {archive.pages}' if archive.pages else ''}{_back(archive.back_to)}; there is more"
    )


def _back(date: datetime | None) -> str:
    return f", back to {date.astimezone():%B %Y}" if date else ""
