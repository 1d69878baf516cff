"""Threads: the posts of forums and of questions, each under its author and day."""

from __future__ import annotations

from datetime import date

import pytest

from tuireader.content.dom.sanitize import tree_of
from tuireader.content.extraction.extract import Extracted, extract_article

URL = "https://forum.example/t/leaking-tap/81"
LONG = "The tap in the kitchen has dripped since March, and I have changed its washer twice without any luck at all. "
ASKED, TOLD, THANKED = f"Asked: {LONG}", f"Told: {LONG * 2}", "Thanked: it was the seat."
HEAD = "<title>Leaking tap - Forum</title>"
DECLARED = '<script type="application/ld+json">{"@type": "DiscussionForumPosting", "headline": "Leaking tap"}</script>'


def found_on(body: str, *, head: str = HEAD) -> Extracted:
    found = extract_article(f"<html><head>{head}</head><body><h1>Leaking tap</h1>{body}</body></html>", URL)
    assert found is not None
    return found


def lines_of(found: Extracted) -> list[tuple[str, str]]:
    """The headings and paragraphs of an article: tag and text."""
    return [(each.tag, each.words()) for each in tree_of(found.html).elements() if each.tag in {"h2", "h3", "h4", "p"}]


def marked(kind: str, name: str, day: str, text: str, within: str = "") -> str:
    return (
        f'<div itemscope itemtype="https://schema.org/{kind}"><span itemprop="author" itemscope '
        f'itemtype="https://schema.org/Person"><a itemprop="name">{name}</a> <b>21,8k gold badges</b></span>'
        f'<time itemprop="dateCreated" datetime="{day}T10:00:00Z">long ago</time>'
        f'<div class="prose" itemprop="text"><p>{text}</p></div>{within}</div>'
    )


ANSWERS = marked("Answer", "Bo", "2024-05-07", TOLD) + marked("Answer", "Ada", "2024-05-08", THANKED)
QUESTION = f'<div itemscope itemtype="https://schema.org/QAPage">{{}}</div><p>{LONG * 3}</p>'.format(
    marked("Question", "Ada", "2024-05-06", ASKED, marked("Comment", "Cy", "2024-05-06", "Which tap?") + ANSWERS)
)


def classed(name: str, text: str, *, more: str = "") -> str:
    """A post as forum software writes it that knows nothing of schema.org."""
    return (
        f'<article class="post bg{len(text) % 3}"><aside class="profile"><span class="username">{name}</span>'
        f'<dl><dt>Posts:</dt><dd>138</dd></dl></aside><div class="postbody"><time datetime="2024-05-06">6 May</time>'
        f'<div class="content">{text}</div><div class="signature">Sent from my boat</div>{more}</div></article>'
    )


@pytest.fixture
def topic() -> Extracted:
    posts = "".join(
        classed(name, f"<p>{text}</p>")
        for name, text in (("Ada", ASKED), ("Bo", TOLD), ("Ada", THANKED), ("Cy", f"Closed. {LONG}"))
    )
    return found_on(f'<nav><a href="/">Home</a></nav><div class="topic">{posts}</div>')


def test_a_question_is_followed_by_its_answers_without_what_stands_beside() -> None:
    found = found_on(QUESTION)
    assert [(tag, words.split(":")[0]) for tag, words in lines_of(found)] == [
        ("p", "Asked"),
        ("h2", "Bo · 7 May 2024"),
        ("p", "Told"),
        ("h2", "Ada · 8 May 2024"),
        ("p", "Thanked"),
    ]


def test_a_thread_is_by_who_began_it_and_from_that_day() -> None:
    found = found_on(QUESTION)
    assert found.authors == ("Ada",)
    assert found.published is not None
    assert found.published.date() == date(2024, 5, 6)


def test_posts_are_told_by_being_alike(topic: Extracted) -> None:
    assert [(tag, words.split(":")[0].split(".")[0]) for tag, words in lines_of(topic)] == [
        ("p", "Asked"),
        ("h2", "Bo · 6 May 2024"),
        ("p", "Told"),
        ("h2", "Ada · 6 May 2024"),
        ("p", "Thanked"),
        ("h2", "Cy · 6 May 2024"),
        ("p", "Closed"),
    ]


