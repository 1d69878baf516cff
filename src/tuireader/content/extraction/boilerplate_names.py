"""Classify the parts of a page by element and class names, and find the blocks around its article. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, islice, pairwise

from tuireader.content.cleaning.boilerplate import BUTTON, PARTS
from tuireader.content.extraction.blocks import Block, Blocks, Span, is_text
from tuireader.content.extraction.page import Element, lead_away, outwards, text_of
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
        "audioplayer", "backlinks", "banner", "breadcrumb", "breadcrumbs", "byline", "bylines", "claps", "commentlist",
        "comments", "consent", "cookie", "cookies", "copyright", "dateline", "disqus", "donate", "donation", "eyebrow",
        "gdpr", "kicker", "legal", "licence", "license", "licensing", "lightbox", "login", "masthead", "menu", "modal",
        "mostread", "nav", "navbar", "navi", "navigation", "newsletter", "nextprev", "outbrain", "pager", "pagination",
        "paywall", "popup", "prevnext", "printfriendly", "promo", "promos", "promoted", "promotion", "rail", "ranking",
        "reactions", "recirc", "recirculation", "recommendation", "recommendations", "recommended", "related",
        "respond", "share", "sharebar", "sharedaddy", "sharing", "sidebar", "signup", "skip", "social", "sponsor",
        "sponsored", "sponsors", "subscribe", "subscription", "subscriptions", "taboola", "tagcloud", "taglist", "tags",
        "teasers", "timestamp", "toc", "tocs", "toolbar", "trending", "webmention", "webmentions",
    }
)  # fmt: skip
"""Words in the class names of parts around an article."""
_PAIRS = frozenset(
    f"{first} {second}"
    for firsts, seconds in (
        ("author about", "bio biography box card footer info note profile"),
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
        ("comment comments", "area count form list respond section thread"),
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
            found = list(_tokens(each, _TOKENS_MAX))
            words.update(found)
            pairs.update(map(" ".join, pairwise(found)))
    return frozenset(words), frozenset(pairs)


def _tokens(name: str, at_most: int) -> Iterator[str]:
    """The leading words of a class name in lower case, but for short ones beside a digit, which are parts of a hash."""
    for found in islice(_TOKEN.finditer(name), at_most):
        is_hashed = name[found.start() - 1 : found.start()].isdigit() or name[found.end() : found.end() + 1].isdigit()
        if not (is_hashed and len(found[0]) <= _HASHED_MAX):
            yield found[0].lower()


def _words_of(element: Element) -> tuple[frozenset[str], frozenset[str]]:
    given = element.attrib
    return _words(given.get("class", "")[:_LENGTH_MAX], given.get("id", "")[:_LENGTH_MAX])


def names_of(element: Element) -> frozenset[str]:
    """Return the words in an element's classes and id."""
    return _words_of(element)[0]


@lru_cache(maxsize=4096)
def _called_around(classes: str, name: str) -> frozenset[str]:
    words, pairs = _words(classes, name)
    return (words & _AROUND) | (pairs & _PAIRS) | PARTS.intersection(classes.split())


def reasons(element: Element) -> frozenset[str]:
    """Return the words in an element's tag, role, classes and id that mark it as around the article."""
    given, tag = element.attrib, element.tag
    if tag in _NEVER_AROUND:
        return _NO_REASON
    if (role := given.get("role")) in _AROUND_ROLES:
        return frozenset((role,))
    if tag in _AROUND_TAGS and not (
        (tag == "footer" and element.getparent().tag in _WITH_FOOTER)
        or (tag == "aside" and (not _words_of(element)[0].isdisjoint(_NOTES) or _is_remark(element)))
    ):
        return frozenset((tag,))
    if not ("class" in given or "id" in given):
        return _NO_REASON
    found = _called_around(given.get("class", "")[:_LENGTH_MAX], given.get("id", "")[:_LENGTH_MAX])
    return _NO_REASON if found and _is_of_document(element) else found


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
    if heading is None or not slug or _slug(text_of(heading)[:_LENGTH_MAX]) != slug:
        return False
    around = element.getparent()
    return " " in slug or (around is not None and around.tag == element.tag and "id" in around.attrib)


def _is_box(element: Element) -> bool:
    """Whether an element is a DocBook or Sphinx box with a title of its own."""
    if element.get("class") not in {"sidebar", "admonition"}:
        return False
    return any(not _BOX_TITLES.isdisjoint(each.get("class", "").split()) for each in islice(element, 2))


def sections_of(element: Element) -> list[Element]:
    parts = islice(element, _PARTS_MAX)
    return [each for each in parts if each.tag in {"section", "div"} and _is_of_document(each)]


