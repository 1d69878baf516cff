"""Addresses: parsing, comparison, display. Pure."""
