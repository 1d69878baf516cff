"""Feeds as text, written by the tests that need them."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Item:
    """One entry of a feed."""

    name: str
    title: str = ""
    html: str = "<p>Some words about it.</p>"
    link: str = ""
    guid: str = ""
    date: str = "Thu, 15 Jan 2026 08:00:00 +0000"


def rss(*items: Item, title: str = "The Feed", site: str = "http://site.test/", extra: str = "") -> str:
    """An RSS 2.0 feed; an item's name makes its title, link and guid where they are not given."""
    entries = "".join(
        f"<item><title>{escape(item.title or item.name)}</title><link>{item.link or site + item.name}</link>"
        f"<guid isPermaLink='false'>{item.guid or 'http://site.test/?' + item.name}</guid>"
        f"<pubDate>{item.date}</pubDate><description>{escape(item.html)}</description></item>"
        for item in items
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{escape(title)}</title><link>{site}</link>'
        f"<description/>{extra}{entries}</channel></rss>"
    )
