"""The beginning of an article: whole blocks, and the same words as the article begins with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.content.cleaning.clean import clean
from tuireader.content.dom.sanitize import plain_text
from tuireader.content.dom.tree import beginning
from tuireader.content.markdown.convert import to_markdown

PARAGRAPHS = "".join(f"<p>Paragraph {n} has <b>some</b> words.<br>And a line.</p>\n" for n in range(100))


@pytest.mark.parametrize("around", ["{}", "<div>{}</div>", "<article><section>{}</section></article>"])
def test_as_many_blocks_as_there_is_room_for(around: str) -> None:
    html = clean(around.format(PARAGRAPHS))
    first = beginning(html, 1000)
    assert 900 < len(first) <= 1000
    assert first.endswith("</p>")
    assert to_markdown(html).startswith(to_markdown(first).rstrip())


def test_a_block_that_is_too_long_is_no_beginning() -> None:
    assert beginning(clean("<ul>" + "<li>An item.</li>" * 500 + "</ul>"), 1000) == ""
    assert beginning("", 1000) == ""
    assert beginning("no tags at all " * 100, 1000) == ""


def test_all_of_what_is_short() -> None:
    html = clean("<h2>A</h2><p>b</p><hr><ul><li>c</li></ul>")
    assert beginning(html, 1000) == html


BLOCKS = st.sampled_from(
    [
        "<p>a <i>b</i> c</p>", "<h2>d</h2>", "<ul><li>e</li><li>f<p>g</p></li></ul>", "<hr>", "<pre>h</pre>",
        "<div>i</div>", "<blockquote><p>j</p></blockquote>", "<table><tr><td>k</td></tr></table>",
        "<p><img src='x' alt='l > m'></p>", "n o",
    ]
)  # fmt: skip


@given(st.lists(BLOCKS, max_size=30), st.integers(0, 600))
def test_its_words_are_the_first_of_the_article(blocks: list[str], size: int) -> None:
    html = clean("".join(blocks), "https://site.test/")
    words, first = plain_text(html).split(), plain_text(beginning(html, size)).split()
    assert words[: len(first)] == first
