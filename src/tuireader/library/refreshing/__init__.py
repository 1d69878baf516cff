"""Fetching feeds and saving what is new."""
