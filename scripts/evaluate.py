"""How well articles are found on pages: `make evaluate`.

Each page of `tests/data/evaluation` has beside it what a reader wants of it: its blocks in order, what they are, and
what the page says of the article. What is found is compared with that, for tuireader and for two other libraries.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

from tuireader.content.dom.sanitize import tree_of
from tuireader.content.dom.tree import Node
from tuireader.content.extraction.extract import Extracted, extract_article

PAGES = Path(__file__).parent.parent / "tests" / "data" / "evaluation"
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_RUNS = 5
_KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    "li": "item", "blockquote": "quote", "pre": "code", "figcaption": "caption", "caption": "caption", "tr": "row",
    "dt": "term", "dd": "definition",
}  # fmt: skip
"""What the elements of HTML are in the words of the expected results."""

Extractor = Callable[[str, str, str], str]
"""From a page, its address, and the excerpt that its feed gives, to HTML."""


class Block(NamedTuple):
    """A block of an article as it is expected."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """A page and what is expected of it."""

    name: str
    page: str
    url: str
    title: str
    authors: tuple[str, ...]
    published: str
    excerpt: str
    blocks: tuple[Block, ...]


@dataclass(slots=True)
class Score:
    """What was found, summed up over all pages."""

    f1: list[float] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    leads: list[bool] = field(default_factory=list)
    captions: list[bool] = field(default_factory=list)
    structure: list[bool] = field(default_factory=list)


def cases() -> list[Case]:
    """Return all pages, in the order of their names."""
    return [_case(path) for path in sorted(PAGES.glob("*.html"))]


def _case(path: Path) -> Case:
    said = json.loads(path.with_suffix(".json").read_text("utf-8"))
    return Case(
        path.stem,
        path.read_text("utf-8"),
        said["url"],
        said["title"],
        tuple(said["authors"]),
        (said["published"] or "")[:10],
        said["excerpt"],
        tuple(Block(*each) for each in said["blocks"]),
    )


def tokens(text: str) -> list[str]:
    """Return the words of a text; of Chinese and Japanese, its characters."""
    return _TOKEN.findall(text.casefold())


def add(score: Score, case: Case, html: str) -> float:
    """Add to the score what was found on a page; return its F1, from 0 to 1."""
    root = tree_of(html)
    found = tokens(root.words())
    expected = tokens("\n".join(block.text for block in case.blocks))
    common = (Counter(found) & Counter(expected)).total()
    precision, recall = common / max(1, len(found)), common / max(1, len(expected))
    f1 = 2 * precision * recall / (precision + recall) if common else 0.0
    score.f1.append(f1)
    score.precision.append(precision)
    score.recall.append(recall)
    text = " ".join(found)
    of_kind: dict[str, list[str]] = {}
    for kind, words in _blocks(root):
        of_kind.setdefault(kind, []).append(words)
    for block in case.blocks:
        key = " ".join(tokens(block.text))
        if block.kind == "lead":
            score.leads.append(key in text)
        if block.kind == "caption":
            score.captions.append(key in text)
        if block.kind in _KINDS.values():
            score.structure.append(any(key in words for words in of_kind.get(block.kind, ())))
    return f1


def _blocks(root: Node) -> Iterator[tuple[str, str]]:
    for each in root.elements():
        if each.tag in _KINDS:
            yield _KINDS[each.tag], " ".join(tokens(each.words()))


def ours(page: str, url: str, excerpt: str) -> str:
    """Return what tuireader finds."""
    found = extract_article(page, url, excerpt=excerpt)
    return found.html if found else ""


def metadata(found: Extracted | None, case: Case) -> tuple[bool, bool, bool]:
    """Say whether title, authors and day are those that the page shows."""
    if found is None:
        return False, False, False
    day = f"{found.published:%Y-%m-%d}" if found.published else ""
    return (
        " ".join(found.title.split()) == " ".join(case.title.split()),
        sorted(found.authors) == sorted(case.authors),
        not case.published or day == case.published,
    )


def others() -> dict[str, Extractor]:
    """Return the other libraries by name."""
    from readability import Document  # type: ignore[import-untyped]
    from trafilatura import extract

    def trafilatura(page: str, url: str, _excerpt: str, *, fast: bool = False) -> str:
        found = extract(page, url=url, output_format="html", include_comments=False, fast=fast)
        return found if isinstance(found, str) else ""

    def readability(page: str, url: str, _excerpt: str) -> str:
        return str(Document(page, url=url).summary())

    return {
        "trafilatura, fast": lambda page, url, excerpt: trafilatura(page, url, excerpt, fast=True),
        "trafilatura": trafilatura,
        "readability-lxml": readability,
    }


def _seconds(extractor: Extractor, pages: Iterable[Case]) -> float:
    start = time.process_time()
    for case in pages:
        extractor(case.page, case.url, case.excerpt)
    return time.process_time() - start


def main() -> int:
    """Print a table of all, and with `--pages` the F1 of each page."""
    pages = cases()
    extractors: dict[str, Extractor] = {"tuireader": ours, **others()}
    print(
        f"{len(pages)} pages; CPU time is a multiple of that of trafilatura in fast mode, the least of {_RUNS} runs\n"
    )
    print(f"{'':20} {'F1':>6} {'prec.':>6} {'recall':>6} {'lead':>6} {'capt.':>6} {'struct.':>7} {'CPU':>5}")
    worst: dict[str, float] = {}
    times: dict[str, float] = {}
    for _ in range(_RUNS):
        for name, extractor in extractors.items():
            times[name] = min(times.get(name, 1e9), _seconds(extractor, pages))
    for name, extractor in extractors.items():
        score = Score()
        found = {case.name: add(score, case, extractor(case.page, case.url, case.excerpt)) for case in pages}
        worst = worst or found
        lists: tuple[list[Any], ...] = (score.f1, score.precision, score.recall, score.leads, score.captions)
        shares = " ".join(f"{fmean(each):6.3f}" for each in lists)
        print(f"{name:20} {shares} {fmean(score.structure):7.3f} {times[name] / times['trafilatura, fast']:5.2f}")
    right = [metadata(extract_article(case.page, case.url), case) for case in pages]
    said = ", ".join(
        f"{name} {sum(each)}" for name, each in zip(("title", "authors", "day"), zip(*right, strict=True), strict=True)
    )
    print(f"\nof the {len(pages)} pages, tuireader has right: {said}")
    if "--pages" in sys.argv:
        for name, f1 in sorted(worst.items(), key=lambda each: each[1]):
            print(f"{f1:6.3f}  {name}")
    return 0


if __name__ == "__main__":
    logging.disable()
    sys.exit(main())
