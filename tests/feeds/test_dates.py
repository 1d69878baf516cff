from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.feeds.entries import from_tuple, parse_date


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri, 30 Jun 2017 10:00:00 +0200", datetime(2017, 6, 30, 8, tzinfo=UTC)),
        ("30 Jun 17 10:00 EST", datetime(2017, 6, 30, 15, tzinfo=UTC)),
        ("Fri, 30 Jun 2017 10:00:00 CEST", datetime(2017, 6, 30, 8, tzinfo=UTC)),
        ("Fri, 30 Jun 2017 10:00 JST", datetime(2017, 6, 30, 1, tzinfo=UTC)),
        ("Fri, 30 Jun 2017 10:00:00 XYZ", datetime(2017, 6, 30, 10, tzinfo=UTC)),
        ("Fri, 30 Jun 2017 7:05 PM GMT", datetime(2017, 6, 30, 19, 5, tzinfo=UTC)),
        ("Fri, 30 Jun 2017 12:05:09 a.m. PDT", datetime(2017, 6, 30, 7, 5, 9, tzinfo=UTC)),
        ("2017-06-30", datetime(2017, 6, 30, tzinfo=UTC)),
        ("2017-06-30T10:00:00Z", datetime(2017, 6, 30, 10, tzinfo=UTC)),
        ("2017-06-30T10:00:00.123456789-07:00", datetime(2017, 6, 30, 17, 0, 0, 123456, tzinfo=UTC)),
        ("2017-06-30 10:00:00", datetime(2017, 6, 30, 10, tzinfo=UTC)),
        ("20170630", datetime(2017, 6, 30, tzinfo=UTC)),
        ("1467158400", datetime(2016, 6, 29, tzinfo=UTC)),
        ("1467158400000", datetime(2016, 6, 29, tzinfo=UTC)),
        (1467158400, datetime(2016, 6, 29, tzinfo=UTC)),
        ("0000-01-01T00:00:00Z", None),
        ("Sat, 01 Jan 0000 00:00:00 GMT", None),
        ("9999-12-31T23:59-14:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("1970-01-01T00:00:00Z", None),
        ("000000001", None),
        ("1971-02-01", datetime(1971, 2, 1, tzinfo=UTC)),
        ("2017-13-45", None),
        ("yesterday", None),
        ("2017-06-30" * 50, None),
        (1e300, None),
        (float("nan"), None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_dates(text: Any, moment: Any) -> None:
    assert parse_date(text) == moment


@given(
    st.one_of(
        st.text(),
        st.floats(),
        st.integers(),
        st.datetimes().map(str),
        st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d[+-]\d\d:\d\d"),
    )
)
def test_any_date_is_a_moment_in_utc_or_none(text: Any) -> None:
    moment = parse_date(text)
    assert moment is None or moment.tzinfo is UTC


def test_time_tuples() -> None:
    assert from_tuple((2017, 6, 30, 10, 0, 0, 4, 181, 0)) == datetime(2017, 6, 30, 10, tzinfo=UTC)
    assert from_tuple((0, 1, 1, 0, 0, 0, 0, 1, 0)) is None
    assert from_tuple((99999, 1, 1, 0, 0, 0, 0, 1, 0)) is None
