"""The parts of the reader's screen, each without the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget

from conftest import Reply, ScriptedSite
from support.app_factory import NOW, REVIEW, ids, settle, shelve
from support.rss import Item, rss
from support.themed_app import ThemedApp
from tuireader.config import Config
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.article import Status, StatusChange
from tuireader.model.query import Query
from tuireader.store import articles, feeds
from tuireader.store.connection import Connection, connect
from tuireader.store.queries import article_lists
from tuireader.tasks.feeds import Tally, refresh
from tuireader.tasks.task import Context, Step, Steps
from tuireader.tui.chrome import Prompt
from tuireader.tui.lists.side_list import SideList
from tuireader.tui.main.article_commands import ArticleCommands, KeyTarget
from tuireader.tui.main.headlines_pane import HeadlinesPane, ListPosition
from tuireader.tui.main.navigation import Navigation, ReadMark
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.query_controller import FILTER, SEARCH, PromptController, QueryController
from tuireader.tui.main.reading_pane import Arrival, ReadingPane, Start
from tuireader.tui.main.resume import make_article_view
from tuireader.tui.main.sidebar import Sidebar
from tuireader.tui.main.statuses import StatusChanged, StatusController
from tuireader.tui.main.task_runner import Changed, Ended, Task, TaskRunner
from tuireader.tui.main.title_and_hints import Captions
from tuireader.tui.support.workers import UiState, Web


class Alone(ThemedApp):
    """An app with one part and nothing else; what the part tells is kept."""

    CSS = "HeadlinesPane, Sidebar, ReadingPane { width: 60; height: 20; }"

    def __init__(self, part: Widget) -> None:
        super().__init__()
        self.part = part
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.part

    async def _dispatch_message(self, message: Message) -> None:
        if type(message).__module__.startswith("tuireader"):
            self.told.append(message)
        await super()._dispatch_message(message)

    def heard(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.told if isinstance(message, kind)]


@pytest.fixture
def shelved(db: Path) -> Path:
    shelve(db, "The Example Review", REVIEW)
    return db


@pytest.fixture
def connection(shelved: Path) -> Iterator[Connection]:
    with closing(connect(shelved)) as c:
        yield c


async def test_the_headlines_pane_shows_what_is_wanted_and_notices_what_others_write(
    shelved: Path, connection: Connection
) -> None:
    pane = HeadlinesPane(Cache(shelved), connection, lambda: NOW, [])
    app = Alone(pane)
    async with app.run_test(size=(60, 20)) as pilot:
        pane.begin()
        assert pane.headlines.current is not None
        assert pane.headlines.current.title == REVIEW[0].title
        pane.want(Query(categories=("Elections",)))
        await settle(pilot)
        assert [event.is_another for event in app.heard(HeadlinesPane.Listed)] == [True]
        assert pane.headlines.row_count() == 2
        shelve(shelved, "Notes", [replace(REVIEW[1], title="Elections in Winter")])
        pane._watch()
        pane._outdate()
        await settle(pilot)
        assert len(app.heard(HeadlinesPane.Outdated)) == 1
        assert pane.reread()
        await settle(pilot)
        assert pane.headlines.row_count() == 3


async def test_the_sidebar_counts_a_query_and_says_what_choosing_makes_of_it(shelved: Path) -> None:
    sidebar = Sidebar(Cache(shelved))
    app = Alone(sidebar)
    async with app.run_test(size=(60, 20)) as pilot:
        sidebar.choose(Query(unread=True))
        sidebar.count(Query(unread=True))
        await settle(pilot)
        assert len(app.heard(Sidebar.Counted)) == 1
        assert [choice.name for choice in sidebar.categories.rows] == [
            "Elections",
            "China/Russia",
            "Europe",
            "No category",
        ]
        chosen = SideList.Chosen(sidebar.categories, "Elections")
        assert sidebar.query_after(Query(unread=True), chosen) == Query(unread=True, categories=("Elections",))
        sidebar.choose(Query(categories=("Elections",)))
        assert sidebar.query_after(Query(categories=("Elections",)), chosen) == Query()
        sidebar.feed_tree.focus()
        await settle(pilot)
        assert sidebar.pointed_feed is not None
        assert sidebar.pointed_feed.total == len(REVIEW)


async def test_the_reading_pane_opens_steps_and_keeps_where_reading_stopped(shelved: Path) -> None:
    arrivals: list[Arrival] = []
    there = ids(shelved)
    cache = Cache(shelved)
    pane = ReadingPane(
        cache,
        Web(cache, lambda: NOW),
        make=lambda: make_article_view(Config(), UiState({}, lambda *_: None), lambda *_: None),
        arrived=arrivals.append,
        unwritten=[StatusChange(tuple(there), starred=True)],
        endings=("", "", "", ""),
        to_unread=False,
    )
    app = Alone(pane)
    async with app.run_test(size=(60, 20)) as pilot:
        pane.open(there[0], ListPosition(Query(), frozenset(there)))
        await settle(pilot)
        pane.step(1, Start(there[0]), ListPosition(Query(), frozenset()), unread=False)
        pane.step(1, Start(there[0]), ListPosition(Query(), frozenset()), unread=False)
        await settle(pilot)
        assert [arrival.article_id for arrival in arrivals] == [there[0], there[2]]
        assert [arrival.around is None for arrival in arrivals] == [True, False]
        assert pane.opened is not None
        assert pane.opened[1].starred
        pane.apply(StatusChange((there[2],), read=True))
        assert pane.opened[1].read
        pane.on_article_view_position_changed(pane.view.PositionChanged(there[2], 7))
        pane.keep_position()
        await cache.settled()
        with closing(connect(shelved)) as c:
            assert articles.status(c, there[2]).position == 7
        pane.step(1, Start(there[-1]), ListPosition(Query(), frozenset()), unread=False)
        await settle(pilot)
        assert len(arrivals) == 2


class Shower:
    """What shows statuses, and is reading or not."""

    is_reading = False

    def __init__(self) -> None:
        self.changes: list[StatusChange] = []

    def apply(self, change: StatusChange) -> None:
        self.changes.append(change)


async def test_statuses_are_shown_at_once_written_in_order_and_taken_back(shelved: Path) -> None:
    node, cache, shower = Widget(), Cache(shelved), Shower()
    unwritten: list[StatusChange] = []
    app = Alone(node)
    first, second, *_ = ids(shelved)
    async with app.run_test() as pilot:
        statuses = StatusController(
            node,
            cache,
            unwritten,
            show=(shower.apply,),
            is_reading=lambda: shower.is_reading,
            undo_key="U",
            clock=lambda: NOW,
        )
        statuses.toggle_starred(first, Status())
        assert shower.changes == unwritten == [StatusChange((first,), None, True)]
        await settle(pilot)
        assert unwritten == []
        assert [event.lists_too for event in app.heard(StatusChanged)] == [False]
        shower.is_reading = True
        statuses.toggle_read(second, Status(read=True))
        await settle(pilot)
        assert app.heard(StatusChanged)[-1].lists_too
        statuses.mark_read(lambda c: article_lists.ids(c, Query(unread=True)))
        await settle(pilot)
        assert ids(shelved, Query(unread=True)) == []
        for _ in range(4):
            statuses.undo()
            await settle(pilot)
        with closing(connect(shelved)) as c:
            assert articles.status(c, first) == Status()
            assert articles.status(c, second) == Status(read=True)
    cache.close()


async def test_a_refresh_tells_what_it_brings_and_that_it_ended(db: Path, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(rss(Item("one"), Item("two")))
    with closing(connect(db)) as c:
        feeds.add(c, f"{site.url}/feed", title="T", site="", now=NOW)
        node = Widget()
        app = Alone(node)
        async with app.run_test() as pilot:
            runner = TaskRunner(node, Context(cache := Cache(db), lambda: NOW, Web(cache, lambda: NOW).queue))
            due = feeds.every(c)
            runner.start(Task("refresh", "tuireader.tasks.feeds", lambda on: refresh(on, Tally(due), force=False)))
            assert runner.is_running("refresh")
            await settle(pilot)
            assert (len(app.heard(Changed)), len(app.heard(Ended))) == (1, 1)
            assert runner.progress == ""
            assert article_lists.count(c, Query()) == 2
            assert site.paths().count("/feed") == 1


@pytest.mark.parametrize(("again", "ran"), [("queue", "abc"), ("after", "ac"), ("refuse", "a")])
async def test_a_task_of_a_running_kind_waits_for_its_turn(db: Path, again: Any, ran: str) -> None:
    turn, begun = asyncio.Event(), []

    async def run(name: str, _: Context) -> Steps:
        begun.append(name)
        await turn.wait()
        yield Step()

    node = Widget()
    async with Alone(node).run_test() as pilot:
        runner = TaskRunner(node, Context(cache := Cache(db), lambda: NOW, Web(cache, lambda: NOW).queue))
        for name in "abc":
            runner.start(Task("export", "tuireader.tasks.feeds", partial(run, name), again=again))
        turn.set()
        await settle(pilot)
        assert "".join(begun) == ran
        assert not runner.is_running("export")


async def until(done: Callable[[], bool]) -> None:
    """Wait for something."""
    for _ in range(3000):
        if done():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


@pytest.fixture
async def panes(shelved: Path, connection: Connection) -> AsyncIterator[PanesScreen]:
    """The panes, side by side, with nothing that wires them: the cursor is on the first headline."""
    cache = Cache(shelved)
    screen = PanesScreen(
        Sidebar(cache),
        HeadlinesPane(cache, connection, lambda: NOW, []),
        ReadingPane(
            cache,
            Web(cache, lambda: NOW),
            make=lambda: make_article_view(Config(), UiState({}, lambda *_: None), lambda *_: None),
            arrived=lambda _: None,
            unwritten=[],
            endings=("", "", "", ""),
            to_unread=False,
        ),
        {},
    )
    app = ThemedApp()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.push_screen(screen)
        screen.headlines_pane.begin()
        screen.sidebar.count(Query())
        screen.show_pane("headlines")
        await settle(pilot)
        yield screen


async def test_what_a_key_means_is_the_article_where_the_user_is(panes: PanesScreen, shelved: Path) -> None:
    target, there = KeyTarget(panes), ids(shelved)
    assert target.article() == (there[0], Status())
    assert target.start() == Start(there[0], is_next_unread=True)
    feed = target.feed()
    assert feed is not None
    assert feed.name == "The Example Review"
    panes.reading.open(there[2], panes.headlines_pane.position)
    await until(lambda: panes.reading.opened is not None)
    assert target.article() == (there[0], Status())  # it is open, but the user is at the headlines
    panes.show_pane("article")
    assert target.article() == (there[2], Status())
    assert target.start() == Start(there[2])
    assert target.feed() == feed
    panes.headlines_pane.want(Query(text="nothing like it"))
    await until(lambda: not panes.headlines.row_count())
    panes.show_pane("headlines")
    assert (target.article(), target.start(), target.feed()) == (None, None, None)


async def test_nothing_is_done_where_there_is_no_article_in_hand(panes: PanesScreen) -> None:
    done: list[str] = []

    class Noted:
        """Any part: what is asked of it is noted."""

        def __getattr__(self, name: str) -> Any:
            return lambda *_, **__: done.append(name)

    noted: Any = Noted()
    no_tasks: Any = SimpleNamespace(runner=SimpleNamespace(is_running=lambda _: False))
    commands = ArticleCommands(KeyTarget(panes), noted, noted, noted, noted, tasks=no_tasks)
    every = (
        commands.toggle_read,
        commands.toggle_starred,
        commands.browse,
        commands.copy_link,
        commands.fetch_full_text,
    )
    for command in every:
        command()
    assert done == ["keep", "toggle_read", "keep", "toggle_starred", "browse_article", "copy_links", "fetch_full_text"]
    done.clear()
    panes.headlines_pane.want(Query(text="nothing like it"))
    await until(lambda: not panes.headlines.row_count())
    for command in every:
        command()
    assert done == []


async def test_captions_say_what_is_shown_why_it_is_empty_and_what_is_wrong(
    panes: PanesScreen, connection: Connection
) -> None:
    tasks: Any = SimpleNamespace(
        progress="3/7 feeds · 2/9 texts", offline=False, is_refreshing=True, syncing=SimpleNamespace(waiting="")
    )
    captions = Captions(panes, tasks, lambda: NOW)
    captions.write_title()
    assert panes.title_bar.shown == "The Example Review"
    assert panes.title_bar.states == ("3/7 feeds · 2/9 texts", f"{len(REVIEW)} unread")
    panes.headlines_pane.want(Query(starred=True))
    captions.write_empty()
    assert panes.headlines.empty[1] == [("   ", ""), ("No starred articles", "soft")]
    captions.write_pointed()
    assert (panes.bottom.hints.alarm, panes.bottom.hints.note) == ("", "15 Jan 2026, 09:00")
    feeds.record(connection, replace(feeds.every(connection)[0], error="The site is ill."))
    panes.sidebar.count(Query())
    await until(lambda: panes.sidebar.counts is not None and panes.sidebar.counts.feeds[0].feed.error is not None)
    panes.show_pane("sidebar")
    await until(lambda: panes.sidebar.feed_tree.has_focus)
    captions.write_pointed()
    assert panes.bottom.hints.alarm == "The site is ill."
    assert panes.bottom.hints.note == f"All · {len(REVIEW)} articles"


async def test_what_is_typed_searches_or_filters_and_is_cleared_where_the_user_is(panes: PanesScreen) -> None:
    searched: list[str] = []
    prompts = PromptController(panes, panes.sidebar._cache, lambda query, _at: searched.append(query.text))
    await prompts.ask()
    assert panes.bottom.is_asking
    prompts.changed(Prompt.Changed(SEARCH, "trust"))
    await prompts.closed(Prompt.Closed(SEARCH, kept=False))
    assert (searched, panes.bottom.is_asking) == (["trust", ""], False)
    assert not prompts.clear()
    panes.sidebar.categories.focus()
    await until(lambda: panes.focused is panes.sidebar.categories)
    await prompts.ask()
    prompts.changed(Prompt.Changed(FILTER, "e"))
    assert panes.sidebar.categories.filter == "e"
    await prompts.closed(Prompt.Closed(FILTER, kept=True))
    assert panes.focused is panes.sidebar.categories
    assert prompts.clear()
    assert panes.sidebar.categories.filter == ""
    assert not prompts.clear()
    assert searched == ["trust", ""]


async def test_what_is_wanted_is_chosen_sorted_left_and_cleared_in_all_panes(panes: PanesScreen) -> None:
    nothing: Any = SimpleNamespace(progress="", offline=False, is_refreshing=False, syncing=SimpleNamespace(waiting=""))
    choosing = QueryController(panes, Captions(panes, nothing, lambda: NOW))
    choosing.choose(SideList.Chosen(panes.sidebar.categories, "Elections"))
    assert choosing.wanted == Query(categories=("Elections",))
    await until(lambda: panes.headlines.row_count() == 2)
    assert panes.sidebar.categories.chosen == {"Elections"}
    choosing.sort()
    assert choosing.wanted.order == "oldest"
    choosing.clear("oldest")
    await until(lambda: panes.headlines.row_count() == len(REVIEW))
    assert choosing.wanted == Query(order="oldest")
    feed = panes.headlines.headline(0)
    assert feed is not None
    choosing.want(Query(feeds=(feed.feed_id, 99), order="oldest"))
    choosing.leave(99)
    assert choosing.wanted == Query(feeds=(feed.feed_id,), order="oldest")
    choosing.leave(None)
    choosing.leave(feed.feed_id)
    await until(lambda: panes.headlines.row_count() == len(REVIEW))
    assert choosing.wanted == Query(order="oldest")


async def test_the_way_from_article_to_article(panes: PanesScreen, shelved: Path) -> None:
    marked: list[tuple[int, bool]] = []
    statuses: Any = SimpleNamespace(set=lambda id_, *, read: marked.append((id_, read)), is_marking=False)
    journey = Navigation(panes, KeyTarget(panes), statuses, ReadMark(panes, statuses, 0), {})
    panes.reading._arrived = journey.arrive
    there = ids(shelved)
    journey.open(there[1])
    await until(lambda: panes.pane == "article")
    assert marked == [(there[1], True)]
    assert panes.headlines.cursor == 1
    journey.step(1)
    assert journey.holds(events.Key("x", "x"))
    assert not journey.holds(events.Key("J", "J"))  # a step after a step is one way
    await until(lambda: len(marked) == 2)
    assert marked[-1] == (there[2], True)
    panes.show_pane("headlines")
    panes.headlines.move_to(0)
    journey.toggle_zen()
    await until(lambda: panes.zen)
    assert panes.reading.opened is not None
    assert panes.reading.opened[0].id == there[0]
    journey.toggle_zen()
    assert not panes.zen
