"""Asking feeds what is new, and keeping what they bring."""
