from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from conftest import Reply, ScriptedSite
from support.raw_server import Serve, reply
from support.rss import Item, rss
from support.wordpress import BORDER, TRADE, Post, publish
from tuireader.demo.pages import author_path, category_path, load_posts
from tuireader.errors import AddressError, FetchError, NoFeedFoundError, TuireaderError
from tuireader.library.subscribing.subscribe import Candidates, Subscribed, candidates, find, subscribe, subscribe_all
from tuireader.model.article import Article
from tuireader.model.fetched import FeedLink, Page
from tuireader.model.query import Query
from tuireader.store import articles, feeds
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.urls.hosts import Reach
from tuireader.web.headers_and_decompression import authorization_of

if TYPE_CHECKING:
    from library.conftest import Library
    from tuireader.demo.server import DemoSite


async def add(library: Library, address: str | Candidates, *, choose: int | None = None) -> Subscribed:
    async with library.asking() as queue:
        return await subscribe(library.cache, queue, address, clock=library.clock, choose=choose)


def article(library: Library, article_id: int | None) -> Article:
    assert article_id is not None
    with closing(connect(library.path)) as c:
        return articles.get(c, article_id)


async def test_a_site(library: Library, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    done = await add(library, site.url.removeprefix("http://"))
    assert (done.feed.url, done.feed.site) == (site.url + "/feed/", site.url + "/")
    assert (done.feed.title, done.article_id, done.others) == ("The Example Review", None, ())
    assert (done.refreshed.status, done.refreshed.new) == ("updated", 2)
    assert library.titles() == [BORDER.title, TRADE.title]
    assert site.paths() == ["/", "/feed/"]
    assert library.feeds() == [done.feed]
    assert done.feed.validators.etag is not None
    assert done.feed.due is not None


async def test_a_profile_is_followed_by_the_address_that_a_browser_shows(library: Library, site: ScriptedSite) -> None:
    site.pages["/@ann.rss"] = Reply(rss(Item("toot"), title="Ann"), content_type="application/rss+xml")
    done = await add(library, f"{site.url}/@ann")
    assert (done.feed.url, done.feed.title, site.paths()) == (f"{site.url}/@ann.rss", "Ann", ["/@ann.rss"])


async def test_a_profile_without_such_a_feed_is_looked_at(library: Library, site: ScriptedSite) -> None:
    site.pages["/@bo"] = Reply('<link rel="alternate" type="application/rss+xml" href="/bo.xml"><title>Bo</title>')
    site.pages["/bo.xml"] = Reply(rss(Item("one"), title="Bo"), content_type="application/rss+xml")
    done = await add(library, f"{site.url}/@bo")
    assert (done.feed.url, site.paths()) == (f"{site.url}/bo.xml", ["/@bo.rss", "/@bo", "/bo.xml"])


async def test_a_channel_is_followed_without_its_shorts(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = f'<link rel="alternate" type="application/rss+xml" title="RSS" href="{site.url}/videos.xml?channel_id=1">'
    site.pages["/name"] = Reply(f"<html><head>{link}<title>Name</title></head></html>")
    for path in ("/videos.xml?channel_id=1", "/videos.xml?playlist_id=2"):
        site.pages[path] = Reply(rss(Item("video"), title=path), content_type="application/rss+xml")
    monkeypatch.setattr(
        "tuireader.library.subscribing.discovery.without_shorts",
        lambda url: url.replace("channel_id=1", "playlist_id=2"),
    )
    done = await add(library, f"{site.url}/name")
    assert done.feed.url == f"{site.url}/videos.xml?playlist_id=2"
    assert done.others == ()


@pytest.mark.parametrize(
    "again", ["/", "", "/feed/", "/feed", "/2017/06/china-russia/", "/2017/06/china-russia?utm_source=x"]
)
async def test_a_second_time_is_one_conditional_request(library: Library, site: ScriptedSite, again: str) -> None:
    publish(site, BORDER, TRADE)
    first = await add(library, site.url)
    site.requests.clear()
    second = await add(library, site.url + again)
    assert [(request.path, "if-none-match" in request.headers) for request in site.requests] == [("/feed/", True)]
    assert (second.refreshed.status, second.feed.id) == ("unchanged", first.feed.id)
    assert (second.article_id is not None) == ("2017" in again)
    assert len(library.feeds()) == 1
    assert len(library.headlines()) == 2


async def test_a_second_time_by_the_name_of_a_page_that_names_the_feed(library: Library, site: ScriptedSite) -> None:
    publish(site, BORDER)
    site.pages["/about/"] = Reply(f"{site.pages['/'].body!s}<p>{'About us. ' * 50}</p>")
    await add(library, site.url)
    site.requests.clear()
    await add(library, site.url + "/about/")
    asked = [(request.path, "if-none-match" in request.headers) for request in site.requests]
    assert asked == [("/about/", False), ("/feed/", True)]
    assert len(library.feeds()) == 1


async def test_an_article_that_the_feed_has(library: Library, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    site.pages["/2017/06/science-trade?utm_source=letter"] = site.pages["/2017/06/science-trade/"]
    done = await add(library, site.url + "/2017/06/science-trade?utm_source=letter#comments")
    assert article(library, done.article_id).title == TRADE.title
    assert (len(library.headlines()), done.feed.url) == (2, site.url + "/feed/")
    assert done.feed.site == site.url + "/"


async def test_what_another_site_says_about_an_article_is_not_the_article(
    library: Library, site: ScriptedSite, other_site: ScriptedSite
) -> None:
    """Neither by its address, nor by a link to it, though it is newer."""
    publish(site, BORDER, TRADE)
    await add(library, site.url)
    link = f"{site.url}/2017/06/science-trade/"
    other_site.pages["/links"] = Reply(rss(Item("Points: 120", link=link)), content_type="text/xml")
    library.follow(f"{other_site.url}/links")
    await library.refresh()
    before = len(library.headlines())
    done = await add(library, link)
    assert article(library, done.article_id).title == TRADE.title
    assert len(library.headlines()) == before
    with closing(connect(library.path)) as c:
        assert [each.title for each in articles.at(c, link)] == [TRADE.title, "Points: 120"]


async def test_a_comment_on_an_article_is_not_the_article(library: Library, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    comment = Item("Comment by Ann", link=f"{site.url}/2017/06/science-trade/#comment-1")
    site.pages["/comments"] = Reply(rss(comment), content_type="text/xml")
    library.follow(f"{site.url}/comments")
    await library.refresh()
    done = await add(library, f"{site.url}/2017/06/science-trade/")
    assert article(library, done.article_id).title == TRADE.title


async def test_an_article_whose_feed_writes_its_host_in_capitals(library: Library, site: ScriptedSite) -> None:
    host = site.url.partition("://")[2]
    site.pages["/feed/"] = Reply(rss(Item("a", link="https://Blog.Example.org/a"), site="https://Blog.example.org/"))
    await add(library, site.url + "/feed/")
    done = await add(library, "blog.example.org/a")  # nobody answers there: it must be known
    assert (done.article_id, host in done.feed.url) == (library.headlines()[0].id, True)


async def test_a_feed_that_says_to_be_of_another_site_stands_not_in_its_place(
    library: Library, site: ScriptedSite, other_site: ScriptedSite
) -> None:
    publish(site, BORDER, TRADE)
    claim = rss(Item("a", link=f"{site.url}/2017/06/{BORDER.slug}/"), title="Claim", site=f"{site.url}/")
    other_site.pages["/feed"] = Reply(claim, content_type="text/xml")
    await add(library, f"{other_site.url}/feed")
    for address in (site.url, f"{site.url}/2017/06/{BORDER.slug}/"):
        assert (await add(library, address)).feed.url == f"{site.url}/feed/"


async def test_an_article_of_which_the_feed_has_a_summary_is_completed_from_its_page(
    library: Library, site: ScriptedSite
) -> None:
    publish(site, BORDER)
    link = site.url + "/2017/06/china-russia/"
    short = Item("b", title=BORDER.title, html="Two countries.", link=link)
    site.pages["/feed/"] = Reply(rss(short, site=site.url + "/"))
    await add(library, site.url)
    assert [(each.words, article(library, each.id).offline) for each in library.headlines()] == [(2, False)]
    with closing(connect(library.path)) as c:
        feeds.remove(c, library.feeds()[0].id)
    done = await add(library, link)
    assert article(library, done.article_id).offline
    with closing(connect(library.path)) as c:
        assert "The second paragraph says more" in articles.body(c, article(library, done.article_id).id)
    assert len(library.headlines()) == 1


def give_two_paragraphs(site: ScriptedSite, words: int) -> tuple[str, str]:
    """Publish an article of which the feed has two short paragraphs and no names; gives its link and that text."""
    publish(site, BORDER)
    link = site.url + "/2017/06/china-russia/"
    text = "<p>" + "word " * words + "is all.</p><p>A second paragraph, as of what is whole.</p>"
    site.pages["/feed/"] = Reply(rss(Item("b", title=BORDER.title, html=text, link=link), site=site.url + "/"))
    return link, text


@pytest.mark.parametrize(("words", "is_completed"), [(3, True), (60, False)])
async def test_what_a_feed_gives_as_the_whole_is_completed_where_the_page_has_much_more(
    library: Library, site: ScriptedSite, words: int, is_completed: bool
) -> None:
    link, _ = give_two_paragraphs(site, words)
    done = await add(library, link)
    assert article(library, done.article_id).offline
    with closing(connect(library.path)) as c:
        body = articles.body(c, article(library, done.article_id).id)
    assert ("The second paragraph says more" in body) == is_completed


@pytest.mark.parametrize("words", [3, 60])
async def test_names_that_the_feed_leaves_out_are_taken_from_the_page(
    library: Library, site: ScriptedSite, words: int
) -> None:
    link, text = give_two_paragraphs(site, words)
    done = await add(library, link)
    assert article(library, done.article_id).authors == (BORDER.author,)
    assert article(library, done.article_id).categories == BORDER.categories
    with closing(connect(library.path)) as c:
        assert [facet.name for facet in article_lists.authors(c, Query())] == [BORDER.author]
        for query in ("author:Author", "category:Russia", "second"):
            assert [row.id for row in article_lists.window(c, Query(text=query), 0, 9)] == [done.article_id]
    # An edit of the entry names nobody either: the names stay.
    edited = Item("b", title=BORDER.title, html=text + "<p>Edited.</p>", link=link)
    site.pages["/feed/"] = Reply(rss(edited, site=site.url + "/"))
    await library.refresh(force=True)
    assert article(library, done.article_id).authors == (BORDER.author,)
    with closing(connect(library.path)) as c:
        assert [row.id for row in article_lists.window(c, Query(text="author:Author second"), 0, 9)] == [
            done.article_id
        ]


@pytest.mark.parametrize("page", ["", "<html><body><main><p>Two.</p></main></body></html>"])
async def test_a_summary_stays_where_its_page_has_no_more(library: Library, site: ScriptedSite, page: str) -> None:
    publish(site, BORDER)
    short = Item("b", html="Two countries and their words.", link=site.url + "/b")
    site.pages["/feed/"] = Reply(rss(short, site=site.url + "/"))
    site.pages["/b"] = Reply(f'<link rel="alternate" type="application/rss+xml" href="/feed/">{page}')
    done = await add(library, site.url + "/b")
    assert (article(library, done.article_id).title, article(library, done.article_id).offline) == ("b", False)


async def test_an_article_that_left_the_feed_is_taken_from_its_page(library: Library, site: ScriptedSite) -> None:
    old = Post(
        title="An Old Piece",
        body="".join(
            f"<p>Paragraph {n} of an old piece that says quite enough to be read on its own.</p>" for n in range(9)
        ),
        slug="old-piece",
    )
    publish(site, BORDER, old)
    site.pages["/feed/"] = Reply(rss(Item("new", link=site.url + "/2017/06/new/"), site=site.url + "/"), etag='"1"')
    for _ in range(2):
        done = await add(library, site.url + "/2017/06/old-piece/")
        taken = article(library, done.article_id)
        assert (taken.title, taken.link, taken.feed_id) == (old.title, site.url + "/2017/06/old-piece/", done.feed.id)
        assert taken.offline
        assert taken.words > 100
    with closing(connect(library.path)) as c:
        body = articles.body(c, taken.id)
    assert "Paragraph 8" in body
    assert "Leave a Reply" not in body
    assert len(library.headlines()) == 2


async def test_a_page_that_names_the_feed_of_another_site_is_no_article_of_that(
    library: Library, site: ScriptedSite, other_site: ScriptedSite
) -> None:
    publish(site, BORDER, TRADE)
    await add(library, site.url)
    before = library.headlines()
    page: Any = site.pages[f"/2017/06/{BORDER.slug}/"]
    body = str(page.body).replace(BORDER.title, "Evil").replace('href="/', f'href="{site.url}/')
    other_site.pages["/evil"] = Reply(body)
    done = await add(library, f"{other_site.url}/evil")
    assert (done.feed.url, done.article_id) == (f"{site.url}/feed/", None)
    assert library.headlines() == before


async def test_a_section_is_no_article(library: Library, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    site.pages["/2017/06/"] = Reply(f"{site.pages['/'].body!s}<h1>June</h1><p>{'All of June. ' * 99}</p>")
    done = await add(library, site.url + "/2017/06/")
    assert done.article_id is None
    assert len(library.headlines()) == 2


WORDS = ("apple", "bread", "cloud", "dream", "eagle", "flame", "grape", "house", "ivory", "judge", "knife", "lemon")


async def test_the_best_of_several_is_taken_and_the_others_named(library: Library, site: ScriptedSite) -> None:
    names = {"/dead.xml": "Dead", "/news.xml": "News", "/essays.xml": "Essays"}
    links = (f'<link rel="alternate" type="application/atom+xml" title="{t}" href="{u}">' for u, t in names.items())
    site.pages["/"] = Reply(f"<html><head>{''.join(links)}</head></html>")
    site.pages["/news.xml"], site.pages["/essays.xml"] = Reply(rss(Item("n"))), Reply(rss(Item("e")))
    done = await add(library, site.url)
    assert done.feed.url == site.url + "/news.xml"  # the first is announced, and is not there
    assert done.others == (FeedLink(site.url + "/dead.xml", "Dead"), FeedLink(site.url + "/essays.xml", "Essays"))
    chosen = await add(library, site.url, choose=2)
    assert chosen.feed.url == site.url + "/essays.xml"
    with pytest.raises(FetchError, match=r"\(404\)"):
        await add(library, site.url, choose=0)
    assert len(library.feeds()) == 2


async def test_of_many_that_are_dead_some_are_asked(library: Library, site: ScriptedSite) -> None:
    links = (f'<link rel="alternate" type="application/atom+xml" title="Feed of {n}s" href="/{n}.xml">' for n in WORDS)
    site.pages["/"] = Reply(f"<html><head>{''.join(links)}</head></html>")
    with pytest.raises(NoFeedFoundError, match=r"\(404\)"):
        await add(library, site.url)
    assert len(site.paths()) == 1 + 8


async def test_what_was_found_is_not_looked_for_again(library: Library, site: ScriptedSite) -> None:
    publish(site, BORDER)
    async with library.asking() as queue:
        found = await candidates(queue, site.url)
        await subscribe(library.cache, queue, found, clock=library.clock, choose=0)
    assert site.paths() == ["/", "/feed/"]


async def test_a_feed_itself_is_fetched_once(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(rss(Item("one")), etag='"1"')
    done = await add(library, f"feed:{site.url}/feed#latest")
    assert (done.feed.url, done.feed.site) == (site.url + "/feed", "http://site.test/")
    assert site.paths() == ["/feed"]


async def test_where_it_moved_for_good_is_kept_and_where_it_is_for_now_is_not(
    library: Library, site: ScriptedSite
) -> None:
    site.pages["/moved"] = Reply(status=301, headers={"Location": "/feed"})
    site.pages["/lent"] = Reply(status=302, headers={"Location": "/elsewhere"})
    site.pages["/feed"] = site.pages["/elsewhere"] = Reply(rss(Item("one")))
    assert (await add(library, site.url + "/moved")).feed.url == site.url + "/feed"
    assert (await add(library, site.url + "/lent")).feed.url == site.url + "/lent"


async def test_the_password_stays_with_the_feed(library: Library, site: ScriptedSite) -> None:
    publish(site, BORDER)
    secret = site.url.replace("://", "://me:pw@")
    done = await add(library, secret)
    assert done.feed.url == secret + "/feed/"
    assert "pw" not in done.feed.site + done.feed.title
    assert all(request.headers["authorization"] == "Basic bWU6cHc=" for request in site.requests)
    site.requests.clear()
    await library.refresh(force=True)
    assert site.requests[0].headers["authorization"] == "Basic bWU6cHc="
    assert article(library, library.headlines()[0].id).link.startswith("http://127.0.0.1")
    await add(library, site.url)
    assert len(library.feeds()) == 1


async def test_a_password_that_is_given_again_is_the_one_to_use(library: Library, site: ScriptedSite) -> None:
    publish(site, BORDER)
    feed = (await add(library, site.url)).feed
    for password in ("old", "new"):
        site.requests.clear()
        with_password = feed.url.replace("://", f"://me:{password}@")
        done = await add(library, with_password)
        assert (done.feed.id, done.feed.url) == (feed.id, with_password)
        await library.refresh(force=True)
        expected = authorization_of(f"me:{password}")
        assert [request.headers["authorization"] for request in site.requests] == [expected, expected]
    assert (await add(library, feed.url)).feed.url == with_password
    with pytest.raises(AddressError, match=r"Already subscribed to .* as “me”"):
        await add(library, feed.url.replace("://", "://you:pw@"))
    assert [each.url for each in library.feeds()] == [with_password]


async def test_what_fails_leaves_nothing_behind(library: Library, site: ScriptedSite) -> None:
    site.pages["/"] = Reply('<html><link rel="alternate" type="application/rss+xml" href="/none">')
    site.pages["/none"] = Reply("<html>No feed here")
    with pytest.raises(NoFeedFoundError, match="The feed linked from"):
        await add(library, site.url)
    with pytest.raises(FetchError, match=r"\(404\)"):
        await add(library, site.url + "/404")
    assert library.feeds() == []


async def test_a_feed_that_was_gone_and_is_wanted_again(library: Library, site: ScriptedSite) -> None:
    publish(site, BORDER)
    await add(library, site.url)
    feed, site.pages["/feed/"] = site.pages["/feed/"], Reply(status=410)
    (event,) = await library.refresh(force=True)
    assert event.feed.gone
    assert (await add(library, site.url)).refreshed.status == "gone"
    site.pages["/feed/"] = feed
    done = await add(library, site.url)
    assert (done.refreshed.status, done.feed.gone, done.feed.error) == ("unchanged", False, None)


def said(until: datetime) -> str:
    """When a host that is to be left alone may be asked again, as it is said."""
    return f" until {until.astimezone():%H:%M}"


async def look(library: Library, address: str) -> Candidates | Subscribed:
    async with library.asking() as queue:
        return await find(library.cache, queue, address, clock=library.clock)


@pytest.mark.parametrize("how", [add, look])
async def test_a_host_that_asked_to_wait_is_not_asked_for_more(
    library: Library, site: ScriptedSite, how: Callable[[Library, str], Awaitable[object]]
) -> None:
    publish(site, BORDER)
    await add(library, site.url)
    site.pages["/feed/"] = Reply(status=429, headers={"Retry-After": "600"})
    await library.refresh(force=True)
    site.requests.clear()
    until = library.clock() + timedelta(minutes=10)
    with pytest.raises(FetchError) as error:
        await how(library, site.url + "/another/feed")
    assert str(error.value).endswith(said(until))
    assert (await add(library, site.url)).refreshed.status == "not-due"
    assert site.requests == []
    library.clock.advance(minutes=10)
    await add(library, site.url)
    assert site.paths() == ["/feed/"]


async def test_a_429_while_subscribing_holds_what_is_there(library: Library, site: ScriptedSite) -> None:
    publish(site, BORDER)
    await add(library, site.url)
    site.pages["/more"] = Reply(status=429, headers={"Retry-After": "600"})
    with pytest.raises(FetchError, match=r"\(429\)"):
        await add(library, site.url + "/more")
    site.requests.clear()
    await library.refresh(force=True)
    assert site.requests == []


@pytest.mark.parametrize("how", [add, look])
@pytest.mark.parametrize(("status", "is_host"), [(429, True), (503, False)])
async def test_who_asks_to_wait_when_first_asked_is_remembered(
    library: Library,
    site: ScriptedSite,
    how: Callable[[Library, str], Awaitable[object]],
    status: int,
    *,
    is_host: bool,
) -> None:
    publish(site, BORDER)
    busy = Reply(status=status, headers={"Retry-After": "600"})
    address, site.pages["/busy"] = site.url + "/busy", busy
    with pytest.raises(FetchError, match=rf"\({status}\)"):
        await how(library, address)
    site.requests.clear()
    for again in (address, site.url):
        if again == address or is_host:
            with pytest.raises(FetchError, match="Rate limit of"):
                await how(library, again)
            assert site.requests == []
        else:
            await how(library, again)
            assert "/" in site.paths()
    library.clock.advance(minutes=10)
    site.requests.clear()
    with pytest.raises(FetchError, match=rf"\({status}\)"):
        await how(library, address)
    assert site.paths() == ["/busy"]


async def test_who_does_not_say_how_long_is_asked_again_when_it_is_typed_again(
    library: Library, site: ScriptedSite
) -> None:
    site.pages["/"] = Reply(status=429)
    for _ in range(2):
        with pytest.raises(FetchError, match=r"\(429\)"):
            await look(library, site.url)


async def test_another_day_is_said_with_its_date(library: Library, site: ScriptedSite) -> None:
    site.pages["/"] = Reply(status=429, headers={"Retry-After": "200000"})
    with pytest.raises(FetchError, match=r"\(429\)"):
        await look(library, site.url)
    until = library.clock() + timedelta(seconds=200_059)
    with pytest.raises(FetchError, match=f"until {until.astimezone():%Y-%m-%d %H:%M}$"):
        await look(library, site.url)


async def test_a_feed_on_a_host_that_asked_to_wait_is_not_asked_for_either(
    library: Library, site: ScriptedSite
) -> None:
    site.pages["/busy"] = Reply(status=429, headers={"Retry-After": "600"})
    with pytest.raises(FetchError, match=r"\(429\)"):
        await look(library, site.url + "/busy")
    site.requests.clear()
    page = Page("http://elsewhere.test/", 200, b"", reach=Reach.PRIVATE)
    with pytest.raises(FetchError, match="Rate limit of"):
        await add(library, Candidates("http://elsewhere.test/", page, (FeedLink(site.url + "/feed/"),)))
    assert site.requests == []


async def test_who_is_led_to_a_host_that_asks_to_wait_remembers_it_of_the_address_too(
    library: Library, site: ScriptedSite
) -> None:
    other = site.url.replace("127.0.0.1", "localhost")
    site.pages["/"] = Reply(status=302, headers={"Location": other + "/busy"})
    site.pages["/busy"] = Reply(status=429, headers={"Retry-After": "600"})
    with pytest.raises(FetchError, match=r"\(429\)"):
        await look(library, site.url)
    site.requests.clear()
    for address in (site.url, other):
        with pytest.raises(FetchError, match="Rate limit of"):
            await look(library, address)
    assert site.requests == []


async def test_what_is_subscribed_to_is_asked_again_and_what_is_not_looked_at(
    library: Library, site: ScriptedSite
) -> None:
    publish(site, BORDER)
    assert isinstance(await look(library, site.url), Candidates)
    assert library.feeds() == []
    first = await add(library, site.url)
    again = await look(library, site.url)
    assert isinstance(again, Subscribed)
    assert (again.feed.id, again.refreshed.status) == (first.feed.id, "unchanged")


async def test_the_site_of_a_feed_that_was_added_elsewhere_is_known_too(library: Library, site: ScriptedSite) -> None:
    with closing(connect(library.path)) as c:
        feeds.add(c, site.url + "/feed/", title="T", site=site.url.replace("http:", "https:"), now=library.clock.now)
    publish(site, BORDER)
    done = await add(library, site.url)
    assert (site.paths(), done.refreshed.new) == (["/feed/"], 1)


async def test_the_demo_site(library: Library, demo_site: DemoSite) -> None:
    done = await add(library, demo_site.url)
    assert (done.refreshed.status, done.article_id) == ("updated", None)
    assert len(library.headlines()) == done.refreshed.new == 10
    again = await add(library, demo_site.url)
    assert (again.refreshed.status, again.feed.id) == ("unchanged", done.feed.id)
    linked = article(library, library.headlines()[3].id)
    assert (await add(library, linked.link)).article_id == linked.id
    assert len(library.headlines()) == 10


@pytest.mark.parametrize("path", [category_path("Typography"), author_path("Andrew Marlow"), "/page/2/"])
async def test_lists_of_the_demo_site_are_no_articles(library: Library, demo_site: DemoSite, path: str) -> None:
    done = await add(library, demo_site.url.rstrip("/") + path)
    assert done.article_id is None
    assert len(library.headlines()) == 10


async def test_an_old_article_of_the_demo_site(library: Library, demo_site: DemoSite) -> None:
    await add(library, demo_site.url)
    newest = {headline.title for headline in library.headlines()}
    old = min(load_posts(), key=lambda each: each.published)
    done = await add(library, demo_site.url.rstrip("/") + old.path)
    taken = article(library, done.article_id)
    assert taken.title == old.title
    assert taken.title not in newest
    assert taken.authors == old.authors
    assert taken.published is not None


async def add_all(library: Library, *addresses: str) -> dict[str, Subscribed | TuireaderError]:
    async with library.asking() as queue:
        events = subscribe_all(library.cache, queue, addresses, clock=library.clock)
        return {address: came async for address, came in events}


async def test_many_addresses_are_subscribed_to_side_by_side(library: Library, serve: Serve) -> None:
    """None is answered before two of each host are asked."""
    asked, all_asked = 0, asyncio.Event()

    async def talk(head: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        if asked == 4:
            all_asked.set()
        await all_asked.wait()
        writer.write(reply(rss(Item(f"{asked}")).encode(), "Connection: close"))

    server = await serve(talk)
    addresses = [f"{host}:{server.port}/feed-{number}" for number in range(6) for host in ("127.0.0.1", "localhost")]
    async with asyncio.timeout(60):
        came = await add_all(library, *addresses)
    assert sorted(came) == sorted(addresses)
    assert all(isinstance(each, Subscribed) and each.refreshed.new == 1 for each in came.values())
    assert len(library.feeds()) == 12


async def test_what_fails_fails_alone(library: Library, site: ScriptedSite) -> None:
    site.pages |= {"/feed": Reply(rss(Item("one"))), "/text": Reply("no feed")}
    came = await add_all(library, f"{site.url}/none", "not an address", f"{site.url}/feed", "ftp://example.org/")
    assert [type(each).__name__ for each in came.values()].count("AddressError") == 2
    assert isinstance(came[f"{site.url}/none"], FetchError)
    done = came[f"{site.url}/feed"]
    assert isinstance(done, Subscribed)
    assert len(done.refreshed.saved.new) == 1
    assert [feed.url for feed in library.feeds()] == [f"{site.url}/feed"]


async def test_several_addresses_of_a_site_are_one_feed(library: Library, site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    came = await add_all(library, site.url, f"{site.url}/feed/", f"{site.url}/2017/06/china-russia/")
    assert {each.feed.id for each in came.values() if isinstance(each, Subscribed)} == {library.feeds()[0].id}
    assert len(library.feeds()) == 1
