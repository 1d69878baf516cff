"""What is typed in one go does what it does key by key: it goes where the keys before it lead."""

import random
import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.screen import ModalScreen
from textual.widgets import Input

from support.app_factory import NOTES, REVIEW, reader, settle, shelve
from tuireader.model.query import Query
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.tui.app import ReaderApp
from tuireader.tui.lists.choice_list import ChoiceList
from tuireader.tui.main.reading_pane import ReadingPane
from tuireader.tui.support import typeahead

ACTING = "smart RAd o.org"
"""Letters that are all bound to something."""


def of_text(text: str) -> list[events.Key]:
    return [events.Key(_character_to_key(character), character) for character in text]


def send(app: ReaderApp, *typed: events.Event) -> None:
    """What a terminal sends in one piece."""
    for event in typed:
        app.post_message(event)


ENTER = events.Key("enter", "\r")


@pytest.mark.parametrize("key", ["a", ":"])
async def test_a_dialog_is_typed_into_from_the_first_letter_on(with_links: Path, key: str) -> None:
    app = reader(with_links)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        for _ in range(2):  # when it is loaded, and when it is there already
            send(app, *of_text(key + ACTING))
            await settle(pilot)
            assert app.screen.query_one(Input).value == ACTING
            assert len(app.screen_stack) == 2
            await pilot.press("escape")
            await settle(pilot)
            assert app.screen is app.reader
        assert app.reader.reading.opened is None
        assert not app.reader.headlines._unwritten


async def test_the_first_dialog_of_all_is_too(db: Path) -> None:
    app = reader(db)
    async with app.run_test(size=(80, 24)) as pilot:
        send(app, *of_text(ACTING))
        await settle(pilot)
        assert app.screen.query_one(Input).value == ACTING


async def test_a_command_can_be_given_in_one_go(with_links: Path) -> None:
    app = reader(with_links)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        send(app, *of_text(":light"), ENTER)
        await settle(pilot)
        assert app.theme == "tuireader-light"
        assert app.screen is app.reader


@pytest.mark.parametrize("key", ["a", ":", "/"])
async def test_what_is_pasted_right_after_the_key_gets_there_too(with_links: Path, key: str) -> None:
    app = reader(with_links)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        send(app, *of_text(f"{key}see "), events.Paste(ACTING), *of_text("!"))
        await settle(pilot)
        assert app.screen.query_one(Input).value == f"see {ACTING}!"


async def test_what_is_to_be_found_in_an_article_is_typed_there(with_links: Path) -> None:
    app = reader(with_links)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        opened = app.reader.reading.opened
        send(app, *of_text(f"/{ACTING}"), events.Paste(" Rx"))
        await settle(pilot)
        finding = app.reader.article.finder.session
        assert finding is not None
        assert finding.sought == f"{ACTING} Rx"
        assert app.reader.reading.opened == opened
        assert app.screen is app.reader


