"""The full text of an article, from its page."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from tuireader.async_tools import as_done
from tuireader.content.dom import sanitize
from tuireader.content.extraction import extract
from tuireader.content.extraction import page as extraction_page
from tuireader.errors import FetchError, TuireaderError
from tuireader.feeds.entries import title_of_address
from tuireader.library.jobs.batching import Result, Work
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import PoliteQueue
from tuireader.library.politeness.robots import SerialFetcher
from tuireader.library.reading import user_edits
from tuireader.library.refreshing.ingest import read
from tuireader.model.article import Article
from tuireader.model.feed import Feed
from tuireader.model.fetched import Page
from tuireader.store import articles, feeds, save_articles, site_facts
from tuireader.text import language_and_hyphenation
from tuireader.text.shingles import likeness, retained, title_key
from tuireader.urls.hosts import Permission, host_of, named_host, permission_for
from tuireader.urls.identity import is_front_page, names_part, of_one_site, same_place
from tuireader.urls.typed_and_shown import with_credentials_of

Get = Callable[[str, Permission], Awaitable[Page]]
"""Fetches a page with a permission; raises FetchError."""
DEADLINE = 20.0
"""Seconds to find the article on a page."""
_ASKED = 0.5
"""Ratio of words to the text of a feed that suffices where the user asks for the page of a whole article."""
LONGER_RATIO = 2
"""Ratio of words by which a page shows that the "whole" text of a feed is only an excerpt."""


PAGES_MAX = 40
"""Maximum pages of one article."""
_FAILURES_MAX = 5
"""Unanswered requests in a row after which a site is not asked any more."""
_SHORT, _LESS, _SAME, _HELD = 50, 5, 0.5, 0.7
"""Minimum words of an article, maximum ratio to a shorter version, and minimum similarity of two versions; and minimum
share of a text that a page still holds."""
_COMPARED = 3
"""Number of other articles whose texts are compared: a text that several articles share is not an article's."""
_LARGEST = 8_000_000
"""Maximum bytes of the pages of one article."""


class NoFullTextError(FetchError):
    """The page has no more text than the feed gave, or not the text of this article."""


class Fetched(NamedTuple):
    """The result of fetching the text of an article."""

    article_id: int
    error: str | None = None


async def fetch_full_texts(
    cache: Cache, queue: PoliteQueue, ids: Sequence[int], *, replace: bool = False
) -> AsyncGenerator[Fetched, None]:
    """Fetch the full texts of several articles; yields each result as it is done.

    With `replace`, existing texts are replaced, even by shorter ones, as long as the pages still contain them. Each
    site gets one request at a time, with a pause, as its robots.txt allows, and none after several unanswered ones in
    a row. Ending the iteration cancels all requests.
    """
    pages = SerialFetcher(queue)
    in_vain: Counter[str] = Counter()
    """Unanswered requests in a row, by site."""

    async def get(url: str, permission: Permission) -> Page:
        if in_vain[host_of(url)] >= _FAILURES_MAX:
            raise FetchError(f"{named_host(url)} is not responding")
        try:
            page = await pages.get(url, permission)
        except FetchError as error:
            in_vain[host_of(url)] = in_vain[host_of(url)] + 1 if error.is_unreached or error.is_offline else 0
            raise
        in_vain[host_of(url)] = 0
        return page

    async def fetch(article_id: int) -> Fetched:
        try:
            await fetch_with(cache, get, article_id, replace=replace)
        except TuireaderError as error:
            return Fetched(article_id, str(error))
        return Fetched(article_id)

    async with aclosing(as_done(map(fetch, ids))) as events:
        async for event in events:
            yield event


async def fetch_full_text(cache: Cache, queue: PoliteQueue, article_id: int) -> None:
    """Fetch an article's page or pages before all others, and save the text; raises FetchError."""

    async def get(url: str, permission: Permission) -> Page:
        return await queue.get(url, permission=permission)

    await fetch_with(cache, get, article_id, is_alone=True)


async def fetch_with(
    cache: Cache, get: Get, article_id: int, *, much: float = 1, replace: bool = False, is_alone: bool = False
) -> None:
    """Fetch an article's pages through `get`, and save their text; raises FetchError.

    A text with fewer words than `much` times those of the existing text is refused, unless `replace`. `is_alone`: the
    user asked for this article only, so that it overtakes others and a page with several articles is accepted.
    """
    article, feed = await cache.read(partial(_article, article_id=article_id))
    if not article.has_page:
        raise FetchError("No full text: the article has no link")

    async def page_at(url: str) -> Page:
        return await get(url, permission_for(url, feed.url, feed.reach))

    def keep(*, is_all: bool) -> _SaveText:
        return _SaveText(article_id, tuple(pages), much, is_all=is_all, is_replacing=replace, is_alone=is_alone)

    pages = [await page_at(with_credentials_of(article.link, feed.url))]
    following = await read_page(cache, keep(is_all=False), pages[0], first=is_alone)
    if not following:
        return
    while following and len(pages) < PAGES_MAX and sum(len(page.content) for page in pages) < _LARGEST:
        try:
            page = await page_at(with_credentials_of(following, feed.url))
        except FetchError as error:
            if error.is_passing:  # a part would be taken for all of it
                raise
            break  # what came of it is more than nothing
        find = _FindNextPage(feed.id, pages[0].url, page, len(pages) + 2, following)
        then = await read_page(cache, find, page, first=is_alone)
        if then is None:
            break
        pages.append(page)
        if any(same_place(then, page.url) for page in pages):
            break
        following = then
    await read_page(cache, keep(is_all=True), pages[0], first=is_alone)


