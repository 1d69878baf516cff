"""Sites without a feed are followed: what their pages list, their posts from an API, their own changes."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from support.archived_site import Post, post_row
from support.rss import Item, rss
from tuireader.errors import FetchError, NoFeedFoundError, TuireaderError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.subscribing.follow_page import follow_list, list_on, watch
from tuireader.library.subscribing.subscribe import Subscribed, find, subscribe
from tuireader.library.transfer.backup import backup_rows
from tuireader.library.transfer.restore_backup import restore
from tuireader.model.article import StatusChange
from tuireader.model.feed import PageList
from tuireader.model.fetched import Page
from tuireader.model.query import Query
from tuireader.store import articles, feeds, pruning, site_facts, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.urls.hosts import Permission

if TYPE_CHECKING:
    from library.conftest import Library

AS_GIVEN = Permission.AS_GIVEN

CARD = "<li><h3><a href=/news/{0}>Story number {0}</a></h3><time>2026-01-{0:02}</time><p>What it is about.</p></li>"
ROW = "<tr><td>2026-01-{0:02}</td><td><a href=/news/{0}>Story number {0}</a> is told</td></tr>"


def page_of(numbers: range | list[int], card: str = CARD, title: str = "The News") -> Reply:
    cards = "".join(card.format(number) for number in numbers)
    around = ("<table>", "</table>") if card == ROW else ("<ul class=posts>", "</ul>")
    nav = "<nav><a href=/about>About us</a></nav>"
    return Reply(f"<html lang=en><title>{title}</title><body>{nav}<main>{cards.join(around)}</main></body></html>")


async def follow(library: Library, site: ScriptedSite, path: str = "/news/") -> Subscribed:
    """What a person does: type the address, see what the page lists, and follow it."""
    async with library.asking() as queue:
        with pytest.raises(NoFeedFoundError) as error:
            await find(library.cache, queue, site.url + path, clock=library.clock)
        page = error.value.page
        assert isinstance(page, Page)
        found = await list_on(library.cache, queue, page)
        assert found is not None
        return await follow_list(library.cache, queue, page, found, clock=library.clock, typed=site.url + path)


async def again(library: Library) -> str | None:
    library.clock.advance(hours=25)
    (event,) = await library.refresh()
    return event.error


async def test_what_a_page_lists_is_followed(library: Library, site: ScriptedSite) -> None:
    site.pages["/news/"] = page_of([5, 4, 3, 2, 1])
    done = await follow(library, site)
    assert (done.refreshed.new, done.feed.title) == (5, "The News")
    assert library.titles() == [f"Story number {number}" for number in (5, 4, 3, 2, 1)]
    with closing(connect(library.path)) as c:
        newest = articles.get(c, article_lists.ids(c, Query())[0])
        assert (newest.link, newest.published) == (f"{site.url}/news/5", datetime(2026, 1, 5, tzinfo=UTC))
        assert not newest.offline
        assert site_facts.page_list_feeds(c) == {done.feed.id}
    site.pages["/news/"] = page_of([6, 5, 4, 3, 2])
    assert await again(library) is None
    assert library.titles()[0] == "Story number 6"
    assert len(library.titles()) == 6
    assert site.paths().count("/robots.txt") >= 2


async def test_it_is_asked_for_as_politely_as_a_feed(library: Library, site: ScriptedSite) -> None:
    site.pages["/news/"] = page_of([3, 2, 1])
    site.pages["/news/"].etag = '"one"'
    await follow(library, site)
    assert await library.refresh() == []
    assert await again(library) is None
    assert site.requests[-1].headers["if-none-match"] == '"one"'


async def test_a_list_that_is_built_otherwise_is_found_again(library: Library, site: ScriptedSite) -> None:
    site.pages["/news/"] = page_of([5, 4, 3, 2, 1])
    done = await follow(library, site)
    site.pages["/news/"] = page_of([6, 5, 4, 3, 2], ROW)
    assert await again(library) is None
    assert library.titles()[0] == "Story number 6"
    with closing(connect(library.path)) as c:
        learned = site_facts.page_list_of(c, done.feed.id)
    assert learned is not None
    assert "tr" in learned.shape


@pytest.mark.slow
async def test_a_list_that_is_gone_is_said_since_when(library: Library, site: ScriptedSite) -> None:
    site.pages["/news/"] = page_of([5, 4, 3, 2, 1])
    await follow(library, site)
    site.pages["/news/"] = Reply("<html><title>Soon</title><body><p>We are building something new.</p></body></html>")
    said = await again(library)
    assert said is not None
    assert "since 16 January: its layout changed" in said
    library.clock.advance(days=9)
    assert "since 16 January: its layout changed" in str(await again(library))
    assert len(library.titles()) == 5
    site.pages["/news/"] = page_of([6, 5, 4, 3, 2])
    library.clock.advance(days=9)
    assert await again(library) is None
    assert library.titles()[0] == "Story number 6"
    site.pages["/news/"] = Reply("<html><body><p>Away again.</p></body></html>")
    assert "since 16 January" not in str(await again(library))


async def test_a_list_of_something_else_is_not_taken_for_it(library: Library, site: ScriptedSite) -> None:
    site.pages["/news/"] = page_of([5, 4, 3, 2, 1])
    await follow(library, site)
    site.pages["/news/"] = page_of([25, 24, 23, 22], ROW)
    assert "its layout changed. Add its address again to update" in str(await again(library))
    assert len(library.titles()) == 5


async def test_pages_that_programs_are_not_to_read_are_not_followed(library: Library, site: ScriptedSite) -> None:
    site.pages["/news/"] = page_of([3, 2, 1])
    site.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /news/\n", content_type="text/plain")
    async with library.asking() as queue:
        page = await queue.get(f"{site.url}/news/", permission=AS_GIVEN)
        with pytest.raises(FetchError, match=r"robots\.txt"):
            await list_on(library.cache, queue, page)
        with pytest.raises(FetchError, match=r"robots\.txt"):
            await watch(library.cache, queue, page, clock=library.clock)
    assert library.feeds() == []
    del site.pages["/robots.txt"]
    await follow(library, site)
    site.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /news/\n", content_type="text/plain")
    before = site.paths().count("/news/")
    assert "robots.txt" in str(await again(library))
    assert site.paths().count("/news/") == before


async def test_a_followed_page_that_redirects_is_read_where_it_leads_if_that_is_allowed(
    library: Library, site: ScriptedSite, other_site: ScriptedSite
) -> None:
    site.pages["/news/"] = page_of([3, 2, 1])
    await follow(library, site)
    site.pages["/private/"] = site.pages["/moved/"] = other_site.pages["/news/"] = page_of([4, 3, 2, 1])
    for there in (site, other_site):
        there.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /private/\n", content_type="text/plain")
    for target in ("/private/", other_site.url + "/private/"):
        site.pages["/news/"] = Reply(status=302, headers={"Location": target})
        assert "robots.txt" in str(await again(library))
    assert "/private/" not in [*site.paths(), *other_site.paths()]
    assert len(library.titles()) == 3
    site.pages["/news/"] = Reply(status=302, headers={"Location": "/moved/"})
    assert not await again(library)
    assert len(library.titles()) == 4
    site.pages["/news/"] = Reply(status=302, headers={"Location": other_site.url + "/news/"})
    await again(library)
    assert "/news/" in other_site.paths()


@pytest.mark.slow
async def test_a_rebuilt_page_is_learned_anew_when_its_address_is_given_again(
    library: Library, site: ScriptedSite
) -> None:
    site.pages["/news/"] = page_of([5, 4, 3, 2, 1])
    first = await follow(library, site)
    site.pages["/news/"] = page_of([25, 24, 23, 22], ROW)
    assert "its layout changed. Add its address again to update" in str(await again(library))
    library.clock.advance(hours=25)
    done = await follow(library, site)
    assert (done.feed.id, done.refreshed.new) == (first.feed.id, 4)
    assert len(library.titles()) == 9
    site.pages["/news/"] = page_of([26, 25, 24, 23], ROW)
    assert await again(library) is None
    assert library.titles()[0] == "Story number 26"


async def test_a_feed_is_not_made_a_page(library: Library, site: ScriptedSite) -> None:
    """Neither by watching it, nor by following a list at its address."""
    site.pages["/feed"] = Reply(rss(Item("one")), content_type="application/rss+xml")
    site.pages["/news/"] = page_of([3, 2, 1])
    library.follow(f"{site.url}/feed", f"{site.url}/news/")
    async with library.asking() as queue:
        with pytest.raises(FetchError, match="is a feed"):
            await watch(
                library.cache, queue, await queue.get(f"{site.url}/feed", permission=AS_GIVEN), clock=library.clock
            )
        page = await queue.get(f"{site.url}/news/", permission=AS_GIVEN)
        found = await list_on(library.cache, queue, page)
        assert found is not None
        with pytest.raises(FetchError, match="as a feed"):
            await follow_list(library.cache, queue, page, found, clock=library.clock)
    with closing(connect(library.path)) as c:
        assert site_facts.page_list_feeds(c) == frozenset()


async def test_a_list_is_not_made_a_watched_page(library: Library, site: ScriptedSite) -> None:
    site.pages["/news/"] = page_of([3, 2, 1])
    await follow(library, site)
    async with library.asking() as queue:
        with pytest.raises(FetchError, match="as a list of articles"):
            await watch(
                library.cache, queue, await queue.get(f"{site.url}/news/", permission=AS_GIVEN), clock=library.clock
            )


async def test_a_password_goes_on_being_given(library: Library, site: ScriptedSite) -> None:
    site.pages["/news/"] = page_of([3, 2, 1])
    typed = site.url.replace("http://", "http://ann:secret@") + "/news/"
    async with library.asking() as queue:
        page = await queue.get(typed, permission=AS_GIVEN)
        found = await list_on(library.cache, queue, page)
        assert found is not None
        done = await follow_list(library.cache, queue, page, found, clock=library.clock, typed=typed)
    assert done.feed.url == typed
    assert await again(library) is None
    asked = [request for request in site.requests if request.path == "/news/"][-1]
    assert asked.headers["authorization"].startswith("Basic ")


async def test_an_imported_older_text_of_a_watched_page_is_no_change_of_it(
    library: Library, site: ScriptedSite, tmp_path: Path
) -> None:
    site.pages["/hours"] = text_page(FIRST, SECOND)
    await watched(library, site)
    with closing(connect(library.path)) as c:
        lines = [json.dumps(row) for row in backup_rows(c, library.clock.now)]
    library.clock.advance(days=1)
    other = replace(library, path=tmp_path / "other.db", cache=Cache(tmp_path / "other.db"))
    site.pages["/hours"] = text_page(FIRST, THIRD)
    await watched(other, site)
    with closing(connect(other.path)) as c:
        restore(c, lines, library.clock.now)
    assert len(bodies(other)) == 2
    site.pages["/hours"] = text_page(FIRST, f"{THIRD}<!-- the same -->")
    assert await again(other) is None
    assert len(bodies(other)) == 2
    site.pages["/hours"] = text_page(FIRST, "<p>Closed for good.</p>")
    assert await again(other) is None
    assert len(bodies(other)) == 3
    assert not other.cache.close()


async def test_the_newest_text_of_a_watched_page_is_not_pruned(library: Library, site: ScriptedSite) -> None:
    site.pages["/hours"] = text_page(FIRST, SECOND)
    await watched(library, site)
    site.pages["/hours"] = text_page(FIRST, THIRD)
    assert await again(library) is None
    library.clock.advance(days=100)
    with closing(connect(library.path)) as c:
        statuses.apply(c, StatusChange(article_lists.ids(c, Query()), read=True))
        gone = [each.id for each in pruning.prunable(c, library.clock(), pruning.Limits(days=30))]
        assert len(gone) == 1
        pruning.prune(c, gone)
    assert await again(library) is None
    assert len(bodies(library)) == 1


async def test_a_page_that_names_a_feed_that_is_gone_may_be_followed_itself(
    library: Library, site: ScriptedSite
) -> None:
    reply = page_of([5, 4, 3, 2, 1])
    link = '<link rel=alternate type="application/rss+xml" href="/gone.xml"><title>'
    site.pages["/news/"] = Reply(str(reply.body).replace("<title>", link))
    async with library.asking() as queue:
        with pytest.raises(NoFeedFoundError, match=r"404.*gone\.xml") as error:
            await subscribe(library.cache, queue, f"{site.url}/news/", clock=library.clock)
        assert isinstance(error.value.page, Page)
        found = await list_on(library.cache, queue, error.value.page)
    assert found is not None
    assert len(found.items) == 5


async def test_adding_it_again_asks_again(library: Library, site: ScriptedSite) -> None:
    site.pages["/news/"] = page_of([3, 2, 1])
    first = await follow(library, site)
    library.clock.advance(hours=25)
    site.pages["/news/"] = page_of([4, 3, 2, 1])
    async with library.asking() as queue:
        there = await find(library.cache, queue, f"{site.url}/news/", clock=library.clock)
    assert isinstance(there, Subscribed)
    assert (there.feed.id, there.refreshed.new) == (first.feed.id, 1)


async def test_nothing_is_offered_where_nothing_is_listed(library: Library, site: ScriptedSite) -> None:
    site.pages["/"] = Reply("<html><body><p>Hello, and welcome to what is only a page.</p></body></html>")
    async with library.asking() as queue:
        with pytest.raises(NoFeedFoundError) as error:
            await find(library.cache, queue, site.url, clock=library.clock)
        assert isinstance(error.value.page, Page)
        assert await list_on(library.cache, queue, error.value.page) is None


# A page for its own changes


def text_page(*sentences: str) -> Reply:
    said = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    return Reply(
        f"<html><title>Opening hours</title><body><article><h1>Opening hours</h1>{said}</article></body></html>"
    )


FIRST = "The library is open from ten in the morning to six in the evening on all days but Sunday."
SECOND = "The reading room on the second floor is closed until the roof above it has been repaired."
THIRD = "The roof has been repaired, and the reading room on the second floor is open again to everybody."


async def watched(library: Library, site: ScriptedSite) -> Subscribed:
    async with library.asking() as queue:
        page = await queue.get(f"{site.url}/hours", permission=AS_GIVEN)
        return await watch(library.cache, queue, page, clock=library.clock, typed=f"{site.url}/hours")


def bodies(library: Library) -> list[str]:
    with closing(connect(library.path)) as c:
        return [articles.body(c, id_) for id_ in article_lists.ids(c, Query())]


async def test_each_change_of_a_page_is_an_article(library: Library, site: ScriptedSite) -> None:
    site.pages["/hours"] = text_page(FIRST, SECOND)
    assert (await watched(library, site)).refreshed.new == 1
    assert await again(library) is None
    site.pages["/hours"] = Reply(str(site.pages["/hours"].body).replace("<body>", "<body><!-- 12:04 -->"))
    assert await again(library) is None
    assert len(bodies(library)) == 1
    site.pages["/hours"] = text_page(FIRST, THIRD)
    assert await again(library) is None
    newest, oldest = bodies(library)
    assert newest.startswith(f"<h2>New</h2><p>{THIRD}</p><h2>Removed</h2><p>{SECOND}</p><hr>")
    assert newest.count(FIRST) == 1
    assert oldest == f"<p>{FIRST}</p><p>{SECOND}</p>"
    site.pages["/hours"] = text_page(FIRST, SECOND)  # as it was before
    assert await again(library) is None
    assert len(bodies(library)) == 3
    assert bodies(library)[0].startswith(f"<h2>New</h2><p>{SECOND}</p>")
    assert await again(library) is None
    assert len(bodies(library)) == 3


async def test_a_clock_that_was_ahead_once_hides_no_later_change(library: Library, site: ScriptedSite) -> None:
    site.pages["/hours"] = text_page(FIRST, SECOND)
    await watched(library, site)
    now = library.clock.now
    library.clock.now = now + timedelta(days=365)
    site.pages["/hours"] = text_page(FIRST, THIRD)
    assert await again(library) is None
    library.clock.now = now
    for number, sentence in enumerate([SECOND, THIRD, SECOND], 3):
        site.pages["/hours"] = text_page(FIRST, sentence)
        assert await again(library) is None
        assert len(bodies(library)) == number


async def test_of_a_list_the_items_are_compared(library: Library, site: ScriptedSite) -> None:
    items = [f"<li>Line {n} of what is said on this page of the library.</li>" for n in range(5)]
    page = "<html><title>Lines</title><body><article><h1>Lines</h1><ul>{}</ul></article></body></html>"
    site.pages["/hours"] = Reply(page.format("".join(items[:4])))
    await watched(library, site)
    site.pages["/hours"] = Reply(page.format("".join(items[1:])))
    assert await again(library) is None
    assert bodies(library)[0].startswith(f"<h2>New</h2><ul>{items[4]}</ul><h2>Removed</h2><ul>{items[0]}</ul><hr>")


async def test_a_page_that_loses_its_text_is_said(library: Library, site: ScriptedSite) -> None:
    site.pages["/hours"] = text_page(FIRST, SECOND)
    await watched(library, site)
    site.pages["/hours"] = Reply("<html><body></body></html>")
    assert "No text found on the page at" in str(await again(library))
    assert len(bodies(library)) == 1


async def test_a_page_without_text_is_not_followed(library: Library, site: ScriptedSite) -> None:
    site.pages["/hours"] = Reply("<html><body></body></html>")
    with pytest.raises(TuireaderError, match="No text found on the page at"):
        await watched(library, site)
    assert library.feeds() == []


# WordPress without its feed, and sitemaps of news


@pytest.mark.parametrize("plain", [False, True])
async def test_a_wordpress_without_a_feed_gives_its_posts_by_its_api(
    library: Library, site: ScriptedSite, plain: bool
) -> None:
    posts = [Post(number) for number in (1, 2, 3)]
    base = f"{site.url}/?rest_route=/" if plain else f"{site.url}/wp-json/"
    path = "/?rest_route=/wp/v2/posts&per_page=20&_embed=1" if plain else "/wp-json/wp/v2/posts?per_page=20&_embed=1"
    site.pages["/"] = Reply(f'<title>My Blog</title><link rel="https://api.w.org/" href="{base}"><p>Hello.</p>')
    rows = json.dumps([post_row(site.url, post) for post in posts])
    site.pages[path] = Reply(rows, content_type="application/json")
    async with library.asking() as queue:
        done = await subscribe(library.cache, queue, site.url, clock=library.clock)
    assert (done.feed.title, done.refreshed.new) == ("My Blog", 3)
    assert library.titles() == [post.title for post in posts]
    with closing(connect(library.path)) as c:
        assert {articles.get(c, id_).authors[0] for id_ in article_lists.ids(c, Query())} == {
            post.author for post in posts
        }
    site.pages[path] = Reply("[]", content_type="application/json")
    assert "not a feed" in str(await again(library)) or len(library.titles()) == 3


async def test_a_sitemap_of_news_is_followed(library: Library, site: ScriptedSite) -> None:
    rows = "".join(
        f"<url><loc>{site.url}/a/{day}</loc><news:news><news:publication><news:name>The Daily</news:name>"
        f"</news:publication><news:publication_date>2026-01-0{day}T08:00:00Z</news:publication_date>"
        f"<news:title><![CDATA[News &amp; more of {day}]]></news:title></news:news></url>"
        for day in (1, 2, 3)
    )
    site.pages["/"] = Reply("<title>The Daily</title><p>Hello.</p>")
    site.pages["/robots.txt"] = Reply(f"Sitemap: {site.url}/sitemap-news.xml\n", content_type="text/plain")
    site.pages["/sitemap-news.xml"] = Reply(
        f'<?xml version="1.0"?><urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{rows}</urlset>',
        content_type="application/xml",
    )
    async with library.asking() as queue:
        done = await subscribe(library.cache, queue, site.url, clock=library.clock)
    assert (done.feed.title, done.refreshed.new) == ("The Daily", 3)
    assert library.titles() == [f"News & more of {day}" for day in (3, 2, 1)]
    assert await again(library) is None


def test_what_was_learned_is_forgotten_where_it_cannot_be_read(library: Library) -> None:
    (feed,) = library.follow("https://a.example/news")
    with closing(connect(library.path)) as c:
        what = PageList("cards", "a<li", library.clock())
        site_facts.put_page_list(c, feed.id, what)
        assert site_facts.page_list_of(c, feed.id) == what
        for damaged in ("", "[]", "{}", "nonsense", '{"followed": "x"}', "[" * 9999):
            feeds.set_option(c, feed.id, site_facts.PAGE_LIST, damaged)
            assert site_facts.page_list_of(c, feed.id) is None
