from __future__ import annotations

import pytest

from tuireader.library.subscribing import typed_page
from tuireader.library.subscribing.typed_page import article_of
from tuireader.model.fetched import Page, ParsedEntry, ParsedFeed

SITE = "https://example.org/"
TEXT = "".join(
    f"<p>Paragraph {n} of this piece says quite enough to be read on its own, and a little more.</p>" for n in range(6)
)


def page(path: str, head: str = "", body: str = TEXT) -> Page:
    text = (
        f"<!doctype html><html><head><title>A Piece</title>{head}</head><body><article><h1>A Piece</h1>{body}</article>"
    )
    return Page(SITE + path, 200, text.encode())


def feed(*links: str) -> ParsedFeed:
    entries = tuple(ParsedEntry(guid=link, title=link, link=SITE + link) for link in links)
    return ParsedFeed(title="T", site=SITE, entries=entries)


def test_an_article() -> None:
    prepared = article_of(page("2017/06/a-piece/"), SITE, feed("2017/06/other/", "2017/06/third/"))
    assert prepared is not None
    assert (prepared.entry.title, prepared.entry.link) == ("A Piece", SITE + "2017/06/a-piece/")
    assert prepared.entry.guid == prepared.entry.link
    assert "Paragraph 5" in prepared.text
    assert not prepared.excerpt


def test_an_article_of_wordpress_has_the_identity_that_its_feed_gives_it() -> None:
    prepared = article_of(page("a-piece/", '<link rel="shortlink" href="https://example.org/?p=12">'), SITE, None)
    assert prepared is not None
    assert prepared.entry.guid == "https://example.org/?p=12"


@pytest.mark.parametrize(
    ("short", "guid"),
    [
        ("/?p=12", "https://example.org/?p=12"),
        ("https://example.org/blog/?p=12", "https://example.org/blog/?p=12"),
        ("https://other.example/?p=12", "https://example.org/blog/a-piece/"),
        ("https://example.org/other/?p=12", "https://example.org/blog/a-piece/"),
    ],
)
def test_a_page_has_the_identity_of_no_article_of_another_site(short: str, guid: str) -> None:
    prepared = article_of(page("blog/a-piece/", f'<link rel="shortlink" href="{short}">'), SITE, None)
    assert prepared is not None
    assert prepared.entry.guid == guid


@pytest.mark.parametrize(
    "path",
    [
        "",
        "?m=2017",
        "blog/",
        "category/china-russia/",
        "tag/maps",
        "author/zoe/",
        "page/3/",
        "2017/",
        "2017/06/",
        "archive",
    ],
)
def test_lists_are_no_articles(path: str) -> None:
    listed = page(path) if path != "?m=2017" else page("")
    assert article_of(listed, "https://example.org/blog", feed("blog/one", "blog/two")) is None


@pytest.mark.parametrize(
    "path", ["archives/123", "2017/06/30/a-piece/", "category-theory/", "topics/ai/2017/06/a-piece/"]
)
def test_articles_whose_addresses_look_a_little_like_lists(path: str) -> None:
    assert article_of(page(path), SITE, feed("one", "two")) is not None


def test_what_a_page_says_of_itself_counts_most() -> None:
    headings = '<h2><a href="/y">Another</a></h2><p>It begins so, and there is more of it there.</p>' * 12
    article = '<meta property="og:type" content="article">'
    published = '<meta property="article:published_time" content="2017-06-30T12:00:00Z">'
    website = '<meta property="og:type" content="website">'
    assert article_of(page("x"), SITE, None) is not None
    assert article_of(page("x", website), SITE, None) is not None
    assert article_of(page("x", body=headings), SITE, None) is None
    assert article_of(page("x", website, headings), SITE, None) is None
    for said in (published, website + published):
        assert article_of(page("x", said, headings), SITE, None) is not None
    # Themes write this into their lists, too: it counts where there is a text before such headings.
    assert article_of(page("x", article, headings), SITE, None) is None
    assert article_of(page("x", article, f"<p>{'Some words of its own. ' * 8}</p>" + headings), SITE, None) is not None
    posting = '<script type="application/ld+json">{"@type": "BlogPosting"}</script>'
    assert article_of(page("tags/drought/", website + posting), SITE, None) is None
    assert article_of(page("tags/drought/", posting), SITE, None) is not None


def test_several_entries_of_the_feed_below_each_other_are_a_list() -> None:
    text = f"<p>{'Some words of its own. ' * 20}</p>"
    whole = "".join(f'<h3><a name="x">The {name} &amp; the tide</a></h3>{text}' for name in ("ferry", "map"))
    entries = tuple(ParsedEntry(guid=name, title=f"The {name} & the  tide") for name in ("Ferry", "Map", "Tower"))
    parsed = ParsedFeed(title="T", site=SITE, entries=entries)
    assert article_of(page("rivers/", body=whole), SITE, parsed) is None
    assert article_of(page("rivers/", body=whole), SITE, None) is not None
    # Below an article such headings may stand.
    assert article_of(page("rivers/", body=text * 4 + whole), SITE, parsed) is not None


def test_headings_that_lead_elsewhere_prove_nothing_below_an_article() -> None:
    more = "<h2>More posts</h2>" + '<h3><a href="/y">Another</a></h3><p>A line of it.</p>' * 4
    site = f'<h1><a href="{SITE}">The Review</a></h1><h2><a href="#a">A part</a></h2><h1><a href="/x">A Piece</a></h1>'
    assert article_of(page("x", body=TEXT + more), SITE, None) is not None
    assert article_of(page("x", body=site + TEXT), SITE, None) is not None


