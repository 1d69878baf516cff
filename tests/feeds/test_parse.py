from __future__ import annotations

import json
import random
import tracemalloc
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import Reply, ScriptedSite
from tuireader.errors import NotAFeedError
from tuireader.feeds.parse import parse_feed

DATA = Path(__file__).parent.parent / "data"
FEEDS = sorted([*DATA.glob("*.xml"), *DATA.glob("*.feed")])
URL = "https://feed.example/dir/feed.xml"


def rss(inside: str, *, prolog: str = '<?xml version="1.0"?>') -> bytes:
    return f'{prolog}<rss version="2.0"><channel><title>T</title>{inside}</channel></rss>'.encode()


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_feed_gives_what_stands_beside_it(path: Any) -> None:
    found = json.loads(json.dumps(asdict(parse_feed(path.read_bytes(), URL)), default=plain))
    assert found == json.loads(path.with_suffix(".json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Empty page."),
        (b" \n\xef\xbb\xbf\0 ", "Empty page."),
        (b"<!doctype html><html><body>Please log in</body></html>", "Not a feed: a web page."),
        (b"<html><body><rss version='2.0'></rss></body></html>", "Not a feed: a web page."),
        (b"<?xml version='1.0'?><sitemap/>", "Not a feed: unknown format."),
        (b"just words", "Not a feed: unknown format."),
        (b"<feed><product/></feed>", "Not a feed: other XML."),
        (b'{"error": "no such blog"}', "Not a feed: JSON data."),
        (b'[{"id": 1}]', "Not a feed: JSON data."),
        (b'{"items": [', "Invalid JSON feed."),
        (b"[" * 100_000, "Invalid JSON feed."),
    ],
)
def test_what_is_no_feed_is_said_in_a_sentence(content: Any, sentence: str) -> None:
    with pytest.raises(NotAFeedError) as caught:
        parse_feed(content, URL)
    assert str(caught.value) == sentence


def test_feed_without_entries_is_a_feed() -> None:
    feed = parse_feed(rss("<link>https://a.example/</link>"), URL)
    assert (feed.title, feed.site, feed.entries, feed.skipped) == ("T", "https://a.example/", (), 0)


def test_feed_without_title_is_named_after_its_host() -> None:
    feed = parse_feed(b"<rss version='2.0'><channel/></rss>", "https://www.a.example/x")
    assert (feed.title, feed.site) == ("a.example", "https://www.a.example/")


def test_feed_may_come_as_a_web_page() -> None:
    content = rss("<item><title>Grüße</title></item>", prolog="").decode().encode("latin-1")
    assert parse_feed(content, URL, "text/html; charset=iso-8859-1").entries[0].title == "Grüße"


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("", None),
        ("<ttl>60</ttl>", 3600),
        ("<ttl>0</ttl>", 0),
        ("<ttl>99999999</ttl>", 86_400),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>1e9</ttl>", None),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", 21_600),
        ("<sy:updatePeriod> weekly </sy:updatePeriod>", 86_400),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 3600),
        ("<sy:updatePeriod>never</sy:updatePeriod>", None),
        ("<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 3600),
    ],
)
def test_how_long_a_feed_asks_to_be_left_alone(said: str, seconds: int | None) -> None:
    content = rss(said).replace(b"<rss ", b'<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" ')
    assert parse_feed(content, URL).fresh_for == seconds


def test_one_bad_entry_does_not_lose_the_others() -> None:
    # In each of these a handler of feedparser raises, or leaves something else than it should.
    for bad in (
        "<width/></width>",
        "<cc:license/>",
        "<textinput><image><height>x</height>",
        "&#xD800;",
        "&#1114112;",
        "<link/></link>",
        "<links>x</links><tags/><source a='b'/><title_detail>x</title_detail><published_parsed>x</published_parsed>",
    ):
        content = rss(
            f"<item><title>one</title></item><item><title>two</title>{bad}</item><item><title>three</title></item>"
        )
        titles = [entry.title for entry in parse_feed(content, URL).entries]
        assert [titles[0], titles[-1]] == ["one", "three"], bad
        assert titles[1].startswith("two"), bad


def test_entry_with_nothing_in_it_is_skipped_and_counted() -> None:
    feed = parse_feed(rss("<item/><item><title>one</title></item><item><category>c</category></item>"), URL)
    assert ([entry.title for entry in feed.entries], feed.skipped) == (["one"], 2)


def test_an_address_of_megabytes_is_none() -> None:
    long = f"http://a.example/{'b' * 1_000_000}"
    feed = parse_feed(rss(f"<link>{long}</link><item><title>one</title><link>{long}</link></item>"), URL)
    assert (feed.site, [entry.link for entry in feed.entries]) == ("https://feed.example/", [""])


def test_ten_entries_with_one_guid_are_ten_entries_whatever_their_order() -> None:
    items = [f"<item><guid>g</guid><title>t{i}</title></item>" for i in range(10)]
    forward = {entry.guid: entry.title for entry in parse_feed(rss("".join(items)), URL).entries}
    backward = {entry.guid: entry.title for entry in parse_feed(rss("".join(reversed(items))), URL).entries}
    assert sorted(forward.values()) == [f"t{i}" for i in range(10)]
    assert forward == backward
    fewer = {entry.guid: entry.title for entry in parse_feed(rss("".join(items[3:])), URL).entries}
    assert fewer.items() < forward.items()


