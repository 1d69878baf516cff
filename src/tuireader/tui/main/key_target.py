"""What a key acts upon where the user is: an article, a feed, the place where steps begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tuireader.tui.main.reading_pane import Start

if TYPE_CHECKING:
    from tuireader.model.article import Status
    from tuireader.model.feed import Feed, FeedSummary
    from tuireader.tui.main.panes import PanesScreen


class TargetArticle(NamedTuple):
    """The article that a key acts upon."""

    id: int
    status: Status


class KeyTarget:
    """Tells what a key acts upon where the user is."""

    def __init__(self, panes: PanesScreen) -> None:
        self._panes = panes

    def article(self) -> TargetArticle | None:
        """The open article for a user who is there, else the one under the cursor."""
        opened, headline = self._panes.reading.opened, self._panes.headlines.current
        if self._panes.pane == "article" and opened is not None:
            return TargetArticle(opened[0].id, opened[1])
        return TargetArticle(headline.id, headline.status) if headline else None

    def start(self) -> Start | None:
        """Where steps to another article begin: where the user is, or is about to be."""
        opened, headline = self._panes.reading.opened, self._panes.headlines.current
        is_reading = self._panes.pane == "article"
        if is_reading and opened is not None:
            return Start(opened[0].id)
        if headline is None:
            return None
        return Start(headline.id, is_next_unread=not is_reading and not headline.read)

    def feed(self) -> Feed | None:
        """The feed under the cursor, or the one that is chosen, or that of the article."""
        summary = self.summary()
        return None if summary is None else summary.feed

    def summary(self) -> FeedSummary | None:
        """The same feed, with the counts of its articles as far as they are shown."""
        sidebar = self._panes.sidebar
        if (pointed := sidebar.pointed_feed) is not None:
            return pointed
        feed_id = self._feed_id()
        every = sidebar.counts.feeds if sidebar.counts else ()
        return next((one for one in every if one.feed.id == feed_id), None)

    def _feed_id(self) -> int | None:
        chosen = self._panes.headlines_pane.wanted.feeds
        if len(chosen) == 1:
            return chosen[0]
        opened, headline = self._panes.reading.opened, self._panes.headlines.current
        if self._panes.pane == "article" and opened is not None:
            return opened[0].feed_id
        return headline.feed_id if headline is not None else None
