"""What keys do to the article that they act upon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.tui.support.safe_text import toast

if TYPE_CHECKING:
    from tuireader.model.change import Field
    from tuireader.tui.main.background_tasks import BackgroundTasks
    from tuireader.tui.main.external import ExternalPrograms
    from tuireader.tui.main.headlines_pane import HeadlinesPane
    from tuireader.tui.main.key_target import KeyTarget
    from tuireader.tui.main.reading_pane import ReadingPane
    from tuireader.tui.main.statuses import StatusController

MOST_TABS = 20
"""Pages that are opened at once."""


class ArticleCommands:
    """Does what a key asks for to the article that it acts upon; where there is none, nothing."""

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
        """Mark it read, or unread; it stays in the list until that is left."""
        several = self._target.articles()
        if len(several) > 1:
            self._toggle_many(several, "read")
        elif (article := self._target.article()) is not None:
            self._headlines.keep(article.id)
            self._statuses.toggle_read(article.id, article.status)
            self._say_unseen("Marked unread." if article.status.read else "Marked read.")

    def toggle_starred(self) -> None:
        """Star it, or take its star; it stays in the list until that is left."""
        several = self._target.articles()
        if len(several) > 1:
            self._toggle_many(several, "starred")
        elif (article := self._target.article()) is not None:
            self._headlines.keep(article.id)
            self._statuses.toggle_starred(article.id, article.status)
            self._say_unseen("Star taken away." if article.status.starred else "★ Starred.")

    def _say_unseen(self, said: str) -> None:
        """Say what the headlines would show, where they are not seen."""
        if not self._headlines.display:
            toast(self._headlines, said, timeout=1.5)

    def _toggle_many(self, ids: frozenset[int], field: Field) -> None:
        for id_ in ids:
            self._headlines.keep(id_)
        self._statuses.toggle_many(ids, field)
        self._headlines.headlines.select(frozenset())

    def browse(self) -> None:
        """Open it in the user's browser; of many, the first few."""
        ids = sorted(self._target.articles(), reverse=True)
        if len(ids) > MOST_TABS:
            toast(self._headlines, f"{MOST_TABS} of {len(ids)} are opened: more at once few browsers bear.")
        for id_ in ids[:MOST_TABS]:
            self._external.browse_article(id_)

    def copy_link(self) -> None:
        """Copy its address; of several, each on a line of its own."""
        if ids := self._target.articles():
            self._external.copy_links(sorted(ids, reverse=True))

    def fetch_full_text(self) -> None:
        """Fetch its whole text from its site; of several, those that are not here."""
        several = self._target.articles()
        if len(several) > 1 or self._tasks.runner.is_running("download"):
            self._tasks.fetch(several)
        elif (article := self._target.article()) is not None:
            self._reading.fetch_full_text(article.id)
