"""An account on Miniflux: what has changed is asked for by when the server says that it changed."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from tuireader.errors import FetchError, FetchFailure, SyncError
from tuireader.library.syncing import taking
from tuireader.library.syncing.server import Login, Server, Talk, Wanted
from tuireader.library.syncing.taking import TakeEntries, Taken
from tuireader.store import accounts
from tuireader.sync import miniflux
from tuireader.urls.credentials import basic_authorization
from tuireader.urls.hosts import named_host

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from datetime import datetime

    from tuireader.library.jobs.off_loop import Cache
    from tuireader.model.account import Account
    from tuireader.model.change import Field
    from tuireader.model.clock import Clock
    from tuireader.model.fetched import Page
    from tuireader.model.remote import RemoteFeed
    from tuireader.store.remote_marks import Anchor

AT_ONCE = (200, 40, 8, 1)
"""Articles of one request, and of how many less where so many are too large."""
_CLOCKS_DIFFER = 300
"""Seconds that a server's clock may be ahead of ours."""
_SECONDS_BEFORE = 2 * _CLOCKS_DIFFER
"""What changed in so many seconds before the last look is looked at again: a server writes several at a time."""
_NOT_THERE = frozenset({404, 410})
_JSON = "application/json"
_TURNS = 3
"""Times that a star is turned at most."""
_PAGES = 10_000
"""Pages of one list that are read in one run, two million articles: what is older comes with the next."""


