"""newsboat, Debian's own, driven as its users drive it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import BenchError, TooSlowError, run
from bench.screen import Screen, shows

THREADS = 1
"""newsboat's `reload-threads`, as it is of its own accord; more than a few did not make it faster."""


@dataclass(frozen=True, slots=True)
class Newsboat:
    """newsboat with a folder, and so an empty cache, of its own."""

    folder: Path
    env: Mapping[str, str]

    @classmethod
    def subscribed(
        cls, folder: Path, env: Mapping[str, str], urls: Sequence[str], *, threads: int = THREADS
    ) -> Newsboat:
        """Write its files; raises BenchError where newsboat is not installed."""
        if shutil.which("newsboat") is None:
            raise BenchError("newsboat is not installed (on Debian: apt install newsboat)")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "urls").write_text("\n".join(urls) + "\n", encoding="utf-8")
        (folder / "config").write_text(f"reload-threads {threads}\nauto-reload no\n", encoding="utf-8")
        return cls(folder, {**env, "HOME": str(folder)})

    def reload(self) -> float:
        """Fetch all feeds; give the seconds it took."""
        return run([*self._command(), "-x", "reload"], self.env)

    def start(self, first_feed: str, timeout: float) -> float:
        """Start it; give the seconds until its list shows the first feed, at most `timeout`."""
        with Screen(self._command(), self.env) as screen:
            try:
                return screen.wait(shows(max(first_feed.split(), key=len)), timeout) - screen.start
            except TooSlowError:
                return timeout

    def cache_size(self) -> float:
        """Megabytes of its cache."""
        return sum(path.stat().st_size for path in self.folder.glob("cache.db*")) / 1e6

    def _command(self) -> list[str]:
        parts = (("-u", "urls"), ("-c", "cache.db"), ("-C", "config"))
        return ["newsboat", "-q", *(word for flag, name in parts for word in (flag, str(self.folder / name)))]