async def read_page(cache: Cache, work: Work[Result], page: Page, *, first: bool = True) -> Result:
    """Run a job on an untrusted page in a process of its own; `first` jobs overtake others.

    Raises FetchError if it takes too long or too much memory.
    """
    return await read(cache, work, page, DEADLINE, "page", first=first)


def _article(c: sqlite3.Connection, article_id: int) -> tuple[Article, Feed]:
    article = articles.get(c, article_id)
    return article, feeds.get(c, article.feed_id)


@dataclass(frozen=True, slots=True)
class _FindNextPage:
    """Find the address of an article's next page; "" if there is none, or it is another article. Picklable.

    None if `page` is not part of the article, since its address, `asked`, has redirected elsewhere.
    """

    feed_id: int
    first: str
    page: Page
    number: int
    """The number of the next page."""
    asked: str = ""

    def __call__(self, c: sqlite3.Connection) -> str | None:
        led = self.page.url
        if self.asked and not same_place(led, self.asked) and not extract.is_page_of(led, self.first, self.number - 1):
            return None
        url = extract.next_page(self.page.content, self.page.url, self.first, self.number)
        return "" if url and _own_article(c, self.feed_id, url) else url


def _own_article(c: sqlite3.Connection, feed_id: int, url: str) -> Article | None:
    """The article at an address in the given feed, or in another feed of that site; None if there is none."""
    for there in articles.at(c, url):
        if there.feed_id == feed_id or of_one_site(url, feeds.get(c, there.feed_id).url):
            return there
    return None


def _is_part(c: sqlite3.Connection, article: Article) -> bool:
    """Whether an article shares its page with others: a comment, say, or a version on a page of changes."""
    at = articles.all_by_link(c, article.link)
    return names_part(article.link) or any(
        id_ != article.id and articles.get(c, id_).feed_id == article.feed_id for id_ in at
    )


@dataclass(frozen=True, slots=True)
class _SaveText:
    """Save the text on an article's pages, or return the address of its second page. Picklable."""

    article_id: int
    pages: tuple[Page, ...]
    much: float
    is_all: bool
    """Whether no more pages will follow."""
    is_replacing: bool
    """Whether the text may replace an existing one, as long as the page still contains that."""
    is_alone: bool
    """Whether the user asked for this article only."""

    def __call__(self, c: sqlite3.Connection) -> str:
        """Save the text, or return the second page's address, else ""; FetchError if there is no better text."""
        first = self.pages[0]
        host, article = named_host(first.url), articles.get(c, self.article_id)
        following = "" if self.is_all else _FindNextPage(article.feed_id, first.url, first, 2)(c)
        if following and not same_place(following, first.url):
            return following
        if _is_other(c, article, first):
            raise NoFullTextError(f"{host} redirects this article to another page")
        chosen = site_facts.selectors(c, article.feed_id)
        given = save_articles.given_html(c, self.article_id)
        found = _extract_article(self.pages, given, chosen)
        if found is None:
            raise FetchError(f"No article text found on the page at {host}")
        kept = articles.texts(c, self.article_id).full_text
        is_chosen, is_unasked = bool(chosen[0]) or self.is_replacing, self.much > 1
        much = _ASKED if self.is_alone and article.offline else 1 if is_chosen else self.much
        is_less = found.words < article.words * much
        # A part that was chosen may be less, or something else, of pages that hold all that is here.
        holds = is_chosen and (is_less or self.is_replacing) and _is_on(self.pages, kept or sanitize.plain_text(given))
        if kept is not None and not (holds or (not (is_chosen and is_less) and _replaces(found, kept))):
            raise NoFullTextError(f"The page at {host} does not match this article; the saved text is kept")
        if is_less and not (holds or (is_chosen and not is_unasked and not self.is_replacing)):
            raise NoFullTextError(f"The page at {host} has no more text than the feed")
        if not self.is_alone and _is_part(c, article):
            raise NoFullTextError(f"The page at {host} has several articles")
        is_whole = is_unasked and article.offline
        if (is_whole and retained(sanitize.plain_text(given), found.text) < _HELD) or (
            not self.is_alone and not _has_title_or_text(c, article, first)
        ):
            raise NoFullTextError(f"The page at {host} does not match this article")
        others = site_facts.latest(c, article.feed_id, self.article_id, _COMPARED) if is_unasked else ()
        if _single_spaced(found.text) in map(_single_spaced, others):  # where nobody has asked for it, it is no article
            raise NoFullTextError(f"{host} shows the same text for every article (login or cookie page?)")
        _keep(c, article, found)
        return ""


