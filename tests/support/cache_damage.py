"""Damage to a cache of real shape, and what must be true of it after.

In `tests/`, `python -m support.cache_damage CASES [SEED]` tries many.

A case is a copy of the cache with bits, bytes or pages of it damaged. It is opened, read, searched, marked and added to
as the program does, three starts in a row. Whatever can be read is to be read; nothing but sentences may be raised.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from support.factories import save_plan
from tuireader.content.dom.sanitize import plain_text
from tuireader.errors import StoreError
from tuireader.library.open_cache import open_cache
from tuireader.library.reading.open_article import open_article
from tuireader.model.feed import Feed, Validators
from tuireader.model.fetched import ParsedEntry, Plan, Prepared
from tuireader.model.query import Query
from tuireader.store import articles, connection, feeds, save_articles, site_facts, statuses, ui_state
from tuireader.store.connection import PAGE_SIZE, connect
from tuireader.store.queries import article_lists
from tuireader.tui.main.sidebar import count
from tuireader.urls.hosts import Reach

FEEDS, EACH = 8, 60
TOTAL = FEEDS * EACH
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
WORDS = ("harbour", "winter", "railway", "bridge", "rivals", "border", "trade", "vote", "quiet", "island", "river")
ON_A_PAGE = 120
"""Articles that a page of the file can be needed for, at most: of one that says where others are, all."""


@dataclass(frozen=True)
class Kept:
    """What was known of an article before the damage."""

    title: str
    read: bool
    starred: bool
    text: str


def fill(path: Path, dice: random.Random) -> dict[int, Kept]:
    """Make a cache as people have one, and say what is in it."""
    with closing(connect(path)) as c:
        for number in range(FEEDS):
            url = f"https://site-{number}.example/feed"
            feed = feeds.add(
                c, url, title=f"Feed {number}", site=f"https://site-{number}.example/", now=NOW, reach=Reach.PUBLIC
            )
            new = tuple(_prepared(number, n, dice) for n in range(EACH))
            feeds.record(c, feed)
            save_plan(c, _polled(feed), Plan(new=new), NOW)
        every = article_lists.window(c, Query(), 0, TOTAL)
        chosen = dice.sample([each.id for each in every], TOTAL // 2)
        statuses.mark(c, chosen[: TOTAL // 4], read=True)
        statuses.mark(c, chosen[TOTAL // 8 :: 2], starred=True)
        for article_id in chosen[:20]:
            save_articles.save_full_text(c, article_id, f"<p>{_text(dice, 400)}</p>", _text(dice, 400), 400)
        ui_state.save(c, "theme", "nord")
        site_facts.hold(c, "site-1.example", NOW + timedelta(days=1), now=NOW)
        return {
            each.id: Kept(each.title, each.read, each.starred, articles.body(c, each.id))
            for each in article_lists.window(c, Query(), 0, TOTAL)
        }


def _polled(feed: Feed) -> Feed:
    return replace(feed, validators=Validators('"v1"'), body_hash=b"\1" * 32, checked=NOW, due=NOW + timedelta(hours=1))


def _text(dice: random.Random, count: int) -> str:
    return " ".join(dice.choices(WORDS, k=count))


def _prepared(feed: int, number: int, dice: random.Random) -> Prepared:
    link = f"https://site-{feed}.example/{number}"
    html = "".join(f"<p>{_text(dice, dice.randint(20, 120))}</p>" for _ in range(dice.randint(2, 9)))
    entry = ParsedEntry(
        guid=link,
        title=f"Article {number} of {feed}: {_text(dice, 3)}",
        link=link,
        authors=(f"Author {dice.randint(0, 20)}",),
        categories=tuple({f"Category {dice.randint(0, 40)}" for _ in range(2)}),
        published=NOW - timedelta(hours=number * FEEDS + feed),
        html=html,
    )
    return Prepared(entry, dice.randbytes(16), plain_text(html), 100, excerpt=False)


# Damage.


def bits(data: bytearray, dice: random.Random) -> int:
    count = dice.randint(1, 16)
    for _ in range(count):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    return count


def some_bytes(data: bytearray, dice: random.Random) -> int:
    count = dice.randint(1, 16)
    for _ in range(count):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return count


def run_of_bytes(data: bytearray, dice: random.Random) -> int:
    start, length = dice.randrange(len(data)), dice.randint(1, 600)
    data[start : start + length] = dice.randbytes(len(data[start : start + length]))
    return 2


def page_of(data: bytearray, dice: random.Random) -> slice:
    page = dice.randrange(len(data) // PAGE_SIZE)
    return slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE)


def page_of_zeros(data: bytearray, dice: random.Random) -> int:
    data[page_of(data, dice)] = bytes(PAGE_SIZE)
    return 1


def page_of_noise(data: bytearray, dice: random.Random) -> int:
    data[page_of(data, dice)] = dice.randbytes(PAGE_SIZE)
    return 1


def pages_swapped(data: bytearray, dice: random.Random) -> int:
    one, other = page_of(data, dice), page_of(data, dice)
    data[one], data[other] = data[other], data[one]
    return 2


def half_of_it(data: bytearray, dice: random.Random) -> int:
    del data[dice.randrange(len(data) // 4, len(data)) :]
    return len(data)


DAMAGES: tuple[Callable[[bytearray, random.Random], int], ...] = (
    bits, bits, bits, some_bytes, some_bytes, run_of_bytes, page_of_zeros, page_of_noise, pages_swapped, half_of_it
)  # fmt: skip


# The verdict.


def use(path: Path) -> tuple[dict[int, Kept], list[str]]:
    """A start of the program, and what is done with it: what could be read, and the sentences that were said."""
    said: list[str] = []
    found: dict[int, Kept] = {}
    try:
        c = open_cache(path)
    except StoreError as error:
        return {}, [str(error)]
    with closing(c):
        said.append(c.notice)

        def attempt(work: Callable[[], object]) -> None:
            try:
                work()
            except StoreError as error:
                said.append(str(error))

        def read_all() -> None:
            for headline in article_lists.window(c, Query(), 0, 2 * TOTAL):
                body: list[str] = []
                attempt(partial(_read_into, body, c, headline.id))
                found[headline.id] = Kept(headline.title, headline.read, headline.starred, "".join(body))

        attempt(read_all)
        attempt(lambda: count(c, Query()))
        attempt(lambda: article_lists.totals(c, Query()))
        attempt(lambda: ui_state.load(c))
        attempt(lambda: feeds.summaries(c))
        attempt(lambda: article_lists.window(c, Query(text="harbour"), 0, 50))
        attempt(lambda: article_lists.window(c, Query(text="harbour winter", order="best"), 0, 50))
        for article_id in list(found)[:: TOTAL // 5]:
            attempt(partial(open_article, c, article_id))
            attempt(partial(statuses.mark, c, [article_id], starred=found[article_id].starred))
        attempt(lambda: _add_one(c))
        attempt(lambda: connection.check_counts(c))
    return found, said


def _add_one(c: sqlite3.Connection) -> None:
    """What a refresh does."""
    for feed in feeds.every(c)[:1]:
        save_articles.known(c, feed.id, ["https://new.example/1"])
        entry = ParsedEntry(
            "https://new.example/1", "New", "https://new.example/1", published=NOW, html="<p>harbour</p>"
        )
        save_plan(c, feed, Plan(new=(Prepared(entry, b"\2" * 16, "harbour", 1, excerpt=False),)), NOW)


def try_case(whole: Path, folder: Path, kept: dict[int, Kept], seed: int) -> str:
    """Damage a copy, use it, and give what is wrong with it then; nothing where all is well."""
    dice = random.Random(seed)
    way = dice.choice(DAMAGES)
    path = folder / "tuireader.db"
    for file in folder.iterdir():
        file.unlink()
    shutil.copyfile(whole, path)
    data = bytearray(path.read_bytes())
    places = way(data, dice)
    path.write_bytes(data)
    for _ in range(3):
        found, said = use(path)
    old = {article_id: each for article_id, each in found.items() if article_id in kept}
    name = f"seed {seed} ({way.__name__}):"
    if any("Unexpected error" in each for each in said):
        return f"{name} {said}"
    if any("is damaged" in each and "texts" not in each for each in said):
        return f"{name} still damaged after three starts: {said}"
    if way is not half_of_it and len(old) < TOTAL - places * ON_A_PAGE:
        return f"{name} {TOTAL - len(old)} of {TOTAL} articles are gone: {said}"
    wrong = sum((each.read, each.starred) != (kept[id_].read, kept[id_].starred) for id_, each in old.items())
    if wrong > places * (1 if way in (bits, some_bytes) else ON_A_PAGE):
        return f"{name} the marks of {wrong} articles are others"
    torn = sum(each.text != kept[id_].text for id_, each in old.items())
    if way is not half_of_it and torn > places * ON_A_PAGE:
        return f"{name} the texts of {torn} articles are others"
    return ""


def _read_into(body: list[str], c: sqlite3.Connection, article_id: int) -> None:
    body.append(articles.body(c, article_id))


def main(cases: int, seed: int = 1) -> int:
    """Try so many cases, and say what is wrong."""
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        whole, folder = Path(name) / "whole.db", Path(name) / "case"
        folder.mkdir()
        kept = fill(whole, random.Random(0))
        with closing(sqlite3.connect(whole)) as c:
            c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for number in range(seed, seed + cases):
            try:
                wrong = try_case(whole, folder, kept, number)
            except Exception as error:
                wrong = f"seed {number}: {type(error).__name__}: {error}"
                if "-v" in sys.argv:
                    raise
            if wrong:
                failures += 1
                print(wrong, flush=True)  # noqa: T201 - this is what it is run for
    print(f"{cases} cases, {failures} of them wrong")  # noqa: T201 - likewise
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
