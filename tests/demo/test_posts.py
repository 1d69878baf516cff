"""The magazine as it lies in the package: enough of everything, and nothing broken."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from tuireader.demo.pages import COMMENTS, Post, load_picture, load_posts, parse_post, slugify

CATEGORIES = {
    "Terminals/Shells",
    "Feeds & Protocols",
    "Typography",
    "Offline Reading",
    "日本語",
    "History",
    "How-To",
    "Opinion",
}
AUTHORS = {
    "Zoë Ångström-Díaz",
    "Andrew Marlow",
    "Mina Takahashi 高橋美奈",
    "Yael Ben-Ami",
    "Tomasz Wilk",
    "Priya Raghunathan",
}
VOID = {"img", "br", "hr", "wbr", "col"}

POSTS = pytest.mark.parametrize("post", load_posts(), ids=lambda post: post.slug)


class Balance(HTMLParser):
    """Finds tags that are not closed in the order they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  the signature is HTMLParser's
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def words(post: Post) -> int:
    return len(unescape(re.sub(r"<[^>]+>", " ", post.html)).split())


def having(feature: str) -> list[Post]:
    return [post for post in load_posts() if re.search(feature, post.html)]


def test_there_is_enough_to_read() -> None:
    posts = load_posts()
    assert len(posts) >= 24
    assert {name for post in posts for name in post.authors} == AUTHORS
    assert {name for post in posts for name in post.categories} == CATEGORIES
    for name in CATEGORIES:
        assert sum(name in post.categories for post in posts) >= 2, name
    for name in AUTHORS:
        assert sum(name in post.authors for post in posts) >= 3, name


def test_newest_comes_first_and_no_two_share_an_id_an_address_or_a_moment() -> None:
    posts = load_posts()
    assert [post.published for post in posts] == sorted((post.published for post in posts), reverse=True)
    for fact in ("id", "path", "published", "title"):
        assert len({getattr(post, fact) for post in posts}) == len(posts), fact


def test_the_feeds_ten_newest_show_what_a_reader_must_cope_with() -> None:
    newest = load_posts()[:10]
    assert any(len(post.authors) == 2 for post in newest)
    assert any(not post.authors for post in newest)
    assert any(post.cut for post in newest)
    assert any("<img" in post.html for post in newest)
    assert any("<pre><code class=" in post.html and "<table>" in post.html for post in newest)
    assert any(words(post) >= 6000 for post in newest)
    assert any(re.search("[ぁ-ん]{2}", post.html) and "日本語" in post.categories for post in newest)
    assert any('dir="rtl"' in post.html for post in newest)


def test_pictures_footnotes_definitions_and_numbered_lists_are_there() -> None:
    assert len(having("<img ")) >= 3
    for feature in ("<sup", "<sub>", "<dl>", '<ol start="4">', 'class="footnotes"', "<blockquote>", "<ruby>", "<kbd>"):
        assert having(feature), feature
    assert having(r"<li>(?s:(?!</li>).)*<ul>"), "a list in a list"
    assert having('align="right"'), "a table with a right-aligned column"


@POSTS
def test_a_post_is_sound(post: Post) -> None:
    assert datetime(2024, 3, 1, tzinfo=UTC) < post.published < datetime(2026, 11, 21, tzinfo=UTC)
    assert set(post.authors) <= AUTHORS
    assert post.categories
    assert re.fullmatch(r"[a-z0-9-]+", post.slug)
    checker = Balance()
    checker.feed(post.html)
    checker.close()
    assert (checker.open, checker.wrong) == ([], [])
    assert "<script" not in post.html
    # Straight quotation marks belong to code, and to the markup itself.
    prose = re.sub(r"<(pre|code|kbd)\b.*?</\1>|<[^>]+>", " ", post.html, flags=re.DOTALL)
    assert not re.search("[\"']", unescape(prose))
    assert re.search(r"[^\x00-\x7f]", post.title + prose)


