from __future__ import annotations

from typing import Any

import pytest

from tuireader.content.extraction import page_bylines
from tuireader.content.extraction.page import load


def tree(body: str) -> Any:
    return load(f"<html><head><title>x</title></head><body>{body}</body></html>")


def authors(body: str) -> list[str]:
    page = tree(body)
    return page_bylines.Names(page).authors()


def categories(body: str) -> list[str]:
    page = tree(body)
    return page_bylines.Names(page).categories()


def tags(body: str) -> list[str]:
    page = tree(body)
    return page_bylines.Names(page).tags()


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ('<p>By <a rel="author" href="/a">Ida</a> and <a rel="author nofollow" href="/b">Sam</a></p>', ["Ida", "Sam"]),
        ('<p class="wp-block-post-author__name">Ida</p>', ["Ida"]),
        ('<div class="byline">by <span class="author vcard"><a class="fn" href="/a">Ida</a></span></div>', ["Ida"]),
        ('<span class="post-author">Written by Ida</span>', ["Ida"]),
        ('<span class="author">By: Ida</span>', ["Ida"]),
        ('<span itemprop="author" itemscope><span itemprop="name">Ida</span></span>', ["Ida"]),
        ('<span itemprop="author">Ida</span>', ["Ida"]),
        ('<a rel="author" href="/a"></a><a rel="author" href="/a">View all posts by Ida</a>', ["Ida"]),
        ('<div class="comment"><a rel="author" href="/c">Carl</a></div>', []),
        ('<div class="sidebar_content"><article><h1>x</h1><a rel="author" href="/a">Ida</a></article></div>', ["Ida"]),
        ('<a class="author" href="/a">View full profile</a>', []),
        ('<span class="author-name">Written By</span>', []),
        ('<aside><span class="author">Carl</span></aside>', []),
        ('<nav><a rel="author" href="/c">Carl</a></nav>', []),
        ("<p>nobody</p>", []),
        ("<h1>x</h1><div><span>By</span><span>Ida Holm</span></div>", ["Ida Holm"]),
        ("<h1>x</h1><div><div>Written by</div><div>Ida Holm</div></div><p>Ida Holm is a writer.</p>", ["Ida Holm"]),
        ("<h1>x</h1><div><div>Written by</div><div>the way of things</div></div>", []),
        ("<h1>x</h1><ul><li>by <a href='#'>Marketing Team</a></li></ul>", ["Marketing Team"]),
        ("<h1>x</h1><p>Ida Holm | Senior Writer | July 2, 2025</p>", ["Ida Holm"]),
        ("<h1>x</h1><p>Harbour News | Home | July 2, 2025</p>", []),
        ('<div itemprop="author" itemscope><meta itemprop="name" content="Ida"></div>', ["Ida"]),
        ('<p>By <a href="/author/i">Ida Holm</a>, reviewed by <a href="/author/s">Sam Lee</a></p>', ["Ida Holm"]),
        ('<p class="author">About the Author</p>', []),
    ],
)
def test_authors(body: str, names: Any) -> None:
    assert authors(body) == names


@pytest.mark.parametrize("name", ["Toby Smith", "Ruby Tandoh", "Abby Crosby", "Kirby Lee"])
def test_names_that_hold_by_stay_whole(name: str) -> None:
    assert authors(f'<p class="byline"><a rel="author" href="/a">{name}</a></p>') == [name]
    assert authors(f'<p><a rel="author" href="/a">Written by: {name}</a></p>') == [name]


