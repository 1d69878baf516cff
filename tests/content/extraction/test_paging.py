"""Articles that are divided into several pages."""

from __future__ import annotations

import pytest

from tuireader.content.extraction.extract import Extracted, extract_article, is_page_of, joined, next_page

FIRST = "https://mag.example/2026/11/the-long-read/"


@pytest.mark.parametrize(
    ("first", "there", "number"),
    [
        (FIRST, FIRST + "2/", 2),
        (FIRST, FIRST + "2", 2),
        (FIRST, FIRST + "page/2/", 2),
        (FIRST, FIRST + "seite-2", 2),
        (FIRST, FIRST + "?page=2", 2),
        (FIRST + "?lang=en", FIRST + "?lang=en&page=3", 3),
        (FIRST, "http://www.mag.example/2026/11/the-long-read/12/", 12),
        ("https://mag.example/a-story.html", "https://mag.example/a-story-2.html", 2),
        ("https://mag.example/a-story.html", "https://mag.example/a-story,2.html", 2),
        ("https://mag.example/a-story/1/", "https://mag.example/a-story/2/", 2),
        ("https://mag.example/stories/43352.html", "https://mag.example/stories/43352_Page2.html", 2),
        ("https://mag.example/a.php?id=77", "https://mag.example/a.php?id=77&seite=2", 2),
    ],
)
def test_a_page_of_the_article_is_known_by_its_address(first: str, there: str, number: int) -> None:
    assert is_page_of(there, first, number)
    assert not is_page_of(there, first, number + 1)


@pytest.mark.parametrize(
    "there",
    [
        "https://mag.example/2026/11/another-read/",
        "https://mag.example/2026/11/another-read/2/",
        "https://other.example/2026/11/the-long-read/2/",
        FIRST + "comment-page-2/",
        FIRST + "?replytocom=2",
        FIRST + "?lang=en&page=2",
        "https://mag.example/page/2/",
        "https://mag.example/2/",
        FIRST + "#2",
        "http://[",
    ],
)
def test_other_addresses_are_none(there: str) -> None:
    assert not is_page_of(there, FIRST, 2)


@pytest.mark.parametrize("name", ["my-travels-part-", "my-travels/chapter-", "comic/", "2026/teil-"])
@pytest.mark.parametrize("is_numbered", [True, False])
def test_the_next_of_a_series_is_no_page(name: str, *, is_numbered: bool) -> None:
    first, second = (f"https://mag.example/{name}{number}/" for number in (1, 2))
    assert not is_page_of(second, first, 2, is_numbered=is_numbered)


def test_numbered_articles_are_pages_where_the_link_is_a_number_alone() -> None:
    assert not is_page_of("https://mag.example/a-story/2/", "https://mag.example/a-story/1/", 2, is_numbered=False)


def test_an_article_of_the_same_title_is_no_page() -> None:
    """WordPress calls the second article of a title `a-2`, and the next article `rel=next`."""
    first = "https://mag.example/news"
    page = b"<body><a rel=next href='/news-2'>News \xe2\x86\x92</a><p>Text</p></body>"
    assert next_page(page, first, first, 2) == ""
    numbered = b"<body><p>Pages: 1 <a href='/news-2'>2</a></p></body>"
    assert next_page(numbered, first, first, 2) == "https://mag.example/news-2"


@pytest.mark.parametrize("said", ["2", "Page 2", "Next page", "weiter", "»", "次のページ"])
def test_the_next_page_is_found_by_what_leads_there(said: str) -> None:
    page = f"<body><p>One.</p><nav><a href='2/'>{said}</a> <a href='3/'>3</a></nav></body>".encode()
    assert next_page(page, FIRST, FIRST, 2) == FIRST + "2/"
    assert next_page(page, FIRST, FIRST, 4) == ""


@pytest.mark.parametrize("label", ["title='Next Page'", "aria-label='Next page'"])
def test_a_picture_that_is_labelled_as_next_leads_there(label: str) -> None:
    page = f"<body><p>One.</p><a href='2/' {label}><img src=arrow.png></a></body>".encode()
    assert next_page(page, FIRST, FIRST, 2) == FIRST + "2/"


def test_a_link_of_the_head_leads_there_too() -> None:
    page = f"<head><link rel=next href={FIRST}2/></head><body><p>One.</p></body>".encode()
    assert next_page(page, FIRST, FIRST, 2) == FIRST + "2/"


@pytest.mark.parametrize("page", [b"", b"\0", b"<a href='//['>2</a>", b"<a>2</a>", b"<a href=''>2</a>" * 9])
def test_pages_that_lead_nowhere(page: bytes) -> None:
    assert next_page(page, FIRST, FIRST, 2) == ""


def part(*paragraphs: str) -> Extracted:
    return Extracted("The long read", ("Ann",), (), None, "".join(f"<p>{each}</p>" for each in paragraphs))


def test_pages_are_joined_without_what_comes_on_each() -> None:
    intro, author = "What stands at the top of each page.", "Ann writes about the sea."
    texts = [f"Part {number} of the story tells of {number} more things that nobody knew before." for number in "123"]
    whole, pages = joined([part(intro, text, author) for text in texts])
    assert pages == 3
    assert whole.html == part(intro, texts[0], author, *texts[1:]).html
    assert whole.authors == ("Ann",)


def test_a_page_that_brings_nothing_new_ends_it() -> None:
    same = part("All of the story is on this page, whatever number is asked for, and always will be so.")
    other = part("What follows a page that was none is none either, however many words it may have to say here.")
    whole, pages = joined([same, same, other])
    assert (whole.html, pages) == (same.html, 1)


def test_extraction_and_joining_agree() -> None:
    text = "<p>The harbour was quiet that morning, and nobody had seen the boat leave, so they said later.</p>"
    pages = [
        f"<body><article><h1>Boats</h1>{text.replace('boat', f'boat number {number}') * 1}"
        f"<p>Part {number} has its own end, of which nobody who read the first part could know anything at all.</p>"
        "</article><div class=page-links>Pages: 1 2</div></body>".encode()
        for number in (1, 2)
    ]
    found = [extract_article(page, FIRST) for page in pages]
    whole, count = joined([each for each in found if each is not None])
    assert count == 2
    assert "Part 1 has its own end" in whole.html
    assert "Part 2 has its own end" in whole.html
    assert "Pages:" not in whole.html
