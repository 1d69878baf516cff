"""Conversion of column values: numbers, texts, times, keys, id lists; and compressed bodies. The only user of isal."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any, overload

from tuireader.text.folding import fold
from tuireader.text.printable import unescape
from tuireader.urls import identity

# What is read may be damaged in a way that SQLite does not see: a value of another kind, or beyond all bounds. Then the
# nearest there is stands for it, so that the rest of the row can be read.

lenient = partial(str, encoding="utf-8", errors="replace")
"""SQLite's `text_factory`: invalid UTF-8 is replaced, so that other rows stay readable."""
READ_APART = 2
"""Value of `unasked` of an article whose read status is independent of its duplicates.

A read article: the user read an earlier text, or it was marked read on another machine, or by a rule that was removed.
An unread article: it was marked unread, here or elsewhere.
"""


def number(kept: object, default: int = 0) -> int:
    if isinstance(kept, int):
        return kept
    return int(kept) if isinstance(kept, float) and abs(kept) < 2**62 else default


def text_of(kept: object) -> str:
    return kept if isinstance(kept, str) else lenient(kept) if isinstance(kept, bytes) else ""


def id_list(ids: Iterable[int]) -> str:
    """Ids as input for SQLite's `json_each`; without the json module, which the start does not load."""
    return f"[{','.join(map(str, ids))}]"


def sound(text: str) -> str:
    """The text without lone surrogates, which SQLite cannot store."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_EARLIEST, _LATEST = -62_104_060_800, 253_370_764_799
"""Seconds of the years 2 to 9998: in any zone, they stay within the range of datetime."""


@overload
def seconds(moment: datetime) -> int: ...
@overload
def seconds(moment: None) -> None: ...
@overload
def seconds(moment: datetime | None) -> int | None: ...
def seconds(moment: datetime | None) -> int | None:
    """Whole seconds since 1970 of an aware datetime."""
    return None if moment is None else (moment - _EPOCH) // timedelta(seconds=1)


def moment(kept: object) -> datetime | None:
    """The UTC datetime of stored seconds; None for NULL."""
    return None if kept is None else stamp(kept)


def stamp(kept: object) -> datetime:
    """The UTC datetime of stored seconds that are not NULL; extreme values are limited to the range of datetime."""
    return _EPOCH + timedelta(seconds=min(max(number(kept), _EARLIEST), _LATEST))


_NAME_MAX = 1000
"""Maximum characters of a name."""


@lru_cache(maxsize=512)
def tidy(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", sound(name[:_NAME_MAX])).split())


@lru_cache(maxsize=512)
def name_key(name: str) -> str:
    return unicodedata.normalize("NFC", tidy(name).casefold())


def folded(name: str) -> str:
    """A name without case and accents, for comparison with parts of names."""
    return fold(tidy(name))


def is_made(guid: str, link: str) -> bool:
    """Whether a guid was composed of link and title, as those of Google Reader servers, which have no others."""
    return bool(link) and guid.startswith(f"{link} ")


MADE_GUID = "(link <> '' AND substr(guid, 1, length(link) + 1) = link || ' ')"
"""SQL condition for a guid composed of link and title; see `is_made`."""


@lru_cache(maxsize=2048)
def guid_key(guid: str) -> int:
    """A hash of a guid, the same for http and https."""
    return _number(identity.without_scheme(guid))


def number_key(server_id: str) -> int:
    """A hash of an article's number on its server, distinct from those of guids."""
    return _number(f"\r{server_id}")


def title_key(title: str) -> int:
    """A hash of a title, distinct from those of guids."""
    return _number(f"\n{title}")


def named_key(link: str, title: str) -> int:
    """A hash of an article's address and title, distinct from those of guids."""
    return _number(f"\r{link}\n{title}")


def text_key(html: str) -> int:
    """A hash of the words in a feed's HTML, else of its picture addresses; distinct from hashes of guids."""
    return _number(f"\t{without_tags(html) or pictures_of(html)}")


def link_key(link: str) -> int:
    """A hash of an address, the same for all its spellings (see `urls.identity.place`); 0 for ""."""
    there = identity.place(link)
    return _number(there) if there else 0


def _number(text: str) -> int:
    import hashlib

    digest = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


DAMAGED = "<p><em>The rest of this text is damaged and cannot be read.</em></p>"
"""The HTML that ends a text whose rest is damaged."""

