"""Sanitises and bounds HTML (no active content, limited size and depth), and makes plain text of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from string import ascii_letters

import nh3

from tuireader.content.dom.tree import Node, parse
from tuireader.content.maths.formulas import with_formulas
from tuireader.text.printable import BLOCKS, INLINE, MARKS, VOID, printable_and_special, unescape

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
        "data-enlighter-language", "data-formula", "data-lang", "data-language", "data-lazy-src", "data-lazy-srcset",
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
    return parse(_cleaned(_CLEANER, flattened(with_formulas(without_oddities(html)))))


def without_tags(html: str) -> str:
    """HTML without tags and hidden parts; character references stay."""
    return _cleaned(_TEXT, html)


def _cleaned(cleaner: nh3.Cleaner, html: str) -> str:
    """Sanitise HTML; many characters that are slow to sanitise are replaced before, and restored after."""
    if len(html) <= _SLOW_MAX or len(html) - len(_SLOW.sub("", html)) <= _SLOW_MAX:
        return cleaner.clean(html)
    return cleaner.clean(_REPLACEMENT.sub("", html).translate(_TO_REPLACEMENTS)).translate(_FROM_REPLACEMENTS)


PARTIAL = "<!--partial-->"
"""Marks the HTML of an article that may be incomplete: it has less than half of its page's prose."""
SIZE_MAX = 1_000_000
"""Maximum characters of an article's HTML, without embedded pictures."""
TAGS_MAX = 60_000
"""Maximum tags of an article."""
SIGNS_MAX = 150_000
"""Maximum characters of an article's text that may mean something in Markdown."""
NESTING_MAX = 200
"""Maximum nesting depth: parsing time grows with its square."""

_SLOW, _SLOW_MAX = re.compile("[\x80-\xbf]"), 20_000
"""Characters for which nh3 takes the square of their number, and the maximum number that it gets."""
_TO_REPLACEMENTS = {code: 0x10FF00 + code for code in range(0x80, 0xC0)}
"""Their replacements: private-use characters at the end of Unicode."""
_FROM_REPLACEMENTS = {there: code for code, there in _TO_REPLACEMENTS.items()}
_REPLACEMENT = re.compile("[\U0010ff80-\U0010ffbf]")

_SIGN = re.compile(r"[][()*_`~\\!&|#$^]")
_TAG_OR_SIGN = re.compile(rf"<[^<>]*>|{_SIGN.pattern}")
_NO_SECTION = re.compile(r"<!\[(?!(?:if|endif)\b)", re.IGNORECASE)
_NOSCRIPT = re.compile(r"</?noscript(?=[\s/>])[^<>]*>", re.IGNORECASE)
_NOTICE = re.compile(
    r"<noscript(?=[\s/>])[^<>]*>((?:(?!</?noscript)(?!<img\b)[\s\S]){1,600})</noscript[^<>]*>", re.IGNORECASE
)
"""A notice for browsers without scripts; ones with a picture are kept."""
_CUT = "<p><em>This article is too long; the rest is not shown.</em></p>"
_INLINE_DATA = re.compile(r"""(["'])\s{0,9}data:[^"'<>]{100,}""", re.IGNORECASE)
_FEW_TAGS = 2000
_TAG = re.compile(
    r"""<(?:(?P<slash>/?)(?P<name>[a-z][^\s/<>]*)(?:[^>=]|=\s*"[^"]*"|=\s*'[^']*'|=)*>?|(?P<comment>!--)|[!?/][^>]*>?)""",
    re.IGNORECASE,
)
"""A tag as browsers read it: up to its `>`, which may stand in a quoted value; a comment's beginning; other markup."""
_KINDS = {
    name: kind
    for kind in (frozenset({"dd", "dt"}), frozenset({"td", "th"}), frozenset({"tbody", "tfoot", "thead"}))
    for name in kind
}
"""Elements that close each other."""
_OF_TABLES = frozenset({"caption", "colgroup", "tbody", "td", "tfoot", "th", "thead", "tr"})
"""Elements that browsers ignore outside a table."""
_WALLS = frozenset({"button", "caption", "marquee", "object", "table", "td", "template", "th"})
"""Elements that end tags inside them do not reach out of, except those of tables."""
_TEXTS = frozenset({"iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"})
"""Elements whose content is text."""
_DRAWN = frozenset({"math", "svg"})
"""Elements inside which those of `_TEXTS` are ordinary elements."""
_EMPTY = VOID | {"area", "base", "basefont", "bgsound", "frame", "link", "meta", "param"}
_ENDS_OF_PARAGRAPHS = BLOCKS | {"dialog", "dir", "listing", "menu", "plaintext", "search", "xmp"}
_ITEMS = frozenset({"dd", "dt", "li"})
_ENDS_OF_ITEMS = (BLOCKS - {"address", "div", "p"}) | _WALLS | {
    "applet", "dir", "iframe", "listing", "menu", "noembed", "noframes", "noscript", "search", "select", "xmp",
}  # fmt: skip
"""Elements in which an item begins without closing one around them."""
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
    """HTML without lone surrogates, CDATA marks, stray `<![` and `noscript` tags.

    Notices that ask to enable JavaScript are dropped.
    """
    text = _HALF_PAIR.sub("\ufffd", text)
    if "<![" in text:
        text = text.replace("<![CDATA[", "").replace("]]>", "")
        text = _NO_SECTION.sub("&lt;![", text)
    if "noscript" in text.lower():
        text = _NOSCRIPT.sub("", _NOTICE.sub(_without_notice, text))
    return text


