import asyncio
import re
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual._compositor import Compositor
from textual.geometry import Size
from textual.pilot import Pilot
from textual.screen import Screen

from support.app_factory import (
    NOTES,
    REVIEW,
    Piece,
    ids,
    point,
    reader,
    resize,
    screen_text,
    settle,
    shelve,
    workers_done,
)
from support.factories import ready, save
from tuireader.config import Config
from tuireader.library.reading import open_article
from tuireader.model.article import Status
from tuireader.model.query import Query
from tuireader.store import articles, feeds
from tuireader.store.connection import connect
from tuireader.tui.app import ReaderApp
from tuireader.tui.lists.facet_list import FacetList
from tuireader.tui.main import query_controller
from tuireader.tui.support.textual_internals import OpenApp

WIDE, MIDDLE, NARROW, SMALL = (160, 40), (80, 24), (60, 20), (40, 12)


@pytest.fixture
def two_feeds(db: Path) -> Path:
    shelve(db, "The Example Review", REVIEW)
    shelve(db, "Notes", NOTES)
    return db


def titles(app: ReaderApp) -> list[str]:
    headlines = app.reader.headlines
    rows = (headlines.headline(row) for row in range(headlines.row_count()))
    return [headline.title for headline in rows if headline is not None]


def status(path: Path, article_id: int) -> Status:
    with closing(connect(path)) as c:
        return articles.status(c, article_id)


def counts(facets: FacetList) -> dict[str, tuple[int | None, int | None]]:
    return {row.name: (row.unread, row.total) for row in facets.rows}


async def press(pilot: Pilot[None], *pressed: str) -> None:
    await pilot.press(*pressed)
    await settle(pilot)


async def choose(pilot: Pilot[None], facets: FacetList, name: str) -> None:
    """Go to a list of names, put the cursor on one, choose it."""
    facets.focus()
    await pilot.pause()
    facets.move_to([row.name for row in facets.rows].index(name))
    await press(pilot, "enter")


