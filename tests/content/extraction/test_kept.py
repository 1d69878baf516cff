"""What stands in an article and looks like what stands around one: each was lost once."""

from __future__ import annotations

import itertools
from types import ModuleType

import pytest

from tuireader.content.dom.sanitize import plain_text
from tuireader.content.extraction import agreement, completion, prose, select_blocks
from tuireader.content.extraction.blocks import Blocks
from tuireader.content.extraction.extract import extract_article
from tuireader.content.extraction.page import load

WORDS = "The keeper of the tide house wrote down the height of the water each morning, and read it aloud to nobody. "
PROSE = f"<p>{WORDS * 3}</p>"


def text_of(body: str, head: str = "") -> str:
    page = f"<html lang=en><head><title>The Tide House - A Site</title>{head}</head><body>{body}</body></html>"
    found = extract_article(page, "https://site.example/a")
    assert found is not None
    return plain_text(found.html)


def choice_on(body: str, title: str = "") -> tuple[Blocks, select_blocks._Selection]:
    """The blocks of a page, and a choice of none of them."""
    tree = load(f"<html><body>{body}</body></html>")
    assert tree is not None
    blocks = Blocks(tree)
    return blocks, select_blocks._Selection(blocks, [False] * len(blocks), agreement.ArticleHints(title), [])


