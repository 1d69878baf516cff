"""The feeds: all articles, the unread, the starred, then each feed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tuireader.tui.lists.side_list import Choice, SideList

if TYPE_CHECKING:
    from tuireader.model.article import Totals
    from tuireader.model.feed import FeedSummary

ALL, UNREAD, STARRED = "all", "unread", "starred"


class FeedList(SideList):
    """The list of feeds; its keys are `ALL`, `UNREAD`, `STARRED` and the feeds' ids."""

    def show(self, totals: Totals | None, feeds: Sequence[FeedSummary]) -> None:
        """Show the counts; one feed alone needs no row of its own."""
        rows = [
            Choice(ALL, "All", None, totals.all if totals else None),
            Choice(UNREAD, "Unread", None, totals.unread if totals else None),
            Choice(STARRED, "★ Starred", None, totals.starred if totals else None),
        ]
        if len(feeds) > 1:
            rows += [_row(summary) for summary in feeds]
        elif feeds and _failed(feeds[0]):
            rows[0] = Choice(ALL, "All", None, totals.all if totals else None, failed=True)
        self.set_rows(rows)


def _row(summary: FeedSummary) -> Choice:
    feed = summary.feed
    return Choice(feed.id, feed.name, summary.unread, summary.total, failed=_failed(summary))


def _failed(summary: FeedSummary) -> bool:
    return summary.feed.error is not None or summary.feed.gone
