"""Widgets around lists and pages: bars and prompts."""
