"""One refresh of a cache, run by the test of a heavy load in a process of its own: `python loaded.py CACHE DEADLINE`.

Every name ending in ".test" is this machine. Prints a line of JSON: how long it took, the memory it took, and how each
feed fared.
"""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tuireader.library.jobs.cache_gateway import Cache
from tuireader.library.politeness.queue import open_queue
from tuireader.library.refreshing.refresh import refresh

RESOLVE = socket.getaddrinfo


def resolve(host: Any, *args: Any, **options: Any) -> Any:
    """Find the names of the test without asking anyone."""
    name = host.decode() if isinstance(host, bytes) else str(host)
    return RESOLVE("127.0.0.1" if name.endswith(".test") else name, *args, **options)


async def run(path: Path, deadline: float) -> list[dict[str, object]]:
    """Refresh all feeds."""
    now = datetime(2026, 1, 15, 12, tzinfo=UTC)
    cache = Cache(path)
    async with open_queue(cache, clock=lambda: now) as queue:
        return [
            {"url": event.feed.url, "status": event.status, "new": event.new, "error": event.error}
            async for event in refresh(cache, queue, clock=lambda: now, deadline=deadline)
        ]


def peak_memory() -> int:
    """The most bytes that this process had in memory since it began; what it was forked from does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main() -> None:
    """Measure it."""
    socket.getaddrinfo = resolve
    events = asyncio.run(run(Path(sys.argv[1]), float(sys.argv[2])))
    memory = peak_memory()
    print(json.dumps({"memory": memory, "events": events}))  # noqa: T201 - for the test


if __name__ == "__main__":
    main()
