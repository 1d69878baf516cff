"""Where in a text what is searched for stands, and what is shown of the text around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tuireader.store.tokens import unspaced_run
from tuireader.store.typed_query import SearchQuery, Term, understand
from tuireader.text.cells import fitting
from tuireader.text.folding import FoldedText

if TYPE_CHECKING:
    from tuireader.model.article import Excerpt

_LEAD = 40
"""How many characters of an excerpt stand before its first match."""


def matches(text: str, query: str) -> tuple[tuple[int, int], ...]:
    """Where in `text` the words of a search are: starts and ends of what can be marked."""
    pattern = _pattern(understand(query))
    if pattern is None:
        return ()
    shown = FoldedText(text)
    return tuple(shown.span(*found.span()) for found in pattern.finditer(shown.folded) if found.end() > found.start())


def excerpt_around(text: str, query: str, width: int = 160) -> Excerpt:
    """About `width` cells of a body's plain text around the first words that are searched for.

    The beginning of the text, without marks, where there are none in it.
    """
    first = _first_match(text, query)
    lead = min(_LEAD, width // 3)
    start = first - fitting(text[max(0, first - lead) : first][::-1], lead)
    if start:
        space = text.find(" ", start, first)
        start = start if space < 0 else space + 1
    whole = start + fitting(text[start : start + width + 1], width)
    end = whole
    if whole < len(text):
        space = text.rfind(" ", start + (whole - start) // 2, whole)
        end = whole if space < 0 else space
    cut = " ".join(text[start:end].split())
    before = "… " if start and not cut.startswith("…") else ""
    after = " …" if end < len(text) and not cut.endswith("…") else ""
    cut = before + cut + after
    from tuireader.model.article import Excerpt

    return Excerpt(cut, matches(cut, query))


def is_for_words(query: str) -> bool:
    """Whether a search is for words that may be anywhere in a text, and not only for what else is known of articles."""
    return any(not term.column for term in understand(query).terms)


def says_all(text: str, query: str) -> bool:
    """Whether all words of a search that may be anywhere stand in a text, such as a title."""
    terms = [term for term in understand(query).terms if not term.column]
    folded = FoldedText(text).folded if terms else ""
    return bool(terms) and all(re.search(_term_pattern(term), folded) for term in terms)


def _first_match(text: str, query: str) -> int:
    """Where in a text the first words are that are searched for; 0 where there are none."""
    pattern = _pattern(understand(query))
    if pattern is None:
        return 0
    shown = FoldedText(text)
    found = pattern.search(shown.folded)
    return shown.span(*found.span())[0] if found is not None and found.end() > found.start() else 0


def _pattern(wanted: SearchQuery) -> re.Pattern[str] | None:
    found = [_term_pattern(term) for term in wanted.terms if not term.column]
    return re.compile("|".join(sorted(found, key=len, reverse=True))) if found else None


def _term_pattern(term: Term) -> str:
    *others, last = term.options
    found = [*(_option_pattern(option) for option in others), _option_pattern(last, prefix=term.prefix)]
    return f"(?:{'|'.join(found)})" if others else found[0]


def _option_pattern(option: tuple[str, ...], *, prefix: bool = False) -> str:
    words = [re.escape(token) for token in option]
    spaced = [not unspaced_run().match(token) for token in option]
    between = r"[\W_]+"
    pattern = words[0]
    for at in range(1, len(words)):
        pattern += (between if spaced[at - 1] and spaced[at] else r"[\W_]*") + words[at]
    before = r"(?<![^\W_])" if spaced[0] else ""
    after = "" if not spaced[-1] else r"[^\W_]*" if prefix else r"(?![^\W_])"
    return before + pattern + after
