from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tuireader.feeds.entries import as_html, attachments, first_words, identity, with_unique_guids
from tuireader.model.fetched import ParsedEntry

DAY = datetime(2024, 1, 1, tzinfo=UTC)


def test_entry_without_guid_is_known_by_its_link_else_by_what_it_says() -> None:
    linked, dated, again, bare, other = with_unique_guids(
        [
            ParsedEntry("", "t", link="https://a.example/1"),
            ParsedEntry("", "t", published=DAY),
            ParsedEntry("", "u", published=DAY),
            ParsedEntry("", "", html="<p>one</p>"),
            ParsedEntry("", "", html="<p>two</p>"),
        ]
    )
    assert linked.guid == "https://a.example/1"
    assert len({dated.guid, again.guid, bare.guid, other.guid}) == 4
    assert with_unique_guids([ParsedEntry("", "t", published=DAY, html="changed")])[0].guid == dated.guid


def test_shared_guid_is_told_apart_by_what_changes_least() -> None:
    one, two = with_unique_guids([ParsedEntry("g", "one", html="a"), ParsedEntry("g", "two", html="b")])
    edited, _ = with_unique_guids([ParsedEntry("g", "one", html="edited"), ParsedEntry("g", "two", html="b")])
    assert one.guid != two.guid
    assert edited.guid == one.guid


def test_what_is_there_twice_is_there_once() -> None:
    entry = ParsedEntry("g", "t", html="same")
    assert with_unique_guids([entry, entry]) == (entry,)


def test_titles_for_what_has_none() -> None:
    titled = with_unique_guids(
        [
            ParsedEntry(
                "1",
                "",
                html="<style>p {color: red}</style><p>Ten words are enough, and what follows, is cut off here.</p>",
            ),
            ParsedEntry("2", "", html="<script>if (a<b) alert()</script><p>Hi &amp; bye</p>"),
            ParsedEntry("3", "", link="https://a.example/2024/the-long-way/"),
            ParsedEntry("4", "", link="https://a.example/"),
            ParsedEntry("5", "", html="一" * 200),
        ]
    )
    assert [entry.title for entry in titled] == [
        "Ten words are enough, and what follows, is cut off…",
        "Hi & bye",
        "the long way",
        "Untitled",
        "一" * 60 + "…",
    ]


def test_first_words_stop_at_a_tag_that_is_cut_off() -> None:
    assert first_words("Hello <a href='" + "x" * 5000) == "Hello"


@pytest.mark.parametrize(("body", "title"), [("<p>…</p>", ""), ("...", ""), ("<p>🎉</p>", "🎉"), ("No…", "No…")])
def test_dots_are_no_title(body: str, title: str) -> None:
    assert first_words(body) == title


def test_identities() -> None:
    assert identity(" a\x1bb ") == "ab"
    assert identity(17) == "17"
    odd: list[Any] = [None, True, 1.5, [], {}]
    assert [identity(value) for value in odd] == [""] * 5
    assert identity("x" * 3000).startswith("sha256:")


def test_plain_text_keeps_its_lines_where_they_mean_something() -> None:
    assert as_html("a <b> & c\r\n\r\nd\ne") == "<p>a &lt;b&gt; &amp; c</p><p>d<br>e</p>"
    wrapped = ("word " * 14).strip()
    assert as_html(f"{wrapped}\n{wrapped}\nend") == f"<p>{wrapped} {wrapped} end</p>"
    assert as_html("  \n ") == ""


def test_attachments_are_links_to_sound_and_films_not_shown_yet() -> None:
    files = [
        ("/a.mp3?x=1", "audio/mpeg", ""),
        ("/b.mp4", "Video/mp4", "B <b>"),
        ("/c.jpg", "image/jpeg", ""),
        ("/shown.ogg", "audio/ogg", ""),
        ("http://[", "audio/ogg", ""),
        ("/a.mp3?x=1", "audio/mpeg", ""),
    ]
    body = '<audio src="https://a.example/shown.ogg">'
    assert attachments(files, body, "https://a.example/") == (
        '<p><a href="https://a.example/a.mp3?x=1">Audio: a.mp3</a></p>'
        '<p><a href="https://a.example/b.mp4">Video: B &lt;b&gt;</a></p>'
    )
