"""How well articles are found on real pages: `make evaluate PAGES=FOLDER`.

The folder has a `pages.jsonl`: one object a line with `page`, the file beside it, `url`, and what is known of `text`,
`html`, `title`, `author`, `date`, `kind`, `with` and `without` (snippets that the text must and must not have). A fifth
of the pages is kept aside: rules are made from the others, and `--aside` says whether they hold.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import Any
from zlib import crc32

from evaluate import others, tokens

from tuireader.content.dom.sanitize import tree_of
from tuireader.content.extraction.extract import extract_article

ASIDE = 5
"""One page of so many is kept aside."""
STUB = 0.5
"""The F1 below which a page is named."""
WORSE = 0.02
"""The difference of F1 from which a page is named as better or worse."""
SHINGLE = 4
"""Words of a shingle, which tells text in its order from the same words elsewhere."""

Page = dict[str, Any]
"""A line of `pages.jsonl`."""
Measured = dict[str, Any]
"""What was measured of a page, by name: shares from 0 to 1, or whether it is right."""


def pages_of(folder: Path, *, aside: bool | None) -> list[Page]:
    """Return the pages: those kept aside, the others, or all (None)."""
    with (folder / "pages.jsonl").open(encoding="utf-8") as lines:
        pages = [json.loads(line) for line in lines]
    return [page for page in pages if aside is None or is_aside(page["page"]) == aside]


def is_aside(name: str) -> bool:
    return crc32(name.encode()) % ASIDE == 0


def measured(folder: Path, extractor: str, page: Page) -> Measured:
    """Measure what one library finds on one page."""
    html = gzip.decompress((folder / page["page"]).read_bytes())
    begin = time.process_time()
    try:
        found = EXTRACTORS[extractor](html.decode("utf-8", "replace"), page.get("url") or "")
    except Exception as error:  # noqa: BLE001 - a crash of any library is counted, and named
        found = {"html": "", "crash": repr(error)}
    result: Measured = {"page": page["page"], "kind": page.get("kind") or "article", "crash": found.get("crash", "")}
    result["seconds"] = time.process_time() - begin
    text = tree_of(found["html"]).words()
    result["words"] = len(tokens(text))
    expected = page.get("text") or (tree_of(page["html"]).words() if page.get("html") else "")
    if expected:
        result |= _agreement(tokens(text), tokens(expected))
    result |= _snippets(" ".join(text.split()), page)
    return result | _facts(found, page)


def _agreement(found: list[str], expected: list[str]) -> Measured:
    common = (Counter(found) & Counter(expected)).total()
    precision, recall = common / max(1, len(found)), common / max(1, len(expected))
    ours, theirs = (Counter(zip(*(words[at:] for at in range(SHINGLE)), strict=False)) for words in (found, expected))
    return {
        "f1": _f1(precision, recall),
        "precision": precision,
        "recall": recall,
        "shingles": 2 * (ours & theirs).total() / max(1, ours.total() + theirs.total()),
    }


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _snippets(text: str, page: Page) -> Measured:
    """The shares of snippets that are there, and that are absent, as they must."""
    wanted, unwanted = ([" ".join(each.split()) for each in page.get(name) or ()] for name in ("with", "without"))
    right = [each in text for each in wanted], [each not in text for each in unwanted]
    return {name: fmean(each) for name, each in zip(("with", "without"), right, strict=True) if each}


def _facts(found: Mapping[str, str], page: Page) -> Measured:
    """Whether title, author and day are right, as far as both are known."""
    if "title" not in found:
        return {}
    result: Measured = {}
    for name in ("title", "author"):
        if page.get(name):
            result[name] = tokens(found[name]) == tokens(page[name])
            result[f"{name}s"] = (found[name], page[name])
    if page.get("date"):
        result["day"] = page["date"][:10] in found["day"].split()
        result["days"] = (found["day"], page["date"][:10])
    return result


def _ours(page: str, url: str) -> dict[str, str]:
    found = extract_article(page, url)
    if found is None:
        return {"html": "", "title": "", "author": "", "day": ""}
    day = _days(found.published) if found.published else ""
    return {"html": found.html, "title": found.title, "author": ", ".join(found.authors), "day": day}


def _days(moment: datetime) -> str:
    """The days on which a moment falls in some time zone; without a time it is one day."""
    hours = (0,) if moment.time() == datetime.min.time() else (0, -12, 14)
    return " ".join(dict.fromkeys(f"{moment + timedelta(hours=each):%Y-%m-%d}" for each in hours))


def _other(name: str, page: str, url: str) -> dict[str, str]:
    return {"html": others()[name](page, url, "")}


EXTRACTORS: dict[str, Callable[[str, str], dict[str, str]]] = {
    "tuireader": _ours,
    "trafilatura, fast": partial(_other, "trafilatura, fast"),
    "readability-lxml": partial(_other, "readability-lxml"),
}


def groups(results: Iterable[Measured]) -> Iterator[tuple[str, list[Measured]]]:
    """Group what was measured by folder and kind."""

    def key(result: Measured) -> str:
        folder = str(result["page"]).split("/")[0]
        return folder if result["kind"] == "article" else f"{folder}, {result['kind']}"

    for name, each in groupby(sorted(results, key=key), key):
        yield name, list(each)


def mean(results: Iterable[Measured], name: str) -> str:
    known = [result[name] for result in results if name in result]
    return f"{fmean(known):.3f}" if known else "–"


def table(results: Mapping[str, Sequence[Measured]]) -> str:
    """Return a table: a line for each group of pages and each library."""
    columns = ("f1", "shingles", "precision", "recall", "with", "without", "title", "author", "day")
    lines = [f"{'':24} {'':18} {'pages':>5} " + " ".join(f"{name:>9}" for name in columns)]
    for extractor, found in results.items():
        for group, each in groups(found):
            shares = " ".join(f"{mean(each, name):>9}" for name in columns)
            lines.append(f"{group:24} {extractor:18} {len(each):5} {shares}")
        lines.append(f"{'CPU':24} {extractor:18} {sum(each['seconds'] for each in found):5.0f} s")
    return "\n".join(lines)


def named(results: Iterable[Measured]) -> Iterator[str]:
    """Yield lines about pages that crash, come empty or as a stub, or have a wrong title, author or day."""
    for result in sorted(results, key=_worst_first):
        said = [result["crash"]] if result["crash"] else []
        said += ["empty"] if not result["words"] else []
        said += [f"{name} {result[name]:.2f}" for name in ("f1", "with") if result.get(name, 1) < STUB]
        said += [
            f"{name}: {' ≠ '.join(result[f'{name}s'])}"
            for name in ("title", "author", "day")
            if not result.get(name, True)
        ]
        if said:
            yield f"  {result['page'][:60]}  {' · '.join(said)}"


def _worst_first(result: Measured) -> float:
    return float(result["f1"] if "f1" in result else result.get("with", 1.0) or 0.0)


def compared(before: Iterable[Measured], now: Iterable[Measured]) -> Iterator[str]:
    """Yield lines about pages that are better or worse than before, the worst first."""
    earlier = {result["page"]: result for result in before}
    changes: list[tuple[float, str]] = []
    for result in now:
        for name in ("f1", "with", "without"):
            change = result.get(name, 0) - earlier.get(result["page"], result).get(name, 0)
            if abs(change) > WORSE:
                changes.append((change, f"  {change:+.2f} {name:8} {result['page'][:60]}"))
    yield from (line for _, line in sorted(changes))


def main(argv: Sequence[str] | None = None) -> int:
    options = _options(argv)
    aside = None if options.all else options.aside
    pages = pages_of(options.folder, aside=aside)
    names = ["tuireader"] if options.alone else list(EXTRACTORS)
    results: dict[str, list[Measured]] = {}
    with ProcessPoolExecutor(initializer=logging.disable) as pool:
        for name in names:
            results[name] = list(pool.map(partial(measured, options.folder, name), pages, chunksize=8))
    print(table(results))
    print("\nPages to look at:", *named(results["tuireader"]), sep="\n")
    if options.against:
        print(
            "\nAgainst before:",
            *compared(json.loads(options.against.read_text("utf-8")), results["tuireader"]),
            sep="\n",
        )
    if options.save:
        options.save.write_text(json.dumps(results["tuireader"], indent=0), "utf-8")
    return 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--aside", action="store_true", help="only the pages kept aside")
    which.add_argument("--all", action="store_true", help="also the pages kept aside")
    parser.add_argument("--alone", action="store_true", help="without the other libraries")
    parser.add_argument("--save", type=Path, metavar="FILE", help="keep what was measured")
    parser.add_argument("--against", type=Path, metavar="FILE", help="name pages that differ from what was kept")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
