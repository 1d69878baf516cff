"""Folders of generated feeds, and the process that serves one."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench import generate
from bench.measure import BenchError

SEED = 1


@dataclass(frozen=True, slots=True)
class Corpus:
    """So many feeds of so many articles each, in a folder as `1.xml`, `2.xml` and so on."""

    folder: Path
    feeds: int
    articles: int

    @property
    def size(self) -> float:
        """Megabytes of XML."""
        return sum((self.folder / f"{n}.xml").stat().st_size for n in range(1, self.feeds + 1)) / 1e6

    def titles(self) -> list[str]:
        """The titles of the feeds, in order: each is made from its number alone."""
        return [generate.feed(n, 0, seed=SEED).title for n in range(1, self.feeds + 1)]


def write(folder: Path, feeds: int, articles: int, news: int = 0) -> Corpus:
    """Write what is not there yet, with all cores; with news, the feeds as they are later."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [n for n in range(1, feeds + 1) if not (folder / f"{n}.xml").exists()]
    if missing:
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(_write_one, [(folder, n, articles, news) for n in missing], chunksize=8))
    return Corpus(folder, feeds, articles)


def _write_one(what: tuple[Path, int, int, int]) -> None:
    folder, number, articles, news = what
    part = folder / f"{number}.part"
    part.write_bytes(generate.rss(generate.feed(number, articles, news=news, seed=SEED)))
    part.replace(folder / f"{number}.xml")


@dataclass(frozen=True, slots=True)
class Served:
    """A corpus on loopback."""

    base: str
    _process: subprocess.Popen[str]
    hosts: int = 1

    def urls(self, feeds: int) -> list[str]:
        """The addresses of the first so many feeds."""
        bases = [self.base.replace("127.0.0.1", f"127.0.0.{host}") for host in range(1, self.hosts + 1)]
        return [f"{bases[number % self.hosts]}/{number}/feed/" for number in range(1, feeds + 1)]

    def counts(self) -> tuple[int, int]:
        """How many 200s and 304s were given since the last time."""
        whole, unchanged = self._tell("count").split()
        return int(whole), int(unchanged)

    def turn_to(self, folder: Path) -> None:
        """Serve another folder at the same addresses from now on."""
        self._tell(str(folder))

    def _tell(self, line: str) -> str:
        assert self._process.stdin is not None  # noqa: S101 - it was started with pipes
        assert self._process.stdout is not None  # noqa: S101
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@contextlib.contextmanager
def serve(folder: Path, hosts: int = 1, delay: float = 0.0) -> Iterator[Served]:
    """Serve a folder of feeds from a process of its own, which ends with this block.

    At so many `hosts`, 254 at most, and with `delay` seconds before each answer, as a network far away has.
    """
    command = [sys.executable, str(Path(__file__).with_name("server.py")), str(folder), str(hosts), str(delay)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101
        port = process.stdout.readline().strip()
        if not port:
            raise BenchError(f"this system has no {hosts} addresses of its own (Linux has)")
        yield Served(f"http://127.0.0.1:{port}", process, hosts)
        assert process.stdin is not None  # noqa: S101
        process.stdin.close()
        process.wait(timeout=10)
