"""Sync with Miniflux: changes are requested by the server's change times."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from tuireader.async_tools import in_thread
from tuireader.errors import FetchError, FetchFailure, SyncError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.syncing import apply_remote
from tuireader.library.syncing.apply_remote import ApplyEntries, ApplyResult
from tuireader.library.syncing.server import RECENT, RUN_BYTES_MAX, ApiClient, Login, PullRequest, Server
from tuireader.model.article import Clock, Field
from tuireader.model.feed import Account, Feed
from tuireader.model.fetched import Page, RemoteEntry, RemoteFeed
from tuireader.store import accounts
from tuireader.sync import miniflux
from tuireader.urls.hosts import named_host
from tuireader.urls.typed_and_shown import basic_authorization, shown_address

PAGE_SIZES = (200, 40, 8, 1)
"""Articles of one request, and smaller numbers if answers are too large."""
_CLOCKS_DIFFER = 300
"""Seconds by which a server's clock may be ahead."""
_SECONDS_BEFORE = 2 * _CLOCKS_DIFFER
"""Seconds that are read again, since a server writes several changes at a time."""
_NOT_THERE = frozenset({404, 410})
_JSON = "application/json"
_RECENTLY_SENT = 4
"""Number of articles sent last whose change times are kept, since their feeds may be deleted."""
_ATTEMPTS = 3
"""Maximum attempts to set a star by toggling it."""
_HIGHEST = 2**62
_PAGES = 10_000
"""Maximum pages of a list in one run; the next run continues."""


