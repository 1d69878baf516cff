from __future__ import annotations

from typing import Any

import pytest
from trafilatura.utils import load_html

from tuireader.content.extraction.metadata import labels, metadata_of, names, title_of

HEAD = "<head><title>Message Passing - The Rust Book</title></head>"
OPEN_GRAPH = '<meta property="og:title" content="Tom &amp; Jerry">'


@pytest.mark.parametrize(
    ("page", "headings", "found", "title"),
    [
        (HEAD, ["Message Passing"], "Keyboard shortcuts", "Message Passing"),
        (HEAD, ["Message  passing!"], None, "Message passing!"),
        (HEAD, ["Introduction"], "The Rust Book", "The Rust Book"),
        (HEAD, [], "Keyboard shortcuts", "Message Passing"),
        (OPEN_GRAPH + HEAD, [], "Keyboard shortcuts", "Tom & Jerry"),
        (OPEN_GRAPH, ["Tom & Jerry"], "x", "Tom & Jerry"),
        ("", ["A heading"], "What was found", "What was found"),
        ("<title></title>", [], None, ""),
        ("<title>Co-operation</title>", [], None, "Co-operation"),
        ("<title>A\x1b]0;x</title>", [], None, "A]0;x"),
    ],
)
def test_titles(page: Any, headings: Any, found: str | None, title: str) -> None:
    assert title_of(page, headings, found) == title


def test_names_and_categories() -> None:
    assert names([" Ida  Brandt", "ida brandt", "", "https://a.example/ida", "Sam\x1b"]) == ("Ida Brandt", "Sam")
    assert labels(["Uncategorized", "News", "news"]) == ("News",)
    assert labels(["Uncategorized"]) == ("Uncategorized",)
    assert labels(["Unkategorisiert", "未分類", "News"]) == ("News",)


def test_the_name_of_a_site_at_the_head_of_a_page_is_no_title() -> None:
    head = "<title>Computing the tide — The Gazette</title>"
    body = "<header><h1>The Gazette</h1></header><div><h2>Computing the tide</h2><h2>The formula</h2></div>"
    tree = load_html(f"<html><head>{head}</head><body>{body}</body></html>")
    assert title_of(head, metadata_of(tree, None).headings, None) == "Computing the tide"
    own = "<title>Computing the tide — The Gazette</title>"
    tree = load_html(f"<html><head>{own}</head><body><header><h1>Computing the tide</h1></header><h2>The formula</h2>")
    assert title_of(own, metadata_of(tree, None).headings, None) == "Computing the tide"


def test_the_mark_of_a_link_to_a_heading_is_no_part_of_it() -> None:
    assert title_of("<title>Computing the tide</title>", ["Computing the tide#"], None) == "Computing the tide"
    assert title_of("<title>Learning C#</title>", ["Learning C#"], None) == "Learning C#"


def test_the_folder_of_a_page_is_no_category_and_tags_have_no_mark() -> None:
    section = '<meta property="article:section" content="posts">'
    tag = '<a rel="tag" href="/tags/snow">#snow</a>'
    tree = load_html(f"<html><head>{section}</head><body><article><h1>x</h1>{tag}</article></body></html>")
    assert metadata_of(tree, None).categories == ("snow",)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        # The name of the site leads home.
        ("The tide | The Gazette", '<h1><a href="/">The Gazette</a></h1><main><h2>The tide</h2><p>x</p></main>'),
        ("The tide | A paper", "<header><nav><h2>A paper</h2></nav></header><main><h2>The tide</h2></main>"),
        # What a theme calls the title, on a page that is called after its site.
        ("The Gazette", '<div class="post-main-title">The tide</div><p>x</p>'),
        ("The tide | Blog", '<h1>Blog</h1><article><h2 class="post_title">The tide</h2></article><article>y</article>'),
        # A wiki's page is called after its address.
        ("tides:the_tide [Wiki]", "<main><h1>The tide</h1><h2>The formula</h2></main>"),
        ("The tide", "<main><h1>The tide<a href='#the-tide'>\uf0c1</a></h1></main>"),
        # That of another post is none.
        (
            "The tide | Blog",
            '<article><p>x</p><nav><a class="post-title">The moon</a></nav><h2>The tide</h2></article>',
        ),
    ],
)
def test_titles_as_generators_write_them(title: str, body: str) -> None:
    page = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    facts = metadata_of(load_html(page), None)
    assert title_of(page, facts.headings, title, own=facts.own_heading) == "The tide"


def test_the_name_of_the_site_where_it_is_known_is_no_title() -> None:
    page = "<title>The Gazette</title>"
    assert title_of(page, ["The Gazette", "The tide"], "The Gazette", site="the gazette") == "The tide"
    assert title_of(page, ["The Gazette"], "The Gazette", site="The Gazette") == "The Gazette"


def test_the_key_words_of_a_wiki_and_the_words_of_links_are_no_names() -> None:
    class Found:
        author, tags, date = "Tags; Ida Brandt", ["tides,the_tide"], None
        categories: tuple[str, ...] = ()

    wiki = '<meta name="generator" content="DokuWiki">'
    facts = metadata_of(load_html(f"<html><head>{wiki}</head><body><p>x</p></body></html>"), Found())
    assert (facts.authors, facts.categories) == (("Ida Brandt",), ())
    assert metadata_of(load_html("<html><body><p>x</p></body></html>"), Found()).categories == ("tides,the_tide",)
