"""A canvas that paints shapes and writes PNG files, with nothing but the standard library.

Each shape is a function that says how far a point is from its edge (negative inside), so that the one pixel
across which the distance passes through zero can be mixed: that is the whole of the anti-aliasing.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise

WIDTH, HEIGHT = 960, 540

Colour = tuple[float, float, float]
Point = tuple[float, float]
Distance = Callable[[float, float], float]


def rgb(code: int) -> Colour:
    """The colour of a number such as 0xE07A3F."""
    return (code >> 16 & 255, code >> 8 & 255, code & 255)


# Five dots by seven, each row a number of five bits.
FONT = {
    "A": (14, 17, 17, 31, 17, 17, 17),
    "B": (30, 17, 17, 30, 17, 17, 30),
    "C": (14, 17, 16, 16, 16, 17, 14),
    "D": (30, 17, 17, 17, 17, 17, 30),
    "E": (31, 16, 16, 30, 16, 16, 31),
    "F": (31, 16, 16, 30, 16, 16, 16),
    "G": (14, 17, 16, 23, 17, 17, 15),
    "H": (17, 17, 17, 31, 17, 17, 17),
    "I": (14, 4, 4, 4, 4, 4, 14),
    "J": (7, 2, 2, 2, 2, 18, 12),
    "K": (17, 18, 20, 24, 20, 18, 17),
    "L": (16, 16, 16, 16, 16, 16, 31),
    "M": (17, 27, 21, 21, 17, 17, 17),
    "N": (17, 25, 21, 19, 17, 17, 17),
    "O": (14, 17, 17, 17, 17, 17, 14),
    "P": (30, 17, 17, 30, 16, 16, 16),
    "Q": (14, 17, 17, 17, 21, 18, 13),
    "R": (30, 17, 17, 30, 20, 18, 17),
    "S": (15, 16, 16, 14, 1, 1, 30),
    "T": (31, 4, 4, 4, 4, 4, 4),
    "U": (17, 17, 17, 17, 17, 17, 14),
    "V": (17, 17, 17, 17, 17, 10, 4),
    "W": (17, 17, 17, 21, 21, 27, 17),
    "X": (17, 17, 10, 4, 10, 17, 17),
    "Y": (17, 17, 10, 4, 4, 4, 4),
    "Z": (31, 1, 2, 4, 8, 16, 31),
    "0": (14, 17, 19, 21, 25, 17, 14),
    "1": (4, 12, 4, 4, 4, 4, 14),
    "2": (14, 17, 1, 6, 8, 16, 31),
    "3": (30, 1, 1, 14, 1, 1, 30),
    "4": (2, 6, 10, 18, 31, 2, 2),
    "5": (31, 16, 30, 1, 1, 17, 14),
    "6": (14, 16, 16, 30, 17, 17, 14),
    "7": (31, 1, 2, 4, 8, 8, 8),
    "8": (14, 17, 17, 14, 17, 17, 14),
    "9": (14, 17, 17, 15, 1, 1, 14),
    "[": (14, 8, 8, 8, 8, 8, 14),
    "m": (0, 0, 26, 21, 21, 21, 21),
}


class Canvas:
    """An opaque picture of WIDTH × HEIGHT pixels."""

    def __init__(self, top: Colour, bottom: Colour | None = None) -> None:
        """Begin with one colour, or a shade from `top` to `bottom`."""
        bottom = bottom or top
        self.rows: list[list[Colour]] = [[mix(top, bottom, row / (HEIGHT - 1))] * WIDTH for row in range(HEIGHT)]

    def paint(self, shape: Distance, box: tuple[float, float, float, float], colour: Colour, alpha: float = 1) -> None:
        """Lay a shape over the picture; `box` (left, top, right, bottom) is where it is worth looking."""
        left, top, right, bottom = box
        for y in range(max(0, math.floor(top) - 1), min(HEIGHT, math.ceil(bottom) + 1)):
            row = self.rows[y]
            for x in range(max(0, math.floor(left) - 1), min(WIDTH, math.ceil(right) + 1)):
                cover = min(1.0, 0.5 - shape(x + 0.5, y + 0.5))
                if cover > 0:
                    row[x] = mix(row[x], colour, cover * alpha)

    def box(
        self, x: float, y: float, w: float, h: float, colour: Colour, *, radius: float = 0, alpha: float = 1
    ) -> None:
        """A rectangle with round corners."""
        cx, cy, hw, hh = x + w / 2, y + h / 2, w / 2 - radius, h / 2 - radius

        def shape(px: float, py: float) -> float:
            dx, dy = abs(px - cx) - hw, abs(py - cy) - hh
            return math.hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - radius

        self.paint(shape, (x, y, x + w, y + h), colour, alpha)

    def disc(self, x: float, y: float, radius: float, colour: Colour, *, alpha: float = 1, hollow: float = 0) -> None:
        """A disc, or a ring `hollow` pixels thick."""

        def shape(px: float, py: float) -> float:
            distance = math.hypot(px - x, py - y) - radius
            return max(distance, -distance - hollow) if hollow else distance

        self.paint(shape, (x - radius, y - radius, x + radius, y + radius), colour, alpha)

    def line(self, points: Sequence[Point], thick: float, colour: Colour, *, alpha: float = 1) -> None:
        """A line through points, with round ends."""
        for (ax, ay), (bx, by) in pairwise(points):
            long = (bx - ax) ** 2 + (by - ay) ** 2 or 1

            def shape(px: float, py: float, a: Point = (ax, ay), b: Point = (bx, by), long: float = long) -> float:
                along = max(0.0, min(1.0, ((px - a[0]) * (b[0] - a[0]) + (py - a[1]) * (b[1] - a[1])) / long))
                return math.hypot(px - a[0] - along * (b[0] - a[0]), py - a[1] - along * (b[1] - a[1])) - thick / 2

            box = (min(ax, bx) - thick, min(ay, by) - thick, max(ax, bx) + thick, max(ay, by) + thick)
            self.paint(shape, box, colour, alpha)

    def arrow(self, start: Point, end: Point, thick: float, colour: Colour) -> None:
        """A straight line with a head at its end."""
        self.line([start, end], thick, colour)
        angle = math.atan2(end[1] - start[1], end[0] - start[0])
        for turn in (2.6, -2.6):
            tip = (end[0] + 5 * thick * math.cos(angle + turn), end[1] + 5 * thick * math.sin(angle + turn))
            self.line([end, tip], thick, colour)

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled polygon whose corners are given in clockwise order and turn only one way."""
        edges = list(zip(points, [*points[1:], points[0]], strict=True))

        def shape(px: float, py: float) -> float:
            return max(
                ((py - ay) * (bx - ax) - (px - ax) * (by - ay)) / -math.hypot(bx - ax, by - ay)
                for (ax, ay), (bx, by) in edges
            )

        xs, ys = [x for x, _ in points], [y for _, y in points]
        self.paint(shape, (min(xs), min(ys), max(xs), max(ys)), colour)

    def below(self, height: Callable[[float], float], colour: Colour) -> None:
        """All that lies below a curve: a hill."""
        self.paint(lambda px, py: height(px) - py, (0, min(height(x) for x in range(WIDTH)), WIDTH, HEIGHT), colour)

    def text(self, x: float, y: float, words: str, dot: float, colour: Colour) -> None:
        """Letters made of dots; `x`, `y` is the left upper corner, a letter takes six dots across."""
        for place, letter in enumerate(words):
            for row, bits in enumerate(FONT.get(letter, ())):
                for column in range(5):
                    if bits >> (4 - column) & 1:
                        left = x + (place * 6 + column) * dot
                        self.box(left, y + row * dot, dot * 0.92, dot * 0.92, colour, radius=dot * 0.2)

    def png(self) -> bytes:
        """The picture as a PNG file: eight bits for each of red, green and blue."""
        before = bytes(WIDTH * 3)
        packed = bytearray()
        for row in self.rows:
            line = bytes(min(255, max(0, round(part))) for pixel in row for part in pixel)
            packed += min((filtered(kind, line, before) for kind in (0, 1, 2)), key=roughness)
            before = line
        header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        body = zlib.compress(bytes(packed), 9)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """So much of the other colour in the one."""
    return (
        one[0] + (other[0] - one[0]) * share,
        one[1] + (other[1] - one[1]) * share,
        one[2] + (other[2] - one[2]) * share,
    )


def filtered(kind: int, line: bytes, before: bytes) -> bytes:
    """A row as PNG stores it: as it is (0), or as differences from the pixel to the left (1) or above (2)."""
    other = (bytes(len(line)), bytes(3) + line[:-3], before)[kind]
    return bytes([kind]) + bytes((a - b) & 255 for a, b in zip(line, other, strict=True))


def roughness(line: bytes) -> int:
    """How hard a filtered row will be to compress, as PNG's authors suggest to guess it."""
    return sum(min(byte, 256 - byte) for byte in line[1:])


def chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk: length, kind, data, check sum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
