"""Fixtures that every room shares: a real SQLite file, real sites on loopback, a clock that stands still."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from support.loopback import Loopback, QuietHandler

if TYPE_CHECKING:
    from tuireader.demo.server import DemoSite

# What failed once fails again, and how long it takes says nothing; other examples are for whoever looks for them, with
# --hypothesis-seed.
slow = [HealthCheck.too_slow]
settings.register_profile("all", derandomize=True, deadline=None, suppress_health_check=slow)
settings.register_profile("quick", settings.get_profile("all"), max_examples=25)

CHEAP = {"bench", "config", "content", "feeds", "model", "store", "text", "urls"}
"""Rooms of which `make test` runs all cases; of the others it runs the first of each test."""
THOROUGH = frozenset({
    "cli/test_add_pages", "cli/test_backfill", "cli/test_download", "cli/test_full_text", "cli/test_rules",
    "end_to_end/test_startup_frame", "end_to_end/test_early_terminal", "end_to_end/test_mouse", "end_to_end/test_wheel",
    "hostile/test_damaged", "hostile/test_damaged_log", "hostile/test_heavy", "hostile/test_kill_import",
    "hostile/test_kill_processes",
    "hostile/test_load", "hostile/test_monkey", "hostile/test_oracle", "hostile/test_secrets",
    "hostile/test_torture_reading",
    "hostile/test_torture_refresh", "hostile/test_window",
    "library/archiving/test_sitemaps", "library/jobs/test_forked", "library/reading/test_download_texts",
    "tui/test_linear", "tui/test_reader_pictures", "tui/test_themes",
    "tui/main/test_archiving", "tui/main/test_downloading", "tui/main/test_tags_and_folders", "tui/main/test_full_text",
    "tui/main/test_on_a_train", "tui/main/test_syncing", "tui/main/test_where_one_is",
    "tui/dialogs/test_subscribe", "tui/support/test_typeahead", "tui/support/test_workers",
})  # fmt: skip
"""Modules of which `make test` runs nothing."""
TESTS = Path(__file__).parent

# Whoever runs the tests in the background has them ignore ctrl+c, or a closed window, and all that they start likewise.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Nothing that a test starts may read or write the reader's own files, or go through a proxy of the machine's.
for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
    os.environ.pop(name, None)


def pytest_xdist_auto_num_workers() -> int:
    """Three workers a core: what is tested waits for terminals, timers and other processes half of its time."""
    return 3 * (os.cpu_count() or 1)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name tests in few characters: every worker is sent the names of all, and some are of megabytes of text."""
    if isinstance(val, str | bytes) and len(val) > 100:
        return f"{val[:60]!r} and so on"
    return None


