"""Decoding documents of unknown encoding, and repairing XML for a parser."""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from encodings import cp1252
from itertools import islice

from tuireader.text.printable import unescape

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, with which it begins
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = (  # a document begins with "<" or "{", after space perhaps: four ways to write it without a byte order mark
    (re.compile(rb"(?:[ \t\r\n]\0\0\0){0,99}[<{]\0\0\0"), "utf-32-le"),
    (re.compile(rb"(?:\0\0\0[ \t\r\n]){0,99}\0\0\0[<{]"), "utf-32-be"),
    (re.compile(rb"(?:[ \t\r\n]\0){0,99}[<{]\0[^\0]\0"), "utf-16-le"),
    (re.compile(rb"(?:\0[ \t\r\n]){0,99}\0[<{]\0[^\0]"), "utf-16-be"),
)
_DECLARED = re.compile(rb"""(?:encoding|charset)\s{0,9}=\s{0,9}["']?([\w.:-]{2,40})""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s{0,9}=\s{0,9}["']?([\w.:-]{2,40})""", re.IGNORECASE)

# What is declared is often a narrower relative of what was used; browsers read these so, too.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
# In these, text is written in bytes below 128, so that it would pass for UTF-8.
_SEVEN_BIT = ("iso2022", "hz")
# Codecs of Python that are no encodings of documents.
_NOT_FOR_DOCUMENTS = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem")
_NAMES_MAX = 3
"""Maximum encodings that are tried: each may read the whole document."""
_TYPE_MAX = 1000
"""Maximum characters of a content type that are looked at."""
_PIECE = 32_768
"""Bytes decoded in one call, which blocks all other threads: some codecs take a microsecond a byte."""
_BAD_MAX = 10
"""One undecodable character in this many shows that a text is in another encoding."""
_CP1252 = cp1252.decoding_table.replace("\ufffe", "\ufffd")


def decode(content: bytes, content_type: str = "") -> str:
    """The text of a document; undecodable bytes become U+FFFD.

    A byte order mark decides. Then UTF-8 is tried before the declared encodings: other encodings are rarely valid
    UTF-8, and wrongly declared UTF-8 is common.
    """
    for mark, name in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "replace")
    for pattern, name in _WIDE:
        if pattern.match(content):
            return content.decode(name, "replace")
    names = _declared(content, content_type[:_TYPE_MAX])
    seven_bit = [name for name in names if name.startswith(_SEVEN_BIT)]
    found = _first(content, seven_bit) or _utf8(content) or _first(content, names)
    return found or codecs.charmap_decode(content, "strict", _CP1252)[0]


def _declared(content: bytes, content_type: str) -> list[str]:
    found = _CHARSET.findall(content_type) + [
        name.decode("ascii", "replace") for name in _DECLARED.findall(content[:2000])
    ]
    return list(islice(dict.fromkeys(filter(None, map(_codec, found))), _NAMES_MAX))


def _codec(declared: str) -> str:
    """The name of the codec for a declared encoding; "" if it is unknown, UTF, or not one of documents."""
    try:
        name = codecs.lookup(declared).name
        b"<".decode(name)
        codecs.getincrementaldecoder(name)
    except (LookupError, ValueError):  # unknown, or turns bytes into bytes
        return ""
    if name.replace("-", "_") in _NOT_FOR_DOCUMENTS or name.startswith("utf-"):
        return ""
    return _WIDER.get(name, name)


def _utf8(content: bytes) -> str | None:
    """Decode UTF-8 that may have a few errors, such as a character cut off by a server; None if it has many."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return text if len(content) - len(text) > 10 * bad else None


def _first(content: bytes, names: list[str]) -> str | None:
    for errors in ("strict", "replace"):
        for name in names:
            try:
                text = _in_pieces(content, name, errors)
            except UnicodeError:
                continue
            if text.count("\ufffd") * _BAD_MAX <= len(text):
                return text
    return None


def _in_pieces(content: bytes, name: str, errors: str) -> str:
    """Decode a document piece by piece; raises UnicodeError for errors, with `replace` for too many."""
    decoder, pieces, bad = codecs.getincrementaldecoder(name)(errors), [], 0
    for start in range(0, len(content), _PIECE):
        piece = decoder.decode(content[start : start + _PIECE], final=start + _PIECE >= len(content))
        pieces.append(piece)
        bad += piece.count("\ufffd")
        if bad * _BAD_MAX > len(content):
            raise UnicodeError
    return "".join(pieces)


_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel)(?=[\s>/])", re.IGNORECASE)
_START_TAG = re.compile(r"<([\w:.-]{1,80})(?:[^<>]{0,2000}/>)?")
_ENTRY = re.compile(r"</?(?:[\w.-]{1,40}:)?(?:item|entry)[\s>/]|\]\]>", re.IGNORECASE)
_WEB_PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_JUNK_MAX = 100_000
"""Maximum characters before the feed, such as warnings of a broken server."""

_SPACE = re.compile("[ \t\r\n\ufeff\0]*")
_DOCTYPE_START = re.compile(r"<!DOCTYPE[^\[>]*", re.IGNORECASE)
_SUBSET_END = re.compile(r"\]\s{0,99}>")
_ENTITY = re.compile(r"""<!ENTITY\s{1,9}(\w{1,40})\s{1,9}(?:"([^"&%<]{0,200})"|'([^'&%<]{0,200})')\s{0,9}>""")
_ENTITIES_MAX = 100

