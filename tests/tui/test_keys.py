import re
from collections import defaultdict
from contextlib import closing
from dataclasses import fields, replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from textual import events
from textual.binding import Binding
from textual.widgets import Input

from support.app_factory import REVIEW, reader, screen_text, settle, shelve, until
from tuireader.config import Config, documented, read
from tuireader.errors import ConfigError
from tuireader.tui import app as app_module
from tuireader.tui import keys
from tuireader.tui.app import ReaderApp
from tuireader.tui.article.view import ArticleView
from tuireader.tui.commands import BY_ID, COMMANDS, Context
from tuireader.tui.keys import check
from tuireader.tui.lists.feed_tree import FeedTree
from tuireader.tui.themes import DARK

CONTEXTS: tuple[Context, ...] = ("list", "article", "panes", "app", "dialog", "feed")


def test_every_command_is_bound_somewhere_and_says_what_it_does() -> None:
    bound = [bound for context in CONTEXTS for bound in keys.bindings(context)]
    assert all(isinstance(each, Binding) and each.id and each.description for each in bound)
    assert {each.id for each in bound if isinstance(each, Binding)} == set(BY_ID)
    assert len(BY_ID) == len(COMMANDS)


def test_every_command_is_an_action_where_it_is_bound() -> None:
    """Of dialogs, each has the actions that it binds: their own tests press the keys. For the panes see below."""
    classes = {"list": FeedTree, "article": ArticleView, "app": ReaderApp}
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
    ("/", "article"): "find", ("n", "article"): "next-match", ("escape", "article"): "clear",
}  # fmt: skip
"""Keys of the panes that do something else in an article."""


@pytest.mark.parametrize("context", CONTEXTS)
def test_no_key_is_bound_twice_in_one_place(context: Context) -> None:
    commands: dict[str, list[str]] = defaultdict(list)
    for each in COMMANDS:
        for key in each.keys.split(",") if each.keys and each.context == context else ():
            commands[key].append(each.id)
    assert {key: ids for key, ids in commands.items() if len(ids) > 1} == {}


def test_a_key_of_the_panes_that_a_part_has_too_is_meant() -> None:
    """The part that has the focus comes first: the command of the panes would never hear of the key there."""
    of_panes = {key: each.id for each in COMMANDS if each.context == "panes" for key in each.keys.split(",") if key}
    parts = [each for each in COMMANDS if each.context in ("moving", "list", "article")]
    found = {(key, each.context): each.id for each in parts for key in each.keys.split(",") if key in of_panes}
    assert found == MEANT


def test_the_default_keys_are_those_that_are_promised() -> None:
    promised = {
        "down": "j,down", "up": "k,up", "top": "g,home", "bottom": "G,end", "half-down": "ctrl+d", "half-up": "ctrl+u",
        "open": "enter", "left": "h,left", "right": "l,right", "back": "escape", "close": "q", "next-pane": "tab",
        "previous-pane": "shift+tab", "quit": "ctrl+q", "next-article": "J", "previous-article": "K",
        "next-unread": "n", "previous-unread": "p", "refresh": "r", "refresh-all": "R", "read": "m", "all-read": "A",
        "undo": "U",
        "suspend": "ctrl+z", "clear-choices": "c", "star": "f", "browser": "o", "links": "u", "copy-link": "y",
        "search": "/", "find": "/",
        "next-match": "n", "previous-match": "N", "full-text": "d", "contents": "t", "zen": "z", "sort": "s",
        "next-link": ".", "previous-link": ">", "fold": "minus", "exclude": "x", "save-search": "S", "feed-info": "e",
        "archive": "B", "download": "D", "tags": "T", "select": "v", "select-to": "V",
        **dict.fromkeys(
            ("rules", "hidden", "stories", "prune", "read-page", "account", "sync", "dense", "narrower", "wider"), ""
        ),
        "add": "a", "palette": ":,ctrl+p", "help": "?,f1",
    }  # fmt: skip
    assert {id_: BY_ID[id_].keys for id_ in promised} == promised


def test_the_help_names_every_binding_once() -> None:
    shown = [row for _, rows in keys.help_sections({}) for row in rows]
    missing = {id_ for id_, command in BY_ID.items() if command.words not in {row.description for row in shown}}
    assert missing == {"clear", "leave", "rename", "unsubscribe", "open-site", "feed-settings", "selector"}
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
        "open", "star", "read", "search", "add", "refresh", "select", "move", "back", "commands", "help"
    ]  # fmt: skip
    assert keys.Row("j/k", "move", "down") in keys.hints("sidebar", {})
    assert [row.description for row in keys.hints("article", {})] == [
        "page", "next", "star", "find", "links", "zen", "browser", "back", "commands", "help"
    ]  # fmt: skip


def test_hints_and_help_follow_the_keymap() -> None:
    keymap = {"star": "x,ctrl+s", "down": "e"}
    assert keys.Row("x", "star", "star") in keys.hints("list", keymap)
    assert keys.Row("e/k", "move", "down") in keys.hints("list", keymap)
    assert keys.Row("x ctrl+s", "Star/unstar", "star") in dict(keys.help_sections(keymap))["Basics"]


async def test_keys_are_bound_as_the_configuration_says(db: Path) -> None:
    app = reader(db, config=Config(refresh_on_start=False, keymap={"help": "W", "close": "Q"}))
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("escape")
        await pilot.press("question_mark")
        assert "BASICS" not in screen_text(app)
        await pilot.press("W")
        await pilot.pause()
        text = screen_text(app)
        assert "BASICS" in text
        assert re.search(r"Q +Back; in the first pane, quit +close\b", text)