def calls_of(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> list[object]:
    """The arguments with which a function of a module is called from now on."""
    calls: list[object] = []
    function = getattr(module, name)

    def counted(argument: object) -> object:
        calls.append(argument)
        return function(argument)

    monkeypatch.setattr(module, name, counted)
    return calls


def article(inner: str, before: int = 4, after: int = 4) -> str:
    text = f"{PROSE * before}{inner}{PROSE * after}"
    return f"<nav><a href='/'>Home</a></nav><article><h1>The Tide House</h1>{text}</article>"


@pytest.mark.parametrize(
    "name",
    [
        "related-work",
        "recommended-configuration",
        "social-history",
        "comments-in-code",
        "sharing-files",
        "cookie-recipe",
    ],
)
def test_sections_named_after_their_headings(name: str) -> None:
    heading = name.replace("-", " ").capitalize()
    section = f"<section id='{name}'><h2>{heading}</h2><p>A section of its own. {WORDS}</p></section>"
    assert "A section of its own." in text_of(article(section))


def test_lists_of_links_that_stand_under_each_heading_of_the_text() -> None:
    links = "<ul><li><a href='/{0}/all'>All about {0}</a></li><li><a href='/{0}/how'>How to make {0}</a></li></ul>"
    parts = "".join(
        f"<h3>{name}</h3><p>{WORDS * 2}For more information, see:</p>{links.format(name)}"
        for name in ("ropes", "chains", "hooks", "nets")
    )
    found = text_of(article(parts))
    for name in ("ropes", "chains", "hooks", "nets"):
        assert f"All about {name}" in found
        assert f"How to make {name}" in found


def test_answers_of_one_kind_are_kept_together_whatever_their_class_and_links() -> None:
    link = "See <a href=/x>the guide</a>. "
    parts = "".join(
        f"<div class='faq-list__block'><b>Question {number}?</b><div><p>{link * (number % 2)}"
        f"Answer {number} is not long, but it is a sentence and a little more.</p></div></div>"
        for number in range(6)
    )
    found = text_of(article(f"<h2>Questions</h2>{parts}", after=0))
    for number in range(6):
        assert f"Question {number}?" in found
        assert f"Answer {number} is not long" in found


def test_amounts_of_ingredients_stay_with_them_in_a_list() -> None:
    space = "\n" + " " * 90
    parts = "".join(
        f'<div itemprop="recipeIngredient"><div class="quantity">{space}<span>{space}{amount}</span>{space}</div>'
        f'<div class="description">{space}<span>{name}</span></div></div>'
        for amount, name in (("1/4", "cup butter"), ("1", "cup of sugar"), ("2", "eggs"))
    )
    page = article(f"<h2>Ingredients</h2><div>{parts}</div>")
    found = extract_article(f"<html><body>{page}</body></html>", "https://site.example/a")
    assert found is not None
    assert "<ul><li>1/4 cup butter</li><li>1 cup of sugar</li><li>2 eggs</li></ul>" in found.html


def test_text_after_links_to_other_articles_goes_on() -> None:
    links = "".join(f"<li><a href='https://other.example/{n}'>Another story, number {n}</a></li>" for n in range(3))
    body = (
        f"<div>{PROSE * 12}<p>Related articles</p><ul>{links}</ul><p>Goes on. {WORDS * 2}</p><p>Ends. {WORDS}</p></div>"
    )
    found = text_of(article(body, 0, 0))
    assert "Goes on." in found
    assert "Ends." in found
    assert "Another story" not in found


@pytest.mark.parametrize("label", ["There is more that I would recommend to read about it:", "You might also like:"])
def test_a_list_of_links_that_the_last_sentence_announces(label: str) -> None:
    links = "".join(f"<li><a href='/{name}'>{name} guide</a></li>" for name in ("Rope", "Chain", "Hook"))
    found = text_of(article(f"<p>{label}</p><ul>{links}</ul>", after=0))
    assert ("Hook guide" in found) is label.startswith("There")


def test_a_chapter_is_no_end_whatever_its_heading() -> None:
    chapter = f"<h2>Additional information</h2><p>The fee.</p>{PROSE * 4}"
    assert "The fee." in text_of(article(chapter, 6, 0))
    about = f"<h2>About the author</h2><p>She writes. {WORDS * 2}</p>"
    assert "She writes." not in text_of(article(about, 6, 0))


def test_a_recommendation_in_an_admonition_is_text() -> None:
    box = f"<div class='admonition recommendation'><p><b>The rope</b> is a strong contender. {WORDS}</p></div>"
    assert "a strong contender" in text_of(article(f"<h3>The rope</h3>{box}"))


def test_a_gallery_that_shows_one_of_its_parts_at_a_time_comes_whole() -> None:
    parts = "".join(
        f"<div class='part hidden' style='display: none'><h2>Part {n}</h2><p>This is {n}. {WORDS}</p></div>"
        for n in range(8)
    )
    found = text_of(f"<article><h1>The Tide House</h1><div class='part'>{PROSE}</div>{parts}</article>")
    assert [number for number in range(8) if f"This is {number}." in found] == [*range(8)]


def test_the_sources_below_a_text_come_all() -> None:
    links = [f"<a href='https://other.example/{n}'>https://other.example/paper/{n}</a>" for n in range(1, 6)]
    numbered = "".join(f"<p>{n} {link}</p>" for n, link in enumerate(links, 1))
    listed = "".join(f"<li>Key, B. ({2000 + n}): {link}</li>" for n, link in enumerate(links, 1))
    for sources in (numbered, f"<ul>{listed}</ul>"):
        found = text_of(article(f"<p>Sources:</p>{sources}", after=0) + "<div class='share'>Share this</div>")
        assert [n for n in range(1, 6) if f"other.example/paper/{n}" in found] == [*range(1, 6)]


def test_boxes_with_lists_that_are_compared_within_the_text() -> None:
    boxes = "".join(
        f"<div class='list-card'><h3>{name} rope</h3><ul><li>Sold by the <a href='/m'>metre</a>, as you like it</li>"
        f"<li>Made for the {name} boats of the harbour</li></ul></div>"
        for name in ("Thin", "Thick", "Wet")
    )
    found = text_of(article(f"<p>Compare the three kinds below.</p><div class='grid'>{boxes}</div>"))
    for name in ("Thin", "Thick", "Wet"):
        assert f"Made for the {name} boats" in found


def test_numbered_notes_before_an_appendix() -> None:
    links = "".join(
        f"<p>({n}) Key, B.: <a href='https://other.example/{n}'>A paper about the tide and its houses</a></p>"
        for n in (1, 2, 3)
    )
    found = text_of(article(f"<div class='list-media'>{links}</div><h2>An interview</h2>"))
    assert [n for n in (1, 2, 3) if f"({n}) Key" in found] == [1, 2, 3]


@pytest.mark.parametrize("word", ["Subscriptions", "Ranking", "Reactions", "Navigation"])
def test_sections_of_documents_with_names_of_one_word(word: str) -> None:
    section = f"<section id='{word.lower()}'><h3>{word}</h3><p>A section of its own. {WORDS}</p></section>"
    assert "A section of its own." in text_of(article(f"<section id='all'><h2>All</h2>{section}</section>"))
    docbook = f"<div class='sect2' id='{word.upper()}'><h3>2. {word}</h3><p>A section of its own. {WORDS}</p></div>"
    assert "A section of its own." in text_of(article(f"<div class='sect1'><h2>All</h2>{docbook}</div>"))


def test_all_sections_of_a_document_also_where_one_has_nearly_all_text() -> None:
    parts = ((1, ""), (2, PROSE * 20), (3, ""))
    sections = "".join(
        f"<div class='sect1'><h2>Part {number}</h2><div class='body'><p>What section {number} says. {WORDS}</p>{more}"
        "</div></div>"
        for number, more in parts
    )
    text = text_of(f"<div id='header'><h1>The Tide House</h1></div><div id='content'>{sections}</div>")
    for number in (1, 2, 3):
        assert f"What section {number} says." in text


def test_cells_without_text_and_with_figures_only() -> None:
    table = "<table><tr><th>Flag<th>Default<th>Sea<tr><td>a<td><td>12.5<tr><td>b<td>x<td>13.25</table>"
    for text in (text_of(article(table)), text_of(article(table, after=0))):
        assert "13.25" in text
    found = extract_article(f"<html><body>{article(table)}</body></html>", "https://site.example/a")
    assert found is not None
    assert "<td>a</td><td></td><td>12.5</td>" in found.html


@pytest.mark.parametrize(
    "last",
    [
        "<p>He went<br>to sea.</p>", "<p>Yours ever,<br>Ida</p>", "<pre>[1, 2, 3, 5, 8]</pre>", "<p>8.5/10</p>",
        "<p>1 + 1 = 2</p>",
    ],
)  # fmt: skip
def test_the_last_lines(last: str) -> None:
    assert plain_text(last).split()[-1] in text_of(article(last, after=0)).split("\n")[-1]


@pytest.mark.parametrize("heading", ["More on lifetimes", "Comments", "Related topics", "About the author"])
def test_headings_after_which_the_article_goes_on(heading: str) -> None:
    text = text_of(
        article(f"<h2>{heading}</h2>{PROSE}<h2>Conclusion</h2><p>So it ended. {WORDS * 2}</p>", before=9, after=0)
    )
    assert "So it ended." in text


@pytest.mark.parametrize(
    ("inner", "kept"),
    [
        ("".join(f"<h2><a href='#s{n}'>Part on item {n}</a></h2>{PROSE}" for n in range(4)), "Part on item 2"),
        ("<ul><li>Facebook<li>Twitter<li>Mastodon</ul>", "Mastodon"),
        ("<ul><li>Save<li>Print<li>Close</ul>", "Print"),
        ("<h3><button>What is a tide?</button></h3>", "What is a tide?"),
        ("<p>Read these:</p><ul><li><a href='/x'>The long book of the sea</a><li><a href='/y'>One of land</a></ul>",
         "The long book of the sea"),
        ("<blockquote><p>The sea gives, and the sea takes away again.</p></blockquote>" * 2, "The sea gives,"),
        ("<p>Form\x0cfeed and\x0bmore</p>loose\x0c text<p>x</p>", "loose"),
        ("<p>loose</p>and&#11;moved &#x1f;text<p>x</p>", "moved"),
    ],
)  # fmt: skip
def test_what_stands_within(inner: str, kept: str) -> None:
    assert kept in text_of(article(inner))


def test_formulas_of_mathjax_are_in_what_it_adds_for_those_who_hear() -> None:
    shown = (
        "<mjx-container class='MathJax' jax='CHTML'><mjx-math aria-hidden='true'><mjx-mi></mjx-mi></mjx-math>"
        "<mjx-assistive-mml><math><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></math>"
        "</mjx-assistive-mml></mjx-container>"
    )
    assert "So E = mc² holds." in text_of(article(f"<p>So {shown} holds.</p>"))


def test_streams_that_come_twice() -> None:
    late = "<div hidden id='S:1'>a</div><div hidden id='S:1'>b</div><template id='B:1'></template>"
    assert WORDS.strip() in text_of(article(late))


def test_facts_below_the_standfirst_are_said_elsewhere() -> None:
    lead = "We turned four cranks some eleven thousand times; one of the four was excellent, one cheap, one beautiful."
    facts = f"<p>{lead}</p><p><span class='author'>Ida Brandt</span></p><p>2024-08-09</p>"
    text = text_of(article(facts, before=0), '<meta name="author" content="Ida Brandt">')
    assert text.startswith(lead)
    assert "2024-08-09" not in text


@pytest.mark.parametrize("label", ["Read", "Watch", "Listen", "See also", "More"])
def test_what_someone_read_elsewhere_is_no_other_article_of_the_site(label: str) -> None:
    line = "<p>{}: <a href='https://{}/x'>A book of tides</a></p>"
    assert "A book of tides" in text_of(article(line.format(label, "other.example")))
    assert "A book of tides" not in text_of(article(line.format(label, "site.example")))


def test_notes_that_stand_outside_of_what_holds_the_text() -> None:
    text = f"<section id='t'><h1>The Tide House</h1>{PROSE * 4}<p>It is old.<a href='#n1'>1</a></p></section>"
    notes = "<aside class='footnote-list'><aside class='footnote' id='n1'><p>As old as the sea.</p></aside></aside>"
    others = "<aside class='footnote-list'><aside class='footnote' id='n7'><p>Of another text.</p></aside></aside>"
    found = text_of(f"<div>{text}{notes}{others}</div>")
    assert "As old as the sea." in found
    assert "Of another text." not in found


def letter(links: str) -> str:
    parts = "".join(
        f"<div class='item'><h3><a href='{links}/{name}'>The {name} of the week, and why</a></h3>"
        f"<p>What was said of the {name}, in a sentence.</p></div>"
        for name in ("harbour", "lighthouse", "railway", "timetable")
    )
    return article(parts)


def test_a_round_up_of_what_others_wrote_is_kept_and_teasers_of_the_site_are_not() -> None:
    kept = text_of(letter("https://elsewhere.example"))
    assert kept.count("of the week, and why") == kept.count("in a sentence") == 4
    for own in ("", "https://site.example", "https://www.site.example", "//site.example"):
        assert "of the week, and why" not in text_of(letter(own))


def test_what_stands_aside_and_leads_nowhere_is_the_authors_remark() -> None:
    remark = "A remark of the author's about clocks, which keep no time near a magnet."
    assert remark in text_of(article(f"<aside><p>{remark}</p></aside>"))
    for more in ("<a href='/more'>More</a>", "<button>Send</button>", "<h3>Newest</h3>"):
        assert remark not in text_of(article(f"<aside><p>{remark}</p>{more}</aside>"))


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("<span aria-hidden=true class=dropcap>T</span><span class=sr-only>T</span>he ship", "The ship"),
        ("<span aria-hidden=true>I</span><span class=visually-hidden>It</span><span aria-hidden=true>t</span> ", "It"),
        ("It costs <span aria-hidden=true>$5</span><span class=sr-only>five dollars</span>.", "It costs $5."),
        ("Go <span aria-hidden=true>&#9733;</span>on", "Go on"),
    ],
)
def test_what_is_drawn_for_the_eye_is_read_where_the_ear_is_told_the_same(start: str, words: str) -> None:
    text = text_of(article(f"<p>{start}, and more of it: {WORDS}</p>"))
    assert f"{words}, and more of it" in text.replace(" ,", ",")


