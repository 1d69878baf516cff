"""A dialog for picking names from a list or typing new ones: tags of articles, the folder of a feed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import Input, Static

from tuireader.text.folding import fold
from tuireader.tui.chrome.prompt import Entry
from tuireader.tui.keys import Row
from tuireader.tui.lists.choice_list import LedList, Line
from tuireader.tui.screens.dialog import TypedDialog
from tuireader.tui.support.linear import is_linear
from tuireader.tui.support.safe_text import plain


class Picked(NamedTuple):
    """Names to add and to remove."""

    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()


class PickScreen(TypedDialog[Picked | None]):
    """Picks names; returns None without a change."""

    def __init__(
        self,
        title: str,
        names: Sequence[str],
        there: Mapping[str, bool],
        *,
        noun: str,
        nothing: str = "",
        hint: str = "",
        write: Callable[[Picked], object] | None = None,
    ) -> None:
        """`there` are the names that all (true) or some (false) have now; `noun` is what a name is one of.

        With `nothing`, which says what having none is called, exactly one is picked, and at once; else any number.
        `hint` says what may be typed, where that is another thing. `write` is called with each change at once; without
        it, all of them together are the result.
        """
        super().__init__()
        self._title = title
        self._names = list(names)
        self._marks: dict[str, bool | None] = dict(there)
        self._changed: dict[str, bool] = {}
        self._noun = noun
        self._nothing = nothing
        self._write = write
        self._hint = hint or f"type to find a {noun}, or to make one"
        self._shown: list[str] = []
        self._made = ""
        """A typed name that does not exist yet."""

    def compose(self) -> ComposeResult:
        with Container(classes="dialog"):
            yield Static(plain(self._title), classes="dialog-title")
            yield Entry(placeholder=self._hint, compact=True)
            yield LedList()
            yield self.hint_bar()

    def hints(self) -> list[Row]:
        if self._nothing:
            return [Row("enter", "pick", "open"), Row("esc", "close", "leave", is_pinned=True)]
        return [Row("enter", "on or off", "open"), Row("esc", "done", "leave", is_pinned=True)]

    def on_mount(self) -> None:
        self._show("")
        if self._nothing and True in self._marks.values():  # where there is one of them, a slip takes none away
            now = next(name for name, is_on in self._marks.items() if is_on)
            self.query_one(LedList).move_to(self._shown.index(now))
        self.query_one(Input).focus()

    def on_resize(self) -> None:
        self.leave_room(self.query_one(LedList))

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        self.reads = None
        self._show(event.value)

    def _show(self, typed: str) -> None:
        name = " ".join(typed.split())
        words = fold(name)
        self._shown = [each for each in self._names if words in fold(each or self._nothing)]
        self._made = "" if not name or any(fold(each) == words for each in self._names) else name
        self._fill()

    def _fill(self) -> None:
        choices = self.query_one(LedList)
        cursor = choices.cursor
        rows = [Line(f"  New {self._noun}: {self._made}")] if self._made and not self._shown else []
        rows += [Line(f"{self._sign(each)} {each or self._nothing}") for each in self._shown]
        rows += [Line(f"  New {self._noun}: {self._made}")] if self._made and self._shown else []
        choices.empty = [] if rows else [[("  ", ""), (f"No {self._noun} yet: type a name.", "faint")]]
        choices.set_rows(rows)
        choices.move_to(min(cursor, max(0, len(rows) - 1)))

    def _sign(self, name: str) -> str:
        mark = self._marks.get(name)
        some, every = ("-", "x") if is_linear(self) else ("–", "✓")
        return " " if mark is None else every if mark else some

    def choose(self, row: int) -> None:
        """Pick a name, or toggle it."""
        chosen = self._shown[row] if row < len(self._shown) else self._made
        if row >= len(self._shown) and not self._made:
            return
        if self._nothing:
            self.dismiss(Picked((chosen,)))
            return
        if chosen not in self._names:
            self._names.insert(0, chosen)
        is_on = self._marks.get(chosen) is not True
        self._marks[chosen] = True if is_on else None
        if self._write is not None:
            self._write(Picked((chosen,)) if is_on else Picked(off=(chosen,)))
        else:
            self._changed[chosen] = is_on
        line = self.query_one(Input)
        if line.value:
            line.value = ""
        self._show("")

    def action_leave(self) -> None:
        if self._nothing or not self._changed:
            self.dismiss(None)
            return
        on_, off = ([name for name, is_on in self._changed.items() if is_on is wanted] for wanted in (True, False))
        self.dismiss(Picked(tuple(on_), tuple(off)))
