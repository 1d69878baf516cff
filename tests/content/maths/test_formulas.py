"""Formulas beside what is shown of them, and how they are met in HTML."""

from __future__ import annotations

import json
import re
import unicodedata
from contextlib import suppress
from itertools import repeat
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.content.cleaning.clean import clean
from tuireader.content.document.build import to_document
from tuireader.content.document.model import document_text
from tuireader.content.dom.sanitize import plain_text
from tuireader.content.layout.layout import lay_out
from tuireader.content.markdown.convert import to_marked_markdown
from tuireader.content.maths.formulas import from_mathml, from_tex, in_text, part_of, rows_of, with_formulas
from tuireader.content.maths.mathml import parse_mathml, read, to_mathml
from tuireader.content.maths.model import UnknownFormulaError
from tuireader.content.maths.tex import parse_tex
from tuireader.content.maths.write import line_of
from tuireader.content.xhtml import to_xhtml

FORMULAS = json.loads((Path(__file__).parents[2] / "data" / "formulas.json").read_text("utf-8"))


TEX, MATHML = ([each for each in FORMULAS if kind in each] for kind in ("tex", "mathml"))


def name(given: Any) -> str:
    return str(given.get("tex") or given["shown"])[:40]


def composed(text: str) -> str:
    """Accents as characters of their own or not are the same."""
    return unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("given", TEX, ids=name)
def test_tex_is_shown_as_expected(given: Any) -> None:
    assert composed(from_tex(given["tex"]).text) == composed(given["shown"].strip())


@pytest.mark.parametrize(
    "given", [each for each in FORMULAS if "mathml" in each], ids=lambda given: given["shown"][:40]
)
def test_mathml_is_shown_as_expected(given: Any) -> None:
    assert composed(from_mathml(given["mathml"]).text) == composed(given["shown"])


@pytest.mark.parametrize(
    "given", [each for each in FORMULAS if "mathml" in each], ids=lambda given: given["shown"][:40]
)
def test_mathml_says_the_same_without_its_tex(given: Any) -> None:
    try:
        shown = line_of(parse_mathml(read(given["mathml"])))
    except UnknownFormulaError:
        shown = ""
    assert composed(shown) == ("" if given["shown"].startswith(("\\", "A\\")) else composed(given["shown"]))


def test_there_are_as_many_as_promised() -> None:
    assert len(FORMULAS) >= 200


KATEX = (
    '<span class="katex"><span class="katex-mathml"><math><semantics><msup><mi>x</mi><mn>2</mn></msup>'
    '<annotation encoding="application/x-tex">x^2</annotation></semantics></math></span>'
    '<span class="katex-html" aria-hidden="true"><span>x</span><span>2</span></span></span>'
)
WIKIPEDIA = (
    '<span class="mwe-math-element"><span class="mwe-math-mathml-inline" style="display: none;"><math><msup><mi>x</mi>'
    '<mn>2</mn></msup></math></span><img class="mwe-math-fallback-image-inline" aria-hidden="true" '
    'src="https://a.example/render/svg/1" alt="{\\displaystyle x^{2}}"></span>'
)


@pytest.mark.parametrize(
    "formula",
    [
        KATEX,
        WIKIPEDIA,
        "<math><msup><mi>x</mi><mn>2</mn></msup></math>",
        "<m:math><m:msup><m:mi>x</m:mi><m:mn>2</m:mn></m:msup></m:math>",
        '<math alttext="x^{2}"><mi>?</mi></math>',
        '<span class="MathJax_Preview">x2</span><span class="MathJax">x2</span><script type="math/tex">x^2</script>',
        '<span class="math inline">x^2</span>',
        '<span class="math inline">\\(x^2\\)</span>',
        '<span class="math notranslate nohighlight">\\(x^2\\)</span>',
        '<img src="https://a.example/latex.php?latex=x%5E2" alt="x^2" class="latex">',
        "\\(x^2\\)",
    ],
)
def test_formulas_of_all_kinds_are_read_in_their_sentence(formula: str) -> None:
    assert clean(f"<p>Let {formula} be.</p>") == "<p>Let x² be.</p>"


@pytest.mark.parametrize(
    "formula",
    [
        '<math display="block"><msup><mi>x</mi><mn>2</mn></msup></math>',
        '<span class="katex-display"><math display="block"><msup><mi>x</mi><mn>2</mn></msup></math></span>',
        '<script type="math/tex; mode=display">x^2</script>',
        "\\[x^2\\]",
        "$$x^2$$",
        '<span class="math display">x^2</span>',
        "\\begin{align}x^2\\end{align}",
    ],
)
def test_displayed_formulas_stand_on_a_line_of_their_own(formula: str) -> None:
    found = re.sub(r' data-formula="[^"]*"', "", clean(f"<p>Let {formula} be.</p>"))
    assert found == "<p>Let</p><p>x²</p><p>be.</p>"


