from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tuireader.content.extraction.page import load
from tuireader.content.extraction.page_dates import published


def found(page: str, day: str | None = None, stated: tuple[str, ...] = ()) -> datetime | None:
    tree = load(f"<html><head></head><body><main>{page}</main></body></html>")
    assert tree is not None
    return published(tree, tree.find(".//main"), stated, lambda: day or "")


@pytest.mark.parametrize(
    ("stated", "moment"),
    [
        ("2023-04-05T06:07:08Z", (2023, 4, 5, 6, 7, 8)),
        ("2023-04-05T06:07:08+02:00", (2023, 4, 5, 4, 7, 8)),
        ("2023-04-05T06:07:08.123+0200", (2023, 4, 5, 4, 7, 8)),
        ("2023-04-05 06:07:08 +0200 CEST", (2023, 4, 5, 4, 7, 8)),
        ("2023-04-05 06:07 UTC", (2023, 4, 5, 6, 7)),
        ("2023-04-05T06:07", (2023, 4, 5, 6, 7)),
        ("2023-04-05", (2023, 4, 5)),
        ("2023-99-99T00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_moments_are_read_as_they_are_written(stated: str, moment: Any) -> None:
    assert found("", stated=(stated,)) == (datetime(*moment).replace(tzinfo=UTC) if moment else None)  # noqa: DTZ001 - see there


@pytest.mark.parametrize(
    "page",
    [
        '<meta property="article:published_time" content="2023-04-05T06:07:08Z">',
        '<meta itemprop="datePublished" content="2023-04-05T06:07:08Z">',
        '<span itemprop="datePublished" content="2023-04-05T06:07:08Z">5 April</span>',
        '<time class="updated" datetime="2024-01-01"></time><i class="published" title="2023-04-05T06:07:08Z"></i>',
        '<abbr class="published" title="2023-04-05T06:07:08Z">5 April</abbr>',
        '<time datetime="2024-01-01T00:00:01Z"></time><time pubdate datetime="2023-04-05T06:07:08Z"></time>',
        '<time datetime="2023-04-05T06:07:08Z">5 April</time><time datetime="2024-01-01T00:00:01Z">later</time>',
    ],
)
def test_what_is_marked_goes_before_what_was_guessed(page: str) -> None:
    assert found(page, "2021-12-12") == datetime(2023, 4, 5, 6, 7, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "below",
    [
        "<p>2023-04-05</p>",
        "<p>April 5, 2023</p>",
        "<div><div>Ida Holm</div><div>Published Apr 5, 2023 at 9:00 AM</div></div>",
        "<p>Ida Holm | Senior Writer | 5 April 2023</p>",
        "<p>Updated May 6, 2023</p><p>Posted on Wednesday, April 5, 2023</p>",
        "<p>Last updated: April 5, 2023</p>",
        '<time datetime="2024-01-01">one</time><time datetime="2022-01-01">other</time><p>5 April 2023</p>',
    ],
)
def test_the_date_below_the_title_goes_before_what_was_guessed(below: str) -> None:
    assert found(f"<h1>A title</h1>{below}", "2021-12-12") == datetime(2023, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "page",
    [
        "<p>April 5, 2023</p><h1>A title</h1>",
        "<h1>A title</h1><p>3/4/2023</p>",
        "<h1>A title</h1><p>On April 5, 2023 the harbour was closed.</p>",
        f"<h1>A title</h1><p>{'The harbour was closed. ' * 20}</p><p>April 5, 2023</p>",
        "<h1>A title</h1><aside><p>April 5, 2023</p></aside>",
        "<h1>A title</h1><p>September 1, 1939</p>",
        "<h1>A title</h1><p>May 1, 2999</p>",
        "<h1>A title</h1><table><tr><td>Born</td><td>April 5, 2023</td></tr></table>",
    ],
)
def test_other_dates_in_words_are_not_taken_for_it(page: str) -> None:
    assert found(page, "2021-12-12") == datetime(2021, 12, 12, tzinfo=UTC)


@pytest.mark.thorough
def test_strange_words_of_one_page_take_no_month_from_another() -> None:
    for page in "abc":
        found("<h1>A title</h1>" + "".join(f"<p>1 zq{page}{chr(97 + n)}{chr(97 + n // 9)} 2020</p>" for n in range(75)))
    assert found("<h1>A title</h1><p>15. Oktober 2020</p>") == datetime(2020, 10, 15, tzinfo=UTC)


def test_a_date_in_words_in_the_head_of_the_page_is_read() -> None:
    assert found('<meta name="date" content="April 5, 2023">', "2021-12-12") == datetime(2023, 4, 5, tzinfo=UTC)


def test_time_is_taken_of_the_day_that_is_known() -> None:
    page = '<time datetime="2024-01-01T00:00:01Z">one</time><time datetime="2023-04-05T06:07:08Z">other</time>'
    assert found(page, "2023-04-05") == datetime(2023, 4, 5, 6, 7, 8, tzinfo=UTC)
    assert found(page, "2021-12-12", ("2023-04-05",)) == datetime(2023, 4, 5, 6, 7, 8, tzinfo=UTC)
    assert found(page, "2021-12-12", ("2023-04-04",)) == datetime(2023, 4, 4, tzinfo=UTC)


def test_times_of_comments_and_other_articles_are_not_of_the_article() -> None:
    other = '<time datetime="2024-01-01T00:00:01Z">then</time>'
    for page in (f'<div class="comment-meta">{other}</div>', f"<aside>{other}</aside>", f'<div id="comments">{other}'):
        assert found(page, "2023-04-05") == datetime(2023, 4, 5, tzinfo=UTC)
        assert found(page) is None


def test_a_year_alone_is_no_date() -> None:
    assert found("<p>Copyright 2026</p>", "2026-01-01") is None
    assert found("<p>x</p>", "2026-01-02") == datetime(2026, 1, 2, tzinfo=UTC)
    assert found('<time datetime="2026-01-01">New Year</time>', "2026-01-01") == datetime(2026, 1, 1, tzinfo=UTC)
