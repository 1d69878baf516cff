"""One-line widgets around the panes: title bar, seam, hint bar."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from tuireader.text.printable import printable
from tuireader.tui.keys import Row
from tuireader.tui.support.safe_text import cut, joined


class TitleBar(Widget):
    """Shows the current list at the left and the status at the right."""

    ALLOW_SELECT = False
    shown: reactive[str] = reactive("")
    """The list in words."""
    states: reactive[tuple[str, ...]] = reactive(())
    """Status messages, most important first; those that do not fit are left out."""

    def render(self) -> Content:
        width = max(0, self.size.width - 2)
        kept: list[str] = []
        for state in self.states:
            if cell_len(" · ".join([*kept, state])) > max(width // 2, width - cell_len(self.shown) - 2):
                break
            kept.append(state)
        right = cut(printable(" · ".join(kept)), width)
        left = cut(printable(self.shown), max(0, width - cell_len(right) - 2))
        gap = " " * max(0, width - cell_len(left) - cell_len(right))
        return joined(" ", (left, "bold $ink"), gap, (right, "$ink-faint"), " ")


class Seam(Widget):
    """A horizontal rule that joins the rules between panes; accented above the focused pane."""

    ALLOW_SELECT = False
    joints: reactive[tuple[int, ...]] = reactive(())
    """Columns where a vertical rule meets it."""
    lit: reactive[tuple[int, int]] = reactive((0, 0))
    """Start and end column of the accented part."""

    def __init__(self, joint: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._joint = joint

    def render(self) -> Content:
        width = self.size.width
        line = ["─"] * width
        for column in self.joints:
            if 0 < column < width - 1:
                line[column] = self._joint
        if width > 2:
            line[0] = line[-1] = " "
        text = "".join(line)
        start, stop = self.lit
        return joined((text[:start], ""), (text[start:stop], "$mark"), (text[stop:], ""))


class HintBar(Widget):
    """Shows what is under the cursor and the useful keys; each key can be clicked."""

    ALLOW_SELECT = False
    hints: reactive[tuple[Row, ...]] = reactive(())
    """The most useful first; pinned ones are always shown, at the right."""
    note: reactive[str] = reactive("")
    """What is under the cursor."""
    alarm: reactive[str] = reactive("")
    """The problem of the row under the cursor; shown instead of the keys."""

    class Clicked(Message):
        """A hint was clicked."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def render(self) -> Content:
        return joined(*(piece for _, pieces in self._parts() for piece in pieces))

    def click_target(self, event: events.MouseEvent, /) -> object:
        """The hint as shown; a new object for those that lead elsewhere, of which a double click counts once."""
        part = self._part_at(event.screen_x - self.region.x)
        return object() if any(hint.is_pinned and hint.id == part[0] for hint in self.hints) else (self, part)

    def on_click(self, event: events.Click) -> None:
        command, _ = self._part_at(event.x)
        if command:
            event.stop()
            self.post_message(self.Clicked(command))

    def _part_at(self, x: float) -> tuple[str, list[tuple[str, str]]]:
        column = 0
        for part in self._parts():
            column += sum(cell_len(text) for text, _ in part[1])
            if x < column:
                return part
        return _GAP

    def _parts(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The parts from left to right: the command id of each ("" for none) with its pieces of text."""
        width = max(0, self.size.width - 3)
        pinned = [hint for hint in self.hints if hint.is_pinned]
        while pinned and _width(pinned) > width:
            pinned = pinned[1:]
        right = [part for hint in pinned for part in (_GAP, _hint(hint))][1:]
        room = max(0, width - _width(pinned) - 2 * bool(pinned))
        left: list[tuple[str, list[tuple[str, str]]]] = []
        if self.alarm:
            left = [("", [("! ", "$alarm"), (cut(printable(self.alarm), max(0, room - 2)), "$ink-soft")])]
        elif self.note:
            left = [("", [(cut(printable(self.note), room), "$ink-soft")])]
        used = sum(cell_len(text) for _, pieces in left for text, _ in pieces)
        for hint in self.hints if not self.alarm else ():
            gap = 2 * bool(left)
            if hint.is_pinned:
                continue
            if used + gap + _width([hint]) > room:
                break
            left += [_GAP] * bool(left) + [_hint(hint)]
            used += gap + _width([hint])
        blank = " " * max(0, width - used - _width(pinned))
        return [("", [("  ", "")]), *left, ("", [(blank, "")]), *right]


_GAP = ("", [("  ", "")])


def _hint(hint: Row) -> tuple[str, list[tuple[str, str]]]:
    return hint.id, [(hint.keys, "$mark"), (f" {hint.description}", "$ink-faint")]


def _width(hints: Sequence[Row]) -> int:
    return sum(cell_len(f"{hint.keys} {hint.description}") + 2 for hint in hints) - 2 * bool(hints)


class Beside(Horizontal):
    """A container that puts its children side by side."""

    BLANK = True


class Backdrop(Container):
    """Holds a pane; drawn cheaply, since all of its lines are equal."""

    def render_lines(self, crop: Region) -> list[Strip]:
        return super().render_lines(Region(crop.x, 0, crop.width, 1)) * crop.height
