"""Classify the parts of a page by the names of elements and classes. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from itertools import islice, pairwise

from tuireader.content.cleaning.boilerplate import named_parts
from tuireader.content.extraction.page import Element, outwards, text_of
from tuireader.text.printable import HEADINGS

_TOKEN = re.compile(r"[A-Z]?[a-z]+|[A-Z]{2,}(?![a-z])|\d+")
_TOKENS_MAX = 3
"""Number of leading words of a class name that count: later ones say what the part is for."""
_STATES = re.compile(
    r"(?:no|has|with|is|without)(?:-|(?=[A-Z]))|.*(?:[-_](?:has|with|without|no)[-_]|sidebar-?position|promoted|ctxtmenu)"
    r"|(?:category|tag)-(?!(?:cloud|links?|list|menu)\b)",
    re.IGNORECASE,
)
"""Class names that say what a part has or lacks, or where it is filed, not what it is."""
_LENGTH_MAX = 300
_HASHED_MAX = 3
"""Maximum letters of a word that beside a digit is part of a hash."""

_AROUND = frozenset(
    {
        "ad", "ads", "adsbygoogle", "adsense", "adslot", "advert", "advertisement", "advertising", "adverts",
        "audioplayer", "backlinks", "banner", "breadcrumb", "breadcrumbs", "byline", "bylines", "claps",
        "commentlinks", "commentlist", "comments", "consent", "cookie", "cookies", "copyright", "dateline",
        "disqus", "donate", "donation", "eyebrow", "gdpr", "kicker", "legal", "licence", "license", "licensing",
        "lightbox", "login", "masthead", "menu", "modal", "mostread", "nav", "navbar", "navi", "navigation",
        "newsletter", "nextprev", "outbrain", "pager", "pagination", "paywall", "popup", "prevnext",
        "printfriendly", "promo", "promos", "promoted", "promotion", "rail", "ranking", "reactions", "recirc",
        "recirculation", "recommendation", "recommendations", "recommended", "related", "respond", "share",
        "sharebar", "sharedaddy", "sharing", "sidebar", "signup", "skip", "social", "sponsor", "sponsored",
        "sponsors", "subscribe", "subscription", "subscriptions", "taboola", "tagcloud", "taglist", "tags",
        "teasers", "timestamp", "toc", "tocs", "toolbar", "trending", "webmention", "webmentions",
    }
)  # fmt: skip
"""Words in the class names of parts around an article."""
_PAIRS = frozenset(
    f"{first} {second}"
    for firsts, seconds in (
        ("author about", "bio biography box card dropdown footer info note profile"),
        ("read", "also in more next on time"),
        ("more", "articles from news on posts stories to"),
        ("most", "commented popular read shared viewed"),
        ("also further latest next other popular prev previous recent similar suggested trending", "article articles"),
        ("also further latest next other popular prev previous recent similar suggested trending", "post posts"),
        ("also further latest next other popular prev previous recent similar suggested trending", "comments entries"),
        ("also further latest next other popular prev previous recent similar suggested trending", "links news reads"),
        ("also further latest next other popular prev previous recent similar suggested trending", "stories"),
        ("you", "may might"),
        ("up", "next"),
        ("article content entry page post story", "actions copyright footer info licence license licensing links meta"),
        ("article content entry page post story", "metas nav navigation prevnext related share tags tools"),
        ("cat categories category tag tags", "cloud links list menu"),
        ("posted", "by in on time"),
        ("global main page site", "footer header menu nav navigation"),
        ("call cta", "banner box to"),
        ("edit", "link page this"),
        ("table", "of"),
        ("sign", "in up"),
        ("follow", "us"),
        ("email mail", "capture form signup"),
        ("back", "to"),
        ("prev previous", "next"),
        ("next", "prev previous"),
        ("gallery image slide", "count counter"),
        ("comment comments", "area block blocks box count form list respond section thread"),
        ("reader user visitor visitors", "comment comments"),
        ("full video", "transcript"),
        ("white", "paper papers"),
    )
    for first in firsts.split()
    for second in seconds.split()
)
"""Pairs of words that count only together."""
SURELY_AROUND = frozenset(
    {
        "aside", "comments", "commentlist", "consent", "cookie", "cookies", "disqus", "footer", "gdpr", "nav",
        "next prev", "prev next", "respond", "site footer", "site header",
    }
)  # fmt: skip
"""Words that never name the article itself."""
_AROUND_TAGS = frozenset({"aside", "footer", "form", "menu", "nav"})
_AROUND_ROLES = frozenset(
    {"banner", "complementary", "contentinfo", "dialog", "menu", "menubar", "navigation", "search", "toolbar"}
)
_NEVER_AROUND = frozenset({"body", "code", "pre", "table", "td", "tr", *HEADINGS})
_WITH_FOOTER = frozenset({"blockquote", "figure"})
_NOTES = frozenset(
    {
        "admonition", "callout", "caution", "danger", "footnote", "footnotes", "hint", "important", "info", "infobox",
        "marginnote", "note", "notice", "pullquote", "sidenote", "tip", "warning",
    }
)  # fmt: skip
"""Words in the class names of boxes beside the text that belong to it."""

_UNLIKELY = frozenset(
    {
        "aside", "author", "box", "card", "cards", "community", "complementary", "contact", "extra", "footer", "form",
        "grid", "header", "hero", "list", "media", "meta", "profile", "rss", "search", "teaser", "widget",
    }
)  # fmt: skip
_LIKELY = frozenset(
    {
        "article", "blog", "body", "chapter", "content", "copy", "document", "entry", "hentry", "longform", "main",
        "markdown", "page", "post", "prose", "richtext", "rte", "story", "text",
    }
)  # fmt: skip
_OF_ARTICLE = frozenset({"article", "blog", "doc", "e", "entry", "gh", "md", "news", "page", "post", "recipe", "story"})
_BODIES = frozenset({"body", "content", "copy", "markdown", "prose", "text"})
"""Second words of class names that mean the text of an article."""
_BODY = re.compile("|".join(sorted(_BODIES)), re.IGNORECASE)

_ONE_OF_MANY = frozenset(
    {
        "answer", "article", "card", "col", "column", "comment", "entry", "event", "h", "hentry", "item", "message",
        "post", "product", "reply", "result", "review", "story", "teaser", "testimonial", "tile",
    }
)  # fmt: skip
_SECTIONS = frozenset(
    {
        *(f"{name}{level}" for name in ("sect", "refsect", "level", "outline-") for level in range(1, 7)),
        "refsynopsisdiv", "refentry", "chapter", "appendix", "preface",
    }
)  # fmt: skip
"""Section classes of DocBook, AsciiDoc, Pandoc and Org."""
_SECTION_CLASSES = 2
_PARTS_MAX = 500
_BOX_TITLES = frozenset({"titlepage", "title", "sidebar-title", "admonition-title"})
_HEADING_WITHIN = 8
"""Maximum elements of a section before its heading."""
_WORD = re.compile(r"[^\W\d_]+")
_LEFT_OUT = frozenset({"figcaption", "figure", "pre", "table"})
_FOOTNOTES = frozenset({"bibliography", "endnote", "endnotes", "fn", "fnlist", "footnote", "footnotes", "references"})
_NOTE_ROLES = frozenset({"doc-footnote", "doc-endnote", "doc-biblioentry"})
_NEAR = 5
"""How many ancestors of a block may mark it as a note."""

_LEADING = frozenset({"a", "button", "form", "img", "input", "iframe", *HEADINGS})
_REMARK_MIN = 60

_NO_REASON: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def _words(classes: str, name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words, and the pairs of words, in an element's classes and id."""
    words: set[str] = set()
    pairs: set[str] = set()
    for each in (*classes.split(), name):
        if not _STATES.match(each):
            found = _tokens(each, _TOKENS_MAX)
            words.update(found)
            pairs.update(map(" ".join, pairwise(found)))
    return frozenset(words), frozenset(pairs)


