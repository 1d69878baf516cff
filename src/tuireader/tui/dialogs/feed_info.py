"""The feed dialog: facts about a feed, and actions on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar, Literal, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Input, Static

from tuireader.library.archiving.backfill import standing
from tuireader.library.rules import in_megabytes
from tuireader.model.article import Gives, Mode, TextFacts
from tuireader.model.feed import Archive, Feed, FeedSummary, PageList
from tuireader.text.printable import printable
from tuireader.text.sentences import dated
from tuireader.text.wrap import wrap
from tuireader.tui import keys
from tuireader.tui.chrome import CleanInput
from tuireader.tui.dialogs.questions import Dialog
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import FullHeightList, Line
from tuireader.tui.lists.rows import Piece
from tuireader.tui.support.safe_text import ago, copy_address, pad, plain
from tuireader.urls.typed_and_shown import without_credentials

_LABELS = 16
"""Width of the label column in cells."""
_MANY = 5
"""Number of consecutive failures from which a feed has probably moved or ended."""


class FeedAction(NamedTuple):
    """The chosen action on the feed."""

    kind: Literal["rename", "unsubscribe", "site", "selector", "settings"]
    text: str = ""
    """The feed's new name; "" restores the name that the feed gives itself."""


class FeedFacts(NamedTuple):
    """The facts shown about a feed."""

    summary: FeedSummary
    archive: Archive | None
    mode: Mode
    learned: TextFacts
    selectors: tuple[str, str]
    size: int
    """Approximate bytes of its articles."""
    page_list: PageList | None
    """How a page that is not a feed is followed; None for a feed."""


