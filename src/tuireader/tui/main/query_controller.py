"""Controllers of the query (which articles are shown), of the search prompt, and of saved searches."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from sqlite3 import Connection
from typing import Any, cast, get_args

from textual.suggester import Suggester
from textual.widget import Widget

from tuireader.errors import StoreError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.reading import user_edits
from tuireader.model.query import Order, Query, SavedSearch
from tuireader.store import feeds, folders, labels
from tuireader.store.labels import Kind
from tuireader.store.queries.query_language import FIELDS, completed, understand
from tuireader.text.printable import printable
from tuireader.tui import chrome
from tuireader.tui.dialogs import questions
from tuireader.tui.lists.side_list import NameList, SideList
from tuireader.tui.main.headlines_pane import CursorPlace
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.sidebar import SidebarCounts
from tuireader.tui.main.statuses import StatusController, UndoStep
from tuireader.tui.main.title_and_hints import Captions
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.workers import ASKING, start


class QueryController:
    """Changes the query of all panes at once."""

    def __init__(self, panes: PanesScreen, captions: Captions) -> None:
        self._panes = panes
        self._captions = captions
        self._folder_of: dict[int, int | None] = {}
        """The folder of each feed when it was counted last."""

    @property
    def wanted(self) -> Query:
        return self._panes.headlines_pane.wanted

    def want(self, query: Query, at: CursorPlace | None = None) -> None:
        """Show another query, from the top or with the cursor at a place."""
        if query != self.wanted:
            self._panes.headlines_pane.want(query, at)
            self.update_panes()

    async def show(self, query: Query) -> None:
        """Show another query, and return when its list is displayed."""
        shown = self._panes.headlines_pane.show(query)
        self.update_panes()
        await shown

    def update_panes(self) -> None:
        """Update all panes to the current query."""
        panes, counts = self._panes, self._panes.sidebar.counts
        panes.sidebar.choose(self.wanted)
        panes.headlines.with_feed = len(self.wanted.feeds) != 1 and counts is not None and len(counts.feeds) > 1
        self._captions.write_title()
        self._captions.write_pointed()

    def counted(self) -> None:
        """Show new counts; a feed that another program removed is no longer chosen, nor a folder that is gone."""
        counts, chosen = self._panes.sidebar.counts, self.wanted.feeds
        if counts is not None and counts.query.folders == self.wanted.folders:
            self.want(self._with_folders_that_exist(counts), self._panes.headlines_pane.place)
            self._folder_of = {each.feed.id: each.feed.folder_id for each in counts.feeds}
        if counts is not None and counts.query.feeds == chosen:
            left = tuple(id_ for id_ in chosen if counts.feed(id_) is not None)
            if left != chosen:
                toast(self._panes, "This feed was removed")
                self.want(replace(self.wanted, feeds=left))
        self.update_panes()
        self._panes.write_keys()
        self._captions.write_empty()

    def _with_folders_that_exist(self, counts: SidebarCounts) -> Query:
        """The query without folders that are gone; if their feeds are in one other folder now, with that instead."""
        wanted = self.wanted
        gone = {id_ for id_ in (*wanted.folders, *wanted.not_folders) if id_ and id_ not in counts.folders}
        if not gone:
            return wanted
        moved = {id_ for id_, folder in self._folder_of.items() if folder in gone}
        there = {each.feed.folder_id for each in counts.feeds if each.feed.id in moved}

        def now(ids: tuple[int, ...]) -> tuple[int, ...]:
            new = tuple(id_ for id_ in there if id_) if len(there) == 1 and gone.intersection(ids) else ()
            return tuple(dict.fromkeys((*(id_ for id_ in ids if id_ not in gone), *new)))

        return replace(wanted, folders=now(wanted.folders), not_folders=now(wanted.not_folders))

    def choose(self, event: SideList.Chosen) -> None:
        """Choose a row of the sidebar, and go to the headlines if they are hidden."""
        self.want(self._panes.sidebar.query_after(self.wanted, event))
        if self._panes.panes_beside == 1:
            self._panes.show_pane("headlines")

    def leave(self, feed_id: int | None) -> None:
        """Neither choose nor exclude a feed any more."""

        def without(ids: tuple[int, ...]) -> tuple[int, ...]:
            return tuple(id_ for id_ in ids if id_ != feed_id)

        wanted, place = self.wanted, self._panes.headlines_pane.place
        self.want(replace(wanted, feeds=without(wanted.feeds), not_feeds=without(wanted.not_feeds)), place)

    def sort(self) -> None:
        """Change the order of the headlines; in a list of names, between count and name."""
        if (side_list := self._panes.sidebar.focused) is not None:
            side_list.toggle_order()
        else:
            self.want(in_next_order(self.wanted))
            if self._panes.pane == "article":  # which may hide the list
                toast(self._panes, f"List sorted: {self.wanted.order} first")

    def clear(self, order: Order) -> None:
        """Reset filters and search, and set the order."""
        for side_list in self._panes.sidebar.lists:
            self._panes.sidebar.clear_filter(side_list)
        self.want(Query(order=order), self._panes.headlines_pane.place)


ORDERS: tuple[Order, ...] = get_args(Order)


def with_text(query: Query, text: str) -> Query:
    """Set the search text and order by best match; without text, restore the usual order."""
    order = query.order
    if text.strip() and not query.text.strip():
        order = "best"
    elif not text.strip() and order == "best":
        order = "newest"
    return replace(query, text=text, order=order)


def in_next_order(query: Query) -> Query:
    """Change to the next order; "best" only with a search text."""
    orders = [order for order in ORDERS if order != "best" or query.text.strip()]
    return replace(query, order=orders[(orders.index(query.order) + 1) % len(orders)])


def with_only(query: Query, field: str, *keys: Hashable) -> Query:
    """Filter a field by exactly these values; its other exclusions stay."""
    excluded = tuple(each for each in getattr(query, f"not_{field}") if each not in keys)
    return _with(query, field, keys, excluded)


def with_also(query: Query, field: str, key: Hashable, *, excluded: bool) -> Query:
    """Toggle a value of a field, as a filter beside others or as an exclusion."""
    chosen, left_out = getattr(query, field), getattr(query, f"not_{field}")
    others = tuple(each for each in chosen if each != key), tuple(each for each in left_out if each != key)
    if excluded:
        return _with(query, field, others[0], others[1] if key in left_out else (*left_out, key))
    return _with(query, field, others[0] if key in chosen else (*chosen, key), others[1])


def _with(query: Query, field: str, chosen: tuple[Hashable, ...], excluded: tuple[Hashable, ...]) -> Query:
    changed: dict[str, Any] = {field: chosen, f"not_{field}": excluded}
    return replace(query, **changed)


SEARCH, FILTER, NAME = "search", "filter", "name"
"""Purposes of the prompt."""


class PromptController:
    """Asks for a search or a filter, and applies it while it is typed."""

    def __init__(self, panes: PanesScreen, cache: Cache, want: Callable[[Query, CursorPlace | None], None]) -> None:
        """`want` is called with a new query and the place of the cursor in its list."""
        self._cache = cache
        self._panes = panes
        self._want = want
        self._filtered: NameList | None = None
        """The list of names being filtered."""
        self._before: tuple[Query, CursorPlace | None] = (Query(), None)
        """The query and cursor before the search."""
        self._order: Order = "newest"
        """The order before the search, which sorts by best match."""
        self._name = ""
        """The name being typed."""
        self._named: Callable[[str], None] = lambda _name: None
        self._mistake: Callable[[str], str] = lambda _name: ""
        self._before_name: Widget | None = None
        """The focused widget before the name prompt."""

    async def ask(self) -> None:
        """Ask for a search; in a list of names, for a filter."""
        panes = self._panes
        if (side_list := panes.sidebar.focused) is not None:
            self._filtered = side_list
            await panes.bottom.ask(FILTER, side_list.filter, "Part of a name", mark=f"Filter {side_list.a_row}:")
            return
        if panes.pane == "article" and not panes.is_article_beside:
            panes.show_pane("headlines")
        panes.headlines_pane.load_contexts()
        text = panes.headlines_pane.wanted.text
        self._before = panes.headlines_pane.wanted, panes.headlines_pane.place
        if not text.strip():
            self._order = panes.headlines_pane.wanted.order

        suggester = FieldSuggester(self._cache)
        hint = 'Words, "a phrase", -exclude, author:'
        await panes.bottom.ask(SEARCH, text, hint, suggester, mark="Search articles:")

    async def ask_name(
        self, text: str, done: Callable[[str], None], mistake: Callable[[str], str], *, mark: str, is_kept: bool = False
    ) -> None:
        """Ask for a name or a query; `done` is called with it unless the prompt is cancelled.

        While `mistake` returns a sentence, that is shown, and the prompt stays. What is typed replaces the text, unless
        that is kept (`is_kept`).
        """
        self._name, self._named, self._mistake = text, done, mistake
        self._before_name = self._panes.focused
        await self._panes.bottom.ask(NAME, text, "", mark=mark, is_kept=is_kept)

    def changed(self, event: chrome.Prompt.Changed) -> None:
        """Filter or search by the text typed so far."""
        if event.purpose == FILTER and self._filtered is not None:
            self._filtered.set_filter(event.text)  # the list keeps its height meanwhile
            is_found = self._filtered.matches or not event.text.strip()
            self._panes.bottom.name_enter("done" if is_found else "search articles")
        elif event.purpose == NAME:
            self._name = event.text
        elif event.purpose == SEARCH:
            self._search(event.text)  # the next letter stops what is then no longer wanted

    def show(self, text: str) -> None:
        """Show the articles that match another text."""
        self._want(with_text(self._panes.headlines_pane.wanted, f"{text} "), None)

    def _search(self, text: str) -> None:
        """Show the search results, best first; without text, the former list."""
        before, place = self._before
        if text.strip():
            self._want(with_text(self._panes.headlines_pane.wanted, text), None)
        else:
            self._want(with_text(before, text), place)

    async def closed(self, event: chrome.Prompt.Closed) -> None:
        """Keep or discard the typed text, and restore the focus."""
        panes = self._panes
        if not panes.bottom.is_asking:  # enter, and the focus that went away with it, close it twice
            return
        if event.purpose == NAME and event.entered and (mistake := self._mistake(self._name.strip())):
            toast(panes, mistake, severity="error")
            return
        target: Widget = panes.headlines
        if event.purpose == FILTER and self._filtered is not None:
            target, text = self._filtered, self._filtered.filter
            is_sought = event.entered and text.strip() and not self._filtered.matches
            panes.sidebar.end_filter(self._filtered, kept=event.kept, entered=event.entered)
            if is_sought:
                self._want(with_text(panes.headlines_pane.wanted, completed(text)), None)
                panes.show_pane("headlines")
                toast(panes, f"No name in this list matches · searched articles for “{printable(text.strip())}”")
                target = panes.headlines
        elif event.purpose == NAME:
            target = self._before_name or panes.headlines
            if event.entered:
                self._named(self._name)
        elif not event.kept:
            self._want(*self._before)
        elif completed(panes.headlines_pane.wanted.text) != panes.headlines_pane.wanted.text.strip():
            wanted = panes.headlines_pane.wanted
            self._want(with_text(wanted, completed(wanted.text)), panes.headlines_pane.place)
        if not panes.bottom.has_lost_focus:
            panes.set_focus(target)
        await panes.bottom.end()
        panes.bottom.display = not panes.zen

    def clear(self) -> bool:
        """Clear the filter of the focused list, else the search; returns whether there was one."""
        panes = self._panes
        side_list = panes.sidebar.focused
        if side_list is not None and side_list.filter:
            panes.sidebar.clear_filter(side_list)
            return True
        wanted = panes.headlines_pane.wanted
        if wanted.text and (panes.pane == "sidebar" or panes.focused is panes.headlines):
            self._want(replace(wanted, text="", order=self.order), panes.headlines_pane.place)
            return True
        return False

    @property
    def order(self) -> Order:
        """The order without the search, which sets "best" by itself."""
        order = self._panes.headlines_pane.wanted.order
        return self._order if order == "best" else order


class SearchesController:
    """Saves the current query under a name, and removes saved searches; removing can be undone."""

    def __init__(
        self, panes: PanesScreen, cache: Cache, prompts: PromptController, statuses: StatusController, undo_key: str
    ) -> None:
        self._panes = panes
        self._cache = cache
        self._prompts = prompts
        self._statuses = statuses
        self._undo_key = undo_key

    def save(self) -> None:
        """Ask for a name for the current query; a saved search keeps its name as the default."""
        start(self._panes, self._ask, group=ASKING)

    async def _ask(self) -> None:
        panes = self._panes
        text = await self._text()
        if not text:
            toast(panes, "Search or filter first, then save")
            return
        if mistake := _mistake(text):
            toast(panes, mistake, severity="warning")
            return
        name = next((each.name for each in panes.sidebar.saved if each.query == text), text)
        await self._prompts.ask_name(name, partial(self._save, text), _no_name, mark="Save search as:")

    async def _text(self) -> str:
        query = self._panes.headlines_pane.wanted
        return await self._cache.read(lambda c: _text_of(c, query))

    def _save(self, text: str, name: str) -> None:
        start(self._panes, partial(self._write, name, text), group="filing")

    async def _write(self, name: str, text: str) -> None:
        before, saved = await self._cache.write(partial(_keep, name=name, text=text))
        if before is None:
            said = f"Search saved as “{saved.name}”"
        else:
            step = UndoStep(f"Restored saved search “{before.name}”", search=(before.name, before.query))
            self._statuses.add_undo_step(step)
            said = f"Updated saved search “{saved.name}” · {self._undo_key}: undo"
        toast(self._panes, said)
        self._panes.sidebar.count_searches()

    def edit(self) -> bool:
        """Edit the query of the saved search under the cursor; returns whether there is one."""
        found = self._panes.sidebar.pointed_search
        if found is not None:
            write = partial(self._save, name=found.name)
            edit = partial(self._prompts.ask_name, found.query, write, _mistake, mark="Edit search:", is_kept=True)
            start(self._panes, edit, group=ASKING)
        return found is not None

    def ask_to_remove(self) -> bool:
        """Ask before removing the saved search under the cursor; returns whether there is one."""
        found = self._panes.sidebar.pointed_search
        if found is None:
            return False
        remove = partial(start, self._panes, partial(self._remove, found), group="filing")
        questions.confirm(self._panes.app, f"Delete saved search “{found.name}”?", "Delete", remove)
        return True

    async def _remove(self, saved: SavedSearch) -> None:
        await self._cache.write(partial(_remove, id_=saved.id))
        self._statuses.add_undo_step(
            UndoStep(f"Restored saved search “{saved.name}”", search=(saved.name, saved.query))
        )
        toast(self._panes, f"Deleted saved search “{saved.name}” · {self._undo_key}: undo")
        self._panes.sidebar.count_searches()


def _no_name(name: str) -> str:
    return "" if name else "Type a name for the search."


def _mistake(query: str) -> str:
    if not query:
        return "Type a query."
    return next(iter(understand(query).mistakes), "")


# Seldom needed: loaded where it is.


def _text_of(c: Connection, query: Query) -> str:
    return user_edits.text_of(c, query)


def _keep(c: Connection, name: str, text: str) -> tuple[SavedSearch | None, SavedSearch]:
    """Save a search; returns the former one of this name and the new one."""
    return user_edits.named(c, name), user_edits.save_search(c, name, text)


def _remove(c: Connection, id_: int) -> None:
    user_edits.remove(c, id_)


_LAST = re.compile(r"(?:^|(?<=\s))-?(?:(\w+)([:=]))?((?:\"[^\"]*)|[^\s\"]*)$")
"""The last term of a search: field, operator, value."""
_SEARCHED_CHARACTERS = 200
"""Characters at the end of the text in which its last term is looked for."""
_VALUES = {
    "is": ("unread", "read", "starred", "hidden"),
    "has": ("picture", "enclosure"),
    "since": ("today", "yesterday", "7d", "1m"),
    "before": ("today", "yesterday", "7d", "1m"),
}


class FieldSuggester(Suggester):
    """Suggests completions of the last search term."""

    def __init__(self, cache: Cache) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._cache = cache

    async def get_suggestion(self, value: str) -> str | None:
        """The text with a completion; None if there is none."""
        found = _LAST.search(value[-_SEARCHED_CHARACTERS:])
        if found is None:
            return None
        field, sign, typed = found[1], found[2], found[3]
        if field is None:
            return _field(value, typed)
        if field.lower() in _VALUES:
            return _completed(value, typed, _VALUES[field.lower()]) if sign == ":" else None
        return await self._with_name(value, field.lower(), typed, is_whole=sign == "=")

    async def _with_name(self, value: str, field: str, typed: str, *, is_whole: bool) -> str | None:
        bare = typed.removeprefix('"')
        name = None
        with suppress(StoreError):  # then there is nothing to suggest
            name = await self._cache.read(lambda c: _name(c, field, bare)) if bare else None
        if name is not None and bare == typed and " " in name:  # without a quotation mark it ends at its first space
            name = None if is_whole else name.partition(" ")[0]
        if name is None or len(name) <= len(bare):
            return None
        return value + name[len(bare) :] + ("" if bare == typed else '"')


def _field(value: str, typed: str) -> str | None:
    return _completed(value, typed, tuple(FIELDS)) if len(typed) > 1 else None


def _completed(value: str, typed: str, words: tuple[str, ...]) -> str | None:
    word = next((each for each in words if each.startswith(typed.lower()) and each != typed), None)
    return None if word is None or not typed else value + word[len(typed) :]


def _name(c: Connection, field: str, typed: str) -> str | None:
    if field in labels.NUMBERS:
        return labels.beginning_with(c, cast("Kind", field), typed)
    names: list[str] = []
    if field in ("feed", "folder"):
        names = [each.name for each in (feeds.current(c) if field == "feed" else folders.every(c))]
    return next((name for name in names if name.casefold().startswith(typed.casefold())), None)
