"""Values that no field expects: numbers of thousands of digits, odd dates and addresses, in feeds and pages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from html import escape

import pytest

from tuireader.content.cleaning.clean import clean
from tuireader.content.document.build import to_document
from tuireader.content.document.linear import spoken, to_linear
from tuireader.content.extraction import scoring
from tuireader.content.extraction.extract import extract_article
from tuireader.content.layout.layout import lay_out
from tuireader.content.listing.find import find_list
from tuireader.content.markdown.convert import to_marked_markdown
from tuireader.errors import NotAFeedError
from tuireader.feeds.feed_links import find_feeds
from tuireader.feeds.parse import parse_feed
from tuireader.library.refreshing import match_entries

URL = "https://a.example/1"
LONG = "9" * 5000
"""More digits than Python reads as a number."""
VALUES = (
    *(f"&#{LONG};", f"&amp;#{LONG};", f"&#x{'f' * 5000};", LONG, f"-{LONG}", f"1e{LONG}", "NaN", "\u0663" * 5000),
    *("http://[", "//[", f"http://a.example:{LONG}/", f"http://{'a' * 300}.example/"),
    *(f"http://xn--{LONG[:300]}.example/", "http://a..b/"),
    *("2026-01-01T00:00:00+99:99", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-99-99T99:99:99Z"),
    *(f"Thu, 01 Jan 1970 00:00:00 +{LONG}", f"<math><mn>&#{LONG};</mn></math>", f"$\\frac{{{LONG}}}{{x}}$"),
    *("\ud800", "\0", "\u00b2\u2460", "<base href='http://['>", f"<img width={LONG} src=http://[ alt=x>"),
    *(f"<ol start={LONG}><li value={LONG}>x</ol>", f"<td colspan={LONG}>x</td>", f"<p style='width:{LONG}px'>x</p>"),
    *(f"<time datetime={LONG}>x</time>", f"<a href='#{LONG}'>1</a>"),
)  # fmt: skip
WORDS = "Some words of an article that is long enough. " * 20


def of_feed(**fields: str) -> str:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>x</title>"
        f"<item><title>one</title></item><item>{inside}</item></channel></rss>"
    )


FEEDS: dict[str, Callable[[str], str]] = {
    **{
        name: lambda value, name=name: of_feed(**{name: escape(value)})  # type: ignore[misc]
        for name in ("title", "link", "guid", "pubDate", "dc:creator", "category", "description", "enclosure")
    },
    "raw": lambda value: of_feed(title=value),
    "ttl": lambda value: of_feed().replace("<title>x", f"<ttl>{escape(value)}</ttl><title>{escape(value)}", 1),
    "json": lambda value: (
        f'{{"version": "https://jsonfeed.org/version/1", "items": [{{"title": "one"}}, {{"id": {value or 0}}}]}}'
    ),
}
PAGES: dict[str, Callable[[str], str]] = {
    "title": lambda value: f"<html><title>{value}</title><article><h1>{value}</h1><p>{WORDS}</p></article>",
    "meta": lambda value: (
        "<html>"
        + "".join(
            f'<meta property="{name}" name="{name}" content="{value}">'
            for name in ("og:title", "author", "article:tag", "article:published_time", "og:url")
        )
        + f"<article><p>{WORDS}</p></article>"
    ),
    "text": lambda value: f"<html><body><article><p>{value}</p><p>{WORDS}</p><p>{value}</p></article>",
    "address": lambda value: (
        f'<html><link rel=alternate type="application/rss+xml" href="{value}"><p>{WORDS}<a href="{value}">x</a>'
        f'<img src="{value}" alt="{value}"></p><a rel=next href="{value}">{value}</a>'
    ),
    "time": lambda value: f'<html><article><time datetime="{value}">{value}</time><p>{WORDS}</p></article>',
    "stated": lambda value: (
        f'<html><script type="application/ld+json">{{"@type": "Article", "datePublished": "{value}"}}</script>'
        f"<article><p>{WORDS}</p></article>"
    ),
}


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def shown(html: str) -> None:
    document = to_document(to_marked_markdown(clean(html, URL)))
    lay_out(document, 72)
    for block in to_linear(document).document.blocks:
        spoken(block)


@pytest.mark.parametrize("name", FEEDS)
def test_no_value_in_a_feed_loses_the_other_entries(name: str) -> None:
    for value in VALUES:
        feed = None
        with suppress(NotAFeedError):  # JSON and XML that is none
            feed = parse_feed(as_bytes(FEEDS[name](value)), URL, "text/xml")
        for entry in feed.entries if feed is not None else ():
            match_entries.prepare(entry)
            shown(entry.html)
        assert name in ("json", "raw") or (feed is not None and "one" in {entry.title for entry in feed.entries}), (
            value[:60]
        )


@pytest.mark.parametrize("name", PAGES)
def test_no_value_on_a_page_hides_its_article(name: str) -> None:
    for value in VALUES:
        page = as_bytes(PAGES[name](value))
        find_list(page, URL)
        find_feeds(page, URL)
        found = extract_article(page, URL)
        assert found is not None, value[:60]
        assert "Some words of an article" in found.html, value[:60]
        shown(found.html)


def test_a_library_that_raises_has_no_opinion(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise KeyError("planted")

    for each in ("bare_extraction", "examine_meta", "extract_title", "extract_author", "find_date"):
        monkeypatch.setattr(scoring, each, broken)
    found = extract_article(PAGES["title"]("A title").encode(), URL)
    assert found is not None
    assert "Some words of an article" in found.html
    assert found.title == "A title"