LINKS = "".join(f"<li><a href='{{0}}/{name}'>{name}</a>, old</li>" for name in ("vim", "emacs", "ed", "joe"))

ROWS = "".join(f"<tr><td><a href='/{name}'>{name}</a></td><td>old</td></tr>" for name in ("vim", "emacs", "ed", "joe"))


@pytest.mark.parametrize(
    "part",
    [
        f"<h2>Editors</h2><ul>{LINKS.format('')}</ul>",
        f"<ul>{LINKS.format('https://elsewhere.example')}</ul>",
        f"<p>Here they are.</p><ol>{LINKS.format('')}</ol>",
        f"<div class='chapter'><table><tr><th>Name<th>Age</tr>{ROWS}</table></div>",
    ],
)
def test_lists_and_tables_of_links_within_the_text(part: str) -> None:
    text = text_of(article(part))
    assert all(name in text for name in ("vim", "emacs", "ed", "joe"))


def test_a_list_of_the_sites_articles_within_the_text_is_not_kept() -> None:
    for before in ("", "<h3>Related articles</h3>"):
        text = text_of(article(f"{before}<ul>{LINKS.format('')}</ul>"))
        assert "emacs" not in text
        assert "Related" not in text


def test_first_paragraphs_in_parts_of_their_own() -> None:
    first, second = (f"<div class='par{n}'><p>{n}, the tide. {WORDS}</p></div>" for n in ("One", "Two"))
    text = text_of(f"<h1>The Tide House</h1><div id='all'>{first}{second}<div class='body'>{PROSE * 6}</div></div>")
    assert "One, the tide." in text
    assert "Two, the tide." in text


