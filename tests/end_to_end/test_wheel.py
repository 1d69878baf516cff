"""The wheel, installed alone, is the whole program."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from support.pty_terminal import Terminal

ROOT = Path(__file__).parents[2]


def test_wheel_runs_the_demo_from_any_folder(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    built, installed, elsewhere = tmp_path / "built", tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(built), str(ROOT)], check=True
    )
    (wheel,) = built.glob("tuireader-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "tuireader/py.typed" in names
    assert not [name for name in names if name.startswith("tests/")]
    subprocess.run([*pip, "install", "--no-deps", "--target", str(installed), str(wheel)], check=True)
    env = {"PYTHONPATH": str(installed)}
    where = subprocess.run(
        [sys.executable, "-c", "import tuireader; print(tuireader.__file__)"],
        cwd=elsewhere, env=env, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert Path(where).is_relative_to(installed)
    with Terminal(["demo"], env=env, cwd=elsewhere) as terminal:
        terminal.until("The Slow Terminal")
        terminal.until("Character")
        terminal.press("\x11")  # ctrl+q
        assert terminal.wait() == 0
