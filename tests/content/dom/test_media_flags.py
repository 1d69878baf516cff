"""What an article has besides its text."""

from __future__ import annotations

import pytest

from tuireader.content.dom.tree import extras_of
from tuireader.model.query import ENCLOSURE, PICTURE


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("", 0),
        ("<p>mp3 <b>img</b> of a.mp3</p>", 0),
        ('<p><img src="a.png"></p>', PICTURE),
        ("<IMG\nsrc=a.png>", PICTURE),
        ('<img src="t.gif" width="1" height="1">', 0),
        ("<img height=0 src=t.gif><picture><source srcset=a></picture>", PICTURE),
        ('<a href="https://x.example/a.mp3?b=1">listen</a>', ENCLOSURE),
        ('<a class="x" href="https://x.example/a.MP4">watch</a><img src=x>', ENCLOSURE | PICTURE),
        ('<p><a href="https://x.example/play?id=3">Audio: Episode 3</a></p>', ENCLOSURE),
        ("<video src=x></video>", ENCLOSURE),
        ("<a href=page.html>see a.mp3</a>", 0),
        ("<abbr title=a.mp3>x</abbr>", 0),
    ],
)
def test_pictures_and_enclosures(html: str, found: int) -> None:
    assert extras_of(html) == found


@pytest.mark.parametrize(
    "evil",
    ["<img", "<a href=", ".mp3", "<a href=.mp3", "<img width=1 ", "<a ", "<video", ">Audio:", "<picture height=0>"],
)
def test_a_megabyte_of_anything_is_looked_through_at_once(evil: str) -> None:
    """What grows with the square of its length would take hours here."""
    extras_of(evil * (1_000_000 // len(evil)))
