"""Lists of feeds, as several programs write them."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.errors import NotAFeedListError
from tuireader.feeds import opml
from tuireader.feeds.opml import LIMIT, Outline, read_list, write_opml
from tuireader.text.printable import printable

NESTED = b"""<?xml version="1.0" encoding="utf-8"?>
<opml version="2.0"><head><title>Subscriptions</title></head><body>
<outline text="News &amp; Views">
  <outline type="rss" text="The Review" xmlUrl="https://review.example/feed" htmlUrl="https://review.example/"/>
  <outline text="World"><outline type="rss" title="A/B" xmlUrl=" https://ab.example/atom.xml "/></outline>
</outline>
<outline type="rss" text="\xc3\x85ngstr\xc3\xb6m \x1b[31m" xmlUrl="https://angstrom.example/feed?a=1&b=2"/>
<outline type="rss" text="Again" xmlUrl="https://review.example/feed"/>
<outline text="An empty folder"/>
</body></opml>"""


def read_opml(content: bytes) -> list[Outline]:
    return read_list(content).outlines


def test_feeds_with_their_titles_and_folders() -> None:
    assert read_opml(NESTED) == [
        Outline("https://review.example/feed", "The Review", "News & Views"),
        Outline("https://ab.example/atom.xml", "A/B", "News & Views/World"),
        Outline("https://angstrom.example/feed?a=1&b=2", "Ångström [31m", ""),
    ]


def test_what_is_broken_is_read_as_far_as_it_goes() -> None:
    assert [outline.title for outline in read_opml(NESTED[: NESTED.index(b'<outline text="An empty')])] == [
        "The Review",
        "A/B",
        "Ångström [31m",
    ]


BOMB = (
    b'<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(12))
    + b']><opml version="2.0"><body><outline type="rss" text="&m;" xmlUrl="https://e.example/f"/></body></opml>'
)


def test_entities_are_not_multiplied() -> None:
    (outline,) = read_opml(BOMB)
    assert outline.url == "https://e.example/f"
    assert len(outline.title) < 100


@pytest.mark.parametrize(
    "content", [b"", b"words", b"\x00\xff" * 99, b"<html><p>No list</p>", b"<opml/>", b" " * (LIMIT + 1)]
)
def test_what_is_no_list_is_said(content: bytes) -> None:
    with pytest.raises(NotAFeedListError):
        read_opml(content)


NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp")), min_size=1, max_size=12
).map(lambda name: " ".join(name.split()))
OUTLINES = st.lists(
    st.builds(
        Outline,
        url=st.integers(1, 10**6).map("https://example.org/{}/feed?a=1&b=2".format),
        title=NAMES.filter(bool),
        folder=st.lists(NAMES.filter(lambda name: name and "/" not in name), max_size=3).map("/".join),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda outline: outline.url,
)


@given(OUTLINES)
def test_what_is_written_is_read_again(outlines: list[Outline]) -> None:
    written = write_opml("Subscriptions", outlines, datetime(2026, 1, 15, tzinfo=UTC))
    read = {outline.url: outline for outline in read_opml(written)}
    assert {url: (outline.title, outline.folder) for url, outline in read.items()} == {
        outline.url: (printable(outline.title), printable(outline.folder)) for outline in outlines
    }


LISTS = sorted((Path(__file__).parents[1] / "data" / "opml").glob("*.xml"))


@pytest.mark.parametrize("path", LISTS, ids=[path.stem for path in LISTS])
def test_lists_as_programs_write_them(path: Path) -> None:
    """Two feeds, the first in a folder with an ampersand; what else a program says is named, or there."""
    listed = read_list(path.read_bytes())
    by_url = {outline.url: outline for outline in listed.outlines}
    review, notes = by_url["https://review.example/feed/"], by_url["https://notes.example/atom.xml"]
    folder, title = ("", "") if path.stem == "newsboat" else ("News & World", "Notes")  # it writes neither
    assert (review.title, review.folder, notes.title) == ("The Example Review", folder, title)
    said = {each.what for each in listed.left_out}
    assert said == {
        "freshrss": {"frss:cssFullContent", "frss:priority", "frss:xPathItem"},
    }.get(path.stem, set())
    tags = {"feedly": (("Tech",), ()), "categories": ((), ("Ham",)), "gnome-feeds": (("Daily",), ())}
    assert (review.tags, notes.tags) == tags.get(path.stem, ((), ()))


@pytest.mark.parametrize("name", ["akregator", "rssguard"])
def test_a_folder_in_a_folder_and_a_name_with_signs(name: str) -> None:
    by_url = {each.url: each for each in read_opml((LISTS[0].parent / f"{name}.xml").read_bytes())}
    deep = by_url["https://harbour.example/rss"]
    assert (deep.title, deep.folder) == ("Harbour <Weekly>", "News & World/Deep")


@pytest.mark.parametrize("folder", ["News / World", "News/World", "/News", "a//b", "A /B", " "])
def test_folders_come_back_as_they_were(folder: str) -> None:
    outlines = [Outline("https://a.example/f", "A", folder), Outline("https://b.example/f", "B", "X")]
    written = write_opml("T", outlines, datetime(2026, 1, 15, tzinfo=UTC))
    assert [each.folder for each in read_opml(written)] == [folder.strip(), "X"]


def test_a_feed_is_called_by_its_title_and_not_by_what_describes_it() -> None:
    listed = read_list(b"""<opml version="2.0"><body><outline text="All about > it" title='The "A" &amp; B'
        type="rss" xmlUrl="https://a.example/f" own='x>y'/><outline text="T" title="" xmlUrl="https://b.example/f"/>
        <outline title="Folder" text="Other"><outline xmlUrl="https://c.example/f" text="C"/></outline></body></opml>
    """)
    assert [(each.title, each.folder) for each in listed.outlines] == [('The "A" & B', ""), ("T", ""), ("C", "Other")]
    assert [(each.what, each.why) for each in listed.left_out] == [("own", "not supported (in 1 feed)")]


def test_a_list_that_breaks_off_is_said() -> None:
    whole = (LISTS[0].parent / "freshrss.xml").read_bytes()
    assert "the rest" not in [each.what for each in read_list(whole).left_out]
    cut = read_list(whole[: whole.index(b"</body>") - 3])
    assert "the rest" in [each.what for each in cut.left_out]


def test_where_a_feed_stands_comes_before_what_it_is_filed_under() -> None:
    listed = read_opml(b"""<opml version="2.0"><body><outline text="Tech &amp; &#8220;Nerds&#8221;">
        <outline text="A" type="rss" xmlUrl="https://a.example/f?x=1&amp;y=2" category="/Tech/Linux,/geek"/></outline>
        <outline text="B" type="rss" xmlUrl="https://b.example/f" category="/Tech/Linux,geek"/></body></opml>""")
    assert [(each.folder, each.tags) for each in listed] == [
        ("Tech & \u201cNerds\u201d", ("Tech/Linux", "geek")), ("Tech/Linux", ("geek",))
    ]  # fmt: skip


def test_a_list_elsewhere_is_named() -> None:
    listed = read_list(b"""<opml version="2.0"><body><outline text="L" type="include" url="https://a.example/l.opml"/>
        <outline type="rss" xmlUrl="https://b.example/f"/></body></opml>""")
    assert [each.what for each in listed.left_out] == ["https://a.example/l.opml"]


def test_five_thousand_outlines_and_deep_folders_are_read() -> None:
    many = "".join(f'<outline type="rss" text="{n}" xmlUrl="https://{n}.example/f"/>' for n in range(5000))
    deep = "<outline text='d'>" * 500 + many + "</outline>" * 500
    assert len(read_opml(f"<opml version='2.0'><body>{deep}</body></opml>".encode())) == 5000


def test_a_list_without_an_xml_declaration_is_utf8() -> None:
    listed = "<opml version='2.0'><body><outline text='日本'><outline text='Größe' xmlUrl='https://a.example/f'/>"
    (outline,) = read_opml(listed.encode())
    assert (outline.folder, outline.title) == ("日本", "Größe")


def memory_of(content: bytes) -> tuple[list[Outline], int]:
    tracemalloc.start()
    try:
        found = read_opml(content)
        return found, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_folders_in_folders_take_no_memory_of_their_own() -> None:
    """Each feed would have a copy of all folders around it."""
    depth, feeds = 2000, 3
    inner = "".join(
        f'<outline text="Folder {level}">'
        + "".join(f'<outline text="T" xmlUrl="https://e.example/{level}/{n}"/>' for n in range(feeds))
        for level in range(depth)
    )
    content = f"<opml><body>{inner}{'</outline>' * depth}<outline text='Last' xmlUrl='https://e.example/last'/>"
    found, memory = memory_of(content.encode() + b"</body></opml>")
    assert len(found) == depth * feeds + 1
    assert memory < 40 * len(content)
    assert found[0].folder == "Folder 0"
    assert found[-1] == Outline("https://e.example/last", "Last", "")


def test_of_one_feed_in_very_many_folders_some_are_taken() -> None:
    feed = '<outline text="T" xmlUrl="https://e.example/feed"/>'
    content = "".join(f'<outline text="Folder {n}">{feed}</outline>' for n in range(3000))
    (found,) = read_opml(f"<opml><body>{content}</body></opml>".encode())
    assert (found.folder, len(found.tags)) == ("Folder 0", 99)


def test_more_feeds_than_are_taken_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opml, "FEEDS_MAX", 5)
    content = "".join(f'<outline text="T" xmlUrl="https://e.example/{n}"/>' for n in range(9))
    found = read_list(f"<opml><body>{content}</body></opml>".encode())
    assert (len(found.outlines), [each.what for each in found.left_out]) == (5, ["the rest of the list"])


def test_names_of_any_length_are_cut() -> None:
    content = f'<outline text="{"f" * 5000}"><outline text="{"t" * 5000}" xmlUrl="https://e.example/"/></outline>'
    (found,) = read_opml(f"<opml><body>{content}</body></opml>".encode())
    assert (len(found.title), len(found.folder)) == (1000, 1000)
