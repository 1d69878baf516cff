"""Sites whose feed addresses can be derived from page addresses. Pure.

YouTube (without shorts), GitHub, Reddit, Substack, Medium, Mastodon, Bluesky, Stack Exchange.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import SplitResult, parse_qs, quote, urlsplit

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
