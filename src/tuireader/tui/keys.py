"""Key bindings, rows of help, hint line and palette, and validation of the configured keymap."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations, groupby
from typing import Any, NamedTuple, get_args

from textual import events
from textual.binding import Binding, BindingType
from textual.keys import KEY_NAME_REPLACEMENTS, Keys, format_key
from textual.screen import Screen

from tuireader.config import Config, hint
from tuireader.errors import ConfigError
from tuireader.tui import themes
from tuireader.tui.commands import BY_ID, COMMANDS, Command, Context, Place, Section
from tuireader.tui.support.textual_internals import key_name

PINNED = ("close", "palette", "help")
"""Commands whose hints are shown at any width."""


def binding(id_: str) -> Binding:
    return _binding(BY_ID[id_], BY_ID[id_].action)


def _binding(command: Command, action: str) -> Binding:
    keys = command.keys or f"<{command.id}>"  # no key has this name: it is bound in the configuration only
    return Binding(keys, action, command.words, id=command.id, show=False, priority=command.is_first)


def bindings(context: Context) -> list[BindingType]:
    """The bindings of a context; anything with rows or a page also gets those of `moving`."""
    contexts = (context,) if context in ("panes", "app") else ("moving", context)
    return [
        _binding(command, command.screen_action if context == "panes" else command.action)
        for each in contexts
        for command in COMMANDS
        if command.context == each
    ]


class Sequences:
    """Joins keys typed in a row that the keymap binds together, such as "g g", to one key of that name."""

    def __init__(self, keymap: Mapping[str, str]) -> None:
        bound = bound_to([*keymap], keymap)
        self._names = {tuple(map(key_name, key.split(" "))): key for key in bound if " " in key}
        self._typed: list[events.Key] = []

    @property
    def is_begun(self) -> bool:
        return bool(self._typed)

    def take(self, event: events.Key) -> list[events.Key]:
        """The keys that take effect with another one: none while a sequence may go on; escape cancels it."""
        is_begun = self.is_begun
        self._typed.append(event)
        if is_begun and event.key == "escape" and not self._may_go_on() and self._names_typed() not in self._names:
            self._typed.clear()
        return self._ended(is_last=False)

    def end(self) -> list[events.Key]:
        """End a sequence that does not go on; returns the keys that take effect."""
        return self._ended(is_last=True)

    def _ended(self, *, is_last: bool) -> list[events.Key]:
        """Remove the keys and sequences that end; `is_last`: no further key belongs to them."""
        ended: list[events.Key] = []
        while self._typed and (is_last or not self._may_go_on()):
            ended.append(self._first())
        return ended

    def _may_go_on(self) -> bool:
        typed = self._names_typed()
        return any(len(keys) > len(typed) and keys[: len(typed)] == typed for keys in self._names)

    def _first(self) -> events.Key:
        """Remove the longest sequence at the beginning, or the first key."""
        typed = self._names_typed()
        length = next((length for length in range(len(typed), 1, -1) if typed[:length] in self._names), 1)
        first = events.Key(self._names[typed[:length]], None) if length > 1 else self._typed[0]
        del self._typed[:length]
        return first

    def _names_typed(self) -> tuple[str, ...]:
        return tuple([each.key for each in self._typed])


class Row(NamedTuple):
    """The keys and the description of a command, as a row of the help or a hint."""

    keys: str
    description: str
    id: str = ""
    """The command's id in the keymap; if several commands share the description, that of the first."""
    is_pinned: bool = False
    """Whether its hint is shown at any width."""


def keys_of(id_: str, keymap: Mapping[str, str]) -> list[str]:
    return [_written(key) for key in _bound(id_, keymap)]


def how_to(id_: str, keymap: Mapping[str, str]) -> str:
    """The first key of a command; if it has none, its words in the command palette."""
    return next(iter(keys_of(id_, keymap)), f"“{BY_ID[id_].words}”")


def bound_to(ids: Sequence[str], keymap: Mapping[str, str]) -> frozenset[str]:
    return frozenset(key for id_ in ids for key in _bound(id_, keymap))


def _written(key: str) -> str:
    if " " in key:
        return " ".join(map(_written, key.split(" ")))
    if len(key) == 1 or key in {"enter", "backspace"}:
        return key
    return format_key(key)


def _bound(id_: str, keymap: Mapping[str, str]) -> list[str]:
    return _keys(BY_ID[id_], keymap)


def help_sections(keymap: Mapping[str, str]) -> list[tuple[str, list[Row]]]:
    """The help: headings with their rows."""
    return [
        (section, [_row(command, keymap) for command in COMMANDS if command.section == section])
        for section in get_args(Section)
    ]


def _row(command: Command, keymap: Mapping[str, str]) -> Row:
    return Row(" ".join(keys_of(command.id, keymap)), command.words, command.id)


