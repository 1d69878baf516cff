"""What the rows share: the sizes of a run, generated feeds, servers, and caches filled once."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench import corpus, million
from bench.corpus import Corpus, Served
from bench.newsboat import Newsboat
from bench.ours import Ours


def environment(folder: Path) -> dict[str, str]:
    """What every measured program is given, and nothing else: no proxies, its own home, compiled modules kept."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
    }


@dataclass
class Workbench:
    """One run in one folder; what is made there is made when a row first asks for it."""

    folder: Path
    quick: bool
    stack: ExitStack
    million: bool = False
    _servers: dict[Path, Served] = field(default_factory=dict)
    _took: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.env: Mapping[str, str] = environment(self.folder)
        if self._notes.exists():
            self._took = json.loads(self._notes.read_text("utf-8"))

    @property
    def size(self) -> int:
        """How many articles the large cache holds."""
        return 1_000_000 if self.million else 10_000 if self.quick else 100_000

    @property
    def feeds(self) -> int:
        """How many feeds they come from, a hundred each."""
        return self.size // 100

    def say(self, what: str) -> None:
        """Tell whoever waits what is going on."""
        print(what, file=sys.stderr, flush=True)

    def corpus(self, feeds: int, articles: int, news: int = 0) -> Corpus:
        """So many feeds of so many articles; a shorter corpus is the beginning of a longer one."""
        self.say(f"writing {feeds:,} feeds of {articles} articles" + (f" and {news} of news" if news else ""))
        name = f"feeds-of-{articles}" + (f"-and-{news}" if news else "")
        return corpus.write(self.folder / name, feeds, articles, news)

    def serve(self, folder: Path) -> Served:
        """A server for a folder of feeds; it ends with the run."""
        if folder not in self._servers:
            self._servers[folder] = self.stack.enter_context(corpus.serve(folder))
        return self._servers[folder]

    def ours(self, articles: int) -> Ours:
        """Our cache of so many articles, filled by a refresh when first asked for, with nothing due.

        One of a million is filled straight.
        """
        if articles == 1_000_000:
            return self._million()
        feeds = self.corpus(articles // 100, 100)
        served = self.serve(feeds.folder)
        there = Ours.at(self.folder / f"ours-{articles}", self.env)
        if f"ours-{articles}" in self._took:
            there.move(served.base)
        else:
            self.say(f"filling our cache with {articles:,} articles")
            there.subscribe(served.urls(feeds.feeds))
            readable, prompt = there.first_refresh()
            self.note(f"ours-{articles}", readable)
            self.note(f"ours-{articles}-prompt", prompt)
            self.note(f"ours-{articles}-indexed", prompt + there.refresh("--quiet"))
        return there

    def _million(self) -> Ours:
        there = Ours.at(self.folder / "ours-1000000", self.env)
        if "ours-1000000" not in self._took:
            self.say("filling our cache with 1,000,000 articles, which takes some minutes")
            began = time.monotonic()
            million.fill(there.cache, 1_000_000)
            self.note("ours-1000000", time.monotonic() - began)
        return there

    def newsboat(self) -> Newsboat:
        """Give newsboat its large cache, filled by a reload when first asked for."""
        feeds = self.corpus(self.feeds, 100)
        served = self.serve(feeds.folder)
        there = Newsboat.subscribed(self.folder / f"newsboat-{self.size}", self.env, served.urls(feeds.feeds))
        if f"newsboat-{self.size}" not in self._took:
            self.say(f"filling newsboat's cache with {self.size:,} articles")
            self.note(f"newsboat-{self.size}", there.reload())
        return there

    def took(self, what: str) -> float:
        """Seconds that filling a cache took."""
        return self._took[what]

    def note(self, what: str, seconds: float) -> None:
        """Keep how long something took, also for a later run in the same folder."""
        self._took[what] = seconds
        self._notes.write_text(json.dumps(self._took), encoding="utf-8")

    @property
    def _notes(self) -> Path:
        return self.folder / "took.json"
