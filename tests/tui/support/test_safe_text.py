import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Static

from support.app_factory import screen_text
from tuireader.tui.support.safe_text import block, joined, plain, toast

MARKUP = [
    "[red]x[/]",
    "[/]",
    "[/a/b]",
    "[@click=app.quit]x[/]",
    "[link=http://x]y[/link]",
    "[",
    "]",
    "[bold",
    "$text [b",
]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_is_shown_literally(text: str) -> None:
    assert plain(text).plain == text
    assert plain(text, "bold").plain == text
    assert block(text).plain == text
    assert joined(text, (text, "dim"), plain(text)).plain == text * 3


def test_what_a_terminal_could_obey_goes() -> None:
    assert plain("a\x1b]0;x\x07b\x9b31mc\u202ed\ne").plain == "a]0;xb31mcd e"
    assert block("a\x1b[2Jb\nc").plain == "a[2Jb\nc"


def test_styles_hold_for_their_own_piece() -> None:
    content = joined("by ", ("Zoë", "bold"), plain("!", "red"))
    assert content.plain == "by Zoë!"
    assert [(span.start, span.end, span.style) for span in content.spans] == [(3, 6, "bold"), (6, 7, "red")]


class Host(App[None]):
    def compose(self) -> ComposeResult:
        for text in MARKUP:
            yield Static(plain(text))


async def test_widgets_and_toasts_show_it_and_run_nothing() -> None:
    app = Host()
    async with app.run_test(size=(60, 80), notifications=True) as pilot:
        for text in MARKUP:
            toast(app.screen, text, title=text)
        await pilot.pause()
        shown = [widget.visual for widget in app.query(Static)]
        assert [visual.plain for visual in shown if isinstance(visual, Content)][: len(MARKUP)] == MARKUP
        lines = [line.strip(" ▌") for line in screen_text(app).splitlines()]
        assert [lines.count(text) for text in MARKUP] == [3] * len(MARKUP)  # a widget's, a title, a message
        await pilot.click(Static)
        assert app.is_running
