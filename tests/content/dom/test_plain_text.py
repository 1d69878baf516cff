from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.content.cleaning.clean import clean
from tuireader.content.dom.sanitize import plain_text


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
def test_plain_text(html: str, text: str) -> None:
    assert plain_text(html) == text


@given(st.text(alphabet=st.sampled_from("<>/=\"' &;#!-abp\x1b\n"), max_size=200))
def test_any_text_has_a_plain_text(html: Any) -> None:
    text = plain_text(html)
    assert "\x1b" not in text
    assert text.split() == plain_text(clean(html)).split() or "<" in html
