import os
from pathlib import Path

import pytest
from rich.color import ColorSystem
from textual import constants
from textual.color import BLACK, WHITE, Color
from textual.theme import Theme

from support.app_factory import REVIEW, reader, screen_text, settle, shelve, until
from tuireader.config import Config
from tuireader.errors import ConfigError
from tuireader.tui.keys import theme_and_key_errors
from tuireader.tui.themes import (
    APART,
    CONTROL_CONTRAST_MIN,
    DARK,
    LIGHT,
    SHIPPED,
    TEXT_CONTRAST_MIN,
    contrast,
    find,
    folder,
    names,
    readable,
    tones,
)  # fmt: skip

THEMES = [theme for theme in SHIPPED.values() if not theme.ansi]
ANSI = [theme for theme in SHIPPED.values() if theme.ansi]
NAMES = {
    "ink", "ink-bright", "ink-soft", "ink-faint", "mark", "alarm", "star", "rule", "control", "cursor", "cursor-style",
}  # fmt: skip


def shown(color: Color, system: str) -> Color:
    """What a terminal shows in place of a colour, as Rich writes it."""
    if system == "truecolor":
        return color
    return Color.from_rich_color(color.rich_color.downgrade(ColorSystem.EIGHT_BIT))


@pytest.fixture(
    params=[(theme.name, system) for theme in THEMES for system in ("truecolor", "256")],
    ids="-".join,
)
def named(request: pytest.FixtureRequest) -> dict[str, Color]:
    """The tones of a theme, and its background, as a terminal shows them."""
    name, system = request.param
    theme = find(name, system)
    found = {name: Color.parse(value) for name, value in tones(theme, system).items() if name != "cursor-style"}
    found["background"] = Color.parse(theme.to_color_system().generate()["background"])
    return {name: shown(color, system) for name, color in found.items()}


def test_all_text_can_be_read_in_every_theme(named: dict[str, Color]) -> None:
    for name in ("ink", "ink-bright", "ink-soft", "ink-faint", "mark", "alarm", "star"):
        assert contrast(named[name], named["background"]) >= TEXT_CONTRAST_MIN, name
    for name in ("ink", "mark", "alarm"):
        assert contrast(named[name], named["cursor"]) >= TEXT_CONTRAST_MIN, name


@pytest.mark.parametrize(
    ("one", "other"),
    [("ink", "ink-soft"), ("ink-soft", "ink-faint"), ("mark", "ink-faint"), ("cursor", "background")],
)
def test_tones_beside_each_other_are_told_apart_in_every_theme(named: dict[str, Color], one: str, other: str) -> None:
    assert contrast(named[one], named[other]) >= APART


def test_a_heading_is_brighter_than_the_text_or_as_bright_as_can_be(named: dict[str, Color]) -> None:
    bright = named["ink-bright"]
    assert contrast(bright, named["ink"]) >= APART - 0.02 or bright in {BLACK, WHITE}


def test_each_meaning_has_a_colour_of_its_own(named: dict[str, Color]) -> None:
    assert len({named[name].hex for name in ("mark", "alarm", "star", "ink", "ink-soft", "ink-faint")}) == 6
    for name in ("mark", "alarm", "star"):
        assert named[name].hsl.s > 0.1, name


def test_what_can_be_taken_hold_of_is_seen_in_every_theme(named: dict[str, Color]) -> None:
    for name in ("control", "mark", "star"):
        assert contrast(named[name], named["background"]) >= CONTROL_CONTRAST_MIN, name
    assert contrast(named["star"], named["cursor"]) >= CONTROL_CONTRAST_MIN


PALETTES = {
    "xterm": {"cyan": "#00cdcd", "bright_red": "#ff0000", "yellow": "#cdcd00", "blue": "#0000ee", "red": "#cd0000",
              "magenta": "#cd00cd"},
    "linux": {"cyan": "#00aaaa", "bright_red": "#ff5555", "yellow": "#aa5500", "blue": "#0000aa", "red": "#aa0000",
              "magenta": "#aa00aa"},
    "gnome": {"cyan": "#2aa1b3", "bright_red": "#f66151", "yellow": "#a2734c", "blue": "#12488b", "red": "#c01c28",
              "magenta": "#a347ba"},
}  # fmt: skip


