"""Background tasks of the screen: refresh, full texts, pruning, archives, and upkeep after the start."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from sqlite3 import Connection

from textual.timer import Timer
from textual.widget import Widget

from tuireader.async_tools import in_thread
from tuireader.config import Config
from tuireader.errors import StoreError
from tuireader.library import rules
from tuireader.library.archiving import save_older
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.refreshing import upkeep
from tuireader.model import feed as model_feed
from tuireader.model.article import Clock
from tuireader.model.query import Query
from tuireader.store import articles, connection, feeds, pruning
from tuireader.store.queries import article_lists
from tuireader.tasks import feeds as tasks_feeds
from tuireader.tasks.task import Context, ExpiryLimits, Step, Steps
from tuireader.text.sentences import counted
from tuireader.tui.dialogs import files, questions
from tuireader.tui.keys import how_to
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.reading_pane import ReadingPane
from tuireader.tui.main.syncing import SyncController
from tuireader.tui.main.task_runner import Ended, Task, TaskRunner
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, IDLE_DELAY, Web, give_back_memory, start


class BackgroundTasks:
    """Starts background tasks; one of each kind runs at a time."""

    def __init__(
        self, panes: PanesScreen, cache: Cache, web: Web, connection: Connection, *, config: Config, clock: Clock
    ) -> None:
        """`panes` receives messages and runs the workers; `connection` is for reads."""
        self._panes = panes
        self._cache = cache
        self._connection = connection
        self._config = config
        self._clock = clock
        ends = ExpiryLimits(config.expire_after, config.expire_above)
        self.runner = TaskRunner(panes, Context(cache, clock, web.queue, ends))
        self.usual = config.full_text
        """The full-text mode of feeds without a setting of their own."""
        self.offline = False
        """Whether the last refresh failed for lack of a network."""
        """Articles queued to be fetched again, in order."""
        add_key, sync_key = (how_to(name, config.keymap) for name in ("account", "sync"))
        self.syncing = SyncController(panes, self.runner, cache, web, clock, key=add_key, sync_key=sync_key)

    @property
    def progress(self) -> str:
        return self.runner.progress

    @property
    def is_refreshing(self) -> bool:
        return self.runner.is_running("refresh")

    # New articles.

    def refresh(self, wanted: Sequence[model_feed.Feed] | None, *, force: bool, quiet: bool = False) -> None:
        """Refresh feeds (None: all); without `force` only those that are due. `quiet` suppresses the report.

        While a refresh is running, one without `force` follows it, for feeds that were added meanwhile.
        """
        asked = wanted
        if asked is None and not self.is_refreshing:  # else they are read when that has ended
            try:
                asked = self._feeds_to_ask(force=force)
            except StoreError as error:
                toast(self._panes, str(error), severity="error")
                return
        if asked is not None and not asked:
            if quiet:  # what follows each refresh follows this one, too
                self._panes.post_message(Ended())
            return
        self.runner.start(
            Task(
                "refresh",
                "tuireader.tasks.feeds",
                lambda on: self._refresh(on, asked, force=force, quiet=quiet),
                again="refuse" if force else "after",
                said_again="Already refreshing" if force else "",
                beside=True,
            )
        )

    def refresh_quietly(self) -> None:
        self.refresh(None, force=False, quiet=True)

    def _feeds_to_ask(self, *, force: bool) -> list[model_feed.Feed]:
        if not force:
            return feeds.due(self._connection, self._clock())
        return [feed for feed in feeds.current(self._connection) if not feed.is_never_asked]

    async def _refresh(
        self, on: Context, asked: Sequence[model_feed.Feed] | None, *, force: bool, quiet: bool
    ) -> Steps:
        if asked is None:
            asked = self._feeds_to_ask(force=force)
        if not asked:
            return
        tally = tasks_feeds.Tally(asked)
        async with aclosing(tasks_feeds.refresh(on, tally, force=force)) as steps:
            async for step in steps:
                yield replace(step, said="", failed="")
        self.offline = tally.offline
        if force or (tally.new and not quiet):
            yield Step(said=tally.summary(), failed=tally.only_failure())

    # Older articles.

    def toggle_backfill(self, feed: model_feed.Feed | None) -> None:
        """Start a feed's backfill, or stop it if it is running."""
        if (feed is not None and not feed.holds_pages) or self.runner.is_running("archive"):
            self.runner.start(
                Task(
                    "archive",
                    "tuireader.tasks.feeds",
                    lambda on: _backfill(on, feed, is_read=self._config.archive_read),
                    again="stop",
                    said_again="Stopped loading older articles. Run the command again to continue.",
                    prefix="older articles: ",
                    noun="download of older articles",
                )
            )
        elif feed is not None:
            toast(self._panes, "Saved pages have no older articles")
        else:
            toast(self._panes, "Select a feed or an article first")

    # Whole texts.

    def complete(self) -> None:
        """Fetch the full texts of excerpts in all feeds, the open article first; queued after a running completion."""
        task = Task(
            "complete", "tuireader.tasks.feeds", self._complete, again="after", says="nothing", is_refresh=False
        )
        self.runner.start(task, hear=partial(self._fetched, is_asked=False))

    def _complete(self, on: Context) -> Steps:
        opened = self._panes.reading.opened
        return tasks_feeds.complete(on, usual=self.usual, shown=None if opened is None else opened[0].id)

    def download(self) -> None:
        """Fetch full texts of the selection, else of the list; in the sidebar, of the current row."""
        panes = self._panes
        if panes.headlines.selected:
            self.fetch(panes.headlines.selected)
            return
        in_sidebar = panes.sidebar.query_of_pointed(panes.headlines_pane.wanted) if panes.pane == "sidebar" else None
        self.fetch_all(in_sidebar or panes.headlines_pane.wanted)

    def fetch(self, ids: Collection[int]) -> None:
        """Fetch the full texts of articles that have only an excerpt; queued after a running download."""
        some = frozenset(ids)
        self._panes.headlines.select(frozenset())
        self._start_download(lambda on: _fetch(on, lambda c: articles.without_text(c, some)))

    def fetch_all(self, query: Query) -> None:
        """Fetch the missing full texts of a list, after a question if there are many."""
        if self.runner.is_running("download"):
            toast(self._panes, f"Already fetching {self.runner.progress_of('download')}")
        else:
            start(self._panes, partial(self._ask_to_fetch, query), group=ASKING, exclusive=True)

    async def _ask_to_fetch(self, query: Query) -> None:
        missing = await self._cache.read(lambda c: articles.without_text(c, article_lists.ids(c, query)))
        fetch = partial(self._start_download, lambda on: _fetch(on, lambda _: missing))
        if len(missing) > MANY_TEXTS:
            questions.confirm(self._panes.app, f"Fetch full text of {len(missing)} articles?", "Fetch", fetch)
        else:
            fetch()

    def stop_download(self) -> bool:
        """Stop a running download; returns whether there was one."""
        return self.runner.stop("download")

    def fetch_again(self, ids: Collection[int]) -> None:
        """Fetch the full texts of articles again and replace them; queued after a running download."""
        again = list(ids)
        if again:
            self._start_download(lambda on: _fetch(on, lambda _: again, replace=True))

    def _start_download(self, run: Callable[[Context], Steps]) -> None:
        task = Task("download", "tuireader.tasks.feeds", run, again="queue", is_refresh=False, noun="download")
        self.runner.start(task, hear=self._fetched)

    def _fetched(self, step: Step, *, is_asked: bool = True) -> None:
        if step.article_id is not None:
            self._panes.post_message(ReadingPane.Fetched(step.article_id, is_asked=is_asked))

    # Files.

    def ask_to_export(self) -> None:
        """Ask what to export, and where to; articles are the selected ones, the open one, or those of the list."""
        panes, what = self._panes, "articles in the list"
        only: Collection[int] = panes.headlines.selected
        if only:
            what = counted(len(only), "selected article")
        elif panes.pane == "article" and panes.article.article is not None:
            only, what = [panes.article.article.id], "this article"
        screen = files.ExportScreen(self._clock(), what)
        questions.open_dialog(panes.app, screen, partial(self._export, only=frozenset(only)))

    def _export(self, wanted: files.Export | None, *, only: Collection[int]) -> None:
        if wanted is not None:
            query = self._panes.headlines_pane.wanted
            run = partial(_export, form=wanted.format, path=wanted.path, query=query, only=only)
            task = Task("export", "tuireader.tasks.feeds", run, again="queue", is_refresh=False, noun="export")
            self.runner.start(task)

    # What is to go.

    def ask_to_prune(self) -> None:
        """Show in a dialog what pruning would remove, and ask for confirmation."""
        if self.runner.is_running("prune"):
            toast(self._panes, f"Clean-up in progress: {self.runner.progress_of('prune')}")
        else:
            start(self._panes, self._ask_to_prune, group=ASKING, exclusive=True)

    async def _ask_to_prune(self) -> None:
        config = self._config
        limits = pruning.Limits(config.keep_days, config.keep_articles, config.keep_megabytes)
        found = await self._cache.read(partial(rules.plan_pruning, now=self._clock(), limits=limits))
        if not found.ids:
            toast(
                self._panes,
                "Nothing to clean up. To set limits: the settings that begin with “Clean-up”.",
            )
            return

        title = f"Delete {found.said}? Unread, starred and tagged articles are kept."
        questions.confirm(self._panes.app, title, "Delete", partial(self._prune, found), "Cannot be undone")

    def _prune(self, found: rules.PrunePlan) -> None:
        self.runner.start(Task("prune", "tuireader.tasks.feeds", lambda on: _prune(on, found), noun="clean-up"))


