"""Address patterns: which addresses of a site look like its articles'. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

_YEAR = re.compile(r"(?:19|20)\d\d$")
_NUMBER = re.compile(r"\d+$")
_ENDING = re.compile(r"\.(?:html?|php|aspx?)$", re.IGNORECASE)
_ENOUGH = 0.15
"""Minimum share of known addresses for a pattern."""

Shape = tuple[str, ...]


class Shapes:
    """The common patterns of a site's article addresses."""

    def __init__(self, known: Iterable[str]) -> None:
        """`known` are addresses of articles."""
        places = [place for place in map(_place, known) if place is not None]
        hosts = Counter(host for host, _ in places)
        self._hosts = {host for host, times in hosts.items() if times >= _ENOUGH * len(places)}
        counts = Counter(_shape(parts) for _, parts in places)
        self._shapes = {shape for shape, times in counts.items() if times >= _ENOUGH * len(places)}
        self._fixed = {
            shape: _fixed([parts for _, parts in places if _shape(parts) == shape]) for shape in self._shapes
        }
        self._is_worded = {
            shape: sum(_is_worded(parts) for _, parts in places if _shape(parts) == shape) > counts[shape] / 2
            for shape in self._shapes
        }

    def __contains__(self, url: object) -> bool:
        """Whether an address fits one of the patterns."""
        place = _place(url) if isinstance(url, str) else None
        if place is None or place[0] not in self._hosts:
            return False
        shape = _shape(place[1])
        if shape not in self._shapes or (self._is_worded[shape] and not _is_worded(place[1])):
            return False
        return all(place[1][at] == part for at, part in self._fixed[shape].items())


def _place(url: str) -> tuple[str, list[str]] | None:
    """Host without www, and path segments; None for a front page."""
    try:
        split = urlsplit(url)
    except ValueError:
        return None
    parts = [unquote(part) for part in split.path.split("/") if part]
    if split.scheme not in ("http", "https") or not (parts or split.query):
        return None
    return (split.hostname or "").removeprefix("www."), [*parts, *(["?"] if split.query else [])]


def _shape(parts: list[str]) -> Shape:
    *before, last = parts
    ending = _ENDING.search(last)
    return (*map(_kind, before), "number" if _NUMBER.match(last) else f"name{ending[0].lower() if ending else ''}")


def _kind(part: str) -> str:
    return "year" if _YEAR.match(part) else "number" if _NUMBER.match(part) else "name"


def _is_worded(parts: list[str]) -> bool:
    return len(re.findall(r"\w+", _ENDING.sub("", parts[-1]).replace("_", "-"))) > 1


def _fixed(examples: list[list[str]]) -> dict[int, str]:
    """Segments before the last that are the same word in all addresses; years may differ."""
    if len(examples) < 2:  # one example says nothing
        return {}
    first = examples[0]
    same = [at for at in range(len(first) - 1) if all(each[at] == first[at] for each in examples)]
    return {at: first[at] for at in same if _kind(first[at]) == "name"}
