"""docs/architecture.md names what there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "tuireader"
TEXT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
ROOMS = sorted(str(path.parent.relative_to(SOURCE)) for path in SOURCE.rglob("__init__.py") if path.parent != SOURCE)


def test_every_file_that_is_named_is_there() -> None:
    named = re.findall(r"`((?:\w+/)*\w+\.py)`", TEXT)
    assert len(named) > 40
    siblings = {path.name for path in (SOURCE / "library" / "refreshing").iterdir()} | {"viewport.py"}
    there = (SOURCE, ROOT)
    missing = [name for name in named if not any((at / name).is_file() for at in there) and name not in siblings]
    assert missing == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_sentence(room: str) -> None:
    (sentence,) = re.findall(rf"^\| (?:`\w+`, )?`{re.escape(room)}`(?:, `\w+`)? \| (.+) \|$", TEXT, re.MULTILINE)
    assert sentence.endswith(".")


def test_the_largest_classes_have_theirs() -> None:
    sizes: dict[str, int] = {}
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and node.end_lineno is not None:
                sizes[node.name] = max(sizes.get(node.name, 0), node.end_lineno - node.lineno)
    largest = sorted(sizes, key=lambda name: -sizes[name])[:26]
    assert [name for name in largest if f"| `{name}` |" not in TEXT] == []
    named = re.findall(r"^\| `(_?[A-Z]\w+)` \|", TEXT, re.MULTILINE)
    assert [name for name in named if name not in sizes] == []


def test_the_way_of_an_article_leads_through_modules_that_are_there() -> None:
    way = TEXT[TEXT.index("```") : TEXT.rindex("```")]
    steps = re.findall(r"\b[a-z_]+(?:\.[a-z_]+)+\b", way.split("```")[1])
    assert len(steps) > 10
    rooms = [path.relative_to(SOURCE).with_suffix("").parts for path in SOURCE.rglob("*.py")]
    known = {".".join(parts[-2:]).removesuffix(".__init__") for parts in rooms}
    known |= {".".join(parts[-3:-1]) for parts in rooms if parts[-1] == "__init__"}
    assert [step for step in steps if step not in known] == []
