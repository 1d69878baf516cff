"""The options written down: a file with all of them explained, what is in force, and a JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tuireader.config.options import Config, options

HEAD = "# the file that `tuireader path` calls config: all of its settings, as they are without it"


def documented(*, commented: bool = False) -> str:
    """The configuration file with every option at its default, explained; `commented` out, it sets none of them."""
    lines: list[tuple[str, str]] = []
    for name, (option, default) in options().items():
        value = default if option.example is None else option.example
        lines += _lines(name, value, option.help)
    width = max(len(line) for line, _ in lines if len(line) <= _LONGEST) + 3
    if commented:
        lines = [(f"#{line}" if line else "", said) for line, said in lines]
    return "\n".join([HEAD, *(f"{line:<{width}}# {said}" if said else line for line, said in lines), ""])


_LONGEST = 24
"""Characters of a line behind which its explanation begins in the same column as the others."""


def in_force(config: Config) -> str:
    lines = [line for name in options() for line, _ in _lines(name, getattr(config, name), "")]
    return "\n".join([*lines, ""])


def _lines(name: str, value: object, said: str) -> list[tuple[str, str]]:
    """An option as lines of TOML, each with what is said behind it."""
    if isinstance(value, Mapping):
        return [("", ""), (f"[{name}]", said), *((f"{key} = {_written(each)}", "") for key, each in value.items())]
    return [(f"{name} = {_written(value)}", said)]


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def schema() -> str:
    """The JSON Schema (2020-12) of the configuration file, for editors that check TOML by it."""
    properties = {
        name: {**option.kind.schema(), "default": default, "description": option.help}
        for name, (option, default) in options().items()
    }
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tuireader configuration",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False)
