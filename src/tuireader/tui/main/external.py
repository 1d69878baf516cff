"""What goes to other programs: links to a browser, addresses to the clipboard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual.widget import Widget

from tuireader.errors import AddressError
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.store import articles
from tuireader.text.printable import printable
from tuireader.tui.support.safe_text import copy_address, toast
from tuireader.tui.support.workers import AsyncWork, start


class ExternalPrograms:
    """Hands links over to other programs."""

    def __init__(self, node: Widget, cache: Cache) -> None:
        """`node` is where things are said, and whose workers do the work."""
        self._node = node
        self._cache = cache
        self._on_their_way: set[str] = set()
        """Links that a browser is being given."""

    def browse(self, address: str) -> None:
        self._run(partial(self._open_in_browser, address))

    def browse_article(self, article_id: int) -> None:
        self._run(partial(self._browse_article, article_id))

    def copy_links(self, ids: Sequence[int]) -> None:
        self._run(partial(self._copy_links, ids), exclusive=True)

    def _run(self, work: AsyncWork, *, exclusive: bool = False) -> None:
        start(self._node, work, group="browser", exclusive=exclusive)

    async def _browse_article(self, article_id: int) -> None:
        if (link := await self._link(article_id)) is not None:
            await self._open_in_browser(link)

    async def _open_in_browser(self, address: str) -> None:
        """Open a link once: one that a browser is being given already is not given to it again."""
        if address in self._on_their_way:
            return
        self._on_their_way.add(address)
        try:
            await self._hand_over(address)
        finally:
            self._on_their_way.discard(address)

    async def _hand_over(self, address: str) -> None:
        from tuireader.tui.support.browser import open_link

        try:
            await open_link(self._node.app, address)
        except AddressError as error:
            toast(self._node, str(error), severity="error")

    async def _copy_links(self, ids: Sequence[int]) -> None:
        links = [link for id_ in ids if (link := await self._link(id_)) is not None]
        if len(links) == 1:
            copy_address(self._node, links[0])
        elif links:
            self._node.app.copy_to_clipboard("\n".join(map(printable, links)))
            toast(self._node, f"Copied {len(links)} links")

    async def _link(self, article_id: int) -> str | None:
        article = await self._cache.read(lambda c: articles.get(c, article_id))
        if not article.link:
            toast(self._node, "This article has no address.")
        return article.link or None
