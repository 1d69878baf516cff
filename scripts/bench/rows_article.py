"""Rows about reading: opening an article, paging, resizing, against Textual's Markdown widget on the same text."""

from __future__ import annotations

import gc
import sys
import textwrap
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from bench import corpus, generate
from bench.measure import median
from bench.ours import Ours
from bench.screen import Screen, shows
from bench.table import Result, Row
from bench.workbench import Workbench

MARKDOWN = [sys.executable, str(Path(__file__).with_name("markdown_app.py"))]
AGAINST = "Textual's Markdown"
SHORT, LONG = 900, 31_000
LENGTHS = (SHORT, SHORT, SHORT, LONG, LONG, LONG)
"""Several of each, so that every opening is of an article that was not open before."""
COLUMNS, ROWS = 100, 40
PAGE_DOWN, PAGE_UP = "\x1b[6~", "\x1b[5~"
MEASURE = 72


def opening(bench: Workbench) -> Iterator[Row]:
    """Key to the first lines of the text."""
    ours, theirs = _Ours(bench), _Markdown(bench)
    times: dict[tuple[str, int], list[float]] = {}
    cold = []
    for turn in range(2 if bench.quick else 3):
        bench.say(f"opening articles, turn {turn + 1}")
        for name, reader in (("ours", ours), ("theirs", theirs)):
            with reader.screen() as screen:
                for number, words in enumerate(LENGTHS):
                    took = reader.open(screen, number)
                    if name == "ours" and number == 0:
                        cold.append(took)  # brings in what converting an article needs
                    else:
                        times.setdefault((name, words), []).append(took)
    for words, bar in ((SHORT, 0.5), (LONG, 0.06)):
        yield Result(f"open an article of {words:,} words", *_both(times, words), AGAINST, bar)
    first = "open the first article of a session"
    yield Result(first, median(cold), median(times["ours", SHORT]), "those after it", 1.3)


def paging(bench: Workbench) -> Iterator[Row]:
    """A page down and back up, at both lengths."""
    ours = _Ours(bench)
    times: dict[int, list[float]] = {SHORT: [], LONG: []}
    with ours.screen() as screen:
        for number, words in enumerate(LENGTHS):
            ours.open(screen, number)
            screen.settle(1.0)
            for _ in range(8):
                times[words].append(_turn(screen, PAGE_DOWN))
                _turn(screen, PAGE_UP)
    work = f"page down in {LONG:,} words"
    yield Result(work, median(times[LONG]), median(times[SHORT]), f"in {SHORT} words", 1.2)


def resizing(bench: Workbench) -> Iterator[Row]:
    """The window becomes narrower: to the last change of what is in sight."""
    times: dict[tuple[str, int], list[float]] = {}
    for name, reader in (("ours", _Ours(bench)), ("theirs", _Markdown(bench))):
        bench.say(f"resizing: {name}")
        with reader.screen() as screen:
            reader.open(screen, len(LENGTHS) - 1)
            screen.settle(3.0)
            for turn in range(3 if bench.quick else 6):
                begin = screen.resize(70 if turn % 2 == 0 else 64, ROWS)
                sight = slice(2, ROWS - 4)
                took = screen.last_change(slice(0, 60), rows=sight, quiet=1.5 if bench.quick else 3.0) - begin
                times.setdefault((name, LONG), []).append(took)
    yield Result(f"resize in {LONG:,} words", *_both(times, LONG), AGAINST, 0.1)


