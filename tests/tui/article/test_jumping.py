"""Finding, headings, links and notes in an article."""

import pytest
from textual.pilot import Pilot
from textual.widgets import DataTable

from support.app_factory import until
from support.article_host import Host, opened, paragraphs
from tuireader.content.cleaning.clean import clean
from tuireader.content.document.model import links_out
from tuireader.content.markdown.convert import to_marked_markdown
from tuireader.tui.article.view import ArticleView
from tuireader.tui.chrome import HintBar
from tuireader.tui.dialogs.palette_and_help import ContentsScreen, LinksScreen
from tuireader.tui.dialogs.sheets import NoteScreen, TableScreen
from tuireader.tui.lists.choice_list import ChoiceList
from tuireader.tui.main.article_commands import open_contents, open_links

SECTIONS = "\n\n".join(f"## Section {number}\n\n{paragraphs(6)}" for number in range(5))
LINKS = (
    f"A [first](https://first.example/a), a [second](http://second.example/), a note[^1], a [third](javascript:x).\n\n"
    f"{paragraphs(20)}\n\nFar [below](https://below.example/).\n\n[^1]: The note, [linked](https://note.example/)."
)

CODE = "```\nprint(1)\nprint(2)\n```"
TABLE = "| Name | Value |\n|---|---|\n| one | 1 |\n| two | 2 |"


def said(app: Host) -> str:
    return app.rows()[-1].strip()


async def type_in(pilot: Pilot[None], text: str) -> None:
    for char in text:
        await pilot.press({" ": "space", "/": "slash", "’": "’"}.get(char, char))


# FindSession.


async def test_finding_goes_along_with_typing() -> None:
    app = Host(opened(f"{paragraphs(10)}\n\nCafé au lait.\n\n{paragraphs(10)}\n\nA CAFE and a café’s door."))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("slash")
        assert said(app).startswith("/")
        await type_in(pilot, "cafe")
        assert said(app).split() == ["/", "cafe▏", "1", "of", "3"]
        assert "Café au lait." in app.text()
        await type_in(pilot, "'s")
        assert said(app).split()[-3:] == ["1", "of", "1"]
        assert "a café’s door" in app.text()
        await pilot.press("backspace", "backspace", "backspace")
        assert said(app).split()[:2] == ["/", "caf▏"]
        assert "Café au lait." in app.text()
        await type_in(pilot, "xyz")
        assert said(app).endswith("No matches")
        assert app.view.position == 0
        await pilot.press("ctrl+u")
        assert said(app) == "/ ▏"


async def test_every_match_is_marked_and_the_one_in_question_most() -> None:
    app = Host(opened("One word, two words, three words."))
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("slash", "w", "o", "r", "d")
        y = next(y for y, row in enumerate(app.rows()) if "One word" in row)
        marked = [segment for segment in app.view.render_line(y) if segment.text == "word"]
        ink = app.view.ink
        assert [segment.style and segment.style.bgcolor for segment in marked] == [
            ink.of("match-here").bgcolor,
            ink.of("match").bgcolor,
            ink.of("match").bgcolor,
        ]


async def test_enter_keeps_the_matches_and_n_goes_through_them() -> None:
    app = Host(opened(f"needle one\n\n{paragraphs(30)}\n\nneedle two\n\n{paragraphs(30)}\n\nneedle three"))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("slash", *"needle", "enter")
        stands = []
        for key in ("n", "n", "n", "N", "N"):
            await pilot.press(key)
            stands.append(next(f"needle {word}" for word in ("one", "two", "three") if f"needle {word}" in app.text()))
            assert said(app).startswith("needle · ")
        assert stands == ["needle two", "needle three", "needle one", "needle three", "needle two"]
        await pilot.press("escape")
        assert app.view.finder.session is None
        assert "needle two" in app.text()
        assert "needle" not in said(app)
        last = [message for message in app.messages if isinstance(message, ArticleView.Found)][-1]
        assert (last.sought, last.said) == ("", "")


async def test_escape_while_typing_returns_to_where_it_began() -> None:
    app = Host(opened(f"{paragraphs(60)}\n\nneedle"))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("space", "space")
        before = app.rows()[:-1]
        await pilot.press("slash", *"needle")
        assert app.view.at_end
        await pilot.press("escape")
        assert app.rows()[:-1] == before


async def test_while_typing_no_key_does_anything_else() -> None:
    app = Host(opened(paragraphs(60)))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("slash", *"jkGgnt", "tab", "space")
        assert app.view.finder.session is not None
        assert app.view.finder.session.sought == "jkGgnt "
        assert app.view.position == 0
        assert len(app.screen_stack) == 1


