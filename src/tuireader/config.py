"""The configuration: options, and its file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, get_args

from tuireader.errors import ConfigError
from tuireader.model.article import Mode
from tuireader.paths import written_whole
from tuireader.text.sentences import nearest

Bidi = Literal["auto", "terminal", "reorder"]
NARROWEST, MEASURE, WIDEST = 32, 72, 120
"""Width of the text column in cells: minimum, default, maximum."""
DAY = 24 * 60
"""Maximum minutes between refreshes."""
READ_AFTER_MAX = 600
"""Maximum seconds until an article counts as read."""


class Kind(Protocol):
    """Base of the types of option values."""

    def mistakes(self, name: str, value: object) -> Iterator[ConfigError]:
        """An error for each reason why `value` is invalid for the option `name`."""

    def schema(self) -> Mapping[str, object]:
        """The type as JSON Schema."""


class Text:
    """The type of options that take any text."""

    def mistakes(self, name: str, value: object) -> Iterator[ConfigError]:
        if not isinstance(value, str):
            yield ConfigError(f"“{name}” must be text in quotes, not {_shown(value)}.")

    def schema(self) -> Mapping[str, object]:
        return {"type": "string"}


class Switch:
    """The type of options that are on or off."""

    def mistakes(self, name: str, value: object) -> Iterator[ConfigError]:
        if not isinstance(value, bool):
            yield ConfigError(f"“{name}” must be true or false, not {_shown(value)}.")

    def schema(self) -> Mapping[str, object]:
        return {"type": "boolean"}


class Number(NamedTuple):
    """The type of options that take an integer within bounds."""

    least: int
    most: int

    def mistakes(self, name: str, value: object) -> Iterator[ConfigError]:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            said = f"a whole number from {self.least} to {self.most}"
            yield ConfigError(f"“{name}” must be {said}, not {_shown(value)}.")

    def schema(self) -> Mapping[str, object]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Choice(NamedTuple):
    """The type of options that take one of several words."""

    words: tuple[str, ...]

    def mistakes(self, name: str, value: object) -> Iterator[ConfigError]:
        if value not in self.words:
            yield ConfigError(f"“{name}” must be one of {', '.join(self.words)}, not {_shown(value)}.")

    def schema(self) -> Mapping[str, object]:
        return {"enum": list(self.words)}


class Keymap:
    """The type of an option that is a table: keys by command id."""

    def mistakes(self, name: str, value: object) -> Iterator[ConfigError]:
        """Errors of a value that is no table, and of keys that are no text; the app checks the ids."""
        if not isinstance(value, dict):
            yield ConfigError(f"“{name}” must be a table ([{name}]), not {_shown(value)}.")
            return
        for id_, keys in value.items():
            if not isinstance(keys, str) or not keys.strip():
                yield ConfigError(
                    f'in [keymap], the keys of “{id_}” must be text in quotes, such as "x" or "x,ctrl+x",'
                    f" not {_shown(keys)}."
                )

    def schema(self) -> Mapping[str, object]:
        return {"type": "object", "additionalProperties": {"type": "string", "minLength": 1}}


def _shown(value: object) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)


class Option(NamedTuple):
    """The description of an option besides its name and default."""

    kind: Kind
    help: str
    """The explanation in the documented file."""
    example: object = None
    """The value shown in the documented file, if the default would explain little."""


def _option(default: Any, kind: Kind, help_: str, *, example: object = None) -> Any:
    about = {"option": Option(kind, help_, example)}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=about)
    return field(default=default, metadata=about)


@dataclass(frozen=True, slots=True)
class Config:
    """The user's configuration; everything has a default."""

    theme: str = _option("", Text(), "colour theme; see “Theme:” in the command palette", example="tuireader-dark")
    """"": the theme last chosen in the program."""
    measure: int = _option(
        MEASURE, Number(NARROWEST, WIDEST), f"maximum text width in columns, {NARROWEST} to {WIDEST}"
    )
    hyphenate: bool = _option(default=True, kind=Switch(), help_="hyphenate when the text is narrower than 50 columns")
    dense: bool = _option(default=False, kind=Switch(), help_="one line per article in the list")
    bidi: Bidi = _option(  # noqa: RUF009 - it makes a field
        "auto",
        Choice(get_args(Bidi)),
        'right-to-left text: "auto", "reorder" (by tuireader) or "terminal"',
    )
    linear: bool = _option(
        default=False,
        kind=Switch(),
        help_="layout for screen readers and braille displays",
    )
    refresh_on_start: bool = _option(default=True, kind=Switch(), help_="refresh due feeds at start")
    refresh_every: int = _option(
        30,
        Number(0, DAY),
        "minutes between refreshes of feeds that are due (0: off); one is due after an hour, or a day without ETag",
    )
    resume: bool = _option(default=True, kind=Switch(), help_="restore the last position at start")
    preview: bool = _option(
        default=True,
        kind=Switch(),
        help_="with three panes, preview the article under the cursor without marking it as read",
    )
    mark_read_after: int = _option(
        0, Number(0, READ_AFTER_MAX), "seconds before an open article is marked as read; scrolling marks it at once"
    )
    open_next_unread: bool = _option(
        default=False, kind=Switch(), help_="at the end of an article, go to the next unread one"
    )
    full_text: Mode = _option(  # noqa: RUF009 - it makes a field
        "auto",
        Choice(get_args(Mode)),
        'fetch full text: "auto" (if the feed has only excerpts), "always" or "never"',
    )
    archive_read: bool = _option(default=True, kind=Switch(), help_="mark loaded older articles as read")
    one_story: bool = _option(
        default=True,
        kind=Switch(),
        help_="show duplicates as one article, the longest (false: show all; reading one marks all as read)",
    )
    expire_after: int = _option(
        0, Number(0, 36_500), "mark articles as read after this many days, unless starred or tagged (0: never)"
    )
    expire_above: int = _option(
        0, Number(0, 1_000_000), "maximum unread articles per feed; older ones are marked as read (0: no limit)"
    )
    keep_days: int = _option(0, Number(0, 36_500), "clean-up: delete read articles after this many days (0: never)")
    keep_articles: int = _option(
        0, Number(0, 1_000_000), "clean-up: keep this many newest articles per feed (0: no limit)"
    )
    keep_megabytes: int = _option(0, Number(0, 10_000_000), "clean-up: maximum database size in MB (0: no limit)")
    keymap: Mapping[str, str] = _option(
        {},
        Keymap(),
        "your own keys, by command name (shown in the help screen)",
        example={"star": "s", "sort": "ctrl+s"},
    )
    given: frozenset[str] = frozenset()
    """Names of the options set in the file; these override choices that the program remembers, such as the theme."""


