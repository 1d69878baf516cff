"""What a terminal sends: keys, and pastes in which nothing is a key."""

from __future__ import annotations

import io
import os
import select
import threading
from itertools import pairwise
from typing import cast

import pytest

if os.name == "nt":
    pytest.skip("the driver is for POSIX", allow_module_level=True)

from hypothesis import given
from hypothesis import strategies as st
from textual.events import Paste

from tuireader.tui.support.driver import _Output, _Paste

START, END = "\x1b[200~", "\x1b[201~"
PARTS = st.lists(st.tuples(st.booleans(), st.text("ab\x1b[2~01\x11", min_size=1, max_size=12)), max_size=6)


def taken(*pieces: str) -> list[str | tuple[str]]:
    """What comes of pieces: keys as texts, pastes in tuples, neighbouring texts together."""
    paste, found = _Paste(), list[str | tuple[str]]()
    for piece in (*pieces, ""):
        for each in paste.take(piece):
            if isinstance(each, Paste):
                found.append((each.text,))
            elif found and isinstance(found[-1], str):
                found[-1] += each
            else:
                found.append(each)
    return found


@given(PARTS, st.lists(st.integers(0, 120), max_size=6))
def test_pastes_are_taken_out_however_it_comes_in_pieces(parts: list[tuple[bool, str]], cuts: list[int]) -> None:
    parts = [(pasted, text) for pasted, text in parts if START not in text and END not in text]
    sent = "".join(f"{START}{text}{END}" if pasted else text for pasted, text in parts)
    if sent.count(START) != sum(pasted for pasted, _ in parts) or sent.count(END) != sent.count(START):
        return  # what is beside a mark makes another one with it
    wanted = list[str | tuple[str]]()
    for pasted, text in parts:
        if pasted:
            wanted.append((text,))
        elif wanted and isinstance(wanted[-1], str):
            wanted[-1] += text
        else:
            wanted.append(text)
    inside = {at + more for at in range(len(sent)) if sent.startswith(START, at) for more in (1, 2)}
    places = [0, *sorted({min(cut, len(sent)) for cut in cuts} - inside), len(sent)]
    assert taken(*(sent[a:b] for a, b in pairwise(places) if a < b)) == wanted


def test_a_paste_has_an_end() -> None:
    assert taken(START, *["\x1b" * 4096] * 300, END) == [("\x1b" * 1_000_000,)]


@pytest.mark.parametrize(("seconds", "is_key"), [(1.0, True), (0.1, False)])
def test_a_key_that_leads_out_ends_a_paste_that_stalls(
    monkeypatch: pytest.MonkeyPatch, seconds: float, *, is_key: bool
) -> None:
    now = [0.0]
    monkeypatch.setattr("tuireader.tui.support.driver.time.monotonic", lambda: now[0])
    paste, found = _Paste(), list[object]()
    for piece in (f"{START}a", "b", "\x11"):
        now[0] += seconds
        found += [each.text if isinstance(each, Paste) else each for each in paste.take(piece)]
    assert found == (["ab", "\x11"] if is_key else [])


@pytest.mark.parametrize("buffering", [0, -1])
def test_all_is_written_whatever_the_terminal_takes_at_once(buffering: int) -> None:
    """Another program may have made the terminal non-blocking; with PYTHONUNBUFFERED there is no buffer."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    sent, came = "\x1b[1mé" * 60_000, bytearray()
    with io.TextIOWrapper(cast("io.BufferedWriter", os.fdopen(writing, "wb", buffering)), "utf-8") as file:
        output = _Output(file, lambda: pytest.fail("the terminal is there"))
        thread = threading.Thread(target=output.write, args=(sent,))
        thread.start()
        while len(came) < len(sent.encode()) and (thread.is_alive() or select.select([reading], [], [], 0)[0]):
            if select.select([reading], [], [], 0.1)[0]:
                came += os.read(reading, 4096)
        thread.join()
    os.close(reading)
    assert came.decode() == sent
