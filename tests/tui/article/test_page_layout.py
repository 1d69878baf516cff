from hypothesis import given
from hypothesis import strategies as st

from support.examples import examples
from tuireader.content.document.build import to_document
from tuireader.content.document.model import Document
from tuireader.content.layout.layout import lay_out
from tuireader.content.layout.line import Line
from tuireader.tui.article.page_layout import HEAD, TAIL, TOP, Page
from tuireader.tui.support.viewport import Place

HEAD_LINES = [Line((), HEAD, 0), Line((), HEAD, 0), Line((), HEAD, 0)]

block = st.sampled_from(
    [
        "A paragraph of a few words.",
        "word " * 80,
        "## A heading",
        "- one\n- two\n    - three",
        "```\ncode\n\nmore code\n```",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "> quoted " * 20,
        "***",
        "日本語の文章。" * 30,
    ]
)
documents = st.lists(block, max_size=12).map("\n\n".join).map(to_document)
widths = st.integers(10, 80)


def everything(page: Page) -> list[Place]:
    return page.window(TOP, 10**6)


def finish(page: Page) -> None:
    for number in list(page.unfinished(0)):
        page.lines(number)


@given(documents, widths)
def test_its_lines_are_those_of_the_layout_below_the_head(document: Document, width: int) -> None:
    page = Page(HEAD_LINES, document, width)
    assert [page.line(place) for place in everything(page)] == [*HEAD_LINES, *lay_out(document, width)]


@given(documents, widths, st.data())
def test_walking_goes_line_by_line_whatever_was_laid_out_before(
    document: Document, width: int, data: st.DataObject
) -> None:
    places = everything(Page(HEAD_LINES, document, width))
    page = Page(HEAD_LINES, document, width)
    for index in data.draw(st.lists(st.integers(0, len(document.blocks) - 1), max_size=3)) if document.blocks else []:
        page.lines(index)
    start = data.draw(st.integers(0, len(places) - 1))
    rows = data.draw(st.integers(-60, 60))
    assert page.walk(places[start], rows) == places[max(0, min(start + rows, len(places) - 1))]


@given(documents, widths)
def test_rows_are_exact_once_all_is_laid_out(document: Document, width: int) -> None:
    page = Page(HEAD_LINES, document, width)
    finish(page)
    places = everything(page)
    assert page.complete
    assert page.rows == len(places) + TAIL
    assert [page.row(place) for place in places] == list(range(len(places)))
    assert [page.at_row(row) for row in range(len(places))] == places
    assert page.at_row(-5) == places[0]
    assert page.at_row(10**6) == places[-1]


@given(documents, widths)
def test_every_block_is_laid_out_in_the_end_from_wherever_it_begins(document: Document, width: int) -> None:
    for near in range(HEAD, len(document.blocks)):
        assert sorted(Page(HEAD_LINES, document, width).unfinished(near)) == list(range(len(document.blocks)))


@given(documents, widths, widths)
@examples(50)
def test_an_offset_is_found_at_every_width(document: Document, one: int, other: int) -> None:
    page, again = Page(HEAD_LINES, document, one), Page(HEAD_LINES, document, other)
    for place in everything(page):
        line = page.line(place)
        if place.item == HEAD or not line.text or line.offset == 0:
            continue
        found = again.line(again.at_offset(line.offset))
        text = [span for span in found.spans if span.offset >= 0]
        assert found.offset <= line.offset
        assert text[-1].offset + len(text[-1].text) >= line.offset or found.block == place.item


@given(documents, widths, st.integers(1, 60))
def test_the_bottom_leaves_no_row_empty_but_those_of_the_tail(document: Document, width: int, rows: int) -> None:
    page = Page(HEAD_LINES, document, width)
    bottom = page.bottom(rows)
    left = len(page.window(bottom, 10**6))
    assert page.shows_end(page.window(bottom, rows))
    assert left == min(max(1, rows - TAIL), len(everything(page)))


def test_only_what_is_looked_at_is_laid_out() -> None:
    document = to_document("\n\n".join("word " * 50 for _ in range(1000)))
    page = Page(HEAD_LINES, document, 60)
    page.window(TOP, 40)
    page.window(page.at_offset(100_000), 40)
    assert len(list(page.unfinished(0))) > 950


def test_guesses_come_near() -> None:
    document = to_document("\n\n".join("word " * 50 for _ in range(1000)))
    guessed = Page(HEAD_LINES, document, 60).rows
    page = Page(HEAD_LINES, document, 60)
    finish(page)
    assert 0.8 * page.rows < guessed < 1.25 * page.rows


def test_a_heavy_block_is_left_to_others_and_stood_for_meanwhile() -> None:
    document = to_document("before\n\n" + "word " * 20_000 + "\n\nafter")
    page = Page(HEAD_LINES, document, 60)
    drawn = [page.line(place).drawn for place in everything(page)]
    assert drawn == ["", "", "", "before", "", "…", "", "after"]
    assert page.is_heavy(1)
    assert not page.complete
    guess = page.rows
    page.put(1, lay_out(document, 60)[1:-2])
    assert not page.is_heavy(1)
    assert page.complete
    assert page.rows == 3 + len(lay_out(document, 60)) + TAIL
    assert 0.8 * page.rows < guess < 1.25 * page.rows


def test_a_table_of_many_cells_is_heavy() -> None:
    head = "| a | b | c | d | e |\n|---|---|---|---|---|\n"
    few, many = (to_document(head + "| 1 | 2 | 3 | 4 | 5 |\n" * rows) for rows in (50, 500))
    assert not Page(HEAD_LINES, few, 60).is_heavy(0)
    assert Page(HEAD_LINES, many, 60).is_heavy(0)
