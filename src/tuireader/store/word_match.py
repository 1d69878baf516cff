"""Whether an article that has just come has the words that a query asks for, without asking the index.

An index of many runs takes milliseconds to say which of a few articles have some words, and a refresh would wait that
long for each of its rules. The answers are those of the index: both take the same for a word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.store.tokens import words_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tuireader.model.article import ArticleWords
    from tuireader.store.typed_query import SearchQuery, Term

_PLACES = {"title : ": 0, "authors : ": 1, "categories : ": 2}
"""Where in an article's words those stand that a term looks at."""


def words_of(columns: Sequence[str]) -> ArticleWords:
    from tuireader.model.article import ArticleWords

    words = tuple(tuple(words_in(column)) for column in columns)
    return ArticleWords(words, frozenset().union(*words))


def fits(wanted: SearchQuery, words: ArticleWords) -> bool:
    """Whether the words are those that a query asks for, whose last word is whole; the rest of it is not looked at."""
    return all(_has(words, term) for term in wanted.terms) and not any(_has(words, term) for term in wanted.without)


def _has(words: ArticleWords, term: Term) -> bool:
    return any(_says(words, option, term.column) for option in term.options)


def _says(words: ArticleWords, option: tuple[str, ...], column: str) -> bool:
    if not words.every.issuperset(option):
        return False
    if len(option) == 1 and not column:
        return True
    columns = words.columns if not column else words.columns[_PLACES[column] :][:1]
    return any(_stands_in(option, each) for each in columns)


def _stands_in(option: tuple[str, ...], words: tuple[str, ...]) -> bool:
    first, size = option[0], len(option)
    return any(word == first and words[at : at + size] == option for at, word in enumerate(words))
