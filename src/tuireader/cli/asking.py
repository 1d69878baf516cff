"""Questions that a command asks the person at the terminal: on standard error, so that a result can be piped."""

from __future__ import annotations

import sys

from tuireader.cli import DONE, USAGE
from tuireader.cli.output import say
from tuireader.text.printable import printable


def is_anyone_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def agrees(question: str) -> bool:
    """Whether the answer to a question is yes; anything else is no."""
    return typed(f"{question} [y/N] ").lower() in ("y", "yes")


def refusal(question: str, remedy: str, lost: str = "") -> int | None:
    """Ask whether something is to be removed; the exit status where it is not, and None where it is."""
    if not is_anyone_there():
        say(f"Nothing was removed: there is no one to ask.{lost} {remedy}, add --yes.")
        return USAGE
    if agrees(f"{question}{lost}"):
        return None
    say("Nothing was removed.")
    return DONE


def typed(question: str) -> str:
    """What is typed as an answer; empty where there is no one to ask."""
    if not is_anyone_there():
        return ""
    sys.stderr.write(printable(question))
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def typed_unseen(question: str) -> str:
    """Prompt without echo."""
    if not is_anyone_there():
        return ""
    from getpass import getpass

    return getpass(printable(question), stream=sys.stderr)
