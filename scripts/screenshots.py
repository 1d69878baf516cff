"""Retake the pictures of screenshots/ from the bundled magazine: the same bytes each time, without a network."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drawing import svg
from textual.pilot import Pilot
from textual.screen import Screen
from textual.worker import Worker

from tuireader.config.options import Config
from tuireader.demo.posts import load_posts
from tuireader.demo.site import answer
from tuireader.library.refreshing.ingest import take_page
from tuireader.model.fetched import Page
from tuireader.model.query import Query
from tuireader.store import articles, feeds, statuses
from tuireader.store.connection import connect
from tuireader.tui.app import ReaderApp
from tuireader.tui.main.screen import ReaderScreen
from tuireader.tui.screens.contents import ContentsScreen
from tuireader.tui.screens.feed_info import FeedInfoScreen
from tuireader.tui.screens.help import HelpScreen
from tuireader.tui.screens.links import LinksScreen
from tuireader.tui.screens.palette import PaletteScreen
from tuireader.tui.themes import DARK, LIGHT

FOLDER = Path(__file__).resolve().parent.parent / "screenshots"
SITE = "https://slow-terminal.example"
NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
REFRESHED = datetime(2026, 11, 21, 9, 27, tzinfo=UTC)
UNREAD = 7
"""How many of the newest articles the reader has not read yet."""


@dataclass(frozen=True)
class Picture:
    """One picture: how wide and high, which article the cursor is on, and what is pressed then."""

    name: str
    size: tuple[int, int]
    title: str = ""
    """How the article's title begins; the cursor stays on the first one where it is empty."""
    keys: Sequence[str] = ()
    theme: str = DARK.name
    is_empty: bool = False
    """Without any feed, as on the first start."""
    shows: type[Screen[Any]] = ReaderScreen
    """The screen that is to be on top then, so that no picture shows another thing than its name says."""


PICTURES = (
    Picture("wide", (140, 40), "The Long Way", ["enter"]),
    Picture("light", (140, 40), "What the Measure", ["enter"], LIGHT.name),
    Picture("middle", (80, 24), "", ["h", "tab", "j", "enter", "l", "j"]),
    Picture("article", (80, 24), "A Short History", ["enter"]),
    Picture("narrow", (40, 20), "", ["j"]),
    Picture("first-start", (100, 28), is_empty=True),
    Picture("search", (120, 32), "", ["slash", *"escape"]),
    Picture("help", (120, 40), "", ["question_mark"], shows=HelpScreen),
    Picture("palette", (120, 36), "", ["colon", *"next"], shows=PaletteScreen),
    Picture("filter", (120, 36), "", ["h", "tab", "slash", *"te"]),
    Picture("solarized", (120, 36), "The Long Way", ["enter"], "solarized-light"),
    Picture("nord", (120, 36), "The Long Way", ["enter", "h"], "nord"),
    Picture("zen", (110, 36), "The Long Way", ["enter", "z", "space", "space"]),
    Picture("code", (110, 40), "How Wide", ["enter", "z", "right_square_bracket", "right_square_bracket"]),
    Picture("japanese", (110, 36), "端末で", ["enter", "z"]),
    Picture("hebrew", (110, 36), "לקרוא", ["enter", "z"]),
    Picture("find", (110, 36), "The Polite", ["enter", "z", "slash", *"request"]),
    Picture("contents", (120, 36), "The Long Way", ["enter", "space", "t"], shows=ContentsScreen),
    Picture("feed-info", (120, 36), "The Long Way", ["e"], shows=FeedInfoScreen),
    Picture("links", (120, 36), "How Wide", ["enter", "u"], shows=LinksScreen),
)


def fill(path: Path) -> None:
    """Take in all pages of the magazine's feed, as asking for older and older ones would."""
    pages = -(-len(load_posts()) // 10)
    with closing(connect(path)) as c:
        feed = feeds.add(c, f"{SITE}/feed/", title="", site=f"{SITE}/", now=REFRESHED)
        for number in range(pages, 0, -1):
            given = answer(SITE, f"/feed/?paged={number}" if number > 1 else "/feed/")
            page = Page(feed.url, given.status, given.body, given.content_type)
            take_page(c, feeds.get(c, feed.id), page, REFRESHED)
        ids = [headline.id for headline in articles.window(c, Query(), 0, 1000)]
        statuses.mark(c, [*ids[UNREAD:], ids[2]], read=True)
        statuses.mark(c, [ids[4], ids[11]], starred=True)


async def take(picture: Picture, path: Path) -> str:
    """Start the reader, do what is to be done, and draw what is on the screen."""
    config = Config(theme=picture.theme, refresh_on_start=False, resume=False, bidi="reorder")
    app = ReaderApp(path, config=config, clock=lambda: NOW)
    async with app.run_test(size=picture.size) as pilot:
        await _settle(pilot)
        headlines = app.reader.headlines
        if picture.title:
            titles = (headlines.headline(row) for row in range(headlines.row_count()))
            headlines.move_to([t is not None and t.title.startswith(picture.title) for t in titles].index(True))
        for key in picture.keys:
            await pilot.press(key)
            await _settle(pilot)
        if picture.shows is not type(app.screen) and not picture.is_empty:
            raise SystemExit(f"{picture.name} shows {type(app.screen).__name__}, and not {picture.shows.__name__}")
        strips = app.screen._compositor.render_strips()  # noqa: SLF001 - what export_screenshot draws, too
        colours = app.theme_variables
        title = f"tuireader, {picture.name.replace('-', ' ')}"
        return svg(strips, title=title, paper=colours["background"], ink=colours["ink"])


async def _settle(pilot: Pilot[None]) -> None:
    """Wait until nothing goes on any more."""
    for _ in range(4):
        unfinished: list[Worker[object]] = [worker for worker in pilot.app.workers if not worker.is_finished]
        await pilot.app.workers.wait_for_complete(unfinished)
        await pilot.pause()


def main(names: Sequence[str]) -> None:
    """Take the named pictures, or all."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for picture in PICTURES:
            if names and picture.name not in names:
                continue
            path = Path(folder) / f"{picture.name}.db"
            if not picture.is_empty:
                fill(path)
            (FOLDER / f"{picture.name}.svg").write_text(asyncio.run(take(picture, path)), encoding="utf-8")
            print(f"screenshots/{picture.name}.svg")


if __name__ == "__main__":
    main(sys.argv[1:])