@POSTS
def test_what_a_post_points_to_is_there(post: Post) -> None:
    pages = {other.path for other in load_posts()}
    for target in re.findall(r'(?:href|src)="(/[^"]*)"', post.html):
        if target.startswith("/wp-content/uploads/"):
            assert load_picture(target.rpartition("/")[2]), target
        else:
            assert target in pages | {"/feed/", "/comments/feed/", "/"}, target
    anchors = set(re.findall(r'\bid="([^"]*)"', post.html))
    assert set(re.findall(r'href="#([^"]*)"', post.html)) <= anchors
    for picture in re.findall(r"<img[^>]*>", post.html):
        assert re.search(r'alt="[^"]{20,}"', picture)


def test_every_picture_is_a_small_png_that_some_post_shows() -> None:
    shown = {name for post in load_posts() for name in re.findall(r"/wp-content/uploads/([^\"]+)", post.html)}
    stored = [item for item in (files("tuireader.demo") / "pictures").iterdir() if not item.name.startswith(".")]
    assert {item.name for item in stored} == shown
    assert len(stored) >= 4
    for item in stored:
        data = item.read_bytes()
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        assert struct.unpack(">II", data[16:24]) == (960, 540)
        assert len(data) < 40_000


@pytest.mark.parametrize("name", ["", "nothing.png", "../posts.py", "..", "night-train", "a/b.png", "night-train.png/"])
def test_only_pictures_are_given(name: str) -> None:
    assert load_picture(name) is None


def test_every_comment_belongs_to_a_post() -> None:
    published = {post.slug: post.published for post in load_posts()}
    assert len(COMMENTS) >= 3
    for comment in COMMENTS:
        assert published[comment.slug] < comment.date


def test_a_file_becomes_a_post() -> None:
    head = ("Title: On “Time: A Note”", "Authors: A B; C D ;", "Categories: X/Y; Z & W", "Excerpt: yes")
    text = "\r\n".join((*head, "", "<p>One.</p>", ""))
    post = parse_post("2025-02-03-on-time.html", text, 3)
    assert (post.title, post.authors, post.categories) == ("On “Time: A Note”", ("A B", "C D"), ("X/Y", "Z & W"))
    assert (post.html, post.cut, post.path, post.id) == ("<p>One.</p>\n", True, "/2025/02/on-time/", 25)
    assert post.published.date().isoformat() == "2025-02-03"
    assert 6 <= post.published.hour < 18
    assert post.published == parse_post("2025-02-03-on-time.html", text, 99).published


@pytest.mark.parametrize("name", ["draft.html", "2025-02-hello.html", "2025-02-03-.html"])
def test_a_file_with_a_wrong_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(name)):
        parse_post(name, "Title: T\n\n<p>x</p>", 1)


def test_a_file_without_a_title_is_refused() -> None:
    with pytest.raises(ValueError, match="Title"):
        parse_post("2025-02-03-x.html", "Authors: A\n\n<p>x</p>", 1)


def test_the_teaser_ends_at_the_more_mark_and_the_excerpt_after_55_words() -> None:
    body = "<p>" + " ".join(f"w{n} &amp;" for n in range(40)) + "</p><!--more--><p>rest</p>"
    post = parse_post("2025-02-03-x.html", f"Title: T\n\n{body}", 1)
    assert post.teaser.endswith("</p>")
    assert "rest" not in post.teaser
    assert post.excerpt.startswith("w0 & w1 & ")
    assert len(post.excerpt.removesuffix(" […]").split()) == 55
    assert parse_post("2025-02-03-x.html", "Title: T\n\n<p>a b</p>", 1).excerpt == "a b"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Terminals/Shells", "terminals-shells"),
        ("Feeds & Protocols", "feeds-protocols"),
        ("日本語", "日本語"),
        ("Zoë Ångström-Díaz", "zoe-angstrom-diaz"),
        ("How_To 2", "how-to-2"),
    ],
)
def test_names_in_addresses(name: str, slug: str) -> None:
    assert slugify(name) == slug