def test_rows_of_equations_are_lines() -> None:
    found = clean("<p>\\begin{align}a&=b\\\\c&=d\\end{align}</p>")
    assert found == '<p data-formula="\\begin{align}a&amp;=b\\\\c&amp;=d\\end{align}">a = b<br>c = d</p>'


def test_dollars_are_money_unless_the_page_says_otherwise() -> None:
    money = "<p>It costs $5 or $6, and $x^2$ is left.</p>"
    assert clean(money) == money
    assert clean(money, has_tex=True) == "<p>It costs $5 or $6, and x² is left.</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<p>Write <code>\\(x^2\\)</code> for it.</p>",
        "<pre><code>\\(x^2\\) and $$x^2$$\n</code></pre>",
        "<p>In a pattern, \\(group\\) is a group, and \\( a bracket.</p>",
        "<p>\\(\\unknown{x}\\) stays.</p>",
    ],
)
def test_what_is_no_formula_stays(html: str) -> None:
    assert clean(html) == html


def test_what_is_not_known_is_shown_as_it_was_written() -> None:
    script = '<script type="math/tex{}">\\underbrace{{x}}_n</script>'
    assert clean(f"<p>a {script.format('')} b</p>") == "<p>a <code>\\underbrace{x}_n</code> b</p>"
    assert '<pre><code class="language-latex">\\underbrace{x}_n\n</code></pre>' in clean(
        script.format("; mode=display")
    )


def test_formulas_are_found_by_what_is_shown() -> None:
    assert plain_text("<p>Let <math><msup><mi>x</mi><mn>2</mn></msup></math> be.</p>") == "Let x² be."


@given(st.text(alphabet="\\{}^_&abc123+-=()[]|.,'$%~ \nfracsqrtleftright", max_size=60))
def test_any_tex_is_shown_or_stays(tex: str) -> None:
    found = from_tex(tex)
    assert found.is_source <= (found.text == tex.strip() or "displaystyle" in tex)
    assert "".join(each if isinstance(each, str) else "" for each in in_text(tex)) is not None
    assert all(row == row.rstrip() for row in rows_of(tex.strip(), found.text))


@given(st.text(alphabet='<>/mathrowifnsup "=&;#x2062', max_size=120))
def test_any_mathml_is_shown_or_stays(inner: str) -> None:
    assert isinstance(with_formulas(f"<math>{inner}</math>"), str)


@pytest.mark.parametrize("piece", ["\\(", "$$", "\\begin{align}", "<math>", "\\(x^{", "{", "$a", "\\[", "<math><mrow>"])
def test_many_that_never_end_take_no_long(piece: str) -> None:
    """The time would be that of the square of their number, and the test would not end."""
    text = piece * 20_000
    assert "".join(each if isinstance(each, str) else each.text for each in in_text(text, dollars=True))
    assert with_formulas(text)
    assert from_tex(text).is_source


def test_so_many_formulas_are_read_and_the_others_stay_as_they_are_written() -> None:
    tries = repeat(None, 3)
    first, second = (list(in_text(r"\(x^2\) and \(y_1\)", tries=tries)) for _ in range(2))
    assert [each.text for each in first if not isinstance(each, str)] == ["x²", "y₁"]
    assert [each if isinstance(each, str) else each.text for each in second] == ["", "x²", r" and \(y_1\)"]


def test_a_dollar_within_a_formula_begins_none() -> None:
    found = in_text(r"$$a \text{ at $3} + b$$ and $c^2$, \(d\) $e^2$", dollars=True)
    assert [each.text for each in found if not isinstance(each, str)][-3:] == ["c²", "d", "e²"]


TALL = {
    r"x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}": """
     −b ± √(b² − 4ac)
x = ──────────────────
            2a
""",
    r"\sum_{n=1}^\infty \frac{1}{n^2}": """
 ∞   1
 ∑  ────
n=1  n²
""",
    r"A = \begin{pmatrix} 1 & 2 \\ 3 & \frac{1}{2} \end{pmatrix}^2 + c": """
    ⎛1   2 ⎞²
    ⎜      ⎟
A = ⎜    1 ⎟  + c
    ⎜3  ───⎟
    ⎝    2 ⎠
""",
    r"f(x) = \begin{cases} x & \text{if } x > 0 \\ -x & \text{otherwise} \end{cases}": """
f(x) = ⎧x   if x > 0
       ⎩−x  otherwise
""",
    r"\det\begin{vmatrix} a & b \\ c & d\end{vmatrix}=ad-bc": """
det|a  b| = ad − bc
   |c  d|
""",
    r"\begin{aligned} a &= b + c \\ &= \frac{d}{e} \end{aligned}": """
a = b + c

     d
  = ───
     e
""",
    r"E = mc^2": """
E = mc²
""",
}


