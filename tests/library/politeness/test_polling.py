"""The rules that publishers ask a feed reader to keep, one by one; those about requests are in test_politeness."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tuireader.errors import FetchError, NotAFeedError
from tuireader.library.politeness import polling
from tuireader.model.feed import Feed, Validators
from tuireader.model.fetched import Page, ParsedFeed

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
URL = "https://example.org/feed"
V1, V2 = Validators('"1"', "Mon"), Validators('W/"2"', "Tue")
FEED = Feed(id=1, url=URL, title="T", site="https://example.org/", validators=V1, body_hash=b"1", checked=NOW, due=NOW)
PARSED = ParsedFeed(title="New title", site="https://example.org/blog/", entries=())


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def page(url: str = URL, **facts: object) -> Page:
    return Page(url=url, status=200, content=b"", **facts)  # type: ignore[arg-type]


def parsed(feed: Feed, answer: Page, result: ParsedFeed | None = PARSED) -> Feed:
    return polling.after_parsed(feed, answer, b"2", result, NOW)


def failed(feed: Feed, status: int, retry_after: int | None = None) -> Feed:
    return polling.after_failure(feed, FetchError("It failed", status=status, retry_after=retry_after), NOW)


def test_rule_03_validators_are_stored_from_every_200_that_parses() -> None:
    assert parsed(FEED, page(validators=V2)).validators == V2
    assert parsed(FEED, page(validators=V2), None).validators == V2  # the body was the same
    assert parsed(FEED, page()).validators == Validators()
    assert parsed(FEED, page(validators=Validators('"3"'))).validators == Validators('"3"')


def test_validators_that_a_server_does_not_take_back_are_let_go() -> None:
    long = replace(FEED, validators=Validators('"' + "x" * 1500 + '"'))
    for status, feed, kept in ((431, FEED, False), (400, long, False), (400, FEED, True), (500, long, True)):
        assert bool(failed(feed, status).validators) is kept


def test_rule_03_validators_are_renewed_by_a_304_that_carries_them() -> None:
    assert polling.after_unchanged(FEED, page(), NOW).validators == V1
    assert polling.after_unchanged(FEED, page(validators=V2), NOW).validators == V2
    only_etag = page(validators=Validators('"5"'))
    assert polling.after_unchanged(FEED, only_etag, NOW).validators == Validators('"5"', "Mon")


def test_rule_03_what_does_not_parse_changes_nothing_but_the_health() -> None:
    after = polling.after_failure(FEED, NotAFeedError("That is a web page."), NOW)
    assert after == replace(
        FEED, checked=NOW, due=NOW + hours(1), failures=1, error="That is a web page.", moved_hits=0, moved_to=None
    )


def test_rule_04_validators_of_another_host_are_not_kept() -> None:
    assert parsed(FEED, page("https://cdn.example.net/feed", validators=V2)).validators == Validators()
    assert parsed(FEED, page("https://example.org/other", validators=V2)).validators == V2


@pytest.mark.parametrize("target", ["https://example.org/new", "https://other.example.net/feed"])
def test_rule_04_a_new_address_has_only_its_own_validators(target: str) -> None:
    feed = replace(FEED, moved_to=target, moved_hits=2)
    assert parsed(feed, page(target, moved_to=target, validators=V2)).validators == V2
    assert parsed(feed, page(target, moved_to=target)).validators == Validators()
    assert polling.after_unchanged(feed, page(target, moved_to=target), NOW).validators == Validators()
    assert polling.after_unchanged(feed, page(target, moved_to=target, validators=V2), NOW).validators == V2
    elsewhere = page("https://cdn.example.com/x", moved_to=target, validators=V2)
    assert parsed(feed, elsewhere).validators == Validators()


def test_rule_05_an_hour_with_validators_a_day_without() -> None:
    after = parsed(FEED, page(validators=V2))
    assert (after.checked, after.due) == (NOW, NOW + hours(1))
    assert polling.after_unchanged(FEED, page(), NOW).due == NOW + hours(1)
    assert parsed(FEED, page()).due == NOW + hours(24)
    assert failed(replace(FEED, validators=Validators()), 500).due == NOW + hours(24)


def test_rule_05_59_minutes_is_early() -> None:
    after = parsed(FEED, page(validators=V2))
    assert not polling.may_ask(after, NOW + timedelta(minutes=59, seconds=59))
    assert polling.may_ask(after, NOW + hours(1))
    assert polling.may_ask(replace(after, due=None), NOW)


def test_rule_05_force_overrides_the_timer_and_nothing_else() -> None:
    assert polling.may_ask(parsed(FEED, page(validators=V2)), NOW, force=True)
    assert polling.may_ask(failed(FEED, 404), NOW, force=True)
    assert not polling.may_ask(failed(FEED, 429, 60), NOW, force=True)
    assert not polling.may_ask(failed(FEED, 503, 60), NOW, force=True)
    assert not polling.may_ask(failed(FEED, 410), NOW + hours(10_000), force=True)


def test_a_clock_that_was_set_back_does_not_silence_a_feed() -> None:
    after = parsed(FEED, page(validators=V2))
    assert polling.may_ask(after, NOW - timedelta(days=400))
    assert not polling.may_ask(after, NOW - timedelta(minutes=4))


@pytest.mark.parametrize(
    ("fresh_for", "pace", "wait"),
    [
        (None, None, 1),
        (0, None, 1),
        (1800, None, 1),
        (7200, None, 2),
        (86_400, None, 24),
        (10**9, None, 24),
        (None, 21_600, 6),
        (7200, 21_600, 6),
        (None, 600, 1),
        (0, 10**9, 24),
    ],
)
def test_rule_06_what_the_server_and_the_feed_say_puts_the_next_poll_off(
    fresh_for: int | None, pace: int | None, wait: int
) -> None:
    answer = page(validators=V2, fresh_for=fresh_for)
    after = parsed(FEED, answer, replace(PARSED, fresh_for=pace))
    assert after.due == NOW + hours(wait)
    assert polling.after_unchanged(after, answer, NOW).due == NOW + hours(wait)  # the feed's own wish is remembered
    assert parsed(after, answer, None).due == NOW + hours(wait)


def test_rule_06_neither_shortens_a_day_without_validators() -> None:
    assert parsed(FEED, page(fresh_for=3600), replace(PARSED, fresh_for=3600)).due == NOW + hours(24)


@pytest.mark.parametrize("status", [429, 503])
def test_rule_07_no_request_before_retry_after(status: int) -> None:
    after = failed(FEED, status, 5 * 86_400)
    assert after.due == after.not_before == NOW + timedelta(days=5)
    for force in (False, True):
        assert not polling.may_ask(after, NOW + timedelta(days=5, seconds=-1), force=force)
        assert polling.may_ask(after, NOW + timedelta(days=5), force=force)


def test_rule_07_a_short_retry_after_does_not_shorten_the_timer() -> None:
    after = failed(FEED, 503, 10)
    assert (after.not_before, after.due) == (NOW + timedelta(seconds=10), NOW + hours(1))


def test_rule_07_a_429_that_does_not_say_how_long_means_the_usual_wait() -> None:
    assert failed(FEED, 429).not_before == NOW + hours(1)
    assert failed(FEED, 503).not_before is None
    assert failed(FEED, 404, 86_400).not_before is None


def test_rule_07_a_429_holds_for_the_whole_host() -> None:
    assert polling.holds_host(FetchError("", status=429))
    assert not polling.holds_host(FetchError("", status=503))
    assert not polling.holds_host(NotAFeedError(""))
    until = NOW + hours(3)
    held = polling.after_hold(replace(FEED, due=NOW + hours(1)), until)
    assert (held.not_before, held.due) == (until, until)
    assert polling.after_hold(replace(FEED, due=None), until).due == until
    assert polling.after_hold(replace(FEED, due=NOW + hours(9)), until).due == NOW + hours(9)
    longer = replace(FEED, not_before=NOW + hours(5))
    assert polling.after_hold(longer, until) is longer


def test_rule_08_three_permanent_redirects_in_a_row_move_a_feed() -> None:
    new = "https://example.org/new"
    feed, answer = FEED, page(new, moved_to=new, validators=V2)
    for hits in (1, 2):
        feed = parsed(feed, answer)
        assert (feed.url, feed.moved_to, feed.moved_hits) == (URL, new, hits)
    feed = parsed(feed, answer)
    assert (feed.url, feed.moved_to, feed.moved_hits) == (new, None, 0)


def test_rule_08_hits_count_only_in_a_row_and_at_one_place() -> None:
    new = "https://example.org/new"
    twice = replace(FEED, moved_to=new, moved_hits=2)
    assert parsed(twice, page()).moved_hits == 0
    assert polling.after_unchanged(twice, page(), NOW).moved_hits == 0
    assert failed(twice, 500).moved_hits == 0
    assert polling.after_failure(twice, NotAFeedError("x"), NOW).moved_hits == 0
    other = parsed(twice, page("https://example.org/x", moved_to="https://example.org/x"))
    assert (other.url, other.moved_to, other.moved_hits) == (URL, "https://example.org/x", 1)
    assert polling.after_unchanged(twice, page(new, moved_to=new), NOW).url == new


def test_rule_08_temporary_redirects_never_move_a_feed() -> None:
    feed = FEED
    for _ in range(10):
        feed = parsed(feed, page("https://example.org/elsewhere", validators=V2))
        assert (feed.url, feed.moved_to, feed.moved_hits) == (URL, None, 0)


def test_rule_08_the_password_moves_along_within_the_host_only() -> None:
    feed = replace(FEED, url="https://me:pw@example.org/feed", moved_hits=2)
    for target, url in [
        ("https://example.org/new", "https://me:pw@example.org/new"),
        ("https://example.net/new", "https://example.net/new"),
    ]:
        assert parsed(replace(feed, moved_to=target), page(target, moved_to=target)).url == url
    assert parsed(feed, page(URL, moved_to=URL)).moved_hits == 0  # a redirect to itself, after all


def test_rule_09_gone_means_never_again() -> None:
    after = failed(FEED, 410)
    assert after.gone
    assert after.error == "It failed"
    assert after.validators == V1
    assert not polling.may_ask(after, NOW + timedelta(days=365))


@pytest.mark.parametrize("status", [404, 403, 500, 502, 503, 401, 400])
def test_rule_09_failures_back_off_to_a_day(status: int) -> None:
    feed, waits = FEED, []
    for _ in range(8):
        feed = failed(replace(feed, due=NOW), status)
        assert feed.due is not None
        waits.append((feed.due - NOW) / hours(1))
    assert waits == [1, 2, 4, 8, 16, 24, 24, 24]
    assert (feed.failures, feed.gone) == (8, False)
    assert failed(replace(feed, failures=10**6), status).due == NOW + hours(24)


def test_rule_09_who_asks_again_by_hand_waits_no_longer_for_it() -> None:
    first = failed(FEED, 500)
    again = failed(first, 404)
    assert (again.failures, again.due) == (first.failures, first.due)
    asked_to_wait = failed(first, 503, retry_after=7200)
    assert asked_to_wait.due == asked_to_wait.not_before == NOW + hours(2)


def test_rule_09_a_success_forgets_the_failures() -> None:
    bad = replace(FEED, failures=5, error="It failed", not_before=NOW, due=NOW + hours(16))
    for after in (parsed(bad, page(validators=V2)), polling.after_unchanged(bad, page(), NOW)):
        assert (after.failures, after.error, after.not_before, after.due) == (0, None, None, NOW + hours(1))


def test_the_title_follows_the_feed_and_the_site_stays() -> None:
    after = parsed(FEED, page())
    assert (after.title, after.site) == ("New title", "https://example.org/")
    assert parsed(FEED, page(), None).title == "T"
    assert parsed(FEED, page(), replace(PARSED, title="")).title == "T"
    assert parsed(replace(FEED, site=""), page()).site == "https://example.org/blog/"
