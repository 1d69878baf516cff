from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.content.cleaning.trim_end import looks_truncated
from tuireader.content.dom.sanitize import plain_text

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
def test_excerpts_are_known(html: Any) -> None:
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
def test_whole_articles_are_known(html: Any) -> None:
    assert not looks_truncated(html, plain_text(html))


@given(st.text(alphabet=st.sampled_from("<>/a= p…[].x"), max_size=100))
def test_any_html_is_an_excerpt_or_not(html: Any) -> None:
    assert looks_truncated(html, plain_text(html)) in {True, False}