def _slug(text: str) -> str:
    return " ".join(word.lower() for word in _WORD.findall(text))


def weight(element: Element) -> int:
    """Return how likely an element holds an article by its names: 25 per word for it, -25 per word against it."""
    if not ("class" in element.attrib or "id" in element.attrib):
        return 0
    words, pairs = _words_of(element)
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
    names = (list(_tokens(each, 2)) for each in classes.split())
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
        each.tag in _LEFT_OUT or (each.attrib and not _words_of(each)[0].isdisjoint(_FOOTNOTES)) or _is_box(each)
        for each in outwards(element, _NEAR)
    )


_OVERLAYS = frozenset({"alertdialog", "consent", "cookie", "cookies", "dialog", "gdpr"})
"""Words for what covers a page at first."""
_TITLES_MAX = 3
"""Maximum titles that are looked for in what may be an overlay."""
_COMMENTS = frozenset({"comments", "commentlist", "disqus", "respond"})
_SENTENCE_MIN, _STOPS = 40, tuple('.!?…。！？”"')
"""Minimum letters of a short sentence, and its endings."""
_MAIN_MIN = 400
"""Minimum letters of prose by which a part is the main one."""
_FEW_LINKS = 0.25
"""Maximum share of prose in links."""
_REMOVED_SHARE_MAX = 0.4
"""Maximum share of the letters outside links that one name can remove."""
_LEFT_MIN = 250
"""Minimum letters outside links that must remain of a page, comments not counted."""
_TEASERS_MIN, _TEASERS_SHARE = 3, 0.8
"""Minimum teasers of a list of teasers, and their minimum share of its parts."""
_TEASER_BLOCKS, _TEASER_TITLE, _TEASER_TEXT = 9, 8, 260
"""Maximum blocks of a teaser, minimum letters of its title, and maximum letters of the rest."""
_LINES = frozenset({"dd", "dt", "li", "p"})
_BUTTON_MAX = 80
_NO_BUTTONS = frozenset({*HEADINGS, "dd", "dt", "pre", "td", "th"})


class Prose:
    """The prose of a page: its long blocks with few links, outside of what covers the page at first."""

    def __init__(self, blocks: Blocks) -> None:
        self.named = [
            (span, said) for each, span in blocks.spans.items() if span[0] < span[1] and (said := reasons(each))
        ]
        """The range of each element that is named as around the article, with its reasons."""
        sizes = [len(block.key) if is_text(block, _FEW_LINKS) else 0 for block in blocks]
        headings = [number for number, block in enumerate(blocks) if block.element.tag == "h1"]
        self.overlays = [
            (first, last)
            for first, last in _apart(span for span, said in self.named if not said.isdisjoint(_OVERLAYS))
            if not any(first <= number < last for number in headings[:_TITLES_MAX])
        ]
        """The ranges of what covers the page at first."""
        for first, last in self.overlays:
            sizes[first:last] = [0] * (last - first)
        self._before = [0, *accumulate(sizes)]
        self.whole = self._before[-1]
        """Its letters in all."""
        self._title = headings[0] if len(headings) == 1 else -1
        self._outside_comments = _sentences(blocks, [span for span, _ in self.named])
        self._by_names: dict[frozenset[str], int] = {}
        """The prose in all parts of the same names; in parts within others it counts once."""
        ends: dict[frozenset[str], int] = {}
        for span, said in self.named:
            if span[0] >= ends.get(said, 0):
                ends[said] = span[1]
                self._by_names[said] = self._by_names.get(said, 0) + self.within(span)

    def within(self, span: Span) -> int:
        """The letters of prose in a range of blocks."""
        return self._before[span[1]] - self._before[span[0]]

    def is_main(self, span: Span, said: frozenset[str]) -> bool:
        """Whether a part, or all parts of its names, hold most of the prose, or a part holds the title with prose.

        Then its names say nothing. Comments may hold more than a short article: they are the main part only where there
        is hardly any other prose.
        """
        size = self.within(span)
        if not said.isdisjoint(_COMMENTS):
            return size > self._outside_comments < _LEFT_MIN
        is_most = 2 * max(size, self._by_names[said]) > self.whole
        return size >= _MAIN_MIN and (is_most or span[0] <= self._title < span[1])


def _sentences(blocks: Blocks, named: Sequence[Span]) -> int:
    """The letters of sentences, however short, outside all named parts."""
    outside = [len(block.key) if _is_sentence(block) else 0 for block in blocks]
    for first, last in _apart(named):
        outside[first:last] = [0] * (last - first)
    return sum(outside)