_ILLEGAL = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CHARACTER = re.compile(r"&#(?:[xX]([0-9a-fA-F]*)|([0-9]*));?")
_NAMED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);|#)(?:([a-zA-Z]\w{0,40});)?")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"


def find_root(text: str) -> int | None:
    """The start of the outermost element of a feed; None if there is none."""
    start = _after_prolog(text)
    found = _ROOT.search(text, start, start + _JUNK_MAX)
    if found is None or _WEB_PAGE.search(text, start, found.start()):
        return None
    return found.start()


def is_whole(text: str, root: int) -> bool:
    """Whether the outermost element, which starts at `root`, is closed: False for an incomplete document."""
    tag = _START_TAG.match(text, root)
    if tag is None:
        return False
    if tag[0].endswith(">"):
        return True
    end = f"</{tag[1]}"
    at = text.rfind(end)
    for other in re.compile(re.escape(end), re.IGNORECASE).finditer(text, max(at, root)):
        at = other.start()
    return at > root and _ENTRY.search(text, at) is None  # else it was a part of some entry's text


def declared_entities(prolog: str) -> dict[str, str]:
    """The entities that a DTD defines as short plain text; others, such as nested ones, are ignored."""
    found = _ENTITY.finditer(prolog[:_JUNK_MAX])
    return {match[1]: match[2] or match[3] or "" for match, _ in zip(found, range(_ENTITIES_MAX), strict=False)}


def mended(text: str, entities: dict[str, str]) -> str:
    """XML without forbidden characters, broken references and undefined entities.

    CDATA sections keep their text; an unclosed one ends with the document.
    """
    text = _ILLEGAL.sub("", text.replace("\0", "\ufffd"))
    room = [max(1_000_000, len(text))]  # characters that entities may add, so that they cannot blow up

    def named(match: re.Match[str]) -> str:
        value = entities.get(match[1] or "")
        if value is not None and room[0] > len(value):
            room[0] -= len(value)
            return value
        value = unescape(match[0]) if match[1] else match[0]
        return html.escape(value, quote=False)

    parts = (
        part if part.startswith(_CDATA) else _NAMED.sub(named, _CHARACTER.sub(_legal, part)) for part in _parts(text)
    )
    return "".join(parts)


def _parts(text: str) -> Iterator[str]:
    """Yield the text in pieces, each either a CDATA section or without any."""
    position = 0
    while (start := text.find(_CDATA, position)) >= 0:
        yield text[position:start]
        end = text.find(_CDATA_END, start)
        if end < 0:
            yield text[start:] + _CDATA_END
            return
        position = end + len(_CDATA_END)
        yield text[start:position]
    yield text[position:]


def _legal(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or ""
    if not digits:
        return "&amp;" + match[0][1:]
    code = int(digits, 16 if match[1] else 10) if len(digits) < 12 else 0
    fine = code in {9, 10, 13} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    return f"&#{code};" if fine else "&#xFFFD;"


def _after_prolog(text: str) -> int:
    """The offset after the XML declaration, comments, processing instructions and DTD."""
    position, end = -1, 0
    while end > position:
        position = end
        if space := _SPACE.match(text, position):
            position = space.end()
        end = _construct_end(text, position)
    return position


def _construct_end(text: str, position: int) -> int:
    """The end of the comment, instruction or DTD at `position`; -1 if there is none, or it is unclosed."""
    for start, end in (("<!--", "-->"), ("<?", "?>")):
        if text.startswith(start, position):
            found = text.find(end, position)
            return found + len(end) if found >= 0 else -1
    doctype = _DOCTYPE_START.match(text, position)
    if doctype is None:
        return -1
    if text[doctype.end() : doctype.end() + 1] != "[":
        return doctype.end() + 1
    subset_end = _SUBSET_END.search(text, doctype.end())
    return subset_end.end() if subset_end else -1
