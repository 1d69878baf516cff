"""What of a configuration only the app can check: the names of themes and of commands."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from textual.theme import BUILTIN_THEMES

from tuireader.config.options import Config, hint
from tuireader.errors import ConfigError
from tuireader.tui.commands import BY_ID, COMMANDS, Command, Context
from tuireader.tui.themes import HOUSE


def theme_names() -> list[str]:
    """Our own pair, then Textual's."""
    return [*(theme.name for theme in HOUSE), *sorted(BUILTIN_THEMES)]


def check(config: Config) -> None:
    """Raise ConfigError, with a hint, if there is no such theme or command, or if keys cannot do what is wanted."""
    if config.theme and config.theme not in theme_names():
        raise ConfigError(f"there is no theme “{config.theme}”. {hint(config.theme, theme_names())}")
    for id_ in config.keymap:
        if id_ not in BY_ID:
            raise ConfigError(f"in [keymap], there is no action “{id_}”. {hint(id_, BY_ID)}")
    if config.keymap:  # the usual keys need no look at each start
        _check_keys(config.keymap)


# Where commands are asked for keys together: one of two with the same key would never hear of it.
_TOGETHER: tuple[frozenset[Context], ...] = (
    frozenset({"moving", "list"}),
    frozenset({"moving", "article"}),
    frozenset({"moving", "dialog"}),
    frozenset({"panes", "app"}),
)


def _check_keys(keymap: Mapping[str, str]) -> None:
    keys = {command.id: _keys(command, keymap) for command in COMMANDS}
    for one, other in combinations(COMMANDS, 2):
        # Nobody can do without what ends the program, whatever has the focus.
        together = one.is_first or other.is_first or any({one.context, other.context} <= each for each in _TOGETHER)
        for key in keys[one.id] if together and keymap.keys() & {one.id, other.id} else ():
            if key in keys[other.id]:
                said = f"the key “{key}” is that of “{one.id}” and of “{other.id}”: give one of them another"
                raise ConfigError(f"in [keymap], {said}.")


def _keys(command: Command, keymap: Mapping[str, str]) -> list[str]:
    keys = [key.strip() for key in keymap.get(command.id, command.keys).split(",")]
    for key in keys:
        if not key or (key.endswith("+") and key != "+"):
            raise ConfigError(f"in [keymap], “{key}” is no key; “{command.id}” has {command.keys} by itself.")
    return keys
