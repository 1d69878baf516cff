"""What a key acts upon where the user is: an article, a feed, the place where steps begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tuireader.tui.main.reading_pane import Start

if TYPE_CHECKING:
    from tuireader.model.article import Article, Status
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

    @property
    def _reading(self) -> tuple[Article, Status] | None:
        return self._panes.reading.opened if self._panes.pane == "article" else None

    def article(self) -> TargetArticle | None:
        """The open article for a user who is there, else the one under the cursor."""
        if (reading := self._reading) is not None:
            article, status = reading
            return TargetArticle(article.id, status)
        headline = self._panes.headlines.current
        return TargetArticle(headline.id, headline.status) if headline else None

    def articles(self) -> frozenset[int]:
        """The articles that a key acts upon which may act upon several: those that are selected, else the one."""
        if self._panes.pane != "article" and self._panes.headlines.selected:
            return self._panes.headlines.selected
        article = self.article()
        return frozenset() if article is None else frozenset({article.id})

    def start(self) -> Start | None:
        """Where steps to another article begin: where the user is, or is about to be."""
        if (reading := self._reading) is not None:
            return Start(reading[0].id)
        headline = self._panes.headlines.current
        if headline is None:
            return None
        return Start(headline.id, is_next_unread=self._panes.pane != "article" and not headline.read)

    def feed(self) -> Feed | None:
        summary = self.summary()
        return None if summary is None else summary.feed

    def summary(self) -> FeedSummary | None:
        """The same feed, with the counts of its articles as far as they are shown."""
        sidebar = self._panes.sidebar
        if (pointed := sidebar.pointed_feed) is not None:
            return pointed
        if self._panes.pane == "sidebar" and len(self._panes.headlines_pane.wanted.feeds) != 1:
            return None  # the cursor is on something else, such as a folder
        feed_id = self._feed_id()
        return sidebar.counts.feed(feed_id) if sidebar.counts else None

    def _feed_id(self) -> int | None:
        chosen = self._panes.headlines_pane.wanted.feeds
        if len(chosen) == 1:
            return chosen[0]
        if (reading := self._reading) is not None:
            return reading[0].feed_id
        headline = self._panes.headlines.current
        return headline.feed_id if headline is not None else None
