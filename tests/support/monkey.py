"""A monkey at a terminal, which does what hands, windows and programs do.

In `tests/`, `python -m support.monkey EVENTS [SEED]` lets it play.

One reader in a pty gets keys, clicks, pastes, resizes, broken bytes, stops and continuations; another one reads the
same cache; refreshes run beside them and are killed. What ends is begun again. The verdict: no traceback, nothing that
was not expected, nobody who hangs, a sound cache, every article still there, and every star that the screen showed.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from conftest import Reply, ScriptedSite
from support.pty_terminal import Terminal
from support.rss import Item, rss
from tuireader.model.query import Query
from tuireader.store import feeds, statuses
from tuireader.store.connection import connect
from tuireader.store.queries import article_lists
from tuireader.urls.hosts import Reach

KEYS = [
    *"jkhlgGJKnpmfAUsvztudryoRa/?:ce<>[]1234567890 ", "\r", "\x1b", "\t", "\x1b[Z", "\x7f", "\x10", "\x04", "\x15",
    "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\x1bOP", "\x1a",
]  # fmt: skip
TEXTS = [
    "harbour",
    '"a phrase',
    "-x author:",
    "is:unread",
    "c++",
    "don’t",
    "example.org",
    "\x1b]0;x\x07",
    "日本語",
    "x" * 500,
    "[/red]",
]
BROKEN = [
    b"\xff",
    b"\xc3",
    b"\x1b[M \x98\x30",
    b"\xfc\xea",
    b"\x1b[<999;999;999M",
    b"\x1b[",
    b"\x1b[200~\xff\x1b[201~",
    b"\0",
    bytes(range(128, 160)),
]
FOCUS = ["\x1b[O", "\x1b[I", "\x1b[O\x1b[I"]
"""The window loses the focus, and has it again."""
SIZES = [(120, 40), (80, 24), (60, 20), (200, 50), (40, 12), (3, 3), (1, 1), (100, 30)]
ANSWER, LONGEST = 2.0, 60.0
"""Seconds of its own work in which a key is answered, however busy the machine is; and of the clock."""
MOODS = [
    Reply("", 500),
    Reply("", 429, headers={"Retry-After": "1"}),
    Reply("<html>Sign in</html>", content_type="text/html"),
    Reply("<rss><channel><item>" * 2000, content_type="text/xml"),
    Reply("", 302, headers={"Location": "/0"}),
    Reply(b"\x1f\x8b\x08\x00" + b"x" * 100, headers={"Content-Encoding": "gzip"}),
]
"""What a server that misbehaves answers."""
ITEMS = 12
FEEDS = 6
PAUSES = (0.0, 0.0, 0.0, 0.002, 0.02, 0.1)
"""Seconds between two events: most come in one piece, some after what the one before has done."""


class TroubleError(Exception):
    """What must not be."""


class Monkey:
    """Its hands, and what it knows."""

    def __init__(self, folder: Path, seed: int, site: ScriptedSite) -> None:
        self.dice = random.Random(seed)
        self.site = site
        self.env = {
            **{f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("DATA", "CONFIG", "STATE", "CACHE")},
            "BROWSER": "true",
            "PYTHONDEVMODE": "",
        }
        self.cache = folder / "data" / "tuireader" / "tuireader.db"
        self.log = folder / "state" / "tuireader" / "tuireader.log"
        config = folder / "config" / "tuireader" / "config.toml"
        config.parent.mkdir(parents=True)
        config.write_text("refresh_on_start = false\n")
        self.version = 0
        self.ended = 0
        self.width = 97
        self.readers: list[Terminal | None] = [None, None]
        self.others: list[subprocess.Popen[bytes]] = []
        self.starred: set[int] = set()
        """By commands that said so."""
        self._fill()

    def _fill(self) -> None:
        with closing(connect(self.cache)) as c:
            for number in range(FEEDS):
                feeds.add(
                    c,
                    f"{self.site.url}/{number}",
                    title=f"Feed {number}",
                    site="",
                    now=datetime.now(UTC),
                    reach=Reach.PRIVATE,
                )
        self._publish()
        self._command("refresh", "--force")

    def _publish(self) -> None:
        """Some new articles, and some that are edited."""
        self.version += 1
        for number in range(FEEDS):
            items = [
                Item(
                    f"{number}-{n}",
                    title=f"Article {n} of {number}" + (" again" if self.dice.random() < 0.1 else ""),
                    html=f"<p>{'Words about the harbour. ' * self.dice.randint(1, 200)}</p><h2>More</h2>"
                    f"<p><a href='https://a.example/{n}'>A link</a></p>",
                )
                for n in range(ITEMS * self.version // 4, ITEMS * self.version // 4 + ITEMS)
            ]
            reply = Reply(rss(*items, title=f"Feed {number}"), content_type="text/xml")
            self.site.pages[f"/{number}"] = self.dice.choice(MOODS) if self.dice.random() < 0.1 else reply

    def _command(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        environment = {**os.environ, **self.env}
        command = [sys.executable, "-m", "tuireader", *words]
        done = subprocess.run(command, capture_output=True, check=False, env=environment, timeout=120)
        self._must_not(done.stderr + done.stdout)
        return done

    def _must_not(self, shown: bytes) -> None:
        for words in (b"Traceback", b"Unexpected error"):
            if words in shown:
                log = self.log.read_text()[-3000:] if self.log.exists() else ""
                raise TroubleError(shown[-500:].decode("utf-8", "replace") + log)

    # What it does.

    def reader(self) -> Terminal:
        """One of the readers, begun if it is not there."""
        which = 0 if self.dice.random() < 0.8 else 1
        reader = self.readers[which]
        if reader is None:
            columns, rows = self.dice.choice(SIZES)
            reader = self.readers[which] = Terminal(columns=columns, rows=rows, env=self.env, pace=None)
            self._await(reader, lambda raw: b"\x1b[?1049h" in raw)
        return reader

    def act(self) -> None:
        """One event."""
        time.sleep(self.dice.choice(PAUSES))
        reader = self.reader()
        dice = self.dice.random()
        with contextlib.suppress(OSError):
            if dice < 0.62:
                reader._child.send(self.dice.choice(KEYS))
            elif dice < 0.68:
                reader._child.send("".join(self.dice.choices(KEYS, k=self.dice.randint(2, 12))))
            elif dice < 0.80:
                self._click(reader)
            elif dice < 0.84:
                reader.paste(self.dice.choice(TEXTS))
            elif dice < 0.89:
                reader._child.setwinsize(*self.dice.choice(SIZES)[::-1])
            elif dice < 0.90:
                reader._child.send(self.dice.choice(FOCUS))
            elif dice < 0.92:
                reader._child.send(self.dice.choice(BROKEN))
            elif dice < 0.95:
                self._signal(reader)
            elif dice < 0.985:
                self._beside()
            else:
                self._end(reader)
        self._drain()

    def _click(self, reader: Terminal) -> None:
        button = self.dice.choice([0, 0, 0, 32, 35, 64, 65, 2])
        beyond = self.dice.random() < 0.1
        column, row = self.dice.randint(1, 500 if beyond else 120), self.dice.randint(1, 200 if beyond else 40)
        for _ in range(self.dice.choice([1, 1, 2])):
            reader._child.send(f"\x1b[<{button};{column};{row}M\x1b[<{button};{column};{row}m")

    def _signal(self, reader: Terminal) -> None:
        for number in self.dice.choice([
            [signal.SIGCONT], [signal.SIGSTOP, signal.SIGCONT], [signal.SIGTSTP, signal.SIGCONT], [signal.SIGWINCH]
        ]):  # fmt: skip
            reader.kill(number)
            time.sleep(0.01)

    def _beside(self) -> None:
        """What other programs do to the cache meanwhile."""
        what = self.dice.randrange(4)
        if what == 0:
            self._publish()
        elif what == 1 and len(self.others) < 2:
            command = [sys.executable, "-m", "tuireader", "refresh", "--force"]
            environment = {**os.environ, **self.env}
            self.others.append(
                subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
            )
        elif what == 2 and self.others:
            self.others[0].kill()
        else:
            with closing(connect(self.cache)) as c:
                rows = article_lists.window(c, Query(), 0, 50)
                if rows:
                    article_id = self.dice.choice(rows).id
                    statuses.mark(c, [article_id], starred=True)

    def _end(self, reader: Terminal) -> None:
        """One of the ways to end; whatever the way, it ends."""
        self.ended += 1
        way = self.dice.choice(["ctrl+q", "SIGTERM", "SIGHUP", "window", "SIGKILL"])
        self._drain()
        if way == "window":
            reader.close_window()
        else:
            reader.kill(signal.SIGCONT)
            if way == "ctrl+q":
                reader._child.send("\x11")
            else:
                reader.kill(getattr(signal, way))
            # Half a sequence may have swallowed the key.
            self._await(reader, None, again="\x11" if way == "ctrl+q" else "")
        self._gone(reader)

    def _gone(self, reader: Terminal) -> None:
        self._must_not(bytes(reader.raw))
        reader.__exit__()
        self.readers[self.readers.index(reader)] = None

    # What it sees.

    def _drain(self) -> None:
        for reader in list(self.readers):
            if reader is not None and not self._read(reader):
                self._gone(reader)  # it was asked to quit by a key
        for other in [each for each in self.others if each.poll() is not None]:
            self.others.remove(other)
            out, err = other.communicate()
            self._must_not(out + err)

    def _read(self, reader: Terminal) -> bool:
        """Take what is painted; whether there is still somebody who paints."""
        while select.select([reader._child.child_fd], [], [], 0)[0]:
            try:
                data = os.read(reader._child.child_fd, 65536)
            except OSError:
                data = b""
            if not data:
                return False
            reader.raw += data
            del reader.raw[:-200_000]
        return True

    def _await(self, reader: Terminal, seen: object, *, again: str = "") -> None:
        """Wait for something to be painted, or (None) for the end."""
        began = asked = time.monotonic()
        while self._read(reader):
            if callable(seen) and seen(bytes(reader.raw)):
                return
            if time.monotonic() > began + 120:
                raise TroubleError(f"it hangs: {bytes(reader.raw)[-500:]!r}")
            if time.monotonic() > asked + 1:  # not more often: where the machine is busy, each is painted for a while
                asked = time.monotonic()
                reader.kill(signal.SIGCONT)
                with contextlib.suppress(OSError):
                    reader._child.send(again)
            time.sleep(0.05)

    def is_alive(self) -> None:
        """It answers: what is asked for is painted."""
        reader = self.reader()
        self._read(reader)
        reader.raw.clear()
        reader.kill(signal.SIGCONT)
        self.width = 97 + 98 - self.width  # another one than the last time: else there is nothing to paint
        reader._child.setwinsize(31, self.width)
        self._await(reader, lambda raw: len(raw) > 200)

    def keys_are_answered(self) -> None:
        """From wherever it is, escape and `?` lead to the keys; what was typed before is answered on the way."""
        reader = self.reader()
        reader.kill(signal.SIGCONT)
        reader._child.setwinsize(24, 80)
        for key in ("\x1b[201~", *["\x1b"] * 8):
            with contextlib.suppress(OSError):
                reader._child.send(key)
            time.sleep(0.15)  # else they are one sequence
        self._read(reader)
        reader.raw.clear()
        began, worked = time.monotonic(), _worked(reader.pid)
        painted, then = 0, worked
        with contextlib.suppress(OSError):
            reader._child.send("?")
        while b"Keyboard" not in reader.raw:
            if not self._read(reader):
                self._gone(reader)
                return
            now = _worked(reader.pid)
            if len(reader.raw) != painted:  # it answers what was typed before
                painted, then = len(reader.raw), now
            if now - then > ANSWER or now - worked > 5 * ANSWER or time.monotonic() - began > LONGEST:
                raise TroubleError(f"keys are not answered: {bytes(reader.raw)[-500:]!r}")
            time.sleep(0.02)
        with contextlib.suppress(OSError):
            reader._child.send("\x1b")

    def finish(self) -> None:
        """End everything, and look at what is left."""
        for reader in [each for each in self.readers if each is not None]:
            reader.kill(signal.SIGCONT)
            reader.kill(signal.SIGTERM)
            self._await(reader, None)
            self._gone(reader)
        for other in self.others:
            self._must_not(b"".join(other.communicate(timeout=120)))
        self._command("feeds")
        with closing(sqlite3.connect(self.cache)) as c:
            if c.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise TroubleError("the cache is not sound")
        if list(self.cache.parent.glob("*.marks-*")) or list(self.cache.parent.glob("*.damaged*")):
            raise TroubleError(f"left over: {sorted(each.name for each in self.cache.parent.iterdir())}")
        if self.log.exists():
            raise TroubleError(self.log.read_text()[-3000:])


def _worked(pid: int) -> float:
    """The seconds that a process has worked; what is gone has done nothing."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(") ")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(events: int, seed: int = 1) -> int:
    """Let it play, and say what came of it."""
    site = ScriptedSite()
    try:
        with tempfile.TemporaryDirectory() as name:
            monkey = Monkey(Path(name), seed, site)
            began = datetime.now(UTC)
            for number in range(events):
                monkey.act()
                if number % 50 == 0:
                    monkey.is_alive()
                    monkey.keys_are_answered()
            monkey.finish()
    except TroubleError as trouble:
        print(f"seed {seed}, after {monkey.ended} ends: {trouble}")  # noqa: T201 - this is what it is run for
        return 1
    finally:
        site.stop()
    took = datetime.now(UTC) - began
    print(f"{events} events, {monkey.ended} ends, nothing found ({took // timedelta(seconds=1)} s)")  # noqa: T201 - likewise
    return 0


if __name__ == "__main__":
    sys.exit(main(*(int(each) for each in sys.argv[1:3] if each.isdecimal())))
