"""Detecting pictures, audio and video in an article."""

from __future__ import annotations

import re

from tuireader.model.query import ENCLOSURE, PICTURE

_PICTURE = re.compile(r"<(?:img|picture)\b(?![^>]{0,120}\b(?:width|height)\s*=\s*[\"']?[01]\b)")
"""A picture, but no tracking pixel."""
_SHOWN = re.compile(r"<(?:audio|video)\b")
_ATTACHED = re.compile(r">(?:audio|video): ")
"""Audio and video links, as `feeds.entries.attachments` adds them."""
_FILE = re.compile(r"\.(?:mp3|m4a|m4b|aac|ogg|oga|opus|flac|wav|mp4|m4v|webm|ogv|mkv|mov)\b")
_LONGEST = 1000
"""Maximum characters of a tag up to its address."""


def extras_of(html: str) -> int:
    """The media flags of HTML as bits; see `model.query.MEDIA_FLAGS`."""
    html = html.lower()  # patterns that heed case, and begin with a sign, take a third of the time
    is_shown = _SHOWN.search(html) or _ATTACHED.search(html)
    has_enclosure = is_shown or any(_is_linked(html, found.start()) for found in _FILE.finditer(html))
    return PICTURE * bool(_PICTURE.search(html)) + ENCLOSURE * bool(has_enclosure)


def _is_linked(html: str, at: int) -> bool:
    tag = html[max(0, at - _LONGEST) : at].rpartition("<")[2]
    return tag.startswith("a ") and "href" in tag and ">" not in tag
