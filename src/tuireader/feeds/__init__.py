"""Parsing feeds, lists and links. Pure functions, no I/O."""
