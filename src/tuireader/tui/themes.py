"""Colours: our own dark and light theme, and the few tones, computed from any theme, that the screen is drawn in.

The style sheet and the line widgets use these variables only:

- `$ink` text, `$ink-soft` a step dimmer (articles that were read), `$ink-faint` metadata and section headings -
`$mark` the only accent, the theme's primary colour: chosen, unread, links; `$alarm` failures; `$star` stars -
`$rule` thin separators, `$control` the scroll thumb, and the cursor's bar in a list without focus - `$cursor` the
background of the row under the cursor, `$cursor-style` the text style of that row

In every theme, text has a contrast of at least 4.5:1, a control one of 3:1, and tones that appear side by side
(`$ink`, `$ink-soft` and `$ink-faint`; `$mark` and `$ink-faint`; `$cursor` and the background) one of 1.4:1. The "ansi"
themes use the terminal's own colours, whose values are unknown: there the cursor is drawn in reverse, and all text but
marks and alarms has the terminal's default text colour.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from math import sqrt

from textual.color import BLACK, WHITE, Color
from textual.theme import Theme

TEXT_CONTRAST_MIN = 4.5
"""Minimum contrast of text (WCAG 2.2, 1.4.3)."""
CONTROL_CONTRAST_MIN = 3.0
"""Minimum contrast of a control (WCAG 2.2, 1.4.11)."""
APART = 1.4
"""Minimum contrast between adjacent tones with different meanings."""
_CONTRAST_MARGIN = 1.02
"""Safety factor on a minimum contrast: a terminal has 256 steps of each colour."""

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
    foreground="#26241f",
    background="#faf8f3",
    surface="#f2efe8",
    panel="#e9e5db",
    dark=False,
)

HOUSE = (DARK, LIGHT)

SIXTEEN_COLOURS = "ansi-dark"
"""The default theme of a terminal with sixteen colours, which cannot show the tones of the others."""

_ANSI = {
    "ink": "ansi_default",
    "ink-soft": "ansi_default",
    "ink-faint": "ansi_default",
    "control": "ansi_default",
    "cursor": "ansi_default",
    "cursor-style": "reverse",
}
# Blue on black can hardly be read where blue is what it was on the first screens that had it.
_ANSI_DARK = {"mark": "ansi_cyan", "alarm": "ansi_bright_red", "rule": "ansi_bright_black", "star": "ansi_yellow"}
_ANSI_LIGHT = {"mark": "ansi_blue", "alarm": "ansi_red", "rule": "ansi_white", "star": "ansi_magenta"}


def tones(theme: Theme) -> dict[str, str]:
    """The theme variables of the module docstring for a theme."""
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
        )
    )


@lru_cache(maxsize=32)
def _tones(
    background: Color, foreground: Color, accent: Color, error: Color, star: Color
) -> tuple[tuple[str, str], ...]:
    faintest = TEXT_CONTRAST_MIN * _CONTRAST_MARGIN
    ink = readable(foreground, background, at_least=faintest * (APART * _CONTRAST_MARGIN) ** 2)
    faint = _thinned(ink, background, faintest)
    soft = _thinned(ink, background, sqrt(contrast(ink, background) * contrast(faint, background)))
    cursor = _thinned(ink, background, APART * _CONTRAST_MARGIN)
    mark = readable(accent, background, at_least=contrast(faint, background) * APART * _CONTRAST_MARGIN)
    return (
        ("ink", ink.hex),
        ("ink-soft", soft.hex),
        ("ink-faint", faint.hex),
        ("mark", readable(mark, cursor).hex),
        ("alarm", readable(error, background, cursor).hex),
        ("star", readable(star, background, cursor).hex),
        ("rule", background.blend(ink, 0.17, alpha=1).hex),
        ("control", _thinned(ink, background, CONTROL_CONTRAST_MIN * _CONTRAST_MARGIN).hex),
        ("cursor", cursor.hex),
        ("cursor-style", "none"),
    )


@lru_cache(maxsize=512)
def readable(color: Color, *backgrounds: Color, at_least: float = TEXT_CONTRAST_MIN) -> Color:
    """The colour, moved towards black or white only until its contrast with each background is `at_least`.

    If no mixture reaches that, black or white.
    """
    ends = sorted((BLACK, WHITE), key=lambda end: min(contrast(end, behind) for behind in backgrounds), reverse=True)
    for percent in range(0, 101, 4):
        candidate = color.blend(ends[0], percent / 100, alpha=1)
        if all(contrast(candidate, behind) >= at_least for behind in backgrounds):
            return candidate
    return ends[0]


def _thinned(ink: Color, background: Color, at_least: float) -> Color:
    """Mix as much of the background into a colour as its contrast with the background allows: `at_least`."""
    shares = range(201)  # of the background, in steps of half a hundredth: the more, the less contrast
    found = bisect_right(shares, -at_least, key=lambda share: -contrast(_mixed(ink, background, share), background))
    return _mixed(ink, background, max(0, found - 1))


def _mixed(ink: Color, background: Color, share: int) -> Color:
    return ink.blend(background, share / 200, alpha=1) if share else ink


def contrast(one: Color, other: Color) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    channels = (value / 255 for value in (color.r, color.g, color.b))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
