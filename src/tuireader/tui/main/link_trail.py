"""Links from article to article: what is here opens here, and the way back leads along them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tuireader.store import articles
from tuireader.tui.support.workers import start

if TYPE_CHECKING:
    from sqlite3 import Connection

    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.tui.main.external import ExternalPrograms
    from tuireader.tui.main.navigation import Journey
    from tuireader.tui.main.panes import PanesScreen


class LinkTrail:
    """Follows links: to articles that are here in the reader, to everything else in the browser."""

    def __init__(self, panes: PanesScreen, cache: Cache, journey: Journey, external: ExternalPrograms) -> None:
        self._panes = panes
        self._cache = cache
        self._journey = journey
        self._external = external
        self._trail: list[int] = []
        """The articles whose links led here, the last one last."""
        self._on_its_way: int | None = None
        """The article that a link, or the way back, leads to."""

    def follow(self, url: str) -> None:
        start(self._panes, partial(self._follow, url), group="link", exclusive=True)

    async def _follow(self, url: str) -> None:
        opened = self._panes.reading.opened
        there = await self._cache.read(lambda c: self._article_at(c, url))
        if opened is None or there is None or there == opened[0].id:
            self._external.browse(url)
            return
        self._trail.append(opened[0].id)
        self._on_its_way = there
        self._journey.open(there)

    def _article_at(self, c: Connection, url: str) -> int | None:
        """The article at an address, unless the user has unsubscribed from its feed."""
        there = articles.by_link(c, url)
        is_hidden = there is not None and articles.get(c, there).feed_id in self._panes.headlines_pane.hidden
        return None if is_hidden else there

    def arrived(self, article_id: int) -> None:
        """An article is shown: if no link led to it, the way back is another."""
        if article_id != self._on_its_way:
            self._trail.clear()
        self._on_its_way = None

    def back(self) -> bool:
        """Go back to the article whose link led here; False where none did."""
        if self._panes.pane != "article" or self._panes.zen or not self._trail:
            return False
        self._on_its_way = self._trail.pop()
        self._journey.open(self._on_its_way)
        return True
