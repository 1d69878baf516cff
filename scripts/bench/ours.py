"""tuireader, driven as its readers drive it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import BenchError, run, run_until
from bench.screen import Screen
from tuireader.store import feeds as store_feeds
from tuireader.store.connection import connect

NEVER = 32_503_680_000
"""The year 3000, in seconds since 1970."""
COMMAND = [sys.executable, "-m", "tuireader"]


@dataclass(frozen=True, slots=True)
class Ours:
    """tuireader with files of its own, which asks for nothing unless told to."""

    env: Mapping[str, str]
    cache: Path

    @classmethod
    def at(cls, folder: Path, env: Mapping[str, str]) -> Ours:
        """Give it a home, and find where in it the files go."""
        folder.mkdir(parents=True, exist_ok=True)
        homes = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("DATA", "CONFIG", "STATE", "CACHE")}
        env = {**env, **homes, "HOME": str(folder)}
        code = "from tuireader import paths; print(paths.cache_path())"
        told = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True)
        return cls(env, Path(told.stdout.strip()))

    def copy(self, folder: Path) -> Ours:
        """Another reader with a copy of this cache."""
        shutil.rmtree(folder, ignore_errors=True)
        other = Ours.at(folder, self.env)
        other.cache.parent.mkdir(parents=True)
        with closing(connect(self.cache)) as connection:
            connection.execute("VACUUM INTO ?", (str(other.cache),))
        return other

    def subscribe(self, urls: Sequence[str]) -> None:
        """Subscribe to feeds, without asking for them."""
        with closing(connect(self.cache)) as connection:
            for url in urls:
                store_feeds.add(connection, url, title="", site="", now=datetime.now(UTC))

    def move(self, base: str) -> None:
        """Let all subscriptions lead to another server."""
        with closing(connect(self.cache)) as connection:
            connection.execute("UPDATE feed SET url = ? || '/' || id || '/feed/'", (base,))

    def add(self, urls: Sequence[str]) -> float:
        """Subscribe to feeds by their addresses, and fetch them; give the seconds it took."""
        return self.command("add", *urls)

    def refresh_in_processes(self, processes: int) -> float:
        """Ask for all feeds, with so many processes to take in what comes; give the seconds it took."""
        code = f"""
import asyncio, pathlib
from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import open_queue
from tuireader.library.refreshing.refresh import refresh
from tuireader.model.article import utc_now
async def main():
    cache = Cache(pathlib.Path({str(self.cache)!r}), processes={processes})
    async with open_queue(cache, clock=utc_now) as queue:
        async for _ in refresh(cache, queue, clock=utc_now, force=True):
            pass
asyncio.run(main())
"""
        return run([sys.executable, "-c", code], self.env)

    def refresh(self, *flags: str) -> float:
        """Ask for all feeds; give the seconds it took."""
        return self.command("refresh", *flags)

    def first_refresh(self) -> tuple[float, float]:
        """Ask for all feeds; give the seconds until all articles can be read, and to the prompt."""
        return run_until([*COMMAND, "refresh"], self.env, " new article")

    def command(self, *arguments: str) -> float:
        """Run a command; give the seconds it took."""
        return run([*COMMAND, *arguments], self.env)

    def screen(self, columns: int = 140, rows: int = 40) -> Screen:
        """The reader in a terminal, as on its first day: nothing is due, and nothing remembered."""
        with closing(connect(self.cache)) as connection:
            connection.execute("UPDATE feed SET due = ?", (NEVER,))
            connection.execute("DELETE FROM setting")
        return Screen(COMMAND, self.env, columns=columns, rows=rows)

    def cache_size(self) -> float:
        """Megabytes of the cache, with what SQLite keeps beside it."""
        found = list(self.cache.parent.glob(f"{self.cache.name}*"))
        if not found:
            raise BenchError("there is no cache")
        return sum(path.stat().st_size for path in found) / 1e6
