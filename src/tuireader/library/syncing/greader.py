"""Sync with a Google Reader server: its lists of unread and starred articles are compared with the cache."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from functools import partial
from sqlite3 import Connection

from tuireader.async_tools import in_thread
from tuireader.errors import FetchError, FetchFailure, SyncError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.syncing import apply_remote
from tuireader.library.syncing.apply_remote import ApplyEntries, ApplyResult
from tuireader.library.syncing.server import (
    RECENT,
    RUN_BYTES_MAX,
    ApiClient,
    Login,
    PullRequest,
    RefusedError,
    Server,
    SwitchedOffError,
    UnconfirmedError,
)
from tuireader.model.article import Clock, Field
from tuireader.model.feed import Account, Feed
from tuireader.model.fetched import Entries, Page, RemoteEntry, RemoteFeed
from tuireader.store import accounts, pruning, server_statuses
from tuireader.store.connection import transaction
from tuireader.store.server_statuses import Doubts, Marks
from tuireader.sync import greader
from tuireader.urls.hosts import named_host
from tuireader.urls.typed_and_shown import shown_address

CONTENTS_AT_ONCE = 100
"""Articles of one request."""
_FEW = 100
"""Unread or starred articles not in the server's lists that are fetched; if there are more, all ids are read."""
_ARTICLES_MAX = 20_000
"""Maximum articles of one run; the next run continues."""
_EMPTY_ANSWERS_MAX = 3
"""Answers in a row without any of the requested articles."""
_PAGES = 500
"""Maximum pages of ids."""
_NUMBERS = 500_000
"""Maximum ids listed in one run."""
_NEWEST = 1_000
"""Ids of one request that looks for read articles that are missing here."""
_HAS_NONE = frozenset({400, 404})
_ATTEMPTS = 3
"""Maximum attempts to set a tag."""
_FORM = "application/x-www-form-urlencoded"
_RESTORED = greader.State(unites=True)
_TAGS: dict[Field, str] = {"read": greader.READ, "starred": greader.STARRED}


