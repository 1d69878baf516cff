"""A web page as an lxml tree: parsing, removing hidden parts, and matching the user's CSS selectors."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from itertools import chain, islice
from typing import Any, NamedTuple, TypeAlias

from cssselect import HTMLTranslator, SelectorError
from lxml.etree import Comment, LxmlError, XPath  # type: ignore[import-untyped]
from lxml.html import HTMLParser, document_fromstring, tostring  # type: ignore[import-untyped]

from tuireader.content.cleaning.boilerplate import UNSEEN_STYLE, is_unseen
from tuireader.content.cleaning.media import FORMULA_IMAGES
from tuireader.text.printable import HEADINGS, INLINE, MARKS
from tuireader.urls.hosts import lead_elsewhere

Element: TypeAlias = Any
"""An element of an lxml tree."""

_BEGINNING, _BEGINNING_MAX = re.compile(r"<html[\s>]", re.IGNORECASE), 5000
"""Where the document begins: some servers send a page inside something else."""
_STREAMED = re.compile(r"""\sid=["'][\w:-]{0,40}S:[0-9a-f]{1,6}["']""")
_PLACE = re.compile(r"(.{0,40})[BP]:([0-9a-f]{1,6})")
_UNSEEN_TAGS = frozenset(
    {"script", "style", "template", "link", "base", "svg", "canvas", "datalist", "select", "textarea", "noframes"}
)
_OF_HEAD = frozenset({"title", "meta", "link", "script", "style", "base", "noscript", "template"})
_HIDDEN_UNTIL = re.compile(r"(?:^|\s)(?:(?:sm|md|lg|xl|2xl):|d-(?:sm|md|lg|xl|xxl)-)(?!none|hidden)")
"""Classes that show on wide screens what another class hides."""
_HIDING = frozenset({"hidden", "hide", "d-none", "is-hidden", "u-hidden", "invisible"})
_HIDING_ATTRIBUTES = frozenset({"aria-hidden", "class", "hidden", "style"})
_PANELS = frozenset({"div", "section", "dd"})
_PANEL = re.compile(
    r"(?:^|[\s_-])(?:accordion|collaps(?:e|ible)|tab-?(?:pane|panel|content)|faq)(?:[\s_-]|$)", re.IGNORECASE
)
"""Classes of what can be folded."""
_NO_PANEL = re.compile(
    r"newsletter|sign-?(?:up|in)|subscri|log-?in|modal|cookie|consent|carousel|slide|cite|citation|share|sr-only|menu|nav",
    re.IGNORECASE,
)
"""Classes of what is folded but no text of the article."""
_PANEL_MIN, _PANEL_LINKED = 15, 0.4
"""Minimum characters of a folded text, and maximum share of it in links."""
_MEASURED_MAX, _LINK_COST = 1_000_000, 20
"""Maximum characters of panels that are measured, since they may be nested; and what a link counts."""
_LABEL_MAX, _LABEL_PIECES = 80, 40
"""Maximum characters of a tab's name, and maximum pieces of text that it is read from."""
_PARAGRAPHS_MAX = 3
"""Maximum paragraphs of a heading."""
_CHILDREN_MAX = 1000
_WAITING_MAX = 200
"""Maximum elements of a placeholder's fallback."""
_SPOKEN_MAX = 20
"""Maximum siblings searched for what is read aloud."""
_SPOKEN = ("span", "small", "b", "i")
_DIALOGS = frozenset({"dialog", "alertdialog"})
_SHARE_MAX = 0.4
"""Share of a page's text above which an element is not treated as hidden."""


_FORBIDDEN = {
    **dict.fromkeys((*range(0x20), 0xFFFE, 0xFFFF)), **{ord(space): " " for space in "\v\f"},
    **{ord(kept): kept for kept in "\t\n\r"},
}  # fmt: skip
"""Translation table: removes characters that XML forbids, and replaces forbidden spaces by ordinary ones."""
_WITH_COMMENT = XPath("//*[@*[contains(., '<!--')]]")
"""Elements with `<!--` in an attribute, which libxml2 writes in quadratic time."""

_CALLED_HEADING = re.compile(r"(?<!\S)h[2-6](?!\S)")
"""The class of a heading that is another element, as in Bootstrap."""
_SELF_CLOSED = re.compile(r"<(script|style)\b([^<>]{0,500})/>(?=[^<]{0,100000}</(?i:\1))", re.IGNORECASE)
"""The beginning of a script that the parser would take for the whole of it, so that its code would be text."""


def load(text: str) -> Element | None:
    """Parse a page into a tree; None if it has no content."""
    begins = _BEGINNING.search(text, 0, _BEGINNING_MAX)
    text = text[begins.start() :] if begins is not None else text
    text = _SELF_CLOSED.sub(r"<\1\2>", text)
    is_streamed = _STREAMED.search(text) is not None
    parser = HTMLParser(encoding="utf-8", remove_pis=True, remove_comments=not is_streamed)
    try:
        tree = document_fromstring(text.replace("\0", "\ufffd").encode("utf-8", "replace"), parser=parser)
    except (LxmlError, ValueError):
        return None
    tree = tree.getroottree().getroot()
    if tree.tag != "html":
        return None
    _end_head(tree)
    if tree.find("body") is None:
        return None
    if is_streamed:
        _join_streams(tree)
    _settle_headings(tree)
    for each in _WITH_COMMENT(tree):
        for name, value in each.items():
            each.set(name, value.replace("<!--", ""))
    return tree


def _settle_headings(tree: Element) -> None:
    """Rename, in place, headings that were not closed, and what has the class of one."""
    for each in tree.iter(*HEADINGS):
        if len(list(islice(each.iter("p"), _PARAGRAPHS_MAX + 1))) > _PARAGRAPHS_MAX:
            each.tag = "div"
    for each in tree.iter("div", "p"):
        called = _CALLED_HEADING.search(each.get("class", ""))
        if called is not None and all(child.tag in INLINE for child in each.iterdescendants()):
            each.tag = called[0]


def _end_head(tree: Element) -> None:
    """End the head at the first visible element, for pages without a body tag."""
    head, body = tree.find("head"), tree.find("body")
    if head is None:
        return
    children = list(head)
    first = next(
        (at for at, each in enumerate(children) if isinstance(each.tag, str) and each.tag not in _OF_HEAD), None
    )
    if first is None:
        return
    if body is None:
        body = tree.makeelement("body")
        head.addnext(body)
    moved = children[first:]
    text, body.text = body.text, None
    if text:
        moved[-1].tail = allowed((moved[-1].tail or "") + text)
    body[0:0] = moved


def write(element: Element) -> str:
    return str(tostring(element, encoding="unicode", with_tail=False))


def drop(elements: Iterable[Element]) -> None:
    """Remove elements from their trees; the text after them stays.

    All of a parent at once: the text before an element is copied for each that is removed alone.
    """
    dropped = set(elements)
    for around in {each.getparent() for each in dropped}:
        if around is not None:
            _drop_children(around, dropped)


def _drop_children(around: Element, dropped: Container[Element]) -> None:
    before, texts = None, [around.text or ""]
    for each in list(around):
        if each in dropped:
            texts.append(each.tail or "")
            around.remove(each)
            continue
        _set_text(around, before, texts)
        before, texts = each, [each.tail or ""]
    _set_text(around, before, texts)


def _set_text(around: Element, before: Element | None, texts: Sequence[str]) -> None:
    """Set the text after the child `before` (None: before all children), if more than one text is to be joined."""
    if len(texts) == 1:
        return
    text = allowed("".join(texts)) or None
    if before is None:
        around.text = text
    else:
        before.tail = text


def uncrowded(tree: Element) -> Element:
    """Return a tree for trafilatura, whose time is quadratic in an element's children; the same if they are few.

    Crowded elements of inline markup or loose text become plain text; in others, white space is shortened.
    """
    if not any(map(_is_crowded, tree.iter())):
        return tree
    tree = deepcopy(tree)
    for each in list(filter(_is_crowded, tree.iter())):
        if _has_marks_only(each) or sum(bool((child.tail or "").strip()) for child in each) > _CHILDREN_MAX:
            drop(list(each.iter(*_UNSEEN_TAGS)))
            each.text = "".join(each.itertext())
            del each[:]
            continue
        for child in each:
            if child.tail and not child.tail.strip():
                child.tail = " "
    return tree


def _is_crowded(element: Element) -> bool:
    if len(element) <= _CHILDREN_MAX:
        return False
    return _has_marks_only(element) or sum(bool(each.tail) for each in element) > _CHILDREN_MAX


def _has_marks_only(element: Element) -> bool:
    return all(each.tag in MARKS for each in element.iterdescendants())


def allowed(text: str) -> str:
    """Return text without the characters that lxml's trees refuse."""
    return text.translate(_FORBIDDEN)


def _add_text_before(element: Element, text: str) -> None:
    """Add text before an element, after what stands there."""
    before = element.getprevious()
    if before is not None:
        before.tail = allowed((before.tail or "") + text) or None
    else:
        element.getparent().text = allowed((element.getparent().text or "") + text) or None


def _join_streams(tree: Element) -> None:
    """Insert, in place, the parts that a React server streamed after their placeholders."""
    places, moved = {}, []
    for each in tree.iter("template"):
        if found := _PLACE.fullmatch(each.get("id") or ""):
            places[f"{found[1]}S:{found[2]}"] = each
    for late in [each for each in tree.iter("div") if each.get("hidden") is not None and each.get("id") in places]:
        place = places.pop(late.get("id"), None)
        if place is not None and late not in place.iterancestors():
            moved += _fallback_of(place)
            _add_text_before(place, late.text or "")
            for each in list(late):
                place.addprevious(each)
            moved.append(late)
    drop(moved)
    drop(list(tree.iter(Comment)))


def _fallback_of(place: Element) -> list[Element]:
    """The elements of a placeholder's fallback: everything up to its closing comment."""
    waiting: list[Element] = []
    following = place.getnext()
    while following is not None and isinstance(following.tag, str) and len(waiting) < _WAITING_MAX:
        waiting.append(following)
        following = following.getnext()
    return waiting if following is not None and (following.text or "").strip() == "/$" else []


def drop_unseen(tree: Element) -> None:
    """Remove hidden elements, in place; those with much of the page's text or with notes are unhidden instead.

    Elements of one kind in the same part count together: a gallery may show one at a time.
    """
    body = tree.find("body")
    _unfold(body)
    unseen, hidden = [], []
    for each in body.iter():
        if each.tag in _UNSEEN_TAGS or (each.tag == "dialog" and each.get("open") is None):
            unseen.append(each)
        elif each.attrib and each is not body and _is_hidden(each):
            hidden.append(each)
    drop(unseen)
    whole = len(text_of(body)) if hidden else 0
    alike: dict[tuple[Element, str], list[Element]] = {}
    for each in hidden:
        if not _is_dialog(each):
            alike.setdefault((each.getparent(), each.get("class", "")), []).append(each)
    sizes = {kind: sum(len(text_of(each)) for each in some) for kind, some in alike.items()}
    shown = {each for kind, some in alike.items() if sizes[kind] > _SHARE_MAX * whole for each in some}
    notes = _numbered_targets(body) if hidden else set()
    if notes:
        shown.update(each for each in hidden if any(one.get("id") in notes for one in each.iter()))
    for each in shown:
        _show(each)
    drop(set(hidden) - shown)


def _numbered_targets(body: Element) -> set[str]:
    """The ids that numbers in the text link to: those of its notes."""
    links = (each for each in body.iter("a") if each.get("href", "").startswith("#"))
    return {link.get("href")[1:] for link in links if text_of(link).strip("[]()").isdecimal()}


def _show(element: Element) -> None:
    for name in _HIDING_ATTRIBUTES.intersection(element.keys()):
        del element.attrib[name]


def _unfold(body: Element) -> None:
    """Show what a reader may unfold: the answers of an accordion, and the panels of tabs, each under its tab's name."""
    tabs: dict[str, Element] = {}
    folded: list[Element] = []
    left = _MEASURED_MAX
    for each in body.iter():
        if each.get("role") == "tab":
            for name in filter(None, (each.get("aria-controls", "").lstrip("#"), each.get("id"))):
                tabs.setdefault(name, each)
        if each.tag in _PANELS and each.attrib and left > 0 and _is_panel(each):
            size, links = len(text_of(each)), [len(text_of(link)) for link in each.iter("a")]
            left -= size + _LINK_COST * len(links)
            if size >= _PANEL_MIN and sum(links) < _PANEL_LINKED * size:
                folded.append(each)
    for each, label in [(each, _label(tabs, each)) for each in folded]:
        for holder in outwards(each, 1):
            if holder is not body and _is_hidden(holder):
                _show(holder)
        if label:
            heading = each.makeelement("h4")
            heading.text = label
            each.insert(0, heading)
            heading.tail, each.text = allowed(each.text or ""), None


def _label(tabs: Mapping[str, Element], panel: Element) -> str:
    """The name of a panel's tab; "" if it has none, or one too long for a name."""
    tab = next((tabs[name] for name in (panel.get("id"), panel.get("aria-labelledby")) if name in tabs), None)
    if tab is None or tab in panel.iterancestors():
        return ""
    pieces = list(islice(tab.itertext(), _LABEL_PIECES))
    label = " ".join("".join(pieces).split()) if sum(map(len, pieces)) <= 4 * _LABEL_MAX else ""
    return allowed(label) if len(label) <= _LABEL_MAX else ""


def _is_panel(element: Element) -> bool:
    """Whether an element can be unfolded to text of the article."""
    if any(_NO_PANEL.search(each.get("class", "")) for each in outwards(element, 1)):
        return False
    if element.get("role") == "tabpanel" and not element.get("aria-roledescription"):
        return True
    if element.get("role") == "region" and element.get("aria-labelledby"):
        return True
    before = element.getprevious()
    if before is not None and before.tag in HEADINGS and any(each.get("aria-expanded") for each in before.iter()):
        return True
    is_opened = before is not None and before.tag == "button" and before.get("aria-controls", "") == element.get("id")
    if is_opened and len(text_of(before)) >= _PANEL_MIN:
        return True
    return "class" in element.attrib and _PANEL.search(element.get("class")) is not None


def _is_hidden(element: Element) -> bool:
    given = element.attrib
    if given.get("hidden", "until-found").lower() != "until-found":
        return True
    if given.get("aria-hidden") == "true" and not _is_seen_instead(element):
        return FORMULA_IMAGES.isdisjoint(given.get("class", "").split())
    if _is_dialog(element):
        return True
    if (style := given.get("style")) and UNSEEN_STYLE.search(style):
        return True
    classes = given.get("class", "").split()
    if not is_unseen(element.tag, classes):
        return not _HIDING.isdisjoint(classes) and _HIDDEN_UNTIL.search(given["class"]) is None
    return True


def _is_dialog(element: Element) -> bool:
    return element.get("role") in _DIALOGS or element.get("aria-modal") == "true"


def _is_seen_instead(element: Element) -> bool:
    """Whether text is hidden only from screen readers, for which a sibling has it in full: an initial, a price."""
    return element.tag in INLINE and any(
        each.get("class") and is_unseen(each.tag, each.get("class").split()) and text_of(each)
        for each in islice(element.getparent().iterchildren(*_SPOKEN), _SPOKEN_MAX)
    )


def outwards(element: Element, levels: int) -> Iterator[Element]:
    """Yield an element and its ancestors, at most `levels`."""
    return chain((element,), islice(element.iterancestors(), levels))


def text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def lead_away(parts: Sequence[Element], url: str) -> bool:
    """Return whether most of the parts with links link to other sites only."""
    linked = [[link.get("href", "") for link in part.iter("a")] for part in parts]
    return sum(lead_elsewhere(addresses, url) for addresses in linked) > sum(map(bool, linked)) / 2


SELECTOR_MAX = 500
"""Maximum characters of a selector."""
STEPS_MAX = 20
"""Maximum combinators of a selector, whose time grows exponentially with their number."""
_STEP = re.compile(r"[^\s>+~,]\s*[\s>+~](?!=)\s*(?=[^\s>+~,])")


class Selectors(NamedTuple):
    """CSS selectors for the article and for parts to remove; empty if not set."""

    take: str = ""
    drop: str = ""


NONE = Selectors()


def mistake(css: str) -> str:
    """Return what is wrong with a selector, as a sentence; empty if it is valid."""
    if len(css) > SELECTOR_MAX:
        return f"A selector has at most {SELECTOR_MAX} characters."
    if len(_STEP.findall(css)) > STEPS_MAX:
        return f"A selector has at most {STEPS_MAX} steps from one element to the next."
    try:
        _path(css)
    except (SelectorError, ValueError, RecursionError, OverflowError):
        return "Invalid CSS selector"
    return ""


def without(tree: Element, css: str) -> None:
    """Remove the elements that a selector matches, in place."""
    body = tree.find("body")
    drop([each for each in _matches(tree, css) if each is not tree and each is not body])


def selected(tree: Element, css: str) -> str:
    """The HTML matched by a selector, in document order without nesting; empty if none."""
    found = list(_matches(tree, css))
    chosen = set(found)
    return "".join(write(each) for each in found if not any(around in chosen for around in each.iterancestors()))


def _matches(tree: Element, css: str) -> Iterator[Any]:
    if css and not mistake(css):
        yield from (each for each in tree.xpath(_path(css)) if isinstance(each.tag, str))


@cache
def _path(css: str) -> str:
    return HTMLTranslator().css_to_xpath(css) if css.strip() else "/.."
