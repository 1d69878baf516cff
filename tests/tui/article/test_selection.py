"""The article under the mouse: what is selected, and what is copied of it; links; the mark at the edge."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from support.app_factory import Piece, reader, resize, settle, shelve
from support.article_host import Host, opened, paragraphs
from tuireader.tui.article.page_layout import HEAD
from tuireader.tui.article.view import ArticleView

TEXT = """\
The first paragraph is long enough to be broken into several lines at this width, which copying must not show.

> A quoted paragraph that is also long enough to be broken, with a bar before each of its lines on the page.

- an item of a list
- another item

```python
def code():
    return 1
```

Last words.
"""


def cell(app: Host, word: str, *, end: bool = False) -> tuple[int, int]:
    """The cell of the first or last letter of a word that is drawn."""
    for y, row in enumerate(app.rows()):
        if word in row:
            return row.index(word) + (len(word) - 1 if end else 0), y
    raise AssertionError(word)


async def drag(pilot: Pilot[None], start: tuple[int, int], end: tuple[int, int]) -> str | None:
    """Select with the mouse; what copying gives."""
    app = pilot.app
    assert isinstance(app, Host)
    await pilot.mouse_down(app.view, offset=start)
    await pilot.hover(app.view, offset=end)
    await pilot.mouse_up(app.view, offset=end)
    return app.screen.get_selected_text()


async def test_a_selection_within_a_line() -> None:
    app = Host(opened(TEXT))
    async with app.run_test(size=(60, 40)) as pilot:
        assert await drag(pilot, cell(app, "first"), cell(app, "long", end=True)) == "first paragraph is long"
        assert await drag(pilot, cell(app, "long", end=True), cell(app, "first")) == "first paragraph is long"


async def test_copying_shows_no_line_breaks_margins_bars_or_bullets_of_ours() -> None:
    app = Host(opened(TEXT))
    async with app.run_test(size=(50, 40)) as pilot:
        copied = await drag(pilot, cell(app, "The first"), cell(app, "Last words.", end=True))
        assert copied == (
            "The first paragraph is long enough to be broken into several lines at this width, which copying must not"
            " show.\n\nA quoted paragraph that is also long enough to be broken, with a bar before each of its lines on"
            " the page.\n\nan item of a list\nanother item\n\ndef code():\n    return 1\n\nLast words."
        )


async def test_beside_the_text_the_nearest_end_of_the_line_counts() -> None:
    app = Host(opened(TEXT))
    async with app.run_test(size=(60, 40)) as pilot:
        y = cell(app, "Last words.")[1]
        assert await drag(pilot, (0, y), (59, y)) == "Last words."
        quote = cell(app, "A quoted")[1]
        assert (await drag(pilot, (0, quote), (cell(app, "A quoted", end=True)))) == "A quoted"
        assert (await drag(pilot, (30, y - 1), (59, y))) == "Last words."


async def test_the_head_is_selected_too() -> None:
    app = Host(opened(TEXT, title="A Title That Is Long Enough to Be Broken Into Two Lines"))
    async with app.run_test(size=(40, 40)) as pilot:
        copied = await drag(pilot, cell(app, "A Title"), cell(app, "Lines", end=True))
        assert copied == "A Title That Is Long Enough to Be Broken Into Two Lines"
        copied = await drag(pilot, cell(app, "Broken"), cell(app, "The first", end=True))
        assert copied is not None
        assert copied.startswith("Broken Into Two Lines\n\nBy Zoë")
        assert copied.endswith("The first")


async def test_only_selected_text_is_drawn_as_selected() -> None:
    app = Host(opened(TEXT))
    async with app.run_test(size=(50, 40)) as pilot:
        await drag(pilot, cell(app, "quoted"), cell(app, "another", end=True))
        drawn = "".join(
            segment.text
            for y in range(app.view.rows)
            for segment in app.view.render_line(y)
            if segment.style and segment.style.bgcolor == app.view.ink.of("", selected=True).bgcolor
        )
        assert drawn.replace(" ", "") == (
            "quotedparagraphthatisalsolongenoughtobebroken,withabarbeforeeachofitslinesonthepage.anitemofalistanother"
        )


async def test_two_clicks_select_a_word_and_three_a_paragraph() -> None:
    app = Host(opened("Word’s end, and 日本語 の文章.\n\nOther."))
    async with app.run_test(size=(60, 20)) as pilot:
        at = cell(app, "end")
        await pilot.click(app.view, offset=at, times=2)
        assert app.screen.get_selected_text() == "end"
        await pilot.click(app.view, offset=cell(app, "Word"), times=2)
        assert app.screen.get_selected_text() == "Word’s"
        x, y = cell(app, "日本語")
        await pilot.click(app.view, offset=(x + 5, y), times=2)
        assert app.screen.get_selected_text() == "日本語"
        await pilot.click(app.view, offset=at, times=3)
        assert app.screen.get_selected_text() == "Word’s end, and 日本語 の文章."
        await pilot.click(app.view, offset=cell(app, "Title"), times=2)
        assert app.screen.get_selected_text() == "Title"


async def test_text_from_the_right_is_selected_as_it_is_seen() -> None:
    app = Host(opened("שלום עולם abc אחרון."))
    async with app.run_test(size=(60, 20)) as pilot:
        x, y = cell(app, "abc")
        row = app.rows()[y]
        assert row.rstrip().endswith("שלום"[::-1])
        right = len(row.rstrip()) - 1
        assert await drag(pilot, (right - 3, y), (right, y)) == "שלום"
        assert await drag(pilot, (x, y), (x + 2, y)) == "abc"
        marked = [
            segment.text
            for segment in app.view.render_line(y)
            if segment.style and segment.style.bgcolor == app.view.ink.of("", selected=True).bgcolor
        ]
        assert "".join(marked) == "abc"


async def test_a_selection_survives_scrolling_and_ends_with_another_width() -> None:
    app = Host(opened(TEXT + "\n\n" + paragraphs(40)))
    async with app.run_test(size=(60, 30)) as pilot:
        copied = await drag(pilot, cell(app, "first"), cell(app, "bar", end=True))
        await pilot.press("j", "j", "j")
        assert app.screen.get_selected_text() == copied
        assert app.view.text_selection is not None
        await pilot.press("escape")
        assert app.view.text_selection is None
        await drag(pilot, cell(app, "paragraph"), cell(app, "bar", end=True))
        await resize(pilot, 50, 30)
        assert app.view.text_selection is None


async def test_a_click_opens_a_link_and_hovering_shows_its_address() -> None:
    app = Host(opened(f"See [the link here](https://one.example/x) and text.\n\n{paragraphs(30)}"))
    async with app.run_test(size=(60, 20)) as pilot:
        at = cell(app, "link")
        await pilot.hover(app.view, offset=at)
        assert app.rows()[-1].strip().startswith("https://one.example/x")
        assert app.view.styles.pointer == "pointer"
        await pilot.click(app.view, offset=at)
        await pilot.hover(app.view, offset=cell(app, "text"))
        assert "example" not in app.rows()[-1]
        assert app.view.styles.pointer == "default"
        await pilot.click(app.view, offset=cell(app, "text"))
        told = [message for message in app.messages if not isinstance(message, ArticleView.LinkFocused)]
        assert [(type(message).__name__, getattr(message, "url", "")) for message in told] == [
            ("LinkHovered", "https://one.example/x"),
            ("OpenLink", "https://one.example/x"),
            ("LinkHovered", None),
        ]


async def test_selecting_a_link_does_not_open_it() -> None:
    app = Host(opened("See [the link here](https://one.example/x) and text."))
    async with app.run_test(size=(60, 20)) as pilot:
        assert await drag(pilot, cell(app, "the"), cell(app, "here", end=True)) == "the link here"
        assert not [message for message in app.messages if isinstance(message, ArticleView.OpenLink)]


@pytest.mark.parametrize("border", [False, True])
async def test_cells_are_those_of_the_text_also_inside_a_border(*, border: bool) -> None:
    app = Host(opened("See [link](https://one.example/x)."))
    if border:
        app.CSS = "ArticleView { height: 1fr; border-left: solid red; padding: 1 2; }"  # type: ignore[misc]
    async with app.run_test(size=(60, 20)) as pilot:
        x, y = cell(app, "link")
        gutter = app.view.content_region.offset - app.view.region.offset
        assert gutter == ((3, 1) if border else (0, 0))
        await pilot.click(app.view, offset=(x + gutter.x, y + gutter.y))
        assert [message.url for message in app.messages if isinstance(message, ArticleView.OpenLink)] == [
            "https://one.example/x"
        ]
        await pilot.click(app.view, offset=(x + gutter.x - 1, y + gutter.y))
        assert len([message for message in app.messages if isinstance(message, ArticleView.OpenLink)]) == 1


async def test_the_reader_copies_what_is_selected_and_says_so(db: Path) -> None:
    shelve(db, "Review", [Piece("One", html="<p>Words to be copied from here.</p>")])
    app = reader(db)
    async with app.run_test(size=(140, 40)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        view = app.reader.article
        y = next(y for y in range(view.rows) if "Words to be" in view.render_line(y).text)
        x = view.margin + view.gutter.left
        await pilot.mouse_down(view, offset=(x, y))
        await pilot.hover(view, offset=(x + 4, y))
        await pilot.mouse_up(view, offset=(x + 4, y))
        await pilot.press("ctrl+c")
        assert app.clipboard == "Words"
        assert [note.message for note in app._notifications] == ["Copied"]
        app.copy_to_clipboard("")
        await pilot.press("y")
        assert app.clipboard == "Words"
        assert app.is_running


async def test_what_is_nowhere_on_the_page_is_no_character() -> None:
    app = Host(opened("Text."))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.click(app.view, offset=(30, 17), times=2)
        assert app.view.selected._range is None
        assert app.screen.get_selected_text() in {None, ""}
        assert app.view.sight[0].item == HEAD