def test_profiles_and_signatures_are_no_text(topic: Extracted) -> None:
    assert "138" not in topic.html
    assert "my boat" not in topic.html


def test_a_first_post_that_is_not_marked_is_found_by_its_likeness() -> None:
    first = f'<section class="opener"><b class="username">Ada</b><div class="prose"><p>{ASKED}</p></div></section>'
    found = found_on(first + ANSWERS.replace("Answer", "Comment"), head=HEAD + DECLARED)
    assert [words.split(":")[0] for _, words in lines_of(found)] == [
        "Asked",
        "Bo · 7 May 2024",
        "Told",
        "Ada · 8 May 2024",
        "Thanked",
    ]


def test_answers_make_a_thread_also_without_a_type_of_the_page() -> None:
    """As XenForo writes them: the question is no item of its own, but has the classes of a post."""
    question = f'<div class="post first"><b class=username>Ada</b><div class=said><p>{ASKED}</p></div></div>'
    answers = "".join(
        f'<div class="post" itemscope itemtype="https://schema.org/Answer"><b class=username itemprop=author>{name}</b>'
        f"<div class=said itemprop=text><p>{TOLD}</p></div></div>"
        for name in ("Bo", "Cy")
    )
    notice = f"<div class=notice><p>Scam alert. {LONG * 5}</p></div>"
    found = found_on(f"{notice}<h1>Leaking tap</h1>{question}{answers}")
    assert found.authors == ("Ada",)
    assert [text for tag, text in lines_of(found) if tag == "h2"] == ["Bo", "Cy"]
    assert "Scam alert" not in found.html
    asked = f'<div itemscope itemtype="https://schema.org/FAQPage">{answers}</div>'
    assert "<h2>Bo" not in found_on(f"<article><h1>Taps</h1><p>{LONG}</p>{asked}</article>").html


def test_comments_of_hacker_news_are_posts_by_level() -> None:
    rows = "".join(
        f'<tr class="athing comtr" id="{n}"><td><table><tr><td class="ind" indent="{depth}"></td><td class="default">'
        f'<div><span class="comhead"><a href="user?id={name}" class="hnuser">{name}</a> <span class="age" title='
        f'"2024-05-0{n}T10:00:00 1714990800"><a href="item?id={n}">2 days ago</a></span></span></div><br><div class='
        f'"comment"><div class="commtext c00">{TOLD}<p>{LONG}</div><div class="reply"><p><font size="1"><u><a href='
        f'"reply?id={n}">reply</a></u></font></div></div></td></tr></table></td></tr>'
        for n, name, depth in ((1, "ada", 0), (2, "bo", 1), (3, "cy", 2), (4, "dee", 0))
    )
    found = found_on(
        f"<table class=fatitem><tr><td><a href='https://a.example/'>Leaking tap</a></table><table>{rows}</table>"
    )
    heads = [(tag, text) for tag, text in lines_of(found) if tag[0] == "h"]
    assert heads == [("h3", "bo · 2 May 2024"), ("h4", "cy · 3 May 2024"), ("h2", "dee · 4 May 2024")]
    assert found.authors == ("ada",)
    assert "reply" not in found.html


def test_headings_within_a_post_stand_below_that_of_the_post() -> None:
    found = found_on(QUESTION.replace("Told:", "<h1>Short</h1>Told:"))
    assert [each.tag for each in tree_of(found.html).elements() if each.words() == "Short"] == ["h6"]


def test_posts_within_posts_are_a_level_deeper() -> None:
    inner = marked("Comment", "Cy", "2024-05-09", f"Deeper: {LONG}")
    replies = marked("Comment", "Bo", "2024-05-07", TOLD, inner) + marked("Comment", "Ada", "2024-05-08", THANKED)
    found = found_on(marked("DiscussionForumPosting", "Ada", "2024-05-06", ASKED, replies), head=HEAD + DECLARED)
    assert [(tag, words) for tag, words in lines_of(found) if tag != "p"] == [
        ("h2", "Bo · 7 May 2024"),
        ("h3", "Cy · 9 May 2024"),
        ("h2", "Ada · 8 May 2024"),
    ]


