from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from support.rss import Item, rss
from tuireader.content.dom.sanitize import PARTIAL
from tuireader.errors import FetchError, NotFoundError
from tuireader.library.reading import full_text, open_article
from tuireader.model.query import Query
from tuireader.store import articles, feeds, save_articles, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists

if TYPE_CHECKING:
    from library.conftest import Library

WHOLE = "".join(f"<p>Paragraph {n} has as many words as an article needs to be taken for one.</p>" for n in range(9))
PAGE = (
    "<!doctype html><html><head><title>One – The Feed</title></head><body><nav>Home About</nav><article><h1>One</h1>"
    f'{WHOLE}<p>See <a href="/other">the other</a>.</p></article><section><h3>Leave a Reply</h3><form><textarea>'
    "</textarea></form><p>This site uses Akismet to reduce spam.</p></section><footer>All rights reserved</footer>"
)


async def one_article(library: Library, site: ScriptedSite, html: str, *, link: str = "/one") -> int:
    """An article of a feed; gives its id."""
    site.pages["/feed"] = Reply(rss(Item("one", html=html, link=site.url + link if link else "")))
    library.follow(site.url + "/feed")
    await library.refresh()
    return int(library.headlines()[0].id)


async def fetch(library: Library, number: int) -> None:
    async with library.asking() as queue:
        await full_text.fetch_full_text(library.cache, queue, number)


async def test_an_article_opens_as_a_document(library: Library, site: ScriptedSite) -> None:
    number = await one_article(
        library, site, '<p>Some <b>bold</b> words and <a href="more">a link</a>.</p><script>x()</script>'
    )
    with closing(connect(library.path)) as c:
        statuses.mark(c, [number], starred=True)
        opened = open_article.open_article(c, number)
        assert opened.markdown.strip() == f"Some **bold** words and [a link]({site.url}/more)."
        assert open_article.markdown_of(c, number).startswith("# one\n\n15 January 2026\n\n[http://127.0.0.1")
        assert open_article.markdown_of(c, number).endswith(opened.markdown)
        assert "<strong>bold</strong>" in open_article.html_of(c, number)
        assert "x()" not in open_article.html_of(c, number)
        assert open_article.html_of(c, number).endswith(opened.html)
    assert (opened.article.title, opened.status.starred, opened.document.title) == ("one", True, "one")
    assert [link.url for link in opened.document.links] == [site.url + "/more"]


