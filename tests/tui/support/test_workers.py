"""Starting workers."""

from __future__ import annotations

import gc

from textual.app import App

from tuireader.tui.support.workers import is_busy, start


async def test_a_worker_is_at_work_until_it_ends() -> None:
    done = []

    async def work() -> None:
        assert is_busy(app, "reading")
        assert not is_busy(app, "writing")
        done.append(True)

    app: App[None] = App()
    async with app.run_test():
        await start(app, work, group="reading").wait()
        assert done
        assert not is_busy(app, "reading")


async def test_a_worker_that_ends_before_it_begins_leaves_nothing_unawaited() -> None:
    """The suite takes a warning of a coroutine that was never awaited for an error."""
    begun = []

    async def work() -> None:
        begun.append(True)

    app: App[None] = App()
    async with app.run_test():
        start(app, work, group="reading").cancel()
    gc.collect()
    assert not begun
