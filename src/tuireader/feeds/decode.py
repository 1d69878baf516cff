"""From bytes to text, whatever the header and the document say about their encoding."""

from __future__ import annotations

import codecs
import re

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


def decode(content: bytes, content_type: str = "") -> str:
    """Return the text of a document; what cannot be decoded becomes U+FFFD.

    A byte order mark is believed. Then UTF-8 is tried before what the header and the document declare: text in
    another encoding is hardly ever valid UTF-8, and UTF-8 that is declared as something else is common.
    """
    for mark, name in _BOMS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "replace")
    for pattern, name in _WIDE:
        if pattern.match(content):
            return content.decode(name, "replace")
    names = _declared(content, content_type)
    for name in names:
        if name.startswith(_SEVEN_BIT):
            return content.decode(name, "replace")
    return _utf8(content) or _first(content, names) or content.decode("cp1252", "replace")


def _declared(content: bytes, content_type: str) -> list[str]:
    found = _CHARSET.findall(content_type) + [
        name.decode("ascii", "replace") for name in _DECLARED.findall(content[:2000])
    ]
    names = []
    for each in found:
        try:
            name = codecs.lookup(each).name
            b"<".decode(name)
        except (LookupError, ValueError):  # unknown, or turns bytes into bytes
            continue
        if name not in _NOT_FOR_DOCUMENTS and not name.startswith("utf-"):
            names.append(_WIDER.get(name, name))
    return names


def _utf8(content: bytes) -> str | None:
    """Decode UTF-8 with few faults, such as a letter cut in half by a server that counts bytes."""
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
                text = content.decode(name, errors)
            except UnicodeError:
                continue
            if text.count("\ufffd") * 10 <= len(text):
                return text
    return None
