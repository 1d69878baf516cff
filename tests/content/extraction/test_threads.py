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
