from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.app_factory import REVIEW, shelve
from tuireader import paths


@pytest.fixture
def cache() -> Path:
    """A cache with some articles, of a feed that is not due, and a configuration that asks for nothing at the start."""
    paths.config_path().parent.mkdir(parents=True)
    paths.config_path().write_text("refresh_on_start = false\n", "utf-8")
    shelve(paths.cache_path(), "The Example Review", REVIEW, now=datetime.now(UTC))
    return paths.cache_path()
