from datetime import UTC, datetime

import pytest

from tuireader.content.facts import categories, names, published, title_of

HEAD = "<head><title>Message Passing - The Rust Book</title></head>"
OPEN_GRAPH = '<meta property="og:title" content="Tom &amp; Jerry">'


@pytest.mark.parametrize(
    ("page", "headings", "found", "title"),
    [
        (HEAD, ["Message Passing"], "Keyboard shortcuts", "Message Passing"),
        (HEAD, ["Message  passing!"], None, "Message passing!"),
        (HEAD, ["Introduction"], "The Rust Book", "The Rust Book"),
        (HEAD, [], "Keyboard shortcuts", "Message Passing"),
        (OPEN_GRAPH + HEAD, [], "Keyboard shortcuts", "Tom & Jerry"),
        (OPEN_GRAPH, ["Tom & Jerry"], "x", "Tom & Jerry"),
        ("", ["A heading"], "What was found", "What was found"),
        ("<title></title>", [], None, ""),
        ("<title>Co-operation</title>", [], None, "Co-operation"),
        ("<title>A\x1b]0;x</title>", [], None, "A]0;x"),
    ],
)
def test_titles(page, headings, found, title):
    assert title_of(page, headings, found) == title


@pytest.mark.parametrize(
    ("page", "day", "moment"),
    [
        (
            '<meta property="article:published_time" content="2023-04-05T06:07:08+02:00">',
            "2023-04-05",
            (2023, 4, 5, 4, 7, 8),
        ),
        ('<script>{"datePublished": "2023-04-05T06:07:08Z"}</script>', "2023-04-05", (2023, 4, 5, 6, 7, 8)),
        ('<time itemprop="datePublished" class="x" datetime="2023-04-05T06:07">', "2023-04-05", (2023, 4, 5, 6, 7)),
        ('"datePublished":"2023-04-05T06:07:08Z"', None, (2023, 4, 5, 6, 7, 8)),
        ('"datePublished":"2020-01-01T00:00:00Z"', "2023-04-05", (2023, 4, 5)),
        ('"datePublished":"0001-01-01T00:00:00+14:00"', None, None),
        ('"datePublished":"2023-99-99T00:00:00"', "soon", None),
        ("", "2023-04-05", (2023, 4, 5)),
        ("", None, None),
    ],
)
def test_time_of_publication(page, day, moment):
    assert published(page, day) == (datetime(*moment, tzinfo=UTC) if moment else None)


def test_names_and_categories():
    assert names([" Ida  Brandt", "ida brandt", "", "https://a.example/ida", "Sam\x1b"]) == ("Ida Brandt", "Sam")
    assert categories(["Uncategorized", "News", "news"]) == ("News",)
    assert categories(["Uncategorized"]) == ("Uncategorized",)
