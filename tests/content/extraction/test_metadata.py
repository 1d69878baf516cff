from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tuireader.content.extraction.extract import extract_article
from tuireader.content.extraction.metadata import labels, metadata_of, names, title_of
from tuireader.content.extraction.page import load


@dataclass
class Found:
    title: str = ""
    authors: list[str] = field(default_factory=list)
    day: str = ""


NOTHING = Found()
HEAD = "<head><title>Message Passing - The Rust Book</title></head>"
TWICE = """<head><meta property="og:title" content="Where lithium is shredded">
<title>Where lithium is shredded | The News</title></head>"""
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
    assert title_of(page, headings, Found(found or "")) == title


@pytest.mark.parametrize(
    ("own", "title"),
    [
        ("Nobody watched that vote", "Where lithium is shredded"),
        ("The shredded lithium of the year", "The shredded lithium of the year"),
        ("新しい記事", "新しい記事"),
    ],
)
def test_a_heading_without_a_word_of_a_title_that_is_declared_twice_is_of_another_article(own: str, title: str) -> None:
    assert title_of(TWICE, [own], NOTHING, own=own) == title


def test_a_lesser_heading_that_begins_the_page_title_goes_before_the_first_of_another_article() -> None:
    others = ["Related", "Ear candy!"]
    assert title_of("<title>Ear candy! | A shop</title>", ["Summer sale", *others], NOTHING, others=others) == others[1]


def test_an_organisation_in_the_head_is_one_author_and_an_address_is_none() -> None:
    for author, found, authors in (
        ("Bündnis 90/Die Grünen im Rat", ["Bündnis", "Die Grünen im Rat"], ("Bündnis 90/Die Grünen im Rat",)),
        ("Ministerium für Meer und Küste", ["Ministerium für Meer", "Küste"], ("Ministerium für Meer und Küste",)),
        ("Frank Hill - http://hill.example", ["Frank Hill", "Hill Example"], ("Frank Hill",)),
    ):
        page = load(f'<html><head><meta name="author" content="{author}"></head><body><p>x</p></body></html>')
        assert metadata_of(page, Found(authors=found)).authors == authors


@pytest.mark.parametrize(
    ("found", "authors"),
    [
        (["News Ltd", "Munich", "Germany"], ("News Ltd",)),
        (["Ida Brandt", "Sam Hill", "Zoë Ray"], ("Ida Brandt", "Sam Hill", "Zoë Ray")),
        (["About authentication", "Authorization"], ()),
        (["Unbenannt"], ()),
        (["Alle Beiträge"], ()),
        (["Stefan said", "on August 3"], ()),
        (["Letters To The Editor"], ("Letters To The Editor",)),
    ],
)
def test_labels_and_places_are_no_authors(found: list[str], authors: tuple[str, ...]) -> None:
    assert metadata_of(load("<html><body><p>x</p></body></html>"), Found(authors=found)).authors == authors


def test_authors_of_teasers_and_makers_of_the_website_are_no_authors() -> None:
    teaser = '<a class="item" href="/2"><span>Another story about the weather</span> <span>Ida Brandt</span></a>'
    footer = '<footer><div class="author">Made by <a class="author" href="https://x.example">Smart</a></div></footer>'
    page = load(f"<html><body><div><h1>The harbour</h1><p>x</p></div>{teaser}{footer}</body></html>")
    assert metadata_of(page, Found(authors=["Ida Brandt"])).authors == ()


@pytest.mark.parametrize(
    ("section", "categories"),
    [("World", ("World",)), ("Games", ("Games", "Puzzles")), ("the-news", ("Games", "Puzzles"))],
)
def test_a_declared_section_goes_before_marked_categories_without_it(section: str, categories: tuple[str, ...]) -> None:
    menu = "".join(f'<a rel="category" href="/{each}">{each}</a> ' for each in ("Games", "Puzzles"))
    head = f'<meta property="article:section" content="{section}">'
    page = load(f"<html><head>{head}</head><body><h1>The harbour</h1><p>{menu}</p></body></html>")
    assert metadata_of(page, NOTHING).categories == categories


def test_a_heading_outside_the_article_is_its_title_if_the_page_title_begins_with_it() -> None:
    head = '<meta property="og:title" content="Tides - Harbour"><title>Tides - Harbour | H</title>'
    body = "<div><h1>Tides</h1></div><article><h2>Links</h2><p>x</p></article>"
    facts = metadata_of(load(f"<html><head>{head}</head><body>{body}</body></html>"), NOTHING)
    assert title_of(head, facts.headings, Found("Tides - Harbour"), others=facts.other_headings) == "Tides"


