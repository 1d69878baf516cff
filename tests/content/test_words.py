import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.content.clean import clean, plain_text
from tuireader.content.words import looks_truncated


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>w<b>or</b>d&nbsp;two &amp; &lt;three&gt;</p>", "word two & <three>"),
        ("<p>one</p><p>two<br>three</p><ul><li>four</li></ul>", "one\ntwo\nthree\nfour"),
        ("<td>a</td><td>b</td>", "a\nb"),
        ("<p>  much \n space  </p>", "much space"),
        ("<P CLASS='x>y'>quoted</P>", "quoted"),
        ('<a title="a > b" href="x">link</a>', "link"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<script>if (a < b) x()</script>seen<style>p {}</style><!-- not --><![CDATA[too]]>", "seentoo"),
        ("<p>a</p><select><option>no</option></select><textarea>no</textarea><video>no</video>", "a"),
        ("<noscript><img src=x></noscript>a", "a"),
        ("\x1b[31m&#27;[0m\u202ex", "[31m[0mx"),
        ("soft\u00adhyphen", "soft\u00adhyphen"),
        ('<p>All.</p>\n<p>The post <a href="x">T</a> appeared first on <a href="y">S</a>.</p>\n', "All."),
        ("<p>unfinished <b", "unfinished"),
        ("", ""),
    ],
)
def test_plain_text(html, text):
    assert plain_text(html) == text


@given(st.text(alphabet=st.sampled_from("<>/=\"' &;#!-abp\x1b\n"), max_size=200))
def test_any_text_has_a_plain_text(html):
    text = plain_text(html)
    assert "\x1b" not in text
    assert text.split() == plain_text(clean(html)).split() or "<" in html


LONG = "<p>" + "word " * 250 + "</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<p>Only the beginning […]</p>",
        "<p>Only the beginning [...]</p>",
        "Only the beginning [&#8230;]",
        "<p>Only the beginning…</p>",
        "<p>Only the beginning ...</p>",
        f"{LONG}<p>and so on [&#8230;]</p>",
        f'{LONG}<p><a href="x" class="more-link">Read more</a></p>',
        f'{LONG}<p>And then. <a href="x">Continue reading <span>“Title”</span> →</a></p>',
        f'{LONG}<p>And then. <a class="more-link" href="x">Das Übrige</a></p>',
        f'{LONG}<p><a href="x">Weiterlesen</a></p>',
        f'{LONG}<p><a href="x">続きを読む</a></p>',
        '<p>Short [&#8230;]</p>\n<p>The post <a href="x">T</a> appeared first on <a href="y">S</a>.</p>',
        '<a href="https://news.example/item?id=1">Comments</a>',
        '<p>Only the beginning …</p><p><a href="/1.mp3">Audio: 1.mp3</a></p>',
        "",
        "<p></p>",
    ],
)
def test_excerpts_are_known(html):
    assert looks_truncated(html, plain_text(html))


@pytest.mark.parametrize(
    "html",
    [
        "<p>A short note, all of it.</p>",
        f"{LONG}<p>And so it went on and on…</p>",
        f'{LONG}<p>See <a href="x">the paper</a>.</p>',
        f'{LONG}<p><a href="x">Read more</a> is what every link said.</p>',
        "<p>“[…]” marks what was left out.</p>",
        '<p><img src="comic.png" alt=""></p>',
        '<p>Listen:</p><p><a href="/1.mp3">Audio: 1.mp3</a></p>',
        '<p>I found <a href="x">this</a>.</p>',
    ],
)
def test_whole_articles_are_known(html):
    assert not looks_truncated(html, plain_text(html))


@given(st.text(alphabet=st.sampled_from("<>/a= p…[].x"), max_size=100))
def test_any_html_is_an_excerpt_or_not(html):
    assert looks_truncated(html, plain_text(html)) in {True, False}
