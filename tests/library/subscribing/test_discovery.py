from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from support.rss import Item, rss
from tuireader.errors import FetchError, NoFeedFoundError
from tuireader.library.subscribing.discovery import Candidates, candidates
from tuireader.urls.hosts import Permission, Reach

if TYPE_CHECKING:
    from library.conftest import Library

FEED = rss(Item("one"))


Look = Callable[[str], Awaitable[Candidates]]


@pytest.fixture
def look(library: Library) -> Look:
    async def looking(address: str) -> Candidates:
        async with library.asking() as queue:
            return await candidates(queue, address)

    return looking


def home(*links: tuple[str, str], kind: str = "application/rss+xml") -> Reply:
    tags = (f'<link rel="alternate" type="{kind}" title="{title}" href="{url}">' for url, title in links)
    return Reply(f"<!doctype html><html><head><title>Home</title>{''.join(tags)}</head><body>Hello</body></html>")


async def test_a_feeds_own_address(look: Look, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(FEED)
    found = await look(site.url.removeprefix("http://") + "/feed")
    assert [link.url for link in found.feeds] == [site.url + "/feed"]
    assert found.fetched is found.page
    assert site.paths() == ["/feed"]


async def test_the_feeds_that_a_page_names(look: Look, site: ScriptedSite) -> None:
    site.pages["/"] = home(("/comments/feed/", "Comments"), ("/news.xml", "News"), ("/essays.xml", "Essays"))
    found = await look(site.url)
    assert [(link.url, link.title) for link in found.feeds] == [
        (site.url + "/news.xml", "News"),
        (site.url + "/essays.xml", "Essays"),
    ]
    assert site.paths() == ["/"]


async def test_one_feed_in_several_formats_is_one_choice(look: Look, site: ScriptedSite) -> None:
    site.pages["/"] = home(
        ("/rss.xml", "Site (RSS)"), ("/atom.xml", "Site (Atom 1.0)"), ("/2.xml", "RSS: Site"), ("/rss.xml", "Site")
    )
    assert len((await look(site.url)).feeds) == 1


async def test_feeds_whose_names_differ_by_more_than_a_format_are_choices(look: Look, site: ScriptedSite) -> None:
    site.pages["/"] = home(("/1.xml", "C (RSS)"), ("/2.xml", "C++ (RSS)"), ("/3.xml", "C++ – News (RSS)"))
    assert len((await look(site.url)).feeds) == 3


@pytest.mark.parametrize("title", ["Comments", "Reacties", "комментарии", "评论"])
async def test_feeds_of_comments_are_left_out_in_any_language(look: Look, site: ScriptedSite, title: str) -> None:
    site.pages["/"] = home(("/1.xml", f"{title} › Trains"), ("/2.xml", "Trains"))
    assert [link.url for link in (await look(site.url)).feeds] == [site.url + "/2.xml"]


async def test_the_feed_of_a_section_is_a_choice_beside_that_of_its_site(look: Look, site: ScriptedSite) -> None:
    site.pages["/category/europe/"] = home(("/feed/", "Trains"), ("/category/europe/feed/", "Trains › Europe"))
    found = await look(site.url + "/category/europe/")
    assert [link.url for link in found.feeds] == [site.url + "/feed/", site.url + "/category/europe/feed/"]


async def test_feeds_of_comments_are_a_choice_only_if_there_is_no_other(look: Look, site: ScriptedSite) -> None:
    site.pages["/"] = home(("/comments/feed/", "Comments"))
    assert [link.url for link in (await look(site.url)).feeds] == [site.url + "/comments/feed/"]


@pytest.mark.parametrize("path", ["/feed/", "/rss.xml", "/atom.xml", "/index.xml", "/feed.xml"])
async def test_feeds_at_the_usual_places(look: Look, site: ScriptedSite, path: str) -> None:
    site.pages["/"] = Reply("<html>No word of a feed")
    site.pages[path] = Reply(FEED)
    found = await look(site.url)
    assert [link.url for link in found.feeds] == [site.url + path]
    assert found.fetched is not None
    assert found.fetched.content == FEED.encode()


async def test_no_feed_at_all_is_a_sentence(look: Look, site: ScriptedSite) -> None:
    site.pages["/"] = Reply("<html>No word of a feed")
    with pytest.raises(
        NoFeedFoundError, match=r"No feed found at http://127\.0\.0\.1\S+ Try the address of an article or of the feed"
    ):
        await look(site.url)
    assert len(site.requests) < 20


async def test_errors_at_the_address_itself(look: Look, site: ScriptedSite) -> None:
    with pytest.raises(FetchError, match=r"\(404\)"):
        await look(site.url + "/nothing")
    assert site.paths() == ["/nothing"]


async def test_a_server_that_has_had_enough_is_not_guessed_at(look: Look, site: ScriptedSite) -> None:
    site.pages["/"] = Reply("<html>No word of a feed")
    site.pages["/feed/"] = site.pages["/feed"] = Reply(status=429)
    with pytest.raises(FetchError, match=r"\(429\)"):
        await look(site.url)
    assert len(site.requests) == 2


async def test_https_is_tried_where_a_local_server_has_no_http(look: Look, site: ScriptedSite) -> None:
    port = site.url.rpartition(":")[2]
    site.stop()
    with pytest.raises(FetchError, match=f"127.0.0.1:{port} refused the connection"):
        await look(f"127.0.0.1:{port}")


async def test_what_a_public_page_names_may_not_be_inside() -> None:
    from tuireader.model.fetched import Page

    def found(reach: Reach) -> Candidates:
        return Candidates("https://example.org", Page("https://example.org/", 200, b"", reach=reach), ())

    assert found(Reach.PUBLIC).permission("http://10.0.0.1/feed") is Permission.PUBLIC_ONLY
    assert found(Reach.PRIVATE).permission("http://10.0.0.1/feed") is Permission.ANYWHERE
    assert found(Reach.PUBLIC).permission("https://example.org/feed") is Permission.AS_GIVEN


async def test_where_a_page_names_no_feed_the_front_page_may(look: Look, site: ScriptedSite) -> None:
    site.pages["/posts/one/"] = Reply("<p>A post that names no feed.</p>")
    site.pages["/"] = Reply('<link rel="alternate" type="application/rss+xml" title="All" href="index.rss">')
    found = await look(f"{site.url}/posts/one/")
    assert [link.url for link in found.feeds] == [f"{site.url}/index.rss"]
    assert found.page.url == f"{site.url}/posts/one/"
    assert [request.path for request in site.requests] == ["/posts/one/", "/"]
