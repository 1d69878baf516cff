"""Articles of a few kilobytes on which a step once took the square of their length: each ends in seconds of CPU."""

from __future__ import annotations

import subprocess
import sys

import pytest

SECONDS, MEMORY = 25, 1_500_000_000
"""Of CPU, and bytes: before, each took more than twice as much of one of them."""
LIMITED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, ({SECONDS}, {SECONDS}))
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
"""
READ = f"""{LIMITED}
from tuireader.content.cleaning.clean import clean
from tuireader.content.document.build import to_document
from tuireader.content.layout.layout import lay_out
from tuireader.content.markdown.convert import to_marked_markdown
document = to_document(to_marked_markdown(clean(eval(sys.argv[1]), "https://a.example/")))
print(len(lay_out(document, 60)))
"""

ARTICLES = {
    "a name that a camera gave": "'<img src=x alt=\"1at' + '_' * 3000 + 'z\">'",
    "a picture in many sizes": "'<img srcset=\"' + '1' * 3900 + ' 1 z\">' * 20",
    "wide space": "'<p>\\xa0x' + ' ' * 80000 + 'y'",
    "a heading that ends in space": "'<h1>x' + ' ' * 160000 + 'y</h1>'",
    "tags of a formula without an end": "('<math>' + '<a ' * 6500 + '</math>') * 10",
    "marks that are never ended": "'<p>' + ''.join(f'<b id={i}>' for i in range(200)) + '<p>x' * 30000",
    "marks around many paragraphs": "'<b><i>' * 29 + '<p>x' * 59000",
    "a table of forty columns that has one": "'<table><tr>' + '<th>a' * 39 + '<tr><td>x' * 29000",
    "a heading of pictures": "'<h1>' + '<img src=a>' * 40000 + '</h1>'",
    "code of blank lines": "'<pre><code class=language-java>x' + ' \\n' * 15000 + 'y</code></pre>'",
}
LARGE = {"marks that are never ended", "marks around many paragraphs", "a table of forty columns that has one"}


@pytest.mark.parametrize(
    "article",
    [pytest.param(each, id=name, marks=[pytest.mark.slow] * (name in LARGE)) for name, each in ARTICLES.items()],
)
def test_it_ends(article: str) -> None:
    assert number_of(READ, article) > 0


def number_of(program: str, given: str) -> int:
    done = subprocess.run([sys.executable, "-c", program, given], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-500:]
    return int(done.stdout)


EXTRACT = f"""{LIMITED}
from tuireader.content.extraction.extract import extract_article
head = "<html><head><title>A page</title></head><body><article><h1>A page</h1>"
text = "<p>" + "Words of an article, and more of them. " * 30
print(len(extract_article(head + text * 8 + eval(sys.argv[1]), "https://a.example/").html))
"""


def test_a_page_with_a_paragraph_of_marks_ends() -> None:
    assert number_of(EXTRACT, "'<p>' + '<b>x</b>y' * 19000") > 19_000
    assert number_of(EXTRACT, "'<p>' + '<b>x</b><i>y</i>' * 9000 + '<p>z'") > 19_000


LIST = f"""{LIMITED}
from tuireader.content.listing.find import find_again, find_list
page = ("<html><title>A page</title><body><main>" + eval(sys.argv[1])).encode()
found = find_list(page, "https://a.example/news/")
find_again(page, "https://a.example/news/", "cards", found.shape if found else "a<li<ul")
print(len(found.items) if found else 1)
"""
CARDS = "''.join(%r %% (n, n) for n in range(%d))"
CARD = "<li><h3><a href=/n/%d>Story number %d is told</a></h3><time>2026-01-01</time><p>Words of it.</p>"
PAGES = {
    "many cards": CARDS % (CARD, 9000),
    "many links": "''.join('<a href=/n/%d>Story number %d</a> 2026-01-01<br>' % (n, n) for n in range(19000))",
    "deep links": "''.join('<div><a href=/n/%d>Story number %d</a>' % (n, n) for n in range(9000))",
    "deep entries": "''.join('<div class=h-entry><a class=u-url href=/n/%d>x</a>' % n for n in range(9000))",
    "many days": f"'<ul>' + {CARD!r} % (1, 1) * 9 + '<p>' + '3 Lorem 2026 ' * 90000",
    "many months": f"''.join({CARD!r}.replace('2026-01-01', '3 Month%d 2026') % (n, n, n) for n in range(3000))",
    "many classes": CARDS % (CARD.replace("<li>", f"<li class='{'a ' * 9000}'>"), 300),
    "years above": CARDS % ("<h2>Day</h2><p><a href=/n/%d>Story number %d is told</a></p>", 9000),
    "strange months": "'<ul>' + ''.join('<li><a href=/n/%d>Story number %d</a> 3 Mon%s 2026' % (n, n,"
    " chr(97 + n % 26) * 3 + chr(97 + n // 26 % 26) * 3) for n in range(9000))",
    "entries within": "'<div class=h-entry><a class=u-url href=/a>x</a><p class=e-content>' * 240 + '<p>x y z' * 15000",
    "many shapes": "''.join('<div>' * (n % 60) + ('<a href=/n/%d>Story number %d</a>' % (n, n)) * 3"
    " + '</div>' * (n % 60) for n in range(2000))",
    "json": '\'<script type=application/ld+json>{"itemListElement": [\' + \'{"url": "/a", "name": "b"},\' * 20000'
    " + '{}]}</script>'",
}


QUICK = {"deep links", "entries within"}


@pytest.mark.parametrize(
    "page",
    [pytest.param(each, id=name, marks=[pytest.mark.slow] * (name not in QUICK)) for name, each in PAGES.items()],
)
def test_looking_for_a_list_ends(page: str) -> None:
    assert number_of(LIST, page) > 0


SITEMAP = f"""{LIMITED}
from tuireader.feeds.sitemap import parse_news, read_sitemap
text = "<urlset><url><loc>https://a.example/a</loc><news:title>A</news:title></url>" + eval(sys.argv[1])
print(len(parse_news(text, "https://a.example/").entries) + len(read_sitemap(text.encode()).pages))
"""


@pytest.mark.parametrize(
    "more", ["<url>", "<sitemap>", "<url><news:title>", "<news:name>", "<url><loc><![CDATA[", "<loc> "]
)
def test_a_sitemap_that_closes_nothing_ends(more: str) -> None:
    assert number_of(SITEMAP, f"{more!r} * 60000") > 0
