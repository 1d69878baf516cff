"""Output and questions of commands: JSON Lines and tables on stdout, messages, progress and questions on stderr."""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from typing import Any

from tuireader import early_terminal, paths
from tuireader.cli import DONE, USAGE
from tuireader.config import Config, load
from tuireader.model.article import Article, Status, minutes
from tuireader.model.feed import FeedSummary
from tuireader.tasks.task import utc
from tuireader.text.printable import printable
from tuireader.text.sentences import ended
from tuireader.text.wrap import cells as width
from tuireader.urls.typed_and_shown import without_credentials, without_passwords

NO_FEEDS = "No feeds. Add one with: tuireader add ADDRESS"

# json.dumps escapes C0; these too could steer a terminal that shows the JSON.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def say(sentence: str) -> None:
    """Print a message on stderr, as "tuireader: …", without passwords, and with a period at its end."""
    early_terminal.show_shell()
    with suppress(OSError):  # a terminal that is gone hears nothing
        print(f"tuireader: {printable(ended(without_passwords(sentence)))}", file=sys.stderr)  # noqa: T201 - stderr is where commands talk


def configuration() -> Config:
    """The configuration; errors are printed on stderr, and the defaults used."""
    config, mistakes = load(paths.config_path())
    for mistake in mistakes:
        say(mistake)
    return config


def put(text: str = "") -> None:
    """Print a line of data on stdout; the caller has made it printable."""
    print(text)  # noqa: T201 - stdout is what commands give


def put_json(row: dict[str, Any]) -> None:
    ascii_only = (sys.stdout.encoding or "").lower().replace("-", "") not in ("utf8", "utf16")
    put(_UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(row, ensure_ascii=ascii_only)))


def put_event(row: dict[str, Any]) -> None:
    put_json(row)
    sys.stdout.flush()


class Progress:
    """A progress line on stderr, overwritten in place; only on a terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def tell(self, text: str) -> None:
        if self._shown:
            sys.stderr.write(f"\r\x1b[K{printable(text)}")
            sys.stderr.flush()

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def article_row(article: Article, status: Status) -> dict[str, Any]:
    """The JSON object of an article; `status` has its tags."""
    return {
        "id": article.id,
        "feed": article.feed_title,
        "feed_url": without_credentials(article.feed_url),
        "title": article.title,
        "link": article.link,
        "authors": list(article.authors),
        "categories": list(article.categories),
        "tags": list(status.tags),
        "published": utc(article.published),
        "updated": utc(article.updated),
        "read": status.read,
        "starred": status.starred,
        "words": article.words,
        "minutes": minutes(article.words),
        "offline": article.offline,
    }


def feed_row(summary: FeedSummary, folder: str | None, account: str | None = None) -> dict[str, Any]:
    """The JSON object of a subscription, with the names of its folder and account."""
    feed = summary.feed
    return {
        "id": feed.id,
        "title": feed.custom_title or feed.title,
        "url": without_credentials(feed.url),
        "site": without_credentials(feed.site),
        "folder": folder,
        "account": account,
        "articles": summary.total,
        "unread": summary.unread,
        "checked": utc(feed.checked),
        "due": None if feed.gone else utc(feed.due),
        "error": feed.error,
    }


def table(rows: list[list[str]], *, right: frozenset[int] = frozenset()) -> list[str]:
    """Align the columns of a table by cell width; those in `right` are flush right, the last is not padded."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for index, (text, wide) in enumerate(zip(row, widths, strict=True)):
            pad = " " * (wide - width(text))
            last = index == len(row) - 1
            cells.append(pad + text if index in right else text if last else text + pad)
        lines.append("  ".join(cells).rstrip())
    return lines


def is_anyone_there() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def agrees(question: str) -> bool:
    """Whether the user answers yes; anything else is no."""
    return typed(f"{question} [y/N] ").lower() in ("y", "yes")


def refusal(question: str, remedy: str, lost: str = "") -> int | None:
    """Ask for confirmation of a removal; returns None if the user agrees, else the exit status.

    `lost` says what would be lost; without a terminal the removal is refused, with `remedy` in the message.
    """
    if not is_anyone_there():
        say(f"Not removed: no terminal to ask for confirmation.{lost} {remedy}, add --yes.")
        return USAGE
    if agrees(f"{question}{lost}"):
        return None
    say("Cancelled.")
    return DONE


def typed(question: str) -> str:
    """Prompt for a line on the terminal; without one, return ""."""
    if not is_anyone_there():
        return ""
    sys.stderr.write(printable(question))
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def typed_unseen(question: str) -> str:
    if not is_anyone_there():
        return ""
    from getpass import getpass

    return getpass(printable(question), stream=sys.stderr)
