"""Parsing XML feeds. The only user of feedparser.

`feedparser.parse` itself is not used: it opens files and addresses when it is given a string, loses a whole feed over
one bad reference, and takes quadratic time for long names and many categories. Only its two parsers are used: the
strict one, and the loose one for malformed XML.
"""

from __future__ import annotations

import io
import re
import xml.sax
import xml.sax.handler
from contextlib import suppress
from typing import Any
from xml.sax.xmlreader import AttributesNSImpl, InputSource

from feedparser.api import LooseFeedParser, StrictFeedParser

from tuireader.feeds.decode import declared_entities, mended
from tuireader.feeds.fast_rss import RawFeed
from tuireader.urls.hosts import is_absurd

_NAMESPACES_MAX = 200
_ATTRIBUTES_MAX = 200
_DEPTH_MAX = 50
_SURPRISES = (ArithmeticError, LookupError, TypeError, ValueError)
_BASES = frozenset({"base", "xml:base"})
_BODIES = frozenset({"content", "description", "summary"})
_C1 = re.compile("[\x80-\x9f]")


def read_xml(text: str, root: int) -> RawFeed:
    """Parse a feed whose outermost element starts at `root`; text before it only defines entities.

    Never fails: unreadable parts are missing.
    """
    document = text[root:]
    try:
        return _strictly(document)
    except xml.sax.SAXException:
        document = mended(document, declared_entities(text[:root]))
    try:
        return _strictly(document)
    except xml.sax.SAXException:
        return _loosely(document)


class _Guards:
    """Mixin that protects both of feedparser's parsers from malformed and excessive input."""

    namespaces_in_use: dict[str, str]
    depth: int
    basestack: list[str]
    baseuri: str
    langstack: list[str | None]
    resolve_relative_uris = False  # links are made absolute where they are read
    sanitize_html = False  # bodies are cleaned before they are shown

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        """Handle a start tag; one that feedparser does not expect there is ignored, as are absurd base addresses."""
        attrs = [(name, value) for name, value in attrs if name not in _BASES or not is_absurd(self.baseuri + value)]
        with suppress(*_SURPRISES):
            super().unknown_starttag(tag, attrs)  # type: ignore[misc]

    def unknown_endtag(self, tag: str) -> None:
        """Handle an end tag; one of an ignored element only reduces the depth."""
        depth = self.depth
        try:
            super().unknown_endtag(tag)  # type: ignore[misc]
        except _SURPRISES:
            self.depth = depth - 1
            del self.basestack[-1:], self.langstack[-1:]

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        """Track a limited number of namespaces: each is checked for every element."""
        if len(self.namespaces_in_use) < _NAMESPACES_MAX:
            super().track_namespace(prefix, uri)  # type: ignore[misc]

    def _add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        """Keep every category, without comparing each with all others."""
        tags = self._get_context().setdefault("tags", [])  # type: ignore[attr-defined]
        if term or scheme or label:
            tags.append({"term": term, "scheme": scheme, "label": label})

    def _sync_author_detail(self, key: str = "author") -> None:
        """Keep each author's text; feedparser need not separate names and addresses."""
        context = self._get_context()  # type: ignore[attr-defined]
        text = context.pop(key, None)
        if text and context.get(f"{key}s"):
            context[f"{key}s"][-1].setdefault("text", text)


