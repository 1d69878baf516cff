"""The screen as the next start will show it first, taken when the user quits; nobody sees that it is drawn for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widget import Widget

from tuireader.curtain import Screens
from tuireader.model.query import Query
from tuireader.tui.main import queries
from tuireader.tui.support.omitted import Omitted
from tuireader.tui.support.typeahead import LOOK

if TYPE_CHECKING:
    from tuireader.tui.main.screen import ReaderScreen
    from tuireader.tui.support.textual_internals import OpenApp

PATIENCE = 0.25
"""Seconds that quitting may take longer for it."""


async def take(app: OpenApp, reader: ReaderScreen, leave_out: Callable[[Omitted], None]) -> Screens | None:
    """Draw what the next start will show; None where that is not known, or would take too long.

    `leave_out` says of what follows what it is drawn without.
    """
    if not _is_led_back_to(reader):
        return None
    app.shows_frames = False
    try:
        async with asyncio.timeout(PATIENCE):
            await _lead_back(app, reader)
            leave_out(Omitted.AGES)
            whole = ""
            while not (whole and _is_led_back(reader)):  # what was marked last changes what is counted
                while not _is_led_back(reader):  # noqa: ASYNC110 - no one thing tells it
                    await asyncio.sleep(LOOK)
                whole = await _drawn(app, reader)
            leave_out(Omitted.AGES | Omitted.COUNTS)
            return Screens(whole, await _drawn(app, reader))
    except TimeoutError:
        return None


def _is_led_back_to(reader: ReaderScreen) -> bool:
    """Whether the next start leads back to what is shown now, or nearly so."""
    if reader.is_finding or reader.config.linear or not reader.resume.is_led or reader.reading.is_of_the_past:
        return False
    is_as_at_first = reader.wanted == Query() and not reader.headlines.cursor and reader.reading.opened is None
    return reader.config.resume or is_as_at_first


async def _lead_back(app: OpenApp, reader: ReaderScreen) -> None:
    """Close and clear what the next start does not open: dialogs, a search, the article alone, a way in the sidebar."""
    app.clear_notifications()
    while app.screen is not reader:
        await app.pop_screen()
    if reader.bottom.is_asking:
        reader.set_focus(reader.article if reader.pane == "article" else reader.headlines)
        await reader.bottom.end()
    if reader.zen:
        reader.toggle_zen()
    if reader.wanted.text.strip():
        reader.choosing.want(queries.with_text(reader.wanted, ""), reader.headlines_pane.place)
    if reader.pane == "sidebar":
        reader.show_pane("headlines")
    reader.sidebar.go_home()
    reader.headlines_pane.stand_as_at_start()
    reader.reading.invite("")  # it comes with what shows articles, which is loaded later


def _is_led_back(reader: ReaderScreen) -> bool:
    has_focus = reader.headlines.has_focus if reader.pane == "headlines" else reader.pane == "article"
    return has_focus and reader.sidebar.focused is None and reader.is_settled and not reader.statuses.is_writing


async def _drawn(app: OpenApp, reader: ReaderScreen) -> str:
    reader.show_hints()
    for widget in reader.query(Widget):
        widget.refresh()
    drawn = asyncio.Event()
    reader.call_after_refresh(drawn.set)
    await drawn.wait()
    return app.whole_frame()
