"""The screen where people read: the panes and what is done there, wired together."""

from __future__ import annotations

from dataclasses import replace
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
from tuireader.tui.chrome.bars import HintBar
from tuireader.tui.commands import BY_ID
from tuireader.tui.lists.headline_list import HeadlineList
from tuireader.tui.lists.row_list import RowList
from tuireader.tui.lists.side_list import SideList
from tuireader.tui.main import queries
from tuireader.tui.main.adding import AddController, SiteAdded
from tuireader.tui.main.after_start import UNHURRIED, collect_garbage, look_for_damage
from tuireader.tui.main.article_commands import ArticleCommands
from tuireader.tui.main.article_dialogs import open_contents, open_links
from tuireader.tui.main.captions import Captions
from tuireader.tui.main.external import ExternalPrograms
from tuireader.tui.main.feed_control import FeedController, FeedsChanged
from tuireader.tui.main.headlines_pane import HeadlinesPane, Place
from tuireader.tui.main.key_target import KeyTarget
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.reading_pane import Arrival, ReadingPane
from tuireader.tui.main.refreshing import RefreshBrought, RefreshController, RefreshEnded, RefreshProgressed
from tuireader.tui.main.search_prompt import PromptController
from tuireader.tui.main.sidebar import Sidebar
from tuireader.tui.main.statuses import FeedRestored, StatusChanged, StatusController
from tuireader.tui.main.view_options import in_force, make_article_view, reorders, toggle_dense
from tuireader.tui.support.safe_text import toast
from tuireader.tui.support.ui_state import UiState
from tuireader.tui.support.web import Web