def test_who_is_quoted_at_the_end() -> None:
    assert text_of(article(f"<blockquote><p>{WORDS}</p></blockquote><p>-- Anna Hess</p>", after=0)).endswith(
        "-- Anna Hess"
    )


def test_a_page_within_something_else() -> None:
    page = f"<DOCUMENT>\n<TYPE>EX-99.1\n<TEXT>\n<HTML><HEAD><TITLE>EX</TITLE></HEAD><BODY>{PROSE * 5}</BODY></HTML>"
    found = extract_article(page, "https://site.example/a")
    assert found is not None
    assert plain_text(found.html).count("keeper") == 15


def test_text_before_the_only_heading_of_a_page_without_title() -> None:
    found = extract_article(
        f"<html><body><p>First of all. {WORDS}</p><h2>Tides</h2>{PROSE * 4}</body></html>", "https://site.example/a"
    )
    assert found is not None
    assert plain_text(found.html).startswith("First of all.")


def test_boxes_of_one_kind_are_kept_together() -> None:
    """Facts beside each of three products, of which the scores find those of the second only."""
    facts = "<p>Weight: {} kg</p><p><a href=/b>Buy it</a></p>"
    box = f"<div class=card><div class=grid><div class=specs>{facts}</div></div></div>"
    blocks, choice = choice_on(f"{''.join(PROSE + box.format(number) for number in (1, 2, 3))}{PROSE}")
    choice.chosen = [block.text.startswith("The keeper") or "2 kg" in block.text for block in blocks]
    choice.complete_kinds()
    assert [block.text for block, one in zip(blocks, choice.chosen, strict=True) if not one] == ["Buy it"] * 3


