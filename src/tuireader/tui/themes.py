"""Colours: the themes, and the few tones, computed from any theme, that the screen is drawn in.

The style sheet and the line widgets use these variables only:

- `$ink` text, `$ink-bright` headings, `$ink-soft` a step dimmer (articles that were read), `$ink-faint` metadata -
`$mark` the only accent, the theme's primary colour: chosen, unread, links; `$alarm` failures; `$star` stars -
`$rule` thin separators, `$control` the scroll thumb, and the cursor's bar in a list without focus - `$cursor` the
background of the row under the cursor, `$cursor-style` the text style of that row

In every theme, in true colour and in 256 colours, text has a contrast of at least 4.5:1, a control one of 3:1, and
tones that appear side by side (`$ink`, `$ink-soft` and `$ink-faint`; `$mark` and `$ink-faint`; `$cursor` and the
background) one of 1.4:1. The "ansi" themes use the terminal's own colours, whose values are unknown: there the cursor
is drawn in reverse, and all text but marks and alarms has the terminal's default text colour.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from itertools import product
from math import dist, sqrt
from pathlib import Path

from rich.color import ColorSystem
from textual.color import BLACK, WHITE, Color, ColorParseError, rgb_to_lab
from textual.theme import BUILTIN_THEMES, Theme

from tuireader import paths
from tuireader.config import parsed
from tuireader.errors import ConfigError

TEXT_CONTRAST_MIN = 4.5
"""Minimum contrast of text (WCAG 2.2, 1.4.3)."""
CONTROL_CONTRAST_MIN = 3.0
"""Minimum contrast of a control (WCAG 2.2, 1.4.11)."""
APART = 1.4
"""Minimum contrast between adjacent tones with different meanings."""
_CONTRAST_MARGIN = 1.02
"""Safety factor on a minimum contrast: a terminal has 256 steps of each colour."""


def contrast(one: Color, other: Color) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    channels = (value / 255 for value in (color.r, color.g, color.b))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


Measure = Callable[[Color, Color], float]
"""A function that gives the contrast of two colours."""

DARK = Theme(
    name="tuireader-dark",
    primary="#6db3e8",
    secondary="#8fa3b3",
    accent="#6db3e8",
    warning="#e0b25c",
    error="#f0736a",
    success="#86b87a",
    foreground="#dcd9d3",
    background="#17181a",
    surface="#1f2023",
    panel="#26282b",
    dark=True,
)

LIGHT = Theme(
    name="tuireader-light",
    primary="#0a63a6",
    secondary="#5a6b78",
    accent="#0a63a6",
    warning="#8a5a00",
    error="#b3261e",
    success="#356a2b",
    foreground="#2d2a24",
    background="#faf8f3",
    surface="#f2efe8",
    panel="#e9e5db",
    dark=False,
)

SHIPPED = {
    theme.name: theme
    for theme in (
        DARK,
        LIGHT,
        BUILTIN_THEMES["nord"],
        replace(BUILTIN_THEMES["gruvbox"], foreground="#ebdbb2", primary="#83a598", warning="#fabd2f"),
        BUILTIN_THEMES["ansi-dark"],
        BUILTIN_THEMES["ansi-light"],
    )
}

SIXTEEN_COLOURS = "ansi-dark"
"""The default theme of a terminal with sixteen colours, which cannot show the tones of the others."""


def folder() -> Path:
    """The folder of the user's themes, a file each."""
    return paths.config_dir() / "themes"


def names(color_system: str | None = None) -> list[str]:
    """The themes for a terminal: those that ship, then the user's; of sixteen colours, only those made for it."""
    if color_system == "standard":
        return [name for name, theme in SHIPPED.items() if theme.ansi]
    own = sorted(file.stem for file in folder().glob("*.toml"))
    return [*SHIPPED, *(name for name in own if name not in SHIPPED)]


def find(name: str, color_system: str | None = None) -> Theme:
    """The theme with a name, in colours that the terminal shows exactly; raises ConfigError."""
    theme = SHIPPED.get(name) or _own(name)
    return theme if theme.ansi or color_system != "256" else _in_256_colours(theme)


