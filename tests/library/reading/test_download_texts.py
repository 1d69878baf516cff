"""A feed that gives excerpts is recognised, and its articles are completed from their pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from support.rss import Item, rss
from tuireader.errors import FetchError
from tuireader.library.politeness.robots import SerialFetcher
from tuireader.library.reading.download_texts import complete_new
from tuireader.library.reading.full_text import Fetched, NoFullTextError, fetch_full_text, fetch_full_texts
from tuireader.library.refreshing.upkeep import index_all
from tuireader.model.article import Mode, StatusChange, TextFacts
from tuireader.model.query import Query
from tuireader.store import articles, feeds, save_articles, site_facts, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.urls.hosts import Permission

if TYPE_CHECKING:
    from library.conftest import Library


def body(name: str, paragraphs: int = 6) -> str:
    """What an article says: no two articles say the same."""
    line = f"Paragraph {{}} of {name} has as many words as an article needs to be taken for one, and some more."
    return "".join(f"<p>{line.format(at)}</p>" for at in range(paragraphs))


def page(name: str, text: str = "", *, head: str = "", after: str = "") -> Reply:
    return Reply(
        f"<html><head><title>{name} – Site</title>{head}</head><body><nav><a href=/>Home</a></nav>"
        f"<article><h1>{name}</h1>{text or body(name)}</article>{after}"
        "<div id=comments><h3>Leave a Reply</h3><p>This site uses Akismet to reduce spam.</p></div></body></html>"
    )


def excerpt(name: str) -> str:
    return body(name, 1)


class Case:
    """A feed whose articles have pages, and a hand that completes what is new there."""

    def __init__(self, library: Library, site: ScriptedSite) -> None:
        self.library, self.site = library, site
        self.pauses: list[float] = []

    def give(self, *names: str, html: dict[str, str] | None = None, pages: bool = True, part: str = "") -> None:
        items = [
            Item(name, html=(html or {}).get(name, excerpt(name)), link=f"{self.site.url}/{name}{part}")
            for name in names
        ]
        self.site.pages["/feed"] = Reply(rss(*items, site=f"{self.site.url}/"), content_type="application/rss+xml")
        for name in names if pages else ():
            self.site.pages.setdefault(f"/{name}", page(name))

    async def refresh(self) -> None:
        if not self.library.feeds():
            self.library.follow(f"{self.site.url}/feed")
        self.library.clock.advance(hours=25)
        await self.library.refresh()
        self.site.requests.clear()

    async def complete(self, usual: Mode = "auto", most: int | None = None, shown: int | None = None) -> list[Fetched]:
        async def sleep(seconds: float) -> None:
            self.pauses.append(seconds)

        events = []
        async with self.library.asking() as queue:
            run = complete_new(
                self.library.cache,
                queue,
                [feed.id for feed in self.library.feeds()],
                usual=usual,
                clock=self.library.clock,
                shown=shown,
                pause=1.0,
                sleep=sleep,
            )
            async for event in run:
                events.append(event)
                if len(events) == most:
                    await run.aclose()
                    break
        return events

    def learned(self) -> TextFacts:
        with closing(connect(self.library.path)) as c:
            return site_facts.learned(c, self.library.feeds()[0].id)

    def put(self, name: str, value: str) -> None:
        with closing(connect(self.library.path)) as c:
            feeds.set_option(c, self.library.feeds()[0].id, name, value)

    def complete_titles(self) -> set[str]:
        with closing(connect(self.library.path)) as c:
            every = article_lists.headlines(c, article_lists.ids(c, Query()))
            return {each.title for each in every if site_facts.has_full_text(c, each.id)}


NOW = datetime(2026, 1, 14, 8, tzinfo=UTC)
"""A day before what the feed is of."""


@pytest.fixture
def other() -> Iterator[ScriptedSite]:
    """Another site."""
    there = ScriptedSite()
    yield there
    there.stop()


@pytest.fixture
def case(library: Library, site: ScriptedSite) -> Case:
    return Case(library, site)


async def test_excerpts_are_recognised_and_completed(case: Case) -> None:
    names = [f"post-{number}" for number in range(5)]
    case.give(*names)
    await case.refresh()
    events = await case.complete()
    assert [event.error for event in events] == [None] * 5
    assert case.complete_titles() == set(names)
    assert case.site.paths().count("/robots.txt") == 1
    assert len(case.site.requests) == 6
    assert case.learned().gives == "excerpts"
    with closing(connect(case.library.path)) as c:
        for id_ in article_lists.ids(c, Query()):
            assert articles.body(c, id_).count("Paragraph") == 6
            assert save_articles.given_html(c, id_).count("Paragraph") == 1
            assert "Akismet" not in articles.body(c, id_)
            assert "Home" not in articles.body(c, id_)


@pytest.mark.slow
async def test_later_only_what_is_new_is_asked_for(case: Case) -> None:
    case.give("one", "two", "three")
    await case.refresh()
    await case.complete()
    case.site.requests.clear()
    assert await case.complete() == []
    assert case.site.requests == []
    case.give("four", "one", "two", "three")
    await case.refresh()
    await case.complete()
    assert [path for path in case.site.paths() if path != "/robots.txt"] == ["/four"]
    assert "four" in case.complete_titles()


async def test_a_feed_of_whole_articles_is_left_alone(case: Case) -> None:
    """Short ones are looked at beside their pages, once."""
    names = [f"post-{number}" for number in range(5)]
    case.give(*names, html={name: body(name) for name in names})
    await case.refresh()
    await case.complete()
    assert len([path for path in case.site.paths() if path != "/robots.txt"]) == 3
    assert case.learned().gives == "whole"
    case.give("new", *names, html={name: body(name) for name in (*names, "new")})
    await case.refresh()
    assert await case.complete() == []
    assert case.site.requests == []


async def test_a_feed_of_long_articles_is_not_even_asked_for(case: Case) -> None:
    long = {name: body(name, 60) for name in ("a", "b", "c")}
    case.give(*long, html=long)
    await case.refresh()
    assert await case.complete() == []
    assert case.site.requests == []
    assert case.learned().gives == "whole"


@pytest.mark.slow
async def test_a_feed_that_begins_to_give_excerpts_is_found_out(case: Case) -> None:
    case.give("one", html={"one": body("one")})
    await case.refresh()
    await case.complete()
    assert case.learned().gives == "whole"
    case.library.clock.advance(days=31)
    case.give("two", "one")
    await case.refresh()
    await case.complete()
    assert case.learned().gives == "excerpts"
    assert "two" in case.complete_titles()


async def test_pages_that_give_no_more_leave_the_text_of_the_feed(case: Case) -> None:
    """As behind a paywall: it is tried with a few, and then no longer."""
    names = [f"post-{number}" for number in range(9)]
    case.give(
        *names, html={name: f"{excerpt(name)}<p>Some more words of it. Read more …</p>" for name in names}, pages=False
    )
    for name in names:
        case.site.pages[f"/{name}"] = page(name, "<p>Subscribe to go on reading this and all of our articles.</p>")
    await case.refresh()
    await case.complete()
    assert case.complete_titles() == set()
    assert case.learned().gives == "whole"
    assert len(case.site.requests) == 4
    with closing(connect(case.library.path)) as c:
        assert all("Paragraph 0" in articles.body(c, id_) for id_ in article_lists.ids(c, Query()))


@pytest.mark.slow
async def test_the_same_text_in_the_place_of_each_article_is_none(case: Case) -> None:
    names = [f"post-{number}" for number in range(4)]
    wall = "".join(
        f"<p>We value your privacy, says paragraph {at} of what everybody is shown first.</p>" for at in range(9)
    )
    case.give(*names, pages=False)
    for name in names:
        case.site.pages[f"/{name}"] = page(name, wall)
    await case.refresh()
    await case.complete()
    assert len(case.complete_titles()) <= 1
    assert case.learned().gives == "whole"


@pytest.mark.slow
async def test_a_site_that_ends_giving_more_is_looked_at_anew(case: Case) -> None:
    case.give("one", "two", "three")
    await case.refresh()
    await case.complete()
    later = [f"later-{number}" for number in range(8)]
    case.give(*later, pages=False)
    await case.refresh()
    await case.complete()
    assert len([path for path in case.site.paths() if path != "/robots.txt"]) == 5
    assert case.learned().gives == ""


@pytest.mark.parametrize(("mode", "asked"), [("never", 0), ("always", 2), ("auto", 0)])
async def test_what_is_set_is_done(case: Case, mode: Mode, asked: int) -> None:
    long = {name: body(name, 60) for name in ("one", "two")}
    case.give(*long, html=long)
    await case.refresh()
    await case.complete(mode)
    assert len([path for path in case.site.paths() if path != "/robots.txt"]) == asked
    case.library.clock.advance(hours=1)
    case.put(site_facts.MODE, "never")
    case.give("three", *long)
    await case.refresh()
    await case.complete("always")
    assert case.site.requests == []


async def test_links_to_other_sites_are_not_followed_by_itself(case: Case, library: Library) -> None:
    items = [Item(f"link-{number}", link=f"https://elsewhere.example/{number}") for number in range(5)]
    case.site.pages["/feed"] = Reply(rss(*items, site=f"{case.site.url}/"), content_type="application/rss+xml")
    await case.refresh()
    assert await case.complete() == []
    assert case.site.requests == []


async def test_what_robots_are_not_to_read_is_left(case: Case) -> None:
    case.site.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /\n", content_type="text/plain")
    case.give("one", "two", "three")
    await case.refresh()
    events = await case.complete()
    assert case.site.paths() == ["/robots.txt"]
    assert all("robots.txt" in (event.error or "") for event in events)


async def test_a_pause_that_a_site_asks_for_is_kept(case: Case) -> None:
    case.site.pages["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 7\n", content_type="text/plain")
    case.give("one", "two")
    await case.refresh()
    await case.complete()
    assert case.pauses == [1.0, 7.0, 7.0]


@pytest.mark.parametrize("status", [429, 503])
async def test_a_site_that_wants_to_be_left_alone_is_and_it_goes_on_later(case: Case, status: int) -> None:
    case.give("one", "two", "three")
    case.site.pages["/two"] = Reply("busy", status, headers={"Retry-After": "600"})
    case.library.clock.now = NOW
    await case.refresh()
    await case.complete()
    assert ("/three" in case.site.paths()) == (status == 503)
    case.site.requests.clear()
    await case.complete()
    assert not {"/two", "/one"} & set(case.site.paths())
    case.site.pages["/two"] = page("two")
    case.library.clock.advance(hours=2)
    await case.complete()
    assert case.complete_titles() == {"one", "two", "three"}


@pytest.mark.slow
async def test_one_dead_page_holds_up_no_other(case: Case) -> None:
    case.give("one", "two")
    await case.refresh()
    await case.complete()
    case.give("dead", "four", "five", "one", "two", pages=False)
    body = str(case.site.pages["/feed"].body).replace(f"{case.site.url}/dead", f"{case.site.url}:1/dead")
    case.site.pages["/feed"].body = body.replace(f"<link>{case.site.url}:1/", "<link>http://127.0.0.1:1/")
    for name in ("four", "five"):
        case.site.pages[f"/{name}"] = page(name)
    await case.refresh()
    await case.complete("always")
    assert {"four", "five"} <= case.complete_titles()


async def test_a_site_that_is_down_is_tried_another_time(case: Case) -> None:
    case.give("one", "two", "three")
    await case.refresh()
    case.site.stop()
    await case.complete()
    assert case.learned() == TextFacts()


@pytest.mark.slow
async def test_a_wall_that_comes_later_is_kept_once_at_most(case: Case) -> None:
    case.give("one", "two", "three")
    await case.refresh()
    await case.complete()
    wall = "".join(f"<p>We value your privacy, says paragraph {at} of what everybody is shown.</p>" for at in range(9))
    names = ["four", "five", "six"]
    for name in names:
        case.site.pages[f"/{name}"] = page(name, wall)
        case.give(name, "one", "two", "three", pages=False)
        await case.refresh()
        await case.complete()
    assert len(case.complete_titles() & set(names)) <= 1
    assert "one" in case.complete_titles()


async def test_what_another_program_has_completed_meanwhile_is_more(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.give("one", "two", "three")
    await case.refresh()

    async def faster(_cache: object, _get: object, article_id: int, *, much: float) -> None:
        """Another program keeps the text while this one asks for the page."""
        with closing(connect(case.library.path)) as c:
            save_articles.save_full_text(c, article_id, body(str(article_id)), f"The text of {article_id}", 90)
        raise NoFullTextError(f"Not {much} times as much")

    monkeypatch.setattr("tuireader.library.reading.download_texts.fetch_with", faster)
    await case.complete()
    assert case.learned().gives == "excerpts"


async def test_what_may_not_lead_inside_asks_nothing_there(case: Case, other: ScriptedSite) -> None:
    """Neither for a page, nor for the robots.txt of a program on this machine."""
    async with case.library.asking() as queue:
        with pytest.raises(FetchError, match="network"):
            await SerialFetcher(queue).get(f"{other.url}/1", Permission.PUBLIC_ONLY)
    assert other.requests == []


async def test_who_is_led_to_another_site_heeds_its_robots_too(case: Case, other: ScriptedSite) -> None:
    case.give("one", "two", "three", pages=False)
    other.pages["/robots.txt"] = Reply("\ufeffUser-agent: *\nDisallow: /\n", content_type="text/plain")
    for name in ("one", "two", "three"):
        there = f"{other.url.replace('127.0.0.1', 'localhost')}/{name}"
        case.site.pages[f"/{name}"] = Reply("", 302, headers={"Location": there})
        other.pages[f"/{name}"] = page(name)
    await case.refresh()
    await case.complete()
    assert case.complete_titles() == set()
    assert case.learned().gives == "closed"
    assert other.paths() == ["/robots.txt"]


async def test_who_is_led_to_another_page_of_the_site_heeds_its_robots_too(case: Case) -> None:
    case.give("one", "two", "three", pages=False)
    case.site.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /private\n", content_type="text/plain")
    for name in ("one", "two", "three"):
        there = f"/{'private' if name == 'two' else 'open'}/{name}"
        case.site.pages[f"/{name}"] = Reply("", 302, headers={"Location": there})
        case.site.pages[there] = page(name)
    await case.refresh()
    await case.complete()
    assert case.complete_titles() == {"one", "three"}
    assert not any(path.startswith("/private") for path in case.site.paths())


async def test_the_pause_of_a_site_that_is_led_to_is_kept(case: Case, other: ScriptedSite) -> None:
    case.give("one", "two", pages=False)
    other.pages["/robots.txt"] = Reply("User-agent: *\nCrawl-delay: 7\n", content_type="text/plain")
    for name in ("one", "two"):
        there = f"{other.url.replace('127.0.0.1', 'localhost')}/{name}"
        case.site.pages[f"/{name}"] = Reply("", 302, headers={"Location": there})
        other.pages[f"/{name}"] = page(name)
    await case.refresh()
    await case.complete()
    assert case.complete_titles() == {"one", "two"}
    assert case.pauses.count(7.0) == 2


@pytest.mark.slow
async def test_what_was_interrupted_goes_on(case: Case) -> None:
    names = [f"post-{number}" for number in range(7)]
    case.give(*names)
    await case.refresh()
    assert len(await case.complete(most=4)) == 4
    here = len(case.complete_titles())
    case.site.requests.clear()
    await case.complete()
    assert case.complete_titles() == set(names)
    assert len([path for path in case.site.paths() if path != "/robots.txt"]) == 7 - here


async def test_what_is_on_the_screen_comes_first_although_it_was_read(case: Case) -> None:
    names = [f"post-{number}" for number in range(5)]
    case.give(*names)
    await case.refresh()
    with closing(connect(case.library.path)) as c:
        *_, before, last = article_lists.ids(c, Query())
        statuses.apply(c, StatusChange([before, last], read=True))
    events = await case.complete(shown=last)
    assert events[0].article_id == last
    assert case.complete_titles() == {*names} - {names[3]}


@pytest.mark.slow
async def test_what_is_read_or_too_much_is_left(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuireader.library.reading.download_texts.ARTICLES_MAX", 4)
    names = [f"post-{number}" for number in range(9)]
    case.give(*names)
    await case.refresh()
    with closing(connect(case.library.path)) as c:
        first = article_lists.ids(c, Query())[0]
        statuses.apply(c, StatusChange([first], read=True))
    await case.complete()
    assert case.complete_titles() == set(names[1:5])


async def test_what_the_feed_lacks_is_filled_in(case: Case) -> None:
    head = (
        '<meta name="author" content="Ann Lee"><meta property="article:section" content="China/Russia">'
        '<meta property="article:published_time" content="2026-01-03T08:00:00Z">'
    )
    link = f"{case.site.url}/one"
    case.site.pages["/feed"] = Reply(
        f"<rss version='2.0'><channel><title>F</title><link>{case.site.url}/</link><item><title>one</title>"
        f"<link>{link}</link><description>{excerpt('one').replace('<', '&lt;')}</description></item></channel></rss>",
        content_type="application/rss+xml",
    )
    case.site.pages["/one"] = page("one", head=head)
    await case.refresh()
    await case.complete()
    with closing(connect(case.library.path)) as c:
        article = articles.get(c, article_lists.ids(c, Query())[0])
        assert article.authors == ("Ann Lee",)
        assert article.categories == ("China/Russia",)
        assert article.published == article.date == datetime(2026, 1, 3, 8, tzinfo=UTC)
        assert [facet.name for facet in article_lists.authors(c, Query())] == ["Ann Lee"]
        under = article_lists.headlines(c, article_lists.ids(c, Query(authors=("Ann Lee",))))
        assert [each.date for each in under] == [article.date]


async def test_articles_of_several_pages_are_one(case: Case) -> None:
    case.give("long", pages=False)
    pager = "<div class=page-links>Pages: 1 <a href=/long/2/>2</a> <a href=/long/3/>3</a></div>"
    for number, path in enumerate(["/long", "/long/2/", "/long/3/"], 1):
        case.site.pages[path] = page("long", body(f"part {number} of long"), after=pager)
    await case.refresh()
    await case.complete()
    with closing(connect(case.library.path)) as c:
        html = articles.body(c, article_lists.ids(c, Query())[0])
    assert [html.count(f"part {number} of long") for number in (1, 2, 3)] == [6, 6, 6]
    assert html.index("part 1") < html.index("part 2") < html.index("part 3")
    assert case.site.paths() == ["/robots.txt", "/long", "/long/2/", "/long/3/"]


async def test_a_further_page_that_cannot_be_had_costs_only_itself(case: Case) -> None:
    case.give("long", pages=False)
    case.site.pages["/long"] = page("long", after="<p><a href=/long/2/>2</a></p>")
    await case.refresh()
    await case.complete()
    assert case.complete_titles() == {"long"}


async def test_a_further_page_of_a_busy_server_is_waited_for(case: Case) -> None:
    """A part of an article is not taken for all of it."""
    case.give("long", pages=False)
    case.site.pages["/long"] = page("long", after="<p><a href=/long/2/>2</a></p>")
    case.site.pages["/long/2/"] = Reply("Later", status=503)
    await case.refresh()
    await case.complete()
    assert case.complete_titles() == set()
    case.site.pages["/long/2/"] = page("long", body("part 2 of long"))
    with closing(connect(case.library.path)) as c:
        (id_,) = article_lists.ids(c, Query())
    async with case.library.asking() as queue:
        await fetch_full_text(case.library.cache, queue, id_)
    assert case.complete_titles() == {"long"}


@pytest.mark.slow
async def test_pages_that_lead_on_for_ever_come_to_an_end(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tuireader.library.reading.full_text.PAGES_MAX", 6)
    case.give("long", pages=False)
    for number in range(1, 20):
        path = "/long" if number == 1 else f"/long/{number}/"
        after = f"<p><a rel=next href=/long/{number + 1}/>Next</a></p>"
        case.site.pages[path] = page("long", body(f"part {number} of long", 2), after=after)
    await case.refresh()
    await case.complete()
    assert len(case.site.requests) == 7
    assert case.complete_titles() == {"long"}


async def test_the_page_of_several_articles_is_the_text_of_none_where_many_are_fetched(case: Case) -> None:
    """As of one that brings another article each day."""
    days = [Item(day, link=f"{case.site.url}/today", html=excerpt(day)) for day in ("one", "two")]
    case.site.pages["/feed"] = Reply(rss(*days), content_type="application/rss+xml")
    case.site.pages["/today"] = page("two")
    await case.refresh()
    with closing(connect(case.library.path)) as c:
        ids = article_lists.ids(c, Query())
    async with case.library.asking() as queue:
        came = [each async for each in fetch_full_texts(case.library.cache, queue, ids)]
    assert [str(each.error).endswith("has several articles") for each in came] == [True] * 2
    assert case.complete_titles() == set()


async def test_a_page_that_has_nothing_of_an_excerpt_is_not_its_text(case: Case) -> None:
    """As where its address has something else each day."""
    case.give("today", html={"today": "<p>On Sunday the ships came in with […]</p>"}, pages=False)
    case.site.pages["/today"] = page("monday")
    await case.refresh()
    await case.complete()
    assert case.complete_titles() == set()


@pytest.mark.parametrize("mark", ["#comment-1", ""])
async def test_whole_comments_get_no_text_of_what_they_are_about(case: Case, mark: str) -> None:
    names = ["one", "two", "three"]
    comments = {name: f"<p>I do not agree with {name}, and say so in a few words of my own.</p>" for name in names}
    case.give(*names, html=comments, part=mark)
    await case.refresh()
    await case.complete()
    assert case.complete_titles() == set()


async def test_what_is_chosen_by_selectors_is_what_is_kept(case: Case) -> None:
    """Also where it is less than the feed gave: somebody has chosen it."""
    case.give("one", html={"one": body("one", 9)}, pages=False)
    chosen = "<div class=story><p>What the editor wrote of it.</p><p class=promo>Buy one.</p></div>"
    case.site.pages["/one"] = page("one", chosen + body("something else"))
    await case.refresh()
    case.put(site_facts.TAKE, ".story")
    case.put(site_facts.DROP, ".promo")
    with closing(connect(case.library.path)) as c:
        (id_,) = article_lists.ids(c, Query())
    async with case.library.asking() as queue:
        await fetch_full_text(case.library.cache, queue, id_)
    with closing(connect(case.library.path)) as c:
        assert articles.body(c, id_) == "<p>What the editor wrote of it.</p>"


async def test_a_notice_that_selectors_choose_takes_the_place_of_no_feed_text(case: Case) -> None:
    """Unless somebody asks for this very article."""
    case.give("one", "two", html={each: body(each, 3) for each in ("one", "two")}, pages=False)
    for each in ("one", "two"):
        case.site.pages[f"/{each}"] = page(each, "<article><p>This is for subscribers only: log in.</p></article>")
    await case.refresh()
    case.put(site_facts.TAKE, "article")
    await case.complete("always")
    assert case.site.paths()[-1] in ("/one", "/two")
    assert case.complete_titles() == set()


async def test_a_feed_that_was_removed_meanwhile_is_no_error(case: Case) -> None:
    case.give("one")
    await case.refresh()
    async with case.library.asking() as queue:
        run = complete_new(case.library.cache, queue, [999], usual="auto", clock=case.library.clock)
        assert [event async for event in run] == []


def test_what_was_learned_is_forgotten_where_it_cannot_be_read(library: Library) -> None:
    (feed,) = library.follow("https://a.example/feed")
    with closing(connect(library.path)) as c:
        what = TextFacts("excerpts", library.clock() - timedelta(days=1), 7)
        site_facts.learn(c, feed.id, what)
        assert site_facts.learned(c, feed.id) == what
        for damaged in (
            "",
            "[]",
            "{}",
            "nonsense",
            '{"gives": "x"}',
            '{"gives": "", "looked": 1, "up_to": "x"}',
            "[" * 9999,
        ):
            feeds.set_option(c, feed.id, site_facts.LEARNED, damaged)
            assert site_facts.learned(c, feed.id) == TextFacts()


async def test_an_article_without_title_and_text_gets_those_of_its_page(case: Case) -> None:
    link = f"{case.site.url}/9/page"
    items = f"<item><title></title><link>{link}</link><guid>{link}</guid><description>…</description></item>"
    feed = rss(Item("other", link=f"{case.site.url}/other"), site=f"{case.site.url}/", extra=items)
    case.site.pages["/feed"] = Reply(feed, content_type="application/rss+xml")
    case.site.pages["/9/page"] = page("The Helium in the Tin")
    await case.refresh()
    (id_,) = [headline.id for headline in case.library.headlines() if headline.title == "page"]
    async with case.library.asking() as queue:
        await fetch_full_text(case.library.cache, queue, id_)
    assert "The Helium in the Tin" in [headline.title for headline in case.library.headlines()]
    with closing(connect(case.library.path)) as c:
        index_all(c)
        assert article_lists.ids(c, Query(text="title:helium ")) == [id_]
    await case.refresh()
    assert len(case.library.headlines()) == 2
