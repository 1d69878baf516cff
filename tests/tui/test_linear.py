"""The linear mode: one column, no lines, the terminal's cursor on the line that is read."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest
from textual.pilot import Pilot

from support.app_factory import Piece, ids, reader, screen_text, settle, shelve
from tuireader.config import Config
from tuireader.store import articles
from tuireader.store.connection import connect
from tuireader.tui.app import ReaderApp
from tuireader.tui.article.view import ArticleView
from tuireader.tui.dialogs.palette_and_help import KeyList

LINEAR = Config(refresh_on_start=False, linear=True)
SIZE = (140, 30)
HTML = (
    "<h2>Tides</h2><p>See the <a href='https://b.example/'>table</a> of lamps.</p>"
    "<table><tr><th>Port<th>Height<tr><td>Hull<td>7 m</table><ul><li>ebb<li>flood</ul><hr>"
    + "".join(f"<p>Paragraph {number} of a long article.</p>" for number in range(60))
    + "<p>A harbour at the end.</p>"
)


@pytest.fixture
def shelf(db: Path) -> Path:
    shelve(db, "The Example Review", [Piece("The sea", 1, html=HTML), Piece("The land", 2)])
    return db


async def press(pilot: Pilot[None], *pressed: str) -> None:
    await pilot.press(*pressed)
    await settle(pilot)


def line_read(app: ReaderApp) -> str:
    """The text from the cursor on, in its line."""
    return screen_text(app).split("\n")[app.cursor_position.y][app.cursor_position.x :].strip()


async def test_lists_and_article_are_one_column_and_the_cursor_is_where_one_reads(shelf: Path) -> None:
    app = reader(shelf, config=LINEAR)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        assert app.reader.panes_beside == 1
        assert line_read(app).startswith("N The sea")
        await press(pilot, "j")
        assert line_read(app).startswith("N The land")
        await press(pilot, "k", "enter")
        assert line_read(app) == "The Example Review · Europe"
        said = ["The sea", "By "]
        said += ["Heading 2: Tides", "See the table (link 1) of lamps.", "Table of 2 columns and 1 row."]
        said += ["Row 1: Port: Hull; Height: 7 m.", "End of table.", "List of 2.", "1 of 2: ebb", "2 of 2: flood"]
        said += ["End of list.", "Break.", "Paragraph 0 of a long article."]
        for line in said:
            await press(pilot, "j")
            while not line_read(app):
                await press(pilot, "j")
            assert line_read(app).startswith(line)


async def test_links_and_matches_are_where_the_cursor_goes(shelf: Path) -> None:
    app = reader(shelf, config=LINEAR)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "enter", ".")
        assert line_read(app).startswith("table (link 1)")
        await press(pilot, "escape", "slash", *"harbour", "enter")
        assert line_read(app) == "harbour at the end."
        await press(pilot, "escape", "G")
        assert line_read(app) == "A harbour at the end."


async def test_the_place_in_the_article_is_kept_for_both_modes(shelf: Path) -> None:
    app = reader(shelf, config=LINEAR)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "enter", "slash", *"Paragraph", "space", *"40", "enter", "escape")
        assert line_read(app).startswith("Paragraph 40")
    with closing(connect(shelf)) as c:
        assert articles.status(c, ids(shelf)[0]).position > 0
    again = reader(shelf, config=Config(refresh_on_start=False))
    async with again.run_test(size=(80, 30)) as pilot:
        await press(pilot, "enter")
        text = screen_text(again)
        first = next(line.strip() for line in text.split("\n") if "Paragraph" in line)
        assert first.startswith(("Paragraph 40", "Paragraph 39"))
    back = reader(shelf, config=LINEAR)
    async with back.run_test(size=SIZE) as pilot:
        await press(pilot, *(() if isinstance(back.focused, ArticleView) else ("enter",)))
        assert line_read(back).startswith(("Paragraph 40", "Paragraph 39"))


@pytest.mark.parametrize("keys", [(), ("enter",), ("h",), ("question_mark",), ("colon",), ("enter", "u"), ("i",)])
async def test_nothing_is_drawn_with_lines(shelf: Path, keys: tuple[str, ...]) -> None:
    app = reader(shelf, config=LINEAR)
    async with app.run_test(size=SIZE) as pilot:
        await settle(pilot)
        await press(pilot, *keys)
        assert not re.search("[\u2500-\u259f]", screen_text(app))


async def test_the_first_start_is_without_lines_too(db: Path) -> None:
    app = reader(db, config=LINEAR)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert not re.search("[\u2500-\u259f]", screen_text(app))
        typed = app.cursor_position
        await press(pilot, "a")
        assert app.cursor_position.x == typed.x + 1


async def test_headings_are_read_not_the_air_above_them(shelf: Path) -> None:
    app = reader(shelf, config=LINEAR)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "enter", "right_square_bracket")
        assert line_read(app) == "Heading 2: Tides"
        await press(pilot, "G", "t", "G", "enter")
        assert line_read(app) == "Heading 2: Tides"


async def test_what_is_sought_is_typed_where_the_cursor_is(shelf: Path) -> None:
    app = reader(shelf, config=LINEAR)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "enter", "slash", *"qqqq")
        lines = screen_text(app).split("\n")
        assert lines[app.cursor_position.y][: app.cursor_position.x].strip() == "/ qqqq"
        assert "No matches" in lines[app.cursor_position.y]


async def test_a_list_without_rows_says_so_at_the_cursor(shelf: Path) -> None:
    app = reader(shelf, config=LINEAR)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "slash", *"qqqq", "enter")
        assert line_read(app).startswith("No articles match")


async def test_a_dialog_has_the_screen_for_itself(shelf: Path) -> None:
    app = reader(shelf, config=LINEAR)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "enter", "t")
        assert "Paragraph" not in screen_text(app)
        assert line_read(app).endswith("The sea")


async def test_the_command_that_is_chosen_is_where_the_cursor_is(shelf: Path) -> None:
    app = reader(shelf, config=LINEAR)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "colon", *"theme", "down")
        chosen = line_read(app)
        assert "theme" in chosen.lower()
        await press(pilot, "down")
        assert line_read(app) != chosen
        await press(pilot, "x")
        assert screen_text(app).split("\n")[app.cursor_position.y].strip().startswith("themex")


async def test_every_line_of_the_help_is_reached(shelf: Path) -> None:
    app = reader(shelf, config=LINEAR)
    async with app.run_test(size=(80, 24)) as pilot:
        await press(pilot, "question_mark")
        rows = [row.text for row in app.screen.query_one(KeyList).rows]
        for text in rows:
            assert line_read(app).startswith(text.rstrip("…")[:8])
            await press(pilot, "j")
        await press(pilot, "g", "G")
        assert line_read(app).startswith(rows[-1])


async def test_what_went_wrong_is_where_the_cursor_is(shelf: Path) -> None:
    app = reader(shelf, config=LINEAR)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "a", *"no address at all", "enter")
        assert line_read(app).startswith("! ")
        await press(pilot, "x")
        assert "no address at allx" in screen_text(app).split("\n")[app.cursor_position.y]


async def test_text_from_the_right_is_in_the_order_of_speech(db: Path) -> None:
    shelve(db, "The Example Review", [Piece("A sea", 1, html="<h2 dir=rtl>שלום עולם</h2><p dir=rtl>אבג דהו</p>")])
    app = reader(db, config=LINEAR)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "enter", "right_square_bracket")
        assert line_read(app) == "Heading 2: שלום עולם"
        assert app.cursor_position.x < 40


async def test_links_have_the_numbers_of_their_list(db: Path) -> None:
    html = (
        "<p><img src='https://b.example/1.png' alt='A boat'></p><p>See <a href='https://b.example/t'>the table</a>.</p>"
    )
    shelve(db, "The Example Review", [Piece("The sea", 1, html=html)])
    app = reader(db, config=LINEAR)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "enter")
        assert "the table (link 2)" in screen_text(app)
        await press(pilot, "u")
        assert re.search(r"2  the table", screen_text(app))
