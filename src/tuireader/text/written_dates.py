"""Dates in texts, in any language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

_LENGTH_MAX = 400
"""Maximum characters of a text that is parsed."""
_ISO = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-./])(\d{1,2})\2(\d{1,2})(?!\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?)?"
)
_EAST_ASIAN = re.compile(r"((?:19|20)\d\d) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일]")
_NUMBERS = re.compile(r"(?<!\d)(\d{1,2})([./-]) ?(\d{1,2})\2 ?((?:19|20)\d\d)(?!\d|\.\d)")
_MONTH = r"([^\W\d_]{3,12})\.?"
_OF = r"(?: ?(?:de|of|di|del) )?"
_DAY_FIRST = re.compile(
    rf"(?<![\d#])(\d{{1,2}})(?:st|nd|rd|th|er|\.|º|ª)?{_OF} ?{_MONTH},?{_OF} ?((?:19|20)\d\d|(?<= )\d\d)(?!\d)",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(rf"{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?,? ((?:19|20)\d\d)(?!\d)", re.IGNORECASE)
_NO_YEAR = (
    re.compile(rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)? {_MONTH.replace('(', '(?P<month>', 1)}", re.IGNORECASE),
    re.compile(rf"{_MONTH.replace('(', '(?P<month>', 1)} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)", re.IGNORECASE),
)
_DAY_MAX = 40
"""Maximum characters of a date."""
_BETWEEN = " \t|–—:·•-/()[],"
"""Separators between a date and a title."""
_OF_YEAR = re.compile(r"(?<!\d)(?P<number>\d{2})-(?P<day>\d{2})(?!\d)")
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?=[/-]|$)")


def day_in(text: str, *, day_first: bool = True, year: int | None = None) -> datetime | None:
    """The first date, or date with time, in a text; None if there is none.

    `day_first`: how 3/4/2026 is read. `year` completes dates with only day and month.
    """
    text = " ".join(text[:_LENGTH_MAX].split())
    if not any(char.isdigit() for char in text):
        return None
    found = [
        (match.start(), moment)
        for match, moment in (
            *((match, _iso(match)) for match in _ISO.finditer(text)),
            *((match, _made(match[1], match[2], match[3])) for match in _EAST_ASIAN.finditer(text)),
            *((match, _numbers(match, day_first=day_first)) for match in _NUMBERS.finditer(text)),
            *((match, _made(match[3], _month(match[2]), match[1])) for match in _DAY_FIRST.finditer(text)),
            *((match, _made(match[3], _month(match[1]), match[2])) for match in _MONTH_FIRST.finditer(text)),
        )
        if moment is not None
    ]
    if found:
        return min(found, key=lambda each: each[0])[1]
    return None if year is None else _without_year(text, year)


def is_day(text: str) -> bool:
    """Whether a text is only a date."""
    patterns = (_ISO, _EAST_ASIAN, _NUMBERS, _DAY_FIRST, _MONTH_FIRST, _OF_YEAR)
    return len(text) <= _DAY_MAX and any(pattern.fullmatch(text.strip(_BETWEEN)) for pattern in patterns)


def without_day(title: str) -> str:
    """A title without a date before it, or after it behind a separator."""
    for pattern in (_ISO, _EAST_ASIAN, _NUMBERS, _DAY_FIRST, _MONTH_FIRST):
        for found in pattern.finditer(title[:_LENGTH_MAX]):
            before, after = title[: found.start()].rstrip(), title[found.end() :].lstrip()
            if day_in(found[0]) is None:
                continue
            if not before.strip(_BETWEEN) and after.strip(_BETWEEN):
                return after.lstrip(_BETWEEN)
            if not after.strip(_BETWEEN) and before.strip(_BETWEEN) and before[-1] in _BETWEEN:
                return before.rstrip(_BETWEEN)
    for pattern in (*_NO_YEAR, _OF_YEAR):
        found_first = pattern.match(title)
        after = "" if found_first is None else title[found_first.end() :].lstrip()
        if after[:1] and after[0] in _BETWEEN and after.strip(_BETWEEN) and _without_year(title, 2000) is not None:
            return after.lstrip(_BETWEEN)
    return title


def day_in_address(url: str) -> datetime | None:
    found = _IN_ADDRESS.search(url)
    return None if found is None else _made(found[1], found[2], found[3])


def is_day_first(texts: Iterable[str], *, usually: bool) -> bool:
    """Whether dates such as 3/4/2026 begin with the day, by the unambiguous ones among the texts."""
    for text in texts:
        for found in _NUMBERS.finditer(text[:_LENGTH_MAX]):
            if int(found[1]) > 12 >= int(found[3]):
                return True
            if int(found[3]) > 12 >= int(found[1]):
                return False
    return usually


def _without_year(text: str, year: int) -> datetime | None:
    for pattern in (*_NO_YEAR, _OF_YEAR):
        for found in pattern.finditer(text):
            named = found.groupdict()
            month = named.get("number") or _month(named.get("month") or "")
            if (moment := _made(year, month, named["day"])) is not None:
                return moment
    return None


def _iso(found: re.Match[str]) -> datetime | None:
    moment = _made(found[1], found[3], found[4])
    if moment is None or found[5] is None:
        return moment
    zone = "+00:00" if (found[8] or "Z").upper() in ("Z", "UTC", "GMT") else found[8]
    try:
        said = f"{moment:%Y-%m-%d}T{found[5]}:{found[6]}:{found[7] or '00'}{zone}"
        return datetime.fromisoformat(said).astimezone(UTC)
    except (ValueError, OverflowError):
        return moment


def _numbers(found: re.Match[str], *, day_first: bool) -> datetime | None:
    one, other = found[1], found[3]
    if found[2] == "." or int(one) > 12:
        day_first = True
    elif int(other) > 12:
        day_first = False
    return _made(found[4], other, one) if day_first else _made(found[4], one, other)


def _made(year: str | int, month: str | int | None, day: str | int) -> datetime | None:
    if not month:
        return None
    try:
        return datetime(int(year) if int(year) > 99 else 2000 + int(year), int(month), int(day), tzinfo=UTC)
    except ValueError:
        return None


_KEPT_MAX = 5000
"""Maximum words in the cache."""
_STRANGE_MAX = 60
"""Maximum unknown words of one page that are looked up, each of which takes time."""
_ENGLISH = "january february march april may june july august september october november december"
_months: dict[str, int | None] = {
    word: number for number, name in enumerate(_ENGLISH.split(), 1) for word in (name, name[:3])
}
"""The words known so far, with the numbers of the months that they are."""
_strange: list[str] = []


def forget_unknown_words() -> None:
    _strange.clear()


def _month(word: str) -> int | None:
    """The number of a month by its name in any language; None if it is no month."""
    word = word.lower()
    if word not in _months:
        if len(_strange) >= _STRANGE_MAX:
            return None
        from dateparser import parse as parse_words  # type: ignore[import-untyped] # it takes 0.1 s; English does without

        found = parse_words(f"1 {word} 2000", settings={"STRICT_PARSING": True})
        is_month = found is not None and (found.year, found.day) == (2000, 1)
        if len(_months) > _KEPT_MAX:
            _months.clear()
        _months[word] = found.month if is_month else None
        if not is_month:
            _strange.append(word)
    return _months[word]
