import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.events import MouseScrollDown
from textual.pilot import Pilot

from support.app_factory import NOW
from support.themed_app import ThemedApp
from tuireader.model.article import Headline, StatusChange
from tuireader.tui.lists.headline_list import HeadlineList
from tuireader.tui.lists.headline_window import KEPT, PAGE, Source, View

COUNT = 100_000


def headline(number: int, **changes: Any) -> Headline:
    """Titles of one to two lines and more; some without author."""
    facts: dict[str, Any] = {
        "id": number + 1,
        "feed_id": 1,
        "feed_title": "Notes",
        "title": f"{number} " + "word " * (number * 7 % 23),
        "authors": ("Zoë Ångström-Díaz",) if number % 3 else (),
        "date": NOW - timedelta(hours=number),
        "words": number % 900,
        "read": number % 2 == 0,
        "starred": number % 5 == 0,
    }
    return Headline(**{**facts, **changes})


class Shelf:
    """Rows by number; counts what is read."""

    def __init__(self, rows: list[int] | range) -> None:
        self.rows = rows
        self.reads: list[tuple[int | None, int]] = []

    def at(self, row: int, limit: int) -> list[Headline]:
        return self.read(row, limit)

    def beside(self, beside: Headline | None, step: int, limit: int) -> list[Headline]:
        at = None if beside is None else self.rows.index(beside.id - 1)
        if step > 0:
            return self.read(0 if at is None else at + 1, limit)
        end = len(self.rows) if at is None else at
        return self.read(max(0, end - limit), min(limit, end))

    def read(self, row: int, limit: int) -> list[Headline]:
        self.reads.append((row, limit))
        return [headline(number) for number in self.rows[row : row + limit]]

    def view(self, row: int = 0, *numbers: int) -> View:
        """Some of it as it is now, and the rows of these."""
        start = max(0, row - PAGE)
        rows = [headline(number) for number in self.rows[start : row + PAGE]]
        places = {number + 1: self.rows.index(number) if number in self.rows else None for number in numbers}
        return View(len(self.rows), start, rows, places)

    @property
    def source(self) -> Source:
        return Source(self.at, self.beside)


def seen(headlines: HeadlineList) -> list[int]:
    """The numbers of the rows in sight."""
    rows = dict.fromkeys(place.item for place in headlines.places())
    found = [headlines.headline(row) for row in rows]
    return [each.id - 1 for each in found if each is not None]


class Host(ThemedApp):
    CSS_PATH = None
    CSS = "HeadlineList { width: 100%; height: 100%; }"

    def __init__(self) -> None:
        super().__init__()
        self.headlines = HeadlineList(lambda: NOW)

    def compose(self) -> ComposeResult:
        yield self.headlines


@asynccontextmanager
async def showing(
    shelf: Shelf | Sequence[Headline], size: tuple[int, int] = (40, 30)
) -> AsyncIterator[tuple[HeadlineList, Pilot[None]]]:
    app = Host()
    async with app.run_test(size=size) as pilot:
        if isinstance(shelf, Shelf):
            app.headlines.show(shelf.source, View(len(shelf.rows), rows=shelf.at(0, PAGE)))
        else:
            app.headlines.show(Shelf([]).source, View(len(shelf), rows=shelf))
        app.headlines.focus()
        await pilot.pause()
        yield app.headlines, pilot


def texts(headlines: HeadlineList) -> list[str]:
    return [headlines.render_line(y).text for y in range(headlines.size.height)]


async def test_a_long_list_reads_only_what_is_in_sight() -> None:
    shelf = Shelf(range(COUNT))
    async with showing(shelf) as (headlines, pilot):
        assert shelf.reads == [(0, PAGE)]
        await pilot.press("G")
        assert headlines.cursor == COUNT - 1
        await pilot.press("g", "j", "j", "ctrl+d", "space", "pageup", "G", "k")
        # Wherever the reader jumps to, a few pages are read, never what lies between.
        assert len(shelf.reads) <= 12
        assert {limit for _, limit in shelf.reads} == {PAGE}
        texts(headlines)


@pytest.mark.parametrize("size", [(40, 30), (31, 7), (12, 3), (80, 24)])
async def test_the_cursor_is_always_in_sight(size: tuple[int, int]) -> None:
    chance = random.Random(4)
    async with showing(Shelf(range(300)), size) as (headlines, pilot):
        for _ in range(25):
            await pilot.press(chance.choice(["j", "k", "G", "g", "space", "pageup", "ctrl+d", "ctrl+u"]))
            line = headlines.cursor_line()
            assert 0 <= line < headlines.room
            assert line + min(headlines.cursor_lines(headlines.cursor), headlines.room) <= headlines.room


async def test_paging_down_leaves_no_row_out() -> None:
    async with showing(Shelf(range(80))) as (headlines, pilot):
        seen: set[int] = set()
        for _ in range(40):
            seen |= {place.item for place in headlines.places()}
            await pilot.press("space")
        assert seen == set(range(80))
        assert headlines.cursor == 79


