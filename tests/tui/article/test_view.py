"""The article in the reader's hand: where it is, how it moves, what it says about that."""

import asyncio
from functools import partial
from itertools import pairwise

import pytest
from textual.pilot import Pilot

from support.app_factory import resize, workers_done
from support.article_host import Host, opened, paragraphs
from tuireader.tui.article import page_view
from tuireader.tui.article.page_layout import TOP
from tuireader.tui.article.view import ArticleView
from tuireader.tui.main.article_commands import open_contents, open_links

LONG = paragraphs(60)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the whole page is laid out."""
    await pilot.pause()
    await workers_done(pilot)
    await pilot.pause()


def first_word(app: Host) -> str:
    """The first word of the article's text that is in sight."""
    return next(word for row in app.rows() for word in row.split() if word.startswith("w") and "x" in word)


async def test_the_head_stands_above_the_text() -> None:
    app = Host(opened("The text.", title="China and Russia: A Worrying Relationship", words=500))
    async with app.run_test(size=(60, 20)):
        assert [row.strip() for row in app.rows()[:9]] == [
            "",
            "The Slow Terminal · China/Russia",
            "China and Russia: A Worrying Relationship",
            "─" * 56,
            "By Zoë Ångström-Díaz, Andrew Marlow",
            "30 June 2017 · 2 min",
            "",
            "The text.",
            "",
        ]


@pytest.mark.parametrize(
    ("width", "margin", "column"), [(100, 14, 72), (76, 2, 72), (60, 2, 56), (30, 1, 28), (10, 0, 10)]
)
async def test_the_column_stands_in_the_middle_and_is_no_wider_than_the_measure(
    width: int, margin: int, column: int
) -> None:
    app = Host(opened("word " * 100))
    async with app.run_test(size=(width, 40)):
        texts = [row for row in app.rows() if "word word" in row]
        assert (app.view.margin, app.view.column) == (margin, column)
        assert {len(row) - len(row.lstrip()) for row in texts} == {margin}
        assert column - 5 <= max(len(row) for row in texts) - margin <= column


async def test_a_wide_pane_keeps_the_measure_and_keys_change_it() -> None:
    app = Host(opened(LONG))
    async with app.run_test(size=(200, 30)) as pilot:
        assert app.view.column == 72
        for _ in range(2):
            app.view.action_wider()
        await pilot.pause()
        assert app.view.measure == app.view.column == 80
        app.view.measure = 36
        for _ in range(2):
            app.view.action_narrower()
        await pilot.pause()
        assert app.view.column == 32
        app.view.measure = 116
        for _ in range(2):
            app.view.action_wider()
        await pilot.pause()
        assert app.view.column == 120


async def test_keys_scroll() -> None:
    app = Host(opened(LONG))
    async with app.run_test(size=(80, 30)) as pilot:
        await settled(pilot)
        view = app.view
        page = view.rows
        assert page == 28
        places = []
        for key in ("j", "j", "k", "ctrl+d", "ctrl+u", "space", "pageup", "space", "G", "g"):
            await pilot.press(key)
            places.append(view.scroll_y)
        bottom = view.max_scroll_y
        assert places == [1, 2, 1, 15, 1, 28, 1, 28, bottom, 0]


async def test_a_page_down_shows_the_last_line_again_and_nothing_is_skipped() -> None:
    app = Host(opened(LONG))
    async with app.run_test(size=(80, 30)) as pilot:
        await settled(pilot)
        seen: list[str] = []
        while not app.view.at_end:
            rows = app.rows()[: app.view.rows]
            await pilot.press("space")
            if not app.view.at_end:
                assert app.rows()[0] == rows[-1]
            seen += rows
        seen += app.rows()[: app.view.rows]
        words = list(dict.fromkeys(word for row in seen for word in row.rstrip("▐").split() if word[:1] == "w"))
        assert words == LONG.split()


async def test_at_the_end_a_page_down_asks_for_the_next_article() -> None:
    app = Host(opened(LONG, number=7))
    async with app.run_test(size=(80, 30)) as pilot:
        await settled(pilot)
        await pilot.press("G")
        assert app.view.at_end
        assert app.messages == []
        await pilot.press("space")
        assert [message.article_id for message in app.messages if isinstance(message, ArticleView.AtEnd)] == [7]


async def test_a_short_article_is_at_its_end_at_once() -> None:
    app = Host(opened("Short."))
    async with app.run_test(size=(80, 30)) as pilot:
        assert app.view.at_end
        assert app.view.progress == ""
        await pilot.press("space")
        assert [type(message) for message in app.messages] == [ArticleView.AtEnd]