def version(name: str) -> int:
    """The time of the last change of a theme's file, in nanoseconds; 0 if the theme ships or the file has gone."""
    if name in SHIPPED:
        return 0
    try:
        return _file(name).stat().st_mtime_ns
    except OSError:
        return 0


def _file(name: str) -> Path:
    return folder() / f"{name}.toml"


_REQUIRED = ("background", "foreground", "accent")
_COLOURS = {"background": "background", "foreground": "foreground", "accent": "primary", "star": "warning",
            "error": "error"}  # fmt: skip
"""The colours in a theme file, and their names in Textual's themes."""


def _own(name: str) -> Theme:
    """The theme in a file of the user; raises ConfigError."""
    file = _file(name)
    said = parsed(file)
    for problem in _problems(said):
        raise ConfigError(f"{file}: {problem}")
    colours = {_COLOURS[key]: value for key, value in said.items()}
    behind = Color.parse(said["background"])
    return Theme(
        name=name,
        **{"warning": DARK.warning, "error": DARK.error, "success": DARK.success, **colours},
        surface=behind.blend(Color.parse(said["foreground"]), 0.05, alpha=1).hex,
        dark=contrast(behind, WHITE) > contrast(behind, BLACK),
    )


def _problems(said: dict[str, object]) -> Iterator[str]:
    for key in _REQUIRED:
        if key not in said:
            yield f"“{key}” is missing. A theme has {', '.join(_REQUIRED)}, and may have star and error."
    for key, value in said.items():
        if key not in _COLOURS:
            yield f"unknown colour “{key}”. Known: {', '.join(_COLOURS)}."
        elif not _is_colour(value):
            yield f'“{key}” must be a colour such as "#6db3e8", not {value!r}.'


def _is_colour(value: object) -> bool:
    try:
        found = Color.parse(value) if isinstance(value, str) else None
    except ColorParseError:
        return False
    return found is not None and found.ansi is None and found.a == 1


def _in_256_colours(theme: Theme) -> Theme:
    """The theme with its background and text from the grey ramp, where the coloured steps are too coarse."""
    behind, ink = Color.parse(theme.background or "black"), Color.parse(theme.foreground or "white")
    surface = Color.parse(theme.surface or theme.background or "black")
    return replace(theme, background=_grey(behind).hex, surface=_grey(surface).hex, foreground=_grey(ink).hex)


def _grey(color: Color) -> Color:
    """The grey that is shown nearest to a colour's luminance."""
    light = _luminance(color)
    level = 255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)
    return min((Color(each, each, each) for each in range(256)), key=lambda grey: abs(_shown(grey).r - level))


@cache
def _shown(color: Color) -> Color:
    """The colour that Rich writes instead on a terminal with 256 colours."""
    return Color.from_rich_color(color.rich_color.downgrade(ColorSystem.EIGHT_BIT))


def _contrast_shown(one: Color, other: Color) -> float:
    return contrast(_shown(one), _shown(other))


_CUBE = [Color(r, g, b) for r, g, b in product((0, 95, 135, 175, 215, 255), repeat=3) if not r == g == b]
"""The colours, without greys, that a terminal with 256 colours has."""


def _in_cube(color: Color, *backgrounds: Color, at_least: float = TEXT_CONTRAST_MIN) -> Color:
    """The colour of the cube nearest to another, in hue above all, with a contrast of `at_least`."""
    light, *hue = _lab(color)

    def distance(other: Color) -> float:
        other_light, *other_hue = _lab(other)
        return (light - other_light) ** 2 / 4 + dist(hue, other_hue) ** 2

    usable = [each for each in _CUBE if all(_contrast_shown(each, behind) >= at_least for behind in backgrounds)]
    return min(usable, key=distance, default=readable(color, *backgrounds, at_least=at_least))


def _lab(color: Color) -> tuple[float, float, float]:
    found = rgb_to_lab(color)
    return found.L, found.a, found.b


