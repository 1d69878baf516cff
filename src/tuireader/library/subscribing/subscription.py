"""Adding, changing and ending subscriptions."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from tuireader.errors import AddressError, NotFoundError
from tuireader.feeds import parse
from tuireader.library import rules as library_rules
from tuireader.library.jobs.batching import BatchJob, Write
from tuireader.library.politeness import polling
from tuireader.library.reading import full_text, user_edits
from tuireader.library.refreshing import ingest
from tuireader.library.subscribing import discovery, typed_page
from tuireader.model.feed import LOCAL, Feed, Refreshed, is_unfiled
from tuireader.model.fetched import FeedLink, Page, ParsedFeed
from tuireader.model.query import Query
from tuireader.store import accounts, articles, feeds, folders, rules, save_articles, server_statuses, status_outbox
from tuireader.store.connection import transaction
from tuireader.store.queries import article_lists
from tuireader.urls.identity import is_front_page, of_one_site, place, same_place
from tuireader.urls.typed_and_shown import addresses_to_try, with_credentials_of


def unsubscribe(c: sqlite3.Connection, feed_id: int) -> None:
    with transaction(c):
        _note(c, feed_id, "unsubscribe")
        feeds.remove(c, feed_id)
        folders.remove_empty(c)


def leave(c: sqlite3.Connection, feed_id: int, now: datetime) -> None:
    """Mark a feed for removal, as unsubscribed `now`; `feeds.stay` cancels that."""
    feeds.leave(c, feed_id, os.getpid(), now)


RESTORABLE_FOR = timedelta(days=1)
"""Maximum age of an undo step after a restart; so long an unsubscribed feed is kept, unless it is synced."""


def unsubscribe_leaving(c: sqlite3.Connection, now: datetime) -> None:
    """Remove the feeds marked for removal: synced ones at the end of their program, others after a day."""
    for feed_id, (owner, when) in feeds.leaving(c).items():
        if feeds.get(c, feed_id).is_of_account or accounts.get(c, LOCAL).cursor:
            is_over = owner == os.getpid() or not _is_alive(owner, when)
        else:
            is_over = now.timestamp() - when >= RESTORABLE_FOR.total_seconds()
        if is_over:
            with transaction(c):
                addresses = feeds.all_addresses(c, feed_id)
                unsubscribe(c, feed_id)
                status_outbox.date_ends(c, addresses, when)  # it was done then, and not only now


def _is_alive(process: int, since: int) -> bool:
    """Whether the process that had this id at `since` (seconds since 1970) still runs; the system reuses ids."""
    started = _start_of(process)
    if started is not None and started > since + 1:
        return False
    if os.name != "posix" or process <= 0:
        return False
    with suppress(OverflowError, ProcessLookupError):
        try:
            os.kill(process, 0)
        except PermissionError:
            return True
        return True
    return False


def _start_of(process: int) -> float | None:
    """When a process started, in seconds since 1970; None if the system does not say."""
    try:
        ticks = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19])
        return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + ticks / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def take_back(c: sqlite3.Connection, feed: Feed) -> Feed:
    """Follow a feed locally that its account no longer follows; returns an existing local feed if there is one."""
    with transaction(c):
        if (own := feeds.followed(c, LOCAL, feed.url)) is not None:
            return own
        before = feeds.every(c)
        folder = "" if feed.folder_id is None else folders.get(c, feed.folder_id).name
        hand_over(c, feed.id, LOCAL, "" if is_unfiled(folder) else folder, before)
        if not feed.custom_title:  # it was its name on the server
            feeds.rename(c, feed.id, feed.title)
        return feeds.get(c, feed.id)


def hand_over(
    c: sqlite3.Connection,
    feed_id: int,
    account_id: int,
    folder: str,
    before: Iterable[Feed],
    *,
    server_id: str = "",
    url: str = "",
) -> list[str]:
    """Hand a feed over to an account as `feeds.hand_over` does, into a folder of the account; "" for none.

    `before` are all feeds with their former folders, whose rules and saved searches follow. Returns messages about
    those that cannot.
    """
    server_statuses.forget_of_feed(c, feed_id)
    feeds.hand_over(c, feed_id, account_id, server_id=server_id, url=url)
    if account_id == LOCAL:  # machines that share a folder know only what was marked before it went
        status_outbox.owe_all(c, article_lists.ids(c, Query(feeds=(feed_id,), apart=True)), status_outbox.returned())
    if folder:
        folders.put(c, feed_id, folders.add(c, folder, account_id=account_id).id)
    said = library_rules.follow_folders(c, before)
    folders.remove_empty(c)
    return said


def rename(c: sqlite3.Connection, feed_id: int, title: str) -> None:
    """Set the user's title of a feed, which no refresh overwrites; "" restores the feed's own."""
    with transaction(c):
        feeds.rename(c, feed_id, title)
        _note(c, feed_id, "rename")


def put_into(c: sqlite3.Connection, feed_id: int, folder: str) -> list[str]:
    """Put a feed into a folder of its account; see `put_all_into`."""
    return put_all_into(c, [feed_id], folder)


def put_all_into(c: sqlite3.Connection, feed_ids: Iterable[int], folder: str) -> list[str]:
    """Put feeds into a folder of their accounts, created if needed; "" for none.

    A folder that becomes empty is removed, unless a rule is for it and cannot follow; returns messages about rules.
    """
    with transaction(c):
        before = [feeds.get(c, feed_id) for feed_id in feed_ids]
        for feed in before:
            to = folders.add(c, folder, account_id=feed.account_id).id if folder.strip() else None
            folders.put(c, feed.id, to)
            _note(c, feed.id, "move")
        said = library_rules.follow_folders(c, before)
        folders.remove_empty(c)
    return said


def put_back(
    c: sqlite3.Connection, filed: Mapping[str, Iterable[int]], of_rules: Mapping[str, Sequence[Any]]
) -> list[str]:
    """Put feeds back into their former folders (`filed`), and the rules for these.

    `of_rules` is from `library.rules.rule_moves`. Returns messages about rules whose folder has no feeds. Raises
    NotFoundError if none of the feeds exists any more.
    """
    here = {feed.id for feed in feeds.every(c)}
    there = {folder: [id_ for id_ in ids if id_ in here] for folder, ids in filed.items()}
    if not any(there.values()):
        raise NotFoundError("This feed no longer exists.")
    with transaction(c):
        with library_rules.undo_rule_moves(c, of_rules):
            for folder, ids in there.items():
                put_all_into(c, ids, folder)
        folders.remove_empty(c)
        return library_rules.without_feeds(c, [each for each in rules.every(c) if str(each.id) not in of_rules])


def file_new(c: sqlite3.Connection, came: Refreshed, folder: str, now: datetime) -> tuple[Refreshed, list[str]]:
    """Put a new feed into a folder, and apply the rules to its articles.

    Returns its result without hidden articles, and the messages of `put_all_into`.
    """
    with transaction(c):
        said = put_into(c, came.feed.id, folder)
        (left,) = library_rules.apply_to_new(c, [came], now)
    return left, said


def set_option(c: sqlite3.Connection, feed_id: int, name: str, value: str | None) -> None:
    feeds.set_option(c, feed_id, name, value)


def _note(c: sqlite3.Connection, feed_id: int, what: status_outbox.What) -> None:
    """Add a subscription change to the account's outbox."""
    with suppress(NotFoundError):
        feed = feeds.get(c, feed_id)
        folder = "" if feed.folder_id is None else folders.get(c, feed.folder_id).name
        value = {"rename": feed.custom_title, "move": folder, "unsubscribe": feed.url}[what]
        status_outbox.note_subscription(c, feed, what, value)


