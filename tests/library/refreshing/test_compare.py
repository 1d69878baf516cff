from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tuireader.library.refreshing.match_entries import digest_of, plan, prepare
from tuireader.model.fetched import Known, ParsedEntry, ParsedFeed

MOMENT = datetime(2026, 1, 15, tzinfo=UTC)
ENTRY = ParsedEntry(
    guid="http://a.test/1",
    title="Title",
    link="http://a.test/1",
    authors=("Zoë",),
    categories=("China/Russia",),
    published=MOMENT,
    html="<p>Eight words stand in this short paragraph.</p><script>not these</script>",
)


def feed(*entries: ParsedEntry) -> ParsedFeed:
    return ParsedFeed(title="T", site="", entries=entries)


def known(entry: ParsedEntry, number: int = 7) -> dict[str, Known]:
    return {entry.guid: Known(number, digest_of(entry))}


def test_what_is_not_known_is_new() -> None:
    other = replace(ENTRY, guid="2")
    what = plan({}, feed(ENTRY, other))
    assert [prepared.entry for prepared in what.new] == [ENTRY, other]
    assert (what.changed, what.unchanged) == ((), 0)


def test_what_is_known_is_unchanged() -> None:
    what = plan(known(ENTRY), feed(ENTRY))
    assert (what.new, what.changed, what.unchanged) == ((), (), 1)


@pytest.mark.parametrize(
    "edit",
    [
        {"title": "Other"},
        {"link": "http://a.test/2"},
        {"authors": ("Zoë", "Andrew")},
        {"authors": ()},
        {"categories": ("Elections",)},
        {"authors": (), "categories": ("Zoë", "China/Russia")},
        {"html": "<p>Edited</p>"},
        {"updated": MOMENT},
    ],
)
def test_what_the_reader_would_see_is_an_edit(edit: dict[str, object]) -> None:
    edited = replace(ENTRY, **edit)  # type: ignore[arg-type]
    what = plan(known(ENTRY), feed(edited))
    assert (what.new, what.unchanged) == ((), 0)
    ((number, prepared),) = what.changed
    assert (number, prepared.entry, prepared.digest) == (7, edited, digest_of(edited))


def test_a_date_of_publication_that_moves_is_no_edit() -> None:
    assert plan(known(ENTRY), feed(replace(ENTRY, published=None))).unchanged == 1


@pytest.mark.parametrize(("before", "after"), [("http", "https"), ("https", "http")])
def test_a_guid_that_changes_its_scheme_is_the_same_article(before: str, after: str) -> None:
    then, now = replace(ENTRY, guid=f"{before}://a.test/1"), replace(ENTRY, guid=f"{after}://a.test/1")
    assert plan(known(then), feed(now)).unchanged == 1
    assert plan(known(then), feed(now, then)).unchanged == 1


def test_what_is_there_twice_is_taken_once() -> None:
    what = plan({}, feed(ENTRY, replace(ENTRY, title="Again")))
    assert [prepared.entry.title for prepared in what.new] == ["Title"]


def test_an_entry_is_made_ready() -> None:
    prepared = prepare(ENTRY)
    assert prepared.words == 7
    assert "short paragraph" in prepared.text
    assert "not these" not in prepared.text
    assert "<" not in prepared.text
    assert not prepared.excerpt
    assert prepare(replace(ENTRY, html="<p>It begins well, and then […]</p>")).excerpt


def test_a_digest_takes_any_text() -> None:
    odd = replace(ENTRY, title="\ud800", html="\0")
    assert len(digest_of(odd)) == 16
