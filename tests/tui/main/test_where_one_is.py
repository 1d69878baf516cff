"""The sidebar, the line of hints and the title: what is shown where the user is, and what stays where it was put."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.geometry import Offset, Region
from textual.pilot import Pilot
from textual.widget import Widget

from support.app_factory import NOTES, REVIEW, Piece, point, reader, rows_of, screen_text, settle, shelve, until
from tuireader.config import Config
from tuireader.errors import ConfigError
from tuireader.model.query import Query
from tuireader.store import feeds
from tuireader.store.connection import connect
from tuireader.tui.app import ReaderApp
from tuireader.tui.dialogs.palette_and_help import ContentsScreen, HelpScreen
from tuireader.tui.keys import check
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.sidebar import shares

MANY = [
    Piece(f"Piece {number:03}", number, (f"Author {number:03}",), (f"Topic {number % 40:02}",)) for number in range(120)
]


@pytest.fixture
def many(db: Path) -> Path:
    shelve(db, "The Example Review", MANY)
    shelve(db, "Notes", NOTES)
    return db


async def press(pilot: Pilot[None], *pressed: str) -> None:
    await pilot.press(*pressed)
    await settle(pilot)


async def test_a_filter_that_nothing_matches_keeps_its_list_and_escape_clears_it(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        authors = app.reader.sidebar.authors
        authors.focus()
        await press(pilot, "slash", *"zzzz")
        text = screen_text(app)
        assert "AUTHORS" in text
        assert "No author matches “zzzz”" in text
        await press(pilot, "escape")
        assert authors.filter == ""
        assert authors.row_count() == len(MANY) + 1
        await press(pilot, "tab", "shift+tab")
        assert app.focused is authors


async def test_in_a_low_sidebar_the_list_that_is_filtered_stays_open(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        sidebar = app.reader.sidebar
        sidebar.authors.focus()
        await press(pilot, "slash", *"zz")
        sidebar.share()  # as when new articles have come
        await settle(pilot)
        assert "No author matches “zz”" in screen_text(app)


@pytest.mark.parametrize(("typed", "text"), [("author:ann", "author:ann*"), ("pie", "pie*")])
async def test_enter_searches_for_what_no_name_matches(many: Path, typed: str, text: str) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await settle(pilot)
        app.reader.sidebar.authors.focus()
        await press(pilot, "slash", *typed)
        assert "enter search articles" in screen_text(app)
        await press(pilot, "enter")
        assert app.reader.sidebar.authors.filter == ""
        assert app.reader.wanted.text == text
        assert app.focused is app.reader.headlines
        assert "No name in this list matches" in screen_text(app)
        await press(pilot, "escape")
        assert app.reader.wanted == Query()


async def test_lists_where_the_user_is_not_stand_at_their_top_or_at_what_is_chosen(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sidebar = app.reader.sidebar
        sidebar.categories.focus()
        await press(pilot, *["j"] * 30)
        await point(pilot, "Notes")
        await press(pilot, "enter")
        assert (sidebar.categories.cursor, sidebar.categories.places()[0].item) == (0, 0)
        await press(pilot, "c")
        sidebar.categories.focus()
        await press(pilot, "G", "enter")
        chosen = sidebar.categories.chosen
        sidebar.authors.focus()
        await press(pilot, "enter", "enter")
        assert sidebar.categories.pointed is not None
        assert {sidebar.categories.pointed.key} == chosen


async def test_a_list_that_grows_shows_no_empty_lines_while_there_are_rows_above(db: Path) -> None:
    for number in range(60):
        shelve(db, f"Feed {number:02}", [Piece(f"Piece {number}", number)])
    app = reader(db)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sidebar = app.reader.sidebar
        sidebar.feed_tree.focus()
        await press(pilot, "G")
        sidebar.authors.focus()
        await press(pilot, "slash", *"zirk", "escape")
        places = sidebar.feed_tree.places()
        assert len(places) == sidebar.feed_tree.room


async def test_j_and_k_go_on_from_list_to_list(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sidebar = app.reader.sidebar
        sidebar.feed_tree.focus()
        await press(pilot, "G", "j")
        assert app.focused is sidebar.categories
        assert sidebar.categories.cursor == 0
        await press(pilot, "k")
        assert app.focused is sidebar.feed_tree
        assert sidebar.feed_tree.cursor == sidebar.feed_tree.row_count() - 1


async def test_feeds_are_found_by_typing_too(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.reader.sidebar.feed_tree.focus()
        await press(pilot, "slash", *"not", "enter")
        assert [feeds.get(app.connection, id_).name for id_ in app.reader.wanted.feeds] == ["Notes"]
        await press(pilot, "c")
        assert app.reader.wanted == Query()


async def test_one_key_clears_every_choice(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sidebar = app.reader.sidebar
        await point(pilot, "Notes")
        await press(pilot, "enter")
        for names in (sidebar.categories, sidebar.authors):
            names.focus()
            await press(pilot, "enter")
        sidebar.authors.focus()
        await press(pilot, "slash", "a", "enter")
        assert app.reader.wanted.feeds
        assert app.reader.wanted.categories
        await press(pilot, "c")
        assert app.reader.wanted == Query()
        assert sidebar.authors.filter == ""


async def test_rows_without_an_article_go_while_something_is_chosen(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sidebar = app.reader.sidebar
        assert len(rows_of(app, "feeds")) == 2
        await press(pilot, "slash", *"Harbours", "enter")
        assert rows_of(app, "feeds") == ["Notes"]
        assert [row.name for row in sidebar.authors.rows] == ["B. Writer"]


async def test_the_whole_name_under_the_cursor_is_in_the_last_line_with_its_counts(db: Path) -> None:
    long = "Daniel Kahn Gillmor, of a name that has no room"
    shelve(db, "The Example Review", [Piece("One", 1, (long,)), Piece("Two", 2, (long,)), Piece("Three", 3)])
    app = reader(db)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "j", "j", "m", "k", "k", "m")
        app.reader.sidebar.authors.focus()
        await settle(pilot)
        assert f"{long} · 1 unread of 2" in screen_text(app).splitlines()[-1]
        app.reader.headlines.focus()
        await settle(pilot)
        assert long not in screen_text(app).splitlines()[-1]


async def test_a_feed_that_is_well_again_is_no_longer_said_to_fail(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        feed = next(each for each in feeds.every(app.connection) if each.name == "Notes")
        with closing(connect(many)) as c:
            feeds.record(c, replace(feed, error="It is ill.", failures=1))
        app.reader.recount()
        await settle(pilot)
        await point(pilot, "Notes")
        await settle(pilot)
        assert "It is ill." in screen_text(app).splitlines()[-1]
        with closing(connect(many)) as c:
            feeds.record(c, feed)
        app.reader.recount()
        await settle(pilot)
        assert "It is ill." not in screen_text(app)


@pytest.mark.parametrize("key", ["f", "m", "T"])
async def test_what_is_done_to_an_article_that_another_program_removes_is_said_to_be_lost(many: Path, key: str) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        opened = app.reader.article.article
        assert opened is not None
        with closing(connect(many)) as c:
            feeds.remove(c, opened.feed_id)
        await press(pilot, key)
        assert "This article no longer exists" in screen_text(app)
        assert len(app.screen_stack) == 1


async def test_a_feed_that_another_program_removes_is_no_longer_chosen(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await settle(pilot)
        await point(pilot, "Notes")
        await press(pilot, "enter")
        assert app.reader.wanted.feeds
        with closing(connect(many)) as c:
            feeds.remove(c, app.reader.wanted.feeds[0])
        app.reader.recount()
        await settle(pilot)
        assert app.reader.wanted == Query()
        assert "was removed" in screen_text(app)
        assert app.reader.headlines.row_count() == len(MANY)


async def test_nothing_found_is_not_all_read(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"qzqz", "enter")
        assert "no matches" in screen_text(app).splitlines()[0]
        assert "all read" not in screen_text(app)


@pytest.mark.parametrize("size", [(120, 30), (80, 24)])
async def test_an_article_whose_title_is_out_of_sight_is_named_above(db: Path, size: tuple[int, int]) -> None:
    shelve(db, "The Example Review", [Piece("A Long One", 1, html="<p>word word word</p>" * 80), *REVIEW])
    app = reader(db)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert "A Long One" not in screen_text(app).splitlines()[0]
        await press(pilot, "space")
        assert "A Long One" in screen_text(app).splitlines()[0]
        await press(pilot, "z")
        assert "A Long One" in screen_text(app).splitlines()[-1]
        await press(pilot, "z", "g")
        assert "A Long One" not in screen_text(app).splitlines()[0]


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (120, 40)])
async def test_the_way_out_and_the_help_are_always_in_the_last_line(many: Path, size: tuple[int, int]) -> None:
    app = reader(many)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for keys in ((), ("h",), ("l", "enter")):
            await press(pilot, *keys)
            last = screen_text(app).splitlines()[-1]
            assert "? help" in last
            assert "q back" in last or "q quit" in last


async def click_hint(pilot: Pilot[None], app: ReaderApp, word: str) -> None:
    line = screen_text(app).splitlines()
    row = max(number for number, text in enumerate(line) if f" {word}" in text)
    await pilot.click(offset=(line[row].rindex(f" {word}") + 1, row))
    await settle(pilot)


async def test_hints_can_be_clicked(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await click_hint(pilot, app, "star")
        assert app.reader.headlines.current is not None
        assert app.reader.headlines.current.starred
        await click_hint(pilot, app, "open")
        assert app.focused is app.reader.article
        await click_hint(pilot, app, "back")
        assert app.focused is app.reader.headlines
        await click_hint(pilot, app, "help")
        assert isinstance(app.screen, HelpScreen)
        await click_hint(pilot, app, "close")
        assert app.screen is app.reader


async def test_a_click_beside_a_dialog_closes_it_and_one_in_it_does_not(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "question_mark")
        await pilot.click(offset=(60, 20))
        await settle(pilot)
        assert isinstance(app.screen, HelpScreen)
        await pilot.click(offset=(1, 1))
        await settle(pilot)
        assert app.screen is app.reader


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
async def test_the_contents_open_where_the_user_is(db: Path, size: tuple[int, int]) -> None:
    html = "".join(f"<h2>Part {number}</h2><p>{'word ' * 60}</p>" for number in range(40))
    shelve(db, "The Example Review", [Piece("A Long One", 1, html=html)])
    app = reader(db)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "G", "t")
        assert isinstance(app.screen, ContentsScreen)
        assert "▸" in screen_text(app)


async def test_dialogs_are_as_wide_as_what_they_list(db: Path) -> None:
    address = "https://example.org/" + "a-long-address/" * 5
    shelve(db, "R", [Piece("One", 1, html=f'<h2>H</h2><p>word <a href="{address}">a link</a></p>')])
    app = reader(db)
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "u")
        assert app.screen.query_one(".dialog").size.width >= 90 - 6
        assert address.rstrip("/")[:80] in screen_text(app)
        await press(pilot, "escape", "t")
        assert app.screen.query_one(".dialog").size.width >= 76 - 6


@pytest.mark.parametrize("keymap", [{"star": "q"}, {"sort": "control+x"}, {"sort": "ctrl+xx"}, {"sort": "ctlr+x"}])
def test_keys_that_are_taken_or_are_none_are_refused(keymap: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"in \[keymap\]"):
        check(Config(keymap=keymap))


@pytest.mark.parametrize("key", ["x", "ctrl+x", "f5", "question_mark", "alt+shift+left", "&", "ctrl+plus", "ü"])
def test_keys_of_all_kinds_are_keys(key: str) -> None:
    check(Config(keymap={"sort": key.replace("x", "E")}))


async def test_a_list_that_comes_back_after_a_search_has_no_empty_room_below(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"119", "enter", "escape")
        headlines = app.reader.headlines
        assert headlines.row_count() == len(MANY) + len(NOTES)
        assert len(headlines.places()) >= headlines.room - 1


async def test_escape_in_the_sidebar_clears_the_search_too(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "slash", *"zzzq", "enter", "tab", "escape")
        assert app.reader.wanted.text == ""
        assert app.reader.headlines.row_count() > 2


async def test_all_means_all(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.reader.sidebar.categories.focus()
        await press(pilot, "enter")
        assert "▌All" not in screen_text(app)
        app.reader.sidebar.feed_tree.focus()
        await press(pilot, "g", "enter")
        assert app.reader.wanted == Query()
        assert "▌All" in screen_text(app)


async def test_nothing_is_shown_beside_an_empty_list(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(160, 40)) as pilot:
        await settle(pilot)
        await until(pilot, lambda: app.reader.reading.opened is not None)  # as a preview
        await press(pilot, "slash", *"zzzq", "enter")
        assert app.reader.reading.opened is None
        assert not app.reader.article.article


LONG = "".join(f"<p>Paragraph {number} says harbour, and more.</p>" for number in range(60))


async def test_the_end_of_the_last_article_promises_no_other(db: Path) -> None:
    shelve(db, "Notes", [Piece("First", 1, html=LONG), Piece("Second", 2, html=LONG)])
    app = reader(db)
    async with app.run_test(size=(100, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "G")
        assert "space: next article" in screen_text(app)
        await press(pilot, "J", "G")
        assert "Last article" in screen_text(app)
        assert "Next article" not in screen_text(app)


async def test_while_something_is_sought_the_hints_are_those_of_finding(db: Path) -> None:
    shelve(db, "Notes", [Piece("First", 1, html=LONG)])
    app = reader(db)
    async with app.run_test(size=(100, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "slash", *"harbour", "enter")
        last = screen_text(app).splitlines()[-1]
        assert "n/N match" in last
        assert "esc clear" in last
        await press(pilot, "escape")
        assert "match" not in screen_text(app).splitlines()[-1]
        await press(pilot, "slash", *"harbour", "enter", "q")
        assert "match" not in screen_text(app).splitlines()[-1]


async def test_zen_says_how_to_leave_it(db: Path) -> None:
    shelve(db, "Notes", [Piece("First", 1, html=LONG)])
    app = reader(db)
    async with app.run_test(size=(100, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "z")
        assert "show all panes" in screen_text(app)
        await press(pilot, "space")
        assert "First" in screen_text(app).splitlines()[-1]


async def test_names_keep_their_places_while_the_user_is_among_them(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sidebar = app.reader.sidebar
        sidebar.categories.focus()
        before = [row.key for row in sidebar.categories.rows]
        await press(pilot, "j", "j", "enter")
        after = [row.key for row in sidebar.categories.rows]
        assert after == [key for key in before if key in set(after)]


async def test_panes_that_have_no_place_are_not_waited_for_for_ever(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frames: list[int] = []
    follow = PanesScreen._follow_panes

    def counted(panes: PanesScreen, *tries: int) -> None:
        frames.append(1)
        follow(panes, *tries)

    monkeypatch.setattr(PanesScreen, "_follow_panes", counted)
    monkeypatch.setattr(Widget, "region", Region())
    app = reader(db)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(40):
            await pilot.pause()
        assert 0 < len(frames) < 30


async def test_the_open_article_has_a_bar_wherever_the_cursor_is(many: Path) -> None:
    app = reader(many, config=Config(refresh_on_start=False, preview=False))
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter", "h", "j", "j")
        headlines = app.reader.headlines
        bars = [headlines.render_line(line).text[:1] for line in range(headlines.size.height)]
        rows = [place.item for place in headlines.places()]
        assert {row for row, bar in zip(rows, bars, strict=True) if bar == "▏"} == {0}
        assert {row for row, bar in zip(rows, bars, strict=True) if bar == "▌"} == {2}
        app.reader.sidebar.feed_tree.focus()
        await settle(pilot)
        first = rows.index(0) + headlines.lead_lines(0)
        assert headlines.render_line(first).text[:1] == "▏"
        assert headlines.render_line(rows.index(2) + headlines.lead_lines(2)).text[:1] == "▌"


@pytest.mark.parametrize(
    ("needs", "height", "focused", "given"),
    [
        ((10, 5, 7), 30, 1, [10, 5, 7]),
        ((50, 50, 50), 36, 0, [23, 7, 6]),
        ((50, 50, 50), 36, 2, [23, 7, 6]),  # whatever has the focus
        ((10, 50, 5), 36, 0, [10, 21, 5]),  # what one does not need is for the others
        ((50, 50, 0), 36, 0, [22, 14, 0]),
        ((50, 50, 50), 20, 0, [18, 1, 1]),  # a low one: the others are folded
        ((50, 50, 50), 20, 2, [4, 1, 15]),
        ((50, 6, 50), 20, 1, [13, 6, 1]),
        ((50, 50, 50), 3, 0, [1, 1, 1]),
    ],
)
def test_heights_are_steady_and_in_a_low_sidebar_the_others_fold(
    needs: tuple[int, ...], height: int, focused: int, given: list[int]
) -> None:
    assert shares(needs, height, focused) == given


async def test_what_is_pressed_is_chosen_wherever_it_is_when_the_button_is_let_go(db: Path) -> None:
    for number in range(14):
        shelve(db, f"Feed {number:02}", MANY[number * 8 : number * 8 + 8])
    app = reader(db)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        sidebar = app.reader.sidebar
        sidebar.feed_tree.focus()
        await settle(pilot)
        heights = [each.size.height for each in sidebar.lists]
        authors = sidebar.authors
        wanted = authors.rows[2].key
        await pilot.mouse_down(authors, offset=(5, authors.HEAD + 2))
        await settle(pilot)
        assert [each.size.height for each in sidebar.lists] == heights
        await pilot.mouse_up(authors, offset=(5, authors.HEAD + 2))
        await settle(pilot)
        assert authors.chosen == {wanted}
        assert app.reader.wanted.authors == (wanted,)


async def test_feeds_of_one_name_say_where_they_are(db: Path) -> None:
    for address in ("one", "two"):
        feed_id = shelve(db, address, [Piece(f"Piece of {address}")])
        with closing(connect(db)) as c:
            feeds.rename(c, feed_id, "Blog")
    shelve(db, "Notes", NOTES)
    app = reader(db)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        names = rows_of(app, "feeds")
        assert names == ["Blog · one.example", "Blog · two.example", "Notes"]


async def test_the_order_stays_when_a_search_is_cleared_with_everything_else(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "s", "s", "s")
        assert app.reader.wanted.order == "longest"
        await press(pilot, "slash", *"piece", "enter")
        assert app.reader.wanted.order == "best"
        await press(pilot, "c")
        assert app.reader.wanted == Query(order="longest")


async def test_nothing_found_says_where(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        app.reader.sidebar.authors.focus()
        await press(pilot, "enter")
        app.reader.headlines.focus()
        await press(pilot, "slash", *"zzzz", "enter")
        assert "No articles match in B. Writer " in " ".join(screen_text(app).split())
        await press(pilot, "c")
        await press(pilot, "slash", *"zzzz", "enter")
        assert "No articles match " in " ".join(screen_text(app).split())
        assert "also longer words" not in screen_text(app)
        await press(pilot, "slash", *"piec", "space", *"zzzz", "enter")
        assert "clear search · piec*: also longer words" in screen_text(app)


async def test_a_filter_that_finds_nothing_gives_the_row_back(many: Path) -> None:
    app = reader(many)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        authors = app.reader.sidebar.authors
        authors.focus()
        await press(pilot, *["j"] * 5)
        pointed = authors.pointed
        await press(pilot, "slash", *"zzzz")
        assert "Part of a name" not in screen_text(app)  # something is typed
        await press(pilot, "escape")
        assert authors.pointed == pointed
        await press(pilot, "slash")
        assert "Part of a name" in screen_text(app)


async def drag(pilot: Pilot[None], widget: Widget, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Press the mouse at one place and release it at another, as a terminal reports it."""
    for kind, at in ((events.MouseDown, start), (events.MouseUp, end)):
        x, y = Offset(*at) + widget.region.offset
        pilot.app.post_message(kind(None, x, y, 0, 0, 1, shift=False, meta=False, ctrl=False, screen_x=x, screen_y=y))
        await settle(pilot)


async def test_what_is_pressed_on_one_row_and_released_on_another_opens_neither(many: Path) -> None:
    app = reader(many, config=Config(refresh_on_start=False, preview=False))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        headlines, hints = app.reader.headlines, app.reader.bottom.hints
        thumb = headlines.size.width - 1
        for start, end in (((20, 4), (20, 12)), ((thumb, 4), (thumb - 1, 12)), ((thumb, 4), (thumb - 5, 4))):
            await drag(pilot, headlines, start, end)
            assert app.reader.reading.opened is None
        await drag(pilot, hints, (2, 0), (hints.size.width - 5, 0))
        assert app.screen is app.reader
        at = next(y for y, place in enumerate(headlines.places()) if place.line == headlines.lead_lines(place.item))
        await drag(pilot, headlines, (20, at), (22, at))
        assert app.reader.reading.opened is not None
        await drag(pilot, hints, (hints.size.width - 5, 0), (hints.size.width - 5, 0))
        assert app.screen is not app.reader
