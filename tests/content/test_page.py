"""Whole pages, from HTML to what is drawn, beside their input: `NAME.html` and `NAME-WIDTH.txt`.

`python tests/content/test_page.py` writes them anew; look at what changed before you keep it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tuireader.content.cleaning.clean import clean
from tuireader.content.document.build import to_document
from tuireader.content.document.model import document_text
from tuireader.content.layout.layout import lay_out
from tuireader.content.layout.paragraph import is_printed, to_plain
from tuireader.content.markdown.convert import to_markdown
from tuireader.text import wrap

DATA = Path(__file__).parent.parent / "data" / "page"
PAGES = ("every-block", "scripts")
WIDTHS = (30, 60, 72, 100)
VISUAL = 60


@pytest.fixture(autouse=True)
def without_icu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thai is divided in another way where the extra is installed."""
    monkeypatch.setattr(wrap, "_line_breaker", lambda: None)


def read(name: str) -> Any:
    return to_document(
        to_markdown(clean((DATA / f"{name}.html").read_text("utf-8"))),
        title="A Page of Every Block",
        authors=("Zoë Ångström-Díaz",),
        excerpt="This is an excerpt. The key d brings the full text.",
    )


def page(name: str, width: int, *, reorder: bool = False) -> str:
    lines = filter(is_printed, lay_out(read(name), width))
    return "".join(f"{to_plain(line, reorder=reorder)}\n" for line in lines)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_as_it_should(name: Any, width: Any) -> None:
    assert page(name, width) == (DATA / f"{name}-{width}.txt").read_text("utf-8")


def test_a_page_in_visual_order_looks_as_it_should() -> None:
    assert page("scripts", VISUAL, reorder=True) == (DATA / f"scripts-visual-{VISUAL}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_markdown_is_as_it_should_be(name: Any) -> None:
    html = (DATA / f"{name}.html").read_text("utf-8")
    assert to_markdown(clean(html)) == (DATA / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_positions_do_not_depend_on_the_width(name: Any) -> None:
    document = read(name)
    text = document_text(document)
    for width in WIDTHS:
        for line in lay_out(document, width):
            for span in line.spans:
                if span.offset >= 0:
                    assert text[span.offset : span.offset + len(span.text)] == span.text


@pytest.mark.parametrize("name", PAGES)
def test_lines_are_in_the_order_of_the_text(name: Any) -> None:
    for width in WIDTHS:
        offsets = [line.offset for line in lay_out(read(name), width)]
        assert offsets == sorted(offsets)


def write() -> None:
    for name in PAGES:
        (DATA / f"{name}.md").write_text(to_markdown(clean((DATA / f"{name}.html").read_text("utf-8"))), "utf-8")
        for width in WIDTHS:
            (DATA / f"{name}-{width}.txt").write_text(page(name, width), "utf-8")
    (DATA / f"scripts-visual-{VISUAL}.txt").write_text(page("scripts", VISUAL, reorder=True), "utf-8")


if __name__ == "__main__":
    write()
