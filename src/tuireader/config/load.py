"""Loading the configuration file: TOML into a frozen Config; invalid values are errors with a hint."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tuireader.config.options import Config, hint, options
from tuireader.errors import ConfigError

_SIZE_MAX = 1_000_000
"""Maximum bytes of the file."""
_DEEPEST = 50
"""Maximum dots before the value of a line."""


def load(path: Path) -> Config:
    """The configuration at `path`, or the defaults if there is no file; raises ConfigError for the first error."""
    config, mistakes = read(path)
    if mistakes:
        with naming(path):
            raise mistakes[0]
    return config


def read(path: Path) -> tuple[Config, list[ConfigError]]:
    """The valid settings of a file, and an error for each of the others.

    Raises ConfigError if the file cannot be read at all.
    """
    try:
        text = _text_of(path)
    except FileNotFoundError:
        return Config(), []
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}.") from error
    import tomllib

    if any(line.partition("=")[0].count(".") > _DEEPEST for line in text.splitlines()):  # tomllib takes the square
        raise ConfigError(f"{path} has a key of more than {_DEEPEST} parts.")
    try:
        said = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError also of a number with thousands of digits
        raise ConfigError(f"{path} is not valid TOML: {error}.") from error
    return _config(said)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Prefix a ConfigError with the path of the file."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def _text_of(path: Path) -> str:
    """The file's text; refuses anything that is no regular file, such as a pipe, which would block."""
    if path.exists() and not path.is_file() and path.resolve() != Path(os.devnull).resolve():
        raise OSError("it is not a file")
    with path.open("rb") as file:
        content = file.read(_SIZE_MAX + 1)
    if len(content) > _SIZE_MAX:
        raise OSError("it is too large for a configuration")
    return content.decode("utf-8-sig")


def _config(said: dict[str, Any]) -> tuple[Config, list[ConfigError]]:
    wrong = {name: found for name, value in said.items() if (found := _mistakes(name, value))}
    usable = {name: value for name, value in said.items() if name not in wrong}
    return Config(**usable, given=frozenset(usable)), [mistake for found in wrong.values() for mistake in found]


def _mistakes(name: str, value: object) -> list[ConfigError]:
    known = options()
    if name not in known:
        return [ConfigError(f"there is no setting “{name}”. {hint(name, known)}")]
    return list(known[name][0].kind.mistakes(name, value))