async def test_how_far_it_is_stands_below() -> None:
    app = Host(opened(LONG, words=2300))
    async with app.run_test(size=(80, 30)) as pilot:
        await settled(pilot)
        assert app.rows()[-1].strip() == "0% · 10 min left"
        for _ in range(4):
            await pilot.press("space")
        read = app.view.position / app.view.document.length  # type: ignore[union-attr]
        left = -(-10 * (1 - read) // 1)
        assert app.rows()[-1].strip() == f"{int(100 * read)}% · {left:.0f} min left"
        await pilot.press("G")
        assert app.rows()[-1].split("  ")[-1].strip() == "end"
        assert app.rows()[-1].strip().startswith("space: next article ")
        assert app.rows()[-2] == ""


# The position.


async def test_the_position_is_told_and_taken_up_again() -> None:
    app = Host(opened(LONG, number=3))
    async with app.run_test(size=(80, 30)) as pilot:
        await settled(pilot)
        for _ in range(5):
            await pilot.press("space")
        word = first_word(app)
        told = app.positions[-1]
        assert told.article_id == 3
        assert not app.view.at_end
        assert app.view.position == told.position > 0

    again = Host(opened(LONG, number=3, position=told.position))
    async with again.run_test(size=(80, 30)) as pilot:
        assert first_word(again) == word
        await settled(pilot)
        assert first_word(again) == word
        assert again.positions == []
        assert again.view.position == told.position


async def test_the_same_words_stay_at_the_top_when_widths_change() -> None:
    app = Host(opened(LONG))
    async with app.run_test(size=(80, 30)) as pilot:
        await settled(pilot)
        for _ in range(5):
            await pilot.press("space")
        word, position = first_word(app), app.view.position
        for width in (60, 41, 100, 33, 200, 77):
            await resize(pilot, width, 30)
            await settled(pilot)
            row = next(row for row in app.rows() if row.strip())
            assert word in row
            assert app.view.position == position
        await pilot.press("less_than_sign")
        assert word in next(row for row in app.rows() if row.strip())
        await resize(pilot, 80, 30)
        await pilot.press("greater_than_sign")
        assert first_word(app) == word


async def test_at_the_title_it_stays_at_the_title() -> None:
    app = Host(opened(LONG))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("j")
        await resize(pilot, 50, 20)
        assert app.rows()[1].strip() == "A Title"
        assert app.view.position == 0


async def test_a_taller_window_shows_more_and_a_lower_one_shows_the_same_top() -> None:
    app = Host(opened(LONG))
    async with app.run_test(size=(80, 30)) as pilot:
        await settled(pilot)
        await pilot.press("G")
        word, position = first_word(app), app.view.position
        await resize(pilot, 80, 60)
        assert app.view.at_end
        assert app.rows()[-3] == "" != app.rows()[-5]
        await resize(pilot, 80, 30)
        assert app.view.position == position
        await resize(pilot, 80, 12)
        assert first_word(app) != ""
        assert word in app.text() or app.view.position >= position


# Laying out while the reader reads.


async def test_nothing_moves_while_the_rest_is_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_view, "_SLICE", 0.0)
    monkeypatch.setattr(page_view, "_SLICE_INTERVAL", 0.0)
    document = opened(paragraphs(400), position=60_000)
    app = Host(document)
    async with app.run_test(size=(80, 30)) as pilot:
        page = app.view.page
        assert page is not None
        assert not page.complete
        rows = app.rows()[:-1]
        seen = 0
        while not page.complete:
            await asyncio.sleep(0)
            assert [row.rstrip("▐ ") for row in app.rows()[:-1]] == [row.rstrip("▐ ") for row in rows]
            seen += 1
        assert seen > 5
        await pilot.pause()
        assert [row.rstrip("▐ ") for row in app.rows()[:-1]] == [row.rstrip("▐ ") for row in rows]
        assert app.view.virtual_size.height == page.rows + app.view.foot
        assert app.view.scroll_y == page.row(app.view._top)


async def test_a_heavy_block_holds_no_key_and_is_read_where_it_was_left() -> None:
    text = " ".join(f"h{number}" for number in range(20_000))
    app = Host(opened(f"Before.\n\n{text}\n\nAfter.", position=40_000))
    async with app.run_test(size=(80, 30)) as pilot:
        assert [row.strip("▐ ") for row in app.rows()[7:12]] == ["", "…", "", "After.", ""]
        await pilot.press("slash", *"fter", "escape")
        await settled(pilot)
        assert text[40_000 - len("Before.\n") :].split()[1] in app.rows()[0].split() + app.rows()[1].split()


