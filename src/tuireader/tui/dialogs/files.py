"""Dialogs for files: export, where files are stored, the log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Input, Static

from tuireader import paths
from tuireader.errors import TuireaderError
from tuireader.library.transfer import export_articles
from tuireader.text.wrap import wrap
from tuireader.tui import themes
from tuireader.tui.chrome import CleanInput
from tuireader.tui.dialogs.questions import ChooseScreen, TypedDialog
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import AutocompleteList, FullHeightList, Line
from tuireader.tui.support.safe_text import error_line, joined, plain

FORMATS = {
    "opml": Line("Feeds and folders", "OPML"),
    "json": Line("Backup of everything", "JSON"),
    "epub": Line("{}, as a book", "EPUB"),
    "markdown": Line("{}, one file each", "Markdown"),
}
"""The export formats; {} stands for the articles."""
_BY_SUFFIX = {".json": "json"} | {suffix: form for form, suffix in export_articles.SUFFIXES.items() if suffix}


class Export(NamedTuple):
    """A format, as the command line names it, and the path of the file or folder to write."""

    format: str
    path: Path


class ExportScreen(TypedDialog[Export | None]):
    """Asks what to export, and for the path."""

    def __init__(self, now: datetime, articles: str) -> None:
        """`articles`: the words for the articles that are exported."""
        super().__init__()
        capital = articles[0].upper() + articles[1:]
        self._lines = [replace(line, text=line.text.format(capital)) for line in FORMATS.values()]
        self._base = f"~/tuireader-{now.astimezone():%Y-%m-%d}"
        self._suggested = ""
        self._refused = ""
        """The path of the error message."""

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain("Export"), classes="dialog-title")
            yield CleanInput(compact=True)
            yield AutocompleteList(self._lines)
            yield Static(id="export-said")
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        return [Row("enter", "export", "open"), Row("esc", "close", "leave", is_pinned=True)]

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self._follow_format()

    def on_resize(self) -> None:
        self.leave_room(self.query_one(AutocompleteList), beside=4)

    @on(AutocompleteList.Pointed)
    def _follow_format(self) -> None:
        """Suggest a path for the format under the cursor; of a typed one, replace the suffix of another format."""
        line = self.query_one(Input)
        own, typed = export_articles.SUFFIXES[self._format], Path(line.value).suffix
        if line.value == self._suggested:
            self._suggested = path = self._base + own
        elif _BY_SUFFIX.get(typed.lower(), self._format) != self._format:
            path = line.value.removesuffix(typed) + own
        else:
            return
        with self.prevent(Input.Changed):
            line.value = path
        line.cursor_position = len(line.value)
        self._clear_mistake()

    @property
    def _format(self) -> str:
        return list(FORMATS)[self.query_one(AutocompleteList).cursor]

    def choose(self, row: int) -> None:
        """Export in the format under the cursor."""
        self.query_one(AutocompleteList).move_to(row)
        self._follow_format()
        typed = self.query_one(Input).value.strip()
        path = paths.expand_user(typed)
        try:
            said = export_articles.mistake(path, self._format) if typed else "Enter a file name."
        except TuireaderError as error:
            said = str(error)
        if not said and path.is_file() and self._refused != typed:
            said = "This file exists. Press enter again to replace it."
        if said:
            self._refused = typed
            self.query_one("#export-said", Static).update(joined(*error_line(said)))
        else:
            self.dismiss(Export(self._format, path))

    @on(Input.Changed)
    def _follow_suffix(self, event: Input.Changed) -> None:
        """Move to the format of the typed suffix."""
        self._clear_mistake()
        if (form := _BY_SUFFIX.get(Path(event.value).suffix.lower())) is not None:
            self.query_one(AutocompleteList).move_to([*FORMATS].index(form))

    def _clear_mistake(self) -> None:
        self.reads, self._refused = None, ""
        self.query_one("#export-said", Static).update(plain(""))


class FilesScreen(ChooseScreen):
    """Shows where files are stored; choosing one copies its path."""

    verb = "copy path"

    def __init__(self) -> None:
        self.files = {
            "Configuration": paths.config_path(),
            "Themes": themes.folder(),
            "Database": paths.cache_path(),
            "Log": paths.log_path(),
        }
        super().__init__("Files", FullHeightList([Line(name, str(path)) for name, path in self.files.items()]))


_LOG_SIZE, _LINE_WIDTH = 100_000, 68
"""Maximum bytes of the log that are shown, and the width of lines in cells."""


class LinesScreen(ChooseScreen):
    """Shows lines of text, long ones wrapped."""

    verb = "close"

    def __init__(self, title: str, lines: Iterable[str]) -> None:
        wrapped = [Line(line[a:b]) for line in lines for a, b in wrap(line, _LINE_WIDTH)]
        super().__init__(title, FullHeightList(wrapped))


class LogScreen(LinesScreen):
    """Shows the end of the log, the newest entry last."""

    def __init__(self) -> None:
        super().__init__("Log", _log())

    def on_mount(self) -> None:
        self.rows.move_to(len(self.rows.rows) - 1)


def _log() -> list[str]:
    try:
        with paths.log_path().open("rb") as file:
            file.seek(max(0, paths.log_path().stat().st_size - _LOG_SIZE))
            text = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return ["The log is empty."]
    except OSError as error:
        return [f"Cannot read {paths.log_path()}: {error.strerror}."]
    return text.splitlines()