_TAG = re.compile("<[^<>]*>")
_PICTURE = re.compile(r"""<img\b[^<>]{0,2000}?\bsrc=["']([^"']{1,4000})""", re.IGNORECASE)
_PIECE, _PIECES_MAX = 64, 1_000_000
"""Bytes per step through a damaged text, and maximum number of steps."""

_LEVEL = 4  # 5 takes a quarter longer for a sixtieth of the size, and what is higher gains next to nothing

_ISAL_LEVEL = 3  # the highest: a fiftieth larger than zlib's 4

# A preset dictionary stands in for the text that a short body has not had yet: zlib finds its tags and links here. The
# most common strings come last, where references to them are shortest. It is part of the file's format: a body packed
# with it names it by its checksum, so a better one would have to stand beside this one, and not in its place.
_DICTIONARY = (
    b'<pre><code class="language-</code></pre><table><thead><tr><th></th></tr></thead><tbody><tr><td></td>'
    b'</tr></tbody></table><dl><dt></dt><dd></dd></dl><sup id="fnref-1"><a href="#fn-1"></a></sup><iframe '
    b'src="https://www.youtube.com/embed/"></iframe><video controls><source type="video/mp4"><audio contro'
    b'ls src="https:// because between through before another without however people should would could th'
    b'eir there about which these other where after while figure class="wp-block-image size-large"><img lo'
    b'ading="lazy" decoding="async" width="1024" height="683" class="alignnone size-full wp-image-1 alignc'
    b'enter" src="https://www.example.com/wp-content/uploads/2024/01/image.png.jpg" alt="" srcset="https:/'
    b'/i0.wp.com/ 300w, 768w, 1024w" sizes="(max-width: 1024px) 100vw, 1024px" /></figure><figcaption clas'
    b's="wp-element-caption"></figcaption></figure><span style="font-weight: 400;"></span><div class=""></'
    b'div><br /><hr /><h1 class="wp-block-heading"></h1><h4></h4><h3></h3><h2></h2><blockquote class="wp-b'
    b'lock-quote"><p></p></blockquote><ol><li></li></ol><ul class="wp-block-list"><li></li>\n<li></li></ul>'
    b"&#8230;&#8217;s &#8211; &#8220;&#8221;&amp;&nbsp;&gt;&lt;&quot;&#39;</code><code></b><b></i><i></em>"
    b'<em></strong><strong><a href="https://" target="_blank" rel="noopener noreferrer nofollow" title="<a'
    b' href="http://www.</a>. </a> that with from this have not are was for of to in is it on as by and th'
    b"e </p>\n\n<p></p>\n<p>"
)


def pack(text: str) -> bytes:
    """Compress a text: a zlib stream with a preset dictionary, whichever library writes it."""
    packer = _packer()
    packed: bytes = packer.compress(text.encode("utf-8", "replace")) + packer.flush()
    return packed


def _packer() -> Any:
    """A compressor of isal, or of zlib, which takes four times as long, if isal is missing."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.compressobj(
            _LEVEL, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY
        )
    return isal_zlib.compressobj(_ISAL_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zdict=_DICTIONARY)


def unpack(packed: object) -> str:
    """Decompress text; of damaged data, return the readable beginning."""
    return unpack_all(packed)[0]


def plain(packed: object, most: int | None = None) -> str:
    """The plain text of compressed HTML, or of its first `most` characters."""
    return without_tags(unpack(packed)[:most])


def pictures_of(html: str) -> list[str]:
    """The addresses of the pictures of an HTML text, each once."""
    return sorted(set(_PICTURE.findall(html)))


def without_tags(html: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", html)).split())


def unpack_all(packed: object) -> tuple[str, bool]:
    """Decompress a text as far as possible; returns whether it is complete."""
    if not isinstance(packed, bytes):
        return "", False
    unpacker = zlib.decompressobj(zlib.MAX_WBITS, _DICTIONARY)
    try:
        return (unpacker.decompress(packed) + unpacker.flush()).decode(), unpacker.eof
    except (zlib.error, UnicodeDecodeError, MemoryError):
        return _beginning(packed), False


def _beginning(packed: bytes) -> str:
    """The readable beginning of damaged data, in small steps: a step with damage yields nothing."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS, _DICTIONARY)
    pieces: list[bytes] = []
    left = packed
    with suppress(zlib.error):
        while left and len(pieces) < _PIECES_MAX:
            pieces.append(unpacker.decompress(left, _PIECE))
            left = unpacker.unconsumed_tail
    return b"".join(pieces).decode("utf-8", "replace")
