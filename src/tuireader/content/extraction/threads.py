"""Threads: the posts of a forum's topic, or a question with its answers, each with its author and date.

A page is a thread if it says so in the terms of schema.org, or if siblings without linked titles hold most of its
prose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import islice

from tuireader.content.cleaning.boilerplate import BUTTON
from tuireader.content.extraction.blocks import Blocks
from tuireader.content.extraction.boilerplate_names import is_body, names_of, reasons
from tuireader.content.extraction.page import Element, drop, text_of, write
from tuireader.content.extraction.page_dates import moments
from tuireader.content.extraction.prose import Prose
from tuireader.text.bylines import person
from tuireader.text.folding import letters
from tuireader.text.printable import HEADINGS
from tuireader.text.sentences import dated
from tuireader.text.written_dates import day_in, is_day_first

DECLARED = re.compile(
    r"""itemtype=["'][^"'<>]{0,200}\b(?:Answer|DiscussionForumPosting|QAPage)\b"""
    r"""|"@type"\s*:\s*(?:\[[^\[\]]{0,200})?"(?:DiscussionForumPosting|QAPage)\""""
)
"""The types by which a page declares a thread."""
_KINDS = frozenset({"Question", "Answer", "Comment", "DiscussionForumPosting", "SocialMediaPosting"})
_BODIES = ("text", "articleBody")
_DATES = ("datePublished", "dateCreated")
_POST_NAMES = frozenset({"answer", "comtr", "message", "post", "postbit", "postcontainer", "reply"})
"""Words in the class names of posts."""
_AUTHOR_NAMES = frozenset({"author", "creator", "hnuser", "nickname", "poster", "username"})
_NAME = "name"
"""The class of an element with only the author's name."""
_AGE = "age"
"""The class of an element whose title is the date of a post."""
_OF_PERSON = re.compile(
    r"\b(?:beigetreten|edit|founded|inscri|join|last|member|mitglied|modif|regist|since)", re.IGNORECASE
)
"""Words beside dates that are not those of a post."""
_BETWEEN = " \t\n·|,–—»-"
_SIGNATURES = frozenset({"signature", "sig"})
_SIBLINGS_MIN, _DECLARED_MIN = 3, 2
"""Minimum posts of a thread, and of one that the page declares."""
_SHARE_MIN = 0.5
"""Minimum share of the page's prose in the posts."""
_LINE_MIN, _OUTSIDE_MAX = 20, 400
"""Minimum letters of a line that counts, and maximum letters before the posts: more is an article with comments."""
_WITHIN_MIN = 0.8
"""Minimum share of a post's text in the element that is its body."""
_NAME_MAX, _TITLE_MIN, _PIECES_MAX = 60, 25, 10
_NO_NAME = re.compile(
    r"\W*|(?:(?:written|posted|asked|answered) )?(?:by|von|par|por|di|de)\W*|author\W*", re.IGNORECASE
)
_VERBATIM = frozenset({"pre", "code"})
_FLOW = frozenset({"p", "ul", "ol", "dl", "li", "blockquote", "pre", "table", "figure", *HEADINGS})
"""Elements that are parts of a body, never the whole."""
_LEVEL, _LEVEL_MAX = 2, 6
"""The level of heading of the first reply, and the maximum."""


@dataclass(slots=True)
class Post:
    """A post of a thread."""

    holder: Element
    """The element with its author, date and body."""
    body: Element
    author: str = ""
    """Empty if unknown."""
    moment: datetime | None = None
    """When it was posted, if known."""
    depth: int = 0
    """How many posts it is nested in."""


