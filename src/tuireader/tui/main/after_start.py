"""What is done after the start, when there is time for it."""

from __future__ import annotations

import gc

from textual.widget import Widget

from tuireader.library.jobs.off_loop import Cache
from tuireader.store import damage_mark
from tuireader.tui.support.safe_text import toast

UNHURRIED = 20.0
"""Seconds after the start, or a refresh, when there is time for what nobody waits for."""


def look_for_damage(node: Widget, cache: Cache) -> None:
    """Say it if the cache is damaged where nothing has met it yet; the next start mends it."""

    async def look() -> None:
        if await cache.read(damage_mark.look):
            toast(node, f"{cache.path} is damaged; it is mended when tuireader starts again.", severity="warning")

    node.run_worker(look(), group="damage", exclusive=False)


def merge_index(node: Widget, cache: Cache) -> None:
    """Merge the runs of the search index, which each refresh adds to, in steps that nobody feels."""

    async def merge() -> None:
        from tuireader.library.refreshing.upkeep import merge_index

        await merge_index(cache)

    node.run_worker(merge(), group="index", exclusive=True)


def collect_garbage() -> None:
    """Collect it from now on, if that was put off until something is to be seen; all that is there by then stays."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
