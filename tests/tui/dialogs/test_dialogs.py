"""Every dialog, opened and left by keys and clicks that come twice: each of them counts once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input, Static

from support.app_factory import NOTES, REVIEW, ids, reader, settle, shelve, until
from support.themed_app import ThemedApp
from tuireader.config import Config
from tuireader.model.query import Query
from tuireader.store import articles
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.tui.app import ReaderApp
from tuireader.tui.chrome import HintBar
from tuireader.tui.dialogs.questions import Dialog, NameChanges, PickScreen, open_dialog
from tuireader.tui.lists.choice_list import ChoiceList

SIZE = (120, 30)
OPENING = {"palette": "ctrl+p", "help": "question_mark", "add": "a", "contents": "t", "links": "u"}
ROUNDS = 2
LEAVING = {"escape": "\x1b", "enter": "\r", "q": "q", "question_mark": "?", "t": "t", "u": "u", "1": "1"}


@pytest.fixture
def browsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a browser was given."""
    given: list[str] = []

    async def open_link(_: object, url: str) -> None:
        given.append(url)

    monkeypatch.setattr("tuireader.tui.support.browser.open_link", open_link)
    return given


def key(name: str) -> events.Key:
    return events.Key(name, LEAVING.get(name))


def send(app: ReaderApp, *typed: events.Event) -> None:
    """What a terminal sends in one piece."""
    for event in typed:
        app.post_message(event)


async def click(app: ReaderApp, pilot: Pilot[None], at: tuple[int, int], *, times: int) -> None:
    """Press and release a button as a terminal says it; the pilot's own clicks pass the app by."""
    for _ in range(times):
        for kind in (events.MouseDown, events.MouseUp):
            app.post_message(kind(None, *at, 0, 0, 1, False, False, False, *at))
        await settle(pilot)


async def article_open(app: ReaderApp, pilot: Pilot[None]) -> None:
    await settle(pilot)
    await pilot.press("enter")
    await settle(pilot)
    assert app.reader.reading.opened is not None


@pytest.mark.parametrize("leaving", LEAVING)
@pytest.mark.parametrize("opening", OPENING)
async def test_keys_that_come_twice(with_links: Path, browsed: list[str], opening: str, leaving: str) -> None:
    app = reader(with_links, config=Config(refresh_on_start=False))
    async with app.run_test(size=SIZE) as pilot:
        await article_open(app, pilot)
        opened = app.reader.reading.opened
        send(app, events.Key(OPENING[opening], None), events.Key(OPENING[opening], None))
        await settle(pilot)
        assert len(app.screen_stack) <= 2, "one of a kind"
        for _ in range(ROUNDS):
            if len(app.screen_stack) == 1:
                send(app, events.Key(OPENING[opening], None))
                await settle(pilot)
            send(app, key(leaving), key(leaving), key(leaving))
            await settle(pilot)
        assert app.is_running
        assert len(app.screen_stack) <= 2
        while len(app.screen_stack) > 1:
            await pilot.press("escape")
            await settle(pilot)
        assert app.reader.reading.opened is not None
        assert opened is not None
        if (opening, leaving) != ("palette", "enter"):  # that does a command, such as to open the next one
            assert app.reader.reading.opened[0].id == opened[0].id
        assert len(browsed) <= ROUNDS, "one key opens a link"
        await pilot.press("ctrl+q")
        await until(pilot, lambda: app.return_code is not None)
    assert app.return_code == 0


@pytest.mark.parametrize("opening", ["help", "contents", "links"])
async def test_what_only_shows_something_is_closed_by_the_key_that_opened_it(with_links: Path, opening: str) -> None:
    app = reader(with_links)
    async with app.run_test(size=SIZE) as pilot:
        await article_open(app, pilot)
        for _ in range(ROUNDS):
            await pilot.press(OPENING[opening])
            await settle(pilot)
            assert app.screen is not app.reader
            await pilot.press(OPENING[opening])
            await settle(pilot)
            assert app.screen is app.reader


