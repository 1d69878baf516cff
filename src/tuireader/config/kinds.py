"""Kinds of values that an option can have: what fits, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tuireader.errors import ConfigError


class Kind(Protocol):
    """A kind of values."""

    def check(self, name: str, value: object) -> None:
        """Raise ConfigError, with a sentence, if an option called `name` cannot have this value."""

    def schema(self) -> Mapping[str, object]:
        """The same as JSON Schema."""


@dataclass(frozen=True, slots=True)
class Text:
    """Any text."""

    def check(self, name: str, value: object) -> None:
        """Refuse what is no text."""
        if not isinstance(value, str):
            raise ConfigError(f"“{name}” must be text in quotes, not {_shown(value)}.")

    def schema(self) -> Mapping[str, object]:
        """The same as JSON Schema."""
        return {"type": "string"}


@dataclass(frozen=True, slots=True)
class Switch:
    """Yes or no."""

    def check(self, name: str, value: object) -> None:
        """Refuse what is neither."""
        if not isinstance(value, bool):
            raise ConfigError(f"“{name}” must be true or false, not {_shown(value)}.")

    def schema(self) -> Mapping[str, object]:
        """The same as JSON Schema."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number within bounds."""

    least: int
    most: int

    def check(self, name: str, value: object) -> None:
        """Refuse what is beyond the bounds, or no number."""
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            said = f"a whole number from {self.least} to {self.most}"
            raise ConfigError(f"“{name}” must be {said}, not {_shown(value)}.")

    def schema(self) -> Mapping[str, object]:
        """The same as JSON Schema."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def check(self, name: str, value: object) -> None:
        """Refuse what is none of them."""
        if value not in self.words:
            raise ConfigError(f"“{name}” must be one of {', '.join(self.words)}, not {_shown(value)}.")

    def schema(self) -> Mapping[str, object]:
        """The same as JSON Schema."""
        return {"enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Keymap:
    """A table of keys by the ids of commands."""

    def check(self, name: str, value: object) -> None:
        """Refuse what is no table, and keys that are no text; which ids there are, the app knows."""
        if not isinstance(value, dict):
            raise ConfigError(f"“{name}” must be a table, as in [keymap], not {_shown(value)}.")
        for id_, keys in value.items():
            if not isinstance(keys, str) or not keys.strip():
                raise ConfigError(f"in [keymap], the keys of “{id_}” must be text in quotes, not {_shown(keys)}.")

    def schema(self) -> Mapping[str, object]:
        """The same as JSON Schema."""
        return {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}


def _shown(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