async def test_no_room_is_left_below_the_last_row() -> None:
    async with showing(Shelf(range(50))) as (headlines, pilot):
        await pilot.press("G")
        assert len(headlines.places()) == headlines.room
        headlines.scroll_lines(10**6)
        assert headlines.places()[-1] == (49, headlines.row_height(49) - 1)


async def test_the_wheel_scrolls_and_the_cursor_stays() -> None:
    async with showing(Shelf(range(300))) as (headlines, pilot):
        before = headlines.places()
        await pilot._post_mouse_events([MouseScrollDown], headlines, (5, 5))
        await pilot.pause()
        assert headlines.cursor == 0
        assert headlines.places()[0] == before[headlines.WHEEL]
        await pilot.press("j")
        assert headlines.cursor == 1
        assert headlines.cursor_line() == 0


async def test_articles_that_arrive_move_neither_the_cursor_nor_its_line() -> None:
    shelf = Shelf(list(range(100, 400)))
    async with showing(shelf) as (headlines, pilot):
        await pilot.press(*"jjjjjjjjjj")
        headlines.scroll_lines(3)
        here, line = headlines.current, headlines.cursor_line()
        assert here is not None
        shelf.rows = list(range(60, 104)) + list(range(350, 352)) + list(range(104, 400))
        assert headlines.to_keep() == (10, (here.id,))
        assert headlines.update_rows(shelf.view(10, here.id - 1))
        assert headlines.current == here
        assert headlines.cursor_line() == line


async def test_an_article_that_goes_leaves_the_cursor_where_it_was() -> None:
    shelf = Shelf(list(range(30)))
    async with showing(shelf) as (headlines, pilot):
        await pilot.press(*"jjj")
        shelf.rows = [number for number in range(30) if number != 3]
        assert headlines.update_rows(shelf.view(3, 3))
        assert headlines.current == headline(4)


@pytest.mark.parametrize(("jump", "key"), [("g", "space"), ("G", "pageup"), ("g", "ctrl+d")])
async def test_no_row_comes_twice_and_none_is_left_out_when_articles_arrive_meanwhile(jump: str, key: str) -> None:
    shelf = Shelf(list(range(100, 500)))
    async with showing(shelf, (40, 40)) as (headlines, pilot):
        await pilot.press(jump)
        shown: set[int] = set()
        for number in range(25):
            shelf.rows = [99 - number, *shelf.rows]
            now = seen(headlines)
            assert now == list(range(now[0], now[-1] + 1))
            shown.update(now)
            await pilot.press(key)
        assert sorted(shown) == list(range(min(shown), max(shown) + 1))
        assert len(shown) > PAGE + 30
        assert headlines.current is not None
        assert headlines.current.id - 1 in seen(headlines)


async def test_the_ends_are_those_that_the_list_has_now() -> None:
    shelf = Shelf(list(range(100, 1000)))
    async with showing(shelf) as (headlines, pilot):
        shelf.rows = [*range(90, 1000)]
        await pilot.press("G")
        assert headlines.current == headline(999)
        await pilot.press("g")
        assert headlines.current == headline(90)


@pytest.mark.thorough
async def test_a_list_that_became_shorter_has_no_rows_below_its_end() -> None:
    shelf = Shelf(list(range(100, 300)))
    async with showing(shelf) as (headlines, pilot):
        shelf.rows = [*range(100, 180)]
        reads = len(shelf.reads)
        await pilot.press(*["space"] * 30)
        assert headlines.current == headline(179)
        assert headlines.row_count() == 80
        assert len(shelf.reads) == reads + 1


@pytest.mark.thorough
async def test_a_list_that_lost_what_was_above_is_read_on_once() -> None:
    shelf = Shelf(list(range(100, 300)))
    async with showing(shelf) as (headlines, pilot):
        headlines.show(shelf.source, View(200, 100, [headline(number) for number in range(200, 260)]), at=201, line=0)
        shelf.rows = [*range(180, 300)]
        reads = len(shelf.reads)
        await pilot.press(*["pageup"] * 20)
        assert [headlines.headline(row) for row in (79, 80)] == [None, headline(180)]
        assert len(shelf.reads) == reads + 1


async def test_what_is_in_sight_stays_when_the_cursor_is_elsewhere() -> None:
    shelf = Shelf(list(range(100, 2000)))
    async with showing(shelf) as (headlines, pilot):
        await pilot.press(*"jjj")
        headlines.scroll_lines(401)
        here, before = headlines.current, texts(headlines)
        assert here == headline(103)
        row, ids = headlines.to_keep()
        assert 103 + 1 in ids
        assert 103 not in seen(headlines)
        shelf.rows = [*range(50, 2000)]
        assert headlines.update_rows(shelf.view(row + 50, *(id_ - 1 for id_ in ids)))
        assert [line[:-1] for line in texts(headlines)] == [line[:-1] for line in before]  # but for the thumb
        assert headlines.current == here
        assert headlines.cursor == 53
        await pilot.press("j")
        assert headlines.current == headline(104)
        assert 104 in seen(headlines)


