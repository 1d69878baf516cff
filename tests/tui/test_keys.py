import re
from collections import defaultdict
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import pytest
from textual.binding import Binding

from support.app_factory import reader, screen_text, settle
from tuireader.config import Config, documented, load
from tuireader.errors import ConfigError
from tuireader.tui import keys
from tuireader.tui.app import ReaderApp
from tuireader.tui.article.view import ArticleView
from tuireader.tui.commands import BY_ID, COMMANDS, Context
from tuireader.tui.keys import check
from tuireader.tui.lists.row_list import RowList
from tuireader.tui.themes import DARK

CONTEXTS: tuple[Context, ...] = ("list", "article", "panes", "app", "dialog", "feed")


def test_every_command_is_bound_somewhere_and_says_what_it_does() -> None:
    bound = [bound for context in CONTEXTS for bound in keys.bindings(context)]
    assert all(isinstance(each, Binding) and each.id and each.description for each in bound)
    assert {each.id for each in bound if isinstance(each, Binding)} == set(BY_ID)
    assert len(BY_ID) == len(COMMANDS)


def test_every_command_is_an_action_where_it_is_bound() -> None:
    """Of dialogs, each has the actions that it binds: their own tests press the keys. For the panes see below."""
    classes = {"list": RowList, "article": ArticleView, "app": ReaderApp}
    for context, bound_to in classes.items():
        for binding in keys.bindings(context):  # type: ignore[arg-type]
            assert isinstance(binding, Binding)
            assert hasattr(bound_to, f"action_{binding.action}"), (context, binding)


def test_the_screen_says_what_does_each_command_of_the_panes_and_no_other(db: Path) -> None:
    bound = {binding.id: binding.action for binding in keys.bindings("panes") if isinstance(binding, Binding)}
    assert all(action == f"command({id_!r})" for id_, action in bound.items())
    app = ReaderApp(db)
    try:
        assert set(app.get_default_screen().handlers) == set(bound)
    finally:
        app.connection.close()


MEANT = {
    ("/", "article"): "find", ("n", "article"): "next-match", ("tab", "article"): "next-link",
    ("shift+tab", "article"): "previous-link", ("escape", "article"): "clear",
}  # fmt: skip
"""Keys of the panes that do something else in an article."""


@pytest.mark.parametrize("context", CONTEXTS)
def test_no_key_is_bound_twice_in_one_place(context: Context) -> None:
    commands: dict[str, list[str]] = defaultdict(list)
    for each in COMMANDS:
        for key in each.keys.split(",") if each.context == context else ():
            commands[key].append(each.id)
    assert {key: ids for key, ids in commands.items() if len(ids) > 1} == {}


def test_a_key_of_the_panes_that_a_part_has_too_is_meant() -> None:
    """The part that has the focus comes first: the command of the panes would never hear of the key there."""
    of_panes = {key: each.id for each in COMMANDS if each.context == "panes" for key in each.keys.split(",")}
    parts = [each for each in COMMANDS if each.context in ("moving", "list", "article")]
    found = {(key, each.context): each.id for each in parts for key in each.keys.split(",") if key in of_panes}
    assert found == MEANT


def test_the_default_keys_are_those_that_are_promised() -> None:
    promised = {
        "down": "j,down", "up": "k,up", "top": "g,home", "bottom": "G,end", "half-down": "ctrl+d", "half-up": "ctrl+u",
        "open": "enter", "right": "l,right", "back": "h,left,escape", "close": "q", "next-pane": "tab",
        "previous-pane": "shift+tab", "quit": "ctrl+q", "next-article": "J", "previous-article": "K",
        "next-unread": "n", "previous-unread": "p", "refresh": "r", "refresh-all": "R", "read": "m", "all-read": "A",
        "undo": "U",
        "suspend": "ctrl+z", "clear-choices": "c", "star": "f", "browser": "o", "links": "u", "copy-link": "y",
        "search": "/", "find": "/",
        "next-match": "n", "previous-match": "N", "full-text": "d", "contents": "t", "zen": "z", "sort": "s",
        "add": "a", "palette": ":,ctrl+p", "help": "?,f1",
    }  # fmt: skip
    assert {id_: BY_ID[id_].keys for id_ in promised} == promised


def test_the_help_names_every_binding_once() -> None:
    shown = [row for _, rows in keys.help_sections({}) for row in rows]
    missing = {id_ for id_, command in BY_ID.items() if command.words not in {row.description for row in shown}}
    assert missing == {"clear", "leave", "rename", "unsubscribe", "open-site", "turn-full-text", "selector"}
    assert len(shown) == len(set(shown))
    assert {row.id for row in shown} <= set(BY_ID)