@pytest.mark.processes
async def test_a_page_that_takes_too_long_is_given_up(
    library: Library, site: ScriptedSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.pages["/one"] = Reply(PAGE.encode())
    number = await one_article(library, site, "<p>Short.</p>")
    monkeypatch.setattr(full_text, "DEADLINE", 0)
    with pytest.raises(FetchError, match="is too complex to process"):
        await fetch(library, number)
    with closing(connect(library.path)) as c:
        assert open_article.open_article(c, number).markdown == "Short.\n"


async def test_a_long_article_begins_with_its_beginning(library: Library, site: ScriptedSite) -> None:
    html = "".join(f"<p>Paragraph {n}: {'words and more words ' * 9}</p>" for n in range(600))
    number = await one_article(library, site, html)
    with closing(connect(library.path)) as c:
        whole, first = open_article.open_article(c, number), open_article.open_article(c, number, beginning=True)
        assert (whole.whole, first.whole) == (True, False)
        assert 20 < len(first.document.blocks) < len(whole.document.blocks) == 600
        assert first.document.blocks == whole.document.blocks[: len(first.document.blocks)]
        assert open_article.complete(first) == whole
        # Who goes on reading somewhere in it needs that place.
        statuses.save_position(c, number, 5000)
        assert open_article.open_article(c, number, beginning=True).whole


async def test_a_short_article_is_begun_and_ended_at_once(library: Library, site: ScriptedSite) -> None:
    number = await one_article(library, site, "<p>Some words.</p>")
    with closing(connect(library.path)) as c:
        assert open_article.open_article(c, number, beginning=True) == open_article.open_article(c, number)


async def test_an_excerpt_says_so_until_its_full_text_is_here(library: Library, site: ScriptedSite) -> None:
    number = await one_article(library, site, "<p>It begins well, and then […]</p>")
    site.pages["/one"] = Reply(PAGE)
    with closing(connect(library.path)) as c:
        assert "This is an excerpt." in str(open_article.open_article(c, number).document)
        endings = open_article.Endings("Ask for more.")
        assert "Ask for more." in str(open_article.open_article(c, number, endings=endings).document)
    await fetch(library, number)
    with closing(connect(library.path)) as c:
        opened = open_article.open_article(c, number)
        text = open_article.markdown_of(c, number)
        assert [headline.id for headline in article_lists.window(c, Query(text="taken"), 0, 9)] == [number]
    assert "excerpt" not in str(opened.document)
    assert opened.article.offline
    assert opened.article.words > 100
    assert "Paragraph 8" in text
    assert f"]({site.url}/other)" in text
    for other in ("Leave a Reply", "Akismet", "Home About"):
        assert other not in text


async def test_a_text_with_less_than_half_of_its_page_says_so(library: Library, site: ScriptedSite) -> None:
    number = await one_article(library, site, "<p>It begins well, and then […]</p>")
    with closing(connect(library.path)) as c:
        for mark in (PARTIAL, ""):
            save_articles.save_full_text(c, number, f"{mark}<p>It begins well, and ends.</p>", "It begins well", 5)
            opened = open_article.open_article(c, number)
            assert ("The article may be incomplete." in str(opened.document)) is bool(mark)
            assert "partial" not in opened.html


@pytest.mark.parametrize(
    ("html", "link", "asks"),
    [
        ("<p>A minister says what nobody expected.</p>", "/one", True),
        ('<p>A comic.</p><p><img src="/comic.png" alt="A comic"></p>', "/one", False),
        (f"<p>{'word ' * 61}</p>", "/one", False),
        ("<p>It begins well, and then […]</p>", "/one", False),
    ],
)
async def test_what_is_very_short_may_be_a_summary(
    library: Library, site: ScriptedSite, html: str, link: str, asks: bool
) -> None:
    number = await one_article(library, site, html, link=link)
    endings = open_article.Endings(summary="fetch full text")
    with closing(connect(library.path)) as c:
        assert ("fetch full text" in str(open_article.open_article(c, number, endings=endings).document)) is asks
        assert "summary" not in str(open_article.open_article(c, number).document)


async def test_a_short_text_from_the_page_is_no_summary(library: Library, site: ScriptedSite) -> None:
    number = await one_article(library, site, "<p>A minister speaks […]</p>")
    site.pages["/one"] = Reply("<article><h1>One</h1><p>A minister says what nobody expected, in public.</p></article>")
    await fetch(library, number)
    endings = open_article.Endings(summary="fetch full text", given="show full text")
    with closing(connect(library.path)) as c:
        shown = open_article.open_article(c, number, endings=endings)
        assert "nobody expected" in shown.html
        assert "fetch full text" not in str(shown.document)
        assert "show full text" in str(open_article.open_article(c, number, endings=endings, given=True).document)


async def test_an_edit_of_the_excerpt_keeps_the_full_text(library: Library, site: ScriptedSite) -> None:
    number = await one_article(library, site, "<p>It begins well, and then […]</p>")
    site.pages["/one"] = Reply(PAGE)
    await fetch(library, number)
    site.pages["/feed"] = Reply(
        rss(Item("one", title="One!", html="<p>It begins better […]</p>", link=site.url + "/one"))
    )
    await library.refresh(force=True)
    with closing(connect(library.path)) as c:
        assert articles.get(c, number).title == "One!"
        assert "Paragraph 8" in open_article.markdown_of(c, number)


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        (Reply("<html><body></body></html>"), "No article text found on the page at"),
        (Reply("", content_type="image/png"), "No article text found on the page at"),
        (Reply(b"\x89PNG\r\n\x1a\n" + bytes(500), content_type="image/png"), "No article text found on the page at"),
        (Reply("gone", status=410), r"\(410\)"),
        (Reply("<html><body><article><p>It begins well, and then.</p></article>"), "has no more text than the feed"),
    ],
)
async def test_a_page_without_the_article_changes_nothing(
    library: Library, site: ScriptedSite, page: Reply, sentence: str
) -> None:
    number = await one_article(library, site, f"<p>{'It begins well, and then goes on. ' * 20}[…]</p>")
    site.pages["/one"] = page
    with pytest.raises(FetchError, match=sentence):
        await fetch(library, number)
    with closing(connect(library.path)) as c:
        assert not articles.get(c, number).offline
        assert "It begins well" in open_article.markdown_of(c, number)


