from __future__ import annotations

import pytest

from tuireader.content.cleaning.clean import clean
from tuireader.content.cleaning.trim_end import looks_truncated
from tuireader.content.document.build import to_document
from tuireader.content.document.model import Paragraph
from tuireader.content.dom.sanitize import plain_text

MORE = (
    "Read more", "Read the rest of this entry »", "Continue reading “A title” →", "Lees verder", "もっと読む",
    "Leggi di più", "tap here to read more", "View more ↗", "See the full story", "(more…)", "Weiterlesen …",
)  # fmt: skip


@pytest.mark.parametrize("phrase", MORE)
def test_the_link_to_the_rest_is_known_wherever_it_is_met(phrase: str) -> None:
    html = f'<p>{"word " * 250}</p><p><a href="https://example.org/a">{phrase}</a></p>'
    assert phrase not in clean(html)
    assert looks_truncated(html, plain_text(html))
    shown = to_document(f"text\n\n[{phrase}](u)", excerpt="Only a part.").blocks
    assert [block.text.plain for block in shown if isinstance(block, Paragraph)] == ["text", "Only a part."]


@pytest.mark.parametrize("phrase", ["See the full list of winners", "More people read it than you think.", "Read me"])
def test_what_only_begins_like_it_is_of_the_article(phrase: str) -> None:
    html = f'<p>{"word " * 250}</p><p><a href="https://example.org/a">{phrase}</a></p>'
    assert phrase in clean(html)
    assert not looks_truncated(html, plain_text(html))
