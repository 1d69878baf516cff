from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.content.cleaning.clean import clean, clean_beginning, tidy
from tuireader.content.cleaning.trim_end import trim_beginning
from tuireader.content.dom.sanitize import SIGNS_MAX, SIZE_MAX, plain_text, tree_of
from tuireader.content.dom.tree import serialise

URL = "https://a.example/post/"


DATA = Path(__file__).parent.parent.parent / "data"


def cases() -> list[tuple[str, str]]:
    """Each input in the file with what stands below it."""
    pairs = (DATA / "clean.txt").read_text("utf-8").removesuffix("\n").split("\n====\n")
    return [(html, cleaned.removeprefix("\n")) for html, _, cleaned in (pair.partition("\n----") for pair in pairs)]


@pytest.mark.parametrize("page", sorted((DATA / "evaluation").glob("*.html"))[::4], ids=lambda page: page.stem)
@pytest.mark.parametrize("size", [400, 4000])
def test_the_beginning_of_a_page_is_that_of_the_whole(page: Path, size: int) -> None:
    html = page.read_text("utf-8", "replace")
    beginning = clean_beginning(html, URL, size)
    assert len(beginning) <= size
    assert clean(html, URL).startswith(beginning)


_WORDS = st.sampled_from(["A word.", "Share this:", "Several of them, one after the other.", "Contents", "&nbsp;"])
_LEAF = st.builds("<{0}>{1}</{0}>".format, st.sampled_from(["p", "h2", "pre", "blockquote", "b", "figcaption"]), _WORDS)
_PART = st.recursive(
    st.one_of(_WORDS, _LEAF, st.just('<img src="a.png" alt="x">'), st.just("<hr>")),
    lambda parts: st.builds(
        "<{0}>{1}</{0}>".format,
        st.sampled_from(["div", "section", "ul", "li", "table", "tr", "td", "figure", "blockquote", "p"]),
        st.lists(parts, max_size=4).map("".join),
    ),
    max_leaves=12,
)


@given(st.lists(_PART, min_size=4, max_size=30).map("".join), st.integers(20, 400))
def test_the_beginning_is_that_of_the_whole(html: str, size: int) -> None:
    untrimmed = tree_of(html)
    tidy(untrimmed, URL)
    trim_beginning(untrimmed)
    assert serialise(untrimmed.children).startswith(clean_beginning(html, URL, size))


@pytest.mark.parametrize(("html", "cleaned"), cases())
def test_what_is_kept_and_how(html: Any, cleaned: Any) -> None:
    assert clean(html, URL) == cleaned
    assert clean(cleaned, URL) == cleaned


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<style>p {}</style>",
        "<svg><script>x</script><text>x</text></svg>",
        "<!-- comment -->",
        "<![if !mso]><![endif]>",
        '<object data="javascript:x"></object>',
        '<iframe srcdoc="<p>x</p>"></iframe>',
        "<template><p>x</p></template>",
        "<title>x</title>",
        "<textarea>x</textarea><select><option>x</option></select><input value=x><button>x</button>",
    ],
)
def test_what_could_run_or_is_never_seen_goes(html: str) -> None:
    assert clean(f"<p>kept</p>{html}", URL) == "<p>kept</p>"


def test_a_paragraph_of_invisible_characters_goes() -> None:
    assert clean("<p>x</p><p>\u200d</p><p>\u2009\ufeff</p><p>y</p>", URL) == "<p>x</p><p>y</p>"


def test_code_that_is_only_a_space_is_seen() -> None:
    assert clean("<p>Join by <code>, </code> or <code> </code>.</p><p>x <code></code>y</p>", URL) == (
        "<p>Join by <code>, </code> or <code>␣</code>.</p><p>x y</p>"
    )


def test_a_button_within_a_sentence_is_text() -> None:
    name = '<button class="note" title="A. Smith,">A. Smith,</button>'
    cleaned = clean(f"<p>It holds, says{name} a lecturer.</p><p>Share it <button>Copy</button></p>", URL)
    assert cleaned == "<p>It holds, says A. Smith, a lecturer.</p><p>Share it</p>"


def test_a_notice_in_the_title_of_a_collapsible_part_stays() -> None:
    notice = "<div>This is an experimental part of it (see <a href='/1'>1</a>).</div>"
    title = f"<h4>fn map(self)</h4><div>1.5 · <a href='/source'>Source</a></div>{notice}"
    cleaned = clean(f"<details><summary>{title}</summary><p>Maps a value.</p></details>", URL)
    assert plain_text(cleaned) == "fn map(self)\nThis is an experimental part of it (see 1).\nMaps a value."


