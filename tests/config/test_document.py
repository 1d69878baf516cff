from __future__ import annotations

import json
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest

from support.factories import load_config as load
from tuireader.config import Config, documented, in_force, options, schema, set_option
from tuireader.errors import ConfigError


def read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return load(path)


def test_every_field_is_an_option_with_its_help() -> None:
    assert set(options()) == {field.name for field in fields(Config)} - {"given"}
    for option, default in options().values():
        assert option.help
        if option.example is not None or default:
            assert list(option.kind.mistakes("it", option.example or default)) == []


def test_the_documented_file_names_all_and_sets_their_defaults(tmp_path: Path) -> None:
    config = read(tmp_path, documented())
    assert config.given == set(options())
    usual = Config(theme="tuireader-dark", keymap=config.keymap)
    assert replace(config, given=frozenset()) == usual


def test_commented_out_it_sets_nothing_until_the_signs_are_taken_away(tmp_path: Path) -> None:
    text = documented(commented=True)
    assert read(tmp_path, text) == Config()
    head, *lines = text.splitlines()
    assert "\n".join([head, *(line.removeprefix("#") for line in lines), ""]).split() == documented().split()


def test_what_is_in_force_is_read_as_the_same(tmp_path: Path) -> None:
    config = Config(theme="nord", measure=66, keymap={"star": "s", "help": '"'})
    assert replace(read(tmp_path, in_force(config)), given=frozenset()) == config


def test_the_schema_says_what_fits() -> None:
    properties = json.loads(schema())["properties"]
    assert set(properties) == set(options())
    assert properties["measure"] | {"description": ""} == {
        "type": "integer", "minimum": 32, "maximum": 120, "default": 72, "description": ""
    }  # fmt: skip
    assert properties["bidi"]["enum"] == ["auto", "terminal", "reorder"]
    kinds = {"string": str, "integer": int, "boolean": bool, "object": dict}
    for name, value in tomllib.loads(documented()).items():
        assert isinstance(value, kinds.get(properties[name].get("type"), str)), name


@pytest.mark.parametrize("line", ["# a comment", "[keymap]"])
def test_an_empty_file_is_all_defaults(tmp_path: Path, line: str) -> None:
    assert replace(read(tmp_path, line), given=frozenset()) == Config()


@pytest.mark.parametrize("start", ["", "# mine\n", "[keymap]\nstar = 's'\n", "dense = true # yes\r\n", "theme='nord'"])
@pytest.mark.parametrize("is_template", [True, False])
def test_options_are_written_where_their_lines_are(tmp_path: Path, start: str, is_template: bool) -> None:
    path = tmp_path / "config.toml"
    if not is_template:
        path.write_text(start, newline="")
    before = load(path)
    for name, value in (("theme", "gruvbox"), ("measure", 60), ("bidi", "reorder"), ("dense", False), ("measure", 61)):
        set_option(path, name, value)
    after = load(path)
    assert (after.theme, after.measure, after.bidi, after.dense) == ("gruvbox", 61, "reorder", False)
    assert after.keymap == before.keymap
    text = path.read_text()
    assert text.count("measure") == 1
    # The keymap of the template can be uncommented after that.
    path.write_text(text.replace("#[keymap]", "[keymap]").replace('#star = "s"', 'star = "s"'))
    assert load(path).measure == 61
    assert load(path).keymap == ({"star": "s"} if is_template else before.keymap)


def test_a_comment_that_looks_like_an_option_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# measure = as wide as I like\n#dense = true\n")
    set_option(path, "measure", 60)
    set_option(path, "dense", False)
    assert path.read_text() == "# measure = as wide as I like\ndense = false\nmeasure = 60\n"


@pytest.mark.parametrize(
    "text",
    [
        "# [my settings]\ndense = true\n",
        '"dense" = true\n',
        "theme = '''\nmeasure = 1\n# dense = true\n'''\n",
        'theme = """\ndense = true\n[keymap]\nmeasure = 3\n"""\n# comment\n#[ ] a to-do list\nresume = false',
        "measure = 50\n#dense = true\ndense = true\n",
        "keymap = {star = 's'} # mine\n",
    ],
)
def test_an_option_changes_nothing_else(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    before = tomllib.loads(text)
    for name, value in (("dense", False), ("mark_read_after", 7)):
        set_option(path, name, value)
    assert tomllib.loads(path.read_text()) == before | {"dense": False, "mark_read_after": 7}


@pytest.mark.parametrize("text", ["measure = \n", "dense = ="])
def test_a_file_that_is_not_valid_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match="Cannot write"):
        set_option(path, "dense", True)
    assert path.read_text() == text
