"""The lines around the panes: what is shown, thin seams, and the keys."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tuireader.text.printable import printable
from tuireader.tui.keys import Row
from tuireader.tui.support.safe_text import joined, plain
from tuireader.tui.support.text_fitting import cut


class TitleBar(Widget):
    """What is shown, at the left; how things stand, at the right."""

    ALLOW_SELECT = False
    shown: reactive[str] = reactive("")
    """The list in words."""
    states: reactive[tuple[str, ...]] = reactive(())
    """How things stand, most important first; what has no room is left out."""

    def render(self) -> Content:
        """Both, the right one flush."""
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
    """A thin rule across the screen that meets the rules between the panes."""

    ALLOW_SELECT = False
    joints: reactive[tuple[int, ...]] = reactive(())
    """The columns where a rule meets it."""

    def __init__(self, joint: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._joint = joint

    def render(self) -> Content:
        """A line with its joints, which leaves the outermost cells free."""
        width = self.size.width
        line = ["─"] * width
        for column in self.joints:
            if 0 < column < width - 1:
                line[column] = self._joint
        if width > 2:
            line[0] = line[-1] = " "
        return plain("".join(line))


class HintBar(Widget):
    """The keys that are of use where the user is; or something that is to be said there."""

    ALLOW_SELECT = False
    hints: reactive[tuple[Row, ...]] = reactive(())
    status: reactive[str] = reactive("")
    """Why the feed under the cursor failed; shown instead of the keys."""

    def render(self) -> Content:
        """As many hints as have room."""
        width = max(0, self.size.width - 3)
        if self.status:
            return joined("  ", ("! ", "$alarm"), (cut(printable(self.status), max(0, width - 2)), "$ink-soft"))
        return joined("  ", *_fitting(self.hints, width))


def _fitting(hints: Sequence[Row], width: int) -> list[tuple[str, str]]:
    """As many hints as have room; the last one, which says how to get away, always."""
    if not hints:
        return []
    sizes = [cell_len(f"{hint.keys} {hint.description}") for hint in hints]
    room = width - sizes[-1]
    kept: list[Row] = []
    for hint, size in zip(hints[:-1], sizes[:-1], strict=True):
        if size + 2 > room:
            break
        room -= size + 2
        kept.append(hint)
    pieces: list[tuple[str, str]] = []
    for hint in [*kept, hints[-1]]:
        pieces += [(hint.keys, "$ink-soft"), (f" {hint.description}", "$ink-faint"), ("  ", "")]
    return pieces[:-1]
