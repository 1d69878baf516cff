"""What the first screen loads and reads: not more than it shows."""

import subprocess
import sys
from pathlib import Path

from support.app_factory import REVIEW, Piece, reader, settle, shelve
from tuireader.store.queries import article_lists
from tuireader.tui.lists.headline_window import PAGE
from tuireader.tui.lists.row_list import RowList

HEAVY = {
    "python_socks", "feedparser", "trafilatura", "nh3", "html2text", "markdown_it", "pygments.lexers", "wcwidth",
    "bidi",
    "tuireader.web", "tuireader.feeds", "tuireader.library.reading.open_article", "tuireader.content.layout.layout",
    "tuireader.tui.article.view", "tuireader.tui.dialogs.subscribe", "webbrowser",
    "argparse", "gettext", "json", "tomllib", "tuireader.cli.arguments", "tuireader.model.fetched",
}  # fmt: skip

LOADED = """
import sys
from tuireader import cli
cli._parse_command([])
from tuireader.cli import open_app
from tuireader.lazy_modules import LazyModule, load
from tuireader.tui import app
load(open_app)
load(app)
print(*(name for name, module in sys.modules.items() if type(module) is not LazyModule))
"""
"""A start without any word as far as modules go, and which of them were executed."""


def test_the_first_screen_imports_nothing_that_it_does_not_need() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        capture_output=True,
        text=True,
        check=True,
    )
    assert HEAVY.isdisjoint(done.stdout.split())


async def test_what_a_list_draws_is_not_styled_one_by_one(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        lists = list(app.screen.query(RowList))
        assert len(lists) == 4
        assert {rows for rows in lists if rows.COMPONENT_CLASSES} == set()


def test_a_title_in_latin_cyrillic_chinese_japanese_or_korean_loads_nothing_to_measure_it() -> None:
    titles = (
        "What’s “new” — a review…",
        "Только дело голова когда",
        "新たは記を末日語記すし面待せ",
        "오늘의 소식, 내일의 날씨",
    )
    measured = f"import sys; from tuireader.tui.support.safe_text import lines; [lines(t, 30, 2) for t in {titles!r}]"
    done = subprocess.run(
        [sys.executable, "-c", f"{measured}; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    assert "tuireader.text.wrap" in done.stdout.split()
    assert "wcwidth" not in done.stdout.split()


async def test_the_first_paint_reads_one_page_of_headlines_on_the_loop(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    statements: list[str] = []
    app.connection.set_trace_callback(statements.append)
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await pilot.press("j", "j", "k")
        await settle(pilot)
        # One for the ids and one for their rows; whatever counts has a connection and a thread of its own.
        read = [statement for statement in statements if "article" in statement.lower()]
        assert len(read) <= 4
        assert len(article_lists.window(app.connection, app.reader.headlines_pane.listed, 0, PAGE)) == len(REVIEW)


LOADING = """
import asyncio, sys, threading
from pathlib import Path
from textual.dom import DOMNode

derive = DOMNode.__init_subclass__.__func__

def derived(cls, **options):
    (made if threading.current_thread() is threading.main_thread() else astray).add(cls.__name__)
    derive(cls, **options)

made, astray = set(), set()
DOMNode.__init_subclass__ = classmethod(derived)

from support.app_factory import reader, settle

async def main():
    app = reader(Path(sys.argv[1]))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        for key in ("enter", "slash", "escape", "t", "escape", "u", "escape", "question_mark", "escape", "h", "slash"):
            await pilot.press(key)
            await settle(pilot)

asyncio.run(main())
assert not astray, astray
print(*made)
"""


def test_widgets_are_loaded_where_they_are_used(db: Path) -> None:
    """Not in a thread: Textual looks through classes while the loop may change them."""
    newest = Piece("With parts", 0.1, html="<h2>Part one</h2><p>Some <a href='https://example.org/'>words</a>.</p>")
    shelve(db, "The Example Review", (newest, *REVIEW))
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r}); {LOADING}"]
    done = subprocess.run([*command, str(db)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {"ArticleView", "Prompt", "HelpScreen", "ContentsScreen", "LinksScreen"} <= set(done.stdout.split())
