"""What the screens over the panes share: a quiet sheet, whose style is read when the first of them opens."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import ModalScreen

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A screen over the panes that gives a result."""

    CSS_PATH = "dialogs.tcss"
