"""Choosing: which articles the reader wants to see, and the counts of every pane that follow from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import get_args

from textual import on, work
from textual.widget import Widget

from tuireader.content.printable import printable
from tuireader.model import FeedSummary, Headline, Order, Query
from tuireader.store import articles
from tuireader.tui.background import off_loop
from tuireader.tui.fitting import ago
from tuireader.tui.screens.panes import PanesScreen
from tuireader.tui.survey import Extent, Survey, contexts, extent, survey
from tuireader.tui.widgets.facet_list import FacetList
from tuireader.tui.widgets.feed_list import ALL, STARRED, UNREAD, FeedList
from tuireader.tui.widgets.headline_list import PAGE, HeadlineList
from tuireader.tui.widgets.prompt import Prompt
from tuireader.tui.widgets.row_list import Piece
from tuireader.tui.widgets.side_list import SideList

TYPING_PAUSE = 0.06
"""Seconds after a key before a search begins: a fast typist asks once, not for every letter."""

SEARCH, FILTER = "search", "filter"
"""What the prompt is for."""

ORDERS: tuple[Order, ...] = get_args(Order)


class ListsScreen(PanesScreen):
    """Keeps the query, the headlines that it selects, and the counts beside them."""

    path: Path
    connection: Connection
    clock: Callable[[], datetime]

    def begin_lists(self) -> None:
        """Show everything there is, the headlines first: the counts come from a worker."""
        self.wanted = Query()
        """What the reader wants to see."""
        self.listed = self.wanted
        """What the list shows: the same, as soon as it was read."""
        self.surveyed: Survey | None = None
        """The last counts."""
        self.progress = ""
        self.offline = False
        self._filtered: FacetList | None = None
        self.feed_list.show(None, ())
        self.headlines.show(self._read)
        self.headlines.with_feed = self.headlines.spans_feeds()
        self._say_empty()
        self.headlines.focus()
        self.recount()

    def _read(self, offset: int, limit: int) -> list[Headline]:
        return articles.window(self.connection, self.listed, offset, limit)

    def keep_in_list(self, article_id: int) -> None:
        """Let an article stay in the list until it is left, although it may soon not belong any more."""
        if self.wanted.unread or self.wanted.starred:
            self.wanted = replace(self.wanted, keep=self.wanted.keep | {article_id})
            self.listed = replace(self.listed, keep=self.listed.keep | {article_id})

    # Choosing.

    def want(self, query: Query, *, stay: bool = False) -> None:
        """Show other articles, from the top or (`stay`) with the cursor on the same one.

        What was kept in the list although it no longer belonged is let go.
        """
        current = self.headlines.current if stay else None
        self._say_wanted(query)
        self._show_list(self.wanted, current.id if current else None)

    async def show(self, query: Query) -> None:
        """Likewise, and return when they are shown."""
        self._say_wanted(query)
        await self._take_list(self.wanted)

    def _say_wanted(self, query: Query) -> None:
        self.wanted = replace(query, keep=frozenset())
        self._show_chosen()
        self.show_title()

    @work(exclusive=True, group="list")
    async def _show_list(self, query: Query, article_id: int | None = None) -> None:
        await self._take_list(query, article_id)

    async def _take_list(self, query: Query, article_id: int | None = None) -> None:
        """Read the first headlines and the length off the loop; the old ones stay until then."""

        def read(connection: Connection) -> tuple[list[Headline], Extent]:
            return articles.window(connection, query, 0, PAGE), extent(connection, query, article_id)

        line = self.headlines.cursor_line()
        first, length = await off_loop(self.path, read)
        if replace(self.wanted, keep=query.keep) != query:  # the reader wants something else by now
            return
        self.listed = self.wanted
        self.headlines.searched = bool(query.text.strip())
        self.headlines.show(self._read, count=length.count, first=first)
        if length.rank is not None:
            self.headlines.hold(length.rank, line)
        self._say_empty()
        self.recount_facets(query)

    @on(SideList.Chosen)
    def _choose(self, event: SideList.Chosen) -> None:
        event.stop()
        query = self._chosen_in(event.side_list, event.key, onward=event.onward)
        if query != self.wanted:
            self.want(query)
        if event.onward or self.panes_beside == 1:
            self.show_pane("headlines")

    def _chosen_in(self, side_list: SideList, key: Hashable, *, onward: bool) -> Query:
        """The query with the row chosen, or cleared where it was chosen and the reader stays."""
        clear = key in side_list.chosen and not onward
        query = self.wanted
        if side_list is self.category_list:
            return replace(query, categories=() if clear else (str(key),))
        if side_list is self.author_list:
            return replace(query, authors=() if clear else (str(key),))
        if key == ALL:
            return replace(query, feed=None, unread=False, starred=False)
        if key == UNREAD:
            return replace(query, unread=not clear, starred=False)
        if key == STARRED:
            return replace(query, starred=not clear, unread=False)
        return replace(query, feed=None if clear or not isinstance(key, int) else key)

    def _show_chosen(self) -> None:
        query = self.wanted
        flags = [UNREAD] * query.unread + [STARRED] * query.starred + ([] if query.feed is None else [query.feed])
        self.feed_list.set_chosen(*(flags or [ALL]))
        self.category_list.set_chosen(*query.categories)
        self.author_list.set_chosen(*query.authors)
        self.headlines.with_feed = query.feed is None and self._feed_count() > 1

    def _feed_count(self) -> int:
        return len(self.surveyed.feeds) if self.surveyed else 0

    # Counting.

    def recount(self) -> None:
        """Read the list and all counts again, after something changed; the cursor stays on its article."""
        current = self.headlines.current
        if self.listed != self.wanted:  # another list is on its way: that one is read again
            self._show_list(self.wanted)
        else:
            self._recount_list(self.wanted, current.id if current else None)
            self.recount_facets(self.wanted)

    @work(exclusive=True, group="list")
    async def _recount_list(self, query: Query, article_id: int | None) -> None:
        length: Extent = await off_loop(self.path, lambda c: extent(c, query, article_id))
        current = self.headlines.current
        if current is not None and current.id != article_id:  # the reader went on meanwhile
            self._recount_list(query, current.id)
            return
        self.headlines.update_rows(length.count, cursor=length.rank)
        self._say_empty()

    @work(exclusive=True, group="facets")
    async def recount_facets(self, query: Query) -> None:
        """Count what the sidebar shows; an answer to a query that is no longer wanted never gets here."""
        counted = await off_loop(self.path, lambda c: survey(c, query))
        self.surveyed = counted
        self.feed_list.show(counted.totals, counted.feeds)
        self.category_list.show(counted.categories, self.wanted.categories)
        self.author_list.show(counted.authors, self.wanted.authors)
        self._show_chosen()
        self.sidebar.share()
        self.show_title()

    # Words.

    def show_title(self) -> None:
        """Say what is shown, and how things stand."""
        self.title_bar.shown = self._described() if self.surveyed else ""
        self.title_bar.states = tuple(self._states())

    def _described(self) -> str:
        query = self.wanted
        parts = [name for name in (self._feed_name(),) if name]
        parts += ["Unread"] * query.unread + ["Starred"] * query.starred
        parts += [name or "No category" for name in query.categories]
        parts += [name or "No author" for name in query.authors]
        parts += [f"“{query.text.strip()}”"] if query.text.strip() else []
        if not parts:
            parts = ["All articles"]
        usual = "best" if query.text.strip() else "newest"
        parts += [f"{query.order} first"] if query.order != usual else []
        return " · ".join(printable(part) for part in parts)

    def _feed_name(self) -> str:
        feeds = self.surveyed.feeds if self.surveyed else ()
        if len(feeds) == 1:
            return feeds[0].feed.title or feeds[0].feed.url
        return next((one.feed.title or one.feed.url for one in feeds if one.feed.id == self.wanted.feed), "")

    def _states(self) -> list[str]:
        states = [self.progress] if self.progress else []
        states += ["offline"] if self.offline else []
        counted = self.surveyed
        if counted is not None and counted.feeds:
            unread = counted.totals.unread
            states.append(f"{unread} unread" if unread else "all read")
            if counted.checked and not self.progress and not self.offline:
                states.append(f"refreshed {ago(counted.checked, self.clock())}")
        return states

    def _say_empty(self) -> None:
        self.headlines.empty = [] if self.headlines.known else self._empty_words()
        self.headlines.refresh()

    def _empty_words(self) -> list[list[Piece]]:
        query = self.wanted
        if query.text.strip():
            return [[("Nothing found.", "soft")], [("esc clears the search.", "faint")]]
        if self.surveyed is not None and not self.surveyed.feeds:
            return [[("No feeds yet.", "soft")], [("a adds a site.", "faint")]]
        if query.unread:
            return [[("Nothing unread.", "soft")], [("Everything here is read.", "faint")]]
        if query.starred:
            return [[("Nothing starred.", "soft")], [("f stars an article.", "faint")]]
        return [[("No articles here.", "soft")], [("R asks for new ones.", "faint")]]

    @on(FeedList.Pointed)
    def _say_why(self) -> None:
        """Say why the feed under the cursor failed, as long as the reader is there."""
        summary = self.pointed_feed() if self.feed_list.has_focus else None
        self.hint_bar.status = self._trouble(summary) if summary else ""

    def pointed_feed(self) -> FeedSummary | None:
        """The feed under the cursor of the feed list; the only one there is counts as all."""
        pointed = self.feed_list.pointed
        feeds = self.surveyed.feeds if self.surveyed else ()
        if pointed is None:
            return None
        if len(feeds) == 1 and pointed.key == ALL:
            return feeds[0]
        return next((one for one in feeds if one.feed.id == pointed.key), None)

    def _trouble(self, summary: FeedSummary) -> str:
        feed = summary.feed
        if feed.gone:
            return feed.error or "This feed is gone: its site says it will not come back."
        if feed.error is None:
            return ""
        tried = f" · tried {ago(feed.checked, self.clock())}" if feed.checked else ""
        return f"{feed.error}{tried}"

    # Searching, filtering, sorting.

    async def action_search(self) -> None:
        """Search the headlines; in a list of names, find one."""
        focused = self.focused
        if isinstance(focused, FacetList):
            self._filtered = focused
            await self.ask(FILTER, focused.filter, "a part of the name")
        else:
            if self.pane == "article" and self.panes_beside < 3:
                self.show_pane("headlines")
            await self.ask(SEARCH, self.wanted.text, 'words, "a phrase", -without, author:, category:')

    async def ask(self, purpose: str, text: str, hint: str) -> None:
        """Let the reader type something at the bottom of the screen; what is typed at once is typed there too."""
        if not self.query(Prompt):
            self.hint_bar.display = False
            prompt = Prompt(purpose, text, hint)
            await self.mount(prompt, after=self.hint_bar)
            self.set_focus(prompt.line)

    @on(Prompt.Changed)
    def _type(self, event: Prompt.Changed) -> None:
        if event.purpose == FILTER and self._filtered is not None:
            self._filter(self._filtered, event.text)
        elif event.purpose == SEARCH:
            self._search(event.text)

    def _filter(self, facets: FacetList, text: str) -> None:
        facets.set_filter(text)
        self.sidebar.share()

    def _filter_typed(self, facets: FacetList, event: Prompt.Closed) -> None:
        """Keep a filter that leaves several names; the only name that one leaves is what the reader wants."""
        if event.entered and facets.row_count() == 1 and facets.rows[0].key not in facets.chosen:
            facets.action_open()
        elif event.kept:
            return
        self._filter(facets, "")

    @work(exclusive=True, group="typing")
    async def _search(self, text: str) -> None:
        await asyncio.sleep(TYPING_PAUSE)
        self.search_for(text)

    def search_for(self, text: str) -> None:
        """Show what is found, the best first."""
        searching = bool(text.strip())
        order = self.wanted.order
        if searching and not self.wanted.text.strip():
            order = "best"
        elif not searching and order == "best":
            order = "newest"
        query = replace(self.wanted, text=text, order=order)
        if query != self.wanted:
            self.want(query, stay=not searching)

    @on(Prompt.Closed)
    async def _close_prompt(self, event: Prompt.Closed) -> None:
        prompt = self.query(Prompt).first() if self.query(Prompt) else None
        if prompt is None:
            return
        if event.purpose == FILTER and self._filtered is not None:
            self._filter_typed(self._filtered, event)
            self._return_to(prompt, self._filtered)
        elif event.purpose == SEARCH:
            if not event.kept:
                self.workers.cancel_group(self, "typing")
                self.search_for("")
            self._return_to(prompt, self.headlines)
        else:
            self._return_to(prompt, self.article)
        self.hint_bar.display = not self.zen
        await prompt.remove()

    def _return_to(self, prompt: Prompt, widget: Widget) -> None:
        """Give the focus back, if it is still in the prompt: the reader may have clicked elsewhere."""
        if self.focused is None or prompt in self.focused.ancestors:
            self.set_focus(widget)

    @on(HeadlineList.ContextWanted)
    def _want_contexts(self, event: HeadlineList.ContextWanted) -> None:
        self._read_contexts(event.ids, self.listed.text, self.headlines.context_width)

    @work(exclusive=True, group="contexts")
    async def _read_contexts(self, ids: tuple[int, ...], text: str, width: int) -> None:
        """Look in the texts of the headlines in sight for what was searched for."""
        found = await off_loop(self.path, lambda c: contexts(c, ids, text, width))
        if text == self.listed.text:
            self.headlines.set_contexts(found)

    def action_sort(self) -> None:
        """Sort the headlines another way; in a list of names, by count or by name."""
        focused = self.focused
        if isinstance(focused, FacetList):
            focused.sort(by_name=not focused.by_name)
            return
        orders = [order for order in ORDERS if order != "best" or self.wanted.text.strip()]
        following = orders[(orders.index(self.wanted.order) + 1) % len(orders)]
        self.want(replace(self.wanted, order=following))

    def action_back(self) -> None:
        """Back; out of a search or a filter first."""
        focused = self.focused
        if isinstance(focused, FacetList) and focused.filter:
            self._filter(focused, "")
        elif self.pane == "headlines" and self.wanted.text and focused is self.headlines:
            self.search_for("")
        else:
            super().action_back()

    @on(HeadlineList.Pointed)
    def _no_status(self) -> None:
        self.hint_bar.status = ""
