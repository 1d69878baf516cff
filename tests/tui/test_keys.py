import re
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import pytest

from support.app_factory import reader, screen_text, settle
from tuireader.config import Config, load
from tuireader.errors import ConfigError
from tuireader.tui import keys
from tuireader.tui.themes import DARK

LISTS = {"LIST": keys.LIST, "ARTICLE": keys.ARTICLE, "READER": keys.READER, "APP": keys.APP, "DIALOG": keys.DIALOG}


def test_every_binding_has_an_id_and_says_what_it_does() -> None:
    for bindings in LISTS.values():
        for binding in bindings:
            assert binding.id
            assert binding.description


@pytest.mark.parametrize("name", LISTS)
def test_no_key_is_bound_twice_in_one_place(name: str) -> None:
    bound = [key for binding in LISTS[name] for key in binding.key.split(",")]
    assert len(bound) == len(set(bound))


def test_the_default_keys_are_those_that_are_promised() -> None:
    promised = {
        "down": "j,down", "up": "k,up", "top": "g,home", "bottom": "G,end", "half-down": "ctrl+d", "half-up": "ctrl+u",
        "open": "enter", "right": "l,right", "back": "h,left,escape", "close": "q", "next-pane": "tab",
        "previous-pane": "shift+tab", "quit": "ctrl+q", "next-article": "J", "previous-article": "K",
        "next-unread": "n", "previous-unread": "p", "refresh": "r", "refresh-all": "R", "read": "m", "all-read": "A",
        "undo": "U,ctrl+z", "star": "f", "browser": "o", "links": "u", "copy-link": "y", "search": "/", "find": "/",
        "next-match": "n", "previous-match": "N", "full-text": "d", "contents": "t", "zen": "z", "sort": "s",
        "add": "a", "palette": ":,ctrl+p", "help": "?,f1",
    }  # fmt: skip
    assert {id_: keys.BY_ID[id_].key for id_ in promised} == promised


def test_the_help_names_every_binding_once() -> None:
    shown = [row for _, rows in keys.help_sections({}) for row in rows]
    missing = {
        id_ for id_, binding in keys.BY_ID.items() if binding.description not in {row.description for row in shown}
    }
    assert missing == {"clear", "leave"}
    assert len(shown) == len(set(shown))
    assert {row.id for row in shown} <= set(keys.BY_ID)


def test_hints_and_help_follow_the_keymap() -> None:
    keymap = {"star": "x,ctrl+s", "down": "e"}
    assert keys.Row("x", "star") in keys.hints("list", keymap)
    assert keys.Row("e/k", "move") in keys.hints("list", keymap)
    assert keys.Row("x ctrl+s", "star", "star") in dict(keys.help_sections(keymap))["Articles"]


async def test_keys_are_bound_as_the_configuration_says(db: Path) -> None:
    app = reader(db, config=Config(refresh_on_start=False, keymap={"help": "x", "close": "Q"}))
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("escape")
        await pilot.press("question_mark")
        assert "MOVING" not in screen_text(app)
        await pilot.press("x")
        await pilot.pause()
        text = screen_text(app)
        assert "MOVING" in text
        assert re.search(r"Q +back; on the first pane, quit +close\b", text)


async def test_a_narrow_help_does_without_the_names_of_the_keymap(db: Path) -> None:
    app = reader(db, config=Config(refresh_on_start=False))
    async with app.run_test(size=(60, 40)) as pilot:
        await settle(pilot)
        await pilot.press("escape")
        await pilot.press("question_mark")
        await pilot.pause()
        assert "a page down; at its end, the next" in screen_text(app)
        assert "page-down" not in screen_text(app)


def test_an_unknown_action_in_the_keymap_is_said(db: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no action “strar”. Did you mean “star”"):
        reader(db, config=Config(keymap={"strar": "x"}))


def test_the_configuration_in_the_readme_is_one(db: Path, tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    file = tmp_path / "config.toml"
    file.write_text(readme.partition("```toml\n")[2].partition("```")[0], "utf-8")
    config = load(file)
    assert config.given == {field.name for field in fields(Config)} - {"given"}
    assert replace(config, given=frozenset()) == Config(theme=DARK.name, keymap=config.keymap)
    app = reader(db, config=config)
    with closing(app.connection):
        assert app.current_theme == DARK


def test_an_unknown_theme_in_the_configuration_is_said(db: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no theme “tuireader-drak”. Did you mean “tuireader-dark”"):
        reader(db, config=Config(theme="tuireader-drak"))
