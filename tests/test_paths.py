import sys
from pathlib import Path

import pytest

from tuireader import paths


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other platforms have customs of their own")
def test_xdg_folders_are_honoured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("data", "config", "state"):
        monkeypatch.setenv(f"XDG_{kind.upper()}_HOME", str(tmp_path / kind))
    assert paths.cache_path() == tmp_path / "data" / "tuireader" / "tuireader.db"
    assert paths.config_path() == tmp_path / "config" / "tuireader" / "config.toml"
    assert paths.log_path() == tmp_path / "state" / "tuireader" / "tuireader.log"


def test_asking_makes_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    paths.cache_path()
    paths.config_path()
    paths.log_path()
    assert not list(tmp_path.iterdir())


def test_the_log_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TUIREADER_LOG", "logs/../here.log")
    assert paths.log_path() == tmp_path / "here.log"
