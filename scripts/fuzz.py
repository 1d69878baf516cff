"""Throw damaged feeds and pages at everything that reads them: no exception, no long wait, no control character.

    python scripts/fuzz.py --cases 20000 --seed 1

Each case is made from the seed and its number alone: `--only NUMBER` runs that one again and `--show` prints its bytes.
Exits with 1 if anything was found.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import re
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType

from tuireader.content.cleaning.clean import clean
from tuireader.content.cleaning.trim_end import looks_truncated
from tuireader.content.document.build import to_document
from tuireader.content.dom.sanitize import plain_text
from tuireader.content.extraction.extract import extract_article, next_page
from tuireader.content.layout.layout import lay_out
from tuireader.content.layout.paragraph import to_plain
from tuireader.content.listing.find import find_list
from tuireader.content.markdown.convert import to_markdown
from tuireader.demo.server import answer
from tuireader.errors import NotAFeedError
from tuireader.feeds.feed_links import find_feeds, is_feed
from tuireader.feeds.parse import parse_feed
from tuireader.model.fetched import ParsedFeed
from tuireader.text.language_and_hyphenation import count_words

SLOWEST = 2.0
"""Seconds of processor time that a case may take."""
MOST_MEMORY = 200_000_000
"""Bytes by which a case may raise the most that the process ever used."""
LARGEST = 300_000
"""Bytes of a case at most: what is larger is slow for its size alone."""
PAGES_EXTRACTED = 0.05
"""The share of the pages that the extractor reads, which takes far longer than everything else."""

BASE = "https://seed.example"
PROC = Path("/proc/self/status")
DATA = Path(__file__).parent.parent / "tests" / "data"

# Nothing that a terminal could obey may be in a title, a name or a line of a page.
UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_LONG = b"9" * 5000
"""More digits than Python reads as a number."""
TOKENS = [
    b"&#" + _LONG + b";", b"&amp;#" + _LONG + b";", _LONG, b"2026-01-01T00:00:00+99:99",
    b"\x1b]52;c;eA==\x07", b"\x1b[2J", b"\x9b31m", b"\xc2\x9b31m", b"&#27;[31m", b"&amp;#27;[31m", b"&#x9d;0;x&#7;",
    b"\0", b"&#xD800;", b"&#1114112;", b"&#0;", b"&#99999999999;", b"&#x;", b"&;", b"&nbsp", b"&lt;script>",
    b"&amp;amp;lt;", b"<![CDATA[", b"]]>", b"<![CD", b"<!--", b"-->", b"<?", b"?>", b"<!DOCTYPE x [",
    b"<!ENTITY a 'b'>", b"&a;", b"<", b">", b"</", b"/>", b'"', b"'", b"=", b"&", b"\\", b"`", b"```\n", b"~~~",
    b"*" * 9, b"_" * 9, b"[", b"](", b"![", b"[^1]", b"[^1]: ", b"|", b"|---|\n", b"# ", b"> " * 9, b"- ", b"1. ",
    b"9999999999. ", b"    ", b"\t", b"\r", b"\n\n", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80", b"\xc0\x80", "\u202e".encode(), "\u2066".encode(),
    "e\u0301".encode() + "\u0301".encode() * 60, "\u200d".encode() * 40,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467".encode(), "日本語のテキスト、".encode(), "שלום עולם".encode(),
    "\u00ad".encode() * 20, "\ue000".encode(), "\ufdd0".encode(), b"<p>", b"</p>", b"<div>", b"<br>", b"<ul><li>",
    b"<ol start='-9'>", b"<ol start='99999999999999999999'>", b"<dl><dd>", b"<blockquote>",
    b"<pre><code class='language-python'>", b"</pre>", b"<table><tr><td colspan='99999'>", b"<td rowspan='-1'>",
    b"<th>", b"<caption>", b"<figure><figcaption>", b"<img src='x' alt='[red]'>", b"<img src='data:,'>",
    b"<a href='http://['>x</a>", b"<a href='javascript:x'>", b"<a name='a'>",
    b"<sup><a href='#fn1' id='r1'>1</a></sup>", b"<h1>", b"<h6>", b"<sub>", b"<sup>", b"<del>", b"<mark>",
    b"<ruby>x<rt>y", b"<math><mi>", b"<svg><title>", b"<style>", b"<script>", b"<noscript>", b"<template>",
    b"<textarea>", b"<title>", b"<plaintext>", b"<iframe src='//v.example/x'>", b"<video src='v.mp4'>", b"<hr>",
    b"<details><summary>", b"<p dir='rtl'>", b"<base href='//['>", b"<meta charset='utf-7'>", b"<item>", b"</item>",
    b"<entry>", b"<title type='xhtml'>", b"<content type='application/octet-stream'>", b"<link href='//['/>",
    b"<guid/>", b"<pubDate>Mon, 31 Feb 0000 99:99:99 +9999</pubDate>",
    b"<updated>9999-12-31T23:59:59-14:00</updated>", b"<dc:creator>", b"<category term=''/>", b"<source>",
    b"xmlns='urn:x' ", b"xml:base='http://[' ", b"type='html' ", b"encoding='utf-16'", b"encoding='x-none'", b"1e999",
    b"-1", b"null", b"true", b"{}", b"[]", b'{"items":', b'"\\ud800"', b"[@click=app.quit]x[/]", b"[/red]", b"$(x)",
    b"http://a:b@[::1]/", b"//", b"x" * 400, b"a/" * 200,
]  # fmt: skip


@dataclass(frozen=True)
class Seed:
    """A sound document that cases are made from."""

    kind: str
    data: bytes


@cache
def seeds() -> tuple[Seed, ...]:
    """Feeds of every format, the demo magazine's pages, and pages that list articles."""
    found = [Seed("feed", path.read_bytes()) for path in sorted([*DATA.glob("*.xml"), *DATA.glob("*.feed")])]
    found += [Seed("feed", _fewer_items(answer(BASE, f"/feed/?paged={page}").body)) for page in (1, 2, 3)]
    posts = _links(answer(BASE, "/feed/").body) + _links(answer(BASE, "/feed/?paged=2").body)
    pages = [answer(BASE, "/").body, *(answer(BASE, path).body for path in posts)]
    lists = [path.read_bytes() for path in (DATA / "lists" / "yes").glob("*.html")]
    found += [Seed("page", page) for page in (*sorted(pages, key=len)[:10], *sorted(lists, key=len)[:10])]
    found += [Seed("body", body) for page in pages for body in _bodies_of(page)]
    return tuple(found)


