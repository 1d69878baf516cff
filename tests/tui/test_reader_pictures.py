"""What the screen looks like, colour for colour, where words alone do not say it: tones, bars, cursors."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from support.app_factory import NOTES, REVIEW, reader, settle, shelve
from tuireader.config import Config
from tuireader.tui.app import ReaderApp

Compare = Callable[..., bool]


@pytest.fixture
def shelf(db: Path) -> Path:
    shelve(db, "The Example Review", REVIEW)
    shelve(db, "Notes", NOTES, error="notes.example timed out after 30 s", failures=2)
    return db


def app_on(shelf: Path, theme: str = "tuireader-dark") -> ReaderApp:
    return reader(shelf, config=Config(refresh_on_start=False, theme=theme, bidi="terminal"))


def after(*pressed: str) -> Callable[[Pilot[Any]], Any]:
    """Press keys, each when nothing goes on any more."""

    async def run(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        for key in pressed:
            await pilot.press(key)
            await settle(pilot)
        for line in pilot.app.screen.query(Input):
            line.cursor_blink = False  # a picture is of no moment

    return run


CHOOSING = ("h", "tab", "j", "enter", "tab", "enter", "tab", "enter", "f", "h")


@pytest.mark.parametrize("theme", ["tuireader-dark", "tuireader-light", "nord"])
def test_three_panes_with_what_is_chosen(snap_compare: Compare, shelf: Path, theme: str) -> None:
    assert snap_compare(app_on(shelf, theme), terminal_size=(124, 26), run_before=after(*CHOOSING))


def test_two_panes_and_why_a_feed_failed(snap_compare: Compare, shelf: Path) -> None:
    assert snap_compare(app_on(shelf), terminal_size=(80, 24), run_before=after("h", "j", "j", "j"))


def test_one_pane(snap_compare: Compare, shelf: Path) -> None:
    assert snap_compare(app_on(shelf), terminal_size=(40, 14), run_before=after("j"))


def test_a_search(snap_compare: Compare, shelf: Path) -> None:
    assert snap_compare(app_on(shelf), terminal_size=(90, 20), run_before=after("slash", *"rivals"))


def test_the_first_start(snap_compare: Compare, db: Path) -> None:
    assert snap_compare(reader(db), terminal_size=(80, 24), run_before=after())
