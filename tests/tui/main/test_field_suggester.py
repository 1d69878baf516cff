"""What completes a search as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.app_factory import Piece, shelve
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.tui.main.query_controller import FieldSuggester


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        ("cat", "category:"), ("night auth", "night author:"), ("c", None), ("", None),
        ("is:un", "is:unread"), ("is:unread", None), ("has:p", "has:picture"), ("since:to", "since:today"),
        ("is=un", None), ("category:Tra", "category:Trade"), ("category:tra", "category:trade"),
        ("category:Trade", None), ("category=Tra", None), ('category="Tra', 'category="Trade & Economy"'),
        ('-category="trade &', '-category="trade & Economy"'), ("author=An", "author=Ann"),
        ("feed:Harb", "feed:Harbour"), ('feed="harb', 'feed="harbour Weekly"'), ("nothing:x", None),
        ("category:zzz", None),
    ],
)  # fmt: skip
async def test_what_is_typed_last_is_completed(db: Path, typed: str, suggested: str | None) -> None:
    shelve(db, "Harbour Weekly", [Piece("One", 1, categories=("Trade & Economy",), authors=("Ann",))])
    cache = Cache(db)
    assert await FieldSuggester(cache).get_suggestion(typed) == suggested
    cache.close()