@lru_cache(maxsize=4096)
def _tokens(name: str, at_most: int) -> tuple[str, ...]:
    """The leading words of a class name in lower case, but for short ones beside a digit, which are parts of a hash."""
    found = []
    for token in islice(_TOKEN.finditer(name), at_most):
        is_hashed = name[token.start() - 1 : token.start()].isdigit() or name[token.end() : token.end() + 1].isdigit()
        if not (is_hashed and len(token[0]) <= _HASHED_MAX):
            found.append(token[0].lower())
    return tuple(found)


def _words_of(element: Element) -> tuple[frozenset[str], frozenset[str]]:
    given = element.attrib
    return _words(given.get("class", "")[:_LENGTH_MAX], given.get("id", "")[:_LENGTH_MAX])


def names_of(element: Element) -> frozenset[str]:
    """Return the words in an element's classes and id."""
    return _words_of(element)[0]


@lru_cache(maxsize=4096)
def _called_around(classes: str, name: str) -> frozenset[str]:
    words, pairs = _words(classes, name)
    return (words & _AROUND) | (pairs & _PAIRS) | named_parts(classes.split())


def reasons(element: Element) -> frozenset[str]:
    """Return the words in an element's tag, role, classes and id that mark it as around the article."""
    given, tag = element.attrib, element.tag
    if tag in _NEVER_AROUND:
        return _NO_REASON
    if (role := given.get("role")) in _AROUND_ROLES:
        return frozenset((role,))
    if tag in _AROUND_TAGS and not (
        (tag == "footer" and (element.getparent().tag in _WITH_FOOTER or _is_note_below(element)))
        or (tag == "aside" and (not _words_of(element)[0].isdisjoint(_NOTES) or _is_remark(element)))
    ):
        return frozenset((tag,))
    if not ("class" in given or "id" in given):
        return _NO_REASON
    identity = "" if tag == "dt" else given.get("id", "")  # that of a term is made of its words
    found = _called_around(given.get("class", "")[:_LENGTH_MAX], identity[:_LENGTH_MAX])
    return _NO_REASON if found and _is_of_document(element) else found