def _is_other(c: sqlite3.Connection, article: Article, page: Page) -> bool:
    """Whether an article's address has led to something else: the front page, another article, or a login, say.

    If no article with the page's address is known, the page has to contain the article's title or most of its feed's
    text.
    """
    if same_place(page.url, article.link):
        return False
    if is_front_page(page.url):
        return not is_front_page(article.link)

    if (there := _own_article(c, article.feed_id, page.url)) is not None:
        return there.feed_id == article.feed_id or title_key(there.title) != title_key(article.title)
    return not _has_title_or_text(c, article, page)


def _has_title_or_text(c: sqlite3.Connection, article: Article, page: Page) -> bool:
    """Whether a page contains the title of an article, or most of the text that its feed gave."""
    text, title = _text_of([page]), title_key(article.title)
    is_titled = title and f" {title} " in f" {title_key(text)} "
    return is_titled or retained(sanitize.plain_text(save_articles.given_html(c, article.id)), text) >= _HELD


def _replaces(found: _Found, kept: str) -> bool:
    """Whether a fetched text is another version of the one fetched before, and not only a remainder of it."""
    before = language_and_hyphenation.count_words(kept)
    if before < _SHORT <= found.words:  # what was there was hardly an article
        return True
    is_enough = found.words * 2 >= before or (found.words >= _SHORT and found.words * _LESS >= before)
    return is_enough and likeness(kept, found.text).of_shorter >= _SAME


def _is_on(pages: Sequence[Page], kept: str) -> bool:
    """Whether pages still contain most of a text that was fetched before."""
    return retained(kept, _text_of(pages)) >= _HELD


def _text_of(pages: Sequence[Page]) -> str:
    """The whole text of pages, also outside the article."""
    return " ".join(extract.text_of_page(page.content) for page in pages)


def _single_spaced(text: str) -> str:
    return " ".join(text.split())


def complete(c: sqlite3.Connection, article_id: int, page: Page) -> bool:
    """Complete an article from its page: add missing authors and categories, and the text if it is longer.

    Returns whether the page is the article's. A text that the feed gave as whole is replaced only by one at least
    `LONGER_RATIO` times as long. An article that shares its page with others stays unchanged.
    """
    article, body = articles.get(c, article_id), articles.body(c, article_id)
    if _is_other(c, article, page) or _is_part(c, article) or not _has_title_or_text(c, article, page):
        return False
    found = _extract_article([page], body, site_facts.selectors(c, article.feed_id))
    if found is None:
        return True
    if found.words >= article.words * (LONGER_RATIO if article.offline else 1):
        _keep(c, article, found)
    elif any(names := _missing_names(article, found)):
        text = sanitize.plain_text(body)
        save_articles.set_names(c, article.id, text, authors=names.authors, categories=names.categories)
    return True


class _Found(NamedTuple):
    """The article found on a page, with its plain text and word count."""

    extracted: extract.Extracted
    text: str
    words: int


def _extract_article(pages: Sequence[Page], body: str, chosen: tuple[str, str]) -> _Found | None:
    """Extract the article from its pages, by the feed's text `body` and the `chosen` selectors; None if none."""
    excerpt, selectors = sanitize.plain_text(body), extraction_page.Selectors(*chosen)
    parts = [extract.extract_article(page.content, page.url, excerpt=excerpt, selectors=selectors) for page in pages]
    there = [part for part in parts if part is not None]
    if not there or parts[0] is None:
        return None
    extracted, _ = extract.joined(there)
    text = sanitize.plain_text(extracted.html)
    words = language_and_hyphenation.count_words(text)
    return _Found(extracted, text, words) if words else None


def _keep(c: sqlite3.Connection, article: Article, found: _Found) -> None:
    """Save a text as the article's full text, and that of its saved page if this has only an excerpt."""
    names, extracted = _missing_names(article, found), found.extracted
    pages = user_edits.feed_of_pages(c)
    there = {} if pages is None else save_articles.known(c, pages, [article.link])
    copies = (articles.get(c, known.id) for known in there.values())
    same = (copy for copy in copies if copy.id != article.id and copy.title == article.title and not copy.offline)
    for each in (article, *same):
        save_articles.save_full_text(
            c,
            each.id,
            extracted.html,
            found.text,
            found.words,
            title=extracted.title if article.title == title_of_address(article.link) else "",
            authors=names.authors,
            categories=names.categories,
            published=None if article.published or article.updated else extracted.published,
        )


class _Names(NamedTuple):
    """Authors and categories to add to an article."""

    authors: tuple[str, ...]
    categories: tuple[str, ...]


def _missing_names(article: Article, found: _Found) -> _Names:
    """Authors or categories from the page, if the feed named none."""
    return _Names(
        () if article.authors else found.extracted.authors,
        () if article.categories else found.extracted.categories,
    )