class _Strict(_Guards, StrictFeedParser):  # type: ignore[misc]  # feedparser ships no types
    """feedparser's strict parser without its slow handling of bodies, which took half of the time."""

    def __init__(self) -> None:
        super().__init__("", None, "utf-8")
        self.bodies: dict[str, str] = {}

    def startElementNS(self, name: tuple[str | None, ...], qname: str | None, attrs: AttributesNSImpl) -> None:  # noqa: N802
        """Drop attributes if there are absurdly many, or if their namespaces contain spaces."""
        if len(attrs) > _ATTRIBUTES_MAX or any(len(each) != 2 for each in attrs.getNames()):
            attrs = AttributesNSImpl({}, {})
        super().startElementNS(_pair(name), qname, attrs)

    def endElementNS(self, name: tuple[str | None, ...], qname: str | None) -> None:  # noqa: N802
        super().endElementNS(_pair(name), qname)

    def pop(self, element: str, strip_whitespace: int = 1) -> Any:
        """Let feedparser process a placeholder instead of an HTML body, which is slow."""
        stack = self.elementstack
        if element in _BODIES and stack and stack[-1][0] == element and self.contentparams.get("type") == "text/html":
            token = f"\0{len(self.bodies)}"
            self.bodies[token] = _without_c1("".join(stack[-1][2]).strip())
            stack[-1][2][:] = [token]
        return super().pop(element, strip_whitespace)

    def raw(self) -> RawFeed:
        """The parsed values with their bodies restored."""
        for entry in self.entries:
            for content in dict.get(entry, "content", ()):
                content["value"] = self.bodies.get(content["value"], content["value"])
            if isinstance(summary := dict.get(entry, "summary"), str):
                entry["summary"] = self.bodies.get(summary, summary)
        return RawFeed(self.version or "", self.feeddata, self.entries)


class _Loose(_Guards, LooseFeedParser):  # type: ignore[misc]  # feedparser has no types
    """feedparser's loose parser, for malformed XML, which also closes the open elements of a truncated document."""

    def __init__(self) -> None:
        super().__init__("", None, "utf-8", {})
        self.open: list[str] = []

    def unknown_starttag(self, tag: str, attrs: list[tuple[str, str]]) -> None:
        """Track open elements up to the depth of feeds."""
        if len(self.open) < _DEPTH_MAX:
            self.open.append(tag)
        super().unknown_starttag(tag, attrs)

    def unknown_endtag(self, tag: str) -> None:
        """Track closed elements, with everything opened in them."""
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]
        super().unknown_endtag(tag)

    def handle_charref(self, ref: str) -> None:
        """Replace invalid character references."""
        try:
            super().handle_charref(ref)
        except _SURPRISES:
            self.handle_data("\ufffd", 0)

    def handle_entityref(self, ref: str) -> None:
        """Resolve entities in addresses, where feedparser would guess wrongly."""
        if ref == "amp" and self.elementstack and self.elementstack[-1][0] == "link":
            self.handle_data("&", 0)
        else:
            super().handle_entityref(ref)

    def finish(self) -> None:
        """Close open elements of a truncated document, so that its last entry is kept."""
        for tag in reversed(self.open[:]):
            self.unknown_endtag(tag)

    def raw(self) -> RawFeed:
        return RawFeed(self.version or "", self.feeddata, self.entries)


def _strictly(document: str) -> RawFeed:
    """Parse well-formed XML; raises SAXException otherwise. There is no DTD, and none is fetched."""
    parser = _Strict()
    reader = xml.sax.make_parser()  # noqa: S317
    reader.setFeature(xml.sax.handler.feature_namespaces, True)  # noqa: FBT003
    reader.setFeature(xml.sax.handler.feature_external_ges, False)  # noqa: FBT003
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    source = InputSource()
    source.setCharacterStream(io.StringIO(document))
    reader.parse(source)
    return parser.raw()


def _loosely(document: str) -> RawFeed:
    parser = _Loose()
    parser.feed(document)
    parser.finish()
    return parser.raw()


def _pair(name: tuple[str | None, ...]) -> tuple[str | None, str | None]:
    """Namespace and name; a namespace with spaces arrives in pieces."""
    return " ".join(filter(None, name[:-1])) or None, name[-1]


def _without_c1(text: str) -> str:
    """Replace C1 control characters by the characters of Windows-1252."""
    return _C1.sub(lambda found: found[0].encode("latin-1").decode("cp1252", "ignore"), text)
