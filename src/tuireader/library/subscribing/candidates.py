"""What was found at an address: it goes to the processes that take feeds in, so this loads nothing of the web."""

from __future__ import annotations

from dataclasses import dataclass

from tuireader.model.fetched import FeedLink, Page
from tuireader.urls.hosts import host_of
from tuireader.urls.private import permission_for
from tuireader.urls.reach import Permission, permission_from


@dataclass(frozen=True, slots=True)
class Candidates:
    """What was found at an address."""

    address: str
    """What was typed, made whole, as it answered; with the name and password that were typed."""
    page: Page
    """What is at the address itself."""
    feeds: tuple[FeedLink, ...]
    """At least one, best first; which of them really are feeds is seen when they are fetched."""
    fetched: Page | None = None
    """The first of the feeds, if finding it meant fetching it."""

    def permission(self, url: str) -> Permission:
        """The permission for an address that the page names: inside the user's network only if the page is."""
        if host_of(url) == host_of(self.address):
            return permission_for(url, self.address, self.page.asked_reach)
        return permission_from(self.page.reach)
