"""Full texts of articles fetched by their account's server."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tuireader.async_tools import in_thread
from tuireader.library.syncing import apply_remote
from tuireader.library.syncing.detect import server_of
from tuireader.library.syncing.passwords import in_time
from tuireader.model.account import MINIFLUX
from tuireader.store import accounts, articles, feeds, server_statuses
from tuireader.sync import miniflux

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from tuireader.library.jobs.cache_gateway import Cache
    from tuireader.library.politeness.queue import PoliteQueue
    from tuireader.library.syncing.server import Login
    from tuireader.model.account import Account


async def fetch_from_server(
    cache: Cache, queue: PoliteQueue, article_id: int, login_of: Callable[[Account], Login]
) -> bool:
    """Fetch an article's full text through its account's server, and save it; returns whether there was more.

    Only Miniflux offers this. Nothing is fetched where the server's number is of another article by now. Raises
    SyncError, FetchError.
    """
    there = await cache.read(partial(_there, article_id=article_id))
    if there is None:
        return False
    login = await in_time(login_of, there.account)
    server = server_of(queue, there.account, login)
    await server.sign_in()
    if there.number not in (await apply_remote.compared(cache, server, there.account.id, [there.number])).right:
        return False
    page = await server.talk.ask(f"/v1/entries/{int(there.number)}/fetch-content")
    html = await in_thread(miniflux.text_in, page.content, page.url)
    return await cache.take(partial(_keep, article_id=article_id, html=html))


class _There(NamedTuple):
    account: Account
    number: str


def _there(c: sqlite3.Connection, article_id: int) -> _There | None:
    """The account of an article, and its server id."""
    account = accounts.get(c, feeds.get(c, articles.get(c, article_id).feed_id).account_id)
    number = server_statuses.number_of(c, article_id)
    return _There(account, number) if account.kind == MINIFLUX and number.isdecimal() else None


def _keep(c: sqlite3.Connection, article_id: int, html: str) -> bool:
    from tuireader.content.dom.plain_text import plain_text
    from tuireader.text.word_count import count_words

    text = plain_text(html)
    words = count_words(text)
    if words <= articles.get(c, article_id).words:
        return False
    articles.save_full_text(c, article_id, html, text, words)
    return True