def posts_of(tree: Element, blocks: Blocks, prose: Prose, *, is_declared: bool, excerpt: str = "") -> list[Post]:
    """Return the posts of a page that is a thread, in their order; none if it is not.

    `excerpt` is the beginning of the article in its feed, if known: the thread must contain it.
    """
    marked = _marked(tree) if is_declared else []
    holders = marked or _siblings(blocks, prose, is_declared=is_declared)
    if len(holders) < _DECLARED_MIN:
        return []
    stated = [_stated(each, _BODIES, is_shown=True) for each in holders]
    deepest = [_deepest(blocks, prose, each) for each in holders] if None in stated else [None] * len(holders)
    kinds = Counter(_kind(_classed(each)) for each in stated if each is not None)
    kinds = kinds or Counter(_kind(each) for each in deepest if each is not None)
    usual = max(kinds, key=lambda kind: kinds[kind], default=None)
    if usual is None:
        return []
    bodies = (
        first if first is not None else next(_of_kind(holder, usual), own if len(holders) >= _SIBLINGS_MIN else None)
        for holder, first, own in zip(holders, stated, deepest, strict=True)
    )
    found = [(holder, body) for holder, body in zip(holders, bodies, strict=True) if body is not None and text_of(body)]
    opening = list(_before(tree, found[0], usual)) if found else []
    found[:0] = opening
    if len(found) < _DECLARED_MIN or _is_beside_text(found, blocks, prose, excerpt):
        return []
    if not is_declared and not _are_signed(found):
        return []
    every = {holder for holder, _ in found}
    posts = [
        # What stands around an opening post may be of the whole topic: its date is, and its author unless it is alike.
        Post(each, body, _author(each, body) if _kind(each) == _kind(marked[0]) else "")
        if marked and number < len(opening)
        else Post(each, body, _author(each, body), _moment(each, body), _depth(each, every))
        for number, (each, body) in enumerate(found)
    ]
    _complete(posts[len(opening) if marked else 0 :])
    return posts


def _complete(posts: Sequence[Post]) -> None:
    """Take the day of each post, and its author before it, from a line beside its body, where they are not marked."""
    if all(post.moment for post in posts):
        return
    lines = [_dated_line(post) for post in posts]
    texts = ["" if line is None else _dated_text(line) for line in lines]
    day_first = is_day_first(texts, usually=True)
    for post, line, text in zip(posts, lines, texts, strict=True):
        if line is not None and post.moment is None:
            post.moment = day_in(text, day_first=day_first)
            said = next(filter(str.strip, line.itertext()), "").strip(_BETWEEN)
            post.author = post.author or ("" if day_in(said) or len(said) > _NAME_MAX else person(said))


def _dated_line(post: Post) -> Element | None:
    """The last short line with a date before the body of a post, or the first after it."""
    found: Element | None = None
    is_below = False
    for each in _around(post.holder, post.body):
        is_below |= each is post.body
        if is_below and found is not None:
            break
        text = "" if each is post.body or (found is not None and _is_within(each, found)) else _dated_text(each)
        if 0 < len(text) <= _NAME_MAX and not _OF_PERSON.search(text) and day_in(text):
            found = each
    return found


def _dated_text(element: Element) -> str:
    title = element.get("title", "")
    return title if day_in(title) else text_of(element)


def _around(element: Element, body: Element) -> Iterator[Element]:
    """Yield the elements of a post, and its body without those within it."""
    for child in element:
        if isinstance(child.tag, str):
            yield child
            if child is not body:
                yield from _around(child, body)


_SAID_MAX, _PIECE = 320, 16
"""Letters of an excerpt that are searched in the posts, and letters of a piece of them."""


def _is_beside_text(found: Sequence[tuple[Element, Element]], blocks: Blocks, prose: Prose, excerpt: str) -> bool:
    """Whether posts stand beside an article: they hold less than half of the prose, or not its beginning."""
    keys = [letters(text_of(body)) for _, body in found]
    if not _are_said(excerpt, "\n".join(keys)):
        return True
    first = blocks.spans.get(found[0][0], (0, 0))[0]
    if any(span[1] <= first and prose.within(span) and is_body(each) for each, span in blocks.spans.items()):
        return True
    title = max((number for number in range(first) if blocks[number].element.tag == "h1"), default=0)
    return sum(map(len, keys)) < _SHARE_MIN * prose.whole or prose.within((title, first)) > _OUTSIDE_MAX


def _are_said(excerpt: str, keys: str) -> bool:
    """Whether the letters of the posts hold most of an excerpt: names and days may be between."""
    said = letters(excerpt)[:_SAID_MAX]
    pieces = [said[start : start + _PIECE] for start in range(0, len(said) - _PIECE + 1, _PIECE)]
    return sum(piece in keys for piece in pieces) >= len(pieces) / 2


def _are_signed(found: Sequence[tuple[Element, Element]]) -> bool:
    """Whether most posts name their authors, and are not parts of a text with headings of their own."""
    signed = sum(bool(_author(holder, body)) for holder, body in found)
    headed = sum(
        any(not _is_within(each, body) and not _leads_there(each) for each in holder.iter(*HEADINGS))
        for holder, body in found
    )
    return signed > len(found) / 2 >= headed


