"""Runs the rows, prints the table."""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

from bench import rows_archive, rows_article, rows_list, rows_million, rows_refresh, rows_rules, rows_sync
from bench.measure import BenchError
from bench.table import Row, Unmeasured, render
from bench.workbench import Workbench

ROWS: dict[str, Callable[[Workbench], Iterator[Row]]] = {
    "start": rows_list.start,
    "picture": rows_list.picture,
    "start-newsboat": rows_list.start_newsboat,
    "refresh": rows_refresh.small,
    "far": rows_refresh.far,
    "pool": rows_refresh.pool,
    "add": rows_refresh.adding,
    "refresh-large": rows_refresh.large,
    "key": rows_list.key,
    "slide": rows_list.slide,
    "busy": rows_list.busy,
    "searches": rows_rules.searches,
    "preview": rows_rules.preview,
    "rules": rows_rules.refresh,
    "stories": rows_rules.telling,
    "archive": rows_archive.archive,
    "sync": rows_sync.first,
    "busy-sync": rows_sync.meanwhile,
    "category": rows_list.category,
    "search": rows_list.search,
    "list": rows_list.command,
    "growth": rows_list.growth,
    "counts": rows_million.counts,
    "find": rows_million.finding,
    "marks": rows_million.marks,
    "open": rows_article.opening,
    "layout": rows_article.layout,
    "page": rows_article.paging,
    "resize": rows_article.resizing,
}


MILLION = ("start", "picture", "key", "category", "list", "counts", "find", "marks")
"""What is measured of a million articles."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the rows that were asked for; 0 if all were measured, whether they pass or fall short."""
    options = _options(argv)
    began = time.monotonic()
    rows: list[Row] = []
    with ExitStack() as stack:
        folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tuireader-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        bench = Workbench(folder.resolve(), options.quick, stack, options.million)
        for name in options.only or (MILLION if options.million else ROWS):
            start = time.monotonic()
            try:
                rows.extend(_tell(bench, row) for row in ROWS[name](bench))
            except BenchError as error:
                rows.append(_tell(bench, Unmeasured(name, str(error))))
                bench.say(str(error))
            bench.say(f"{name}: {time.monotonic() - start:.0f} s")
    table = f"{about()}\n\n{render(rows)}"
    print(table)
    print(f"\n{time.monotonic() - began:.0f} s in all")
    if options.save is not None:
        _save(options.save, table)
    return 1 if any(isinstance(row, Unmeasured) for row in rows) else 0


def about() -> str:
    """The machine, as far as it matters."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB, {platform.system()},"
        f" Python {platform.python_version()}, Textual {version('textual')}"
    )


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python scripts/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 articles instead of 100,000; under three minutes")
    parser.add_argument("--million", action="store_true", help="1,000,000 articles: making them takes ten minutes")
    parser.add_argument("--only", nargs="+", choices=list(ROWS), metavar="ROW", help=f"of {', '.join(ROWS)}")
    parser.add_argument("--folder", type=Path, help="keep what is generated there, and use it again")
    parser.add_argument("--save", type=Path, metavar="FILE.md", help="put the table between the marks of a page")
    return parser.parse_args(argv)


def _tell(bench: Workbench, row: Row) -> Row:
    bench.say("  " + " · ".join(cell for cell in row.cells() if cell))
    return row


def _save(path: Path, table: str) -> None:
    page = path.read_text(encoding="utf-8")
    marked = re.compile(r"(<!-- table -->\n).*?(\n<!-- end of table -->)", re.DOTALL)
    if not marked.search(page):
        sys.exit(f"{path} has no place for the table: <!-- table --> … <!-- end of table -->")
    path.write_text(marked.sub(lambda found: found[1] + table + found[2], page), encoding="utf-8")
