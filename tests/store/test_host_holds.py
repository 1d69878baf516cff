import sqlite3
from datetime import timedelta

from support.factories import NOW
from tuireader.store import site_facts

HOUR = timedelta(hours=1)


def test_who_asked_to_wait_is_waited_for(c: sqlite3.Connection) -> None:
    site_facts.hold(c, "one.example", NOW + HOUR, now=NOW)
    assert site_facts.held_until(c, ["one.example"], NOW) == NOW + HOUR
    assert site_facts.held_until(c, ["one.example"], NOW + HOUR - timedelta(seconds=1)) == NOW + HOUR
    assert site_facts.held_until(c, ["one.example"], NOW + HOUR) is None
    assert site_facts.held_until(c, ["two.example"], NOW) is None


def test_of_several_places_the_longest_wait_counts(c: sqlite3.Connection) -> None:
    site_facts.hold(c, "one.example", NOW + HOUR, now=NOW)
    site_facts.hold(c, "https://one.example/feed", NOW + 2 * HOUR, now=NOW)
    assert site_facts.held_until(c, ["one.example", "https://one.example/feed"], NOW) == NOW + 2 * HOUR


def test_the_last_word_counts_and_what_is_over_is_forgotten(c: sqlite3.Connection) -> None:
    site_facts.hold(c, "one.example", NOW + HOUR, now=NOW)
    site_facts.hold(c, "two.example", NOW + HOUR, now=NOW + HOUR - timedelta(minutes=1))
    site_facts.hold(c, "two.example", NOW + 3 * HOUR, now=NOW + HOUR)
    assert site_facts.held_until(c, ["two.example"], NOW + HOUR) == NOW + 3 * HOUR
    assert c.execute("SELECT place FROM hold").fetchall() == [("two.example",)]


def test_a_clock_that_was_set_back_silences_no_one(c: sqlite3.Connection) -> None:
    site_facts.hold(c, "one.example", NOW + HOUR, now=NOW)
    assert site_facts.held_until(c, ["one.example"], NOW - HOUR) is None
