"""Commands for the current article, including those that open a dialog or another program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from textual.widget import Widget

from tuireader.content.document import model
from tuireader.errors import AddressError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.model import article as model_article
from tuireader.model import feed as model_feed
from tuireader.model.article import Field, Status
from tuireader.store import articles
from tuireader.text.printable import printable
from tuireader.tui.article import view as article_view
from tuireader.tui.dialogs import palette_and_help, questions
from tuireader.tui.main.background_tasks import BackgroundTasks
from tuireader.tui.main.headlines_pane import HeadlinesPane
from tuireader.tui.main.panes import PanesScreen
from tuireader.tui.main.reading_pane import ReadingPane, Start
from tuireader.tui.main.statuses import StatusController
from tuireader.tui.support import browser
from tuireader.tui.support.safe_text import copy_address, toast
from tuireader.tui.support.workers import AsyncWork, start

TABS_MAX = 20
"""Maximum number of pages opened at once."""


class ArticleCommands:
    """Runs key commands on the current article, if there is one."""

    def __init__(
        self,
        target: KeyTarget,
        headlines: HeadlinesPane,
        reading: ReadingPane,
        statuses: StatusController,
        external: ExternalPrograms,
        *,
        tasks: BackgroundTasks,
    ) -> None:
        self._target = target
        self._headlines = headlines
        self._reading = reading
        self._statuses = statuses
        self._external = external
        self._tasks = tasks

    def toggle_read(self) -> None:
        if selected := self._target.selection():
            self._toggle_many(selected, "read")
        elif (article := self._target.article()) is not None:
            self._headlines.keep(article.id)
            self._statuses.toggle_read(article.id, article.status)
            self._say_unseen("Marked as unread" if article.status.read else "Marked as read")

    def toggle_starred(self) -> None:
        if selected := self._target.selection():
            self._toggle_many(selected, "starred")
        elif (article := self._target.article()) is not None:
            self._headlines.keep(article.id)
            self._statuses.toggle_starred(article.id, article.status)
            self._say_unseen("Unstarred" if article.status.starred else "Starred")

    def _say_unseen(self, said: str) -> None:
        """Show a toast if the headline list, which would show the change, is not visible."""
        if not self._headlines.display:
            toast(self._headlines, said, timeout=1.5)

    def _toggle_many(self, ids: frozenset[int], field: Field) -> None:
        for id_ in ids:
            self._headlines.keep(id_)
        self._statuses.toggle_many(ids, field)
        self._headlines.headlines.select(frozenset())

    def browse(self) -> None:
        """Open the article in the user's browser; of a selection, at most `TABS_MAX`."""
        ids = sorted(self._target.articles(), reverse=True)
        if len(ids) > TABS_MAX:
            toast(self._headlines, f"Opened the first {TABS_MAX} of {len(ids)} articles")
        for id_ in ids[:TABS_MAX]:
            self._external.browse_article(id_)

    def copy_link(self) -> None:
        """Copy the link, code or table under the keyboard cursor, else the article's link; of several, one a line."""
        if self._target.is_in_article and self._reading.view.copy_here():
            return
        if ids := self._target.articles():
            self._external.copy_links(sorted(ids, reverse=True))

    def fetch_full_text(self) -> None:
        """Fetch the full text of the article, or of all selected ones that lack it."""
        if selected := self._target.selection():
            self._tasks.fetch(selected)
        elif (article := self._target.article()) is not None:
            self._reading.fetch_full_text(article.id)


def open_contents(view: article_view.ArticleView, go_there: Callable[[], object]) -> None:
    """Show the headings of the article in a dialog; `go_there` and jump to the chosen one."""
    contents = view.contents
    if contents is None or not contents.headings:
        toast(view, "No article open" if contents is None else "No headings in this article")
        return

    def jump(index: int | None) -> None:
        if index is not None:
            go_there()
            view.jump_to_heading(contents.article_id, index)

    questions.open_dialog(
        view.app,
        palette_and_help.ContentsScreen(contents.title, contents.headings, contents.here, contents.length),
        jump,
    )


def open_links(view: article_view.ArticleView) -> None:
    """Show the article's outgoing links in a dialog and open the chosen one."""
    links = view.links
    if not model.links_out(links):
        toast(view, "No article open" if view.contents is None else "No links in this article")
        return

    def follow(index: int | None) -> None:
        if index is not None:
            view.post_message(view.OpenLink(links[index].url))

    questions.open_dialog(view.app, palette_and_help.LinksScreen(links), follow)


