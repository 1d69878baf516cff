"""A document as XHTML: few elements, well nested, whatever the article was."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from tuireader.content.cleaning.clean import clean
from tuireader.content.document.build import to_document
from tuireader.content.markdown.convert import to_marked_markdown
from tuireader.content.xhtml import to_xhtml


def written(html: str) -> str:
    return to_xhtml(to_document(to_marked_markdown(clean(html, "https://a.example/"))))


@pytest.mark.parametrize(
    ("html", "xhtml"),
    [
        ("<h2>A &amp; B</h2><p>One <b>two</b>", "<h2>A &amp; B</h2>\n<p>One <strong>two</strong></p>"),
        ("<h4>A</h4><p>x</p><h5>B</h5>", "<h2>A</h2>\n<p>x</p>\n<h3>B</h3>"),
        ("<ol type=a><li>x</ol>", '<ol type="a"><li>\n<p>x</p>\n</li></ol>'),
        ("<ul><li><input type=checkbox checked>x</ul>", "<ul><li>☑ \n<p>x</p>\n</li></ul>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li></ul>"),
        ("<ol start=3><li>a<li>b</ol>", '<ol start="3"><li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li></ol>'),
        ("<blockquote><p>q<p>r</blockquote>", "<blockquote>\n<p>q</p>\n<p>r</p>\n</blockquote>"),
        ('<p><a href="https://b.example/?a=1&b=2">x</a>', '<p><a href="https://b.example/?a=1&amp;b=2">x</a></p>'),
        ('<p><a href="javascript:alert(1)">x</a> y', "<p>x y</p>"),
        ("<pre>a < b\n  c</pre>", "<pre><code>a &lt; b\n  c</code></pre>"),
        (
            "<table><tr><th>a<th>b<tr><td>1<td>2</table>",
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
        ),
        ("<p>שלום עולם, זה טקסט</p>", '<p dir="rtl">שלום עולם, זה טקסט</p>'),
        ("<p>a</p><hr><p>b</p>", "<p>a</p>\n<hr/>\n<p>b</p>"),
    ],
)  # fmt: skip
def test_each_block_is_an_element(html: str, xhtml: str) -> None:
    assert written(html) == xhtml


def test_notes_are_popped_up_and_other_places_linked_to() -> None:
    html = (
        "<p>x<sup><a href='#note' id=back>1</a></sup> and <a href='#place'>there</a>.</p><h2 id=place>z</h2><p>y</p>"
        "<ol><li id=note>The note. <a href='#back'>↩</a></li></ol>"
    )
    found = ET.fromstring(f'<x xmlns:epub="http://www.idpf.org/2007/ops">{written(html)}</x>')
    note, place = found.iter("a")
    (aside,) = found.iter("aside")
    kind = "{http://www.idpf.org/2007/ops}type"
    assert (note.get(kind), aside.get(kind)) == ("noteref", "footnote")
    assert note.get("href") == f"#{aside.get('id')}"
    assert place.get("href") == f"#{next(each.get('id') for each in found if each.text == 'z')}"


def test_lists_in_lists_are_in_their_items() -> None:
    found = ET.fromstring(f"<x>{written('<ul><li>a<ol><li>b<li>c</ol><li>d</ul><p>e')}</x>")
    assert [child.tag for child in found] == ["ul", "p"]
    (outer, _) = found
    assert [item.tag for item in outer] == ["li", "li"]
    assert [len(inner) for inner in outer.iter("ol")] == [2]


NAMES = (
    *("p", "ul", "ol", "li", "blockquote", "b", "i", "h2", "pre", "table", "tr", "td", "dl", "dt", "dd", "div"),
    *("figure", "figcaption", "sup", "code", "br"),
)
OPENED = [*(f"<{name}>" for name in NAMES), "<a href='https://x.example/'>", "<img src=x alt=y>"]
CLOSED = [f"</{name}>" for name in (*NAMES, "a")]
pieces = st.lists(st.one_of(st.sampled_from(OPENED), st.sampled_from(CLOSED), st.text(max_size=5)), max_size=40)


@examples(150)
@given(pieces)
def test_it_is_well_formed_and_rightly_nested_whatever_the_article_was(html: list[str]) -> None:
    found = ET.fromstring(f'<x xmlns:epub="http://www.idpf.org/2007/ops">{written("".join(html))}</x>')
    for parent in found.iter():
        for child in parent:
            if parent.tag in ("ul", "ol"):
                assert child.tag == "li"
            if child.tag == "li":
                assert parent.tag in ("ul", "ol")
            if parent.tag in ("p", "h2", "h3", "h4", "h5", "h6", "a", "strong", "em", "code", "td", "th"):
                assert child.tag in ("a", "strong", "em", "code", "del", "sub", "sup", "br")
