"""One page, kept without following its site."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from support.factories import ready
from support.rss import Item, rss
from tuireader.errors import FetchError
from tuireader.library.reading import user_edits
from tuireader.library.reading.full_text import fetch_full_text
from tuireader.library.subscribing.follow_page import KeptPage, keep_page
from tuireader.library.subscribing.subscribe import subscribe
from tuireader.library.subscribing.subscription import unsubscribe
from tuireader.model.feed import PAGES, PAGES_TITLE
from tuireader.model.query import Query
from tuireader.store import articles, feeds, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

if TYPE_CHECKING:
    from library.conftest import Library

WORDS = "".join(
    f"<p>Paragraph {n} says quite enough to be read on its own, and a little more than that.</p>" for n in range(6)
)
PAGE = (
    "<!doctype html><html><head><title>On Ropes</title>"
    '<link rel="alternate" type="application/rss+xml" href="/feed"></head>'
    f"<body><nav><a href='/'>Home</a></nav><article><h1>On Ropes</h1>{WORDS}</article></body></html>"
)

KNOTS = "".join(
    f"<p>Here {n} knots are told apart by their names, tuning and use at sea or at home.</p>" for n in range(6)
)
OTHER = PAGE.replace("On Ropes", "On Knots").replace(WORDS, KNOTS)


async def keep(library: Library, address: str) -> KeptPage:
    async with library.asking() as queue:
        return await keep_page(library.cache, queue, address, clock=library.clock)


async def test_a_page_is_kept_whole_and_its_site_is_not_followed(library: Library, site: ScriptedSite) -> None:
    site.pages["/ropes"] = Reply(PAGE)
    kept = await keep(library, f"{site.url}/ropes")
    (feed,) = library.feeds()
    assert (feed.url, feed.name, feed.id) == (PAGES, PAGES_TITLE, kept.feed_id)
    with closing(connect(library.path)) as c:
        article = articles.get(c, kept.article_id)
        assert "Paragraph 5" in articles.body(c, kept.article_id)
    assert (article.title, article.link, article.offline) == ("On Ropes", f"{site.url}/ropes", True)
    assert [request.path for request in site.requests] == ["/ropes"]


async def test_a_front_page_is_one_too_if_it_is_asked_for(library: Library, site: ScriptedSite) -> None:
    site.pages["/"] = Reply(PAGE)
    assert not (await keep(library, site.url)).was_here


async def test_a_feed_is_no_page(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(rss(Item("one", html=WORDS), site=site.url), content_type="text/xml")
    with pytest.raises(FetchError, match="is a feed, not a page: add it as a feed"):
        await keep(library, f"{site.url}/feed")
    assert library.feeds() == []


async def test_the_words_of_another_site_about_a_page_are_not_the_page(
    library: Library, site: ScriptedSite, other_site: ScriptedSite
) -> None:
    """As of a link blog, whose articles have the addresses of what they are about."""
    comment = Item("one", link=f"{site.url}/ropes", html="<p>What I think of these ropes, and others, at length.</p>")
    other_site.pages["/feed"] = Reply(rss(comment, site=site.url), content_type="text/xml")
    library.follow(f"{other_site.url}/feed")
    await library.refresh()
    with pytest.raises(FetchError):
        await keep(library, f"{site.url}/ropes")
    site.pages["/ropes"] = Reply(PAGE)
    kept = await keep(library, f"{site.url}/ropes")
    with closing(connect(library.path)) as c:
        assert "Paragraph 5" in articles.body(c, kept.article_id)


async def test_pages_of_two_sites_with_one_short_link_are_both_kept(
    library: Library, site: ScriptedSite, other_site: ScriptedSite
) -> None:
    page = PAGE.replace("<body>", f'<link rel="shortlink" href="{site.url}/?p=7"><body>', 1)
    site.pages["/ropes"] = Reply(page)
    first = await keep(library, f"{site.url}/ropes")
    other_site.pages["/tides"] = Reply(page.replace("On Ropes", "On Tides"))
    second = await keep(library, f"{other_site.url}/tides")
    with closing(connect(library.path)) as c:
        assert [articles.get(c, kept.article_id).title for kept in (first, second)] == ["On Ropes", "On Tides"]


async def test_what_is_here_is_not_fetched_again(library: Library, site: ScriptedSite) -> None:
    site.pages["/ropes"] = Reply(PAGE)
    first = await keep(library, f"{site.url}/ropes")
    again = await keep(library, f"{site.url}/ropes/")
    assert again == KeptPage(first.feed_id, first.article_id, was_here=True)
    assert len(site.requests) == 1


async def test_the_article_of_a_feed_is_saved_as_it_is_and_outlives_the_feed(
    library: Library, site: ScriptedSite
) -> None:
    site.pages["/feed"] = Reply(rss(Item("one", link=f"{site.url}/one", html=WORDS)))
    (feed,) = library.follow(f"{site.url}/feed")
    await library.refresh()
    kept = await keep(library, f"{site.url}/one")
    assert (kept.was_here, (await keep(library, f"{site.url}/one")).was_here) == (False, True)
    assert [request.path for request in site.requests] == ["/feed"]
    with closing(connect(library.path)) as c:
        (both,) = article_lists.window(c, Query(), 0, 9)  # one story
        statuses.mark(c, [both.id], read=True)
        unsubscribe(c, feed.id)
        (left,) = article_lists.window(c, Query(), 0, 9)
        assert (left.id, left.read) == (kept.article_id, True)
        assert "Paragraph 5" in articles.body(c, left.id)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(""),
        Reply("<html><title>Nothing</title><body></body></html>"),
        Reply("%PDF-1.4", content_type="application/pdf"),
    ],
)
async def test_where_there_is_nothing_to_read_nothing_is_kept(
    library: Library, site: ScriptedSite, reply: Reply
) -> None:
    site.pages["/x"] = reply
    with pytest.raises(FetchError, match="No readable text at"):
        await keep(library, f"{site.url}/x")
    assert library.feeds() == []


async def test_nothing_is_ever_asked_for_what_holds_pages(library: Library, site: ScriptedSite) -> None:
    site.pages["/ropes"] = Reply(PAGE)
    await keep(library, f"{site.url}/ropes")
    (feed,) = library.feeds()
    with closing(connect(library.path)) as c:
        assert feeds.due(c, library.clock()) == []
    assert [event.status for event in await library.refresh(feed, force=True)] == ["not-due"]
    assert [event.status for event in await library.refresh(force=True)] == []
    assert len(site.requests) == 1


async def with_excerpt(library: Library, site: ScriptedSite) -> str:
    site.pages["/feed"] = Reply(rss(Item("one", link=f"{site.url}/ropes", html="<p>Paragraph 0 says quite [...]</p>")))
    library.follow(f"{site.url}/feed")
    await library.refresh()
    return f"{site.url}/ropes"


async def test_an_excerpt_gets_the_text_of_its_page(library: Library, site: ScriptedSite) -> None:
    address = await with_excerpt(library, site)
    site.pages["/ropes"] = Reply(PAGE)
    kept = await keep(library, address)
    with closing(connect(library.path)) as c:
        texts = [articles.body(c, id_) for id_ in articles.all_by_link(c, address)]
    assert (len(texts), all("Paragraph 5" in text for text in texts), kept.was_here) == (2, True, False)
    assert (await keep(library, address)).was_here
    assert [request.path for request in site.requests].count("/ropes") == 1


async def test_an_excerpt_whose_page_does_not_answer_is_saved_and_gets_its_text_with_the_article(
    library: Library, site: ScriptedSite
) -> None:
    address = await with_excerpt(library, site)
    kept = await keep(library, address)
    with closing(connect(library.path)) as c:
        (article,) = [id_ for id_ in articles.all_by_link(c, address) if id_ != kept.article_id]
        assert "Paragraph 0" in articles.body(c, kept.article_id)
    site.pages["/ropes"] = Reply(PAGE)
    async with library.asking() as queue:
        await fetch_full_text(library.cache, queue, article)
    with closing(connect(library.path)) as c:
        assert "Paragraph 5" in articles.body(c, kept.article_id)


@pytest.mark.parametrize(("names", "mark"), [("ab", "#"), ("a", "#"), ("ab", "?utm_source=")])
async def test_the_page_of_several_articles_is_the_text_of_none_of_them(
    library: Library, site: ScriptedSite, other_site: ScriptedSite, names: str, mark: str
) -> None:
    """Neither of comments or versions on a page, nor of what another site says about it."""
    versions = [Item(name, link=f"{site.url}/changes{mark}{name}", html="<p>It brings [...]</p>") for name in names]
    site.pages["/feed"] = Reply(rss(*versions))
    other_site.pages["/feed"] = Reply(rss(Item("remark", link=f"{site.url}/changes", html="<p>I see [...]</p>")))
    site.pages["/changes"] = Reply(PAGE)
    library.follow(f"{site.url}/feed", f"{other_site.url}/feed")
    await library.refresh()
    kept = await keep(library, f"{site.url}/changes")
    async with library.asking() as queue:
        await subscribe(library.cache, queue, f"{site.url}/changes", clock=library.clock)
    with closing(connect(library.path)) as c:
        texts = {row.title: articles.body(c, row.id) for row in article_lists.window(c, Query(apart=True), 0, 9)}
        assert "Paragraph 5" in articles.body(c, kept.article_id)
    assert [title for title, text in texts.items() if "Paragraph 5" in text] == ["On Ropes"]


async def test_an_address_that_counts_readers_behind_its_fragment_is_that_of_the_page(
    library: Library, site: ScriptedSite
) -> None:
    excerpt = Item("one", link=f"{site.url}/ropes#xtor=RSS-1", html="<p>Paragraph 0 says quite [...]</p>")
    site.pages["/feed"] = Reply(rss(excerpt))
    site.pages["/ropes"] = Reply(PAGE)
    library.follow(f"{site.url}/feed")
    await library.refresh()
    await keep(library, f"{site.url}/ropes")
    with closing(connect(library.path)) as c:
        texts = [articles.body(c, row.id) for row in article_lists.window(c, Query(apart=True), 0, 9)]
    assert ["Paragraph 5" in text for text in texts] == [True, True]


async def test_what_an_address_led_to_before_stays_beside_what_is_there_now(
    library: Library, site: ScriptedSite
) -> None:
    site.pages["/daily"] = Reply(PAGE)
    first = await keep(library, f"{site.url}/daily")
    with closing(connect(library.path)) as c:
        statuses.mark(c, [first.article_id], read=True)
    site.pages["/daily"] = Reply(OTHER)
    site.pages["/today"] = Reply(status=302, headers={"Location": "/daily"})
    second = await keep(library, f"{site.url}/today")
    with closing(connect(library.path)) as c:
        rows = {row.id: (row.title, row.read) for row in article_lists.window(c, Query(), 0, 9)}
        assert "Paragraph 5" in articles.body(c, first.article_id)
        assert "tuning" in articles.body(c, second.article_id)
    assert rows == {first.article_id: ("On Ropes", True), second.article_id: ("On Knots", False)}


async def test_a_page_that_names_another_article_of_its_site_is_beside_that(
    library: Library, site: ScriptedSite
) -> None:
    """As where a theme prints one short link on each page."""
    short, html = f"{site.url}/?p=5", "<p>All about boats in winter.</p>"
    site.pages["/feed"] = Reply(rss(Item("five", "On Boats", link=f"{site.url}/boats", html=html, guid=short)))
    library.follow(f"{site.url}/feed")
    await library.refresh()
    site.pages["/ropes"] = Reply(PAGE.replace("</title>", f'</title><link rel="shortlink" href="{short}">'))
    async with library.asking() as queue:
        await subscribe(library.cache, queue, f"{site.url}/ropes", clock=library.clock)
    assert sorted(library.titles()) == ["On Boats", "On Ropes"]
    assert len(library.feeds()) == 1


async def test_a_saved_comment_is_not_the_page(library: Library, site: ScriptedSite) -> None:
    site.pages["/ropes"] = Reply(PAGE)
    with closing(connect(library.path)) as c:
        link = f"{site.url}/ropes#comment-17"
        user_edits.save_page(c, ready(link, "By Anna.", link=link), library.clock())
    assert not (await keep(library, f"{site.url}/ropes")).was_here
