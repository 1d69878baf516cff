"""Measures tuireader against newsboat, a bare Textual app and the standard library: `python scripts/bench --help`."""