_place = lru_cache(maxsize=4096)(place)
"""Cached, since each address is compared with those of all subscriptions."""


def find_subscription(c: sqlite3.Connection, typed: str) -> tuple[Feed, int | None] | None:
    """The subscription that a typed address means, and the id of the article if it is one.

    None for unknown or invalid addresses. Only equal addresses count: essential.com does not mean inessential.com, nor
    example.org blog.example.org.
    """
    try:
        return subscription_at(c, addresses_to_try(typed))
    except AddressError:
        return None


def subscription_at(
    c: sqlite3.Connection, addresses: Sequence[str], *, is_claimed: bool = False
) -> tuple[Feed, int | None] | None:
    """The subscription to a feed, a site or an article at one of the addresses, and the id of such an article.

    With `is_claimed`, the site that a feed names counts even if the feed is not on it: any feed can claim any site.
    """
    there = feeds.addresses(c)
    places = {_place(address) for address in addresses} - {""}
    sites = [(id_, site) for id_, url, site in there if is_claimed or of_one_site(url, site)]
    for addresses_of_feeds in ([(id_, url) for id_, url, _ in there], sites):
        for id_, address in addresses_of_feeds:
            if _place(address) in places:
                return feeds.get(c, id_), None
    for address in addresses:
        for article in articles.at(c, address):
            feed = feeds.get(c, article.feed_id)
            if of_one_site(address, feed.url) or (is_claimed and of_one_site(address, feed.site)):
                return feed, article.id
    return None


