"""Lists of feeds as other programs write and read them (OPML): the only door to listparser. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

import listparser

from tuireader.errors import NotAFeedListError
from tuireader.text.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from xml.etree.ElementTree import Element

LIMIT = 16_000_000
"""Bytes of a list."""
_DEEPEST = 20
"""Folders in folders: more are one, with slashes in its name."""


class Outline(NamedTuple):
    """A feed of a list."""

    url: str
    title: str
    """What the list calls it; may be empty."""
    folder: str
    """The folder that it is in, with slashes between a folder and those within; may be empty."""
    site: str = ""
    """The address of its site; may be empty."""


def read_opml(content: bytes) -> list[Outline]:
    """The feeds of a list, each address once, in their order; raises NotAFeedListError where it names none."""
    if len(content) > LIMIT:
        raise NotAFeedListError(f"This list is larger than {LIMIT // 1_000_000} MB")
    found = listparser.parse(content)
    outlines = [
        Outline(feed["url"].strip(), printable(feed["title"]), "/".join(map(printable, _folder(feed["categories"]))))
        for feed in found["feeds"]
        if feed["url"].strip()
    ]
    if not outlines:
        raise NotAFeedListError("There are no feeds in this file; a list of feeds is OPML, as other readers export it")
    return outlines


def write_opml(title: str, outlines: Iterable[Outline], made: datetime) -> bytes:
    """A list of feeds as any reader takes it (OPML 2.0), in their order; folders with slashes are nested."""
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
            said["htmlUrl"] = outline.site
        ET.SubElement(_inside(folders, _path(outline.folder)), "outline", said)
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _path(folder: str) -> tuple[str, ...]:
    """The names of a folder and those that it is in; a slash without a name beside it is part of a name."""
    names = printable(folder).split("/", _DEEPEST)
    return tuple(names) if all(name.strip() for name in names) else (printable(folder),) if folder.strip() else ()


def _inside(folders: dict[tuple[str, ...], Element], path: tuple[str, ...]) -> Element:
    """The outline of a folder, made with those that it is in where they are not there."""
    if path not in folders:
        outer = _inside(folders, path[:-1])
        folders[path] = ET.SubElement(outer, "outline", {"text": path[-1], "title": path[-1]})
    return folders[path]


def _folder(categories: list[list[str]]) -> list[str]:
    return [name for name in categories[0] if name] if categories else []