def layout(bench: Workbench) -> Iterator[Row]:
    """Laying all of it out, and what is held then; both in this process."""
    from tuireader.content.document.build import to_document
    from tuireader.content.document.model import document_text
    from tuireader.content.layout.layout import lay_out
    from tuireader.tui.article.page_layout import Page

    bench.say("laying out")
    markdown = _markdown(generate.essay(LONG, 5))
    document = to_document(markdown)
    paragraphs = document_text(document).split("\n")
    ours, theirs = [], []
    for _ in range(7):
        ours.append(_timed(lambda: lay_out(document, MEASURE)))
        theirs.append(_timed(lambda: [textwrap.wrap(paragraph, MEASURE) for paragraph in paragraphs]))
    yield Result(f"lay out {LONG:,} words", median(ours), median(theirs), "textwrap.wrap", 4.0)
    size = len("\n".join(paragraphs).encode())
    gc.collect()
    tracemalloc.start()
    held = Page((), to_document(markdown), MEASURE)
    for block in held.unfinished(0):
        held.lines(block)
    gc.collect()
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    yield Result("memory held by it", memory / 1e6, size / 1e6, "its text", 10.0, unit="MB")


class _Ours:
    """Our reader with a feed of such articles, in the order of `LENGTHS`."""

    def __init__(self, bench: Workbench) -> None:
        folder = bench.folder / "feeds-of-essays"
        folder.mkdir(exist_ok=True)
        made = generate.essays(LENGTHS)
        (folder / "1.xml").write_bytes(generate.rss(made))
        self._texts = [generate.plain(entry.html) for entry in made.entries]
        self._here = Ours.at(bench.folder / "ours-essays", bench.env)
        if not self._here.cache.exists():
            with ExitStack() as stack:
                served = stack.enter_context(corpus.serve(folder))
                self._here.subscribe(served.urls(1))
                self._here.refresh()
        self._title = made.entries[0].title

    def screen(self) -> Screen:
        """The reader, started and quiet, the cursor on the first article."""
        self._opened: int | None = None
        screen = self._here.screen(COLUMNS, ROWS)
        screen.wait(shows(_needle(self._title)))
        screen.settle(0.5)
        return screen

    def open(self, screen: Screen, number: int) -> float:
        """Open an article that is further down; the seconds from the key to its text."""
        if self._opened is not None:
            screen.press("h")
            screen.settle(0.3)
        for _ in range(number - (self._opened or 0)):
            screen.press("j")
            screen.settle(0.2)
        self._opened = number
        begin = screen.press("\r")
        took = screen.wait(shows(_needle(self._texts[number]))) - begin
        screen.settle(0.3)
        return took


class _Markdown:
    """Textual's Markdown widget with the same articles."""

    def __init__(self, bench: Workbench) -> None:
        made = generate.essays(LENGTHS)
        self._env = bench.env
        self._texts = [generate.plain(entry.html) for entry in made.entries]
        self._files = []
        for number, entry in enumerate(made.entries):
            path = bench.folder / f"essay-{number}.md"
            path.write_text(_markdown(entry.html), encoding="utf-8")
            self._files.append(str(path))

    def screen(self) -> Screen:
        """The app, started and quiet."""
        screen = Screen([*MARKDOWN, *self._files], self._env, columns=COLUMNS, rows=ROWS)
        screen.wait(shows("ready"))
        screen.settle(0.5)
        return screen

    def open(self, screen: Screen, number: int) -> float:
        """Open an article; the seconds from the key to its text."""
        begin = screen.press(str(number + 1))
        took = screen.wait(shows(_needle(self._texts[number]))) - begin
        screen.settle(1.0)
        return took


def _markdown(html: str) -> str:
    from tuireader.content.cleaning.clean import clean
    from tuireader.content.markdown.convert import to_markdown

    return to_markdown(clean(html))


def _needle(text: str) -> str:
    """A word from the first line, whole on the screen as soon as the line is."""
    return max(text[:50].split()[:-1], key=len)


def _turn(screen: Screen, key: str) -> float:
    sight = slice(3, ROWS - 4)
    before = screen.lines(rows=sight)
    begin = screen.press(key)
    took = screen.wait(lambda s: s.lines(rows=sight) != before) - begin
    screen.settle(0.05)
    return took


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _both(times: dict[tuple[str, int], list[float]], words: int) -> tuple[float, float]:
    return median(times["ours", words]), median(times["theirs", words])
