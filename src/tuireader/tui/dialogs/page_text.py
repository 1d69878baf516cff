"""A dialog for the CSS selectors of a feed's full texts, tried on its newest article while typing."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.widgets import Input, Static

from tuireader.errors import TuireaderError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.reading.selectors import Tried, fetch_newest, mistake, try_on
from tuireader.model.feed import Feed
from tuireader.model.fetched import Page
from tuireader.text.sentences import counted
from tuireader.tui.chrome import CleanInput
from tuireader.tui.dialogs.questions import Dialog
from tuireader.tui.keys import Row
from tuireader.tui.support.safe_text import block, plain
from tuireader.tui.support.workers import Web

_MODULE = "tuireader.library.reading.selectors"


class TextSelectors(NamedTuple):
    """CSS selectors: of the text to take from a page ("" for automatic extraction), and of what to drop from it."""

    take: str
    drop: str


class PageTextScreen(Dialog[TextSelectors | None]):
    """Edits the CSS selectors of a feed; returns the new ones, or None without a change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("tab,down", "app.focus_next", show=False),
        Binding("shift+tab,up", "app.focus_previous", show=False),
        Binding("pageup", "scroll_preview(-1)", show=False),
        Binding("pagedown", "scroll_preview(1)", show=False),
    ]

    def __init__(self, feed: Feed, cache: Cache, web: Web, chosen: TextSelectors) -> None:
        """`chosen` are the initial selectors."""
        super().__init__()
        self._feed = feed
        self._cache = cache
        self._web = web
        self._chosen = chosen
        self._page: Page | None = None
        self._unread = ("Fetching the newest article…", False)
        """Why there is no page yet, and whether it failed."""
        self._title = ""

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain(f"Full-text selectors: {self._feed.name}"), classes="dialog-title")
            yield Static(plain("Include (CSS selector; empty: automatic)"), classes="line-label")
            yield CleanInput(self._chosen.take, placeholder=".post-content, article > p", compact=True, id="take")
            yield Static(plain("Exclude (CSS selector)"), classes="line-label")
            yield CleanInput(self._chosen.drop, placeholder=".related, aside", compact=True, id="drop")
            yield Static(plain(""), id="tried")
            with VerticalScroll(id="preview", can_focus=False):
                yield Static(plain(""), id="text")
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        return [
            Row("enter", "save", "keep"),
            Row("tab", "next field", "app.focus_next"),
            Row("esc", "cancel", "leave", is_pinned=True),
        ]

    def on_mount(self) -> None:
        self.query_one("#take", Input).focus()
        self._fetch()

    def action_scroll_preview(self, by: int) -> None:
        preview = self.query_one("#preview")
        preview.scroll_relative(y=by * max(1, preview.size.height - 1), animate=False)

    @property
    def _typed(self) -> TextSelectors:
        return TextSelectors(*(self.query_one(f"#{name}", Input).value.strip() for name in ("take", "drop")))

    @work(exclusive=True, group="page")
    async def _fetch(self) -> None:
        self._show_preview()
        try:
            async with self._web.queue(_MODULE) as queue:
                article, self._page = await fetch_newest(self._cache, queue, self._feed.id)
        except TuireaderError as error:
            self._unread = (f"{error}. No preview, but you can still save.", True)
        else:
            self._title = article.title
        self._show_preview()

    @on(Input.Changed)
    def _changed(self) -> None:
        self._show_preview()

    @work(exclusive=True, group="tried")
    async def _show_preview(self) -> None:
        typed = self._typed
        if said := mistake(typed.take) or mistake(typed.drop):
            self._say(said, alarm=True)
        elif self._page is None:
            self._say(self._unread[0], alarm=self._unread[1])
        else:
            try:
                tried = await try_on(self._cache, self._page, *typed)
            except TuireaderError as error:
                self._say(f"{error}.", alarm=True)
                return
            is_missed = bool(typed.take) and tried.is_guessed
            self._say(_said(tried, self._title, is_missed=is_missed), alarm=is_missed)
            self.query_one("#text", Static).update(block(tried.text))

    def _say(self, sentence: str, *, alarm: bool = False) -> None:
        said = self.query_one("#tried", Static)
        said.update(plain(sentence))
        said.set_class(alarm, "-alarm")

    @on(Input.Submitted)
    def _keep(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        typed = self._typed
        if not (mistake(typed.take) or mistake(typed.drop)):
            self.dismiss(typed if typed != self._chosen else None)

    def action_leave(self) -> None:
        self.dismiss(None)


def _said(tried: Tried, title: str, *, is_missed: bool) -> str:
    found = f"{counted(tried.words, 'word')} · “{title}”"
    if is_missed:
        return f"No match on this page. Automatic: {found}"
    return f"{found[0].upper()}{found[1:]}:"