# Loaded by the runner, off the loop.


def _backfill(on: Context, feed: model_feed.Feed | None, *, is_read: bool) -> Steps:
    assert feed is not None  # noqa: S101 - else it is not started
    return tasks_feeds.backfill(on, feed, save_older.BackfillOptions(is_read=is_read))


def _fetch(on: Context, find: Callable[[Connection], list[int]], *, replace: bool = False) -> Steps:
    return tasks_feeds.download(on, find, replace=replace)


def _prune(on: Context, found: rules.PrunePlan) -> Steps:
    return tasks_feeds.prune(on, found)


def _export(on: Context, form: str, path: Path, query: Query, only: Collection[int]) -> Steps:
    return tasks_feeds.export(on, form, path, query, only)


MANY_TEXTS = 20
"""Number of articles above which fetching full text asks first."""
INDEX_DELAY = 1.5
"""Seconds after a start or a refresh until new articles are indexed."""


def look_for_damage(node: Widget, cache: Cache) -> None:
    """Report a damaged cache that no read has met yet; the next start repairs it."""

    async def look() -> None:
        if await cache.read(connection.check_counts):
            toast(node, f"{cache.path} is damaged. Restart tuireader to repair it.", severity="warning")

    start(node, look, group="damage")


class Upkeep:
    """Idle work on the cache in short steps: indexes new articles, merges the search index."""

    def __init__(self, node: Widget, cache: Cache) -> None:
        self._node = node
        self._cache = cache
        self._timer: Timer | None = None
        self._is_indexing = False

    def later(self) -> None:
        """Schedule upkeep: indexing in INDEX_DELAY seconds, merging after that; replaces a pending schedule."""
        self.stop()
        self._timer = self._node.set_timer(INDEX_DELAY, self.index)

    def index(self) -> None:
        """Index new articles now, unless that is running; the search index is merged IDLE_DELAY seconds later."""
        self.stop()
        if not self._is_indexing:
            self._is_indexing = True
            start(self._node, self._index, group="index")

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()

    async def _index(self) -> None:
        try:
            await upkeep.index_rest(self._cache)
        finally:
            self._is_indexing = False
        await in_thread(give_back_memory)
        self._timer = self._node.set_timer(IDLE_DELAY, self._merge)

    def _merge(self) -> None:
        start(self._node, self._merge_runs, group="merging", exclusive=True)

    async def _merge_runs(self) -> None:
        await upkeep.compute_media_flags(self._cache)
        await upkeep.order_indexes(self._cache)


def collect_garbage() -> None:
    if not gc.isenabled():
        gc.collect()
        gc.freeze()
        gc.enable()
