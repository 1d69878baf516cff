"""What the magazine gives for each address."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from tuireader.demo import pages, server
from tuireader.demo.pages import COMMENTS, Post, absolute, load_posts, parse_post, texturised
from tuireader.demo.server import Answer, answer

BASE = "http://127.0.0.1:8000"
NAMES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "atom": "http://www.w3.org/2005/Atom",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}


def get(target: str) -> Answer:
    return answer(BASE, target)


def page(target: str) -> str:
    given = get(target)
    assert (given.status, given.content_type) == (200, "text/html; charset=UTF-8")
    return given.body.decode()


def feed(target: str) -> ET.Element:
    given = get(target)
    assert (given.status, given.content_type) == (200, "application/rss+xml; charset=UTF-8")
    channel = ET.fromstring(given.body).find("channel")
    assert channel is not None
    return channel


def texts(element: ET.Element, path: str) -> list[str]:
    return [found.text or "" for found in element.findall(path, NAMES)]


def one(**wanted: object) -> Post:
    return next(post for post in load_posts() if all(getattr(post, name) == value for name, value in wanted.items()))


def test_the_feed_gives_the_ten_newest_in_full() -> None:
    channel = feed("/feed/")
    newest = load_posts()[:10]
    assert texts(channel, "item/title") == [post.title for post in newest]
    assert texts(channel, "item/link") == [BASE + post.path for post in newest]
    assert texts(channel, "item/guid") == [f"{BASE}/?p={post.id}" for post in newest]
    assert {guid.get("isPermaLink") for guid in channel.iter("guid")} == {"false"}
    for item, post in zip(channel.findall("item"), newest, strict=True):
        assert texts(item, "dc:creator") == list(post.authors)
        assert [unescape(name) for name in texts(item, "category")] == list(post.categories)
        (body,) = texts(item, "content:encoded")
        assert body.startswith(absolute(post.teaser, BASE)[:2000])
        assert (absolute(post.html, BASE) in body) is not post.cut
        assert "appeared first on" in body[-300:]


def test_the_feed_says_what_wordpress_says_of_itself() -> None:
    channel = feed("/feed/")
    assert texts(channel, "title") == ["The Slow Terminal"]
    assert texts(channel, "link") == [BASE + "/"]
    itself = channel.find("atom:link", NAMES)
    assert itself is not None
    assert (itself.get("href"), itself.get("rel")) == (BASE + "/feed/", "self")
    assert [text.strip() for text in texts(channel, "sy:updatePeriod")] == ["hourly"]
    text = get("/feed/").body.decode()
    assert "<category><![CDATA[Feeds &amp; Protocols]]></category>" in text


def test_the_cut_article_ends_in_read_more_in_the_feed_and_is_whole_on_its_page() -> None:
    post = one(cut=True)
    items = feed("/feed/").findall("item")
    (item,) = [item for item in items if texts(item, "title") == [post.title]]
    (body,) = texts(item, "content:encoded")
    assert f'<a href="{BASE}{post.path}#more-{post.id}" class="more-link">Read more</a>' in body
    assert len(body) < len(post.html) / 2
    assert "[…]" in texts(item, "description")[0]
    exit_message = post.html.rstrip().removesuffix("</p>")[-40:]
    assert exit_message not in body
    assert exit_message in page(post.path)


def test_feed_pages_give_every_article_once() -> None:
    titles: list[str] = []
    number = 1
    while get(f"/feed/?paged={number}").status == 200:
        titles += texts(feed(f"/feed/?paged={number}"), "item/title")
        number += 1
    assert titles == [post.title for post in load_posts()]
    assert number == 2 + (len(titles) - 1) // 10
    assert get("/feed/?paged=99").status == 404


def test_titles_carry_their_punctuation_as_numbers_as_wordpress_writes_them() -> None:
    assert texturised("A “b” & ‘c’ – d… <e>") == "A &#8220;b&#8221; &#038; &#8216;c&#8217; &#8211; d&#8230; &lt;e&gt;"


def test_cdata_that_holds_its_own_end_stays_one_text() -> None:
    post = parse_post("2025-02-03-x.html", "Title: a & b < c\n\n<p>if (a[b[0]]>1)</p>", 1)
    text = server.feed(BASE, "T", [post], link=BASE, address=BASE)
    item = ET.fromstring(text).find("channel/item")
    assert item is not None
    assert "if (a[b[0]]>1)" in texts(item, "content:encoded")[0]
    assert texts(item, "title") == ["a & b < c"]


def test_a_proxys_way_of_asking_is_understood() -> None:
    assert answer(BASE, BASE + "/feed/") == get("/feed/")


def test_the_comments_feed_is_another_feed_and_comes_last() -> None:
    channel = feed("/comments/feed/")
    assert len(channel.findall("item")) == len(COMMENTS)
    assert all(title.startswith("Comment on ") for title in texts(channel, "item/title"))
    for target in ("/", load_posts()[0].path):
        feeds = re.findall(r'<link rel="alternate" type="application/rss\+xml"[^>]* href="([^"]*)">', page(target))
        assert feeds[:2] == [BASE + "/feed/", BASE + "/comments/feed/"]
        for address in feeds:
            assert feed(address.removeprefix(BASE)).tag == "channel"
    commented = one(slug=COMMENTS[0].slug)
    assert texts(feed(commented.path + "feed/"), "item/dc:creator") == [COMMENTS[0].author]


@pytest.mark.parametrize("post", load_posts(), ids=lambda post: post.slug)
def test_an_article_page_holds_the_article_amid_furniture(post: Post) -> None:
    text = page(post.path)
    assert absolute(post.html, BASE) in text
    for furniture in ("<nav ", "<aside ", "Leave a Reply", "This site uses Akismet to reduce spam", "Share this"):
        assert furniture in text
    by = unescape(re.sub("<[^>]+>", "", re.search(r'<p class="entry-meta">(.*?)\|\n', text, re.DOTALL)[1]))  # type: ignore[index]
    names = f"By {', '.join(post.authors)} | " if post.authors else ""
    assert by.strip() == names + ", ".join(post.categories)
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text)[1])  # type: ignore[index]
    assert data["headline"] == post.title
    assert [author["name"] for author in data.get("author", [])] == list(post.authors)


def test_the_home_page_lists_the_newest_and_leads_to_the_rest() -> None:
    text = page("/")
    assert [texturised(post.title) in text for post in load_posts()[:10]] == [True] * 10
    assert f'href="{BASE}/page/2/"' in text
    assert texturised(load_posts()[10].title) in page("/page/2/")
    assert f'class="prev page-numbers" href="{BASE}/"' in page("/page/2/")


@pytest.mark.parametrize("name", sorted({name for post in load_posts() for name in post.categories}))
def test_a_category_has_a_page_and_a_feed(name: str) -> None:
    (address,) = set(re.findall(rf'href="{BASE}([^"]*)"[^>]*>{re.escape(name.replace("&", "&amp;"))}<', page("/")))
    assert name.replace("&", "&amp;") in page(address)
    expected = [post.title for post in load_posts() if name in post.categories][:10]
    assert texts(feed(address + "feed/"), "item/title") == expected


def test_an_authors_page_and_feed() -> None:
    channel = feed("/author/zoe-angstrom-diaz/feed/")
    assert set(texts(channel, "item/dc:creator")) >= {"Zoë Ångström-Díaz"}
    assert texturised(texts(channel, "item/title")[0]) in page("/author/zoe-angstrom-diaz/")


@pytest.mark.parametrize(
    ("target", "to"),
    [
        ("/feed", "/feed/"),
        ("/feed?paged=2", "/feed/?paged=2"),
        (load_posts()[0].path.rstrip("/"), load_posts()[0].path),
        (f"/?p={load_posts()[3].id}", load_posts()[3].path),
        ("/category/how-to", "/category/how-to/"),
    ],
)
def test_near_misses_are_led_to_the_right_address(target: str, to: str) -> None:
    given = get(target)
    assert (given.status, given.headers["Location"]) == (301, BASE + to)
    assert get(to).status == 200


@pytest.mark.parametrize(
    "target",
    [
        "/nothing",
        "/nothing/feed/",
        "/2024/03/",
        "/feed/?paged=4",
        "/page/0/",
        "/page/9/",
        "/category/none/",
        quote("/category/日本/"),
        "/wp-content/uploads/x.png",
        "/wp-content/uploads/../posts.py",
        "/rss.xml",
        "/index.xml",
        "//",
        "/%00",
        "/[",
        "//[",
        "http://[",
        "http://elsewhere.example/feed/",
        "*",
        "",
    ],
)
def test_elsewhere_is_nothing(target: str) -> None:
    given = get(target)
    assert given.status == 404
    assert "Nothing here" in given.body.decode()


def test_a_title_cannot_end_the_script_it_stands_in() -> None:
    post = parse_post("2025-02-03-x.html", "Title: A </script><b>\nAuthors: A\n\n<p>x</p>", 1)
    text = pages._linked_data(BASE, post)
    assert text.count("</script>") == 1
    assert json.loads(text.removeprefix('<script type="application/ld+json">').removesuffix("</script>"))["headline"]
