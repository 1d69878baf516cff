"""What can be looked at whatever the feed: all articles, the unread, the starred."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuireader.tui.lists.choices import Choice
from tuireader.tui.lists.side_list import SideList

if TYPE_CHECKING:
    from tuireader.model.article import Totals
    from tuireader.model.feed import FeedSummary

ALL, UNREAD, STARRED = "all", "unread", "starred"


class ViewList(SideList):
    """The three views, without a head; its keys are `ALL`, `UNREAD` and `STARRED`."""

    HEAD = 0

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__("", id=id)

    def show(self, totals: Totals | None, feeds: Sequence[FeedSummary]) -> None:
        """Show the counts; one feed alone has no row of its own: what is wrong with it stands here."""
        failed = len(feeds) == 1 and feeds[0].is_in_trouble
        self.set_rows(
            [
                Choice(ALL, "All", None, totals.all if totals else None, failed=failed),
                Choice(UNREAD, "Unread", totals.unread if totals else None),
                Choice(STARRED, "★ Starred", None, totals.starred if totals else None),
            ]
        )
