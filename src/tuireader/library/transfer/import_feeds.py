"""Import of feed lists from other programs; new feeds are fetched later, when due."""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from tuireader import paths
from tuireader.errors import AddressError, NotAFeedListError, QueryError
from tuireader.feeds.opml import LIMIT, NEW_MAX, Outline, read_list
from tuireader.feeds.url_list import Ignored, ListedAddress, read_url_list, translated
from tuireader.library.transfer import newsboat
from tuireader.model.query import Rule
from tuireader.store import feeds, folders, rules, status_outbox, ui_state
from tuireader.store.connection import transaction
from tuireader.store.pruning import QUIET
from tuireader.store.row_values import name_key
from tuireader.urls.identity import place
from tuireader.urls.typed_and_shown import (
    addresses_to_try,
    kept_user,
    shown_address,
    split_credentials,
    without_passwords,
)

_OPML, _BEGINNING = re.compile(rb"<outline\b|opml\s+version=", re.IGNORECASE), 4096
"""Recognises OPML whose beginning is missing, and bytes searched for it."""
_BLANK = b"\xef\xbb\xbf \t\r\n"


@dataclass(frozen=True, slots=True)
class ImportedFeed:
    """The result for one feed of a list."""

    outline: Outline
    status: Literal["added", "known", "failed", "unsupported"]
    feed_id: int | None
    error: str | None = None
    line: int | None = None
    """Its line number, if the list has one address a line."""
    is_rule: bool = False
    """Whether it is a rule instead of a feed."""
    query: str = ""
    """The query of a saved search or rule that was imported."""
    is_filled: bool = False
    """Whether a known feed got its name or folder from the list."""


def is_path(text: str) -> bool:
    """True if a typed address looks like a file name on this machine."""
    if text.startswith("//") or "://" in text:
        return False
    return text.startswith(("/", "~", "./", "../")) or text.lower().endswith((".opml", ".jsonl"))


def read_file(path: str) -> bytes:
    """The content of a list at a typed path; raises NotAFeedListError."""
    shown = shown_address(path)
    try:
        file = paths.expand_user(path)
        if not file.is_file():
            raise NotAFeedListError(f"File not found: {shown}")
        with file.open("rb") as opened:
            return opened.read(LIMIT + 1)
    except OSError as error:
        raise NotAFeedListError(f"Cannot read {shown}: {error.strerror or error}") from error


def import_feeds(c: sqlite3.Connection, content: bytes, now: datetime) -> list[ImportedFeed]:
    """Follow the new feeds of a list; raises NotAFeedListError if it contains none.

    Each is saved at once: if the program is killed, the next import adds the rest.
    """
    if content.lstrip(_BLANK).startswith(b"<") or _OPML.search(content[:_BEGINNING]):
        there = feeds.by_place(c)
        listed = read_list(content)
        found = [_follow(c, outline, there, now) for outline in listed.outlines]
        _follow_names(c, found)
        return found + [
            ImportedFeed(Outline(each.what, "", ""), "unsupported", None, each.why) for each in listed.left_out
        ]
    if len(content) > LIMIT:
        raise NotAFeedListError(f"File too large (over {LIMIT // 1000000} MB)")
    if b"\0" in content[:4096]:
        raise NotAFeedListError("Not a feed list: not a text file")
    text = content.decode("utf-8-sig", "replace")
    lines = read_url_list(text)
    known = sum(bool(_is_address(each.url) or each.search or each.unsupported) for each in lines)
    read = text.splitlines()[: lines[-1].line if lines else 0]
    written = sum(not line.lstrip().startswith(("#", "//")) for line in read if line.strip())
    if content.lstrip(_BLANK)[:1] in (b"{", b"[") or 2 * known < max(1, written):
        raise NotAFeedListError("No feeds in this file. Supported: OPML, newsboat urls, or one address per line")
    return follow_lines(c, lines, now)


def _is_address(text: str) -> bool:
    return "." in text or "://" in text


def follow_lines(c: sqlite3.Connection, lines: list[ListedAddress], now: datetime) -> list[ImportedFeed]:
    """Follow the feeds in lines, each in the folder of its first tag.

    Tags that any line has in a later place are given to the articles as tags. Newsboat's searches are saved if they
    can be translated.
    """
    there = feeds.by_place(c)
    names = newsboat.extra_tags(lines)
    every = {name for some in names.values() for name in some}
    saved = {name_key(each.name) for each in ui_state.searches(c)}
    tags: dict[int, dict[str, None]] = defaultdict(dict)
    found = []
    for each in (line for line in lines if line.search is None):
        came = _follow_line(c, each, there, now)
        if came.feed_id is not None:
            tags[came.feed_id] |= dict.fromkeys(names[each.line])
            if each.is_hidden and came.status == "added":
                feeds.set_option(c, came.feed_id, QUIET, "yes")
        found.append(came)
    for feed_id, own in tags.items():  # a feed may stand in many lines
        newsboat.give_tags(c, feed_id, [*own], now)
    _follow_names(c, found)
    # Feeds that came after a search would not be meant by it.
    found += [_save_search(c, each, each.search, every, saved) for each in lines if each.search is not None]
    return sorted(found, key=lambda came: came.line or 0)