@pytest.mark.parametrize("opening", [*OPENING.values(), "e"])
async def test_every_hint_has_something_to_do(with_links: Path, opening: str) -> None:
    app = reader(with_links, config=Config(refresh_on_start=False))
    async with app.run_test(size=SIZE) as pilot:
        await article_open(app, pilot)
        await pilot.press(opening)
        await settle(pilot)
        dialog = app.screen
        assert isinstance(dialog, Dialog)
        for hint in dialog.hints():
            place, _, action = hint.id.rpartition(".")
            assert callable(getattr(app if place == "app" else dialog, f"action_{action}", None)), hint


@pytest.mark.parametrize("opening", ["palette", "contents", "links"])
async def test_clicks_that_come_twice(with_links: Path, browsed: list[str], opening: str) -> None:
    app = reader(with_links)
    async with app.run_test(size=SIZE) as pilot:
        await article_open(app, pilot)
        send(app, events.Key(OPENING[opening], None))
        await settle(pilot)
        await pilot.click(ChoiceList, offset=(5, 0), times=2)
        await settle(pilot)
        assert app.is_running
        assert len(app.screen_stack) == 1
        assert len(browsed) == (opening == "links")


async def test_a_command_is_done_once(with_links: Path) -> None:
    app = reader(with_links)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        send(app, events.Key("ctrl+p", None))
        await settle(pilot)
        await pilot.press(*"star")
        send(app, key("enter"), key("enter"))
        await settle(pilot)
        first = app.reader.headlines.headline(0)
        assert first is not None
        assert first.starred, "starred, and not unstarred again"
        assert app.reader.reading.opened is None
        assert len(ids(with_links)) == len(REVIEW) + len(NOTES) + 1


class Lower(Dialog[int]):
    CSS_PATH = None  # type: ignore[assignment]

    def compose(self) -> ComposeResult:
        yield Static("lower")


class Upper(Dialog[int]):
    CSS_PATH = None  # type: ignore[assignment]

    def compose(self) -> ComposeResult:
        yield Static("upper")


async def test_a_dialog_that_ends_under_another_takes_away_itself_alone() -> None:
    app: App[Any] = App()
    given: list[tuple[str, int | None]] = []
    async with app.run_test() as pilot:
        lower, upper = Lower(), Upper()
        open_dialog(app, lower, lambda result: given.append(("lower", result)))
        open_dialog(app, upper, lambda result: given.append(("upper", result)))
        open_dialog(app, Upper())
        await pilot.pause()
        assert app.screen_stack[1:] == [lower, upper]
        lower.dismiss(1)
        lower.dismiss(2)
        await pilot.pause()
        assert app.screen is upper
        upper.dismiss(3)
        await pilot.pause()
        await pilot.pause()
        assert len(app.screen_stack) == 1
    assert given == [("upper", 3), ("lower", 1)]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("archiv", "older articles"),
        ("backfill", "older articles"),
        ("prune", "Clean up old articles…"),
        ("css", "Edit feed"),
    ],
)
async def test_the_palette_knows_what_keymap_and_command_line_call_it(with_links: Path, typed: str, words: str) -> None:
    app = reader(with_links)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("colon", *typed)
        await settle(pilot)
        assert words in " ".join(line.text for line in app.screen.query_one(ChoiceList).rows)


async def test_the_command_that_is_typed_in_full_is_the_first(with_links: Path) -> None:
    app = reader(with_links)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("colon", *("space" if each == " " else each for each in "mark as read"))
        await settle(pilot)
        assert app.screen.query_one(ChoiceList).rows[0].text.startswith("Mark as read")