class _Address(Protocol):
    """What asks for articles, so many at once."""

    def __call__(self, *, limit: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far an account was read."""

    changed: str = ""
    """When what we know of changed last, by the server's clock; empty before the first time."""
    number: int = 0
    """Which article that was."""
    before: int = 0
    """While all is read for the first time: what is older than this is still to come; 0 where all is here."""

    def text(self) -> str:
        """As it is kept."""
        return json.dumps([self.changed, self.number, self.before])


def cursor_of(text: str) -> Cursor:
    """What was kept; where that makes no sense, all is read anew."""
    try:
        changed, number, before = json.loads(text)
        return Cursor(str(changed), int(number), int(before))
    except (ValueError, TypeError):
        return Cursor()


class Miniflux(Server):
    """The REST API, which alone gives the categories of articles."""

    def __init__(self, talk: Talk, login: Login) -> None:
        """Ask through `talk` as the user of `login`."""
        super().__init__(talk, login)
        if login.is_token:
            talk.headers = [("X-Auth-Token", login.password)]
        else:
            talk.headers = [("Authorization", basic_authorization(login.user, login.password))]
        self._folders: dict[str, str] | None = None
        self._last: miniflux.Change | None = None
        """What on it changed last, as it was when this run began."""
        self._is_cut = self._is_left = False
        """Whether there were more pages than one run reads, of one list, and of what is read for the first time."""
        self._sizes = list(AT_ONCE)

    async def sign_in(self) -> None:
        """Ask who we are."""
        page = await self.talk.ask("/v1/me")
        if not miniflux.user_of(page.content, page.url):
            raise SyncError(f"{named_host(page.url)} does not answer as Miniflux does")

    async def feeds(self) -> list[RemoteFeed]:
        """All subscriptions."""
        if self._last is None:  # before: what comes of a feed that is followed meanwhile is asked for the next time
            page = await self.talk.ask(miniflux.newest("changed_at"))
            self._last = miniflux.newest_change(page.content, page.url)
        page = await self.talk.ask("/v1/feeds")
        return miniflux.feeds_of(page.content, page.url)

    async def mark(self, field: Field, server_ids: Sequence[str], *, value: bool) -> None:
        """Set what is read at once; a star, which can only be turned, where it is not as wanted."""
        if field == "read":
            body = miniflux.marked(server_ids, read=value)
            await self.talk.ask("/v1/entries", method="PUT", body=body, kind=_JSON)
            return
        for server_id in server_ids:
            await self._star(server_id, value=value)

    async def _star(self, server_id: str, *, value: bool) -> None:
        """Turn a star until it is as wanted: another device may turn it at the same time."""
        path = _entry(server_id)
        for _ in range(_TURNS):
            page = await self._if_there(path)
            if page is None or miniflux.is_starred(page.content, page.url) is value:
                return
            if await self._if_there(f"{path}/bookmark", method="PUT") is None:
                return

    async def subscribe(self, url: str, folder: str) -> str:
        """Follow a feed; where it is followed already, that is it."""
        for feed in await self.feeds():
            if feed.url == url:
                return feed.server_id
        body = miniflux.body(feed_url=url, category_id=int(await self._folder(folder)))
        page = await self.talk.ask("/v1/feeds", method="POST", body=body, kind=_JSON)
        number = miniflux.new_number(page.content, page.url, "feed_id")
        if not number:
            raise SyncError(f"{named_host(page.url)} did not say how it calls {url}")
        return number

    async def rename(self, feed_id: str, title: str) -> None:
        """Give a feed another name."""
        if title:
            await self._change(feed_id, title=title)

    async def move(self, feed_id: str, folder: str) -> None:
        """Put a feed into a category, which is made where there is none of this name."""
        await self._change(feed_id, category_id=int(await self._folder(folder)))

    async def unsubscribe(self, feed_id: str) -> None:
        """Follow a feed no more."""
        await self._if_there(f"/v1/feeds/{int(feed_id)}", method="DELETE")

    async def _change(self, feed_id: str, **what: object) -> None:
        await self._if_there(f"/v1/feeds/{int(feed_id)}", method="PUT", body=miniflux.body(**what), kind=_JSON)

    async def _if_there(self, path: str, *, method: str = "GET", body: bytes = b"", kind: str = "") -> Page | None:
        """The answer about an article or a feed; None where the server has it no more."""
        try:
            return await self.talk.ask(path, method=method, body=body, kind=kind)
        except FetchError as error:
            if error.status not in _NOT_THERE:
                raise
            return None

    async def _folder(self, name: str) -> str:
        """The number of a category; of no name, that of the first, in which all is that was put nowhere."""
        if self._folders is None:
            page = await self.talk.ask("/v1/categories")
            self._folders = miniflux.folders_of(page.content, page.url)
        if name and name not in self._folders:
            page = await self.talk.ask("/v1/categories", method="POST", body=miniflux.body(title=name), kind=_JSON)
            if number := miniflux.new_number(page.content, page.url):
                self._folders[name] = number
        number = self._folders.get(name) or next(iter(sorted(self._folders.values(), key=int)), "")
        if not number:
            raise SyncError(f"{named_host(self.talk.url)} has no category to put a feed into")
        return number

    async def knows_any(self, anchors: Sequence[Anchor]) -> bool:
        """Whether it still has any of these articles, under these names."""
        for anchor in anchors:
            page = await self._if_there(_entry(anchor.number))
            found = None if page is None else miniflux.entry_of(page.content, page.url)
            if found is not None and found.entry.link == anchor.link:
                return True
        return False

    async def pull(self, cache: Cache, clock: Clock, wanted: Wanted) -> AsyncGenerator[Taken, None]:
        """Read all for the first time, the newest first; later what has changed since, and feeds that are new whole."""
        account = wanted.account
        cursor = cursor_of(account.cursor)
        last, self._last = _at_most(self._last or miniflux.Change("", 0), clock()), None
        is_same = last == (cursor.changed, cursor.number)
        if cursor.changed and not cursor.before and is_same and not wanted.new_feeds:
            return
        if cursor.changed and (said := await self._forgotten(cache, cursor, last, wanted)) is not None:
            yield Taken(said=said)
            cursor = Cursor()
        if cursor.changed and not cursor.before:
            async with aclosing(self._all_of(wanted.new_feeds)) as pages:
                async for page in pages:
                    yield await taking.take(cache, TakeEntries(account.id, "miniflux", page, clock()))
        if not cursor.changed:
            cursor = await self._begin(last)
            await _keep(cache, account, cursor)
        if cursor.before:
            async with aclosing(self._all_before(cursor.before)) as older:
                async for page, before in older:
                    cursor = replace(cursor, before=before)
                    yield await taking.take(cache, TakeEntries(account.id, "miniflux", page, clock(), cursor.text()))
            cursor = replace(cursor, before=cursor.before if self._is_cut else 0)
            self._is_left = self._is_cut
        since = max(1, miniflux.seconds_of(cursor.changed) - _SECONDS_BEFORE)
        async with aclosing(self._all_since(since)) as changes:
            async for page in changes:
                yield await taking.take(cache, TakeEntries(account.id, "miniflux", page, clock()))
        await _keep(cache, account, Cursor(last.stamp, last.number, cursor.before))

    async def _all_before(self, before: int) -> AsyncGenerator[tuple[Page, int], None]:
        """All articles before one, the newest first: each page, and before which article the next one begins; 0: none.

        A server that says no end, or goes up again, has given all that it can.
        """

        def following(numbers: Sequence[int], is_last: bool) -> _Address | None:  # noqa: FBT001 - it is called in one place
            nonlocal before
            lowest = min(numbers, default=0)
            before = 0 if is_last or lowest >= before else lowest
            return partial(miniflux.page, before=before) if before else None

        async with aclosing(self._pages(partial(miniflux.page, before=before), following)) as pages:
            async for page in pages:
                yield page, before

    async def _all_of(self, feeds: Sequence[str]) -> AsyncGenerator[Page, None]:
        """All articles of some feeds: those that changed before they were followed here, too."""
        for feed in feeds:
            async with aclosing(self._all_since(0, feed=feed)) as pages:
                async for page in pages:
                    yield page

    async def _all_since(self, changed_after: int, *, feed: str = "") -> AsyncGenerator[Page, None]:
        """All articles that have changed since, or all of a feed."""
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
        """Pages of articles, each asked for while the one before it is taken in; an empty one is none."""
        asked: asyncio.Task[Page] | None = asyncio.ensure_future(self._page(first))
        left, self._is_cut = _PAGES, False
        try:
            while asked is not None:
                page, asked, left = await asked, None, left - 1
                numbers, is_last = await asyncio.to_thread(miniflux.numbers_of, page.content, page.url)
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
        """A page of as many articles as are taken at once; of fewer from now on, where it is too large."""
        while True:
            try:
                return await self.talk.ask(address(limit=self._sizes[0]))
            except FetchError as error:
                if error.kind is not FetchFailure.TOO_LARGE or len(self._sizes) == 1:
                    raise
                del self._sizes[0]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left for another run."""
        return not self._is_left

    async def _begin(self, last: miniflux.Change) -> Cursor:
        page = await self.talk.ask(miniflux.newest("id"))
        numbers, _ = miniflux.numbers_of(page.content, page.url)
        return Cursor(last.stamp, last.number, max(numbers) + 1 if numbers else 0)

    async def _forgotten(
        self, cache: Cache, cursor: Cursor, last: miniflux.Change, wanted: Wanted
    ) -> tuple[str, ...] | None:
        """Forget the numbers of a server that was set back; what is still to be said of that, None where it was not."""
        if await wanted.is_set_back():
            return ()
        if not await self._has_forgotten(cursor, last):
            return None
        return (await cache.write(partial(taking.forget_numbers, account_id=wanted.account.id)),)

    async def _has_forgotten(self, cursor: Cursor, last: miniflux.Change) -> bool:
        """Whether what changed last as far as we know has not changed any more: the server was set back a little."""
        if not cursor.number or miniflux.seconds_of(last.stamp) >= miniflux.seconds_of(cursor.changed):
            return False
        page = await self._if_there(_entry(cursor.number))
        if page is None:  # its feed may be followed no more
            return False
        return miniflux.seconds_of(miniflux.changed_of(page.content, page.url)) < miniflux.seconds_of(cursor.changed)


def _entry(number: str | int) -> str:
    return f"/v1/entries/{int(number)}"


def _at_most(last: miniflux.Change, now: datetime) -> miniflux.Change:
    """What changed last; of a time to come, on a server whose clock is wrong, it is a day ago.

    Else what changes once that is put right came never: nor would it from now on, where our own clock is ahead.
    """
    if miniflux.seconds_of(last.stamp) <= now.timestamp() + _CLOCKS_DIFFER:
        return last
    return miniflux.Change((now - timedelta(days=1)).isoformat(), last.number)


async def _keep(cache: Cache, account: Account, cursor: Cursor) -> None:
    await cache.write(partial(accounts.set_cursor, account_id=account.id, cursor=cursor.text()))
