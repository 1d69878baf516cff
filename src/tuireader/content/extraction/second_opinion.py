"""trafilatura's view of a page: its article and its metadata. The only module that imports it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cached_property, partial
from typing import Any

from htmldate import find_date
from trafilatura import bare_extraction
from trafilatura.metadata import examine_meta, extract_author, extract_title
from trafilatura.utils import decode_file

from tuireader.content.extraction.page import Element, uncrowded
from tuireader.errors import UNEXPECTED

__all__ = ["Facts", "decode_file", "text"]
log = logging.getLogger("tuireader")


def text(tree: Element) -> str:
    """Return the lines of the article, favouring recall; empty if none is found."""
    _silence()
    tree = uncrowded(tree)
    found = _asked(
        lambda: bare_extraction(tree, fast=True, favor_recall=True, include_comments=False, with_metadata=False)
    )
    return "" if found is None or isinstance(found, dict) else found.text or ""


def _asked(find: Callable[[], Any]) -> Any:
    """The result of a call of the library; None if it raises, as for some pages."""
    try:
        return find()
    except UNEXPECTED as error:
        log.info("a page without a second opinion: %r", error)
        return None


class Facts:
    """The metadata that trafilatura finds on the page at `url`, each item on request; empty if not found."""

    def __init__(self, tree: Element, url: str) -> None:
        _silence()
        self._tree = uncrowded(tree)
        self._url = url

    @cached_property
    def _said(self) -> Any:
        return _asked(lambda: examine_meta(self._tree))

    @cached_property
    def title(self) -> str:
        return getattr(self._said, "title", None) or _asked(lambda: extract_title(self._tree)) or ""

    @cached_property
    def authors(self) -> list[str]:
        said = getattr(self._said, "author", None) or ""
        return (said if " " in said else _asked(lambda: extract_author(self._tree)) or "").split("; ")

    @cached_property
    def day(self) -> str:
        find = partial(find_date, self._tree, extensive_search=False, original_date=True, url=self._url)
        return _asked(find) or ""


def _silence() -> None:
    """Silence the library's warnings, which would be printed over the screen."""
    for name in ("trafilatura", "htmldate", "courlan"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
