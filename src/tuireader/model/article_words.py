"""The words of an article that has just come."""

from typing import NamedTuple


class ArticleWords(NamedTuple):
    """The words of an article, as the search index takes them."""

    columns: tuple[tuple[str, ...], ...]
    """In order: those of its title, authors, categories and text."""
    every: frozenset[str]
