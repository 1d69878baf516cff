"""Rows about accounts on servers."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from urllib.parse import parse_qs, urlsplit

from bench import generate, keys
from bench.answers import Answer, served
from bench.corpus import SEED
from bench.measure import run
from bench.ours import Ours
from bench.table import Result, Row
from bench.workbench import Workbench
from tuireader.model.feed import MINIFLUX, Secret
from tuireader.store import accounts
from tuireader.store.connection import connect

PAGE = 200
"""Articles of a page, as we ask for them."""
THINKING = 0.2
"""Seconds that Miniflux 2.2.6 takes for such a page, over PostgreSQL on the same two cores."""
FEEDS = 20
ACCOUNT = "Bench"
CTRL_R = "\x12"
_BARE = """
import json, sys
import httpx2
with httpx2.Client() as client:
    for url in json.loads(sys.argv[1]):
        client.get(url).raise_for_status()
"""


def first(bench: Workbench) -> Iterator[Row]:
    """All articles of an account on Miniflux, beside a client that only asks for the same pages."""
    count = _count(bench)
    asked: list[str] = []
    with served(_answers(_entries(count), asked)) as base:
        here = Ours.at(bench.folder / "ours-sync", bench.env)
        bench.say(f"the first sync of {count:,} articles")
        ours = here.command("account", "add", base, "--user", "ann", "--password-command", "echo secret")
        bare = run([sys.executable, "-c", _BARE, json.dumps([base + path for path in asked])], bench.env)
    yield Result(f"first sync of {count:,} articles", ours, bare, "the same requests", 1.5)


def meanwhile(bench: Workbench) -> Iterator[Row]:
    """Keys of the reader while all articles of an account come."""
    here = bench.ours(bench.size).copy(bench.folder / "ours-sync-keys")
    with served(_answers(_entries(_count(bench)), [])) as base, closing(connect(here.cache)) as c:
        accounts.add(c, MINIFLUX, name=ACCOUNT, url=base, user="ann", secret=Secret(command="echo secret"))
        yield from keys.meanwhile(here, CTRL_R, lambda top: f"{ACCOUNT}:" in top, "a first sync")


def _count(bench: Workbench) -> int:
    return 2_000 if bench.quick else 20_000


def _entries(count: int) -> list[bytes]:
    """Articles as the server gives them, ready to be sent: it shares the two cores with what is measured."""
    made = (
        {
            "id": number + 1, "feed_id": number % FEEDS + 1, "hash": entry.guid, "title": entry.title,
            "url": entry.link, "content": entry.html, "author": ", ".join(entry.authors),
            "tags": list(entry.categories), "status": "unread", "starred": False,
            "published_at": entry.published.isoformat() if entry.published else None,
            "created_at": "2026-01-01T00:00:00Z", "changed_at": "2026-01-01T00:00:00Z",
        }
        for number, entry in enumerate(generate.feed(1, count, seed=SEED).entries)
    )  # fmt: skip
    return [json.dumps(each).encode() for each in made]


def _answers(entries: Sequence[bytes], asked: list[str]) -> Callable[[str], Answer]:
    """As much of Miniflux as is asked; what was is added to `asked`."""
    folder = {"id": 1, "title": "All"}
    feeds = [
        {"id": n, "feed_url": f"https://{n}.example/feed", "site_url": "", "title": f"Feed {n}", "category": folder}
        for n in range(1, FEEDS + 1)
    ]

    def listed(query: dict[str, list[str]]) -> bytes:
        limit, before = int(query["limit"][0]), int(query.get("before_entry_id", ["0"])[0])
        if "changed_after" in query:
            return b'{"total": 0, "entries": []}'
        last = before - 1 if before else len(entries)
        if limit > 1:
            time.sleep(THINKING)
        return b'{"total": %d, "entries": [%b]}' % (last, b",".join(entries[max(0, last - limit) : last][::-1]))

    def found(path: str) -> bytes:
        parts = urlsplit(path)
        if parts.path == "/":
            return b"null"
        if parts.path == "/v1/me":
            return b'{"id": 1, "username": "ann"}'
        if parts.path == "/v1/feeds":
            return json.dumps(feeds).encode()
        if one := re.fullmatch(r"/v1/entries/(\d+)", parts.path):
            return entries[int(one[1]) - 1]
        return listed(parse_qs(parts.query))

    def answer(path: str) -> Answer:
        asked.append(path)
        return Answer(found(path))

    return answer
