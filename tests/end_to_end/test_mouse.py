"""The mouse alone, in a window of 80 by 24: all that a reader does without a key but to type words."""

from __future__ import annotations

import os
from contextlib import closing

import pytest

from conftest import ScriptedSite
from support.pty_terminal import Terminal
from support.wordpress import BORDER, TRADE, Post, publish
from tuireader import paths
from tuireader.store import feeds
from tuireader.store.connection import connect

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a pty as POSIX has them")

LINKED = Post(
    "The Linked Harbour",
    '<p>Nobody watched <a href="https://example.org/vote">the vote</a>, which was long enough to be read.</p>' * 3,
    "linked",
    date="Thu, 29 Jun 2017 12:00:00 +0000",
)


def click(terminal: Terminal, text: str, *, last: bool = False) -> None:
    """Press and let go of the button on some text of the screen, once that is there and nothing moves any more."""
    terminal.until(lambda shown: text in shown)
    before: list[str] = []

    def is_still(shown: str) -> bool:
        before.append(shown)
        return before[-3:] == [shown] * 3

    terminal.until(is_still)
    lines = terminal.text.splitlines()
    rows = [number for number, line in enumerate(lines) if text in line]
    assert rows, f"{text!r} is not on:\n{terminal.text}"
    row = rows[-1] if last else rows[0]
    column = (lines[row].rindex if last else lines[row].index)(text)
    terminal.press(f"\x1b[<0;{column + 2};{row + 1}M", f"\x1b[<0;{column + 2};{row + 1}m")


def test_everything_is_done_with_the_mouse_at_80_columns(site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE, LINKED)
    with Terminal(columns=80, rows=24) as terminal:
        terminal.until("Site or feed address")
        terminal.paste(site.url)
        terminal.until("127.0.0.1")
        click(terminal, "subscribe")
        terminal.until("historic rivals|Nobody watched")
        click(terminal, "q back", last=True)
        terminal.until("CATEGORIES")
        click(terminal, BORDER.title[:12])
        terminal.until("historic rivals")
        terminal.until("n next ")
        click(terminal, "f star", last=True)
        click(terminal, "q back", last=True)
        terminal.until(lambda text: text.count("★") == 2)
        click(terminal, "Europe")
        terminal.until("The Example Review · Europe")
        click(terminal, "▌Europe")  # again: it is no longer chosen
        terminal.until(r"The Example Review {5}")
        terminal.press("\x1b[<0;60;18M", "\x1b[<0;60;18m")  # where no headline is: only the focus goes there
        terminal.until("/ search")
        click(terminal, "/ search", last=True)
        terminal.until("Words, ")
        terminal.paste("linked")
        terminal.until(lambda text: "“linked”" in text and BORDER.title[:12] not in text)
        click(terminal, LINKED.title[:10])
        terminal.until("Nobody watched")
        click(terminal, "u links", last=True)
        terminal.until("https://example.org/vote")
        click(terminal, "esc close", last=True)
        terminal.until(lambda text: "https://example.org/vote" not in text)
        click(terminal, "? help", last=True)
        terminal.until("Keyboard shortcuts")
        terminal.press("\x1b[<0;1;1M", "\x1b[<0;1;1m")
        terminal.until(lambda text: "Keyboard shortcuts" not in text)
        click(terminal, "q back", last=True)
        terminal.until("CATEGORIES")
        terminal.until("┬")
        click(terminal, ": commands", last=True)
        terminal.until("Type a command")
        terminal.paste("rename")
        terminal.until(lambda text: "Refresh all feeds" not in text)
        click(terminal, "Edit feed")
        click(terminal, "x unsubscribe", last=True)
        terminal.until("Unsubscribe from")
        click(terminal, "Unsubscribe", last=True)
        terminal.until("Unsubscribed from")
        click(terminal, ": commands", last=True)
        terminal.until("Type a command")
        terminal.paste("undo")
        terminal.until(lambda text: "Refresh all feeds" not in text)
        click(terminal, "▌ Undo")
        terminal.until("Restored")
        click(terminal, "CATEGORIES")
        click(terminal, "Unread")
        terminal.until("q quit")
        click(terminal, "q quit", last=True)
        assert terminal.wait() == 0
    with closing(connect(paths.cache_path())) as c:
        assert [feed.name for feed in feeds.every(c)] == ["The Example Review"]
