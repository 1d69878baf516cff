"""An account on a Google Reader server: which articles are unread and starred there is compared with what is here."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tuireader.errors import FetchError, FetchFailure, SyncError
from tuireader.library.syncing import taking
from tuireader.library.syncing.server import Login, RefusedError, Server, SwitchedOffError, Talk, UntakenError, Wanted
from tuireader.library.syncing.taking import TakeEntries, Taken
from tuireader.store import accounts, remote_marks
from tuireader.store.connection import transaction
from tuireader.store.remote_marks import Marks
from tuireader.sync import greader
from tuireader.urls.hosts import named_host

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from datetime import datetime
    from sqlite3 import Connection

    from tuireader.library.jobs.off_loop import Cache
    from tuireader.model.account import Account
    from tuireader.model.change import Field
    from tuireader.model.clock import Clock
    from tuireader.model.fetched import Page
    from tuireader.model.remote import RemoteFeed
    from tuireader.store.remote_marks import Anchor

CONTENTS_AT_ONCE = 100
"""Articles of one request."""
_FEW = 100
"""Articles that may have vanished from a server's lists, of which each is asked for; of more, all that it knows is."""
_MOST = 20_000
"""Articles of one run: what is left comes with the next."""
_IN_VAIN = 3
"""Answers in a row without any article that was asked for."""
_PAGES = 500
"""Pages of numbers that a server may give."""
_READ = "read"
"""The cursor of an account of which all was read, as far as it is."""
_TURNS = 3
"""Times that a tag is given at most."""
_FORM = "application/x-www-form-urlencoded"
_TAGS: dict[Field, str] = {"read": greader.READ, "starred": greader.STARRED}