def test_the_palette_offers_what_does_something_wherever_the_focus_is() -> None:
    offered = [action for action, *_ in keys.palette({})]
    assert offered[0] == "command('next-article')"
    assert offered[-2:] == ["app.help", "app.quit"]
    assert {f"command({id_!r})" for id_ in ("star", "full-text", "add")} <= set(offered)
    assert not {"command('back')", "command('close')", "down", "next_match", "app.palette"} & set(offered)


def test_hints_are_in_order_and_share_a_word() -> None:
    assert [row.description for row in keys.hints("list", {})] == [
        "move", "open", "star", "read", "search", "refresh", "add", "select", "back", "more", "help"
    ]  # fmt: skip
    assert keys.hints("sidebar", {})[0] == keys.Row("j/k", "move", "down")
    assert [row.description for row in keys.hints("article", {})] == [
        "page", "next", "star", "find", "links", "zen", "browser", "scroll", "back", "more", "help"
    ]  # fmt: skip


def test_hints_and_help_follow_the_keymap() -> None:
    keymap = {"star": "x,ctrl+s", "down": "e"}
    assert keys.Row("x", "star", "star") in keys.hints("list", keymap)
    assert keys.Row("e/k", "move", "down") in keys.hints("list", keymap)
    assert keys.Row("x ctrl+s", "star", "star") in dict(keys.help_sections(keymap))["Most used"]


async def test_keys_are_bound_as_the_configuration_says(db: Path) -> None:
    app = reader(db, config=Config(refresh_on_start=False, keymap={"help": "W", "close": "Q"}))
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("escape")
        await pilot.press("question_mark")
        assert "MOST USED" not in screen_text(app)
        await pilot.press("W")
        await pilot.pause()
        text = screen_text(app)
        assert "MOST USED" in text
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


@pytest.mark.parametrize("size", [(120, 40), (60, 20)])
async def test_the_last_line_of_the_help_is_reached(db: Path, size: tuple[int, int]) -> None:
    app = reader(db, config=Config(refresh_on_start=False))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for keys_to_the_end in (["G"], ["j"] * 80, ["space"] * 9):
            await pilot.press("escape", "question_mark", *keys_to_the_end)
            await settle(pilot)
            assert "feed info" in screen_text(app), keys_to_the_end
            await pilot.press("g")
            await settle(pilot)
            assert "MOST USED" in screen_text(app)


@pytest.mark.parametrize(
    ("keymap", "says"),
    [
        ({"star": "s"}, "the key “s” is that of “star” and of “sort”"),
        ({"down": "e,q", "leave": "e"}, "the key “e” is that of “down” and of “leave”"),
        ({"quit": "j"}, "the key “j” is that of “down” and of “quit”"),
        ({"help": "f"}, "the key “f” is that of “star” and of “help”"),
        ({"star": "ctrl+"}, "“ctrl+” is not a key"),
        ({"star": "x,,y"}, "“” is not a key"),
    ],
)
def test_keys_that_cannot_do_what_is_wanted_are_said(keymap: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(says)):
        check(Config(keymap=keymap))


def test_keys_may_be_exchanged_and_mean_something_else_elsewhere() -> None:
    check(Config(keymap={"star": "s", "sort": "f", "find": "x,slash", "next-match": "J", "wider": "plus,+"}))


def test_an_unknown_action_in_the_keymap_is_said(db: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no action “strar”. Did you mean “star”"):
        reader(db, config=Config(keymap={"strar": "x"}))


def test_the_configuration_in_the_readme_is_one(db: Path, tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    file = tmp_path / "config.toml"
    shown = readme.partition("```toml\n")[2].partition("```")[0]
    assert shown == documented()
    file.write_text(shown, "utf-8")
    config = load(file)
    assert config.given == {field.name for field in fields(Config)} - {"given"}
    assert replace(config, given=frozenset()) == Config(theme=DARK.name, keymap=config.keymap)
    app = reader(db, config=config)
    with closing(app.connection):
        assert app.current_theme == DARK


def test_an_unknown_theme_in_the_configuration_is_said(db: Path) -> None:
    with pytest.raises(ConfigError, match=r"there is no theme “tuireader-drak”. Did you mean “tuireader-dark”"):
        reader(db, config=Config(theme="tuireader-drak"))
