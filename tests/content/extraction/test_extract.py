from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuireader.content.cleaning.clean import clean
from tuireader.content.dom.sanitize import PARTIAL, plain_text
from tuireader.content.extraction.extract import extract_article
from tuireader.demo.pages import Post, absolute, load_posts
from tuireader.demo.server import answer

DATA = Path(__file__).parent.parent.parent / "data"
URL = "https://page.example/of/the/article/"
SITE = "http://127.0.0.1:8000"


@pytest.mark.parametrize("path", sorted(DATA.glob("page-*.html")), ids=lambda path: path.name)
def test_page_gives_what_stands_beside_it(path: Any) -> None:
    extracted = extract_article(path.read_bytes(), URL)
    assert extracted is not None
    found = json.loads(json.dumps(asdict(extracted), default=datetime.isoformat))
    assert found.pop("is_chosen") is False
    assert found == json.loads(path.with_suffix(".json").read_text("utf-8"))


@pytest.mark.parametrize("post", load_posts(), ids=lambda post: post.slug)
def test_page_of_the_demo_gives_its_article_and_nothing_else(post: Post) -> None:
    found = extract_article(answer(SITE, post.path).body, SITE + post.path)
    assert found is not None
    assert (found.title, found.authors, found.categories) == (post.title, post.authors, post.categories)
    assert found.published == post.published
    text = re.fullmatch(r'<div lang="[\w-]+">(.*)</div>', found.html, re.DOTALL)
    assert text is not None
    assert text[1] == clean(absolute(post.html, SITE), SITE + post.path)


def test_notices_and_forms_are_not_the_article() -> None:
    for path in (DATA / "page-news.html", DATA / "page-old.html"):
        found = extract_article(path.read_bytes(), URL)
        assert found is not None
        text = plain_text(found.html)
        for junk in (
            "Leave a Reply",
            "Akismet",
            "newsletter",
            "More stories",
            "All rights",
            "never slept",
            "Startseite",
        ):
            assert junk not in text


def test_clean_html_stays_as_it_is() -> None:
    found = extract_article((DATA / "page-news.html").read_bytes(), URL)
    assert found is not None
    assert clean(found.html, URL) == found.html


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b" ",
        b"<html></html>",
        b"<html><body><nav><a href='/'>Home</a></nav></body></html>",
        b"\x00\x01\x02\xff\xfe",
        b"{}",
        b"<?xml version='1.0'?><rss/>",
        b"<a " * 10_000,
        b"<div>" * 20_000,
        b"<script>" + b"x" * 100_000,
    ],
)
def test_page_without_article_gives_none(page: Any) -> None:
    assert extract_article(page, URL) is None


@pytest.mark.parametrize("begin", ["<!doctype html><title>A Title</title>", "<html><head><meta charset=utf-8>", ""])
@pytest.mark.parametrize("around", ["article", "main", "section", "div"])
@pytest.mark.parametrize("before", ["", "<header>My Site</header>", "<nav><a href=/>Home</a></nav>"])
def test_a_page_need_not_name_its_body(begin: str, around: str, before: str) -> None:
    text = "".join(f"<p>Paragraph {n} has as many words as an article needs to be one.</p>" for n in range(9))
    page = f"{begin}{before}<{around}><h1>A Title</h1>{text}</{around}><footer>Imprint</footer><script>x()</script>"
    found = extract_article(page, "https://example.org/a")
    assert found is not None
    assert plain_text(found.html).count("Paragraph") == 9
    assert "Imprint" not in found.html


def test_time_is_taken_only_of_the_day_that_was_found() -> None:
    page = (DATA / "page-news.html").read_text("utf-8")
    for text, moment in (
        (page, datetime(2023, 4, 5, 4, 7, 8, tzinfo=UTC)),
        (page.replace("T06:07:08+02:00", ""), datetime(2023, 4, 5, tzinfo=UTC)),
    ):
        found = extract_article(text, URL)
        assert found is not None
        assert found.published == moment


