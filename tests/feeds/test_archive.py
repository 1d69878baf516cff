"""What a feed says of what is older, posts of WordPress, sitemaps and robots.txt, read without the web."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from support.archived_site import sitemap
from tuireader.errors import NotAFeedError
from tuireader.feeds.sitemap import Robots, may_list_articles, read_sitemap
from tuireader.feeds.wordpress import looks_like_wordpress, page_address, parse_posts, posts_addresses, says
from tuireader.urls.hosts import host_of
from tuireader.urls.identity import Shapes

HISTORY = b'<rss xmlns:fh="http://purl.org/syndication/history/1.0"><channel>'


def test_what_a_feed_says_of_itself() -> None:
    assert says(HISTORY + b"<fh:complete/>", None) == "complete"
    assert says(b"<rss><complete/>", None) == ""
    assert says(b'<atom:link rel="prev-archive" href="x"/>', "x") == "archived"
    assert says(b'<link rel="next" href="x"/>', "x") == "paged"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://a.example/feed/", "https://a.example/"), ("https://a.example/blog/feed", "https://a.example/blog/"),
        ("https://a.example/feed/atom/", "https://a.example/"), ("https://a.example/?feed=rss2", "https://a.example/"),
        ("https://a.example/index.php/feed/", "https://a.example/"), ("https://a.example/wp-rss2.php", "https://a.example/"),
        ("https://a.example/category/x/feed/", None), ("https://a.example/author/x/feed/", None),
        ("https://a.example/2024/feedback/?feed=rss2", "https://a.example/2024/feedback/"),
        ("https://a.example/comments/feed/", None), ("https://a.example/?feed=rss2&cat=3", None),
        ("https://a.example/2024/05/feed/", None), ("https://a.example/news.xml", None), ("https://[", None),
    ],
)  # fmt: skip
def test_where_wordpress_gives_the_posts_of_a_feed(url: str, base: str | None) -> None:
    found = posts_addresses(url)
    if base is None:
        assert found == []
    else:
        assert found == [
            f"{base}wp-json/wp/v2/posts?per_page=100&_embed=1&page=1",
            f"{base}?rest_route=/wp/v2/posts&per_page=100&_embed=1&page=1",
        ]


def test_pages_are_numbered() -> None:
    assert page_address("https://a.example/feed/", 2) == "https://a.example/feed/?paged=2"
    assert page_address("https://a.example/?feed=rss2&paged=2#x", 3) == "https://a.example/?feed=rss2&paged=3"
    assert page_address("https://a.example/?rest_route=/wp/v2/posts&page=1", 2, "page").endswith("/wp/v2/posts&page=2")


def test_a_protected_post_is_an_excerpt() -> None:
    post = {
        "id": 1, "link": "/a/", "title": {"rendered": "A &amp; <em>B</em>"}, "date_gmt": "2020-01-02T03:04:05",
        "content": {"rendered": "", "protected": True}, "excerpt": {"rendered": "<p>Short</p>"},
    }  # fmt: skip
    (entry,) = parse_posts(json.dumps([post]), "https://a.example/").entries
    assert (entry.title, entry.link, entry.html, entry.summary) == (
        "A & B",
        "https://a.example/a/",
        "<p>Short</p>",
        True,
    )
    assert entry.published is not None


@pytest.mark.parametrize("text", ["", "{", "{}", "3", '["a"]', '{"code":"rest_no_route"}', "[" * 100_000])
def test_what_are_no_posts_is_said(text: str) -> None:
    with pytest.raises(NotAFeedError):
        parse_posts(text, "https://a.example/")


NAMES = ["id", "link", "title", "rendered", "content", "_embedded", "author", "wp:term", "name"]
leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
)


@given(values)
def test_any_data_is_posts_or_none(data: object) -> None:
    try:
        parse_posts(json.dumps(data), "https://a.example/")
    except NotAFeedError:
        return


def test_sitemaps_of_each_kind() -> None:
    plain = read_sitemap(b"https://a.example/1\r\nnot an address\nhttps://a.example/2\n")
    assert [each.url for each in plain.pages] == ["https://a.example/1", "https://a.example/2"]
    news = read_sitemap(b"""<urlset><url><loc>https://a.example/?a=1&amp;b=2</loc><lastmod>2024-05-06</lastmod><news:news>
        <news:publication_date>2024-05-01T10:00:00Z</news:publication_date></news:news></url></urlset>""")
    assert [(each.url, f"{each.date:%F}") for each in news.pages] == [("https://a.example/?a=1&b=2", "2024-05-01")]
    index = read_sitemap(gzip.compress(sitemap(("https://a.example/x.xml", None), kind="sitemap").encode()))
    assert ([each.url for each in index.maps], index.pages) == (["https://a.example/x.xml"], ())
    assert read_sitemap(b"\x1f\x8bbroken") == read_sitemap(b"<html>") == read_sitemap(b"") == ((), ())
    assert may_list_articles("https://a.example/post-sitemap.xml")
    assert not may_list_articles("https://a.example/wp-sitemap-taxonomies-category-1.xml")
    assert may_list_articles("https://a.example/tags/articles.xml?image=1")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_sitemap_or_none(content: bytes) -> None:
    read_sitemap(content)
    Robots(content).allows("https://a.example/x")


def test_what_robots_may_ask_for() -> None:
    robots = Robots(b"User-agent: tuireader\nDisallow: /private\nCrawl-delay: 3\nSitemap: https://a.example/s.xml\n")
    assert not robots.allows("https://a.example/private/x")
    assert robots.allows("https://a.example/public")
    assert (robots.pause, robots.sitemaps) == (3.0, ["https://a.example/s.xml"])
    assert Robots().allows("https://a.example/anything")


@given(st.text())
@example("http://[news")
def test_what_is_no_address_is_no_sitemap_and_not_asked_for(text: str) -> None:
    robots = Robots(f"Sitemap: {text}\nSitemap: https://a.example/news.xml\n".encode("utf-8", "replace"))
    assert "https://a.example/news.xml" in robots.sitemaps
    assert [each for each in robots.sitemaps if not host_of(each)] == []
    robots.allows(text)
    assert not robots.allows("http://[news")


def test_addresses_like_those_of_a_feed() -> None:
    dated = Shapes(f"https://www.a.example/2025/{month:02}/a-post-{month}/" for month in range(1, 11))
    assert "https://a.example/2014/03/an-old-one/" in dated
    for other in ("/2014/03/", "/about/", "/tag/x/y/", "/2014/03/word/", "/shop/a-b/c-d/", "/"):
        assert f"https://a.example{other}" not in dated
    assert "https://b.example/2014/03/an-old-one/" not in dated
    flat = Shapes(
        ["https://a.example/blog/one-two", "https://a.example/blog/three-four", "https://a.example/blog/five-six"]
    )
    assert "https://a.example/blog/an-older-one" in flat
    assert "https://a.example/shop/an-older-one" not in flat
    numbered = Shapes(["https://a.example/news/123", "https://a.example/news/456"])
    assert "https://a.example/news/7" in numbered
    assert "https://a.example/news/about-us" not in numbered
    assert "https://a.example/x" not in Shapes([])
    assert looks_like_wordpress(b"<generator>https://wordpress.org/?v=6</generator>")
    assert not looks_like_wordpress(b"<generator>Hugo</generator>")
