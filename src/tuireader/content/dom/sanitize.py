"""HTML within limits and without what could run. The only door to nh3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

import nh3

from tuireader.content.dom.tree import Node, parse
from tuireader.content.maths.formulas import with_formulas
from tuireader.text.html_elements import BLOCKS, CLOSED_BY_NEXT, INLINE, VOID

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


SIZE_MAX = 1_000_000
"""Characters of HTML that are read of one article, not counting pictures that stand in it themselves."""
TAGS_MAX = 60_000
"""Tags that are read of one article."""
NESTING_MAX = 200
"""Elements in each other. The time that parsing takes grows with the square of this."""

_NO_BREAK_MAX = 20_000
"""Spaces that do not break of one article. The time that nh3 takes grows with the square of this."""

_NO_SECTION = re.compile(r"<!\[(?!(?:if|endif)\b)", re.IGNORECASE)
_NOSCRIPT = re.compile(r"</?noscript(?=[\s/>])[^<>]*>", re.IGNORECASE)
_NOTICE = re.compile(
    r"<noscript(?=[\s/>])[^<>]*>((?:(?!</?noscript)(?!<img\b)[\s\S]){1,600})</noscript[^<>]*>", re.IGNORECASE
)
"""A notice for browsers without scripts; one with a picture is left, since the picture is the article's."""
_CUT = "<p><em>The rest of this article is left out: it is too long.</em></p>"
_INLINE_DATA = re.compile(r"""(["'])\s{0,9}data:[^"'<>]{100,}""", re.IGNORECASE)
_FEW_TAGS = 2000
# Elements that an end tag closes, and nothing else: those that the next of their kind closes cannot pile up.
_PILING = (INLINE | BLOCKS | {"dir", "menu", "object"}) - VOID - CLOSED_BY_NEXT
_NESTING = re.compile(
    rf"<(/?)({'|'.join(sorted(_PILING))})(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_DOCTYPE = re.compile(r"<![a-z][^<>]*>?", re.IGNORECASE)
_LONG = 5000
_LONG_TAG = re.compile(rf"<([a-z][^\s<>/]{{0,30}})([^<>]{{{_LONG},}})>?", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\s[a-z][\w:.-]{0,40}\s{0,5}=\s{0,5}(?:"[^"]{0,2000}"|'[^']{0,2000}')""", re.IGNORECASE)
_ATTRIBUTES_MAX = 50
_RUN_MAX = 200
_SAMPLED = 20
_SAMPLED_RUN = re.compile(rf"[^\w\s<>]{{{_RUN_MAX // _SAMPLED - 1}}}")
"""One of so many characters of a text is enough to see that it has no such run."""
_LONG_RUN = re.compile(rf"(?<![^\w\s<>])[^\w\s<>]{{{_RUN_MAX},}}")
_HALF_PAIR = re.compile("[\ud800-\udfff]")


def without_oddities(text: str) -> str:
    """Return HTML without what parsers take for comments, or for text, though it was meant for neither.

    Half of a surrogate pair, which is no character and stops a parser, becomes U+FFFD.
    """
    text = _HALF_PAIR.sub("\ufffd", text)
    if "<![" in text:
        text = text.replace("<![CDATA[", "").replace("]]>", "")
        text = _NO_SECTION.sub("&lt;![", text)
    if "noscript" in text.lower():
        text = _NOSCRIPT.sub("", _NOTICE.sub(_without_notice, text))
    return text


def _without_notice(found: re.Match[str]) -> str:
    """Contents of `<noscript>`, unless it asks to enable JavaScript."""
    return "" if "javascript" in found[1].lower() else found[0]


def shortened(text: str) -> tuple[str, str]:
    """Return HTML without the pictures that stand in it, and, if it is cut off, the sentence that says so."""
    if "data:" in text:
        text = _INLINE_DATA.sub(r"\1", text)
    if text.count("\xa0") > _NO_BREAK_MAX:
        text = text.replace("\xa0", " ")
    kept = cut(text, SIZE_MAX, TAGS_MAX)
    return kept, _CUT if len(kept) < len(text) else ""


def bounded(text: str) -> str:
    """Return HTML without what makes parsers take the square of its length.

    That is the document type, tags with very many or very long attributes, of which the first short ones stay, and long
    runs of signs, which are cut.
    """
    text = _DOCTYPE.sub("", text)
    if max(map(len, text.split("<"))) >= _LONG:
        text = _LONG_TAG.sub(lambda tag: f"<{tag[1]}{''.join(_short_attributes(tag[2]))}>", text)
    if _SAMPLED_RUN.search(text[::_SAMPLED]):
        text = _LONG_RUN.sub(lambda run: run[0][:_RUN_MAX], text)
    return text


def _short_attributes(text: str) -> Iterator[str]:
    return (found[0] for found in islice(_ATTRIBUTE.finditer(text), _ATTRIBUTES_MAX))


def cut(text: str, size: int, tags: int) -> str:
    """The beginning of HTML, ending before a tag."""
    if len(text) <= size and text.count("<") <= tags:
        return text
    head = "<".join(text[:size].split("<", tags)[:tags])
    before, tag, last = head.rpartition("<")
    return before if tag and ">" not in last else head


_MARK = re.compile(r"<(/?)(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])[^<>]*>", re.IGNORECASE)
_UNENDED_MAX = 20
"""Marks of text that are never ended: parsers begin each of them anew in each paragraph."""


def _without_unended(text: str) -> str:
    marks = [match[1] for match in _MARK.finditer(text)]
    return text if len(marks) - 2 * marks.count("/") <= _UNENDED_MAX else _MARK.sub("", text)


def flattened(text: str) -> str:
    """Return HTML in which no more than `NESTING_MAX` elements stand in each other: the others lose their tags.

    Of marks of text which are begun and not ended, too many are left out with all others.
    """
    if text.count("<") <= _FEW_TAGS:
        return text
    text = _without_unended(text)
    depth = dropped = 0

    def kept(match: re.Match[str]) -> str:
        nonlocal depth, dropped
        if match[1]:
            if not dropped:
                depth = max(0, depth - 1)
                return match[0]
            dropped -= 1
        elif depth < NESTING_MAX:
            depth += 1
            return match[0]
        else:
            dropped += 1
        return "" if match[2].lower() in INLINE else " "

    return _NESTING.sub(kept, text)
