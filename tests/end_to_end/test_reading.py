"""Reading one article in a real terminal: finding, contents, links, the mouse, and where it was left."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from conftest import Reply, ScriptedSite
from support.pty_terminal import Terminal
from support.rss import Item, rss
from support.wordpress import Post, publish

CTRL_Q, ENTER, TAB, ESC = "\x11", "\r", "\t", "\x1b"

SECTIONS = "".join(
    f"<h2>Chapter {chapter}</h2>"
    + "".join(f"<p>{' '.join(f'c{chapter}p{p}w{w}' for w in range(60))}</p>" for p in range(6))
    for chapter in range(1, 6)
)
OPENING = '<p>See <a href="https://link.example/a">the linked page</a> and the lighthouse.</p>'
CLOSING = "<p>The Light\u00adhouse, again: a lïghthouse.</p>"
LONG = Post(
    title="A Long Essay",
    body=OPENING + SECTIONS + CLOSING,
    slug="long-essay",
    author="A. Author",
    categories=("Essays",),
    date="Wed, 28 Jun 2017 12:00:00 +0000",
)


def test_reading(site: ScriptedSite, tmp_path: Path) -> None:
    publish(site, LONG)
    opened = tmp_path / "opened"
    browser = tmp_path / "browser.py"
    browser.write_text(f"import json, sys; open({str(opened)!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')")
    env = {"BROWSER": f"{sys.executable} {browser} %s"}
    with Terminal([site.url], columns=100, rows=30, env=env) as terminal:
        terminal.until("and the lighthouse")
        _find(terminal)
        _jump(terminal)
        _follow(terminal, opened)
        _alone(terminal)
        terminal.press("]", "]")
        terminal.until(lambda screen: "c2p0w0" in screen and "c1p5w59" not in screen)
        terminal.resize(70, 24)
        terminal.until(lambda screen: "c2p0w0" in screen and "c1p5w59" not in screen and "c2p1w59" not in screen)
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
    site.stop()
    with Terminal(columns=90, rows=30) as terminal:
        terminal.until("A Long Essay")
        terminal.press(ENTER)
        terminal.until(lambda screen: "c2p0w0" in screen and "c1p5w59" not in screen)
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0


def _find(terminal: Terminal) -> None:
    terminal.press("/", *"lighth")
    terminal.until(r"/ lighth▏ +1 of 3")
    terminal.press(ENTER, "n")
    terminal.until(r"lighth · 2 of 3")
    terminal.until("again")
    terminal.press("n", "n")
    terminal.until(r"lighth · 1 of 3")
    terminal.press(ESC)
    terminal.until(lambda screen: "of 3" not in screen)


def _jump(terminal: Terminal) -> None:
    terminal.press("t")
    terminal.until(r"Chapter 5 +\d+%")
    terminal.press("j", "j", "j", ENTER)
    terminal.until("c3p0w0")
    terminal.until("backspace: back")
    terminal.press("\x7f")
    terminal.until("and the lighthouse")


def _follow(terminal: Terminal, opened: Path) -> None:
    terminal.press(".")
    terminal.until("https://link.example/a")
    terminal.press(ENTER)
    terminal.until(lambda _: opened.exists() and opened.read_text().count("\n") == 1)
    terminal.press(ESC)
    terminal.until(lambda screen: "https://link.example/a" not in screen)
    terminal.press("u")
    terminal.until(r"1 +the linked page")
    terminal.press(ENTER)
    # The dialog names the link as well: it is gone when that stands in the article alone.
    terminal.until(lambda screen: opened.read_text().count("\n") == 2 and screen.count("linked") == 1)
    terminal.until(lambda screen: "esc close" not in screen and "See the linked page" in screen)
    row, column = next(
        (number, line.index("linked")) for number, line in enumerate(terminal.text.split("\n")) if "linked" in line
    )
    for kind in "Mm":
        terminal.press(f"\x1b[<0;{column + 1};{row + 1}{kind}")
    terminal.until(lambda _: opened.read_text().count("\n") == 3)
    assert [json.loads(line) for line in opened.read_text().splitlines()] == [["https://link.example/a"]] * 3


def _alone(terminal: Terminal) -> None:
    terminal.press("z")
    terminal.until(lambda screen: "and the lighthouse" in screen and "find" not in screen)
    screen = terminal.text.split("\n")
    assert re.search(r"\d+% · \d+ min left$", screen[-1].rstrip(" ▐"))
    assert screen[1].strip(" ▐") != ""
    terminal.press("z")
    terminal.until("find")


def test_a_full_text_is_fetched_by_a_process_that_ends_with_the_reader(site: ScriptedSite) -> None:
    """Where stderr is the screen's, as it is in no other test."""
    body = f"<h1>Story</h1><p>{'Words of the whole page. ' * 60}</p>"
    site.pages["/feed"] = Reply(rss(Item("one", title="Story", link=f"{site.url}/one", html="<p>An excerpt […]</p>")))
    site.pages["/one"] = Reply(f"<html><body><article>{body}</article></body></html>")
    with Terminal([f"{site.url}/feed"], columns=100, rows=30) as terminal:
        terminal.until("An excerpt")
        terminal.press("d")
        terminal.until("Words of the whole page")
        assert "bug" not in terminal.text
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
