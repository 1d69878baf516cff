"""Draw the demo magazine's pictures.

`python scripts/demo_pictures.py [NAME ...]` writes them into the package; it always draws the same.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from canvas import WIDTH, Canvas, Point, rgb

FOLDER = Path(__file__).parent.parent / "src" / "tuireader" / "demo" / "pictures"

INK, PAPER, ORANGE, TEAL, NAVY = rgb(0x2B2A33), rgb(0xF6F1E4), rgb(0xE07A3F), rgb(0x2F8F83), rgb(0x161B33)
GREY, SAND, CREAM, YELLOW, RED = rgb(0xB9B2A3), rgb(0xE4DAC2), rgb(0xF0E2BC), rgb(0xFFD98A), rgb(0xD9534F)


def conditional_get() -> Canvas:
    """A reader that fetches once and then only asks."""
    canvas = Canvas(PAPER)
    for x, name in ((190, "READER"), (770, "SERVER")):
        canvas.box(x - 90, 36, 180, 52, INK, radius=10)
        canvas.text(x - 70, 50, name, 4, PAPER)
        canvas.line([(x, 88), (x, 510)], 4, INK)
    for y, colour, label in ((150, ORANGE, "200"), (450, TEAL, "200")):
        canvas.arrow((204, y - 28), (752, y - 28), 3, GREY)
        canvas.box(222, y - 12, 534, 48, colour, radius=4)
        canvas.polygon([(222, y - 20), (222, y + 44), (198, y + 12)], colour)
        canvas.text(450, y - 2, label, 4, PAPER)
    for y in (230, 295, 360):
        canvas.arrow((204, y), (752, y), 3, GREY)
        for x in range(230, 750, 24):
            if not 432 <= x <= 520:
                canvas.line([(x, y + 26), (x + 11, y + 26)], 3, INK)
        canvas.arrow((222, y + 26), (206, y + 26), 3, INK)
        canvas.text(451, y + 14, "304", 3.6, INK)
    return canvas


def measure() -> Canvas:
    """The same text in a wide and a narrow column, with the way back to the next line."""
    canvas = Canvas(PAPER)
    canvas.box(28, 60, 590, 420, rgb(0xFFFDF6), radius=8)
    canvas.box(646, 60, 286, 420, rgb(0xFFFDF6), radius=8)
    for left, width, seed in ((56, 534, 3), (674, 230, 3)):
        words = random.Random(seed)  # noqa: S311  the same bars every time, not a secret
        y = 96
        while y < 450:
            x: float = left
            while True:
                word = words.randint(12, 62)
                if x + word > left + width:
                    break
                canvas.box(x, y, word, 11, INK, radius=4, alpha=0.75)
                x += word + 9
            y += 30
    canvas.arrow((584, 168), (92, 190), 5, ORANGE)
    canvas.disc(76, 191, 9, RED, hollow=3)
    canvas.arrow((896, 168), (680, 190), 5, ORANGE)
    return canvas


def character_cells() -> Canvas:
    """A grid in which letters take one cell, kanji two, and the cursor waits."""
    canvas = Canvas(NAVY, rgb(0x232B4D))
    wide, high, left, top = 80, 150, 80, 120
    for row in range(2):
        for column in range(10):
            canvas.box(
                left + column * wide + 2, top + row * high + 2, wide - 4, high - 4, rgb(0x2E3760), radius=6, alpha=0.8
            )
    for column, letter in enumerate("SLOW"):
        canvas.text(left + column * wide + 17, top + 40, letter, 9.5, CREAM)
    for column, strokes in ((5, _NICHI), (7, _HON)):
        x, y = left + column * wide, top
        canvas.box(x + 2, y + 2, 2 * wide - 4, high - 4, rgb(0x3B4780), radius=6)
        for stroke in strokes:
            canvas.line([(x + 22 + px * 116, y + 16 + py * 116) for px, py in stroke], 8, YELLOW)
    for column, letter in enumerate("READER"):
        canvas.text(left + column * wide + 17, top + high + 40, letter, 9.5, CREAM)
    canvas.box(left + 6 * wide + 12, top + high + 24, wide - 24, high - 48, ORANGE, radius=3)
    return canvas


_NICHI: tuple[tuple[Point, ...], ...] = (
    ((0.22, 0.1), (0.22, 0.95)),
    ((0.22, 0.1), (0.78, 0.1), (0.78, 0.95)),
    ((0.22, 0.5), (0.78, 0.5)),
    ((0.22, 0.92), (0.78, 0.92)),
)
_HON: tuple[tuple[Point, ...], ...] = (
    ((0.08, 0.3), (0.92, 0.3)),
    ((0.5, 0.05), (0.5, 0.98)),
    ((0.5, 0.3), (0.36, 0.55), (0.08, 0.8)),
    ((0.5, 0.3), (0.64, 0.55), (0.92, 0.8)),
    ((0.34, 0.74), (0.66, 0.74)),
)


def night_train() -> Canvas:
    """A lit train between dark hills, under a moon."""
    canvas = Canvas(rgb(0x0D1230), rgb(0x5A4A78))
    sky = random.Random(21)  # noqa: S311  the same stars every night
    for _ in range(110):
        canvas.disc(sky.uniform(0, WIDTH), sky.uniform(0, 260), sky.uniform(0.6, 1.7), CREAM, alpha=sky.uniform(0.4, 1))
    for radius, alpha in ((120, 0.06), (92, 0.08), (72, 0.12)):
        canvas.disc(700, 130, radius, YELLOW, alpha=alpha)
    canvas.disc(700, 130, 54, rgb(0xFFF1CE))
    for x, y, radius in ((684, 116, 10), (716, 142, 14), (704, 104, 6)):
        canvas.disc(x, y, radius, rgb(0xECD9A8))
    canvas.below(lambda x: 300 + 46 * math.sin(x / 140 + 1) + 20 * math.sin(x / 53), rgb(0x2F2C58))
    canvas.below(lambda x: 350 + 34 * math.sin(x / 110 + 4) + 12 * math.sin(x / 41), rgb(0x232149))
    canvas.box(0, 446, WIDTH, 6, rgb(0x4B466F))
    for x in range(0, WIDTH, 24):
        canvas.box(x, 452, 10, 6, rgb(0x3A365C))
    for coach in range(4):
        x = -60 + coach * 216
        canvas.box(x, 378, 208, 60, rgb(0x3E5C76), radius=8)
        canvas.box(x, 378, 208, 12, rgb(0x557A97), radius=6)
        for window in range(6):
            lit = (coach, window) not in {(0, 3), (1, 1), (2, 4), (2, 5)}
            canvas.box(x + 14 + window * 31, 396, 22, 20, YELLOW if lit else rgb(0x26384A), radius=3)
        for wheel in (36, 66, 142, 172):
            canvas.disc(x + wheel, 440, 8, rgb(0x14162B))
    canvas.box(804, 372, 110, 66, RED, radius=14)
    canvas.box(862, 386, 40, 22, rgb(0xCFE8F2), radius=5)
    for wheel in (826, 852, 886):
        canvas.disc(wheel, 440, 9, rgb(0x14162B))
    canvas.disc(912, 424, 5, rgb(0xFFF6D8))
    canvas.below(lambda x: 486 + 14 * math.sin(x / 90 + 2) + 5 * math.sin(x / 23), rgb(0x100F26))
    return canvas


def escape_sequence() -> Canvas:
    """Five bytes, and what each is there for."""
    canvas = Canvas(PAPER)
    cells = (("1B", "ESC", INK), ("5B", "[", INK), ("33", "3", TEAL), ("31", "1", TEAL), ("6D", "m", ORANGE))
    for place, (code, name, colour) in enumerate(cells):
        x = 60 + place * 172
        canvas.box(x, 70, 152, 130, colour, radius=12)
        canvas.text(x + 21, 100, code, 10, PAPER)
        canvas.text(x + 76 - len(name) * 15 + 3, 222, name, 5, colour)
    for left, right, label, colour in (
        (60, 384, "INTRODUCER", INK),
        (404, 728, "PARAMETER", TEAL),
        (748, 900, "VERB", ORANGE),
    ):
        canvas.line([(left, 276), (left, 292), (right, 292), (right, 276)], 4, colour)
        canvas.text((left + right) / 2 - len(label) * 10.5 + 2, 312, label, 3.5, colour)
    canvas.box(300, 384, 360, 116, NAVY, radius=14)
    canvas.text(392, 414, "RED", 8, RED)
    canvas.box(544, 408, 28, 66, CREAM, alpha=0.9)
    return canvas


def punched_card() -> Canvas:
    """A card of eighty columns, with a sentence in the real code."""
    canvas = Canvas(rgb(0x3C5A5A), rgb(0x2A4242))
    left, top, wide, high = 30, 62, 900, 396
    for shift, colour in ((8, rgb(0x223636)), (0, CREAM)):
        west, north, east, south = left + shift, top + shift, left + shift + wide, top + shift + high
        corners = [(west + 46, north), (east, north), (east, south), (west, south), (west, north + 64)]
        canvas.polygon(corners, colour)
    sentence = "THE SLOW TERMINAL   SERVED FROM WHERE YOU ARE   IN NO HURRY"
    for column in range(80):
        x = left + 30 + column * 10.6
        for digit in range(10):
            canvas.text(x + 1.6, top + 116 + digit * 27, str(digit), 1, rgb(0xD3BE8C))
        letter = sentence[column - 4] if 4 <= column < 4 + len(sentence) else " "
        canvas.text(x, top + 22, letter, 1.5, INK)
        for row in punches(letter):
            canvas.box(x, top + 56 + row * 27, 7, 18, rgb(0x2A4242))
    return canvas


def punches(letter: str) -> tuple[int, ...]:
    """The rows that are punched for a letter, counted from the top: 12, 11, 0, 1 … 9."""
    for zone, letters, first in ((0, "ABCDEFGHI", 1), (1, "JKLMNOPQR", 1), (2, "STUVWXYZ", 2)):
        if letter in letters:
            return zone, 2 + first + letters.index(letter)
    return ()


def curve(t: float) -> Point:
    """Where the paper tape is after a share `t` of its way: a cubic curve from the punch to the floor."""
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    corners = ((186, 366), (170, 130), (30, 190), (62, 520))
    return (
        sum(w * x for w, (x, _) in zip(weights, corners, strict=True)),
        sum(w * y for w, (_, y) in zip(weights, corners, strict=True)),
    )


def teletype() -> Canvas:
    """A printing terminal of the sixties, with its paper and its tape."""
    canvas = Canvas(rgb(0xDCE6E2), rgb(0xC9D6D0))
    canvas.box(0, 470, WIDTH, 70, rgb(0x9A8468))
    canvas.box(350, 40, 380, 240, rgb(0xFFFDF6), radius=4)
    words = random.Random(33)  # noqa: S311  the same lines every time
    for row in range(7):
        x = 380.0
        while x < 690:
            word = min(words.randint(16, 60), 700 - x)
            canvas.box(x, 64 + row * 24, word, 8, INK, radius=2, alpha=0.7)
            x += word + 10
            if row == 6 and x > 520:
                break
    canvas.box(330, 226, 420, 34, rgb(0x3A3A40), radius=17)
    canvas.polygon([(300, 250), (780, 250), (820, 400), (260, 400)], rgb(0xD8CDB4))
    canvas.polygon([(260, 400), (820, 400), (850, 474), (230, 474)], rgb(0xBFB296))
    canvas.box(340, 268, 400, 40, rgb(0x6E7F7C), radius=6)
    for row in range(4):
        for key in range(13 - row % 2):
            canvas.disc(322 + (row % 2) * 18 + key * 36, 334 + row * 34, 13, INK)
            canvas.disc(322 + (row % 2) * 18 + key * 36, 332 + row * 34, 9, rgb(0x55545E))
    canvas.box(110, 300, 150, 174, rgb(0xCBBFA4), radius=10)
    canvas.box(134, 330, 102, 56, rgb(0x6E7F7C), radius=6)
    tape = [curve(step / 24) for step in range(25)]
    canvas.line(tape, 34, YELLOW)
    for (ax, ay), (bx, by) in pairwise(tape):
        long = math.hypot(bx - ax, by - ay)
        for aside in (-9, -3, 6):
            canvas.disc(ax - aside * (by - ay) / long, ay + aside * (bx - ax) / long, 2.2, rgb(0x8A7440))
    return canvas


PICTURES: dict[str, Callable[[], Canvas]] = {
    "character-cells": character_cells,
    "conditional-get": conditional_get,
    "escape-sequence": escape_sequence,
    "measure": measure,
    "night-train": night_train,
    "punched-card": punched_card,
    "teletype": teletype,
}


def main() -> None:
    """Draw the pictures named on the command line, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or PICTURES:
        data = PICTURES[name]().png()
        (FOLDER / f"{name}.png").write_bytes(data)
        print(f"{name}.png: {len(data):,} bytes")


if __name__ == "__main__":
    main()