def _is_note_below(footer: Element) -> bool:
    """Whether a footer is a note right below the paragraphs of a text: a correction, say."""
    return [each.tag for each in islice(footer.itersiblings(preceding=True), 2)] == ["p", "p"] and _is_remark(footer)


def _is_remark(aside: Element) -> bool:
    """Whether an aside is only text: a remark of the author's, without links."""
    return not any(each.tag in _LEADING for each in aside.iter()) and len(text_of(aside)) >= _REMARK_MIN


def _is_of_document(element: Element) -> bool:
    """Whether an element is a section of a document, named after its heading, or a box in one."""
    classes = element.get("class", "").split()
    if element.tag not in {"section", "div", "aside"} or len(classes) > _SECTION_CLASSES:
        return False
    if not _SECTIONS.isdisjoint(classes):
        return True
    if _is_box(element):
        return True
    if classes not in ([], ["section"]):
        return False
    heading = next((each for each in islice(element.iter(), _HEADING_WITHIN) if each.tag in HEADINGS), None)
    slug = _slug(element.get("id", ""))
    title = "" if heading is None else _slug(text_of(heading)[:_LENGTH_MAX])
    if not title or not (slug == title or (" " in title and slug.startswith(title + " "))):
        return False
    around = element.getparent()
    return " " in slug or (around is not None and around.tag == element.tag and "id" in around.attrib)


def _is_box(element: Element) -> bool:
    """Whether an element is an admonition, or a DocBook or Sphinx box with a title of its own."""
    if "admonition" in (classes := element.get("class", "").split()):
        return True
    if classes != ["sidebar"]:
        return False
    return any(not _BOX_TITLES.isdisjoint(each.get("class", "").split()) for each in islice(element, 2))


def sections_of(element: Element) -> list[Element]:
    parts = islice(element, _PARTS_MAX)
    return [each for each in parts if each.tag in {"section", "div"} and _is_of_document(each)]


def _slug(text: str) -> str:
    return " ".join(word.lower() for word in _WORD.findall(text))


def weight(element: Element, *, but: Collection[str] = ()) -> int:
    """Return how likely an element holds an article by its names, `but` some: 25 for it, -25 against it."""
    if not ("class" in element.attrib or "id" in element.attrib):
        return 0
    words, pairs = _words_of(element)
    words = words.difference(but)
    against = not (words.isdisjoint(_UNLIKELY) and words.isdisjoint(_AROUND) and pairs.isdisjoint(_PAIRS))
    return (0 if words.isdisjoint(_LIKELY) else 25) - (25 if against else 0)


def is_one_of_many(element: Element) -> bool:
    return element.tag == "article" or not _words_of(element)[0].isdisjoint(_ONE_OF_MANY)


def is_body(element: Element) -> bool:
    """Whether an element's names mean the text of an article."""
    given = element.attrib
    if "articleBody" in given.get("itemprop", "").split():
        return True
    return "class" in given and _is_called_body(given["class"][:_LENGTH_MAX])


@lru_cache(maxsize=4096)
def _is_called_body(classes: str) -> bool:
    if _BODY.search(classes) is None:
        return False
    names = (_tokens(each, 2) for each in classes.split())
    return any(len(name) == 2 and name[0] in _OF_ARTICLE and name[1] in _BODIES for name in names)


def is_note(element: Element, names: Collection[str]) -> bool:
    """Whether an element is in a note with one of these names."""
    holder = next((each for each in outwards(element, _NEAR) if each.get("id") in names), None)
    return holder is not None and (
        holder.get("role") in _NOTE_ROLES
        or any(not _words_of(each)[0].isdisjoint(_FOOTNOTES) for each in outwards(holder, _NEAR))
    )


def is_left_out(element: Element) -> bool:
    """Whether trafilatura drops a block of this kind: code, tables, captions, notes."""
    return any(
        each.tag in _LEFT_OUT
        or (each.attrib and not _words_of(each)[0].isdisjoint(_FOOTNOTES))
        or _is_box(each)
        or (each.tag == "footer" and _is_note_below(each))
        for each in outwards(element, _NEAR)
    )
