"""What is here of an address as people type it."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support.app_factory import Piece, shelve
from tuireader.library.subscribing.subscription import find_subscription
from tuireader.store import feeds
from tuireader.store.connection import connect

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "essential.com",
        "https://essential.com/feed",
        "inessential",
        "example.org",
        "bbc.co.uk",
        "",
        "not an address",
        "1",
    ],
)
def test_a_part_of_an_address_or_a_title_means_no_subscription(db: Path, typed: str) -> None:
    with closing(connect(db)) as c:
        feeds.add(c, "https://inessential.com/feed", title="inessential", site="https://inessential.com/", now=NOW)
        feeds.add(c, "https://blog.example.org/feed", title="A blog", site="https://blog.example.org/", now=NOW)
        feeds.add(c, "https://news.bbc.co.uk/rss", title="News", site="", now=NOW)
        assert find_subscription(c, typed) is None


@pytest.mark.parametrize(
    "typed", ["inessential.com", "www.inessential.com/", "http://inessential.com/feed/", "feed://inessential.com/feed"]
)
def test_the_address_of_a_site_or_of_its_feed_means_it_however_it_is_spelt(db: Path, typed: str) -> None:
    with closing(connect(db)) as c:
        feed = feeds.add(c, "https://inessential.com/feed", title="i", site="https://inessential.com/", now=NOW)
        assert find_subscription(c, typed) == (feed, None)


def test_the_address_of_an_article_means_it(db: Path) -> None:
    shelve(db, "The Example Review", [Piece("One", 1)])
    with closing(connect(db)) as c:
        link = c.execute("SELECT link FROM article").fetchone()[0]
        found = find_subscription(c, link.partition("://")[2])
        assert found is not None
        assert found[1] is not None
