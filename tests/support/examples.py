"""How many examples a property test looks at."""

from __future__ import annotations

from hypothesis import settings


def examples(number: int) -> settings:
    """Look at `number` examples, or at a sixth of them in `make test`."""
    return settings(max_examples=number // 6 if settings.get_current_profile_name() == "quick" else number)