@pytest.fixture
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two clicks are a double click, however busy this machine is."""
    monkeypatch.setattr(ReaderApp, "CLICK_CHAIN_TIME_THRESHOLD", 60.0)


@pytest.mark.thorough
@pytest.mark.usefixtures("_patient")
async def test_a_double_click_hits_what_the_first_click_hit(db: Path) -> None:
    """What has moved under the pointer since is not clicked."""
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    async with app.run_test(size=SIZE) as pilot:
        await article_open(app, pilot)
        await pilot.press("ctrl+p", *"compact")
        await settle(pilot)
        rows = app.screen.query_one(ChoiceList)
        await click(app, pilot, (rows.region.x + 4, rows.region.y), times=2)
        assert app.screen is app.reader
        assert app.reader.headlines.dense
        with closing(connect(db)) as c:
            assert sum(articles.status(c, id_).read for id_ in article_lists.ids(c, Query())) == 1


@pytest.mark.usefixtures("_patient")
async def test_a_hint_that_changes_under_the_pointer_is_clicked_once(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        app.reader.show_pane("headlines")
        await settle(pilot)
        bar = app.reader.query_one("#hints", HintBar)
        await click(app, pilot, (bar.render().plain.index("back"), bar.region.y), times=2)
        assert app.reader.pane == "sidebar"
        assert app.is_running


async def test_the_dialog_of_rules_has_room_for_its_hints(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    shelve(db, "Notes", NOTES)
    app = reader(db)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("exclamation_mark", *"the")
        await settle(pilot)
        assert app.screen is not app.reader
        assert app.screen.query_one(HintBar).region.bottom <= 24


async def test_a_choice_that_is_not_listed_is_not_pointed_to() -> None:
    app = ThemedApp()
    async with app.run_test(size=(80, 30)) as pilot:
        open_dialog(app, PickScreen("Until", ["Never", "1 day"], {"2027-01-01": True}, noun="date", nothing="Never"))
        await pilot.pause()
        assert app.screen.query_one(ChoiceList).cursor == 0


async def test_a_comma_ends_a_tag() -> None:
    written: list[NameChanges] = []
    app = ThemedApp()
    async with app.run_test(size=(80, 30)) as pilot:
        open_dialog(app, PickScreen("Tags", ["To read"], {}, noun="tag", write=written.append))
        await pilot.pause()
        await pilot.press(*"to", "space", *"read,", "space", *"fun")
        await pilot.pause()
        assert app.screen.query_one(Input).value.strip() == "fun"
        await pilot.press("enter")
        await pilot.pause()
    assert written == [NameChanges(("To read",)), NameChanges(("fun",))]


@pytest.mark.parametrize(
    ("typed", "create", "shown"),
    [
        ("fun", "", ["  Create tag “fun”", "✓ to read, fun"]),
        ("to read", "", ["  Create tag “to read”", "✓ to read, fun"]),
        ("spor", "", ["  sports", "  Create tag “spor”"]),
        ("sports", "", ["  sports", "  winter sports"]),
        ("sport", "Rename to", ["  Rename to “sport”", "  sports", "  winter sports"]),
    ],
)
async def test_a_typed_name_is_taken_as_it_is_unless_it_begins_a_longer_word(
    typed: str, create: str, shown: list[str]
) -> None:
    names = ["to read, fun", "sports", *(["winter sports"] if "sports" in typed or create else [])]
    app = ThemedApp()
    async with app.run_test(size=(80, 30)) as pilot:
        open_dialog(app, PickScreen("Tags", names, {"to read, fun": True}, noun="tag", create=create))
        await pilot.pause()
        await pilot.press(*(" ".join(typed).replace("   ", " space ").split()))
        await pilot.pause()
        rows = app.screen.query_one(ChoiceList)
        assert [rows.rows[at].text for at in range(rows.row_count())] == shown
        assert rows.cursor == 0
        hints = str(app.screen.query_one(HintBar).render())
        assert (("rename" if create else "create") in hints) is (typed in shown[0] and "“" in shown[0])
