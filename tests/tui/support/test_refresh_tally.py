from datetime import UTC, datetime

from tuireader.model.feed import Feed, Refreshed
from tuireader.tui.support.refresh_tally import Tally

NOW = datetime(2026, 1, 15, tzinfo=UTC)


def feed(title: str) -> Feed:
    return Feed(id=1, url=f"https://{title.lower()}.example/feed", title=title, site="")


def test_the_only_feed_that_failed_is_named() -> None:
    tally = Tally(2)
    tally.add(Refreshed(feed("Notes"), "unchanged"))
    tally.add(Refreshed(feed("Review"), "failed", error="review.example did not answer"))
    assert tally.summary() == "Nothing new · Review: review.example did not answer"


def test_where_one_feed_was_asked_for_its_name_is_said_once() -> None:
    tally = Tally(1, "Review")
    tally.add(Refreshed(feed("Review"), "failed", error="review.example did not answer"))
    assert tally.summary() == "Review: review.example did not answer"
