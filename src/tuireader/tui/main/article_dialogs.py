"""The dialogs of the open article: its contents, its links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.tui.support.safe_text import toast

if TYPE_CHECKING:
    from tuireader.tui.article.view import ArticleView


def open_contents(view: ArticleView) -> None:
    """Show the headings of the article, and jump to the one that is chosen."""
    from tuireader.tui.screens.contents import ContentsScreen
    from tuireader.tui.screens.dialog import open_dialog

    contents = view.contents
    if contents is None or not contents.headings:
        toast(view, "No article is open." if contents is None else "This article has no headings.")
        return

    def jump(index: int | None) -> None:
        if index is not None:
            view.jump_to_heading(contents.article_id, index)

    open_dialog(view.app, ContentsScreen(contents.title, contents.headings, contents.here, contents.length), jump)


def open_links(view: ArticleView) -> None:
    """Show the links that lead out of the article, and open the one that is chosen."""
    from tuireader.content.document.model import links_out
    from tuireader.tui.screens.dialog import open_dialog
    from tuireader.tui.screens.links import LinksScreen

    links = view.links
    if not links_out(links):
        toast(view, "No article is open." if view.contents is None else "This article has no links.")
        return

    def follow(index: int | None) -> None:
        if index is not None:
            view.post_message(view.OpenLink(links[index].url))

    open_dialog(view.app, LinksScreen(links), follow)
