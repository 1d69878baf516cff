"""Saving and restoring the session: query, cursor, open article, and the last screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from sqlite3 import Connection
from typing import Any, NamedTuple

from textual.widget import Widget

from tuireader.config import Config
from tuireader.model.query import Query
from tuireader.startup_frame import Screens
from tuireader.store import feeds, folders
from tuireader.store.queries import article_lists
from tuireader.tui import keys
from tuireader.tui.article import view as article_view
from tuireader.tui.lists.headline_list import HeadlineList
from tuireader.tui.main import query_controller, screen
from tuireader.tui.main.headlines_pane import CursorPlace
from tuireader.tui.main.navigation import Navigation
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.reading_pane import POSITION_DEBOUNCE
from tuireader.tui.support.textual_internals import OpenApp
from tuireader.tui.support.typeahead import POLL_INTERVAL
from tuireader.tui.support.viewport import Omitted
from tuireader.tui.support.workers import Debounce, Setting, UiState

SESSION_SETTING = "whereabouts"
"""The name of the setting that holds the session."""
_IDS = ("feeds", "not_feeds", "folders", "not_folders")
_NAMES = ("categories", "not_categories", "authors", "not_authors", "tags", "not_tags")
"""The fields of a query that hold names; the others hold ids."""


class SessionState(NamedTuple):
    """The state of a session: query, cursor, and open article."""

    query: Query = Query()
    place: CursorPlace | None = None
    """None: at the top, where new articles appear."""
    opened: int | None = None
    """The visible article, focused or not."""
    in_article: bool = False
    turned: tuple[str, ...] = ()
    """The ids of the lists in the sidebar with another order than usual."""
    first: int | None = None
    """The article under the cursor if the cursor is on the first row."""


class Resume:
    """Saves the session and restores it."""

    def __init__(self, panes: PanesScreen, connection: Connection, state: UiState, journey: Navigation) -> None:
        """`connection` is for reads on the loop."""
        self._panes = panes
        self._connection = connection
        self._state = state
        self._journey = journey
        self.is_led = False
        """Whether the session has been restored, or there was none to restore."""
        self._awaited = False
        """Whether the open article of the session is still loading."""
        self._there = SessionState()
        """The restored session."""
        self._stillness = Debounce(panes, POSITION_DEBOUNCE, self.keep)

    def keep_soon(self) -> None:
        self._stillness.restart()

    def keep(self) -> None:
        """Save the session; does nothing while the last one is still being restored."""
        panes, opened = self._panes, self._panes.reading.opened
        if not self.is_led or (self._awaited and opened is None and panes.reading.is_opening):
            return
        in_article = panes.pane == "article" and opened is not None
        is_seen = opened is not None and (in_article or panes.is_article_beside)
        here = SessionState(
            query=replace(panes.headlines_pane.wanted, keep=frozenset(), apart=False, without_quiet=False),
            place=panes.headlines_pane.place if panes.headlines.cursor else None,
            opened=opened[0].id if opened is not None and is_seen else None,
            in_article=in_article,
            turned=tuple(each.id or "" for each in panes.sidebar.lists if each.is_turned),
            first=panes.headlines.current.id if panes.headlines.current and not panes.headlines.cursor else None,
        )
        self._state.put(SESSION_SETTING, to_text(here))

    @property
    def kept(self) -> SessionState:
        return from_text(self._state.get(SESSION_SETTING, ""))

    def lead(self, there: SessionState) -> None:
        """Restore a session, on the event loop: a thread would only compete with the start.

        Raises StoreError if the list cannot be read; then the start screen stays.
        """
        panes = self._panes
        self.is_led = True
        for side_list in panes.sidebar.lists:
            if side_list.id in there.turned:
                side_list.toggle_order()
        there = self._there = still_there(self._connection, there)
        panes.headlines_pane.show_at_once(there.query, there.place)
        if there.opened is not None and (there.in_article or panes.panes_beside == 3):
            self._awaited = True
            self._journey.resume(there.opened, into=there.in_article)

    def stand_where_seen(self) -> None:
        """Put the cursor on the article where the startup frame shows it, even if newer ones are above it.

        Called when a key acts while the frame is still shown. Raises StoreError.
        """
        first, panes = self._there.first, self._panes
        if first is None or panes.headlines.cursor or panes.headlines.current is None:
            return
        if panes.headlines.current.id != first and article_lists.headlines(self._connection, [first]):
            panes.headlines_pane.show_at_once(self._there.query, CursorPlace(first, 0))


def still_there(c: Connection, there: SessionState) -> SessionState:
    """The state without articles and feeds that were removed."""
    query = _with_what_is_left(c, there.query)
    known = [id_ for id_ in (there.opened, there.place.article_id if there.place else None) if id_ is not None]
    found = {headline.id for headline in article_lists.headlines(c, known)}
    return there._replace(
        query=replace(query, keep=frozenset(found)) if query.unread or query.starred or query.text else query,
        place=there.place if there.place is not None and there.place.article_id in found else None,
        opened=there.opened if there.opened in found else None,
        in_article=there.in_article and there.opened in found,
    )


def _with_what_is_left(c: Connection, query: Query) -> Query:
    """A query without feeds and folders that were removed."""
    if query.feeds or query.not_feeds:
        left = {id_ for id_, _, _ in feeds.addresses(c)}
        query = replace(query, feeds=_among(query.feeds, left), not_feeds=_among(query.not_feeds, left))
    if query.folders or query.not_folders:
        left = {0, *(folder.id for folder in folders.every(c))}
        query = replace(query, folders=_among(query.folders, left), not_folders=_among(query.not_folders, left))
    return query


def _among(ids: tuple[int, ...], left: Collection[int]) -> tuple[int, ...]:
    return tuple(id_ for id_ in ids if id_ in left)


def to_text(here: SessionState) -> str:
    """Serialise the state as JSON without defaults."""
    query, place = here.query, here.place
    said = {
        **{name: getattr(query, name) for name in (*_IDS, *_NAMES)},
        "text": query.text,
        "unread": query.unread,
        "starred": query.starred,
        "order": query.order if query.order != Query().order else "",
        "place": place and [place.article_id, place.line],
        "opened": here.opened,
        "in_article": here.in_article,
        "turned": here.turned,
        "first": here.first,
    }
    import json  # not needed at a first start

    kept = {name: value for name, value in said.items() if value}
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def from_text(text: str) -> SessionState:
    """Parse the state, ignoring unknown parts."""
    if not text:
        return SessionState()
    import json

    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return SessionState()
    if not isinstance(said, dict):
        return SessionState()
    place = _of(int, said.get("place"))
    opened, first = said.get("opened"), said.get("first")
    lists: dict[str, Any] = {name: _of(int, said.get(name)) for name in _IDS}
    lists |= {name: _of(str, said.get(name)) for name in _NAMES}
    return SessionState(
        query=Query(
            **lists,
            text=typed if isinstance(typed := said.get("text"), str) else "",
            unread=said.get("unread") is True,
            starred=said.get("starred") is True,
            order=next((each for each in query_controller.ORDERS if each == said.get("order")), Query().order),
        ),
        place=CursorPlace(*place) if len(place) == 2 else None,
        opened=opened if type(opened) is int else None,
        in_article=said.get("in_article") is True,
        turned=_of(str, said.get("turned")),
        first=first if type(first) is int else None,
    )


def _of(kind: type[Any], value: object) -> tuple[Any, ...]:
    """A list with elements of one type; empty if the value is anything else."""
    return tuple(value) if isinstance(value, list) and all(type(each) is kind for each in value) else ()


FRAME_DRAW_TIMEOUT = 0.25
"""Seconds that quitting may take longer to draw the startup frame."""


async def draw_startup_frame(
    app: OpenApp, reader: screen.ReaderScreen, leave_out: Callable[[Omitted], None]
) -> Screens | None:
    """Draw the startup frame of the next start; None if it would not show the same, or takes too long.

    `leave_out` is called with the parts of the screen to omit.
    """
    if not _is_led_back_to(reader):
        return None
    app.shows_frames = False
    try:
        async with asyncio.timeout(FRAME_DRAW_TIMEOUT):
            await _lead_back(app, reader)
            leave_out(Omitted.AGES)
            whole = ""
            while not (whole and _is_led_back(app, reader)):  # what was marked last changes what is counted
                while not _is_led_back(app, reader):
                    await asyncio.sleep(POLL_INTERVAL)
                    await _lead_back(app, reader)  # a key before that of quitting may act only now
                whole = await _drawn(app, reader)
            leave_out(Omitted.AGES | Omitted.COUNTS)
            return Screens(whole, await _drawn(app, reader))
    except TimeoutError:
        return None


def _is_led_back_to(reader: screen.ReaderScreen) -> bool:
    """Whether the next start restores what is shown now, or nearly so."""
    if reader.is_finding or reader.config.linear or not reader.resume.is_led or reader.reading.is_of_the_past:
        return False
    is_as_at_first = reader.wanted == Query() and not reader.headlines.cursor and reader.reading.opened is None
    return reader.config.resume or is_as_at_first


async def _lead_back(app: OpenApp, reader: screen.ReaderScreen) -> None:
    """Close what the next start does not restore: dialogs, prompts, zen mode, positions in the sidebar."""
    app.clear_notifications()
    while app.screen is not reader:
        await app.pop_screen()
    if reader.bottom.is_asking:
        reader.set_focus(reader.article if reader.pane == "article" else reader.headlines)
        await reader.bottom.end()
    if reader.zen:
        reader.toggle_zen()
    if reader.pane == "sidebar":
        reader.show_pane("headlines")
    reader.sidebar.go_home()
    reader.headlines_pane.stand_as_at_start()
    reader.reading.invite("")  # it comes with what shows articles, which is loaded later


def _is_led_back(app: OpenApp, reader: screen.ReaderScreen) -> bool:
    if app.screen is not reader or reader.zen:
        return False
    has_focus = reader.headlines.has_focus if reader.pane == "headlines" else reader.pane == "article"
    return has_focus and reader.sidebar.focused is None and reader.is_settled and not reader.statuses.is_writing


async def _drawn(app: OpenApp, reader: screen.ReaderScreen) -> str:
    reader.show_hints()
    for widget in reader.query(Widget):
        widget.refresh()
    drawn = asyncio.Event()
    reader.call_after_refresh(drawn.set)
    await drawn.wait()
    return app.whole_frame()


INVITATION = "Press enter to read the article"


def endings(keymap: Mapping[str, str]) -> tuple[str, str, str, str]:
    """Sentences shown after an excerpt, a possible summary, the feed's text and a partial text.

    They name the key that fetches the full text, shows it, or opens the page.
    """
    key, key_of_page = (keys.how_to(command, keymap) for command in ("full-text", "browser"))
    return (
        f"Excerpt · {key}: fetch full text",
        f"{key}: fetch full text",
        f"Feed text · {key}: show full text",
        f"The article may be incomplete · {key_of_page}: open page",
    )


def reorders(config: Config) -> bool | None:
    """Whether right-to-left text is reordered here; None if that depends on the terminal."""
    if config.linear:
        return False  # voices and fingers read from the beginning
    return {"reorder": True, "terminal": False}.get(config.bidi)


def in_force(config: Config, state: UiState, name: str, value: Setting) -> Setting:
    """A setting: from the configuration if given there, else from the last session, else the default."""
    return value if name in config.given else state.get(name, value)


def make_article_view(config: Config, state: UiState, remember: Callable[[str, int], None]) -> article_view.ArticleView:
    """Make the article view, with the column width remembered from the last session."""
    view = article_view.ArticleView(id="article", reorder=reorders(config))
    view.hyphenate = config.hyphenate
    view.is_linear = config.linear
    view.measure = in_force(config, state, "measure", config.measure)
    view.clear(INVITATION)
    view.watch(view, "measure", lambda measure: remember("measure", measure), init=False)
    return view


def toggle_dense(headlines: HeadlineList, remember: Callable[[str, int], None]) -> None:
    """Toggle compact lists; remembered."""
    row, line = headlines.scroll_anchor()
    headlines.dense = not headlines.dense
    headlines.scroll_row_to(row, line)
    remember("dense", headlines.dense)
