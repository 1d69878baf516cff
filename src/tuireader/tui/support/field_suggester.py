"""Completion of a search: field names and their values."""

from __future__ import annotations

import re
from contextlib import suppress
from sqlite3 import Connection
from typing import cast

from textual.suggester import Suggester

from tuireader.errors import StoreError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.store import feeds, folders, labels
from tuireader.store.labels import Kind
from tuireader.store.queries.query_language import FIELDS

_LAST = re.compile(r"(?:^|(?<=\s))-?(?:(\w+)([:=]))?((?:\"[^\"]*)|[^\s\"]*)$")
"""The last term of a search: field, operator, value."""
_SEARCHED_CHARACTERS = 200
"""Characters looked at, from the end."""
_VALUES = {
    "is": ("unread", "read", "starred", "hidden"),
    "has": ("picture", "enclosure"),
    "since": ("today", "yesterday", "7d", "1m"),
    "before": ("today", "yesterday", "7d", "1m"),
}


class FieldSuggester(Suggester):
    """Suggests completions of the last search term."""

    def __init__(self, cache: Cache) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._cache = cache

    async def get_suggestion(self, value: str) -> str | None:
        """The text with a completion; None if there is none."""
        found = _LAST.search(value[-_SEARCHED_CHARACTERS:])
        if found is None:
            return None
        field, sign, typed = found[1], found[2], found[3]
        if field is None:
            return _field(value, typed)
        if field.lower() in _VALUES:
            return _ended(value, typed, _VALUES[field.lower()]) if sign == ":" else None
        return await self._with_name(value, field.lower(), typed, is_whole=sign == "=")

    async def _with_name(self, value: str, field: str, typed: str, *, is_whole: bool) -> str | None:
        bare = typed.removeprefix('"')
        name = None
        with suppress(StoreError):  # then there is nothing to suggest
            name = await self._cache.read(lambda c: _name(c, field, bare)) if bare else None
        if name is not None and bare == typed and " " in name:  # without a quotation mark it ends at its first space
            name = None if is_whole else name.partition(" ")[0]
        if name is None or len(name) <= len(bare):
            return None
        return value + name[len(bare) :] + ("" if bare == typed else '"')


def _field(value: str, typed: str) -> str | None:
    return _ended(value, typed, tuple(FIELDS)) if len(typed) > 1 else None


def _ended(value: str, typed: str, words: tuple[str, ...]) -> str | None:
    word = next((each for each in words if each.startswith(typed.lower()) and each != typed), None)
    return None if word is None or not typed else value + word[len(typed) :]


def _name(c: Connection, field: str, typed: str) -> str | None:
    if field in labels.NUMBERS:
        return labels.beginning_with(c, cast("Kind", field), typed)
    names: list[str] = []
    if field in ("feed", "folder"):
        names = [each.name for each in (feeds.every(c) if field == "feed" else folders.every(c))]
    return next((name for name in names if name.casefold().startswith(typed.casefold())), None)
