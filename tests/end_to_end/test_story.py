"""The main job in a real terminal: from an address to the article, and again without a network."""

from __future__ import annotations

import os
import re

import pytest

from conftest import ScriptedSite
from support.pty_terminal import Terminal
from support.wordpress import BORDER, TRADE, Post, publish

CTRL_Q, ENTER, TAB, ESC = "\x11", "\r", "\t", "\x1b"

THIRD = Post(
    title="The Quiet Harbour",
    body="<p>Nobody watched the vote, and so nobody saw it change.</p>",
    slug="quiet-harbour",
    author="A. Author",
    categories=("Europe",),
    date="Wed, 28 Jun 2017 12:00:00 +0000",
)


def test_first_start_reading_filters_and_again_offline(site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE, THIRD)
    with Terminal(columns=160, rows=40) as terminal:
        terminal.until("Site or feed address")
        terminal.paste(site.url)
        terminal.until(re.escape(site.url))
        terminal.press(ENTER)
        # It leads straight into the newest article.
        terminal.until("Although “historic rivals”")
        terminal.until("CATEGORIES")
        screen = terminal.until("AUTHORS")
        assert "China/Russia" in screen
        assert "Leave a Reply" not in screen
        assert "appeared first on" not in screen
        terminal.press("J")
        terminal.until("Trade follows science")
        _narrow_to(terminal, "Europe", "B. Writer")
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
    site.stop()
    with Terminal(columns=160, rows=40) as terminal:
        # It begins where it was left.
        terminal.until(lambda screen: "▌Europe" in screen and TRADE.title in _headlines(screen))
        terminal.press("c")
        terminal.until("The Quiet Harbour")
        terminal.press("G", ENTER)
        terminal.until("Nobody watched the vote")
        # Asking for news fails quietly, takes nothing away, and says why where the reader looks for it.
        terminal.press("R")
        terminal.until("All !")
        terminal.press("h", "h")
        terminal.until("127.0.0.1.* refused")
        assert "Nobody watched the vote" in terminal.text
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0


@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
def test_the_terminal_is_restored(site: ScriptedSite) -> None:
    publish(site, BORDER)
    with Terminal([site.url], columns=80, rows=24) as terminal:
        terminal.until("historic rivals")
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
        for restored in (b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1000l"):
            assert restored in bytes(terminal.raw)


def _narrow_to(terminal: Terminal, category: str, author: str) -> None:
    """Choose a category and an author in the sidebar, and see what is left, and with which counts."""
    terminal.press("h", "h", TAB, "/")
    _type(terminal, category)
    terminal.until(r"CATEGORIES +/" + category)
    terminal.press(ENTER)
    terminal.until(lambda screen: "▌" + category in screen and BORDER.title[:20] not in _headlines(screen))
    terminal.press(TAB, "/")
    _type(terminal, author)
    terminal.press(ENTER)
    screen = terminal.until(lambda screen: "▌" + author in screen and THIRD.title not in _headlines(screen))
    assert TRADE.title in _headlines(screen)


def _type(terminal: Terminal, text: str) -> None:
    terminal.press(*text)


def _headlines(screen: str) -> str:
    """The middle column of a screen with three."""
    return "\n".join(line.split("│")[1] for line in screen.splitlines() if line.count("│") == 2)
