"""Exports of programs for reading later, as they write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.feeds.read_later import SavedPage, from_omnivore, read_saved_pages

WHEN = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
SECONDS = str(int(WHEN.timestamp()))
POCKET = f"""title,url,time_added,tags,status
"Harbours, and more",https://a.example/1,{SECONDS},sea|to do,unread
https://a.example/2,https://a.example/2,{SECONDS},,archive
Broken,javascript:alert(1),{SECONDS},,unread
"""
OLD_POCKET = f"""<!DOCTYPE html>
<html><!--So long and thanks for all the fish--><head><title>Pocket Export</title></head><body>
<h1>Unread</h1><ul>
<li><a href="https://a.example/1?x=1&amp;y=2" time_added="{SECONDS}" tags="sea,to do">Harbours &amp; more</a></li>
</ul><h1>Read Archive</h1><ul>
<li><a href="https://a.example/2" time_added="{SECONDS}" tags="">Two</a></li></ul></body></html>"""
INSTAPAPER = f"""URL,Title,Selection,Folder,Timestamp,Tags
https://a.example/1,One,,Unread,{SECONDS},"[""sea"",""x""]"
https://a.example/2,Two,,Archive,{SECONDS},[]
https://a.example/3,Three,,Starred,{SECONDS},[]
https://a.example/4,Four,,Recipes,{SECONDS},[]
"""
WALLABAG = """[{"is_archived":1,"is_starred":1,"tags":["sea"],"url":"https://a.example/1","title":"One",
"content":"<p>Text.</p>","created_at":"2024-05-01T14:00:00+02:00","published_by":["Ann"],
"published_at":"2024-04-01T00:00:00+00:00"}]"""
READECK = """[{"id":"x","url":"https://a.example/1","title":"One","created":"2024-05-01T12:00:00Z","labels":["sea"],
"authors":["Ann"],"is_marked":true,"is_archived":false}]"""
OMNIVORE = """[{"slug":"one","title":"One","url":"https://a.example/1","state":"Archived","labels":["sea"],
"author":"Ann","savedAt":"2024-05-01T12:00:00.000Z"}]"""


def read(text: str) -> list[SavedPage] | None:
    return read_saved_pages(text.encode())


def test_pocket() -> None:
    assert read(POCKET) == [
        SavedPage("https://a.example/1", "Harbours, and more", tags=("sea", "to do"), added=WHEN),
        SavedPage("https://a.example/2", "https://a.example/2", added=WHEN, is_read=True),
    ]
    assert read(OLD_POCKET) == [
        SavedPage("https://a.example/1?x=1&y=2", "Harbours & more", tags=("sea", "to do"), added=WHEN),
        SavedPage("https://a.example/2", "Two", added=WHEN, is_read=True),
    ]


def test_instapaper() -> None:
    assert read(INSTAPAPER) == [
        SavedPage("https://a.example/1", "One", tags=("sea", "x"), added=WHEN),
        SavedPage("https://a.example/2", "Two", added=WHEN, is_read=True),
        SavedPage("https://a.example/3", "Three", added=WHEN, is_starred=True),
        SavedPage("https://a.example/4", "Four", tags=("Recipes",), added=WHEN),
    ]


def test_wallabag_readeck_and_omnivore() -> None:
    published = datetime(2024, 4, 1, tzinfo=UTC)
    assert read(WALLABAG) == [
        SavedPage("https://a.example/1", "One", "<p>Text.</p>", ("Ann",), ("sea",), WHEN, published, True, True)
    ]
    assert read(READECK) == [
        SavedPage("https://a.example/1", "One", "", ("Ann",), ("sea",), WHEN, None, is_read=False, is_starred=True)
    ]
    assert from_omnivore(OMNIVORE, {"one": "content/one.html"}, ()) == [
        SavedPage("https://a.example/1", "One", "", ("Ann",), ("sea",), WHEN, is_read=True, file="content/one.html")
    ]


@pytest.mark.parametrize(
    "other", ["", "https://a.example/feed\n", "<opml></opml>", "{}", "[]", "[1]", "a,b\n1,2\n", "[" * 5000]
)
def test_what_is_no_export_is_none(other: str) -> None:
    assert not read(other)


@given(st.text(max_size=200), st.sampled_from([POCKET, OLD_POCKET, INSTAPAPER, WALLABAG]), st.integers(0, 400))
def test_whatever_is_in_it_no_export_fails(noise: str, export: str, at: int) -> None:
    read(export[:at] + noise + export[at:])


def test_titles_and_names_of_any_length_are_cut() -> None:
    title = "é" * 5_000_000
    for text in (
        f"title,url,time_added\n{title},https://a.example/1,{SECONDS}\n",
        WALLABAG.replace('"One"', f'"{title}"').replace('"sea"', f'"{title}"'),
        f'{{"items": [{{"title": "{title}", "origin": {{}}, "canonical": [{{"href": "https://a.example/1"}}]}}]}}',
    ):
        (page,) = read(text) or []
        assert len(page.title) == 1000
        assert all(len(tag) == 1000 for tag in page.tags)


def test_an_address_that_comes_again_and_again_has_tags_within_limits() -> None:
    row = {"is_archived": 1, "url": "https://a.example/1", "title": "One", "content": "", "is_starred": 0}
    rows = [{**row, "tags": [f"tag {n}"]} for n in range(200)]
    (page,) = read(json.dumps(rows)) or []
    assert page.tags == tuple(f"tag {n}" for n in range(30))


def test_a_star_without_its_feed_is_one_among_others() -> None:
    with_feed = '{"title": "A", "origin": {}, "canonical": [{"href": "https://a.example/1"}]}'
    without = '{"title": "B", "canonical": [{"href": "https://a.example/2"}]}'
    pages = read(f'{{"items": [{without}, {with_feed}]}}') or []
    assert [page.title for page in pages] == ["B", "A"]


def test_a_table_of_very_many_columns_is_none() -> None:
    assert read(f"title,url,time_added{',x' * 200}\nOne,https://a.example/1,{SECONDS}\n") is None
