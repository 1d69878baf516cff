"""Where a site's sitemaps are the only way, the pages of its articles are read one by one."""

from __future__ import annotations

import gzip
import re
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from conftest import Reply, ScriptedSite
from library.archiving.test_backfill import POSTS, back, expected, start, titles
from support.archived_site import FRONT, feed, give_pages, sitemap
from tuireader.errors import FetchError
from tuireader.library.archiving import archive_sources
from tuireader.library.archiving.save_older import BackfillOptions
from tuireader.library.reading.full_text import read_page
from tuireader.model.fetched import Page
from tuireader.model.query import Query
from tuireader.urls.identity import of_one_site

if TYPE_CHECKING:
    from library.conftest import Library

SOME = POSTS[:18]
OTHERS = [
    "/",
    "/about/",
    "/category/europe/",
    "/author/ann-lee/",
    "/2025/",
    "/2025/post-7-of-this-site/feed/",
    "/shop/a-b-c/",
]


def give_sitemaps(site: ScriptedSite) -> None:
    """As an SEO plugin writes them: an index, which names itself too, files by kind, one of them packed."""
    url = site.url
    site.pages["/robots.txt"] = Reply(
        f"User-agent: *\nDisallow: /2025/post-17-\nSitemap: {url}/sitemap_index.xml\n", content_type="text/plain"
    )
    names = [
        "sitemap_index",
        "post-sitemap",
        "post-sitemap2.xml.gz",
        "page-sitemap",
        "category-sitemap",
        "author-sitemap",
    ]
    index = [(f"{url}/{name}{'' if name.endswith('.gz') else '.xml'}", None) for name in names]
    site.pages["/sitemap_index.xml"] = Reply(sitemap(*index, kind="sitemap"), content_type="application/xml")
    pages = [(url + post.path, post.date) for post in SOME]
    site.pages["/post-sitemap.xml"] = Reply(sitemap(*pages[:14], *((url + other, None) for other in OTHERS)))
    site.pages["/post-sitemap2.xml.gz"] = Reply(gzip.compress(sitemap(*pages[14:]).encode()))


async def test_pages_of_articles_come_one_by_one(library: Library, site: ScriptedSite) -> None:
    give_pages(site, SOME)
    give_sitemaps(site)
    await start(library, site)
    events = await back(library)
    allowed = [post for post in SOME if post.number != 17]
    assert (events[-1].status, events[-1].new, events[-1].known) == ("done", 7, 10)
    assert titles(library) == expected(allowed)
    assert titles(library, Query(unread=True)) == expected(SOME[:FRONT])
    assert not {"/category-sitemap.xml", "/author-sitemap.xml", "/page-sitemap.xml"} & set(site.paths())
    assert not set(OTHERS) & set(site.paths())
    assert len(set(site.paths())) == len(site.paths())
    with_authors = [event.page for event in events if event.status == "page"]
    assert with_authors == sorted(with_authors)
    site.requests.clear()
    again = await back(library)
    assert (again[-1].status, again[-1].new) == ("done", 0)
    assert not [path for path in site.paths() if "/post-" in path and "sitemap" not in path]


async def test_the_pages_of_other_sites_are_not_asked_for(
    library: Library, site: ScriptedSite, other_site: ScriptedSite
) -> None:
    """Neither where the newest entry links to one, nor where the own sitemap names its pages."""
    give_pages(site, SOME)
    give_pages(other_site, SOME)
    give_sitemaps(site)
    give_sitemaps(other_site)
    front = feed(site.url, POSTS[:FRONT])
    first = f"{site.url}{POSTS[0].path}"
    assert first in str(front.body)
    body = str(front.body).replace(first, f"{other_site.url}/2025/post-99-elsewhere/")
    site.pages["/feed/"] = replace(front, body=body)
    pages = [(other_site.url + post.path, post.date) for post in SOME[12:14]]
    site.pages["/post-sitemap.xml"] = Reply(sitemap(*pages, *((site.url + post.path, post.date) for post in SOME[:14])))
    await start(library, site)
    events = await back(library)
    assert (events[-1].status, events[-1].new) == ("done", 7 + 1)  # the first one has no entry of its own
    assert other_site.paths() == []


@pytest.mark.parametrize("pages", [1, 5])
async def test_ended_after_any_page_it_goes_on(library: Library, site: ScriptedSite, pages: int) -> None:
    give_pages(site, SOME)
    give_sitemaps(site)
    del site.pages[SOME[14].path]  # one page is gone
    await start(library, site)
    await back(library, most=pages)
    events = await back(library)
    assert events[-1].status == "done"
    left = [post for post in SOME if post.number not in (15, 17)]
    assert titles(library) == expected(left)
    asked = [path for path in site.paths() if "-of-this-site/" in path and "paged" not in path]
    assert len(set(asked)) == len(asked)


