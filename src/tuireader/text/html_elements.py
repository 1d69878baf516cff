"""The elements of HTML, by kind: one vocabulary for all who look at tags."""

from __future__ import annotations

MARKS = frozenset(
    {
        "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
        "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var",
    }
)  # fmt: skip
"""What marks a stretch of text."""

INLINE = MARKS | {
    "button", "data", "img", "input", "label", "noscript", "option", "picture", "rp", "rt", "ruby", "time", "wbr",
}  # fmt: skip
"""What stands in a paragraph."""

VOID = frozenset({"br", "col", "embed", "hr", "img", "input", "source", "track", "wbr"})
"""What has no content and no end tag."""

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
"""Headings, from the highest level."""

SECTIONS = frozenset(
    {
        "address", "article", "aside", "center", "details", "div", "fieldset", "footer", "form", "header", "hgroup",
        "main", "nav", "section",
    }
)  # fmt: skip
"""What holds blocks, and says at most which part of a page they are."""

BLOCKS = SECTIONS | {
    *HEADINGS, "blockquote", "caption", "dd", "dl", "dt", "figcaption", "figure", "hr", "legend", "li", "ol", "p",
    "pre", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
"""What begins on a line of its own, and its parts."""

CLOSED_BY_NEXT = frozenset(
    {"caption", "dd", "dt", "li", "option", "p", "rp", "rt", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
"""What the next of its kind closes, without an end tag."""
