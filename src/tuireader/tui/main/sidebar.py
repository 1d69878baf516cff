"""The sidebar: feeds, categories and authors, which share its height."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Container

from tuireader.tui.lists.facet_list import FacetList
from tuireader.tui.lists.feed_list import FeedList
from tuireader.tui.lists.side_list import SideList

LEAST = 4
"""Lines without which a list shows only its head: head, two rows, air."""


class Sidebar(Container):
    """Gives each list the lines it needs, and where there are too few, each a fair part."""

    def compose(self) -> ComposeResult:
        """The three lists."""
        yield FeedList("FEEDS", id="feeds")
        for heading in ("CATEGORIES", "AUTHORS"):
            facets = FacetList(heading, id=heading.lower())
            facets.display = False  # until there is something in it
            yield facets

    @property
    def lists(self) -> list[SideList]:
        """The lists, from the top."""
        return list(self.query_children(SideList))

    def share(self) -> None:
        """Give out the height anew; while it is not shown, it has none to give."""
        if not self.size.height:
            return
        lists = self.lists
        needs = [side_list.row_count() + 2 if side_list.row_count() else 0 for side_list in lists]
        focused = next((index for index, side_list in enumerate(lists) if side_list.has_focus), 0)
        for side_list, height in zip(lists, shares(needs, self.size.height, focused), strict=True):
            side_list.display = height > 0
            if height:
                side_list.styles.height = height

    def on_resize(self) -> None:
        """Give out the new height."""
        self.share()


def shares(needs: Sequence[int], height: int, focused: int) -> list[int]:
    """The lines of each list: what it needs if there is room, else a fair part; the last one gets what is left.

    Where a fair part would be too little to be of use, all but the focused one are folded to their heads.
    """
    wanting = [index for index, need in enumerate(needs) if need]
    given = [0] * len(needs)
    if wanting and height < sum(min(needs[index], LEAST) for index in wanting):
        focused = focused if focused in wanting else wanting[0]
        for index in wanting:
            given[index] = 1
        given[focused] = max(1, height - len(wanting) + 1)
        return given
    left = height
    for count, index in enumerate(sorted(wanting, key=lambda index: needs[index])):
        given[index] = min(needs[index], left // (len(wanting) - count))
        left -= given[index]
    return given