def options() -> dict[str, tuple[Option, object]]:
    return {one.name: (one.metadata["option"], _default(one)) for one in fields(Config) if "option" in one.metadata}


def _default(one: Field[Any]) -> object:
    return one.default_factory() if callable(one.default_factory) else one.default


def hint(word: str, known: Iterable[str]) -> str:
    """A suggestion for an unknown word: the nearest known one, or all of them."""
    names = sorted(known)
    near = nearest(word, names, alike=0.5)
    return f"Did you mean “{near}”?" if near else f"Known: {', '.join(names)}."


HEAD = "# tuireader configuration. Every setting is shown with its default value."


def documented(*, commented: bool = False) -> str:
    """The configuration file with every option at its default, explained; with `commented`, all lines are comments."""
    lines: list[tuple[str, str]] = []
    for name, (option, default) in options().items():
        value = default if option.example is None else option.example
        lines += _lines(name, value, option.help)
    width = max(len(line) for line, _ in lines if len(line) <= _ALIGNED_WIDTH_MAX) + 3
    if commented:
        lines = [(f"#{line}" if line else "", said) for line, said in lines]
    return "\n".join([HEAD, *(f"{line:<{width}}# {said}" if said else line for line, said in lines), ""])


_ALIGNED_WIDTH_MAX = 24
"""Maximum length of a line whose explanation is aligned with the others."""


def in_force(config: Config) -> str:
    lines = [line for name in options() for line, _ in _lines(name, getattr(config, name), "")]
    return "\n".join([*lines, ""])


def _lines(name: str, value: object, said: str) -> list[tuple[str, str]]:
    """An option as lines of TOML, each with its explanation."""
    if isinstance(value, Mapping):
        return [("", ""), (f"[{name}]", said), *((f"{key} = {_written(each)}", "") for key, each in value.items())]
    return [(f"{name} = {_written(value)}", said)]


def _written(value: object) -> str:
    import json  # the app does without

    return json.dumps(value, ensure_ascii=False)


def schema() -> str:
    """The JSON Schema (2020-12) of the configuration file, for editors."""
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
    import json  # the app does without

    return json.dumps(whole, indent=2, ensure_ascii=False)


_SIZE_MAX = 1_000_000
"""Maximum bytes of the file."""
_DEEPEST = 50
"""Maximum dots in the key of a line."""


