"""Amount and times of a recipe, which its page may state for machines alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

from tuireader.content.extraction.metadata import texts_in
from tuireader.content.extraction.page import Element, text_of
from tuireader.text.folding import letters
from tuireader.text.printable import printable_line

_AMOUNT, _TIMES = "recipeYield", {"prepTime": "Preparation", "cookTime": "Cooking", "totalTime": "Total"}
_SPAN = re.compile(r"P(?:0D)?T(?:0?(\d{1,2})H)?(?:(\d{1,3})M)?(?:\d{1,2}S)?", re.IGNORECASE)
"""The format of a time: `PT1H30M`."""
_SERVED = (
    r"(?:für|makes|para|per|pers|port|pour|serv|yield)\w*\W{{0,3}}{0}\b|\b{0}\W{{0,3}}(?:pers|piece|port|serv|stück)"
)
_UNITS = r"\b{} ?(?:[hmsu]|ore)"
"""How a text says an amount, and a number of hours or minutes."""


def recipe_of(elements: Iterable[Element], stated: Mapping[str, Any]) -> dict[str, str]:
    """Return the amount and times that a page states of its recipe, by schema.org's names; empty if there is none."""
    recipe = {name: "".join(texts_in(stated.get(name))[-1:]) for name in (_AMOUNT, *_TIMES)}
    for each in elements:
        name = each.get("itemprop") if each.attrib else None
        if name in recipe and not recipe[name]:
            recipe[name] = each.get("content") or each.get("datetime") or text_of(each)
    return recipe


def missing_facts(recipe: Mapping[str, str], text: str) -> str:
    """Return, as HTML, the amount and times of a recipe that its text does not say."""
    facts = " · ".join((*_missing_amount(printable_line(recipe[_AMOUNT]), text), *_missing_times(recipe, text)))
    return f"<p>{escape(facts)}</p>" if facts else ""


def _missing_amount(amount: str, text: str) -> Iterator[str]:
    if not amount.isdecimal():
        if letters(amount) not in letters(text):
            yield amount
    elif not re.search(_SERVED.format(amount), text, re.IGNORECASE):
        yield f"Serves {amount}"


def _missing_times(recipe: Mapping[str, str], text: str) -> Iterator[str]:
    for name, label in _TIMES.items():
        span = _SPAN.fullmatch(recipe[name])
        hours, minutes = (int(each or 0) for each in span.groups()) if span else (0, 0)
        parts = {unit: number for unit, number in (("h", hours), ("min", minutes)) if number}
        said = (re.search(_UNITS.format(each), text, re.IGNORECASE) for each in parts.values())
        if not all(said) and not re.search(_UNITS.format(60 * hours + minutes), text, re.IGNORECASE):
            yield f"{label} {' '.join(f'{number} {unit}' for unit, number in parts.items())}"
