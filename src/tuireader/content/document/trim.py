"""What stands around an article and is not of it: a heading or byline that the page says already, a "Read more"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from tuireader.content.cleaning.phrases import MORE
from tuireader.content.document.inline import Token, plain
from tuireader.content.markdown.block_attributes import without
from tuireader.text.bylines import BESIDE_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

AnyToken = TypeVar("AnyToken", bound=Token)

_WORD = re.compile(r"[^\W_]+")
_BYLINE_MAX = 160
"""Characters of a paragraph that may be a byline."""
_ELLIPSIS = re.compile(r"(?=.)[(\[]?(?:…|\.{3,4})?[)\]]?\s*[→»›>↗⟶➔]*")
"""Signs that stand for the rest, without a word."""
_MORE_MAX = 120
"""Characters of a paragraph that may be the link to the rest."""


def trimmed(tokens: Sequence[AnyToken], title: str, authors: tuple[str, ...], *, excerpt: bool) -> Sequence[AnyToken]:
    """The tokens without what only repeats the title or the authors, and, of an excerpt, the link to the rest."""
    kept = list(tokens)
    for repeated in (_is_title(title), _is_byline(authors)):
        size = _block_size(kept)
        if size and size < len(kept) and repeated(without(plain(kept[1].children or ()))):
            del kept[:size]
    if excerpt and len(kept) > 3 and kept[-1].type == "paragraph_close" and kept[-3].type == "paragraph_open":
        text = without(plain(kept[-2].children or ())).strip()
        if len(text) < _MORE_MAX and (MORE.fullmatch(text) or _ELLIPSIS.fullmatch(text)):
            del kept[-3:]
    return kept


def _block_size(tokens: Sequence[Token]) -> int:
    """How many tokens a heading or paragraph at the beginning takes; 0 if there is none."""
    return 3 if tokens and tokens[0].type in {"heading_open", "paragraph_open"} else 0


def _is_title(title: str) -> Callable[[str], bool]:
    """Whether a text is a title, in other letters or with other marks at most."""
    words = _WORD.findall(title.casefold())
    return lambda text: bool(words) and _WORD.findall(text.casefold()) == words


def _is_byline(authors: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a text is only names of the authors and the words that stand beside them."""
    names = {word for author in authors for word in _WORD.findall(author.casefold())}

    def is_byline(text: str) -> bool:
        words = _WORD.findall(text.casefold()) if len(text) <= _BYLINE_MAX else []
        return bool(names.intersection(words)) and all(word in names or word in BESIDE_NAMES for word in words)

    return is_byline
