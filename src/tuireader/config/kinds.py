"""Kinds of values that an option can have: what fits, and how that is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from tuireader.errors import ConfigError


class Kind(Protocol):
    """A kind of values."""

    def mistakes(self, name: str, value: object) -> Iterator[ConfigError]:
        """Why an option called `name` cannot have this value; nothing where it can."""

    def schema(self) -> Mapping[str, object]:
        """The same as JSON Schema."""


class Text:
    """Any text."""

    def mistakes(self, name: str, value: object) -> Iterator[ConfigError]:
        if not isinstance(value, str):
            yield ConfigError(f"“{name}” must be text in quotes, not {_shown(value)}.")

    def schema(self) -> Mapping[str, object]:
        return {"type": "string"}


class Switch:
    """Yes or no."""

    def mistakes(self, name: str, value: object) -> Iterator[ConfigError]:
        if not isinstance(value, bool):
            yield ConfigError(f"“{name}” must be true or false, not {_shown(value)}.")

    def schema(self) -> Mapping[str, object]:
        return {"type": "boolean"}


class Number(NamedTuple):
    """A whole number within bounds."""

    least: int
    most: int

    def mistakes(self, name: str, value: object) -> Iterator[ConfigError]:
        """What is beyond the bounds, or no number."""
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            said = f"a whole number from {self.least} to {self.most}"
            yield ConfigError(f"“{name}” must be {said}, not {_shown(value)}.")

    def schema(self) -> Mapping[str, object]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Choice(NamedTuple):
    """One of a few words."""

    words: tuple[str, ...]

    def mistakes(self, name: str, value: object) -> Iterator[ConfigError]:
        if value not in self.words:
            yield ConfigError(f"“{name}” must be one of {', '.join(self.words)}, not {_shown(value)}.")

    def schema(self) -> Mapping[str, object]:
        return {"enum": list(self.words)}


class Keymap:
    """A table of keys by the ids of commands."""

    def mistakes(self, name: str, value: object) -> Iterator[ConfigError]:
        """What is no table, and keys that are no text; which ids there are, the app knows."""
        if not isinstance(value, dict):
            yield ConfigError(f"“{name}” must be a table, as in [keymap], not {_shown(value)}.")
            return
        for id_, keys in value.items():
            if not isinstance(keys, str) or not keys.strip():
                yield ConfigError(f"in [keymap], the keys of “{id_}” must be text in quotes, not {_shown(keys)}.")

    def schema(self) -> Mapping[str, object]:
        return {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}


def _shown(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
