"""Removing what is old and was read, as the configuration says: first it is said what would go."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import BusyError
from tuireader.library.jobs.off_loop import Cache
from tuireader.text.counted import counted
from tuireader.tui.main.refreshing import RefreshEnded, RefreshProgressed
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, start

if TYPE_CHECKING:
    from textual.widget import Widget

    from tuireader.config.options import Config
    from tuireader.library.rules.prune import Wanted
    from tuireader.model.clock import Clock


class PruneController:
    """Says what would be removed, and removes it if that is wanted."""

    def __init__(self, node: Widget, cache: Cache, clock: Clock, config: Config) -> None:
        """`node` is who is told, and whose workers do the work."""
        self._node = node
        self._cache = cache
        self._clock = clock
        self._config = config
        self.progress = ""
        """How far it is; empty while nothing is removed."""

    def ask(self) -> None:
        """Show what would go, and ask."""
        if self.progress:
            toast(self._node, f"At work: {self.progress}.")
        else:
            start(self._node, self._ask, group=ASKING, exclusive=True)

    async def _ask(self) -> None:
        from tuireader.library.rules.prune import look
        from tuireader.store.pruning import Limits

        config = self._config
        limits = Limits(config.keep_days, config.keep_articles, config.keep_megabytes)
        found = await self._cache.read(partial(look, now=self._clock(), limits=limits))
        if not found.ids:
            toast(
                self._node,
                "There is nothing to remove. What may go, and when, is set by keep_days, keep_articles and"
                " keep_megabytes in the configuration; what is unread, starred or tagged stays.",
            )
            return
        from tuireader.tui.lists.choice_list import Line
        from tuireader.tui.screens.choose import ChooseScreen
        from tuireader.tui.screens.dialog import open_dialog

        rows = [Line("Keep everything"), Line(f"Remove {counted(len(found.ids), 'article')}", "not fetched again")]
        title = f"{found.said}: read, not starred, not tagged"
        open_dialog(self._node.app, ChooseScreen(title, rows), partial(self._take, found))

    def _take(self, found: Wanted, choice: int | None) -> None:
        if choice == 1:
            start(self._node, partial(self._prune, found), group="pruning")

    async def _prune(self, found: Wanted) -> None:
        from tuireader.library.rules.prune import give_back, in_megabytes, prune

        done, said = 0, ""
        try:
            async with aclosing(prune(self._cache, found.ids)) as steps:
                async for done in steps:
                    self._say(f"{done}/{len(found.ids)} removed")
            self._say("giving the room back")
            said = f" The cache is smaller by {in_megabytes(await give_back(self._cache))}."
        except BusyError:
            said = " Another program holds the cache: the room is given back the next time."
        finally:
            self._say("")
            self._node.post_message(RefreshEnded())
        toast(self._node, f"{counted(done, 'article')} removed.{said}")

    def _say(self, progress: str) -> None:
        self.progress = progress
        self._node.post_message(RefreshProgressed())