@pytest.mark.parametrize("scheme", ["javascript", "data", "vbscript", "file", "vscode", "JavaScript", " java\nscript"])
def test_links_that_could_run_are_text(scheme: str) -> None:
    assert clean(f'<p><a href="{scheme}:alert(1)">x</a></p>', URL) == "<p>x</p>"
    assert clean(f'<p>x<img src="{scheme}:alert(1)"></p>', URL) == "<p>x</p>"
    assert clean(f'<p>x</p><iframe src="{scheme}:alert(1)"></iframe>', URL) == "<p>x</p>"


def test_a_picture_that_a_script_would_load_is_shown_once() -> None:
    picture = '<img alt="The harbour" data-normal="https://site.example/a.jpg">'
    same = '<noscript><img alt="The harbour" src="https://site.example/a.jpg"></noscript>'
    cleaned = clean(f"<p>x</p><div>{picture}{same}</div><p>y</p><p>{picture.replace('harbour', 'boat')}</p>", URL)
    assert cleaned.count("The harbour") == 1
    assert 'src="https://site.example/a.jpg"' in cleaned
    assert "The boat" in cleaned


def test_a_sign_in_a_cell_stays_beside_pictures_without_an_alternative_text() -> None:
    table = '<table><tr><td>Wifi</td><td><img class="check" alt=""></td></tr><tr><td>x</td><td>y</td></tr></table>'
    assert "✓" in clean(f'<p><img src="/a.png" alt=""></p>{table}', URL)


def test_a_film_is_shown_once_and_advertisements_in_frames_never() -> None:
    film = '<iframe src="https://www.youtube.com/embed/G5VaxNurMiU{}" title="The film"></iframe>'
    advert = '<iframe src="https://ads.example/slot" title="Advertisement"></iframe>'
    advert += '<iframe src="//ws-eu.amazon-adsystem.com/widgets/q?x=1"></iframe>'
    shown = '<p><a href="https://www.youtube.com/watch?v=G5VaxNurMiU">Video: The film</a></p>'
    html = f"<p>kept</p>{film.format('?autoplay=1')}<noscript>{film.format('')}</noscript>{advert}"
    assert clean(html, URL) == f"<p>kept</p>{shown}"


def test_the_name_of_its_column_in_each_cell_is_dropped() -> None:
    rows = (("May", "90 €"), ("June", "Price"))
    cells = "".join(
        f"<tr><td><span>Month</span><span>{month}</span></td><td><b>Price:</b> <i>{price}</i></td></tr>"
        for month, price in rows
    )
    head = "<tr><th>Month</th><th>Price</th></tr>"
    cleaned = clean(f"<table>{head}{cells}<tr><td>Month</td><td>Price</td></tr></table>", URL)
    assert "<td>May</td><td><em>90 €</em></td>" in cleaned
    assert "<td>June</td><td><em>Price</em></td>" in cleaned
    assert "<td>Month</td><td>Price</td>" in cleaned


LINE = '<span class="code-line">'


@pytest.mark.parametrize(
    ("html", "code"),
    [
        pytest.param(f"{LINE}a</span>{LINE}b;</span>{LINE}</span>{LINE}  c</span>", "a\nb;\n\n  c\n", id="no breaks"),
        pytest.param(f"{LINE}a</span>\n{LINE}</span>\n{LINE}  c</span>", "a\n\n  c\n", id="breaks between"),
        pytest.param(f"{LINE}a\n</span>{LINE}\n</span>{LINE}  c\n</span>", "a\n\n  c\n", id="breaks within"),
        pytest.param(f"x\n{LINE}a</span>{LINE}b;</span>y\nz", "x\na\nb;\ny\nz\n", id="some lines"),
        pytest.param('def <span class="line-height">f</span>', "def f\n", id="no line"),
        pytest.param(
            "".join(f"<div><i>{at}</i><div>{code}\n</div></div>" for at, code in enumerate(("a", "", "  b"), 1)),
            "a\n\n  b\n",
            id="numbers",
        ),
        pytest.param("1\n2\n3\n4", "1\n2\n3\n4\n", id="only numbers"),
    ],
)
def test_code_keeps_its_lines(html: str, code: str) -> None:
    assert clean(f"<pre><code>{html}</code></pre>", URL) == f"<pre><code>{code}</code></pre>"


def test_half_of_a_character_stops_nothing() -> None:
    assert clean("<p>a \ud800 b</p>") == "<p>a \ufffd b</p>"
    assert plain_text("<p>a \udfff <b>b</b></p>") == "a \ufffd b"


def test_a_long_attribute_inside_a_frame_is_no_text() -> None:
    assert clean(f"<iframe><iframe src='//{'e' * 200_000}'></iframe></iframe>") == ""


def test_controls_go_and_bidi_overrides_too() -> None:
    html = (
        '<p title="\x1b">\x1b[31m&#27;[32m \x9b1m&#x9b;1m \u202e&#x202e;'
        '<img src="/x" alt="\x1b]0;x\x07&#27;"></p><pre>\x1b[1m</pre>'
    )
    cleaned = clean(html, URL)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", cleaned)
    assert "[31m" in cleaned


