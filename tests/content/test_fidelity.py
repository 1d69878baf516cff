"""Every word of an article's HTML is on the page, in order, and nothing else: no mark, no escape, no entity."""

from __future__ import annotations

import html
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tuireader.demo
from support.examples import examples
from tuireader.content.cleaning.clean import clean
from tuireader.content.document.build import to_document
from tuireader.content.document.model import Document, document_text
from tuireader.content.layout.layout import lay_out
from tuireader.content.markdown.convert import to_markdown
from tuireader.text.wrap import cells

ARTICLES = sorted((Path(tuireader.demo.__file__).parent / "articles").glob("*.html"))
PAGES = sorted((Path(__file__).parent.parent / "data" / "page").glob("*.html"))

BLOCKS = re.compile(
    "address|article|aside|blockquote|br|caption|dd|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|pre|table|tbody|td|tfoot|th"
    "|thead|tr|ul"
)
AROUND = {"q": "“”", "rt": "()"}


class Reader(HTMLParser):
    """Reads the words of HTML in the simplest way."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: Any, attrs: Any) -> None:
        if BLOCKS.fullmatch(tag) or (tag == "img" and dict(attrs).get("alt", "").strip(" \xad")):
            self.parts.append(" ")
        self.parts.append(AROUND.get(tag, "  ")[0].strip())
        self.hidden += tag == "rp"

    def handle_endtag(self, tag: Any) -> None:
        self.parts.append(" " if BLOCKS.fullmatch(tag) else AROUND.get(tag, "  ")[1].strip())
        self.hidden -= tag == "rp"

    def handle_data(self, data: Any) -> None:
        if not self.hidden:
            self.parts.append(data)


def words(text: str) -> list[str]:
    """Words, whatever they are raised to; a soft hyphen and a zero-width space are no part of them."""
    text = unicodedata.normalize("NFKC", re.sub("[\xad\u200b]", "", text)).replace("\u2212", "-")
    return text.split()


def words_of_html(source: str) -> list[str]:
    reader = Reader()
    reader.feed(source)
    reader.close()
    return words("".join(reader.parts))


def text_of_page(document: Document, width: int) -> str:
    """The document's text as it is on the page: each character where its span says it is."""
    shown: list[str | None] = [None] * document.length
    for line in lay_out(document, width):
        assert cells(line.drawn) <= width
        for span in line.spans:
            if span.offset >= 0:
                place = slice(span.offset, span.offset + len(span.text))
                assert shown[place] == [None] * len(span.text), "shown twice"
                shown[place] = ["\0"] * len(span.text) if "image" in span.style.split() else list(span.text)
    text = document_text(document)
    lost = [character for character, there in zip(text, shown, strict=True) if there is None]
    assert set(lost) <= set(" \n\t")
    return re.sub("\0+", " ", "".join(there or character for character, there in zip(text, shown, strict=True)))


def without_list_marks(found: list[str]) -> list[str]:
    """Lists in cells of tables are drawn with their bullets and numbers in the text."""
    return [word for word in found if not re.fullmatch(r"[•↩]|\d+\.", word)]


def check(source: str, width: int) -> None:
    page = words(text_of_page(to_document(to_markdown(source)), width))
    assert without_list_marks(page) == without_list_marks(words_of_html(source))


@pytest.mark.parametrize("width", [24, 72])
@pytest.mark.parametrize("path", ARTICLES, ids=lambda path: path.stem)
def test_all_words_of_the_demo_articles_are_on_the_page(path: Any, width: int) -> None:
    body = path.read_text("utf-8").partition("\n\n")[2]
    check(clean(body, "http://127.0.0.1/2026/01/an-article/"), width)


@pytest.mark.parametrize("width", [10, 30, 100])
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_all_words_of_the_test_pages_are_on_the_page(path: Any, width: int) -> None:
    check(clean(path.read_text("utf-8")), width)


