"""Normalisation and comparison of addresses, patterns of article addresses, and feed addresses of known sites."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import lru_cache
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit, urlunsplit

_YEAR = re.compile(r"(?:19|20)\d\d$")
_NUMBER = re.compile(r"\d+$")
_ENDING = re.compile(r"\.(?:html?|php|aspx?)$", re.IGNORECASE)
_PATTERN_SHARE_MIN = 0.15
"""Minimum share of known addresses for a pattern."""

Shape = tuple[str, ...]


class Shapes:
    """The common patterns of a site's article addresses."""

    def __init__(self, known: Iterable[str]) -> None:
        """`known` are addresses of articles."""
        places = [place for place in map(_place, known) if place is not None]
        hosts = Counter(host for host, _ in places)
        self._hosts = {host for host, times in hosts.items() if times >= _PATTERN_SHARE_MIN * len(places)}
        counts = Counter(_shape(parts) for _, parts in places)
        self._shapes = {shape for shape, times in counts.items() if times >= _PATTERN_SHARE_MIN * len(places)}
        self._fixed = {
            shape: _fixed([parts for _, parts in places if _shape(parts) == shape]) for shape in self._shapes
        }
        self._is_worded = {
            shape: sum(_is_worded(parts) for _, parts in places if _shape(parts) == shape) > counts[shape] / 2
            for shape in self._shapes
        }

    def __contains__(self, url: object) -> bool:
        """Whether an address fits one of the patterns."""
        place = _place(url) if isinstance(url, str) else None
        if place is None or place[0] not in self._hosts:
            return False
        shape = _shape(place[1])
        if shape not in self._shapes or (self._is_worded[shape] and not _is_worded(place[1])):
            return False
        return all(place[1][at] == part for at, part in self._fixed[shape].items())


def _place(url: str) -> tuple[str, list[str]] | None:
    """Host without www, and path segments; None for a front page."""
    try:
        split = urlsplit(url)
    except ValueError:
        return None
    parts = [unquote(part) for part in split.path.split("/") if part]
    if split.scheme not in ("http", "https") or not (parts or split.query):
        return None
    return (split.hostname or "").removeprefix("www."), [*parts, *(["?"] if split.query else [])]


def _shape(parts: list[str]) -> Shape:
    *before, last = parts
    ending = _ENDING.search(last)
    return (*map(_kind, before), "number" if _NUMBER.match(last) else f"name{ending[0].lower() if ending else ''}")


def _kind(part: str) -> str:
    return "year" if _YEAR.match(part) else "number" if _NUMBER.match(part) else "name"


def _is_worded(parts: list[str]) -> bool:
    return len(re.findall(r"\w+", _ENDING.sub("", parts[-1]).replace("_", "-"))) > 1


def _fixed(examples: list[list[str]]) -> dict[int, str]:
    """Segments before the last that are the same word in all addresses; years may differ."""
    if len(examples) < 2:  # one example says nothing
        return {}
    first = examples[0]
    same = [at for at in range(len(first) - 1) if all(each[at] == first[at] for each in examples)]
    return {at: first[at] for at in same if _kind(first[at]) == "name"}


_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_cid|mc_eid|igshid|ref_src|at_(?:medium|campaign)|_hs(?:enc|mi)",
    re.IGNORECASE,
)
_SIMPLE = re.compile(r"https?://(?:www\.)?((?!www\.)[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:/[\w.~/-]*)?)", re.ASCII)
"""Most addresses: normalised by cutting off beginning and end."""
_CACHE_SIZE = 16
"""Addresses whose normalised forms are remembered: one is compared with many, and may be long."""
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_END_OF_HOST = re.compile(r"[/?#]")
_DEFAULT_PORT = re.compile(r":(?:80|443)?$")