async def test_the_links_of_the_feed_are_compared_off_the_loop(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each may have 65,000 letters."""
    give_pages(site, SOME)
    give_sitemaps(site)
    await start(library, site)
    threads: set[int] = set()

    def compared(url: str, other: str) -> bool:
        threads.add(threading.get_ident())
        return of_one_site(url, other)

    monkeypatch.setattr(archive_sources, "of_one_site", compared)
    await back(library, BackfillOptions(most=1))
    assert threads
    assert threading.get_ident() not in threads


async def test_as_many_as_is_wanted(library: Library, site: ScriptedSite) -> None:
    give_pages(site, SOME)
    give_sitemaps(site)
    await start(library, site)
    events = await back(library, BackfillOptions(most=3))
    assert (events[-1].status, events[-1].new) == ("stopped", 3)
    assert titles(library) == expected(SOME[:13])


async def test_nothing_older_than_is_wanted_is_asked_for(library: Library, site: ScriptedSite) -> None:
    give_pages(site, SOME)
    give_sitemaps(site)
    await start(library, site)
    events = await back(library, BackfillOptions(since=SOME[12].date))
    assert (events[-1].status, events[-1].new) == ("stopped", 3)
    assert SOME[13].path not in site.paths()
    assert (await back(library))[-1].status == "done"
    assert titles(library) == expected([post for post in SOME if post.number != 17])


async def test_a_page_that_cannot_be_read_is_passed_over(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_pages(site, SOME)
    give_sitemaps(site)
    await start(library, site)

    async def reading(cache: Any, work: Any, page: Page, *, first: bool) -> Any:
        if page.url.endswith(SOME[12].path):
            raise FetchError("too long")
        return await read_page(cache, work, page, first=first)

    monkeypatch.setattr("tuireader.library.archiving.backfill.read_page", reading)
    assert (await back(library))[-1].status == "done"
    assert titles(library) == expected([post for post in SOME if post.number not in (13, 17)])


async def test_pages_that_cannot_be_had_are_said_and_tried_again(library: Library, site: ScriptedSite) -> None:
    give_pages(site, SOME)
    give_sitemaps(site)
    whole = {post.path: site.pages[post.path] for post in SOME[12:15]}
    site.pages |= dict.fromkeys(whole, Reply("broken", 500))
    site.pages[SOME[15].path] = Reply("", 302, headers={"Location": "/"})
    site.pages["/"] = Reply("<html><title>The Site</title><main><p>The front of the site, with words.</p></main>")
    await start(library, site)
    events = await back(library)
    assert (events[-1].status, events[-1].new) == ("done", 3)
    assert "(4 pages in all)" in str(events[-1].error)
    site.pages |= whole
    assert (await back(library))[-1].new == 3
    assert titles(library) == expected([post for post in SOME if post.number not in (16, 17)])


async def test_a_site_without_readable_pages_is_left_after_twenty_and_goes_on_from_there(
    library: Library, site: ScriptedSite
) -> None:
    pages = [(site.url + post.path, post.date) for post in POSTS[:60]]
    site.pages["/sitemap.xml"] = Reply(sitemap(*pages), content_type="application/xml")
    empty = Reply("<html><title>A shop</title><body><ul><li><a href='/'>Home</a></li></ul></body></html>")
    site.pages |= dict.fromkeys((post.path for post in POSTS[:60]), empty)
    await start(library, site)
    first = await back(library)
    assert (first[-1].status, first[-1].new) == ("failed", 0)
    assert str(first[-1].error) == "20 pages in a row contain no article"
    asked = [path for path in site.paths() if "-of-this-site/" in path]
    assert len(asked) == 20
    give_pages(site, POSTS[:60])
    assert (await back(library))[-1].status == "done"
    assert titles(library) == expected([*POSTS[:FRONT], *POSTS[FRONT + 20 : 60]])


async def test_a_wall_in_the_place_of_each_article_comes_once(library: Library, site: ScriptedSite) -> None:
    pages = [(site.url + post.path, post.date) for post in POSTS[:60]]
    site.pages["/sitemap.xml"] = Reply(sitemap(*pages), content_type="application/xml")
    words = "<p>Please sign in to read on, or become a member of this site for a small sum each month.</p>" * 5
    wall = Reply(f"<html><title>Sign in</title><body><article><h1>Sign in</h1>{words}</article></body></html>")
    for post in POSTS[:60]:
        site.pages[post.path] = Reply(status=302, headers={"Location": f"/login?return={post.number}"})
        site.pages[f"/login?return={post.number}"] = wall
    await start(library, site)
    last = (await back(library))[-1]
    assert (last.new, str(last.error)) == (1, "20 pages in a row contain no article")


async def test_a_site_that_forbids_it_is_not_read(library: Library, site: ScriptedSite) -> None:
    give_pages(site, SOME)
    give_sitemaps(site)
    site.pages["/robots.txt"] = Reply(f"User-agent: tuireader\nDisallow: /\nSitemap: {site.url}/sitemap_index.xml\n")
    await start(library, site)
    events = await back(library)
    assert "Not allowed by robots.txt on" in str(events[-1].error)
    assert not [path for path in site.paths() if "sitemap" in path]


async def test_files_that_are_large_without_an_article_end(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_sources, "_BYTES", 10_000)
    give_pages(site, SOME)
    names = [f"{site.url}/{n}.xml" for n in range(9)]
    site.pages["/robots.txt"] = Reply("\n".join(f"Sitemap: {name}" for name in names))
    for n in range(9):
        site.pages[f"/{n}.xml"] = Reply(sitemap(*((f"{site.url}/shop/thing-{k}/", None) for k in range(100))))
    await start(library, site)
    await back(library)
    assert 1 <= len([path for path in site.paths() if path.endswith(".xml")]) < 9


async def test_a_page_leads_to_none_that_is_forbidden_or_of_another_site(
    library: Library, site: ScriptedSite, other_site: ScriptedSite
) -> None:
    give_pages(site, SOME)
    give_pages(other_site, SOME)
    give_sitemaps(site)
    forbidden, elsewhere, moved = (post.path for post in SOME[13:16])
    site.pages["/private/"] = site.pages[forbidden]
    site.pages["/robots.txt"] = Reply(f"User-agent: *\nDisallow: /private\nSitemap: {site.url}/sitemap_index.xml\n")
    for path, target in ((forbidden, "/private/"), (elsewhere, other_site.url + elsewhere), (moved, "/moved/")):
        site.pages["/moved/"] = site.pages[path]
        site.pages[path] = Reply(status=301, headers={"Location": target})
    await start(library, site)
    events = await back(library)
    assert (events[-1].status, events[-1].new) == ("done", len(SOME) - FRONT - 2)
    assert "/private/" not in site.paths()
    assert "/moved/" in site.paths()
    assert other_site.paths() == []


async def test_a_sitemap_without_a_robots_file_is_found_at_its_usual_place(
    library: Library, site: ScriptedSite
) -> None:
    give_pages(site, SOME)
    site.pages["/sitemap.xml"] = Reply(sitemap(*((site.url + post.path, None) for post in SOME)))
    await start(library, site)
    assert (await back(library))[-1].new == 8
    assert titles(library) == expected(SOME)


async def test_fifty_thousand_addresses_and_files_that_name_each_other(library: Library, site: ScriptedSite) -> None:
    give_pages(site, SOME)
    others = [(f"{site.url}/shop/thing-{n}/", None) for n in range(49_990)]
    wanted = [(site.url + post.path, post.date) for post in SOME[10:13]]
    site.pages["/robots.txt"] = Reply(f"Sitemap: {site.url}/a.xml\nSitemap: {site.url}/big.xml\nSitemap: ftp://x/\n")
    site.pages["/a.xml"] = Reply(sitemap((f"{site.url}/b.xml", None), (f"{site.url}/a.xml", None), kind="sitemap"))
    site.pages["/b.xml"] = Reply(sitemap((f"{site.url}/a.xml", None), (f"{site.url}/none.xml", None), kind="sitemap"))
    site.pages["/big.xml"] = Reply(sitemap(*others, *wanted))
    await start(library, site)
    events = await back(library)
    assert (events[-1].status, events[-1].new) == ("done", 3)
    assert titles(library) == expected(SOME[:13])
    assert site.paths().count("/a.xml") == site.paths().count("/b.xml") == 1


LISTS = ("/2025/tags-of-this-site/", "/2025/index-two-of-this-site/")
"""Pages that look like articles by their addresses, and list others."""


async def test_pages_that_list_articles_are_none_and_no_day_of_building_is_one_of_publishing(
    library: Library, site: ScriptedSite
) -> None:
    """As generators write sitemaps: each of their pages, with the day on which the site was built."""
    give_pages(site, SOME)
    for path in LISTS:
        rows = "".join(
            f"<h2><a href='{post.path}'>{post.title}</a></h2><p>Of post {post.number} this is the beginning.</p>"
            for post in SOME
        )
        site.pages[path] = Reply(f"<html><title>Tags</title><body><main>{rows}</main></body></html>")
    undated = SOME[12]
    body = str(site.pages[undated.path].body)
    site.pages[undated.path] = Reply(re.sub("<meta[^>]*published_time[^>]*>|<time.*?</time>", "", body))
    await start(library, site)
    pages = [(site.url + path, library.clock()) for path in (*LISTS, *(post.path for post in SOME))]
    site.pages["/sitemap.xml"] = Reply(sitemap(*pages), content_type="application/xml")
    events = await back(library)
    assert (events[-1].status, events[-1].new) == ("done", 8)
    assert titles(library) == expected(SOME)
    assert titles(library, Query(unread=True)) == expected(SOME[:FRONT])
    assert set(LISTS) <= set(site.paths())


async def test_where_it_is_not_known_what_may_be_read_nothing_is(library: Library, site: ScriptedSite) -> None:
    give_pages(site, SOME)
    give_sitemaps(site)
    site.pages["/robots.txt"] = Reply("Oh no", 500)
    await start(library, site)
    events = await back(library)
    assert events[-1].status == "failed"
    assert "server error (500) (robots.txt)" in str(events[-1].error)
    assert not any("sitemap" in path for path in site.paths())
