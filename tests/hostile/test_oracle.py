"""Every payload in every field, through every command and every screen in a real terminal: none of it comes out."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from support.payloads import MARKUP, PAYLOADS, SEQUENCES, TWISTS, gone_through, hostile_site, text_of
from support.pty_terminal import Terminal
from tuireader import paths
from tuireader.cli import main

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a pty as POSIX has it")

FEEDS = ("json0", "json1", "json2", "plain", "strict", "latin")
MANY_COMMANDS = """
import json, sys
from tuireader.cli import main
for words in json.loads(sys.argv[1]):
    try:
        main(words)
    except SystemExit:
        pass
"""


@pytest.fixture
def site() -> Iterator[str]:
    with hostile_site() as url:
        yield url


@pytest.fixture
def cache(site: str, capsys: pytest.CaptureFixture[str]) -> Path:
    """A cache with all of it."""
    paths.config_path().parent.mkdir(parents=True)
    paths.config_path().write_text("refresh_on_start = false\n", "utf-8")
    for name in FEEDS:
        assert main(["add", f"{site}/{name}"]) == 0, capsys.readouterr().err
    return paths.cache_path()


def commands_in_a_terminal(*commands: list[str], keys: str = "", columns: int = 200) -> bytes:
    """Run commands one after the other in one process in a pty; what came out."""
    program = (sys.executable, "-c", MANY_COMMANDS)
    with Terminal([json.dumps(commands)], columns=columns, rows=50, command=program) as terminal:
        terminal.press(*keys)
        assert terminal.wait() == 0
        return bytes(terminal.raw)


# The oracle itself


@pytest.mark.parametrize("payload", [*SEQUENCES, "override", "embedding", "isolate", "marks"])
def test_what_gets_through_is_noticed(payload: str) -> None:
    if payload != "return":  # a carriage return is what every line ends in
        assert gone_through(f"before {PAYLOADS[payload]} after".encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "raw", [b"\x9b31m", b"\xc2\x9b31m", b"\x1b[31;7731m", b"\x1b", b"a\x08b", b"\x1b]52;c;G1swbQ==\x07"]
)
def test_bytes_that_get_through_are_noticed(raw: bytes) -> None:
    assert gone_through(raw)


def test_what_is_ours_is_let_through() -> None:
    assert not gone_through(
        "\x1b[?1049h\x1b[38;2;1;2;3mZürich [31;7731m ]0;Zq7 é\x1b[0m\r\n\x1b]52;c;aHR0cDovL3gv\x07".encode()
    )


# The command line


def test_adding_and_refreshing(site: str) -> None:
    typed = [f"{site}/{SEQUENCES['title']}", f"http://{SEQUENCES['sgr']}/", SEQUENCES["c1-csi"], MARKUP["action"]]
    pages = ("no-feed", "error", "denied", "away", "odd", "script", "nowhere", "choose")
    raw = commands_in_a_terminal(
        *(["add", f"{site}/{name}"] for name in FEEDS),
        ["add", "--json", f"{site}/json0"],
        *(["add", f"{site}/{name}"] for name in pages),
        *(["add", "--", address] for address in typed),
        ["refresh"],
        ["refresh", "--force", "--json"],
        ["feeds"],
        ["feeds", "--json"],
    )
    assert not gone_through(raw)
    text = text_of(raw)
    assert text.count("new") >= len(FEEDS)
    assert "Offer" in text, text  # the titles of the other feeds
    for answer in ("(500)", "(403)", "(404)", "invalid address", "No feed found"):
        assert answer in text, text


def test_listing_and_finding(cache: Path) -> None:
    words = [PAYLOADS[name] for name in ("title", "c1-csi", "markup-action", "override", "markup-open")]
    raw = commands_in_a_terminal(
        ["list"],
        ["list", "--json"],
        ["list", "--order", "oldest"],
        ["search", "Zq7*"],
        ["search", "--json", "words"],
        *(
            ["list", option, word]
            for option in ("--category", "--author", "--feed", "--search", "--since")
            for word in words
        ),
        *(["search", word] for word in words),
        ["show", SEQUENCES["title"]],
        ["list", "--limit", SEQUENCES["sgr"]],
        ["list", f"--{SEQUENCES['sgr']}"],
        ["remove", "--yes", SEQUENCES["title"]],
        ["path"],
    )
    assert not gone_through(raw)
    assert_residues(text_of(raw))


def test_showing(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    main(["list", "--json"])
    ids = [str(json.loads(line)["id"]) for line in capsys.readouterr().out.splitlines()]
    assert len(ids) == 3 * len(PAYLOADS) + 1
    shown = commands_in_a_terminal(*(["show", id_] for id_ in ids))
    assert not gone_through(shown)
    assert_residues(text_of(shown))
    for form in ("markdown", "html", "json"):
        raw = commands_in_a_terminal(*(["show", id_, "--format", form] for id_ in ids))
        assert not gone_through(raw), form
    assert not gone_through(commands_in_a_terminal(*(["show", id_, "--width", "12"] for id_ in ids[::7])))


def test_marking_and_removing(cache: Path) -> None:
    raw = commands_in_a_terminal(
        ["mark", "1", "999", "--star"], ["remove", "Feed A"], ["remove", "Feed B", "--yes"], ["feeds"], keys="n\r"
    )
    assert not gone_through(raw)
    assert "Unsubscribe from Feed A" in text_of(raw)


def test_without_a_terminal_it_is_the_same(cache: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    for words in (["list"], ["list", "--json"], ["feeds"], ["show", "1"], ["show", "1", "--format", "html"]):
        main(words)
    assert not gone_through("".join(capsys.readouterr()).encode())


def assert_residues(text: str) -> None:
    """What is left of each payload was on the screen: so the payload went all the way."""
    text = re.sub(r"\s+", "", text)
    for name, payload in PAYLOADS.items():
        letters = re.search(r"Zq7\w*", payload.encode("ascii", "ignore").decode())
        assert letters, name
        assert letters[0] in text, name


# The screens

ENTER, TAB, CTRL_Q = "\r", "\t", "\x11"
ESC = "\x1b[27u"
"""Escape as terminals write it that leave no doubt where it ends."""


def test_reading_every_article(cache: Path) -> None:
    with Terminal(columns=140, rows=60) as terminal:
        terminal.until(r"\d+ unread")
        terminal.press(ENTER)
        terminal.until("z zen")
        terminal.press("z")
        for _ in range(3 * len(PAYLOADS)):
            before = first_lines(terminal)
            terminal.press("J")
            terminal.until(partial(_is_another, terminal, before))
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
        assert not gone_through(terminal.raw)
        assert_residues(text_of(terminal.raw))


def _is_another(terminal: Terminal, before: str, _: str) -> bool:
    return first_lines(terminal) != before


def first_lines(terminal: Terminal) -> str:
    return "\n".join(terminal.text.splitlines()[:8])


def last_line(terminal: Terminal) -> str:
    return next((line.strip() for line in reversed(terminal.text.splitlines()) if line.strip()), "")


def search(terminal: Terminal, text: str) -> None:
    """Paste something to be searched for, and give the search up again."""
    terminal.press("/")
    terminal.until(lambda _: bool(re.match(r"(Search|Filter) \w+:", last_line(terminal))))
    terminal.paste(text)
    terminal.until(lambda _: "Zq7" in last_line(terminal))
    terminal.press(ESC)
    terminal.until(lambda _: not re.match(r"(Search|Filter) \w+:", last_line(terminal)))


def show_help(terminal: Terminal) -> None:
    """By now all that was pressed before was acted on."""
    terminal.press("?")
    terminal.until("BASICS")
    terminal.press(ESC)
    terminal.until(lambda text: "BASICS" not in text)


def test_lists_at_every_size(cache: Path) -> None:
    with Terminal(columns=140, rows=50) as terminal:
        terminal.until(r"\d+ unread")
        terminal.until("CATEGORIES")
        for columns, rows in ((140, 50), (90, 30), (44, 20)):
            terminal.resize(columns, rows)
            terminal.press("g", *" " * 12, "G")
            show_help(terminal)
            for _ in range(3):
                terminal.press(TAB, *" " * 9, "G", "g")
                show_help(terminal)
            search(terminal, "Zq7" + PAYLOADS["override"])
            terminal.press("l")
            show_help(terminal)
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
        assert not gone_through(terminal.raw)
        assert_residues(text_of(terminal.raw))


def test_dialogs_in_an_article(cache: Path) -> None:
    with Terminal(columns=140, rows=40) as terminal:
        terminal.until(r"\d+ unread")
        terminal.press("G", ENTER)
        terminal.until("z zen")
        for _ in range(6):
            before = first_lines(terminal)
            terminal.press("t")
            terminal.until("Contents")
            terminal.press(ESC, "u")
            terminal.until("Links")
            terminal.press(ESC, "y")  # the address of the article is copied
            terminal.until("Copied")
            terminal.press("/")
            terminal.paste(SEQUENCES["c1-osc"] + TWISTS["override"] + "Zq7")
            terminal.press(ENTER, ESC, ESC, "K")
            terminal.until(partial(_is_another, terminal, before))
        terminal.press(":")
        terminal.until("Type a command")
        terminal.paste(SEQUENCES["c1-csi"])
        terminal.until("Zq7c1csi")
        terminal.press(ESC)
        show_help(terminal)
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
        assert not gone_through(terminal.raw)


def test_typing_adding_and_errors(site: str, cache: Path) -> None:
    with Terminal(columns=140, rows=40) as terminal:
        terminal.until(r"\d+ unread")
        search(terminal, SEQUENCES["clipboard"] + MARKUP["action"])
        for address, said in (
            (SEQUENCES["title"], "is not an address"),
            (f"{site}/{SEQUENCES['c1-csi']}", "(404)"),
            (f"{site}/error", "(500)"),
            (f"{site}/away", "invalid address"),
            (f"{site}/no-feed", "No feed found"),
        ):
            terminal.press("a")
            terminal.until("Site or feed address")
            terminal.paste(address)
            terminal.press(ENTER)
            terminal.until(said)
            terminal.press(ESC)
            terminal.until(lambda text: "Site or feed address" not in text)
        terminal.press("a")
        terminal.until("Site or feed address")
        terminal.paste(f"{site}/choose")
        terminal.press(ENTER)
        terminal.until("Offer")
        terminal.press(ENTER)
        terminal.until("z zen")
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
        assert not gone_through(terminal.raw)


def test_markup_does_nothing(cache: Path) -> None:
    """It is shown as it is written, and a click on it runs no action."""
    with Terminal(columns=160, rows=200) as terminal:
        screen = terminal.until(lambda text: "[@click=app.quit]Zq7act" in text and "[/red]Zq7close" in text)
        for row, line in enumerate(screen.splitlines()):
            if "Zq7act" in line:
                column = line.index("Zq7act") + 2
                terminal.press(f"\x1b[<0;{column};{row + 1}M", f"\x1b[<0;{column};{row + 1}m")
        show_help(terminal)
        terminal.press(CTRL_Q)
        assert terminal.wait() == 0
        assert not gone_through(terminal.raw)
