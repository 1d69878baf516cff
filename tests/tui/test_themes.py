from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from support.app_factory import REVIEW, reader, settle, shelve
from tuireader.config.options import Config
from tuireader.tui.themes import HOUSE, READABLE, contrast, readable, tones

THEMES = [theme for theme in (*HOUSE, *BUILTIN_THEMES.values()) if not theme.ansi]
ANSI = [theme for theme in BUILTIN_THEMES.values() if theme.ansi]
NAMES = {"ink", "ink-soft", "ink-faint", "mark", "alarm", "rule", "cursor", "cursor-away", "cursor-style"}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_all_text_can_be_read_in_every_theme(theme: Theme) -> None:
    named = tones(theme)
    background = Color.parse(theme.to_color_system().generate()["background"])
    surfaces = [background, *(Color.parse(named[name]) for name in ("cursor", "cursor-away"))]
    for name in ("ink", "ink-soft", "ink-faint", "mark", "alarm"):
        assert min(contrast(Color.parse(named[name]), surface) for surface in surfaces) >= READABLE, name


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_what_is_read_is_dimmer_and_the_cursor_is_seen(theme: Theme) -> None:
    named = {name: Color.parse(value) for name, value in tones(theme).items() if name != "cursor-style"}
    background = Color.parse(theme.to_color_system().generate()["background"])
    steps = [contrast(named[name], background) for name in ("ink", "ink-soft", "ink-faint")]
    assert steps[0] > steps[1] >= steps[2]
    assert contrast(named["cursor"], background) > contrast(named["cursor-away"], background) > 1.05


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
    assert READABLE <= contrast(moved, white) < 5.2


@pytest.mark.parametrize("theme", ["tuireader-dark", *(theme.name for theme in ANSI)])
async def test_where_colours_are_not_known_the_cursor_is_in_reverse(db: Path, theme: str) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db, config=Config(theme=theme, refresh_on_start=False))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        headlines = app.reader.headlines
        headlines.focus()
        await pilot.pause()
        first, last = (list(headlines.render_line(y)) for y in (0, headlines.size.height - 1))
        assert {bool(segment.style and segment.style.reverse) for segment in first} == {app.current_theme.ansi}
        assert not any(segment.style and segment.style.reverse for segment in last)


async def test_another_theme_is_seen_in_the_lists_at_once(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db, config=Config(refresh_on_start=False))
    async with app.run_test(size=(120, 30)) as pilot:
        for theme in (*HOUSE, HOUSE[0]):
            app.theme = theme.name
            await settle(pilot)
            for rows in (app.reader.headlines, app.reader.sidebar.feeds):
                strips = rows.render_lines(rows.size.region)
                papers = {segment.style.bgcolor for strip in strips for segment in strip if segment.style}
                assert Color.parse(theme.background or "").rich_color in papers
