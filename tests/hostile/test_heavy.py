"""Articles that are made to be slow: they open all the same, and no key waits for them."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from support.app_factory import Piece, keys_done, reader, screen_text, settle, shelve
from support.factories import only, ready, save
from tuireader import paths
from tuireader.cli import main
from tuireader.content.layout.layout import lay_out
from tuireader.library.reading.open_article import open_article
from tuireader.store.connection import connect

HANGS = 120
"""Seconds after which it will never end: the slowest takes two."""

BEFORE, AFTER = "Before all that.", "After all that."
ROW = "<tr><td>one cell</td><td>another cell</td><td>and some more words</td></tr>"
HEAVY = {
    "unclosed tags": "<a " * 10_000,
    "nested sections": "<div>" * 5000 + "inside" + "</div>" * 5000,
    "nested quotations": "<blockquote>" * 5000 + "inside" + "</blockquote>" * 5000,
    "nested lists": "<ul><li>" * 5000 + "inside" + "</li></ul>" * 5000,
    "nested tables": "<table><tr><td>" * 5000 + "inside" + "</td></tr></table>" * 5000,
    "nested emphasis": "<b><i>" * 5000 + "inside",
    "ten megabytes of paragraphs": "<p>Some words of an article that never ends.</p>" * 220_000,
    "ten megabytes in one paragraph": "<p>" + "Some words of an article that never ends. " * 240_000 + "</p>",
    "one long word": "<p>" + "w" * 1_000_000 + "</p>",
    "long text without spaces": "<p>" + "長" * 300_000 + "</p>",
    "a long table": "<table>" + ROW * 10_000 + "</table>",
    "a wide table": "<table><tr>" + "<td>cell</td>" * 5000 + "</tr></table>",
    "long code": "<pre><code class='language-python'>" + "x = ('a', {1: [2]})\n" * 50_000 + "</code></pre>",
    "many links": "<p>" + "<a href='http://example.org/'>link</a> " * 20_000 + "</p>",
    "many marks": "<p>" + "*_`[]()" * 50_000 + "</p>",
    "many headings": "<h2>heading</h2>" * 20_000,
    "right to left": "<p>" + "שלום עולם 12 " * 30_000 + "</p>",
    "ampersands": "&" * 200_000,
    "comments": "<!--" * 100_000,
}
BODIES = {name: f"<p>{BEFORE}</p>{html}<p>{AFTER}</p>" for name, html in HEAVY.items()}
each = pytest.mark.parametrize("name", BODIES)


def store(path: Path, name: str) -> int:
    with closing(connect(path)) as c:
        save(c, ready("heavy", html=BODIES[name], title=name))
        return only(c)


def is_whole_or_says_so(text: str) -> bool:
    """Whether the text goes to its end, or says that it was cut off."""
    return BEFORE in text and (AFTER in text or "is too long; the rest is not shown" in text[-2000:])


async def converted(path: Path, article_id: int) -> tuple[str, int]:
    """The article as lines, and how many turns the loop made in the middle of it.

    What is quick is done again until there were some: a loop whose machine is busy has its turns later.
    """
    turns, inside = 0, threading.Event()

    def convert() -> str:
        until = time.monotonic() + HANGS / 2
        while True:
            inside.set()
            with closing(connect(path)) as c:
                opened = open_article(c, article_id)
            text = "\n".join("".join(span.text for span in line.spans) for line in lay_out(opened.document, 72))
            inside.clear()
            if turns > 1 or time.monotonic() > until:
                return text

    converting = asyncio.ensure_future(asyncio.to_thread(convert))
    while not converting.done():
        await asyncio.sleep(0.001)
        turns += inside.is_set()
    return await converting, turns


@each
async def test_it_opens_and_the_loop_goes_on(db: Path, name: str) -> None:
    """How long it takes, and how long a key waits meanwhile, is measured by `make bench`; here it is whether."""
    async with asyncio.timeout(HANGS):
        text, turns = await converted(db, store(db, name))
    assert is_whole_or_says_so(text)
    assert turns > 1


@pytest.mark.parametrize("name", ["unclosed tags", "one long word", "a long table", "ten megabytes of paragraphs"])
async def test_the_reader_answers_while_it_opens(db: Path, name: str) -> None:
    shelve(db, "Heavy", [Piece(name, html=BODIES[name])])
    app = reader(db)
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("enter", "question_mark")
        await keys_done(pilot)
        assert "Keyboard shortcuts" in screen_text(app)
        await pilot.press("escape")
        await settle(pilot)
        assert BEFORE in screen_text(app)
        await pilot.press("G", "space", "g", "escape")
        await settle(pilot)
        assert app.return_code is None


@pytest.mark.parametrize("name", ["nested lists", "one long word", "unclosed tags"])
def test_it_is_printed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    article_id = store(paths.cache_path(), name)
    for form in ("text", "markdown", "html", "json"):
        assert main(["show", str(article_id), "--format", form]) == 0
        assert is_whole_or_says_so(capsys.readouterr().out)
