from __future__ import annotations

import pytest

from tuireader.content.cleaning.clean import clean
from tuireader.content.markdown.convert import to_markdown


def markdown(html: str) -> str:
    return to_markdown(html).removesuffix("\n")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", ""),
        ("<p> </p><p></p>", ""),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p>a<br>b</p>", "a\\\nb"),
        ("<p>a<br><br>b</p>", "a\n\nb"),
        ("<p>a&nbsp;b\u3000c</p>", "a\xa0b\u3000c"),
        ("<h2>A <em>b</em></h2>", "## A *b*"),
        ("<h2></h2><p>a</p>", "a"),
        ("<h1>C #</h1>", "# C \\#"),
        ("<p>a</p><hr><p>b</p>", "a\n\n___\n\nb"),
        ("<strong><p>a</p><p>b</p></strong>", "**a**\n\n**b**"),
        ('<a href="u"><p>a</p><p>b</p></a>', "[a](u)\n\n[b](u)"),
        ("<p>漢字<ruby>端末<rp>(</rp><rt>たん</rt><rp>)</rp></ruby></p>", "漢字端末(たん)"),
        ("<p><q>a</q></p>", "“a”"),
        ("<p>a<wbr>b</p>", "a\u200bb"),
        ("<div>a<p>b</p>c</div>", "a\n\nb\n\nc"),
    ],
)
def test_paragraphs(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p><a href="https://e.org/a_(b)?c=1&amp;d">x</a></p>', r"[x](https://e.org/a_\(b\)?c=1&d)"),
        ('<p><a href="https://e.org/a b">x</a></p>', "[x](https://e.org/a%20b)"),
        ('<p><a href="https://e.org/">https://e.org/</a></p>', "[https://e.org/](https://e.org/)"),
        ('<p><a href="">x</a> <a>y</a></p>', "x y"),
        ('<p><a href="u"><code>x</code></a></p>', "[`x`](u)"),
        ('<p><code>f(<a href="u">x</a>)</code></p>', "`f(`[`x`](u)`)`"),
        ('<p><img src="u" alt="a *b*"></p>', r"![a \*b\*](u)"),
        ('<p><a href="v"><img src="u" alt="a"></a></p>', "[![a](u)](v)"),
        ('<p><a href="#s">x</a></p><h2 id="s">The <em>Sec</em>tion!</h2>', "[x](#the-section)\n\n## The *Sec*tion!"),
    ],
)
def test_links_and_pictures(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<ul><li>a</li><li>b</li></ul>", "* a\n* b"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ('<ol start="9"><li>a</li><li>b</li></ol>', "9. a\n10. b"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "* a\n  * b"),
        ("<ol><li>a<ol start='3'><li>b</li></ol></li></ol>", "1. a\n\n   3. b"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "* a\n\n  b"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "* a\n\n- b"),
        ("<ol><li>a</li></ol><ol><li>b</li></ol>", "1. a\n\n1) b"),
        ("<ul><li></li></ul>", ""),
        ("<ul><li>a</li><ul><li>b</li></ul></ul>", "* a\n  * b"),
        ('<ul><li><input type="checkbox" checked> a</li><li><input type="checkbox"> b</li></ul>', "* [x] a\n* [ ] b"),
        ("<ul><li>a<pre>b</pre></li></ul>", "* a\n\n  ```\n  b\n  ```"),
        ("<blockquote><p>a</p><ul><li>b</li></ul></blockquote>", "> a\n>\n> * b"),
        ("<ul><li><blockquote><p>a</p></blockquote></li></ul>", "* > a"),
        ("<blockquote><blockquote>a</blockquote></blockquote>", "> > a"),
        ("<dl><dt>t</dt><dd>d</dd><dd><p>e</p><p>f</p></dd></dl>", "t\n: d\n: e\n\n  f"),
        ("<dl><dt>t</dt><dt>u</dt><dd>d</dd></dl>", "t\n\nu\n: d"),
        ("<dl><dd>d</dd></dl>", "d"),
        ("<dl><dt>t</dt><dd><pre>&lt;b></pre></dd></dl>", "t\n\n```\n<b>\n```"),
        ("<dl><dt>t</dt><dd><pre>b</pre></dd><dd>d</dd></dl>", "t\n\n```\nb\n```\n\nd"),
        ("<dl><dt>t</dt><dd><ul><li><pre>&lt;b></pre></ul></dd></dl>", "t\n\n* ```\n  <b>\n  ```"),
        ("<dl><dt><ruby><rp>(</rp></ruby></dt></dl>", ""),
    ],
)
def test_lists_and_what_is_set_in(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<pre><code class="language-c++">a\n  b</code></pre>', "```c++\na\n  b\n```"),
        ("<pre>```\n</pre>", "````\n```\n````"),
        ("<pre>a<br>b</pre>", "```\na\nb\n```"),
        ("<pre>*a* &lt;b&gt; \\</pre>", "```\n*a* <b> \\\n```"),
        ("<pre>\n\n</pre>", ""),
        ("<pre>a<strong>b</strong></pre>", "```\nab\n```"),
    ],
)
def test_code_is_kept_as_it_is(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            "<table><tr><th>a</th><th align='right'>b</th></tr><tr><td>c|d</td><td align='right'>1</td></tr></table>",
            "| a | b |\n| --- | --: |\n| c\\|d | 1 |",
        ),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "|  |  |\n| --- | --- |\n| a | b |"),
        (
            "<table><tr><td><p>a</p><p>b</p></td><td><ul><li>c</li><li>d</li></ul></td></tr></table>",
            "|  |  |\n| --- | --- |\n| a<br>b | • c<br>• d |",
        ),
        (
            "<table><tr><td colspan=2>a</td></tr><tr><td rowspan=2>b</td><td>c</td></tr><tr><td>d</td></tr></table>",
            "|  |  |\n| --- | --- |\n| a |  |\n| b | c |\n|  | d |",
        ),
        ("<table><tr><td><code>a|b</code></td><td>\\</td></tr></table>", "|  |  |\n| --- | --- |\n| `a\\|b` | \\\\ |"),
        ("<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", "a\n\nb"),
        ("<table><tr><td><h2>a</h2></td><td>b</td></tr></table>", "## a\n\nb"),
        (
            "<table><tr><th colspan=2><h3>a</h3><p>b</p></th></tr><tr><td>c</td><td>d</td></tr></table>",
            "| a<br>b |  |\n| --- | --- |\n| c | d |",
        ),
        ("<table><tr><th><h2>a</h2></th></tr><tr><td>b</td></tr></table>", "## a\n\nb"),
        ("<table><caption>c</caption><tr><td>a</td><td>b</td></tr></table>", "c\n\n|  |  |\n| --- | --- |\n| a | b |"),
    ],
)
def test_tables(html: str, expected: str) -> None:
    assert markdown(html) == expected


