from __future__ import annotations

import json
from typing import Any

import pytest

from tuireader.content.extraction.metadata import names_in, take_stated, texts_in
from tuireader.content.extraction.page import load


def stated(*scripts: str) -> dict[str, Any]:
    page = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return take_stated(load(f"<html><head>{page}</head><body>Words</body></html>"))


def said(*things: object) -> dict[str, object]:
    return stated(*(json.dumps(thing) for thing in things))


def test_article_is_found_among_other_things() -> None:
    article = {"@type": "BlogPosting", "author": {"name": "Ida"}, "datePublished": "2023-04-05"}
    for page in (
        article,
        [{"@type": "WebSite", "author": {"name": "Nobody"}}, article],
        {"@graph": [{"@type": "Organization"}, article]},
        {"@type": "WebPage", "mainEntity": article},
    ):
        assert said(page)["datePublished"] == "2023-04-05"
        assert names_in(said(page)["author"]) == ["Ida"]


def test_article_that_says_most_is_taken() -> None:
    assert said({"@type": "Article"}, {"@type": "NewsArticle", "articleSection": "News"})["articleSection"] == "News"


def test_author_described_elsewhere_is_followed() -> None:
    page = {
        "@graph": [
            {"@type": "Article", "author": [{"@id": "#ida"}, {"@id": "#nobody"}]},
            {"@id": "#ida", "@type": "Person", "name": "Ida"},
        ]
    }
    assert names_in(said(page)["author"]) == ["Ida"]


@pytest.mark.parametrize(
    ("people", "names"),
    [
        ("Ida Brandt", ["Ida Brandt"]),
        (["Ida", {"@type": "Person", "name": "Sam"}], ["Ida", "Sam"]),
        ({"name": ["Ida", "Sam"]}, ["Ida", "Sam"]),
        ({"@type": "Person", "givenName": "Ida", "familyName": "Brandt"}, ["Ida Brandt"]),
        ({"@type": ["Person"], "name": "Bea &amp; Co"}, ["Bea & Co"]),
        ({"@type": "Organization", "name": "The Weir"}, []),
        ({"name": {"name": "x"}}, []),
        ([[["x"]], 3, None, {}], []),
        (None, []),
    ],
)
def test_names(people: Any, names: Any) -> None:
    assert names_in(people) == names


@pytest.mark.parametrize(
    "script",
    [
        "",
        "{",
        "[" * 100_000,
        "null",
        "3",
        '{"@type": "Article", "author": ',
        '{"@type": 3, "@id": []}',
        '{"@graph": {"@graph": {"@graph": {}}}}',
        '{"@type": "Person", "name": "Ida"}',
    ],
)
def test_what_says_nothing_of_an_article_is_nothing(script: Any) -> None:
    assert stated(script) == {"author": []}


def test_script_may_stand_in_comments_and_break_lines() -> None:
    script = '/*<![CDATA[*/ <!--\n{"@type": "Article", "articleSection": "A\nB"}\n--> /*]]>*/'
    assert texts_in(stated(script)["articleSection"]) == ["A\nB"]
