"""A small app around the article view, and articles to show in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from textual.app import App, ComposeResult
from textual.message import Message

from tuireader.content.blocks import Document
from tuireader.content.document import to_document
from tuireader.model import Article, Status
from tuireader.tui import themes
from tuireader.tui.widgets.article import ArticleView


@dataclass(frozen=True)
class Opened:
    """What the view shows: an article, what its reader did with it, and its text."""

    article: Article
    status: Status
    document: Document


def opened(
    markdown: str, *, id: int = 1, position: int = 0, title: str = "A Title", words: int = 900, **facts: Any
) -> Opened:
    made = {
        "authors": ("Zoë Ångström-Díaz", "Andrew Marlow"),
        "categories": ("China/Russia",),
        "published": datetime(2017, 6, 30, 12, tzinfo=UTC),
        **facts,
    }
    article = Article(
        id=id,
        feed_id=1,
        feed_title=made.pop("feed_title", "The Slow Terminal"),
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
    return Opened(article, Status(position=position), to_document(markdown, title=title))


class Host(App[None]):
    """The view alone, in the house's theme."""

    CSS = "ArticleView { height: 1fr; }"

    def __init__(self, shown: Opened | None = None, *, reorder: bool = True) -> None:
        super().__init__()
        self.view = ArticleView(reorder=reorder)
        self.messages: list[Message] = []
        self._shown = shown
        for theme in themes.HOUSE:
            self.register_theme(theme)
        self.theme = "tuireader-dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.tones(self.current_theme)

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()
        if self._shown is not None:
            self.view.show(self._shown)

    def on_article_view_position_changed(self, message: ArticleView.PositionChanged) -> None:
        self.messages.append(message)

    def on_article_view_at_end(self, message: ArticleView.AtEnd) -> None:
        self.messages.append(message)

    def on_article_view_open_link(self, message: ArticleView.OpenLink) -> None:
        self.messages.append(message)

    def on_article_view_link_focused(self, message: ArticleView.LinkFocused) -> None:
        self.messages.append(message)

    def on_article_view_link_hovered(self, message: ArticleView.LinkHovered) -> None:
        self.messages.append(message)

    def on_article_view_found(self, message: ArticleView.Found) -> None:
        self.messages.append(message)
