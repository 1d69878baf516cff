"""A real Miniflux on loopback, over a PostgreSQL of its own; started and ended by the test."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

USER, PASSWORD = "admin", "adminadmin"
READER_USER, READER_PASSWORD = "reader", "reader's"
_SWITCH_ON = (
    "CREATE EXTENSION IF NOT EXISTS pgcrypto; UPDATE integrations SET googlereader_enabled = true,"
    f" googlereader_username = '{READER_USER}',"
    " googlereader_password = crypt('reader''s', gen_salt('bf'))"
)


def _binaries() -> Path | None:
    """Where PostgreSQL's own programs are, which are in no PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


def missing() -> str:
    """What is not installed of what it takes; empty where all is."""
    absent = [name for name in ("miniflux", "psql") if shutil.which(name) is None]
    return ", ".join([*absent, *(["postgresql"] if _binaries() is None else [])])


@dataclass
class Miniflux:
    """The server, asked as another device does."""

    url: str
    folder: Path

    def ask(self, path: str, method: str = "GET", **body: object) -> Any:
        """What its API says."""
        pair = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/json"}
        content = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.url}{path}", content, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def follow(self, *urls: str, folder: str = "Feeds") -> None:
        numbers = {each["title"]: each["id"] for each in self.ask("/v1/categories")}
        number = numbers.get(folder) or self.ask("/v1/categories", "POST", title=folder)["id"]
        for url in urls:
            self.ask("/v1/feeds", "POST", feed_url=url, category_id=number)

    def entries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("/v1/entries?limit=100000")["entries"]
        return found

    def state(self) -> dict[str, tuple[bool, bool]]:
        """Read and starred, by title."""
        return {entry["title"]: (entry["status"] == "read", entry["starred"]) for entry in self.entries()}

    def mark(self, ids: list[int], *, read: bool) -> None:
        self.ask("/v1/entries", "PUT", entry_ids=ids, status="read" if read else "unread")

    def star(self, entry_id: int) -> None:
        """Give the star, or take it."""
        self.ask(f"/v1/entries/{entry_id}/bookmark", "PUT")

    def unfollow(self, url: str) -> None:
        self.ask(f"/v1/feeds/{self._feed(url)}", "DELETE")

    def rename(self, url: str, title: str) -> None:
        self.ask(f"/v1/feeds/{self._feed(url)}", "PUT", title=title)

    def empty(self, url: str) -> None:
        """Lose the articles of a feed, and read it again."""
        self._sql(f"DELETE FROM entries WHERE feed_id = {self._feed(url)}")
        self._sql(f"UPDATE feeds SET etag_header = '', last_modified_header = '' WHERE id = {self._feed(url)}")

    def fetch(self, *urls: str) -> None:
        """Let it read feeds now, in this order; without any named, all."""
        for url in urls or sorted(feed["feed_url"] for feed in self.ask("/v1/feeds")):
            self.ask(f"/v1/feeds/{self._feed(url)}/refresh", "PUT")

    def keep(self) -> None:
        """Make a backup."""
        dump = ["pg_dump", "-U", "postgres", "-h", str(self.folder), "--clean", "--if-exists", "postgres"]
        (self.folder / "backup").write_bytes(subprocess.run(dump, check=True, capture_output=True).stdout)

    def restore(self) -> None:
        """Go back to the backup."""
        command = [
            "psql",
            "-q",
            "-U",
            "postgres",
            "-h",
            str(self.folder),
            "postgres",
            "-f",
            str(self.folder / "backup"),
        ]
        subprocess.run(command, check=True, capture_output=True)

    def lose_all(self) -> None:
        """Lose all feeds."""
        for feed in self.ask("/v1/feeds"):
            self.ask(f"/v1/feeds/{feed['id']}", "DELETE")

    def rows(self) -> list[tuple[str, str, bool, bool]]:
        """All articles: the address of the feed, the link, read and starred."""
        return sorted(
            (each["feed"]["feed_url"], each["url"], each["status"] == "read", each["starred"])
            for each in self.entries()
        )

    def _feed(self, url: str) -> int:
        return int(next(feed["id"] for feed in self.ask("/v1/feeds") if feed["feed_url"] == url))

    def _sql(self, statement: str) -> None:
        command = ["psql", "-q", "-U", "postgres", "-h", str(self.folder), "postgres", "-c", statement]
        subprocess.run(command, check=True, capture_output=True)


@contextmanager
def running(folder: Path) -> Iterator[Miniflux]:
    """Serve it from a folder, whose path is short: it holds a socket."""
    binaries = _binaries()
    assert binaries is not None
    as_postgres = _as_postgres(folder)
    data = folder / "db"
    made = [*as_postgres, str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres"]
    subprocess.run(made, check=True, capture_output=True)
    options = f"-c listen_addresses= -k {folder} -c fsync=off"
    control = [*as_postgres, str(binaries / "pg_ctl"), "-D", str(data)]
    subprocess.run([*control, "-o", options, "-w", "start"], check=True, stdout=subprocess.DEVNULL)
    try:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        environment = {
            **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
            "DATABASE_URL": f"user=postgres host={folder} dbname=postgres sslmode=disable",
            "RUN_MIGRATIONS": "1",
            "CREATE_ADMIN": "1",
            "ADMIN_USERNAME": USER,
            "ADMIN_PASSWORD": PASSWORD,
            "LISTEN_ADDR": url[7:],
            "BASE_URL": url,
            "DISABLE_SCHEDULER_SERVICE": "1",
        }
        with subprocess.Popen(
            ["miniflux"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as served:
            try:
                _until_it_answers(url)
                switch_on = ["psql", "-U", "postgres", "-h", str(folder), "postgres", "-c", _SWITCH_ON]
                subprocess.run(switch_on, check=True, capture_output=True)
                yield Miniflux(url, folder)
            finally:
                served.terminate()
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, capture_output=True)


def _as_postgres(folder: Path) -> list[str]:
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return []
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def _until_it_answers(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{url}/healthcheck", timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("Miniflux is not responding")