async def test_the_page_of_a_whole_article_is_shown_on_request_even_if_it_has_less(
    library: Library, site: ScriptedSite
) -> None:
    text = "The boats came in before noon, with half of their nets torn. "
    number = await one_article(library, site, f"<p>{text * 6}</p><p>Subscribe to our letter, and so on.</p>")
    site.pages["/one"] = Reply(f"<html><title>one</title><body><article><h1>one</h1><p>{text * 6}</p></article>")
    await fetch(library, number)
    with closing(connect(library.path)) as c:
        assert open_article.open_article(c, number).is_of_page
        assert "Subscribe" not in open_article.markdown_of(c, number)


async def test_the_password_of_the_feed_opens_its_articles(library: Library, site: ScriptedSite) -> None:
    secret = site.url.replace("://", "://me:pw@")
    site.pages["/feed"] = Reply(rss(Item("one", html="<p>It begins […]</p>", link=site.url + "/one")))
    site.pages["/one"] = Reply(PAGE)
    library.follow(secret + "/feed")
    await library.refresh()
    await fetch(library, library.headlines()[0].id)
    assert site.requests[-1].headers["authorization"] == "Basic bWU6cHc="


async def test_the_password_of_the_feed_is_not_in_its_articles(library: Library, site: ScriptedSite) -> None:
    text = rss(Item("one", guid="a1", html='<p>Some <a href="/more">words</a>.</p>'), site=site.url + "/")
    site.pages["/feed"] = Reply(text.replace(f"<link>{site.url}/one</link>", ""))
    library.follow(site.url.replace("://", "://me:hunter2@") + "/feed")
    await library.refresh()
    with closing(connect(library.path)) as c:
        opened = open_article.open_article(c, library.headlines()[0].id)
    assert opened.article.link == ""
    assert [link.url for link in opened.document.links] == [site.url + "/more"]


async def test_what_is_not_there_is_a_sentence(library: Library) -> None:
    with closing(connect(library.path)) as c:
        for open_it in (open_article.open_article, open_article.markdown_of, open_article.html_of):
            with pytest.raises(NotFoundError, match="No article with ID 5"):
                open_it(c, 5)
    with pytest.raises(NotFoundError):
        await fetch(library, 5)


def test_reading_loads_nothing_heavy_before_it_is_needed() -> None:
    heavy = "{'python_socks', 'feedparser', 'trafilatura', 'nh3', 'html2text', 'markdown_it', 'textual'}"
    light = "tuireader.library.reading.open_article, tuireader.library.reading.user_edits"
    code = f"import sys, {light}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_a_page_is_not_asked_for_before_the_time_that_its_host_said(library: Library, site: ScriptedSite) -> None:
    number = await one_article(library, site, "<p>It begins well, and then […]</p>")
    site.pages["/one"] = Reply(status=429, headers={"Retry-After": "600"})
    with pytest.raises(FetchError, match=r"\(429\)"):
        await fetch(library, number)
    site.pages["/one"] = Reply(PAGE)
    site.requests.clear()
    with pytest.raises(FetchError, match="Rate limit of"):
        await fetch(library, number)
    assert await library.refresh(force=True) == []
    assert site.requests == []
    library.clock.advance(minutes=10)
    await fetch(library, number)
    assert site.paths() == ["/one"]


@pytest.mark.parametrize(
    "instead",
    [
        "<h1>One</h1>",
        "<h1>One</h1><p>This article was removed by its author.</p>",
        "<h1>Home</h1>"
        + "<p>All about our shop, its hours, its goods, and how to reach us by tram and on foot.</p>" * 9,
    ],
)
@pytest.mark.parametrize("selector", ["", "article"])
async def test_a_full_text_that_is_fetched_again_stays_where_something_else_is_there(
    library: Library, site: ScriptedSite, instead: str, selector: str
) -> None:
    number = await one_article(library, site, "<p>It begins well, and then […]</p>")
    site.pages["/one"] = Reply(PAGE)
    await fetch(library, number)
    with closing(connect(library.path)) as c:
        feeds.set_option(c, articles.get(c, number).feed_id, "selector", selector or None)
    site.pages["/one"] = Reply(f"<html><body><article>{instead}</article></body></html>")
    with pytest.raises(FetchError):
        await fetch(library, number)
    site.pages["/one"] = Reply(PAGE.replace("Paragraph 8", "Paragraph eight"))
    with closing(connect(library.path)) as c:
        assert "Paragraph 8" in open_article.markdown_of(c, number)
    await fetch(library, number)
    with closing(connect(library.path)) as c:
        assert "Paragraph eight" in open_article.markdown_of(c, number)


