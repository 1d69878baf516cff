"""What reads foreign input takes a time that grows with its length, and not with its square.

Each function is given an input that doubles, until it takes long enough to be measured; CPU seconds of this process,
the least of several runs, and the slope over the last two doublings, in which what is done once counts little.
"""

from __future__ import annotations

import importlib
import inspect
import json
import math
import pkgutil
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from operator import mul
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

import tuireader.feeds
import tuireader.library.archiving
import tuireader.library.subscribing
import tuireader.urls
import tuireader.web
from support.factories import NOW
from support.machines import followed
from tuireader.content.cleaning.clean import clean
from tuireader.content.document.build import to_document
from tuireader.content.extraction.extract import extract_article
from tuireader.content.layout.layout import lay_out
from tuireader.content.layout.paragraph import visual
from tuireader.content.markdown.annotations import find_notes
from tuireader.errors import TuireaderError
from tuireader.feeds.decode import decode
from tuireader.feeds.feed_links import find_feeds
from tuireader.feeds.opml import read_list
from tuireader.feeds.parse import parse_feed
from tuireader.feeds.read_later import read_saved_pages
from tuireader.feeds.sitemap import Robots, may_list_articles, parse_news, read_sitemap
from tuireader.feeds.url_list import read_url_list, translated
from tuireader.library.subscribing import discovery, typed_page
from tuireader.library.transfer.import_any import import_content, import_path
from tuireader.library.transfer.newsboat import read_cache
from tuireader.library.transfer.restore_backup import restore
from tuireader.model.fetched import FeedLink, LocalArticle, ParsedEntry, RemoteEntry
from tuireader.store.article_identity import HALF, match, text_comparer
from tuireader.store.connection import connect
from tuireader.store.queries.query_language import understand
from tuireader.sync import greader, miniflux
from tuireader.sync.answers import without_proxy
from tuireader.sync.shared_folder_map import FolderMap, packed, unpacked
from tuireader.text.bounded_json import loads
from tuireader.text.bylines import categories, people
from tuireader.text.folding import FoldedText
from tuireader.text.printable import printable
from tuireader.urls.identity import Shapes
from tuireader.urls.typed_and_shown import addresses_to_try, without_passwords

DOUBLINGS = 10
ENOUGH = 1.0
"""Seconds of one run from which on it is seen how it grows."""
QUADRATIC = 1.5
"""The slope between linear (1) and quadratic (2), in which a sort, a cache or the collector has its room."""

Feed = Callable[[int], Any]


def _agents(n: int) -> bytes:
    return b"".join(b"User-agent: a%d\n" % i for i in range(n)) + b"".join(b"Disallow: /%d\n" % i for i in range(n))


def _own_group(n: int) -> bytes:
    return b"User-agent: *\n" + b"".join(b"Allow: /*%d$\n" % i for i in range(n))


def _entries(n: int) -> list[RemoteEntry]:
    return [
        RemoteEntry(str(i), "feed/1", ParsedEntry(f"g{i}", "Weekly", f"https://a.example/{i % 7}")) for i in range(n)
    ]


def _ours(n: int) -> list[LocalArticle]:
    return [LocalArticle(i, "", b"", f"x{i}", "Weekly", f"https://a.example/{i % 7}", None) for i in range(n)]


def _at_one_moment(n: int) -> tuple[list[RemoteEntry], list[LocalArticle]]:
    """Entries of a few signs and articles of many, of one title and moment."""
    entry = partial(ParsedEntry, title="Weekly", link="https://a.example/", published=NOW)
    entries = [RemoteEntry(str(i), "feed/1", entry(f"g{i}", html="字" * 20)) for i in range(n)]
    return entries, [LocalArticle(i, "", b"", f"x{i}", "Weekly", "https://a.example/", NOW) for i in range(20)]


def _match_texts(both: tuple[list[RemoteEntry], list[LocalArticle]]) -> None:
    match(*both, is_kept=text_comparer(lambda id_: "".join(map(chr, range(0x4E00 + id_, 0x9000))) * 4, _html))


def _html(entry: RemoteEntry) -> str:
    return entry.entry.html


def _outlines(n: int) -> bytes:
    inside = "".join(f'<outline text="{i}" xmlUrl="https://a.example/{i}" category="a,b/{i}"/>' for i in range(n))
    return f'<opml version="2.0"><body>{inside}</body></opml>'.encode()


