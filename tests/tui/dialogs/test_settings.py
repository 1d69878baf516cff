"""The settings: changed in place, and written into the configuration file with its comments kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from support.app_factory import REVIEW, reader, screen_text, settle, shelve
from tuireader import config, paths
from tuireader.config import load, set_option
from tuireader.errors import ConfigError
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
    assert load(file).measure == 80


def test_without_a_file_one_is_made_with_everything_explained(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    set_option(file, "theme", "nord")
    assert "#measure = 72" in file.read_text()
    assert load(file) == config.Config(theme="nord", given=frozenset({"theme"}))


def test_a_file_that_is_not_toml_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("dense = =")
    with pytest.raises(ConfigError, match="Cannot write"):
        set_option(file, "dense", True)
    assert file.read_text() == "dense = ="


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
        await change("Seconds until marked as read", "escape", "escape")  # leaves the number, then the dialog
        assert app.screen is app.reader
    there = load(paths.config_path())
    assert (there.dense, there.full_text, there.measure, there.mark_read_after) == (True, "always", 80, 0)
    assert there.given == {"dense", "full_text", "measure", "theme"}
