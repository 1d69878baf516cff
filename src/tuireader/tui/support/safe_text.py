"""Untrusted text on its way to a widget: the only way that text reaches the screen.

Textual reads a `str` as markup in many places, where `[@click=app.quit]` runs an action and `[/red]` raises;
a `Content` is never read so, and its text has no control characters left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from textual.content import Content

from tuireader.text.printable import printable, printable_block
from tuireader.text.sentences import ended

if TYPE_CHECKING:
    from textual.style import Style
    from textual.widget import Widget


def plain(text: str, style: Style | str = "") -> Content:
    return Content.styled(printable(text), style) if style else Content(printable(text))


def block(text: str, style: Style | str = "") -> Content:
    return Content.styled(printable_block(text), style) if style else Content(printable_block(text))


def joined(*parts: str | Content | tuple[str, str]) -> Content:
    """Pieces in a row: text as written, (text, style) pairs, and contents already made."""
    pieces = [
        part if isinstance(part, Content) else plain(*((part,) if isinstance(part, str) else part)) for part in parts
    ]
    return Content("").join(pieces)


def copy_address(widget: Widget, url: str) -> None:
    widget.app.copy_to_clipboard(printable(url))
    toast(widget, f"Copied {url}")


def toast(
    widget: Widget,
    message: str,
    *,
    title: str = "",
    severity: Literal["information", "warning", "error"] = "information",
    timeout: float | None = None,
    beside: bool = False,
) -> None:
    """Show a notification literally, replacing earlier ones, or `beside` them.

    What went wrong is said in a whole sentence.
    """
    if not beside:
        widget.app.clear_notifications()
    if severity != "information":
        message = ended(message)
    widget.notify(printable(message), title=printable(title), severity=severity, timeout=timeout, markup=False)