def test_an_article_with_comments_is_no_thread() -> None:
    article = f"<article>{''.join(f'<p>{n}. {LONG}</p>' for n in range(6))}</article>"
    comments = "".join(marked("Comment", f"Reader {n}", "2024-05-07", TOLD * 3) for n in range(9))
    found = found_on(f'{article}<section class="comments">{comments}</section>')
    assert [tag for tag, _ in lines_of(found)] == ["p"] * 6
    assert "Told" not in found.html


def test_a_list_of_articles_is_no_thread() -> None:
    cards = "".join(
        f'<div class="post"><h2><a href="/{n}">How a tap was mended in the end, part {n}</a></h2><p>{LONG}</p></div>'
        for n in range(6)
    )
    found = extract_article(f"<html><head>{HEAD}</head><body>{cards}</body></html>", URL)
    assert found is None or "<h2>" in found.html  # not under authors whom nobody named


@pytest.mark.parametrize(
    "body",
    [
        '<div itemscope itemtype="https://schema.org/Answer"></div>' * 3,
        marked("Answer", "", "yesterday", "") * 2,
        '<div itemscope itemtype="http://schema.org/Question" itemprop="text">x</div>' * 2,
        "<article class=post><p></p></article>" * 4,
    ],
)
def test_posts_of_nothing_do_no_harm(body: str) -> None:
    found = extract_article(f"<html><head>{HEAD}{DECLARED}</head><body><p>{LONG * 4}</p>{body}</body></html>", URL)
    assert found is not None
    assert "kitchen" in found.html


def test_a_text_that_only_speaks_of_threads_is_none() -> None:
    text = "".join(f"<p>{n}. QAPage: {LONG}</p>" for n in range(8))
    marks = marked("Comment", "Bo", "2024-05-07", TOLD) + marked("Comment", "Cy", "2024-05-08", TOLD)
    found = found_on(
        f'<div itemscope itemtype="https://schema.org/CreativeWork"><div itemprop="text">{text}</div></div>{marks}'
    )
    assert found.html.count("QAPage") == 8


def test_comments_below_an_article_that_is_declared_a_posting_are_none() -> None:
    article = "".join(f"<p>{n}. {LONG * 2}</p>" for n in range(4))
    marks = "".join(marked("Comment", f"Reader {n}", "2024-05-07", TOLD * 2) for n in range(3))
    found = found_on(f"<article>{article}</article>{marks}", head=HEAD + DECLARED)
    assert [tag for tag, _ in lines_of(found)][:4] == ["p"] * 4


@pytest.mark.parametrize(
    "part",
    [
        "<div class=message><b>Question {0}</b><div class=bubble>{1}</div></div>",
        "<div class=post><h2 id=v{0}>Version 1.{0}</h2><div class=notes><p>{1}</p></div></div>",
        "<div class=live-post><time datetime=2024-05-06T10:0{0}></time><h2>Minute {0}</h2><p>{1}</p></div>",
    ],
)
def test_parts_of_an_article_are_no_posts(part: str) -> None:
    parts = "".join(part.format(number, TOLD) for number in range(5))
    found = found_on(f"<article><p>The lead: {LONG}</p>{parts}<p>The end: {LONG}</p></article>")
    assert "The lead" in found.html
    assert "The end" in found.html


def test_a_thread_contains_the_excerpt() -> None:
    posts = "".join(classed(f"Reader {n}", f"<p>{TOLD}</p>") for n in range(4))
    page = f"<html><head>{HEAD}</head><body><h1>Leaking tap</h1><p>We have moved.</p>{posts}</body></html>"
    assert extract_article(page, URL) is not None
    found = extract_article(page, URL, excerpt="We have moved to a new kitchen.")
    assert found is not None
    assert not found.html.startswith("<div><p>Told")


def test_posts_of_two_classes_in_turn_are_all_found() -> None:
    posts = "".join(
        f'<div class=post><b class=username>U{n}</b><div class="{name} content"><p>{n}. {TOLD}</p></div></div>'
        for n, name in enumerate(("even", "odd", "even", "odd", "even"))
    )
    assert [words[:2] for tag, words in lines_of(found_on(posts)) if tag == "p"] == [f"{n}." for n in range(5)]


