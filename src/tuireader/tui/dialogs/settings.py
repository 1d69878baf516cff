"""The dialog of the settings of the program, or of a feed: each is changed in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.widgets import Input, Static

from tuireader import paths
from tuireader.config import Choice, Config, Number, Option, Switch, options, set_option
from tuireader.errors import ConfigError
from tuireader.library.reading import user_edits
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
    "mark_read_after": "Mark open article as read after (seconds)", "open_next_unread": "At the end, go to next unread",
    "full_text": "Full text", "archive_read": "Mark older articles as read", "one_story": "Merge duplicates",
    "expire_after": "Mark as read after (days)", "expire_above": "Maximum unread per feed",
    "keep_days": "Clean-up: delete read after (days)", "keep_articles": "Clean-up: keep newest per feed",
    "keep_megabytes": "Clean-up: database size (MB)", "quiet": "Exclude from Unread",
    "selector": "Full text: CSS selector", "selector_drop": "Full text: excluded (CSS)",
}  # fmt: skip


class Setting(NamedTuple):
    """An option as the dialog shows and changes it."""

    name: str
    label: str
    option: Option
    value: Callable[[], Any]
    """Its current value."""
    save: Callable[[Any], None]
    """Writes and applies a new value; raises ConfigError."""
    unset: str = ""
    """The text shown for the value ""."""


def of_program(value: Callable[[str], Any], change: Callable[[str, object], None]) -> list[Setting]:
    """The options of the configuration file; `change` raises ConfigError."""

    def setting(name: str, option: Option) -> Setting:
        if name not in LIVE:
            option = option._replace(help=f"{option.help}; takes effect at the next start")
        return Setting(name, LABELS[name], option, partial(value, name), partial(change, name), "default")

    return [setting(name, option) for name, (option, _) in options().items() if name != "keymap"]


def of_feed(given: Mapping[str, str], usual: Config, change: Callable[[str, str], None]) -> list[Setting]:
    """The options of a feed: those `given`, which `change` updates once written; the others are as `usual`."""

    def setting(name: str) -> Setting:
        option = user_edits.OPTIONS[name]
        unset = f"default ({_shown(getattr(usual, name), option)})" if name in options() else ""

        def save(new: object) -> None:
            if mistake := user_edits.mistake(name, str(new)):
                raise ConfigError(mistake)
            change(name, str(new))

        first = option.kind.words[0] if isinstance(option.kind, Choice) else ""
        return Setting(name, LABELS[name], option, lambda: given.get(name, first), save, unset)

    return [setting(name) for name in user_edits.OPTIONS]


class SettingsScreen(Dialog[None]):
    """Shows settings with their values; enter changes one."""

    BINDINGS: ClassVar[list[BindingType]] = keys.bindings("dialog")

    def __init__(self, title: str, settings: Sequence[Setting]) -> None:
        super().__init__()
        self._title = title
        self._settings = settings
        self._typed: Setting | None = None
        """The setting whose value is being typed."""

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain(self._title), classes="dialog-title")
            yield AutocompleteList(list(self._rows()))
            yield CleanInput(compact=True)
            yield Static(id="settings-help")
            yield self.hint_bar()

    def on_mount(self) -> None:
        self.query_one(Input).display = False
        self.query_one(AutocompleteList).focus()

    def on_resize(self) -> None:
        self.leave_room(self.query_one(AutocompleteList), beside=4)

    def hints(self) -> list[Row]:
        verb = "change" if self._typed is None else "save"
        return [Row("enter", verb, "open"), *super().hints()]

    def _rows(self) -> Iterator[Line]:
        for each in self._settings:
            value = each.value()
            yield Line(each.label, each.unset if value == "" else _shown(value, each.option))

    @property
    def _setting(self) -> Setting:
        """The setting under the cursor."""
        return self._settings[self.query_one(AutocompleteList).cursor]

    @on(AutocompleteList.Pointed)
    def _explain(self) -> None:
        if self._typed is None:
            self._say("")

    def _say(self, said: str) -> None:
        said = said or self._setting.option.help
        self.query_one("#settings-help", Static).update(plain(said[:1].upper() + said[1:], "$ink-faint"))

    @on(ChoiceList.Chosen)
    @on(Input.Submitted)
    def action_open(self) -> None:
        """Turn a switch, go on to the next word, or ask for a value; a click elsewhere saves what is typed."""
        if self._typed is not None:
            self._save_typed(self._typed)
            return
        line, setting = self.query_one(Input), self._setting
        value = setting.value()
        if isinstance(setting.option.kind, Switch):
            self._save(setting, not value)
        elif words := self._words(setting):
            self._save(setting, words[(words.index(value) + 1) % len(words) if value in words else 0])
        else:
            self._typed = setting
            line.display, line.value = True, str(value)
            line.focus()
            self.write_hints()

    def _words(self, setting: Setting) -> list[str]:
        if setting.name == "theme":
            return [each for each in themes.names(self.app.console.color_system) if each in self.app.available_themes]
        return list(setting.option.kind.words) if isinstance(setting.option.kind, Choice) else []

    def _save_typed(self, setting: Setting) -> None:
        typed = self.query_one(Input).value.strip()
        is_number = isinstance(setting.option.kind, Number) and typed.isdecimal()
        if self._save(setting, int(typed) if is_number else typed):
            self._end_typing()
        else:
            self.query_one(AutocompleteList).move_to(self._settings.index(setting))
            self.query_one(Input).focus()

    def _end_typing(self) -> None:
        self._typed = None
        self.query_one(Input).display = False
        self.query_one(AutocompleteList).focus()
        self.write_hints()

    def action_leave(self) -> None:
        if self._typed is not None:
            self._end_typing()
            self._say("")
        else:
            super().action_leave()

    def _save(self, setting: Setting, value: Any) -> bool:
        """Write and apply a setting, or say why not; returns whether it is saved."""
        try:
            setting.save(value)
        except ConfigError as error:
            self._say(str(error).replace(setting.name, setting.label, 1))
            return False
        self.show_values()
        self._say("")
        return True

    def show_values(self) -> None:
        """Show the values as they are now."""
        rows = self.query_one(AutocompleteList)
        cursor = rows.cursor
        rows.rows = list(self._rows())
        rows.put_cursor(cursor, rows.cursor_line())
        rows.refresh()


def _shown(value: object, option: Option) -> str:
    """A value as the list shows it; 0 as the word that the help has for it, such as "never"."""
    if isinstance(value, bool) or value in ("yes", "no"):
        return "on" if value in (True, "yes") else "off"
    _, has_word, word = option.help.partition("(0: ")
    return word.partition(")")[0] if str(value) == "0" and has_word else str(value)


def changed(config: Config, name: str, value: Any) -> Config:
    """Write an option into the configuration file, and return the configuration with it; raises ConfigError."""
    set_option(paths.config_path(), name, value)
    return replace(config, **{name: value}, given=config.given | {name})