def _links(feed: bytes) -> list[str]:
    return [link.decode() for link in re.findall(rb"<link>https://seed\.example(/\d[^<]*)</link>", feed)]


def _fewer_items(feed: bytes) -> bytes:
    """A feed with its shortest entries only."""
    head, *items = feed.split(b"<item>")
    return head + b"".join(b"<item>" + item.replace(b"</channel></rss>", b"") for item in sorted(items, key=len)[:2])


def _bodies_of(page: bytes) -> list[bytes]:
    """The text of an article, in pieces that are read fast."""
    body = page.partition(b'entry-content">')[2].partition(b"</article>")[0]
    return [body[start : start + 1500] for start in range(0, len(body), 1500)]


# Making cases.


def case(run: int, number: int) -> tuple[Seed, random.Random]:
    """The damaged document of that number, and the dice for what is done with it."""
    dice = random.Random(f"{run}:{number}")  # noqa: S311 - dice, not secrets
    kind = dice.choices(("feed", "body", "page"), (5, 4, 1))[0]
    start = dice.choice([seed for seed in seeds() if seed.kind == kind])
    data = bytearray(start.data)
    for _ in range(dice.choice((1, 1, 2, 3, 5, 8, 20))):
        dice.choice(CHANGES)(dice, data)
    return Seed(start.kind, bytes(data[:LARGEST])), dice


def _span(dice: random.Random, data: bytearray, most: int = 2000) -> slice:
    start = dice.randrange(len(data) + 1)
    return slice(start, start + dice.randrange(1, dice.choice((4, 40, most))))


def _insert(dice: random.Random, data: bytearray) -> None:
    place = dice.randrange(len(data) + 1)
    data[place:place] = dice.choice(TOKENS)


def _insert_many(dice: random.Random, data: bytearray) -> None:
    place = dice.randrange(len(data) + 1)
    data[place:place] = dice.choice(TOKENS) * dice.choice((2, 10, 100, 1000))


def _overwrite(dice: random.Random, data: bytearray) -> None:
    data[_span(dice, data)] = dice.choice(TOKENS)