def load(path: Path) -> tuple[Config, list[str]]:
    """The configuration with defaults in place of what is invalid, and the errors, each with the path of the file."""
    try:
        config, mistakes = read(path)
    except ConfigError as error:
        return Config(), [str(error)]
    return config, [f"{path}: {each}" for each in mistakes]


def read(path: Path) -> tuple[Config, list[ConfigError]]:
    """The valid settings of a file, and an error for each of the others.

    Raises ConfigError if the file cannot be read at all.
    """
    return _config(parsed(path))


def parsed(path: Path) -> dict[str, Any]:
    """The content of a TOML file, empty if there is none; raises ConfigError."""
    try:
        text = _text_of(path)
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Cannot read {path}: {error}.") from error
    import tomllib

    if any(line.partition("=")[0].count(".") > _DEEPEST for line in text.splitlines()):  # tomllib takes the square
        raise ConfigError(f"Invalid setting in {path}: its name has more than {_DEEPEST} parts.")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError also of a number with thousands of digits
        raise ConfigError(f"{path} is not valid TOML: {error}.") from error


def _text_of(path: Path) -> str:
    """The file's text; refuses anything that is no regular file, such as a pipe, which would block."""
    if path.exists() and not path.is_file() and path.resolve() != Path(os.devnull).resolve():
        raise OSError("not a file")
    with path.open("rb") as file:
        content = file.read(_SIZE_MAX + 1)
    if len(content) > _SIZE_MAX:
        raise OSError("file too large")
    return content.decode("utf-8-sig")


def set_option(path: Path, name: str, value: object) -> None:
    """Write a valid option into a configuration file, keeping everything else; raises ConfigError."""
    import tomlkit  # the app does without, until an option is changed
    from tomlkit.exceptions import TOMLKitError

    for mistake in _mistakes(name, value):
        raise mistake
    try:
        is_there = path.exists()
        mode = path.stat().st_mode & 0o777 if is_there else 0o600
        if not mode & 0o200:
            raise ConfigError(f"Cannot write {path}: it is read-only.")
        text = _with_line(_text_of(path) if is_there else documented(commented=True), name)
        document = tomlkit.parse(text)
        document[name] = value
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with written_whole(path.resolve()) as part:
            part.write_text(tomlkit.dumps(document), "utf-8")
            part.chmod(mode)
    except (OSError, ValueError, TOMLKitError) as error:  # ValueError: it is not valid as it is
        raise ConfigError(f"Cannot write {path}: {error}.") from error


_TABLE = re.compile(r"#?\s*\[\[?[\w.\"-]+\]\]?\s*(#.*)?$")


def _with_line(text: str, name: str) -> str:
    """The file with a line for an option that it does not set: where it is commented out, else above the tables.

    Where that would change other settings, as within a text of several lines, the line is the first.
    """
    import tomllib

    wanted = tomllib.loads(text)
    if name in wanted:
        return text
    try:
        found = tomllib.loads(changed := _with_line_in_place(text, name))
    except ValueError:
        found, changed = {}, text
    found.pop(name, None)
    return changed if found == wanted else f"{name} = 0\n{text}"


def _with_line_in_place(text: str, name: str) -> str:
    lines = text.splitlines(keepends=True)
    top = next((number for number, line in enumerate(lines) if _TABLE.match(line)), len(lines))
    own = re.compile(rf"(#?)\s*{name}\s*=")
    found = {match[1]: number for number, line in enumerate(lines[:top]) if (match := own.match(line))}
    if not found:
        while top and not lines[top - 1].strip():
            top -= 1
        if top and not lines[top - 1].endswith("\n"):
            lines[top - 1] += "\n"
        lines.insert(top, f"{name} = 0\n")
    elif "#" in found:
        lines[found["#"]] = lines[found["#"]].removeprefix("#").lstrip()
    return "".join(lines)


def _config(said: dict[str, Any]) -> tuple[Config, list[ConfigError]]:
    wrong = {name: found for name, value in said.items() if (found := _mistakes(name, value))}
    usable = {name: value for name, value in said.items() if name not in wrong}
    if "keymap" in wrong and isinstance(said["keymap"], dict):
        usable["keymap"] = {id_: keys for id_, keys in said["keymap"].items() if not _mistakes("keymap", {id_: keys})}
    return Config(**usable, given=frozenset(usable)), [mistake for found in wrong.values() for mistake in found]


def _mistakes(name: str, value: object) -> list[ConfigError]:
    known = options()
    if name not in known:
        return [ConfigError(f"unknown setting “{name}”. {hint(name, known)}")]
    return list(known[name][0].kind.mistakes(name, value))