@pytest.mark.parametrize("theme", ANSI, ids=lambda theme: theme.name)
@pytest.mark.parametrize("palette", PALETTES)
def test_sixteen_colours_can_be_read_in_the_palettes_of_common_terminals(theme: Theme, palette: str) -> None:
    paper = BLACK if theme.dark else WHITE
    for name, least in (("mark", TEXT_CONTRAST_MIN), ("alarm", TEXT_CONTRAST_MIN), ("star", CONTROL_CONTRAST_MIN)):
        colour = Color.parse(PALETTES[palette][tones(theme)[name].removeprefix("ansi_")])
        assert contrast(colour, paper) >= least, name


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
                drawn = [segment for segment in rows.render_line(line) if segment.text.strip(" ▌▐★")]
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
        for theme in (DARK, LIGHT, DARK):
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


HARBOUR = 'background = "#10202c"\nforeground = "#dfe8ee"\naccent = "#58c4b8"\n'


def write_theme(name: str, text: str) -> Path:
    folder().mkdir(parents=True, exist_ok=True)
    file = folder() / f"{name}.toml"
    file.write_text(text)
    return file


async def test_a_theme_in_a_file_is_offered_and_followed_as_the_file_changes(db: Path) -> None:
    shelve(db, "The Example Review", REVIEW)
    file = write_theme("harbour", HARBOUR)
    app = reader(db, config=Config(theme="harbour", refresh_on_start=False))
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        assert app.reader.headlines.background_colors[1] == Color.parse("#10202c")
        file.write_text(HARBOUR.replace("#10202c", "#ffffff"))
        os.utime(file, ns=(1, 1))
        await until(pilot, lambda: app.reader.headlines.background_colors[1] == WHITE)
        assert not app.current_theme.dark

        file.write_text("accent = 3\n")
        os.utime(file, ns=(2, 2))
        await until(pilot, lambda: any("“background” is missing" in each.message for each in app._notifications))
        assert app.reader.headlines.background_colors[1] == WHITE

        write_theme("night", HARBOUR)
        await until(pilot, lambda: "night" in app.available_themes)
        await pilot.press("colon", *"night", "enter")
        assert app.theme == "night"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "“background” is missing. A theme has background, foreground, accent, and may have star and error."),
        (HARBOUR + 'sea = "#123456"', "unknown colour “sea”. Known: background, foreground, accent, star, error."),
        (HARBOUR + 'star = "yelow"', "“star” must be a colour such as \"#6db3e8\", not 'yelow'."),
        (HARBOUR + 'star = "ansi_red"', "“star” must be a colour"),
        ("accent =", "is not valid TOML"),
    ],
)
def test_a_mistake_in_a_theme_file_is_said(text: str, said: str) -> None:
    file = write_theme("harbour", text)
    with pytest.raises(ConfigError) as raised:
        find("harbour")
    assert said in str(raised.value)
    assert str(file) in str(raised.value)
    assert [str(raised.value)] == [str(error) for error in theme_and_key_errors(Config(theme="harbour"))]


def test_colours_of_a_file_are_made_readable() -> None:
    write_theme("faint", 'background = "#202020"\nforeground = "#303030"\naccent = "#202020"\nerror = "#200000"\n')
    for system in ("truecolor", "256"):
        theme = find("faint", system)
        behind = shown(Color.parse(theme.background or ""), system)
        for name in ("ink", "ink-faint", "mark", "alarm", "star"):
            assert contrast(shown(Color.parse(tones(theme, system)[name]), system), behind) >= TEXT_CONTRAST_MIN, name


def test_a_terminal_of_sixteen_colours_is_offered_the_themes_made_for_it() -> None:
    write_theme("harbour", HARBOUR)
    assert names("standard") == ["ansi-dark", "ansi-light"]
    assert names("256") == [*SHIPPED, "harbour"]
