"""Threads: the posts of a forum's topic, or a question with its answers, each with its author and date.

A page is a thread if it says so in the terms of schema.org, or if siblings without linked titles hold most of its
prose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from html import escape
from itertools import islice

from tuireader.content.extraction.blocks import Blocks
from tuireader.content.extraction.boilerplate_names import Prose, names_of, reasons
from tuireader.content.extraction.metadata import moments
from tuireader.content.extraction.page import Element, drop, text_of, write
from tuireader.text.folding import letters
from tuireader.text.printable import HEADINGS

DECLARED = re.compile(r"\b(?:DiscussionForumPosting|QAPage)\b")
"""What a page with a thread says of itself."""
_KINDS = frozenset({"Question", "Answer", "Comment", "DiscussionForumPosting", "SocialMediaPosting"})
_BODIES = ("text", "articleBody")
_DATES = ("datePublished", "dateCreated")
_POST_NAMES = frozenset({"answer", "message", "post", "postbit", "postcontainer", "reply"})
"""Words in the class names of posts."""
_AUTHOR_NAMES = frozenset({"author", "creator", "nickname", "poster", "username"})
_SIGNATURES = frozenset({"signature", "sig"})
_SIBLINGS_MIN, _DECLARED_MIN = 3, 2
"""Minimum posts of a thread, and of one that the page declares."""
_SHARE_MIN = 0.5
"""Minimum share of the page's prose in the posts."""
_LINE_MIN, _OUTSIDE_MAX = 20, 400
"""Minimum letters of a line that counts, and maximum letters before the posts: more is an article with comments."""
_WITHIN_MIN = 0.8
"""Minimum share of a post's text in the element that is its body."""
_NAME_MAX, _TITLE_MIN = 60, 25
_FLOW = frozenset({"p", "ul", "ol", "dl", "li", "blockquote", "pre", "table", "figure", *HEADINGS})
"""Elements that are parts of a body, never the whole."""
_LEVEL, _LEVEL_MAX = 2, 6
"""The level of heading of the first reply, and the maximum."""


@dataclass(slots=True)
class Post:
    """A post of a thread."""

    body: Element
    author: str = ""
    """Empty if unknown."""
    moment: datetime | None = None
    """When it was posted, if known."""
    depth: int = 0
    """How many posts it is nested in."""


def posts_of(tree: Element, blocks: Blocks, prose: Prose, *, is_declared: bool) -> list[Post]:
    """Return the posts of a page that is a thread, in their order; none if it is not."""
    marked = _marked(tree) if is_declared else []
    holders = marked or _siblings(blocks, prose, is_declared=is_declared)
    if len(holders) < _DECLARED_MIN:
        return []
    stated = [_stated(each, _BODIES) for each in holders]
    kinds = Counter(_kind(_classed(each)) for each in stated if each is not None)
    kinds = kinds or Counter(_kind(each) for each in map(partial(_deepest, blocks, prose), holders) if each is not None)
    usual = max(kinds, key=lambda kind: kinds[kind], default=None)
    if usual is None:
        return []
    found = [
        (holder, body if body is not None else next(_of_kind(holder, usual), None))
        for holder, body in zip(holders, stated, strict=True)
    ]
    found = [(holder, body) for holder, body in found if body is not None and text_of(body)]
    if not found:
        return []
    opening = list(_before(tree, found[0], usual))
    found[:0] = opening
    size = sum(len(letters(text_of(body))) for _, body in found)
    if len(found) < _DECLARED_MIN or size < _SHARE_MIN * prose.whole * (not marked):
        return []
    holders = [holder for holder, _ in found]
    return [
        # What stands around an opening post that is marked nowhere may be of the whole topic.
        Post(body, depth=0)
        if marked and number < len(opening)
        else Post(body, _author(each, body), _moment(each, body), _depth(each, holders))
        for number, (each, body) in enumerate(found)
    ]


def html_of(posts: Sequence[Post]) -> str:
    """Return the posts as HTML, each reply under its author and day; consumes the page."""
    shallow = min((post.depth for post in posts[1:]), default=0)
    return "".join(_html(post, shallow, is_first=post is posts[0]) for post in posts)


def _html(post: Post, shallow: int, *, is_first: bool) -> str:
    drop([each for each in post.body.iter() if each is not post.body and _is_beside(each)])
    for each in list(post.body.iter(*HEADINGS)):
        each.tag = "h6"
    day = f"{post.moment.day} {post.moment:%B} {post.moment.year}" if post.moment else ""
    said = " · ".join(filter(None, (post.author, day)))
    level = min(_LEVEL_MAX, _LEVEL + max(0, post.depth - shallow))
    head = "" if is_first else f"<h{level}>{escape(said)}</h{level}>" if said else "<hr>"
    return f"{head}<div>{write(post.body)}</div>"


def _is_beside(element: Element) -> bool:
    return not _SIGNATURES.isdisjoint(names_of(element)) or (element.tag not in _FLOW and bool(reasons(element)))


def _marked(tree: Element) -> list[Element]:
    """The elements that schema.org's terms name as posts; of a question, it and its answers."""
    found = [(each.get("itemtype", "").rstrip("/").rsplit("/", 1)[-1], each) for each in tree.iter() if _is_scope(each)]
    found = [(kind, each) for kind, each in found if kind in _KINDS and _stated(each, _BODIES) is not None]
    if any(kind == "Answer" for kind, _ in found):
        found = [(kind, each) for kind, each in found if kind != "Comment"]
    return [each for _, each in found]


def _is_scope(element: Element) -> bool:
    return bool(element.attrib) and element.get("itemtype") is not None


def _stated(scope: Element, names: Iterable[str]) -> Element | None:
    """The part of an item with one of these properties, not of an item within it."""
    for each in _own(scope):
        if not set(names).isdisjoint(each.get("itemprop", "").split()):
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
    for each in _of_kind(tree, kind):
        if each is body or body in each.iterancestors():
            return
        if each in around:
            continue
        if text_of(each):
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
        spans = ((child, blocks.spans.get(child, (0, 0))) for child in inner if child.tag not in _FLOW)
        inner = next((child for child, span in spans if prose.within(span) >= least), None)
    return deepest


def _author(holder: Element, body: Element) -> str:
    stated = _stated(holder, ("author",))
    if stated is not None:
        named = _stated(stated, ("name",))
        return _short(named if named is not None else stated)
    if name := holder.get("data-author"):
        return str(name)[:_NAME_MAX]
    for each in holder.iter():
        if each is body:
            continue
        if not _AUTHOR_NAMES.isdisjoint(names_of(each)) and (said := _short(each)):
            return said
    return ""


def _short(element: Element) -> str:
    """The first text in an element: beside a name stand ranks and counts."""
    said = element.get("content") or next(filter(None, map(str.strip, element.itertext())), "")
    return " ".join(said.split()) if len(said) <= _NAME_MAX else ""


def _moment(holder: Element, body: Element) -> datetime | None:
    stated = _stated(holder, _DATES)
    times = (
        [stated] if stated is not None else [each for each in holder.iter("time") if body not in each.iterancestors()]
    )
    said = (each.get("datetime") or each.get("content") or text_of(each) for each in times)
    return next(moments(said), None)


def _depth(holder: Element, holders: Sequence[Element]) -> int:
    return sum(each in holders for each in islice(holder.iterancestors(), 40))


__all__ = ["DECLARED", "Post", "html_of", "posts_of"]
