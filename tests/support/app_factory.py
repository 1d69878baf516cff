"""A cache with articles in it for the tests of the screen: a real file, filled through the store."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.worker import WorkerCancelled

from support.factories import save_plan
from tuireader.config import Config
from tuireader.model.fetched import ParsedEntry, Plan, Prepared
from tuireader.model.query import Query
from tuireader.store import feeds
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.tui.app import ReaderApp
from tuireader.tui.support.typeahead import TypeAhead

EVERYTHING = Query()
NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Piece:
    """An article to put on the shelf; the hours are those since it was published."""

    title: str
    hours: float = 1
    authors: tuple[str, ...] = ("Andrew Zirkle",)
    categories: tuple[str, ...] = ("Europe",)
    html: str = "<p>Although they have been rivals, the countries are reaching out.</p>"


REVIEW = (
    Piece("China and Russia: A Worrying Relationship", 3, ("Andrew Zirkle",), ("China/Russia",)),
    Piece("Brexit & the Border", 26, ("Andrew Zirkle", "Zoë Ångström-Díaz"), ("Europe", "Elections")),
    Piece("A Vote Nobody Watched", 50, ("Zoë Ångström-Díaz",), ("Elections",)),
    Piece("The Quiet Harbour", 200, (), ()),
)
NOTES = (
    Piece("Harbours in Winter", 5, ("B. Writer",), ("Europe",)),
    Piece("[red]Not markup[/red] [@click=app.quit]x[/]", 400, ("B. Writer",), ("Science & Tech",)),
)


def shelve(path: Path, title: str, pieces: Iterable[Piece], *, now: datetime = NOW, **changes: object) -> int:
    """Put a feed with its articles into the cache and give its id; `changes` are of the feed's own fields."""
    address = f"http://{title.lower().replace(' ', '-')}.example"
    with closing(connect(path)) as c:
        feed = feeds.add(c, f"{address}/feed", title=title, site=address, now=now)
        feed = replace(feed, checked=now - timedelta(minutes=3), due=now + timedelta(hours=1), **changes)  # type: ignore[arg-type]
        save_plan(c, feed, Plan(new=tuple(_prepared(address, piece, now) for piece in pieces)), now)
        return feed.id


def _prepared(address: str, piece: Piece, now: datetime) -> Prepared:
    guid = f"{address}/{hashlib.sha256(piece.title.encode()).hexdigest()[:12]}"
    entry = ParsedEntry(
        guid=guid,
        title=piece.title,
        link=guid,
        authors=piece.authors,
        categories=piece.categories,
        published=now - timedelta(hours=piece.hours),
        html=piece.html,
    )
    text = piece.html.replace("<p>", "").replace("</p>", "\n")
    return Prepared(entry, hashlib.sha256(piece.title.encode()).digest(), text, len(text.split()), excerpt=False)


SELDOM = {
    "rules": "!", "hidden": "H", "stories": "+", "prune": "X", "read-page": "P", "account": "@", "sync": "ctrl+r",
    "dense": "=", "narrower": "<", "wider": "apostrophe", "mark-as-read": "M",
}  # fmt: skip
"""Keys for commands that have none by default."""


def reader(
    path: Path, *, now: datetime = NOW, config: Config | None = None, addresses: Sequence[str] = ()
) -> ReaderApp:
    """The app on a cache, at a fixed time, that asks for nothing by itself."""
    config = config or Config(refresh_on_start=False, keymap=SELDOM)
    return ReaderApp(path, config=config, clock=lambda: now, addresses=addresses)


def rows_of(app: ReaderApp, *kinds: str) -> list[str]:
    """The names of the rows of some kinds in the tree of the sidebar."""
    return [row.name for row in app.reader.sidebar.feed_tree.rows if row.key[0] in kinds]


async def point(pilot: Pilot[None], name: str) -> None:
    """Focus the tree of the sidebar, with the cursor on a row."""
    assert isinstance(pilot.app, ReaderApp)
    tree = pilot.app.reader.sidebar.feed_tree
    tree.focus()
    await pilot.pause()
    tree.move_to([row.name for row in tree.rows].index(name))
    await pilot.pause()


def ids(path: Path, query: Query = EVERYTHING) -> list[int]:
    """The articles of a query, in order."""
    with closing(connect(path)) as c:
        return [headline.id for headline in article_lists.window(c, query, 0, 1000)]


async def settle(pilot: Pilot[None]) -> None:
    """Wait until all workers are done and what they said is on the screen."""
    quiet = 0
    for _ in range(100):
        await keys_done(pilot)
        quiet = 0 if await workers_done(pilot, but="layout") else quiet + 1
        await pilot.pause()
        if quiet == 3:
            break


async def resize(pilot: Pilot[Any], width: int, height: int) -> None:
    """Change the size of the window, and wait until the screen has it: Textual tells it a moment later."""
    await pilot.resize_terminal(width, height)
    for _ in range(500):
        if pilot.app.screen.outer_size == (width, height):
            break
        await pilot.pause(0.01)
    await pilot.pause()


async def keys_done(pilot: Pilot[None]) -> None:
    """Wait until each key has been acted on; the ways that they go are short."""
    for _ in range(500):
        if not isinstance(pilot.app, TypeAhead) or pilot.app.is_idle or not pilot.app.is_running:
            return
        await pilot.pause(0.01)


async def workers_done(pilot: Pilot[None], *, but: str = "") -> bool:
    """Wait for all workers but those of one group, if there are any; one whose place another took is done as well."""
    busy = [each for each in pilot.app.workers if not each.is_finished and each.group != but]
    for worker in busy:
        with suppress(WorkerCancelled):
            await worker.wait()
    return bool(busy)


PATIENCE = 180
"""Seconds after which a test gives up waiting; as long as the machine is busy, that says nothing of the program."""


async def until(pilot: Pilot[None], is_so: Callable[[], object]) -> None:
    """Wait for something."""
    async with asyncio.timeout(PATIENCE):
        while not is_so():
            await pilot.pause(0.05)


async def said(pilot: Pilot[None], words: str) -> None:
    """Wait for words on the screen, in one line or several."""
    await until(pilot, lambda: words in " ".join(screen_text(pilot.app).split()))


def screen_text(app: App[Any]) -> str:
    """What stands on the screen, line by line."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())