async def test_what_is_pasted_is_one_line_without_controls() -> None:
    from textual.events import Paste

    app = Host(opened("Some words to find."))
    async with app.run_test(size=(80, 30)) as pilot:
        app.view.post_message(Paste("nothing asked for"))
        await pilot.press("slash")
        app.view.post_message(Paste("words\n\x1b[31mto"))
        await pilot.pause()
        assert app.view.finder.session is not None
        assert app.view.finder.session.sought == "words [31mto"


# Headings.


async def test_brackets_go_from_heading_to_heading() -> None:
    app = Host(opened(SECTIONS))
    async with app.run_test(size=(80, 30)) as pilot:
        tops = []
        for keys in ("]", "]", "]", "[", "[", "jjjj[", "["):
            for key in keys:
                await pilot.press({"]": "right_square_bracket", "[": "left_square_bracket"}.get(key, key))
            tops.append(next(row.strip("▐▎ ") for row in app.rows() if row.strip("▐ ")))
        assert tops == [f"Section {number}" for number in (0, 1, 2, 1, 0, 0)] + ["The Slow Terminal · China/Russia"]


async def test_the_contents_lead_to_a_heading_and_back() -> None:
    app = Host(opened(SECTIONS.replace("## Section 2", "### Section [2]"), title="A [b]title[/b]"))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("right_square_bracket", "right_square_bracket")
        before = app.view.position
        open_contents(app.view, app.view.focus)
        await pilot.pause()
        assert isinstance(app.screen, ContentsScreen)
        choices = app.screen.query_one(ChoiceList)
        assert [line.text for line in choices.rows] == [
            "A [b]title[/b]", "Section 0", "Section 1", "  Section [2]", "Section 3", "Section 4",
        ]  # fmt: skip
        assert choices.cursor == 2
        drawn = [choices.render_line(y).text for y in range(6)]
        assert [row.startswith("▌") for row in drawn] == [False, False, True, False, False, False]
        assert drawn[1].split()[-1] == "0%"
        await pilot.press("j", "j", "enter")
        await pilot.pause()
        assert "Section 3" in " ".join(app.rows()[:3])
        assert said(app).startswith("backspace: back")
        await pilot.press("backspace")
        assert app.view.position == before
        open_contents(app.view, app.view.focus)
        await pilot.pause()
        await pilot.press("g", "enter")
        assert app.view.position == 0


async def test_keys_are_named_as_they_are_bound() -> None:
    app = Host(opened(LINKS))
    app.set_keymap({"return": "b", "page-down": "x", "copy-link": "c"})
    async with app.run_test(size=(80, 30)) as pilot:
        app.view.jumps.to(2000)
        assert said(app).startswith("b: back")
        await pilot.press("G")
        assert said(app).startswith("x: next article")
        open_links(app.view)
        await pilot.pause()
        assert "enter open  c copy" in str(app.screen.query_one(HintBar).render())
        await pilot.press("c")
        assert app.clipboard == "https://first.example/a"


async def test_without_headings_or_links_there_is_only_a_word() -> None:
    app = Host(opened("Plain."))
    async with app.run_test(size=(80, 30)) as pilot:
        open_contents(app.view, app.view.focus)
        open_links(app.view)
        await pilot.pause()
        assert len(app.screen_stack) == 1
        messages = [note.message for note in app._notifications]
        assert messages == ["No headings in this article", "No links in this article"]


# Links.


async def test_a_key_steps_through_the_links_in_sight_and_enter_opens() -> None:
    app = Host(opened(LINKS))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press(".")
        assert said(app).startswith("https://first.example/a")
        await pilot.press(".", "enter", ">", ".", ".", ".")
        assert said(app).startswith("javascript:x")
        await pilot.press("enter")
        assert [message.url for message in app.messages if isinstance(message, ArticleView.OpenLink)] == [
            "http://second.example/",
            "javascript:x",
        ]
        await pilot.press(".")  # behind the last one in sight the key is for others
        assert not said(app).startswith("javascript")
        await pilot.press(">")
        assert said(app).startswith("javascript:x")
        await pilot.press("space")
        focused = [message.url for message in app.messages if isinstance(message, ArticleView.LinkFocused)]
        assert focused[-1] is None
        assert app.view.link_cursor.here is None


async def test_escape_lets_go_of_the_link() -> None:
    app = Host(opened(LINKS))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press(".", "escape")
        assert app.view.link_cursor.shown is None
        await pilot.press("enter")
        assert not [message for message in app.messages if isinstance(message, ArticleView.OpenLink)]


