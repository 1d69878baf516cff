from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.feeds.feed_links import find_feeds, is_feed, usual_feed_urls
from tuireader.model.fetched import FeedLink

URL = "https://a.example/"


def found(page: str, url: str = URL) -> list[str]:
    return [link.url for link in find_feeds(page.encode(), url)]


def test_wordpress_article_offers_its_site_first_and_comments_last() -> None:
    rss = (
        '<link rel="alternate" type="application/rss+xml" title="Caf&eacute; &raquo; {}" href="https://a.example{}" />'
    )
    page = f"""<!DOCTYPE html><html><head>
    {rss.format("A post Comments Feed", "/2017/06/post/feed/")}
    {rss.format("Feed", "/feed/")}
    {rss.format("Comments Feed", "/comments/feed/")}
    <link rel="alternate" title="oEmbed (JSON)" type="application/json+oembed" href="/wp-json/oembed/1.0/embed?url=x" />
    <link rel="alternate" title="JSON" type="application/json" href="https://a.example/wp-json/wp/v2/posts/7" />
    <link rel="alternate" hreflang="de" href="https://a.example/de/" />
    <link rel="alternate stylesheet" type="text/css" href="/dark.css">
    </head></html>"""
    assert find_feeds(page.encode(), "https://a.example/2017/06/post/") == [
        FeedLink("https://a.example/feed/", "Café » Feed"),
        FeedLink("https://a.example/2017/06/post/feed/", "Café » A post Comments Feed"),
        FeedLink("https://a.example/comments/feed/", "Café » Comments Feed"),
    ]


@pytest.mark.parametrize(
    "link",
    [
        '<link rel="alternate" type="application/rss+xml" href="/x">',
        "<link rel='alternate' type='application/atom+xml' href='/x'/>",
        "<LINK REL=ALTERNATE TYPE=application/rss+xml HREF=/x>",
        '<link href="/x" type="application/feed+json" rel="alternate">',
        '<link\n  rel="alternate"\n  type="application/rss+xml; charset=utf-8"\n  href="/x"\n>',
        '<link rel="feed" href="/x">',
        '<body><p>late <link rel="alternate" type="application/rss+xml" href="/x">',
    ],
)
def test_ways_to_announce_a_feed(link: str) -> None:
    assert found(link) == ["https://a.example/x"]


@pytest.mark.parametrize(
    "page",
    [
        '<!-- <link rel="alternate" type="application/rss+xml" href="/x"> -->',
        """<script>document.write('<link rel="alternate" type="application/rss+xml" href="/x">')</script>""",
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:x">',
        '<link rel="alternate" type="application/rss+xml" href="http://[">',
        '<link rel="stylesheet" type="application/rss+xml" href="/x">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/7">',
        '<a href="/feeding-the-ducks">Feeding the ducks</a> <a href="/about">RSS</a> <a href="/news">News</a>',
        '<a href="https://other.example/feed/">A friend</a>',
        f'<a href="{URL}">RSS</a>',
        "",
    ],
)
def test_what_is_no_feed(page: Any) -> None:
    assert found(page) == []


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ('<a href="/feed/">Subscribe</a>', "https://a.example/feed/"),
        ('<a href="rss.xml"><img src="rss.png"></a>', "https://a.example/rss.xml"),
        ('<a href="/blog/index.xml">RSS</a>', "https://a.example/blog/index.xml"),
        ('<a href="/?feed=rss2">Feed</a>', "https://a.example/?feed=rss2"),
        ('<a class="icon" href="/atom.xml" title="Atom feed"></a>', "https://a.example/atom.xml"),
        ('<a href="https://feeds.feedburner.com/aexample">Follow</a>', "https://feeds.feedburner.com/aexample"),
        ('<a href="https://cdn.example/a/feed.xml">RSS feed</a>', "https://cdn.example/a/feed.xml"),
        ('<a href="/feed.json">JSON Feed</a>', "https://a.example/feed.json"),
    ],
)
def test_links_that_look_like_feeds(link: str, url: str) -> None:
    assert found(link) == [url]


