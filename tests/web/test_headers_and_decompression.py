from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tuireader.model.feed import Validators
from tuireader.web.headers_and_decompression import (
    ResponseHeaders,
    authorization_of,
    fresh_for,
    retry_after,
    validator_headers,
    validators,
)

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
DATE = "Thu, 01 Jan 2026 00:00:00 GMT"  # the server's clock is two weeks behind ours


def headers(**values: str) -> ResponseHeaders:
    return ResponseHeaders(
        [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in values.items()]
    )


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, None),
        ({"Cache_Control": "max-age=1800"}, 1800),
        ({"Cache_Control": "public, Max-Age=1800, must-revalidate"}, 1800),
        ({"Cache_Control": 'max-age="600"'}, 600),
        ({"Cache_Control": "max-age=1800", "Age": "300"}, 1500),
        ({"Cache_Control": "max-age=1800", "Age": "9000"}, 0),
        ({"Cache_Control": "max-age=1800", "Age": "soon"}, 1800),
        ({"Cache_Control": "max-age=-5"}, 0),
        ({"Cache_Control": "max-age=soon"}, None),
        ({"Cache_Control": "max-age=" + "9" * 5000}, 86_400),
        ({"Cache_Control": "max-age=31536000"}, 86_400),
        ({"Cache_Control": "no-cache, max-age=1800"}, 0),
        ({"Cache_Control": "max-age=1800, no-store"}, 0),
        ({"Cache_Control": "max-age=60", "Expires": "Thu, 01 Jan 2026 01:00:00 GMT", "Date": DATE}, 60),
        ({"Expires": "Thu, 01 Jan 2026 01:00:00 GMT", "Date": DATE}, 3600),
        ({"Expires": "Thu, 15 Jan 2026 12:01:00 GMT"}, 60),
        ({"Expires": "Thu, 01 Jan 1970 00:00:00 GMT", "Date": DATE}, 0),
        ({"Expires": "Fri, 31 Dec 9999 23:59:59 GMT", "Date": DATE}, 86_400),
        ({"Expires": "0"}, 0),
        ({"Expires": "-1"}, 0),
    ],
)
def test_fresh_for(given: dict[str, str], seconds: int | None) -> None:
    assert fresh_for(headers(**given), NOW) == seconds


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({}, None),
        ({"Retry_After": "120"}, 120),
        ({"Retry_After": " 120 "}, 120),
        ({"Retry_After": "-120"}, 0),
        ({"Retry_After": "1" * 10_000}, 7 * 86_400),
        ({"Retry_After": "99999999999"}, 7 * 86_400),
        ({"Retry_After": "Thu, 01 Jan 2026 00:10:00 GMT", "Date": DATE}, 600),
        ({"Retry_After": "Thu, 15 Jan 2026 12:10:00 GMT"}, 600),
        ({"Retry_After": "Wed, 31 Dec 2025 00:00:00 GMT", "Date": DATE}, 0),
        ({"Retry_After": "Thu, 01 Jan 9999 00:00:00 GMT", "Date": DATE}, 7 * 86_400),
        ({"Retry_After": "Thu, 01 Jan 99999999 00:00:00 GMT"}, None),
        ({"Retry_After": "in a minute"}, None),
        ({"Retry_After": ""}, None),
        ({"Retry_After": "1e3"}, None),
        ({"Retry_After": "٣"}, None),
    ],
)
def test_retry_after(given: dict[str, str], seconds: int | None) -> None:
    raw = ResponseHeaders([(name.replace("_", "-").encode(), value.encode()) for name, value in given.items()])
    assert retry_after(raw, NOW) == seconds


@pytest.mark.parametrize("etag", ['"abc"', 'W/"abc"', "unquoted", '"caf\xe9"', '"a, b"', '""'])
def test_validators_go_back_byte_for_byte(etag: str) -> None:
    raw = [(b"etag", etag.encode("latin-1")), (b"Last-Modified", b"yesterday, perhaps")]
    kept = validators(ResponseHeaders(raw))
    assert kept == Validators(etag, "yesterday, perhaps")
    assert validator_headers(kept) == [
        (b"If-None-Match", etag.encode("latin-1")),
        (b"If-Modified-Since", b"yesterday, perhaps"),
    ]


def test_no_validators_make_no_headers() -> None:
    assert validators(ResponseHeaders([])) == Validators()
    assert validators(headers(ETag="")) == Validators()
    assert validator_headers(Validators()) == []


def test_validators_that_are_too_long_to_be_asked_with_are_none() -> None:
    assert validators(headers(ETag="x" * 2048, Last_Modified="y" * 2049)) == Validators("x" * 2048, None)
    assert validators(headers(ETag="x" * 60_000)) == Validators()


def test_authorization_is_percent_decoded_utf8() -> None:
    assert authorization_of("zo%C3%AB:p%40ss%3Aword") == "Basic em/DqzpwQHNzOndvcmQ="
    assert authorization_of("name") == "Basic bmFtZTo="
