"""Containers of which nothing is seen but their background and the rule to their left."""

from __future__ import annotations

from textual.containers import Container, Horizontal
from textual.geometry import Region
from textual.strip import Strip


class Beside(Horizontal):
    """Puts widgets beside each other."""

    BLANK = True


class Backdrop(Container):
    """Holds a pane, behind a rule at most: one line of it is drawn, and stands for all."""

    def render_lines(self, crop: Region) -> list[Strip]:
        return super().render_lines(Region(crop.x, 0, crop.width, 1)) * crop.height
