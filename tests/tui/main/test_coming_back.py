"""Where the user was, what the cursor previews, and when an article counts as read."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from support.app_factory import NOTES, REVIEW, Piece, ids, point, reader, resize, screen_text, settle, shelve, until
from tuireader.config import Config
from tuireader.library.jobs import cache_gateway
from tuireader.library.reading import user_edits
from tuireader.model.feed import Feed
from tuireader.model.query import Query
from tuireader.store import articles, feeds, ui_state
from tuireader.store.connection import connect, transaction, version
from tuireader.store.queries import article_lists
from tuireader.tui.app import ReaderApp
from tuireader.tui.article.view import ArticleView
from tuireader.tui.main import reading_pane, resume
from tuireader.tui.main.headlines_pane import CursorPlace
from tuireader.tui.main.resume import SESSION_SETTING, SessionState, from_text, to_text

WIDE, MIDDLE = (160, 40), (80, 24)
LONG = Piece("Long", 1, html="".join(f"<p>Paragraph {number} of a long article.</p>" for number in range(200)))


@pytest.fixture
def two_feeds(db: Path) -> Path:
    shelve(db, "The Example Review", REVIEW)
    shelve(db, "Notes", NOTES)
    return db


async def press(pilot: Pilot[None], *pressed: str) -> None:
    await pilot.press(*pressed)
    await settle(pilot)


async def leave(path: Path, *pressed: str, size: tuple[int, int] = WIDE) -> tuple[int | None, int | None]:
    """Press keys in a reader, and quit; gives the article under the cursor and the one that was open."""
    app = reader(path)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, *pressed)
        current, opened = app.reader.headlines.current, app.reader.reading.opened
        await app.action_quit()
    return None if current is None else current.id, None if opened is None else opened[0].id


def is_read(path: Path, article_id: int) -> bool:
    with closing(connect(path)) as c:
        return articles.status(c, article_id).read


def quiet(**options: object) -> Config:
    return Config(refresh_on_start=False, **options)  # type: ignore[arg-type]


# Coming back.


async def test_the_article_the_filter_and_the_order_are_as_they_were_left(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        app.reader.sidebar.categories.focus()
        await press(pilot, "enter", "s")  # names by name
        assert app.reader.sidebar.categories.by_name
        app.reader.headlines.focus()
        await press(pilot, "s", "G", "enter")
        query, opened = app.reader.wanted, app.reader.reading.opened
        assert query.categories
        assert query.order == "oldest"
        assert opened is not None
        await app.action_quit()
    again = reader(two_feeds)
    async with again.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert again.reader.wanted.categories == query.categories
        assert again.reader.wanted.order == "oldest"
        assert again.reader.pane == "article"
        assert again.focused is again.reader.article
        assert again.reader.reading.opened is not None
        assert again.reader.reading.opened[0].id == opened[0].id
        assert again.reader.headlines.current is not None
        assert again.reader.headlines.current.id == opened[0].id
        assert again.reader.sidebar.categories.chosen == set(query.categories)
        assert again.reader.sidebar.categories.by_name
        assert not again.reader.sidebar.authors.by_name


async def test_the_cursor_stands_on_the_same_line_and_at_the_top_new_articles_are_seen(db: Path) -> None:
    shelve(db, "Many", [Piece(f"Piece {number}", number + 1) for number in range(100)])
    app = reader(db)
    async with app.run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        await press(pilot, *["j"] * 30)
        line, current = app.reader.headlines.cursor_line(), app.reader.headlines.current
        assert current is not None
        await app.action_quit()
    shelve(db, "Newer", [Piece("Newer", 0.1)])
    again = reader(db)
    async with again.run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        assert again.reader.headlines.current is not None
        assert again.reader.headlines.current.id == current.id
        assert again.reader.headlines.cursor == 31
        assert again.reader.headlines.cursor_line() == line
        await press(pilot, "g")
        await again.action_quit()
    once_more = reader(db)
    async with once_more.run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        assert once_more.reader.headlines.cursor == 0
        assert "Newer" in screen_text(once_more)


@pytest.mark.thorough
async def test_what_was_open_stays_in_the_unread_ones_and_as_it_was_marked(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        app.reader.sidebar.feed_tree.focus()
        await press(pilot, "j", "enter")
        app.reader.headlines.focus()
        await press(pilot, "j", "enter")
        assert app.reader.reading.opened is not None
        opened = app.reader.reading.opened[0].id
        await app.action_quit()
    assert is_read(two_feeds, opened)
    again = reader(two_feeds)
    async with again.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert again.reader.headlines.current is not None
        assert again.reader.headlines.current.id == opened
        await press(pilot, "m")
        await again.action_quit()
    assert not is_read(two_feeds, opened)
    once_more = reader(two_feeds)
    async with once_more.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert once_more.reader.pane == "article"
    assert not is_read(two_feeds, opened)


@pytest.mark.parametrize("is_saved", [False, True])
async def test_a_search_is_restored(two_feeds: Path, *, is_saved: bool) -> None:
    if is_saved:
        with closing(connect(two_feeds)) as c:
            user_edits.save_search(c, "Ports", "harbour OR harbours")
    app = reader(two_feeds)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        if is_saved:
            await point(pilot, "Ports")
            await press(pilot, "enter", "l")
        else:
            await press(pilot, "slash", *["space" if each == " " else each for each in "harbour OR harbours"], "enter")
        await press(pilot, "j")
        wanted, current = replace(app.reader.wanted, keep=frozenset()), app.reader.headlines.current
        assert wanted.text.strip().startswith("harbour OR harbours")
        assert app.reader.headlines.row_count() == 2
        await app.action_quit()
    again = reader(two_feeds)
    async with again.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert replace(again.reader.wanted, keep=frozenset()) == wanted
        assert again.reader.headlines.current == current
        assert again.reader.headlines.row_count() == 2
        assert screen_text(again).startswith(" Ports" if is_saved else " “harbour OR harbours*”")
        await press(pilot, "escape")
        assert again.reader.wanted == Query()


@pytest.mark.thorough
async def test_what_is_gone_is_left_out(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"harbour", "enter", "enter")
        assert app.reader.reading.opened is not None
        feed = app.reader.reading.opened[0].feed_id
        await app.action_quit()
    with closing(connect(two_feeds)) as c:
        feeds.remove(c, feed)
    again = reader(two_feeds, config=quiet(preview=False))
    async with again.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        assert again.reader.wanted.text == "harbour*"
        assert again.reader.reading.opened is None
        assert not again._notifications


async def test_whoever_wants_to_begin_anew_does(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "enter")
        await app.action_quit()
    again = reader(two_feeds, config=quiet(resume=False, preview=False))
    async with again.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert again.reader.headlines.cursor == 0
        assert again.reader.reading.opened is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"feeds": "x", "place": [1], "opened": "a", "order": "up", "in_article": 3}',
        '{"opened": true}',
        "[" * 100_000,
    ],
)
def test_what_another_version_kept_is_left_out(text: str) -> None:
    assert from_text(text) == SessionState()


def test_whereabouts_are_kept_whole() -> None:
    query = Query(feeds=(3,), categories=("China/Russia",), authors=("Zoë",), unread=True, order="longest")
    here = SessionState(query, CursorPlace(5, 7), 5, in_article=True, turned=("feeds", "authors"))
    assert from_text(to_text(here)) == here
    assert to_text(SessionState()) == ""


def test_whereabouts_of_a_damaged_cache_do_no_harm(two_feeds: Path) -> None:
    with closing(connect(two_feeds)) as c:
        ui_state.save(c, SESSION_SETTING, '{"place": [999999999999, -5], "opened": 77, "in_article": true}')
    app = reader(two_feeds)
    app.connection.close()
    assert from_text(app.memory.get(SESSION_SETTING, "")).place == CursorPlace(999999999999, -5)


def saved_place(path: Path) -> CursorPlace | None:
    with closing(connect(path)) as c:
        return from_text(ui_state.value(c, SESSION_SETTING) or "").place


async def test_saving_the_place_of_the_cursor_reloads_no_list(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "j")
        before = version(app.connection)
        app.reader.resume.keep()
        await press(pilot)
        assert version(app.connection) == before
        assert saved_place(two_feeds) == app.reader.headlines_pane.place


async def test_the_place_of_the_cursor_is_saved_once_another_program_has_done_writing(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "j")
        with closing(connect(two_feeds)) as other, transaction(other):
            app.reader.resume.keep()
            await press(pilot, "j")
            app.reader.resume.keep()
            assert not app.cache.is_idle
        await app.cache.settled()
        assert saved_place(two_feeds) == app.reader.headlines_pane.place


# Previewing.


def opened_title(app: ReaderApp) -> str:
    opened = app.reader.reading.opened
    return "" if opened is None else opened[0].title


async def test_the_headline_under_the_cursor_is_shown_beside_and_not_marked(two_feeds: Path) -> None:
    app = reader(two_feeds, config=quiet(preview=True))
    first, second = ids(two_feeds)[:2]
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause(0.2)
        await settle(pilot)
        assert opened_title(app) == REVIEW[0].title
        await press(pilot, "j")
        await pilot.pause(0.2)
        await settle(pilot)
        assert opened_title(app) == NOTES[0].title
        assert app.reader.pane == "headlines"
        assert not is_read(two_feeds, first)
        assert not is_read(two_feeds, second)
        await press(pilot, "tab")
        assert app.focused is app.reader.article
        assert is_read(two_feeds, second)
    assert not is_read(two_feeds, first)


@pytest.mark.thorough
async def test_without_the_option_or_the_room_nothing_is_previewed(two_feeds: Path) -> None:
    for size, config in ((WIDE, quiet(preview=False)), (MIDDLE, quiet())):
        app = reader(two_feeds, config=config)
        async with app.run_test(size=size) as pilot:
            await settle(pilot)
            await press(pilot, "j")
            await pilot.pause(0.3)
            await settle(pilot)
            assert app.reader.reading.opened is None


async def test_enter_on_what_is_previewed_opens_it_and_goes_there(two_feeds: Path) -> None:
    app = reader(two_feeds, config=quiet(preview=True))
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause(0.2)
        await settle(pilot)
        await press(pilot, "enter")
        assert app.reader.pane == "article"
        await press(pilot, "h")
        await resize(pilot, 80, 24)
        await press(pilot, "j")
        assert opened_title(app) == REVIEW[0].title
    assert is_read(two_feeds, ids(two_feeds)[0])


# When it counts as read.


async def test_an_article_counts_as_read_only_after_a_while(two_feeds: Path) -> None:
    app = reader(two_feeds, config=quiet(mark_read_after=600))
    first, second = ids(two_feeds)[:2]
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "h")
        assert not is_read(two_feeds, first)
        app.reader.read_mark._stillness._seconds = 0.05
        await press(pilot, "j", "enter")
        await pilot.pause(0.2)
        await settle(pilot)
        assert is_read(two_feeds, second)
    assert not is_read(two_feeds, first)


async def test_an_article_that_was_left_in_time_stays_unread(two_feeds: Path) -> None:
    app = reader(two_feeds, config=quiet(mark_read_after=1))
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        app.reader.read_mark._after = 0.3  # type: ignore[assignment]
        await press(pilot, "enter", "h")
        await pilot.pause(0.5)
        await settle(pilot)
    assert not is_read(two_feeds, ids(two_feeds)[0])


@pytest.mark.thorough
async def test_whoever_scrolls_reads_and_what_was_marked_by_hand_stays(db: Path) -> None:
    shelve(db, "Notes", [LONG, Piece("Second", 2, html=LONG.html)])
    app = reader(db, config=quiet(mark_read_after=600))
    first, second = ids(db)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "j")
        assert is_read(db, first)
        await press(pilot, "J", "m", "m", "j")
    assert not is_read(db, second)


async def test_what_is_told_late_of_the_article_before_does_not_read_the_next(db: Path) -> None:
    shelve(db, "Notes", [LONG, Piece("Second", 2, html=LONG.html)])
    app = reader(db, config=quiet(mark_read_after=600))
    first, second = ids(db)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "J")
        app.reader.post_message(ArticleView.PositionChanged(first, 40))
        await press(pilot, "right")
        opened = app.reader.reading.opened
        assert opened is not None
        assert opened[0].id == second
        await app.action_quit()
    assert not is_read(db, second)


# Refreshing while it is open.


async def test_what_is_due_is_asked_for_again_without_a_word(two_feeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = reader(two_feeds, config=quiet(refresh_every=1))
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        asked: list[bool] = []

        def nothing(*, force: bool) -> list[Feed]:
            asked.append(force)
            return []

        monkeypatch.setattr(app.reader.tasks, "_feeds_to_ask", nothing)
        app.reader.tasks.refresh_quietly()
        await settle(pilot)
        assert asked == [False]
        assert not app._notifications


async def test_who_is_killed_comes_back_too(two_feeds: Path) -> None:
    def there() -> CursorPlace | None:
        with closing(connect(two_feeds)) as c:
            kept = ui_state.load(c)
        return from_text(kept[SESSION_SETTING]).place if SESSION_SETTING in kept else None

    app = reader(two_feeds)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j")
        await until(pilot, lambda: (kept := there()) is not None and kept.article_id == ids(two_feeds)[2])


@pytest.mark.parametrize("size", [WIDE, MIDDLE])
async def test_headlines_name_their_feeds_from_the_first_frame_on(two_feeds: Path, size: tuple[int, int]) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "j")
        before = screen_text(app)
        await app.action_quit()
    again = reader(two_feeds)
    async with again.run_test(size=size) as pilot:
        await settle(pilot)
        assert "The Example Review · " in before
        assert screen_text(again).count(" · ") == before.count(" · ")


@pytest.mark.thorough
async def test_in_a_smaller_window_the_headline_under_the_cursor_is_seen_whole(db: Path) -> None:
    shelve(db, "Notes", [Piece(f"Piece {n}", n) for n in range(1, 40)])
    await leave(db, *"jjjjjjjjjj", size=(120, 40))
    again = reader(db)
    async with again.run_test(size=(80, 16)) as pilot:
        await settle(pilot)
        headlines = again.reader.headlines
        assert headlines.cursor == 10
        assert headlines.cursor_line() + headlines.cursor_lines(10) <= headlines.room


@pytest.mark.thorough
async def test_who_quits_while_still_being_led_back_is_led_there_the_next_time(two_feeds: Path) -> None:
    _, opened = await leave(two_feeds, "j", "enter")
    assert opened is not None
    hasty = reader(two_feeds)
    async with hasty.run_test(size=WIDE):
        hasty.reader.resume.keep()  # as the end does, whenever it comes
    again = reader(two_feeds)
    async with again.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert again.reader.reading.opened is not None
        assert again.reader.reading.opened[0].id == opened


async def test_a_key_that_is_typed_at_the_last_screen_acts_on_what_is_seen_there(db: Path) -> None:
    shelve(db, "Notes", [Piece(f"Piece {n}", n) for n in range(1, 9)])
    seen, _ = await leave(db, "j", "g")
    assert seen is not None
    shelve(db, "Newer", [Piece("Newer", 0.1)])
    again = reader(db)
    async with again.run_test(size=WIDE) as pilot:
        await settle(pilot)
        assert again.reader.headlines.current is not None
        assert again.reader.headlines.current.id != seen
        again.shows_frames = False  # as while the screen stands there that was kept
        await press(pilot, "f")
        assert again.reader.headlines.current is not None
        assert again.reader.headlines.current.id == seen
        assert again.reader.headlines.current.starred


@pytest.mark.thorough
async def test_a_key_before_that_of_quitting_which_acts_late_is_led_back_from_too(
    two_feeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "FRAME_DRAW_TIMEOUT", 30.0)
    go_on = threading.Event()
    app = reader(two_feeds)
    async with app.run_test(size=WIDE) as pilot:
        await press(pilot, "enter", "escape")
        await press(pilot, "j")
        read = reading_pane.ReadingPane._read
        monkeypatch.setattr(reading_pane.ReadingPane, "_read", lambda *a: (go_on.wait(30), read(*a))[1])
        await pilot.press("z")  # the article alone, as soon as it is there
        taking = asyncio.create_task(resume.draw_startup_frame(app, app.reader, app._leave_out))
        await pilot.pause()
        go_on.set()
        assert await taking is not None
        assert app.reader.reading.has_article
        assert app.reader.pane == "article"
        assert not app.reader.zen


async def test_what_is_marked_while_another_program_holds_the_cache_is_kept_and_undone(
    two_feeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_gateway, "BUSY_SECONDS", 0.1)
    app = reader(two_feeds)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        with closing(connect(two_feeds)) as other:
            other.execute("BEGIN IMMEDIATE")
            await pilot.press("A")
            await until(pilot, lambda: list(two_feeds.parent.glob("*.marks-*")))
            other.execute("ROLLBACK")
        await settle(pilot)
        assert articles_unread(two_feeds) == 0
        await press(pilot, "U")
        assert articles_unread(two_feeds) > 0


def articles_unread(path: Path) -> int:
    with closing(connect(path)) as c:
        return article_lists.count(c, Query(unread=True))
