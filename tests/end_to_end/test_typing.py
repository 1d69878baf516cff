"""Typing faster than the screen changes, in a real terminal."""

from __future__ import annotations

import re

from conftest import ScriptedSite
from support.pty_terminal import Terminal
from support.wordpress import BORDER, TRADE, publish

CTRL_Q, ENTER, ESC = "\x11", "\r", "\x1b"


def test_what_is_sent_in_one_piece_with_the_key_is_typed_into_the_dialog(site: ScriptedSite) -> None:
    publish(site, BORDER, TRADE)
    with Terminal([site.url], columns=120, rows=40) as terminal:
        terminal.until("Although “historic rivals”")
        terminal.press("asmart.road/mad")
        terminal.until(r"smart\.road/mad")
        assert "Add feed" in terminal.text
        terminal.press(ESC)
        terminal.until(lambda screen: "Add feed" not in screen)
        terminal.press("/rivals")
        terminal.until(re.escape("/ rivals") + r".*1 of \d")
        terminal.press(ENTER)
        terminal.press(":mark all")
        terminal.until("Mark all as read")
        terminal.press(ESC)
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
    assert "smart" not in " ".join(site.paths())