if TYPE_CHECKING:
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
        self._zen_on_arrival = False
        """Whether the article that is on its way is to be alone."""
        self.statuses = StatusController(
            self,
            cache,
            unwritten,
            show=(headlines.headlines.apply, reading.apply),
            is_reading=lambda: headlines.is_reading,
            undo_key=keys.keys_of("undo", keymap)[0],
        )
        self.refreshes = RefreshController(self, cache, web, connection, clock)
        self.adding = AddController(self, cache, web, connection, clock)
        self.prompts = PromptController(self, self.want)
        self.external = ExternalPrograms(self, cache)
        self.feed_control = FeedController(
            self,
            cache,
            self.statuses,
            self.external,
            state=state,
            clock=clock,
            undo_key=keys.keys_of("undo", keymap)[0],
        )
        self.captions = Captions(self, self.refreshes, clock)
        self.key_target = KeyTarget(self)
        self._going_on = keys.bound_to(GOING_ON, keymap)
        self._wire(ArticleCommands(self.key_target, headlines, reading, self.statuses, self.external))

    def _wire(self, article: ArticleCommands) -> None:
        """Say what does each command."""
        self.handlers |= {
            "next-article": partial(self.step, 1),
            "previous-article": partial(self.step, -1),
            "next-unread": partial(self.step, 1, unread=True),
            "previous-unread": partial(self.step, -1, unread=True),
            "read": article.toggle_read,
            "all-read": lambda: self.statuses.mark_all_read(self.wanted),
            "undo": self.statuses.undo,
            "star": article.toggle_starred,
            "browser": article.browse,
            "copy-link": article.copy_link,
            "full-text": article.fetch_full_text,
            "contents": lambda: open_contents(self.article),
            "links": lambda: open_links(self.article),
            "search": self.prompts.ask,
            "clear-choices": self.clear_choices,
            "sort": self.sort,
            "dense": lambda: toggle_dense(self.headlines, self._state),
            "refresh": self.refresh_feed,
            "refresh-all": lambda: self.refreshes.refresh(None, force=True),
            "add": lambda: self.adding.ask(()),
            "feed-info": self.show_feed_info,
            "zen": self.toggle_zen,
        }

    # Beginning and end.

    def on_mount(self) -> None:
        """Show what is in the cache, then ask for what is due."""
        self.headlines.dense = in_force(self.config, self._state, "dense", self.config.dense)
        for rows in self.query(RowList):
            rows.reorder = reorders(self.config)
        self.sidebar.views.show(None, ())
        self.feed_control.remove_what_was_left()
        self.headlines_pane.begin()
        self.captions.write_empty()
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
        self.feed_control.remove_hidden()

    def _age(self) -> None:
        self.headlines.refresh()
        self.captions.write_title()

    # What is shown.

    @property
    def wanted(self) -> Query:
        """What the user wants to see."""
        return self.headlines_pane.wanted

    def want(self, query: Query, at: Place | None = None) -> None:
        """Show other articles, from the top or with the cursor at a place."""
        if query != self.wanted:
            self.headlines_pane.want(query, at)
            self._show_wanted()

    async def show(self, query: Query) -> None:
        """Show other articles, and return when they are shown."""
        shown = self.headlines_pane.show(query)
        self._show_wanted()
        await shown

    @on(Sidebar.Counted)
    def _counted(self) -> None:
        """Show the counts; a feed that another program has removed is no longer chosen."""
        counts, chosen = self.sidebar.counts, self.wanted.feeds
        if counts is not None and counts.query.feeds == chosen:
            left = tuple(id_ for id_ in chosen if any(one.feed.id == id_ for one in counts.feeds))
            if left != chosen:
                toast(self, "The feed that was shown here was removed.")
                self.want(replace(self.wanted, feeds=left))
        self._show_wanted()
        self.captions.write_empty()

    def _show_wanted(self) -> None:
        self.sidebar.choose(self.wanted)
        counts = self.sidebar.counts
        self.headlines.with_feed = len(self.wanted.feeds) != 1 and counts is not None and len(counts.feeds) > 1
        self.captions.write_title()
        self.captions.write_pointed()

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
        self.captions.write_empty()
        if event.is_another:
            self.sidebar.count(self.wanted)

    @on(StatusChanged)
    def _status_changed(self, event: StatusChanged) -> None:
        if event.lists_too:
            self.recount()
        else:
            self.sidebar.count(self.wanted)

    @on(RefreshProgressed)
    def _progressed(self) -> None:
        self.captions.write_title()

    def show_hints(self) -> None:
        """Show the keys of where the user is, and what is under the cursor there."""
        super().show_hints()
        self.captions.write_pointed()
        self.captions.write_title()

    async def action_in_article(self, id_: str) -> None:
        """Do a command of the article, from wherever the user is."""
        if self.reading.has_article:
            self.show_pane("article")
            await self.app.run_action(BY_ID[id_].action, self.article)
        else:
            toast(self, "No article is open.")

    @on(HintBar.Clicked)
    async def _do_hint(self, event: HintBar.Clicked) -> None:
        """Do what a click on a hint means."""
        command = BY_ID[event.command]
        if command.context == "panes":
            await self.action_command(command.id)
        else:
            where = self.app if command.context == "app" else self.focused or self
            await self.app.run_action(command.action, where)

    @on(SideList.Pointed)
    def _row_pointed(self) -> None:
        self.captions.write_pointed()

    # Choosing, searching, sorting.

    @on(SideList.Chosen)
    def _choose(self, event: SideList.Chosen) -> None:
        self.want(self.sidebar.query_after(self.wanted, event))
        if event.onward or self.panes_beside == 1:
            self.show_pane("headlines")

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        """Filter or search by what is typed so far."""
        self.prompts.changed(event)

    async def on_prompt_closed(self, event: Prompt.Closed) -> None:
        """Go back to where the user was."""
        await self.prompts.closed(event)

    def sort(self) -> None:
        """Sort the headlines another way; in a list of names, by count or by name."""
        if (facets := self.sidebar.facets_in_use) is not None:
            facets.sort(by_name=not facets.by_name)
        else:
            self.want(queries.in_next_order(self.wanted))

    def clear_choices(self) -> None:
        """Show all articles again: no view, feed, category, author or search is chosen, and no names are filtered."""
        for facets in self.sidebar.facets:
            self.sidebar.clear_filter(facets)
        self.want(Query(order=queries.with_text(self.wanted, "").order), self.headlines_pane.place)

    def back(self) -> None:
        """Back; out of a search or a filter first."""
        if not self.prompts.clear():
            super().back()

    # Reading.

    @on(HeadlineList.Opened)
    def _open_headline(self, event: HeadlineList.Opened) -> None:
        self.open_article(event.article_id)

    def open_article(self, article_id: int) -> None:
        """Open an article and go there; the cursor of the list comes along."""
        self.reading.open(article_id, self.headlines_pane.position)

    def _arrived(self, arrival: Arrival) -> None:
        self.headlines_pane.bring(arrival.query, arrival.article_id, arrival.around)
        if self._zen_on_arrival:
            self._zen_on_arrival = False
            self.set_zen(on=True)
        else:
            self.show_pane("article")
        if not arrival.status.read:
            self.headlines_pane.keep(arrival.article_id)
            self.statuses.set(arrival.article_id, read=True)

    def toggle_zen(self) -> None:
        """The article alone, or everything again; from the headlines, the article under the cursor."""
        current, opened = self.headlines.current, self.reading.opened
        if self.pane == "headlines" and current is not None and (opened is None or opened[0].id != current.id):
            self._zen_on_arrival = True
            self.open_article(current.id)
        else:
            super().toggle_zen()

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

    def step(self, by: int, *, unread: bool = False) -> None:
        """Open the next article (by 1) or the one before (-1) from where the user is, or the next unread one."""
        self.reading.step(by, self.key_target.start(), self.headlines_pane.position, unread=unread)

    def on_article_view_head_passed(self) -> None:
        """Name the article above the panes while its own title is out of sight."""
        self.captions.write_title()

    def on_article_view_at_end(self) -> None:
        """At the end of an article, go on."""
        self.step(1, unread=self.config.open_next_unread)

    def on_article_view_open_link(self, event: ArticleView.OpenLink) -> None:
        """Open a link of the article."""
        self.external.browse(event.url)

    @on(ReadingPane.Fetched)
    def _full_text_fetched(self, event: ReadingPane.Fetched) -> None:
        self.reading.reopen(event.article_id, self.headlines_pane.position)
        self.recount()

    def action_copy_text(self) -> None:
        """Copy what is selected, and say so; without a selection the key goes on to others."""
        super().action_copy_text()
        toast(self, "Text copied.")

    # Refreshing and adding.

    def refresh_feed(self) -> None:
        """Ask for the feed that the key acts upon now."""
        if (feed := self.key_target.feed()) is not None:
            self.refreshes.refresh([feed], force=True)

    def show_feed_info(self) -> None:
        """Show what is known of the feed that the key acts upon, and what can be done to it."""
        if (summary := self.key_target.summary()) is not None:
            self.feed_control.show(summary)
        else:
            toast(self, "Put the cursor on a feed, or on one of its articles.")

    @on(FeedsChanged)
    def _feeds_changed(self) -> None:
        """Show the feeds that there are, and nothing of those that are hidden."""
        self.headlines_pane.hidden = self.feed_control.hidden
        left = tuple(id_ for id_ in self.wanted.feeds if id_ not in self.feed_control.hidden)
        self.headlines_pane.want(replace(self.wanted, feeds=left), self.headlines_pane.place)
        self._show_wanted()

    @on(FeedRestored)
    def _feed_restored(self, event: FeedRestored) -> None:
        self.feed_control.restore(event.feed_id)

    @on(SiteAdded)
    def _added(self, event: SiteAdded) -> None:
        if event.added is None:
            self.captions.write_empty()
        else:
            self._lead_to(event.added)

    @work(exclusive=True, group="added")
    async def _lead_to(self, added: Added) -> None:
        """Lead straight into what was added."""
        there = await self.adding.destination(added)
        await self.show(there.query)
        if there.said:
            toast(self, there.said)
        if there.article_id is None:
            self.show_pane("headlines")
        else:
            self.open_article(there.article_id)