def without_tracking(url: str) -> str:
    """The address without its fragment and tracking parameters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    kept = [each for each in parts.query.split("&") if not _TRACKING.fullmatch(each.partition("=")[0])]
    return urlunsplit(parts._replace(query="&".join(kept), fragment=""))


@lru_cache(_CACHE_SIZE)
def place(url: str) -> str:
    """The normalised form of an address, the same for all its spellings.

    Without scheme, www., default port, trailing slash, tracking and password; lower-case host; minimal escapes in
    capitals.
    """
    if simple := _SIMPLE.fullmatch(url):
        return simple[1].rstrip("/")
    bare = without_tracking(url.strip())
    bare = bare.partition("://")[2] or bare.removeprefix("//")
    found = _END_OF_HOST.search(bare)
    host, rest = (bare[: found.start()], bare[found.start() :]) if found else (bare, "")
    host = _DEFAULT_PORT.sub("", host.rpartition("@")[2].lower()).removeprefix("www.").rstrip(".")
    path, mark, query = rest.partition("?")
    return host + _evenly_escaped(path).rstrip("/") + mark + _evenly_escaped(query)


def _evenly_escaped(text: str) -> str:
    def even(match: re.Match[str]) -> str:
        sign = chr(int(match[1], 16))
        return sign if sign in _PLAIN else match[0].upper()

    if "%" in text:
        text = _ESCAPE.sub(even, text)
    return text if text.isascii() else _NOT_ASCII.sub(lambda run: quote(run[0]), text)


def path_of(url: str) -> str:
    """The normalised address without its host: it stays when a site moves to another domain."""
    there = place(url)
    found = _END_OF_HOST.search(there)
    return there[found.start() :] if found else ""


def without_scheme(guid: str) -> str:
    """A guid without http:// or https://: feeds that switched to https changed nothing else."""
    return guid.removeprefix("https://").removeprefix("http://")


def normalised_guid(name: str) -> str:
    """A guid in normalised form: an address as by `place`, else without case and superfluous spaces."""
    return place(name) if "://" in name else " ".join(name.split()).casefold()


def same_place(one: str, other: str) -> bool:
    """Whether two addresses mean the same place; False for ""."""
    return bool(one) and bool(other) and place(one) == place(other)


def same_site(one: str, other: str) -> bool:
    return bool(one) and bool(other) and _END_OF_HOST.split(place(one))[0] == _END_OF_HOST.split(place(other))[0]


def of_one_site(one: str, other: str) -> bool:
    """Whether the host of one address is that of the other or a subdomain of it, as `feeds.site.example` is."""
    ours, theirs = (_END_OF_HOST.split(place(url))[0] if url else "" for url in (one, other))
    return bool(ours and theirs) and (f".{ours}".endswith(f".{theirs}") or f".{theirs}".endswith(f".{ours}"))


def is_front_page(url: str) -> bool:
    """Whether an address has neither path nor query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.path in {"", "/"} and not parts.query


def front_of(url: str) -> str:
    """The address of the front page of the site of `url`; "" if it has no host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}/" if parts.netloc else ""


def names_part(url: str) -> bool:
    """Whether an address names a part of its page in its fragment, such as a comment.

    Fragments with an equals sign are for counting readers, and do not count.
    """
    fragment = url.partition("#")[2]
    return bool(fragment) and "=" not in fragment


def is_within(url: str, folder: str) -> bool:
    return place(url).startswith(place(folder) + "/")


_CHANNEL = re.compile(r"UC([\w-]{22})")
_YOUTUBE = "https://www.youtube.com/feeds/videos.xml"
_NOT_OWNERS = re.compile(
    r"about|account|apps|collections|contact|enterprise|explore|features|issues|login|marketplace|new|notifications|orgs"
    r"|pricing|pulls|search|security|settings|sponsors|stars|team|topics|trending"
)
"""First path segments on GitHub that are not owners."""
_INSTANCE = re.compile(r"/@([\w.-]{1,60})/?$")