@pytest.mark.parametrize("key", ["u", "t", "?"])
async def test_a_list_over_the_panes_takes_the_keys_that_follow(with_links: Path, key: str) -> None:
    app = reader(with_links)
    async with app.run_test(size=(120, 20)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        send(app, *of_text(f"{key}jj"))
        await settle(pilot)
        at_once = app.screen.query_one(ChoiceList).places()[0], app.screen.query_one(ChoiceList).cursor
        assert at_once != ((0, 0), 0)
        await pilot.press("escape")
        await settle(pilot)
        await pilot.press("question_mark" if key == "?" else key)
        await settle(pilot)
        await pilot.press("j", "j")
        assert (app.screen.query_one(ChoiceList).places()[0], app.screen.query_one(ChoiceList).cursor) == at_once


async def test_a_key_that_closes_it_again_lets_the_next_act_where_the_reader_is(with_links: Path) -> None:
    app = reader(with_links)
    async with app.run_test(size=(120, 20)) as pilot:
        await settle(pilot)
        send(app, *of_text("?"), events.Key("escape", None))
        await settle(pilot)
        assert app.screen is app.reader
        await pilot.press("f")
        await settle(pilot)
        assert app.reader.headlines.current is not None
        assert app.reader.headlines.current.starred


@pytest.mark.parametrize("key", ["question_mark", "u"])
async def test_a_key_right_after_the_one_that_closes_a_dialog_acts_where_the_reader_is(
    with_links: Path, key: str
) -> None:
    app = reader(with_links)
    async with app.run_test(size=(120, 20)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        for _ in range(2):
            await pilot.press(key)
            await settle(pilot)
            assert app.screen is not app.reader
            send(app, events.Key("escape", None), *of_text("/"), *of_text(ACTING))
            await settle(pilot)
            assert app.screen is app.reader
            finding = app.reader.article.finder.session
            assert finding is not None
            assert finding.sought == ACTING
            await pilot.press("escape")
            await settle(pilot)


@pytest.mark.parametrize("key", ["q", "question_mark", "escape"])
async def test_a_key_that_comes_twice_closes_one_thing(with_links: Path, key: str) -> None:
    app = reader(with_links)
    async with app.run_test(size=(120, 20)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        opened = app.reader.reading.opened
        await pilot.press("question_mark")
        await settle(pilot)
        send(app, events.Key(key, None), events.Key(key, None))
        await settle(pilot)
        assert app.is_running
        assert app.screen is app.reader
        assert app.reader.reading.opened == opened
        assert app.reader.article.has_focus


WALKING = (
    "j",
    "k",
    "g",
    "G",
    "t",
    "u",
    "question_mark",
    "colon",
    "z",
    "tab",
    "shift+tab",
    "escape",
    "escape",
    "escape",
)
"""Keys that open, close and move, and load nothing."""
PRINTED = {"question_mark": "?", "colon": ":"}


async def after(path: Path, keys: Sequence[str], *, at_once: bool) -> tuple[object, ...]:
    """Where an article's reader is after these keys."""
    app = reader(path)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        for name in keys:
            if not at_once:
                await settle(pilot)
            send(app, events.Key(name, PRINTED.get(name, name if len(name) == 1 else None)))
        await settle(pilot)
        typed = [line.value for line in app.screen.query(Input)]
        return type(app.screen), type(app.focused), app.focused and app.focused.id, typed, app.reader.zen


@pytest.mark.parametrize("seed", range(6))
async def test_keys_do_the_same_in_one_piece_and_one_by_one(with_links: Path, tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    keys = dice.choices(WALKING, k=14)
    keys = [
        key for key, before in zip(keys, ["", *keys], strict=False) if key != before
    ]  # twice the same is another test
    other = Path(shutil.copy(with_links, tmp_path / "other.db"))
    assert await after(with_links, keys, at_once=True) == await after(other, keys, at_once=False), keys


LEADING = ("enter", "l", "h", "J", "K", "n", "p", "f", "m", "f", "m", "j", "k", "tab", "s", "space", "A", "U")
"""Keys that lead to articles and lists, and keys that mean what is there by then."""
GOING_ON = {"J", "K", "n", "p", "space"}


async def read_after(path: Path, keys: Sequence[str], *, at_once: bool) -> tuple[object, ...]:
    """Where a reader of the headlines is after these keys, and what they have done to the articles."""
    app = reader(path)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        for name in keys:
            if not at_once:
                await settle(pilot)
            character = {"enter": "\r", "space": " "}.get(name, name if len(name) == 1 else None)
            send(app, events.Key(name, character))
        await settle(pilot)
        screen = app.reader
        opened = screen.reading.opened[0].id if screen.reading.opened else None
        current = screen.headlines.current
        with closing(connect(path)) as c:
            marks = [(each.id, each.read, each.starred) for each in article_lists.window(c, Query(), 0, 100)]
        return opened, screen.pane, current and current.id, screen.wanted, screen.headlines_pane.listed, marks


@pytest.mark.parametrize("seed", [0, 1, 4, 5])
async def test_keys_wait_for_the_article_and_the_list_that_the_ones_before_lead_to(
    db: Path, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typeahead, "KEY_TIMEOUT", 60.0)
    shelve(db, "The Example Review", REVIEW)
    shelve(db, "Notes", NOTES)
    dice = random.Random(seed)
    keys: list[str] = []
    while len(keys) < 16:
        key = dice.choice(LEADING)
        # of two steps at once, only the article where they end is opened
        if not (key in GOING_ON and keys and keys[-1] in GOING_ON):
            keys.append(key)
    other = Path(shutil.copy(db, tmp_path / "other.db"))
    assert await read_after(db, keys, at_once=True) == await read_after(other, keys, at_once=False), keys


async def test_what_never_comes_is_not_waited_for(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(ReadingPane, "is_opening", True)
        monkeypatch.setattr(typeahead, "KEY_TIMEOUT", 0.05)
        send(app, *of_text("?"))
        await settle(pilot)
        assert app.screen is not app.reader


async def test_a_key_that_never_comes_to_an_end_is_not_waited_for(
    with_links: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = reader(with_links)
    async with app.run_test(size=(120, 20)) as pilot:
        await settle(pilot)
        monkeypatch.setattr(app, "_follow", lambda *_: None)  # nobody hears that it is done
        send(app, *of_text("g"))
        await pilot.pause()
        monkeypatch.undo()
        send(app, *of_text("g"))
        await pilot.pause()
        assert not app.is_idle
        monkeypatch.setattr(typeahead, "KEY_TIMEOUT", 0.0)
        send(app, *of_text("?"))
        await settle(pilot)
        assert app.is_idle
        assert app.screen is not app.reader


async def test_quitting_never_waits(with_links: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = reader(with_links)
    async with app.run_test(size=(120, 20)) as pilot:
        await settle(pilot)
        waiting: list[int] = []
        leave = app.action_quit

        async def quit_now() -> None:
            waiting.append(len(app._waiting))
            await leave()

        monkeypatch.setattr(app, "action_quit", quit_now)
        send(app, *of_text("aexample"), events.Key("ctrl+q", None))
        while app.is_running:
            await pilot.pause(0.01)
        assert waiting[0] > 1, "the keys before it were still waiting"


@pytest.mark.parametrize("key", ["e", "T", "M", "!"])
async def test_a_dialog_that_has_to_be_read_for_takes_what_is_typed_after_its_key(with_links: Path, key: str) -> None:
    """What it shows comes from the cache first, and the keys beneath do other things meanwhile."""
    app = reader(with_links)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        before = app.reader.headlines.cursor
        send(app, *of_text(f"{key}jjmf"))
        await settle(pilot)
        assert app.reader.headlines.cursor == before
        assert not app.reader.headlines._unwritten
        assert len(app.screen_stack) == 2


def _lost(how: str, app: ReaderApp) -> list[events.Event]:
    """What takes the focus away: the wheel beyond the window, or another window."""
    if how == "window":
        return [events.AppBlur()]
    x, y = app.size.width + 5, app.size.height + 5
    return [events.MouseScrollDown(None, x, y, 0, 0, 0, False, False, False)]


@pytest.mark.parametrize("how", ["window", "wheel"])
@pytest.mark.parametrize("key", ["a", ":", "?"])
async def test_a_dialog_that_lost_the_focus_is_typed_into(with_links: Path, key: str, how: str) -> None:
    """Before anything was typed in it, and after."""
    app = reader(with_links)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        for typed in ("", "x"):
            send(app, *of_text(key))
            await settle(pilot)
            send(app, *of_text(typed), *_lost(how, app))
            await settle(pilot)
            send(app, *of_text("harbour"))
            await settle(pilot)
            if key != "?":
                assert app.screen.query_one(Input).value == f"{typed}harbour"
            send(app, events.Key("escape", None), events.Key("escape", None))
            await settle(pilot)
            assert app.screen is app.reader
            assert app.is_idle


async def test_a_dialog_without_anything_to_focus_takes_keys(with_links: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeahead, "KEY_TIMEOUT", 0.05)
    app = reader(with_links)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        app.push_screen(_Empty())
        await pilot.pause()
        send(app, *of_text("x"), events.Key("escape", None))
        for _ in range(100):
            await pilot.pause(0.02)
            if app.screen is app.reader:
                break
        assert app.screen is app.reader


@pytest.mark.parametrize("waiting", [[], of_text("x")], ids=["nothing typed", "a key that waits"])
async def test_a_look_at_what_waits_when_the_screens_are_gone_is_no_crash(
    with_links: Path, waiting: list[events.Key], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = reader(with_links)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
    assert not app.screen_stack
    monkeypatch.setattr(app, "set_timer", lambda *_: None)  # none can begin any more
    app._waiting.extend(waiting)
    await app._watch_again()
    await app._look_again()


class _Empty(ModalScreen[None]):
    BINDINGS = [("escape", "dismiss")]  # noqa: RUF012 - Textual declares it no ClassVar