@pytest.mark.parametrize("is_of_other", [False, True])
async def test_an_article_of_the_site_is_no_page_of_another(
    library: Library, site: ScriptedSite, *, is_of_other: bool
) -> None:
    """Neither of the feed itself, nor of another one."""
    begins = "<p>It begins well, and then […]</p>"
    first, other = (Item(name, link=f"{site.url}/{name}", html=begins) for name in ("story", "story/2"))
    site.pages["/feed"] = Reply(rss(first, *[other] * (not is_of_other)), content_type="text/xml")
    site.pages["/section"] = Reply(rss(*[other] * is_of_other), content_type="text/xml")
    library.follow(f"{site.url}/feed", f"{site.url}/section")
    await library.refresh()
    site.pages["/story"] = Reply(f"{PAGE}<a rel=next href=/story/2>2</a>")
    site.pages["/story/2"] = Reply(PAGE.replace("Paragraph", "Another"))
    with closing(connect(library.path)) as c:
        (number,) = articles.all_by_link(c, f"{site.url}/story")
    await fetch(library, number)
    with closing(connect(library.path)) as c:
        text = open_article.markdown_of(c, number)
    assert "Paragraph 8" in text
    assert "Another 8" not in text


@pytest.mark.parametrize("to", ["/", "/two", "/login?next=2", "/story?page=3"])
async def test_a_page_that_leads_elsewhere_is_none_of_the_article(
    library: Library, site: ScriptedSite, to: str
) -> None:
    number = await one_article(library, site, "<p>It begins well, and then […]</p>")
    site.pages["/one"] = Reply(f"{PAGE}<a rel=next href=/one?page=2>2</a>")
    site.pages["/one?page=2"] = Reply(status=302, headers={"Location": to})
    site.pages[to] = Reply(PAGE.replace("Paragraph", "Another"))
    await fetch(library, number)
    with closing(connect(library.path)) as c:
        text = open_article.markdown_of(c, number)
    assert "Paragraph 8" in text
    assert "Another 8" not in text


async def test_a_page_may_lead_to_its_other_address(library: Library, site: ScriptedSite) -> None:
    number = await one_article(library, site, "<p>It begins well, and then […]</p>")
    site.pages["/one"] = Reply(f"{PAGE}<a rel=next href=/one?page=2>2</a>")
    site.pages["/one?page=2"] = Reply(status=301, headers={"Location": "/one/page/2/"})
    site.pages["/one/page/2/"] = Reply(PAGE.replace("Paragraph", "Another"))
    await fetch(library, number)
    with closing(connect(library.path)) as c:
        assert "Another 8" in open_article.markdown_of(c, number)


@pytest.mark.parametrize("to", ["/", "/two", "/three", "/login?next=/one"])
async def test_what_an_address_leads_to_in_the_place_of_its_article_is_not_its_text(
    library: Library, site: ScriptedSite, to: str
) -> None:
    """The front page, as where a post was removed, another article, of this feed or another of its site, or a login."""
    items = [
        Item(name, f"Story {name}", link=f"{site.url}/{name}", html="<p>It begins well, and then it goes […]</p>")
        for name in ("one", "two")
    ]
    site.pages["/feed"] = Reply(rss(*items), content_type="text/xml")
    site.pages["/section"] = Reply(rss(Item("three", link=f"{site.url}/three")), content_type="text/xml")
    library.follow(f"{site.url}/feed", f"{site.url}/section")
    await library.refresh()
    site.pages["/one"] = Reply(status=301, headers={"Location": to})
    site.pages[to] = Reply(PAGE)
    with closing(connect(library.path)) as c:
        (number,) = articles.all_by_link(c, f"{site.url}/one")
    with pytest.raises(FetchError, match="redirects this article to another page"):
        await fetch(library, number)