def pytest_configure(config: pytest.Config) -> None:
    """Look at fewer examples in `make test`."""
    settings.load_profile("quick" if "not thorough" in config.option.markexpr else "all")


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test` leaves out; begin with what takes longest, so that no worker ends alone with it."""
    families: dict[tuple[Path, str], list[pytest.Item]] = {}
    for item in items:
        if (room := item.path.relative_to(TESTS).parts[0]) not in CHEAP and not room.startswith("test_"):
            families.setdefault((item.path, item.nodeid.partition("[")[0]), []).append(item)
    for (path, _), family in families.items():
        is_left_out = str(path.relative_to(TESTS).with_suffix("")) in THOROUGH
        for item in family if is_left_out else family[1:]:
            item.add_marker(pytest.mark.thorough)
    items.sort(key=lambda item: "hostile" not in item.path.parts)


def pytest_collection_finish() -> None:
    """Look for garbage less often: what is loaded by now is none, and looking took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in ("DATA", "CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / f"xdg-{kind.lower()}"))


@pytest.fixture(autouse=True)
def _nothing_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the machine is busy, what is shown for a while is still there, and what is waited for comes in time."""
    for module, name, holder in (
        ("tuireader.tui.app", "CANCEL_TIMEOUT", ""),
        ("tuireader.tui.app", "NOTIFICATION_TIMEOUT", "ReaderApp"),
        ("tuireader.tui.support.typeahead", "KEY_TIMEOUT", ""),
        ("tuireader.library.subscribing.discovery", "GUESS_TIMEOUT", ""),
        ("tuireader.library.reading.full_text", "DEADLINE", ""),
        ("tuireader.content.layout.code", "REFILL", ""),
    ):
        if module in sys.modules:
            monkeypatch.setattr(f"{module}.{holder}.{name}" if holder else f"{module}.{name}", 600.0)


@pytest.fixture(autouse=True)
def _nobody_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the pages of a site there is no pause in tests but in those of it."""
    monkeypatch.setattr("tuireader.library.politeness.robots.REQUEST_INTERVAL", 0.0)


@pytest.fixture(autouse=True)
def _logging_unchanged() -> Iterator[None]:
    """No test changes what later tests of its process log."""
    ours = logging.getLogger("tuireader")
    before = logging.root.manager.disable, logging.root.level, ours.level, ours.propagate, ours.disabled
    yield
    assert (logging.root.manager.disable, logging.root.level, ours.level, ours.propagate, ours.disabled) == before


@pytest.fixture(autouse=True)
def _few_processes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make test` reads pages in the thread, as where no process can be started: starting one takes 0.3 s of CPU."""
    rooms = request.path.relative_to(TESTS).parts
    are_needed = "hostile" in rooms or "jobs" in rooms or request.node.get_closest_marker("processes")
    if "not thorough" in request.config.option.markexpr and not are_needed:
        monkeypatch.setattr("tuireader.library.jobs.pool.WorkerProcesses", _no_process)


def _no_process(*_arguments: object) -> None:
    raise OSError("no process can be started")


@pytest.fixture(autouse=True)
def _all_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an app in a test looks like does not depend on the terminal that the tests run in."""
    if "textual.constants" in sys.modules:
        monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "truecolor")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Where a test keeps its cache; the file is made by the first `connect`."""
    return tmp_path / "tuireader.db"


@dataclass
class Clock:
    """A clock that moves only when told to."""

    now: datetime = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass
class Reply:
    """What the scripted site answers for one path."""

    body: bytes | str = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    etag: str | None = None
    """Sent, and answered with 304 when it comes back in If-None-Match."""
    last_modified: str | None = None


@dataclass
class Request:
    """What the scripted site was asked."""

    method: str
    path: str
    headers: dict[str, str]


class ScriptedSite:
    """A real HTTP server on loopback whose pages a test writes: `site.pages["/feed"] = Reply(...)`."""

    def __init__(self) -> None:
        self.pages: dict[str, Reply] = {}
        self.requests: list[Request] = []
        site = self

        class Handler(QuietHandler):
            def do_GET(self) -> None:  # noqa: N802 - as the library calls it
                site._answer(self)

        self._server = Loopback(Handler)
        self.url = self._server.url

    def paths(self) -> list[str]:
        return [request.path for request in self.requests]

    def stop(self) -> None:
        """Close the door: from now on connections are refused."""
        self._server.stop()

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.requests.append(Request(handler.command, handler.path, headers))
        reply = self.pages.get(handler.path)
        if reply is None:
            reply = Reply("<title>Not found</title>Nothing here.", 404)
        same = (reply.etag is not None and headers.get("if-none-match") == reply.etag) or (
            reply.etag is None
            and reply.last_modified is not None
            and headers.get("if-modified-since") == reply.last_modified
        )
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        status = 304 if same else reply.status
        handler.send_response(status)
        if reply.etag is not None:
            handler.send_header("ETag", reply.etag)
        if reply.last_modified is not None:
            handler.send_header("Last-Modified", reply.last_modified)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if status != 304:
            handler.send_header("Content-Type", reply.content_type)
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if status != 304:
            handler.wfile.write(body)


@pytest.fixture
def site() -> Iterator[ScriptedSite]:
    yield from _scripted()


@pytest.fixture
def other_site() -> Iterator[ScriptedSite]:
    yield from _scripted()


def _scripted() -> Iterator[ScriptedSite]:
    scripted = ScriptedSite()
    yield scripted
    try:
        scripted.stop()
    except OSError:  # the test stopped it itself
        return


@pytest.fixture
def demo_site() -> Iterator[DemoSite]:
    from tuireader.demo.server import serve

    with serve() as running:
        yield running