def _without_notice(found: re.Match[str]) -> str:
    """A matched `noscript` element; "" if it asks to enable JavaScript."""
    return "" if "javascript" in found[1].lower() else found[0]


def shortened(text: str) -> tuple[str, str]:
    """HTML within the limits and without embedded pictures; and a notice if it was cut off, else ""."""
    if "data:" in text:
        text = _INLINE_DATA.sub(r"\1", text)
    kept = _with_few_signs(cut(text, SIZE_MAX, TAGS_MAX))
    return kept, _CUT if len(kept) < len(text) else ""


def _with_few_signs(text: str) -> str:
    """The beginning of HTML, with at most `SIGNS_MAX` signs of Markdown in its text: each takes half a kilobyte."""
    if len(text) - len(_SIGN.sub("", text)) <= SIGNS_MAX:
        return text
    signs = (match.start() for match in _TAG_OR_SIGN.finditer(text) if match[0][0] != "<")
    return text[: next(islice(signs, SIGNS_MAX, None), len(text))]


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
    """The beginning of HTML: at most `size` characters and `tags` tags, not ending within a tag."""
    if len(text) <= size and text.count("<") <= tags:
        return text
    head = "<".join(text[:size].split("<", tags)[:tags])
    before, tag, last = head.rpartition("<")
    return before if tag and ">" not in last else head


_MARK = re.compile(r"<(/?)(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])[^<>]*>?", re.IGNORECASE)
_UNENDED_MAX = 20
"""Maximum unclosed inline tags: parsers reopen them in each paragraph."""


def _without_unended(text: str) -> str:
    marks = [match[1] for match in _MARK.finditer(text)]
    return text if len(marks) - 2 * marks.count("/") <= _UNENDED_MAX else _MARK.sub("", text)


def flattened(text: str) -> str:
    """HTML with at most `NESTING_MAX` nested elements, whatever their names; deeper ones lose their tags.

    Inline tags are dropped if too many are unclosed.
    """
    if text.count("<") <= _FEW_TAGS:
        return text
    text = _without_unended(text)
    open_: list[str] = []
    pieces: list[str] = []
    kept = position = 0
    while match := _next_tag(text, position, open_):
        position, name = match.end(), match["name"].lower()
        if _depth_at(name, open_, is_end=bool(match["slash"])) < NESTING_MAX:
            continue
        between = text[kept : match.start()]
        is_space = name not in INLINE and (between or pieces[-1:] != [" "])
        pieces += ([between] if between else []) + ([" "] if is_space else [])
        kept = position
    return "".join([*pieces, text[kept:]])


def _next_tag(text: str, position: int, open_: Sequence[str]) -> re.Match[str] | None:
    """The next tag outside comments; in an element whose content is text, its end tag."""
    if open_ and open_[-1] in _TEXTS and _DRAWN.isdisjoint(open_):
        end = re.compile(rf"</{open_[-1]}(?=[\s/>])", re.IGNORECASE).search(text, position)
        return None if end is None else _TAG.match(text, end.start())
    while (match := _TAG.search(text, position)) and match["name"] is None:
        position = match.end()
        if match["comment"]:
            end_of_comment = text.find("-->", position - 2)
            if end_of_comment < 0:
                return None
            position = end_of_comment + 3
    return match


def _depth_at(name: str, open_: list[str], *, is_end: bool) -> int:
    """Open or close the element of a tag, and return the depth at which the tag stands."""
    if name in _EMPTY:
        return 0
    if name in _TEXTS and _DRAWN.isdisjoint(open_):
        if is_end:
            _close(open_, name)
        else:
            open_.append(name)
        return 0
    if name in _OF_TABLES and "table" not in open_:
        return NESTING_MAX
    if is_end:
        return _close(open_, name)
    _close_before(open_, name)
    depth = len(open_)
    if depth < 2 * NESTING_MAX:
        open_.append(name)
    return depth