def test_entities_cannot_blow_up() -> None:
    nested = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))
    laughs = rss("<item><title>&e11;</title></item>", prolog=f'<!DOCTYPE rss [<!ENTITY e0 "ha">{nested}]>')
    long = rss(f"<item><title>{'&e;' * 100_000}</title></item>", prolog=f'<!DOCTYPE rss [<!ENTITY e "{"x" * 190}">]>')
    for content in (laughs, long):
        tracemalloc.start()
        feed = parse_feed(content, URL)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(feed.entries[0].title) <= 1000
        assert peak < 100_000_000


def test_entities_read_and_fetch_nothing(site: ScriptedSite, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("for no one to see")
    site.pages["/dtd"] = Reply("<!ENTITY stolen 'x'>")
    prolog = f"""<?xml version="1.0"?><!DOCTYPE rss SYSTEM "{site.url}/dtd" [
        <!ENTITY file SYSTEM "{secret.as_uri()}"><!ENTITY web SYSTEM "{site.url}/entity">
        <!ENTITY % parameter SYSTEM "{site.url}/parameter">%parameter;]>"""
    feed = parse_feed(rss("<item><title>&file;&web;&stolen;</title></item>", prolog=prolog), URL)
    assert feed.entries[0].title == "&file;&web;&stolen;"
    assert site.requests == []


def test_entities_that_a_feed_defines_as_plain_text_are_read() -> None:
    prolog = '<!DOCTYPE rss [<!ENTITY company "Smith &#38; Sons"><!ENTITY city "Köln">]>'
    assert parse_feed(rss("<item><title>&city;&hellip;</title></item>", prolog=prolog), URL).entries[0].title == "Köln…"


def test_bodies_are_html_whatever_they_were() -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id>
    <entry><id>1</id><content type="text">&lt;p&gt;Wrongly called text&lt;/p&gt;</content></entry>
    <entry><id>2</id><content>Tags like &lt;p&gt; begin a paragraph</content></entry>
    <entry><id>3</id><content type="image/png">iVBORw0KGgo=</content><summary>A picture</summary></entry>
    <entry><id>4</id><content type="html" src="https://a.example/elsewhere"/></entry></feed>"""
    assert [entry.html for entry in parse_feed(feed.encode(), URL).entries] == [
        "<p>Wrongly called text</p>",
        "<p>Tags like &lt;p&gt; begin a paragraph</p>",
        "<p>A picture</p>",
        "",
    ]


def test_guid_that_is_no_address_is_no_link() -> None:
    entry = parse_feed(rss("<item><guid>12345</guid><title>t</title></item>"), URL).entries[0]
    assert (entry.guid, entry.link) == ("12345", "")


def test_dates_of_rss_and_of_atom() -> None:
    dc = '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item><title>t</title>{}</item></channel></rss>'
    entry = parse_feed(dc.format("<dc:date>2020-01-02T03:04:05+02:00</dc:date>").encode(), URL).entries[0]
    assert (entry.published, entry.updated) == (datetime(2020, 1, 2, 1, 4, 5, tzinfo=UTC), None)
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><updated>2020-01-02T03:04:05Z</updated></entry></feed>'
    entry = parse_feed(atom.encode(), URL).entries[0]
    assert (entry.published, entry.updated) == (None, datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC))


@given(
    st.binary(max_size=400),
    st.sampled_from(["", "text/xml; charset=x", "application/json", "text/html; charset=utf-16"]),
)
def test_any_bytes_are_a_feed_or_none(content: Any, content_type: Any) -> None:
    for body in (content, b"<rss><channel><item>" + content, b'{"items": [' + content + b"]}"):
        try:
            feed = parse_feed(body, URL, content_type)
        except NotAFeedError:
            continue
        assert len({entry.guid for entry in feed.entries}) == len(feed.entries)


PIECES = """
<![CDATA[ ]]> <!-- --> & &#xD800; &#1114112; &# ; < > " ' <? ?> <! <!DOCTYPE ]> <rss> <feed> <channel> </channel>
<item> </item> <entry> </entry> <category> </category> <source> </source> <image> </image> <textinput> </textinput>
<width> </width> <height> </height> <media:thumbnail> </media:thumbnail> <media:credit> </media:credit>
<media:rating> <media:license> </media:license> <author> </author> <name> </name> <contributor> </contributor>
<content> </content> <link/> <link> </link> <psc:chapter> <georss:point> </georss:point> <gml:pos> </gml:pos>
<cc:license/> <svg> </svg> <itunes:category> </itunes:category> <itunes:explicit> <tags> </tags> <dcterms:valid>
</dcterms:valid> <expirationdate> <pubDate> <generator> </generator> <newlocation> </newlocation> <description>
</description> <links> </links> <authors> </authors> <media_content> <published_parsed> <summary> </summary>
<title> </title> <guid> </guid> <enclosure/> <div> <p> xmlns:x="y xmlns:z="a\tb" type="xhtml" type="base64"
mode="base64" xml:base="http://[" encoding="zlib" encoding="idna" \0 \x1b \xff \xc3 \xed\xa0\x80
"""


def mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    pieces = [piece.encode("latin-1") + b" " for piece in PIECES.split()]
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0:
                del data[place : place + chance.randint(1, 200)]
            case 1:
                data[place:place] = chance.choice(pieces) * chance.choice([1, 1, 1, 2, 100])
            case 2:
                data[place : place + 1] = bytes([chance.randrange(256)])
            case 3:
                other = chance.choice(seeds)
                start = chance.randrange(len(other))
                data[place:place] = other[start : start + chance.randint(1, 400)]
            case 4 if chance.random() < 0.3:
                del data[place:]
            case _:
                data[place:place] = chance.choice(pieces)
    return bytes(data)


@pytest.mark.parametrize("seed", range(6))
def test_mutated_feeds_raise_nothing_else(seed: Any) -> None:
    chance = random.Random(seed)
    seeds = [path.read_bytes() for path in FEEDS]
    feeds = 0
    for _ in range(500):
        content = mutated(chance, seeds)
        try:
            feed = parse_feed(content, URL, chance.choice(["", "text/xml", "text/html; charset=iso-8859-1"]))
        except NotAFeedError:
            continue
        feeds += 1
        assert all(entry.guid and entry.title for entry in feed.entries)
    assert feeds > 300


LONG = " ".join(["word"] * 80)


@pytest.mark.parametrize(
    ("entry", "summary"),
    [
        (f"<description>{LONG}</description>", True),
        (f"<description>{LONG * 10}</description>", False),
        (f"<description>&lt;p&gt;{LONG}&lt;/p&gt;</description>", False),
        ("<description></description>", False),
        (f"<description>{LONG}</description><enclosure url='https://a.example/x.mp3' type='audio/mpeg'/>", False),
        (
            f"<description>{LONG}</description><c:encoded xmlns:c='http://purl.org/rss/1.0/modules/content/'>x</c:encoded>",
            False,
        ),
    ],
)
def test_summary_in_rss_is_what_is_short_and_without_markup(entry: Any, summary: bool) -> None:
    item = f"<item><title>T</title><link>https://a.example/1</link>{entry}</item>"
    assert parse_feed(rss(item), URL).entries[0].summary == summary
    assert not parse_feed(rss(item.replace("<link>https://a.example/1</link>", "")), URL).entries[0].summary


@pytest.mark.parametrize(("words", "summary"), [(20, False), (80, True), (400, False)])
def test_hugo_gives_the_first_paragraphs_only(words: int, summary: bool) -> None:
    text = " ".join(["word"] * words)
    item = f"<item><title>T</title><link>https://a.example/</link><description>&lt;p&gt;{text}&lt;/p&gt;</description></item>"
    assert parse_feed(rss(f"<generator>Hugo</generator>{item}"), URL).entries[0].summary == summary
    assert not parse_feed(rss(f"<generator>Other</generator>{item}"), URL).entries[0].summary


def test_summary_in_atom_is_called_so() -> None:
    entry = '<entry><id>{0}</id><title>T</title><link href="https://a.example/{0}"/>{1}</entry>'
    only = entry.format(1, '<summary type="html">&lt;p&gt;A word.&lt;/p&gt;</summary>')
    both = entry.format(2, '<summary>A word.</summary><content type="html">&lt;p&gt;All.&lt;/p&gt;</content>')
    feed = parse_feed(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>{only}{both}</feed>'.encode(), URL)
    assert [each.summary for each in feed.entries] == [True, False]


def test_summary_in_json_is_called_so() -> None:
    items = [{"id": "1", "summary": "A word."}, {"id": "2", "summary": "A word.", "content_text": "All."}]
    feed = {"title": "F", "items": [{**each, "url": f"https://a.example/{each['id']}"} for each in items]}
    found = parse_feed(json.dumps({"version": "https://jsonfeed.org/version/1.1", **feed}).encode(), URL)
    assert [each.summary for each in found.entries] == [True, False]


@pytest.mark.parametrize(
    ("summary", "html"),
    [
        ("One&amp;amp;nbsp;two &amp;amp;amp; three &amp;amp;#8217;s", "<p>One\xa0two &amp; three ’s</p>"),
        ("Tom &amp;amp; Ann", "<p>Tom &amp; Ann</p>"),
        ("&lt;p&gt;A &amp;amp;nbsp; in markup&lt;/p&gt;", "<p>A &amp;nbsp; in markup</p>"),
    ],
)
def test_a_plain_summary_that_was_escaped_twice_is_unescaped_twice(summary: str, html: str) -> None:
    feed = rss(f"<item><title>T</title><guid>g</guid><description>{summary}</description></item>")
    (entry,) = parse_feed(feed, "https://example.org/feed", "text/xml").entries
    assert entry.html == html