class TargetArticle(NamedTuple):
    """The article that a key acts on."""

    id: int
    status: Status


class KeyTarget:
    """Finds what a key acts on, given the focused pane."""

    def __init__(self, panes: PanesScreen) -> None:
        self._panes = panes

    @property
    def _reading(self) -> tuple[model_article.Article, Status] | None:
        return self._panes.reading.opened if self._panes.pane == "article" else None

    @property
    def is_in_article(self) -> bool:
        return self._reading is not None

    def article(self) -> TargetArticle | None:
        """The open article if its pane has the focus, else the article under the cursor."""
        if (reading := self._reading) is not None:
            article, status = reading
            return TargetArticle(article.id, status)
        headline = self._panes.headlines.current
        return TargetArticle(headline.id, headline.status) if headline else None

    def selection(self) -> frozenset[int]:
        """The selected articles, unless the pane of the open one has the focus."""
        return frozenset() if self._panes.pane == "article" else self._panes.headlines.selected

    def articles(self) -> frozenset[int]:
        if selected := self.selection():
            return selected
        article = self.article()
        return frozenset() if article is None else frozenset({article.id})

    def start(self) -> Start | None:
        """The article from which "next" and "previous" start."""
        if (reading := self._reading) is not None:
            return Start(reading[0].id)
        headline = self._panes.headlines.current
        if headline is None:
            return None
        return Start(headline.id, is_next_unread=self._panes.pane != "article" and not headline.read)

    def feed(self) -> model_feed.Feed | None:
        summary = self.summary()
        return None if summary is None else summary.feed

    def summary(self) -> model_feed.FeedSummary | None:
        """The feed that a key acts on, with its counts; None if there is none.

        The feed under the cursor, else the only chosen feed, else outside the sidebar that of the current article.
        """
        sidebar = self._panes.sidebar
        if (pointed := sidebar.pointed_feed) is not None:
            return pointed
        if self._panes.pane == "sidebar" and len(self._panes.headlines_pane.wanted.feeds) != 1:
            return None  # the cursor is on something else, such as a folder
        feed_id = self._feed_id()
        return sidebar.counts.feed(feed_id) if sidebar.counts else None

    def _feed_id(self) -> int | None:
        chosen = self._panes.headlines_pane.wanted.feeds
        if len(chosen) == 1:
            return chosen[0]
        if (reading := self._reading) is not None:
            return reading[0].feed_id
        headline = self._panes.headlines.current
        return headline.feed_id if headline is not None else None


class ExternalPrograms:
    """Opens links in other programs."""

    def __init__(self, node: Widget, cache: Cache) -> None:
        """`node` shows toasts and runs the workers."""
        self._node = node
        self._cache = cache
        self._on_their_way: set[str] = set()
        """Addresses that are just being handed to the browser."""

    def browse(self, address: str) -> None:
        self._run(partial(self._open_in_browser, address))

    def browse_article(self, article_id: int) -> None:
        self._run(partial(self._browse_article, article_id))

    def copy_links(self, ids: Sequence[int]) -> None:
        self._run(partial(self._copy_links, ids), exclusive=True)

    def _run(self, work: AsyncWork, *, exclusive: bool = False) -> None:
        start(self._node, work, group="browser", exclusive=exclusive)

    async def _browse_article(self, article_id: int) -> None:
        if (link := await self._link(article_id)) is not None:
            await self._open_in_browser(link)

    async def _open_in_browser(self, address: str) -> None:
        """Open a link unless the browser is already opening it."""
        if address in self._on_their_way:
            return
        self._on_their_way.add(address)
        try:
            await self._hand_over(address)
        finally:
            self._on_their_way.discard(address)

    async def _hand_over(self, address: str) -> None:
        try:
            await browser.open_link(self._node.app, address)
        except AddressError as error:
            toast(self._node, str(error), severity="error")

    async def _copy_links(self, ids: Sequence[int]) -> None:
        links = [link for id_ in ids if (link := await self._link(id_)) is not None]
        if len(links) == 1:
            copy_address(self._node, links[0])
        elif links:
            self._node.app.copy_to_clipboard("\n".join(map(printable, links)))
            toast(self._node, f"Copied {len(links)} links")

    async def _link(self, article_id: int) -> str | None:
        article = await self._cache.read(lambda c: articles.get(c, article_id))
        if not article.link:
            toast(self._node, "This article has no link")
        return article.link or None