def _many_categories(n: int) -> bytes:
    names = ",".join(f"name {i}" for i in range(n))
    outline = f'<outline text="x" xmlUrl="https://a.example/" category="{names}"/>'
    return f'<opml version="2.0"><body>{outline}</body></opml>'.encode()


def _read_json(text: str) -> None:
    with suppress(ValueError):
        loads(text, most=1)


def _rss(n: int) -> bytes:
    items = "".join(f"<item><title>{i}</title><guid>{i}</guid><description>x</description></item>" for i in range(n))
    return f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>".encode()


def _marks(n: int) -> bytes:
    known = FolderMap()
    known.merge_marks("https://a.example/feed", "read", {i: 4 * i + 7 for i in range(n)}, FolderMap())
    return packed(known, "x")


def _moves(n: int) -> bytes:
    known = FolderMap()
    for i in range(n):
        url = f"https://a.example/{i}"
        known.put(url, followed(5, value=False, moved_to=f"https://a.example/{i + 1}"))
        known.mark(url, "read", i, 7)
    return packed(known, "x")


def _items(n: int) -> bytes:
    row = b'{"id": "tag:google.com,2005:reader/item/%016x", "origin": {"streamId": "feed/1"}, "title": "x"}'
    return b'{"items": [' + b",".join(row % (i + 1) for i in range(n)) + b"]}"


def _notes(n: int) -> str:
    """Footnotes that are all called the same."""
    marks = "".join(f'<p><a id="r{i}" href="#n{i}">1</a></p>' for i in range(n))
    return marks + "".join(f'<p id="n{i}"><a href="#r{i}">b</a></p>' for i in range(n))


ODD_TAGS = (
    *("<rt>", "<rb>x", "<dialog><p>", "<dd><li>", '<div title="<">', "<x-y><section></section>", "<ruby><rt>x"),
    *("<table><tr><td>", "<div></b>", "<div><table></div>", "<svg><div/>", "<optgroup>", "<li><menu>", "<p><object>"),
)
"""Tags that browsers nest, although nobody means them to."""


def _at_one_address(n: int) -> bytes:
    rows = [{"id": str(i), "alternate": [{"href": "https://a.example/"}], "title": f"T{i}"} for i in range(n)]
    return json.dumps({"items": rows}).encode()


def _within_one_page(n: int) -> bytes:
    return json.dumps([{"url": f"https://a.example/p#{i}", "title": "T"} for i in range(n)]).encode()


def _backup_of_searches(n: int) -> list[str]:
    """Each search between two feeds, whose names it may say."""
    rows: list[dict[str, Any]] = [{"type": "tuireader", "version": 1, "made": "2026-01-01T00:00:00Z"}]
    for i in range(n):
        rows += [{"type": "feed", "url": f"http://a{i}.example/", "title": f"t{i}"}]
        rows += [{"type": "search", "name": "s", "query": "feed=t1"}]
    return [json.dumps(row) for row in rows]


def _backup_of_feeds_later(n: int) -> list[str]:
    """Feeds that get the names by which the searches before them look."""
    rows: list[dict[str, Any]] = [{"type": "tuireader", "version": 1, "made": "2026-01-01T00:00:00Z"}]
    for i in range(0, n, 20):
        query = "feed=" + "|".join(f'"n{j}"' for j in range(i, i + 20))
        rows += [{"type": "search", "name": f"s{i}", "query": query}]
    rows += [{"type": "feed", "url": f"http://a{i}.example/", "title": "T", "custom_title": f"n{i}"} for i in range(n)]
    return [json.dumps(row) for row in rows]


def _restore(lines: list[str]) -> None:
    with TemporaryDirectory() as folder, closing(connect(Path(folder) / "cache.db")) as c:
        restore(c, lines, NOW)


def _import(content: bytes) -> None:
    with TemporaryDirectory() as folder, closing(connect(Path(folder) / "cache.db")) as c:
        import_content(c, content, NOW, lambda _: None)


def _cache_of_newsboat(n: int) -> bytes:
    """Each article of another feed, without an index."""
    with closing(sqlite3.connect(":memory:")) as c:
        c.execute(
            "CREATE TABLE rss_item (id INTEGER PRIMARY KEY, guid, title, author, url, feedurl, pubDate, content,"
            " unread, flags, deleted, enclosure_url, enclosure_type)"
        )
        c.executemany(
            "INSERT INTO rss_item (guid, feedurl) VALUES ('g', ?)", ((f"http://f.example/{i}",) for i in range(n))
        )
        c.commit()
        return c.serialize()


