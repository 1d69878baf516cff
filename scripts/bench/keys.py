"""Keys of the list, timed: from the key to the line that it chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

from bench.measure import p95
from bench.ours import Ours
from bench.screen import Screen, shows
from bench.table import Limit, Result, Row
from tuireader.model.query import Query
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

COLUMN = 44
"""A column within the headlines of a reader 140 cells wide."""


def at_rest(*readers: Ours, times: int = 120) -> list[list[float]]:
    """Times of `j`; of several readers in turn, so that each meets the same machine."""
    measured: list[list[float]] = [[] for _ in readers]
    with ExitStack() as stack:
        screens = [stack.enter_context(ready(here)) for here in readers]
        for turn in range(times + 3):
            for screen, found in zip(screens, measured, strict=True):
                screen.settle(0.02)
                took = press(screen, "j" if turn % 80 < 40 else "k")
                if turn >= 3:
                    found.append(took)
    return measured


def meanwhile(here: Ours, key: str, is_told: Callable[[str], bool], what: str) -> Iterator[Row]:
    """The same while something goes on that `key` begins: for as long as the line at the top tells of it."""
    (rest,) = at_rest(here)
    with ready(here) as screen:
        screen.press(key)
        screen.wait(lambda s: is_told(s.lines()[0]))
        held: list[float] = []
        while is_told(screen.lines()[0]):
            held.append(press(screen, "jk"[len(held) % 2]))
            screen.settle(0.005, at_most=0.1)  # half a frame is no cursor to start from
    yield Result(f"key to paint of j during {what} (p95)", p95(held), p95(rest), "at rest", 3.0)
    yield Limit(f"the slowest of {len(held)}", max(held), 0.150)


def ready(here: Ours) -> Screen:
    """The reader, started and quiet."""
    screen = here.screen()
    screen.wait(shows(needle(here)))
    screen.settle(0.4)
    return screen


def press(screen: Screen, key: str) -> float:
    """Press a key that chooses another headline; give the seconds until that is painted."""
    before = _chosen(screen)
    begin = screen.press(key)
    return screen.wait(lambda s: _chosen(s) != before) - begin


def needle(here: Ours) -> str:
    """The beginning of a word of the first headline, which is whole on the screen as soon as the headline is."""
    return longest(first(here, Query()))


def longest(title: str) -> str:
    """The beginning of the longest word of a title."""
    return max(title.split(), key=len)[:8]


def first(here: Ours, query: Query) -> str:
    """The title at the top of a list."""
    with closing(connect(here.cache)) as connection:
        return next((headline.title for headline in article_lists.window(connection, query, 0, 1)), "")


def _chosen(screen: Screen) -> list[str]:
    """The headline under the cursor: nothing changes it but a key, whatever arrives around it."""
    rows = [(screen.background(COLUMN, row), line) for row, line in enumerate(screen.lines(slice(COLUMN, 60)))]
    usual = max({background for background, _ in rows}, key=[background for background, _ in rows].count)
    return [line for background, line in rows if background != usual]
