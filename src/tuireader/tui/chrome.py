"""Title bar, hint line, prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, Static

from tuireader.text.printable import printable
from tuireader.tui.keys import Row
from tuireader.tui.support.safe_text import cut, joined, plain
from tuireader.tui.support.textual_internals import Inelastic


class TitleBar(Widget):
    """Shows the current list at the left and the status at the right."""

    ALLOW_SELECT = False
    shown: reactive[str] = reactive("")
    """Description of the current list, or the title of the open article."""
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
    """Name and counts of the sidebar row under the cursor."""
    alarm: reactive[str] = reactive("")
    """The problem of the row under the cursor; shown instead of the keys."""
    _pressed = ""
    """The command on whose hint the mouse was pressed."""

    class Clicked(Message):
        """A hint was clicked."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def render(self) -> Content:
        return joined(*(piece for _, pieces in self._parts() for piece in pieces))

    def click_target(self, event: events.MouseEvent, /) -> object:
        """The hint at a position that was pressed, as shown.

        For a pinned hint a new object each time, so that the second press of a double click is dropped.
        """
        part = self._part_at(event.screen_x - self.region.x)
        return object() if any(hint.is_pinned and hint.id == part[0] for hint in self.hints) else (self, part)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._pressed, _ = self._part_at(event.x)

    def on_click(self, event: events.Click) -> None:
        command, _ = self._part_at(event.x)
        if command and command == self._pressed:
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


class SideBySide(Horizontal):
    """A container that puts its children side by side."""

    BLANK = True


class Backdrop(Inelastic, Container):
    """Holds a pane; drawn cheaply, since all of its lines are equal."""

    def render_lines(self, crop: Region) -> list[Strip]:
        return super().render_lines(Region(crop.x, 0, crop.width, 1)) * crop.height


class BottomBar(Container):
    """Shows hints, or a prompt in their place."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.hints = HintBar(id="hints")
        self._prompt: Prompt | None = None

    def compose(self) -> ComposeResult:
        yield self.hints

    @property
    def is_asking(self) -> bool:
        return self._prompt is not None

    @property
    def has_lost_focus(self) -> bool:
        """Whether the focus has left the prompt, for example by a click elsewhere."""
        focused = self.screen.focused
        return focused is not None and self._prompt not in focused.ancestors

    async def ask(
        self,
        purpose: str,
        text: str,
        hint: str,
        suggester: Suggester | None = None,
        *,
        mark: str,
        is_kept: bool = False,
    ) -> None:
        """Open a prompt; see `Prompt`. Keys typed right after it go into the prompt.

        They replace its text, unless that is kept (`is_kept`).
        """
        if self._prompt is None and self.is_mounted:  # a key may come before there is a screen
            self._prompt = Prompt(purpose, text, hint, suggester, mark)
            self.hints.display = False
            self.display = True
            await self.mount(self._prompt)
            self.screen.set_focus(self._prompt.line)
            if not is_kept:
                self._prompt.line.select_all()

    def name_enter(self, verb: str) -> None:
        """Say beside the prompt what enter does."""
        if self._prompt is not None:
            self._prompt.name_enter(verb)

    async def end(self) -> None:
        prompt, self._prompt = self._prompt, None
        if prompt is not None:
            self.hints.display = True
            await prompt.remove()


class Prompt(Horizontal):
    """Asks for a search or a filter and reports every change; enter keeps the text, escape discards it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "give_up", show=False),
        Binding("down,up,shift+tab", "keep", show=False),
        Binding("tab", "complete", show=False),
    ]

    class Changed(Message):
        """The text changed."""

        def __init__(self, purpose: str, text: str) -> None:
            super().__init__()
            self.purpose = purpose
            self.text = text

    class Closed(Message):
        """The prompt was closed."""

        def __init__(self, purpose: str, *, kept: bool, entered: bool = False) -> None:
            super().__init__()
            self.purpose = purpose
            self.kept = kept
            """Whether to keep the text; False after escape."""
            self.entered = entered
            """Whether it was closed by enter."""

    def __init__(self, purpose: str, text: str, hint: str, suggester: Suggester | None, mark: str) -> None:
        """`purpose` is repeated in the messages; `text` is the initial text, `hint` the placeholder.

        `suggester` completes what is typed; `mark` is the label before it.
        """
        super().__init__(id="prompt")
        self._purpose = purpose
        self._text = text
        self._hint = hint
        self._suggester = suggester
        self._mark = mark

    def compose(self) -> ComposeResult:
        yield Static(plain(f"  {self._mark} "), id="prompt-mark")
        yield CleanInput(
            self._text, placeholder=self._hint, compact=True, select_on_focus=False, suggester=self._suggester
        )
        yield HintBar()

    def on_mount(self) -> None:
        self.name_enter("done")

    def name_enter(self, verb: str) -> None:
        """Say in the hint line what enter does."""
        self.query_one(HintBar).hints = (Row("enter", verb, "submit"), Row("esc", "cancel", "give_up"))

    @property
    def line(self) -> Input:
        return self.query_one(Input)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self._text:
            self._text = event.value
            self.post_message(self.Changed(self._purpose, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Closed(self._purpose, kept=True, entered=True))

    async def on_hint_bar_clicked(self, event: HintBar.Clicked) -> None:
        event.stop()
        await self.app.run_action(event.command, self)

    async def action_submit(self) -> None:
        await self.line.action_submit()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        event.stop()
        if self.app.app_focus:
            self.action_keep()

    def action_complete(self) -> None:
        line = self.line
        before = line.value
        line.action_end()
        line.action_cursor_right()
        if line.value == before:
            self.action_keep()

    def action_keep(self) -> None:
        self.post_message(self.Closed(self._purpose, kept=True))

    def action_give_up(self) -> None:
        self.post_message(self.Closed(self._purpose, kept=False))


class CleanInput(Input):
    """Textual's input without control characters, and with a maximum length."""

    LENGTH_MAX = 4000

    def replace(self, text: str, start: int, end: int) -> None:
        room = max(0, self.LENGTH_MAX - len(self.value) + abs(end - start))
        super().replace(printable(text)[:room], start, end)

    def validate_value(self, value: str) -> str:
        return printable(value)[: self.LENGTH_MAX]