def test_answers_of_which_each_has_the_name_of_a_link() -> None:
    answers = "".join(f"<div class='ReadMoreAnswer_text__a1'>{PROSE}</div>" for _ in range(4))
    assert text_of(article(answers)).count("read it aloud") == 36


@pytest.mark.parametrize("name", ["visitors_comment_block", "sect_commentlinks", "user-comments"])
def test_comments_longer_than_the_article_never_come(name: str) -> None:
    comments = "".join(
        f"<li class='member'><h4>Reader {n}</h4><p>I do not agree at all. {WORDS * 4}</p></li>" for n in range(30)
    )
    found = text_of(f"{article('', 3, 3)}<div class='{name}'><ul>{comments}</ul></div>")
    assert found.count("keeper") == 18
    assert "I do not agree" not in found


def test_what_a_heading_unfolds() -> None:
    folded = (
        "<h3><button aria-expanded=false>{0}</button></h3><div hidden aria-hidden=true><p>Of {0}: a sentence.</p></div>"
    )
    found = text_of(article("".join(map(folded.format, ("Weight", "Cushioning")))))
    assert "Of Weight: a sentence." in found
    assert "Of Cushioning: a sentence." in found


def test_a_section_that_a_table_of_contents_names() -> None:
    section = f"<div id=toc_ropes><h2>Ropes</h2><p>Of ropes. {WORDS * 2}</p></div>"
    links = "".join(
        f"<li><a href='#toc_{name}'>{name} of the tide house and its keeper</a></li>" for name in ("a", "b")
    )
    found = text_of(article(f"<div class=toc><ul>{links}</ul></div>{section}<p>Loading paragraph...</p>"))
    assert "Of ropes." in found
    assert "b of the tide house" not in found
    assert "Loading" not in found


