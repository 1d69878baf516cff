"""Read a page's JSON-LD (schema.org) description of its article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from tuireader.content.extraction.page import drop
from tuireader.text.printable import unescape

_SIZE_MAX = 500_000
_DEPTH_MAX = 6
_OBJECTS_MAX = 2000
_ARTICLE = re.compile(r"(?:.*article|.*posting|report|review|recipe|.*creativework)", re.IGNORECASE)
_HOLDERS = ("@graph", "mainEntity", "mainEntityOfPage", "itemReviewed")
_FACTS = ("author", "datePublished", "articleSection")


def take_stated(page: Any) -> dict[str, Any]:
    """Return a page's JSON-LD description of its article; remove unreadable scripts from its tree, in place.

    trafilatura would search those with patterns, in quadratic time.
    """
    scripts = [each for each in page.iter("script") if "ld+json" in each.get("type", "")]
    loaded = [_loaded(each.text or "") for each in scripts]
    drop([each for each, value in zip(scripts, loaded, strict=True) if value is None])
    return _of_article(loaded)


def stated_things(page: Any) -> list[dict[str, Any]]:
    loaded = [_loaded(each.text or "") for each in page.iter("script") if "ld+json" in each.get("type", "")]
    return [thing for value in loaded for thing in _things(value, _DEPTH_MAX)][:_OBJECTS_MAX]


def article_data(scripts: Iterable[str]) -> dict[str, Any]:
    """Return the description of the article from JSON-LD scripts; other descriptions are ignored.

    References to authors described elsewhere on the page are resolved.
    """
    return _of_article(map(_loaded, scripts))


def _of_article(loaded: Iterable[object]) -> dict[str, Any]:
    things = [thing for value in loaded for thing in _things(value, _DEPTH_MAX)][:_OBJECTS_MAX]
    known = {thing["@id"]: thing for thing in things if isinstance(thing.get("@id"), str) and len(thing) > 1}
    articles = [thing for thing in things if _is_article(thing)]
    best = max(articles, key=lambda thing: sum(name in thing for name in _FACTS), default={})
    return {**best, "author": [_followed(each, known) for each in _listed(best.get("author"))]}


def names_in(people: object) -> list[str]:
    return [name for person in _listed(people) if _is_person(person) for name in _names_of(person)]


def _is_person(person: object) -> bool:
    kinds = _listed(person.get("@type")) if isinstance(person, dict) else []
    return not kinds or "Person" in kinds


def texts_in(value: object) -> list[str]:
    """Return a string, or the strings of a list, with HTML entities decoded."""
    return [unescape(each) for each in _listed(value) if isinstance(each, str)]


def _names_of(person: object) -> list[str]:
    if isinstance(person, dict):
        name = person.get("name")
        if not name and isinstance(person.get("familyName"), str):
            name = f"{person.get('givenName') or ''} {person['familyName']}"
        return texts_in(name)
    return texts_in(person)


def _loaded(script: str) -> object:
    start, end = script.find("{"), script.rfind("}") + 1  # old pages put all into comments
    if start < 0 or len(script) > _SIZE_MAX:
        return None
    before = script[:start].rstrip()
    is_list = before.endswith("[") and not before.endswith("CDATA[")
    try:
        return json.loads(f"[{script[start:end]}]" if is_list else script[start:end], strict=False)
    except (ValueError, RecursionError):
        return None


def _things(value: object, depth: int) -> Iterator[dict[str, Any]]:
    """Yield the described things: the items of a list or graph, and the page's main entity."""
    if depth == 0:
        return
    for thing in _listed(value):
        if isinstance(thing, dict):
            yield thing
            for holder in _HOLDERS:
                yield from _things(thing.get(holder), depth - 1)


def _is_article(thing: dict[str, Any]) -> bool:
    return any(isinstance(kind, str) and _ARTICLE.fullmatch(kind) for kind in _listed(thing.get("@type")))


def _followed(person: object, known: dict[str, dict[str, Any]]) -> object:
    name = person.get("@id") if isinstance(person, dict) and "name" not in person else None
    return known.get(name, person) if isinstance(name, str) else person


def _listed(value: object) -> list[Any]:
    if isinstance(value, list):
        return value[:_OBJECTS_MAX]
    return [] if value is None else [value]