def _is_within(element: Element, around: Element) -> bool:
    return element is around or around in element.iterancestors()


def _leads_there(heading: Element) -> bool:
    """Whether a heading links to its own post, or to a person."""
    link = next(heading.iter("a"), None)
    return link is not None and (len(text_of(heading)) < _TITLE_MIN or "#" in link.get("href", ""))


def html_of(posts: Sequence[Post]) -> str:
    """Return the posts as HTML, each reply under its author and day; consumes the page."""
    shallow = min((post.depth for post in posts[1:]), default=0)
    holders = {post.holder for post in posts}
    for post in posts:  # what is quoted with the marks of a post, or answered within it, is a post of its own
        drop([each for each in post.body.iter() if each in holders and each is not post.body])
    return "".join(_html(post, shallow, is_first=post is posts[0]) for post in posts)


def _html(post: Post, shallow: int, *, is_first: bool) -> str:
    drop(list(_beside(post.body)))
    for each in list(post.body.iter(*HEADINGS)):
        each.tag = "h6"
    day = dated(post.moment) if post.moment else ""
    said = " · ".join(filter(None, (post.author, day)))
    level = min(_LEVEL_MAX, _LEVEL + max(0, post.depth - shallow))
    head = "" if is_first else f"<h{level}>{escape(said)}</h{level}>" if said else "<hr>"
    return f"{head}<div>{write(post.body)}</div>"


def _beside(element: Element) -> Iterator[Element]:
    """Yield the parts of a body that are no text: signatures, and what is named so; code has names of its own."""
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _VERBATIM:
            continue
        is_named = child.tag not in _FLOW and bool(reasons(child) - {child.tag})
        is_button = (
            len(child) == 0 and len(child.text or "") <= _NAME_MAX and BUTTON.fullmatch(text_of(child)) is not None
        )
        if is_named or is_button or not _SIGNATURES.isdisjoint(names_of(child)):
            yield child
        else:
            yield from _beside(child)


def _marked(tree: Element) -> list[Element]:
    """The elements that schema.org's terms name as posts; of a question, it and its answers."""
    found = [(each.get("itemtype", "").rstrip("/").rsplit("/", 1)[-1], each) for each in tree.iter() if _is_scope(each)]
    found = [one for one in found if one[0] in _KINDS and _stated(one[1], _BODIES, is_shown=True) is not None]
    if any(kind == "Answer" for kind, _ in found):
        found = [(kind, each) for kind, each in found if kind != "Comment"]
        found.sort(key=lambda one: one[0] != "Question")
    return [each for _, each in found]


def _is_scope(element: Element) -> bool:
    return bool(element.attrib) and element.get("itemtype") is not None


def _stated(scope: Element, names: Iterable[str], *, is_shown: bool = False) -> Element | None:
    """The part of an item with one of these properties, not of an item within it; `is_shown`: no `meta` element."""
    for each in _own(scope):
        if not (is_shown and each.tag == "meta") and not set(names).isdisjoint(each.get("itemprop", "").split()):
            return each
    return None


def _own(scope: Element) -> Iterator[Element]:
    for child in scope:
        if isinstance(child.tag, str):
            yield child
            if child.get("itemtype") is None:
                yield from _own(child)


def _kind(element: Element) -> tuple[str, str]:
    """The tag and the first class of an element, by which posts are alike."""
    classes = element.get("class", "").split()
    return element.tag, classes[0] if classes else ""


def _classed(body: Element) -> Element:
    """A body, or the innermost only child of it with a class, by which others are found."""
    inner = body
    while not _kind(inner)[1] and len(inner) == 1:
        inner = inner[0]
    return inner if _kind(inner)[1] else body


def _of_kind(element: Element, kind: tuple[str, str]) -> Iterator[Element]:
    return (each for each in element.iter(kind[0]) if _kind(each) == kind) if kind[1] else iter(())


def _before(tree: Element, first: tuple[Element, Element], kind: tuple[str, str]) -> Iterator[tuple[Element, Element]]:
    """Yield the posts before the first one found whose bodies are alike: a topic's first post may stand apart."""
    holder, body = first
    around = set(holder.iterancestors())
    last: Element | None = None
    for each in _of_kind(tree, kind):
        if _is_within(each, body):
            return
        if each in around or (last is not None and _is_within(each, last)):
            continue
        if text_of(each):
            last = each
            same = (one for one in each.iterancestors() if one not in around and _kind(one) == _kind(holder))
            yield next(same, each.getparent()), each