def ignore(
    c: sqlite3.Connection, ignored: list[Ignored], tags: dict[int, list[str]], now: datetime
) -> list[ImportedFeed]:
    """Add rules that hide what newsboat ignores, as far as that can be translated."""
    there = feeds.by_place(c)
    names = {name for some in tags.values() for name in some}
    found = []
    known = {replace(each, id=0) for each in rules.every(c)}
    before = len(known)
    for each in ignored:
        outline = Outline(f"ignore-article {without_passwords(each.expression)}", "", "")
        query = translated(each.expression, names, is_narrow=True)  # what it shows is not to be hidden here
        feed_id = None if each.feed == "*" else there.get(place(each.feed))
        if not query or (each.feed != "*" and feed_id is None):
            ignored_in = shown_address(each.feed)
            why = f"newsboat config, line {each.line}: unsupported ignore-article {ignored_in}"
            found.append(ImportedFeed(outline, "unsupported", None, why, is_rule=True))
            continue
        rule = Rule(query, feed_id=feed_id, hide=True)
        is_known = rule in known
        try:
            if not is_known and len(known) - before >= NEW_MAX:
                raise QueryError(f"at most {NEW_MAX:,} rules per file")  # noqa: TRY301
            known.add(rule if is_known else replace(rules.add(c, rule, now), id=0))
        except QueryError as error:
            found.append(ImportedFeed(outline, "unsupported", None, str(error), is_rule=True))
            continue
        found.append(ImportedFeed(outline, "known" if is_known else "added", None, is_rule=True, query=query))
    return found


def _save_search(
    c: sqlite3.Connection, listed: ListedAddress, search: tuple[str, str], tags: set[str], saved: set[str]
) -> ImportedFeed:
    name, expression = search
    outline = Outline(f"query:{name}", name, "")
    query = translated(expression, tags)
    if query is None or not name.strip():
        why = f"unsupported newsboat query: {without_passwords(expression)}"
        return ImportedFeed(outline, "unsupported", None, why, listed.line)
    is_known = name_key(name) in saved
    if not is_known:
        try:
            ui_state.put_search(c, name, query)
        except QueryError as error:
            return ImportedFeed(outline, "unsupported", None, str(error), listed.line)
        saved.add(name_key(name))
    return ImportedFeed(outline, "known" if is_known else "added", None, None, listed.line, query=query)


def _follow_line(c: sqlite3.Connection, listed: ListedAddress, there: dict[str, int], now: datetime) -> ImportedFeed:
    """Follow the feed of a line, in the folder of its first tag."""
    outline = Outline(listed.url, listed.title, listed.tags[0] if listed.tags else "")
    if listed.unsupported:
        return ImportedFeed(outline, "unsupported", None, listed.unsupported, listed.line)
    return replace(_follow(c, outline, there, now), line=listed.line)


def _follow(c: sqlite3.Connection, outline: Outline, there: dict[str, int], now: datetime) -> ImportedFeed:
    """Subscribe to one feed, unless `there` has its address."""
    try:
        url = addresses_to_try(outline.url)[0]
    except AddressError as error:
        return ImportedFeed(outline, "failed", None, str(error))
    where = place(url)
    if where in there:
        feed = feeds.get(c, there[where])
        is_left = feed.id in feeds.leaving(c)
        if (name := kept_user(feed.url, url)) and not is_left:
            return ImportedFeed(outline, "failed", None, f"already subscribed as “{name}”")
        if is_left and url != feed.url and split_credentials(url)[1]:
            feeds.record(c, replace(feed, url=url))
        return ImportedFeed(outline, "known", there[where], is_filled=_fill_in(c, there[where], outline))
    with transaction(c):  # whole, or not at all: what is here already is not made anew
        feed = feeds.add(c, url, title=outline.title, site="", now=now, follows=False)
        if outline.title:  # what the user calls it, whatever it calls itself
            feeds.rename(c, feed.id, outline.title, follows=False)
        if outline.folder:
            folders.put(c, feed.id, folders.add(c, outline.folder).id)
        newsboat.give_tags(c, feed.id, outline.tags, now)
    there[where] = feed.id
    return ImportedFeed(outline, "added", feed.id)


def _follow_names(c: sqlite3.Connection, found: Iterable[ImportedFeed]) -> None:
    """Let saved searches and rules follow the names of new feeds, of all at once."""
    new = {each.feed_id for each in found if each.status == "added"}
    with transaction(c):
        feeds.follow_names(c, {feed.id: {name_key(feed.url)} for feed in feeds.every(c) if feed.id in new})


def _fill_in(c: sqlite3.Connection, feed_id: int, outline: Outline) -> bool:
    """Give a subscribed feed the folder and title of a list, unless the user has set others; true if one was given."""
    feed = feeds.get(c, feed_id)
    feeds.stay(c, feed_id)
    if feed.checked is None:  # it may have come with this list: the first that it says counts
        return False
    is_named = bool(outline.title) and not feed.given_name and outline.title != feed.title
    is_named = is_named and not status_outbox.is_changed(c, feed.url, "title")
    if is_named:
        feeds.rename(c, feed_id, outline.title)
        status_outbox.date_back(c, feed.url, "title")
    is_filed = bool(outline.folder) and feed.folder_id is None and not status_outbox.is_changed(c, feed.url, "folder")
    if is_filed:
        folders.put(c, feed_id, folders.add(c, outline.folder).id)
        status_outbox.date_back(c, feed.url, "folder")
    return is_named or is_filed