async def test_scrolling_up_through_what_is_not_laid_out_skips_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Host(opened(LONG, position=12_000))
    monkeypatch.setattr(ArticleView, "run_worker", lambda *_, **__: None)
    async with app.run_test(size=(80, 30)) as pilot:
        assert app.view.page is not None
        assert not app.view.page.complete
        pages = [app.rows()[:28]]
        while app.view._top != TOP:
            await pilot.press("pageup")
            pages.append(app.rows()[:28])
        for below, above in pairwise(pages[:-1]):
            assert above[-1].rstrip("▐ ") == below[0].rstrip("▐ ")


async def test_the_wheel_and_the_mark_at_the_edge_scroll() -> None:
    app = Host(opened(LONG))
    async with app.run_test(size=(80, 30)) as pilot:
        await settled(pilot)
        app.view._on_mouse_scroll_down(_wheel(app))
        assert app.view.scroll_y > 0
        await pilot.mouse_down(app.view, offset=(79, 27))
        await pilot.pause()
        assert app.view.scroll_y == app.view.max_scroll_y
        await pilot.hover(app.view, offset=(79, 0))
        assert app.view.scroll_y == 0
        await pilot.mouse_up(app.view, offset=(79, 0))
        await pilot.hover(app.view, offset=(79, 20))
        assert app.view.scroll_y == 0
        assert app.screen.selections == {}


def _wheel(app: Host):  # type: ignore[no-untyped-def]
    from textual.events import MouseScrollDown

    return MouseScrollDown(app.view, 5, 5, 0, 1, 0, False, False, False)


# States and odd sizes.


async def test_a_sentence_stands_for_what_is_not_there() -> None:
    app = Host()
    async with app.run_test(size=(60, 20)) as pilot:
        app.view.clear("Nothing is open.\nEnter opens the [b]headline[/b] under the cursor.")
        await pilot.pause()
        shown = [row.strip() for row in app.rows() if row.strip()]
        assert shown == ["Nothing is open.", "Enter opens the [b]headline[/b] under the", "cursor."]
        for key in ("j", "space", "G", "g", "t", "right_square_bracket", "slash", "n", "tab", "enter", "escape"):
            await pilot.press(key)
        assert app.messages == []
        app.view.show(opened("Now there is."))
        await pilot.pause()
        assert "Now there is." in app.text()


async def test_another_article_begins_at_its_own_place_and_forgets_the_first() -> None:
    app = Host(opened(LONG))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("slash", "w", "enter", "space")
        app.view.show(opened("Other words.", number=2))
        await pilot.pause()
        assert "Other words." in app.text()
        assert app.view.finder.session is None
        assert app.view.position == 0


ODD_SIZES = [(1, 1), (3, 3), (1, 80), (80, 1), (2, 5), (17, 4), (400, 100)]
EVERYTHING = "# H\n\n- a\n- b\n\n```\ncode\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n> [q](http://x.example)"


@pytest.mark.parametrize("shown", ["", EVERYTHING, LONG], ids=["empty", "everything", "long"])
async def test_every_size_is_survived(shown: str) -> None:
    app = Host(opened(shown))
    for size in ODD_SIZES:
        app = Host(opened(shown))
        async with app.run_test(size=size) as pilot:
            view = app.view
            for act in ("down", "page_down", "bottom", "up", "next_heading", "previous_heading", "wider", "top"):
                getattr(view, f"action_{act}")()
            view.finder.find("a")
            await pilot.press("tab")
            strips = [view.render_line(y) for y in range(size[1])]
            assert {strip.cell_length for strip in strips} == {size[0]}
            view.clear("There is nothing here.")
            await pilot.pause()
            assert {view.render_line(y).cell_length for y in range(size[1])} == {size[0]}


@pytest.mark.thorough
async def test_a_storm_of_sizes_leaves_the_reader_where_they_were() -> None:
    app = Host(opened(LONG, position=9_000))
    async with app.run_test(size=(80, 30)) as pilot:
        position, word = app.view.position, first_word(app)
        for number in range(30):
            await resize(pilot, 1 + number * 37 % 140, 1 + number * 13 % 50)
        await resize(pilot, 80, 30)
        await settled(pilot)
        assert app.view.position == position
        assert first_word(app) == word


