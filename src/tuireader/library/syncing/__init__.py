"""Keeping accounts in step with their servers, and machines with each other."""