class GoogleReader(Server):
    """The API that FreshRSS, The Old Reader, BazQux, Inoreader and Miniflux have after Google's."""

    def __init__(self, talk: Talk, login: Login) -> None:
        """Ask through `talk` as the user of `login`."""
        super().__init__(talk, login)
        self._login = login
        self._token: str | None = None
        self._is_cut = False
        """Whether there were more articles than one run reads."""
        self._is_freshrss = talk.url.endswith("greader.php")

    async def sign_in(self) -> None:
        """Get the token that goes with each request, where we have none yet."""
        if self.talk.headers:
            return
        token = self._login.password if self._login.is_token else await self._client_login()
        self.talk.headers = [("Authorization", f"GoogleLogin auth={token}")]

    async def _client_login(self) -> str:
        body = greader.form(("Email", self._login.user), ("Passwd", self._login.password), ("output", "text"))
        try:
            page = await self.talk.ask("/accounts/ClientLogin", method="POST", body=body, kind=_FORM)
        except FetchError as error:
            if error.status == 503:
                raise SwitchedOffError(
                    f"{named_host(self.talk.url)} has its API switched off: switch it on in the server's settings"
                ) from error
            raise
        token = greader.token_in(page.content)
        if not token:
            raise SyncError(f"{named_host(page.url)} does not answer as a Google Reader server does")
        return token

    async def feeds(self) -> list[RemoteFeed]:
        """All subscriptions."""
        await self.sign_in()
        try:
            page = await self.talk.ask("/reader/api/0/subscription/list?output=json")
        except RefusedError:  # the token has had its time
            if self._login.is_token:
                raise
            self.talk.headers, self._token = [], None
            await self.sign_in()
            page = await self.talk.ask("/reader/api/0/subscription/list?output=json")
        return greader.feeds_of(page.content, page.url, is_freshrss=self._is_freshrss)

    async def mark(self, field: Field, server_ids: Sequence[str], *, value: bool) -> None:
        """Give a tag to articles, or take it.

        Miniflux takes a tag from an article that is given it and has it already (2.2.6): those are left out, as its
        lists tell them, and the lists are looked at again, since another device may have been quicker.
        """
        if not value or self._is_freshrss:
            await self._tag(field, server_ids, value=value)
            return
        for _ in range(_TURNS):
            there = set(
                await self._ids(greader.ALL, without=greader.READ)
                if field == "read"
                else await self._ids(greader.STARRED)
            )
            without = [each for each in server_ids if (each in there) is (field == "read")]
            if not without:
                return
            await self._tag(field, without, value=True)

    async def _tag(self, field: Field, server_ids: Sequence[str], *, value: bool) -> None:
        """Give one tag, or take it: of several some servers heed the last alone."""
        named = [("i", greader.long_form(each)) for each in server_ids]
        await self._change("/reader/api/0/edit-tag", *named, ("a" if value else "r", _TAGS[field]))

    async def subscribe(self, url: str, folder: str) -> str:
        """Follow a feed; where it is followed already, that is it."""
        there = await self._followed(url)
        if not there:
            more = [("a", greader.label(folder))] if folder else []
            await self._change("/reader/api/0/subscription/edit", ("ac", "subscribe"), ("s", f"feed/{url}"), *more)
            there = await self._followed(url)
        if not there:
            raise SyncError(f"{named_host(self.talk.url)} took {url}, and does not list it")
        return there

    async def _followed(self, url: str) -> str:
        return next((feed.server_id for feed in await self.feeds() if feed.url == url), "")

    async def rename(self, feed_id: str, title: str) -> None:
        """Give a feed another name; an empty one it cannot be given."""
        if title:
            await self._change("/reader/api/0/subscription/edit", ("ac", "edit"), ("s", feed_id), ("t", title))

    async def move(self, feed_id: str, folder: str) -> None:
        """Put a feed into a folder, out of the one that it is in."""
        before = next((feed for feed in await self.feeds() if feed.server_id == feed_id), None)
        if before is None or before.folder == folder:
            return
        more = [("a", greader.label(folder))] if folder else []
        more += [("r", before.folder_id or greader.label(before.folder))] if before.folder else []
        await self._change("/reader/api/0/subscription/edit", ("ac", "edit"), ("s", feed_id), *more)

    async def unsubscribe(self, feed_id: str) -> None:
        """Follow a feed no more; one that it does not follow is passed over."""
        if any(feed.server_id == feed_id for feed in await self.feeds()):
            await self._change("/reader/api/0/subscription/edit", ("ac", "unsubscribe"), ("s", feed_id))

    async def _change(self, path: str, *pairs: tuple[str, str]) -> None:
        """Change something; raises SyncError where the server does not say that it did."""
        page = await self._post(path, *pairs)
        if not greader.is_done(page.content):
            raise UntakenError(f"{named_host(page.url)} did not say that it did what was asked")

    async def _post(self, path: str, *pairs: tuple[str, str]) -> Page:
        """Send a form, with the token that some servers want with it."""
        await self.sign_in()
        if self._token is None:
            page = await self.talk.ask("/reader/api/0/token")
            self._token = greader.write_token_in(page.content)
        return await self.talk.ask(path, method="POST", body=greader.form(*pairs, ("T", self._token)), kind=_FORM)

    async def pull(self, cache: Cache, clock: Clock, wanted: Wanted) -> AsyncGenerator[Taken, None]:
        """Ask which articles are unread, and which starred; then for what is not here, and what is in doubt."""
        account, self._is_cut = wanted.account, False
        unread = await self._ids(greader.ALL, without=greader.READ)
        starred = await self._ids(greader.STARRED)
        compare = partial(remote_marks.compare, account_id=account.id, unread=unread, starred=starred)
        doubts = await cache.read(compare)
        lacking, unseen = doubts.lacking, doubts.unseen
        if account.cursor == accounts.ANEW or (any(doubts) and await wanted.is_set_back()):
            # What is read there has no name here any more, either: all that it knows is asked for once.
            lacking, unseen = await self._ids(greader.ALL), []
        elif len(unseen) > _FEW:
            await self._check(unseen[:_FEW], unread)
            known = set(await self._ids(greader.ALL)) | set(unread) | set(starred)
            seen = [each for each in unseen if each in known]
            yield _of(await cache.write(partial(_take_seen, account_id=account.id, numbers=seen, now=clock())))
            await cache.write(partial(taking.forget, account_id=account.id, numbers=set(unseen) - known))
            unseen = []
        if doubts.turned and lacking is doubts.lacking:
            yield _of(await cache.write(partial(_take_states, states=doubts.turned, now=clock())))
        self._is_cut = len(unseen) + len(lacking) > _MOST
        has_all = True
        async for taken, asked in self._contents(cache, account, clock, [*unseen, *lacking][:_MOST]):
            has_all = has_all and bool(set(taken.here) & set(asked))
            if gone := set(asked) & set(unseen) - set(taken.here):
                await cache.write(partial(taking.forget, account_id=account.id, numbers=gone))
            yield taken

        if has_all:
            await cache.write(partial(accounts.set_cursor, account_id=account.id, cursor=_READ))

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left for another run."""
        return not self._is_cut

    async def _check(self, some: Sequence[str], unread: Sequence[str]) -> None:
        """Raise SyncError where articles that are not among the unread ones say of themselves that they are."""
        page = await self._contents_of(some)
        found = greader.entries_of(page.content, page.url, is_freshrss=self._is_freshrss)
        if any(not each.read and each.server_id not in unread for each in found.entries):
            raise SyncError(f"{named_host(page.url)} says of articles that they are unread, and does not list them so")

    async def _contents(
        self, cache: Cache, account: Account, clock: Clock, numbers: Sequence[str]
    ) -> AsyncGenerator[tuple[Taken, Sequence[str]], None]:
        kind: taking.Kind = "freshrss" if self._is_freshrss else "greader"
        in_vain = 0
        for start in range(0, len(numbers), CONTENTS_AT_ONCE):
            some = numbers[start : start + CONTENTS_AT_ONCE]
            taken = Taken()
            for _ in range(2):  # one empty answer may be a slip
                for page in await self._pages_of(some):
                    taken = taken.with_(await taking.take(cache, TakeEntries(account.id, kind, page, clock())))
                if taken.here:
                    break
            yield taken, some
            in_vain = 0 if set(taken.here) & set(some) else in_vain + 1
            if in_vain >= _IN_VAIN:  # it lists what it does not have
                return

    async def _pages_of(self, numbers: Sequence[str]) -> list[Page]:
        """The contents of articles, in as many answers as it takes: one may be too large. Of one that is, none."""
        try:
            return [await self._contents_of(numbers)]
        except FetchError as error:
            if error.kind is not FetchFailure.TOO_LARGE:
                raise
            half = len(numbers) // 2
            return [*await self._pages_of(numbers[:half]), *await self._pages_of(numbers[half:])] if half else []

    async def _contents_of(self, numbers: Sequence[str]) -> Page:
        named = [("i", greader.long_form(each)) for each in numbers]
        return await self._post("/reader/api/0/stream/items/contents?output=json", *named)

    async def _ids(self, stream: str, *, without: str = "") -> list[str]:
        """All numbers of a stream, page after page, for as long as a page has any that is new."""
        found: dict[str, None] = {}
        continuation = ""
        for _ in range(_PAGES):
            path = greader.ids_address(stream, without=without, continuation=continuation)
            page = await self.talk.ask(path)
            numbers, continuation = greader.ids_of(page.content, page.url)
            before = len(found)
            found.update(dict.fromkeys(numbers))
            if not continuation or len(found) == before:
                break
        return list(found)

    async def knows_any(self, anchors: Sequence[Anchor]) -> bool:
        """Whether it still has any of these articles, under these names."""
        page = await self._contents_of([anchor.number for anchor in anchors])
        found = greader.entries_of(page.content, page.url, is_freshrss=self._is_freshrss)
        there = {(each.server_id, each.entry.link) for each in found.entries}
        return any(tuple(anchor) in there for anchor in anchors)


def _take_seen(c: Connection, account_id: int, numbers: Sequence[str], now: datetime) -> Marks:
    """Articles that the server knows, and that are neither unread nor starred there."""
    there = remote_marks.numbered(c, account_id, numbers)
    return _take_states(c, {each.id: (True, False) for each in there.values()}, now)


def _take_states(c: Connection, states: dict[int, tuple[bool, bool]], now: datetime) -> Marks:
    with transaction(c):
        return remote_marks.take(c, states, now)


def _of(marks: Marks) -> Taken:
    return Taken(0, *marks)
