"""How what is said ends."""

from __future__ import annotations


def ended(said: str) -> str:
    """What is said as a whole sentence: with a period, unless something else ends it already."""
    said = said.rstrip()
    return said if not said or said[-1] in ".!?…:" else f"{said}."