async def test_a_note_opens_in_a_sheet_with_its_links() -> None:
    app = Host(opened(LINKS))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press(".", ".", ".", "enter")
        await until(pilot, lambda: isinstance(app.screen, NoteScreen))
        sheet = app.screen.query_one(ArticleView)
        await until(pilot, lambda: sheet.render_line(0).text.strip() == "1 The note, linked.")
        assert sheet.size.height == 1
        await pilot.press(".", "enter")
        await until(pilot, lambda: any(isinstance(message, ArticleView.OpenLink) for message in app.messages))
        assert [each.url for each in app.messages if isinstance(each, ArticleView.OpenLink)] == [
            "https://note.example/"
        ]
        await pilot.press("enter", "escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        assert app.view.position == 0


async def test_in_linear_mode_a_note_is_jumped_to_and_left_again() -> None:
    app = Host(opened(LINKS))
    app.view.is_linear = True
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press(".", ".", ".", "enter")
        assert "The note, linked" in app.rows()[0]
        await pilot.press("ctrl+o")
        assert app.view.position == 0


async def test_sections_are_folded_and_unfolded() -> None:
    app = Host(opened(SECTIONS.replace("## Section 1", "### Section 1")))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("right_square_bracket", "minus")
        rows = [row.strip("▐▎ ") for row in app.rows() if row.strip("▐▎ ")]
        assert rows[:3] == ["Section 0", "… 722 words", "Section 2"]
        assert said(app).startswith("-: fold/unfold")
        await pilot.press("right_square_bracket", "enter")
        assert len(app.view.folded) == 2
        await pilot.press("slash", *"Section 1")  # what is found is unfolded
        assert len(app.view.folded) == 1
        assert "Section 1" in app.text()
        await pilot.press("escape", "g", "right_square_bracket", "minus")
        assert len(app.view.folded) == 2
        await pilot.resize_terminal(60, 20)
        assert len(app.view.folded) == 2
        await pilot.click(app.view, offset=(10, next(y for y, row in enumerate(app.rows()) if "… 722" in row)))
        assert len(app.view.folded) == 1


async def test_a_folded_heading_stays_in_sight() -> None:
    app = Host(opened(SECTIONS))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("right_square_bracket", "right_square_bracket", "minus")
        rows = [row.strip("▐▎ ") for row in app.rows() if row.strip("▐▎ ")]
        assert rows[:3] == ["Section 1", "… 360 words", "Section 2"]


async def test_links_out_of_sight_are_stepped_to() -> None:
    app = Host(opened("\n\n".join(f"A [link {n}](https://a.example/{n}). {paragraphs(2)}" for n in range(9))))
    async with app.run_test(size=(80, 20)) as pilot:
        for _ in range(8):
            await pilot.press(".")
        assert app.view.link_cursor.shown == app.view.links[7]
        assert "link 7" in app.text()
        await pilot.press(">", ">")
        assert app.view.link_cursor.shown == app.view.links[5]
        await pilot.press("G", ".")
        assert app.view.link_cursor.shown == app.view.links[8]
        await pilot.press(".")
        assert app.view.link_cursor.shown is None


async def test_a_note_is_copied_and_a_click_points_to_code() -> None:
    app = Host(opened(f"A note[^1].\n\n{CODE}\n\n[^1]: The note, [linked](https://note.example/)."))
    async with app.run_test(size=(80, 30), notifications=True) as pilot:
        await pilot.press(".")
        assert said(app).startswith("Note 1 · enter: open")
        assert app.view.copy_here()
        assert app.clipboard == "The note, linked."
        await pilot.click(app.view, offset=(8, next(y for y, row in enumerate(app.rows()) if "print(1)" in row)))
        assert said(app).startswith("Code (2 lines) · y: copy")


async def test_copied_code_has_its_tabs() -> None:
    app = Host(opened("```make\nall:\n\tcc -o a\n```"))
    async with app.run_test(size=(80, 30), notifications=True) as pilot:
        await pilot.press(".")
        assert app.view.copy_here()
        assert app.clipboard == "all:\n\tcc -o a"
        assert "    cc -o a" in app.text()


async def test_sections_are_known_from_within_formulas() -> None:
    tall = to_marked_markdown(clean(r"<h2>One</h2>" + r"<p>\[\frac{a}{b}\]</p>" * 30 + "<h2>Two</h2><p>End.</p>"))
    app = Host(opened(tall))
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("right_square_bracket", "space")
        assert app.view.contents is not None
        assert app.view.contents.here == 0
        await pilot.press("right_square_bracket")
        assert "Two" in app.text()


async def test_a_match_stays_when_the_rest_of_an_article_comes() -> None:
    app = Host(opened(f"{paragraphs(20)}"))
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.press("slash", *"w1x", "enter", "n")
        before = app.view.finder.said.split(" ")[0]
        app.view.complete(opened(f"{paragraphs(20)}\n\nAnd w1x again."))
        assert app.view.finder.said.split(" ")[0] == before


async def test_a_header_of_two_lines_and_text_from_the_right_are_shown_in_the_sheet() -> None:
    app = Host(opened("| a header of many words that is longer than forty cells | b |\n|---|---|\n| שלום עולם | c |"))
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await pilot.press(".", "enter")
        await until(pilot, lambda: isinstance(app.screen, TableScreen))
        grid = app.screen.query_one(DataTable)
        await until(pilot, lambda: grid.row_count == 1)
        assert grid.header_height == 2
        assert str(grid.get_row_at(0)[0]).strip() == "םלוע םולש"
        await pilot.press("y")
        assert app.clipboard.endswith("שלום עולם\tc")


async def test_the_cursor_stops_at_code_and_tables() -> None:
    app = Host(opened(f"{CODE}\n\nA [link](https://a.example/).\n\n{TABLE}"))
    async with app.run_test(size=(80, 30), notifications=True) as pilot:
        await pilot.press(".")
        assert said(app).startswith("Code (2 lines) · y: copy")
        assert [row.lstrip()[0] for row in app.rows() if "print" in row] == ["▎", "▎"]
        assert app.view.copy_here()
        assert app.clipboard == "print(1)\nprint(2)"
        await pilot.press(".")
        assert app.view.copy_here()
        assert app.clipboard == "https://a.example/"
        await pilot.press(".")
        assert said(app).startswith("Table (2 rows) · enter: open")
        assert app.view.copy_here()
        assert app.clipboard == "Name\tValue\none\t1\ntwo\t2"
        await pilot.press(".")
        assert not app.view.copy_here()


async def test_a_table_opens_in_a_sheet_and_scrolls_sideways() -> None:
    wide = " | ".join(f"column {number} with words" for number in range(9))
    app = Host(opened(f"| {wide} |\n|{'---|' * 9}\n| {wide} |\n| {wide} |"))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press(".", "enter")
        await until(pilot, lambda: isinstance(app.screen, TableScreen))
        grid = app.screen.query_one(DataTable)
        assert [str(column.label) for column in grid.ordered_columns][8] == "column 8 with words"
        assert (grid.row_count, grid.fixed_columns) == (2, 1)
        await pilot.press("l", "l", "j")
        await until(pilot, lambda: grid.scroll_x > 0)
        await pilot.press("q")
        await until(pilot, lambda: len(app.screen_stack) == 1)


async def test_the_list_of_links_shows_addresses_opens_and_copies() -> None:
    app = Host(opened(LINKS))
    async with app.run_test(size=(80, 40)) as pilot:
        open_links(app.view)
        await pilot.pause()
        assert isinstance(app.screen, LinksScreen)
        choices = app.screen.query_one(ChoiceList)
        assert [(line.text, line.aside) for line in choices.rows] == [
            ("first", "https://first.example/a"),
            ("second", "http://second.example/"),
            ("third", "javascript:x"),
            ("below", "https://below.example/"),
            ("linked", "https://note.example/"),
        ]
        assert "enter open  y copy" in str(app.screen.query_one(HintBar).render())
        await pilot.press("j", "y")
        assert app.clipboard == "http://second.example/"
        assert [note.message for note in app._notifications] == ["Copied http://second.example/"]
        await pilot.press("enter")
        open_links(app.view)
        await pilot.pause()
        await pilot.press("4")
        await pilot.pause()
        assert [message.url for message in app.messages if isinstance(message, ArticleView.OpenLink)] == [
            "http://second.example/",
            "https://below.example/",
        ]
        assert len(app.screen_stack) == 1


@pytest.mark.thorough
async def test_the_number_of_a_link_may_have_several_digits() -> None:
    app = Host(opened(" ".join(f"[link {n}](https://{n}.example/)" for n in range(1, 24))))

    def opened_links() -> list[str]:
        return [message.url for message in app.messages if isinstance(message, ArticleView.OpenLink)]

    async with app.run_test(size=(80, 40)) as pilot:
        for pressed in (["1", "0"], ["1", "enter"], ["2", "j", "1", "5"], ["2", "9"], ["2", "0"]):
            open_links(app.view)
            await pilot.pause()
            await pilot.press("0", *pressed)
            await pilot.pause()
            assert len(app.screen_stack) == 1
        assert opened_links() == [f"https://{n}.example/" for n in (10, 1, 15, 9, 20)]


def test_each_address_is_listed_once_under_each_text() -> None:
    document = opened("[a](http://x) [a](http://x) [b](http://x) [a](http://y) n[^1]\n\n[^1]: note").document
    assert [(document.links[index].text, document.links[index].url) for index in links_out(document.links)] == [
        ("a", "http://x"),
        ("b", "http://x"),
        ("a", "http://y"),
    ]