@given(st.text(alphabet=st.sampled_from("<>/=\"' &;#!-[]abdiprtulxCDATA:\x1b\n"), max_size=200), st.text(max_size=20))
def test_any_text_becomes_html_that_is_clean(html: Any, base: Any) -> None:
    cleaned = clean(html, base)
    assert not re.search(
        "<(?!/?(?:a|abbr|blockquote|br|code|dd|del|div|dl|dt|em|h[1-6]|hr|i|img|input|ins|li|ol|p|pre|q|rp|rt|ruby"
        r"|s|samp|small|span|strong|sub|sup|table|tbody|td|th|tr|u|ul|var|wbr|figure|cite|kbd|mark)\b)",
        cleaned,
    )
    assert "\x1b" not in cleaned
    assert clean(cleaned, base) == cleaned


WORDS = st.text(alphabet="abcdefgh", min_size=1, max_size=5)
INLINE = st.recursive(
    WORDS,
    lambda inner: st.tuples(st.sampled_from(["b", "i", "span", "code", "sup", "a href='/x'", "font", "u"]), inner).map(
        lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0].split()[0]}> "
    ),
    max_leaves=3,
)
BLOCKS = st.recursive(
    INLINE,
    lambda inner: st.tuples(
        st.sampled_from(
            ["p", "div", "blockquote", "ul><li", "ol><li", "section", "h2", "dl><dd", "figure", "center", "pre"]
        ),
        st.lists(inner, min_size=1, max_size=3),
    ).map(lambda pair: f"<{pair[0]}>{' '.join(pair[1])}</{'></'.join(reversed(pair[0].split('><')))}>"),
    max_leaves=12,
)


@given(BLOCKS)
def test_no_word_is_lost_or_moved(html: Any) -> None:
    assert plain_text(clean(html, URL)).split() == plain_text(html).split()


def test_demo_articles_stay_whole() -> None:
    from tuireader.demo.pages import load_posts

    posts = load_posts()
    for post in posts:
        assert plain_text(clean(post.html, URL)) == plain_text(post.html), post.slug
    assert len(posts) >= 24


def test_nesting_is_limited() -> None:
    for tag in ("div", "blockquote", "ul><li", "ol><li", "b", "table><tr><td"):
        deep = f"<p>before</p>{f'<{tag}>' * 5000}middle<p>after</p>"
        cleaned = clean(deep, URL)
        assert plain_text(cleaned).split() == ["before", "middle", "after"], tag
        assert len(cleaned) < 3000, tag


