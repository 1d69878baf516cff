"""The main screen: creates the panes and controllers and connects them."""

from __future__ import annotations

import time
from functools import partial

from textual import events, on

from tuireader.config import Config
from tuireader.errors import ConfigError, StoreError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model.article import Clock, StatusChange
from tuireader.model.query import Query
from tuireader.store.connection import Connection
from tuireader.store.queries import search
from tuireader.tui import chrome, keys
from tuireader.tui.article import view
from tuireader.tui.commands import BY_ID
from tuireader.tui.dialogs import files, questions, settings, sheets
from tuireader.tui.lists.feed_tree import FeedTree, folded_from, folded_to_text
from tuireader.tui.lists.headline_list import HeadlineList
from tuireader.tui.lists.row_list import RowList
from tuireader.tui.lists.side_list import SideList
from tuireader.tui.main.article_commands import ArticleCommands, ExternalPrograms, KeyTarget, open_contents, open_links
from tuireader.tui.main.background_tasks import (
    INDEX_DELAY,
    BackgroundTasks,
    Upkeep,
    collect_garbage,
    look_for_damage,
)
from tuireader.tui.main.feed_control import AddController, FeedController, FeedsChanged, SiteAdded
from tuireader.tui.main.headline_selection import MarkController, SelectController
from tuireader.tui.main.headlines_pane import HeadlinesPane
from tuireader.tui.main.navigation import LinkTrail, Navigation, Preview, ReadMark
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.query_controller import PromptController, QueryController, SearchesController
from tuireader.tui.main.reading_pane import Arrival, ReadingPane
from tuireader.tui.main.resume import Resume, SessionState, endings, in_force, make_article_view, reorders, toggle_dense
from tuireader.tui.main.sidebar import Sidebar
from tuireader.tui.main.statuses import FeedRestored, StatusChanged, StatusController, UndoStep
from tuireader.tui.main.tags_and_folders import FilingController, RuleController
from tuireader.tui.main.task_runner import Changed, Ended, Progressed
from tuireader.tui.main.title_and_hints import Captions
from tuireader.tui.support.safe_text import copy_address, toast
from tuireader.tui.support.typeahead import POLL_INTERVAL
from tuireader.tui.support.workers import ASKING, IDLE_DELAY, UiState, Web, is_busy
from tuireader.tui.themes import DARK

MINUTE = 60.0
"""Seconds between updates of ages."""
FIRST_FRAME_TIMEOUT = 0.5
"""Maximum seconds without drawing at the start while the restored article loads."""
HIDDEN = "is:hidden "
"""The search text that finds articles hidden by rules."""
_GARBAGE = 1.0
"""Seconds until garbage is collected even if no counts have arrived."""
_LEADING = frozenset({"list", "facets", "searches", "article"})
"""Worker groups that load what is shown."""


_ON_ARTICLE = frozenset({"read", "star", "browser", "copy-link", "full-text"})
"""Commands that act on the article under the cursor."""
_ON_LIST = frozenset({"select-all", "select-to"})
"""Commands that act on the list, which an open article may hide."""