def subscription_to(c: sqlite3.Connection, url: str) -> Feed | None:
    wanted = _place(url)
    found = next((id_ for id_, there, _ in feeds.addresses(c) if wanted and _place(there) == wanted), None)
    return None if found is None else feeds.get(c, found)


def article_at(c: sqlite3.Connection, feed: Feed, addresses: Sequence[str], parsed: ParsedFeed | None) -> int | None:
    """The feed's article at one of the addresses: among those just fetched, else in the cache."""
    places = {place(address) for address in addresses}
    guids = [entry.guid for entry in parsed.entries if place(entry.link) in places] if parsed is not None else []
    there = [known.id for known in save_articles.known(c, feed.id, guids).values()]
    there += [each.id for address in addresses for each in articles.at(c, address) if each.feed_id == feed.id]
    return next(iter(there), None)


_SAMPLE_SIZE = 20
"""Number of a feed's articles whose addresses are examined to find the sites of the feed."""


@dataclass(frozen=True, slots=True)
class SaveNewFeed(BatchJob[Refreshed | Feed]):
    """Subscribe to the feed in `page`, and save its articles; returns an existing subscription if there is one.

    Raises NotAFeedError.
    """

    found: discovery.Candidates
    link: FeedLink
    page: Page
    now: datetime

    @property
    def size(self) -> int:  # type: ignore[override]  # it need not be kept
        return len(self.page.content)

    def prepare(self, c: sqlite3.Connection) -> Write[Refreshed | Feed]:
        there = subscription_to(c, self.link.url)
        if there is not None:
            return lambda _: there
        found, link, page = self.found, self.link, self.page
        parsed = parse.parse_feed(page.content, page.url, page.content_type)
        url = with_credentials_of(_kept_address(link.url, page), found.address)
        site = found.page.url if found.page is not page and is_front_page(found.page.url) else parsed.site
        reach = polling.reach_at(url, link.url, page)
        save = ingest.prepare_new(c, replace(page, moved_to=None), parsed, self.now)

        def add(c: sqlite3.Connection) -> Refreshed | Feed:
            feed = feeds.add(c, url, title=parsed.title or link.title, site=site, now=self.now, reach=reach)
            return replace(save(c, feed), status="updated")  # also by a feed without articles: it is new here

        return add

    def conclude(self, c: sqlite3.Connection, results: list[Refreshed | Feed]) -> list[Refreshed | Feed]:
        return library_rules.apply_to_new(c, results, self.now)


def may_mean_article(found: discovery.Candidates) -> bool:
    return not (found.page is found.fetched or is_front_page(found.page.url))


def article_meant(
    c: sqlite3.Connection, found: discovery.Candidates, feed: Feed, feed_page: Page | None, now: datetime
) -> int | None:
    """The id of the article whose page the user gave: in the feed, else saved from the page; None if it is none.

    Missing names and text are added from the page. `feed_page` is the response with the feed if it was just fetched.
    """
    parsed = None if feed_page is None else parse.parse_feed(feed_page.content, feed_page.url, feed_page.content_type)
    there = article_at(c, feed, (found.address, found.page.url), parsed)
    if there is not None:
        full_text.complete(c, there, found.page)
        return there
    if not _is_of_feed(c, found.page, feed, parsed):
        return None
    prepared = typed_page.article_of(found.page, feed.site, parsed)
    if prepared is None:
        return None
    return user_edits.save_page(c, prepared, now, feed.id, is_old=True)


def _is_of_feed(c: sqlite3.Connection, page: Page, feed: Feed, parsed: ParsedFeed | None) -> bool:
    """Whether a page is on a feed's site, or on that of one of its articles: any page can link any feed."""
    if parsed is None:
        ids = article_lists.ids(c, Query(feeds=(feed.id,), apart=True), 0, _SAMPLE_SIZE)
        links = [link for _, _, _, _, link, *_ in save_articles.facts_of(c, ids)]
    else:
        links = [entry.link for entry in parsed.entries[:_SAMPLE_SIZE]]
    return any(of_one_site(page.url, url) for url in (feed.url, feed.site, *links))


def _kept_address(asked: str, page: Page) -> str:
    """The address to save for a feed: a permanent redirect's target, else the page's if equal, else `asked`."""
    return page.moved_to or (page.url if same_place(asked, page.url) else asked)
