"""What an article may have besides its text, as bits of one number."""

from __future__ import annotations

from collections.abc import Mapping

PICTURE, ENCLOSURE = 1, 2

BY_NAME: Mapping[str, int] = {"picture": PICTURE, "enclosure": ENCLOSURE}
"""What each is called where it is typed."""
