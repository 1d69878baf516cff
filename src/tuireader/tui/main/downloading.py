"""Fetching the whole texts of several articles in the background, and how far that is."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import TuireaderError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.store import articles
from tuireader.text.plural import counted
from tuireader.tui.main.reading_pane import ReadingPane
from tuireader.tui.main.refreshing import RefreshProgressed
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.web import Web
from tuireader.tui.support.workers import start

if TYPE_CHECKING:
    from sqlite3 import Connection

    from textual.worker import Worker

    from tuireader.model.query import Query
    from tuireader.tui.main.panes import PanesScreen


class DownloadController:
    """Fetches texts, one run after the other; asked again, it stops."""

    def __init__(self, panes: PanesScreen, cache: Cache, web: Web) -> None:
        self._panes = panes
        self._cache = cache
        self._web = web
        self._worker: Worker[None] | None = None
        self.progress = ""
        """How far the present run is; empty while there is none."""

    def fetch(self, ids: Collection[int]) -> None:
        """Fetch the texts of those of some articles that have no more than a beginning; or stop doing so."""
        some = frozenset(ids)
        self._start(lambda c: articles.without_text(c, some))

    def fetch_all(self, query: Query) -> None:
        self._start(lambda c: articles.without_text(c, articles.ids(c, query)))

    def fetch_again(self, ids: Collection[int]) -> None:
        """Fetch the texts of articles although they are here; not where a run is under way."""
        some = [*ids]
        if some and not self.progress:
            self._start(lambda _: some)

    def _start(self, find: Callable[[Connection], list[int]]) -> None:
        if self.progress and self._worker is not None:
            self._worker.cancel()
            toast(self._panes, f"Stopped after {self.progress}.")
        else:
            self._panes.headlines.select(frozenset())
            self._worker = start(self._panes, partial(self._fetch, find), group="download")

    async def _fetch(self, find: Callable[[Connection], list[int]]) -> None:
        missing = await self._cache.read(find)
        if not missing:
            toast(self._panes, "The whole texts of these are here, as far as their feeds say.")
            return
        done, failed = 0, list[str]()
        self._say(done, len(missing))
        try:
            async with self._web.queue("tuireader.library.reading.full_text") as queue:
                from tuireader.library.reading.full_text import fetch_full_texts

                async with aclosing(fetch_full_texts(self._cache, queue, missing)) as events:
                    async for event in events:
                        done += 1
                        failed += [] if event.error is None else [event.error]
                        self._say(done - len(failed), len(missing) - len(failed))
                        if event.error is None:
                            self._panes.post_message(ReadingPane.Fetched(event.article_id))
        except TuireaderError as error:
            failed.append(str(error))
        finally:
            self._say(0, 0)
        toast(self._panes, _said(done - len(failed), failed), severity="error" if failed else "information")

    def _say(self, done: int, of: int) -> None:
        self.progress = f"{done}/{of} texts" if of else ""
        self._panes.post_message(RefreshProgressed())


def _said(came: int, failed: list[str]) -> str:
    said = f"{counted(came, 'full text')} {'is' if came == 1 else 'are'} here."
    if not failed:
        return said
    return f"{said if came else ''} {counted(len(failed), 'text')} could not be had: {failed[0]}.".strip()