async def test_start_shows_headlines_and_counts(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        text = screen_text(app)
        assert app.focused is app.reader.headlines
    assert "All articles" in text
    assert "6 unread · refreshed 3 min ago" in text
    assert re.search(r"TODAY\b", text)
    assert "● China and Russia: A Worrying" in text
    assert "The Example Review · Andrew Zirkle" in text
    assert re.search(r"Andrew Zirkle +2 ", text)
    assert not re.search(r"\d / \d", text)
    assert "[red]Not markup[/red]" in text


async def test_opening_shows_the_article_and_marks_it_read(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert app.focused is app.reader.article
        text = screen_text(app)
    assert "Although they have been rivals" in text
    assert "5 unread" in text
    assert status(two_feeds, ids(two_feeds)[0]).read


async def test_choices_combine_and_every_pane_follows(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        screen = app.reader
        assert counts(screen.sidebar.authors) == {
            "Andrew Zirkle": (2, 2), "B. Writer": (2, 2), "Zoë Ångström-Díaz": (2, 2), "No author": (1, 1)
        }  # fmt: skip
        await choose(pilot, screen.sidebar.categories, "Elections")
        assert titles(app) == ["Brexit & the Border", "A Vote Nobody Watched"]
        assert counts(screen.sidebar.authors) == {"Andrew Zirkle": (1, 1), "Zoë Ångström-Díaz": (2, 2)}
        assert counts(screen.sidebar.categories)["Europe"] == (2, 2)
        await choose(pilot, screen.sidebar.authors, "Andrew Zirkle")
        assert titles(app) == ["Brexit & the Border"]
        assert set(counts(screen.sidebar.categories)) == {"China/Russia", "Europe", "Elections"}
        text = screen_text(app)
        assert "Elections · Andrew Zirkle" in text.splitlines()[0]
        assert "▌Elections" in text
        assert "▌Andrew Zirkle" in text
        # Choosing what is chosen goes to its articles; a click clears it, and only that.
        await choose(pilot, screen.sidebar.categories, "Elections")
        assert app.focused is screen.headlines
        assert titles(app) == ["Brexit & the Border"]
        screen.sidebar.categories.open_clicked()
        await settle(pilot)
        assert len(titles(app)) == 2
        assert "▌Andrew Zirkle" in screen_text(app)


@pytest.mark.thorough
async def test_going_on_from_what_is_chosen_already_leaves_in_the_list_what_was_read(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        tree = app.reader.sidebar.feed_tree
        await point(pilot, "Unread")
        await press(pilot, "enter", "l", "enter")  # the newest unread article
        before = titles(app)
        assert app.reader.wanted.keep
        tree.focus()
        await press(pilot, "l")
        assert titles(app) == before
        assert app.reader.wanted.keep
        tree.focus()
        await press(pilot, "g", "enter", "j", "enter")  # chosen anew: what does not belong is let go
        assert len(titles(app)) == len(before) - 1


async def test_a_feed_narrows_and_all_widens_again(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await point(pilot, "Notes")
        await press(pilot, "enter")
        assert titles(app) == ["Harbours in Winter", "[red]Not markup[/red] [@click=app.quit]x[/]"]
        assert "▌Notes" in screen_text(app)
        await point(pilot, "Unread")
        await press(pilot, "enter")
        assert app.reader.wanted == Query(feeds=app.reader.wanted.feeds, unread=True)
        await point(pilot, "All")
        await press(pilot, "enter")
        assert app.reader.wanted == Query()


@pytest.mark.thorough
async def test_keys_that_need_an_article_say_that_there_is_none(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=MIDDLE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "/", *"nowhere", "enter")
        assert titles(app) == []
        for key in ("f", "m", "o", "y", "d", "n", "p", "J", "K", "V", "ctrl+a"):
            app.clear_notifications()
            await press(pilot, key)
            assert "No article selected" in screen_text(app), key


async def test_keys_for_the_list_never_change_it_unseen_from_an_article(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=NARROW, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "ctrl+a")
        assert "Go to the article list first" in screen_text(app)
        assert not app.reader.headlines.selected
        app.clear_notifications()
        await press(pilot, "s")
        assert "List sorted: oldest first" in screen_text(app)
        await press(pilot, "h", "ctrl+a")
        assert len(app.reader.headlines.selected) == len(titles(app))


async def test_a_heading_chosen_from_the_headlines_leads_into_the_article(db: Path) -> None:
    shelve(db, "Site", [Piece("Long", html="<h2>One</h2><p>Words.</p><h2>Two</h2><p>More.</p>")])
    app = reader(db)
    async with app.run_test(size=NARROW) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "q")
        assert app.focused is app.reader.headlines
        await press(pilot, "t", "j", "enter")
        assert app.focused is app.reader.article


async def test_a_single_feed_folds_away(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        assert [row.name for row in app.reader.sidebar.feed_tree.rows] == ["All", "Unread", "★ Starred"]
        assert screen_text(app).splitlines()[0].startswith(" The Example Review")


async def test_a_long_article_is_shown_before_all_of_it_is_ready(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paragraphs = "".join(f"<p>Paragraph {n}: {'words and more words ' * 9}</p>" for n in range(600))
    shelve(db, "The Review", [Piece("Long", html=paragraphs), Piece("Short", 2)])
    go_on = threading.Event()
    complete = open_article.complete

    def held(opened: open_article.OpenArticle, *, endings: open_article.Endings) -> open_article.OpenArticle:
        go_on.wait(30)
        return complete(opened, endings=endings)

    monkeypatch.setattr(open_article, "complete", held)
    app = reader(db)
    async with app.run_test(size=WIDE) as pilot:
        go_on.set()  # the preview is whole
        await settle(pilot)
        go_on.clear()
        await pilot.press("enter")
        while "Paragraph 0:" not in screen_text(app):
            await pilot.pause(0.01)
        await pilot.press("space")
        await pilot.pause()
        view = app.reader.article
        here, guess = view.position, view.max_scroll_y
        assert here > 0
        go_on.set()
        await settle(pilot)
        await workers_done(pilot)
        assert view.position == here
        assert view.max_scroll_y > 5 * guess
        await press(pilot, "G")
        assert "Paragraph 599:" in screen_text(app)
        # Another one that is opened meanwhile is not overwritten by the rest of the first.
        go_on.clear()
        await press(pilot, "J", "g")
        assert view.article is not None
        assert view.article.title == "Short"
        app.reader.journey.open(ids(db)[0])
        while "Paragraph" not in screen_text(app):
            await pilot.pause(0.01)
        await pilot.press("J")
        await pilot.pause()
        go_on.set()
        await settle(pilot)
        assert view.article.title == "Short"
        assert "Paragraph" not in "\n".join(line[70:] for line in screen_text(app).splitlines())


async def test_what_was_opened_stays_in_the_unread_list_until_it_is_left(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        app.reader.sidebar.feed_tree.focus()
        await press(pilot, "j", "enter", "l", "enter", "h")
        assert len(titles(app)) == 6
        assert app.reader.headlines.cursor == 0
        app.reader.recount()
        await settle(pilot)
        assert len(titles(app)) == 6
        await press(pilot, "h", "k", "enter", "j", "enter")
        assert len(titles(app)) == 5


async def test_next_and_previous(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)

        def opened() -> str:
            article = app.reader.article.article
            return article.title if article else ""

        order = titles(app)
        await press(pilot, "n")
        assert opened() == order[0]
        await press(pilot, "J")
        assert opened() == order[1]
        assert app.reader.headlines.cursor == 1
        await press(pilot, "K")
        assert opened() == order[0]
        await press(pilot, "n")
        assert opened() == order[2]
        await press(pilot, "n", "n", "n")
        assert opened() == order[5]
        await press(pilot, "n")
        assert opened() == order[5]
        assert "No more unread articles" in screen_text(app)
        await press(pilot, "m", "K", "K", "K", "m", "J", "J", "J")
        await press(pilot, "n")
        assert "No unread articles below" in screen_text(app)
        await press(pilot, "p")
        assert opened() == order[2]


@pytest.mark.thorough
async def test_steps_in_quick_succession_all_count(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        order = titles(app)
        await press(pilot, "enter")
        for keys, place in (("JJJ", 3), ("KK", 1), ("JKJJ", 3), ("nn", 5), ("J", 5), ("KKKKKKKK", 0), ("J", 1)):
            for key in keys:
                app.simulate_key(key)
            await settle(pilot)
            await settle(pilot)
            assert app.reader.article.article is not None
            assert (keys, app.reader.article.article.title) == (keys, order[place])
            assert app.reader.headlines.cursor == place
            if keys == "JJJ":  # what was passed was opened, too
                assert [status(two_feeds, id_).read for id_ in ids(two_feeds)] == [True] * 4 + [False] * 2


@pytest.mark.thorough
async def test_the_next_unread_of_a_typed_search_for_unread_articles(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"is:unread", "enter", "enter")
        seen = []
        for _ in range(3):
            assert app.reader.reading.opened is not None
            seen.append(app.reader.reading.opened[0].id)
            await press(pilot, "n")
        assert len(set(seen)) == 3
        assert "No more unread" not in screen_text(app)


async def test_stars_and_reads_are_kept_and_undone(two_feeds: Path) -> None:
    first = ids(two_feeds)[0]
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "f", "m")
        assert status(two_feeds, first) == Status(read=True, starred=True)
        assert "★" in screen_text(app).splitlines()[3]
        assert "5 unread" in screen_text(app)
        await press(pilot, "U")
        assert "Marked as unread: China and Russia" in screen_text(app)
        await press(pilot, "U")
        assert "Unstarred: China and Russia" in screen_text(app)
        assert "Marked as unread" not in screen_text(app)  # what is said last takes the place of what was said
        assert status(two_feeds, first) == Status()
        assert "6 unread" in screen_text(app)
        await press(pilot, "U")
        assert "Nothing to undo" in screen_text(app)


async def test_all_read_means_what_is_shown_and_can_be_undone(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await choose(pilot, app.reader.sidebar.categories, "Elections")
        await press(pilot, "A")
        assert "Marked 2 articles as read · U: undo" in screen_text(app)
        assert len(ids(two_feeds, Query(unread=True))) == 4
        await press(pilot, "U")
        assert len(ids(two_feeds, Query(unread=True))) == 6


async def test_what_came_since_the_list_was_read_is_not_marked_with_it(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        shown = len(ids(two_feeds, Query(unread=True)))
        with closing(connect(two_feeds)) as c:
            save(c, ready("just came"), feed=feeds.every(c)[0])
        app.reader.marking.mark_all()  # before the list is read again
        await settle(pilot)
        assert f"Marked {shown} articles as read" in screen_text(app)
        assert len(ids(two_feeds, Query(unread=True))) == 1


async def test_at_80_columns_the_article_is_over_the_lists_and_back_is_the_same_row(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=MIDDLE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j")
        before = screen_text(app)
        assert "★ Starred" in before
        line = app.reader.headlines.cursor_line()
        await press(pilot, "enter")
        inside = screen_text(app)
        assert "Although they have been rivals" in inside
        assert "★ Starred" not in inside
        await press(pilot, "h")
        assert app.focused is app.reader.headlines
        assert (app.reader.headlines.cursor, app.reader.headlines.cursor_line()) == (2, line)
        await press(pilot, "h")
        assert app.focused is app.reader.sidebar.feed_tree


@pytest.mark.parametrize("size", [NARROW, SMALL])
async def test_in_a_narrow_terminal_there_is_one_pane_at_a_time(two_feeds: Path, size: tuple[int, int]) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        assert "China and Russia" in screen_text(app)
        assert "AUTHORS" not in screen_text(app)
        await press(pilot, "enter")
        assert "By Andrew Zirkle" in screen_text(app)
        await press(pilot, "q", "q")
        assert "AUTHORS" in screen_text(app)
        assert "China and Russia" not in screen_text(app)
        # Choosing leads to the headlines, where the answer is.
        await press(pilot, "j", "enter")
        assert app.focused is app.reader.headlines
        assert "Unread" in screen_text(app).splitlines()[0]


async def test_q_leads_back_and_on_the_first_pane_out(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "q")
        assert app.focused is app.reader.headlines
        await press(pilot, "q")
        assert app.focused is app.reader.sidebar.feed_tree
        await press(pilot, "escape", "h")
        assert app.is_running
        await pilot.press("q")
        await pilot.pause()
        assert not app.is_running
    assert app.return_code == 0


async def test_tab_goes_round_the_panes(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        screen = app.reader
        seen = []
        for _ in range(len(screen.sidebar.shown) + 2):
            await press(pilot, "tab")
            seen.append(app.focused)
        assert seen == [screen.article, *screen.sidebar.shown, screen.headlines]
        await press(pilot, "shift+tab")
        assert app.focused is screen.sidebar.authors


async def test_zen_leaves_the_article_alone(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "j", "z")  # what is under the cursor, not what was open before
        assert app.reader.reading.opened is not None
        assert app.reader.reading.opened[0].title == titles(app)[1]
        assert "AUTHORS" not in screen_text(app)
        await press(pilot, "escape", "h", "k", "enter", "z")
        text = screen_text(app)
        assert "Although they have been rivals" in text
        for word in ("AUTHORS", "unread", "help", "Brexit"):
            assert word not in text
        await press(pilot, "escape")
        assert "AUTHORS" in screen_text(app)
        assert app.focused is app.reader.article
        await press(pilot, "z")
        assert "show all panes" in screen_text(app)
        await pilot.click(app.reader.article, offset=(app.reader.article.size.width // 2, WIDE[1] - 1))
        await settle(pilot)
        assert "AUTHORS" in screen_text(app)


async def test_what_is_starred_is_counted_where_it_is_shown(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "f", "h", "j", "j", "enter")
        assert app.reader.wanted.starred
        assert app.reader.title_bar.states[0] == "1 starred"


async def test_searching_as_it_is_typed(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"harb")
        assert sorted(titles(app)) == ["Harbours in Winter", "The Quiet Harbour"]
        assert "“harb”" in screen_text(app)
        await press(pilot, "enter")
        assert app.focused is app.reader.headlines
        assert len(titles(app)) == 2
        await press(pilot, "escape")
        assert len(titles(app)) == 6
        assert app.focused is app.reader.headlines
        for typed in ("don't", 'c++ "', "AND", "*", "NEAR("):
            app.reader.choosing.want(query_controller.with_text(app.reader.wanted, typed))
            await settle(pilot)
        await press(pilot, "slash", "x", "escape")
        assert app.reader.wanted.text == "NEAR("
        await press(pilot, "escape")
        assert app.reader.wanted.text == ""


async def test_what_was_searched_for_is_shown_in_its_context(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"rivals", "enter")
        shown = [line[:80] for line in screen_text(app).splitlines()]
        assert sum("been rivals, " in line for line in shown) == 6
        headlines = app.reader.headlines
        line = next(line for line in headlines.row_lines(0) if any("rivals" in text for text, _ in line))
        assert [text for text, role in line if role == "found"] == ["rivals"]
        await press(pilot, "escape")
        assert not any("rivals" in line[:80] for line in screen_text(app).splitlines())


async def test_escape_in_the_prompt_gives_the_search_up(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"harb", "escape")
        assert len(titles(app)) == 6
        assert app.focused is app.reader.headlines
        assert "enter open" in screen_text(app)


@pytest.mark.thorough
async def test_escape_in_the_prompt_leads_back_to_where_the_user_was(db: Path) -> None:
    shelve(db, "The Example Review", [Piece(f"Old {number:03}", number) for number in range(200)])
    app = reader(db)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        headlines = app.reader.headlines
        await press(pilot, "s", *["j"] * 20, "enter", "escape", *["j"] * 5)
        at, line, wanted = headlines.current, headlines.cursor_line(), app.reader.wanted
        await press(pilot, "slash", *"Old 190")
        assert headlines.current != at
        await press(pilot, "escape")
        assert (headlines.current, headlines.cursor_line(), app.reader.wanted) == (at, line, wanted)
        await press(pilot, "slash", *"Old", *["backspace"] * 3)
        assert (headlines.current, headlines.cursor_line(), app.reader.wanted) == (at, line, wanted)
        await press(pilot, "enter")
        assert (headlines.current, headlines.cursor_line(), app.reader.wanted) == (at, line, wanted)


@pytest.mark.thorough
async def test_a_list_that_is_reloaded_while_it_loads_has_the_cursor_where_it_was_wanted(db: Path) -> None:
    shelve(db, "The Example Review", [Piece(f"Old {number:03}", number) for number in range(200)])
    app = reader(db)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await press(pilot, *["j"] * 20)
        pane = app.reader.headlines_pane
        before, place = pane.wanted, pane.place
        await press(pilot, "slash", *"Old 190", "enter")
        pane.want(before, place)
        assert not pane.reread()  # a mark, or another program, has changed the cache
        await settle(pilot)
        assert pane.place == place


async def test_authors_are_found_by_typing_whatever_their_accents(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        authors = app.reader.sidebar.authors
        authors.focus()
        await press(pilot, "slash", *"no a", "enter")
        assert not authors.filter  # one name alone is what was wanted
        assert authors.chosen == {""}
        await press(pilot, "c")
        authors.focus()
        await press(pilot, "slash", "r", "enter")
        names = {"Andrew Zirkle", "B. Writer", "Zoë Ångström-Díaz", "No author"}
        assert {row.name for row in authors.rows} == names
        assert "/r" in screen_text(app)
        assert app.focused is authors
        await press(pilot, "escape")
        assert len(authors.rows) == 4
        # The only name that is left is what was looked for.
        await press(pilot, "slash", *"ANGST", "enter")
        assert app.reader.wanted.authors == ("Zoë Ångström-Díaz",)
        assert len(titles(app)) == 2
        assert len(authors.rows) > 1
        await press(pilot, "slash", "x", "escape")
        assert len(authors.rows) > 1
        await press(pilot, "s")
        assert [row.name for row in authors.rows] == ["Andrew Zirkle", "B. Writer", "Zoë Ångström-Díaz", "No author"]


async def test_sorting_another_way(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        newest = titles(app)
        await press(pilot, "s")
        assert titles(app) == newest[::-1]
        assert "oldest first" in screen_text(app)
        await press(pilot, "s", "s", "s")
        assert titles(app) == newest


async def test_the_mouse_chooses_and_opens(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await pilot.click("#categories", offset=(6, 1))
        await settle(pilot)
        chosen = app.reader.sidebar.categories.rows[0].name
        assert app.reader.wanted.categories == (chosen,)
        await pilot.click("#headlines", offset=(6, 1))  # below the heading of its day
        await settle(pilot)
        assert app.reader.article.article is not None
        assert app.focused is app.reader.article


async def test_what_was_set_is_remembered(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "equals_sign", "enter", "less_than_sign")
        await press(pilot, "colon", *"light", "enter")
        assert app.theme == "tuireader-light"
        measure = app.reader.article.measure
        assert measure < 72
    again = reader(two_feeds)
    async with again.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        assert again.theme == "tuireader-light"
        assert again.reader.headlines.dense
        assert again.reader.article.measure == measure
    fixed = reader(two_feeds, config=Config(refresh_on_start=False, dense=False, given=frozenset({"dense"})))
    async with fixed.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        assert not fixed.reader.headlines.dense


async def test_reading_goes_on_where_it_stopped(db: Path) -> None:
    long = "".join(f"<p>Paragraph {number} of a long article, with some more words in it.</p>" for number in range(200))
    shelve(db, "Notes", [Piece("Long", 1, html=long), Piece("Short", 2)])
    app = reader(db)
    async with app.run_test(size=MIDDLE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "space", "space")
        position = app.reader.article.position
        assert position > 0
        first = screen_text(app).splitlines()[3]
        await press(pilot, "J")
        await app.action_quit()
    assert status(db, ids(db)[0]).position == position
    again = reader(db)
    async with again.run_test(size=MIDDLE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "K")
        assert again.reader.article.position == position
        assert screen_text(again).splitlines()[3] == first


async def test_space_at_the_end_goes_on_to_the_next(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "space")
        assert app.reader.headlines.cursor == 1
        assert app.reader.reading.opened is not None
        assert app.reader.reading.opened[0].title == titles(app)[1]


async def test_resizing_keeps_the_reader_where_they_are(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=WIDE, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j")
        for size in [MIDDLE, SMALL, (1, 1), (3, 3), (1, 80), (400, 100), NARROW, WIDE]:
            await resize(pilot, *size)
            await settle(pilot)
            assert app.focused is app.reader.headlines
            assert app.reader.headlines.cursor == 2
        await press(pilot, "enter")
        for size in [MIDDLE, (1, 1), SMALL, WIDE]:
            await resize(pilot, *size)
            await settle(pilot)
            assert app.focused is app.reader.article
        assert "Brexit" in screen_text(app)


@pytest.mark.parametrize("dialog", [False, True])
async def test_a_window_that_changes_more_than_once_at_a_time_is_laid_out_and_then_left_alone(
    two_feeds: Path, monkeypatch: pytest.MonkeyPatch, *, dialog: bool
) -> None:
    laid_out = []
    lay_out = Screen._refresh_layout

    def counted(screen: Screen[object], *args: Any, **options: Any) -> None:
        laid_out.append(screen)
        lay_out(screen, *args, **options)

    monkeypatch.setattr(Screen, "_refresh_layout", counted)
    app = reader(two_feeds)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        if dialog:
            await press(pilot, "question_mark")
        await resize(pilot, *MIDDLE)
        await settle(pilot)
        for size in (SMALL, MIDDLE):  # the first is late: the screen was busy when it came
            app.screen.post_message(events.Resize(Size(*size), Size(*size)))
            app.screen.call_later(lambda: None)  # of two in a row, Textual drops the first
        app._size = Size(*WIDE)
        for size in (WIDE, SMALL):
            app.screen.post_message(events.Resize(Size(*size), Size(*size)))
        for _ in range(100):
            before = len(laid_out)
            await asyncio.sleep(0.05)
            if len(laid_out) == before:
                break
        else:
            pytest.fail("it is laid out for ever")
        assert app.screen.outer_size == app.size == WIDE


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 3), (5, 3), (20, 5), (1, 80)])
async def test_every_key_is_survived_at_any_size(two_feeds: Path, size: tuple[int, int]) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, *"jkGg", "enter", "space", "z", "z", "h", "h", "tab", "j", "enter", "s", "v", "equals_sign")
        await press(
            pilot, "question_mark", "j", "escape", "colon", "j", "escape", "a", "escape", "slash", "x", "escape"
        )
        assert app.is_running


async def test_the_words_of_a_search_are_marked_in_the_article_that_it_opened(two_feeds: Path) -> None:
    app = reader(two_feeds)
    async with app.run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"rivals", "enter", "enter")
        view = app.reader.article
        lines = [view.render_line(y) for y in range(view.size.height)]
        marked = [segment for line in lines for segment in line if segment.text == "rivals"]
        assert len(marked) == 1
        assert marked[0].style != next(segment for line in lines for segment in line if "been" in segment.text).style
        await press(pilot, "q", "escape", "enter")  # without the search
        lines = [view.render_line(y) for y in range(view.size.height)]
        assert not [segment for line in lines for segment in line if segment.text == "rivals"]


@pytest.mark.parametrize(
    ("keys", "frames"),
    [(["h"], []), (["h", "l"], []), (["enter"], ["layout"]), (["enter", "h"], []), (["enter", "h", "h"], ["layout"])],
)
async def test_a_slide_is_the_next_frame_with_one_layout(
    two_feeds: Path, monkeypatch: pytest.MonkeyPatch, keys: list[str], frames: list[str]
) -> None:
    seen: list[str] = []
    lay_out, display = Compositor.reflow, OpenApp._display

    def layout_seen(self: Compositor, *args: Any) -> Any:
        seen.append("layout")
        return lay_out(self, *args)

    def paint_seen(self: OpenApp, screen: Screen[Any], renderable: Any) -> None:
        seen.append("paint")
        display(self, screen, renderable)

    app = reader(two_feeds)
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        *before, last = keys
        await pilot.press(*before)
        await settle(pilot)
        monkeypatch.setattr(Compositor, "reflow", layout_seen)
        monkeypatch.setattr(OpenApp, "_display", paint_seen)
        await pilot.press(last)
        await settle(pilot)
        assert seen[: len(frames) + 1] == [*frames, "paint"]
        assert seen.count("layout") == len(frames)


async def test_an_opened_article_never_gets_the_star_of_the_one_before(
    two_feeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The status of the open article is read again while another article opens."""
    app = reader(two_feeds)
    async with app.run_test(size=MIDDLE) as pilot:
        await settle(pilot)
        reading, headlines = app.reader.reading, app.reader.headlines_pane
        first, second = (each.id for each in map(headlines.headlines.headline, (0, 1)) if each is not None)
        app.reader.journey.open(first)
        await settle(pilot)
        await pilot.press("f")
        await settle(pilot)
        asked, is_open = threading.Event(), threading.Event()
        read_article, read_status = open_article.open_article, articles.tagged_status

        def opens_late(*args: Any, **options: Any) -> object:
            assert asked.wait(20)
            return read_article(*args, **options)

        def reads_late(connection: Any, article_id: int) -> Status:
            assert article_id == second or is_open.wait(20)
            return read_status(connection, article_id)

        monkeypatch.setattr(open_article, "open_article", opens_late)
        app.reader.journey.open(second)
        await pilot.pause()
        monkeypatch.setattr(articles, "tagged_status", reads_late)
        reading.reread_status()
        await pilot.pause()
        asked.set()
        for _ in range(1000):
            if reading.opened is not None and reading.opened[0].id == second:
                break
            await pilot.pause(0.02)
        is_open.set()
        await settle(pilot)
        assert reading.opened is not None
        assert (reading.opened[0].id, reading.opened[1].starred) == (second, False)