def test_the_days_of_what_a_page_leads_to_are_not_its_own() -> None:
    text = "".join(f"<p>Paragraph {n} has as many words as an article needs to be one.</p>" for n in range(9))
    more = "".join(
        f'<li><a href="/x">Other</a> <time datetime="2026-11-{day}T08:00:00Z"></time></li>' for day in (17, 14)
    )
    page = (
        f"<html><body><main><h1>A Title</h1>{text}</main><section><h2>More posts</h2><ul>{more}</ul></section></body>"
    )
    for url, is_said in (("/2026/10/a-title/", True), ("/2024/05/a-title/", False), ("/2024/a-title/", True)):
        found = extract_article(page, f"https://example.org{url}")
        assert found is not None
        assert (found.published is None) or is_said


def test_part_with_much_else_in_it_is_not_taken_for_the_article() -> None:
    paragraph = (
        "<p>{} is a sentence that belongs to the article and is long enough to be found on the page by its words.</p>"
    )
    article = "".join(paragraph.format(f"Number {number}") for number in range(5))
    teaser = "<div class='x'><a href='/{0}'>Teaser {0} about something else that one may read too</a></div>"
    teasers = "".join(teaser.format(number) for number in range(60))
    page = f"<html><body><div><h1>T</h1>{article}{teasers}</div></body></html>"
    found = extract_article(page, URL)
    assert found is not None
    assert "Number 4 is" in found.html
    assert "Teaser 9" not in found.html


@given(st.binary(max_size=300))
def test_any_page_gives_an_article_or_none(page: Any) -> None:
    for each in (page, b"<html><body><article><p>" + page * 20 + b"</article>"):
        found = extract_article(each, URL)
        assert found is None or plain_text(found.html)


def test_letters_that_grow_in_lower_case_cost_no_word() -> None:
    """A capital I with a dot is two characters in lower case."""
    words = "<p>" + "İstanbul'da sonbahar uzun sürer ve herkes yürür. " * 20 + "</p>"
    page = (
        f"<html><body><article><h1>İstanbul</h1>{words}<script>x()</script>{words}<p>Son.</p></article></body></html>"
    )
    found = extract_article(page.encode(), "https://a.example/2026/istanbul/")
    assert found is not None
    assert found.html.count("sonbahar") == 40
    assert "x()" not in found.html


FONT_PAGES = {
    "a font that is never closed": "<title></title><font>n\n, t n c",
    "text in fonts beside blocks": "<table><tr><td><font>{0}<br><br>{1}</font><p>{2}</p></td></tr></table>",
    "text in fonts in cells": "<table><tr><td>x</td><td><font>{0}<br><br>{1}<br><br>{2}</font></td></tr></table>",
    "text in spans beside blocks": "<div><span>{0}</span><p>{1}</p><b>{2}</b></div>",
}


@pytest.mark.parametrize("page", FONT_PAGES.values(), ids=FONT_PAGES)
def test_text_in_fonts_and_beside_blocks_is_found(page: Any) -> None:
    texts = [f"{word} is a sentence of some length that says a little more than nothing. " * 8 for word in "ABC"]
    found = extract_article(f"<html><title>T</title><body>{page.format(*texts)}</body></html>".encode(), URL)
    if "{" in page:
        assert found is not None
        text = plain_text(found.html)
        for each in texts:
            assert each.strip() in text


def test_what_a_page_says_of_itself_at_length_is_cut() -> None:
    text = "<p>" + "Some words about the harbour and the tide. " * 20 + "</p>"
    metas = f'<meta name="author" content="{"Ida Brandt" + "[" * 50_000}">' + '<meta name="x" content="y">' * 5000
    broken = '<script type="application/ld+json">{"@type":"NewsArticle",' + '"author"' * 20_000 + "</script>"
    heading = f"<h1>The tide{'¶' * 50_000}</h1>"
    head = f"<head><title>The tide</title>{metas}{broken}</head>"
    found = extract_article(
        f"<html>{head}<body><article>{heading}{text}</article></body></html>", "https://example.org/tide"
    )
    assert found is not None
    assert found.title == "The tide"
    assert "harbour" in found.html