class FeedInfoScreen(Dialog[FeedAction | None]):
    """Shows a feed's details; returns the chosen action, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        keys.binding("leave"),
        keys.binding("feed-info"),
        keys.binding("copy-link"),
        keys.binding("rename"),
        keys.binding("unsubscribe"),
        keys.binding("open-site"),
        keys.binding("selector"),
        keys.binding("feed-settings"),
    ]

    def __init__(self, known: FeedFacts, now: datetime) -> None:
        super().__init__()
        self._feed = known.summary.feed
        self._facts = _FactList(list(_facts(known, now)))

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain(self._feed.name), classes="dialog-title")
            yield self._facts
            yield CleanInput(
                self._feed.name, placeholder=self._feed.title or "Original title", compact=True, id="feed-name"
            )
            yield self.hint_bar()

    def on_mount(self) -> None:
        self.query_one(Input).display = False
        self._facts.focus()

    def on_resize(self) -> None:
        self.leave_room(self._facts, least=2)

    def hints(self) -> list[Row]:
        if self.is_mounted and self.query_one(Input).display:
            return [Row("enter", "save", "keep_name"), *super().hints()]
        return [
            Row(keys.key_on(self, "rename"), "rename", "rename"),
            Row(keys.key_on(self, "unsubscribe"), "unsubscribe", "unsubscribe"),
            Row(keys.key_on(self, "feed-settings"), "settings", "feed_settings"),
            Row(keys.key_on(self, "selector"), "selector", "selector"),
            Row(keys.key_on(self, "open-site"), "open site", "open_site"),
            Row(keys.key_on(self, "copy-link"), "copy address", "copy_link"),
            *super().hints(),
        ]

    def action_feed_info(self) -> None:
        self.dismiss(None)

    def action_leave(self) -> None:
        line = self.query_one(Input)
        if line.display:
            line.display = False
            self.write_hints()
            self._facts.focus()
        else:
            self.dismiss(None)

    def action_rename(self) -> None:
        line = self.query_one(Input)
        line.display = True
        self.write_hints()
        line.focus()

    @on(Input.Submitted)
    def _take_name(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_keep_name()

    def action_keep_name(self) -> None:
        name = self.query_one(Input).value.strip()
        self.dismiss(FeedAction("rename", "" if name == self._feed.title else name))

    def action_unsubscribe(self) -> None:
        self.dismiss(FeedAction("unsubscribe"))

    def action_selector(self) -> None:
        if not self._feed.holds_pages:
            self.dismiss(FeedAction("selector"))

    def action_feed_settings(self) -> None:
        if not self._feed.holds_pages:
            self.dismiss(FeedAction("settings"))

    def action_open_site(self) -> None:
        self.dismiss(FeedAction("site"))

    def action_copy_link(self) -> None:
        copy_address(self, without_credentials(self._feed.url))


_FACT_MAX = 2000
"""Maximum characters of a fact, such as an address."""


class _FactList(FullHeightList):
    def __init__(self, rows: list[Line]) -> None:
        super().__init__(rows, has_cursor=False)

    def row_height(self, row: int) -> int:
        return len(self._lines(row))

    def _lines(self, row: int) -> list[str]:
        text = printable(self.rows[row].aside[:_FACT_MAX])
        room = max(10, (self.size.width or 60) - 3 - _LABELS)
        return [text[start:end] for start, end in wrap(text, room)] or [""]

    def row_lines(self, row: int) -> list[list[Piece]]:
        tone = "alarm" if self.rows[row].is_heading else ""
        label = pad(self.rows[row].text, _LABELS)
        blank = " " * cell_len(label)
        return [
            [("  ", ""), (blank if number else label, "faint"), (line, tone)]
            for number, line in enumerate(self._lines(row))
        ]


_GIVES: Mapping[Gives, str] = {
    "excerpts": "Automatic (excerpts in the feed, full text from the site)",
    "whole": "Automatic (full text in the feed)",
    "closed": "Not available",
    "": "Automatic",
}
_MODES: Mapping[Mode, str] = {
    "always": "Always",
    "never": "Never",
}


def _full_text(known: FeedFacts) -> Iterator[Line]:
    yield Line("Full text", _MODES.get(known.mode) or _GIVES[known.learned.gives])
    take, drop = known.selectors
    if take or drop:
        yield Line("", ", ".join(filter(None, (take and f"include: {take}", drop and f"exclude: {drop}"))))


def _facts(known: FeedFacts, now: datetime) -> Iterator[Line]:
    summary = known.summary
    feed = summary.feed
    if feed.holds_pages:
        yield Line("Contains", "saved pages")
        yield Line("Articles", f"{summary.total} ({summary.unread} unread)")
        return
    if known.page_list is not None:
        what = "watched for changes" if known.page_list.followed == "page" else "list of articles"
        yield Line("Page", f"{without_credentials(feed.url)} ({what})")
    else:
        yield Line("Feed", without_credentials(feed.url))
    if feed.site and known.page_list is None:
        yield Line("Site", without_credentials(feed.site))
    if feed.custom_title and feed.title not in ("", feed.custom_title):
        yield Line("Original title", feed.title)
    yield Line("Articles", f"{summary.total} ({summary.unread} unread) · {in_megabytes(known.size)}")
    yield from _state(feed, now)
    if feed.due is not None and not feed.gone:
        yield Line("Next refresh", "now" if feed.due <= now else f"{_moment(feed.due)}{_why_rarely(feed)}")
    yield from _full_text(known)
    if known.page_list is None:
        said = standing(known.archive)
        yield Line("Older articles", said[:1].upper() + said[1:])


def _why_rarely(feed: Feed) -> str:
    if feed.failures:
        return " (retry after a failure)"
    return "" if feed.validators or feed.is_of_account else " (once a day: the site sends no ETag or Last-Modified)"


def _state(feed: Feed, now: datetime) -> Iterator[Line]:
    if feed.gone:
        yield Line("Status", "Feed no longer exists (HTTP 410 Gone)", is_heading=True)
    elif feed.is_of_account and not feed.error:
        yield Line(
            "Status",
            "OK · synced with an account" + (f", {ago(feed.checked, now)}" if feed.checked else ""),
        )
    elif feed.error:
        tried = f" Last tried {ago(feed.tried, now)}." if feed.tried else ""
        yield Line("Status", f"{feed.error.rstrip('.')}.{tried}", is_heading=True)
        if feed.answered and not feed.is_of_account:
            yield Line("", f"Last success: {ago(feed.answered, now)}")
        if feed.failures > 1:
            hint = " The feed may have moved." if feed.failures >= _MANY else ""
            yield Line("", f"Failed {feed.failures} times in a row.{hint}")
    elif feed.checked:
        yield Line("Status", f"OK · refreshed {ago(feed.checked, now)}")


def _moment(moment: datetime) -> str:
    there = moment.astimezone()
    return f"{dated(there)}, {there:%H:%M}"