_ANSI = {
    "ink": "ansi_default",
    "ink-bright": "ansi_default",
    "ink-soft": "ansi_default",
    "ink-faint": "ansi_default",
    "control": "ansi_default",
    "cursor": "ansi_default",
    "cursor-style": "reverse",
}
# Blue on black can hardly be read where blue is what it was on the first screens that had it.
_ANSI_DARK = {"mark": "ansi_cyan", "alarm": "ansi_bright_red", "rule": "ansi_bright_black", "star": "ansi_yellow"}
_ANSI_LIGHT = {"mark": "ansi_blue", "alarm": "ansi_red", "rule": "ansi_white", "star": "ansi_magenta"}


def tones(theme: Theme, color_system: str | None = None) -> dict[str, str]:
    """The theme variables of the module docstring for a theme, in colours that the terminal shows exactly."""
    if theme.ansi:
        return {**_ANSI, **(_ANSI_DARK if theme.dark else _ANSI_LIGHT)}
    background = Color.parse(theme.background or ("#121212" if theme.dark else "#efefef"))
    return dict(
        _tones(
            background,
            Color.parse(theme.foreground) if theme.foreground else background.inverse,
            Color.parse(theme.primary),
            Color.parse(theme.error or theme.primary),
            Color.parse(theme.warning or theme.primary),
            in_256=color_system == "256",
        )
    )


@lru_cache(maxsize=32)
def _tones(
    background: Color, foreground: Color, accent: Color, error: Color, star: Color, *, in_256: bool
) -> tuple[tuple[str, str], ...]:
    measure, coloured, margin = (_contrast_shown, _in_cube, 1.0) if in_256 else (contrast, readable, _CONTRAST_MARGIN)
    step, faintest = APART * margin, TEXT_CONTRAST_MIN * margin
    ink = readable(foreground, background, at_least=faintest * step**2, measure=measure)
    faint = _thinned(ink, background, faintest, measure)
    between = sqrt(measure(ink, background) * measure(faint, background))
    soft = _thinned(ink, background, max(between, measure(faint, background) * step), measure)
    ink = readable(ink, background, at_least=measure(soft, background) * step, measure=measure)
    cursor = _thinned(ink, background, step, measure)
    mark = coloured(accent, background, at_least=measure(faint, background) * step)
    return (
        ("ink", ink.hex),
        ("ink-bright", readable(ink, background, at_least=measure(ink, background) * step, measure=measure).hex),
        ("ink-soft", soft.hex),
        ("ink-faint", faint.hex),
        ("mark", coloured(mark, cursor).hex),
        ("alarm", coloured(error, background, cursor).hex),
        ("star", coloured(coloured(star, background), cursor, at_least=CONTROL_CONTRAST_MIN).hex),
        ("rule", background.blend(ink, 0.17, alpha=1).hex),
        ("control", _thinned(ink, background, CONTROL_CONTRAST_MIN * margin, measure).hex),
        ("cursor", cursor.hex),
        ("cursor-style", "none"),
    )


@lru_cache(maxsize=512)
def readable(
    color: Color, *backgrounds: Color, at_least: float = TEXT_CONTRAST_MIN, measure: Measure = contrast
) -> Color:
    """The colour, moved towards black or white only until its contrast with each background is `at_least`.

    If no mixture reaches that, black or white.
    """
    ends = sorted((BLACK, WHITE), key=lambda end: min(measure(end, behind) for behind in backgrounds), reverse=True)
    for percent in range(0, 101, 4):
        candidate = color.blend(ends[0], percent / 100, alpha=1)
        if all(measure(candidate, behind) >= at_least for behind in backgrounds):
            return candidate
    return ends[0]


def _thinned(ink: Color, background: Color, at_least: float, measure: Measure) -> Color:
    """Mix as much of the background into a colour as its contrast with the background allows: `at_least`."""

    def mixed(share: int) -> Color:
        return ink.blend(background, share / 200, alpha=1) if share else ink

    shares = range(201)  # of the background, in steps of half a hundredth: the more, the less contrast
    found = bisect_right(shares, -at_least, key=lambda share: -measure(mixed(share), background))
    return mixed(max(0, found - 1))