def _newsboat_with_tags(n: int) -> tuple[bytes, str]:
    """Each feed has an article and a tag of its own."""
    return _cache_of_newsboat(n), "".join(f"f{i} x t{i}\n" for i in range(n)).replace("f", "http://f.example/")


def _import_folder(files: tuple[bytes, str]) -> None:
    with TemporaryDirectory() as folder, closing(connect(Path(folder) / "own.db")) as c:
        Path(folder, "cache.db").write_bytes(files[0])
        Path(folder, "urls").write_text(files[1], "utf-8")
        import_path(c, folder, NOW, lambda _: None)


def _read_cache(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cache.db"
        path.write_bytes(content)
        for _ in read_cache(path):
            pass


_PAGE = "<html><body><article><p>" + "Words of an article, and more of them. " * 20

CASES: dict[str, tuple[Feed, Callable[[Any], Any]]] = {
    "robots.txt, many agents": (_agents, Robots),
    "robots.txt, one agent again and again": (lambda n: b"user-agent: *\n" * n + b"Disallow: /x\n" * n, Robots),
    "robots.txt, many rules": (_own_group, lambda text: Robots(text).allows("https://a.example/" + "x" * 2000)),
    "robots.txt, one rule of wildcards": (
        lambda n: b"User-agent: *\nDisallow: /" + b"*a" * n,
        lambda text: Robots(text).allows("https://a.example/" + "a" * 20_000),
    ),
    "sitemap": (lambda n: b"<urlset>" + b"<url><loc>https://a.example/1</loc></url>" * n, read_sitemap),
    "a sentence with a long word": (lambda n: "a" * n + " me@a.example", without_passwords),
    "a sentence with a long name": (lambda n: "a:" * n + "@", without_passwords),
    "an address behind spaces": (lambda n: " " * n + "a.example", addresses_to_try),
    "a sitemap at an address of names": (lambda n: f"http://a.example/{'tag' * n}/", may_list_articles),
    "sitemap, spaces": (
        lambda n: b"<urlset><url><loc>" + b" " * n + b"<lastmod>" + b" " * n + b"</url></urlset>", read_sitemap
    ),
    "news, spaces": (
        lambda n: "<urlset><url><loc>" + " " * n + "</loc><news:publication_date>" + " " * n + "</url></urlset>",
        lambda text: parse_news(text, "https://a.example/"),
    ),
    "sitemap, never closed": (lambda n: b"<urlset>" + b"<url><loc>https://a.example/1</loc>" * n, read_sitemap),
    "shapes of addresses": (lambda n: [f"https://a.example/{i}/x-{i}" for i in range(n)], Shapes),
    "OPML": (_outlines, read_list),
    "OPML, one feed of many categories": (_many_categories, read_list),
    "a list of addresses": (lambda n: 'https://a.example/ "tag\n' * n, read_url_list),
    "one long line": (lambda n: '"a b" ' * n, read_url_list),
    "an export of pages": (
        lambda n: b"[" + b",".join(b'{"url": "https://a.example/%d"}' % i for i in range(n)) + b"]",
        read_saved_pages,
    ),
    "pages at one address, imported": (_at_one_address, _import),
    "pages within one page, imported": (_within_one_page, _import),
    "an export of pages in HTML": (
        lambda n: b"<!DOCTYPE html><title>Pocket</title>" + b'<li><a href="https://a.example/" time_added="1">x' * n,
        read_saved_pages,
    ),
    "a query": (lambda n: 'author:"a|b" -x ' * n, understand),
    "JSON with strings": (lambda n: '["\\"[' * n, _read_json),
    "a query of words": (lambda n: "word " * n, understand),
    "a query of one quote": (lambda n: '"' * n, understand),
    "newsboat's feeds with tags": (_newsboat_with_tags, _import_folder),
    "a cache of newsboat": (_cache_of_newsboat, _read_cache),
    "a backup of feeds and searches": (_backup_of_searches, _restore),
    "a backup of searches before their feeds": (_backup_of_feeds_later, _restore),
    "a page of elements without a text": (
        lambda n: f"{_PAGE}{'<svg></svg>漢字' * n}",
        lambda text: extract_article(text, "https://a.example/"),
    ),
    "a page of scripts between words": (
        lambda n: f"{_PAGE}{'<script></script>word' * n}",
        lambda text: extract_article(text, "https://a.example/"),
    ),
    "a line of Thai letters and commas": (lambda n: to_document("ก、" * n), lambda document: lay_out(document, 60)),
    "headings of a page": (
        lambda n: (b"<h1 " * 75 + b">" + b" " * 50 + b"<a " + b" " * 40 + b">" + b"x" * 300 + b"<") * n,
        lambda page: list(typed_page._HEADING.finditer(page)),
    ),
    "lines of one feed for newsboat": (
        lambda n: "".join(f"https://a.example/feed a{i} b{i}\n" for i in range(n)).encode(), _import
    ),
    "a query of newsboat": (lambda n: "(" * n + 'title =~ "x"' + ")" * n, lambda text: translated(text, set())),
    "a feed": (_rss, lambda text: parse_feed(text, "https://a.example/", "text/xml")),
    "starts of addresses before a proxy": (lambda n: "(http://" * n + "/proxy/", without_proxy),
    "addresses of a proxy": (lambda n: f"http://a/proxy/{'m' * 43}=/{'a' * 8}" * n, without_proxy),
    "encodings that a feed declares": (
        lambda n: (b"\xff" * n, "text/xml" + "; charset=cp1253; charset=tis-620" * n), lambda told: decode(*told)
    ),
    "a feed with a long base": (
        lambda n: f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/{"a/" * n}">
        <entry><id>1</id><content type="html">{"&lt;a href='../x'>a&lt;/a>" * n}</content>
        {'<link href="../x"/>' * n}</entry></feed>""".encode(),
        lambda text: parse_feed(text, "https://a.example/", "text/xml"),
    ),
    "a text with relative links at a long address": (
        lambda n: (f'<p>Words. {"<a href=../x>a</a> " * n}</p>', f"https://a.example/{'a/' * n}"),
        lambda page: clean(*page),
    ),
    "an entry of many files": (
        lambda n: b"<rss version='2.0'><channel><item><description>" + b"words " * n + b"</description>"
        + b"".join(b"<enclosure url='http://a.example/%d.mp3' type='audio/mpeg'/>" % i for i in range(n))
        + b"</item></channel></rss>",
        lambda text: parse_feed(text, "https://a.example/", "text/xml"),
    ),
    "a page of links at a long base": (
        lambda n: f"<html><base href='https://a.example/{'a/' * n}'>{'<a href=1>' * n}".encode(),
        lambda text: find_feeds(text, "https://a.example/"),
    ),
    "feeds of a page at addresses of signs": (
        lambda n: [FeedLink(f"http://a.example/{i}-a{'-' * n}b", "") for i in range(4)], discovery._one_of_each
    ),
    "a page without feeds": (lambda n: b"<link rel=alternate " * n, lambda text: find_feeds(text, "https://a.example/")),
    "a page, an address of comments": (
        lambda n: f'<html><body><p>{"Some words. " * 50}</p><a href="{"<!--" * n}">x</a></body></html>',
        lambda text: extract_article(text, "https://a.example/"),
    ),
    "a table cell of flags": (
        lambda n: to_document(f"| a |\n|---|\n| {chr(0x1F1E9) * n} |"), lambda document: lay_out(document, 72)
    ),
    **{f"HTML of {unit}": (partial(mul, unit), lambda text: clean(text, "https://a.example/")) for unit in ODD_TAGS},
    "lines of a paragraph of figures, which have no direction of their own": (
        lambda n: to_document("١٢٣ " * n),
        lambda document: [visual(line) for line in lay_out(document, 60)],
    ),
    "footnotes": (_notes, find_notes),
    "HTML of signs of Latin-1": (lambda n: "<p>" + "©\xa0»" * n, lambda text: clean(text, "https://a.example/")),
    "text of as many different characters, folded": (
        lambda n: "".join(map(chr, range(0x10000, 0x10000 + min(n, 900_000)))), FoldedText
    ),
    "records with a long label": (
        lambda n: to_document(f"| {'w' * 20} | {'y' * 19} {'x ' * n}|\n|---|---|\n" + "| a | b |\n" * (n // 8)),
        lambda document: lay_out(document, 30),
    ),
    "a page of cells without a table": (
        lambda n: f'<html><body><p>{"Some words. " * 50}</p>{"x<td>" * n}',
        lambda text: extract_article(text, "https://a.example/"),
    ),
    "marks of another machine": (_marks, lambda text: FolderMap().merge(unpacked(text, 10**9, 0)[0])),
    "moves of another machine": (_moves, lambda text: unpacked(text, 10**9, 0)[0].follow_moves()),
    "articles of a Google Reader server": (_items, lambda text: greader.entries_of(text, "https://a.example/")),
    "feeds of Miniflux": (
        lambda n: (
            b"[" + b",".join(b'{"id": %d, "feed_url": "https://a.example/%d"}' % (i + 1, i) for i in range(n)) + b"]"
        ),
        lambda text: miniflux.feeds_of(text, "https://a.example/"),
    ),
    "articles of one title": (
        lambda n: (_entries(n), _ours(n)), lambda both: match(*both, is_kept=lambda _entry, _there: HALF)
    ),    "articles of a server, of one title and moment, beside long ones": (_at_one_moment, _match_texts),

    "a byline": (lambda n: "Ann Lee, " * n, lambda text: people([text])),
    **{f"a byline of {unit!r}": (partial(mul, unit), lambda text: people([text])) for unit in ("-", ", ", "- ", "in ")},
    "categories": (lambda n: [f"c{i}" for i in range(n)], categories),
    "text for the terminal": (lambda n: "a\x1b]0;x\u202e\u0301" * n, printable),
}  # fmt: skip
"""What is made of so many pieces, and what reads it."""


def _seconds(work: Callable[[Any], Any], given: Any) -> float:
    least = math.inf
    for _ in range(3):
        began = time.process_time()
        with suppress(TuireaderError):
            work(given)
        least = min(least, time.process_time() - began)
        if least > ENOUGH:
            break
    return least


def _check_growth(make: Feed, read: Callable[[Any], Any]) -> None:
    points = []
    seconds = 0.0
    for doubling in range(DOUBLINGS + 4):  # the first four, for what is long at once
        n = 16 * 2**doubling
        seconds = _seconds(read, make(n))
        if seconds > 0.004:  # less is not measured well
            points.append((math.log2(n), math.log2(seconds)))
        if seconds > ENOUGH:
            break
    if len(points) < 2:
        assert seconds <= ENOUGH
        return
    points = points[-3:]
    middle = [sum(each) / len(points) for each in zip(*points, strict=True)]
    above = sum((x - middle[0]) * (y - middle[1]) for x, y in points)
    slope = above / sum((x - middle[0]) ** 2 for x, _ in points)
    assert slope < QUADRATIC, points


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_it_grows_with_the_length_of_what_is_read(name: str) -> None:
    make, read = CASES[name]
    read_once = _seconds(read, make(64))
    assert read_once < 5
    _check_growth(make, read)


PARTS_OF_ADDRESSES = re.findall(
    r"\S+",
    """/tag /category/ /2020/01 /page/1 /feed feed/ /p/1 /r/a /@a /c/ /channel/ /users/a /index.html archive/ .html a/
    // ./ ../ ;a - _ 1 a1- %41 %e4%b8%80 é =& &amp; :a @ a. xn--a. /wp-json ?utm_source=a& ?a=b& ?p=1& ?feed=rss2& ?& #a
    #""",
)
PACKAGES = (tuireader.feeds, tuireader.urls, tuireader.library.archiving, tuireader.library.subscribing, tuireader.web)


def _readers_of_addresses() -> Iterator[tuple[str, Callable[[str], None]]]:
    """The public functions of packages that take one or two texts, such as an address and its base."""
    for package in PACKAGES:
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
                parameters = inspect.signature(function).parameters.values()
                needed = [each for each in parameters if each.default is each.empty]
                is_of_texts = all(each.annotation == "str" and each.kind < each.VAR_POSITIONAL for each in needed)
                is_public = function.__module__ == module.name and not name.startswith("_")
                if is_public and is_of_texts and len(needed) in (1, 2):
                    yield f"{module.name}.{name}", partial(_call, function, len(needed))


def _call(function: Callable[..., Any], times: int, text: str) -> None:
    with suppress(ValueError):
        function(*[text] * times)


def _address(start: str, part: str, end: str, n: int) -> str:
    return start + (part * n)[: n - len(start) - len(end)] + end


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS_OF_ADDRESSES)
def test_a_long_address_takes_a_time_that_grows_with_its_length(part: str) -> None:
    """An address has up to 65,536 characters, wherever it comes from."""
    start = "https://" if part in ("a.", "xn--a.", ":a", "@") else "https://a.example/"
    slow = []
    for name, read in _readers_of_addresses():
        for end in ("", "x!/feedx/"):
            make = partial(_address, start, part, end)
            if _seconds(read, make(16_384)) > 0.1:
                slow.append(name)
                _check_growth(make, read)
    assert len(slow) < 20, slow
