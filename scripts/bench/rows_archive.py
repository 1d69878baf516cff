"""Rows about reading a site back."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator

from bench import generate
from bench.answers import Answer, served
from bench.corpus import SEED
from bench.measure import run
from bench.ours import Ours
from bench.table import Result, Row
from bench.workbench import Workbench
from tuireader.library.politeness.robots import REQUEST_INTERVAL

POSTS = 100
"""Posts of a page."""
_BARE = """
import json, sys, time
import httpx2
with httpx2.Client() as client:
    for number, url in enumerate(json.loads(sys.argv[1])):
        if number:
            time.sleep(float(sys.argv[2]))
        client.get(url).raise_for_status()
"""


def archive(bench: Workbench) -> Iterator[Row]:
    """All posts of a site by its API, beside a client that only asks for the same pages with the same pauses."""
    pages = 10 if bench.quick else 100
    made = generate.feed(1, pages * POSTS, seed=SEED)
    entries = made.entries
    posts = [
        {
            "id": number, "link": entry.link, "guid": {"rendered": entry.guid}, "title": {"rendered": entry.title},
            "content": {"rendered": entry.html}, "excerpt": {"rendered": ""},
            "date_gmt": f"{entry.published:%Y-%m-%dT%H:%M:%S}" if entry.published else None,
            "_embedded": {
                "author": [{"name": name} for name in entry.authors],
                "wp:term": [[{"taxonomy": "category", "name": name} for name in entry.categories]],
            },
        }
        for number, entry in enumerate(entries)
    ]  # fmt: skip
    bodies = [json.dumps(posts[at : at + POSTS]).encode() for at in range(0, len(posts), POSTS)]
    bodies.append(b"[]")  # what is beyond a last page that is full is asked for, whatever the server says of its number
    front = generate.rss(generate.feed(1, 10, seed=SEED)).replace(
        b"<channel>", b"<channel><generator>https://wordpress.org/?v=6</generator>", 1
    )
    with served(_answers(front, bodies)) as base:
        here = Ours.at(bench.folder / "ours-archive", bench.env)
        here.add([f"{base}/feed/"])
        bench.say(f"reading {len(posts):,} articles back")
        ours = here.command("backfill", "1")
        asked = [f"{base}/feed/", *(f"{base}/wp-json/wp/v2/posts?page={page + 1}" for page in range(pages + 1))]
        bare = run([sys.executable, "-c", _BARE, json.dumps(asked), str(REQUEST_INTERVAL)], bench.env)
    yield Result(f"archive of {len(posts):,} articles", ours, bare, "the same requests", 1.5)


def _answers(front: bytes, bodies: list[bytes]) -> Callable[[str], Answer]:
    def answer(path: str) -> Answer:
        page = re.search(r"/posts\?.*?\bpage=(\d+)$", path)
        if not page:
            return Answer(front, "application/rss+xml")
        return Answer(bodies[int(page[1]) - 1], headers=(("X-WP-TotalPages", str(len(bodies) - 1)),))

    return answer
