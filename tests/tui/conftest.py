"""Fixtures of the interface: nothing may go wrong unseen, and a cache whose newest article has links and headings."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.app_factory import NOTES, REVIEW, Piece, shelve


@pytest.fixture(autouse=True)
def nothing_unexpected(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What the interface survives is logged: a test that ends well has logged no error."""
    yield
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.fixture
def with_links(db: Path) -> Path:
    """Two feeds; the newest article of the first has five links and two headings."""
    links = "".join(f'<p><a href="https://example.org/{number}">Link {number}</a></p>' for number in range(5))
    shelve(db, "The Example Review", [Piece("With links", 1, html=links + "<h2>One</h2><p>x</p><h2>Two</h2>"), *REVIEW])
    shelve(db, "Notes", NOTES)
    return db
