"""A site is read back by the best way that it offers; nothing is there twice, nothing is lost, and it goes on."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from html import escape
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from support.archived_site import (
    FRONT,
    NEWEST,
    Post,
    feed,
    give_archived,
    give_paged,
    give_posts,
    post_row,
    posts_path,
)
from tuireader.library.archiving.backfill import backfill
from tuireader.library.archiving.save_older import BackfillOptions
from tuireader.model.feed import Archive, Backfilled
from tuireader.model.query import Query, Rule
from tuireader.store import articles, feeds, pruning, rules, site_facts, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

if TYPE_CHECKING:
    from library.conftest import Library

POSTS = [Post(number) for number in range(1, 251)]


async def start(library: Library, site: ScriptedSite) -> None:
    """Follow the site's feed, and fetch it."""
    library.clock.now = NEWEST + timedelta(hours=1)
    site.pages.setdefault("/feed/", feed(site.url, POSTS[:FRONT]))
    library.follow(site.url + "/feed/")
    await library.refresh()
    site.requests.clear()


async def test_a_run_has_an_end_and_the_next_goes_on(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where each page names another one for ever."""
    monkeypatch.setattr("tuireader.library.archiving.backfill._ARTICLES_MAX", 150)
    give_posts(site, POSTS)
    await start(library, site)
    first = await back(library)
    assert (first[-1].status, first[-1].new) == ("stopped", 190)
    second = await back(library)
    assert (second[-1].status, second[-1].new) == ("done", 50)


ALL = BackfillOptions()


async def back(library: Library, wanted: BackfillOptions = ALL, *, most: int | None = None) -> list[Backfilled]:
    """Read back, as a new start of the program does; only so many pages, and then it is ended."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    events: list[Backfilled] = []
    async with library.asking() as queue:
        run = backfill(library.cache, queue, library.feeds()[0], clock=library.clock, wanted=wanted, sleep=sleep)
        async for event in run:
            events.append(event)
            if most is not None and len(events) == most:
                await run.aclose()
                break
    return events


def titles(library: Library, query: Query = Query()) -> list[str]:  # noqa: B008
    with closing(connect(library.path)) as c:
        return [headline.title for headline in article_lists.headlines(c, article_lists.ids(c, query))]


def expected(posts: list[Post]) -> list[str]:
    return [post.title for post in posts]


def check_names(library: Library, posts: list[Post]) -> None:
    with closing(connect(library.path)) as c:
        for facets, names in (
            (article_lists.authors(c, Query()), lambda post: [post.author]),
            (article_lists.categories(c, Query()), lambda post: post.categories),
        ):
            wanted: dict[str, int] = {}
            for post in posts:
                for name in names(post):
                    wanted[name] = wanted.get(name, 0) + 1
            assert {facet.name: facet.total for facet in facets} == wanted


def at_most_one_at_a_time(site: ScriptedSite) -> None:
    assert len(set(site.paths())) == len(site.paths())


@pytest.mark.parametrize("plain", [False, True])
async def test_all_posts_of_wordpress_come_with_their_names_and_are_no_news(
    library: Library, site: ScriptedSite, plain: bool
) -> None:
    site.pages["/feed/"] = feed(site.url, POSTS[:FRONT], named=False)
    give_posts(site, POSTS, plain=plain)
    await start(library, site)
    events = await back(library)
    assert [(e.status, e.page, e.pages, e.new, e.known) for e in events] == [
        ("page", 1, 3, 90, 10), ("page", 2, 3, 100, 0), ("page", 3, 3, 50, 0), ("done", 3, 3, 240, 10)
    ]  # fmt: skip
    assert events[-1].back_to == POSTS[-1].date
    assert titles(library) == expected(POSTS)
    assert titles(library, Query(unread=True)) == expected(POSTS[:FRONT])
    check_names(library, POSTS)
    tried = ["/feed/", *([posts_path(1)] if plain else []), *(posts_path(page, plain=plain) for page in (1, 2, 3))]
    assert site.paths() == tried
    site.requests.clear()
    again = await back(library)  # known ground
    assert [(e.status, e.new) for e in again] == [("page", 0), ("done", 0)]
    assert len(site.requests) <= 3 + plain
    assert again[-1].back_to == POSTS[-1].date


async def test_without_its_api_the_pages_of_the_feed_are_read(library: Library, site: ScriptedSite) -> None:
    give_paged(site, POSTS[:45])
    await start(library, site)
    events = await back(library)
    assert [(e.status, e.new) for e in events] == [
        ("page", 10), ("page", 10), ("page", 10), ("page", 5), ("done", 35)
    ]  # fmt: skip
    assert titles(library) == expected(POSTS[:45])
    assert titles(library, Query(unread=True)) == expected(POSTS[:FRONT])
    check_names(library, POSTS[:45])
    at_most_one_at_a_time(site)


@pytest.mark.parametrize("rel", ["prev-archive", "next"])
async def test_pages_that_a_feed_names_are_followed(library: Library, site: ScriptedSite, rel: str) -> None:
    give_archived(site, POSTS[:45], rel)
    await start(library, site)
    events = await back(library)
    assert [(e.status, e.new) for e in events] == [("page", 10), ("page", 10), ("page", 10), ("page", 5), ("done", 35)]
    assert titles(library) == expected(POSTS[:45])
    tried = [posts_path(1), posts_path(1, plain=True)] if rel == "next" else []
    assert site.paths() == ["/feed/", *tried, *(f"/archive/{n}" for n in range(1, 5))]


@pytest.mark.parametrize("older", ["file:///etc/passwd", "http://127.0.0.1:1/x", "http://[/", "/feed/"])
async def test_a_next_page_that_is_nowhere_ends_with_a_sentence(
    library: Library, site: ScriptedSite, older: str
) -> None:
    named = f'<atom:link rel="prev-archive" href="{older}"/>'
    site.pages["/feed/"] = feed(site.url, POSTS[:FRONT], named, wordpress=False)
    await start(library, site)
    events = await back(library)
    assert events[-1].status in ("failed", "done")
    assert titles(library) == expected(POSTS[:FRONT])


@pytest.mark.parametrize("said", ["1", "-4", "10000000", "x", ""])
async def test_what_a_server_says_of_its_pages_need_not_be_true(
    library: Library, site: ScriptedSite, said: str
) -> None:
    give_posts(site, POSTS)
    for page in (1, 2, 3):
        site.pages[posts_path(page)].headers["X-WP-TotalPages"] = said
    await start(library, site)
    assert (await back(library))[-1].status == "done"
    assert titles(library) == expected(POSTS)


async def test_what_is_on_another_site_is_not_this_ones(library: Library, site: ScriptedSite) -> None:
    other = site.url.replace("127.0.0.1", "localhost")
    older = f'<atom:link rel="prev-archive" href="{other}/archive/1"/>'
    site.pages["/feed/"] = feed(site.url, POSTS[:FRONT], older, wordpress=False)
    site.pages["/archive/1"] = feed(site.url, POSTS[FRONT:20], wordpress=False)
    site.pages[posts_path(1)] = Reply("", 302, headers={"Location": f"{other}{posts_path(9)}"})
    site.pages[posts_path(9)] = Reply(json.dumps([post_row(other, POSTS[30])]), content_type="application/json")
    await start(library, site)
    events = await back(library)
    assert events[-1].status == "failed"
    assert titles(library) == expected(POSTS[:FRONT])


async def test_a_feed_that_is_removed_meanwhile_ends_it(library: Library, site: ScriptedSite) -> None:
    give_posts(site, POSTS)
    await start(library, site)
    async with library.asking() as queue:
        followed = library.feeds()[0]
        with closing(connect(library.path)) as c:
            feeds.remove(c, followed.id)
        (event,) = [e async for e in backfill(library.cache, queue, followed, clock=library.clock, pause=0)]
    assert (event.status, event.error) == ("done", "The Site was removed")


async def test_json_feed_names_its_next_page(library: Library, site: ScriptedSite) -> None:
    for number in range(4):
        posts = POSTS[number * FRONT : (number + 1) * FRONT]
        items = [
            {"id": f"{p.number}", "url": site.url + p.path, "title": p.title, "content_html": p.html,
             "date_published": p.date.isoformat()}
            for p in posts
        ]  # fmt: skip
        said = {"version": "https://jsonfeed.org/version/1.1", "title": "The Site", "items": items}
        if number < 3:
            said["next_url"] = f"{site.url}/json/{number + 1}"
        path = "/feed/" if not number else f"/json/{number}"
        site.pages[path] = Reply(json.dumps(said), content_type="application/feed+json")
    await start(library, site)
    assert (await back(library))[-1].new == 30
    assert titles(library) == expected(POSTS[:40])


def blogger(url: str, posts: list[Post], start: int, following: int | None) -> Reply:
    """A page of a feed as Blogger writes it: guids of its own, links by their relations, what is next by a number."""
    base = f"{url}/feeds/posts/default"
    more = f"<link rel='next' href='{base}?start-index={following}&amp;max-results=25'/>" if following else ""
    entries = "".join(
        f"<entry><id>tag:blogger.com,1999:blog-77.post-{post.number}</id><published>{post.date.isoformat()}</published>"
        f"<updated>{post.date.isoformat()}</updated><category scheme='http://www.blogger.com/atom/ns#' term='Sea'/>"
        f"<title type='text'>{escape(post.title)}</title><content type='html'>{escape(post.html)}</content>"
        f"<link rel='replies' type='application/atom+xml' href='{url}/feeds/{post.number}/comments/default'/>"
        f"<link rel='edit' href='https://www.blogger.com/feeds/77/posts/default/{post.number}'/>"
        f"<link rel='alternate' type='text/html' href='{url}{post.path}' title='{escape(post.title)}'/>"
        f"<author><name>{post.author}</name><uri>https://www.blogger.com/profile/1</uri><email>noreply@blogger.com"
        "</email></author></entry>"
        for post in posts
    )
    return Reply(
        "<?xml version='1.0' encoding='UTF-8'?><feed xmlns='http://www.w3.org/2005/Atom'"
        " xmlns:openSearch='http://a9.com/-/spec/opensearchrss/1.0/'><id>tag:blogger.com,1999:blog-77</id>"
        f"<title type='text'>The Site</title><link rel='self' href='{base}'/><link rel='alternate' href='{url}/'/>"
        f"<link rel='http://schemas.google.com/g/2005#feed' href='{base}'/>{more}"
        "<generator version='7.00' uri='http://www.blogger.com'>Blogger</generator><openSearch:totalResults>"
        f"{len(POSTS[:60])}</openSearch:totalResults><openSearch:startIndex>{start}</openSearch:startIndex>{entries}</feed>",
        content_type="application/atom+xml; charset=UTF-8",
    )


async def test_blogger_gives_all_by_the_number_of_the_next_post(library: Library, site: ScriptedSite) -> None:
    posts = POSTS[:60]
    site.pages["/feed/"] = blogger(site.url, posts[:25], 1, 26)
    for first in (26, 51):
        following = first + 25 if first + 25 <= len(posts) else None
        page = blogger(site.url, posts[first - 1 : first + 24], first, following)
        site.pages[f"/feeds/posts/default?start-index={first}&max-results=25"] = page
    await start(library, site)
    events = await back(library)
    assert (events[-1].status, events[-1].new) == ("done", 35)
    assert titles(library) == expected(posts)
    with closing(connect(library.path)) as c:
        names = {facet.name for facet in article_lists.authors(c, Query())}
        assert names == {post.author for post in posts}
        assert [facet.name for facet in article_lists.categories(c, Query())] == ["Sea"]
        assert {articles.get(c, id_).link for id_ in article_lists.ids(c, Query())} == {
            site.url + post.path for post in posts
        }


async def test_a_feed_that_is_complete_says_so(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed/"] = feed(site.url, POSTS[:FRONT], "<fh:complete/>", wordpress=False)
    await start(library, site)
    events = await back(library)
    assert [(e.status, e.new, e.error) for e in events] == [("page", 0, None), ("done", 0, None)]
    assert site.paths() == ["/feed/"]


async def test_a_site_without_a_way_is_said(library: Library, site: ScriptedSite) -> None:
    await start(library, site)
    (event,) = await back(library)
    assert event.status == "failed"
    assert "No older articles available from" in str(event.error)


async def test_a_feed_that_leads_in_a_circle_ends(library: Library, site: ScriptedSite) -> None:
    give_archived(site, POSTS[:40])
    site.pages["/archive/3"] = feed(
        site.url, POSTS[30:40], f'<atom:link rel="prev-archive" href="{site.url}/archive/1"/>', wordpress=False
    )
    await start(library, site)
    events = await back(library)
    assert (events[-1].status, titles(library)) == ("done", expected(POSTS[:40]))
    assert "links back to a page already loaded" in str(events[-1].error)
    at_most_one_at_a_time(site)


async def test_the_same_page_for_ever_ends(library: Library, site: ScriptedSite) -> None:
    for page in range(2, 40):
        site.pages[f"/feed/?paged={page}"] = feed(site.url, POSTS[10:20])
    await start(library, site)
    events = await back(library)
    assert (events[-1].status, titles(library)) == ("done", expected(POSTS[:20]))
    assert "keeps returning the same page" in str(events[-1].error)
    assert len(site.requests) < 8


async def test_a_server_that_wants_to_be_left_alone_is_and_the_next_time_goes_on(
    library: Library, site: ScriptedSite
) -> None:
    give_posts(site, POSTS)
    await start(library, site)
    second = site.pages[posts_path(2)]
    site.pages[posts_path(2)] = Reply("slow down", 429, headers={"Retry-After": "600"})
    events = await back(library)
    assert [(e.status, e.new) for e in events] == [("page", 90), ("failed", 90)]
    site.requests.clear()
    held = await back(library)
    assert (held[-1].status, site.requests) == ("failed", [])
    site.pages[posts_path(2)] = second
    library.clock.advance(minutes=11)
    events = await back(library)
    assert events[-1].status == "done"
    assert titles(library) == expected(POSTS)
    assert site.paths() == [posts_path(2), posts_path(3)]


@pytest.mark.parametrize("pages", [1, 2])
async def test_ended_after_any_page_it_goes_on(library: Library, site: ScriptedSite, pages: int) -> None:
    give_posts(site, POSTS)
    await start(library, site)
    await back(library, most=pages)
    assert len(titles(library)) == pages * 100
    events = await back(library)
    assert events[-1].status == "done"
    assert titles(library) == expected(POSTS)
    assert [path for path in site.paths() if "wp-json" in path] == [posts_path(page) for page in (1, 2, 3)]


async def test_as_far_back_and_as_many_as_is_wanted(library: Library, site: ScriptedSite) -> None:
    give_posts(site, POSTS)
    await start(library, site)
    events = await back(library, BackfillOptions(most=25))
    assert [(e.status, e.new) for e in events] == [("page", 25), ("stopped", 25)]
    assert titles(library) == expected(POSTS[:35])
    events = await back(library, BackfillOptions(since=POSTS[119].date))
    assert events[-1].status == "stopped"
    assert titles(library) == expected(POSTS[:120])
    assert (await back(library))[-1].status == "done"
    assert titles(library) == expected(POSTS)


async def test_as_many_come_although_those_before_were_removed(library: Library, site: ScriptedSite) -> None:
    give_posts(site, POSTS)
    await start(library, site)
    await back(library, BackfillOptions(most=25))
    with closing(connect(library.path)) as c:
        older = article_lists.ids(c, Query())[10:]
        statuses.mark(c, older, read=True)
        assert pruning.prune(c, older) == 25
    events = await back(library, BackfillOptions(most=25))
    assert [(e.status, e.new) for e in events] == [("page", 25), ("stopped", 25)]
    assert titles(library) == expected([*POSTS[:10], *POSTS[35:60]])


async def test_marks_stay_and_rules_act_on_what_is_older(library: Library, site: ScriptedSite) -> None:
    give_posts(site, POSTS[:60])
    await start(library, site)
    with closing(connect(library.path)) as c:
        first, second = article_lists.ids(c, Query())[:2]
        statuses.mark(c, [first], read=True, starred=True)
        rules.add(c, Rule('title:"post 42"', star=True), library.clock())
        rules.add(c, Rule('title:"post 43"', hide=True), library.clock())
    await back(library)
    with closing(connect(library.path)) as c:
        assert articles.status(c, first).starred
        assert articles.status(c, first).read
        assert not articles.status(c, second).read
    assert titles(library, Query(starred=True)) == ["Post 1 & more", "Post 42 & more"]
    assert titles(library, Query(text="is:hidden ")) == ["Post 43 & more"]


async def test_an_article_is_one_under_guid_link_and_number(library: Library, site: ScriptedSite) -> None:
    """As a feed that names its entries by their addresses, and an API that names them by their numbers."""
    by_link = feed(site.url, POSTS[:FRONT])
    body = str(by_link.body)
    for post in POSTS[:FRONT]:
        body = body.replace(f'<guid isPermaLink="false">{site.url}/?p={post.number}<', f"<guid>{site.url}{post.path}<")
    site.pages["/feed/"] = replace(by_link, body=body)
    give_posts(site, POSTS[:60])
    await start(library, site)
    assert (await back(library))[-1].new == 50
    assert titles(library) == expected(POSTS[:60])
    library.clock.advance(hours=2)
    (event,) = await library.refresh(force=True)
    assert (event.new, titles(library)) == (0, expected(POSTS[:60]))


async def test_what_is_newer_than_all_that_is_here_is_news(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed/"] = feed(site.url, POSTS[5:15])
    give_posts(site, POSTS[:60])
    await start(library, site)
    await back(library)
    assert titles(library, Query(unread=True)) == expected(POSTS[:15])


async def test_an_excerpt_that_is_here_becomes_whole(library: Library, site: ScriptedSite) -> None:
    short = feed(site.url, POSTS[:FRONT])
    body = str(short.body)
    for post in POSTS[:FRONT]:
        body = body.replace(post.html.replace("<", "&lt;").replace(">", "&gt;"), "Paragraph 0 of post &amp;hellip; […]")
    site.pages["/feed/"] = replace(short, body=body)
    give_posts(site, POSTS[:20])
    await start(library, site)
    with closing(connect(library.path)) as c:
        assert articles.without_text(c, article_lists.ids(c, Query()))
    await back(library)
    with closing(connect(library.path)) as c:
        ids = article_lists.ids(c, Query())
        assert articles.without_text(c, ids) == []
        assert "Paragraph 4 of post 1 " in articles.body(c, ids[0])
        assert not articles.status(c, ids[0]).read


def test_how_far_it_is_is_kept_and_damage_begins_anew(library: Library) -> None:
    (followed,) = library.follow("https://a.example/feed")
    archive = Archive("posts", "https://a.example/x", 3, 9, NEWEST, seen=("a", "b"), last="c")
    with closing(connect(library.path)) as c:
        assert site_facts.archive_of(c, followed.id) is None
        site_facts.put_archive(c, followed.id, archive)
        assert site_facts.archive_of(c, followed.id) == archive
        for damaged in ("", "{", "[]", '{"way": "other"}', "null", '{"way": "posts", "next": 1}'):
            feeds.set_option(c, followed.id, site_facts.ARCHIVE, damaged)
            assert site_facts.archive_of(c, followed.id) is None
        site_facts.put_archive(c, followed.id, None)
        assert site_facts.archive_of(c, followed.id) is None


async def test_broken_posts_are_left_out(library: Library, site: ScriptedSite) -> None:
    rows = [post_row(site.url, post) for post in POSTS[:20]]
    bare = {"id": 999, "link": f"{site.url}/bare/", "title": None, "content": "x", "_embedded": 7}
    odd: list[object] = [None, 3, {"id": "x", "link": 4}, {"id": 1}, bare]
    site.pages[posts_path(1)] = Reply(json.dumps([*rows, *odd]), content_type="application/json")
    await start(library, site)
    events = await back(library)
    assert events[-1].status == "done"
    assert sorted(titles(library)) == sorted([*expected(POSTS[:20]), "bare"])
