"""HTML elements by kind, shared by all modules that handle tags."""

from __future__ import annotations

MARKS = frozenset(
    {
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
        "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var",
    }
)  # fmt: skip
"""Elements that mark a range of text."""

INLINE = MARKS | {
    "button", "data", "img", "input", "label", "noscript", "option", "picture", "rp", "rt", "ruby", "time", "wbr",
}  # fmt: skip
"""Elements within a paragraph."""

VOID = frozenset({"br", "col", "embed", "hr", "img", "input", "source", "track", "wbr"})
"""Elements without content and end tag."""

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
"""Heading elements."""

SECTIONS = frozenset(
    {
        "address", "article", "aside", "center", "details", "div", "fieldset", "footer", "form", "header", "hgroup",
        "main", "nav", "section",
    }
)  # fmt: skip
"""Elements that contain blocks and at most name a part of the page."""

BLOCKS = SECTIONS | {
    *HEADINGS, "blockquote", "caption", "dd", "dl", "dt", "figcaption", "figure", "hr", "legend", "li", "ol", "p",
    "pre", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
"""Elements that start on a new line, and their parts."""
