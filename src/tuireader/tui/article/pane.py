"""The place of the article: empty when the program starts, since the page is loaded after the first headlines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.containers import Container

if TYPE_CHECKING:
    from tuireader.tui.article.view import ArticleView


class ReadingPane(Container):
    """Holds the view of the article, which is made when it is first asked for."""

    def __init__(self, make: Callable[[], ArticleView], *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._make = make
        self._view: ArticleView | None = None

    @property
    def view(self) -> ArticleView:
        """The view of the article."""
        if self._view is None:
            self._view = self._make()
            self.mount(self._view)
        return self._view

    @property
    def has_article(self) -> bool:
        """Whether an article is open."""
        return self._view is not None and self._view.article is not None