@pytest.mark.parametrize("is_replacing", [False, True])
@pytest.mark.parametrize("has_wall", [False, True])
async def test_a_full_text_is_not_cut_to_what_its_page_shows_now(
    library: Library, site: ScriptedSite, *, has_wall: bool, is_replacing: bool
) -> None:
    """A further page that does not answer, or a wall behind the beginning; also with selectors."""
    number = await one_article(library, site, "<p>It begins well, and then […]</p>")
    parts = [
        "".join(f"<p>Sentence {n} of part {part} says something of its own, at some length.</p>" for n in range(30))
        for part in range(3)
    ]
    pager = "<div class=page-links>Pages: 1 <a href=/one/2/>2</a> <a href=/one/3/>3</a></div>"
    for path, part in zip(("/one", "/one/2/", "/one/3/"), parts, strict=True):
        site.pages[path] = Reply(f"<html><body><article><h1>One</h1>{part}</article>{pager}</body></html>")
    with closing(connect(library.path)) as c:
        feeds.set_option(c, articles.get(c, number).feed_id, "selector", "article")
    await fetch(library, number)
    if has_wall:
        shown = f"<article><h1>One</h1>{parts[0]}<p>Subscribe!</p></article>"
        site.pages["/one"] = Reply(f"<html><body>{shown}</body></html>")
    else:
        site.pages["/one/2/"] = Reply("Too much", status=503)
    async with library.asking() as queue:
        events = full_text.fetch_full_texts(library.cache, queue, [number], replace=is_replacing)
        assert [event.error is None async for event in events] == [False]
    with closing(connect(library.path)) as c:
        assert "Sentence 29 of part 2" in open_article.markdown_of(c, number)


async def test_selectors_that_are_kept_replace_a_text_that_its_page_still_holds_and_no_other(
    library: Library, site: ScriptedSite
) -> None:
    number = await one_article(library, site, "<p>It begins well, and then […]</p>")
    site.pages["/one"] = Reply(PAGE)
    await fetch(library, number)
    with closing(connect(library.path)) as c:
        feeds.set_option(c, articles.get(c, number).feed_id, "selector", ".box")
    box = "<div class=box><p>What the box says.</p></div>"

    async def again() -> list[str | None]:
        async with library.asking() as queue:
            events = full_text.fetch_full_texts(library.cache, queue, [number], replace=True)
            return [event.error async for event in events]

    site.pages["/one"] = Reply(f"<html><body>{box}<p>The rest is for subscribers.</p></body></html>")
    (error,) = await again()
    assert error is not None
    assert "does not match this article" in error
    with closing(connect(library.path)) as c:
        assert "Paragraph 8" in open_article.markdown_of(c, number)
    site.pages["/one"] = Reply(PAGE.replace("<body>", f"<body>{box}"))
    assert await again() == [None]
    with closing(connect(library.path)) as c:
        assert "What the box says." in open_article.markdown_of(c, number)
        assert "Paragraph 8" not in open_article.markdown_of(c, number)


async def test_code_of_a_page_never_hides_that_it_has_the_text_of_the_feed(
    library: Library, site: ScriptedSite
) -> None:
    given, whole = ("".join(f"<p>Line {n} of a text with many words in it.</p>" for n in range(k)) for k in (2, 20))
    number = await one_article(library, site, given)
    code = "".join(f"var name{n} = {n};" for n in range(3000))
    site.pages["/one"] = Reply(
        f"<html><head><title>Another</title><script>{code}</script></head><body><h1>Another</h1>{whole}</body></html>"
    )
    async with library.asking() as queue:
        fetched = [each.error async for each in full_text.fetch_full_texts(library.cache, queue, [number])]
    assert fetched == [None]


@pytest.mark.parametrize(
    "page",
    [
        "<head><title>Other | one</title></head><body><h1>Other</h1>{}</body>",
        "<head><meta property=og:title content='On one'></head><body><h1>Other</h1>{}</body>",
        "<head><meta name=description content='What its feed says of it, in a few words.'></head><body>{}</body>",
    ],
)
async def test_a_page_that_states_the_title_or_the_excerpt_of_the_feed_has_the_article(
    library: Library, site: ScriptedSite, page: str
) -> None:
    number = await one_article(library, site, "<p>What its feed says of it, in a few words.</p>")
    whole = "".join(f"<p>Line {n} of a text with many words in it.</p>" for n in range(20))
    site.pages["/one"] = Reply(f"<html>{page.format(whole)}</html>")
    async with library.asking() as queue:
        fetched = [each.error async for each in full_text.fetch_full_texts(library.cache, queue, [number])]
    assert fetched == [None]
