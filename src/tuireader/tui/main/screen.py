"""The screen where people read: the panes and what is done there, wired together."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from sqlite3 import Connection
from typing import TYPE_CHECKING

from textual import events, on, work

from tuireader.config.options import Config
from tuireader.library.jobs.off_loop import Cache
from tuireader.model.clock import Clock
from tuireader.model.query import Query
from tuireader.model.status_change import StatusChange
from tuireader.tui import keys
from tuireader.tui.lists.facet_list import FacetList
from tuireader.tui.lists.feed_list import FeedList
from tuireader.tui.lists.headline_list import HeadlineList
from tuireader.tui.lists.row_list import RowList
from tuireader.tui.lists.side_list import SideList
from tuireader.tui.main import queries, status_text
from tuireader.tui.main.adding import AddController, SiteAdded
from tuireader.tui.main.after_start import UNHURRIED, collect_garbage, look_for_damage
from tuireader.tui.main.external import ExternalPrograms
from tuireader.tui.main.headlines_pane import HeadlinesPane
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.prompts import PromptController
from tuireader.tui.main.reading_pane import Arrival, ReadingPane, Start
from tuireader.tui.main.refreshing import RefreshBrought, RefreshController, RefreshEnded, RefreshProgressed
from tuireader.tui.main.sidebar import Sidebar
from tuireader.tui.main.statuses import StatusChanged, StatusController
from tuireader.tui.main.view_options import in_force, make_article_view, reorders
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.ui_state import UiState
from tuireader.tui.support.web import Web

if TYPE_CHECKING:
    from tuireader.model.article import Article, Status
    from tuireader.model.feed import Feed
    from tuireader.tui.article.view import ArticleView
    from tuireader.tui.chrome.prompt import Prompt
    from tuireader.tui.screens.subscribe import Added

GOING_ON = ("next-article", "previous-article", "next-unread", "previous-unread")
"""Steps from article to article."""
MINUTE = 60.0
"""Seconds after which ages are written anew."""


class ReaderScreen(PanesScreen):
    """Wires the sidebar, the headlines, the article, their statuses and refreshes; each works without the others."""

    def __init__(
        self,
        cache: Cache,
        web: Web,
        connection: Connection,
        state: UiState,
        *,
        config: Config,
        clock: Clock,
    ) -> None:
        """`connection` is for reads on the loop, which are bounded; `cache` for all that is done off it."""
        keymap = config.keymap
        unwritten: list[StatusChange] = []
        headlines = HeadlinesPane(cache, connection, clock, unwritten, id="headlines-pane")
        reading = ReadingPane(
            cache,
            web,
            make=partial(make_article_view, config, state),
            arrived=self._arrived,
            unwritten=unwritten,
            excerpt=f"This is an excerpt: {keys.keys_of('full-text', keymap)[0]} fetches the full text.",
            id="reading",
        )
        super().__init__(Sidebar(cache, id="sidebar"), headlines, reading, keymap)
        self.cache = cache
        self.connection = connection
        self.clock = clock
        self.config = config
        self._state = state
        self.statuses = StatusController(
            self,
            cache,
            unwritten,
            show=(headlines.headlines.apply, reading.apply),
            is_reading=lambda: headlines.is_reading,
            undo_key=keys.keys_of("undo", keymap)[0],
        )
        self.refreshes = RefreshController(self, cache, web, connection, clock)
        self.external = ExternalPrograms(self, cache)
        self._going_on = keys.bound_to(GOING_ON, keymap)
        self.prompts = PromptController(self.bottom, self.sidebar, self.search_for)
        self.adding = AddController(self, cache, web, connection, clock)

    # Beginning and end.

    def on_mount(self) -> None:
        """Show what is in the cache, then ask for what is due."""
        self.headlines.dense = in_force(self.config, self._state, "dense", self.config.dense)
        for rows in self.query(RowList):
            rows.reorder = reorders(self.config)
        self.sidebar.feeds.show(None, ())
        self.headlines_pane.begin()
        self._say_empty()
        self.headlines.focus()
        self.recount()
        self.set_interval(MINUTE, self._age)
        self.call_after_refresh(self.reading.prepare)
        self.call_after_refresh(collect_garbage)
        self.set_timer(UNHURRIED, partial(look_for_damage, self, self.cache))
        if self.config.refresh_on_start:
            self.call_after_refresh(self.refreshes.refresh, None, force=False)

    def on_unmount(self) -> None:
        """Keep where reading stopped, also when the program ends."""
        self.reading.keep_position()

    def _age(self) -> None:
        self.headlines.refresh()
        self.show_title()

    # What is shown.

    @property
    def wanted(self) -> Query:
        """What the user wants to see."""
        return self.headlines_pane.wanted

    @property
    def opened(self) -> tuple[Article, Status] | None:
        """The article that is open, and what the user did with it."""
        return self.reading.opened

    def want(self, query: Query, *, stay: bool = False) -> None:
        """Show other articles, from the top or (`stay`) with the cursor on the same one."""
        if query != self.wanted:
            self.headlines_pane.want(query, stay=stay)
            self._show_wanted()

    async def show(self, query: Query) -> None:
        """Show other articles, and return when they are shown."""
        shown = self.headlines_pane.show(query)
        self._show_wanted()
        await shown

    @on(Sidebar.Counted)
    def _show_wanted(self) -> None:
        self.sidebar.choose(self.wanted)
        self._name_feeds()
        self.show_title()

    def recount(self) -> None:
        """Read the list and all counts again, after something changed; the cursor stays on its article."""
        if self.headlines_pane.reread():
            self.sidebar.count(self.wanted)
        self.reading.reread_status()

    @on(HeadlinesPane.Outdated)
    @on(RefreshEnded)
    def _read_again(self) -> None:
        self.recount()

    @on(RefreshBrought)
    def _read_again_soon(self) -> None:
        self.headlines_pane.outdate_soon()

    @on(HeadlinesPane.Listed)
    def _listed(self, event: HeadlinesPane.Listed) -> None:
        self._say_empty()
        if event.is_another:
            self.sidebar.count(self.wanted)

    @on(StatusChanged)
    def _status_changed(self, event: StatusChanged) -> None:
        if event.lists_too:
            self.recount()
        else:
            self.sidebar.count(self.wanted)

    def _name_feeds(self) -> None:
        counts = self.sidebar.counts
        self.headlines.with_feed = len(self.wanted.feeds) != 1 and counts is not None and len(counts.feeds) > 1

    @on(RefreshProgressed)
    def show_title(self) -> None:
        """Say what is shown, and how things stand."""
        counts, refreshes = self.sidebar.counts, self.refreshes
        self.title_bar.shown = status_text.described(self.wanted, counts.feeds) if counts else ""
        self.title_bar.states = status_text.states(
            counts, self.clock(), progress=refreshes.progress, offline=refreshes.offline
        )

    def _say_empty(self) -> None:
        has_feeds = self.sidebar.counts is None or bool(self.sidebar.counts.feeds)
        self.headlines.empty = status_text.nothing(self.wanted, self.keymap, has_feeds=has_feeds)
        self.headlines.refresh()

    @on(HeadlineList.Pointed)
    def _say_nothing(self) -> None:
        self.bottom.hints.status = ""

    @on(FeedList.Pointed)
    def _say_why(self) -> None:
        """Say why the feed under the cursor failed, as long as the user is there."""
        summary = self.sidebar.pointed_feed if self.sidebar.feeds.has_focus else None
        self.bottom.hints.status = status_text.trouble(summary.feed, self.clock()) if summary else ""

    # Choosing, searching, sorting.

    @on(SideList.Chosen)
    def _choose(self, event: SideList.Chosen) -> None:
        self.want(self.sidebar.query_after(self.wanted, event))
        if event.onward or self.panes_beside == 1:
            self.show_pane("headlines")

    async def action_search(self) -> None:
        """Search the headlines; in a list of names, find one."""
        if isinstance(focused := self.focused, FacetList):
            await self.prompts.ask_for_filter(focused)
            return
        if self.pane == "article" and self.panes_beside < 3:
            self.show_pane("headlines")
        self.headlines_pane.load_contexts()
        await self.prompts.ask_for_search(self.wanted.text)

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Filter or search by what is typed so far."""
        self.prompts.changed(event)

    async def on_prompt_closed(self, event: Prompt.Closed) -> None:
        """Go back to where the user was."""
        await self.prompts.closed(event, self.headlines)
        self.bottom.display = not self.zen

    def search_for(self, text: str) -> None:
        """Show what is found, the best first."""
        self.want(queries.with_text(self.wanted, text), stay=not text.strip())

    def action_sort(self) -> None:
        """Sort the headlines another way; in a list of names, by count or by name."""
        if isinstance(focused := self.focused, FacetList):
            focused.sort(by_name=not focused.by_name)
        else:
            self.want(queries.in_next_order(self.wanted))

    def action_back(self) -> None:
        """Back; out of a search or a filter first."""
        focused = self.focused
        if isinstance(focused, FacetList) and focused.filter:
            self.sidebar.filter(focused, "")
        elif self.pane == "headlines" and self.wanted.text and focused is self.headlines:
            self.search_for("")
        else:
            super().action_back()

    def action_dense(self) -> None:
        """One line for each headline, or air around them."""
        row, line = self.headlines.standing()
        self.headlines.dense = not self.headlines.dense
        self.headlines.stand(row, line)
        self._state.put("dense", self.headlines.dense)

    # Reading.

    @on(HeadlineList.Opened)
    def _open_headline(self, event: HeadlineList.Opened) -> None:
        self.open_article(event.article_id)

    def open_article(self, article_id: int) -> None:
        """Open an article and go there; the cursor of the list comes along."""
        self.reading.open(article_id, self.headlines_pane.position)

    def _arrived(self, arrival: Arrival) -> None:
        self.headlines_pane.bring(arrival.query, arrival.article_id, arrival.around)
        self.show_pane("article")
        if not arrival.status.read:
            self.headlines_pane.keep(arrival.article_id)
            self.statuses.set(arrival.article_id, read=True)

    def holds(self, typed: events.Key | events.Paste) -> bool:
        """Whether a list, an article or marks are on their way, and what is typed is meant for them.

        Words are not; nor is a step to the next article after such steps: all of them together are one way.
        """
        if self.bottom.is_asking:
            return False
        if self.headlines_pane.is_arriving or self.statuses.is_marking:
            return True
        goes_on = isinstance(typed, events.Key) and self._going_on.intersection((typed.key, typed.character))
        return self.reading.is_opening and not (self.reading.is_stepping and goes_on)

    def _step(self, by: int, *, unread: bool) -> None:
        """Go on from where the user is, or is about to be."""
        current = self.headlines.current
        start = None if current is None else Start(current.id, is_next_unread=not current.read)
        if self.pane == "article" and self.opened is not None:
            start = Start(self.opened[0].id)
        elif self.pane == "article" and start is not None:
            start = start._replace(is_next_unread=False)
        self.reading.step(by, start, self.headlines_pane.position, unread=unread)

    def action_next_article(self) -> None:
        """Open the next article of the list."""
        self._step(1, unread=False)

    def action_previous_article(self) -> None:
        """Open the one before."""
        self._step(-1, unread=False)

    def action_next_unread(self) -> None:
        """Open the next unread article."""
        self._step(1, unread=True)

    def action_previous_unread(self) -> None:
        """Open the unread article before."""
        self._step(-1, unread=True)

    def on_article_view_at_end(self) -> None:
        """At the end of an article, go on."""
        self._step(1, unread=self.config.open_next_unread)

    def action_zen(self) -> None:
        """The article alone, or everything again."""
        if self.zen:
            self.set_zen(on=False)
        elif self.opened is not None:
            self.set_zen(on=True)

    def action_contents(self) -> None:
        """Show the headings of the article, to jump to one."""
        from tuireader.tui.main.article_dialogs import open_contents

        open_contents(self.app, self.article)

    def action_links(self) -> None:
        """Show the links of the article, to open or copy one."""
        from tuireader.tui.main.article_dialogs import open_links

        open_links(self.app, self.article)

    def action_copy_text(self) -> None:
        """Copy what is selected, and say so; without a selection the key goes on to others."""
        super().action_copy_text()
        toast(self, "Copied.")

    # What is done to articles.

    def in_hand(self) -> tuple[int, Status] | None:
        """The article that a key means: the open one for a user who is there, else the one under the cursor."""
        if self.pane == "article" and self.opened is not None:
            return self.opened[0].id, self.opened[1]
        headline = self.headlines.current
        return (headline.id, headline.status) if headline else None

    def action_read(self) -> None:
        """Read or unread."""
        if (hand := self.in_hand()) is not None:
            self.headlines_pane.keep(hand[0])
            self.statuses.toggle_read(*hand)

    def action_star(self) -> None:
        """Starred or not."""
        if (hand := self.in_hand()) is not None:
            self.headlines_pane.keep(hand[0])
            self.statuses.toggle_starred(*hand)

    def action_all_read(self) -> None:
        """Mark all that is shown read."""
        self.statuses.mark_all_read(self.wanted)

    def action_undo(self) -> None:
        """Take the last mark back."""
        self.statuses.undo()

    # Outside.

    def action_browser(self) -> None:
        """Open the article in the user's browser."""
        if (hand := self.in_hand()) is not None:
            self.external.browse_article(hand[0])

    def on_article_view_open_link(self, event: ArticleView.OpenLink) -> None:
        """Open a link of the article."""
        self.external.browse(event.url)

    def action_copy_link(self) -> None:
        """Copy the article's address."""
        if (hand := self.in_hand()) is not None:
            self.external.copy_link(hand[0])

    def action_full_text(self) -> None:
        """Fetch the whole text of the article from its site."""
        if (hand := self.in_hand()) is not None:
            self.reading.fetch_full_text(hand[0])

    @on(ReadingPane.Fetched)
    def _full_text_fetched(self, event: ReadingPane.Fetched) -> None:
        self.reading.reopen(event.article_id, self.headlines_pane.position)
        self.recount()

    def action_refresh(self) -> None:
        """Ask for one feed now: the one under the cursor, or chosen, or that of the article in hand."""
        feed = self._feed_in_hand()
        if feed is not None:
            self.refreshes.refresh([feed], force=True)

    def action_refresh_all(self) -> None:
        """Ask for all feeds now."""
        self.refreshes.refresh(None, force=True)

    def _feed_in_hand(self) -> Feed | None:
        pointed = self.sidebar.pointed_feed if self.sidebar.feeds.has_focus else None
        if pointed is not None:
            return pointed.feed
        headline = self.headlines.current
        feed_id = self.wanted.feeds[0] if len(self.wanted.feeds) == 1 else None
        if feed_id is None and self.pane == "article" and self.opened is not None:
            feed_id = self.opened[0].feed_id
        elif feed_id is None and headline is not None:
            feed_id = headline.feed_id
        every = self.sidebar.counts.feeds if self.sidebar.counts else ()
        return next((one.feed for one in every if one.feed.id == feed_id), None)

    # Adding sites.

    def action_add(self, addresses: Sequence[str] = ()) -> None:
        """Ask for the address of a site, or begin with those that were given, and subscribe."""
        self.adding.ask(addresses)

    def has_feeds(self) -> bool:
        """Whether there is any subscription."""
        return self.adding.has_feeds()

    @on(SiteAdded)
    def _added(self, event: SiteAdded) -> None:
        if event.added is None:
            self._say_empty()
        else:
            self._lead_to(event.added)

    @work(exclusive=True, group="added")
    async def _lead_to(self, added: Added) -> None:
        """Lead straight into what was added."""
        there = await self.adding.destination(added)
        await self.show(there.query)
        if there.article_id is None:
            toast(self, "There are no articles in this feed yet.")
        else:
            self.open_article(there.article_id)
