"""Preformatted text that is prose is reflowed; code, verse and tables stay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.content.cleaning.clean import clean
from tuireader.content.cleaning.plain_prose import is_prose, reflowed
from tuireader.content.dom.sanitize import plain_text
from tuireader.content.dom.tree import serialise
from tuireader.content.extraction.extract import extract_article

MAIL = """On Fri, 3 May 2019 Charles wrote:

> The engine has no pretensions whatever to originate anything, and I wonder
> whether it should do so.
>> It can follow analysis; but it has no power of anticipating any relations
>> or truths.

I think that we should say it in a better way, since the people who read this
list come from many trades:

    def engine(order):
        return perform(order)

1. The first point is that nobody knows what the engine is made of, or why.
2. The second is that nobody has asked.

Ada
--{}
Ada Lovelace, Countess
""".format(" ")
REFLOWED = (
    "<p>On Fri, 3 May 2019 Charles wrote:</p>"
    "<blockquote><p>The engine has no pretensions whatever to originate anything, and I wonder whether it should do so."
    "</p></blockquote><blockquote><blockquote><p>It can follow analysis; but it has no power of anticipating any "
    "relations or truths.</p></blockquote></blockquote>"
    "<p>I think that we should say it in a better way, since the people who read this list come from many trades:</p>"
    "<pre><code>    def engine(order):\n        return perform(order)\n</code></pre>"
    "<p>1. The first point is that nobody knows what the engine is made of, or why.<br>"
    "2. The second is that nobody has asked.</p><p>Ada</p>"
)


def test_a_mail_is_reflowed_with_its_quotations() -> None:
    html = f"<pre>{MAIL.replace('>', '&gt;')}</pre>"
    assert clean(html) == REFLOWED
    assert clean(clean(html)) == clean(html)


@pytest.mark.parametrize(
    "text",
    [
        "def a(b):\n    return b\n\nclass C:\n    x = 1\n    y = 2\n",
        "The boats came in\nbefore it was noon,\nwith nets that were torn,\nand nobody asked,\nand nobody told.\n",
        "Name      Year  Columns\n" + "VT52      1975       80\n" * 5,
        "$ make test\nrunning all the tests now\n$ make demo\nrunning the demo site now\n$ exit\n",
    ],
)
def test_code_verse_and_tables_stay(text: str) -> None:
    assert clean(f"<pre>{text}</pre>").startswith("<pre>")


def test_prose_has_no_tabs() -> None:
    tabbed = MAIL.replace("since the", "since\tthe").replace(">", "&gt;")
    assert "\t" not in clean(f"<pre>{tabbed}</pre>")


def test_prose_within_a_code_element_stays() -> None:
    assert clean(f"<pre><code>{MAIL.replace('>', '&gt;')}</code></pre>").startswith("<pre>")


@given(st.text("ab >\n.-1", max_size=200))
def test_no_word_is_lost(text: str) -> None:
    kept = "".join(plain_text(serialise(reflowed(text))).split()).replace(">", "")
    assert "".join(text.partition("\n-- \n")[0].split()).replace(">", "").startswith(kept[:5])


@pytest.mark.parametrize("text", ["a" * 500_000, "-- \n" + "x" * 5000, "> " * 100_000, "a b " * 100_000 + "\n" * 9])
def test_long_lines_take_no_long(text: str) -> None:
    """They would take hours if the time grew with the square of their length."""
    assert not is_prose(text)
    assert len(reflowed(text)) <= 1


def test_a_mail_in_an_archive_has_its_author_and_date() -> None:
    page = (
        "<html><title>[dev] A way</title><body><h1>[dev] A way</h1><b>Ada Lovelace</b> <a href='mailto:x'>ada at x</a>"
        "<br><i>Fri May  3 17:21:05 EDT 2019</i><p><ul><li>Previous message: <a href='1.html'>[dev] B</a></ul><hr>"
        f"<pre>{MAIL.replace('>', '&gt;')}</pre><hr><ul><li>Next message: <a href='3.html'>[dev] C</a></ul></body>"
    )
    found = extract_article(page, "https://lists.example/2019-May/2.html")
    assert found is not None
    assert (found.authors, found.published) == (("Ada Lovelace",), datetime(2019, 5, 3, 21, 21, 5, tzinfo=UTC))
    assert found.html.startswith("<p>On Fri")
    assert "message:" not in found.html


def test_a_session_in_a_terminal_is_code_however_many_words_it_prints() -> None:
    said = "updating to branch default\n0 files updated, 0 files merged, 0 files removed, 0 files unresolved\n"
    assert not is_prose(f"$ hg clone public test-repo\n{said}$ hg clone test-repo dev-repo\n{said}")
    assert is_prose(f"I cloned it, and saw this:\n{said}Then I cloned it again for the work on it,\nand saw:\n{said}")
