"""In what language a text is written, where nobody says so. The only door to py3langid."""

from __future__ import annotations

import re

_ENOUGH, _LOOKED_AT = 200, 4000
"""Characters without which one cannot tell, and those that are looked at."""


_TAG = re.compile(r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8}){0,5}")


def language_tag(text: str) -> str:
    """Return the name of a language as HTML has it; empty for what is none."""
    tag = text.strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""


def language_of(text: str) -> str:
    """Return the language of a text, as in "de"; empty where there is too little of it."""
    if len(text) < _ENOUGH:
        return ""
    import py3langid  # type: ignore[import-untyped]

    return str(py3langid.classify(text[:_LOOKED_AT])[0])
