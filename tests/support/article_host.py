"""A small app around the article view, and articles to show in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.message import Message

from support.themed_app import ThemedApp
from tuireader.content.document.build import to_document
from tuireader.library.reading.open_article import OpenArticle
from tuireader.model.article import Article, Status
from tuireader.tui.article.view import ArticleView
from tuireader.tui.dialogs.sheets import open_sheet


def opened(
    markdown: str, *, number: int = 1, position: int = 0, title: str = "A Title", words: int = 900, **facts: Any
) -> OpenArticle:
    """An article of Markdown, as the library gives one."""
    made: dict[str, Any] = {
        "feed_title": "The Slow Terminal",
        "authors": ("Zoë Ångström-Díaz", "Andrew Marlow"),
        "categories": ("China/Russia",),
        "published": datetime(2017, 6, 30, 12, tzinfo=UTC),
        **facts,
    }
    article = Article(
        id=number,
        feed_id=1,
        feed_url="https://slow.example/feed/",
        guid="g",
        title=title,
        link="https://slow.example/a",
        updated=None,
        date=datetime(2017, 6, 30, 12, tzinfo=UTC),
        words=words,
        offline=True,
        **made,
    )
    return OpenArticle(article, Status(position=position), "", markdown, to_document(markdown, title=title))


def paragraphs(count: int, words: int = 60) -> str:
    """So many paragraphs, no two words of which are the same."""
    return "\n\n".join(" ".join(f"w{number}x{word}" for word in range(words)) for number in range(count))


class Host(ThemedApp):
    """The view alone, in the house's theme."""

    CSS = "ArticleView { height: 1fr; }"

    def __init__(self, shown: OpenArticle | None = None, *, reorder: bool = True) -> None:
        super().__init__()
        self.view = ArticleView(reorder=reorder)
        self.messages: list[Message] = []
        """What the view told, but for where it is."""
        self.positions: list[ArticleView.PositionChanged] = []
        self._shown = shown

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()
        if self._shown is not None:
            self.view.show(self._shown)

    @on(ArticleView.PositionChanged)
    def _position(self, message: ArticleView.PositionChanged) -> None:
        self.positions.append(message)

    @on(ArticleView.AtEnd)
    @on(ArticleView.Found)
    @on(ArticleView.LinkFocused)
    @on(ArticleView.LinkHovered)
    @on(ArticleView.OpenLink)
    def _told(self, message: Message) -> None:
        self.messages.append(message)

    @on(ArticleView.OpenSheet)
    def _open_sheet(self, message: ArticleView.OpenSheet) -> None:
        open_sheet(self.view, message)

    def rows(self) -> list[str]:
        """What is drawn, row by row, as it is seen."""
        return [self.view.render_line(y).text.rstrip() for y in range(self.view.size.height)]

    def text(self) -> str:
        return "\n".join(self.rows())