UPDATES = [
    {"@type": "BlogPosting", "headline": "Goodnight", "articleBody": "We are back at seven. " * 9,
     "datePublished": "2026-10-06T21:22:53+01:00"},
    {"@type": "BlogPosting", "headline": "The ferry is in", "articleBody": "<p>It came at eight.</p>" * 9,
     "datePublished": "2026-10-06T20:05:00+01:00"},
    {"@type": "BlogPosting", "headline": "Good morning", "articleBody": "We start now. " * 9,
     "datePublished": "2026-10-05T07:00:00+01:00"},
]  # fmt: skip
HEADS = ["6 October 2026 · 21:22 · Goodnight", "20:05 · The ferry is in", "5 October 2026 · 07:00 · Good morning"]


def live(updates: list[dict[str, Any]], shown: str) -> str:
    stated = {"@type": "LiveBlogPosting", "headline": "The storm, live", "liveBlogUpdate": updates}
    page = (
        f'<title>The storm, live</title><script type="application/ld+json">{json.dumps(stated)}</script><article>'
        f"<h1>The storm, live</h1><p>{'The storm comes ashore tonight. ' * 12}</p>{shown}</article>"
    )
    found = extract_article(page, "http://x.example/live")
    assert found is not None
    return found.html


@pytest.mark.parametrize("is_shown", [True, False])
def test_the_updates_of_a_live_blog_have_their_times(*, is_shown: bool) -> None:
    shown = "".join(f"<h3>{each['headline']}</h3><p>{each['articleBody']}</p>" for each in UPDATES) if is_shown else ""
    html = live(UPDATES, shown)
    assert re.findall(r"<h[1-6]>(.*?)</h", html) == HEADS
    assert html.count("It came at eight.") == 9


def test_updates_of_one_headline_have_each_its_own_time_and_headings_keep_their_links() -> None:
    updates = [
        {"headline": "News today", "articleBody": f"Text {n} is here.", "datePublished": f"2026-10-06T1{n}:00:00+00:00"}
        for n in range(3)
    ]
    shown = "".join(f'<h2>News <a href="/n/{n}">today</a></h2><p>Text {n} is here.</p>' for n in range(3))
    html = live(updates, shown)
    assert re.findall(r"\d\d:00", html) == ["10:00", "11:00", "12:00"]
    assert html.count('<a href="http://x.example/n/') == 3


def test_updates_that_the_page_shows_in_another_form_come_once_and_those_that_it_lacks_come_too() -> None:
    updates = [
        {"headline": f"Head {n}", "articleBody": f"Number {n} came in the morning. It went at night {n}."}
        for n in range(6)
    ]
    updates[4]["articleBody"] = "<p>Number four <!-- is hidden"
    shown = "".join(
        f"<p>Number {n} came in the morning.</p><figure><img src='a.png'><figcaption>Sea</figcaption></figure>"
        f"<p>It went at night {n}.</p>"
        for n in range(3)
    )
    html = live(updates, shown)
    assert [html.count(f"Number {n} came in the morning.") for n in range(6)] == [1, 1, 1, 1, 0, 1]
    assert "\x1b" not in live([{"headline": "a \x1b]0;x\x07 b", "articleBody": "Words of it."}], "")


def test_formulas_of_wikipedia_are_there_although_screen_readers_are_given_others() -> None:
    formula = (
        '<span class="mwe-math-element"><span class="mwe-math-mathml-a11y" style="display: none;"><math><mi>N</mi>'
        '</math></span><img class="mwe-math-fallback-image-inline" aria-hidden="true" src="/svg/1" alt="N"></span>'
    )
    words = "Words of the article are here. " * 20
    found = extract_article(f"<article><h1>T</h1><p>A set of {formula} objects. {words}</p></article>", "http://x.org/")
    assert found is not None
    assert "A set of N objects." in found.html


