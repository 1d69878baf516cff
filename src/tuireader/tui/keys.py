"""The keys of commands: bindings, help, hints, palette."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from textual.binding import Binding, BindingType
from textual.keys import format_key

from tuireader.tui.commands import BY_ID, COMMANDS, Command, Context, Place, Section

if TYPE_CHECKING:
    from textual.screen import Screen


PINNED = ("close", "palette", "help")
"""Commands whose hints are shown at any width."""


def binding(id_: str) -> Binding:
    return _binding(BY_ID[id_], BY_ID[id_].action)


def _binding(command: Command, action: str) -> Binding:
    return Binding(command.keys, action, command.words, id=command.id, show=False, priority=command.is_first)


def bindings(context: Context) -> list[BindingType]:
    """The bindings of a context; anything with rows or a page also gets those of `moving`."""
    contexts = (context,) if context in ("panes", "app") else ("moving", context)
    return [
        _binding(command, command.handed_on if context == "panes" else command.action)
        for each in contexts
        for command in COMMANDS
        if command.context == each
    ]


class Row(NamedTuple):
    """A line of the help: keys and description."""

    keys: str
    description: str
    id: str = ""
    """Its name in the keymap; of several with the same description, the first."""
    is_pinned: bool = False
    """Whether its hint is shown at any width."""


def keys_of(id_: str, keymap: Mapping[str, str]) -> list[str]:
    return [_written(key) for key in _bound(id_, keymap)]


def bound_to(ids: Sequence[str], keymap: Mapping[str, str]) -> frozenset[str]:
    return frozenset(key for id_ in ids for key in _bound(id_, keymap))


def _written(key: str) -> str:
    if len(key) == 1 or key in {"enter", "backspace"}:
        return key
    return format_key(key)


def _bound(id_: str, keymap: Mapping[str, str]) -> list[str]:
    return [key.strip() for key in (keymap.get(id_) or BY_ID[id_].keys).split(",")]


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
    return f"in_article({command.id!r})" if command.context == "article" else command.handed_on


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
    return _written(next((key for key in [*usual, *bound] if key in bound), usual[0]))
