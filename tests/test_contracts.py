"""Each contract of imports in pyproject.toml, broken on purpose: one that nothing breaks would hold nothing."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# By the beginning of the contract's name: lines that it must not let pass, each with the module in which it is put.
BREAKS = {
    "Imports go one way": (
        ("tuireader.store.feeds", "import tuireader.library.open_cache"),
        ("tuireader.feeds.feed_links", "import tuireader.content.dom.tree"),
        ("tuireader.web.fetch", "import tuireader.content.dom.tree"),
        ("tuireader.text.wrap", "import tuireader.urls.identity"),
        ("tuireader.model.fetched", "import tuireader.demo.pages"),
        ("tuireader.demo.pages", "import tuireader.tui.app"),
        ("tuireader.library.rules", "import tuireader.tasks.task"),
    ),
    "Within content": (
        ("tuireader.content.dom.tree", "import tuireader.content.cleaning.clean"),
        ("tuireader.content.markdown.convert", "import tuireader.content.cleaning.clean"),
        ("tuireader.content.document.model", "import tuireader.content.layout.line"),
    ),
    "Within the terminal interface": (
        ("tuireader.tui.chrome", "import tuireader.tui.main.screen"),
        ("tuireader.tui.article.view", "import tuireader.tui.dialogs.palette_and_help"),
        ("tuireader.tui.lists.rows", "import tuireader.tui.article.view"),
        ("tuireader.tui.support.safe_text", "import tuireader.tui.lists.rows"),
    ),
    "Within the library": (
        ("tuireader.library.jobs.batching", "import tuireader.library.politeness.polling"),
        ("tuireader.library.refreshing.upkeep", "import tuireader.library.reading.user_edits"),
        ("tuireader.library.refreshing.match_entries", "import tuireader.library.subscribing.subscription"),
    ),
    "The only gate to the cache": (
        ("tuireader.tui.main.statuses", "import tuireader.library.jobs.pool"),
        ("tuireader.library.refreshing.refresh", "import tuireader.library.jobs.pool"),
    ),
    "The only way to ask a site": (
        ("tuireader.library.reading.full_text", "import tuireader.web"),
        ("tuireader.tasks.feeds", "import tuireader.web.fetch"),
    ),
    "Whoever shows or prints writes": (
        ("tuireader.tui.main.statuses", "import tuireader.store.statuses"),
        ("tuireader.cli.articles", "import tuireader.store.save_articles"),
    ),
    "Widgets do no work of their own": (
        ("tuireader.tui.chrome", "import tuireader.store.articles"),
        ("tuireader.tui.lists.rows", "import tuireader.web.client"),
        ("tuireader.tui.article.view", "import sqlite3"),
    ),
    "The demo is a site like any other": (("tuireader.demo.pages", "import tuireader.model"),),
    "Text, addresses, feeds, content and nouns are pure": (
        ("tuireader.content.cleaning.clean", "import http.client"),
        ("tuireader.urls.hosts", "import socket"),
        ("tuireader.text.wrap", "import os"),
        ("tuireader.feeds.parse", "import pathlib"),
        ("tuireader.model.article", "import sqlite3"),
    ),
    "The store reaches no network": (("tuireader.store.feeds", "import socket"),),
    "The web keeps no files": (("tuireader.web.fetch", "import sqlite3"),),
    "Pillow has no door yet": (("tuireader.tui.article.view", "import PIL"),),
    "The only door to lxml": (("tuireader.content.extraction.extract", "import lxml"),),
    "The only door to textual": (("tuireader.cli.open_app", "import textual"),),
    "The only door to rich": (("tuireader.content.layout.layout", "import rich"),),
    "The only door to feedparser": (("tuireader.feeds.parse", "import feedparser"),),
    "The only door to ebooklib": (("tuireader.library.transfer.backup", "import ebooklib"),),
    "The only door to protego": (("tuireader.feeds.opml", "import protego"),),
    "The only door to dateparser": (("tuireader.content.listing.find", "import dateparser"),),
    "The only door to cssselect": (("tuireader.content.extraction.select_blocks", "import cssselect"),),
    "The only door to listparser": (("tuireader.feeds.parse", "import listparser"),),
    "The only door to python-socks": (("tuireader.web.fetch", "import python_socks"),),
    "The only door to h11": (("tuireader.web.connection_pool", "import h11"),),
    "The only door to brotli": (("tuireader.web.fetch", "import brotli"),),
    "The only door to nh3": (("tuireader.content.cleaning.clean", "import nh3"),),
    "The only door to regex": (("tuireader.urls.typed_and_shown", "import regex"),),
    "The only door to tld": (("tuireader.urls.typed_and_shown", "import tld"),),
    "The only door to pyphen": (("tuireader.text.wrap", "import pyphen"),),
    "The only door to keyring": (("tuireader.cli.accounts", "import keyring"),),
    "The only door to icu4py": (("tuireader.text.bidi", "import icu4py"),),
    "The only door to pylatexenc": (("tuireader.content.maths.write", "import pylatexenc"),),
    "The only door to trafilatura": (("tuireader.content.extraction.metadata", "import trafilatura"),),
    "The only door to htmldate": (("tuireader.content.extraction.metadata", "import htmldate"),),
    "The only door to html2text": (("tuireader.content.markdown.emphasis", "import html2text"),),
    "The only door to markdown_it": (("tuireader.content.document.inline", "import markdown_it"),),
    "The only door to mdit_py_plugins": (("tuireader.content.document.inline", "import mdit_py_plugins"),),
    "The only door to pygments": (("tuireader.content.layout.layout", "import pygments"),),
    "The only door to wcwidth": (("tuireader.text.bidi", "import wcwidth"),),
    "The only door to bidi": (("tuireader.content.layout.paragraph", "import bidi"),),
    "The only door to platformdirs": (("tuireader.config", "import platformdirs"),),
    "The only door to isal": (("tuireader.store.articles", "import isal"),),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the linter says of each contract where all of these lines were added, by the contract's name."""
    folder = tmp_path_factory.mktemp("broken")
    shutil.copytree(ROOT / "src" / "tuireader", folder / "tuireader", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for breaks in BREAKS.values():
        for module, line in breaks:
            path = folder / Path(*module.split(".")).with_suffix(".py")
            path.write_text(f"{path.read_text('utf-8')}\n{line}\n", "utf-8")
    code = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    _, broken = done.stdout.split("Broken contracts\n", 1)
    pieces = re.split(r"\n([^\n]+)\n-{3,}\n", broken)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def test_every_contract_is_broken_by_some_line_here() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    names = [contract["name"] for contract in contracts]
    assert [name for name in names if sum(name.startswith(start) for start in BREAKS) != 1] == []
    assert [start for start in BREAKS if not any(name.startswith(start) for name in names)] == []


@pytest.mark.parametrize(("start", "module", "line"), [(s, *each) for s, some in BREAKS.items() for each in some])
def test_a_line_that_breaks_a_contract_is_named(report: dict[str, str], start: str, module: str, line: str) -> None:
    imported = line.removeprefix("import ")
    said = " ".join("".join(text for name, text in report.items() if name.startswith(start)).split())
    found = re.search(rf"{re.escape(module)} -> {re.escape(imported.partition('.')[0])}[\w.]*", said)
    assert found is not None, said[:2000] or sorted(report)


WRITING = {
    "accounts": {"add", "remove", "rename", "set_cursor", "set_secret", "set_syncing"},
    "articles": {"Prepacked", "compute_media_flags", "change_guid", "save_entries", "save_full_text", "set_date"},
    "feeds": {
        *(
            "add",
            "note_whole_fetch",
            "request_whole_fetch",
            "hand_over",
            "move",
            "record",
            "remove",
            "remove_articles",
            "rename",
            "end_on_server",
            "set_option",
            "take_over",
        ),
        "set_remote",
    },
    "folders": {"add", "put", "remove_empty"},
    "site_facts": {"hold", "learn", "put_archive", "put_page_list"},
    "rules": {"add", "change", "apply", "assign", "move_to", "take_back", "remove", "record_effect", "hide"},
    "status_outbox": {
        "date_ends",
        "remove_sent",
        "put_times",
        "drop",
        "date_back",
        "forget_times",
        "drop_known",
        "note",
        "note_subscription",
        "withdraw_unsubscribe",
        "owe",
        "owe_all",
        "subscriptions_done",
    },
    "ui_state": {"push_undo", "put_search", "remove_search", "remove_undo", "save"},
}
"""What changes the cache, by the module of the store that does it and is also read from."""
SOURCE = ROOT / "src" / "tuireader"


def test_nobody_who_shows_or_prints_calls_what_writes() -> None:
    """The contract tells modules apart, not functions: these modules also read."""
    found = []
    for path in [each for room in ("tui", "cli") for each in (SOURCE / room).rglob("*.py")]:
        tree = ast.parse(path.read_text("utf-8"))
        names = {
            alias.asname or alias.name: alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "tuireader.store"
            for alias in node.names
        }
        found += [
            f"{path.name}:{node.lineno}: {node.value.id}.{node.attr}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.attr in WRITING.get(names.get(node.value.id, ""), ())
        ]
    assert found == []


@pytest.mark.parametrize("module", WRITING)
def test_what_writes_is_known_by_name(module: str) -> None:
    """A function that runs a statement that changes something is in the table above."""
    changing = set()
    for name in ("articles", "save_articles") if module == "articles" else (module,):
        for node in ast.parse((SOURCE / "store" / f"{name}.py").read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
                if any(re.match(r"(INSERT|UPDATE|DELETE)\b", text) for text in texts if isinstance(text, str)):
                    changing.add(node.name)
    assert changing - {"add_to_index"} == WRITING[module] & changing
    assert changing
