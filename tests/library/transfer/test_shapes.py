"""Files of other programs in all their shapes: encodings, folders, stars of Google Reader."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import pytest

from conftest import Reply, ScriptedSite
from library.conftest import EPOCH
from support.rss import Item, rss
from tuireader.errors import NotAFeedListError
from tuireader.library.transfer.export_articles import export_feeds
from tuireader.library.transfer.import_any import Imported, import_content
from tuireader.model.feed import PageList
from tuireader.model.query import Query
from tuireader.store import articles, feeds, folders, labels, site_facts
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.urls.hosts import Reach

if TYPE_CHECKING:
    from library.conftest import Library


def take_in(library: Library, content: bytes) -> Imported:
    with closing(connect(library.path)) as c:
        return import_content(c, content, EPOCH, lambda _: None)


def names(library: Library) -> dict[str, tuple[str, str]]:
    """The name and the folder of each feed, by its address."""
    with closing(connect(library.path)) as c:
        there = {folder.id: folder.name for folder in folders.every(c)}
        return {feed.url: (feed.name, there.get(feed.folder_id or 0, "")) for feed in feeds.every(c)}


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "UTF-8", "UTF-16", "utf-16-le", "utf-8-sig"])
def test_the_encoding_that_a_list_declares_is_heeded(library: Library, encoding: str) -> None:
    said = encoding.removesuffix("-sig")
    text = (
        f'<?xml version="1.0" encoding="{said}"?>\n<opml version="2.0"><body><outline text="té ü">'
        '<outline type="rss" text="Zoë" xmlUrl="https://zoe.example/feed"/></outline></body></opml>'
    )
    take_in(library, text.encode(encoding))
    assert names(library) == {"https://zoe.example/feed": ("Zoë", "té ü")}


def test_a_folder_for_each_feed_is_none(library: Library) -> None:
    """As Thunderbird writes it; where one feed is filed otherwise, all folders are meant."""
    one = '<outline title="{0}"><outline type="rss" title="{0}" xmlUrl="https://a.example/{0}"/></outline>'
    every = "".join(map(one.format, ("Zero", "One", "Two")))
    take_in(library, f'<opml version="1.0"><body>{every}</body></opml>'.encode())
    assert dict(names(library).values()) == {"Zero": "", "One": "", "Two": ""}
    more = one.format("Three") + '<outline title="Sea"><outline title="Tide" xmlUrl="https://a.example/t"/></outline>'
    take_in(library, f'<opml version="1.0"><body>{every}{more}</body></opml>'.encode())
    found = dict(names(library).values())
    assert (found["Three"], found["Tide"]) == ("Three", "Sea")


def test_a_feed_whose_address_is_in_another_attribute_is_one(library: Library) -> None:
    take_in(library, b'<opml><body><outline type="rss" text="A" url="https://a.example/feed"/></body></opml>')
    assert names(library) == {"https://a.example/feed": ("A", "")}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"unknown": [1, 2, 3]}', "This JSON is incomplete, or not a known backup or export"),
        (
            b'{\n  "a": "https://a.example/feed",\n  "b": []\n},\n',
            "This JSON is incomplete, or not a known backup or export",
        ),
        (
            b'?xml version="1.0"?><!-- by the owners. of it --><opml version="2.0"><body/></opml>',
            "No feeds in this file",
        ),
        (
            b"A note about feeds.\n\n- See gpl-3.0.\n\nexample.org\n\nAnd more of it, in words.\n",
            "No feeds in this file",
        ),
    ],
)
def test_what_is_no_list_is_one_sentence_and_subscribes_to_nothing(library: Library, content: bytes, says: str) -> None:
    with pytest.raises(NotAFeedListError, match=says):
        take_in(library, content)
    assert names(library) == {}


def starred(*items: dict[str, object]) -> bytes:
    return json.dumps({"id": "user/-/state/com.google/starred", "title": "Stars", "items": list(items)}).encode()


def star(url: str, title: str, **more: object) -> dict[str, object]:
    return {
        "id": "tag:google.com,2005:reader/item/000000000000002a",
        "published": 1_700_000_000,
        "title": title,
        "canonical": [{"href": url}],
        "categories": ["user/-/state/com.google/read", "user/-/state/com.google/starred", "user/-/label/Later"],
        "origin": {"streamId": "feed/7", "title": "Own"},
        "summary": {"content": f"<p>The text of {title}.</p>"},
        **more,
    }


async def test_stars_of_google_reader_come_with_their_articles(library: Library, site: ScriptedSite) -> None:
    """What is here is starred; what is of a feed that is here goes there; the rest is kept among the pages."""
    site.pages["/feed"] = Reply(rss(Item("one", title="One", link=f"{site.url}/one"), title="Own"))
    [feed] = library.follow(f"{site.url}/feed")
    await library.refresh()
    own = {"streamId": f"feed/{site.url}/feed", "title": "Own"}
    came = take_in(
        library,
        starred(
            star(f"{site.url}/one", "One"),
            star(f"{site.url}/old", "Old &amp; good", origin=own, author="Ann Lee"),
            star("https://other.example/x", "Elsewhere"),
            {"title": "nothing else"},
        ),
    )
    assert came.pages is not None
    assert (came.pages.added, came.pages.known) == (2, 1)
    with closing(connect(library.path)) as c:
        for url, feed_id in (
            (f"{site.url}/one", feed.id),
            (f"{site.url}/old", feed.id),
            ("https://other.example/x", 0),
        ):
            article = next(articles.at(c, url))
            assert articles.status(c, article.id).starred
            assert (article.feed_id == feed.id) is bool(feed_id)
            assert labels.tags_of(c, [article.id])[article.id] == ["Later"]
        old = next(articles.at(c, f"{site.url}/old"))
        assert (old.title, old.authors) == ("Old & good", ("Ann Lee",))


async def test_titles_that_are_the_sites_own_stay_its_own(library: Library, site: ScriptedSite) -> None:
    site.pages["/feed"] = Reply(rss(Item("one"), title="A Site"))
    library.follow(f"{site.url}/feed")
    await library.refresh()
    with closing(connect(library.path)) as c:
        content = export_feeds(c, EPOCH).content
        feeds.remove(c, feeds.every(c)[0].id)
    take_in(library, content)
    assert library.feeds()[0].custom_title == "A Site"  # what the site calls it is not known yet
    await library.refresh()
    assert library.feeds()[0].custom_title == ""
    site.pages["/feed"] = Reply(rss(Item("one"), title="Another name"))
    await library.refresh(force=True)
    assert library.feeds()[0].name == "Another name"
    with closing(connect(library.path)) as c:
        feeds.rename(c, library.feeds()[0].id, "Mine")
    for title in ("Mine", "And another"):  # what it once calls itself is no reason to forget what the user calls it
        site.pages["/feed"] = Reply(rss(Item("one"), title=title))
        await library.refresh(force=True)
        assert library.feeds()[0].name == "Mine"


def test_followed_pages_are_no_feeds_of_a_list(library: Library) -> None:
    library.follow("https://a.example/feed", "https://b.example/news")
    with closing(connect(library.path)) as c:
        page = feeds.every(c)[1]
        site_facts.put_page_list(c, page.id, PageList("cards", "div.post"))
        exported = export_feeds(c, EPOCH)
    assert (exported.feeds, exported.pages) == (1, 1)
    assert page.url.encode() not in exported.content


def test_an_address_inside_that_others_gave_is_left_out_and_counted(library: Library) -> None:
    library.follow("https://a.example/feed", "http://10.0.0.1/own")
    with closing(connect(library.path)) as c:
        feeds.add(c, "http://127.0.0.1:9/admin", title="", site="", now=EPOCH, reach=Reach.PUBLIC)
        exported = export_feeds(c, EPOCH)
    assert (exported.feeds, exported.inside) == (2, 1)
    assert b"127.0.0.1" not in exported.content


def test_an_address_that_another_program_would_run_is_left_out_and_counted(library: Library) -> None:
    library.follow("https://a.example/feed", "exec:touch /tmp/x")
    with closing(connect(library.path)) as c:
        exported = export_feeds(c, EPOCH)
    assert (exported.feeds, exported.outside) == (1, 1)
    assert b"exec:" not in exported.content


CHANGES = "https://own.example/changelog"


def nth(number: int, url: str, title: str, **more: object) -> dict[str, object]:
    return star(url, title, id=f"tag:google.com,2005:reader/item/{number:016x}", **more)


def test_stars_at_one_address_or_none_are_all_kept(library: Library) -> None:
    stars = [
        *(nth(number, CHANGES, f"Release {number}") for number in range(3)),
        nth(3, "https://own.example/day#a", "Morning"),
        nth(4, "https://own.example/day#b", "Evening"),
        nth(5, "", "Without a link"),
        nth(6, "mailto:ann@own.example", "A letter"),
        nth(7, "https://own.example/plain", "Plain"),
    ]
    for expected in ((8, 0), (0, 8)):
        came = take_in(library, starred(*stars))
        assert came.pages is not None
        assert (came.pages.added, came.pages.known) == expected
    with closing(connect(library.path)) as c:
        kept = [articles.get(c, id_) for id_ in article_lists.ids(c, Query(starred=True, apart=True))]
        assert {article.title for article in kept} == {str(each["title"]) for each in stars}
        assert all(f"The text of {article.title}" in articles.body(c, article.id) for article in kept)


def test_stars_with_guids_are_each_kept_although_nothing_else_tells_them_apart(library: Library) -> None:
    texts = [{"content": f"text {n} some words that tell of {n} more {n}"} for n in range(9)]
    stars = [nth(n, CHANGES, "Daily strip", guid=f"g{n}", published=0, summary=texts[n]) for n in range(9)]
    for expected in ((9, 0), (0, 9)):
        came = take_in(library, starred(*stars))
        assert came.pages is not None
        assert (came.pages.added, came.pages.known) == expected


@pytest.mark.parametrize("has_guid", [True, False])
async def test_a_star_is_on_the_article_that_has_it_and_not_on_another_at_its_address(
    library: Library, site: ScriptedSite, has_guid: bool
) -> None:
    link = f"{site.url}/changelog"
    html = "<p>The text of Release {}</p>"
    items = [Item(f"r{n}", title=f"Release {n}", link=link, html=html.format(n)) for n in range(3)]
    site.pages["/feed"] = Reply(rss(*items))
    library.follow(f"{site.url}/feed")
    await library.refresh()
    origin = {"streamId": "feed/7", "feedUrl": f"{site.url}/feed"}
    guid = {"guid": "http://site.test/?r1"} if has_guid else {}
    came = take_in(
        library,
        starred(
            nth(1, link, "Release 1, corrected" if has_guid else "Release 1", origin=origin, **guid),
            nth(2, f"{site.url}/elsewhere", "Elsewhere", origin=origin),
        ),
    )
    assert came.pages is not None
    assert (came.pages.added, came.pages.known) == (1, 1)
    with closing(connect(library.path)) as c:
        found = article_lists.ids(c, Query(starred=True, apart=True))
        assert {articles.get(c, id_).title for id_ in found} == {"Release 1", "Elsewhere"}


def of_feed(name: str, number: int, guid: str) -> dict[str, object]:
    url = f"https://{name}.example"
    origin = {"streamId": f"feed/{url}/feed", "feedUrl": f"{url}/feed"}
    return nth(number, f"{url}/{number}", f"Piece {number}", origin=origin, guid=guid)


@pytest.mark.parametrize("are_apart", [False, True])
def test_a_guid_that_articles_of_two_feeds_have_makes_them_not_one(library: Library, are_apart: bool) -> None:
    two = [of_feed("one", 1, "100"), of_feed("two", 2, "100")]
    for expected in (2, 0):
        came = [take_in(library, starred(*some)).pages for some in ([two[:1], two[1:]] if are_apart else [two])]
        assert sum(each.added for each in came if each is not None) == expected
    with closing(connect(library.path)) as c:
        kept = article_lists.headlines(c, article_lists.ids(c, Query(starred=True, apart=True)))
        assert {each.title for each in kept} == {"Piece 1", "Piece 2"}


async def test_a_star_is_on_its_article_where_the_feed_has_given_its_guid_to_another(
    library: Library, site: ScriptedSite
) -> None:
    def published(number: int) -> str:
        return f"{10 + number} Jan 2026 08:00:00 +0000"

    items = [
        Item(str(place), title=f"Piece {n}", link=f"{site.url}/{n}", html=f"<p>Words of {n}</p>", date=published(n))
        for place, n in enumerate((4, 3, 2, 1))
    ]
    site.pages["/feed"] = Reply(rss(*items))
    library.follow(f"{site.url}/feed")
    await library.refresh()
    origin = {"streamId": "feed/7", "feedUrl": f"{site.url}/feed"}
    stars = [nth(n, f"{site.url}/{n}", f"Piece {n}", origin=origin, guid=f"http://site.test/?{3 - n}") for n in (2, 3)]
    assert take_in(library, starred(*stars)).pages is not None
    with closing(connect(library.path)) as c:
        kept = article_lists.headlines(c, article_lists.ids(c, Query(starred=True, apart=True)))
        assert {each.title for each in kept} == {"Piece 2", "Piece 3"}


@pytest.mark.parametrize("order", [("blog", "news"), ("news", "blog"), ("news",)])
async def test_a_star_is_on_the_article_of_its_feed_and_not_on_what_another_says_of_it(
    library: Library, site: ScriptedSite, order: tuple[str, ...]
) -> None:
    link, texts = f"{site.url}/post", {"blog": "What the blog has to say of it.", "news": "Comments: many people talk."}
    for name in order:
        site.pages[f"/{name}"] = Reply(
            rss(Item("p", title="Post", link=link, html=f"<p>{texts[name]}</p>"), title=name)
        )
        library.follow(f"{site.url}/{name}")
        await library.refresh()
    take_in(
        library, starred(star(link, "Post", origin={"feedUrl": f"{site.url}/blog"}, content={"content": texts["blog"]}))
    )
    with closing(connect(library.path)) as c:
        found = [articles.get(c, id_) for id_ in article_lists.ids(c, Query(starred=True, apart=True))]
        assert any(texts["blog"] in articles.body(c, each.id) for each in found)


@pytest.mark.parametrize("day", [11, 5])
async def test_one_star_of_a_title_and_address_is_that_of_its_date(
    library: Library, site: ScriptedSite, day: int
) -> None:
    """Also if that has left the feed long ago: then it comes."""
    link, feed = f"{site.url}/thread", f"{site.url}/feed"
    days = [f"Thu, {n} Jan 2026 08:00:00 +0000" for n in range(10, 14)]
    site.pages["/feed"] = Reply(
        rss(*(Item(f"c{n}", title="Open", link=link, date=each) for n, each in enumerate(days)))
    )
    library.follow(feed)
    await library.refresh()
    at = datetime(2026, 1, day, 8, tzinfo=UTC)
    take_in(library, starred(nth(1, link, "Open", origin={"feedUrl": feed}, published=int(at.timestamp()))))
    with closing(connect(library.path)) as c:
        found = article_lists.ids(c, Query(starred=True, apart=True))
        assert [articles.get(c, id_).published for id_ in found] == [at]


@pytest.mark.parametrize("is_here", [True, False])
async def test_stars_of_one_title_and_address_are_told_apart_by_their_dates(
    library: Library, site: ScriptedSite, is_here: bool
) -> None:
    link, feed = f"{site.url}/comic", f"{site.url}/feed"
    days = [f"Thu, {n} Jan 2026 08:00:00 +0000" for n in range(10, 14)]
    site.pages["/feed"] = Reply(rss(*(Item(f"c{n}", title="Comic", link=link, date=day) for n, day in enumerate(days))))
    if is_here:
        library.follow(feed)
        await library.refresh()
    dates = [int(parsedate_to_datetime(day).timestamp()) for day in (*days[:2], "Thu, 1 Jan 2026 08:00:00 +0000")]
    origin = {"streamId": "feed/7", "feedUrl": feed}
    stars = [nth(n, link, "Comic", published=date, origin=origin) for n, date in enumerate(dates)]
    for expected in ((1, 2) if is_here else (3, 0), (0, 3)):
        came = take_in(library, starred(*stars))
        assert came.pages is not None
        assert (came.pages.added, came.pages.known) == expected
    with closing(connect(library.path)) as c:
        found = [articles.get(c, id_).published for id_ in article_lists.ids(c, Query(starred=True, apart=True))]
        assert sorted(int(each.timestamp()) for each in found if each) == sorted(dates)


def test_stars_of_one_title_address_and_moment_with_other_texts_are_all_kept(library: Library) -> None:
    texts = [" ".join(f"{word}{n}" for n in range(20)) for word in ("harbour", "library", "railway")]
    stars = [
        nth(n, f"{CHANGES}/notices", "Notice", published=17e8, summary={"content": text})
        for n, text in enumerate(texts)
    ]
    for expected in ((3, 0), (0, 3)):
        came = take_in(library, starred(*stars))
        assert came.pages is not None
        assert (came.pages.added, came.pages.known) == expected


def test_pages_within_one_page_are_all_kept(library: Library) -> None:
    rows = [f"Reading,https://app.example/#/article/{n},{n},tag{n},unread" for n in (1, 2)]
    content = "\n".join(["title,url,time_added,tags,status", *rows]).encode()
    for expected in ((2, 0), (0, 2)):
        came = take_in(library, content)
        assert came.pages is not None
        assert (came.pages.added, came.pages.known) == expected
    with closing(connect(library.path)) as c:
        kept = {articles.get(c, id_).link[-1]: id_ for id_ in article_lists.ids(c, Query(apart=True))}
        assert labels.tags_of(c, kept.values()) == {kept["1"]: ["tag1"], kept["2"]: ["tag2"]}


def test_of_articles_that_say_so_only_those_with_a_star_get_one(library: Library) -> None:
    read = {"categories": ["user/-/state/com.google/read", "user/-/label/Later"]}
    take_in(library, starred(nth(1, f"{CHANGES}/1", "With"), nth(2, f"{CHANGES}/2", "Without", **read)))
    with closing(connect(library.path)) as c:
        assert [articles.get(c, id_).title for id_ in article_lists.ids(c, Query(starred=True))] == ["With"]
        assert len(article_lists.ids(c, Query())) == 2


async def with_article(library: Library, site: ScriptedSite, title: str, text: str) -> str:
    site.pages["/feed"] = Reply(rss(Item("one", title=title, link=f"{site.url}/now", html=f"<p>{text}</p>")))
    library.follow(f"{site.url}/feed")
    await library.refresh()
    return f"{site.url}/now"


async def test_articles_that_are_exported_without_stars_get_none(library: Library, site: ScriptedSite) -> None:
    """FreshRSS exports each feed in the format of its stars."""
    link = await with_article(library, site, "One", "Its text.")
    states = ["user/-/state/com.google/reading-list", "user/-/state/com.google/unread"]
    take_in(library, starred(star(link, "One", categories=states)))
    with closing(connect(library.path)) as c:
        assert article_lists.count(c, Query(starred=True)) == 0


LONG = [" ".join(f"{name}{n}" for n in range(40)) for name in ("first", "second")]


@pytest.mark.parametrize(
    ("title", "text", "is_one"),
    [
        ("Deal 41", LONG[1], False),
        ("Deal 41", LONG[0], True),
        ("Deal 42 | The Site", LONG[1], False),
        ("Deal 42 | The Site", "", True),
        ("Deal 41", "", False),
    ],
)
async def test_a_star_for_another_article_at_its_address_is_not_given(
    library: Library, site: ScriptedSite, title: str, text: str, *, is_one: bool
) -> None:
    link = await with_article(library, site, "Deal 42", LONG[0])
    came = take_in(library, starred(star(link, title, summary={"content": text})))
    assert came.pages is not None
    assert (came.pages.added, came.pages.known) == ((0, 1) if is_one else (1, 0))


@pytest.mark.parametrize("end", [" [...]", ""])
@pytest.mark.parametrize(("text", "count"), [(LONG[1], 1), (LONG[0], 2)])
async def test_a_text_of_a_file_takes_the_place_of_what_it_holds_alone(
    library: Library, site: ScriptedSite, text: str, count: int, end: str
) -> None:
    """Also of what a feed gives as whole, if it is much longer."""
    link = await with_article(library, site, "One", f"{LONG[0][:120]}{end}")
    page = {"url": link, "title": "One", "content": f"<p>{text}</p>", "is_archived": 0, "tags": []}
    came = take_in(library, json.dumps([page]).encode())
    assert ("Replaced 1 article with the longer text in the file." in came.said()) is (count == 2)
    with closing(connect(library.path)) as c:
        bodies = [articles.body(c, id_) for id_ in articles.all_by_link(c, link)]
    assert len(bodies) == 2  # the page is kept besides
    assert sum(text[-8:] in body for body in bodies) == count