async def test_the_cursor_keeps_its_article_however_far_the_list_is_scrolled() -> None:
    shelf = Shelf(list(range(100, 5000)))
    async with showing(shelf) as (headlines, pilot):
        await pilot.press(*"jjj")
        headlines.scroll_lines(10**5)
        assert headlines.headline(4899) == headline(4999)
        shelf.rows = [*range(50, 5000)]
        headlines.apply(StatusChange({104}, starred=True))
        assert headlines.current == headline(103, starred=True)
        reads = len(shelf.reads)
        assert headlines.current == headlines.headline(3)
        assert len(shelf.reads) == reads
        await pilot.press("k")
        assert headlines.current == headline(102)
        assert seen(headlines)[0] == 102


async def test_a_view_that_the_reader_has_left_is_refused() -> None:
    shelf = Shelf(list(range(100, 2000)))
    async with showing(shelf) as (headlines, pilot):
        row, ids = headlines.to_keep()
        view = shelf.view(row, *(id_ - 1 for id_ in ids))
        await pilot.press("G")
        before = texts(headlines)
        assert not headlines.update_rows(view)
        assert texts(headlines) == before
        await pilot.press("g", "j")
        assert headlines.update_rows(view)  # it tells of the neighbours too


async def test_only_so_many_rows_are_kept() -> None:
    shelf = Shelf(range(3000))
    async with showing(shelf) as (headlines, pilot):
        for row in [*range(2000), *range(1999, -1, -1)]:
            assert headlines.headline(row) == headline(row)
            assert len(headlines.ids()) <= KEPT
        assert len(shelf.reads) < 60
        await pilot.pause()


async def test_an_article_whose_date_changed_is_not_shown_twice() -> None:
    shelf = Shelf(list(range(200)))
    async with showing(shelf) as (headlines, _):
        shelf.rows = [*range(50), *range(51, 70), 50, *range(70, 200)]
        shown = [headlines.headline(row) for row in range(190)]
        assert [each.id - 1 for each in shown if each] == list(range(190))


async def test_marks_show_at_once_and_only_where_they_belong() -> None:
    async with showing(Shelf(range(20))) as (headlines, _):
        headlines.apply(StatusChange({2}, read=True, starred=True))
        assert headlines.headline(1) == headline(1, read=True, starred=True)
        assert headlines.headline(2) == headline(2)


async def test_a_headline_has_its_title_its_facts_and_air() -> None:
    async with showing(
        [
            headline(1, title="Brexit & the Border", words=1200),
            headline(2, title="Read, and starred", words=0, authors=(), read=True, starred=True),
            headline(3, title="long " * 40, words=700, authors=("Anna Example", "Ben", "Cem")),
        ]
    ) as (headlines, _):
        lines = [line.rstrip() for line in texts(headlines)]
    assert lines[:10] == [
        "▌● Brexit & the Border             1 h",
        "▌  Zoë Ångström-Díaz · 5 min",
        "",
        "   Read, and starred             ★ 2 h",
        "",
        "",
        " ● long long long long long long   3 h",
        "   long long long long long…",
        "   Anna Example, Ben, Cem",
        "",
    ]


async def test_a_dense_list_has_one_line_each_and_ages_line_up() -> None:
    async with showing(Shelf(range(20))) as (headlines, _):
        headlines.dense = True
        headlines.put_cursor(0, 0)
        lines = texts(headlines)[:20]
    assert all(line.startswith(f"{' ' if number % 2 == 0 else '●'} {number}", 1) for number, line in enumerate(lines))
    assert {line.rindex(" h") for line in lines[1:]} == {36}


async def test_what_is_written_from_the_right_stands_at_the_right() -> None:
    hebrew = "שלום עולם"
    async with showing([headline(1, title=hebrew)]) as (headlines, _):
        assert hebrew in texts(headlines)[0]
        headlines.reorder = True
        headlines.refresh()
        assert texts(headlines)[0].rstrip() == "▌● " + hebrew[::-1].rjust(29) + "1 h".rjust(6)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 3), (5, 2), (400, 100)])
async def test_any_size_is_survived(size: tuple[int, int]) -> None:
    async with showing(Shelf(range(300)), size) as (headlines, pilot):
        await pilot.press("j", "G", "space", "k", "g", "pageup", "enter")
        assert all(headlines.render_line(y).cell_length == size[0] for y in range(size[1]))


async def test_an_empty_list_says_what_to_do() -> None:
    async with showing(Shelf(range(0))) as (headlines, pilot):
        headlines.empty = [[("No unread articles", "soft")], [('return _lines("No unread articles", "")', "faint")]]
        headlines.refresh()
        await pilot.press("j", "G", "enter", "space")
        assert "No unread articles" in "\n".join(texts(headlines))