def test_rows_of_a_list_of_prices() -> None:
    item = "<div class=item><div class={}>{{}}</div></div>"
    row = f"<div class=row>{item.format('what')}{item.format('price')}</div>"
    rows = "".join(itertools.starmap(row.format, (("Install outlets", "$150"), ("Move a lamp", "$89 - $189+")) * 2))
    blocks, choice = choice_on(f"{PROSE}<div class=prices><p>Prices here</p>{rows}</div>{PROSE}")
    choice.chosen = [block.element.tag == "p" for block in blocks]
    choice.complete_rows()
    assert all(choice.chosen)


def test_a_time_below_its_label_is_no_byline() -> None:
    facts = "<div><span>Preparation:</span></div><div>15 min</div><div>Published:</div><div>3 May 2026</div>"
    assert text_of(f"<h1>Porridge</h1><main>{facts}{PROSE}{PROSE}</main>").startswith(
        "Preparation:\n15 min\nThe keeper"
    )


def test_rows_of_which_some_have_one_class_more() -> None:
    rates = "".join(
        f"<h4>Tour {n}</h4><div class='progress{' mb-4' * (n % 2)}'><div class=bar>{n}0%</div></div>" for n in range(6)
    )
    blocks, choice = choice_on(f"{PROSE}<div class=rates>{rates}</div>{PROSE}")
    choice.chosen = [block.element.tag != "div" for block in blocks]
    choice.complete_rows()
    assert all(choice.chosen)


@pytest.mark.parametrize("deep", [1, 4])
def test_questions_with_answers_right_below_the_text(deep: int) -> None:
    asked = "".join(
        f"<li><h3>{name} at night?</h3><div>Only the {name} does, said the keeper of the tide house.</div></li>"
        for name in ("Tide", "Wind")
    )
    rest = "<h2>Read on</h2><p>Why do nets tear?</p><p>They are old.</p>"
    text = f"{'<section>' * deep}{PROSE}{'</section>' * deep}"
    blocks, choice = choice_on(f"<main><div>{text}<h2>FAQ</h2><ul>{asked}</ul>{rest}</div></main>")
    choice.chosen = [block.text.startswith("The keeper") for block in blocks]
    choice.scored = [deep > 1] * len(blocks)
    choice.add_questions()
    assert choice.chosen.index(False) == len(blocks) - 3


@pytest.mark.parametrize(("heading", "is_kept"), [("Tide House FAQs", True), ("What others ask", False)])
def test_questions_with_answers_below_an_advertisement(heading: str, is_kept: bool) -> None:
    asked = "".join(f"<h3>{name} at night?</h3><p>Only the {name} does. {WORDS}</p>" for name in ("Tide", "Wind"))
    calls = "<div><p>Come and see it</p><p>See how the house helps you.</p></div>"
    blocks, choice = choice_on(f"<main><div><div>{PROSE}</div></div>{calls}<h2>{heading}</h2>{asked}</main>")
    choice.chosen = [number == 0 for number in range(len(blocks))]
    choice.add_questions()
    assert choice.chosen == [True, False, False, *[is_kept] * 5]


def test_the_summary_of_an_entry_above_its_facts() -> None:
    facts = "".join(
        f"<dt>{name}</dt><dd>{value}</dd>" for name, value in (("Name", "The Tide House"), ("Built", "1861"))
    )
    summary = f"<div class=summary><div class=para>The summary: {WORDS}</div></div>"
    text = "".join(f"<div class=para>{WORDS * 3}</div>" for _ in range(8))
    page = f"<dd><h1>The Tide House</h1></dd>{summary}<dl>{facts}</dl><ul><li><a href='#1'>1 Past</a></li></ul>{text}"
    blocks, choice = choice_on(page, title="The Tide House")
    choice.chosen = [block.element.tag in {"dt", "dd"} or WORDS * 2 in block.text for block in blocks]
    choice.agreed = [WORDS * 2 in block.text for block in blocks]
    choice.begin_before()
    choice.trim()
    assert plain_text(blocks[choice.numbers()[0]].text).startswith("The summary")


