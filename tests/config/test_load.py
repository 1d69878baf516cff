from pathlib import Path

import pytest

from support.factories import load_config as load
from tuireader.config import Config, hint
from tuireader.errors import ConfigError


def test_no_file_means_all_defaults(tmp_path: Path) -> None:
    assert load(tmp_path / "config.toml") == Config()


def test_all_settings_are_read_and_named_as_given(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        'theme = "nord"\nmeasure = 66\ndense = true\nbidi = "reorder"\nrefresh_on_start = false\n'
        'open_next_unread = true\n[keymap]\n"article.star" = "s,f"\n',
        encoding="utf-8",
    )
    config = load(path)
    assert config == Config(
        theme="nord",
        measure=66,
        dense=True,
        bidi="reorder",
        refresh_on_start=False,
        open_next_unread=True,
        keymap={"article.star": "s,f"},
        given=frozenset({"theme", "measure", "dense", "bidi", "refresh_on_start", "open_next_unread", "keymap"}),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mesure = 70", "unknown setting “mesure”. Did you mean “measure”?"),
        ("zzz = 1", "Known: archive_read, bidi, dense, expire_above, expire_after, full_text, hyphenate, "),
        ('given = ["theme"]', "unknown setting “given”"),
        ("measure = 5", "from 32 to 120, not 5"),
        ("measure = true", "not true"),
        ('measure = "70"', "not '70'"),
        ("theme = 3", "“theme” must be text in quotes, not 3"),
        ('dense = "yes"', "“dense” must be true or false"),
        ('bidi = "left"', "“bidi” must be one of auto, terminal, reorder"),
        ("bidi = []", "“bidi” must be one of"),
        ("keymap = 1", "“keymap” must be a table"),
        ("[keymap]\nquit = 3", "the keys of “quit” must be text in quotes, such as"),
        ('[keymap]\nquit = " "', "the keys of “quit”"),
        ("theme = ", "is not valid TOML"),
    ],
)
def test_what_it_cannot_mean_is_an_error_with_a_hint(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load(path)
    assert says in str(error.value)
    assert str(path) in str(error.value)


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="Cannot read"):
        load(path)
    with pytest.raises(ConfigError, match="Cannot read"):
        load(tmp_path)


def test_hint_names_the_nearest_or_all() -> None:
    assert hint("stra", ["star", "quit"]) == "Did you mean “star”?"
    assert hint("xyz", ["star", "quit"]) == "Known: quit, star."


def test_a_key_of_very_many_parts_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    for text in (f"{'a.' * 20_000}b = 1\n", f"[{'a.' * 20_000}b]\n"):
        path.write_text(text, "utf-8")
        with pytest.raises(ConfigError, match="more than 50 parts"):
            load(path)
