"""Where on a page the article stands: the part of it that holds a text which is known in outline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tuireader.content.cleaning.known_by_class import is_part_of_page
from tuireader.content.dom.tree import Node
from tuireader.content.extraction.metadata import letters
from tuireader.text.html_elements import INLINE, VOID

_ENOUGH = 0.7
"""So much of the known text has to be found on the page, by characters."""
_NEARLY_ALL = 0.9
"""So much of what was found has to be in a part, for the rest of the page to be left out."""
_TELLING = 20
_SHORT = 10
_LONG = 25
"""Words of paragraphs that, below and from here on, are some notice and none."""
_SAMPLE = 40
_SAMPLES = 20
"""Characters of the samples of a text, and about how many of them there are."""
_SEARCHED_MAX = 200_000_000
"""Characters that are searched in all, so that no page takes long."""
_WITHIN = INLINE | VOID
_CONTAINERS = frozenset({"div", "section", "article", "main", "center", "td", "table", "tbody", "tr", "form", "font"})

# Around the text of an article, within the same part of the page.
_AROUND_TAGS = frozenset({"nav", "footer"})
_TEXT = frozenset({"p", "pre", "table", "blockquote", "figure"})
_ASIDE = frozenset({"nav", "footer", "aside"})
_WITH_FOOTER = frozenset({"blockquote", "figure"})
_AROUND = frozenset(
    {
        "entry-header", "post-header", "article-header", "page-header", "entry-title", "post-title",
        "article-title", "entry-meta", "post-meta", "article-meta", "post-info", "posted-on", "byline",
        "entry-byline", "dateline", "entry-footer", "post-footer", "article-footer", "cat-links", "tags-links",
        "post-tags", "entry-tags", "tag-list", "author-box", "author-bio", "author-info", "about-author",
        "post-author", "breadcrumb", "breadcrumbs", "newsletter", "newsletter-signup", "subscribe", "advertisement",
        "ad-container", "adsbygoogle", "sidebar", "widget", "widget-area", "related", "related-articles",
        "recommended", "read-next", "more-stories", "license-box", "article-licensing", "post-copyright",
        "post-prevnext", "post-nav", "post-metas", "article-tags",
    }
)  # fmt: skip


BODY = frozenset(
    {
        "entry-content", "post-content", "post__content", "article-content", "article__content", "article-body",
        "article__body", "e-content", "post-body", "post__body", "entry-body", "gh-content", "article-entry",
        "blog-content", "blog-post-content", "story-body", "post-full-content", "markdown-body",
        "md-content__inner",
    }
)  # fmt: skip
"""Classes by which publishers mark the text of an article."""
_BODY_WITHIN = frozenset({"content", "markdown", "prose"})
"""Such classes that count only within an element that is called an article."""


def declared_body(page: Node) -> Node | None:
    """Return the part of a page that is marked as the text of its article; None if there is none, or several."""
    bodies = _bodies(page, within=False)
    while len(bodies) == 1:
        inner = [each for child in _elements(bodies[0]) for each in _bodies(child, within=True)]
        if len(inner) != 1 or _holds_text(bodies[0], inner[0]):
            return bodies[0]
        bodies = inner
    return None


def _bodies(node: Node, *, within: bool) -> list[Node]:
    """The outermost parts of a node, or the node itself, that are marked as text of an article and hold any."""
    if is_part_of_page(node):
        return []
    classes = node["class"].split()
    if (
        not BODY.isdisjoint(classes)
        or "articleBody" in node["itemprop"].split()
        or (within and not _BODY_WITHIN.isdisjoint(classes))
    ):
        return [node] if node.words() else []
    return [each for child in _elements(node) for each in _bodies(child, within=within or node.tag == "article")]


def _holds_text(part: Node, apart_from: Node) -> bool:
    """Whether there is anything but short notices in a part of a page, apart from a part of that."""
    if part.tag in _TEXT:
        return part.tag != "p" or len(part.words().split()) >= _SHORT
    return any(child is not apart_from and _holds_text(child, apart_from) for child in _elements(part))


def _elements(node: Node) -> list[Node]:
    return [child for child in node.children if isinstance(child, Node)]


def paragraphs(node: Node, apart_from: Node) -> Iterator[Node]:
    """Yield the long paragraphs of a page that may be of its article, apart from those in one part of it."""
    for child in node.children:
        if not isinstance(child, Node) or child is apart_from or child.tag in _ASIDE or is_part_of_page(child):
            continue
        if child.tag != "p":
            yield from paragraphs(child, apart_from)
        elif len(child.words().split()) >= _LONG:
            yield child


def container_of(page: Node, lines: Iterable[str]) -> Node | None:
    """Return the smallest part of a page that holds (nearly) all of these lines, None if most are nowhere on it."""
    found = _Finder(list(map(letters, lines)))
    if found.count(page) < _ENOUGH * len(found.text):
        return None
    part = page
    while True:
        inner = [child for child in part.children if isinstance(child, Node) and child.tag in _CONTAINERS]
        best = max(inner, key=found.of, default=None)
        if best is None or found.of(best) < _NEARLY_ALL * found.of(page):
            return part
        part = best


def holds(page: Node, text: str) -> bool:
    """Whether a text stands on a page, by samples: what is written for machines only does not."""
    key, there = letters(text), letters(page.words())
    samples = [key[start : start + _SAMPLE] for start in range(0, len(key), max(_SAMPLE, len(key) // _SAMPLES))]
    return sum(sample in there for sample in samples) >= len(samples) / 2


def main_part(page: Node) -> Node | None:
    """Return what a page calls its article, or its main part; None if there is text elsewhere, or several of these."""
    for tag in ("article", "main"):
        parts = [each for each in page.elements() if tag in {each.tag, each["role"]}]
        if len(parts) == 1:
            return None if any(paragraphs(page, parts[0])) else parts[0]
    return None


def prune(part: Node) -> None:
    """Take out of a part of a page, in place, what stands around the text of the article."""
    kept: list[Node | str] = []
    for child in part.children:
        if isinstance(child, Node):
            if child.tag in _AROUND_TAGS and part.tag not in _WITH_FOOTER:
                continue
            if not _AROUND.isdisjoint(child["class"].lower().split()):
                continue
            if child.tag == "header" and any(each.tag == "h1" for each in child.elements()):
                continue
            prune(child)
        kept.append(child)
    part.children = kept


class _Finder:
    """How much of what is known each part of a page holds."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = set(lines)
        self.text = "".join(lines)
        self.searches = _SEARCHED_MAX // max(1, len(self.text))
        self.counts: dict[int, int] = {}

    def of(self, node: Node) -> int:
        """How much of the text is in a part; nothing where that holds no block, such as a bare font element."""
        return self.counts.get(id(node), 0)

    def knows(self, key: str) -> bool:
        """Whether a block is a line of the text, or, if it is long enough to tell, in pieces on several."""
        if key in self.lines:
            return True
        self.searches -= 1
        return self.searches >= 0 and len(key) >= _TELLING and key in self.text

    def count(self, node: Node) -> int:
        """Count the characters in a part that are known, in its blocks and in the lines of text between them."""
        total, line = 0, Node("span")
        for child in node.children:
            if isinstance(child, Node) and _holds_blocks(child):
                total += self._known(line) + self.count(child)
                line = Node("span")
            else:
                line.children.append(child)
        total += self._known(line)
        self.counts[id(node)] = total
        return total

    def _known(self, line: Node) -> int:
        key = letters(line.words()) if line.children else ""
        return len(key) if key and self.knows(key) else 0


def _holds_blocks(node: Node) -> bool:
    """Whether an element is a block, or a mark around blocks, as old pages have them."""
    return node.tag not in _WITHIN or any(each.tag not in _WITHIN for each in node.elements())