def test_names_and_categories() -> None:
    assert names([" Ida  Brandt", "ida brandt", "", "https://a.example/ida", "Sam\x1b"]) == ("Ida Brandt", "Sam")
    assert labels(["Uncategorized", "News", "news"]) == ("News",)
    assert labels(["Uncategorized"]) == ("Uncategorized",)
    assert labels(["Unkategorisiert", "未分類", "News"]) == ("News",)
    assert labels(["Tech,Games,Odds and Ends", "Sea, Wind and Rain"]) == (
        "Tech", "Games", "Odds and Ends", "Sea, Wind and Rain"
    )  # fmt: skip
    assert labels(["General, Picks, Sea"]) == ("General", "Picks", "Sea")
    assert labels(["Food, Drink, Travel & Leisure", "Bergen, Norway"]) == (
        "Food, Drink, Travel & Leisure", "Bergen, Norway"
    )  # fmt: skip


def test_the_name_of_a_site_at_the_head_of_a_page_is_no_title() -> None:
    head = "<title>Computing the tide — The Gazette</title>"
    body = "<header><h1>The Gazette</h1></header><div><h2>Computing the tide</h2><h2>The formula</h2></div>"
    tree = load(f"<html><head>{head}</head><body>{body}</body></html>")
    assert title_of(head, metadata_of(tree, NOTHING).headings, NOTHING) == "Computing the tide"
    own = "<title>Computing the tide — The Gazette</title>"
    tree = load(f"<html><head>{own}</head><body><header><h1>Computing the tide</h1></header><h2>The formula</h2>")
    assert title_of(own, metadata_of(tree, NOTHING).headings, NOTHING) == "Computing the tide"


def test_the_mark_of_a_link_to_a_heading_is_no_part_of_it() -> None:
    assert title_of("<title>Computing the tide</title>", ["Computing the tide#"], NOTHING) == "Computing the tide"
    assert title_of("<title>Learning C#</title>", ["Learning C#"], NOTHING) == "Learning C#"


def test_the_folder_of_a_page_is_no_category_and_tags_have_no_mark() -> None:
    section = '<meta property="article:section" content="posts">'
    tag = '<a rel="tag" href="/tags/snow">#snow</a>'
    tree = load(f"<html><head>{section}</head><body><article><h1>x</h1>{tag}</article></body></html>")
    assert metadata_of(tree, NOTHING).categories == ("snow",)


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
    facts = metadata_of(load(page), NOTHING)
    assert title_of(page, facts.headings, Found(title), own=facts.own_heading) == "The tide"


@pytest.mark.parametrize(
    ("declared", "firsts", "others", "title"),
    [
        (["Seven tides – A guide", "Seven tides – A guide | Harbour"], [], ["Tides"], "Seven tides – A guide"),
        (["Seven tides | Harbour"] * 2, [], ["Tides of all kinds"], "Seven tides"),
        (["Seven tides | Harbour"] * 2, ["All seven tides"], ["Tides"], "All seven tides"),
        (["Seven tides - Harbour"], ["Harbour"], ["Seven tides"], "Seven tides"),
        (["Seven tides: and why"], ["Seven tides: and why"], ["Seven tides"], "Seven tides: and why"),
        (["Seven tides | Harbour"], ["Seven tides | Harbour"], ["Seven tides"], "Seven tides"),
    ],
)
def test_a_title_declared_twice_goes_before_lesser_headings(
    declared: list[str], firsts: list[str], others: list[str], title: str
) -> None:
    shared = f'<meta property="og:title" content="{declared[0]}">' if len(declared) == 2 else ""
    page = f"{shared}<title>{declared[-1]}</title>"
    assert title_of(page, firsts or others, NOTHING, own=next(iter(firsts), ""), others=others) == title


def test_the_name_of_the_site_where_it_is_known_is_no_title() -> None:
    page = "<title>The Gazette</title>"
    assert title_of(page, ["The Gazette", "The tide"], Found("The Gazette"), sites=["the gazette"]) == "The tide"
    assert title_of(page, ["The Gazette"], Found("The Gazette"), sites=["The Gazette"]) == "The Gazette"


def test_the_words_of_links_are_no_names() -> None:
    page = load("<html><body><p>x</p></body></html>")
    assert metadata_of(page, Found(authors=["Tags", "Ida Brandt"])).authors == ("Ida Brandt",)


