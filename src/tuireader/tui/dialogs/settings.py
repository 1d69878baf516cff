"""The dialog of the settings: each is changed in place, and written into the configuration file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Input, Static

from tuireader import paths
from tuireader.config import Choice, Config, Number, Option, Switch, options, set_option
from tuireader.errors import ConfigError
from tuireader.tui import keys, themes
from tuireader.tui.chrome import CleanInput
from tuireader.tui.dialogs.questions import Dialog
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import AutocompleteList, ChoiceList, Line
from tuireader.tui.support.safe_text import plain

LIVE = frozenset({"theme", "measure", "dense", "preview", "open_next_unread", "full_text"})
"""Options that take effect at once; the others do at the next start."""


LABELS = {
    "theme": "Theme", "measure": "Text width", "hyphenate": "Hyphenation", "dense": "Compact list",
    "bidi": "Right-to-left text", "linear": "Screen-reader layout", "refresh_on_start": "Refresh at start",
    "refresh_every": "Minutes between refreshes", "resume": "Restore position at start", "preview": "Preview",
    "mark_read_after": "Seconds until marked as read", "open_next_unread": "Next unread after the end",
    "full_text": "Full text", "archive_read": "Older articles are read", "one_story": "Merge duplicates",
    "expire_after": "Expire after days", "expire_above": "Maximum unread per feed",
    "keep_days": "Keep read articles for days", "keep_articles": "Keep articles per feed",
    "keep_megabytes": "Maximum database size (MB)",
}  # fmt: skip


class SettingsScreen(Dialog[None]):
    """Shows all options with their values; enter changes one."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("dialog")

    def __init__(self, config: Config, change: Callable[[str, object], None]) -> None:
        """`change` writes and applies an option; it raises ConfigError."""
        super().__init__()
        self._config = config
        self._change = change
        self._names = [name for name in options() if name != "keymap"]

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain("Settings"), classes="dialog-title")
            yield AutocompleteList(list(self._rows()))
            yield CleanInput(compact=True)
            yield Static(id="settings-help")
            yield self.hint_bar()

    def on_mount(self) -> None:
        self.query_one(Input).display = False
        self.query_one(AutocompleteList).focus()

    def on_resize(self) -> None:
        self.leave_room(self.query_one(AutocompleteList), beside=3)

    def hints(self) -> list[Row]:
        verb = "save" if self.is_mounted and self.query_one(Input).display else "change"
        return [Row("enter", verb, "open"), *super().hints()]

    def _rows(self) -> Iterator[Line]:
        for name in self._names:
            yield Line(LABELS[name], _shown(self._value(name), options()[name][0]))

    def _value(self, name: str) -> Any:
        return self.app.theme if name == "theme" else getattr(self._config, name)

    @property
    def _option(self) -> tuple[str, Option]:
        """The option under the cursor."""
        name = self._names[self.query_one(AutocompleteList).cursor]
        return name, options()[name][0]

    @on(AutocompleteList.Pointed)
    def _explain(self) -> None:
        self._say("")

    def _say(self, said: str) -> None:
        name, option = self._option
        note = "" if name in LIVE else "; takes effect at the next start"
        self.query_one("#settings-help", Static).update(plain(said or f"{option.help}{note}", "$ink-faint"))

    @on(ChoiceList.Chosen)
    def action_open(self) -> None:
        """Turn a switch, go on to the next word, or ask for a number; while one is typed, save it."""
        line = self.query_one(Input)
        name, option = self._option
        value = self._value(name)
        if line.display:
            self._save_typed(line.value)
        elif isinstance(option.kind, Switch):
            self._save(name, not value)
        elif words := self._words(name, option):
            self._save(name, words[(words.index(value) + 1) % len(words) if value in words else 0])
        else:
            line.display, line.value = True, str(value)
            line.focus()
            self.write_hints()

    def _words(self, name: str, option: Option) -> list[str]:
        if name == "theme":
            return [each for each in themes.names(self.app.console.color_system) if each in self.app.available_themes]
        return list(option.kind.words) if isinstance(option.kind, Choice) else []

    @on(Input.Submitted)
    def _submit(self) -> None:
        self.action_open()

    def _save_typed(self, typed: str) -> None:
        name, option = self._option
        value: Any = int(typed) if isinstance(option.kind, Number) and typed.strip().isdecimal() else typed
        if self._save(name, value):
            self._end_typing()

    def _end_typing(self) -> None:
        self.query_one(Input).display = False
        self.query_one(AutocompleteList).focus()
        self.write_hints()

    def action_leave(self) -> None:
        if self.query_one(Input).display:
            self._end_typing()
            self._say("")
        else:
            super().action_leave()

    def _save(self, name: str, value: Any) -> bool:
        """Write and apply an option, or say why not; returns whether it is saved."""
        try:
            self._change(name, value)
        except ConfigError as error:
            self._say(str(error))
            return False
        self._config = replace(self._config, **{name: value})
        rows = self.query_one(AutocompleteList)
        cursor = rows.cursor
        rows.rows = list(self._rows())
        rows.put_cursor(cursor, rows.cursor_line())
        rows.refresh()
        self._say("")
        return True


def _shown(value: object, option: Option) -> str:
    """A value as the list shows it; 0 as the word that the help has for it, such as "never"."""
    if isinstance(value, bool):
        return "on" if value else "off"
    _, has_word, word = option.help.partition("(0: ")
    return word.partition(")")[0] if value == 0 and has_word else str(value) or "default"


def changed(config: Config, name: str, value: Any) -> Config:
    """Write an option into the configuration file, and return the configuration with it; raises ConfigError."""
    set_option(paths.config_path(), name, value)
    return replace(config, **{name: value}, given=config.given | {name})