def _remove(dice: random.Random, data: bytearray) -> None:
    del data[_span(dice, data)]


def _repeat(dice: random.Random, data: bytearray) -> None:
    place = _span(dice, data, 400)
    piece = bytes(data[place])
    data[place.start : place.start] = piece * dice.choice((1, 2, 20, 200))


def _move(dice: random.Random, data: bytearray) -> None:
    place = _span(dice, data)
    piece = bytes(data[place])
    del data[place]
    target = dice.randrange(len(data) + 1)
    data[target:target] = piece


def _flip(dice: random.Random, data: bytearray) -> None:
    for _ in range(dice.choice((1, 5, 50))):
        if data:
            data[dice.randrange(len(data))] = dice.randrange(256)


def _cut_off(dice: random.Random, data: bytearray) -> None:
    del data[dice.randrange(len(data) + 1) :]


def _splice(dice: random.Random, data: bytearray) -> None:
    other = dice.choice(seeds()).data
    start = dice.randrange(len(other))
    place = dice.randrange(len(data) + 1)
    data[place:place] = other[start : start + dice.randrange(1, 5000)]


def _swap_tags(dice: random.Random, data: bytearray) -> None:
    """Give one element the name of another."""
    names = list({*re.findall(rb"<([a-zA-Z][\w:]{0,20})", bytes(data[:20_000]))})
    if len(names) > 1:
        one, other = dice.sample(sorted(names), 2)
        data[:] = bytes(data).replace(b"<" + one, b"<" + other, dice.choice((1, 1000)))


def _encode(dice: random.Random, data: bytearray) -> None:
    text = bytes(data).decode("utf-8", "replace")
    data[:] = text.encode(dice.choice(("utf-16", "utf-16-be", "utf-32", "latin-1", "shift-jis", "utf-7")), "replace")


CHANGES: list[Callable[[random.Random, bytearray], None]] = [
    _insert, _insert, _insert, _insert_many, _overwrite, _remove, _repeat, _move, _flip, _cut_off, _splice,
    _swap_tags, _encode,
]  # fmt: skip


# What is done with them.


class Found(Exception):  # noqa: N818 - it is what is looked for
    """Something that must not be: what it is, and where it was seen."""


def read(damaged: Seed, dice: random.Random) -> None:
    """Take a case through all that reads such a thing; raises what is wrong."""
    if damaged.kind == "body":
        read_body(damaged.data.decode("utf-8", "surrogateescape" if dice.random() < 0.1 else "replace"), dice)
        return
    is_feed(damaged.data)
    find_feeds(damaged.data, BASE + "/a/page/", "text/html; charset=utf-8")
    content_type = dice.choice(("", "application/xml; charset=latin-1"))
    with contextlib.suppress(NotAFeedError):
        read_feed(parse_feed(damaged.data, BASE + "/feed/", content_type), dice)
    if damaged.kind == "page" and dice.random() < PAGES_EXTRACTED:
        extracted = extract_article(damaged.data, BASE + "/a/page/")
        if extracted is not None:
            check("an extracted title or name", extracted.title, *extracted.authors, *extracted.categories)
            read_body(extracted.html, dice)
        read_list(damaged.data)


def read_list(page: bytes) -> None:
    """Look for what a page lists, and for the next page of it."""
    listing = find_list(page, BASE + "/a/page/")
    for item in listing.items if listing is not None else ():
        check("a listed title or name", item.title, item.url, *item.authors, *item.categories)
    next_page(page, BASE + "/a/page/", BASE + "/a/page/", 2)


def read_feed(feed: ParsedFeed, dice: random.Random) -> None:
    """Check what was parsed, and go on to some of its bodies."""
    check("a feed's title or site", feed.title, feed.site)
    guids = [entry.guid for entry in feed.entries]
    if len(set(guids)) < len(guids) or not all(guids):
        raise Found("entries that cannot be told apart", guids)
    for entry in feed.entries:
        check("an entry's title or name", entry.title, entry.guid, entry.link, *entry.authors, *entry.categories)
    for entry in dice.sample(feed.entries, min(1, len(feed.entries))):
        read_body(entry.html, dice)


