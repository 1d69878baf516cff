"""Print the tests of the modules that differ from the last commit: tests mirror src, room by room."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent


def tests_of(changed: Path) -> Path | None:
    """The test of a module, wherever it is, else those of its room; None for what has none."""
    if changed.parts[:1] == ("tests",):
        return changed if changed.name.startswith("test_") and (ROOT / changed).exists() else None
    if changed.parts[:2] != ("src", "tuireader"):
        return None
    room = Path("tests", *changed.parts[2:-1])
    own, folder = room / f"test_{changed.stem}.py", room / changed.stem  # the tests of config.py are a folder
    elsewhere = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob(own.name)]
    found = (own, folder, *(elsewhere if len(elsewhere) == 1 else ()), *[room, *room.parents][:-1])
    return next((each for each in found if (ROOT / each).exists()), None)


def main() -> None:
    """Print their paths, one a line."""
    listed = subprocess.run(
        ["git", "status", "--porcelain", "--no-renames"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    changed = [Path(line[3:]) for line in listed.stdout.splitlines()]
    for path in sorted({str(found) for each in changed if (found := tests_of(each)) is not None}):
        print(path)


if __name__ == "__main__":
    main()
