"""Finding the API at a server's address, and fetching full texts through it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from tuireader.async_tools import in_thread
from tuireader.content.dom.sanitize import plain_text
from tuireader.errors import AddressError, FetchError, SyncError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue
from tuireader.library.syncing import apply_remote
from tuireader.library.syncing.greader import GoogleReader
from tuireader.library.syncing.miniflux import Miniflux
from tuireader.library.syncing.passwords import login_in_thread
from tuireader.library.syncing.server import ApiClient, Login, RefusedError, Server, SwitchedOffError
from tuireader.model.feed import GREADER, MINIFLUX, Account
from tuireader.store import accounts, articles, feeds, save_articles, server_statuses
from tuireader.sync import miniflux
from tuireader.text.language_and_hyphenation import count_words
from tuireader.urls.hosts import host_of, is_private_name, same_host
from tuireader.urls.typed_and_shown import addresses_to_try, shown_address, split_credentials

_GREADER_PATHS = ("/api/greader.php", "/p/api/greader.php", "", "/reader")
"""Paths of the Google Reader API below a server's address."""
_API_PASSWORD = ". For FreshRSS, use the API password from your profile"  # noqa: S105
_NOT_HERE = frozenset({400, 404, 405, 410, 501})


class Found(NamedTuple):
    """A server and a valid login."""

    kind: str
    url: str
    """The base address of its API."""
    user: str = ""
    """The name of the user; "" if a token was given and the server does not say whose."""


def server_of(queue: PoliteQueue, account: Account, login: Login) -> Server:
    return _server(queue, account.kind, account.url, login)


def _server(queue: PoliteQueue, kind: str, url: str, login: Login) -> Server:
    talk = ApiClient(queue, url)
    return Miniflux(talk, login) if kind == MINIFLUX else GoogleReader(talk, login)


async def find_server(queue: PoliteQueue, address: str, login: Login) -> Found:
    """Find the API at a typed address, and sign in; raises SyncError."""
    tries = addresses_of(address)
    if not is_private_name(host_of(tries[0])):
        tries = tries[:1]  # no password goes over http where nobody has asked for that
    failure: Exception | None = None
    for base in tries:
        try:
            return await _find_at(queue, await _secured(queue, base.partition("?")[0].rstrip("/")), login)
        except FetchError as error:
            failure = failure or error
            if not (error.is_unreached or error.is_offline):
                break
    if isinstance(failure, FetchError) and failure.is_unreached and tries[-1].startswith("https://"):
        raise SyncError(f"{failure}. If the server has no https, begin the address with http://") from failure
    raise failure or SyncError(f"Nothing found at {shown_address(address)}")


def addresses_of(typed: str) -> list[str]:
    """Possible addresses of a typed server, the likeliest first; raises AddressError, SyncError."""
    try:
        split = [split_credentials(base) for base in addresses_to_try(typed)]
    except (AddressError, ValueError) as error:
        shown = shown_address(typed.strip())
        said = f"“{shown}” is not a server address" if shown else "Enter the server address"
        raise AddressError(f"{said}, such as reader.example.org.") from error
    if any(userinfo for _, userinfo in split):
        raise SyncError("Enter the address without user name and password")
    return [url for url, _ in split]


async def _secured(queue: PoliteQueue, base: str) -> str:
    """The https address of a server whose http address redirects there; else the address as given.

    A redirect would turn a POST into a GET, and the password would have been sent over http first.
    """
    if not base.startswith("http://"):
        return base
    try:
        page = await queue.send("GET", base)
    except FetchError as error:
        if error.status is None:
            raise
        return base
    is_sent_on = page.url.startswith("https://") and same_host(base, page.url)
    return f"https{base.removeprefix('http')}" if is_sent_on else base


async def _find_at(queue: PoliteQueue, base: str, login: Login) -> Found:
    refused: RefusedError | None = None
    why: list[SyncError] = []
    for kind, url in _places(base):
        try:
            user = await _try(queue, kind, url, login)
        except RefusedError as error:
            is_freshrss = url.endswith("greader.php")
            refused = refused or (RefusedError(f"{error}{_API_PASSWORD}") if is_freshrss else error)
        except SyncError as error:
            why.append(error)
        except FetchError as error:
            if error.status not in _NOT_HERE:
                raise
        else:
            return Found(kind, url, user)
    if refused is not None:
        raise refused
    off = [error for error in why if isinstance(error, SwitchedOffError)]
    raise off[0] if off else SyncError(_nothing(base))


async def _try(queue: PoliteQueue, kind: str, url: str, login: Login) -> str:
    """Sign in, and fetch the subscriptions as a test; returns the user's name."""
    server = _server(queue, kind, url, login)
    await server.sign_in()
    await server.feeds()
    return login.user or await server.user()


def _places(base: str) -> Sequence[tuple[str, str]]:
    """Possible APIs at an address, the likeliest first."""
    if base.endswith("greader.php"):
        return [(GREADER, base)]
    for end in ("/v1", "/accounts/ClientLogin", "/reader/api/0", "/p/i", "/i"):
        base = base.removesuffix(end)
    parts = urlsplit(base)
    bases = dict.fromkeys([base, f"{parts.scheme}://{parts.netloc}"])  # the address of one of its pages is given, too
    return [
        (kind, each + path)
        for each in bases
        for kind, path in ((MINIFLUX, ""), *((GREADER, path) for path in _GREADER_PATHS))
    ]


def _nothing(base: str) -> str:
    return f"No Miniflux or Google Reader API at {base}. Check the address, and make sure the API is enabled"


async def fetch_from_server(
    cache: Cache, queue: PoliteQueue, article_id: int, login_of: Callable[[Account], Login]
) -> bool:
    """Fetch an article's full text through its account's server, and save it; returns whether it was longer.

    Only Miniflux offers this. Nothing is fetched if the server id belongs to another article now. Raises SyncError,
    FetchError.
    """
    there = await cache.read(partial(_there, article_id=article_id))
    if there is None:
        return False
    login = await login_in_thread(login_of, there.account)
    server = server_of(queue, there.account, login)
    await server.sign_in()
    if there.number not in (await apply_remote.compared(cache, server, there.account.id, [there.number])).right:
        return False
    page = await server.talk.ask(f"/v1/entries/{int(there.number)}/fetch-content")
    html = await in_thread(miniflux.text_in, page.content, page.url)
    return await cache.take(partial(_keep, article_id=article_id, html=html))


class _ServerArticle(NamedTuple):
    account: Account
    number: str


def _there(c: sqlite3.Connection, article_id: int) -> _ServerArticle | None:
    """The account and server id of an article from Miniflux; None for other articles."""
    account = accounts.get(c, feeds.get(c, articles.get(c, article_id).feed_id).account_id)
    number = server_statuses.number_of(c, article_id)
    return _ServerArticle(account, number) if account.kind == MINIFLUX and number.isdecimal() else None


def _keep(c: sqlite3.Connection, article_id: int, html: str) -> bool:
    text = plain_text(html)
    words = count_words(text)
    if words <= articles.get(c, article_id).words:
        return False
    save_articles.save_full_text(c, article_id, html, text, words)
    return True