def _siblings(blocks: Blocks, prose: Prose, *, is_declared: bool) -> list[Element]:
    """The siblings that are the posts of a page, if they hold most of its prose and none has a linked title."""
    best: tuple[float, int, list[Element]] = (0, 0, [])
    for element in blocks.spans:
        groups: dict[tuple[str, str], list[Element]] = {}
        for child in element if len(element) >= _DECLARED_MIN else ():
            span = blocks.spans.get(child)
            if span and span[0] < span[1] and (is_declared or not _POST_NAMES.isdisjoint(names_of(child))):
                named = min(_POST_NAMES & names_of(child), default="")
                groups.setdefault((child.tag, named or _kind(child)[1]), []).append(child)
        for kind, each in groups.items():
            if kind[1] and len(each) >= (_DECLARED_MIN if is_declared else _SIBLINGS_MIN):
                size = sum(prose.within(blocks.spans[post]) for post in each)
                best = max(best, (size * (1 - 1 / len(each)), size, each), key=lambda one: one[0])
    _, size, found = best
    if not found or size < _SHARE_MIN * prose.whole or sum(map(_has_linked_title, found)) > len(found) / 2:
        return []
    first = blocks.spans[found[0]][0]
    before = sum(len(block.key) - block.links for block in islice(blocks, first) if len(block.key) >= _LINE_MIN)
    if not is_declared and before > _OUTSIDE_MAX:
        return []
    return found


def _has_linked_title(element: Element) -> bool:
    heading = next((each for each in element.iter(*HEADINGS)), None)
    if heading is None or len(text_of(heading)) < _TITLE_MIN:
        return False  # the name of its author, say
    link = next(heading.iter("a"), None)
    return link is not None and "#" not in link.get("href", "")


def _deepest(blocks: Blocks, prose: Prose, element: Element) -> Element | None:
    """The innermost element with a class that holds most of a post's prose; None if there is none."""
    least = _WITHIN_MIN * prose.within(blocks.spans[element])
    deepest = None
    inner = element if least else None
    while inner is not None:
        deepest = inner if inner is not element and _kind(inner)[1] else deepest
        spans = (
            (child, blocks.spans.get(child, (0, 0)))
            for child in inner
            if child.tag not in _FLOW or child.tag == "table"
        )
        inner = next((child for child, span in spans if prose.within(span) >= least), None)
    return deepest


def _author(holder: Element, body: Element) -> str:
    stated = _stated(holder, ("author",))
    if stated is not None:
        named = _stated(stated, ("name",))
        return _short(named if named is not None else stated)
    if name := holder.get("data-author"):
        return str(name)[:_NAME_MAX]
    return next(filter(None, map(_short, _called_author(holder, body))), "")


def _called_author(element: Element, body: Element) -> Iterator[Element]:
    """Yield the parts of a post outside its body that are named after its author."""
    for child in element:
        if child is not body and isinstance(child.tag, str):
            if not _AUTHOR_NAMES.isdisjoint(names_of(child)) or child.get("class") == _NAME:
                yield child
            yield from _called_author(child, body)


def _short(element: Element) -> str:
    """The first name in an element: beside it stand ranks and counts, and before it a word such as "by"."""
    said = [element.get("content") or "", *islice(map(str.strip, element.itertext()), _PIECES_MAX)]
    names = (person(" ".join(each.split())) for each in said if each)
    return next((name for name in names if len(name) <= _NAME_MAX and not _NO_NAME.fullmatch(name)), "")


def _moment(holder: Element, body: Element) -> datetime | None:
    stated = _stated(holder, _DATES)
    times = [stated] if stated is not None else [each for each in holder.iter("time", "span") if _is_date(each, body)]
    said = (each.get("datetime") or each.get("content") or each.get("title") or text_of(each) for each in times)
    return next(moments(each.partition(" ")[0] if each[:1].isdigit() and "T" in each else each for each in said), None)


def _is_date(element: Element, body: Element) -> bool:
    is_dated = element.tag == "time" or (element.get("title") and element.get("class") == _AGE)
    return is_dated and body not in element.iterancestors()


def _depth(holder: Element, holders: Container[Element]) -> int:
    indented = next(holder.iterfind(".//td[@indent]"), None)  # as Hacker News does
    if indented is not None and indented.get("indent").isdecimal():
        return int(indented.get("indent")[:2])
    return sum(each in holders for each in islice(holder.iterancestors(), 40))
