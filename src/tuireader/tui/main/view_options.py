"""How headlines and articles are shown: as the configuration says, else as the user left it the last time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.config.options import Config
from tuireader.tui.support.ui_state import Setting, UiState

if TYPE_CHECKING:
    from tuireader.tui.article.view import ArticleView
    from tuireader.tui.lists.headline_list import HeadlineList


INVITATION = "Press enter to read the selected headline."


def endings(key: str) -> tuple[str, str, str]:
    """What stands at the end of an excerpt, of what may be only a summary, and of what the feed gave of more.

    The key fetches the full text, or shows it.
    """
    return (
        f"This is an excerpt: {key} fetches the full text.",
        f"Only a summary? {key} fetches the full text.",
        f"This is what the feed gave: {key} shows the text of the page.",
    )


def reorders(config: Config) -> bool | None:
    """Whether right-to-left text is put in order here; None where that depends on the terminal."""
    if config.linear:
        return False  # voices and fingers read from the beginning
    return {"reorder": True, "terminal": False}.get(config.bidi)


def in_force(config: Config, state: UiState, name: str, value: Setting) -> Setting:
    """The value of a setting: that of the configuration where it is given there, else what was remembered of it."""
    return value if name in config.given else state.get(name, value)


def make_article_view(config: Config, state: UiState) -> ArticleView:
    """Make the view of the article; the measure that the user chooses in it is remembered."""
    from tuireader.tui.article.view import ArticleView

    view = ArticleView(id="article", reorder=reorders(config))
    view.hyphenate = config.hyphenate
    view.is_linear = config.linear
    view.measure = in_force(config, state, "measure", config.measure)
    view.clear(INVITATION)
    view.watch(view, "measure", lambda measure: state.put("measure", measure), init=False)
    return view


def toggle_dense(headlines: HeadlineList, state: UiState) -> None:
    """One line for each headline, or air around them; it is remembered."""
    row, line = headlines.standing()
    headlines.dense = not headlines.dense
    headlines.stand(row, line)
    state.put("dense", headlines.dense)