def test_a_table_that_is_absurdly_wide_is_no_table() -> None:
    rows = "<tr><td colspan=100 rowspan=100>x</td></tr>" * 50
    assert markdown(f"<table>{rows}</table>") == "\n\n".join("x" * 50)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<figure><img src="u" alt="a"><figcaption>b <em>c</em></figcaption></figure>',
            "![a](u)\\\nb *c*",
        ),
        (
            '<figure><img src="u" alt="a"><img src="v" alt="b"><figcaption>c</figcaption></figure>',
            "![a](u)![b](v)\\\nc",
        ),
        ("<figure><pre>a</pre><figcaption>b</figcaption></figure>", "```\na\n```\n\nb"),
    ],
)
def test_figures_keep_their_captions(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (
            '<p>a<sup><a id="r" href="#n">1</a></sup></p><ol><li id="n"><p>b <a href="#r">↩</a></p></li></ol>',
            "a[^1]\n\n[^1]: b",
        ),
        (
            '<p>a<a id="r" href="#n">[*]</a></p><p><a id="n" href="#r">[*]</a> b</p>',
            "a[^*]\n\n[^*]: b",
        ),
        (
            '<p>a<a id="r" href="#n">1</a></p><aside id="n"><span>[<a href="#r">1</a>]</span><p>b</p></aside>',
            "a[^1]\n\n[^1]: b",
        ),
        (
            '<a id="r" href="#n">1</a>b<a id="s" href="#n">1</a><p id="n">c <a href="#r">a</a><a href="#s">b</a></p>',
            "[^1]b[^1]\n\n[^1]: c",
        ),
        (
            '<a id="r" href="#n">1</a> <a id="s" href="#m">1</a><p id="n">c<a href="#r">^</a><p id="m">d<a href="#s">^',
            "[^1] [^2]\n\n[^1]: c\n\n[^2]: d",
        ),
    ],
)
def test_footnotes_become_footnotes(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        '<p><a href="#n">1</a></p><p id="n">b</p>',
        '<p><a id="r" href="#n">see below</a></p><p id="n">b <a href="#r">up</a></p>',
    ],
)
def test_other_links_within_an_article_stay_links(html: str) -> None:
    assert "](#n)" in markdown(html)
    assert "[^" not in markdown(html)


def test_what_is_nested_too_deeply_is_set_no_further_in() -> None:
    deep = "<ul><li>" * 200 + "a" + "</li></ul>" * 200
    lines = markdown(deep).split("\n")
    assert len(lines[-1]) < 60
    assert lines[-1].endswith("a")


@pytest.mark.parametrize(
    "html", ["<b>a", "a</b>", "<ul><li>a", "</li></ul>a", "<td>a</td>", "<li>a</li>", "<pre>a", "<a href=u>a"]
)
def test_html_that_is_not_whole_keeps_its_words(html: str) -> None:
    assert "a" in markdown(html)


def test_a_reference_to_a_note_within_code_stands_behind_it() -> None:
    html = '<p>Call <code>f()<a id="r1" href="#n1">1</a></code></p><p id="n1"><a href="#r1">^</a> Note</p>'
    assert to_markdown(clean(html)) == "Call `f()`[^1]\n\n[^1]: Note\n"


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("2<sup>3<sup>4</sup></sup>", "2^(3⁴)"),
        ("x<sub>n<sub>k</sub></sub>", "x_(nₖ)"),
        ("x<sub>i,j</sub> = 1", "xᵢ,ⱼ = 1"),
        ("as shown<sup>1,2</sup>", "as shown¹,²"),
        ("a<sup>,</sup>b", "a,b"),
    ],
)
def test_scripts_of_scripts_and_lists_of_them_are_no_others(html: str, shown: str) -> None:
    assert to_markdown(clean(f"<p>{html}</p>")) == f"{shown}\n"