def test_names_by_the_title_go_first() -> None:
    card = '<div><h3>Other</h3><a rel="author" href="/c">Carl</a></div>'
    article = '<article><h1>T</h1><p><a rel="author" href="/i">Ida</a></p></article>'
    assert authors(f"<main>{card}{article}{card}</main>") == ["Ida"]
    assert authors(f"<main>{card}<article><h1>T</h1></article></main>") == ["Carl"]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ('<p>in <a rel="category tag" href="/1">One</a>, <a rel="category tag" href="/2">Two</a></p>', ["One", "Two"]),
        ('<div class="taxonomy-category"><a rel="tag" href="/c/e">Europe</a></div>', ["Europe"]),
        ('<span class="cat-links"><a href="/x">X</a></span><span class="tags-links"><a href="/y">Y</a></span>', ["X"]),
        ('<p><a href="https://a.example/categories/how-to/">How-To</a></p>', ["How-To"]),
        ('<p itemprop="articleSection">News</p>', ["News"]),
        ('<nav><a href="/category/a/">A</a></nav><ul class="widget"><li><a href="/category/b/">B</a></li></ul>', []),
        ('<p><a href="/category/">All categories</a></p>', []),
        ('<p><a rel="tag" href="/tag/y">Y</a></p>', []),
    ],
)
def test_categories(body: str, names: Any) -> None:
    assert categories(body) == names


def test_tags_are_apart_from_categories() -> None:
    body = '<p><a href="/c" rel="category">C</a> <a href="/tags/one/">One</a> <a href="/tags/two/">Two</a></p>'
    assert (categories(body), tags(body)) == (["C"], ["One", "Two"])
    assert tags('<p><a rel="tag" href="/x">X</a></p>') == ["X"]
    assert tags('<ul class="post-tags"><li><a href="/x">X</a></li><li><a href="/y">Y</a></li></ul>') == ["X", "Y"]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('<p class="tracked">By <strong>Ida Berg</strong></p>', ["Ida Berg"]),
        ("<p>\n written by\n  Ida Berg\n  on 2023-06-11</p>", ["Ida Berg"]),
        ("<div>By Ida Berg · 11 June 2023</div>", ["Ida Berg"]),
        ('<address>By <a href="/author/ida.html">Ida</a></address>', ["Ida"]),
        ("<p>By the sea</p>", []),
        ("<p>By Ida Berg we mean nobody in particular, and this goes on for a while.</p>", []),
        ('<aside><p>By Ida Berg</p></aside><div class="sidebar"><a href="/author/sam">Sam</a></div>', []),
    ],
)
def test_a_line_that_says_only_who_wrote_it(line: str, names: list[str]) -> None:
    assert authors(f"<article><h1>x</h1>{line}<p>Words of the article.</p></article>") == names


def test_categories_of_a_wiki_stand_below_it() -> None:
    listed = '<li><a href="/index.php/Category:Code/Python">Code/Python</a></li>'
    label = '<a href="/index.php/Special:Categories">Category</a>: '
    body = f'<h1>x</h1><div class="catlinks"><div class="mw-normal-catlinks">{label}<ul>{listed}</ul></div></div>'
    assert categories(body) == ["Code/Python"]


def test_what_stands_beside_a_post_about_it_is_taken_and_lists_of_the_whole_site_are_not() -> None:
    card = (
        '<div class="sidebar"><div class="ablog__postcard"><h2>19 March</h2><ul><li><a href="/blog/author/ida.html">Ida'
        '</a></li><li><a href="/blog/category/tides.html">Tides</a></li></ul></div></div>'
    )
    assert (authors(card), categories(card)) == (["Ida"], ["Tides"])
    every = '<div><h3>Categories</h3><ul><li><a href="/category/tides">Tides</a></li></ul></div>'
    assert categories(every) == []
    cloud = '<div class="card-tag-cloud"><a href="/tags/tides">Tides</a></div>'
    assert tags(cloud) == []
    assert categories('<div class="post-next-prev"><a href="/category/tides">Tides</a></div>') == []


def test_how_the_main_part_of_a_page_is_called_says_nothing_of_what_is_in_it() -> None:
    assert authors('<main class="has-sidebar"><span class="author-name">Ida</span></main>') == ["Ida"]
    assert tags('<article><nav><nav class="tags"><a rel="tag" href="/tags/tides">Tides</a></nav></nav></article>') == [
        "Tides"
    ]