def test_the_five_stars_of_a_rating_are_no_list() -> None:
    stars = "".join(f"<li>{n}</li>" for n in range(1, 6))
    drawn = "".join(f"<li>{n}</li>" for n in (3, 11, 12, 19, 44))
    found = text_of(article(f"<h3>Lamp</h3><ul>{stars}</ul><h3>Numbers drawn</h3><ul>{drawn}</ul>"))
    assert "\n1\n2" not in found
    assert "3\n11\n12\n19\n44" in found


def test_a_text_that_is_all_of_the_other_opinion_ends_where_its_named_body_does() -> None:
    news = "".join(f"<p>10:{n} {WORDS}</p>" for n in range(60))
    blocks, choice = choice_on(f"<div>{PROSE}</div><div>{news}</div>")
    matched = [block.text.startswith("The keeper") for block in blocks]
    choice.agree([True] * len(blocks), list(matched), (), [(0, sum(matched))])
    assert choice.chosen == matched


@pytest.mark.parametrize(("said", "is_kept"), [("Weight: 3 kg, no sound", True), (f"{WORDS}For 3 lamps.", False)])
def test_cards_of_facts_that_are_all_of_a_section(said: str, is_kept: bool) -> None:
    card = f"<li><a href='/p{{0}}'>Lamp {{0}}</a><div>{{0}}: {said}</div><a href='/buy{{0}}'>See price</a></li>"
    cards = "".join(map(card.format, range(1, 6)))
    blocks, choice = choice_on(f"{PROSE}<h2>Our picks</h2><ul>{cards}</ul>{PROSE}")
    around = [number in range(2, len(blocks) - 1) for number in range(len(blocks))]
    choice.around = around
    choice.chosen = choice.agreed = [not out for out in around]
    choice.fill_sections()
    left_out = [block.text for block, one in zip(blocks, choice.chosen, strict=True) if not one]
    assert left_out == ["See price"] * 5 if is_kept else len(left_out) == 15


def test_a_linked_category_that_begins_a_sentence() -> None:
    start = "<p>Welcome to <a href='/tags/tide-week'>Tide Week</a></p><p>, our look back at ten years of the tide.</p>"
    assert "Welcome to Tide Week" in text_of(f"<h1>The Tide House</h1><main>{start}{PROSE * 3}</main>")


def test_the_last_lines_of_a_paragraph() -> None:
    said = f"{WORDS * 3}<br><br>Ann Bell<br><br>PS: It is still there."
    blocks, choice = choice_on(f"<div>{said}</div>")
    choice.chosen = [block.text.startswith("The keeper") for block in blocks]
    choice.add_last_lines()
    assert len(choice.chosen) == 3
    assert all(choice.chosen)


def test_notes_that_a_click_shows() -> None:
    text = f"{PROSE * 3}<p>It was late.<a href='#note-1'><sup>[1]</sup></a></p>{PROSE * 3}"
    notes = "<div style='display:none'><p>Notes</p><ol><li id='note-1'>By the clock of the house.</li></ol></div>"
    assert "By the clock" in text_of(f"<h1>The Tide House</h1><main>{text}{notes}</main>")
    assert "By the clock" not in text_of(f"<h1>The Tide House</h1><main>{text}{notes.replace('note-1', 'x')}</main>")


def test_the_stories_of_a_letter_of_which_one_opinion_has_the_first_and_the_other_none() -> None:
    def story(number: int) -> str:
        words = f"<div class=words>{PROSE}<p>In short: yes.</p></div>"
        return f"<div class=story><div class='h6 mb-12'>{number}. Thing</div>{words}</div>"

    blocks, choice = choice_on("".join(map(story, range(1, 5))))
    assert [block.element.tag for block in blocks][:3] == ["h6", "p", "p"]
    choice.chosen = [number < 3 for number in range(len(blocks))]
    choice.go_on()
    choice.complete_kinds()
    assert all(choice.chosen[:-1])


