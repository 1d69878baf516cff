"""The configuration file: TOML read into a frozen Config; what it cannot mean is an error with a hint."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from tuireader.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SIZE_MAX = 1_000_000
"""Bytes of the file."""

Bidi = Literal["auto", "terminal", "reorder"]

NARROWEST, MEASURE, WIDEST = 32, 72, 120
"""Cells of a column of text: at least, by itself, and at most."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the user chose in the file; everything has a default."""

    theme: str = ""
    """The name of a theme; empty means the one chosen last in the program."""
    measure: int = MEASURE
    """The widest that a column of text gets, in cells."""
    dense: bool = False
    """One line for each headline."""
    bidi: Bidi = "auto"
    """Who puts right-to-left text in order: `terminal`, we (`reorder`), or `auto`, whichever seems right."""
    refresh_on_start: bool = True
    """Ask for new articles when the app opens."""
    open_next_unread: bool = False
    """The end of an article leads to the next unread one, not to the next of the list."""
    keymap: Mapping[str, str] = field(default_factory=dict)
    """Keys, with commas between them, by the id of what they do."""
    given: frozenset[str] = frozenset()
    """The names that stand in the file: they win over what the program remembers."""


_NAMES = tuple(one.name for one in fields(Config) if one.name != "given")


def load(path: Path) -> Config:
    """The configuration at `path`, all defaults where there is no file; raises ConfigError with a sentence."""
    try:
        text = _text_of(path)
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from error
    import tomllib

    try:
        said = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError also of a number with thousands of digits
        raise ConfigError(f"{path} is not TOML that can be read: {error}.") from error
    try:
        return _config(said)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def _text_of(path: Path) -> str:
    """The file's text; one that is no file, such as a pipe, would be waited for."""
    if path.exists() and not path.is_file() and path.resolve() != Path(os.devnull).resolve():
        raise OSError("it is not a file")
    with path.open("rb") as file:
        content = file.read(_SIZE_MAX + 1)
    if len(content) > _SIZE_MAX:
        raise OSError("it is too large for a configuration")
    return content.decode("utf-8-sig")


def hint(word: str, known: Iterable[str]) -> str:
    """A sentence that names what `word` may have been meant for: the nearest of `known`, or all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    return f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(names)}."


def _config(said: dict[str, Any]) -> Config:
    for name in said:
        if name not in _NAMES:
            raise ConfigError(f"there is no setting “{name}”. {hint(name, _NAMES)}")
    for name, value in said.items():
        _CHECKS[name](name, value)
    return Config(**said, given=frozenset(said))


def _is_text(name: str, value: object) -> None:
    if not isinstance(value, str):
        raise ConfigError(f"“{name}” must be text in quotes, not {_shown(value)}.")


def _is_switch(name: str, value: object) -> None:
    if not isinstance(value, bool):
        raise ConfigError(f"“{name}” must be true or false, not {_shown(value)}.")


def _is_measure(name: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not NARROWEST <= value <= WIDEST:
        raise ConfigError(f"“{name}” must be a whole number from {NARROWEST} to {WIDEST}, not {_shown(value)}.")


def _is_bidi(name: str, value: object) -> None:
    if value not in get_args(Bidi):
        raise ConfigError(f"“{name}” must be one of {', '.join(get_args(Bidi))}, not {_shown(value)}.")


def _is_keymap(name: str, value: object) -> None:
    if not isinstance(value, dict):
        raise ConfigError(f"“{name}” must be a table, as in [keymap], not {_shown(value)}.")
    for id_, keys in value.items():
        if not isinstance(keys, str) or not keys.strip():
            raise ConfigError(f"in [keymap], the keys of “{id_}” must be text in quotes, not {_shown(keys)}.")


def _shown(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)


_CHECKS = {
    "theme": _is_text,
    "measure": _is_measure,
    "dense": _is_switch,
    "bidi": _is_bidi,
    "refresh_on_start": _is_switch,
    "open_next_unread": _is_switch,
    "keymap": _is_keymap,
}
