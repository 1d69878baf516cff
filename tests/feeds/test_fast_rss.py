"""The quick way through usual feeds: it must give what feedparser gives, or nothing."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuireader.errors import NotAFeedError
from tuireader.feeds import parse
from tuireader.feeds.fast_rss import read_usual
from tuireader.model.fetched import ParsedFeed

DATA = Path(__file__).parent.parent / "data"
URL = "https://slow.example/feed/"
HEAD = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/"><channel>'
)
TAIL = "</channel></rss>"


def by_feedparser(content: bytes) -> ParsedFeed | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parse, "read_usual", lambda _document: None)
        return parsed(content)


def parsed(content: bytes) -> ParsedFeed | None:
    try:
        return parse.parse_feed(content, URL)
    except NotAFeedError:
        return None


def is_usual(content: bytes) -> bool:
    text = content.decode("utf-8", "replace")
    return "<rss" in text and read_usual(text[text.index("<rss") :]) is not None


@pytest.mark.parametrize("path", sorted(DATA.glob("*.xml")), ids=lambda path: path.name)
def test_feeds_of_every_kind_give_the_same_articles(path: Path) -> None:
    assert parsed(path.read_bytes()) == by_feedparser(path.read_bytes())


def test_what_wordpress_writes_is_usual() -> None:
    assert is_usual((DATA / "wordpress.xml").read_bytes())


TEXT = st.sampled_from(
    [
        "", " ", "Plain", "  spaced \n out ", "Caf\u00e9 \u2013 \u201equoted\u201c", "\u65e5\u672c\u8a9e",
        "Caf\u00c3\u00a9", "\x85 \x93old\x94", "A &amp; B", "Tom &amp;amp; Jerry", "it&amp;#8217;s",
        "&lt;em&gt;so&lt;/em&gt;", "a &lt; b", "<![CDATA[<b>bold</b> & more]]>", "<![CDATA[C++ & C]]>",
        "&#233;", "By Someone", "me@example.org (Real Name)", "<b>child</b>", "<!-- said --> after", "]] &gt;",
    ]
)  # fmt: skip
ADDRESS = st.sampled_from(
    [
        "https://slow.example/2017/06/a/", "http://slow.example/?p=1&amp;b=2",
        "https://slow.example/?a=1&amp;amp;b;", "/relative", "tag:slow.example,2017:1", "1234",
        " https://slow.example/spaced ", "https://slow.example/caf\u00e9", "", "http:///three",
        "https://slow.example/a b", "HTTP://SLOW.example/", "javascript:alert(1)",
        "<![CDATA[https://slow.example/c]]>",
    ]
)  # fmt: skip
DATE = st.sampled_from(
    [
        "Fri, 30 Jun 2017 10:00:00 +0000", "Fri, 30 Jun 2017 10:00:00 GMT", "Sat, 31 Feb 2017 10:00:00 +0200",
        "Fri, 3 Jun 2017 23:30:00 -0730", "30 Jun 2017", "2017-06-30T10:00:00Z", "", "yesterday", "1498816800",
        "Fri, 30 Jun 2017 10:00:00 EST", "Fri, 30 Jun 17 10:00:00 GMT", "Fri, 30 Jun 2017 24:00:00 GMT",
        "Mon, 01 Jan 0001 00:00:00 +0000", "Fri, 31 Dec 9999 23:59:59 -1400", "Fri, 30 Jun 2017 10:00:60 GMT",
    ]
)  # fmt: skip
ELEMENT = st.one_of(
    st.builds("<title>{}</title>".format, TEXT),
    st.builds("<link>{}</link>".format, ADDRESS),
    st.builds(
        "<guid{}>{}</guid>".format, st.sampled_from(["", ' isPermaLink="false"', ' isPermaLink="true"']), ADDRESS
    ),
    st.builds("<pubDate>{}</pubDate>".format, DATE),
    st.builds("<category{}>{}</category>".format, st.sampled_from(["", ' domain="d"', ' domain=""', ' x="y"']), TEXT),
    st.builds("<dc:creator>{}</dc:creator>".format, TEXT),
    st.builds("<description>{}</description>".format, TEXT),
    st.builds("<content:encoded>{}</content:encoded>".format, TEXT),
    st.builds("<comments>{}</comments>".format, ADDRESS),
    st.builds("<slash:comments>{}</slash:comments>".format, TEXT),
)
UNUSUAL = st.one_of(
    st.builds("<author>{}</author>".format, TEXT),
    st.builds("<dc:date>{}</dc:date>".format, DATE),
    st.builds('<enclosure url="{}" type="audio/mpeg"/>'.format, ADDRESS),
    st.builds('<media:content url="{}" medium="image"/>'.format, ADDRESS),
    st.builds('<atom:link href="{}" rel="{}"/>'.format, ADDRESS, st.sampled_from(["self", "alternate"])),
    st.builds("<{0}>{1}</{0}>".format, st.sampled_from(["Title", "subtitle", "link", "summary", "foo"]), TEXT),
    TEXT,
)
CHANNEL = st.one_of(
    st.builds("<title>{}</title>".format, TEXT),
    st.builds("<link>{}</link>".format, ADDRESS),
    st.builds("<description>{}</description>".format, TEXT),
    st.builds(
        '<atom:link href="{}" rel="{}"/>'.format, ADDRESS, st.sampled_from(["self", "next", "prev-archive", "hub"])
    ),
    st.builds("<ttl>{}</ttl>".format, st.sampled_from(["60", "", "-1", "many"])),
    st.builds("<sy:updatePeriod>{}</sy:updatePeriod>".format, st.sampled_from(["hourly", " daily\n", "never"])),
    st.builds("<sy:updateFrequency>{}</sy:updateFrequency>".format, st.sampled_from(["1", "0", "x"])),
    st.just(
        "<image><url>https://slow.example/i.png</url><title>Image</title><link>https://slow.example</link></image>"
    ),
    st.builds("<lastBuildDate>{}</lastBuildDate>".format, DATE),
    st.builds("<generator>{}</generator>".format, TEXT),
    st.builds("<category>{}</category>".format, TEXT),
)
MOSTLY = st.one_of(ELEMENT, ELEMENT, ELEMENT, ELEMENT, ELEMENT, ELEMENT, ELEMENT, ELEMENT, UNUSUAL)
ITEM = st.builds(lambda elements: f"<item>{''.join(elements)}</item>", st.lists(MOSTLY, max_size=8))
FEED = st.builds(lambda parts: HEAD + "".join(parts) + TAIL, st.lists(st.one_of(CHANNEL, ITEM, ITEM), max_size=6))


@given(FEED)
@settings(deadline=None)
def test_any_feed_gives_the_same_articles(feed: str) -> None:
    content = feed.encode()
    assert parsed(content) == by_feedparser(content)


def test_feeds_with_faults_give_the_same_articles() -> None:
    source = (DATA / "wordpress.xml").read_text("utf-8")
    rng = random.Random(1)
    for _ in range(150):
        text = source
        for _ in range(rng.randint(1, 3)):
            start = rng.randrange(len(text))
            end = start + rng.choice([1, 1, 5, 50])
            other = rng.randrange(len(text))
            text = text[:start] + rng.choice(["", "&", "<", text[other : other + 20]]) + text[end:]
        content = text.encode()
        assert parsed(content) == by_feedparser(content)


@pytest.mark.parametrize(
    "item",
    [
        "<title>One</title><title>Two</title>",
        "<description>d</description><media:content url='https://slow.example/a.png'/>",
        "<title>One <b>bold</b></title>",
        "<title>&lt;b>bold&lt;/b></title>",
        "<content:encoded>c</content:encoded><description>d</description>",
        "<pubDate>last week</pubDate>",
        "<guid>1234</guid>",
    ],
)
def test_what_is_not_usual_is_left_to_feedparser(item: str) -> None:
    assert not is_usual(f"{HEAD}<title>T</title><item>{item}</item>{TAIL}".encode())


def test_faults_are_left_to_feedparser() -> None:
    assert not is_usual(f"{HEAD}<title>A & B</title>{TAIL}".encode())
    assert not is_usual(f"{HEAD}<title>cut off".encode())
    assert read_usual(f"{HEAD}<title>\ud800</title>{TAIL}") is None