class ReaderScreen(PanesScreen):
    """Connects sidebar, headlines, article, statuses and refreshes; none of them knows the others."""

    def __init__(
        self,
        cache: Cache,
        web: Web,
        connection: Connection,
        state: UiState,
        *,
        config: Config,
        clock: Clock,
        resumes: bool,
    ) -> None:
        """`connection` is for bounded reads on the loop, `cache` for all others.

        `resumes`: restore the last session.
        """
        keymap = config.keymap
        unwritten: list[StatusChange] = []
        headlines = HeadlinesPane(cache, connection, clock, unwritten, id="headlines-pane")
        reading = ReadingPane(
            cache,
            web,
            make=lambda: make_article_view(self.config, state, self._remember),
            arrived=self._arrived,
            unwritten=unwritten,
            endings=endings(keymap),
            to_unread=config.open_next_unread,
            id="reading",
        )
        super().__init__(Sidebar(cache, id="sidebar"), headlines, reading, keymap)
        self.cache = cache
        self.connection = connection
        self.clock = clock
        self.config = config
        self.resumes = resumes
        self._is_prepared = False
        """Whether the idle tasks after the start have begun."""
        self._state = state
        self.upkeep = Upkeep(self, cache)
        undo_key = keys.keys_of("undo", keymap)[0]
        self.statuses = StatusController(
            self,
            cache,
            unwritten,
            show=(headlines.headlines.apply, reading.apply, self._status_shown),
            is_reading=lambda: headlines.is_reading,
            undo_key=undo_key,
            clock=clock,
        )
        self.tasks = BackgroundTasks(self, cache, web, connection, config=config, clock=clock)
        reading.from_server = self.tasks.syncing.full_text
        self.captions = Captions(self, self.tasks, clock)
        self.choosing = QueryController(self, self.captions)
        self.key_target = KeyTarget(self)
        self.prompts = PromptController(self, cache, self.choosing.want)
        self.selecting = SelectController(self, cache, self.choosing, self._selected)
        self.ruling = RuleController(
            self,
            cache,
            self.key_target,
            self.statuses,
            clock=clock,
            undo_key=undo_key,
        )
        self.marking = MarkController(self, cache, self.statuses)
        self.filing = FilingController(self, cache, self.statuses, self.tasks.syncing.push, undo_key)
        self.searches = SearchesController(self, cache, self.prompts, self.statuses, undo_key)
        self.read_mark = ReadMark(self, self.statuses, config.mark_read_after)
        self.journey = Navigation(self, self.key_target, self.statuses, self.read_mark, keymap)
        self.preview = Preview(self)
        self.resume = Resume(self, connection, state, self.journey)
        self.adding = AddController(self, cache, web, connection, clock)
        self.external = ExternalPrograms(self, cache)
        self.trail = LinkTrail(self, cache, self.journey, self.external)
        self.feed_control = FeedController(
            self,
            cache,
            web,
            statuses=self.statuses,
            external=self.external,
            tasks=self.tasks,
            config=lambda: self.config,
            clock=clock,
            undo_key=undo_key,
        )
        self._wire(ArticleCommands(self.key_target, headlines, reading, self.statuses, self.external, tasks=self.tasks))

    def _wire(self, article: ArticleCommands) -> None:
        """Map command ids to handlers."""
        self.handlers |= {
            "next-article": partial(self.journey.step, 1),
            "previous-article": partial(self.journey.step, -1),
            "next-unread": partial(self.journey.step, 1, unread=True),
            "previous-unread": partial(self.journey.step, -1, unread=True),
            "read": article.toggle_read,
            "all-read": self.marking.mark_all,
            "mark-as-read": self.marking.ask,
            "select": self.selecting.toggle,
            "select-to": self.selecting.select_to,
            "select-all": self.selecting.select_all,
            "tags": self._choose_tags_or_folder,
            "exclude": self._exclude,
            "save-search": self.searches.save,
            "rules": self.ruling.ask,
            "stories": self._toggle_stories,
            "hidden": lambda: self.choosing.want(Query(text=HIDDEN)),
            "undo": self.statuses.undo,
            "star": article.toggle_starred,
            "browser": article.browse,
            "copy-link": article.copy_link,
            "full-text": article.fetch_full_text,
            "download": self.tasks.download,
            "contents": lambda: open_contents(self.article, partial(self.show_pane, "article")),
            "links": lambda: open_links(self.article),
            "search": self.prompts.ask,
            "clear-choices": lambda: self.choosing.clear(self.prompts.order),
            "sort": self.choosing.sort,
            "dense": lambda: toggle_dense(self.headlines, self._remember),
            "refresh": self.refresh_feed,
            "prune": self.tasks.ask_to_prune,
            "archive": lambda: self.tasks.toggle_backfill(self.key_target.feed()),
            "refresh-all": self._refresh_all,
            "add": lambda: self.adding.ask(()),
            "import": self.adding.ask_for_file,
            "export": self.tasks.ask_to_export,
            "unsubscribe-feed": lambda: self.feed_control.ask_to_unsubscribe(self.key_target.summary()),
            "files": self._show_files,
            "log": lambda: questions.open_dialog(self.app, files.LogScreen()),
            "sync": self.tasks.syncing.sync_as_asked,
            "account": self.tasks.syncing.ask_for_account,
            "read-page": self.adding.ask_for_page,
            "feed-info": self._edit,
            "zen": self.journey.toggle_zen,
            "settings": self._ask_for_settings,
        }

    # Beginning and end.

    def on_mount(self) -> None:
        """Show what is in the cache, then refresh what is due."""
        self.headlines_pane.apart = not self.config.one_story
        self.headlines.dense = in_force(self.config, self._state, "dense", self.config.dense)
        for rows in self.query(RowList):
            rows.reorder = reorders(self.config)
        self.sidebar.feed_tree.folded = folded_from(self._state.get("folded", ""))
        self.sidebar.feed_tree.show_views(None)
        self.feed_control.remove_left()
        self._begin()
        self.headlines.focus()
        self.set_interval(MINUTE, self._age)
        if self.config.refresh_every:
            self.set_interval(self.config.refresh_every * MINUTE, self.tasks.refresh_quietly)
        self.set_timer(_GARBAGE, collect_garbage)
        self.set_timer(IDLE_DELAY, partial(look_for_damage, self, self.cache))
        self.upkeep.later()
        if self.config.refresh_on_start:
            self.call_after_refresh(self.tasks.refresh, None, force=False)
            self.set_timer(INDEX_DELAY, self.tasks.syncing.sync)
            self.set_timer(IDLE_DELAY, self.tasks.complete)

    def _prepare(self) -> None:
        current = self.headlines.current
        self.reading.prepare(current.id if current is not None else None)

    def on_unmount(self) -> None:
        self.reading.keep_position()
        self.feed_control.remove_left()

    def _begin(self) -> None:
        """Show the first headlines at once, or restore the last session."""
        there = self.resume.kept if self.resumes else SessionState()
        if there == SessionState():
            self.resume.is_led = True
            self.headlines_pane.begin()
            self.captions.write_empty()
            self.recount()
        else:
            self.headlines_pane.watch_cache()
            self.hold()
            self.call_after_refresh(self._lead_back, there)  # it takes what the screen has room for

    def _lead_back(self, there: SessionState) -> None:
        try:
            self.resume.lead(there)
        except StoreError as error:
            toast(self, str(error), severity="error")
            self.recount()
        finally:
            self.sidebar.count_searches()
            self._release(time.monotonic() + FIRST_FRAME_TIMEOUT)

    def _release(self, latest: float) -> None:
        """Start painting once the restored article is loaded."""
        if self.panes_beside < 3 and self.reading.is_opening and time.monotonic() < latest:
            self.set_timer(POLL_INTERVAL, lambda: self._release(latest))
        else:
            self.release()

    def _age(self) -> None:
        self.headlines.refresh()
        self.captions.write_title()

    # What is shown.

    @property
    def wanted(self) -> Query:
        return self.headlines_pane.wanted

    @on(Sidebar.SearchEdited)
    def _follow_search(self, event: Sidebar.SearchEdited) -> None:
        if self.headlines_pane.wanted.text.strip() == event.before:
            self.prompts.show(event.query)

    @on(Sidebar.Counted)
    def _counted(self) -> None:
        self.choosing.counted()
        if not self._is_prepared:
            self._is_prepared = True
            collect_garbage()
            self._prepare()
        counts = self.sidebar.counts
        if counts is not None and counts.unindexed and counts.query.text.strip():
            self.upkeep.index()

    @property
    def is_settled(self) -> bool:
        """True when no loading worker runs and counts are current."""
        counts = self.sidebar.counts
        is_there = self.resume.is_led and counts is not None and counts.query == self.wanted
        return is_there and not any(each.group in _LEADING and not each.is_finished for each in self.app.workers)

    def recount(self) -> None:
        """Reload the list and all counts; the cursor stays on its article."""
        if self.headlines_pane.reread():
            self.sidebar.count(self.wanted)
        self.sidebar.count_searches()
        self.reading.reread_status()

    @on(HeadlinesPane.Outdated)
    @on(Ended)
    def _read_again(self) -> None:
        self.recount()

    @on(Ended)
    def _tend_later(self) -> None:
        self.tasks.complete()
        self.tasks.syncing.sync()
        self.upkeep.later()

    @on(Changed)
    def _read_again_soon(self) -> None:
        self.headlines_pane.outdate_soon()

    @on(HeadlinesPane.Listed)
    def _listed(self, event: HeadlinesPane.Listed) -> None:
        self.captions.write_empty()
        self._headline_pointed()
        if not self.headlines.row_count() and self.pane != "article":
            self.reading.close()
        if event.is_another:
            self.selecting.clear()
            # They are painted first: what counts would hold that up.
            self.call_after_refresh(lambda: self.sidebar.count(self.wanted))

    @on(StatusChanged)
    def _status_changed(self, event: StatusChanged) -> None:
        self.tasks.syncing.soon()
        if event.lists_too:
            self.recount()
        else:
            self.sidebar.count(self.wanted)
            self.sidebar.count_searches()

    @on(Progressed)
    def _progressed(self) -> None:
        self.captions.write_title()
        self.captions.write_empty()

    def show_hints(self) -> None:
        """Update the hint line for the focused pane."""
        super().show_hints()
        self.captions.write_pointed()
        self.captions.write_title()

    @on(SideList.Pointed)
    def _row_pointed(self) -> None:
        self.captions.write_pointed()

    # Choosing and searching.

    @on(SideList.Chosen)
    def _choose(self, event: SideList.Chosen) -> None:
        self.choosing.choose(event)

    @on(SideList.Entered)
    def _enter(self) -> None:
        self.show_pane("headlines")

    def on_prompt_changed(self, event: chrome.Prompt.Changed) -> None:
        self.prompts.changed(event)

    async def on_prompt_closed(self, event: chrome.Prompt.Closed) -> None:
        await self.prompts.closed(event)

    def back(self) -> None:
        """Go back: first out of a followed link, a search or a filter."""
        if not (self.trail.back() or self._unselect() or self.prompts.clear() or self._stop_download()):
            super().back()

    @on(FeedTree.Folded)
    def _remember_folds(self) -> None:
        self._state.put("folded", folded_to_text(self.sidebar.feed_tree.folded))

    @on(SideList.ChosenToo)
    def _choose_too(self, event: SideList.ChosenToo) -> None:
        self.selecting.choose_too(event.side_list)

    @on(HeadlineList.Selected)
    def _select_too(self) -> None:
        self.selecting.toggle_current()

    def _unselect(self) -> bool:
        return self.pane != "article" and self.selecting.clear()

    def _stop_download(self) -> bool:
        return self.pane == "headlines" and self.tasks.stop_download()

    def _selected(self) -> None:
        self.captions.write_title()
        self.write_keys()

    def _edit(self) -> None:
        """Edit what is under the cursor: a saved search, the name of a folder, or a feed."""
        summary = self.key_target.summary()
        if not ((summary is None and self._file_feeds()) or self.searches.edit()):
            self.feed_control.show(summary)

    def _exclude(self) -> None:
        if not self.searches.ask_to_remove():
            self.selecting.exclude()

    def _show_files(self) -> None:
        dialog = files.FilesScreen()
        paths = [*dialog.files.values()]
        questions.open_dialog(
            self.app, dialog, lambda row: None if row is None else copy_address(self, str(paths[row]))
        )

    def _ask_for_settings(self) -> None:
        shown = settings.of_program(self._option, self.set_option)
        questions.open_dialog(self.app, settings.SettingsScreen("Settings", shown))

    def _option(self, name: str) -> object:
        """The current value of an option, which commands may have changed."""
        now = {"theme": self.app.theme, "dense": self.headlines.dense, "measure": self.article.measure}
        return now.get(name, getattr(self.config, name))

    def set_option(self, name: str, value: object) -> None:
        """Write an option into the configuration file, and apply it if possible at once; raises ConfigError."""
        self.config = settings.changed(self.config, name, value)
        if name == "theme":
            self.app.theme = self.config.theme or DARK.name
        elif name == "dense":
            self.headlines.dense = self.config.dense
            self.headlines.refresh()
        elif name == "measure":
            self.article.measure = self.config.measure

    def _remember(self, name: str, value: int) -> None:
        """Remember what a key has changed: in the configuration file, if it is given there."""
        if name not in self.config.given:
            self._state.put(name, value)
        elif getattr(self.config, name) != value:
            try:
                self.config = settings.changed(self.config, name, value)
            except ConfigError as error:
                toast(self, str(error), severity="error")

    def _toggle_stories(self) -> None:
        """Toggle between showing duplicates as separate articles and showing one of them."""
        pane = self.headlines_pane
        pane.apart = not pane.apart
        pane.want(self.wanted, pane.place)
        said = "Ungrouped duplicates" if pane.apart else "Grouped duplicates"
        toast(self, said)

    async def action_command(self, id_: str) -> None:
        if BY_ID[id_].needs_article and not self.headlines.row_count() and not self.key_target.articles():
            toast(self, "No article selected")
        elif (id_ in _ON_ARTICLE and self.pane == "sidebar") or (id_ in _ON_LIST and self.pane == "article"):
            toast(self, "Go to the article list first")
        else:
            await super().action_command(id_)

    @on(RowList.FilingWanted)
    def _choose_tags_or_folder(self) -> None:
        """In the sidebar, ask for the folder of the feeds under the cursor, or edit the saved search; else for tags."""
        if self.pane != "sidebar":
            self.filing.tag(self.key_target.articles())
        elif not (self._file_feeds() or self.searches.edit()):
            toast(self, "Select a feed, a folder or a saved search first")

    def _file_feeds(self) -> bool:
        """Ask for a folder for the feeds under the cursor of the sidebar; returns whether there are any."""
        if feeds := self.sidebar.feeds_to_act_on:
            self.filing.file(feeds, is_folder=self.sidebar.pointed_feed is None)
        return bool(feeds)

    # Reading.

    @on(HeadlineList.Opened)
    def _open_headline(self, event: HeadlineList.Opened) -> None:
        self.journey.open(event.article_id)

    def _arrived(self, arrival: Arrival) -> None:
        self.trail.arrived(arrival.article_id)
        self.journey.arrive(arrival)
        text = self.headlines_pane.listed.text
        self.article.mark_words(partial(search.matches, query=text) if search.is_for_words(text) else None)
        self.resume.keep_soon()
        if arrival.how == "opened":
            self.reading.complete_excerpt(arrival.article_id, self.config.full_text)
        if "is:hidden" in self.wanted.text.lower():
            self.ruling.say_what_hides(arrival.article_id)

    @on(HeadlineList.Pointed)
    def _headline_pointed(self) -> None:
        self.resume.keep_soon()
        self.captions.write_pointed()
        if self.config.preview:
            self.preview.pointed()

    @on(events.Resize)
    def _preview_again(self) -> None:
        if self.config.preview:
            self.preview.pointed()

    def entered(self) -> None:
        self.read_mark.enter()

    def on_article_view_position_changed(self, event: view.ArticleView.PositionChanged) -> None:
        self.read_mark.scrolled(event.article_id)

    def _status_shown(self, change: StatusChange) -> None:
        self.read_mark.apply(change)

    def holds(self, typed: events.Key | events.Paste) -> bool:
        """Whether typed keys must wait for a running load; see `TypeAhead`."""
        is_asking = is_busy(self, ASKING) or is_busy(self, "select")
        return not self.resume.is_led or is_asking or self.journey.holds(typed)

    def on_article_view_head_passed(self) -> None:
        self.captions.write_title()

    def on_article_view_found(self, event: view.ArticleView.Found) -> None:
        self.is_finding, self.is_typing = bool(event.sought or event.said), event.is_typing
        self.show_hints()

    def on_article_view_at_end(self) -> None:
        if self.reading.is_fetching:  # what is at its end is the excerpt
            toast(self, f"Fetching full text… · {keys.key_on(self, 'next-unread')}: next article")
            return
        self.journey.step(1, unread=self.config.open_next_unread)

    def on_article_view_open_link(self, event: view.ArticleView.OpenLink) -> None:
        self.trail.follow(event.url)

    def on_article_view_open_sheet(self, event: view.ArticleView.OpenSheet) -> None:
        sheets.open_sheet(self.reading.view, event)

    @on(ReadingPane.Fetched)
    def _full_text_fetched(self, event: ReadingPane.Fetched) -> None:
        self.journey.open_again(event.article_id, is_asked=event.is_asked)
        self.recount()

    def action_copy_text(self) -> None:
        super().action_copy_text()
        toast(self, "Copied")

    # Refreshing and adding.

    def refresh_feed(self) -> None:
        """Refresh the feed that the key acts on."""
        feed = self.key_target.feed()
        if feed is None:
            toast(self, "Select a feed or an article first")
        elif feed.is_of_account:
            self.tasks.syncing.sync_as_asked()
        else:
            self.tasks.refresh([feed], force=True)

    def _refresh_all(self) -> None:
        self.tasks.refresh(None, force=True)
        self.tasks.syncing.sync(is_asked=True)

    @on(FeedsChanged)
    def _feeds_changed(self, event: FeedsChanged) -> None:
        self.choosing.leave(event.left)
        self.recount()
        self.tasks.syncing.soon()

    @on(FeedRestored)
    def _feed_restored(self, event: FeedRestored) -> None:
        self.feed_control.restore(event.step)

    @on(SiteAdded)
    def _added(self, event: SiteAdded) -> None:
        if event.added is None:
            self.captions.write_empty()
        elif event.added.feed_id is None:
            if event.added.report:
                questions.open_dialog(self.app, files.LinesScreen("Import report", event.added.report))
            else:
                toast(self, event.added.said)
            self._read_again()
            self.tasks.refresh(None, force=False)
        else:
            self.feed_control.restore(UndoStep("", feed_id=event.added.feed_id))
            self.tasks.complete()
            self.adding.lead_to(event.added, self.choosing, self.journey)
