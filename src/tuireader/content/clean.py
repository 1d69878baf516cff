"""From the HTML of a feed or a page to the HTML of an article, safe and tidy. The only door to nh3."""

from __future__ import annotations

from html import unescape

import nh3

from tuireader.content.closing import trim_end
from tuireader.content.mending import flattened, shortened, without_mathml, without_oddities
from tuireader.content.tidying import SCHEMES, tidy
from tuireader.content.tree import Node, parse, serialise
from tuireader.content.words import looks_truncated, tidied, with_breaks, without_tags
from tuireader.text.word_count import count_words

__all__ = ["clean", "count_words", "looks_truncated", "plain_text"]

# nh3 parses as browsers do, drops what could run, and writes every tag closed. What of all this an article keeps,
# and which attributes, is decided in the tree afterwards.
_TAGS = frozenset(
    {
        "a", "abbr", "acronym", "address", "article", "aside", "audio", "b", "bdi", "bdo", "big", "blockquote",
        "br", "button", "caption", "center", "cite", "code", "col", "colgroup", "data", "dd", "del", "details",
        "dfn", "div", "dl", "dt", "em", "embed", "fieldset", "figcaption", "figure", "font", "footer", "form", "h1",
        "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "i", "iframe", "img", "input", "ins", "kbd",
        "label", "legend", "li", "main", "mark", "nav", "noscript", "object", "ol", "p", "picture", "pre", "q",
        "rp", "rt", "ruby", "s", "samp", "section", "select", "small", "source", "span", "strike", "strong", "sub",
        "summary", "sup", "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul",
        "var", "video", "wbr",
    }
)  # fmt: skip
_ATTRIBUTES = frozenset(
    {
        "align", "alt", "aria-hidden", "aria-label", "checked", "class", "colspan", "data",
        "data-enlighter-language", "data-lang", "data-language", "data-lazy-src", "data-lazy-srcset",
        "data-original", "data-src", "data-srcset", "dir", "height", "hidden", "href", "id", "itemprop", "lang",
        "name", "role", "rowspan", "src", "srcset", "start", "style", "title", "type", "value", "width",
    }
)  # fmt: skip
_WITHOUT_CONTENT = frozenset({"script", "style", "svg", "title", "template", "datalist", "canvas", "map"})
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS),
    attributes={"*": set(_ATTRIBUTES)},
    clean_content_tags=set(_WITHOUT_CONTENT),
    url_schemes=set(SCHEMES),
    link_rel=None,
)
_TEXT = nh3.Cleaner(
    tags=set(), clean_content_tags={*_WITHOUT_CONTENT, "select", "textarea", "iframe", "button", "video", "audio"}
)


def clean(html: str, base_url: str = "") -> str:
    """Return the HTML of an article without what is dangerous, what is not of the article, and what no page shows.

    Links are absolute, seen from `base_url`. Frames, films and sound are links. What is longer than `SIZE_MAX`
    characters is cut off, and the text says so.
    """
    html, notice = shortened(html)
    return clean_tree(tree_of(html), base_url) + notice


def tree_of(html: str) -> Node:
    """Return HTML as a tree, without what could run, but otherwise as it is."""
    return parse(_CLEANER.clean(flattened(without_mathml(without_oddities(html)))))


def clean_tree(root: Node, base_url: str) -> str:
    """Return what `clean` makes of a tree; the tree itself is used up."""
    tidy(root, base_url)
    trim_end(root)
    return serialise(root.children)


def plain_text(html: str) -> str:
    """Return the text of HTML for counting and searching: a line for each block, entities decoded, printable."""
    html, _ = shortened(html)
    text = without_tags(html)
    if text is None:
        text = unescape(_TEXT.clean(flattened(with_breaks(without_oddities(html)))))
    return tidied(text)
