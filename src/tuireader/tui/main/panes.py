"""The panes: which are visible at which width, and how the focus moves between them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import ClassVar, Literal

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from tuireader.tui import keys
from tuireader.tui.article import view
from tuireader.tui.chrome import BottomBar, HintBar, Seam, SideBySide, TitleBar
from tuireader.tui.commands import BY_ID, Place
from tuireader.tui.lists.headline_list import HeadlineList
from tuireader.tui.lists.side_list import SideList
from tuireader.tui.main.headlines_pane import HeadlinesPane
from tuireader.tui.main.reading_pane import ReadingPane
from tuireader.tui.main.sidebar import Sidebar
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.textual_internals import SteadyScreen
from tuireader.tui.support.viewport import is_linear

Pane = Literal["sidebar", "headlines", "article"]

Handler = Callable[[], Awaitable[None] | None]
"""Runs a command."""

TWO_PANES, ARTICLE_BESIDE, THREE_PANES = 72, 110, 150
"""Minimum widths in cells for two panes, for an article beside the list, and for three panes."""
_LAYOUT_FRAMES_MAX = 5
"""Frames to wait for the layout of panes that were just shown."""
LOW = 16
"""Height in lines below which the seams are hidden."""

_PLACES: Mapping[Pane, Place] = {"sidebar": "sidebar", "headlines": "list", "article": "article"}
"""The kind of each pane, for the hint line."""


TYPING = (keys.Row("enter", "done"), keys.Row("esc", "cancel"))
"""The hints while a text to find is typed."""


class PanesScreen(SteadyScreen[None]):
    """Lays out the panes and moves the focus between them; knows nothing of their content."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("panes")
    AUTO_FOCUS = ""
    BLANK = True

    def __init__(
        self, sidebar: Sidebar, headlines: HeadlinesPane, reading: ReadingPane, keymap: Mapping[str, str]
    ) -> None:
        super().__init__()
        self.sidebar = sidebar
        self.headlines_pane = headlines
        self.reading = reading
        self.title_bar = TitleBar(id="title")
        self.bottom = BottomBar(id="bottom")
        self.seams = (Seam("┬", id="seam-above"), Seam("┴", id="seam-below"))
        self.pane: Pane = "headlines"
        """The pane with the focus."""
        self.zen = False
        """Whether the article is shown alone."""
        self.is_finding = self.is_typing = False
        """Whether the user is searching within the article."""
        self._is_slid = False
        """Whether, of two panes, the right ones are shown: list and article."""
        self.keymap = keymap
        self._last_list: SideList | None = None
        self.handlers: dict[str, Handler] = {
            "next-pane": partial(self.step_pane, 1),
            "previous-pane": partial(self.step_pane, -1),
            "left": self.left,
            "right": self.right,
            "back": self.back,
            "close": self.close,
        }
        """The handler of each command by its id; subclasses add theirs."""

    def compose(self) -> ComposeResult:
        yield self.title_bar
        yield self.seams[0]
        with SideBySide(id="panes"):
            yield self.sidebar
            yield self.headlines_pane
            yield self.reading
        yield self.seams[1]
        yield self.bottom

    @property
    def headlines(self) -> HeadlineList:
        return self.headlines_pane.headlines

    @property
    def article(self) -> view.ArticleView:
        return self.reading.view

    # Layout.

    @property
    def panes_beside(self) -> int:
        width = self.size.width
        if is_linear(self):
            return 1
        return 3 if width >= THREE_PANES else 2 if width >= TWO_PANES else 1

    def arrange_panes(self) -> None:
        """Show the panes that fit the width, around the focused one."""
        beside, at, alone = self.panes_beside, self.pane, self.zen
        is_wide = self.size.width >= ARTICLE_BESIDE
        self._is_slid = beside == 2 and (at == "article" or (at == "headlines" and self._is_slid and is_wide))
        slid = self._is_slid
        self.sidebar.display = not alone and (at == "sidebar" if beside == 1 else not slid)
        self.headlines_pane.display = not alone and (at == "headlines" if beside == 1 else not slid or is_wide)
        self.reading.display = alone or at == "article" or beside == 3 or slid
        self.title_bar.display = not alone
        self.bottom.display = not alone or self.bottom.is_asking
        for seam in self.seams:
            seam.display = not alone and self.size.height >= LOW and not is_linear(self)
        shapes = {"-one": beside == 1, "-two": beside == 2, "-three": beside == 3}
        self.bottom.set_class(beside == 1, "-one")
        self.sidebar.update_classes(shapes)
        self.headlines_pane.update_classes({**shapes, "-slid": slid and is_wide})
        self.reading.update_classes({**shapes, "-zen": alone})
        self.lay_out_next(self.sidebar, self.headlines_pane, self.reading)
        self.call_after_refresh(self._follow_panes)

    def _follow_panes(self, tries: int = _LAYOUT_FRAMES_MAX) -> None:
        """Run layout-dependent work once the visible panes have a position and size.

        In a terminal of almost no width they never do.
        """
        panes = (self.sidebar, self.headlines_pane, self.reading)
        if tries and any(pane.display and not pane.region.width for pane in panes):
            self.call_after_refresh(self._follow_panes, tries - 1)
            return
        self.sidebar.share()
        shown = [pane for pane in (self.headlines_pane, self.reading) if pane.display]
        joints = (
            *(pane.region.x for pane in shown if pane.styles.border_left[0]),
            *(pane.region.right - 1 for pane in shown if pane.styles.border_right[0]),
        )
        for seam in self.seams:
            seam.joints = joints
        self._light()

    def _light(self) -> None:
        """Draw the rule above the focused pane in the accent colour."""
        panes: dict[Pane, Widget] = {
            "sidebar": self.sidebar, "headlines": self.headlines_pane, "article": self.reading
        }  # fmt: skip
        region = panes[self.pane].region
        start = region.x + bool(panes[self.pane].styles.border_left[0])
        self.seams[0].lit = (start, region.right) if region.width else (0, 0)

    @on(events.Resize)
    def _rearrange(self) -> None:
        self.arrange_panes()
        self._focus_what_is_seen()

    def _focus_what_is_seen(self) -> None:
        if self.focused is None or not self.focused.focusable:
            self._target(self.pane).focus()

    def show_pane(self, pane: Pane) -> None:
        if pane != "article" and self.zen:
            self.zen = self.article.names_itself = False
        self._be_in(pane)
        self.arrange_panes()
        target = self._target(pane)
        if not target.has_focus:
            self.set_focus(target)
        self.show_hints()

    def _target(self, pane: Pane) -> Widget:
        if pane == "article":
            return self.article
        if pane == "headlines":
            return self.headlines
        return self._last_list or self.sidebar.feed_tree

    @on(events.DescendantFocus)
    def _notice_focus(self, event: events.DescendantFocus) -> None:
        """Follow focus changes from any source."""
        pane: Pane | None = None
        if isinstance(event.widget, SideList):
            pane, self._last_list = "sidebar", event.widget
            self.sidebar.share()
        elif event.widget is self.headlines:
            pane = "headlines"
        elif self.reading in event.widget.ancestors:
            pane = "article"
        if pane is not None and pane != self.pane:
            self._be_in(pane)
            self.arrange_panes()
        self.show_hints()

    def _be_in(self, pane: Pane) -> None:
        if pane != self.pane:
            self.pane = pane
            self.entered()

    def entered(self) -> None:
        """Called when another pane gets the focus; for subclasses."""

    def show_hints(self) -> None:
        self.write_keys()
        self._light()

    def write_keys(self) -> None:
        is_typing = self.is_typing and self.pane == "article"
        self.bottom.hints.hints = TYPING if is_typing else tuple(keys.hints(self._place, self.keymap))

    @property
    def _place(self) -> Place:
        """The kind of place that the hint line describes."""
        counts = self.sidebar.counts
        if counts is not None and not counts.feeds:
            return "nothing"
        if self.pane == "headlines" and self.headlines.selected:
            return "selected"
        return "finding" if self.is_finding and self.pane == "article" else _PLACES[self.pane]

    # Commands.

    async def action_command(self, id_: str) -> None:
        done = self.handlers[id_]()
        if done is not None:
            await done

    async def action_in_article(self, id_: str) -> None:
        if self.reading.has_article:
            self.show_pane("article")
            await self.app.run_action(BY_ID[id_].action, self.article)
        else:
            toast(self, "No article open")

    @on(HintBar.Clicked)
    async def _do_hint(self, event: HintBar.Clicked) -> None:
        await self._do_command(event.command)

    async def on_article_view_hint_clicked(self, event: view.ArticleView.HintClicked) -> None:
        await self._do_command(event.command)

    async def _do_command(self, id_: str) -> None:
        command = BY_ID[id_]
        if command.context == "panes":
            await self.action_command(command.id)
        else:
            where = self.app if command.context == "app" else self.focused or self
            await self.app.run_action(command.action, where)

    def step_pane(self, by: int) -> None:
        """Focus the next pane, or the previous one (-1), wrapping around."""
        if self.zen:
            return
        stops: list[Widget] = [*self.sidebar.shown]
        stops.append(self.headlines)
        if self.reading.has_article:
            stops.append(self.article)
        here = stops.index(self.focused) if self.focused in stops else 0
        target = stops[(here + by) % len(stops)]
        if isinstance(target, SideList):
            self._last_list = target
            self.show_pane("sidebar")
        else:
            self.show_pane("headlines" if target is self.headlines else "article")

    @property
    def is_article_beside(self) -> bool:
        """Whether the article is shown beside the list."""
        return self.reading.display and self.headlines_pane.display

    def left(self) -> None:
        """Move to the pane at the left; what is shown stays."""
        if self.zen or self.pane != "sidebar":
            self.leave_pane()

    def right(self) -> None:
        """Move to the pane at the right; what is shown stays, but without an article the current one is opened."""
        if self.pane == "sidebar":
            self.show_pane("headlines")
        elif self.pane == "headlines":
            self.headlines.action_open()

    def back(self) -> None:
        """Leave zen mode, the article, or the headlines."""
        self.leave_pane()

    def leave_pane(self) -> None:
        if self.zen:
            self.set_zen(on=False)
        elif self.pane == "article":
            self.show_pane("headlines")
        elif self.pane == "headlines":
            self.show_pane("sidebar")

    async def close(self) -> None:
        """Go back; in the first pane, quit."""
        if self.pane == "sidebar" and not self.zen:
            await self.app.action_quit()
        else:
            self.back()

    def toggle_zen(self) -> None:
        if self.zen or self.reading.has_article:
            self.set_zen(on=not self.zen)

    def set_zen(self, *, on: bool) -> None:
        self.zen = on
        self.article.names_itself = on
        self.show_pane("article")