@pytest.mark.parametrize(
    ("head", "is_article"),
    [
        ('<link rel="alternate" type="application/json" href="https://example.org/wp-json/wp/v2/posts/6">', True),
        ('<link rel="alternate" href="https://example.org/index.php?rest_route=/wp/v2/posts/6">', True),
        ('<link rel="alternate" href="https://example.org/wp-json/wp/v2/categories/3">', False),
        ('<link rel="alternate" href="https://example.org/wp-json/wp/v2/users/3">', False),
        ('<script type="application/ld+json">{"@type": "BlogPosting"}</script>', True),
        ('<script type="application/ld+json">{"@type": "CollectionPage"}</script>', False),
        ('</head><body class="wp-singular single single-post postid-6">', True),
        ('</head><body class="archive category category-maps">', False),
    ],
)
def test_what_is_sure_decides(head: str, is_article: bool) -> None:
    listed = '<h2><a href="/y">Another</a></h2><p>It begins so, and there is more of it there.</p>' * 12
    for body in (TEXT, listed):
        assert (article_of(page("x", head, body), SITE, None) is not None) is is_article


@pytest.mark.parametrize("body", ["", "<p>Hello.</p>", "<form><input name=q></form>"])
def test_without_text_there_is_no_article(body: str) -> None:
    assert article_of(page("x", body=body), SITE, None) is None


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0\0", b"<" * 10_000, b"\xff\xfe\0"])
def test_what_is_no_page_is_no_article(content: bytes) -> None:
    assert article_of(Page(SITE + "x", 200, content), SITE, None) is None


TEASER = "<p>It begins like this, and there is more of it on a page of its own.</p>"


def teasers(tag: str = "h2", count: int = 4) -> str:
    return "".join(
        f'<article><header><{tag}><a href="/p/{n}.html" rel="bookmark">Post {n}</a></{tag}></header>{TEASER}</article>'
        for n in range(count)
    )


def whole(path: str, body: str, *, head: str = "", classes: str = "") -> Page:
    return Page(
        SITE + path, 200, f'<html><head><title>A Piece</title>{head}</head><body class="{classes}">{body}'.encode()
    )


ONE = f"<article><header><h1><a href='/a-piece.html'>A Piece</a></h1></header>{TEXT}</article>"
ARTICLE_MARK = '<meta property="og:type" content="article">'
SIDE = '<div><h3><a href="/tag/">Tags</a></h3><h3><a href="/blog/">Recent Posts</a></h3></div>'
LINKS = "".join(f"<li>2023 <a href='/p/{n}'>The title of post {n}</a></li>" for n in range(9))
NEVER_MARK = (
    '<meta property="og:type" content="website"><meta property="article:published_time" content="0001-01-01T00:00:00Z">'
)
AUTHOR_MARK = '<meta property="og:type" content="website"><meta property="article:author" content="Zoë">'


@pytest.mark.parametrize(
    ("path", "body", "head", "classes"),
    [
        ("a-piece.html", ONE, "", "home"),  # Pelican calls every page so
        ("a-piece/", SIDE + ONE, "", ""),
        ("index.php/Ropes", TEXT, "", "mediawiki ns-0 ns-subject"),
        ("posts/ropes/", ONE, ARTICLE_MARK, ""),
        ("archives/123", ONE, "", ""),
        ("2023/11/ropes/", ONE, "", ""),
        ("links/", f"<article>{TEXT}{LINKS}</article>", "", ""),
    ],
)  # fmt: skip
def test_articles_as_generators_write_them(path: str, body: str, head: str, classes: str) -> None:
    assert article_of(whole(path, body, head=head, classes=classes), SITE, None) is not None


@pytest.mark.parametrize(
    ("path", "body", "head", "classes"),
    [
        ("index2.html", teasers(), "", ""),
        ("blog/two", teasers("h1"), "", ""),
        ("blog/", teasers("h4"), "", ""),
        ("index-1.html", TEXT, "", ""),
        ("archive.html", TEXT, "", ""),
        ("authors.html", TEXT, "", ""),
        ("archives/2023/11/", TEXT, ARTICLE_MARK, ""),
        ("2023/", TEXT, ARTICLE_MARK, ""),
        ("archives/", TEXT, ARTICLE_MARK, ""),
        ("tags/harbour/", TEXT, AUTHOR_MARK, ""),
        ("page/2/", TEXT, AUTHOR_MARK, ""),
        ("posts/", f"<ul>{LINKS}</ul>", "", ""),
        ("index.html", TEXT, "", ""),
        ("doku.php?id=start", TEXT, '<link rel="canonical" href="https://example.org/"/>', ""),
        ("doku.php?id=start&do=index", TEXT, "", ""),
        ("index.php/Category:Notes", TEXT, "", "mediawiki ns-14"),
        ("index.php/Special:AllPages", TEXT, "", "mediawiki ns--1 ns-special"),
        ("index.php/Main_Page", TEXT, '<script>x={"wgIsMainPage":true};</script>', "mediawiki ns-0"),
        ("x/", teasers(), NEVER_MARK, ""),
    ],
)  # fmt: skip
def test_lists_as_generators_write_them(path: str, body: str, head: str, classes: str) -> None:
    assert article_of(whole(path, body, head=head, classes=classes), "", None) is None


@pytest.mark.parametrize(
    "piece", ["<a >", "<a x", "<nav>", "<article>", "<header", "<!--", "<script", "<h1><a href='x'>", "<", "<a>x</a><"]
)
def test_what_is_never_closed_takes_no_longer_than_it_is_long(piece: str) -> None:
    text = piece * (500_000 // len(piece))
    for names in (typed_page._UNSEEN, typed_page._HEADER):
        assert len(typed_page._without(text.encode(), names)) <= len(text)
    assert typed_page._is_listing(whole("x", text), None) in (True, False)
