"""The settings: changed in place, and written into the configuration file with its comments kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from support.app_factory import NOTES, REVIEW, reader, screen_text, settle, shelve
from support.fault_injection import Fault, failing_statements
from tuireader import config, paths
from tuireader.config import read, set_option
from tuireader.errors import ConfigError
from tuireader.library.reading.user_edits import OPTIONS
from tuireader.store import feeds
from tuireader.store.connection import connect
from tuireader.tui.dialogs.settings import SettingsScreen
from tuireader.tui.lists.choice_list import AutocompleteList

FILE = """\
# mine
dense = false # roomy

[keymap]
star = "s"
"""


async def press(pilot: Pilot[None], *pressed: str) -> None:
    await pilot.press(*pressed)
    await settle(pilot)


def test_an_option_is_written_beside_what_is_there(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(FILE)
    set_option(file, "dense", True)
    set_option(file, "measure", 80)
    assert file.read_text() == FILE.replace("false", "true").replace("\n\n[keymap]", "\nmeasure = 80\n\n[keymap]")
    assert read(file)[0].measure == 80


def test_without_a_file_one_is_made_with_everything_explained(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    set_option(file, "theme", "nord")
    assert "#measure = 72" in file.read_text()
    assert read(file)[0] == config.Config(theme="nord", given=frozenset({"theme"}))


def test_a_file_keeps_its_mode_and_a_read_only_one_its_content(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(FILE)
    file.chmod(0o644)
    set_option(file, "dense", True)
    assert file.stat().st_mode & 0o777 == 0o644
    file.chmod(0o444)
    before = file.read_text()
    with pytest.raises(ConfigError, match="read-only"):
        set_option(file, "dense", False)
    assert file.read_text() == before


async def test_what_a_key_changes_is_written_where_it_is_given(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    file = paths.config_path()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("dense = true\n")
    app = reader(db, config=read(file)[0])
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert app.reader.headlines.dense
        await app.reader.action_command("dense")
        await settle(pilot)
    assert read(file)[0].dense is False
    assert read(file)[0].given == {"dense"}


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_switches_words_and_numbers_are_changed_in_place(db: Path, size: tuple[int, int]) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "comma")
        assert isinstance(app.screen, SettingsScreen)
        rows = app.screen.query_one(AutocompleteList)
        named = {line.text: at for at, line in enumerate(rows.rows)}

        async def change(name: str, *pressed: str) -> None:
            rows.move_to(named[name])
            await press(pilot, "enter", *pressed)

        await change("Compact list")
        assert app.reader.headlines.dense
        await change("Full text")
        await change("Text width")
        app.screen.query_one(Input).value = "999"
        await press(pilot, "enter")
        assert "must be a whole number from 32 to 120" in " ".join(screen_text(app).split())
        app.screen.query_one(Input).value = "80"
        await press(pilot, "enter")
        assert app.reader.article.measure == 80
        await change("Theme")
        assert app.theme == "tuireader-light"
        await change(
            "Mark open article as read after (seconds)", "escape", "escape"
        )  # leaves the number, then the dialog
        assert app.screen is app.reader
    there = read(paths.config_path())[0]
    assert (there.dense, there.full_text, there.measure, there.mark_read_after) == (True, "always", 80, 0)
    assert there.given == {"dense", "full_text", "measure", "theme"}


async def test_the_settings_of_a_feed_are_changed_from_its_dialog(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    shelve(db, "Notes", NOTES)
    app = reader(db)

    def stored() -> dict[str, str]:
        with closing(connect(db)) as c:
            named = next(feed for feed in feeds.every(c) if feed.name == "The Example Review")
            return {name: value for name, value in feeds.options(c, named.id).items() if name in OPTIONS}

    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "e", "comma")
        assert isinstance(app.screen, SettingsScreen)
        assert "Settings of The Example Review" in screen_text(app)
        rows = app.screen.query_one(AutocompleteList)
        named = {line.text: at for at, line in enumerate(rows.rows)}
        shown = {line.text: line.aside for line in rows.rows}
        assert shown["Exclude from Unread"] == "off"
        assert shown["Clean-up: delete read after (days)"] == "default (never)"
        assert shown["Full text"] == "default (auto)"

        async def change(name: str, typed: str | None = None) -> None:
            rows.move_to(named[name])
            await press(pilot, "enter")
            if typed is not None:
                app.screen.query_one(Input).value = typed
                await press(pilot, "enter")

        await change("Exclude from Unread")
        await change("Full text")
        await change("Full text")
        await change("Clean-up: delete read after (days)", "many")
        assert "Clean-up: delete read after (days) must be a number" in " ".join(screen_text(app).split())
        app.screen.query_one(Input).value = "30"
        await press(pilot, "enter")
        assert stored() == {"quiet": "yes", "full_text": "always", "keep_days": "30"}
        await change("Full text: CSS selector", "p[")
        assert stored().keys() == {"quiet", "full_text", "keep_days"}
        await press(pilot, "escape")
        await change("Clean-up: delete read after (days)", "")
        await change("Exclude from Unread")
        assert stored() == {"quiet": "no", "full_text": "always"}
        await press(pilot, "escape")
        assert app.screen is app.reader


async def click(pilot: Pilot[None], name: str) -> None:
    rows = pilot.app.screen.query_one(AutocompleteList)
    await pilot.click(rows, offset=(4, [line.text for line in rows.rows].index(name)))
    await settle(pilot)


@pytest.mark.thorough
async def test_a_click_beside_a_typed_value_saves_that_and_changes_nothing_else(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "comma")
        await click(pilot, "Text width")
        app.screen.query_one(Input).value = "80"
        await click(pilot, "Theme")
        assert app.reader.article.measure == 80
        assert not app.screen.query_one(Input).display
        await click(pilot, "Text width")
        app.screen.query_one(Input).value = "8"
        await click(pilot, "Compact list")
        assert "Text width” must be a whole number" in " ".join(screen_text(app).split())
        assert app.screen.query_one(Input).has_focus
        await press(pilot, "escape", "escape")
    there = read(paths.config_path())[0]
    assert there.given == {"measure"}
    assert there.measure == 80


async def test_a_setting_that_could_not_be_written_is_shown_as_it_is(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "e", "comma")
        rows = app.screen.query_one(AutocompleteList)
        with failing_statements(Fault(1), sqlite3.SQLITE_FULL, "disk is full", of="INTO feed_option"):
            await press(pilot, "enter")
        assert "Disk full" in screen_text(app)
        assert rows.rows[0].aside == "off"
        await press(pilot, "enter")
        assert rows.rows[0].aside == "on"
