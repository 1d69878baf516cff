"""Limiting and sanitising HTML. The only user of nh3."""

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
"""Schemes of links that are kept; opening has its own list."""

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
    """HTML without tags and hidden parts; character references stay."""
    return _TEXT.clean(html)


SIZE_MAX = 1_000_000
"""Maximum characters of an article's HTML, without embedded pictures."""
TAGS_MAX = 60_000
"""Maximum tags of an article."""
NESTING_MAX = 200
"""Maximum nesting depth: parsing time grows with its square."""

_NO_BREAK_MAX = 20_000
"""Maximum no-break spaces: nh3's time grows with their square."""

_NO_SECTION = re.compile(r"<!\[(?!(?:if|endif)\b)", re.IGNORECASE)
_NOSCRIPT = re.compile(r"</?noscript(?=[\s/>])[^<>]*>", re.IGNORECASE)
_NOTICE = re.compile(
    r"<noscript(?=[\s/>])[^<>]*>((?:(?!</?noscript)(?!<img\b)[\s\S]){1,600})</noscript[^<>]*>", re.IGNORECASE
)
"""A notice for browsers without scripts; ones with a picture are kept."""
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
"""Sampling pattern for long runs of signs."""
_LONG_RUN = re.compile(rf"(?<![^\w\s<>])[^\w\s<>]{{{_RUN_MAX},}}")
_HALF_PAIR = re.compile("[\ud800-\udfff]")


def without_oddities(text: str) -> str:
    """HTML without malformed comments and markup.

    Lone surrogates become U+FFFD.
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
    """HTML without embedded pictures, and a sentence if it was cut off."""
    if "data:" in text:
        text = _INLINE_DATA.sub(r"\1", text)
    if text.count("\xa0") > _NO_BREAK_MAX:
        text = text.replace("\xa0", " ")
    kept = cut(text, SIZE_MAX, TAGS_MAX)
    return kept, _CUT if len(kept) < len(text) else ""


def bounded(text: str) -> str:
    """HTML without parts that make parsers quadratic.

    That is: the document type, tags with too many or too long attributes, long runs of signs.
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
"""Maximum unclosed inline tags: parsers reopen them in each paragraph."""


def _without_unended(text: str) -> str:
    marks = [match[1] for match in _MARK.finditer(text)]
    return text if len(marks) - 2 * marks.count("/") <= _UNENDED_MAX else _MARK.sub("", text)


def flattened(text: str) -> str:
    """HTML with at most `NESTING_MAX` nested elements; deeper ones lose their tags.

    Inline tags are dropped if too many are unclosed.
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