def test_what_is_too_long_is_cut_and_says_so() -> None:
    sentence = "This article is too long; the rest is not shown."
    signs = "<a href=x_y>word</a> [x](" * (SIGNS_MAX // 3 + 10)
    for html in ("<p>word</p>" * (SIZE_MAX // 11 + 10), "x" * (SIZE_MAX + 1), "<b>y</b>" * 50_000, signs):
        cleaned = clean(html, URL)
        assert cleaned.endswith(f"<p><em>{sentence}</em></p>")
        assert cleaned.startswith(("<p>word</p>", "<p>xxx", "<p><strong>y</strong>", '<p><a href="https'))
        assert len(cleaned) < 2 * SIZE_MAX
    assert sentence not in clean("<p>" + "x" * (SIZE_MAX - 10), URL)


def test_pictures_in_the_text_itself_do_not_count() -> None:
    html = f'<p>before <img src="data:image/png;base64,{"A" * SIZE_MAX}" alt="chart"> after</p>'
    assert clean(html, URL) == '<p>before <img alt="chart"> after</p>'


NOTICE = '<noscript><div class="alertBox">Turn on <b>JavaScript</b></div></noscript>'
PICTURE = '<img src="x.png" alt="x">'


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        (f"<p>a</p>{NOTICE}<p>b</p>", "<p>a</p><p>b</p>"),
        ("<p>a</p><noscript>Words of the article.</noscript>", "<p>a</p><p>Words of the article.</p>"),
        (f"<p><noscript>JavaScript {PICTURE}</noscript></p>", f"<p>JavaScript {PICTURE}</p>"),
        ("<p>JavaScript is a language.</p>", "<p>JavaScript is a language.</p>"),
    ],
)
def test_notices_that_ask_for_scripts_go(html: str, kept: str) -> None:
    assert clean(html) == kept


def test_many_notices_take_no_longer_than_they_are_long() -> None:
    for piece in ("<noscript>", "<noscript>javascript", "<noscript><", "</noscript>", "<noscript>x</noscript>"):
        assert isinstance(clean(piece * 20_000), str)


def test_what_stands_before_the_line_about_the_origin_is_cut_at_once() -> None:
    links = "<h3>Related posts</h3><ul><li><a href='/a'>One of them</a></li><li><a href='/b'>Another</a></li></ul>"
    origin = "<p>The post <a href='/x'>X</a> appeared first on <a href='/'>S</a>.</p>"
    once = clean(f"<p>Text of the article.</p>{links}{origin}", "https://a.example/x")
    assert once == clean(once, "https://a.example/x") == "<p>Text of the article.</p>"


def test_text_that_was_escaped_twice_turns_nothing_round() -> None:
    assert clean("<p>x&amp;#8238;evil</p>") == "<p>xevil</p>"


def test_a_list_of_what_the_author_read_is_kept_and_one_of_the_sites_articles_is_not() -> None:
    def ending(first: str, second: str) -> str:
        links = "".join(f'<li><a href="{address}">Another</a></li>' for address in (first, second))
        return f"<h2>Recommended reading</h2><ul>{links}</ul>"

    elsewhere, here = "https://elsewhere.example/1", "https://www.a.example/2"
    assert clean(f"<p>Text.</p>{ending(elsewhere, elsewhere)}", URL).count("<li>") == 2
    for first, second in ((elsewhere, here), (here, here), ("/1", "2")):
        assert clean(f"<p>Text.</p>{ending(first, second)}", "https://a.example/post/") == "<p>Text.</p>"
    assert clean(f"<p>Text.</p>{ending(elsewhere, elsewhere)}") == "<p>Text.</p>"  # nobody knows whose


def test_very_many_signs_of_latin_1_stay_what_they_are() -> None:
    """They are given to nh3 as others, of which it does not take the square."""
    signs = "10\xa0km ©\x85»\xbf and \U0010ff80 "
    few, many = clean(f"<p title='«'>{signs}", URL), clean(f"<p>{signs * 30_000}", URL)
    assert "10\xa0km ©" in few
    assert many.count("10\xa0km ©") == many.count("»\xbf and") == 30_000
    assert "\U0010ffa9" not in many


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("?subject=a&attach=/etc/passwd", "?subject=a"),
        ("?attach=/etc/passwd&Subject=a", "?Subject=a"),
        ("?%61ttach=/etc/passwd", ""),
        ("?body=a&cc=b@c.example&subject=d", "?body=a&amp;subject=d"),
    ],
)
def test_a_mail_address_has_a_subject_and_a_body_at_most(given: str, kept: str) -> None:
    link = f'<a href="mailto:me@a.example{given}">mail</a>'
    assert clean(f"<p>{link}</p>", "https://a.example/") == f'<p><a href="mailto:me@a.example{kept}">mail</a></p>'


@pytest.mark.parametrize(
    ("html", "cleaned"),
    [
        pytest.param("<h2><div>Title</div></h2><p>x</p>", "<h2>Title</h2><p>x</p>", id="a division in it"),
        pytest.param("<h2><p>Title</p></h2><p>x</p>", "<h2>Title</h2><p>x</p>", id="a paragraph in it"),
        pytest.param("<h3>One<div>Two</div>\n<div>Three</div></h3>", "<h3>One Two Three</h3>", id="several lines"),
        pytest.param("<h2>Title<ul><li>a</li></ul></h2>", "<p>Title</p><ul><li>a</li></ul>", id="a list in it"),
        pytest.param(f"<h2><p>{'word ' * 80}</p></h2>", f"<p>{('word ' * 80).strip()}</p>", id="text that is none"),
        pytest.param("<summary><p>Sum</p></summary><p>x</p>", "<h3>Sum</h3><p>x</p>", id="a title of what is folded"),
        pytest.param(
            '<summary><div id="m"><p>1.0 · Source</p><h4>fn <a href="#m">m</a>()</h4></div></summary><p>x</p>',
            '<h4 id="m">fn <a href="#m">m</a>()</h4><p>x</p>',
            id="a title with a heading",
        ),
    ],
)
def test_a_heading_stays_one_whatever_divides_it(html: str, cleaned: str) -> None:
    assert clean(html, "https://a.example/") == cleaned


def test_tables_in_preformatted_text_have_rows() -> None:
    table = "<table><tr><th>Boat</th><th>Time</th></tr><tr><td>Ida</td><td>53,09</td></tr></table>"
    assert clean(f"<pre>\n\n<h3>Results</h3>\n{table}</pre>") == clean(f"<h3>Results</h3>{table}")
    assert clean(f"<pre><code>{table}</code></pre>").startswith("<pre>")


def test_the_language_above_a_code_block_is_shown_once() -> None:
    code = '<pre class="brush: js"><code>boat();</code></pre>'
    assert clean(f"<p>One.</p><div><div><span>js</span></div>{code}</div>") == clean(f"<p>One.</p>{code}")
    assert "<p>Go</p>" in clean(f"<p>Go</p>{code}")