def palette(keymap: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    """The entries of the command palette: action, description, keys, search words."""
    return [
        (
            _from_the_palette(command),
            command.words,
            " ".join(keys_of(command.id, keymap)),
            f"{command.id.replace('-', ' ')} {command.id} {command.also}",
        )
        for command in COMMANDS
        if command.is_in_palette
    ]


def _from_the_palette(command: Command) -> str:
    """The action of a command, addressed to the main screen or the app."""
    if command.context == "app":
        return f"app.{command.action}"
    return f"in_article({command.id!r})" if command.context == "article" else command.screen_action


def hints(place: Place, keymap: Mapping[str, str]) -> list[Row]:
    """The hint line of a kind of pane: for each command its first key and one word."""
    return [
        Row("/".join(keys_of(id_, keymap)[0] for id_ in ids), word, ids[0], any(id_ in PINNED for id_ in ids))
        for word, ids in _hinted(place)
    ]


def _hinted(place: Place) -> Iterator[tuple[str, list[str]]]:
    """The words of a hint line in order, each with the ids of its commands."""
    named = sorted(
        ((command.hints[place], command.id) for command in COMMANDS if place in command.hints),
        key=lambda each: each[0],
    )
    for (_, word), some in groupby(named, key=lambda each: each[0]):
        yield word, [id_ for _, id_ in some]


def key_on(screen: Screen[Any], id_: str) -> str:
    """The first key of a command on a screen, under the keymap in force."""
    bound = [key for key, active in screen.active_bindings.items() if active.binding.id == id_]
    usual = _bound(id_, {})
    return _written(next((key for key in [*usual, *bound] if key in bound), usual[0] if usual else ""))


def check(config: Config) -> None:
    for mistake in theme_and_key_errors(config):
        raise mistake


def sound(config: Config) -> tuple[Config, list[ConfigError]]:
    """The configuration without an invalid theme and invalid keys, and the errors."""
    mistakes = list(theme_and_key_errors(config))
    if any(_theme_errors(config.theme)):
        config = replace(config, theme="")
    keymap = dict(config.keymap)
    while any(_key_errors(keymap)):
        del keymap[min(keymap, key=partial(_errors_without, keymap))]
    return replace(config, keymap=keymap), mistakes


def _errors_without(keymap: Mapping[str, str], id_: str) -> int:
    """The number of errors that a keymap has without the keys of a command."""
    return sum(1 for _ in _key_errors({name: keys for name, keys in keymap.items() if name != id_}))


def theme_and_key_errors(config: Config) -> Iterator[ConfigError]:
    """Find unknown themes, commands and keys, and bindings that conflict, each with a hint."""
    yield from _theme_errors(config.theme)
    yield from _key_errors(config.keymap)


def _key_errors(keymap: Mapping[str, str]) -> Iterator[ConfigError]:
    for id_ in keymap:
        if id_ not in BY_ID:
            yield ConfigError(f"in [keymap], unknown command “{id_}”. {hint(id_, BY_ID)}")
    if keymap:  # the usual keys need no look at each start
        for said in _wrong_keys(keymap):
            yield ConfigError(f"in [keymap], {said}.")


def _theme_errors(name: str) -> Iterator[ConfigError]:
    if not name or name in themes.SHIPPED:  # the folder needs no look at each start
        return
    if name not in themes.names():
        yield ConfigError(f"unknown theme “{name}”. {hint(name, themes.names())}")
        return
    try:
        themes.find(name)
    except ConfigError as error:
        yield error


_MODIFIERS = frozenset({"ctrl", "alt", "shift", "super", "hyper", "meta"})
_NAMES = frozenset({*(key.value.rpartition("+")[2] for key in Keys), *KEY_NAME_REPLACEMENTS.values()})
"""Names of keys; the others are Unicode names such as question_mark."""

# Where commands are asked for keys together: one of two with the same key would never hear of it.
_OVERLAPPING: tuple[frozenset[Context], ...] = (
    frozenset({"moving", "list"}),
    frozenset({"moving", "article"}),
    frozenset({"moving", "dialog", "feed"}),
    frozenset({"panes", "app"}),
    frozenset({"moving", "panes"}),
    frozenset({"moving", "app"}),
    frozenset({"list", "panes"}),
    frozenset({"list", "app"}),
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
        together = one.is_first or other.is_first or any({one.context, other.context} <= each for each in _OVERLAPPING)
        for key in keys[one.id] if together and keymap.keys() & {one.id, other.id} else ():
            if key in keys[other.id]:
                yield f"“{key}” is assigned to both “{one.id}” and “{other.id}”"


def _keys(command: Command, keymap: Mapping[str, str]) -> list[str]:
    keys = keymap.get(command.id) or command.keys
    return [key.strip() for key in keys.split(",")] if keys else []


def _is_key(key: str) -> bool:
    """Whether it is a key in Textual's notation, a character or a name with optional modifiers; or several in a row."""
    if " " in key:
        return all(map(_is_key, key.split(" ")))
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