def read_body(body: str, dice: random.Random) -> None:
    """From a body as it came to the lines of a page."""
    text = plain_text(body)
    count_words(text)
    looks_truncated(body, text)
    cleaned = clean(body, BASE + "/a/page/")
    markdown = to_markdown(cleaned)
    check("HTML or Markdown", cleaned.replace("\t", " "), markdown.replace("\t", " "))
    document = to_document(markdown, title="A title", authors=("A. Author",))
    width, reorder = dice.choice((10, 30, 72, 120)), dice.random() < 0.3
    for line in lay_out(document, width):
        check("a line", "".join(span.text for span in line.spans), to_plain(line, reorder=reorder))


def check(what: str, *texts: str) -> None:
    """Raise if a terminal could obey something in these."""
    for text in texts:
        if UNSAFE.search(text):
            raise Found(what + " with a control character", UNSAFE.sub(lambda found: f"«{ord(found[0]):04x}»", text))


# Watching it.


@dataclass
class Report:
    """What came of a run."""

    cases: int = 0
    slowest: tuple[float, int] = (0.0, -1)
    """Seconds, and which case."""
    memory: int = 0
    """By how many bytes the most that the process ever used grew."""
    found: dict[str, list[int]] = field(default_factory=dict)
    """What was wrong, with the numbers of the cases."""
    words: dict[str, str] = field(default_factory=dict)
    """What the first of each kind said."""
    kinds: Counter[str] = field(default_factory=Counter)

    def add(self, what: str, number: int, words: object = "") -> None:
        """Note something that must not be."""
        self.found.setdefault(what, []).append(number)
        self.words.setdefault(what, str(words)[:300])

    def said(self) -> str:
        """All of it, in lines."""
        seconds, number = self.slowest
        lines = [
            f"{self.cases} cases: " + ", ".join(f"{count} from a {kind}" for kind, count in sorted(self.kinds.items())),
            f"slowest: {seconds:.2f} s of processor time (case {number}); memory grew by {self.memory / 1e6:.0f} MB",
        ]
        for what, numbers in self.found.items():
            lines.append(f"{len(numbers)} × {what} (case {numbers[0]}): {self.words[what]!r}")
        return "\n".join(lines if self.found else [*lines, "nothing found"])


def run(seed: int, numbers: range) -> Report:
    """Run the cases of these numbers."""
    report, start = Report(), peak_memory()
    for number in numbers:
        damaged, dice = case(seed, number)
        before = peak_memory()
        began = time.process_time()
        try:
            with time_limit(SLOWEST * 2):
                read(damaged, dice)
        except (Exception, TooLongError) as error:  # noqa: BLE001 - whatever it is, it is what we look for
            report.add(place_of(error), number, error)
        took = time.process_time() - began
        if took > SLOWEST:
            report.add(f"took {took:.1f} s", number)
        if peak_memory() - before > MOST_MEMORY:
            report.add("took more than 200 MB", number)
        report.cases += 1
        report.kinds[damaged.kind] += 1
        report.slowest = max(report.slowest, (took, number))
    report.memory = peak_memory() - start
    return report


class TooLongError(BaseException):
    """Raised in the middle of a case that does not end; no `except Exception` may swallow it."""


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Break off Python code that takes so much processor time, where the system can do that."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooLongError(f"more than {seconds:g} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def peak_memory() -> int:
    """The most bytes that this process had in memory since it began; 0 where the system does not say."""
    if PROC.exists():  # in /proc, what it was forked from does not count
        return 1024 * int(next(line.split()[1] for line in PROC.read_text().splitlines() if line.startswith("VmHWM")))
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def place_of(error: BaseException) -> str:
    """What was raised, and by which of our lines."""
    if isinstance(error, Found):
        return str(error.args[0])
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "tuireader" in frame.filename and "scripts" not in frame.filename]
    where = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{where}"


def main() -> int:
    """Run what was asked for, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--only", type=int, help="run this case alone")
    parser.add_argument("--show", action="store_true", help="print the bytes of that case, and do not run it")
    arguments = parser.parse_args()
    if arguments.only is not None and arguments.show:
        sys.stdout.buffer.write(case(arguments.seed, arguments.only)[0].data)
        return 0
    first = arguments.first if arguments.only is None else arguments.only
    report = run(arguments.seed, range(first, first + (arguments.cases if arguments.only is None else 1)))
    print(report.said())
    return 1 if report.found else 0


if __name__ == "__main__":
    sys.exit(main())
