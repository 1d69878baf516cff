"""The screen as the next start will show it first, taken when the user quits; nobody sees that it is drawn for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widget import Widget

from tuireader.curtain import Screens
from tuireader.model.query import Query
from tuireader.tui.support.omitted import Omitted

if TYPE_CHECKING:
    from tuireader.tui.main.screen import ReaderScreen
    from tuireader.tui.support.textual_internals import OpenApp

PATIENCE = 0.25
"""Seconds that quitting may take longer for it."""


async def take(app: OpenApp, reader: ReaderScreen, leave_out: Callable[[Omitted], None]) -> Screens | None:
    """Draw what the next start will show; None where that is not known, or would take too long.

    `leave_out` says of what follows what it is drawn without.
    """
    if app.screen is not reader or not _is_led_back_to(reader):
        return None
    app.shows_frames = False
    try:
        async with asyncio.timeout(PATIENCE):
            app.clear_notifications()
            for side_list in reader.sidebar.facets:
                side_list.go_home()
            if reader.pane == "sidebar":
                reader.headlines.focus()
            leave_out(Omitted.AGES)
            whole = await _drawn(app, reader)
            leave_out(Omitted.AGES | Omitted.COUNTS)
            return Screens(whole, await _drawn(app, reader))
    except TimeoutError:
        return None


def _is_led_back_to(reader: ReaderScreen) -> bool:
    """Whether the next start leads back to what is shown now."""
    is_busy = reader.bottom.is_asking or reader.is_finding or reader.zen or reader.headlines_pane.is_reading
    if is_busy or reader.wanted.text.strip() or reader.config.linear or reader.sidebar.counts is None:
        return False
    is_as_at_first = reader.wanted == Query() and not reader.headlines.cursor and reader.reading.opened is None
    return reader.config.resume or is_as_at_first


async def _drawn(app: OpenApp, reader: ReaderScreen) -> str:
    reader.captions.write_title()
    for widget in reader.query(Widget):
        widget.refresh()
    drawn = asyncio.Event()
    reader.call_after_refresh(drawn.set)
    await drawn.wait()
    return app.whole_frame()
