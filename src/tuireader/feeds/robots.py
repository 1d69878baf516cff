"""What a site's robots.txt allows (RFC 9309), and the sitemaps that it names: the only door to protego. Pure."""

from __future__ import annotations

from protego import Protego

NAME = "tuireader"
"""What robots.txt files may call this program."""
_LARGEST = 500_000
"""Bytes that are read: RFC 9309 asks for as many."""
_SITEMAPS = 20


class Robots:
    """The rules of one site."""

    def __init__(self, content: bytes = b"") -> None:
        """Nothing is forbidden where there is no such file."""
        self._rules = Protego.parse(content[:_LARGEST].decode("utf-8-sig", "replace"))

    def allows(self, url: str) -> bool:
        """Whether a page may be asked for."""
        return bool(self._rules.can_fetch(url, NAME))

    @property
    def pause(self) -> float:
        """Seconds that are to lie between two requests; 0 where nothing is said."""
        return float(self._rules.crawl_delay(NAME) or 0)

    @property
    def sitemaps(self) -> list[str]:
        """The addresses of the sitemaps that are named."""
        return [str(url) for url in dict.fromkeys(self._rules.sitemaps)][:_SITEMAPS]
