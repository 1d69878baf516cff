"""A real FreshRSS on loopback, over a SQLite file; started and ended by the test."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

USER, PASSWORD = "ann", "annapi12"
_SCRIPT = Path(__file__).parents[3] / "shared" / "servers" / "freshrss"


def missing() -> str:
    """What it takes that is not installed; empty where all is."""
    if not _SCRIPT.exists():
        return "the script that starts FreshRSS"
    if None in (shutil.which("php"), shutil.which("curl")):
        return "php, curl"
    code = 'exit(extension_loaded("pdo_sqlite") && extension_loaded("mbstring") ? 0 : 1);'
    asked = subprocess.run(["php", "-r", code], check=False, timeout=60)
    return "php-sqlite3, php-mbstring" if asked.returncode else ""


@dataclass
class FreshRSS:
    """The server, asked as another device does, and its database."""

    url: str
    folder: Path
    api: str = ""

    @property
    def _database(self) -> Path:
        return self.folder / "data" / "users" / USER / "db.sqlite"

    def ask(self, path: str, *pairs: tuple[str, str]) -> bytes:
        """What its API answers."""
        if not self.api:
            login = urlencode([("Email", USER), ("Passwd", PASSWORD)]).encode()
            with urlopen(f"{self.url}/api/greader.php/accounts/ClientLogin", login, timeout=60) as answer:
                self.api = answer.read().decode().partition("Auth=")[2].strip()
        request = Request(f"{self.url}/api/greader.php/reader/api/0/{path}", urlencode(pairs).encode() or None)
        request.add_header("Authorization", f"GoogleLogin auth={self.api}")
        with urlopen(request, timeout=60) as answer:
            content: bytes = answer.read()
            return content

    def follow(self, *urls: str, folder: str = "Feeds") -> None:
        for url in urls:
            label = f"user/-/label/{folder}"
            self.ask("subscription/edit", ("ac", "subscribe"), ("s", f"feed/{url}"), ("a", label), ("T", ""))

    def unfollow(self, url: str) -> None:
        self.ask("subscription/edit", ("ac", "unsubscribe"), ("s", f"feed/{self._feed(url)}"), ("T", ""))

    def rename(self, url: str, title: str) -> None:
        self.execute("UPDATE feed SET name = ? WHERE url = ?", title, url)

    def empty(self, url: str) -> None:
        """As "Empty" in the settings of a feed."""
        self.execute("DELETE FROM entry WHERE id_feed = ?", self._feed(url))
        self.execute("UPDATE feed SET lastUpdate = 0, attributes = '{}' WHERE url = ?", url)

    def fetch(self, *_: str) -> None:
        """Let it read all its feeds now."""
        for each in (self.folder / "data" / "cache").glob("*"):  # what it was given some minutes ago
            each.unlink()
        self.execute("UPDATE feed SET lastUpdate = 1")
        subprocess.run([_SCRIPT, "fetch", self.folder], check=True, capture_output=True)

    def keep(self) -> None:
        """Make a backup."""
        shutil.copy(self._database, self.folder / "backup")

    def restore(self) -> None:
        """Go back to the backup."""
        shutil.copy(self.folder / "backup", self._database)

    def lose_all(self) -> None:
        """Lose all feeds."""
        self.execute("DELETE FROM entry")
        self.execute("DELETE FROM feed")

    def execute(self, sql: str, *values: object) -> None:
        with closing(sqlite3.connect(self._database, timeout=30)) as c, c:
            c.execute(sql, values)

    def _feed(self, url: str) -> int:
        with closing(sqlite3.connect(self._database, timeout=30)) as c:
            return int(c.execute("SELECT id FROM feed WHERE url = ?", (url,)).fetchone()[0])

    def rows(self) -> list[tuple[str, str, bool, bool]]:
        """All articles: the address of the feed, the link, read and starred."""
        sql = "SELECT f.url, e.link, e.is_read, e.is_favorite FROM entry AS e JOIN feed AS f ON f.id = e.id_feed"
        with closing(sqlite3.connect(self._database, timeout=30)) as c:
            return sorted((url, link, bool(read), bool(star)) for url, link, read, star in c.execute(sql))


@contextmanager
def running(folder: Path) -> Iterator[FreshRSS]:
    """Serve it from a folder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    started = subprocess.run(
        [_SCRIPT, "start", folder, str(port)], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        made = FreshRSS(started.stdout.split()[-1], folder)
        made.lose_all()  # it follows its own releases
        yield made
    finally:
        subprocess.run([_SCRIPT, "stop", folder], check=False, capture_output=True)
