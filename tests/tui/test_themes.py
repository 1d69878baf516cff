from pathlib import Path

import pytest
from textual import constants
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from support.app_factory import REVIEW, reader, screen_text, settle, shelve
from tuireader.config import Config
from tuireader.tui.themes import APART, CONTROL_CONTRAST_MIN, DARK, HOUSE, TEXT_CONTRAST_MIN, contrast, readable, tones

THEMES = [theme for theme in (*HOUSE, *BUILTIN_THEMES.values()) if not theme.ansi]
ANSI = [theme for theme in BUILTIN_THEMES.values() if theme.ansi]
NAMES = {"ink", "ink-soft", "ink-faint", "mark", "alarm", "star", "rule", "control", "cursor", "cursor-style"}


@pytest.fixture(params=THEMES, ids=lambda theme: theme.name)
def named(request: pytest.FixtureRequest) -> dict[str, Color]:
    """The tones of a theme, and its background."""
    theme: Theme = request.param
    found = {name: Color.parse(value) for name, value in tones(theme).items() if name != "cursor-style"}
    return {**found, "background": Color.parse(theme.to_color_system().generate()["background"])}


def test_all_text_can_be_read_in_every_theme(named: dict[str, Color]) -> None:
    for name in ("ink", "ink-soft", "ink-faint", "mark", "alarm", "star"):
        assert contrast(named[name], named["background"]) >= TEXT_CONTRAST_MIN, name
    assert contrast(named["ink"], named["cursor"]) >= TEXT_CONTRAST_MIN


@pytest.mark.parametrize(
    ("one", "other"),
    [("ink", "ink-soft"), ("ink-soft", "ink-faint"), ("mark", "ink-faint"), ("cursor", "background")],
)
def test_tones_beside_each_other_are_told_apart_in_every_theme(named: dict[str, Color], one: str, other: str) -> None:
    assert contrast(named[one], named[other]) >= APART


def test_what_can_be_taken_hold_of_is_seen_in_every_theme(named: dict[str, Color]) -> None:
    for name in ("control", "mark"):
        assert contrast(named[name], named["background"]) >= CONTROL_CONTRAST_MIN, name


async def test_all_that_stands_under_a_cursor_can_be_read_in_every_theme(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db)
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        for theme in THEMES:
            app.theme = theme.name
            await pilot.pause()
            for rows in (app.reader.headlines, app.reader.sidebar.feed_tree, app.reader.sidebar.categories):
                rows.focus()
                await pilot.pause()
                line = rows.HEAD + max(0, rows.cursor_line())
                drawn = [segment for segment in rows.render_line(line) if segment.text.strip(" ▌▐")]
                assert drawn
                for segment in drawn:
                    style = segment.style
                    assert style is not None
                    assert style.color is not None
                    assert style.bgcolor is not None
                    pair = (Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))
                    assert contrast(*pair) >= TEXT_CONTRAST_MIN - 0.1, (theme.name, rows, segment)


@pytest.mark.parametrize("theme", [*THEMES, *ANSI], ids=lambda theme: theme.name)
def test_every_theme_has_every_tone(theme: Theme) -> None:
    assert set(tones(theme)) == NAMES


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast(Color.parse("#000000"), Color.parse("#ffffff")) == pytest.approx(21)
    assert contrast(Color.parse("#777777"), Color.parse("#ffffff")) == pytest.approx(4.48, abs=0.01)


def test_a_colour_moves_no_farther_than_needed() -> None:
    white = Color.parse("#ffffff")
    assert readable(Color.parse("#333333"), white) == Color.parse("#333333")
    moved = readable(Color.parse("#ffaa00"), white)
    assert TEXT_CONTRAST_MIN <= contrast(moved, white) < 5.2


@pytest.mark.parametrize("theme", ["tuireader-dark", *(theme.name for theme in ANSI)])
async def test_where_colours_are_not_known_the_cursor_is_in_reverse(db: Path, theme: str) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db, config=Config(theme=theme, refresh_on_start=False))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        headlines = app.reader.headlines
        headlines.focus()
        await pilot.pause()
        first, last = (list(headlines.render_line(y)) for y in (1, headlines.size.height - 1))
        assert {bool(segment.style and segment.style.reverse) for segment in first} == {app.current_theme.ansi}
        assert not any(segment.style and segment.style.reverse for segment in last)


async def test_another_theme_is_seen_in_the_lists_at_once(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db, config=Config(refresh_on_start=False))
    async with app.run_test(size=(120, 30)) as pilot:
        for theme in (*HOUSE, HOUSE[0]):
            app.theme = theme.name
            await settle(pilot)
            for rows in (app.reader.headlines, app.reader.sidebar.feed_tree):
                strips = rows.render_lines(rows.size.region)
                papers = {segment.style.bgcolor for strip in strips for segment in strip if segment.style}
                assert Color.parse(theme.background or "").rich_color in papers


@pytest.mark.parametrize(("system", "theme"), [("standard", "ansi-dark"), ("256", DARK.name), ("truecolor", DARK.name)])
async def test_a_terminal_of_sixteen_colours_keeps_its_own(
    db: Path, monkeypatch: pytest.MonkeyPatch, system: str, theme: str
) -> None:
    monkeypatch.setattr(constants, "COLOR_SYSTEM", system)
    app = reader(db)
    async with app.run_test():
        assert app.theme == theme
    chosen = reader(db, config=Config(theme="nord", refresh_on_start=False))
    async with chosen.run_test():
        assert chosen.theme == "nord"


@pytest.mark.parametrize("theme", ["ansi-dark", "nord"])
async def test_what_is_behind_a_dialog_is_still_seen(db: Path, theme: str) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db, config=Config(theme=theme, refresh_on_start=False))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("colon")
        await settle(pilot)
        assert "CATEGORIES" in screen_text(app)
