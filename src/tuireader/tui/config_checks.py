"""Checks of a configuration that need the app: names of themes, commands and keys."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from itertools import combinations

from textual.keys import KEY_NAME_REPLACEMENTS, Keys
from textual.theme import BUILTIN_THEMES

from tuireader.config.options import Config, hint
from tuireader.errors import ConfigError
from tuireader.tui.commands import BY_ID, COMMANDS, Command, Context
from tuireader.tui.themes import HOUSE


def theme_names() -> list[str]:
    return [*(theme.name for theme in HOUSE), *sorted(BUILTIN_THEMES)]


def check(config: Config) -> None:
    for mistake in mistakes(config):
        raise mistake


def mistakes(config: Config) -> Iterator[ConfigError]:
    """Find unknown themes, commands and keys, and bindings that conflict, each with a hint."""
    if config.theme and config.theme not in theme_names():
        yield ConfigError(f"there is no theme “{config.theme}”. {hint(config.theme, theme_names())}")
    for id_ in config.keymap:
        if id_ not in BY_ID:
            yield ConfigError(f"in [keymap], there is no action “{id_}”. {hint(id_, BY_ID)}")
    if config.keymap:  # the usual keys need no look at each start
        for said in _wrong_keys(config.keymap):
            yield ConfigError(f"in [keymap], {said}.")


_MODIFIERS = frozenset({"ctrl", "alt", "shift", "super", "hyper", "meta"})
_NAMES = frozenset({*(key.value.rpartition("+")[2] for key in Keys), *KEY_NAME_REPLACEMENTS.values()})
"""Names of keys; the others are Unicode names such as question_mark."""

# Where commands are asked for keys together: one of two with the same key would never hear of it.
_TOGETHER: tuple[frozenset[Context], ...] = (
    frozenset({"moving", "list"}),
    frozenset({"moving", "article"}),
    frozenset({"moving", "dialog", "feed"}),
    frozenset({"panes", "app"}),
)


def _wrong_keys(keymap: Mapping[str, str]) -> Iterator[str]:
    keys = {command.id: _keys(command, keymap) for command in COMMANDS}
    for command in COMMANDS:
        for key in keys[command.id]:
            if not _is_key(key):
                usual = command.keys.replace(",", ", ")
                yield f"“{key}” is not a key, such as x, ctrl+x or f5; “{command.id}” has {usual} by default"
    for one, other in combinations(COMMANDS, 2):
        # Nobody can do without what ends the program, whatever has the focus.
        together = one.is_first or other.is_first or any({one.context, other.context} <= each for each in _TOGETHER)
        for key in keys[one.id] if together and keymap.keys() & {one.id, other.id} else ():
            if key in keys[other.id]:
                yield f"the key “{key}” is that of “{one.id}” and of “{other.id}”: give one of them another"


def _keys(command: Command, keymap: Mapping[str, str]) -> list[str]:
    return [key.strip() for key in keymap.get(command.id, command.keys).split(",")]


def _is_key(key: str) -> bool:
    """Whether it is a key in Textual's notation: a character or a name, with optional modifiers."""
    *modifiers, name = key.removesuffix("+").split("+") if key != "+" else [key]
    if not _MODIFIERS.issuperset(modifiers) or (key.endswith("+") and key != "+"):
        return False
    if len(name) == 1 or name in _NAMES:
        return name.isprintable()
    try:
        unicodedata.lookup(name.replace("_", " "))
    except KeyError:
        return False
    return True