def _is_sentence(block: Block) -> bool:
    return len(block.key) >= _SENTENCE_MIN and block.text.endswith(_STOPS) and block.links < _FEW_LINKS * len(block.key)


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The ranges that lie in no other one of them; they come in document order."""
    found: list[Span] = []
    for span in spans:
        if not found or span[0] >= found[-1][1]:
            found.append(span)
    return found


def blocks_around(blocks: Blocks, prose: Prose, bodies: list[Span], url: str) -> list[bool]:
    """Return, for each block, whether it is around the article, and not part of it.

    Names that would remove most of the text are ignored. Elements with the same names count together, since a theme
    may mark each paragraph. `bodies` are the ranges named as article text: of names that mark no part of them, more is
    removed. `url` is the address of the page.
    """
    found = [_is_button(block) for block in blocks]
    plain = [0, *accumulate(len(block.key) - block.links for block in blocks)]
    for first, last in (*_removed(prose, bodies, plain), *prose.overlays):
        found[first:last] = [True] * (last - first)
    left = sum(len(block.key) - block.links for block, out in zip(blocks, found, strict=True) if not out)
    for teasers in _teasers(blocks, url):
        size = sum(plain[last] - plain[first] for first, last in teasers)
        if size <= min(_REMOVED_SHARE_MAX * plain[-1], left - _LEFT_MIN):
            left -= size
            for first, last in teasers:
                found[first:last] = [True] * (last - first)
    return found


def _removed(prose: Prose, bodies: list[Span], plain: Sequence[int]) -> Iterator[Span]:
    """Yield the ranges of the parts that are removed for their names; `plain` are the letters before each block."""
    starts = {first for first, _ in bodies}
    named_before = [0, *accumulate(number in starts for number in range(len(plain) - 1))]

    def is_elsewhere(parts: list[Span]) -> bool:
        """Whether the page names article text, but none in these parts."""
        return bool(bodies) and not any(named_before[last] - named_before[first] for first, last in parts)

    groups: dict[frozenset[str], list[Span]] = {}
    for span, said in prose.named:
        if is_elsewhere([span]) or not prose.is_main(span, said):
            groups.setdefault(said, []).append(span)
    for said, spans in groups.items():
        parts = _apart(spans)
        size = sum(plain[last] - plain[first] for first, last in parts)
        is_sure = not said.isdisjoint(SURELY_AROUND)
        left = 0 if is_elsewhere(parts) else _LEFT_MIN
        if size <= max(_REMOVED_SHARE_MAX * plain[-1], plain[-1] - left if is_sure else 0):
            yield from parts


def _is_button(block: Block) -> bool:
    """Whether a block is only a button label or an advertisement notice."""
    if len(block.text) > _BUTTON_MAX or block.element.tag in _NO_BUTTONS or not BUTTON.fullmatch(block.text):
        return False
    if not any(map(str.isalpha, block.text)) and block.element.tag != "div":
        return False
    around = tuple(outwards(block.element, 2))
    if block.links == 0 and any(each.tag == "li" for each in around):
        return False
    return not any(each.tag in _NO_BUTTONS for each in around[1:])


def _teasers(blocks: Blocks, url: str) -> Iterator[list[Span]]:
    """Yield the ranges of lists of teasers: sibling elements, each short, with a linked title.

    Lists that link to other sites are kept: they are the subject of a newsletter or round-up.
    """
    for element in blocks.spans:
        groups: dict[tuple[str, str], list[Element]] = {}
        for child in element if len(element) >= _TEASERS_MIN else ():
            if (span := blocks.spans.get(child)) and span[0] < span[1]:
                groups.setdefault((child.tag, child.get("class", "")), []).append(child)
        for parts in groups.values():
            spans = [blocks.spans[part] for part in parts]
            teasers = [span for span in spans if _is_teaser(span, blocks)] if len(spans) >= _TEASERS_MIN else []
            if len(teasers) >= max(_TEASERS_MIN, _TEASERS_SHARE * len(spans)) and not lead_away(parts, url):
                yield teasers


def _is_teaser(span: Span, blocks: Blocks) -> bool:
    """Whether some blocks are a linked title with hardly more than a sentence or two."""
    first, last = span
    if last - first > _TEASER_BLOCKS or blocks.link_share(span) == 0:
        return False
    parts = [blocks[number] for number in range(first, last)]
    if sum(len(block.key) - block.links for block in parts) > _TEASER_TEXT:
        return False
    if len(parts) > 1:
        return any(block.links >= 0.8 * len(block.key) >= _TEASER_TITLE for block in parts)
    return parts[0].element.tag not in _LINES.union(HEADINGS) and parts[0].links >= _TEASER_TITLE
