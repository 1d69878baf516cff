"""HTML without what could run, and well-formed. The only door to nh3."""

from __future__ import annotations

import nh3

from tuireader.content.dom.repair import flattened, without_oddities
from tuireader.content.dom.tree import Node, parse
from tuireader.content.maths.formulas import with_formulas

SCHEMES = frozenset(
    {
        "http", "https", "mailto", "ftp", "ftps", "gemini", "gopher", "git", "irc", "ircs", "magnet", "matrix",
        "news", "nntp", "sip", "sips", "sms", "ssh", "tel", "xmpp",
    }
)  # fmt: skip
"""Of links that stay links; which of them open is decided where they are opened."""

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
        "name", "reversed", "role", "rowspan", "src", "srcset", "start", "style", "title", "type", "value", "width",
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


def tree_of(html: str) -> Node:
    """Parse HTML into a tree without active content."""
    return parse(_CLEANER.clean(flattened(with_formulas(without_oddities(html)))))


def without_tags(html: str) -> str:
    """Return HTML without its tags, and without what an article never shows; character references stay."""
    return _TEXT.clean(html)
