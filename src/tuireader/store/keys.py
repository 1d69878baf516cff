"""What things are known by: names, guids and addresses as they are compared and found again."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from tuireader.store.row_values import sound


@lru_cache(maxsize=512)
def tidy(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", sound(name)).split())


@lru_cache(maxsize=512)
def name_key(name: str) -> str:
    return unicodedata.normalize("NFC", tidy(name).casefold())


@lru_cache(maxsize=2048)
def guid_key(guid: str) -> int:
    """A number for a guid, the same whether it begins with http or https."""
    from tuireader.urls.identity import without_scheme

    return _number(without_scheme(guid))


def link_key(link: str) -> int:
    """A number for an address, the same for all its spellings (see `urls.identity.place`); 0 for none."""
    from tuireader.urls.identity import place

    there = place(link)
    return _number(there) if there else 0


def _number(text: str) -> int:
    import hashlib

    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
