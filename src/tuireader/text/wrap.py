"""Display width and line breaking. The only user of wcwidth and ICU."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from itertools import accumulate
from unicodedata import category

# Characters of which each takes one cell whatever stands beside it: letters of Latin, Greek, Cyrillic, Armenian,
# Hebrew, Arabic and Georgian, the usual punctuation, no-break spaces, currency, letterlike signs, arrows, mathematics
# and frames.
NOT_NARROW = re.compile(
    r"[^\n\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u0482\u048a-\u0556\u0559-\u058a\u05d0-\u05ea"
    r"\u05ef-\u05f4\u0606-\u060f\u061d-\u064a\u0660-\u066f\u0671-\u06d5\u10d0-\u10ff\u1e00-\u1f15\u2010-\u2027"
    r"\u202f-\u203b\u2039-\u205e\u20a0-\u20bf\u2100-\u2319\u2500-\u25fc\u2605\u2606\u2713-\u2718]"
)
"""A character whose width must be measured."""

_LONG = 1000
"""Characters above which a text is measured cluster by cluster: wcwidth takes quadratic time for a run of flags."""

# Characters of which each takes two cells: Chinese, Japanese and Korean, and emoji, without what is rare. To load
# wcwidth for one title in these would take as long as all that the start of the app reads.
_SQUARE = (
    ("\u3001", "\u3029"), ("\u3041", "\u3096"), ("\u309b", "\u30ff"), ("\u3400", "\u4dbf"), ("\u4e00", "\u9fff"),
    ("\uac00", "\ud7a3"), ("\uff01", "\uff60"), ("\U0001f300", "\U0001f320"), ("\U0001f337", "\U0001f37c"),
    ("\U0001f400", "\U0001f43e"), ("\U0001f442", "\U0001f4fc"), ("\U0001f600", "\U0001f64f"),
    ("\U0001f680", "\U0001f6c5"), ("\U0001f90c", "\U0001f93a"), ("\U0001f947", "\U0001f9ff"),
)  # fmt: skip


@cache
def _clustered() -> re.Pattern[str]:
    """Characters whose width depends on their neighbours.

    Joiners, variation selectors, flags, skin tones, jamo, and the scripts of South and South-East Asia, whose clusters
    may be narrower than the sum of their letters.
    """
    return re.compile(
        "[\u200d\ufe0e\ufe0f\u0900-\u0dff\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ece\u0f00-\u109f\u1100-\u11ff"
        "\u1780-\u17d3\ua960-\ua97f\ud7b0-\ud7ff\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
    )


_CONJOINED = re.compile("[\u0900-\u0dff\u0f00-\u109f\u1780-\u17d3]")
"""The scripts of South Asia, Burmese and Khmer, whose letters terminals draw joined or side by side."""
_CLUSTER_MAX = 16
"""Maximum characters of a cluster that is not divided."""


def cells(text: str) -> int:
    """The number of terminal cells that a line of text takes."""
    if text.isascii() or not NOT_NARROW.search(text):
        return len(text)
    if not _clustered().search(text):
        return sum(map(_width, text))
    if len(text) > _LONG or _CONJOINED.search(text):
        return sum(widths(text))
    from wcwidth import width

    return width(text, control_codes="ignore")


def widths(text: str) -> list[int]:
    """Cells of each character; those of a cluster count at its first one, unless it is too long."""
    if not NOT_NARROW.search(text):
        return [1] * len(text)
    if not _clustered().search(text):
        return [_width(character) for character in text]
    from wcwidth import iter_graphemes

    found: list[int] = []
    for cluster in iter_graphemes(text):
        if len(cluster) > _CLUSTER_MAX and _CONJOINED.match(cluster):
            found.extend(map(_letter_width, cluster))
        else:
            found.append(_cluster_width(cluster))
            found.extend([0] * (len(cluster) - 1))
    return found


def fitting(text: str, width: int) -> int:
    """The number of leading characters that fit into `width` cells."""
    if not NOT_NARROW.search(text):
        return min(len(text), max(0, width))
    return next((index for index, total in enumerate(accumulate(widths(text))) if total > width), len(text))


@lru_cache(maxsize=8192)
def _width(character: str) -> int:
    if any(first <= character <= last for first, last in _SQUARE):
        return 2
    if not NOT_NARROW.match(character):
        return 1
    from wcwidth import wcwidth

    return max(0, wcwidth(character))


@lru_cache(maxsize=8192)
def _cluster_width(cluster: str) -> int:
    from wcwidth import width

    together = max(0, width(cluster, control_codes="ignore"))
    # Many terminals draw letter by letter: a line that is too short there loses nothing, one that is too long does.
    return max(together, sum(map(_letter_width, cluster))) if _CONJOINED.match(cluster) else together


def _letter_width(character: str) -> int:
    return _width(character) or category(character) == "Mc"


def cluster_end(text: str, begin: int, stop: int) -> int:
    """The end of the last cluster up to `stop`; at least one cluster after `begin`, or a part of one that is long."""
    if not _clustered().search(text, begin, stop + 1) and _width(text[stop : stop + 1] or "x") > 0:
        return stop
    from wcwidth import iter_graphemes

    end = begin
    for cluster in iter_graphemes(text[begin : stop + 64]):
        if end + len(cluster) > stop:
            if end > begin:
                break
            if len(cluster) > _CLUSTER_MAX:
                return stop
        end += len(cluster)
    return end


_IDEOGRAPH = (
    "\u2e80-\u2fff\u3003-\u3004\u3006-\u3007\u3012-\u3013\u3020-\u3029\u3030-\u303a\u3041-\u3096\u309f\u30a1-\u30fa"
    "\u30ff\u3105-\u312f\u3190-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uf900-\ufaff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
    "\uff66-\uff9d\U0001b000-\U0001b2ff\U0001f300-\U0001f3fa\U0001f400-\U0001f64f\U0001f680-\U0001faff"
    "\U00020000-\U0003ffff"
)
# Not at the start of a line: closing marks, small kana, marks of iteration and length, combining and joining ones.
_NOT_FIRST = (
    ")\\]}>,.;:!?%'\"/\xa0\xbb\u0300-\u036f\u200b-\u200d\u2010-\u2019\u201d\u2020-\u2027\u202f\u2030-\u2037\u203a-\u203d"
    "\u2044\u2047-\u2049\u2060\u20d0-\u20ff\u3001\u3002\u3005\u3009\u300b\u300d\u300f\u3011\u3015\u3017\u3019\u301b\u301c"
    "\u301e\u301f\u303b\u303c\u3041\u3043\u3045\u3047\u3049\u3063\u3083\u3085\u3087\u308e\u3095\u3096\u3099-\u309e\u30a0"
    "\u30a1\u30a3\u30a5\u30a7\u30a9\u30c3\u30e3\u30e5\u30e7\u30ee\u30f5\u30f6\u30fb-\u30fe\u31f0-\u31ff\ufe00-\ufe0f"
    "\uff01\uff05\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff3d\uff5d\uff60\uff61\uff63-\uff65\uff67-\uff70\uff9e\uff9f"
    "\U0001f3fb-\U0001f3ff"
)
# Not at the end of a line: opening marks, currency before its number, and what joins to what follows.
_NOT_LAST = (
    "(\\[{<$#@\xa0\xa1\xa3\xa5\xab\xbf\u2018\u201a\u201b\u201c\u201e\u201f\u2039\u200d\u2011\u202f\u2060\u20ac"
    "\u3008\u300a\u300c\u300e\u3010\u3014\u3016\u3018\u301a\u301d\uff04\uff08\uff3b\uff5b\uff5f\uff62\uffe1\uffe5"
)
# The vowels that begin a Thai or Lao syllable though they are spoken last, and the letters and marks that end one:
# these languages put no space between words, and where a word ends only a dictionary knows.
_SYLLABLE_FIRST = "\u0e40-\u0e44\u0ec0-\u0ec4"
_SYLLABLE_LAST = "\u0e2f\u0e30\u0e33\u0e46\u0e4c\u0eb0\u0eb3\u0ec6\u0ecc"
_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"


# French sets space before these and within its quotation marks: no line begins with such marks alone.
_APART = ":;!?%)\u00bb\u2019\u201d"
_HELD = rf"[{_APART}]+(?:\s|$)"
_IS_HELD = re.compile(_HELD)
_MAY_HOLD = frozenset(_APART)


@cache
def _breaks() -> re.Pattern[str]:
    """Break opportunities; compiled for the first text that is not Latin, Greek or Cyrillic."""
    return re.compile(
        f"(?<= )(?<!\u00ab )(?!{_HELD})(?=[^ ])"
        f"|(?<=\u200b)"
        f"|(?<=[^\\s\\-][-\u2010])(?=[^\\W\\d_])"
        f"|(?<=[\u2013\u2014])(?=[^\\s{_NOT_FIRST}])"
        f"|(?<=[{_IDEOGRAPH}])(?=[^ {_NOT_FIRST}])"
        f"|(?<=[^ {_NOT_LAST}])(?=[{_IDEOGRAPH}])(?![{_NOT_FIRST}])"
        f"|(?<=[\u3001\u3002\u3009\u300b\u300d\u300f\u3011\u3015\u3017\u30fb\u30fc\uff01\uff09\uff0c\uff0e\uff1a\uff1b\uff1f])"
        f"(?=[^ {_NOT_FIRST}])"
        f"|(?<=[^ {_SYLLABLE_FIRST}])(?=[{_SYLLABLE_FIRST}])"
        f"|(?<=[{_SYLLABLE_LAST}])(?=[^ {_SYLLABLE_LAST}{_MARKS}{_NOT_FIRST}])"
    )


_OF_DICTIONARIES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+")
"""Thai, Lao, Burmese and Khmer, whose words only dictionaries can separate."""
_NARROW, _FULL = 50, 0.8
"""Cells of a narrow column, and how full a line must be to end before a whole word there."""

# After these a long address is best divided.
_ADDRESS = re.compile(r"[/?&=#._\-,;:+%~](?=\w)")


def wrap(plain: str, columns: int, hyphens: tuple[int, ...] = ()) -> list[tuple[int, int]]:
    """Break text into lines of at most `columns` cells: (start, end) of each, without trailing spaces.

    `hyphens` are the places where a word may be divided: a line that ends at one has room for the hyphen. A newline
    always ends a line. A single cluster that is wider than the column has a line of its own.
    """
    if "\n" not in plain:
        return _wrap_line(plain, 0, len(plain), columns, hyphens)
    lines: list[tuple[int, int]] = []
    start = 0
    while start <= len(plain):
        end = plain.find("\n", start)
        end = len(plain) if end < 0 else end
        lines += _wrap_line(plain, start, end, columns, hyphens)
        start = end + 1
    return lines


def _wrap_line(plain: str, start: int, end: int, columns: int, hyphens: tuple[int, ...]) -> list[tuple[int, int]]:
    if hyphens or NOT_NARROW.search(plain, start, end):
        return _wrap_measured(plain, start, end, columns, hyphens)
    if end - start <= columns:
        return [(start, end)]
    return _wrap_narrow(plain, start, end, columns)


def _wrap_narrow(plain: str, start: int, end: int, columns: int) -> list[tuple[int, int]]:
    """Wrap text whose characters are all one cell wide, by searching for spaces backwards."""
    lines: list[tuple[int, int]] = []
    add = lines.append
    find = plain.rfind
    while end - start > columns:
        reach = start + columns
        stop = find(" ", start, reach + 1)
        if plain[stop + 1 : stop + 2] in _MAY_HOLD or plain[stop - 1 : stop] == "\u00ab":
            stop = _last_free(plain, start, stop)
        dash = _last_dash(plain, max(stop, start), reach)
        if dash > stop:
            add((start, dash))
            start = dash
            continue
        if stop <= start:
            stop = _divide(plain, start, reach)
            add((start, stop))
            start = stop
            continue
        add((start, stop))
        start = stop + 1
        if plain[start - 2] == " " or plain[start : start + 1] == " ":
            lines[-1] = (lines[-1][0], _rstrip(plain, *lines[-1]))
            start = _lstrip(plain, start, end)
    if start < end or not lines:
        add((start, end))
    return lines


def _last_free(plain: str, start: int, stop: int) -> int:
    """The last space up to `stop` at which a line may end: not inside French quotes or before a lone mark."""
    while stop > start and (plain[stop - 1] == "\u00ab" or _IS_HELD.match(plain, stop + 1)):
        stop = plain.rfind(" ", start, start + len(plain[start:stop].rstrip(" ")))
    return stop


def _last_dash(plain: str, low: int, high: int) -> int:
    """The offset after the last hyphen or dash inside a word in a range; -1 if there is none."""
    if high - low < 2:
        return -1
    found = max(plain.rfind("-", low, high), plain.rfind("—", low, high), plain.rfind("–", low, high))
    if found <= low or found + 1 >= len(plain):
        return -1
    before, after = plain[found - 1], plain[found + 1]
    joins = plain[found] == "-" and (before in " -" or not after.isalpha())
    return -1 if joins or after in " -–—)]},.;:!?”’»" else found + 1


def _divide(plain: str, start: int, reach: int) -> int:
    """Where to break a word longer than a line: after a sign of an address in the second half, else at `reach`."""
    marks = [match.end() for match in _ADDRESS.finditer(plain, start, reach)]
    return marks[-1] if marks and marks[-1] - start > (reach - start) // 2 else reach


def _rstrip(plain: str, start: int, end: int) -> int:
    while end > start and plain[end - 1] == " ":
        end -= 1
    return end


def _lstrip(plain: str, start: int, end: int) -> int:
    while start < end and plain[start] == " ":
        start += 1
    return start


def _wrap_measured(plain: str, start: int, end: int, columns: int, hyphens: tuple[int, ...]) -> list[tuple[int, int]]:
    """Wrap any text: widths are summed once, then each line is a search in the sums."""
    text = plain[start:end]
    sums = [0, *accumulate(widths(text))]
    if sums[-1] <= columns:
        return [(start, end)]
    stops = [match.start() for match in _breaks().finditer(text)]
    if _OF_DICTIONARIES.search(text):
        stops = _by_dictionary(text, stops)
    soft = {place - start for place in hyphens if start < place < end}
    if soft:
        stops = sorted(soft.union(stops))
    lines: list[tuple[int, int]] = []
    begin = 0
    while sums[-1] - sums[begin] > columns:
        reach = max(begin + 1, bisect_right(sums, sums[begin] + columns) - 1)
        spaces = _lstrip(text, reach, len(text))
        at = bisect_right(stops, spaces) - 1
        while at >= 0 and stops[at] in soft and sums[stops[at]] - sums[begin] >= columns:
            at -= 1
        if at > 0 and stops[at] in soft and columns < _NARROW:
            at = _whole_words(stops, soft, at, bisect_left(sums, sums[begin] + columns * _FULL))
        stop = stops[at] if at >= 0 else 0
        if stop <= begin:
            stop = _divide_clusters(text, begin, reach)
        lines.append((start + begin, start + _rstrip(text, begin, stop)))
        begin = _lstrip(text, stop, len(text))
    if begin < len(text) or not lines:
        lines.append((start + begin, end))
    return lines


def _whole_words(stops: list[int], soft: set[int], at: int, full: int) -> int:
    """The index of the last stop between words that is at or after the offset `full`; else `at`, within a word."""
    for index in range(at - 1, -1, -1):
        if stops[index] not in soft or stops[index] < full:
            return index if stops[index] not in soft and stops[index] >= full else at
    return at


def _by_dictionary(text: str, stops: list[int]) -> list[int]:
    """The stops of a text with South-East Asian words, by ICU if available."""
    breaker = _line_breaker()
    if breaker is None:
        return stops
    found = set(stops)
    for run in _OF_DICTIONARIES.finditer(text):
        start, end = run.span()
        found.difference_update(stops[bisect_right(stops, start) : bisect_left(stops, end)])
        found.update(stop for stop in accumulate(map(len, breaker(run[0])), initial=start) if start < stop < end)
    return sorted(found)


@cache
def _line_breaker() -> Callable[[str], Iterable[str]] | None:
    """ICU's line breaker, which comes with an extra; None without it."""
    try:
        from icu4py.breakers import LineBreaker
    except ImportError:
        return None
    return lambda text: LineBreaker(text, "th")


def _divide_clusters(text: str, begin: int, reach: int) -> int:
    """Where to break text without opportunities: not inside a cluster, unless it is the whole line."""
    return cluster_end(text, begin, _divide(text, begin, reach))


def fitting_end(text: str, begin: int, columns: int) -> int:
    """The end of the longest part from `begin` that fits into `columns` cells; at least one cluster."""
    end = min(len(text), begin + columns)
    if not NOT_NARROW.search(text, begin, end):
        return end
    piece = text[begin : end + 16]
    sums = list(accumulate(widths(piece)))
    fitting = bisect_right(sums, columns)
    if fitting == len(piece):
        return begin + fitting
    return begin + cluster_end(piece, 0, max(1, fitting))
