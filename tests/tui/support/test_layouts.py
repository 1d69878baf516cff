"""A layout that asks for the next one keeps no key waiting."""

from __future__ import annotations

import asyncio
import time

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static

from tuireader.tui.support.textual_internals import LAYOUTS, REST, RESTLESS, SteadyScreen


class Restless(Static):
    """Changes its height with each of its sizes."""

    def on_resize(self) -> None:
        self.styles.height = 3 if self.size.height == 2 else 2


class Screen(SteadyScreen[None]):
    def __init__(self) -> None:
        super().__init__()
        self.asked = self.laid_out = self.keys = 0

    def compose(self) -> ComposeResult:
        yield Restless("x")

    def may_lay_out(self) -> bool:
        self.asked += 1
        may = super().may_lay_out()
        self.laid_out += may
        return may

    def on_key(self, _: events.Key) -> None:
        self.keys += 1


class RestlessApp(App[None]):
    def on_mount(self) -> None:
        self.push_screen(Screen())


async def test_a_layout_that_never_comes_to_rest_is_slowed_down() -> None:
    app = RestlessApp()
    async with app.run_test() as pilot:
        screen = app.screen
        assert isinstance(screen, Screen)
        for _ in range(400):
            await asyncio.sleep(0.02)
            if screen.asked > screen.laid_out:
                break
        assert screen.laid_out >= LAYOUTS  # so many come before it is seen
        before, since = screen.laid_out, time.monotonic()
        for _ in range(20):
            await pilot.press("x")
        assert screen.keys == 20
        await asyncio.sleep(1.0)
        spans = (time.monotonic() - since) / RESTLESS + 1
        assert screen.laid_out - before <= (LAYOUTS + RESTLESS / REST) * spans
        assert screen.asked > screen.laid_out