class _Address(Protocol):
    """Builds request URLs for pages of entries."""

    def __call__(self, *, limit: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """Progress of an account's sync."""

    changed: str = ""
    """The latest known change by the server's clock; "" before the first sync."""
    number: int = 0
    """The server id of the article with that change."""
    before: int = 0
    """During the first sync: articles below this server id are still to be read; 0 when all are read."""
    looked: int = 0
    """Articles below this id are checked for corrections next; 0: start with the newest."""
    told: tuple[tuple[int, str], ...] = ()
    """Server ids and change times of the articles sent last; earlier times there show that it was restored."""
    since: str = ""
    """While everything is read again after a restore: older changes on the server lose against local ones."""
    created: str = ""
    """When the newest known article was created on the server."""

    def text(self) -> str:
        """The cursor as saved."""
        return json.dumps([self.changed, self.number, self.before, self.looked, self.told, self.since, self.created])

    def anew(self) -> Cursor:
        """The cursor for reading everything again after a restore."""
        return Cursor(since=self.since or self.changed)

    def with_created(self, moment: datetime | None) -> Cursor:
        """The cursor after an article created at a time was saved."""
        before = miniflux.moment_of(self.created)
        is_later = moment is not None and (before is None or moment > before)
        return replace(self, created=moment.isoformat()) if is_later and moment else self


def _with_created(text: str, moment: datetime) -> str:
    return cursor_of(text).with_created(moment).text()


def cursor_of(text: str) -> Cursor:
    """Parse the saved cursor; an invalid one starts over."""
    try:
        changed, number, before, looked, told, since, created = json.loads(text)
        marked = tuple((int(each), str(stamp)) for each, stamp in told)
        return Cursor(str(changed), int(number), int(before), int(looked), marked, str(since), str(created))
    except (ValueError, TypeError):
        return Cursor()


class Miniflux(Server):
    """Miniflux's REST API, the only one with the categories of articles."""

    def __init__(self, talk: ApiClient, login: Login) -> None:
        """Requests go through `talk` with `login`."""
        super().__init__(talk, login)
        if login.is_token:
            talk.headers = [("X-Auth-Token", login.password)]
        else:
            talk.headers = [("Authorization", basic_authorization(login.user, login.password))]
        self._folders: dict[str, str] | None = None
        self._last: miniflux.Change | None = None
        """The server's latest change when this run began."""
        self._bytes = 0
        """Length of the articles read in this run."""
        self._is_cut = self._is_left = self._has_read_all = False
        """Whether pages were left: of this run, of one list, of the first sync."""
        self._sizes = list(PAGE_SIZES)

    async def sign_in(self) -> None:
        await self.user()

    async def user(self) -> str:
        page = await self.talk.ask("/v1/me")
        name = await in_thread(miniflux.user_of, page.content, page.url)
        if not name:
            raise SyncError(f"Unexpected response from {named_host(page.url)}: not Miniflux")
        return name

    async def feeds(self) -> list[RemoteFeed]:
        if self._last is None:  # before: what comes of a feed that is followed meanwhile is asked for the next time
            page = await self.talk.ask(miniflux.newest("changed_at"))
            self._last = await in_thread(miniflux.newest_change, page.content, page.url)
        page = await self.talk.ask("/v1/feeds")
        return await in_thread(miniflux.feeds_of, page.content, page.url)

    async def mark(self, field: Field, server_ids: Sequence[str], *, value: bool) -> Collection[str]:
        """Mark articles read in one request; toggle the stars that differ, since they cannot be set."""
        if field == "read":
            body = miniflux.marked(server_ids, read=value)
            await self.talk.ask("/v1/entries", method="PUT", body=body, kind=_JSON)
            return ()
        return [each for each in server_ids if not await self._star(each, value=value)]

    async def _star(self, server_id: str, *, value: bool) -> bool:
        """Toggle a star until it is as wanted, since other devices may too; returns whether the article exists."""
        path = _entry(server_id)
        for _ in range(_ATTEMPTS):
            page = await self._if_there(path)
            if page is None:
                return False
            if await in_thread(miniflux.is_starred, page.content, page.url) is value:
                return True
            if await self._if_there(f"{path}/bookmark", method="PUT") is None:
                return False
        return True

    async def subscribe(self, url: str, folder: str) -> tuple[str, RemoteFeed | None]:
        """Follow a feed, unless it is followed already."""
        for feed in await self.feeds():
            if feed.url == url:
                return feed.server_id, feed
        body = miniflux.body(feed_url=url, category_id=int(await self._folder(folder)))
        page = await self.talk.ask("/v1/feeds", method="POST", body=body, kind=_JSON)
        number = await in_thread(miniflux.new_number, page.content, page.url, "feed_id")
        if not number:
            raise SyncError(f"{named_host(page.url)} returned no ID for {shown_address(url)}")
        return number, None

    async def rename(self, feed_id: str, title: str) -> None:
        if title:
            await self._change(feed_id, title=title)

    async def move(self, feed_id: str, folder: str) -> None:
        """Move a feed to a category, creating it if needed."""
        await self._change(feed_id, category_id=int(await self._folder(folder)))

    async def unsubscribe(self, feed_id: str) -> None:
        await self._if_there(f"/v1/feeds/{int(feed_id)}", method="DELETE")

    async def _change(self, feed_id: str, **what: object) -> None:
        await self._if_there(f"/v1/feeds/{int(feed_id)}", method="PUT", body=miniflux.body(**what), kind=_JSON)

    async def _if_there(self, path: str, *, method: str = "GET", body: bytes = b"", kind: str = "") -> Page | None:
        """Request an article or a feed; None if the server no longer has it."""
        try:
            return await self.talk.ask(path, method=method, body=body, kind=kind)
        except FetchError as error:
            if error.status not in _NOT_THERE:
                raise
            return None

    async def _folder(self, name: str) -> str:
        """The id of a category; for "" that of the first, the default."""
        if self._folders is None:
            page = await self.talk.ask("/v1/categories")
            self._folders = await in_thread(miniflux.folders_of, page.content, page.url)
        if name and name not in self._folders:
            page = await self.talk.ask("/v1/categories", method="POST", body=miniflux.body(title=name), kind=_JSON)
            if number := await in_thread(miniflux.new_number, page.content, page.url):
                self._folders[name] = number
        number = self._folders.get(name) or next(iter(sorted(self._folders.values(), key=int)), "")
        if not number:
            raise SyncError(f"No category on {named_host(self.talk.url)} for the feed")
        return number

    @property
    def at_once(self) -> int:
        return 1

    async def entries(self, numbers: Sequence[str]) -> list[RemoteEntry]:
        """Fetch articles by server ids."""
        pages = [await self._if_there(_entry(number)) for number in numbers]
        found = [await in_thread(miniflux.entry_of, page.content, page.url) for page in pages if page is not None]
        return [each for each in found if each is not None]

    async def is_behind(self, number: str) -> bool:
        """Whether all articles of the server have lower ids; else this one was deleted."""
        return await self._highest() < int(number)

    async def _highest(self) -> int:
        page = await self.talk.ask(miniflux.newest("id"))
        numbers, _ = await in_thread(miniflux.numbers_of, page.content, page.url)
        return max(numbers, default=0)

    async def pull(self, cache: Cache, clock: Clock, wanted: PullRequest) -> AsyncGenerator[ApplyResult, None]:
        """Read everything the first time, newest first; later the changes."""
        self._has_read_all = False
        account = wanted.account
        cursor = cursor_of(account.cursor)
        last, self._last = _at_most(self._last or miniflux.Change("", 0), clock()), None
        is_same = cursor.changed and not cursor.before and last == (cursor.changed, cursor.number)
        is_earlier = any(miniflux.seconds_of(last.stamp) < miniflux.seconds_of(stamp) for _, stamp in cursor.told)
        if not is_same or (is_earlier and await wanted.is_set_back()):
            async with aclosing(self._news(cache, clock, wanted, cursor, last)) as news:
                async for taken in news:
                    yield taken
        if cursor.changed and not cursor.before:  # else all has come in this run
            async with aclosing(self._corrections(cache, clock, account)) as corrections:
                async for taken in corrections:
                    yield taken

    async def _corrections(self, cache: Cache, clock: Clock, account: Account) -> AsyncGenerator[ApplyResult, None]:
        """Read some of the recent articles again, others in each run: corrections are not announced."""
        cursor = cursor_of((await cache.read(partial(accounts.get, account_id=account.id))).cursor)
        since = int((clock() - RECENT).timestamp())
        address = partial(miniflux.page, before=cursor.looked or _HIGHEST, published_after=since)
        page = await self._page(address)
        numbers, is_last = await in_thread(miniflux.numbers_of, page.content, page.url)
        if numbers:
            known = miniflux.moment_of(cursor.changed)  # a status that is no later was taken with all that has changed
            taken = await apply_remote.take(
                cache, self, ApplyEntries(account.id, "miniflux", page, clock(), since=known)
            )
            yield taken
            cursor = cursor.with_created(taken.created)
        await _keep(cache, account, replace(cursor, looked=0 if is_last else min(numbers)))

    async def _news(
        self, cache: Cache, clock: Clock, wanted: PullRequest, cursor: Cursor, last: miniflux.Change
    ) -> AsyncGenerator[ApplyResult, None]:
        """Apply the server's changes; if it was restored, read everything again."""
        account = wanted.account
        if cursor.changed and not cursor.since and await wanted.is_set_back():
            cursor = cursor.anew()
        is_wrong = False
        async with aclosing(self._changes(cache, clock, account, cursor, last)) as changes:
            async for taken in changes:
                is_wrong = is_wrong or bool(taken.wrong)
                yield taken
        if is_wrong and cursor.changed and not cursor.since:  # numbers were given to others: it was restored
            yield ApplyResult(said=(apply_remote.restored_message(account),))
            async with aclosing(self._changes(cache, clock, account, cursor.anew(), last)) as changes:
                async for taken in changes:
                    yield taken

    async def _changes(
        self, cache: Cache, clock: Clock, account: Account, cursor: Cursor, last: miniflux.Change
    ) -> AsyncGenerator[ApplyResult, None]:
        """Apply what the cursor does not include yet: all articles, or those changed since."""
        since = miniflux.moment_of(cursor.since)
        created = None if cursor.since or cursor.before else miniflux.moment_of(cursor.created)
        job = partial(ApplyEntries, account.id, "miniflux", unites=bool(cursor.since), since=since, note=_with_created)
        cursor = cursor.with_created(miniflux.moment_of(last.stamp))  # nothing that was there then was created later
        seen: set[str] | None = None
        if not cursor.changed:
            cursor, seen = replace(await self._begin(last), since=cursor.since, created=cursor.created), set()
            await _keep(cache, account, cursor)
        if cursor.before:
            async with aclosing(self._all_before(cursor.before)) as older:
                async for page, before in older:
                    cursor = replace(cursor, before=before)
                    taken = await apply_remote.take(cache, self, job(page, clock(), cursor.text()))
                    cursor = cursor.with_created(taken.created)
                    if seen is not None:
                        seen.update(taken.here)
                    yield taken
            cursor = replace(cursor, before=cursor.before if self._is_cut else 0)
            self._is_left = self._is_cut
            self._has_read_all = not self._is_cut
        changed_after = max(1, miniflux.seconds_of(cursor.changed) - _SECONDS_BEFORE)
        async with aclosing(self._all_since(changed_after)) as changes:
            async for page in changes:
                taken = await apply_remote.take(cache, self, job(page, clock(), seen=created))
                cursor = cursor.with_created(taken.created)
                if seen is not None:
                    seen.update(taken.here)
                yield taken
        if seen is not None and not self._is_left:
            await cache.write(partial(apply_remote.forget_unseen, account_id=account.id, seen=seen))
        since_kept = cursor.since if cursor.before else ""
        await _keep(cache, account, replace(cursor, changed=last.stamp, number=last.number, since=since_kept))

    async def read_feed(
        self, cache: Cache, clock: Clock, account: Account, feed: Feed, *, unites: bool
    ) -> AsyncGenerator[ApplyResult, None]:
        """Read all articles of one feed."""
        cursor = cursor_of(account.cursor)
        known = miniflux.moment_of(cursor.changed)  # older statuses were taken: other ones are those of a backup
        since = miniflux.moment_of(cursor.since) or (known and known - timedelta(seconds=_SECONDS_BEFORE))
        job = partial(
            ApplyEntries, account.id, "miniflux", unites=unites or bool(cursor.since), since=since, note=_with_created
        )
        seen: set[str] = set()
        async with aclosing(self._all_since(0, feed=feed.server_id)) as pages:
            async for page in pages:
                taken = await apply_remote.take(cache, self, job(page, clock()))
                seen.update(taken.here)
                yield taken
        await cache.write(partial(apply_remote.forget_unseen, account_id=account.id, seen=seen, feed_id=feed.id))

    async def _all_before(self, before: int) -> AsyncGenerator[tuple[Page, int], None]:
        """All articles before one, newest first: each page, and the id at which the next begins (0: none).

        Stops if a server repeats itself.
        """

        def following(numbers: Sequence[int], is_last: bool) -> _Address | None:  # noqa: FBT001 - it is called in one place
            nonlocal before
            lowest = min(numbers, default=0)
            before = 0 if is_last or lowest >= before else lowest
            return partial(miniflux.page, before=before) if before else None

        async with aclosing(self._pages(partial(miniflux.page, before=before), following)) as pages:
            async for page in pages:
                yield page, before

    async def _all_since(self, changed_after: int, *, feed: str = "") -> AsyncGenerator[Page, None]:
        """All articles changed since a time, or all of a feed."""
        last = 0

        def following(numbers: Sequence[int], is_last: bool) -> _Address | None:  # noqa: FBT001 - it is called in one place
            nonlocal last
            highest = max(numbers, default=0)
            if is_last or highest <= last:
                return None
            last = highest
            return partial(miniflux.page, after=last, changed_after=changed_after, feed=feed)

        first = partial(miniflux.page, changed_after=changed_after, feed=feed)
        async with aclosing(self._pages(first, following)) as pages:
            async for page in pages:
                yield page

    async def _pages(
        self, first: _Address, following: Callable[[Sequence[int], bool], _Address | None]
    ) -> AsyncGenerator[Page, None]:
        """Pages of articles, each requested while the one before is saved; stops at an empty one."""
        asked: asyncio.Task[Page] | None = asyncio.ensure_future(self._page(first))
        left, self._is_cut = _PAGES, False
        try:
            while asked is not None:
                page, asked, left = await asked, None, left - 1
                self._bytes += len(page.content)
                left = 0 if self._bytes > RUN_BYTES_MAX else left
                numbers, is_last = await in_thread(miniflux.numbers_of, page.content, page.url)
                address = following(numbers, is_last)
                self._is_cut = address is not None and not left
                if address is not None and left:
                    asked = asyncio.ensure_future(self._page(address))
                if numbers:
                    yield page
        finally:
            if asked is not None:
                asked.cancel()
                await asyncio.wait([asked])

    async def _page(self, address: _Address) -> Page:
        """A page of articles, smaller from now on if it is too large."""
        while True:
            try:
                return await self.talk.ask(address(limit=self._sizes[0]))
            except FetchError as error:
                if error.kind is not FetchFailure.TOO_LARGE or len(self._sizes) == 1:
                    raise
                del self._sizes[0]

    @property
    def is_whole(self) -> bool:
        return not self._is_left

    @property
    def has_read_all(self) -> bool:
        return self._has_read_all

    async def _begin(self, last: miniflux.Change) -> Cursor:
        highest = await self._highest()
        return Cursor(last.stamp, last.number, highest + 1 if highest else 0)

    async def has_forgotten(self, cursor: str) -> bool:
        """Whether the server was restored: a known change has an earlier time there now."""
        kept = cursor_of(cursor)
        if kept.since:
            return True
        for number, stamp in ((kept.number, kept.changed), *kept.told):
            page = await self._if_there(_entry(number)) if number else None
            if page is not None:  # else its feed may have been removed
                changed = await in_thread(miniflux.changed_of, page.content, page.url)
                if 0 < miniflux.seconds_of(changed) < miniflux.seconds_of(stamp):
                    return True
        return False

    def to_be_read_anew(self, cursor: str) -> str:
        return cursor_of(cursor).anew().text()

    async def proof(self, cursor: str) -> str:
        """The cursor with the server's latest change, by which a later run detects that the server was restored."""
        page = await self.talk.ask(miniflux.newest("changed_at"))
        last = await in_thread(miniflux.newest_change, page.content, page.url)
        kept = cursor_of(cursor)
        others = tuple(each for each in kept.told if each[0] != last.number)[1 - _RECENTLY_SENT :]
        return replace(kept, told=(*others, (last.number, last.stamp))).text()


def _entry(number: str | int) -> str:
    return f"/v1/entries/{int(number)}"


def _at_most(last: miniflux.Change, now: datetime) -> miniflux.Change:
    """The latest change, but one in the future, from a wrong server clock, is dated a day ago.

    Otherwise changes after the clock is corrected would never be read.
    """
    if miniflux.seconds_of(last.stamp) <= now.timestamp() + _CLOCKS_DIFFER:
        return last
    return miniflux.Change((now - timedelta(days=1)).isoformat(), last.number)


async def _keep(cache: Cache, account: Account, cursor: Cursor) -> None:
    await cache.write(partial(accounts.set_cursor, account_id=account.id, cursor=cursor.text()))
