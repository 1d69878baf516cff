"""Reading and writing lists of feeds (OPML). The only user of listparser. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET

import listparser
from listparser.opml import OpmlMixin
from listparser.xml_handler import XMLHandler

from tuireader.errors import NotAFeedListError
from tuireader.feeds.decode import decode
from tuireader.text.printable import printable, short_line, unescape

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LIMIT = 16_000_000
"""Maximum bytes of a list."""
FEEDS_MAX = 20_000
"""Maximum number of feeds taken from a file."""
NEW_MAX = 1000
"""Maximum number of rules, of searches and of folders taken from a file."""
_DECLARATION = b'<?xml version="1.0" encoding="utf-8"?>'
_ENCODING = re.compile(r"""\A(\s*<\?xml[^<>]{0,200}?)\s+encoding\s*=\s*["'][^"'<>]{0,40}["']""")
_OUTLINE = re.compile(rb"""<outline\b((?:[^<>"']++|"[^"<]*+"|'[^'<]*+')++)>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""\s([A-Za-z][\w:.-]{0,60})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_KNOWN = frozenset(
    b"text title type xmlurl htmlurl url description category created version language iscomment isbreakpoint"
    b" id sortcolumn expanded collapsed isopen viewmode faviconurl updateinterval copyright comment encoding".split()
)
"""Attributes of OPML itself, and of how other programs display lists."""
_FEEDS = frozenset([b"rss", b"rss1", b"rss2", b"atom", b"feed"])
"""Types of outlines that are feeds even if their address is in `url`."""
_UNSAID = frozenset([b"", b"0", b"-1", b"false", b"globalDefault"])
"""Values that mean "not set"."""
_BEGIN, _END, _TAIL = re.compile(rb"<opml\b", re.IGNORECASE), re.compile(rb"</opml\s*>", re.IGNORECASE), 2000
"""Start and end of a complete list; and bytes at the end that are checked."""
_OUTLINE_MAX = 20_000
"""Maximum bytes of an outline whose attributes are read."""
_NAMES_MAX = 50
"""Maximum names of attributes that are reported."""
_SEVERAL = 3
"""Minimum feeds, each alone in a folder of its own name, for these folders to be ignored."""
_DEEPEST = 20
"""Maximum depth of folders; deeper ones are merged with slashes, or on reading with the last."""
_FOLDERS_MAX = 100
"""Maximum folders of one feed."""


class Outline(NamedTuple):
    """A feed in an OPML document."""

    url: str
    title: str
    folder: str
    """Its folder with its parents, separated by slashes; may be ""."""
    site: str = ""
    tags: tuple[str, ...] = ()
    """Its other folders or categories."""


class _Handler(OpmlMixin, XMLHandler):
    """listparser's handler with limits on feeds, folders and depth, since it copies all folders for each feed."""

    hierarchy: list[str]
    beyond = 0
    """Number of open outlines that are not in the hierarchy."""

    def start_opml_outline(self, attrs: dict[str, str]) -> None:
        known = self.found_urls.get((attrs.get("xmlurl") or attrs.get("url") or attrs.get("htmlurl") or "").strip())
        is_beyond = len(self.hierarchy) >= _DEEPEST
        if len(self.found_urls) <= FEEDS_MAX and (known is None or len(known[1]["categories"]) < _FOLDERS_MAX):
            super().start_opml_outline(attrs)
        else:
            self.hierarchy.append("")
        if is_beyond:
            self.hierarchy.pop()
            self.beyond += 1

    def end_opml_outline(self) -> None:
        if self.beyond:
            self.beyond -= 1
        elif self.hierarchy:
            super().end_opml_outline()


listparser.Handler = _Handler


class LeftOut(NamedTuple):
    """Content of a list that is not imported."""

    what: str
    why: str


class FeedList(NamedTuple):
    """Feeds, and what is not imported."""

    outlines: list[Outline]
    left_out: list[LeftOut]


def read_list(content: bytes) -> FeedList:
    """The feeds of a list in order, each address once; raises NotAFeedListError if there are none."""
    if len(content) > LIMIT:
        raise NotAFeedListError(f"File too large (over {LIMIT // 1000000} MB)")
    filed: dict[str, list[str]] = {}
    content = as_utf8(content)
    if not content.lstrip().startswith(b"<?xml"):  # else listparser takes it for Latin-1
        content = _DECLARATION + content
    found = listparser.parse(_OUTLINE.sub(lambda outline: _plainer(outline, filed), content))
    outlines = _without_own_folders([_outline(feed, filed) for feed in found["feeds"] if feed["url"].strip()])
    is_cut, outlines = len(outlines) > FEEDS_MAX, outlines[:FEEDS_MAX]
    left_out = [
        LeftOut(printable(each["url"]), "a link to another feed list: import it separately") for each in found["lists"]
    ]
    if not outlines and not left_out:
        raise NotAFeedListError("No feeds in this file. Export your feeds as OPML from your other reader")
    if is_cut:
        left_out.append(LeftOut("the rest of the list", f"at most {FEEDS_MAX:,} feeds per file"))
    if outlines and _BEGIN.search(content) and not _END.search(content[-_TAIL:]):
        left_out.append(LeftOut("the rest", "the file ends too early"))
    return FeedList(outlines, [*left_out, *_attributes_left_out(content)])


def as_utf8(content: bytes) -> bytes:
    return _ENCODING.sub(r"\1", decode(content), count=1).encode("utf-8", "replace")


def _without_own_folders(outlines: list[Outline]) -> list[Outline]:
    """Drop folders if each feed is alone in one of its own name, as Thunderbird exports them."""
    counts = Counter(each.folder for each in outlines)
    split = [each.folder.rpartition("/") for each in outlines]
    is_so = all(
        name == each.title != "" and counts[each.folder] == 1
        for each, (_, _, name) in zip(outlines, split, strict=True)
    )
    if len(outlines) < _SEVERAL or not is_so:
        return outlines
    return [each._replace(folder=outer) for each, (outer, _, _) in zip(outlines, split, strict=True)]


def _outline(feed: dict[str, Any], filed: dict[str, list[str]]) -> Outline:
    """A feed in its first folder; its other folders and its categories are tags."""
    url = feed["url"].strip()
    places = [short_line("/".join(short_line(name) for name in path if name)) for path in feed["categories"]]
    folder, *others = dict.fromkeys([*filter(None, places), *filed.get(url, [])]) or [""]
    return Outline(url, short_line(feed["title"]), folder, tags=tuple(others))


def _plainer(outline: re.Match[bytes], filed: dict[str, list[str]]) -> bytes:
    """An outline as listparser needs it, without categories; these are collected in `filed`, by address.

    `url` becomes `xmlUrl`, and the text is dropped if there is a title: some programs put a description there.
    """
    if len(outline[0]) > _OUTLINE_MAX:  # nobody has so many categories
        return _ATTRIBUTE.sub(lambda each: b" " if each[1].lower() == b"category" else each[0], outline[0])
    said = {name.lower(): value.strip() for name, value in _attributes(outline)}
    url, categories = said.get(b"xmlurl"), said.get(b"category")
    if not url and said.get(b"url") and said.get(b"type", b"").lower() in _FEEDS:
        return _ATTRIBUTE.sub(
            lambda each: each[0].replace(each[1], b"xmlUrl", 1) if each[1].lower() == b"url" else each[0], outline[0]
        )
    if not url:
        return outline[0]
    out = {b"text"} if said.get(b"title") and b"text" in said else set()
    if categories:
        out.add(b"category")
        paths = (each.strip(" /") for each in _text(categories).split(","))
        filed.setdefault(_text(url), []).extend(filter(None, map(printable, paths)))
    if not out:
        return outline[0]
    return _ATTRIBUTE.sub(lambda each: b" " if each[1].lower() in out else each[0], outline[0])


def _text(value: bytes) -> str:
    return unescape(value.decode("utf-8", "replace")).strip()


def _attributes(outline: re.Match[bytes]) -> list[tuple[bytes, bytes]]:
    found = _ATTRIBUTE.findall(outline[1]) if len(outline[1]) < _OUTLINE_MAX else []
    return [(name, one or other) for name, one, other in found]


def _attributes_left_out(content: bytes) -> list[LeftOut]:
    """Non-standard attributes, up to `_NAMES_MAX`, with the number of feeds that have them."""
    counts: Counter[str] = Counter()
    for tag in _OUTLINE.finditer(content):
        names = {name for name, value in _attributes(tag) if value not in _UNSAID and name.lower() not in _KNOWN}
        counts.update(each for name in names if (each := name.decode("ascii")) in counts or len(counts) < _NAMES_MAX)
    some = {name: "1 feed" if count == 1 else f"{count} feeds" for name, count in sorted(counts.items())}
    return [LeftOut(name, f"not supported (in {said})") for name, said in some.items()]


def write_opml(title: str, outlines: Iterable[Outline], made: datetime) -> bytes:
    """A list of feeds (OPML 2.0) in their order; folders with slashes are nested."""
    from email.utils import format_datetime

    root = ET.Element("opml", version="2.0")
    head, body = ET.SubElement(root, "head"), ET.SubElement(root, "body")
    ET.SubElement(head, "title").text = printable(title)
    ET.SubElement(head, "dateCreated").text = format_datetime(made)
    folders: dict[tuple[str, ...], Element] = {(): body}
    for outline in outlines:
        name = printable(outline.title) or outline.url
        said = {"type": "rss", "text": name, "title": name, "xmlUrl": outline.url}
        if outline.site:
            said["htmlUrl"] = printable(outline.site)
        ET.SubElement(_inside(folders, _path(outline.folder)), "outline", said)
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _path(folder: str) -> tuple[str, ...]:
    """The names of a folder and its parents; a slash next to a space, or without a name, is part of a name."""
    names = printable(folder).split("/", _DEEPEST)
    is_path = all(name and name == name.strip() for name in names)
    return tuple(names) if is_path else (printable(folder),) if folder.strip() else ()


def _inside(folders: dict[tuple[str, ...], Element], path: tuple[str, ...]) -> Element:
    """The outline of a folder, created with its parents if needed."""
    if path not in folders:
        outer = _inside(folders, path[:-1])
        folders[path] = ET.SubElement(outer, "outline", {"text": path[-1], "title": path[-1]})
    return folders[path]
