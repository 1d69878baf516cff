"""What keys do to the article that they act upon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.tui.support.safe_text import toast

if TYPE_CHECKING:
    from tuireader.tui.main.external import ExternalPrograms
    from tuireader.tui.main.headlines_pane import HeadlinesPane
    from tuireader.tui.main.key_target import KeyTarget
    from tuireader.tui.main.reading_pane import ReadingPane
    from tuireader.tui.main.statuses import StatusController


class ArticleCommands:
    """Does what a key asks for to the article that it acts upon; where there is none, nothing."""

    def __init__(
        self,
        target: KeyTarget,
        headlines: HeadlinesPane,
        reading: ReadingPane,
        statuses: StatusController,
        external: ExternalPrograms,
    ) -> None:
        self._target = target
        self._headlines = headlines
        self._reading = reading
        self._statuses = statuses
        self._external = external

    def toggle_read(self) -> None:
        """Mark it read, or unread; it stays in the list until that is left."""
        if (article := self._target.article()) is not None:
            self._headlines.keep(article.id)
            self._statuses.toggle_read(article.id, article.status)
            self._say_unseen("Marked unread." if article.status.read else "Marked read.")

    def toggle_starred(self) -> None:
        """Star it, or take its star; it stays in the list until that is left."""
        if (article := self._target.article()) is not None:
            self._headlines.keep(article.id)
            self._statuses.toggle_starred(article.id, article.status)
            self._say_unseen("Star taken away." if article.status.starred else "★ Starred.")

    def _say_unseen(self, said: str) -> None:
        """Say what the headlines would show, where they are not seen."""
        if not self._headlines.display:
            toast(self._headlines, said, timeout=1.5)

    def browse(self) -> None:
        """Open it in the user's browser."""
        if (article := self._target.article()) is not None:
            self._external.browse_article(article.id)

    def copy_link(self) -> None:
        """Copy its address."""
        if (article := self._target.article()) is not None:
            self._external.copy_link(article.id)

    def fetch_full_text(self) -> None:
        """Fetch its whole text from its site."""
        if (article := self._target.article()) is not None:
            self._reading.fetch_full_text(article.id)