def test_amounts_stay_with_what_they_are_of_and_scripts_are_no_text() -> None:
    words = "Words of the recipe are here. " * 20
    part = '<div class="part"><div class="quantity"><span>{}</span></div><div class="name">{}</div></div>'
    page = (
        f"<article><h1>Cake</h1><p>{words}</p><h2>Ingredients</h2>{part.format('1/4', 'cup butter')}"
        f"{part.format('2', 'cans of pears')}<p>{words}</p>"
        "<script type='text/javascript'/> var secret = JSON.parse('x'); </script><script src='a.js'/><p>The end.</p>"
        "</article>"
    )
    found = extract_article(page, "http://x.org/")
    assert found is not None
    text = " ".join(plain_text(found.html).split())
    assert "1/4 cup butter 2 cans of pears" in text
    assert "secret" not in text
    assert "The end." in text


def test_a_warning_between_paragraphs_is_of_the_article() -> None:
    line = '<p>Paragraph {0} of the wiki has as many words as paragraphs have, and a <a href="/{0}">link</a>.</p>'
    lines = "".join(map(line.format, range(12)))
    box = (
        '<div class="alert box"><strong>Warning</strong><br>While the <a href="/a">first repository</a> is either'
        ' written or <a href="/b">reviewed</a> by its developers, others might contain malicious software.</div>'
    )
    found = extract_article(f"<title>T</title><article><h1>T</h1>{lines}{box}{lines}</article>", "http://x.org/")
    assert found is not None
    assert "malicious software" in found.html


@pytest.mark.parametrize(
    ("ending", "day", "is_article"),
    [
        pytest.param("and then...", "2025-08-24T09:08:55+00:00", True, id="cut"),
        pytest.param("and then…", "2025-08-24T09:08:55+00:00", True, id="cut by one sign"),
        pytest.param("and no more.", "2025-08-24T09:08:55+00:00", False, id="a whole sentence of a site"),
        pytest.param("and then...", "", False, id="without a date"),
    ],
)
def test_the_beginning_of_a_text_that_a_script_loads_is_in_its_description(
    ending: str, day: str, *, is_article: bool
) -> None:
    page = f"""<html><head><title>Which brush? - Forum</title><meta property="og:title" content="Which brush?">
    <meta property="og:description" content="{"I have read about brushes for a week, " * 12}{ending}">
    <meta property="article:published_time" content="{day}"></head><body><section id="main"></section></body></html>"""
    found = extract_article(page, "https://forum.example/t/which-brush/7")
    assert (found is not None) is is_article
    if found is not None:
        assert found.title == "Which brush?"
        assert found.html.startswith(f"{PARTIAL}<p>I have read")
        assert found.html.endswith(f"{ending}</p>")


_STEP = (
    '<div class="step"><div class="no"><p>{0}</p></div><h3 class="head">Step {0}</h3><div class="copy"><div><p>Warm the'
    " milk of step {0}, let the butter melt in it, and stir until all of it is smooth and warm.</p></div></div></div>"
)
_TABLE = '<h3>For part {0}:</h3><table class="amounts"><tbody>{1}</tbody></table>'
_ROWS = "".join(
    f'<tr><td class="v">{n} g</td><td class="n">{what}</td></tr>' for n, what in ((5, "flour"), (6, "salt"))
)
_LINKED = '<tr><td class="v">1 bag</td><td class="n"><a href="/yeast">Own brand of baking yeast</a></td></tr>'
_CONTACT = (
    "<p>Our service answers all of your questions about products, recipes, contents, shops, and complaints.</p>" * 2
)


def test_a_recipe_keeps_its_tables_and_headings_where_another_part_scores_more() -> None:
    tables = "".join(_TABLE.format(n, rows) for n, rows in enumerate((_ROWS, _ROWS + _LINKED, _ROWS)))
    steps = "".join(map(_STEP.format, range(6)))
    page = f"""<title>Muffins</title><body><h1>Muffins</h1><div class="a"><div class="b"><p>For the muffins</p>{tables}
    </div></div><div class="c"><div class="d">{steps}</div></div>
    <div class="flyout"><div class="text">{_CONTACT}</div></div></body>"""
    found = extract_article(page, "https://recipes.example/muffins")
    assert found is not None
    assert found.html.count("<td>5 g</td><td>flour</td>") == 3
    assert [f"For part {n}:" in found.html for n in range(3)] == [True] * 3
    assert "Step 3</h3>" in found.html


