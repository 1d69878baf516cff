from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tuireader.store.connection import connect


@pytest.fixture
def c(db: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a fresh cache."""
    with closing(connect(db)) as connection:
        yield connection
