"""The dialogs of the open article: its contents, its links."""

from __future__ import annotations

from textual.app import App

from tuireader.tui.article.view import ArticleView
from tuireader.tui.screens.contents import ContentsScreen
from tuireader.tui.screens.dialog import open_dialog
from tuireader.tui.screens.links import LinksScreen


def open_contents(app: App[None], view: ArticleView, wanted: ArticleView.ContentsWanted) -> None:
    """Show the headings, and jump to the one that is chosen."""

    def jump(index: int | None) -> None:
        if index is not None:
            view.jump_to_heading(wanted.article_id, index)

    open_dialog(app, ContentsScreen(wanted.title, wanted.headings, wanted.here, wanted.length), jump)


def open_links(app: App[None], view: ArticleView, wanted: ArticleView.LinksWanted) -> None:
    """Show the links that lead out of the article, and open the one that is chosen."""

    def follow(index: int | None) -> None:
        if index is not None:
            view.post_message(ArticleView.OpenLink(wanted.links[index].url))

    open_dialog(app, LinksScreen(wanted.links), follow)
