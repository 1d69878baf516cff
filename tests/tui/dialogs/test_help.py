"""The help: the keys that are used most first, all of them found by typing."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from support.app_factory import REVIEW, reader, resize, screen_text, settle, shelve
from tuireader.config import Config
from tuireader.tui.dialogs.palette_and_help import HelpScreen, KeyList


@pytest.fixture
def shelved(db: Path) -> Path:
    shelve(db, "The Example Review", REVIEW)
    return db


async def press(pilot: Pilot[None], *pressed: str) -> None:
    await pilot.press(*pressed)
    await settle(pilot)


async def test_the_keys_that_are_used_most_are_seen_first(shelved: Path) -> None:
    app = reader(shelved)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark")
        text = screen_text(app)
        for words in ("BASICS", "Open; in the sidebar, filter", "Star/unstar", "Add feed…", "Search", "/ filter"):
            assert words in text


async def test_keys_are_found_by_a_word_or_by_themselves(shelved: Path) -> None:
    app = reader(shelved)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark", "slash", *"full te")
        text = screen_text(app)
        assert "Toggle full text" in text
        assert "Add feed…" not in text
        assert "BASICS" not in text
        await press(pilot, *["backspace"] * 7, "R")
        text = screen_text(app)
        assert "Refresh all feeds" in text
        assert "Refresh feed" not in text
        await press(pilot, "backspace", *"zzz")
        assert "No shortcut matches “zzz”" in screen_text(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, HelpScreen)
        assert "BASICS" in screen_text(app)
        assert app.focused is app.screen.query_one(KeyList)
        await press(pilot, "escape")
        assert not isinstance(app.screen, HelpScreen)


@pytest.mark.thorough
async def test_what_is_found_can_be_scrolled_and_the_key_of_search_may_be_another(shelved: Path) -> None:
    app = reader(shelved, config=Config(refresh_on_start=False, keymap={"search": "ctrl+g"}))
    async with app.run_test(size=(100, 20)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark")
        assert "ctrl+g filter" in screen_text(app)
        await press(pilot, "ctrl+g", *"article", "enter", "j", "j")
        assert app.focused is app.screen.query_one(KeyList)
        await press(pilot, "q")
        assert isinstance(app.screen, HelpScreen)
        await press(pilot, "q")
        assert not isinstance(app.screen, HelpScreen)


@pytest.mark.thorough
async def test_it_stays_where_it_was_scrolled_to_when_the_terminal_grows(shelved: Path) -> None:
    app = reader(shelved)
    async with app.run_test(size=(80, 20)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark", *"jjjj")
        shown = app.screen.query_one(KeyList)
        assert shown.places()[0].item == 4
        await resize(pilot, 100, 26)
        assert shown.places()[0].item == 4
        await press(pilot, "G")
        assert shown.places()[-1].item == shown.row_count() - 1
        await press(pilot, "g")
        assert shown.places()[0].item == 0


async def test_the_column_of_the_keymap_has_a_head_where_it_is_shown(shelved: Path) -> None:
    app = reader(shelved)
    async with app.run_test(size=(40, 20)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark")
        assert "name in [keymap]" not in screen_text(app)
        await resize(pilot, 120, 30)
        assert "name in [keymap]" in screen_text(app)
