"""What is the reader's alone: passwords are in no output, and no file of his can be read by others."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from conftest import ScriptedSite
from support.app_factory import REVIEW, reader, screen_text, settle, shelve
from support.wordpress import BORDER, publish
from tuireader import paths
from tuireader.store.connection import connect
from tuireader.urls.typed_and_shown import shown_address, without_passwords

SECRET = "SECRETPW"
WIDE = f"http://bob:{SECRET}\N{FULLWIDTH COMMERCIAL AT}127.0.0.1:1/"
ADDRESSES = [
    f"https://bob:{SECRET}@bad host/",
    f"https://bob:{SECRET}@127.0.0.1:99999/",
    f"https://bob:{SECRET}@127.0.0.1:1/",
    f"ftp://bob:{SECRET}@127.0.0.1/",
    f"https://bob:a/{SECRET}@127.0.0.1:1/",
    f"https://bob:a#{SECRET}@127.0.0.1:1/",
    f"https://bob:a?{SECRET}@127.0.0.1:1/",
    f"https://bob:a@{SECRET}@127.0.0.1:1/",
    f"https://bob:a@b/{SECRET}@127.0.0.1:1/",
    f"https://bob:a {SECRET}@127.0.0.1:1/",
    f"https://{SECRET}@127.0.0.1:1/",
    f"bob:{SECRET}@localhost:1/x",
    f"bob:{SECRET}@nowhere",
    WIDE,
    f"feed:https://bob:{SECRET}@[/",
    f"feed://bob:{SECRET}@[/",
    f"https:\\\\bob:{SECRET}@127.0.0.1:1/",
    f"//bob:{SECRET}@127.0.0.1:1/x",
    f"~/bob:{SECRET}@x",
    f"https://bob:{SECRET}",
    f"http://bob:{SECRET}/x",
]
COMMANDS = [
    ["add", *ADDRESSES],
    *(pytest.param(["add", address], marks=pytest.mark.slow) for address in ADDRESSES),
    *(["add", "--json", address] for address in ADDRESSES[:6]),
    *([command, ADDRESSES[3]] for command in ("remove", "refresh", "show", "mark", "feeds", "path")),
    *(
        ["list", option, ADDRESSES[8]]
        for option in ("--feed", "--since", "--limit", "--order", "--json", f"--{SECRET}")
    ),
    ["show", ADDRESSES[5], "--width", ADDRESSES[6]],
    ["mark", ADDRESSES[5], "--read"],
    *(["list", option, WIDE] for option in ("--feed", "--since", "--limit", "--order")),
    ["show", "1", "--width", WIDE],
    ["show", WIDE],
    *(["sync", "--dir", address] for address in (*ADDRESSES[2:6], *ADDRESSES[9:12])),
    *(["export", "--output", address] for address in (*ADDRESSES[2:6], *ADDRESSES[9:12])),
    *(["list", option, ADDRESSES[2]] for option in ("--author", "--category", "--saved", "--tag")),
    ["searches", "--remove", ADDRESSES[2]],
]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_no_command_shows_a_password(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tuireader", "--debug", *words], input=b"", capture_output=True, check=False
    )
    ats = "@\N{FULLWIDTH COMMERCIAL AT}"
    if f"--{SECRET}" not in words and (any(at in words[1] + words[-1] for at in ats) or SECRET not in words[1]):
        assert SECRET.encode() not in done.stdout + done.stderr, done.stderr
    assert b"Traceback" not in done.stderr
    if paths.log_path().exists():
        assert SECRET not in paths.log_path().read_text("utf-8")


@pytest.mark.parametrize("address", ADDRESSES)
async def test_adding_shows_no_password(db: Path, address: str) -> None:
    shelve(db, "The Example Review", REVIEW)
    app = reader(db, addresses=[address])
    async with app.run_test(size=(120, 30), notifications=True) as pilot:
        await settle(pilot)
        said = str(app.screen.query_one("#subscribe-said").render())
        assert said
        assert SECRET not in said
        assert "Traceback" not in screen_text(app)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("example.org", "example.org"),
        ("https://example.org/@user/post", "https://example.org/@user/post"),
        ("jane@example.org", "jane@example.org"),
        ("mailto:jane@example.org", "mailto:jane@example.org"),
        ("The Example Review", "The Example Review"),
        ("https://bob:pw@example.org/a?b#c", "https://example.org/a?b#c"),
        ("https://bob@example.org/", "https://example.org/"),
        ("feed:https://bob:pw@example.org/", "feed:https://example.org/"),
        ("bob:pw@example.org", "example.org"),
        ("https://example.org:8080/x", "https://example.org:8080/x"),
        ("http://[::1]:80/", "http://[::1]:80/"),
    ],
)
def test_what_is_shown_of_an_address(typed: str, shown: str) -> None:
    assert shown_address(typed) == shown


def test_lines_of_the_log_lose_what_stands_before_a_host() -> None:
    line = 'Location: "https://bob:pw@example.org/a", then http://x@y/ and jane@example.org'
    assert without_passwords(line) == 'Location: "https://example.org/a", then http://y/ and jane@example.org'
    assert without_passwords("mailto:jane@example.org, at 10:30") == "mailto:jane@example.org, at 10:30"
    assert without_passwords("http:/bob:pw@example.org is not a directory") == "http:/example.org is not a directory"
    assert without_passwords("No author “bob:pw@example.org”") == "No author “example.org”"


def test_a_password_that_a_server_sends_is_not_logged(site: ScriptedSite) -> None:
    from conftest import Reply

    publish(site, BORDER)
    host = site.url.partition("//")[2]
    site.pages["/start"] = Reply(status=302, headers={"Location": f"http://bob:{SECRET}@{host}/"})
    command = [sys.executable, "-m", "tuireader", "--debug", "add", site.url + "/start"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0
    assert SECRET.encode() not in done.stdout + done.stderr
    assert SECRET not in paths.log_path().read_text("utf-8")


# Files


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
@pytest.mark.parametrize("umask", [0o022, 0o000])
def test_no_one_else_can_read_the_cache_and_the_log_whatever_their_folders(umask: int) -> None:
    for folder in (paths.data_dir(), paths.state_dir()):
        folder.mkdir(parents=True)
        folder.chmod(0o755)
    command = [sys.executable, "-m", "tuireader", "--debug", "add", "http://127.0.0.1:1/"]
    before = os.umask(umask)
    try:
        subprocess.run(command, capture_output=True, check=False)
        with closing(connect(paths.cache_path())) as c:  # as long as it is open, the other two files are there
            c.execute("INSERT INTO setting VALUES ('a', 'b')")
            files = [*paths.data_dir().iterdir(), paths.log_path()]
            assert {file.name for file in files} == {
                "tuireader.db", "tuireader.db-wal", "tuireader.db-shm", "tuireader.log",
            }  # fmt: skip
            assert {mode(file) for file in files} == {0o600}
    finally:
        os.umask(before)


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_what_others_could_read_before_is_taken_from_them() -> None:
    with closing(connect(paths.cache_path())):
        pass
    paths.state_dir().mkdir(parents=True)
    paths.log_path().write_text("old\n")
    for file in (paths.cache_path(), paths.log_path()):
        file.chmod(0o644)
    command = [sys.executable, "-m", "tuireader", "--debug", "list"]
    subprocess.run(command, capture_output=True, check=False)
    assert {mode(paths.cache_path()), mode(paths.log_path())} == {0o600}