async def test_without_colour_matches_and_links_are_still_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Host(opened("Words with a [link](https://x.example) and words."))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("slash", "w", "o", "r", "d")
        y = next(y for y, row in enumerate(app.rows()) if "Words with" in row)
        styles = {segment.text.strip(): segment.style for segment in app.view.render_line(y) if segment.text.strip()}
        assert styles["link"] is not None
        assert styles["link"].underline
        assert styles["Word"] is not None
        assert styles["Word"].bold


async def test_hostile_text_reaches_no_cell() -> None:
    evil = "\x1b]0;owned\x07 \x9b31m [@click=app.quit]x[/] [/red] \u202eabc\u202c"
    app = Host(opened("text " + evil, title="title " + evil, authors=("au " + evil,), categories=("cat " + evil,)))
    async with app.run_test(size=(120, 30)) as pilot:
        drawn = "".join(segment.text for y in range(30) for segment in app.view.render_line(y))
        assert not [char for char in drawn if ord(char) < 32 or 127 <= ord(char) < 160 or "\u202a" <= char <= "\u202e"]
        assert drawn.count("[@click=app.quit]x[/] [/red]") == 4
        app.view.clear("sentence " + evil)
        await pilot.pause()
        drawn = "".join(segment.text for y in range(30) for segment in app.view.render_line(y))
        assert "\x1b" not in drawn
        assert "[@click=app.quit]x[/]" in drawn


async def test_what_is_opened_while_the_view_is_hidden_is_seen_when_it_is_shown_again() -> None:
    app = Host(opened("The first text."))
    async with app.run_test(size=(60, 20)) as pilot:
        await settled(pilot)
        app.view.display = False
        await settled(pilot)
        app.view.show(opened("The second text.", number=2))
        app.view.display = True
        await settled(pilot)
        assert "The second text." in "\n".join(app.rows())


async def test_what_is_scrolled_while_the_view_is_hidden_is_seen_when_it_is_shown_again() -> None:
    app = Host(opened("\n\n".join(f"Text {number}." for number in range(50))))
    async with app.run_test(size=(60, 20)) as pilot:
        await settled(pilot)
        app.view.display = False
        await settled(pilot)
        app.view.scroll_rows(4)
        app.view.display = True
        await settled(pilot)
        assert any("Text 1." in row for row in app.rows())


async def test_whether_the_title_is_in_sight_is_known_of_what_was_opened_while_the_view_was_hidden() -> None:
    app = Host(opened("The first text."))
    async with app.run_test(size=(60, 20)) as pilot:
        await settled(pilot)
        app.view.display = False
        await settled(pilot)
        app.view.show(opened(LONG, number=2, position=2000))
        assert not app.view.is_past_head  # nothing is in sight
        app.view.display = True
        await settled(pilot)
        assert app.view.is_past_head


async def test_a_page_that_was_replaced_while_it_was_laid_out_touches_the_new_one_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Small, so that the page is not all in sight, then at once so large that the next one is."""
    monkeypatch.setattr(page_view, "_FIRST", 0.05)
    app = Host(opened(LONG))
    async with app.run_test(size=(30, 8)) as pilot:
        await resize(pilot, 200, 600)
        await asyncio.sleep(0.1)
        await settled(pilot)
        assert app.view.page is not None
        assert app.view.page.complete
        assert all(place.item < len(app.view.page.document.blocks) for place in app.view.sight)
        assert app.view.sight == app.view.page.window(TOP, app.view.rows)
        assert any("w59x59" in row for row in app.rows())


async def test_headings_and_links_of_an_article_that_was_replaced_under_its_dialog_lead_nowhere_wrong() -> None:
    app = Host(opened("# One\n\ntext\n\n## Two\n\n[a link](https://one.example/)\n\n## Three\n\ntext"))
    async with app.run_test(size=(80, 30)) as pilot:
        for show in (partial(open_contents, go_there=app.view.focus), open_links):
            app.view.show(opened("# One\n\ntext\n\n## Two\n\n[a link](https://one.example/)\n\n## Three\n\ntext"))
            show(app.view)
            await pilot.pause()
            assert len(app.screen_stack) == 2
            app.view.show(opened("Other words, without headings and links.", number=2))
            await pilot.press("down", "down", "enter")
            await settled(pilot)
            assert len(app.screen_stack) == 1
            assert app.view.position == 0
    assert app.return_code in (None, 0)


@pytest.mark.parametrize("key", ["down", "up", "ctrl+n", "ctrl+p", "ctrl+g", "backspace"])
async def test_keys_for_matches_before_anything_is_sought(key: str) -> None:
    app = Host(opened(LONG))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("slash", key)
        await settled(pilot)
        assert app.view.position == 0
    assert app.return_code in (None, 0)
