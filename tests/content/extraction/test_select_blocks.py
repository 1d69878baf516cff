"""What is taken for the article of a page, feature by feature; the evaluation measures how well they do together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tuireader.content.dom.sanitize import PARTIAL, plain_text
from tuireader.content.extraction import extract
from tuireader.content.extraction.extract import extract_article, joined

URL = "https://page.example/2026/harbour/"
SENTENCE = "The {} boat came in before noon, with half of its nets torn, and nobody on the quay asked why. "
TEXT = [SENTENCE.format(word) * 2 for word in ("first", "second", "third", "fourth", "fifth")]
BODY = "".join(f"<p>{each}</p>" for each in TEXT)
NOTE = 'Note: the board had its reasons for this decree, see <a href="/minutes">its minutes</a>.'
QUESTIONS = ("Does it close at night?", "Is there a fee for small boats?", "Who mends the nets?")
COMMENTS = f'<section class="comments"><h3>Comments</h3><p>{"I was there, and I say no. " * 200}</p></section>'
TEASERS = "".join(
    f'<div class="x"><a href="/{n}"><h3>Another story about the weather, number {n}</h3></a><p>It rained, and then it '
    f"did not rain, says a man who counts such days ({n}).</p></div>"
    for n in range(8)
)


def text_on(body: str, *, head: str = "<title>The harbour</title>", excerpt: str = "") -> str:
    found = extract_article(f"<html><head>{head}</head><body>{body}</body></html>", URL, excerpt=excerpt)
    assert found is not None
    return plain_text(found.html)


WHOLE = plain_text(BODY)


@pytest.mark.parametrize(
    "page",
    [
        "<main><article><h1>The harbour</h1>{}</article></main>",
        "<div><div><h1>The harbour</h1><div>{}</div></div></div>",
        '<div class="elementor-widget"><div class="elementor-widget-container">{}</div></div>',
        '<div class="sidebar-right no-ads">{}</div>',
        '<div class="is-paywall">{}</div>',
        '<main class="hasSidebar">{}</main>',
        '<article class="node node--promoted">{}</article>',
        '<article class="post category-newsletter tag-social-media">{}</article>',
        '<div class="Layout--sidebarPosition-end">{}</div>',
        '<article class="paywall"><h1>The harbour</h1>{}</article><footer>'
        + "<p>Read at sea, by many.</p>" * 40
        + "</footer>",
        '<div class="newsletter">{}</div><ul class="menu">' + '<li><a href="/x">Elsewhere</a></li>' * 90 + "</ul>",
        '<form action="/">{}</form>',
        '<div id="app" aria-hidden="true"><h1>The harbour</h1>{}</div>',
        "<main hidden>{}</main>",
        '<article>{}</article><div class="cards">' + TEASERS + "</div>",
        "<article>{}<h2>Related articles</h2>" + TEASERS + "</article>",
        '<article>{}<section class="comments"><h3>Comments</h3><p>'
        + "I was there, and I say no. " * 200
        + "</p></section></article>",
        '<nav><a href="/">Home</a></nav><main>{}</main><footer>All rights reserved.</footer>',
        '<div role="dialog"><h2>Sign up</h2><p>Every Sunday, the best of the harbour, free.</p></div><main>{}</main>',
        '<article><p style="display: none">Nobody sees this sentence, which is quite long.</p>{}</article>',
        '<article><p class="sr-only">Opens in a new window</p>{}</article>',
    ],
)
def test_text_is_whole_and_nothing_else(page: str) -> None:
    assert text_on(page.format(BODY)) == WHOLE


@pytest.mark.parametrize(
    "between",
    [
        '<p class="ad">Advertisement</p>',
        "<div>Article continues below</div>",
        '<aside class="related"><p>More of the same, and more of it than anybody could want to read.</p></aside>',
        '<form class="newsletter"><p>Our letter comes every Sunday and costs nothing.</p><input></form>',
        '<div class="share-bar"><a href="https://facebook.com/sharer">Facebook</a><a href="/x">X</a></div>',
        '<div class="post-meta">5 April 2023 by Ida Brandt</div>',
        f'<div class="river">{TEASERS}</div>',
    ],
)
def test_what_is_set_in_between_is_not_the_article(between: str) -> None:
    page = "".join(f"<p>{each}</p>{between if n == 2 else ''}" for n, each in enumerate(TEXT))
    assert text_on(f'<main><div class="article-body"><h1>The harbour</h1>{page}</div></main>') == WHOLE


@pytest.mark.parametrize(
    "between",
    [
        "<pre>one\ntwo</pre>",
        "<table><tr><th>Boat</th><th>Nets</th></tr><tr><td>Ida</td><td>3</td></tr></table>",
        "<figure><img src='/a.png'><figcaption>The quay at night</figcaption></figure>",
        "<ul><li>One net</li><li>Two nets</li></ul>",
        "<blockquote><p>Nobody asked.</p></blockquote>",
        "<dl><dt>Net</dt><dd>What fish are in</dd></dl>",
        "<details><summary>What is a net?</summary><p>What fish are in.</p></details>",
        '<aside class="callout"><p>A net is what fish are in.</p></aside>',
        "<h2>In the evening</h2>",
        f'<div><div class="template-box">{NOTE}</div></div>',
        '<ul class="wp-block-list">'
        + "".join(f'<li>{net} and <a href="/nets/{net}">whatever a boat needs</a></li>' for net in ("Cod", "Eel"))
        + "</ul>",
        *(
            "<ul>" + "".join(f'<li class="item"><a href="{link}">{ask}</a>{told}</li>' for ask in QUESTIONS) + "</ul>"
            for link, told in (("#", "<div><p>Only on Sundays, says the board.</p></div>"),)
        ),
        "<table><tr><th>Boat</th><th>Nets</th></tr>"
        + "".join(
            f'<tr><td><a href="/b/{n}">The boat Ida {n}</a></td><td>It has three of them.</td></tr>' for n in "12345"
        )
        + "</table>",
        "".join(
            f"<figure><img src='/{n}.png'><figcaption><p>The quay by night, again.</p>"
            f'<p><a href="/people/{n}">Photograph by Ida</a></p></figcaption></figure>'
            for n in "123"
        ),
        '<section id="sign-up-for-a-berth-indexable"><h2>Sign up for a berth</h2><p>Ask on the quay.</p></section>',
        f'<div class="table-of-text toc"><p>{SENTENCE.format("sixth") * 6}</p><h2>Later</h2></div>',
    ],
)
def test_what_belongs_to_it_stays(between: str) -> None:
    page = "".join(f"<p>{each}</p>{between if n == 2 else ''}" for n, each in enumerate(TEXT))
    found = text_on(f"<main><h1>The harbour</h1>{page}</main>")
    assert found == plain_text(page)


def test_the_standfirst_between_title_and_text_stays_and_the_byline_goes() -> None:
    lead = "Half of the nets are torn, and nobody says by what."
    for header in (
        f'<header class="article-header"><h1>The harbour</h1><p class="x">{lead}</p></header>',
        f'<div class="post-header"><h1>The harbour</h1><h3>{lead}</h3><div>By Ida Brandt | News</div></div>',
        f"<h1>The harbour</h1><div><div>{lead}</div></div><p>5 April 2023</p><div class='share'>Share</div>",
    ):
        assert text_on(f"<article>{header}<div class='post-content'>{BODY}</div></article>") == f"{lead}\n{WHOLE}"


def test_an_article_in_several_containers_is_joined() -> None:
    parts = "".join(f'<section class="chunk"><div><p>{each}</p></div></section>' for each in TEXT)
    assert text_on(f"<main><h1>The harbour</h1>{parts}</main>") == WHOLE


def test_text_without_paragraphs_is_read_as_some() -> None:
    lines = "<br><br>".join(TEXT)
    assert text_on(f"<table><tr><td><font>{lines}</font></td></tr></table>") == WHOLE
    assert text_on(f"<div class='post-body'>{lines}<hr>{lines}</div>") == f"{WHOLE}\n{WHOLE}"


def test_what_a_server_sent_later_stands_in_its_place() -> None:
    page = (
        '<main><h1>The harbour</h1><!--$?--><template id="B:0"></template><p>Loading the article, which takes long</p>'
        f'<!--/$--></main><div hidden id="S:0"><div>{BODY}</div></div><script>$RC("B:0","S:0")</script>'
    )
    assert text_on(page) == WHOLE
    last = "The last boat came in at night, without any light at all."
    later = f'<template id="P:1"></template></div></div><div hidden id="S:1"><p>{last}</p></div><script'
    assert text_on(page.replace("</div></div><script", later)) == f"{WHOLE}\n{last}"


def test_the_excerpt_of_the_feed_says_where_the_text_begins() -> None:
    lead = "Half of the nets are torn, and nobody says by what."
    page = f'<div><div class="summary-box">{lead}</div><div>Photo and words</div></div><div>{BODY}</div>'
    assert text_on(page).splitlines()[0] != lead
    assert text_on(page, excerpt=f"{lead} The …").splitlines()[0] == lead
    notice = "<p>This story is from our archive of stories that are somewhat older than others.</p>"
    before = f"<div>{notice}{BODY}</div>"
    assert text_on(before, excerpt="A text that stands nowhere on this page at all") == plain_text(before)


def test_a_short_article_beside_much_else_is_found() -> None:
    note = "<p>The heron was back on the roof this morning.</p><p>Then it was not.</p>"
    page = (
        f'<article class="h-entry"><h1>The harbour</h1><div class="e-content">{note}</div>'
        f'<footer class="post-meta">5 April 2023</footer></article><aside><h2>About</h2>{BODY}</aside>'
    )
    assert text_on(page) == plain_text(note)


def test_headings_that_stand_alone_at_the_end_go() -> None:
    assert text_on(f"<article>{BODY}<h2>About the author</h2><p>Ida Brandt has a boat.</p></article>") == WHOLE
    assert text_on(f"<article>{BODY}<h2>See you</h2></article>") == WHOLE


def test_items_keep_their_shape() -> None:
    found = extract_article(f"<main>{BODY}<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>{BODY}</main>", URL)
    assert found is not None
    assert "<li>one<ul><li>inner</li></ul></li>" in found.html


@pytest.mark.parametrize(
    "said",
    [
        "Sign up for our newsletter, and never miss a tide.",
        "Follow us on the usual channels!",
        "Suscríbete a nuestro boletín.",
        "We want to hear what you think. Write to the harbour master.",
    ],
)
def test_invitations_at_the_end_go(said: str) -> None:
    assert text_on(f"<article>{BODY}<p>{said}</p></article>") == WHOLE
    assert said in text_on(f"<article>{BODY}<p>{said}</p>{BODY}</article>")


def test_hashes_in_class_names_are_no_words() -> None:
    marked = "".join(
        f'<p class="sc-08ad ad3e790 x9nav-{number}" id="0{number}ad">{each}</p>' for number, each in enumerate(TEXT)
    )
    assert text_on(f"<div>{marked}</div>") == WHOLE


def test_sections_in_containers_of_their_own_are_one_article() -> None:
    rows = "".join(
        f'<div class="row"><div class="col x{number}"><div class="block"><h2>Part {number}</h2><p>{each * 2}</p></div>'
        "</div></div>"
        for number, each in enumerate(TEXT)
    )
    found = text_on(f"<h1>The harbour</h1>{rows}")
    assert all(each.strip() in found for each in TEXT)


@pytest.mark.parametrize(
    "hiding", ['style="display:none"', "hidden", 'aria-hidden="true"', 'class="accordion-body hide"']
)
def test_folded_answers_are_shown(hiding: str) -> None:
    answer = f'<div role="region" aria-labelledby="q1" {hiding}><p>{TEXT[0]}</p></div>'
    found = text_on(
        f'<main><h1>The harbour</h1>{BODY}<h3 id="q1">When does it close?</h3>{answer}<p>{TEXT[1]}</p></main>'
    )
    assert found.count(TEXT[0].strip()) == 2


def test_a_short_panel_with_a_link_is_shown() -> None:
    tabs = "".join(f'<li role="tab" aria-controls="p{n}">{name}</li>' for n, name in enumerate(("Rope", "Chain")))
    note = 'Chains have requirements of their own, see <a href="/chains">Mooring by chains</a>.'
    panels = (
        f'<div role="tabpanel" id="p0"><p>{TEXT[0]}</p></div><div role="tabpanel" id="p1" hidden><p>{note}</p></div>'
    )
    found = text_on(f"<main><h1>The harbour</h1>{BODY}<ul>{tabs}</ul>{panels}{BODY}</main>")
    assert f"Chain\n{plain_text(note)}" in found


def test_panels_of_tabs_are_shown_under_the_names_of_their_tabs() -> None:
    tabs = "".join(
        f'<a role="tab" href="#p{n}" aria-controls="p{n}">{name}</a>' for n, name in enumerate(("Rope", "Chain"))
    )
    panels = "".join(
        f'<section role="tabpanel" id="p{n}" {hidden}><p>Moor with it: {TEXT[n]}</p></section>'
        for n, hidden in enumerate(("", 'hidden="hidden" aria-hidden="true"'))
    )
    page = f'<main><h1>The harbour</h1>{BODY}<div role="tablist">{tabs}</div>{panels}<p>{TEXT[2]}</p></main>'
    found = extract_article(f"<html><body>{page}</body></html>", URL)
    assert found is not None
    assert [found.html.count(f"<h4>{name}</h4><p>Moor") for name in ("Rope", "Chain")] == [1, 1]


def test_teasers_that_are_all_of_a_page_are_its_text() -> None:
    assert "Another story about the weather, number 7" in text_on(f"<main><h1>The weather</h1>{TEASERS}</main>")


def test_what_is_marked_as_anything_but_text_is_taken_if_there_is_nothing_else() -> None:
    assert text_on(f'<div class="menu nav"><form class="login">{BODY}</form></div>') == WHOLE


def test_the_names_of_tabs_are_short_and_never_the_panels_themselves() -> None:
    within = "".join(f'<div role="tabpanel" aria-labelledby="t">{each}</div>' for each in TEXT)
    found = extract_article(f'<h1>The harbour</h1><div role="tab" id="t">{within}</div>', URL)
    assert found is not None
    assert plain_text(found.html).count("The first boat") == 2
    long = (
        f'<div role="tab" id="t">{BODY}</div><div role="tabpanel" aria-labelledby="t"><p>Under it. {TEXT[0]}</p></div>'
    )
    assert "<h4>" not in extract_article(f"<main>{long}</main>", URL).html  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["newsletter-signup collapse", "login-modal tab-content", "sr-only faq"])
def test_what_is_folded_beside_the_text_stays_so(name: str) -> None:
    folded = f'<div class="{name}" hidden><p>Get the best stories of the harbour each week, and miss none.</p></div>'
    assert text_on(f"<article>{BODY}{folded}</article>") == WHOLE


@pytest.mark.parametrize("given", ['role="dialog" aria-modal="true" style="display:none"', ""])
def test_the_text_about_cookies_is_no_article(given: str) -> None:
    page = f'<main><h1>404</h1><p>Not found.</p></main><div class="cookie-banner" {given}>{BODY}</div>'
    assert extract_article(f"<html><body>{page}</body></html>", URL) is None


@pytest.mark.parametrize(
    "page",
    [
        f"<h1>x</h1><b role=tab id=t>How</b><div role=tabpanel aria-labelledby=t>\x0c<p>{TEXT[0]}</p></div>",
        f"<html><head><title>T</title><x-y></x-y></head><body>&#1;\x0b<p>{TEXT[0]}</p></body></html>",
    ],
)
def test_characters_that_xml_forbids_do_no_harm(page: str) -> None:
    found = extract_article(page, URL)
    assert found is not None
    assert "The first boat" in found.html


def test_a_link_with_the_title_within_the_text_is_not_its_title() -> None:
    body = f'<h1>The harbour</h1>{BODY}<p><a href="/harbour.pdf">The harbour</a></p><p>More in the library.</p>'
    assert text_on(f"<article>{body}</article>").startswith(TEXT[0].strip())
    short = f'<h1>The harbour</h1><p>{TEXT[0]}</p><p><a href="/h.pdf">The harbour</a></p><p>More in the library.</p>'
    assert text_on(f"<article>{short}</article>").startswith(TEXT[0].strip())


def test_a_heading_that_is_not_closed_holds_the_article() -> None:
    page = f'<main><h1>The harbour</h1><h2 class="excerpt"><p>All about boats.</p>{BODY}</main>'
    assert text_on(page).splitlines()[1:] == WHOLE.splitlines()


def test_a_page_that_is_cut_may_be_incomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "_TAGS_MAX", 8)
    found = extract_article(f"<title>The harbour</title><body><article>{BODY}</article></body>", URL)
    assert found is not None
    assert found.html.startswith(PARTIAL)


def test_less_than_half_of_the_prose_may_be_incomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    page = f"<title>The harbour</title><body><article>{BODY}</article></body>"
    whole = extract_article(page, URL)
    monkeypatch.setattr(extract, "choose", lambda *_: [number < 2 for number in range(len(TEXT))])
    part = extract_article(page, URL)
    assert whole is not None
    assert part is not None
    assert not whole.html.startswith(PARTIAL)
    assert part.html.startswith(PARTIAL)
    assert PARTIAL in joined([whole, replace(part, html=part.html.replace("boat", "ship"))])[0].html


@pytest.mark.parametrize(
    "question", ["<button>{}</button>", "<button><h3>{}</h3></button>", "<h3><button>{}</button></h3>"]
)
def test_questions_on_buttons_stay_above_their_answers(question: str) -> None:
    asked = "".join(f"<div>{question.format(each)}<div><p>{TEXT[0]}</p></div></div>" for each in QUESTIONS)
    found = text_on(f"<main><h1>The harbour</h1>{BODY}<h2>Questions</h2>{asked}<button>Load more</button></main>")
    assert all(each in found for each in QUESTIONS)
    assert "Load more" not in found


def test_an_answer_that_a_button_unfolds_is_shown_below_it() -> None:
    asked = "".join(
        f'<div><button aria-expanded="false" aria-controls="a{n}"><div><p>{question}</p></div></button>'
        f'<div id="a{n}" style="height:0" aria-hidden="true"><p>{TEXT[n]}</p></div></div>'
        for n, question in enumerate(QUESTIONS)
    )
    found = text_on(f"<main><h1>The harbour</h1>{BODY}<h2>FAQ</h2><div>{asked}</div></main>")
    answered = "".join(f"<p>{question}</p><p>{TEXT[n]}</p>" for n, question in enumerate(QUESTIONS))
    assert found == plain_text(f"{BODY}<h2>FAQ</h2>{answered}")


def test_the_introduction_in_the_header_is_text() -> None:
    contents = "".join(f'<li><a href="#{n}">Part {n}</a></li>' for n in range(9))
    parts = "".join(
        f'<section><h2 id="{n}">Part {n}</h2>{f"<p>{each * 3}</p>" * 4}</section>' for n, each in enumerate(TEXT)
    )
    found = text_on(
        f'<main><div class="layout-header"><h1>The harbour</h1><section><p>{TEXT[0]}</p><p>An example:</p><pre>boat()\n'
        f"</pre><p>{TEXT[1]}</p><p>Each is explained.</p></section></div><aside><nav>{contents}</nav></aside>"
        f'<div class="layout-body">{parts}</div></main>'
    )
    assert found.startswith(TEXT[0].strip())
    assert all(each in found for each in ("An example:", TEXT[1].strip(), "Each is explained."))


def test_text_after_links_to_other_articles_goes_on() -> None:
    links = "".join(
        f'<div><a href="https://other.example/{n}">What the board said on day {n}</a></div>' for n in range(3)
    )
    page = f"{BODY}{BODY}<div><div>See also</div>{links}</div><h2>In the evening</h2>{BODY}"
    found = text_on(f"<article><h1>The harbour</h1>{page.replace('See also', 'Veja também:')}</article>")
    assert found.count(TEXT[4].strip()) == 3
    assert "Veja" not in found


def test_a_title_said_again_within_the_text_is_no_beginning() -> None:
    title, before = "<h1>The harbour</h1>", f"<p>{TEXT[0]}</p><p>{TEXT[1]}</p>"
    page = f"<header>{title}</header><div class='post-content'>{before}{title}{BODY}</div>"
    assert text_on(page).count(TEXT[0].strip()) == 2


def test_a_part_like_that_of_the_text_goes_on_after_a_note() -> None:
    part = '<div class="grid"><div class="grid--item article__body"><div class="inner">{}</div></div></div>'
    offer = '<div class="ad-wrap"><p>Advertisement</p></div>'
    rest = "".join(f"<p>{SENTENCE.format(word) * 2}</p>" for word in ("sixth", "seventh"))
    found = text_on(f"<h1>The harbour</h1>{part.format(BODY * 3)}{offer}{part.format(rest)}")
    assert all(f"The {word} boat" in found for word in ("sixth", "seventh"))


def test_the_standfirst_below_a_title_in_the_same_part_stays() -> None:
    lead = 'Half of the nets are torn, and <a href="/board">the board</a> says nothing.'
    head = f'<h1>The harbour</h1><div>5 April 2023</div><div class="card">{lead}</div>'
    assert text_on(f"<div class='x'>{head}{BODY}</div>") == f"{plain_text(lead)}\n{WHOLE}"


def test_an_excerpt_from_the_middle_of_the_text_takes_nothing_from_what_precedes() -> None:
    middle = "And then the excerpt begins, which says something else than the beginning."
    page = f"<article><h1>The harbour</h1>{BODY}<div>Findings:</div><p>{middle}</p>{BODY}</article>"
    assert "Findings:" in text_on(page, excerpt=middle)


def test_a_section_right_after_the_text_stays() -> None:
    rest = f'<h2>In the evening</h2><div class="options"><p>{SENTENCE.format("sixth") * 3}</p></div>'
    assert "The sixth boat" in text_on(f"<main><h1>The harbour</h1>{BODY * 3}<div>{rest}</div></main>")


def test_lists_of_links_under_lines_within_the_text_stay() -> None:
    tasks = [f"Give yourself time {n}" for n in range(5)]
    items = "".join(f'<li><a href="/guides/{n}">{task}</a></li>' for n, task in enumerate(tasks))
    lists = f"<p>Two months before</p><ul>{items}</ul><p>Moving day</p>"
    found = text_on(f"<article><h1>The harbour</h1>{BODY}{lists}{BODY}</article>")
    assert all(task in found for task in tasks)


def test_text_of_a_kind_stays_with_some_links() -> None:
    def grid(text: str) -> str:
        return f'<div class="grid"><div class="cell"><div class="text">{text}</div></div></div>'

    line = 'Check out our <a href="/list">checklist of moving</a> for a timeline and resources. Here is a rough one:'
    parts = "".join(grid(f"<p>{each}</p>") for each in (*TEXT, f"<span>{line}</span>", *TEXT))
    assert plain_text(line) in text_on(f"<article><h1>The harbour</h1>{parts}</article>")


def test_names_that_are_links_stay_where_most_of_their_kind_are_chosen() -> None:
    def method(name: str, text: str) -> str:
        return f'<div class="methods"><section class="method"><h4 class="name">{name}</h4></section>{text}</div>'

    methods = "".join(method(f"fn name_{n}(&amp;self) of the board", f"<p>{each}</p>") for n, each in enumerate(TEXT))
    linked = "".join(method(f'<a href="/{n}">fn {n}(&amp;self)</a>', f'<a href="/{n}">Read {n}</a>') for n in "abcd")
    assert "fn d(&self)" in text_on(f"<main><h1>The harbour</h1>{BODY}{methods}{linked}{methods}{BODY}</main>")


def test_text_in_a_box_of_links_to_other_articles_stays() -> None:
    links = "".join(
        f'<div class="rel"><a href="/other/{n}">How to save money on number {n}</a></div>' for n in range(5)
    )
    box = f'<div id="more-on-boats"><div id="more-on-boats-related">{links}</div><div>{BODY}</div></div>'
    found = text_on(f"<article><h1>The harbour</h1>{BODY * 3}{box}<p>{SENTENCE.format('sixth')}</p></article>")
    assert found.count(TEXT[2].strip()) == 4
    assert "save money" not in found


@pytest.mark.parametrize("marked", [' class="title"', ""])
def test_linked_names_of_entries_stay(marked: str) -> None:
    def entry(name: str, text: str) -> str:
        likes = '<p class="share-likes"><a href="/like">327 likes</a></p>'
        head = f'<div{marked}><div><h2{marked}><a href="/{name}">{name}</a></h2></div>{likes}</div>'
        return f'<li>{head}<div><p>{text}</p></div><div><a href="/{name}/more">20 like {name}</a></div></li>'

    names = ("Logseq", "Joplin", "Obsidian", "Anytype", "Trilium")
    cards = "".join(map(entry, names, TEXT))
    found = text_on(f"<main><h1>The harbour</h1>{BODY}<ol>{cards}</ol></main>")
    assert all(f"{name}\n" in found for name in names)


def test_a_list_right_below_a_heading_of_the_text_stays() -> None:
    things = ("1 cup of starch", "3/4 cup of chocolate", "50 g of butter")
    items = "".join(
        f'<li><input type="checkbox"><label class="options">{each}</label></li><div></div>' for each in things
    )
    parts = f'<h2>What is needed</h2><div class="options"><ul class="rating">{items}</ul></div><h2>How it is made</h2>'
    head = '<title>The harbour</title><meta name="keywords" content="cup, butter">'
    found = text_on(f"<main><h1>The harbour</h1>{parts}{BODY}</main>", head=head)
    assert all(each in found for each in things)


def test_a_line_with_a_title_between_parts_of_the_text_stays() -> None:
    line = f'<div class="options">{SENTENCE.format("tenth") * 2}</div>'
    part = f'<div class="part"><div class="text">{BODY}</div></div>'
    parts = f'{part}<div class="slide"><div class="options">Values</div>{line}</div>{part}{part}'
    assert f"Values\n{plain_text(line)}" in text_on(f"<h1>The harbour</h1><div>{parts}</div>")


def test_a_sentence_that_goes_on_after_a_link_stays_whole() -> None:
    rest = "or elsewhere, and the rest of this sentence is long enough to be a text of its own, which is meant."
    link = '<a href="/shop"><b><font>the shop</font></b></a>'
    start = f"<b><font>{TEXT[0]}<br><br>{TEXT[1]} They can be had at </font></b>"
    parts = "".join(f"<div>{each}</div>" for each in (f"<p>{start}{link}<b><font> {rest}</font></b></p>", BODY, BODY))
    assert rest in text_on(f"<h1>The harbour</h1><table>{parts}</table>")


def test_a_term_with_an_id_of_its_words_stays() -> None:
    terms = "".join(f'<dt id="{each}-ad-hoc">The {each} boat</dt><dd>{TEXT[0]}</dd>' for each in ("slow", "fast"))
    assert "The fast boat" in text_on(f"<article><h1>The harbour</h1>{BODY}<dl>{terms}</dl>{BODY}</article>")


def test_an_entry_of_a_list_stays_if_it_is_the_name_of_a_category() -> None:
    things = ("250 g flour", "eggs", "65 g butter", "1 pinch of salt", "2 cups of milk", "1 lemon")
    head = '<title>The harbour</title><meta name="keywords" content="eggs, cakes">'
    items = "".join(f"<li>{each}</li>" for each in things)
    page = f"<article><h1>The harbour</h1><p>{TEXT[0]}</p><ul>{items}</ul>{BODY}</article>"
    assert "eggs" in text_on(page, head=head)


def test_who_paid_for_the_article_is_said_at_its_end() -> None:
    paid = "*This post was written in partnership with the board of the harbour."
    end = f'<h2>You may also like</h2><p><a href="/2">Another story</a></p><p><em>{paid}</em></p>'
    found = text_on(f"<article><h1>The harbour</h1>{BODY * 2}{end}</article>")
    assert found.endswith(paid)
    assert "Another story" not in found


def test_a_shortened_figure_stays_with_its_label() -> None:
    rows = ((f"{number}k", f"boats {word} each year") for number, word in enumerate(("built", "sold", "lost"), 20))
    figures = "".join(
        f'<div class="row"><div>{label}</div><div class="value">{each}</div></div>' for each, label in rows
    )
    assert "21k" in text_on(f"<article><h1>The harbour</h1>{BODY}<div class='rows'>{figures}</div>{BODY}</article>")


def test_the_messages_of_a_wiki_about_its_article_stay() -> None:
    message = '<div class="noprint template-message"><p><b>The accuracy of this section is disputed.</b></p></div>'
    page = f'<article><h1>The harbour</h1>{BODY}{message}<div class="noprint">Portal of boats</div>{BODY}</article>'
    found = text_on(page)
    assert "is disputed" in found
    assert "Portal" not in found


def test_a_note_below_the_text_in_a_footer_stays() -> None:
    note = "This article was amended on 8 December. An earlier version said that a boat had come in the evening."
    page = f"<main><article><h1>The harbour</h1><div>{BODY}<footer><p>{note}</p></footer></div></article></main>"
    found = text_on(
        f"{page}<footer><p>All rights reserved, to all who read at sea, and on land, by the board.</p></footer>"
    )
    assert found.endswith(note)


def test_lists_in_the_cells_of_a_table_stay() -> None:
    rows = "".join(f"<tr><th>Fact {n}</th><td>The value of it {n}</td></tr>" for n in range(5))
    listed = "".join(f'<li><a href="/{each}">The {each}</a></li>' for each in ("board", "guild"))
    rows += f'<tr><th><a href="/d">Divisions</a></th><td><div class="plainlist"><ul>{listed}</ul></div></td></tr>'
    table = (
        f"<table class='infobox'><caption>Harbour</caption>{rows}<tr><th>Website</th><td>h.example</td></tr></table>"
    )
    head = '<title>The harbour</title><meta name="keywords" content="The board, The guild">'
    found = text_on(f"<main><h1>The harbour</h1>{table}{BODY}</main>", head=head)
    assert all(each in found for each in ("The board", "The guild"))