def test_ingredients_in_a_definition_list_keep_their_amounts_and_names() -> None:
    rows = "".join(
        f'<dd><span class="amount">{n} g</span><div class="what"><a href="/f">{what}</a>{more}</div></dd>'
        for n, what, more in ((80, "oat flakes", ""), (5, "linseed", ", ground"), (2, "apples", ""), (9, "nuts", ""))
    )
    step = "Bring the oats, the linseed and the milk to the boil in a pot, and let all of it simmer for some minutes."
    steps = "".join(f'<div class="step"><p>{step} That was number {n}.</p></div>' for n in range(8))
    page = f"""<title>Porridge</title><body><div class="recipe"><h1>Porridge</h1><p>{step}</p><h2>Ingredients</h2>
    <dl class="ingredients">{rows}</dl><h2>Steps</h2>{steps}</div></body>"""
    found = extract_article(page, "https://recipes.example/porridge")
    assert found is not None
    text = " ".join(plain_text(found.html).split())
    assert "80 g oat flakes 5 g linseed, ground 2 g apples 9 g nuts" in text


def test_a_warning_keeps_its_label_and_all_items() -> None:
    line = "<p>Paragraph {0} of the wiki has as many words as paragraphs have, and tells of the use of it.</p>"
    lines = "".join(map(line.format, range(12)))
    items = (
        (
            "Be careful as you may lock yourself out by this when nobody else is able to enter while you do it and the"
            " account has no password of its own."
        ),
        (
            "If you have made it ask for another password before then do nothing of what is described here and ask"
            " somebody who can still enter it!"
        ),
        'If you are already locked out, see <a href="/p">Password recovery</a> for help.',
    )
    listed = "".join(f"<li>{each}</li>" for each in items)
    box = f'<div class="wiki-template-box wiki-template-box-warning"><strong>Warning</strong> <ul>{listed}</ul></div>'
    found = extract_article(f"<title>T</title><article><h1>T</h1>{lines}{box}{lines}</article>", "http://x.org/")
    assert found is not None
    text = plain_text(found.html)
    assert "Warning" in text
    assert "already locked out, see Password recovery for help." in text


def test_what_has_headings_of_the_same_kind_in_the_main_element_is_of_the_reference() -> None:
    def method(kind: str, name: str) -> str:
        return (
            f'<details class="toggle" open><summary><section class="{kind}">'
            f'<h4 class="code-header">fn {name}(self)</h4></section></summary><div class="docblock">'
            f"<p>Returns the value of {name}, or an error, which says what it was, where it came from, and why.</p>"
            f"<pre>let x = y.{name}();\nassert!(x);</pre></div></details>"
        )

    def part(number: int, count: int) -> str:
        methods = "".join(method("method", f"get_{number}_{n}") for n in range(count))
        return (
            f'<details class="part" open><summary><section class="impl"><h3 class="code-header">impl {number}</h3>'
            f'</section></summary><div class="items">{methods}</div></details>'
        )

    menu = "".join(f'<li><a href="#{n}">get_{n}</a></li>' for n in range(30))
    page = f"""<title>Result</title><body><nav><h3 class="code-header">Methods</h3><ul>{menu}</ul></nav><main>
    <div class="width"><section id="content"><h1>Result</h1><pre>enum Result</pre><details class="top" open>
    <summary>Expand description</summary><div class="docblock"><p>A type for success.</p></div></details>
    <h2 class="section">Implementations</h2><div id="a">{part(0, 25)}{part(1, 2)}</div>
    <h2 class="section">Traits</h2><div id="b">{part(2, 3)}</div></section></div></main></body>"""
    found = extract_article(page, "https://docs.example/result")
    assert found is not None
    text = plain_text(found.html)
    for words in ("enum Result", "A type for success.", "impl 0", "get_0_24", "get_1_1", "Traits", "get_2_2"):
        assert words in text
    assert "Expand description" not in text
    assert "Methods" not in text
