"""What is done in the background besides asking for new articles: whole texts, what is older, what is to go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuireader.tui.keys import keys_of
from tuireader.tui.main.archiving import ArchiveController
from tuireader.tui.main.completing import CompletionController
from tuireader.tui.main.downloading import DownloadController
from tuireader.tui.main.pruning import PruneController
from tuireader.tui.main.syncing import SyncController

if TYPE_CHECKING:
    from tuireader.config.options import Config
    from tuireader.library.jobs.off_loop import Cache
    from tuireader.model.clock import Clock
    from tuireader.tui.main.panes import PanesScreen
    from tuireader.tui.support.web import Web


class Errands:
    """Runs them beside each other, each kind one at a time."""

    def __init__(self, panes: PanesScreen, cache: Cache, web: Web, *, config: Config, clock: Clock) -> None:
        """`panes` is who is told, and whose workers do the work."""
        self._panes = panes
        self.downloads = DownloadController(panes, cache, web)
        self.archiving = ArchiveController(panes, cache, web, clock, arrives_read=config.archive_read)
        self.completing = CompletionController(
            panes, cache, web, clock, usual=config.full_text, shown=lambda: _open_in(panes)
        )
        self.pruning = PruneController(panes, cache, clock, config)
        add_key, sync_key = (keys_of(name, config.keymap)[0] for name in ("account", "sync"))
        self.syncing = SyncController(panes, cache, web, clock, key=add_key, sync_key=sync_key)

    @property
    def progress(self) -> str:
        """How far all of them are; empty where nothing is under way."""
        every = (self.downloads, self.archiving, self.completing, self.pruning, self.syncing)
        return " · ".join(filter(None, (each.progress for each in every)))

    def download(self) -> None:
        """Fetch the texts of what is selected, else of what is shown; in the sidebar, of the row under the cursor."""
        panes = self._panes
        selected = panes.headlines.selected
        if selected:
            self.downloads.fetch(selected)
        else:
            in_sidebar = (
                panes.sidebar.query_of_pointed(panes.headlines_pane.wanted) if panes.pane == "sidebar" else None
            )
            self.downloads.fetch_all(in_sidebar or panes.headlines_pane.wanted)


def _open_in(panes: PanesScreen) -> int | None:
    opened = panes.reading.opened
    return None if opened is None else opened[0].id
