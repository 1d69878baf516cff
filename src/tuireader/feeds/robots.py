"""Rules and sitemaps in robots.txt (RFC 9309). The only user of protego. Pure.

Protego stores each rule once per agent of its group, so that a small file can take hours and all memory. It is given
this program's group alone, which is bounded.
"""

from __future__ import annotations

import re
from itertools import islice

from protego import Protego

from tuireader.urls.hosts import host_of

NAME = "tuireader"
"""This program's name in robots.txt."""
_LARGEST = 500_000
"""Maximum bytes read, as RFC 9309 requires."""
_RULES, _LONGEST = 1_000, 2_000
"""Maximum number of rules, and characters of each."""
_SITEMAPS = 20
_AGENT = re.compile(r"user[- ]?agent(?:\s*:|\s)(.*)", re.IGNORECASE)
_SITEMAP = re.compile(r"(?:sitemaps?|site-map|host)(?:\s*:|\s)", re.IGNORECASE)


class Robots:
    """The rules of one site. Picklable."""

    def __init__(self, content: bytes = b"") -> None:
        """Without content nothing is forbidden."""
        self._reduced = _reduced(content[:_LARGEST].decode("utf-8-sig", "replace"))
        self._rules = Protego.parse(self._reduced)

    def __reduce__(self) -> tuple[type[Robots], tuple[bytes]]:
        """Pickle the source, not the parsed rules."""
        return Robots, (self._reduced.encode(),)

    def allows(self, url: str) -> bool:
        """Whether a page may be requested; what is no address may not."""
        return bool(host_of(url)) and bool(self._rules.can_fetch(url[:_LONGEST], NAME))

    @property
    def pause(self) -> float:
        """Seconds between requests; 0 if not stated."""
        return float(self._rules.crawl_delay(NAME) or 0)

    @property
    def sitemaps(self) -> list[str]:
        return [str(url) for url in dict.fromkeys(self._rules.sitemaps) if host_of(url)][:_SITEMAPS]


def _reduced(text: str) -> str:
    """The rules for this program, else those for all, and the sitemaps, within the limits."""
    own: dict[str, None] = {}
    every: dict[str, None] = {}
    sitemaps: list[str] = []
    groups: list[dict[str, None]] = []
    has_own, is_head = False, False
    for each in text.splitlines():
        line = each.partition("#")[0].strip()
        if not line or len(line) > _LONGEST:
            continue
        if _SITEMAP.match(line):
            sitemaps.append(line)
            continue
        agent = _AGENT.match(line)
        if agent is None:
            is_head = False
            for group in groups:
                if len(group) < _RULES:
                    group[line] = None
            continue
        groups = groups if is_head else []
        is_head = True
        name = agent[1].strip().lower()
        is_own = name.partition("/")[0].strip(" *") == NAME
        has_own |= is_own
        group = own if is_own else every
        if (is_own or name == "*") and all(each is not group for each in groups):
            groups.append(group)
    return "\n".join(["User-agent: *", *(own if has_own else every), *islice(dict.fromkeys(sitemaps), _SITEMAPS)])
