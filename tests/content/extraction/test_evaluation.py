"""What is promised of extraction, over all pages of the evaluation; no page may fall far below the others."""

from __future__ import annotations

from statistics import fmean

import evaluate
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
