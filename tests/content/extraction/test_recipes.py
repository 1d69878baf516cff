"""Recipes: amounts beside their ingredients, durations that are no reading times, and what is stated for machines."""

from __future__ import annotations

import json

import pytest

from tuireader.content.cleaning.clean import clean
from tuireader.content.extraction.extract import extract_article
from tuireader.content.markdown.convert import to_markdown

STEP = "<p>Stir the flour into the butter, a spoon at a time, until the dough leaves the bowl, and rest it.</p>"


def page_of(facts: str, rows: str, **stated: object) -> str:
    script = json.dumps({"@type": "Recipe", "name": "Harbour buns", **stated})
    return f"""<html lang=en><head><title>Harbour buns - Kitchen</title>
    <script type="application/ld+json">{script}</script></head><body><nav><a href="/">Home</a></nav>
    <article class="recipe"><h1>Harbour buns</h1><div class="facts">{facts}</div>{STEP * 3}
    <div class="list"><h2>Ingredients</h2>{rows}</div><h2>Steps</h2>{STEP * 6}</article></body></html>"""


def lines_of(page: str) -> list[str]:
    found = extract_article(page, "https://site.example/buns")
    assert found is not None
    return [line for line in to_markdown(clean(found.html)).split("\n") if line]


def row(amount: str, name: str) -> str:
    return f'<div class="row"><div class="amount">{amount}</div><div class="name">{name}</div></div>'


def test_an_amount_and_its_ingredient_are_one_line() -> None:
    lines = lines_of(page_of("", row("300 g", "Flour") + row("2", "Eggs") + row("1 pinch", "Salt")))
    first = lines.index("## Ingredients")
    assert lines[first + 1 : first + 4] == ["* 300 g Flour", "* 2 Eggs", "* 1 pinch Salt"]


def test_an_ingredient_that_is_advertised_stays_with_its_amount() -> None:
    sold = 'Yeast <a href="https://shop.example/yeast">for example Baker’s best yeast (7 g)</a>'
    lines = lines_of(page_of("", row("300 g", "Flour") + row("2", "Eggs") + row("1 pinch", "Salt") + row("1", sold)))
    assert "* 1 Yeast [for example Baker’s best yeast (7 g)](https://shop.example/yeast)" in lines


def test_rows_with_sentences_stay_paragraphs() -> None:
    told = "The pilot came aboard at noon, and the harbour was seen."
    lines = lines_of(page_of("", "".join(row(f"{hour}:00", told) for hour in (11, 12, 13))))
    assert told in lines


@pytest.mark.parametrize("time", ["{}", "<time>{}</time>"])
def test_several_durations_are_no_reading_time(time: str) -> None:
    durations = (("Kneading", "25 min"), ("Baking", "35 – 40 min"), ("Resting", "1 h 10 min"))
    facts = "".join(
        f'<div class="fact"><div class="key">{key}</div><div class="value">{time.format(said)}</div></div>'
        for key, said in durations
    )
    text = " ".join(lines_of(page_of(facts, "")))
    assert "Kneading 25 min * Baking 35 – 40 min * Resting 1 h 10 min" in text


def test_one_duration_below_the_title_is_a_reading_time() -> None:
    assert "4 min" not in " ".join(lines_of(page_of('<div class="fact">4 min</div>', "")))


def test_facts_stated_for_machines_are_shown() -> None:
    lines = lines_of(
        page_of("", "", recipeYield=["12", "12 buns"], prepTime="PT25M", totalTime="P0DT1H40M", cookTime="PT0S")
    )
    assert lines[0] == "12 buns · Preparation 25 min · Total 1 h 40 min"


@pytest.mark.parametrize(
    "said",
    ["Serves 12, ready in 100 minutes, 25 mins of them in your hands", "Makes 12 buns: 25 min, 1 hour 40 minutes"],
)
def test_facts_that_the_text_says_are_not_repeated(said: str) -> None:
    page = page_of("", f"<p>{said}, and as good as those of the baker at the quay, whom nobody has seen since.</p>")
    stated = page_of("", "", recipeYield="12", prepTime="PT25M", totalTime="PT1H40M").partition("</head>")[0]
    lines = lines_of(stated + page.partition("</head>")[2])
    assert lines[0].startswith("Stir")


def test_an_amount_alone_says_whom_it_serves() -> None:
    assert lines_of(page_of("", "", recipeYield="2"))[0] == "Serves 2"


def test_facts_in_the_markup_are_shown() -> None:
    hidden = '<meta itemprop="recipeYield" content="A dozen"><meta itemprop="cookTime" content="PT35M">'
    assert lines_of(page_of(hidden, ""))[0] == "A dozen · Cooking 35 min"