def test_announced_feeds_come_before_linked_ones_and_each_once() -> None:
    page = """<a href="/linked/feed/">Feed</a><a href="/feed/">Feed</a>
    <link rel="alternate" type="application/rss+xml" title="One" href="/feed/">
    <link rel="alternate" type="application/atom+xml" title="Two" href="/atom">
    <link rel="alternate" type="application/rss+xml" title="One again" href="/feed/">"""
    assert [link.title for link in find_feeds(page.encode(), URL)] == ["One", "Two", "Feed"]


def test_addresses_are_seen_from_the_base_of_the_page() -> None:
    page = '<base href="/blog/"><link rel="alternate" type="application/rss+xml" href="feed">'
    assert found(page) == ["https://a.example/blog/feed"]


def test_feed_of_a_section_is_no_feed_of_comments() -> None:
    page = '<link rel="alternate" type="application/rss+xml" title="Section" href="/blog/feed/">'
    assert found(page, "https://a.example/blog/") == ["https://a.example/blog/feed/"]


def test_feed_is_its_own_and_only_feed() -> None:
    feed = b'<?xml version="1.0"?><rss version="2.0"><channel><link>https://b.example/feed/</link></channel></rss>'
    assert find_feeds(feed, "https://a.example/x", "text/html") == [FeedLink("https://a.example/x")]


@pytest.mark.parametrize(
    ("content", "content_type", "truth"),
    [
        (b"<?xml version='1.0'?><!-- hi --><rss version='2.0'>", "text/html", True),
        (b"\xef\xbb\xbf\n<feed xmlns='http://www.w3.org/2005/Atom'>", "", True),
        (b"<atom:feed xmlns:atom='http://www.w3.org/2005/Atom'>", "", True),
        (b"<rdf:RDF>", "", True),
        ("<rss>".encode("utf-16"), "", True),
        (b'{"title": "t", "items": [], "version": "https:\\/\\/jsonfeed.org\\/version\\/1"}', "application/json", True),
        (b'{"items": []}', "application/feed+json; charset=utf-8", True),
        (b'{"items": []}', "application/json", False),
        (b"<!doctype html><title>RSS</title>", "application/rss+xml", False),
        (b"<html><body><pre>&lt;rss></pre></body></html>", "", False),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><feed/></html>", "", False),
        (b"<?xml version='1.0'?><opml><body/></opml>", "text/xml", False),
        (b"<rssx>", "", False),
        (b"", "", False),
    ],
)
def test_feeds_are_told_from_pages(content: Any, content_type: str, truth: bool) -> None:
    assert is_feed(content, content_type) is truth


def test_usual_places_begin_where_the_reader_pointed() -> None:
    assert usual_feed_urls("https://a.example/2017/06/post/") == [
        f"https://a.example/{path}"
        for path in ("feed/", "rss", "rss.xml", "atom.xml", "index.xml", "feed.xml", "feed.json")
    ]
    assert usual_feed_urls("https://a.example/blog")[0] == "https://a.example/blog/feed/"
    assert usual_feed_urls("https://a.example/~jane/2017/x.html")[0] == "https://a.example/~jane/feed/"
    assert usual_feed_urls("https://a.example/index.html")[0] == "https://a.example/feed/"
    assert "https://a.example/feed/" in usual_feed_urls("https://a.example/blog")


@given(st.text(alphabet=st.sampled_from("<>a/link ='\"href!-script:[&;#xD800")), st.sampled_from(["", "http://[", URL]))
def test_any_page_offers_addresses_or_none(page: Any, url: Any) -> None:
    for link in find_feeds(f"<link rel=alternate type=application/rss+xml {page}>{page}".encode(), url):
        assert link.url.startswith(("http://", "https://"))


@pytest.mark.parametrize("hidden", ["<script>", "<!--", "<style>x", "<template>"])
def test_letters_that_grow_in_lower_case_move_nothing(hidden: str) -> None:
    """A capital I with a dot is two characters in lower case."""
    link = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    page = "\u0130" * 99 + link + hidden
    assert find_feeds(page.encode(), "https://a.example/") == [FeedLink("https://a.example/feed")]
