"""Links from article to article, and the way back."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from textual.pilot import Pilot

from support.app_factory import Piece, reader, resize, settle, shelve
from tuireader.tui.app import ReaderApp
from tuireader.tui.support import browser

SITE = "http://notes.example"


def link_to(title: str) -> str:
    return f"{SITE}/{hashlib.sha256(title.encode()).hexdigest()[:12]}"


FIRST = Piece("First", 1, html=f'<p>See <a href="{link_to("Second")}#part">the second</a>.</p>')
SECOND = Piece(
    "Second", 2, html=f'<p>See <a href="{link_to("Third")}/">the third</a> and <a href="{SITE}/no">more</a>.</p>'
)
THIRD = Piece("Third", 3)


@pytest.fixture
def browsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a browser was given."""
    given: list[str] = []

    async def take(_app: object, url: str) -> None:
        given.append(url)

    monkeypatch.setattr(browser, "open_link", take)
    return given


async def press(pilot: Pilot[None], *pressed: str) -> None:
    await pilot.press(*pressed)
    await settle(pilot)


def title(app: ReaderApp) -> str:
    article = app.reader.article.article
    return article.title if article else ""


async def test_a_link_to_an_article_that_is_here_opens_here_and_back_leads_the_same_way(
    db: Path, browsed: list[str]
) -> None:
    shelve(db, "Notes", (FIRST, SECOND, THIRD))
    app = reader(db)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        await press(pilot, ".", "enter")
        assert title(app) == "Second"
        await press(pilot, ".", "enter")
        assert title(app) == "Third"
        assert app.reader.headlines.cursor == 2
        await press(pilot, "q")
        assert (title(app), app.reader.pane) == ("Second", "article")
        await press(pilot, "escape")
        assert (title(app), app.reader.pane) == ("First", "article")
        await press(pilot, "q")
        assert app.reader.pane == "headlines"
        assert browsed == []


async def test_everything_else_goes_to_the_browser(db: Path, browsed: list[str]) -> None:
    shelve(db, "Notes", (FIRST, SECOND, THIRD))
    app = reader(db)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "j", "enter")
        await press(pilot, ".", ".", "enter")
        assert title(app) == "Second"
        assert browsed == [f"{SITE}/no"]


async def test_whoever_goes_on_otherwise_goes_back_to_the_list(db: Path, browsed: list[str]) -> None:
    shelve(db, "Notes", (FIRST, SECOND, THIRD))
    app = reader(db)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        await press(pilot, ".", "enter")
        await press(pilot, "J")
        assert title(app) == "Third"
        await press(pilot, "q")
        assert app.reader.pane == "headlines"
        assert browsed == []


async def test_a_link_leads_out_of_the_list_and_back_into_it(db: Path, browsed: list[str]) -> None:
    shelve(db, "Notes", (FIRST, Piece("Second", 2, categories=("Elsewhere",), html=SECOND.html)))
    app = reader(db)
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        app.reader.sidebar.categories.focus()
        await press(pilot, "slash", *"Europe", "enter")
        app.reader.headlines.focus()
        await press(pilot, "enter")
        await press(pilot, "u", "enter")
        assert title(app) == "Second"
        assert app.reader.headlines.cursor == 0
        await press(pilot, "z", "q", "q")  # alone, among the others, back
        assert (title(app), app.reader.pane) == ("First", "article")
        await resize(pilot, 80, 24)
        await press(pilot, "q")
        assert app.reader.pane == "headlines"
        assert browsed == []


async def test_a_link_to_a_place_that_the_text_lacks_opens_the_page_there(db: Path, browsed: list[str]) -> None:
    html = '<h2>Above</h2><p id="t">Words.</p><h2>Below</h2><p><a href="#t">words</a> and more</p>'
    shelve(db, "Notes", (Piece("First", 1, html=html),))
    app = reader(db)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        document = app.reader.article.document
        assert document is not None
        assert [link.target for link in document.links] == [document.headings[0].offset]
        app.reader.article.post_message(app.reader.article.OpenLink("#no"))
        await settle(pilot)
        assert browsed == [f"{link_to('First')}#no"]
