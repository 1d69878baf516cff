"""What came of a refresh, in all."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tuireader.model.feed import Feed, Refreshed, Saved
from tuireader.tasks.feeds import Tally

NOW = datetime(2026, 1, 15, tzinfo=UTC)


def feed(title: str) -> Feed:
    return Feed(id=1, url=f"https://{title.lower()}.example/feed", title=title, site="")


NOTES, REVIEW = feed("Notes"), feed("Review")
UNCHANGED = Refreshed(NOTES, "unchanged")
FAILED = Refreshed(REVIEW, "failed", error="review.example is not responding")
OFFLINE = Refreshed(REVIEW, "failed", error="no network", offline=True)
CAME = Refreshed(NOTES, "updated", Saved(new=(1, 2)))


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([UNCHANGED, FAILED], "No new articles in 1 feed; 1 failed."),
        ([CAME, FAILED], "2 new articles in 1 of 2 feeds; 1 failed."),
        ([CAME, CAME], "4 new articles in 2 feeds."),
        ([FAILED, FAILED], "Both feeds failed. Check your connection."),
        ([OFFLINE, OFFLINE], "Offline"),
        ([OFFLINE, UNCHANGED], "No new articles in 1 feed; 1 failed."),
        ([FAILED], ""),  # it is said already
        ([CAME], "2 new articles in Notes."),
        ([Refreshed(NOTES, "not-due")], "No feeds are due. To fetch now: --force"),
    ],
)
def test_what_came_is_said_in_a_sentence(events: list[Refreshed], said: str) -> None:
    tally = Tally([event.feed for event in events])
    for event in events:
        tally.add(event)
    assert tally.summary() == said


def test_where_a_server_wants_to_be_left_alone_no_force_is_offered() -> None:
    held = replace(NOTES, not_before=NOW)
    tally = Tally([held], is_forced=True)
    tally.add(Refreshed(held, "not-due"))
    assert tally.summary().startswith("Not refreshed: the server asked to wait until 2026-01-1")
