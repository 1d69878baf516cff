from __future__ import annotations

import pytest

from tuireader.content.cleaning.clean import clean
from tuireader.content.document.build import to_document
from tuireader.content.document.linear import spoken, to_linear
from tuireader.content.markdown.convert import to_marked_markdown


def said(html: str) -> str:
    document = to_document(to_marked_markdown(clean(html, "https://a.example/b")))
    return "\n".join(map(spoken, to_linear(document).document.blocks))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("10⁻³ m", "10 to the power of minus 3 m"),
        ("(a + 1)/b and x/(y − 1)", "(a + 1), over b and x, over (y − 1)"),
        ("km/h and either/or", "km/h and either/or"),
        ("∑ᵢ₌₁ⁿ xᵢ²", "∑ sub i=1 to the power of n x sub i squared"),
        ("√(x²) and ∛8", "square root of (x squared) and cube root of 8"),
        ("CO₂, H₂O, C₆H₁₂O₆", "CO2, H2O, C6H12O6"),
        ("x₁ + a₋₁", "x sub 1 + a sub minus 1"),
        ("the 1ˢᵗ and 2ⁿᵈ", "the 1st and 2nd"),
        ("as others wrote¹ of it", "as others wrote 1 of it"),
        ("5 m² or m³", "5 m squared or m cubed"),
        ("⁴He", "4He"),
    ],
)
def test_signs_are_words(text: str, words: str) -> None:
    assert said(f"<p>{text}</p>") == words


def test_code_is_said_as_it_is_written() -> None:
    assert "f(x)/2 // x²" in said("<pre><code>f(x)/2 // x²</code></pre>")


def test_numbers_of_notes_are_numbers() -> None:
    html = "<p>A<a href='#n' id='r'><sup>2</sup></a>.</p><ol start=2><li id='n'>Note. <a href='#r'>↩</a></ol>"
    assert "A (note 2)." in said(html)