def feed_at(url: str) -> str | None:
    """The feed address for a page of a known site; None if there is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = _host(parts)
    find = _SITES.get(host) or next((find for end, find in _ENDS.items() if host.endswith(end)), None)
    pieces = [piece for piece in parts.path.split("/") if piece]
    return None if find is None else find(host, pieces, parse_qs(parts.query))


def without_shorts(feed_url: str) -> str | None:
    """The feed of a YouTube channel without its shorts; None for other feeds."""
    if not feed_url.startswith(_YOUTUBE):
        return None
    found = _CHANNEL.fullmatch("".join(parse_qs(urlsplit(feed_url).query).get("channel_id", [])))
    return f"{_YOUTUBE}?playlist_id=UULF{found[1]}" if found else None


def _youtube(_host: str, pieces: list[str], query: dict[str, list[str]]) -> str | None:
    if "list" in query and pieces[:1] in (["playlist"], ["watch"]):
        return f"{_YOUTUBE}?playlist_id={quote(query['list'][0])}"
    if pieces[:1] == ["channel"] and len(pieces) > 1 and (found := _CHANNEL.fullmatch(pieces[1])):
        return f"{_YOUTUBE}?playlist_id=UULF{found[1]}"
    return None  # the page of a name says which channel it is


def _github(_host: str, pieces: list[str], _query: dict[str, list[str]]) -> str | None:
    if not pieces or _NOT_OWNERS.fullmatch(pieces[0]) or pieces[-1].endswith(".atom"):
        return None
    if len(pieces) == 1:
        return f"https://github.com/{pieces[0]}.atom"
    repository = f"https://github.com/{pieces[0]}/{pieces[1].removesuffix('.git')}"
    if pieces[2:3] == ["tags"]:
        return f"{repository}/tags.atom"
    if pieces[2:3] == ["commits"]:
        return f"{repository}/{'/'.join(pieces[2:])}.atom"
    return f"{repository}/releases.atom" if len(pieces) == 2 or pieces[2] == "releases" else None


def _reddit(_host: str, pieces: list[str], _query: dict[str, list[str]]) -> str | None:
    if len(pieces) < 2 or pieces[0] not in ("r", "u", "user") or pieces[-1] == ".rss":
        return None
    return f"https://www.reddit.com/{'/'.join(pieces)}/.rss"


def _substack(host: str, pieces: list[str], _query: dict[str, list[str]]) -> str | None:
    if host == "open.substack.com":
        return f"https://{pieces[1]}.substack.com/feed" if pieces[:1] == ["pub"] and len(pieces) > 1 else None
    return None if pieces[:1] == ["feed"] or host == "substack.com" else f"https://{host}/feed"


def _medium(_host: str, pieces: list[str], _query: dict[str, list[str]]) -> str | None:
    return f"https://medium.com/feed/{pieces[0]}" if pieces and pieces[0].startswith("@") else None


def _bluesky(_host: str, pieces: list[str], _query: dict[str, list[str]]) -> str | None:
    return f"https://bsky.app/profile/{pieces[1]}/rss" if pieces[:1] == ["profile"] and len(pieces) == 2 else None


def _stack_exchange(host: str, pieces: list[str], _query: dict[str, list[str]]) -> str | None:
    if pieces[:2] == ["questions", "tagged"] and len(pieces) > 2:
        return f"https://{host}/feeds/tag/{quote(pieces[2])}"
    if pieces[:1] == ["questions"] and len(pieces) > 1 and pieces[1].isdecimal():
        return f"https://{host}/feeds/question/{pieces[1]}"
    return None


_Find = Callable[[str, list[str], dict[str, list[str]]], "str | None"]
_SITES: dict[str, _Find] = {
    "youtube.com": _youtube,
    "github.com": _github,
    "reddit.com": _reddit,
    "old.reddit.com": _reddit,
    "medium.com": _medium,
    "bsky.app": _bluesky,
    "stackoverflow.com": _stack_exchange,
    "superuser.com": _stack_exchange,
    "serverfault.com": _stack_exchange,
}
_ENDS: dict[str, _Find] = {".substack.com": _substack, ".stackexchange.com": _stack_exchange}


def profile_feed(url: str) -> str | None:
    """The feed of a Mastodon-like profile; None for other addresses."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    found = _INSTANCE.fullmatch(parts.path)
    return f"{parts.scheme}://{parts.netloc}/@{found[1]}.rss" if found and _host(parts) not in _SITES else None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").removeprefix("www.").removeprefix("m.")
