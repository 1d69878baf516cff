"""What of a configuration only the app can check: the names of themes and of commands."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES

from tuireader.config.options import Config, hint
from tuireader.errors import ConfigError
from tuireader.tui.commands import BY_ID
from tuireader.tui.themes import HOUSE


def theme_names() -> list[str]:
    """Our own pair, then Textual's."""
    return [*(theme.name for theme in HOUSE), *sorted(BUILTIN_THEMES)]


def check(config: Config) -> None:
    """Raise ConfigError, with a hint, if there is no such theme or no such command."""
    if config.theme and config.theme not in theme_names():
        raise ConfigError(f"there is no theme “{config.theme}”. {hint(config.theme, theme_names())}")
    for id_ in config.keymap:
        if id_ not in BY_ID:
            raise ConfigError(f"in [keymap], there is no action “{id_}”. {hint(id_, BY_ID)}")
