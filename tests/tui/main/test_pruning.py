"""Removing what is old: said first, asked for, and gone then."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from conftest import Clock
from support.app_factory import SELDOM, said, screen_text, settle
from support.factories import ready, save_plan, subscribe
from tuireader.config import Config
from tuireader.model.article import StatusChange
from tuireader.model.fetched import Plan
from tuireader.model.query import Query
from tuireader.store import statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.tui.app import ReaderApp
from tuireader.tui.dialogs.questions import ChooseScreen


def stock(db: Path, clock: Clock) -> None:
    with closing(connect(db)) as c:
        feed = subscribe(c)
        new = tuple(ready(f"{n}", title=f"{n} days", published=clock() - timedelta(days=n)) for n in range(9))
        save_plan(c, feed, Plan(new=new), clock())
        statuses.apply(c, StatusChange(article_lists.ids(c, Query()), read=True))


async def test_it_says_what_would_go_and_removes_it(db: Path, clock: Clock) -> None:
    stock(db, clock)
    app = ReaderApp(db, config=Config(refresh_on_start=False, keep_days=5, keymap=SELDOM), clock=clock)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("X")
        await settle(pilot)
        assert isinstance(app.screen, ChooseScreen)
        assert "Delete 3 articles, 2 kB?" in screen_text(app)
        await pilot.press("enter")
        await settle(pilot)
        assert app.reader.headlines.row_count() == 9
        await pilot.press("X")
        await settle(pilot)
        await pilot.press("j", "enter")
        await said(pilot, "3 articles deleted.")
        await settle(pilot)
        assert app.reader.headlines.row_count() == 6
        assert app.reader.tasks.progress == ""


async def test_where_nothing_may_go_it_says_how_that_is_set(db: Path, clock: Clock) -> None:
    stock(db, clock)
    app = ReaderApp(db, config=Config(refresh_on_start=False, keymap=SELDOM), clock=clock)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("X")
        await said(pilot, "Nothing to clean up.")
        assert app.screen is app.reader