@pytest.mark.parametrize("tex", TALL)
def test_displayed_formulas_have_as_many_lines_as_they_need(tex: str) -> None:
    assert "\n".join(rows_of(tex, from_tex(tex).text)) == TALL[tex][1:-1].lstrip("\n")


def test_a_tall_formula_is_a_line_where_it_does_not_fit_and_for_copying() -> None:
    html = clean(r"<p>So</p><p>\[x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}\]</p><blockquote>$$\frac{a}{b}$$</blockquote>")
    document = to_document(to_marked_markdown(html))
    assert document_text(document) == "So\nx = (−b ± √(b² − 4ac))/(2a)\na/b\n"
    wide, narrow = ([line.drawn for line in lay_out(document, width)] for width in (60, 20))
    assert wide[2:] == [
        "     −b ± √(b² − 4ac)",
        "x = ──────────────────",
        "            2a",
        "",
        "▎  a",
        "▎ ───",
        "▎  b",
    ]
    assert narrow[2:4] == ["x = (−b ± √(b² −", "4ac))/(2a)"]


@pytest.mark.parametrize("given", TEX, ids=name)
def test_tall_formulas_and_mathml_are_well_formed(given: Any) -> None:
    assert all(row == row.rstrip() for row in rows_of(given["tex"], from_tex(given["tex"]).text))
    part = part_of(given["tex"], from_tex(given["tex"]).text)
    if part is not None:
        fromstring(f"<math>{to_mathml(part)}</math>")


def test_mathml_that_is_written_says_the_same_when_it_is_read() -> None:
    different = []
    for each in TEX:
        with suppress(UnknownFormulaError):
            part = parse_tex(each["tex"])
            if line_of(parse_mathml(read(f"<math>{to_mathml(part)}</math>"))) != line_of(part):
                different.append(each["tex"])
    assert len(different) <= 6, different  # where MathML has no word for a space or a kind of bar


@pytest.mark.parametrize(
    "html",
    [
        r"<p>\(\frac{1}{a{}^2}\)</p>",
        "<math><mfrac><mn>1</mn><mrow><mi>a</mi><msup><mrow/><mn>2</mn></msup></mrow></mfrac></math>",
        r"<p>\[\frac{1}{a{}^2} {}^3\]</p>",
        "<p>\\[\\frac{a}{b} \U000f0005 \U000f0000\\]</p>",
        '<math display="block"><mfrac><mi>a</mi><mi>&#xF0005;</mi></mfrac><mi>&#xF0000;</mi></math>',
        '<math display="block"><msqrt><mtable></mtable></msqrt></math>',
        '<math display="block"><mi>x</mi><mtable><mtr></mtr><mtr></mtr></mtable></math>',
        '<math display="block"><mfrac><mn>1\n2\x1b[31m\x9b\u202e</mn><mi>b</mi></mfrac></math>',
        '<p>a <span class="math inline">\x1b[31mR\x9b</span></p>',
        "<p>\\[" + ("\\begin{aligned}a" + "&" * 1900 + "\\\\a" * 650)[:3900] + "\\end{aligned}\\]</p>",
        "<p>\\[" + " \\choose ".join("a" * 1000)[:3900] + "\\]</p>",
    ],
)
def test_odd_formulas_are_laid_out_without_anything_a_terminal_obeys(html: str) -> None:
    markdown = to_marked_markdown(clean(html))
    document = to_document(markdown)
    drawn = "".join(line.drawn for line in lay_out(document, 60)) + to_xhtml(document) + document_text(document)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\U000f0000-\U0010ffff]", drawn)
    assert drawn.count("a") < 20_000


def test_a_formula_is_only_what_its_text_says() -> None:
    html = '<p data-formula="\\frac{x}{y}">The <a href="https://a.example/">real</a> text</p>'
    document = to_document(to_marked_markdown(clean(html)))
    assert [line.drawn for line in lay_out(document, 60)] == ["The real text"]
    assert "<math" not in to_xhtml(document)


def test_letters_with_primes_are_formulas() -> None:
    assert clean(r"<p>Of \(f'(x)\) and \(a''\), and \(don't\).</p>") == r"<p>Of f′(x) and a″, and \(don't\).</p>"
