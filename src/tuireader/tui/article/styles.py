"""What the roles of a page look like: from the theme's variables to styles that can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.color import Color

from tuireader.content.layout.line import ROLES
from tuireader.tui.themes import readable

if TYPE_CHECKING:
    from textual.css.styles import RenderStyles
    from textual.widget import Widget

STATES = ("link-hover", "link-here", "match", "match-here", "thumb", "message", "foot", "typed")
"""Roles that the view adds to those of the layout."""

COMPONENTS = {f"article--{role}" for role in (*ROLES, *STATES)}

ORNAMENT = frozenset({"margin", "quote-bar", "rule", "table-rule", "thumb", "code-edge"})
"""Roles that draw lines and no text: they may be fainter than text may be."""

_TINTED = frozenset({"match", "mark", "link-hover", "code", "code-block"})
"""Roles with a tint of the background, which the terminal's own colours (of the "ansi" themes) cannot be given."""
_NOTED = frozenset({"match", "mark", "link-hover"})
"""Those among them that must be seen: without a tint they are drawn in reverse."""
_REVERSE = Style(reverse=True)

CSS = """
ArticleView {
    background: $background;
    color: $ink;
    overflow-x: hidden;
    overflow-y: scroll;
    scrollbar-size: 0 0;
    & > .article--title { text-style: bold; }
    & > .article--source { color: $mark; }
    & > .article--byline { color: $ink-faint; }
    & > .article--rule, & > .article--table-rule { color: $rule; }
    & > .article--thumb { color: $control; }
    & > .article--strong, & > .article--term, & > .article--table-head { text-style: bold; }
    & > .article--em, & > .article--caption { text-style: italic; }
    & > .article--strike { text-style: strike; }
    & > .article--heading-1, & > .article--heading-2 { text-style: bold; }
    & > .article--heading-3 { text-style: bold; color: $ink-soft; }
    & > .article--heading-4 { text-style: italic; }
    & > .article--heading-5, & > .article--heading-6 { text-style: italic; color: $ink-soft; }
    & > .article--quote, & > .article--footnote { color: $ink-soft; }
    & > .article--caption, & > .article--table-label, & > .article--message, & > .article--foot { color: $ink-faint; }
    & > .article--image { color: $ink-faint; }
    & > .article--quote-bar { color: $rule; }
    & > .article--callout-bar, & > .article--task-done, & > .article--footnote-mark { color: $mark; }
    & > .article--bullet, & > .article--task-open, & > .article--picture-mark { color: $ink-faint; }
    & > .article--code-wrap, & > .article--hyphen { color: $ink-faint; }
    & > .article--mark { background: $mark 22%; }
    & > .article--code, & > .article--code-block { background: $ink 7%; }
    & > .article--code-comment { color: $ink-faint; text-style: italic; }
    & > .article--code-keyword { color: $mark; }
    & > .article--code-string { color: $success; }
    & > .article--code-number { color: $warning; }
    & > .article--code-operator { color: $ink-soft; }
    & > .article--code-error { text-style: underline; }
    & > .article--link { color: $mark; text-style: underline; }
    & > .article--link-hover { background: $mark 18%; }
    & > .article--link-here { background: $mark; color: $background; text-style: bold not underline; }
    & > .article--match { background: $mark 25%; }
    & > .article--match-here { background: $mark; color: $background; text-style: bold; }
}
"""


class RoleStyles:
    """The styles of a widget's roles, made when asked for and kept until the theme changes."""

    def __init__(self, widget: Widget) -> None:
        """Take the colours that the widget has now."""
        self._widget = widget
        self._paper = widget.background_colors[1]
        self._text = widget.styles.color
        self._styles: dict[tuple[str, bool], Style] = {}

    @property
    def tints(self) -> bool:
        return self._paper.ansi is None

    def of(self, roles: str, *, selected: bool = False) -> Style:
        """The style of text that has these roles (separated by spaces, the later ones over the earlier)."""
        style = self._styles.get((roles, selected))
        if style is None:
            style = self._styles[roles, selected] = self._mix(roles.split(), selected=selected)
        return style

    def _mix(self, roles: list[str], *, selected: bool) -> Style:
        color, paper, attributes = self._text, self._paper, Style.null()
        for role in roles:
            rules = self._widget.get_component_styles(f"article--{role}")
            color = rules.color if rules.has_rule("color") else color
            if role == "code-edge":
                color = _over(paper, self._widget.get_component_styles("article--code-block"))
            attributes += rules.text_style
            if paper.ansi is None or role not in _TINTED:
                paper = _over(paper, rules)
            elif role in _NOTED:
                attributes += _REVERSE
        if selected:
            paper = _over(paper, self._widget.screen.get_component_styles("screen--selection"))
        return attributes + Style.from_color(
            color.rich_color if ORNAMENT.issuperset(roles) and roles else legible(color, paper, self._text).rich_color,
            paper.rich_color,
        )


def _over(paper: Color, rules: RenderStyles) -> Color:
    if not rules.has_rule("background"):
        return paper
    return rules.background if paper.ansi is not None else paper + rules.background


def legible(color: Color, paper: Color, text: Color) -> Color:
    """The colour, moved towards that of the text, then towards black or white, until it can be read on the paper.

    The terminal's own colours (of the "ansi" themes) are left alone: what they look like is not known here.
    """
    if color.ansi is not None or paper.ansi is not None:
        return color
    color = paper + color
    if text.ansi is None:
        for percent in range(0, 100, 10):
            candidate = color.blend(text, percent / 100, alpha=1)
            if readable(candidate, paper) == candidate:
                return candidate
    return readable(color, paper)
