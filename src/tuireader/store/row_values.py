"""What is read from columns, and made fit for them: numbers, texts, lists of ids."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


# What is read may be damaged in a way that SQLite does not see: a value of another kind, or beyond all bounds. Then the
# nearest there is stands for it, so that the rest of the row can be read.

lenient = partial(str, encoding="utf-8", errors="replace")
"""SQLite's `text_factory`: bytes that are no UTF-8 become marks, and stop nobody from reading the other rows."""


def number(kept: object, default: int = 0) -> int:
    """A whole number."""
    if isinstance(kept, int):
        return kept
    return int(kept) if isinstance(kept, float) and abs(kept) < 2**62 else default


def text_of(kept: object) -> str:
    return kept if isinstance(kept, str) else lenient(kept) if isinstance(kept, bytes) else ""


def id_list(ids: Iterable[int]) -> str:
    """Numbers as SQLite's `json_each` takes them; the start of the app does without the json module."""
    return f"[{','.join(map(str, ids))}]"


def sound(text: str) -> str:
    """The text without lone surrogates, which SQLite cannot keep."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
