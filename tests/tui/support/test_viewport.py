"""The window over items of any height, against lines that are written out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tuireader.tui.support.viewport import Items, Place, share_at, thumb

HEIGHTS = st.lists(st.integers(0, 5), min_size=1, max_size=12).filter(lambda heights: heights[0] > 0)


def over(heights: list[int], first: int = 0) -> tuple[Items, list[Place]]:
    """Items of these heights, and all their lines."""
    items = Items(first, first + len(heights) - 1, lambda item: heights[item - first])
    return items, [Place(first + index, line) for index, height in enumerate(heights) for line in range(height)]


@given(HEIGHTS, st.integers(-1, 3), st.data(), st.integers(-40, 40))
def test_walking_goes_so_many_lines_and_stops_at_the_ends(
    heights: list[int], first: int, data: st.DataObject, lines: int
) -> None:
    items, every = over(heights, first)
    index = data.draw(st.integers(0, len(every) - 1))
    assert items.walk(every[index], lines) == every[max(0, min(index + lines, len(every) - 1))]


@given(HEIGHTS, st.data(), st.integers(0, 30))
def test_a_window_is_the_lines_from_one_on(heights: list[int], data: st.DataObject, lines: int) -> None:
    items, every = over(heights)
    index = data.draw(st.integers(0, len(every) - 1))
    assert items.window(every[index], lines) == every[index : index + lines]


@given(HEIGHTS, st.integers(1, 30))
def test_the_bottom_is_the_lowest_top_that_leaves_no_line_empty(heights: list[int], lines: int) -> None:
    items, every = over(heights)
    assert items.bottom(lines) == every[max(0, len(every) - lines)]


@given(st.integers(1, 60), st.integers(0, 90), st.floats(0, 1))
def test_a_thumb_is_inside_and_at_the_ends_where_the_window_is(room: int, size: int, above: float) -> None:
    start, stop = thumb(room, size, above)
    assert 0 <= start < stop <= room
    assert thumb(room, size, 0)[0] == 0
    assert thumb(room, size, 1)[1] == room


def test_dragging_goes_from_the_first_to_the_last() -> None:
    assert [share_at(line, 5) for line in (-3, 0, 2, 4, 9)] == [0, 0, 0.5, 1, 1]
    assert share_at(0, 1) == 0
