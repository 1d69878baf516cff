"""What is read off the loop for the lists."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from support.app_factory import REVIEW, Piece, reader, settle, shelve
from tuireader.model.query import Query
from tuireader.store.connection import connect
from tuireader.tui.app import ReaderApp
from tuireader.tui.main import sidebar
from tuireader.tui.main.headlines_pane import list_view

LONG = Piece("A long one about the countries", html="<p>" + "Countries reach out again and again. " * 5000 + "</p>")


def test_the_first_rows_of_a_search_come_with_their_contexts(db: Path) -> None:
    shelve(db, "The Review", REVIEW)
    with closing(connect(db)) as c:
        found = list_view(c, Query(text="rivals", order="best"), 0, (), contexts=2, width=40)
    assert found.count == len(REVIEW)
    assert set(found.contexts) == {headline.id for headline in found.rows[:2]}
    for context in found.contexts.values():
        assert [context.text[start:stop] for start, stop in context.marks] == ["rivals"]


def test_headlines_wait_for_no_context_that_takes_long(db: Path) -> None:
    shelve(db, "The Review", (*REVIEW, LONG))
    with closing(connect(db)) as c:
        found = list_view(c, Query(text="countries", order="best"), 0, (), contexts=9, width=40)
        assert found.count == len(REVIEW) + 1
        assert found.contexts == {}
        assert list_view(c, Query(text="rivals", order="best"), 0, (), contexts=9, width=40).contexts


def test_without_a_search_there_are_none(db: Path) -> None:
    shelve(db, "The Review", REVIEW)
    with closing(connect(db)) as c:
        assert list_view(c, Query(), 0, ()).contexts == {}


def test_a_refresh_in_which_every_feed_failed_refreshed_nothing(db: Path) -> None:
    shelve(db, "The Example Review", [Piece("One", 1)], error="It is ill.")
    with closing(connect(db)) as c:
        assert sidebar.count(c, Query()).checked is None


async def test_a_search_keeps_its_order_while_articles_arrive(db: Path) -> None:
    shelve(db, "The Review", [Piece(f"Boat {n}", html="<p>" + "x " * 10 * n + "harbour</p>") for n in range(4)])
    app = reader(db)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("slash", *"harbour", "enter")
        await settle(pilot)
        before = titles(app)
        shelve(db, "Notes", [Piece("Harbour, harbour", html="<p>The harbour.</p>")])
        app.reader.recount()
        await settle(pilot)
        assert titles(app) == [*before, "Harbour, harbour"]


def titles(app: ReaderApp) -> list[str]:
    rows = app.reader.headlines
    return [headline.title for row in range(rows.row_count()) if (headline := rows.headline(row))]