def test_a_post_within_the_body_of_another_is_there_once() -> None:
    quoted = (
        '<blockquote itemscope itemtype="https://schema.org/Comment"><p itemprop="text">Quoted words.</p></blockquote>'
    )
    posts = marked("Comment", "Bo", "2024-05-07", f"{TOLD}</p>{quoted}<p>") + marked(
        "Comment", "Ada", "2024-05-08", TOLD
    )
    assert found_on(posts, head=HEAD + DECLARED).html.count("Quoted words") == 1


def test_code_in_a_post_keeps_its_words() -> None:
    code = f"{TOLD}</p><pre><code><span class='menu'>keep_me</span></code></pre><p>"
    assert (
        found_on(
            marked("Question", "A", "2024-05-06", ASKED) + marked("Answer", "B", "2024-05-07", code) * 2,
            head=HEAD + DECLARED,
        ).html.count("keep_me")
        == 2
    )


@pytest.mark.parametrize(
    "said", ["by <b>Ada</b>", "Posted by: <b>Ada</b>", "<b>Ada</b> 21k gold", "<img alt=x><i>Ada</i>"]
)
def test_authors_are_without_what_stands_beside_them(said: str) -> None:
    posts = "".join(
        f"<div class=post><div class=content><p>{TOLD}</p><cite class=author>Plato</cite></div>"
        f"<p class=author>{said}</p></div>"
        for _ in range(4)
    )
    assert found_on(posts).authors == ("Ada",)


@pytest.mark.parametrize(
    "before", ["", "ada\nMay 6, 2024, 2:43 pm\n\n", "ada May 6, 2024. ", "ada May 6, 2024, 2:43 pm "]
)
@pytest.mark.parametrize("length", [60, 150])
def test_an_excerpt_may_begin_with_the_author_and_the_day(before: str, length: int) -> None:
    body = "".join(marked("Comment", name, "2024-05-07", text) for name, text in (("Ada", LONG * 2), ("Bo", TOLD * 2)))
    page = f"<html><head>{HEAD}{DECLARED}</head><body><h1>Leaking tap</h1>{body}</body></html>"
    plain = extract_article(page, URL)
    found = extract_article(page, URL, excerpt=before + (LONG * 2)[:length])
    assert plain is not None
    assert found is not None
    assert "Bo · 7 May 2024" in found.html
    assert found.html == plain.html


def written(name: str, before: str, day: str, after: str = "") -> str:
    """A post whose day is in words alone, between the profile of its author and its text, or below it."""
    return (
        f'<div class="post"><div class="profile">{name}<dl><dt>Joined:</dt><dd>Joined: 3 March 2009</dd></dl></div>'
        f'<p>{before.format(day)}</p><div class="content"><p>{TOLD}</p></div><p>{after.format(day)}</p></div>'
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<span>{}</span>", ""),
        ("<span>#2</span> <span class='DateTime'>{}, 02:31 AM</span>", ""),
        ("by Bo » <b>{} 4:08 am</b>", ""),
        ("", "Bo, <span>{}</span>"),
        ("<span title='{}'>three years ago</span>", ""),
    ],
)
@pytest.mark.parametrize(
    ("days", "said"),
    [
        (("12-01-2024", "12-24-2024"), ("1 December 2024", "24 December 2024")),
        (("1/12/2024", "24/12/2024"), ("1 December 2024", "24 December 2024")),
        (("May 11, 2024", "12 May 2024"), ("11 May 2024", "12 May 2024")),
    ],
)
def test_a_day_in_words_is_the_one_beside_the_text(
    before: str, after: str, days: tuple[str, str], said: tuple[str, str]
) -> None:
    name = "<b class=username>Bo</b>"
    found = found_on("".join(written(name, before, day, after) for day in (days[1], *days)))
    assert [words for tag, words in lines_of(found) if tag == "h2"] == [f"Bo · {each}" for each in said]


@pytest.mark.parametrize("name", ["<b class=name>Bo</b>", "Bo"])
def test_an_author_is_named_before_the_day_or_by_a_class_alone(name: str) -> None:
    line, profile = ("{}", name) if "<" in name else (f"<b>{name} · </b><i>{{}}</i>", "")
    posts = "".join(written(profile, line, f"{day} May 2024") for day in range(1, 5))
    found = found_on(posts, head=HEAD + DECLARED)
    assert [words for tag, words in lines_of(found) if tag == "h2"][:2] == ["Bo · 2 May 2024", "Bo · 3 May 2024"]
