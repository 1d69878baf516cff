"""The table of what was measured: what passes, what falls short, how it reads."""

import pytest
from bench.measure import median, p95
from bench.table import Limit, Result, Unmeasured, quantity, render


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.000274, "0.274 ms"),
        (0.0042, "4.20 ms"),
        (0.0213, "21.3 ms"),
        (0.25, "250 ms"),
        (1.5, "1.50 s"),
        (186, "186 s"),
    ],
)
def test_amounts_have_three_digits(seconds: float, text: str) -> None:
    assert quantity(seconds, "s") == text


def test_memory_is_in_megabytes() -> None:
    assert quantity(47.14, "MB") == "47.1 MB"


def test_a_ratio_passes_up_to_its_bar() -> None:
    assert Result("start", 1.2, 1.0, "hello app", 1.25).cells()[-1] == "pass"
    assert Result("start", 1.3, 1.0, "hello app", 1.25).cells()[-1] == "falls short"
    assert Result("start", 1.3, 1.0, "hello app", None).cells()[-2:] == ("", "")


def test_a_reference_that_was_given_up_makes_the_ratio_a_bound() -> None:
    cells = Result("start", 0.3, 60.0, "newsboat", 0.03, at_least=True).cells()
    assert cells == ("start", "300 ms", ">60.0 s newsboat", "<0.0050", "0.03", "pass")


def test_a_limit_is_an_amount() -> None:
    assert Limit("search", 0.02, 0.03).cells() == ("search", "20.0 ms", "30.0 ms", "0.667", "1", "pass")
    assert Limit("search", 0.04, 0.03).cells()[-1] == "falls short"


def test_the_table_is_markdown_in_columns() -> None:
    table = render([
        Result("open 日本語", 0.0182, 0.0362, "Markdown", 0.5),
        Limit("search", 0.02, 0.03),
        Unmeasured("newsboat", "it is not | installed"),
    ])  # fmt: skip
    assert table.split("\n") == TABLE


TABLE = [
    "| work        |    ours | reference             | ratio | bar |              |",
    "| ----------- | ------: | --------------------- | ----: | --: | ------------ |",
    "| open 日本語 | 18.2 ms | 36.2 ms Markdown      | 0.503 | 0.5 | falls short  |",
    "| search      | 20.0 ms | 30.0 ms               | 0.667 |   1 | pass         |",
    "| newsboat    |         | it is not / installed |       |     | not measured |",
]


def test_medians_and_percentiles() -> None:
    assert median([3, 1, 2]) == 2
    assert p95([*range(1, 101)]) == 95
    assert p95([1.0]) == 1.0