class GoogleReader(Server):
    """The Google Reader API of FreshRSS, The Old Reader, BazQux, Inoreader and Miniflux."""

    def __init__(self, talk: ApiClient, login: Login) -> None:
        """Requests go through `talk` with `login`."""
        super().__init__(talk, login)
        self._login = login
        self._token: str | None = None
        self._is_cut = self._has_read_all = False
        """Whether articles were left for the next run, and whether all were read."""
        self._has_all = True
        """Whether each answer contained some of the requested articles."""
        self._bytes = 0
        """Length of the articles read in this run."""
        self._asked: set[str] = set()
        """Articles requested in this run."""
        self._listed: dict[str, str] = {}
        """All ids listed in this run; equal ids of several lists share one string to save memory."""
        self._is_freshrss = talk.url.endswith("greader.php")

    async def sign_in(self) -> None:
        """Get the token that goes with each request, unless there is one."""
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
                    f"The API is disabled on {named_host(self.talk.url)}. Enable it in the server settings"
                ) from error
            raise
        token = greader.token_in(page.content)
        if not token:
            raise SyncError(f"Unexpected response from {named_host(page.url)}: not a Google Reader API")
        return token

    async def user(self) -> str:
        await self.sign_in()
        try:
            page = await self.talk.ask("/reader/api/0/user-info?output=json")
            return await in_thread(greader.user_of, page.content, page.url)
        except (FetchError, SyncError):  # some servers have it not
            return ""

    async def feeds(self) -> list[RemoteFeed]:
        await self.sign_in()
        try:
            page = await self.talk.ask("/reader/api/0/subscription/list?output=json")
        except RefusedError:  # the token has had its time
            if self._login.is_token:
                raise
            self.talk.headers, self._token = [], None
            await self.sign_in()
            page = await self.talk.ask("/reader/api/0/subscription/list?output=json")
        return await in_thread(greader.feeds_of, page.content, page.url, is_freshrss=self._is_freshrss)

    async def mark(self, field: Field, server_ids: Sequence[str], *, value: bool) -> Collection[str]:
        """Add or remove a tag of articles; returns the ids that the server does not have.

        Unknown ids are found by fetching the articles first, since FreshRSS confirms any id; not for marking read,
        since an article with a reused id comes again as unread. Miniflux (2.2.6) removes a tag that is added twice:
        articles that have it are left out by its lists, which are checked again, since another device may have been
        quicker.
        """
        unknown: set[str] = set()
        if not (field == "read" and value):
            unknown = set(server_ids) - {each.server_id for each in await self.entries(server_ids)}
        known = [each for each in server_ids if each not in unknown]
        if not value or self._is_freshrss:
            if known:
                await self._tag(field, known, value=value)
            return unknown
        for _ in range(_ATTEMPTS):
            there = set(
                await self._ids(greader.ALL, without=greader.READ)
                if field == "read"
                else await self._ids(greader.STARRED)
            )
            without = [each for each in known if (each in there) is (field == "read")]
            if not without:
                break
            await self._tag(field, without, value=True)
        return unknown

    async def _tag(self, field: Field, server_ids: Sequence[str], *, value: bool) -> None:
        named = [("i", greader.long_form(each)) for each in server_ids]
        await self._change("/reader/api/0/edit-tag", *named, ("a" if value else "r", _TAGS[field]))

    async def subscribe(self, url: str, folder: str) -> tuple[str, RemoteFeed | None]:
        """Follow a feed, unless it is followed already."""
        before = await self.feeds()
        for feed in before:
            if feed.url == url:
                return feed.server_id, feed
        more = [("a", greader.label(folder))] if folder else []
        await self._change("/reader/api/0/subscription/edit", ("ac", "subscribe"), ("s", f"feed/{url}"), *more)
        after = await self.feeds()
        same = [feed.server_id for feed in after if feed.url == url]
        numbers = {feed.server_id for feed in before}
        new = same or [feed.server_id for feed in after if feed.server_id not in numbers]  # where this one redirects to
        if len(new) != 1 and not same:
            raise SyncError(f"{named_host(self.talk.url)} accepted {shown_address(url)} but does not list it")
        return new[0], None

    async def rename(self, feed_id: str, title: str) -> None:
        """Rename a feed; an empty name is impossible."""
        if title:
            await self._change("/reader/api/0/subscription/edit", ("ac", "edit"), ("s", feed_id), ("t", title))

    async def move(self, feed_id: str, folder: str) -> None:
        """Move a feed from its folder to another."""
        before = next((feed for feed in await self.feeds() if feed.server_id == feed_id), None)
        if before is None or before.folder == folder:
            return
        more = [("a", greader.label(folder))] if folder else []
        more += [("r", before.folder_id or greader.label(before.folder))] if before.folder else []
        await self._change("/reader/api/0/subscription/edit", ("ac", "edit"), ("s", feed_id), *more)

    async def unsubscribe(self, feed_id: str) -> None:
        """Unsubscribe from a feed, if it is followed."""
        if any(feed.server_id == feed_id for feed in await self.feeds()):
            await self._change("/reader/api/0/subscription/edit", ("ac", "unsubscribe"), ("s", feed_id))

    async def _change(self, path: str, *pairs: tuple[str, str]) -> None:
        """Make a change; raises SyncError if the server does not confirm it."""
        page = await self._post(path, *pairs)
        if not greader.is_done(page.content):
            raise UnconfirmedError(f"{named_host(page.url)} did not confirm the change")

    async def _post(self, path: str, *pairs: tuple[str, str]) -> Page:
        """Post a form, with the token that some servers require."""
        await self.sign_in()
        if self._token is None:
            page = await self.talk.ask("/reader/api/0/token")
            self._token = greader.write_token_in(page.content)
        return await self.talk.ask(path, method="POST", body=greader.form(*pairs, ("T", self._token)), kind=_FORM)

    async def pull(self, cache: Cache, clock: Clock, wanted: PullRequest) -> AsyncGenerator[ApplyResult, None]:
        """Fetch the lists of unread and starred articles, then the articles that are missing here or differ.

        After that, fetch missing read articles, and recent articles again for corrections.
        """
        account, self._is_cut, self._has_read_all = wanted.account, False, False
        self._has_all, self._listed = True, {}
        state = greader.State.of(account.cursor)
        unread = await self._ids(greader.ALL, without=greader.READ)
        starred = await self._ids(greader.STARRED)
        compare = partial(server_statuses.compare, account_id=account.id, unread=unread, starred=starred)
        doubts = await cache.read(compare)
        if not state.unites and any(doubts) and await wanted.is_set_back():
            state = _RESTORED
            await self._keep(cache, account, state)
        contents = partial(self._contents, cache, account, clock, unites=state.unites)
        listed = {*unread, *starred}
        if state.is_whole:
            steps = self._changes(cache, account, clock, doubts, listed)
        else:
            steps = self._everything(cache, account, clock, doubts, listed, unites=state.unites)
        async with aclosing(steps) as some:
            async for taken in some:
                yield taken
        recent = partial(server_statuses.recent, account_id=account.id, below=state.looked, since=clock() - RECENT)
        again = await cache.read(partial(recent, most=CONTENTS_AT_ONCE))
        async for taken in contents([number for number, _ in again if number not in self._asked]):
            yield taken
        if self._has_all and not self._is_cut:
            self._has_read_all = not state.is_whole
            looked = again[-1][1] if len(again) == CONTENTS_AT_ONCE else 0
            await self._keep(cache, account, greader.State(is_whole=True, looked=looked))

    async def _everything(
        self, cache: Cache, account: Account, clock: Clock, doubts: Doubts, listed: Collection[str], *, unites: bool
    ) -> AsyncGenerator[ApplyResult, None]:
        """Fetch all articles of the server that are missing here, unread and starred ones first.

        If the server was restored (`unites`), known ones too, since ids may belong to other articles now.
        """
        every = await self._ids(greader.ALL)
        contents = partial(self._contents, cache, account, clock, unites=unites)
        first, known = [*doubts.unseen, *doubts.lacking], {*every, *listed}
        if unites:
            here: Collection[str] = ()
        else:
            here = await cache.read(partial(server_statuses.numbers, account_id=account.id))
            yield _of(await cache.write(partial(_take_states, states=doubts.turned)))
        async for taken in contents(first):
            yield taken
        if not self._is_cut:
            forget = partial(apply_remote.forget_unseen, account_id=account.id, seen=known | self._asked)
            await cache.write(forget)
        async for taken in contents([each for each in every if each not in here and each not in self._asked]):
            yield taken

    async def _changes(
        self, cache: Cache, account: Account, clock: Clock, doubts: Doubts, listed: Collection[str]
    ) -> AsyncGenerator[ApplyResult, None]:
        """Apply the changes since the first complete sync."""
        contents = partial(self._contents, cache, account, clock, unites=False)
        unseen = doubts.unseen
        if len(unseen) > _FEW:
            await self._check(unseen[:_FEW], listed)
            known = {*await self._ids(greader.ALL), *listed}
            seen = [each for each in unseen if each in known]
            yield _of(await cache.write(partial(_take_seen, account_id=account.id, numbers=seen)))
            await cache.write(partial(apply_remote.forget, account_id=account.id, numbers=set(unseen) - known))
            unseen = []
        yield _of(await cache.write(partial(_take_states, states=doubts.turned)))
        async for taken in contents([*unseen, *doubts.lacking]):
            yield taken
        async for taken in contents(await self._newest_lacking(cache, account)):
            yield taken

    async def read_feed(
        self, cache: Cache, clock: Clock, account: Account, feed: Feed, *, unites: bool
    ) -> AsyncGenerator[ApplyResult, None]:
        """Read all articles of one feed."""
        every = await self._ids(feed.server_id)
        here = await cache.read(partial(server_statuses.numbers, account_id=account.id, feed_id=feed.id))
        unites = unites or greader.State.of(account.cursor).unites
        lacking = [each for each in every if each not in here]
        async for taken in self._contents(cache, account, clock, lacking, unites=unites):
            yield taken
        await cache.write(partial(apply_remote.forget_unseen, account_id=account.id, seen=set(every), feed_id=feed.id))

    async def _newest_lacking(self, cache: Cache, account: Account) -> list[str]:
        """The newest articles of the server that are missing here, because they were read there before a sync.

        The search ends at the first page without missing ones.
        """
        found: list[str] = []
        async for some in self._id_pages(greader.ALL, most=_NEWEST):
            here = await cache.read(partial(server_statuses.numbered, account_id=account.id, numbers=some))
            lacking = [each for each in some if each not in here]
            gone = await cache.read(partial(pruning.pruned_numbers, account_id=account.id, numbers=lacking))
            lacking = [each for each in lacking if each not in gone]
            found += lacking
            if not lacking:
                break
        return found[::-1]

    async def _keep(self, cache: Cache, account: Account, state: greader.State) -> None:
        await cache.write(partial(accounts.set_cursor, account_id=account.id, cursor=state.text()))

    async def has_forgotten(self, cursor: str) -> bool:
        return greader.State.of(cursor).unites

    def to_be_read_anew(self, cursor: str) -> str:  # noqa: ARG002 - nothing of it is of use
        return _RESTORED.text()

    @property
    def is_whole(self) -> bool:
        return not self._is_cut

    @property
    def has_read_all(self) -> bool:
        return self._has_read_all

    async def _check(self, some: Sequence[str], listed: Collection[str]) -> None:
        """Fetch some articles; raises SyncError if any is unread, but not in the server's list of unread ones."""
        page = await self._contents_of(some)
        found = await self._entries_in(page)
        if any(not each.read and each.server_id not in listed for each in found.entries):
            raise SyncError(f"Inconsistent unread status from {named_host(page.url)}")

    async def _contents(
        self, cache: Cache, account: Account, clock: Clock, numbers: Sequence[str], *, unites: bool
    ) -> AsyncGenerator[ApplyResult, None]:
        """Fetch article contents in batches; unknown ids are forgotten, the rest wait for the next run."""
        kind: apply_remote.Kind = "freshrss" if self._is_freshrss else "greader"
        in_vain, left = 0, max(_ARTICLES_MAX - len(self._asked), 0)
        self._asked.update(numbers)
        self._is_cut = self._is_cut or len(numbers) > left
        for start in range(0, min(len(numbers), left), CONTENTS_AT_ONCE):
            some = numbers[start : min(start + CONTENTS_AT_ONCE, left)]
            taken = ApplyResult()
            for _ in range(2):  # one empty answer may be a slip
                for page in await self._pages_of(some):
                    self._bytes += len(page.content)
                    job = ApplyEntries(account.id, kind, page, clock(), unites=unites)
                    taken = taken.with_(await apply_remote.take(cache, self, job))
                if taken.here:
                    break
            if gone := set(some) - set(taken.here):
                await cache.write(partial(apply_remote.forget, account_id=account.id, numbers=gone))
            yield taken
            is_in_vain = not set(taken.here) & set(some)
            self._has_all = self._has_all and not is_in_vain
            in_vain = in_vain + 1 if is_in_vain else 0
            if in_vain >= _EMPTY_ANSWERS_MAX:  # it lists what it does not have
                return
            if self._bytes > RUN_BYTES_MAX:
                self._is_cut = True
                return

    async def _pages_of(self, numbers: Sequence[str]) -> list[Page]:
        """Fetch the contents of articles, in several answers if one is too large; oversized ones are left out.

        Miniflux (2.2.6) gives an error if it has none of the articles: then there are no answers.
        """
        try:
            return [await self._contents_of(numbers)]
        except FetchError as error:
            if error.status in _HAS_NONE:
                return []
            if error.kind is not FetchFailure.TOO_LARGE:
                raise
            half = len(numbers) // 2
            return [*await self._pages_of(numbers[:half]), *await self._pages_of(numbers[half:])] if half else []

    async def _contents_of(self, numbers: Sequence[str]) -> Page:
        named = [("i", greader.long_form(each)) for each in numbers]
        return await self._post("/reader/api/0/stream/items/contents?output=json", *named)

    async def _ids(self, stream: str, *, without: str = "") -> list[str]:
        return [each async for some in self._id_pages(stream, without=without) for each in some]

    async def _id_pages(
        self, stream: str, *, without: str = "", most: int = greader.IDS_AT_ONCE
    ) -> AsyncGenerator[list[str], None]:
        """The ids of a stream, page by page, as long as pages have new ones."""
        found: set[str] = set()
        continuation = ""
        for _ in range(_PAGES):
            path = greader.ids_address(stream, without=without, continuation=continuation, most=most)
            page = await self.talk.ask(path)
            numbers, continuation = await in_thread(greader.ids_of, page.content, page.url)
            new = [self._listed.setdefault(each, each) for each in dict.fromkeys(numbers) if each not in found]
            found.update(new)
            if len(self._listed) > _NUMBERS:
                raise SyncError(f"{named_host(page.url)} lists more than {_NUMBERS:,} articles")
            if new:
                yield new
            if not continuation or not new:
                break

    @property
    def at_once(self) -> int:
        return CONTENTS_AT_ONCE

    async def entries(self, numbers: Sequence[str]) -> list[RemoteEntry]:
        """Fetch articles by server ids."""
        found: list[RemoteEntry] = []
        for start in range(0, len(numbers), CONTENTS_AT_ONCE):
            for page in await self._pages_of(numbers[start : start + CONTENTS_AT_ONCE]):
                found += (await self._entries_in(page)).entries
        return found

    async def _entries_in(self, page: Page) -> Entries:
        return await in_thread(greader.entries_of, page.content, page.url, is_freshrss=self._is_freshrss)


def _take_seen(c: Connection, account_id: int, numbers: Sequence[str]) -> Marks:
    there = server_statuses.numbered(c, account_id, numbers)
    return _take_states(c, dict.fromkeys(there.values(), (True, False)))


def _take_states(c: Connection, states: dict[int, tuple[bool, bool]]) -> Marks:
    with transaction(c):
        return server_statuses.apply_statuses(c, states)


def _of(marks: Marks) -> ApplyResult:
    return ApplyResult(0, *marks)