def _close_before(open_: list[str], name: str) -> None:
    """Close what a start tag closes, as browsers do."""
    if name in _ENDS_OF_PARAGRAPHS and "p" in open_:
        _close(open_, "p")
    if name in _OF_TABLES:
        _close_to(open_, _KINDS.get(name, {name}), frozenset({"table"}))
    elif name in _ITEMS:
        _close_to(open_, _KINDS.get(name, {name}), _ENDS_OF_ITEMS)
    elif name == "option" and open_[-1:] == [name]:
        open_.pop()


def _close(open_: list[str], name: str) -> int:
    """Close an element with everything open in it; returns the number of elements still open.

    The end of inline markup leaves blocks within it open.
    """
    if open_[-1:] == [name]:
        open_.pop()
        return len(open_)
    if name in MARKS and name in open_:
        at = len(open_) - 1 - open_[::-1].index(name)
        if not BLOCKS.isdisjoint(open_[at:]):
            del open_[at]
            return len(open_)
    is_of_table = name == "table" or name in _OF_TABLES
    return _close_to(open_, {name}, frozenset({"table"}) if is_of_table else _WALLS)


def _close_to(open_: list[str], kind: Collection[str], walls: Collection[str]) -> int:
    """Close the innermost open element of a kind with everything in it, unless a wall is in between.

    Returns the number of elements still open.
    """
    for at in range(len(open_) - 1, -1, -1):
        if open_[at] in kind:
            del open_[at:]
            break
        if open_[at] in walls:
            break
    return len(open_)


# Of tags with other characters in their attributes, and of all that is no element, the real parser takes care.
_ANY_TAG = r"[^<>\"']*(?:(?:\"[^\"<>]*\"|'[^'<>]*')[^<>\"']*)*>"
_BLOCK = re.compile(
    rf"</?(?:{'|'.join(sorted(BLOCKS | {'br'}))})(?=[\s/>])" + _ANY_TAG,
    re.IGNORECASE,
)
ANY_TAG = re.compile("</?[a-zA-Z]" + _ANY_TAG)
_QUOTED = re.compile(_ANY_TAG[:-1])
_NAME = re.compile(r"/?([a-zA-Z][^\s/>]*)")
_BREAKING = BLOCKS | {"br"}
_BEGINS_TAG = frozenset(f"{ascii_letters}/!?")
_SPECIAL = re.compile(
    r"<(?:[!?]|script|style|svg|math|title|textarea|template|select|button|iframe|xmp|no|plaintext|canvas|object|map|video|audio)",
    re.IGNORECASE,
)
_ORIGIN = re.compile(r"\nThe (?:post|article) [^\n]{1,400} appeared first on [^\n]{1,200}\.$")

_OTHER_SPACE = re.compile(r"\s")


def plain_text(html: str) -> str:
    """The text of HTML for counting and searching: a line per block, entities decoded, printable."""
    html, _ = shortened(html)
    text = _of_simple(html)
    if text is None:
        text = unescape(without_tags(flattened(_with_breaks(with_formulas(without_oddities(html))))))
    return tidied(text)


def _of_simple(text: str) -> str | None:
    """The text of simple HTML, with a line break per block tag; None if it is not simple."""
    before, *pieces = text.replace("\n", " ").split("<")
    found = [before]
    for piece in pieces:
        tag, end, after = piece.partition(">")
        instead = _instead_of(tag.partition(" ")[0])
        if instead is None or not end or (('"' in tag or "'" in tag) and not _has_whole_quotes(tag)):
            if piece[:1] in _BEGINS_TAG:
                return None
            found += "<", piece  # it is text
        else:
            found += instead, after
    return unescape("".join(found))


@lru_cache(maxsize=1024)
def _instead_of(tag: str) -> str | None:
    """The replacement of a tag in text; None if the full parser is needed."""
    name = _NAME.match(tag)
    if name is None or _SPECIAL.match(f"<{tag}"):
        return None
    return "\n" if name[1].lower() in _BREAKING else ""


def _has_whole_quotes(tag: str) -> bool:
    return tag.count('"') % 2 == 0 if "'" not in tag else _QUOTED.fullmatch(tag) is not None


def tidied(text: str) -> str:
    """Text with folded spaces, without blank lines and WordPress's "appeared first" line."""
    text, special = printable_and_special(text)
    spaced = _OTHER_SPACE.search(special)
    text = "\n".join(filter(None, map(str.strip, text.split("\n"))))
    if spaced or "  " in text:
        text = "\n".join([" ".join(line.split()) for line in text.split("\n")])
    return _ORIGIN.sub("", text) if "appeared first on" in text else text


def _with_breaks(html: str) -> str:
    """HTML with line breaks before block tags only."""
    return _BLOCK.sub(r"\n\g<0>", html.replace("\n", " "))
