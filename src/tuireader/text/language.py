"""In what language a text is written, where nobody says so. The only door to py3langid."""

from __future__ import annotations

_ENOUGH, _LOOKED_AT = 200, 4000
"""Characters without which one cannot tell, and those that are looked at."""


def language_of(text: str) -> str:
    """Return the language of a text, as in "de"; empty where there is too little of it."""
    if len(text) < _ENOUGH:
        return ""
    import py3langid  # type: ignore[import-untyped]

    return str(py3langid.classify(text[:_LOOKED_AT])[0])
