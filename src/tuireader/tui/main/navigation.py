"""The way from article to article: opened, stepped to, arrived at, alone on the screen; and what keys wait for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual import events

from tuireader.tui import keys

if TYPE_CHECKING:
    from tuireader.tui.main.key_target import KeyTarget
    from tuireader.tui.main.panes import PanesScreen
    from tuireader.tui.main.read_mark import ReadMark
    from tuireader.tui.main.reading_pane import Arrival
    from tuireader.tui.main.statuses import StatusController

GOING_ON = ("next-article", "previous-article", "next-unread", "previous-unread")
"""Steps from article to article."""


class Journey:
    """Leads the user from article to article."""

    def __init__(
        self,
        panes: PanesScreen,
        target: KeyTarget,
        statuses: StatusController,
        read_mark: ReadMark,
        keymap: Mapping[str, str],
    ) -> None:
        self._panes = panes
        self._target = target
        self._statuses = statuses
        self._read_mark = read_mark
        self._going_on = keys.bound_to(GOING_ON, keymap)
        self._is_alone_on_arrival = False
        """Whether the article that is on its way is to be alone."""

    def open(self, article_id: int) -> None:
        """Open an article and go there; the cursor of the list comes along."""
        self._panes.reading.open(article_id, self._panes.headlines_pane.position)

    def open_again(self, article_id: int, *, is_asked: bool) -> None:
        self._panes.reading.reopen(article_id, self._panes.headlines_pane.position, is_asked=is_asked)

    def resume(self, article_id: int, *, into: bool) -> None:
        self._panes.reading.resume(article_id, self._panes.headlines_pane.position, into=into)

    def step(self, by: int, *, unread: bool = False) -> None:
        panes = self._panes
        panes.reading.step(by, self._target.start(), panes.headlines_pane.position, unread=unread)

    def toggle_zen(self) -> None:
        """The article alone, or everything again; from the headlines, the article under the cursor."""
        panes = self._panes
        current, opened = panes.headlines.current, panes.reading.opened
        if panes.pane == "headlines" and current is not None and (opened is None or opened[0].id != current.id):
            self._is_alone_on_arrival = True
            self.open(current.id)
        else:
            panes.toggle_zen()

    def arrive(self, arrival: Arrival) -> None:
        """Go to an article that is shown now, unless it is only beside; it counts as read when the user is in it."""
        panes, alone = self._panes, self._is_alone_on_arrival
        panes.headlines.mark_open(arrival.article_id)
        if arrival.how == "again":
            return
        if arrival.how == "opened":
            self._is_alone_on_arrival = False
            panes.headlines_pane.bring(arrival.query, arrival.article_id, arrival.around)
            if alone:
                panes.set_zen(on=True)
            else:
                panes.show_pane("article")
        elif arrival.how == "resumed":
            panes.show_pane("article")
        self._read_mark.expect(arrival.article_id, read=arrival.status.read or arrival.how in ("resumed", "beside"))

    def holds(self, typed: events.Key | events.Paste) -> bool:
        """Whether a list, an article or marks are on their way, and what is typed is meant for them.

        Words are not; nor is a step to the next article after such steps: all of them together are one way.
        """
        panes = self._panes
        if panes.bottom.is_asking:
            return False
        if panes.headlines_pane.is_arriving or self._statuses.is_marking:
            return True
        goes_on = isinstance(typed, events.Key) and self._going_on.intersection((typed.key, typed.character))
        return panes.reading.is_opening and not (panes.reading.is_stepping and goes_on)