@pytest.mark.parametrize(
    ("name", "authors"), [("stephenlega", ("stephenlega",)), ("admin", ()), ("The Tide", ()), ("Read more posts", ())]
)
def test_the_meta_author_is_a_last_resort(name: str, authors: tuple[str, ...]) -> None:
    head = f'<meta property="og:site_name" content="The Tide"><meta name="author" content="{name}">'
    page = load(f"<html><head>{head}</head><body><p>x</p></body></html>")
    assert metadata_of(page, NOTHING).authors == authors
    assert metadata_of(page, Found(authors=["Ida Brandt"])).authors == ("Ida Brandt",)


def test_key_words_are_categories_where_there_are_no_others_and_each_is_one() -> None:
    words = '<meta name="keywords" content="the tide, moon; harbour">'
    for generator, categories in (("WordPress", ("the tide", "moon", "harbour")), ("DokuWiki", ())):
        head = f'<head><meta name="generator" content="{generator}">{words}</head>'
        assert metadata_of(load(f"<html>{head}<body><p>x</p></body></html>"), NOTHING).categories == categories


@pytest.mark.parametrize(
    ("page", "title"),
    [
        # A heading that is only the beginning of the title is a heading within the article.
        ("<title>三本だけ列車が止まる駅 | 風</title><article><h2>三本</h2></article>", "三本だけ列車が止まる駅"),
        # The only h1 is what the page is called at length, or what others take for its title, too.
        (
            "<title>Swan halts the long motorway</title><h1>Honk! Swan named Gerald halts the long, long motorway</h1>",
            "Honk! Swan named Gerald halts the long, long motorway",
        ),
        ("<title>Office of Rivers: News</title><h1>Money for barriers</h1>", "Money for barriers"),
        # A heading that leads home is the site's, and the page's title may be, too.
        ('<title>moth hours</title><h1><a href="/">moth hours</a></h1><h2>The accordion</h2>', "The accordion"),
        (
            (
                "<title>Notes: Three Sleepers</title><h1>Notes</h1><div class='widget Blog'><h3 class='post-title'>"
                "Three Sleepers</h3></div>"
            ),
            "Three Sleepers",
        ),
        (
            (
                "<title>x</title><article><h1><span aria-hidden='true'>Time:</span> The village "
                "<small class='article-subtitle'>that has none</small></h1></article>"
            ),
            "The village",
        ),
    ],
)
def test_the_sites_name_and_what_stands_beside_are_no_title(page: str, title: str) -> None:
    tree = load(f"<html><body>{page}</body></html>")
    facts = metadata_of(tree, NOTHING)
    found = Found("Money for barriers" if "barriers" in page else "")
    assert title_of(page, facts.headings, found, own=facts.own_heading, sites=facts.of_site) == title


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("<h1><a href='s' class='icon'><span class='sr-only'>View Source</span></a> gen_server</h1>", "gen_server"),
        ("<h1>Module <span>option</span><button>Copy item path</button></h1>", "Module option"),
        ("<h1><span class='label label--blue'>Question</span> Which tap?</h1>", "Which tap?"),
        ("<h1><span class='field field--label-hidden'>Which tap: a guide</span></h1>", "Which tap: a guide"),
        ("<h1><ruby>端末<rt>たんまつ</rt></ruby>で読む</h1>", "端末で読む"),
        ("<h1><svg><title>Created with Sketch</title></svg>Which tap?</h1>", "Which tap?"),
    ],
)
def test_a_title_is_without_what_is_hidden_or_pressed_in_it(heading: str, title: str) -> None:
    text = "<p>" + "Words of the page, and more of them. " * 20
    found = extract_article(
        f"<html><head><title>{title}</title></head><body><main>{heading}{text * 3}</main></body></html>",
        "https://a.example/",
    )
    assert found is not None
    assert found.title == title


@pytest.mark.parametrize(
    ("given", "found", "authors"),
    [
        ("Harbour-Foundation e.V.", ["Harbour-Foundation e V"], ("Harbour-Foundation e.V.",)),
        ("harbour.org", ["Harbour Org"], ()),
        ("www.harbour.org", ["Www Harbour Org", "Copyright Harbour Ltd"], ()),
        ("", ["Websites by CityWorks"], ()),
        ("", ["Ann Bell"], ("Ann Bell",)),
    ],
)
def test_an_author_of_the_head_is_spelt_as_there_and_the_host_of_a_site_is_none(
    given: str, found: list[str], authors: tuple[str, ...]
) -> None:
    page = load(f"<html><head><meta name=author content='{given}'></head><body><p>Text</p></body></html>")
    assert metadata_of(page, Found(authors=found)).authors == authors
