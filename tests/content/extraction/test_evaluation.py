"""What is promised of extraction, over all pages of the evaluation; no page may fall far below the others."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from statistics import fmean

import evaluate
import evaluate_pages
import pytest


@pytest.fixture(scope="module")
def score() -> evaluate.Score:
    found = evaluate.Score()
    for case in evaluate.cases():
        evaluate.add(found, case, evaluate.ours(case.page, case.url, case.excerpt))
    return found


def test_articles_are_whole_and_nothing_else(score: evaluate.Score) -> None:
    assert len(score.f1) >= 60
    assert fmean(score.f1) >= 0.97
    assert fmean(score.recall) >= 0.985
    assert sum(each < 0.9 for each in score.f1) <= 3


def test_standfirsts_captions_and_structure_are_kept(score: evaluate.Score) -> None:
    assert fmean(score.leads) >= 0.94
    assert fmean(score.captions) >= 0.95
    assert fmean(score.structure) >= 0.96


def test_scores_are_what_they_say() -> None:
    case = evaluate.Case(
        "x", "", "", "", (), "", "", (evaluate.Block("lead", "One two."), evaluate.Block("item", "Three"))
    )
    score = evaluate.Score()
    assert evaluate.add(score, case, "<p>One, two</p><ul><li>three</li></ul>") == 1
    assert (score.leads, score.structure) == ([True], [True])
    assert evaluate.add(score, case, "<p>one two three four five six</p>") == pytest.approx(2 / 3)
    assert (score.leads, score.structure) == ([True, True], [True, False])
    assert evaluate.add(score, case, "") == 0


PAGE = "<html><head><title>Tide</title></head><body><article><h1>Tide</h1>{}</article></body></html>"
TEXT = "The tide came in before noon, with half of the nets torn, and nobody on the quay asked why it had. " * 3


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    lines = []
    for name, kind, html in (("a/1", "article", f"<p>{TEXT}</p><p>{TEXT}</p>"), ("b/2", "forum", "")):
        path = tmp_path / f"{name}.html.gz"
        path.parent.mkdir()
        path.write_bytes(gzip.compress(PAGE.format(html).encode()))
        known = {"text": TEXT * 2, "kind": kind, "with": ["half of the nets"], "without": ["Tide"], "title": "Tide"}
        lines.append(json.dumps({"page": f"{name}.html.gz", "url": "https://a.example/", **known, "author": "Ida"}))
    (tmp_path / "pages.jsonl").write_text("\n".join(lines), "utf-8")
    return tmp_path


def test_real_pages_are_measured_by_folder_and_kind(pages: Path) -> None:
    results = [evaluate_pages.measured(pages, "tuireader", each) for each in evaluate_pages.pages_of(pages, aside=None)]
    whole, empty = results
    assert (whole["f1"], whole["with"], whole["without"], whole["title"], whole["author"]) == (1, 1, 1, True, False)
    assert (empty["f1"], empty["with"], empty["words"]) == (0, 0, 0)
    assert [name for name, _ in evaluate_pages.groups(results)] == ["a", "b, forum"]
    named = list(evaluate_pages.named(results))
    assert "empty · f1 0.00 · with 0.00" in named[0]
    assert "author:  ≠ Ida" in named[1]
    assert list(evaluate_pages.compared([{**whole, "f1": 0.5}, empty], results)) == ["  +0.50 f1       a/1.html.gz"]


def test_a_fifth_of_the_pages_is_kept_aside() -> None:
    aside = sum(evaluate_pages.is_aside(f"web/{number}.html.gz") for number in range(1000))
    assert 150 < aside < 250


def test_the_report_is_printed_and_kept(pages: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    assert evaluate_pages.main([str(pages), "--all", "--alone", "--save", str(kept)]) == 0
    assert evaluate_pages.main([str(pages), "--all", "--alone", "--against", str(kept)]) == 0
    said = capsys.readouterr().out
    assert "b, forum" in said
    assert "Against before:" in said
