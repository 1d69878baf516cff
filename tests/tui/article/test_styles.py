"""Whatever the theme, everything that is read on a page can be read: a contrast of 4.5 : 1 (WCAG 2.2, 1.4.3)."""

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from support.article_host import Host, opened
from tuireader.content.layout.line import ROLES
from tuireader.tui.article import paint
from tuireader.tui.article.paint import ORNAMENT, STATES, legible
from tuireader.tui.themes import SHIPPED, TEXT_CONTRAST_MIN, contrast

THEMES = sorted({*BUILTIN_THEMES, *SHIPPED})
ANSI = sorted(name for name, theme in BUILTIN_THEMES.items() if theme.ansi)
CODE = [role for role in ROLES if role.startswith("code-")]
COMBINED = [
    *(f"code-block {role}" for role in CODE),
    *(f"code-block {role} {mark}" for role in CODE for mark in ("match", "match-here")),
    *(f"{role} {mark}" for role in ROLES for mark in ("match", "match-here", "link link-here", "link link-hover")),
    *(f"{role} link" for role in ROLES),
    "quote em link", "strong em strike code", "heading-5 code link", "footnote link match",
]  # fmt: skip


def colours(app: Host, roles: str, *, selected: bool = False) -> tuple[Color, Color]:
    style = app.view.ink.of(roles, selected=selected)
    assert style.color is not None
    assert style.bgcolor is not None
    return Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)


@pytest.mark.parametrize("theme", [name for name in THEMES if name not in ANSI])
async def test_all_text_can_be_read(theme: str) -> None:
    app = Host(opened("Text."))
    async with app.run_test(size=(60, 10)) as pilot:
        app.theme = theme
        await pilot.pause()
        low = []
        for roles in ["", *ROLES, *STATES, *COMBINED]:
            for selected in (False, True):
                text, paper = colours(app, roles, selected=selected)
                ratio = contrast(text, paper)
                is_ornament = bool(roles) and ORNAMENT.issuperset(roles.split())
                if ratio < TEXT_CONTRAST_MIN and not is_ornament:
                    low.append((roles, selected, round(ratio, 2)))
        assert low == []


@pytest.mark.parametrize("theme", ANSI)
async def test_the_terminals_own_colours_are_used_as_they_are(theme: str) -> None:
    app = Host(opened("Text with [a link](http://x.example) and `code`, with more."))
    async with app.run_test(size=(60, 20)) as pilot:
        app.theme = theme
        await pilot.press("slash", "w", "i", "t", "h")
        y = next(y for y, row in enumerate(app.rows()) if "Text with" in row)
        drawn = [(segment.text.strip(), segment.style) for segment in app.view.render_line(y) if segment.style]
        styles = dict(reversed(drawn))
        assert styles["a link"].underline
        assert styles["a link"].color != styles["Text"].color
        first, second = (style for text, style in drawn if text == "with")
        assert first.bgcolor != second.bgcolor == styles["Text"].bgcolor
        assert second.reverse
        assert not first.reverse
        assert all(style.color is None or style.color.triplet is None for style in styles.values())


async def test_another_theme_is_drawn_in_at_once() -> None:
    app = Host(opened("Text."))
    async with app.run_test(size=(60, 10)) as pilot:
        dark = colours(app, "")
        app.theme = "tuireader-light"
        await pilot.pause()
        light = colours(app, "")
        assert dark[1].brightness < 0.5 < light[1].brightness
        assert contrast(*light) > 7 < contrast(*dark)


async def test_what_is_chosen_differs_from_what_is_not() -> None:
    app = Host(opened("Text."))
    async with app.run_test(size=(60, 10)):
        papers = [colours(app, roles)[1] for roles in ("", "match", "match-here", "link link-hover", "code")]
        assert len(set(papers)) == len(papers)


@pytest.mark.parametrize("text", ["#000000", "#ffffff", "#808080", "#ff0000", "#00ff00", "#0000ff", "#767676"])
@pytest.mark.parametrize("paper", ["#000000", "#ffffff", "#7f7f7f", "#002b36", "#fdf6e3"])
def test_a_colour_is_moved_only_as_far_as_it_must(text: str, paper: str) -> None:
    ink = Color.parse("#ffffff" if Color.parse(paper).brightness < 0.5 else "#000000")
    before, behind = Color.parse(text), Color.parse(paper)
    after = legible(before, behind, ink)
    assert contrast(after, behind) >= TEXT_CONTRAST_MIN
    if contrast(before, behind) >= TEXT_CONTRAST_MIN:
        assert after == before


def test_only_roles_that_occur_have_a_look() -> None:
    assert set(paint._LOOKS) <= {*ROLES, *paint.STATES}
