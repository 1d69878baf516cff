import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown
from textual.pilot import Pilot

from shelf import NOW
from tuireader.model import Headline
from tuireader.tui.themes import DARK, tones
from tuireader.tui.widgets.headline_list import PAGE, HeadlineList

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


class Source:
    """Rows by number; counts what is read."""

    def __init__(self, rows: list[int] | range) -> None:
        self.rows = rows
        self.reads: list[tuple[int, int]] = []

    def __call__(self, offset: int, limit: int) -> list[Headline]:
        self.reads.append((offset, limit))
        return [headline(number) for number in self.rows[offset : offset + limit]]


class Host(App[None]):
    CSS_PATH = None
    CSS = "HeadlineList { width: 100%; height: 100%; }"

    def __init__(self) -> None:
        super().__init__()
        self.headlines = HeadlineList(lambda: NOW)

    def get_css_variables(self) -> dict[str, str]:
        return {**super().get_css_variables(), **tones(DARK)}

    def compose(self) -> ComposeResult:
        yield self.headlines


@asynccontextmanager
async def showing(
    source: Callable[[int, int], list[Headline]], count: int, size: tuple[int, int] = (40, 30)
) -> AsyncIterator[tuple[HeadlineList, Pilot[None]]]:
    app = Host()
    async with app.run_test(size=size) as pilot:
        app.headlines.show(source, count=count)
        app.headlines.focus()
        await pilot.pause()
        yield app.headlines, pilot


def texts(headlines: HeadlineList) -> list[str]:
    return [headlines.render_line(y).text for y in range(headlines.size.height)]


async def test_a_long_list_reads_only_what_is_in_sight() -> None:
    source = Source(range(COUNT))
    async with showing(source, COUNT) as (headlines, pilot):
        assert source.reads == [(0, PAGE)]
        await pilot.press("G")
        assert headlines.cursor == COUNT - 1
        await pilot.press("g", "j", "j", "ctrl+d", "space", "pageup", "G", "k")
        # Wherever the reader jumps to, a few pages are read, never what lies between.
        assert len(source.reads) <= 12
        assert {limit for _, limit in source.reads} == {PAGE}
        texts(headlines)


@pytest.mark.parametrize("size", [(40, 30), (31, 7), (12, 3), (80, 24)])
async def test_the_cursor_is_always_in_sight(size: tuple[int, int]) -> None:
    chance = random.Random(4)
    async with showing(Source(range(300)), 300, size) as (headlines, pilot):
        for _ in range(25):
            await pilot.press(chance.choice(["j", "k", "G", "g", "space", "pageup", "ctrl+d", "ctrl+u"]))
            line = headlines.cursor_line()
            assert 0 <= line < headlines.room
            assert line + min(headlines.cursor_lines(headlines.cursor), headlines.room) <= headlines.room


async def test_paging_down_leaves_no_row_out() -> None:
    async with showing(Source(range(80)), 80) as (headlines, pilot):
        seen: set[int] = set()
        for _ in range(40):
            seen |= {place.row for place in headlines.places()}
            await pilot.press("space")
        assert seen == set(range(80))
        assert headlines.cursor == 79


async def test_no_room_is_left_below_the_last_row() -> None:
    async with showing(Source(range(50)), 50) as (headlines, pilot):
        await pilot.press("G")
        assert len(headlines.places()) == headlines.room
        headlines.scroll_lines(10**6)
        assert headlines.places()[-1] == (49, headlines.row_height(49) - 1)


async def test_the_wheel_scrolls_and_the_cursor_stays() -> None:
    async with showing(Source(range(300)), 300) as (headlines, pilot):
        before = headlines.places()
        await pilot._post_mouse_events([MouseScrollDown], headlines, (5, 5))
        await pilot.pause()
        assert headlines.cursor == 0
        assert headlines.places()[0] == before[headlines.WHEEL]
        await pilot.press("j")
        assert headlines.cursor == 1
        assert headlines.cursor_line() == 0


async def test_articles_that_arrive_move_neither_the_cursor_nor_its_line() -> None:
    source = Source(list(range(100, 400)))
    async with showing(source, 300) as (headlines, pilot):
        await pilot.press(*"jjjjjjjjjj")
        headlines.scroll_lines(3)
        here, line = headlines.current, headlines.cursor_line()
        assert here is not None
        source.rows = list(range(60, 104)) + list(range(350, 352)) + list(range(104, 400))
        headlines.update_rows(len(source.rows), cursor=source.rows.index(here.id - 1))
        assert headlines.current == here
        assert headlines.cursor_line() == line


async def test_an_article_that_goes_leaves_the_cursor_where_it_was() -> None:
    source = Source(list(range(30)))
    async with showing(source, 30) as (headlines, pilot):
        await pilot.press(*"jjj")
        source.rows = [number for number in range(30) if number != 3]
        headlines.update_rows(29, cursor=None)
        assert headlines.current == headline(4)


async def test_marks_show_at_once_and_only_where_they_belong() -> None:
    async with showing(Source(range(20)), 20) as (headlines, _):
        headlines.patch({2}, read=True, starred=True)
        assert headlines.headline(1) == headline(1, read=True, starred=True)
        assert headlines.headline(2) == headline(2)


async def test_a_headline_has_its_title_its_facts_and_air() -> None:
    async with showing(
        lambda *_: [
            headline(1, title="Brexit & the Border", words=1200),
            headline(2, title="Read, and starred", words=0, authors=(), read=True, starred=True),
            headline(3, title="long " * 40, words=700, authors=("Anna Example", "Ben", "Cem")),
        ],
        3,
    ) as (headlines, _):
        lines = [line.rstrip() for line in texts(headlines)]
    assert lines[:10] == [
        " ● Brexit & the Border",
        "   Zoë Ångström-Díaz · 1 h · 5 min",
        "",
        "   Read, and starred                 ★",
        "   2 h",
        "",
        " ● long long long long long long",
        "   long long long long long long…",
        "   Anna Example +2 · 3 h · 3 min",
        "",
    ]


async def test_a_dense_list_has_one_line_each_and_ages_line_up() -> None:
    async with showing(Source(range(20)), 20) as (headlines, _):
        headlines.dense = True
        headlines.hold(0, 0)
        lines = texts(headlines)[:20]
    assert all(line.startswith(f" {' ' if number % 2 == 0 else '●'} {number}") for number, line in enumerate(lines))
    assert {line.rindex(" h") for line in lines[1:]} == {37}


async def test_what_is_written_from_the_right_stands_at_the_right() -> None:
    hebrew = "שלום עולם"
    async with showing(lambda *_: [headline(1, title=hebrew)], 1) as (headlines, _):
        assert hebrew in texts(headlines)[0]
        headlines.reorder = True
        headlines.refresh()
        assert texts(headlines)[0].rstrip() == " ● " + hebrew[::-1].rjust(33)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 3), (5, 2), (400, 100)])
async def test_any_size_is_survived(size: tuple[int, int]) -> None:
    async with showing(Source(range(300)), 300, size) as (headlines, pilot):
        await pilot.press("j", "G", "space", "k", "g", "pageup", "enter")
        assert all(headlines.render_line(y).cell_length == size[0] for y in range(size[1]))


async def test_an_empty_list_says_what_to_do() -> None:
    async with showing(Source(range(0)), 0) as (headlines, pilot):
        headlines.empty = [[("Nothing unread.", "soft")], [("Everything here is read.", "faint")]]
        headlines.refresh()
        await pilot.press("j", "G", "enter", "space")
        assert "Nothing unread." in "\n".join(texts(headlines))
