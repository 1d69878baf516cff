import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tuireader.tui.support.browser import openable

REFUSED = [
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    " javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd",
    "vscode://file/etc/passwd",
    "ftp://example.org/x",
    "--profile=x",
    "-x",
    "./../../etc/passwd",
    "/etc/passwd",
    "//example.org/x",
    "example.org",
    "",
    "http://",
    "http:///x",
    "http://[",
    "http://[::1",
    "http://x:notaport/",
    "http://x -y/",
    "http://x`id`/",
    'http://x"y/',
    "http://x/\x1b]0;title\x07",
    "http://x/\x00",
    "http://x/\x9b31m",
    "https://x/\nhttp://y",
    "mailto:",
    "mailto:nobody",
]

OPENED = [
    ("http://example.org", "http://example.org"),
    ("HTTPS://example.org/A?b=c&d=e#f", "https://example.org/A?b=c&d=e#f"),
    ("http://x/ -x", "http://x/%20-x"),
    ("http://x/;reboot", "http://x/;reboot"),
    ("http://x/$(reboot)", "http://x/%24%28reboot%29"),
    ("http://x/`reboot`", "http://x/%60reboot%60"),
    ("http://x/'\"", "http://x/%27%22"),
    ("http://x/?q=a b|c", "http://x/?q=a%20b%7Cc"),
    ("http://x/%action%s%41%", "http://x/%action%25s%41%25"),
    ("http://x/日本", "http://x/%E6%97%A5%E6%9C%AC"),
    ("http://[::1]:8080/x", "http://[::1]:8080/x"),
    ("mailto:a@example.org", "mailto:a@example.org"),
    ("mailto:a@example.org?subject=Hello there&attach=/etc/passwd", "mailto:a@example.org?subject=Hello%20there"),
]


@pytest.mark.parametrize("url", REFUSED)
def test_everything_but_web_and_mail_is_refused(url: str) -> None:
    assert openable(url) is None


@pytest.mark.parametrize(("url", "argument"), OPENED)
def test_what_is_opened_is_one_escaped_address(url: str, argument: str) -> None:
    assert openable(url) == argument


BROWSER = """
import json, sys
with open(sys.argv[1], "a") as log:
    log.write(json.dumps(sys.argv[2:]) + "\\n")
"""

CALLER = """
import asyncio, json, sys
from tuireader.errors import AddressError
from tuireader.tui.support.browser import open_link

async def main():
    for url in json.load(sys.stdin):
        try:
            await open_link(None, url)
        except AddressError as error:
            print(json.dumps(str(error)))

asyncio.run(main())
"""


def open_all(urls: list[str], browser: str) -> list[str]:
    """Open the links in a process of its own, with that $BROWSER; the sentences of those that were not opened."""
    # No display and no path: what is installed on this machine must not open either.
    environment = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    environment |= {"BROWSER": browser, "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", CALLER],
        input=json.dumps(urls),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_browser_gets_exactly_one_argument_or_nothing_runs(tmp_path: Path) -> None:
    script, log = tmp_path / "browser.py", tmp_path / "log"
    script.write_text(BROWSER)
    urls = [url for url, _ in OPENED]

    refusals = open_all(urls + REFUSED, f"{sys.executable} {script} {log} %s")

    assert [json.loads(line) for line in log.read_text().splitlines()] == [[argument] for _, argument in OPENED]
    assert len(refusals) == len(REFUSED)
    assert all(sentence.isprintable() for sentence in refusals)


@pytest.mark.parametrize("place", [" %s", " %u", ""])
def test_the_place_of_the_link_has_another_name_or_none(tmp_path: Path, place: str) -> None:
    script, log = tmp_path / "browser.py", tmp_path / "log"
    script.write_text(BROWSER)

    assert open_all(["https://example.org/"], f"{sys.executable} {script} {log}{place}") == []

    assert json.loads(log.read_text()) == ["https://example.org/"]


def test_a_machine_without_browser_says_so(tmp_path: Path) -> None:
    [sentence] = open_all(["https://example.org/"], str(tmp_path / "no-such-browser %s"))
    assert (
        sentence
        == "No browser found. To choose one, set $BROWSER, such as to “firefox %s”. Link: “https://example.org/”"
    )
