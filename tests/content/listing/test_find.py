"""Pages as generators, and people, write them: what they list is what their own feeds give, and others list nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tuireader.content.listing.find import find_again, find_list
from tuireader.urls.identity import place

LISTS = Path(__file__).parents[2] / "data" / "lists"
TELLING = sorted((LISTS / "yes").glob("*.html"))
SILENT = sorted((LISTS / "no").glob("*.html"))
IN_PART = {"hexo-solitude-index": "ten of its twelve articles are what stands in a row of pictures above the list"}


def read(path: Path) -> tuple[bytes, str]:
    """A page, and its address, which stands in its first line."""
    page = path.read_bytes()
    first, _, rest = page.partition(b"\n")
    found = re.fullmatch(r"<!-- (\S+) -->", first.decode())
    assert found is not None
    return rest, found[1]


def test_there_are_enough_of_them() -> None:
    assert len(TELLING) > 30
    assert len(SILENT) > 30
    assert len({path.name.partition("-")[0] for path in TELLING}) > 12


@pytest.mark.parametrize("path", TELLING, ids=lambda path: path.stem)
def test_a_list_is_what_the_feed_of_its_generator_gives(path: Path, request: pytest.FixtureRequest) -> None:
    if path.stem in IN_PART:
        request.applymarker(pytest.mark.xfail(reason=IN_PART[path.stem], strict=True))
    page, url = read(path)
    found = find_list(page, url)
    assert found is not None
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    listed = {place(item.url): (item.title, item.date) for item in found.items}
    assert listed.keys() == {place(row["url"]) for row in expected}
    for row in expected:
        title, date = listed[place(row["url"])]
        assert title == row["title"]
        if row["date"] is not None:  # where the page names no day, there is none to be found
            assert date is not None
            assert abs((date.date() - date.fromisoformat(row["date"]).date()).days) <= 1  # zones


@pytest.mark.parametrize("path", TELLING, ids=lambda path: path.stem)
def test_what_was_learned_finds_the_same_again(path: Path) -> None:
    page, url = read(path)
    found = find_list(page, url)
    assert found is not None
    again = find_again(page, url, found.tier, found.shape)
    assert again is not None
    assert {item.url for item in again.items} == {item.url for item in found.items}


@pytest.mark.parametrize("path", SILENT, ids=lambda path: path.stem)
def test_a_page_that_lists_no_articles_gives_none(path: Path) -> None:
    assert find_list(*read(path)) is None


def listing(body: str, *, head: str = "") -> list[tuple[str, str, str]]:
    found = find_list(
        f"<html lang=en><head>{head}</head><body>{body}</body></html>".encode(), "https://a.example/news/"
    )
    items = () if found is None else found.items
    return [(item.title, item.url, f"{item.date:%Y-%m-%d}" if item.date else "") for item in items]


LD = """<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Blog", "blogPost": [
 {"@type": "BlogPosting", "headline": "One &amp; more", "url": "/news/1", "datePublished": "2026-03-01"},
 {"@type": "BlogPosting", "headline": "Two", "mainEntityOfPage": "/news/2", "datePublished": "2026-02-01"},
 {"@type": "BlogPosting", "name": "Three", "@id": "https://a.example/news/3", "dateCreated": "2026-01-01"},
 {"@type": "BlogPosting", "headline": "An ad", "url": "https://shop.example/"},
 7, {"headline": 7, "url": []}]}</script>"""


def test_what_is_stated_in_json_is_taken() -> None:
    assert listing("<p>Hello</p>", head=LD) == [
        ("One & more", "https://a.example/news/1", "2026-03-01"),
        ("Two", "https://a.example/news/2", "2026-02-01"),
        ("Three", "https://a.example/news/3", "2026-01-01"),
    ]


def test_microformats_are_taken_with_their_authors() -> None:
    entry = (
        "<article class=h-entry><h2 class=p-name><a class=u-url href=/news/{0}>Number {0}</a></h2>"
        "<time class=dt-published datetime=2026-0{0}-01>then</time><span class=p-author>Ann Lee</span>"
        "<a class=p-category href=/c>Sea</a><p class=p-summary>What it is about.</p></article>"
    )
    page = "<div class=h-feed>" + "".join(entry.format(number) for number in (3, 2, 1)) + "</div>"
    found = find_list(page.encode(), "https://a.example/")
    assert found is not None
    assert found.tier == "marked"
    assert [(item.title, item.authors, item.categories) for item in found.items] == [
        (f"Number {number}", ("Ann Lee",), ("Sea",)) for number in (3, 2, 1)
    ]


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"\0",
        b"<a href=x>",
        b"<a href='http://['>x</a>" * 9,
        b"<article>" * 300,
        b"<ul>" + b"<li><a href=/a>A b c</a>" * 9,
    ],
)
def test_pages_that_are_hardly_any(page: bytes) -> None:
    assert find_list(page, "https://a.example/") is None
    assert find_again(page, "https://a.example/", "cards", "a<li<ul<body<html") is None
    assert find_again(page, "https://a.example/", "stated", "") is None
