"""The screens: each owns its workers and its connection."""
