from textual.app import ComposeResult

from support.app_factory import screen_text
from support.themed_app import ThemedApp
from tuireader.tui.lists.side_list import Choice, SideList

NAMES = ["Ann", "Bo", "Cy", "Di", "Ed"]


class PaintedFirst(SideList):
    """Is painted at a new size before it hears of it, as it may happen to any list."""

    def on_resize(self) -> None:
        screen_text(self.app)


class Host(ThemedApp):
    def compose(self) -> ComposeResult:
        yield PaintedFirst("AUTHORS")

    def seen(self) -> list[str]:
        text = screen_text(self)
        return [name for name in NAMES if name in text]


async def test_a_list_that_was_painted_before_it_heard_of_its_size_is_painted_again() -> None:
    app = Host()
    async with app.run_test(size=(30, 5)) as pilot:
        names = app.query_one(PaintedFirst)
        names.set_rows([Choice(name, name) for name in NAMES])
        names.scroll_lines(2)
        await pilot.pause()
        assert app.seen() == ["Cy", "Di", "Ed"]
        await pilot.resize_terminal(30, 7)
        await pilot.pause()
        assert app.seen() == NAMES


async def test_a_list_that_was_never_left_stays_at_its_top() -> None:
    app = Host()
    async with app.run_test(size=(30, 4)) as pilot:
        names = app.query_one(PaintedFirst)
        app.set_focus(None)
        await pilot.pause()
        names.set_rows([Choice(name, name) for name in NAMES[2:]])
        names.set_rows([Choice(name, name) for name in NAMES])
        await pilot.pause()
        assert app.seen() == NAMES[:2]
        names.move_to(1)
        names.set_rows([Choice(name, name) for name in ["Al", *NAMES]])
        assert names.pointed == Choice("Bo", "Bo")
