"""Remembered settings of the screen: theme, column width, list style."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

Setting = TypeVar("Setting", str, int, bool)


class UiState:
    """Small settings, stored as text; values that cannot be parsed count as unset."""

    def __init__(self, settings: Mapping[str, str], keep: Callable[[str, str], object]) -> None:
        """Start with saved values; `keep` is called with each change."""
        self._settings = dict(settings)
        self._keep = keep

    def get(self, name: str, default: Setting) -> Setting:
        """A setting, with the default's type."""
        text = self._settings.get(name)
        if text is None:
            return default
        if isinstance(default, bool):
            return text == "yes"
        try:
            return type(default)(text)
        except ValueError:
            return default

    def put(self, name: str, value: Setting) -> None:
        text = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        if self._settings.get(name) != text:
            self._settings[name] = text
            self._keep(name, text)
