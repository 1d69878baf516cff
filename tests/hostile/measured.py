"""What reading something takes, measured in a process of its own by the test of bombs.

`python measured.py parse < FEED`, or `python measured.py get URL...` for pages that are not to be had. Prints a line of
JSON: the processor time and the memory that it took beyond what a small one takes, and what came of each.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable

from loaded import peak_memory  # type: ignore[import-not-found] # it stands beside this, which is run as a script

from tuireader.errors import FetchError, NotAFeedError
from tuireader.feeds.parse import parse_feed
from tuireader.web.client import open_client
from tuireader.web.fetch import get

SMALL = b'<rss version="2.0"><channel><title>T</title><item><title>&amp;</title></item></channel></rss>'


def parsed(content: bytes) -> list[str]:
    """The titles of the feed and its entries."""
    try:
        feed = parse_feed(content, "http://feed.example/")
    except NotAFeedError as error:
        return [str(error)]
    return [feed.title, *(entry.title for entry in feed.entries)]


async def got(urls: list[str]) -> list[str]:
    """Why each page is not to be had."""
    said = []
    async with open_client() as client:
        for url in urls:
            try:
                said.append(f"{len((await get(client, url)).content)} bytes")
            except FetchError as error:
                said.append(str(error))
    return said


def measured(work: Callable[[], list[str]]) -> dict[str, object]:
    """What it took, and what it gave."""
    memory = peak_memory()
    said = work()
    return {"memory": peak_memory() - memory, "said": said}


def main() -> None:
    """Measure it."""
    if sys.argv[1] == "parse":
        content = sys.stdin.buffer.read()
        parsed(SMALL)
        print(json.dumps(measured(lambda: parsed(content))))  # noqa: T201 - the test reads it
        return
    urls = sys.argv[2:]
    asyncio.run(got(urls[:1]))
    print(json.dumps(measured(lambda: asyncio.run(got(urls[1:])))))  # noqa: T201 - likewise


if __name__ == "__main__":
    main()