PIECES = st.sampled_from(
    [
        *(
            "a",
            "word",
            "Wort",
            "  ",
            "\n",
            "\t",
            "    four",
            "é",
            "日本",
            "「",
            "」",
            "。",
            "ا",
            "ש",
            "🙂",
            "👩‍👩‍👧",
            "—",
            "…",
            "«",
            "“",
        ),
        *(
            "*",
            "**",
            "_",
            "__x__",
            "x_",
            "a_b_c",
            "2*3*4",
            "`",
            "``",
            "~",
            "~~",
            "^",
            "$x$",
            "{x}",
            "|",
            "a|b",
            "|---|---|",
        ),
        *("[", "]", "(", "x)", "![a]", "!", "[^1]", "[^1]: n", "[x]: y", "^[n]", "[ ] t", "\\", "\\*", "C:\\dir\\"),
        *("#", "# h", "1.", "1) x", "-", "- y", "+ z", ">", "> q", "=", "===", "---", "***", ":", ": d", "~ d"),
        *("<", "<b>", "<br>", "&", "&amp;", "&copy;", "<http://x.y>", "http://a_b.c/d_e", "x@y.z"),
        *("\xa0", "\u3000", "\xad", "\u2028", "\u200b"),
    ]
)
TEXT = st.lists(PIECES, min_size=1, max_size=4).map("".join).map(lambda text: html.escape(text, quote=False))
ADDRESS = st.sampled_from(["http://x.y/a_b", "/r", "http://x.y/(p)?q=1&amp;copy=2", "#frag", "mailto:a@b.c", "x y"])


def element(tags: list[str], content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda tag, inner: f"<{tag}>{inner}</{tag}>", st.sampled_from(tags), content)


def link(content: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds('<a href="{}">{}</a>'.format, ADDRESS, content)


def sequence(content: st.SearchStrategy[str], most: int = 4) -> st.SearchStrategy[str]:
    return st.lists(content, min_size=1, max_size=most).map("".join)


STYLED = ["strong", "em", "code", "s", "sup", "sub", "q", "kbd", "span", "mark"]
LEAF = TEXT | st.sampled_from(["<br>", " ", '<img src="x.png" alt="a picture">', "<ruby>漢<rt>kan</rt></ruby>"])
PHRASE = st.recursive(
    LEAF, lambda inner: element(STYLED, sequence(inner)) | link(sequence(inner)), max_leaves=8
).flatmap(lambda first: sequence(LEAF, 3).map(lambda rest: first + rest))


def containers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    blocks = sequence(inner, 3)
    items = st.lists(element(["li"], blocks), min_size=1, max_size=3).map("".join)
    cells_of_row = st.lists(element(["td"], PHRASE | blocks), min_size=2, max_size=3).map("".join)
    rows = st.lists(cells_of_row.map("<tr>{}</tr>".format), min_size=1, max_size=3).map("".join)
    terms = st.lists(element(["dt"], PHRASE) | element(["dd"], blocks), min_size=1, max_size=4).map("".join)
    return (
        element(["div", "blockquote"], blocks)
        | items.map("<ul>{}</ul>".format)
        | st.builds('<ol start="{}">{}</ol>'.format, st.sampled_from([1, 2, 9, 100]), items)
        | rows.map("<table>{}</table>".format)
        | terms.map("<dl>{}</dl>".format)
        | PHRASE.map('<figure><img src="y.png" alt="a figure"><figcaption>{}</figcaption></figure>'.format)
    )


PLAIN_BLOCK = element(["p", "h1", "h3"], PHRASE) | PHRASE | TEXT.map("<pre><code>a {}</code></pre>".format)
HTML = sequence(st.recursive(PLAIN_BLOCK, containers, max_leaves=6), 3)


@examples(150)
@given(HTML, st.integers(10, 80))
def test_all_words_of_any_html_are_on_the_page(source: Any, width: Any) -> None:
    check(clean(source, "http://e.org/"), width)


@examples(150)
@given(PHRASE)
def test_all_words_of_any_paragraph_are_on_the_page(source: Any) -> None:
    check(clean(f"<p>{source}</p>"), 60)
