"""The lists while the cache changes: what is in sight is of one moment, and the cursor stays on its article."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.events import MouseScrollDown
from textual.pilot import Pilot

from support.app_factory import EVERYTHING, Piece, ids, reader, screen_text, settle, shelve, workers_done
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.query import Query
from tuireader.store import statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.tui.app import ReaderApp
from tuireader.tui.lists.facet_list import FacetList
from tuireader.tui.lists.headline_list import HeadlineList

MANY = [Piece(f"Old {number:03}", 100 + number, (f"Author {number:03}",)) for number in range(200)]


@pytest.fixture
def shelved(db: Path) -> Path:
    shelve(db, "The Example Review", MANY)
    return db


@pytest.fixture
def arrivals(shelved: Path) -> Callable[[], None]:
    """Put an article on top of the list, as another program does."""
    numbers: Iterator[int] = iter(range(100))

    def arrive() -> None:
        number = next(numbers)
        shelve(shelved, "The Example Review", [Piece(f"New {number}", 99 - number)])

    return arrive


def in_sight(app: ReaderApp) -> list[str]:
    headlines = app.reader.headlines
    rows = dict.fromkeys(place.item for place in headlines.places())
    found = (headlines.headline(row) for row in rows)
    return [headline.title for headline in found if headline is not None]


def old(first: str, last: str) -> list[str]:
    return [f"Old {number:03}" for number in range(int(first[-3:]), int(last[-3:]) + 1)]


async def press(pilot: Pilot[None], *pressed: str) -> None:
    await pilot.press(*pressed)
    await settle(pilot)


async def test_what_is_read_on_follows_what_is_there(shelved: Path, arrivals: Callable[[], None]) -> None:
    app = reader(shelved)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        shown: list[str] = []
        for _ in range(12):
            arrivals()
            now = in_sight(app)
            assert now == old(now[0], now[-1])
            shown += [title for title in now if title not in shown]
            await pilot.press("space")
        assert shown == old(shown[0], shown[-1])
        assert len(shown) > 100


@pytest.mark.thorough
async def test_what_another_program_wrote_is_noticed_when_reading_on(
    shelved: Path, arrivals: Callable[[], None]
) -> None:
    app = reader(shelved)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        headlines = app.reader.headlines
        await press(pilot, *["pagedown"] * 3)
        for _ in range(5):
            arrivals()
        here, sight = headlines.current, in_sight(app)
        while headlines.row_count() < 205:
            headlines.headline(199)  # the end comes into sight
            await pilot.pause(0.05)
        await settle(pilot)
        assert headlines.current == here
        assert in_sight(app) == sight
        assert here is not None
        assert headlines.cursor == ids(shelved).index(here.id)
        assert "205" in screen_text(app)


async def test_an_article_that_arrives_while_the_list_is_read_moves_nothing(
    shelved: Path, arrivals: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    read_off_loop = Cache.read

    async def arriving(cache: Cache, work: Callable[[Any], Any]) -> Any:
        read = await read_off_loop(cache, work)
        arrivals()
        return read

    app = reader(shelved)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        headlines = app.reader.headlines
        await press(pilot, *["pagedown"] * 4, "j", "j")
        here, line, sight = headlines.current, headlines.cursor_line(), in_sight(app)
        monkeypatch.setattr(Cache, "read", arriving)
        for _ in range(4):
            app.reader.recount()
            await settle(pilot)
            assert headlines.current == here
            assert headlines.cursor_line() == line
            assert in_sight(app) == sight


def current_id(headlines: HeadlineList) -> int | None:
    """The article under the cursor, asked for anew."""
    return headlines.current.id if headlines.current is not None else None


@pytest.mark.thorough
async def test_the_cursor_goes_to_what_is_opened_though_others_arrived_above(
    shelved: Path, arrivals: Callable[[], None]
) -> None:
    app = reader(shelved)
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        headlines = app.reader.headlines
        await press(pilot, "j", "enter")
        for steps in (["J"], ["n"], ["K"]):
            arrivals()
            await press(pilot, *steps)
            assert app.reader.reading.opened is not None
            assert headlines.current is not None
            assert headlines.current.id == app.reader.reading.opened[0].id
        # And to what is not in the list yet.
        newest = ids(shelved)[0]
        app.reader.journey.open(newest)
        await settle(pilot)
        assert current_id(headlines) == newest
        assert in_sight(app)[0] == "New 2"
        # And to what is far away.
        last = ids(shelved)[-1]
        app.reader.journey.open(last)
        await settle(pilot)
        assert current_id(headlines) == last
        assert in_sight(app)[-1] == "Old 199"


async def test_what_was_kept_while_the_list_is_read_stays_in_it(shelved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_off_loop = Cache.read
    first = ids(shelved)[0]
    app = reader(shelved)

    async def reading_meanwhile(cache: Cache, work: Callable[[Any], Any]) -> Any:
        if first not in app.reader.headlines_pane.listed.keep:
            app.reader.headlines_pane.keep(first)
            with closing(connect(shelved)) as c:
                statuses.mark(c, [first], read=True)
        return await read_off_loop(cache, work)

    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await app.reader.choosing.show(replace(EVERYTHING, unread=True))
        monkeypatch.setattr(Cache, "read", reading_meanwhile)
        app.reader.recount()
        await settle(pilot)
        assert app.reader.headlines.row_count() == 200
        assert in_sight(app)[0] == "Old 000"


@pytest.mark.thorough
async def test_what_is_scrolled_with_the_wheel_stays_where_it_is(shelved: Path, arrivals: Callable[[], None]) -> None:
    app = reader(shelved)
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        authors = app.reader.sidebar.authors
        wheeled = (app.reader.headlines, authors)
        for widget in wheeled:
            for _ in range(20):
                await pilot._post_mouse_events([MouseScrollDown], widget, (5, 5))
        await pilot.pause()
        here, titles, names = app.reader.headlines.current, in_sight(app), shown_names(authors)
        assert "Old 000" not in titles
        assert "Author 000" not in names
        arrivals()
        app.reader.recount()
        await settle(pilot)
        assert in_sight(app) == titles
        assert app.reader.headlines.current == here
        assert shown_names(authors) == names


def shown_names(facets: FacetList) -> list[str]:
    return [facets.rows[place.item].name for place in facets.places()]


async def test_what_another_program_removed_leaves_the_others_in_their_rows(shelved: Path) -> None:
    app = reader(shelved)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        with closing(connect(shelved)) as c:
            gone = ids(shelved)[90:100]
            c.execute(f"DELETE FROM article WHERE id IN ({', '.join(map(str, gone))})")
            assert article_lists.count(c, Query()) == 190
        headlines = app.reader.headlines
        assert [each and each.title for each in map(headlines.headline, (88, 89, 90))] == [
            "Old 088",
            "Old 089",
            "Old 100",
        ]
        app.reader.recount()
        await settle(pilot)
        assert headlines.row_count() == 190


async def test_a_mark_that_waits_to_be_written_stays_on_the_screen(shelved: Path, arrivals: Callable[[], None]) -> None:
    app = reader(shelved)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        headlines = app.reader.headlines
        first = headlines.current
        assert first is not None
        with closing(connect(shelved)) as writing:
            writing.execute("BEGIN IMMEDIATE")
            await pilot.press("f", "m")
            app.reader.recount()
            await workers_done(pilot, but="writes")
            assert headlines.current == replace(first, read=True, starred=True)
            await pilot.press("m")
            app.reader.recount()
            await workers_done(pilot, but="writes")
            assert headlines.current == replace(first, starred=True)
            writing.execute("ROLLBACK")
        await settle(pilot)
        assert headlines._unwritten == []
        app.reader.recount()
        await settle(pilot)
        assert headlines.current == replace(first, starred=True)


@pytest.mark.thorough
async def test_what_is_found_is_read_on_without_looking_for_it_again(shelved: Path) -> None:
    app = reader(shelved)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "/", *"rivals")
        await press(pilot, "enter")
        asked: list[str] = []
        app.connection.set_trace_callback(asked.append)
        seen = dict.fromkeys(in_sight(app))
        while app.reader.headlines.cursor < len(MANY) - 1:
            before = app.reader.headlines.cursor
            await press(pilot, "pagedown")
            assert app.reader.headlines.cursor > before
            seen |= dict.fromkeys(in_sight(app))
        await press(pilot, "g")
        await press(pilot, "G")
        seen |= dict.fromkeys(in_sight(app))
        assert list(seen) == old("Old 000", "Old 199")
        assert any("FROM article" in sql or "article AS a" in sql for sql in asked)
        assert not any("MATCH" in sql for sql in asked)


async def test_the_sidebar_is_whole_when_it_is_seen_again(db: Path) -> None:
    """What is counted while the article stands alone changes nothing of the height that the lists have."""
    pieces = [Piece(f"Article {n}", categories=(f"Cat {n % 5}",), authors=(f"Author {n % 6}",)) for n in range(10)]
    shelve(db, "Feed", pieces)
    app = reader(db)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        before = [each.size.height for each in app.reader.sidebar.lists]
        await press(pilot, "enter", "J", "f")
        assert not app.reader.sidebar.display
        await press(pilot, "h")
        assert [each.size.height for each in app.reader.sidebar.lists] == before
        app.reader.sidebar.categories.focus()
        await settle(pilot)
        assert all(f"Cat {n}" in screen_text(app) for n in range(5))


async def test_a_list_that_has_room_for_all_its_names_shows_all_of_them(db: Path) -> None:
    """Names that go and come back before the screen is laid out again leave none of them above the first line."""
    shelve(db, "Feed", [Piece(f"Article {n}", authors=(f"Author {n}",)) for n in range(5)])
    app = reader(db)
    async with app.run_test(size=(80, 40)) as pilot:
        await settle(pilot)
        authors = app.reader.sidebar.authors
        every = authors.rows
        authors.move_to(1)
        authors.set_rows(every[1:])
        authors.set_rows(every)
        await settle(pilot)
        assert [place.item for place in authors.places()] == [0, 1, 2, 3, 4]
        assert authors.thumb_of(authors.places()) is None
        assert authors.pointed == every[1]