def test_an_introduction_above_a_table_of_contents() -> None:
    contents = "".join(f"<li><a href='#s{n}'>Section {n} of the house</a></li>" for n in range(9))
    blocks, choice = choice_on(f"<h1>Title</h1>{PROSE}<ul>{contents}</ul><h2>One</h2>{PROSE * 30}")
    choice.agree([number > 10 for number in range(len(blocks))], [True] * len(blocks))
    assert choice.chosen[1]


def test_an_article_in_a_dialog_over_a_list_of_others() -> None:
    others = "".join(f"<div><h3>Other</h3>{PROSE}</div>" for _ in range(6))
    dialog = f"<div class=modal><h1>The Tide House</h1>{PROSE * 2}<h1>A picture of it</h1></div>"
    tree = load(f"<html><body><div>{others}</div>{dialog}</body></html>")
    assert tree is not None
    blocks = Blocks(tree)
    around = prose.blocks_around(blocks, prose.Prose(blocks), [], "https://a.example/")
    assert not any(around[blocks.spans[tree.find_class("modal")[0]][0] :])


def test_lists_of_links_under_headings_after_the_text() -> None:
    def section(name: str, size: int, by: str = "") -> str:
        items = "".join(f"<li><a href='/{name}/{n}'>How to know {name}, {n}</a>{by}</li>" for n in range(size))
        return f"<h2>About {name}</h2><ul>{items}</ul>"

    lists = section("chains", 4) + section("hooks", 3) + section("nets", 2)
    found = text_of(
        f"<h1>The Tide House</h1><div class=body>{PROSE}{section('ropes', 6, ' by Ann Bell, the keeper')}{lists}"
        "<h2>See also</h2><ul><li><a href=/x>Other things</a></li></ul></div>"
    )
    for name in ("ropes", "chains", "hooks", "nets"):
        assert f"About {name}" in found
        assert f"How to know {name}, 1" in found


def test_chapters_of_a_guide_whose_addresses_are_below_its_own() -> None:
    chapter = (
        "<div class=row><h5><a href='{0}/part-{1}'>Chapter {1}: how the tide turns</a></h5><p>What it is.</p></div>"
    )

    def is_around(below: str) -> bool:
        chapters = "".join(chapter.format(below, number) for number in range(1, 9))
        tree = load(f"<html><body><h1>The Tide House</h1>{PROSE * 4}<div>{chapters}</div>{PROSE * 4}</body></html>")
        assert tree is not None
        blocks = Blocks(tree)
        around = prose.blocks_around(blocks, prose.Prose(blocks), [], "https://site.example/guide-to-tides")
        return any(out for out, block in zip(around, blocks, strict=True) if block.text == "What it is.")

    assert not is_around("/guide-to-tides")
    assert is_around("/news")


def test_the_data_of_an_attribute_that_was_not_closed_is_no_text() -> None:
    data = '{"id":7,"title":"Tides","text":"K\\u00fcste und B\\u00f6en <\\/p>","tags":["a","b"],"user":null},' * 9
    found = text_of(article(f"<div>{data}</div>", after=1))
    assert "user" not in found
    assert "keeper" in found
    assert "c.gif" not in text_of(
        article("<p>&lt;div&gt; &lt;img src='//count.example/c.gif?a=b'&gt; &lt;/div&gt;</p>")
    )


def test_a_long_list_of_one_number_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its items would take hours if each looked at all others."""
    read = calls_of(monkeypatch, prose, "text_of")
    assert text_of(article(f"<ul>{'<li>1</li>' * 300}</ul>")).count("read it aloud") == 24
    assert len(read) <= 10 * 300


def test_headings_below_the_text_are_compared_with_its_kinds_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would take hours if each were compared with all headings of the text."""
    blocks, choice = choice_on(
        f"<main>{f'<h3 class=a>One</h3>{PROSE}' * 200}</main><div class=c>{'<h3 class=b>Two</h3>' * 200}</div>"
    )
    choice.chosen = [number < 400 for number in range(len(blocks))]
    placed = calls_of(monkeypatch, completion, "_place_of")
    choice.add_questions()
    assert 0 < len(placed) <= len(blocks)