GO = {
    "top": "g g",
    "archive": "g a",
    "sort": "comma s,s",
    "settings": "alt+s",
    "star": "g g o x",
    "zen": "ctrl+x escape",
}


@pytest.mark.parametrize(
    ("typed", "acting"),
    [
        ("g g j", ["g g", "j"]),
        ("g g o x", ["g g o x"]),
        ("g g o j", ["g g", "o", "j"]),
        ("g g g a", ["g g", "g a"]),
        ("g a", ["g a"]),
        ("g x", ["g", "x"]),
        ("x g g j", ["x", "g g", "j"]),
        ("comma g g j", ["comma", "g g", "j"]),
        ("g comma s", ["g", "comma s"]),
        ("g escape j", ["j"]),
        ("x escape", ["x", "escape"]),
        ("ctrl+x escape", ["ctrl+x escape"]),
        ("escape", ["escape"]),
        ("g", []),
    ],
)
def test_keys_of_a_sequence_are_one_key(typed: str, acting: list[str]) -> None:
    sequences = keys.Sequences(GO)
    taken = [each.key for key in typed.split(" ") for each in sequences.take(events.Key(key, None))]
    assert taken == acting
    assert sequences.is_begun == (typed == "g")
    assert [each.key for each in sequences.end()] == (["g"] if typed == "g" else [])


async def test_sequences_are_bound_as_the_configuration_says(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db, config=Config(refresh_on_start=False, keymap=GO))
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("G")
        await settle(pilot)
        assert app.reader.headlines.cursor == len(REVIEW) - 1
        await pilot.press("g", "g")
        await until(pilot, lambda: app.reader.headlines.cursor == 0)
        for key in ("/", "g", "g", "h"):  # at once; a text is typed
            app.post_message(events.Key({"/": "slash"}.get(key, key), key))
        await until(pilot, lambda: bool(app.reader.screen.query(Input)))
        await settle(pilot)
        assert app.reader.screen.query_one(Input).value == "ggh"
        await pilot.press("escape", "question_mark")
        await settle(pilot)
        assert re.search(r"g g +.* top\b", screen_text(app))


async def test_a_word_found_in_an_article_holds_no_sequence(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db, config=Config(refresh_on_start=False, keymap=GO | {"read": "m m"}))
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("slash", *"commagg")
        await settle(pilot)
        assert "commagg" in screen_text(app)
        assert app.reader.reading.opened is not None
        assert app.reader.reading.opened[1].read


async def test_a_key_that_begins_a_sequence_acts_alone_after_a_while(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_module, "SEQUENCE_TIMEOUT", 0.05)
    shelve(db, "The Example Review", REVIEW)
    app = reader(db, config=Config(refresh_on_start=False, keymap={"help": "g h"}))
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("G", "g")
        await until(pilot, lambda: app.reader.headlines.cursor == 0)


async def test_a_narrow_help_does_without_the_names_of_the_keymap(db: Path) -> None:
    app = reader(db, config=Config(refresh_on_start=False))
    async with app.run_test(size=(60, 40)) as pilot:
        await settle(pilot)
        await pilot.press("escape")
        await pilot.press("question_mark")
        await pilot.pause()
        assert "Page down, then next article" in screen_text(app)
        assert "page-down" not in screen_text(app)


@pytest.mark.thorough
@pytest.mark.parametrize("size", [(120, 40), (60, 20)])
async def test_the_last_line_of_the_help_is_reached(db: Path, size: tuple[int, int]) -> None:
    app = reader(db, config=Config(refresh_on_start=False))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for keys_to_the_end in (["G"], ["j"] * 80, ["space"] * 9):
            await pilot.press("escape", "question_mark", *keys_to_the_end)
            await settle(pilot)
            assert "Edit feed" in screen_text(app), keys_to_the_end
            await pilot.press("g")
            await settle(pilot)
            assert "BASICS" in screen_text(app)


@pytest.mark.parametrize(
    ("keymap", "says"),
    [
        ({"star": "s"}, "“s” is assigned to both “star” and “sort”"),
        ({"down": "Z,j", "leave": "Z"}, "“Z” is assigned to both “down” and “leave”"),
        ({"quit": "j"}, "“j” is assigned to both “down” and “quit”"),
        ({"help": "f"}, "“f” is assigned to both “star” and “help”"),
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
    with pytest.raises(ConfigError, match=r"unknown command “strar”. Did you mean “star”"):
        reader(db, config=Config(keymap={"strar": "x"}))


def test_the_manual_has_the_keys_and_settings_of_the_program(db: Path, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    docs = root / "docs"
    found = spec_from_file_location("manual", root / "scripts" / "manual.py")
    assert found is not None
    assert found.loader is not None
    manual = module_from_spec(found)
    found.loader.exec_module(manual)
    assert (docs / "keys.md").read_text("utf-8") == manual.keys_page()
    assert (docs / "settings.md").read_text("utf-8") == manual.settings_page()
    file = tmp_path / "config.toml"
    file.write_text(documented(), "utf-8")
    config = read(file)[0]
    assert config.given == {field.name for field in fields(Config)} - {"given"}
    assert replace(config, given=frozenset()) == Config(theme=DARK.name, keymap=config.keymap)
    app = reader(db, config=config)
    with closing(app.connection):
        assert app.current_theme == DARK


def test_an_unknown_theme_in_the_configuration_is_said(db: Path) -> None:
    with pytest.raises(ConfigError, match=r"unknown theme “tuireader-drak”. Did you mean “tuireader-dark”"):
        reader(db, config=Config(theme="tuireader-drak"))
