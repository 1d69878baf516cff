"""Opening links in the user's browser: web and mail addresses only, as exactly one argument, never through a shell."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import threading
import webbrowser
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit, urlunsplit

from textual.app import App, SuspendNotSupported

from tuireader.errors import AddressError
from tuireader.text.printable import printable

# Parentheses, quotes and `$` are legal in addresses, but some launchers (xdg-open's fallback, elinks -remote) give them
# a meaning; servers take the escaped form for the same thing.
_LEGAL = "!#%&*+,-./:;=?@[]_~"
_MAIL_FIELDS = ("subject", "body")
_TERMINAL_BROWSERS = frozenset({"www-browser", "links", "links2", "elinks", "lynx", "w3m", "browsh"})
_FAILURE_TIMEOUT = 2.0
"""Seconds to wait for a browser to fail; after that it has taken the link."""


def openable(url: str) -> str | None:
    """The argument for the browser, or None if the address must not be opened."""
    if any(ord(char) < 32 or 127 <= ord(char) < 160 for char in url):
        return None
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
        _ = parts.port  # raises where it is no number
    except ValueError:
        return None
    if parts.scheme in {"http", "https"}:
        safe_host = bool(host) and not any(char in " \"'`$()<>\\^{|}" for char in parts.netloc)
        return _escaped(parts) if safe_host else None
    if parts.scheme == "mailto" and "@" in parts.path:
        return _mail(parts)
    return None


def _escaped(parts: SplitResult) -> str:
    """Escape illegal characters of an address, and each `%` that escapes nothing."""
    path, query, fragment = (quote(_percents(part), safe=_LEGAL) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, parts.netloc, path, query, fragment))


def _percents(text: str) -> str:
    pieces = text.split("%")
    kept = [pieces[0]]
    for piece in pieces[1:]:
        is_escape = len(piece) >= 2 and all(char in "0123456789abcdefABCDEF" for char in piece[:2])
        kept.append(("%" if is_escape else "%25") + piece)
    return "".join(kept)


def _mail(parts: SplitResult) -> str:
    """A mail address with subject and body only; `attach` could send a file of the user."""
    address = quote(_percents(parts.path), safe="@%+,.-_~")
    fields = [(name, value) for name, value in parse_qsl(parts.query) if name.lower() in _MAIL_FIELDS]
    query = urlencode(fields, quote_via=quote)
    return f"mailto:{address}?{query}" if query else f"mailto:{address}"


async def open_link(app: App[object], url: str) -> None:
    """Open `url` in the user's browser, in the terminal if it is a text browser; raises AddressError."""
    target = openable(url)
    if target is None:
        raise AddressError(f"Cannot open {printable(url)[:200]}: not a web or mail address")
    _complete_variable()
    if _needs_terminal():
        try:
            with app.suspend():
                webbrowser.open(target)
        except SuspendNotSupported as error:
            raise AddressError(f"Cannot start a terminal browser. Link: {printable(target)}") from error
    elif not await _open_beside(target):
        raise AddressError(
            f"No browser found. To choose one, set $BROWSER, such as to “firefox %s”. Link: “{printable(target)}”"
        )


def _complete_variable() -> None:
    """Name the place of the link in $BROWSER as `webbrowser` does: `%s` for `%u`, and behind other arguments."""
    commands = os.environ.get("BROWSER", "").split(os.pathsep)
    for n, command in enumerate(commands):
        completed = re.sub("%[uU]", "%s", command)
        if " " in completed.strip() and "%s" not in completed and not shutil.which(completed):
            completed += " %s"
        commands[n] = completed
    if any(commands):
        os.environ["BROWSER"] = os.pathsep.join(commands)


def _needs_terminal() -> bool:
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    return getattr(browser, "basename", "") in _TERMINAL_BROWSERS


async def _open_beside(target: str) -> bool:
    """Start the browser in its own thread: some launchers wait for it, and quitting must not."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def settle(taken: bool) -> None:  # noqa: FBT001 - called once, below, from another thread
        if not answer.done():
            answer.set_result(taken)

    def start() -> None:
        try:
            taken = webbrowser.open(target)
        except (OSError, webbrowser.Error):
            taken = False
        with contextlib.suppress(RuntimeError):  # the user has quit meanwhile: the loop is closed
            loop.call_soon_threadsafe(settle, taken)

    threading.Thread(target=start, name="browser", daemon=True).start()
    done, _ = await asyncio.wait({answer}, timeout=_FAILURE_TIMEOUT)
    return answer.result() if done else True
